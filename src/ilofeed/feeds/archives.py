"""Archive documents to bytes. An entry stands in those of several feeds and is rendered once."""

from __future__ import annotations

import dataclasses
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from ilofeed.document import FILE_NAMES, Document, document
from ilofeed.feeds.archive_parts import cut, put_together
from ilofeed.feeds.atom_rss import render_atom, render_rss
from ilofeed.feeds.json_feed import render_json
from ilofeed.feeds.ledger import Records, second
from ilofeed.model import History
from ilofeed.shares import share
from ilofeed.spool import IN_MEMORY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from ilofeed.feeds.ledger import Ledger, Record
    from ilofeed.model import Entry, Feed, Format


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ilofeed.document import NewDocument
    from ilofeed.model import Entry, Feed, Format, Office
    from ilofeed.spool import Store, Stored

    Draw = Callable[[Feed, Office], bytes]

RENDERERS: dict[Format, Draw] = {"atom": render_atom, "rss": render_rss, "json": render_json}
_XML: tuple[Format, ...] = ("atom", "rss")  # that entries can be cut from
_SHEET = 100  # entries that are rendered together
WORTH_SHARING = 100  # documents that take longer to put together than a process to start


def render_archive(shown: Feed, office: Office) -> list[Document]:
    """The documents of one archive (`history.archive_documents`), by themselves."""
    return [
        Document(path, "archive", RENDERERS[form](shown, office), shown, form)
        for path, form in _documents(shown)
    ]


def _documents(shown: Feed) -> list[tuple[str, Format]]:
    return [
        (shown.own_path(FILE_NAMES[form]), form) for form in RENDERERS if form in shown.archived_as
    ]


def render_archive_documents(
    archives: Sequence[Feed], office: Office, processes: int = 1, store: Store = IN_MEMORY
) -> Iterator[list[NewDocument]]:
    """The same of many archives, byte for byte and in the same order."""
    # a list, since for a large site a table of all would be one too many
    entries = list({entry.slug: entry for shown in archives for entry in shown.entries}.values())
    pieces = {
        form: _render_entries(form, entries, archives[0], office, processes, store)
        for form in _XML
        if archives and form in archives[0].archived_as
    }

    def draw(shown: Feed, form: Format) -> bytes:
        if form not in pieces:
            return RENDERERS[form](shown, office)
        empty = RENDERERS[form](dataclasses.replace(shown, entries=()), office)
        stored = (pieces[form][entry.slug] for entry in shown.entries)
        return put_together(empty, map(store.take, stored), form)

    def make(shown: Feed) -> list[Stored]:
        return [store.put(draw(shown, form)) for _, form in _documents(shown)]

    made = share(archives, make, processes if len(archives) > WORTH_SHARING else 1)
    pieces.clear()  # of a large site they take as much as all that comes now
    for shown, stored in zip(archives, made, strict=True):
        yield [
            document(path, "archive", one, store, feed=shown, format=form)
            for (path, form), one in zip(_documents(shown), stored, strict=True)
        ]


def _render_entries(
    form: Format,
    entries: Sequence[Entry],
    frame: Feed,
    office: Office,
    processes: int,
    store: Store,
) -> dict[str, bytes | int]:
    """Each entry as a document of the format shows it, by slug: what is around it does not show."""
    sheets = [tuple(entries[at : at + _SHEET]) for at in range(0, len(entries), _SHEET)]
    draw = partial(_render_sheet, form, frame, office, store)
    found = share(sheets, draw, processes if len(sheets) > 2 else 1)
    written = (piece for sheet in found for piece in sheet)
    return dict(zip((entry.slug for entry in entries), written, strict=True))


def _render_sheet(
    form: Format, frame: Feed, office: Office, store: Store, sheet: tuple[Entry, ...]
) -> Sequence[bytes | int]:
    found = cut(RENDERERS[form](dataclasses.replace(frame, entries=sheet), office), form)
    assert found is not None  # it is our own
    return store.put_all(found.entries)


def is_shown_anew(entry: Entry, record: Record | None) -> bool:
    """Whether subscribers are to see an entry now that they did not see so before."""
    if record is None or record.updated is None:
        return True
    if record.withdrawn is not None and entry.withdrawn is None:
        return True
    return entry.updated > record.updated and not is_moved_along(record, entry)


def is_moved_along(before: Record, now: Entry | Record) -> bool:
    """Whether `updated` was and is only the date: then it moves when the date is corrected."""
    return second(before.updated) == second(before.published) and second(now.updated) == second(
        now.published
    )


@dataclasses.dataclass(frozen=True)
class Past:
    """What subscribers were shown of the entries that are out: the ids of those that they are to
    see anew, for each of the others its archive documents, and how many each feed has."""

    fresh: AbstractSet[str]
    pages: Mapping[str, Mapping[str, int]]
    counts: Mapping[str, int]


def look_back(entries: Iterable[Entry], before: Ledger | None) -> Past | None:
    """The past of entries that are out; None where nothing was shown."""
    if before is None:
        return None
    records = before.entries
    pages: dict[str, Mapping[str, int]] = {}
    if isinstance(records, Records):
        known = sorted((entry for entry in entries if entry.noted), key=attrgetter("id"))
        pages = records.pages_of([one.id for one in known], (one.record for one in known))
    fresh = set()
    for entry in entries:
        if entry.id not in pages:
            record = records.get(entry.id)
            if is_shown_anew(entry, record):
                fresh.add(entry.id)
            elif record is not None:
                pages[entry.id] = record.pages
    return Past(fresh, pages, before.pages)


def archive_pages(
    path: str, selected: Sequence[Entry], limit: int, past: Past | None
) -> tuple[dict[str, int], int]:
    """For each entry that is in an archive document of the feed at a path, by its id, the number
    of that document, from the oldest; and how many there are.

    `selected` are the feed's entries, newest first, withdrawn ones included: those keep their place
    without being shown.
    """
    if past is None:
        return _close(selected, {}, 0, limit, frozenset(), moving=True)
    kept = {}
    for entry in selected:
        known = past.pages.get(entry.id)
        if known and path in known:
            kept[entry.id] = known[path]
    for entry in _live(selected)[:limit]:  # also after withdrawals
        kept.pop(entry.id, None)
    fresh = past.fresh and {entry.id for entry in selected if entry.id in past.fresh}
    count = max([past.counts.get(path, 0), *kept.values()])
    return _close(selected, kept, count, limit, fresh, moving=bool(fresh))


def _live(selected: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in selected if entry.withdrawn is None]


def _close(
    selected: Sequence[Entry],
    found: dict[str, int],
    count: int,
    limit: int,
    fresh: Collection[str],
    *,
    moving: bool,
) -> tuple[dict[str, int], int]:
    """The documents there are, and new ones as soon as there is enough for them.

    What is `fresh` stays in the subscription document for once, also where it has an old date: its
    subscribers look nowhere else. So nothing is closed in a build without anything fresh, or it
    would be closed without a reason. Only a large number at once is not held back.
    """
    older = [entry for entry in reversed(_live(selected)[limit:]) if entry.id not in found]
    # oldest first, like the documents
    settled = [entry for entry in older if entry.id not in fresh]
    queue = settled + [entry for entry in older if entry.id in fresh]
    taken = 0
    open_stones = [one for one in reversed(selected) if one.withdrawn and one.id not in found]
    while True:
        wanted = limit if count else 2 * limit
        is_due = moving and len(settled) - taken >= wanted
        if not is_due and len(queue) - taken < wanted + limit:
            return found, count
        page = queue[taken : taken + limit]
        taken += limit
        newest = max(entry.published for entry in page)
        gone = [one for one in open_stones if one.published <= newest]
        open_stones = open_stones[len(gone) :]
        count += 1
        found.update((entry.id, count) for entry in (*page, *gone))


def in_format(feed: Feed, form: Format) -> Feed:
    """The feed as the document shows it that people subscribe to in a format."""
    if form not in feed.archived_as:
        return feed
    return dataclasses.replace(
        feed,
        entries=feed.current,
        tombstones=feed.withdrawn,
        history=History(len(feed.archives)),
    )


def archive_documents(feed: Feed) -> list[Feed]:
    """The feed as each of its archive documents shows it, from the oldest.

    It holds nothing of the other documents, so that a new entry changes none of them, and another
    archive neither: none but the first names the next one.
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
