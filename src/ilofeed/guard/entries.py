"""Refuse changes of entries that would harm subscribers: lost ones, and dates that move."""

import dataclasses
import difflib
from collections.abc import Iterable, Iterator

from ilofeed.feeds import Record, updated_follows_date, whole_seconds
from ilofeed.guard.changes import is_changed, is_updated
from ilofeed.guard.comparison import Comparison, line_of, title_of
from ilofeed.guard.manifest import digest
from ilofeed.model import Entry, Office
from ilofeed.problems import Problem

MAX_MOVE = 24 * 60 * 60  # seconds by which the date of an entry may move
MANY = 10  # many-vanished: more than one in MANY entries would be gone
SIMILARITY = 0.6  # minimal ratio (difflib) of titles, for entries of the same date
MAX_COMPARED = 100  # entries of the same date whose titles are compared


def check_vanished(comparison: Comparison) -> Iterator[Problem]:
    """Refuse published entries that are gone, or a large part of them."""
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


def _unpublished(comparison: Comparison, record: Record, entry: Entry) -> Problem:
    """Refuse a published entry that became a draft or has a future date now."""
    if entry.draft:
        message = (
            f"{title_of(record)} is published, so as a draft it would stay in readers; "
            f"replace the `draft` line by `withdrawn: {comparison.today}`"
        )
    elif whole_seconds(entry.published) == whole_seconds(record.published):
        now = comparison.date(comparison.now)
        message = (
            f"{title_of(record)} is published, but it is only {now}; correct the clock or --now"
        )
    else:
        date = comparison.date(record.published or comparison.now)
        message = (
            f"{title_of(record)} is published, but its date is in the future; write `date: {date}`"
        )
    key = "draft" if entry.draft else "date"
    return comparison.problem(entry.path, key, "id-vanished", message)


def _renamed(comparison: Comparison, record: Record, entry: Entry) -> Problem:
    if entry.path == record.file:
        change = f"the id of {title_of(record)} has changed"
    else:
        old = f" from {record.file}" if record.file else ""
        change = f"the file of {title_of(record)} was renamed{old}, which changes its id"
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
        f"{title_of(record)} is published, but its file is gone; put the file back and add "
        f"`withdrawn: {day}`, so that readers remove it and its page stays"
    )
    return Problem(path, 1, 1, "id-vanished", message)


def check_dates(comparison: Comparison) -> Iterator[Problem]:
    """Refuse dates that move by more than a day, and an `updated` that goes backwards."""
    for old, new, entry in comparison.differing:
        if old.published is None or new.published is None:
            continue
        if abs((new.published - old.published).total_seconds()) > MAX_MOVE:
            date = comparison.date(old.published)
            message = (
                f"the date of {title_of(old)} moves from {date} to "
                f"{comparison.date(new.published)}, which changes the order in readers; "
                f"write `date: {date}`, and the date of a change as `updated`"
            )
            yield comparison.problem(entry.path, "date", "date-moved", message)
        if old.updated is None or new.updated is None or updated_follows_date(old, new):
            continue
        if (whole_seconds(new.updated) or 0) < (whole_seconds(old.updated) or 0):
            instant = old.updated.astimezone(comparison.office.timezone).replace(microsecond=0)
            last = instant.isoformat()
            message = (
                f"`updated` of {title_of(old)} is before {last}, its last value, and readers "
                f"ignore older versions; write `updated: {last}` or later"
            )
            yield comparison.problem(entry.path, "updated", "updated-backwards", message)


def check_announced(comparison: Comparison) -> Iterator[Problem]:
    """Warn of changes without a new `updated`, which most readers ignore."""
    for old, new, entry in comparison.differing:
        if new.withdrawn is not None or is_updated(old, new):
            continue
        if old.withdrawn is not None:
            change = f"{title_of(new)} is no longer withdrawn, but its `updated` is not newer"
        elif is_changed(old, new):
            change = f"{title_of(new)} has changed, but its `updated` is not newer"
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
