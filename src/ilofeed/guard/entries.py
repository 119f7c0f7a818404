"""Refuse to lose entries that were shown, and warn of changes that readers will not notice."""

import dataclasses
from collections.abc import Collection, Iterator

from ilofeed.feeds import Record, whole_seconds
from ilofeed.guard.changes import is_changed, is_updated
from ilofeed.guard.comparison import Comparison, line_of, title_of
from ilofeed.guard.renames import RenameMatcher
from ilofeed.model import Entry
from ilofeed.problems import Problem

MANY = 10  # many-vanished: more than one in MANY entries would be gone


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


def check_announced(comparison: Comparison, refused: Collection[str]) -> Iterator[Problem]:
    """Warn of changes without a new `updated`, which most readers ignore; ids in `refused` have a
    problem already."""
    for old, new, entry in comparison.differing:
        if new.withdrawn is not None or new.id in refused or is_updated(old, new):
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
