"""Archives (RFC 5005): which entries of a feed are in which archive document, and their bytes.

The subscription document holds everything that is in no archive document, and at least the newest
`limit` entries; every entry can be reached from it exactly once. An archive document is written
when `limit` entries have left the newest `limit`. The first two are written together, because one
alone has neither a previous nor a next. An entry stays in its archive document, which the ledger
records, until it is shown anew, or is among the newest `limit` again because newer ones were
withdrawn: then it is in the subscription document again.
"""

import dataclasses
import itertools
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ilofeed.feeds.atom_rss import render_atom, render_rss
from ilofeed.feeds.json_feed import render_json
from ilofeed.feeds.ledger import Ledger, Record, second
from ilofeed.model import FILE_NAMES, Document, Entry, Feed, Format, History, Office
from ilofeed.workers import ALONE, Workers

Renderer = Callable[[Feed, Office], bytes]

RENDERERS: dict[Format, Renderer] = {"atom": render_atom, "rss": render_rss, "json": render_json}
_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_ENTRY_NAMES: dict[Format, bytes] = {"atom": b"entry", "rss": b"item"}
# what follows the last entry, and what precedes each
_ENDS: dict[Format, tuple[bytes, bytes]] = {
    "atom": (b"</feed>", b"  "),
    "rss": (b"  </channel>", b"    "),
}
_SHEET = 100  # entries that are rendered together
WORTH_SHARING = 100  # documents that take longer to put together than a process to start


def is_shown_anew(entry: Entry, record: Record | None) -> bool:
    """Return whether subscribers are to see an entry now that they did not see so before."""
    if record is None or record.updated is None:
        return True
    is_back = record.withdrawn is not None and entry.withdrawn is None
    return is_back or (entry.updated > record.updated and not is_moved_along(record, entry))


def is_moved_along(before: Record, now: Entry | Record) -> bool:
    """Return whether `updated` was and is just the date: it moves when the date is corrected."""
    return second(before.updated) == second(before.published) and second(now.updated) == second(
        now.published
    )


@dataclass(frozen=True)
class Past:
    """What subscribers were shown of the entries that are out.

    `fresh` holds the ids of those to be shown anew, `pages` the archive documents of each of the
    others, `counts` how many each feed has.
    """

    fresh: AbstractSet[str]
    pages: Mapping[str, Mapping[str, int]]
    counts: Mapping[str, int]


def look_back(entries: Sequence[Entry], before: Ledger | None) -> Past | None:
    """Return the past of entries that are out; None if nothing was shown."""
    if before is None:
        return None
    records = {entry.id: before.entries.get(entry.id) for entry in entries}
    fresh = {entry.id for entry in entries if is_shown_anew(entry, records[entry.id])}
    pages = {identity: r.pages for identity, r in records.items() if r and identity not in fresh}
    return Past(fresh, pages, before.pages)


def archive_pages(
    path: str, selected: Sequence[Entry], limit: int, past: Past | None
) -> tuple[dict[str, int], int]:
    """Return the archive document of each entry that is in one, by id, and how many there are.

    Documents of the feed at `path` are numbered from the oldest. `selected` are the feed's entries,
    newest first, withdrawn ones included: those keep their place without being shown.
    """
    if past is None:
        return _close(selected, {}, 0, limit, frozenset(), moving=True)
    kept = {
        entry.id: past.pages[entry.id][path]
        for entry in selected
        if path in past.pages.get(entry.id, ())
    }
    for entry in _live(selected)[:limit]:  # also after withdrawals
        kept.pop(entry.id, None)
    fresh = past.fresh and {entry.id for entry in selected if entry.id in past.fresh}
    count = max([past.counts.get(path, 0), *kept.values()])
    return _close(selected, kept, count, limit, fresh, moving=bool(fresh))


def _live(selected: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in selected if entry.withdrawn is None]


def _close(
    selected: Sequence[Entry],
    pages: dict[str, int],
    count: int,
    limit: int,
    fresh: Collection[str],
    *,
    moving: bool,
) -> tuple[dict[str, int], int]:
    """Add new documents to those there are, as soon as there is enough for them.

    What is `fresh` stays in the subscription document for once, even if its date is old: its
    subscribers look nowhere else. So nothing is closed in a build without anything fresh, or it
    would be closed without a reason. Only a large number at once is not held back.
    """
    older = [entry for entry in reversed(_live(selected)[limit:]) if entry.id not in pages]
    # oldest first, like the documents
    settled = [entry for entry in older if entry.id not in fresh]
    queue = settled + [entry for entry in older if entry.id in fresh]
    taken = 0
    withdrawn = deque(e for e in reversed(selected) if e.withdrawn and e.id not in pages)
    while True:
        needed = limit if count else 2 * limit
        is_due = moving and len(settled) - taken >= needed
        if not is_due and len(queue) - taken < needed + limit:
            return pages, count
        page = queue[taken : taken + limit]
        taken += limit
        newest = max(entry.published for entry in page)
        count += 1
        pages.update((entry.id, count) for entry in page)
        while withdrawn and withdrawn[0].published <= newest:
            pages[withdrawn.popleft().id] = count


def in_format(feed: Feed, form: Format) -> Feed:
    """Return the feed as its subscription document in a format shows it."""
    if form not in feed.archived_as:
        return feed
    return dataclasses.replace(
        feed,
        entries=feed.current,
        tombstones=feed.withdrawn,
        history=History(len(feed.archives)),
    )


def archive_documents(feed: Feed) -> list[Feed]:
    """Return the feed as each of its archive documents shows it, from the oldest.

    It holds nothing of the other documents, so that a new entry changes none of them. A new archive
    does not either: only the first one names its next.
    """
    alone = dataclasses.replace(
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
            alone,
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
    """Return the documents of each of some `archive_documents`, as `RENDERERS` render them.

    An entry is in archives of several feeds and is rendered once.
    """
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
        return put_together(empty, (parts[form][entry.slug] for entry in shown.entries), form)

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
    form: Format, entries: Sequence[Entry], frame: Feed, office: Office, workers: Workers
) -> dict[str, bytes]:
    """Return each entry as documents of the format show it, by slug; the frame does not matter."""

    def render(sheet: Sequence[Entry]) -> Sequence[bytes]:
        feed = dataclasses.replace(frame, entries=tuple(sheet))
        parts = cut(RENDERERS[form](feed, office), form)
        assert parts is not None  # it was written by this program
        return parts.entries

    sheets = [entries[start : start + _SHEET] for start in range(0, len(entries), _SHEET)]
    parts = itertools.chain.from_iterable(workers.map(render, sheets, 2))
    return dict(zip((entry.slug for entry in entries), parts, strict=True))


@dataclass(frozen=True, slots=True)
class Pieces:
    """The bytes of a document: what is before its entries, each of them, what is after."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes


def cut(data: bytes, form: Format) -> Pieces | None:
    """Return the pieces of a feed document; None if it cannot be cut with certainty."""
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
    return Pieces(data[:first], tuple(body + closing for body in bodies), tail)


def put_together(empty: bytes, entries: Iterable[bytes], form: Format) -> bytes:
    """Return a document without entries filled with entries that were cut from others."""
    end, indent = _ENDS[form]
    at = empty.rindex(end)
    lines = b"".join(indent + entry.strip() + b"\n" for entry in entries)
    return empty[:at] + lines + empty[at:]
