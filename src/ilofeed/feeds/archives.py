"""Assign the entries of a feed to archive documents (RFC 5005), and render these documents.

The subscription document contains all entries that are not in an archive document, and at least the
newest `limit`. Starting there and following the links, a reader finds each entry exactly once. A
new archive document needs `limit` entries that are older than the newest `limit`. The first two are
written together, because a single one would have no link to another. The ledger records the
archive document of each entry. An entry leaves it when it is updated, or when it is among the
newest `limit` again because newer entries were withdrawn: it returns to the subscription document.
"""

import dataclasses
import itertools
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ilofeed.feeds.atom_rss import render_atom, render_rss
from ilofeed.feeds.json_feed import render_json
from ilofeed.feeds.ledger import Ledger, Record, whole_seconds
from ilofeed.model import FILE_NAMES, Document, Entry, Feed, Format, History, Office
from ilofeed.workers import ALONE, Workers

Renderer = Callable[[Feed, Office], bytes]

RENDERERS: dict[Format, Renderer] = {"atom": render_atom, "rss": render_rss, "json": render_json}
_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_ENTRY_NAMES: dict[Format, bytes] = {"atom": b"entry", "rss": b"item"}
# the end tag after the last entry, and the indentation of each entry
_ENDS: dict[Format, tuple[bytes, bytes]] = {
    "atom": (b"</feed>", b"  "),
    "rss": (b"  </channel>", b"    "),
}
_BATCH = 100  # entries rendered together
WORTH_SHARING = 100  # from this number of documents on, other processes save time


def must_be_shown(entry: Entry, record: Record | None) -> bool:
    """Return whether an entry is new, updated or no longer withdrawn since its last record."""
    if record is None or record.updated is None:
        return True
    is_back = record.withdrawn is not None and entry.withdrawn is None
    return is_back or (entry.updated > record.updated and not updated_follows_date(record, entry))


def updated_follows_date(before: Record, now: Entry | Record) -> bool:
    """Return whether `updated` equals `published` (in seconds) before and now: such an entry was
    never edited, so if `updated` changed, only the date was corrected."""
    return all(whole_seconds(r.updated) == whole_seconds(r.published) for r in (before, now))


@dataclass(frozen=True)
class PreviousArchives:
    """The archives of the previous build.

    `fresh` has the ids of entries that subscribers must see now (`must_be_shown`). `pages` has the
    archive numbers of all other entries, by id and feed path; `counts` the archives of each feed.
    """

    fresh: AbstractSet[str]
    pages: Mapping[str, Mapping[str, int]]
    counts: Mapping[str, int]


def previous_archives(entries: Sequence[Entry], before: Ledger | None) -> PreviousArchives | None:
    """Return the previous archives of published entries; None without a previous build."""
    if before is None:
        return None
    records = {entry.id: before.entries.get(entry.id) for entry in entries}
    fresh = {entry.id for entry in entries if must_be_shown(entry, records[entry.id])}
    pages = {identity: r.pages for identity, r in records.items() if r and identity not in fresh}
    return PreviousArchives(fresh, pages, before.archive_counts)


def archive_pages(
    path: str, selected: Sequence[Entry], limit: int, previous: PreviousArchives | None
) -> tuple[dict[str, int], int]:
    """Return the archive number of each archived entry by id, and the number of archives.

    Archives of the feed at `path` are numbered from 1, the oldest. `selected` are the entries of
    the feed, newest first. Withdrawn entries keep their archive number, but are not rendered.
    """
    if previous is None:
        return _fill_archives(selected, {}, 0, limit, frozenset(), may_add=True)
    kept = {
        entry.id: previous.pages[entry.id][path]
        for entry in selected
        if path in previous.pages.get(entry.id, ())
    }
    for entry in _not_withdrawn(selected)[:limit]:  # may be archived, if newer ones were withdrawn
        kept.pop(entry.id, None)
    fresh = previous.fresh and {entry.id for entry in selected if entry.id in previous.fresh}
    count = max([previous.counts.get(path, 0), *kept.values()])
    return _fill_archives(selected, kept, count, limit, fresh, may_add=bool(fresh))


def _not_withdrawn(selected: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in selected if entry.withdrawn is None]


def _fill_archives(
    selected: Sequence[Entry],
    pages: dict[str, int],
    count: int,
    limit: int,
    fresh: Collection[str],
    *,
    may_add: bool,
) -> tuple[dict[str, int], int]:
    """Add archive documents while there are enough entries; return `pages` and the new count.

    Entries with an id in `fresh` stay in the subscription document for this build, even if their
    date is old, because readers only check that document. `may_add` is False in a build without
    fresh entries, so that an unchanged site keeps its archives. If more than a whole archive of
    entries waits, archives are added in any case.
    """
    older = [entry for entry in reversed(_not_withdrawn(selected)[limit:]) if entry.id not in pages]
    not_fresh = [entry for entry in older if entry.id not in fresh]  # oldest first
    queue = not_fresh + [entry for entry in older if entry.id in fresh]
    taken = 0
    withdrawn = deque(e for e in reversed(selected) if e.withdrawn and e.id not in pages)
    while True:
        needed = limit if count else 2 * limit
        is_due = may_add and len(not_fresh) - taken >= needed
        if not is_due and len(queue) - taken < needed + limit:
            return pages, count
        page = queue[taken : taken + limit]
        taken += limit
        newest = max(entry.published for entry in page)
        count += 1
        pages.update((entry.id, count) for entry in page)
        while withdrawn and withdrawn[0].published <= newest:
            pages[withdrawn.popleft().id] = count


def subscription_feed(feed: Feed, form: Format) -> Feed:
    """Return the feed with the entries and history of its subscription document in a format."""
    if form not in feed.archived_as:
        return feed
    return dataclasses.replace(
        feed, entries=feed.current, tombstones=feed.withdrawn, history=History(len(feed.archives))
    )


def archive_feeds(feed: Feed) -> list[Feed]:
    """Return one feed for each archive document, oldest first, with only the entries in it.

    Without data of the other documents, a new entry does not change an archive document. A new
    archive changes none either: only the first one links to the next.
    """
    base = dataclasses.replace(
        feed,
        selected=0,
        events=(),
        has_calendar=False,
        tombstones=(),
        archives=(),
        current=(),
        withdrawn=(),
    )
    return [
        dataclasses.replace(
            base,
            entries=tuple(entry for entry in archive.entries if entry.withdrawn is None),
            updated=archive.updated,
            history=History(number, number),
        )
        for number, archive in enumerate(feed.archives, 1)
    ]


def _documents(shown: Feed) -> list[tuple[str, Format]]:
    return [
        (shown.own_path(FILE_NAMES[form]), form) for form in RENDERERS if form in shown.archived_as
    ]


def render_archive_documents(
    archives: Sequence[Feed], office: Office, workers: Workers = ALONE
) -> list[list[Document]]:
    """Return the documents of each of the `archive_feeds`, one for each format with archives. The
    bytes are those of `RENDERERS`, but an entry that is in several archives is rendered once."""
    entries = list({entry.slug: entry for shown in archives for entry in shown.entries}.values())
    parts = {
        form: _render_entries(form, entries, archives[0], office, workers)
        for form in _ENTRY_NAMES
        if archives and form in archives[0].archived_as
    }

    def render(shown: Feed, form: Format) -> bytes:
        if form not in parts:
            return RENDERERS[form](shown, office)
        empty = RENDERERS[form](dataclasses.replace(shown, entries=()), office)
        return join_document(empty, (parts[form][entry.slug] for entry in shown.entries), form)

    def render_formats(shown: Feed) -> list[bytes]:
        return [render(shown, form) for _, form in _documents(shown)]

    rendered = workers.map(render_formats, archives, WORTH_SHARING)
    return [
        [
            Document(path, "archive", data, shown, form)
            for (path, form), data in zip(_documents(shown), formats, strict=True)
        ]
        for shown, formats in zip(archives, rendered, strict=True)
    ]


def _render_entries(
    form: Format, entries: Sequence[Entry], any_feed: Feed, office: Office, workers: Workers
) -> dict[str, bytes]:
    """Return the bytes of each entry in a format, by slug; they are the same in any feed."""

    def render(batch: Sequence[Entry]) -> Sequence[bytes]:
        feed = dataclasses.replace(any_feed, entries=tuple(batch))
        parts = split_document(RENDERERS[form](feed, office), form)
        assert parts is not None  # it was written by this program
        return parts.entries

    batches = [entries[start : start + _BATCH] for start in range(0, len(entries), _BATCH)]
    parts = itertools.chain.from_iterable(workers.map(render, batches, 2))
    return dict(zip((entry.slug for entry in entries), parts, strict=True))


@dataclass(frozen=True, slots=True)
class DocumentParts:
    """The bytes of a document: before the first entry, each entry, after the last entry."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes


def split_document(data: bytes, form: Format) -> DocumentParts | None:
    """Split an Atom or RSS document at its entries; None if it is JSON or a split is not safe."""
    name = _ENTRY_NAMES.get(form)
    if name is None:
        return None
    opening, closing = b"<" + name, b"</" + name + b">"
    first = data.find(opening)
    if first < 0 or b"<!" in data or data.rfind(b"<?") > first or not data.startswith(_DECLARATION):
        return None
    *bodies, tail = data[first:].split(closing)
    if opening in tail or any(
        body.count(opening) != 1 or not body.lstrip().startswith(opening) for body in bodies
    ):
        return None
    return DocumentParts(data[:first], tuple(body + closing for body in bodies), tail)


def join_document(empty: bytes, entries: Iterable[bytes], form: Format) -> bytes:
    """Insert entries, as `split_document` returns them, into a document without entries."""
    end, indent = _ENDS[form]
    at = empty.rindex(end)
    lines = b"".join(indent + entry.strip() + b"\n" for entry in entries)
    return empty[:at] + lines + empty[at:]
