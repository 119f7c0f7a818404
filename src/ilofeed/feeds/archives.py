"""Assign the entries of a feed to archive documents (RFC 5005).

The subscription document contains all entries that are not in an archive document, and at least the
newest `limit`. Starting there and following the links, a reader finds each entry exactly once. A
new archive document needs `limit` entries that are older than the newest `limit`. The first two are
written together, because a single one would have no link to another. The ledger records the
archive document of each entry. An entry leaves it when it is updated, or when it is among the
newest `limit` again because newer entries were withdrawn: it returns to the subscription document.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ilofeed.feeds.ledger import Ledger, Record, whole_seconds
from ilofeed.model import Entry


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
