"""Refuse to lose entries that were shown, or to put another story under their id.

Warn of changes that readers will not notice.
"""

from collections.abc import Collection, Iterator

from ilofeed.feeds import Record, whole_seconds
from ilofeed.guard.changes import is_changed, is_updated
from ilofeed.guard.comparison import Comparison, title_of
from ilofeed.guard.dates import is_moved
from ilofeed.guard.renames import RenameMatcher
from ilofeed.guard.sketch import shared_part
from ilofeed.model import Entry
from ilofeed.problems import Problem

MANY = 10  # many-vanished: more than one in MANY entries would be gone
# the part of a text that must be left of what was shown; evidence: docs/explanation/guarantees.md
MIN_SHARED = 0.15
MIN_SHARED_IF_MOVED = 0.25  # if the date of the entry moves too


def check_vanished(comparison: Comparison) -> Iterator[Problem]:
    """Refuse published entries that are gone, or a large part of them."""
    before = comparison.before.entries
    gone = comparison.before.missing_in(comparison.after)
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
    return comparison.problem(entry.path, [key], "id-vanished", message)


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
    return comparison.problem(entry.path, ["id", "title"], "id-vanished", message)


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


def find_reused(comparison: Comparison) -> frozenset[str]:
    """Return the ids of entries whose text has nearly nothing in common with what was shown."""
    return frozenset(
        new.id for old, new, entry in comparison.differing if _is_reused(old, new, entry)
    )


def _is_reused(old: Record, new: Record, entry: Entry) -> bool:
    if old.sketch is None or old.sketch == new.sketch or new.withdrawn is not None:
        return False
    least = MIN_SHARED_IF_MOVED if is_moved(old, new) else MIN_SHARED
    return shared_part(old.sketch, entry.title, entry.summary, entry.html) < least


def check_reused(comparison: Comparison, reused: Collection[str]) -> Iterator[Problem]:
    """Refuse the ids in `reused`, and say where their old text belongs."""
    if not reused:
        return
    changed = {new.id for _, new, _ in comparison.differing}
    known = comparison.before.entries.keys() - changed
    others = (entry for entry in comparison.site.entries if entry.id not in known)
    matcher = RenameMatcher(others, comparison.office)
    for record, _, entry in comparison.differing:
        if record.id not in reused:
            continue
        message = (
            f"{title_of(record)} was published with this id, and this text has nearly nothing in "
            "common with it, but would replace it in readers"
        )
        moved = matcher.match(record)
        if moved is not None and moved.id != record.id:
            advice = f"in {moved.path} write `id: {comparison.short_id(record.id)}`"
            advice += "; give this text another id"
        else:
            path = record.file or entry.path
            advice = f"put the old text back into {path}, and write this one in a new file"
        message = f"{message}; {advice}"
        yield comparison.problem(entry.path, ["id", "title"], "id-reused", message)


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
        problem = comparison.problem(entry.path, ["updated"], "changed-silently", message)
        yield problem.as_warning()
