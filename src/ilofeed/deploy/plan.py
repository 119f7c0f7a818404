"""Decide what to upload and to delete, in which order, and what is refused.

Two files at the target say what ilofeed has put there: `DONE` has the SHA-256 of each file that was
certainly uploaded, `STARTED` the paths that a deployment is changing. One that is killed leaves
`STARTED` behind, and the next one uploads these files again. Nothing else at the target is replaced
or deleted.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ilofeed.feeds import MANIFEST, Ledger, is_archive
from ilofeed.media import published_type
from ilofeed.problems import plural, quote
from ilofeed.publish import is_copy
from ilofeed.urls import is_inside

DONE, STARTED = "ilofeed-deployed.json", "ilofeed-deploying.json"
FOR_GITHUB = ".nojekyll"  # neither uploaded nor deleted: FTP servers do not list such a name
VERSION = 1
_MAX_NAMED = 5  # files or entries in a message
_FOREVER = re.compile(r"embed/ilo-\w+-\d+\.\d+\.\d+\.js")
_SUBSCRIBED = frozenset(map(published_type, ("atom.xml", "rss.xml", "feed.json", "x.ics")))
_PAGES, _FEED_PAGES, _NEW_ARCHIVES, _FEEDS, _OLD_ARCHIVES, _INDEXES, _LAST = range(7)


@dataclass(frozen=True, slots=True)
class Record:
    """What is at the target: `files` with the SHA-256 of each that was certainly uploaded, and
    `others` that ilofeed has put there, or has begun to upload or to delete."""

    files: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    @property
    def ours(self) -> frozenset[str]:
        """The paths of all files that may be replaced and deleted."""
        return self.others.union(self.files)


@dataclass(frozen=True, slots=True)
class Plan:
    """Compressed copies to delete first, because their documents have none any more; groups of
    paths to upload, and groups to delete after that, in their order."""

    stale: Sequence[str]
    groups: Sequence[Sequence[str]]
    gone: Sequence[Sequence[str]]

    @property
    def paths(self) -> list[str]:
        """The paths to upload, in their order."""
        return [path for group in self.groups for path in group]

    @property
    def deleted(self) -> list[str]:
        """The paths to delete, in their order."""
        return [*self.stale, *(path for group in self.gone for path in group)]


def make_plan(
    output: Mapping[str, str],
    ledger: Ledger,
    record: Record,
    archives: Collection[str] = (),
    *,
    has_headers: bool = True,
) -> Plan:
    """Compare the output (SHA-256 by path) and its ledger with the record of a target.

    `archives` are those of the uncertain files that are there. With `has_headers`, the files of a
    group have the same headers. A compressed copy is uploaded before its document, as it is
    published (`publish.compressed`).
    """
    changed = [path for path, sha256 in output.items() if record.files.get(path) != sha256]
    groups: dict[tuple[int, bool, str], list[str]] = defaultdict(list)
    feeds, present = ledger.feeds, record.files.keys() | set(archives)
    for path in sorted(changed):
        headers = headers_of(path, ledger) if has_headers else {}
        step = _step(path, ledger, feeds, present)
        groups[step, not is_copy(path, output), "".join(headers.values())].append(path)
    gone = sorted(record.ours - output.keys() - {FOR_GITHUB})
    stale = [path for path in gone if is_copy(path, output)]
    steps: tuple[list[str], list[str], list[str]] = ([], [], [])  # feeds, archives, the rest
    for path in (path for path in gone if path not in stale):
        is_feed = published_type(path) in _SUBSCRIBED
        steps[2 if not is_feed else 1 if is_archive(path) else 0].append(path)
    uploaded = [paths for _, paths in sorted(groups.items())]
    return Plan(stale, uploaded, [step for step in steps if step])


def _step(path: str, ledger: Ledger, feeds: Collection[str], present: Collection[str]) -> int:
    """Return the step in which a file is uploaded: a feed never names a page that is not there.

    An archive takes entries over from the feed, so a new one is uploaded before it. One that is
    there already can only lose entries to the feed, and is uploaded after it.
    """
    path = path.removesuffix(".gz")
    target = ledger.aliases.get(path, path)
    if target in ledger.documents:
        if is_archive(target):
            return _OLD_ARCHIVES if path in present else _NEW_ARCHIVES
        return _FEEDS
    folder, _, name = path.rpartition("/")
    if path == MANIFEST:
        return _LAST
    if folder in feeds:
        return _FEED_PAGES
    is_page = name.endswith(".html") and not path.startswith("entry/")
    return _INDEXES if is_page or not folder else _PAGES


def headers_of(path: str, ledger: Ledger | None = None) -> dict[str, str]:
    """Return the headers with which browsers and caches should get a file.

    Scripts with a version never change, pictures and documents seldom; feeds and pages may be five
    minutes old.
    """
    target = ledger.aliases.get(path, path) if ledger is not None else path
    kind = published_type(target)
    if path == MANIFEST:  # programs compare sites by it
        return {"Content-Type": kind, "Cache-Control": "no-cache"}
    if _FOREVER.fullmatch(path):
        seconds = "31536000, immutable"
    elif path.startswith("assets/") or not re.match("text/|application/.*(?:xml|json)", kind):
        seconds = "3600"
    else:
        seconds = "300"
    return {"Content-Type": kind, "Cache-Control": f"public, max-age={seconds}"}


def read_record(done: bytes | None, started: bytes | None, manifest: Ledger | None) -> Record:
    """Return what is at a target. What is damaged is ignored: then more is uploaded again.

    Without a record the manifest says what former uploads by other programs have put there.
    """
    files, unsure = _parse(done), set(_parse(started))
    others = unsure | (_safe(manifest.files | {MANIFEST}) if manifest is not None else set())
    certain = {path: sha256 for path, sha256 in files.items() if path not in unsure}
    return Record(certain, frozenset(others.union(files)))


def render_record(files: Mapping[str, str]) -> bytes:
    """Render SHA-256 by path as JSON, with a line for each file."""
    lines = ",\n".join(
        f"{json.dumps(path, ensure_ascii=False)}: {json.dumps(files[path])}"
        for path in sorted(files)
    )
    return f'{{"version": {VERSION},\n"files": {{\n{lines}}}}}\n'.encode()


def _parse(data: bytes | None) -> dict[str, str]:
    """Return the files of a record; none if it does not exist, or cannot be used."""
    try:
        record = json.loads(data or b"")
        if record["version"] != VERSION:
            return {}
        files = {path: str(sha256) for path, sha256 in record["files"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    return {path: files[path] for path in _safe(files)}


def _safe(paths: Iterable[str]) -> set[str]:
    """Return the paths that stay inside the target, on one line."""
    return {path for path in paths if is_inside(path) and path.isprintable()}


def refuse_loss(before: Ledger, after: Ledger) -> dict[str, str]:
    """Return by rule what subscribers of a target would lose or see go back, as messages.

    The guard compares a build with the last one on this machine. What is at the target may have
    come from another machine since.
    """
    refused = {}
    if None not in {before.authority, after.authority} and before.authority != after.authority:
        ids = f"{quote(str(before.authority))}, this output those of {quote(str(after.authority))}"
        refused["authority-changed"] = (
            f"it has the site of another office: its ids are those of {ids}"
        )
        return refused
    if None not in {before.site, after.site} and before.site != after.site:
        sites = f"{quote(str(before.site))}, this output for {quote(str(after.site))}"
        refused["site-moved"] = f"it has a site for {sites}"
    gone = [record.title or record.id for record in before.missing_in(after)]
    newer = [
        old.title or old.id
        for old, new in before.shared_with(after)
        if old.updated is not None and new.updated is not None and old.updated > new.updated
    ]
    feeds = sorted(before.feeds - after.feeds)
    for rule, names, what in (
        ("id-vanished", gone, "it has entries that this output lacks"),
        ("updated-backwards", newer, "it has newer versions of entries"),
        ("feed-vanished", feeds, "it has feeds that this output lacks"),
    ):
        if names:
            refused[rule] = f"{what}: {_named(names)}"
    return refused


def refuse_strangers(paths: Collection[str]) -> dict[str, str]:
    """Return a message about files that ilofeed did not put where it wants to; none if none."""
    if not paths:
        return {}
    files = f"{plural(len(paths), 'file')} that ilofeed did not put there"
    return {"not-ours": f"it has {files}, and would replace: {_named(sorted(paths))}"}


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return ", ".join(quote(name) for name in names[:_MAX_NAMED]) + more
