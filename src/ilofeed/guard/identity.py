"""Refuse an id under which subscribers were shown another story, which they would lose."""

from collections.abc import Collection, Iterator

from ilofeed.feeds import Record
from ilofeed.guard.comparison import Comparison, line_of, title_of
from ilofeed.guard.dates import is_moved
from ilofeed.guard.renames import RenameMatcher
from ilofeed.guard.sketch import shared_part
from ilofeed.model import Entry
from ilofeed.problems import Problem

# the part of a text that must be left of what was shown; evidence: docs/explanation/guarantees.md
MIN_SHARED = 0.15
MIN_SHARED_IF_MOVED = 0.25  # if the date of the entry moves too


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
        key = "id" if line_of(comparison.read(entry.path), "id") > 1 else "title"
        yield comparison.problem(entry.path, key, "id-reused", f"{message}; {advice}")
