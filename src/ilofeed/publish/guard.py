"""The continuity guard: refuse changes that would harm subscribers, such as lost entries.

It compares the ledger of the last build with that of the next. Each refusal is a `Problem` with the
rule as its code. The message says what to write to avoid the change, or how to allow it. This
module does not read or write files.
"""

import dataclasses
import datetime as dt
import difflib
import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator

from ilofeed import dates
from ilofeed.content import Site, to_yaml
from ilofeed.feeds import Ledger, Record, updated_follows_date, whole_seconds
from ilofeed.model import FILE_NAMES, Entry, Office
from ilofeed.problems import Code, Problem, quote
from ilofeed.publish.changes import is_changed, is_updated
from ilofeed.publish.manifest import digest

MAX_MOVE = 24 * 60 * 60  # seconds by which the date of an entry may move
MANY = 10  # many-vanished: more than one in MANY entries would be gone
SIMILARITY = 0.6  # minimal ratio (difflib) of titles, for entries of the same date
MAX_COMPARED = 100  # entries of the same date whose titles are compared


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The site and its two ledgers; the ids in `before` are changed to the current authority.

    `read` returns the bytes of an entry file or of feeds.yaml, to find the line of a problem.
    """

    site: Site
    before: Ledger
    after: Ledger
    read: Callable[[str], bytes]
    now: dt.datetime

    @property
    def office(self) -> Office:
        """The office of the site."""
        return self.site.office

    @functools.cached_property
    def by_id(self) -> dict[str, Entry]:
        """The entries of the site by id."""
        return {entry.id: entry for entry in self.site.entries}

    @functools.cached_property
    def differing(self) -> list[tuple[Record, Record, Entry]]:
        """The old record, the new record and the entry, where the records differ."""
        differing = self.before.changes(self.after).differing
        return [(old, new, self.by_id[identity]) for identity, (old, new) in differing.items()]

    @property
    def today(self) -> dt.date:
        """The current date in the office's time zone."""
        return self.now.astimezone(self.office.timezone).date()

    def date(self, moment: dt.datetime) -> str:
        """Return an instant as editors write it: without the time if that is `publish_time`."""
        local = moment.astimezone(self.office.timezone)
        default = dates.instant(local.date(), self.office.timezone, self.office.publish_time)
        return local.date().isoformat() if local == default else local.isoformat()

    def short_id(self, identity: str) -> str:
        """Return an id as editors write it after `id:`, a former slug or a complete tag URI."""
        slug = identity.removeprefix(self.office.authority.id_of(""))
        return slug if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) else identity

    def problem(self, path: str, key: str, code: Code, message: str) -> Problem:
        """Return a problem at the line of a key, or at the first line if there is no such key."""
        return Problem(path, line_of(self.read(path), key), 1, code, message)


def check_continuity(
    site: Site,
    before: Ledger,
    after: Ledger,
    read: Callable[[str], bytes],
    now: dt.datetime,
    allowed: Collection[str] = (),
) -> list[Problem]:
    """Return the problems sorted by place: refusals as errors; as warnings, refusals of `allowed`
    rules and changes without a new `updated`. `read` returns the bytes of a file of the office."""
    comparison = Comparison(site, _under_authority(before, site.office), after, read, now)
    refusals = [*_vanished(comparison), *_moved(comparison), *_addresses(comparison, before)]
    problems = [with_advice(problem, allowed) for problem in refusals]
    return sorted([*problems, *_unannounced(comparison)])


def with_advice(problem: Problem, allowed: Collection[str]) -> Problem:
    """Return a refusal with advice on how to allow it; as a warning if it is allowed."""
    option = f"--allow {problem.code}"
    if problem.code in allowed:
        message = f"{problem.message} (allowed by {option})"
        return dataclasses.replace(problem, message=message, severity="warning")
    return dataclasses.replace(
        problem, message=f"{problem.message}. If this is intended, pass {option}"
    )


def _under_authority(before: Ledger, office: Office) -> Ledger:
    """Return the ledger with ids of the current authority, so that a change is reported once."""
    if before.authority in {None, office.authority.text}:
        return before
    old = f"tag:{before.authority}:"
    new = office.authority.id_of("")
    records = [
        record._replace(id=new + record.id.removeprefix(old))
        if record.id.startswith(old)
        else record
        for record in before.entries.values()
    ]
    return dataclasses.replace(before, entries={record.id: record for record in records})


def _vanished(comparison: Comparison) -> Iterator[Problem]:
    before = comparison.before.entries
    gone = comparison.before.changes(comparison.after).gone.values()
    if not gone:
        return
    unpublished = (entry for entry in comparison.site.entries if entry.id not in before)
    matcher = RenameMatcher(unpublished, comparison.office)
    for record in gone:
        if (entry := comparison.by_id.get(record.id)) is not None:
            yield _unpublished(comparison, record, entry)
        elif (renamed := matcher.match(record)) is not None:
            yield _renamed(comparison, record, renamed)
        else:
            yield _deleted(comparison, record)
    if len(gone) > 1 and len(gone) * MANY > len(before):
        message = (
            f"{len(gone)} of the {len(before)} published entries would be gone at once; "
            "put their files back, and check that the folder is complete"
        )
        yield Problem("entries", 1, 1, "many-vanished", message)


def _title(record: Record) -> str:
    return quote(record.title or record.id)


def _unpublished(comparison: Comparison, record: Record, entry: Entry) -> Problem:
    """Refuse a published entry that became a draft or has a future date now."""
    if entry.draft:
        message = (
            f"{_title(record)} is published, so as a draft it would stay in readers; "
            f"replace the `draft` line by `withdrawn: {comparison.today}`"
        )
    elif whole_seconds(entry.published) == whole_seconds(record.published):
        now = comparison.date(comparison.now)
        message = f"{_title(record)} is published, but it is only {now}; correct the clock or --now"
    else:
        date = comparison.date(record.published or comparison.now)
        message = (
            f"{_title(record)} is published, but its date is in the future; write `date: {date}`"
        )
    key = "draft" if entry.draft else "date"
    return comparison.problem(entry.path, key, "id-vanished", message)


def _renamed(comparison: Comparison, record: Record, entry: Entry) -> Problem:
    if entry.path == record.file:
        change = f"the id of {_title(record)} has changed"
    else:
        old = f" from {record.file}" if record.file else ""
        change = f"the file of {_title(record)} was renamed{old}, which changes its id"
    message = (
        f"{change}, so that readers would show it twice; write "
        f"`id: {comparison.short_id(record.id)}` to keep the id"
    )
    key = "id" if line_of(comparison.read(entry.path), "id") > 1 else "title"
    return comparison.problem(entry.path, key, "id-vanished", message)


def _deleted(comparison: Comparison, record: Record) -> Problem:
    day = comparison.today
    if record.withdrawn:
        day = record.withdrawn.astimezone(comparison.office.timezone).date()
    path = record.file or f"entries/{comparison.short_id(record.id)}.md"
    message = (
        f"{_title(record)} is published, but its file is gone; put the file back and add "
        f"`withdrawn: {day}`, so that readers remove it and its page stays"
    )
    return Problem(path, 1, 1, "id-vanished", message)


def _moved(comparison: Comparison) -> Iterator[Problem]:
    """Refuse dates that move by more than a day, and an `updated` that goes backwards."""
    for old, new, entry in comparison.differing:
        if old.published is None or new.published is None:
            continue
        if abs((new.published - old.published).total_seconds()) > MAX_MOVE:
            date = comparison.date(old.published)
            message = (
                f"the date of {_title(old)} moves from {date} to "
                f"{comparison.date(new.published)}, which changes the order in readers; "
                f"write `date: {date}`, and the date of a change as `updated`"
            )
            yield comparison.problem(entry.path, "date", "date-moved", message)
        if old.updated is None or new.updated is None or updated_follows_date(old, new):
            continue
        if (whole_seconds(new.updated) or 0) < (whole_seconds(old.updated) or 0):
            instant = old.updated.astimezone(comparison.office.timezone).replace(microsecond=0)
            message = (
                f"`updated` of {_title(old)} is before {instant.isoformat()}, its last value, and "
                f"readers ignore older versions; write `updated: {instant.isoformat()}` or later"
            )
            yield comparison.problem(entry.path, "updated", "updated-backwards", message)


def _unannounced(comparison: Comparison) -> Iterator[Problem]:
    """Warn of changes without a new `updated`, which most readers ignore."""
    for old, new, entry in comparison.differing:
        if new.withdrawn is not None or is_updated(old, new):
            continue
        if old.withdrawn is not None:
            change = f"{_title(new)} is no longer withdrawn, but its `updated` is not newer"
        elif is_changed(old, new):
            change = f"{_title(new)} has changed, but its `updated` is not newer"
        else:
            continue
        message = (
            f"{change}, so that most readers will not show it; run `ilofeed touch {entry.path}`. "
            "You don't need it for a corrected typo"
        )
        problem = comparison.problem(entry.path, "updated", "changed-silently", message)
        yield dataclasses.replace(problem, severity="warning")


class RenameMatcher:
    """A search for entries that were published under another id, before a rename.

    Candidates are entries whose id was never published; each is returned at most once.
    """

    def __init__(self, candidates: Iterable[Entry], office: Office) -> None:
        self._matched: set[str] = set()
        self._index: dict[tuple[str, object], list[Entry]] = {}
        for entry in candidates:
            for key in (
                ("digest", digest(entry, office)),
                ("title", entry.title),
                ("instant", whole_seconds(entry.published)),
            ):
                self._index.setdefault(key, []).append(entry)

    def match(self, record: Record) -> Entry | None:
        """Return the entry that matches a record by content, else by title and date, title, or date
        and similar title; None if none does. An entry in the record's file is preferred."""
        titled = self._candidates("title", record.title)
        title = record.title.casefold()
        similar = [
            (difflib.SequenceMatcher(None, title, entry.title.casefold()).ratio(), entry)
            for entry in self._candidates("instant", whole_seconds(record.published))[:MAX_COMPARED]
        ]
        similar.sort(key=lambda pair: -pair[0])
        candidates = [
            *self._candidates("digest", record.digest),
            *(entry for entry in titled if entry.published == record.published),
            *titled,
            *(entry for ratio, entry in similar if ratio >= SIMILARITY),
        ]
        in_file = [entry for entry in candidates if entry.path == record.file]
        best = next(iter([*in_file, *candidates]), None)
        if best is not None:
            self._matched.add(best.id)
        return best

    def _candidates(self, key: str, value: object) -> list[Entry]:
        if not value:  # missing in older manifests
            return []
        return [
            entry for entry in self._index.get((key, value), ()) if entry.id not in self._matched
        ]


DIMENSIONS = ("language", "country", "category")
_FORMATS = {name: form for form, name in FILE_NAMES.items()}


def _addresses(comparison: Comparison, before: Ledger) -> Iterator[Problem]:
    """Refuse changes of the authority and of addresses; `before` has its original ids."""
    office = comparison.office
    problem = functools.partial(comparison.problem, "feeds.yaml")
    if before.authority not in {None, office.authority.text}:
        message = (
            "a new authority changes the id of every entry, so that readers would show all of "
            f"them twice; write `authority: {before.authority}`"
        )
        yield problem("authority", "authority-changed", message)
    if before.site not in {None, office.url}:
        message = (
            f"the site moves from {quote(before.site or '')} to {quote(office.url)}, but "
            f"subscribers have the old address; write `url: {before.site}`, or redirect the old "
            "address to the new one (ids do not change, so readers show no entry twice)"
        )
        yield problem("url", "site-moved", message)
    gone: dict[str, list[str]] = {}  # paths of documents, by the path of their feed
    for path in sorted(before.documents.keys() - comparison.after.documents.keys()):
        gone.setdefault(re.split(r"/archive/|/[^/]+$", path)[0], []).append(path)
    languages = {language for feed in gone if (language := _dimensions(feed).get("language"))}
    lost = sorted(languages - {tag.lower() for tag in _languages(office)})
    for feed, paths in gone.items():
        key, advice = _advice(feed, paths, office, before, lost)
        shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        message = f"{shown} would be removed, but may have subscribers; {advice}"
        yield problem(key, "feed-vanished", message)


def _advice(
    feed: str, paths: list[str], office: Office, before: Ledger, lost: list[str]
) -> tuple[str, str]:
    """Return the key of feeds.yaml that a removed feed depends on, and what to write there; `lost`
    are all languages that are no longer listed, because one line lists them."""
    dimensions = _dimensions(feed)
    language, code, category = (dimensions.get(name) for name in DIMENSIONS)
    countries = {name.lower(): name for name in (*before.countries, *office.countries)}
    country = countries.get(code or "", code or "")
    if category and category not in office.categories:
        label = before.categories.get(category, category)
        return "categories", f"below `categories` write `{category}: {to_yaml(label)}`"
    if code and country not in office.countries:
        label = before.countries.get(country, country)
        return "countries", f"below `countries` write `{country}: {to_yaml(label)}`"
    if feed not in {spec.path for spec in office.feeds}:
        if language in lost:
            tags = ", ".join([*_languages(office), *map(_as_tag, lost)])
            return "languages", f"below `site` write `languages: [{tags}]`"
        names = [name for name in DIMENSIONS if name in dimensions]
        per = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        return "feeds", f"below `feeds` write `- {f'per: {per}' if names else 'all'}`"
    formats = {_FORMATS[name] for path in paths if (name := path.rpartition("/")[2]) in _FORMATS}
    archives = ", ".join(sorted(formats | office.archives))
    return "archives", f"below `site` write `archives: [{archives}]`"


def _languages(office: Office) -> tuple[str, ...]:
    return office.languages or (office.default_language,)


def _as_tag(path: str) -> str:
    """Return a lower-case language tag with the recommended capitals (RFC 5646, section 2.1.1)."""
    language, *subtags = path.split("-")
    styles = {4: str.title, 2: str.upper}
    return "-".join([language, *(styles.get(len(part), str)(part) for part in subtags)])


def _dimensions(feed: str) -> dict[str, str]:
    """Return the language, country and category in the path of a feed, by dimension."""
    parts = feed.split("/")
    return dict(zip(parts[::2], parts[1::2], strict=False))


def line_of(data: bytes, key: str) -> int:
    """Return the line of the first key with this name in a file; 1 if there is none."""
    match = re.search(rb"^[ \t-]*[\"']?" + key.encode() + rb"[\"']?[ \t]*:", data, re.MULTILINE)
    return data.count(b"\n", 0, match.end()) + 1 if match else 1
