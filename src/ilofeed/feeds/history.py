"""Archives (RFC 5005): which entries of a feed are in which of its archive documents.

The subscription document holds all that is in no archive document, and at least the newest
`limit`; from it every entry is reached exactly once. An archive document is written when `limit`
entries have gone out of the newest `limit`, the first two together, because one alone has neither
a previous nor a next. What an entry's document is stays so, as the ledger says, until the entry is
shown anew, or is among the newest `limit` again because newer ones were withdrawn: then it is in
the subscription document again.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ilofeed.feeds.ledger import second
from ilofeed.model import History

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from ilofeed.feeds.ledger import Ledger, Record
    from ilofeed.model import Entry, Feed, Format


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
    pages: dict[str, Mapping[str, int]] = {}
    fresh = set()
    for entry in entries:
        record = before.entries.get(entry.id)
        if record is None or is_shown_anew(entry, record):
            fresh.add(entry.id)
        else:
            pages[entry.id] = record.pages
    return Past(fresh, pages, before.pages)


def pages(
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
