"""Check all files of an office together; return a `Site`, or all problems."""

import dataclasses
import datetime as dt
import posixpath
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import starmap
from operator import attrgetter

from ilofeed.content import frontmatter
from ilofeed.content.entry import EntryFile, check_entry, own_links, slug_of
from ilofeed.content.entry_checks import translation_problems
from ilofeed.content.office import check_office, placeholder_office
from ilofeed.content.read import Sources
from ilofeed.ids import fraction
from ilofeed.media import OfficeFile, check_aliases, files_of, site_paths
from ilofeed.model import Entry, Office
from ilofeed.problems import Problem, did_you_mean, has_errors, nearest, quote
from ilofeed.text import Source, is_windows_name
from ilofeed.workers import ALONE, Workers

# returns, by path, the entries of an earlier build for which a check would give the same result
EntryCache = Callable[[Sources, Office, dt.datetime], Mapping[str, Entry]]
EntryChecker = Callable[[str, bytes, Office, Mapping[str, OfficeFile], dt.datetime], EntryFile]


@dataclasses.dataclass(frozen=True)
class Site:
    """An office with its entries in any order, including drafts and future-dated entries.

    `files` are the other files of the office, by path. `cached` are the paths of the entries that
    were not checked again.
    """

    office: Office
    entries: tuple[Entry, ...]
    files: Mapping[str, OfficeFile] = dataclasses.field(default_factory=dict, compare=False)
    cached: frozenset[str] = dataclasses.field(default=frozenset(), compare=False)


WORTH_SHARING = 200  # fewer entries are checked faster than a process starts
_LOOKS_LIKE_ENTRY = frozenset(".markdown .md .mdown .mdx .txt .yaml .yml .docx .html".split())


def check(
    sources: Sources,
    now: dt.datetime,
    base_url: str | None = None,
    cache: EntryCache | None = None,
    workers: Workers = ALONE,
) -> tuple[Site | None, list[Problem]]:
    """Check all files; return the site (None if there is an error) and all problems, sorted.

    `now` has a time zone. `base_url` overrides `site.url` for a preview; ids do not change.
    Entries from `cache` never change the result, only the time that the check takes.
    """
    office, parsed, problems = check_files(sources, now, base_url, cache=cache, workers=workers)
    if has_errors(problems):
        return None, problems
    entries = [file.entry for file in parsed if file.entry is not None]
    cached = frozenset(file.path for file in parsed if file.is_cached)
    return Site(office, tuple(unique_updated(entries)), sources.publishable, cached), problems


def check_files(
    sources: Sources,
    now: dt.datetime,
    base_url: str | None = None,
    checker: EntryChecker = check_entry,
    cache: EntryCache | None = None,
    workers: Workers = ALONE,
) -> tuple[Office, list[EntryFile], list[Problem]]:
    """Return the office, the result for each entry file, and all problems, even after errors.

    The arguments are those of `check`; `checker` checks one entry file, as `check_entry` does.
    """
    problems = list(sources.problems)
    office = placeholder_office()
    if sources.office is not None:
        office, office_problems = check_office(sources.office, now, sources.brand)
        problems += office_problems
    if base_url is not None:
        office = dataclasses.replace(office, url=base_url)

    def parse(file: tuple[str, bytes]) -> EntryFile:
        # drop the places of keys, which take more memory than the entry
        return dataclasses.replace(checker(*file, office, sources.files, now), checked=None)

    cached = cache(sources, office, now) if cache is not None else {}
    fresh = [file for file in sources.entries if file[0] not in cached]
    parsed = workers.map(parse, fresh, WORTH_SHARING)
    parsed += starmap(partial(_parsed_before, office), cached.items())
    parsed.sort(key=attrgetter("path"))
    for file in parsed:
        problems += file.problems
    problems += _unused_files(sources, office, parsed)
    refused = {slug_of(path) for path in sources.refused}
    if conflicts := _conflicts(parsed, refused, office, now):
        # check these files again for the places of keys
        concerned = {problem.path for problem in conflicts}
        placed = {
            path: checker(path, data, office, sources.files, now)
            for path, data in sources.entries
            if path in concerned
        }
        parsed_again = [placed.get(file.path, file) for file in parsed]
        conflicts = _conflicts(parsed_again, refused, office, now)
    return office, parsed, sorted([*problems, *conflicts])


def _unused_files(
    sources: Sources, office: Office, parsed: Sequence[EntryFile]
) -> Iterable[Problem]:
    """Yield a warning for each file that nothing publishes, unless an entry has errors."""
    entries = [file.entry for file in parsed if file.entry is not None]
    used = {file.source for file in files_of(office, entries)}
    is_known = not sources.refused and all(entry.entry is not None for entry in parsed)
    by_folded: dict[str, str] = {}
    for path, file in sources.files.items():
        if (other := by_folded.setdefault(path.casefold(), path)) != path:
            message = f"Windows and macOS cannot have both this file and {quote(other)}, "
            message += "which differ only in capital letters; rename one"
            yield Problem(file.name, 1, 1, "windows-name", message, "warning")
        if path in used:
            if is_windows_name(posixpath.basename(path)):
                message = f"Windows cannot have a file {quote(posixpath.basename(path))}; rename it"
                yield Problem(file.name, 1, 1, "windows-name", message, "warning")
            continue
        name = posixpath.basename(path)
        if name.startswith("~$"):
            message = "this is a lock of a word processor, not a text; close the document there"
            yield Problem(file.name, 1, 1, "not-an-entry", message, "warning")
        elif posixpath.splitext(name)[1].lower() in _LOOKS_LIKE_ENTRY:
            message = f"{quote(name)} is ignored; end the file name of an entry in .md"
            yield Problem(file.name, 1, 1, "not-an-entry", message, "warning")
        elif is_known:
            message = "no entry uses this file; write its name into an entry, or delete it"
            yield Problem(file.name, 1, 1, "unused-file", message, "warning")


def _parsed_before(office: Office, path: str, entry: Entry) -> EntryFile:
    parts = (*entry.authors, *entry.attachments, entry.event, entry.image)
    addresses = (entry.link, *(part.url for part in parts if part is not None))
    texts = "\n".join([entry.html, entry.title, entry.summary, *filter(None, addresses)])
    read = entry.id, entry.translates, entry
    links = own_links(Source(path, texts), office)
    return EntryFile(path, entry.slug, *read, is_cached=True, links=links)


def unique_updated(entries: list[Entry]) -> Iterable[Entry]:
    """Yield the entries with unique `updated` times: change the microseconds of duplicates."""
    taken: set[dt.datetime] = set()
    for entry in sorted(entries, key=attrgetter("id")):
        attempt, updated = 0, entry.updated
        while updated in taken:
            attempt += 1
            updated = updated.replace(microsecond=fraction(entry.id, attempt))
        taken.add(updated)
        yield dataclasses.replace(entry, updated=updated) if attempt else entry


def _conflicts(
    parsed: list[EntryFile], refused: set[str], office: Office, now: dt.datetime
) -> list[Problem]:
    """Return the problems between files: duplicate slugs, ids and links, wrong translations and
    links to pages that are not published."""
    problems = []
    same_slug = set()
    for first, second in _duplicates(parsed, lambda file: file.slug):
        same_slug.add(second.path)
        message = f"{quote(first.path)} has the same file name; rename one of the two"
        problems.append(Problem(second.path, 1, 1, "duplicate-slug", message))
    others = [file for file in parsed if file.path not in same_slug]
    for first, second in _duplicates(others, lambda file: file.id):
        message = f"duplicate id {quote(second.id or '')}, first used in {quote(first.path)}; "
        message += "write another"
        problems.append(second.problem("id", "duplicate-id", message))
    problems += translation_problems(parsed, refused)
    for first, second in _duplicates(parsed, _link_of):
        message = f"{quote(first.path)} has the same link; write the address of this item, or "
        message += "delete one of the two entries"
        problems.append(second.problem("link", "same-link", message).as_warning())
    problems += _alias_problems(parsed, refused, office)
    problems += _dead_links(parsed, refused, office, now)
    return problems


def _alias_problems(
    parsed: Sequence[EntryFile], refused: Collection[str], office: Office
) -> Iterator[Problem]:
    """Yield the problems of the aliases of entries; `refused` are slugs of unreadable files."""
    places = [
        (file, index, path)
        for file in sorted(parsed, key=lambda file: file.path)
        for index, path in enumerate(file.entry.aliases if file.entry is not None else ())
    ]
    prefix = office.authority.id_of("")
    slugs = {*refused, *(file.slug for file in parsed)}
    slugs.update(str(file.id).removeprefix(prefix) for file in parsed)
    taken = site_paths(office).union(f"entry/{slug}" for slug in slugs)
    first = [("feeds.yaml", path) for path in office.aliases]  # whose problems are reported there
    aliases = [*first, *((file.path, path) for file, _, path in places)]
    for number, code, message in check_aliases(aliases, taken) if places else ():
        if number >= len(first):
            file, index, _ = places[number - len(first)]
            problem = file.problem("aliases", code, message, index)
            yield problem.as_warning() if code == "windows-name" else problem


def _link_of(file: EntryFile) -> tuple[str, str] | None:
    """Return the link of a published entry and its language: translations often have the same."""
    entry = file.entry
    if entry is None or entry.link is None or entry.draft or entry.withdrawn is not None:
        return None
    return entry.link, entry.language


def _duplicates(
    parsed: Sequence[EntryFile], key: Callable[[EntryFile], Hashable | None]
) -> Iterable[tuple[EntryFile, EntryFile]]:
    """Yield pairs of the first file with a key, in order of path, and each later one with it."""
    first: dict[Hashable, EntryFile] = {}
    for file in sorted(parsed, key=attrgetter("path")):
        value = key(file)
        if value is None:
            continue
        if value in first:
            yield first[value], file
        else:
            first[value] = file


def _dead_links(
    parsed: Sequence[EntryFile], refused: Collection[str], office: Office, now: dt.datetime
) -> Iterator[Problem]:
    """Yield a problem for each such link when its entry is published; drafts may have any links.

    `refused` are the slugs of files that could not be read.
    """
    pages = {file.slug: file for file in parsed}
    prefix = office.authority.id_of("")
    former = {str(file.id).removeprefix(prefix) for file in parsed} | {*refused}
    aliases = {*office.aliases, *(path for f in parsed if f.entry for path in f.entry.aliases)}
    aliases |= {path.removesuffix("index.html") for path in aliases}
    for file in parsed:
        if file.entry is not None and file.entry.draft:
            continue
        published = file.entry.published if file.entry is not None else now
        # addresses that are wrong in another way, also within quotes
        reported = {(p.line, p.column + quoted) for p in file.problems for quoted in (0, 1)}
        for link in file.links:
            address = office.address(f"entry/{link.slug}/index.html")
            message = ""
            if not link.slug:
                is_alias = re.split("[?#]", link.rest)[0] in aliases
                if not is_alias and _is_page_of_no_feed(link.rest, office):
                    message = describe_dead_link(office.url + link.rest)
            elif link.slug in pages:
                message = _unpublished(pages[link.slug], max(now, published))
            elif link.slug not in former:
                message = _missing(link.slug, pages)
            if link.slug and not message and link.rest[:1] in {"", "?", "#"}:
                message = f"the address lacks its last slash; write {address}{link.rest}"
            if message and (link.line, link.column) not in reported:
                yield Problem(file.path, link.line, link.column, "dead-link", message)


def missing_targets(data: bytes, office: Office, published: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each alias in feeds.yaml (its bytes) whose target is not published."""
    source, _ = frontmatter.read_source("feeds.yaml", data)
    for path, target in office.aliases.items():
        if path not in published and source is not None:
            start = max(source.text.find("aliases:"), 0)
            written = re.escape(target.removesuffix("index.html"))
            place = re.compile(rf":[ \t]+[\"']?({written})").search(source.text, start)
            feeds = {other for other in published if other.endswith((".xml", ".json", ".ics"))}
            hint = did_you_mean(target, feeds) or "; correct the path"
            message = f"this site publishes no page, feed or list at {quote(target)}{hint}"
            yield source.problem(place.start(1) if place else 0, "bad-alias", message)


def describe_dead_link(address: str) -> str:
    """Return the message about a link to a page of the site that is not published."""
    return f"this site publishes no page at {address}; correct the address"


def _is_page_of_no_feed(path: str, office: Office) -> bool:
    """Return whether a path is in a folder that no feed and no entry has. The other paths are
    checked when all documents are known."""
    for folder in office.folders.values():
        path = path.removeprefix(folder)
    names = re.split("[?#]", path)[0].split("/")
    others = {"assets", "embed", "entry", "events", "news", "search", "subscribe"}
    if len(names) == 1 or names[0] in others or "%" in path:
        return False
    folders = {"/".join(names[:length]) for length in range(1, len(names))}
    return bool(office.feeds) and folders.isdisjoint(spec.path for spec in office.feeds)


def _missing(slug: str, pages: Mapping[str, EntryFile]) -> str:
    near = nearest(slug, pages)
    hint = f"; did you mean {quote(near)}?" if near else "; correct the address, or delete the link"
    return f"there is no entry {quote(slug)}{hint}"


def _unpublished(target: EntryFile, when: dt.datetime) -> str:
    """Return why the page of an entry is not published at a time, or ""."""
    entry = target.entry
    if entry is not None and entry.draft:
        return f"{quote(target.slug)} is a draft; publish it first, or delete the link"
    if entry is not None and entry.published > when:
        day = entry.published.date()
        return f"{quote(target.slug)} is published only on {day}; delete the link until then"
    return ""
