"""Refuse dates that move: of single entries, and of all by a setting in feeds.yaml.

A move is measured from the date that subscribers were shown first, so that small steps add up. A
move that was permitted with `--allow` counts as a new first date.
"""

import dataclasses
from collections.abc import Collection, Iterator

from ilofeed import dates
from ilofeed.feeds import Ledger, Record, updated_follows_date, whole_seconds
from ilofeed.guard.comparison import Comparison, Settings, title_of, under_authority
from ilofeed.model import Office
from ilofeed.problems import Problem, plural

MAX_MOVE = 24 * 60 * 60  # seconds by which the date of an entry may move


def _old_settings(before: Ledger) -> Settings | None:
    if before.timezone not in dates.zone_names() or before.publish_time is None:
        return None  # an older manifest
    return Settings(dates.zone(before.timezone), before.publish_time)


def is_moved(old: Record, new: Record) -> bool:
    """Return whether a date moves by more than `MAX_MOVE` from the first one that was shown."""
    first = old.first_published or old.published
    if first is None or new.published is None:
        return False
    return abs((new.published - first).total_seconds()) > MAX_MOVE


def find_moved_by_settings(comparison: Comparison) -> frozenset[str]:
    """Return the ids of entries whose dates only move because feeds.yaml has other settings."""
    before, after = _old_settings(comparison.before), _new_settings(comparison.office)
    if before is None or before == after:
        return frozenset()
    return frozenset(
        new.id
        for old, new, _ in comparison.differing
        if _is_moved_by_settings(before, after, old, new)
    )


def _new_settings(office: Office) -> Settings:
    return Settings(office.timezone, office.publish_time)


def _is_moved_by_settings(before: Settings, after: Settings, old: Record, new: Record) -> bool:
    pairs = [(old.published, new.published), (old.updated, new.updated)]
    moved = [
        (first, second)
        for first, second in pairs
        if first is not None
        and second is not None
        and whole_seconds(first) != whole_seconds(second)
    ]
    return bool(moved) and all(
        (day := before.day(first)) is not None and day == after.day(second)
        for first, second in moved
    )


def check_settings(comparison: Comparison, moved: Collection[str]) -> Iterator[Problem]:
    """Refuse a new `timezone` or `publish_time`, once for all entries in `moved`."""
    settings = _old_settings(comparison.before)
    if not moved or settings is None:
        return
    office = comparison.office
    lines = []
    if settings.time != office.publish_time:
        lines.append(f'publish_time: "{settings.time:%H:%M}"')
    if settings.zone != office.timezone:
        lines.append(f"timezone: {comparison.before.timezone}")
    keys = [line.partition(":")[0] for line in lines]
    old, new, entry = next(pair for pair in comparison.differing if pair[1].id in moved)
    key, first, second = "date", old.published, new.published
    if whole_seconds(first) == whole_seconds(second):
        key, first, second = "updated", old.updated, new.updated
    assert first is not None
    assert second is not None
    shown = first.astimezone(settings.zone).replace(microsecond=0).isoformat()
    message = (
        f"{' and '.join(f'`{key}`' for key in keys)} changed, which moves the dates of "
        f"{plural(len(moved), 'published entry', 'published entries')}; "
        f"write {' and '.join(f'`{line}`' for line in lines)} again, or write the old dates with "
        f"their time, in {entry.path} `{key}: {shown}`"
    )
    yield comparison.problem("feeds.yaml", [keys[0], "site"], "dates-moved", message)


def check_dates(comparison: Comparison, ignored: Collection[str]) -> Iterator[Problem]:
    """Refuse dates that move by more than a day, and an `updated` that goes backwards.

    Ids in `ignored` have another problem already.
    """
    for old, new, entry in comparison.differing:
        if new.id in ignored:
            continue
        first = old.first_published or old.published
        if is_moved(old, new) and first is not None and new.published is not None:
            date = comparison.date(first)
            message = (
                f"the date of {title_of(old)} moves from {date} to "
                f"{comparison.date(new.published)}, which changes the order in readers; "
                f"write `date: {date}`, and the date of a change as `updated`"
            )
            yield comparison.problem(entry.path, ["date"], "date-moved", message)
        if old.updated is None or new.updated is None or updated_follows_date(old, new):
            continue
        if (whole_seconds(new.updated) or 0) < (whole_seconds(old.updated) or 0):
            instant = old.updated.astimezone(comparison.office.timezone).replace(microsecond=0)
            last = instant.isoformat()
            message = (
                f"`updated` of {title_of(old)} is before {last}, its last value, and readers "
                f"ignore older versions; write `updated: {last}` or later"
            )
            yield comparison.problem(entry.path, ["updated"], "updated-backwards", message)


def keep_first(before: Ledger, after: Ledger, office: Office) -> Ledger:
    """Return the ledger `after` with what only the previous ledger knows of each entry.

    This is the date that was shown first, and the text of an entry that is withdrawn now.
    """
    old_settings, new_settings = _old_settings(before), _new_settings(office)
    kept = dict(after.entries)
    for identity, old in under_authority(before, office).entries.items():
        new = kept.get(identity)
        if new is None:
            continue
        first = old.first_published or old.published
        if (
            first == new.published
            or is_moved(old, new)
            or (old_settings and _is_moved_by_settings(old_settings, new_settings, old, new))
        ):
            first = None
        sketch = new.sketch if new.withdrawn is None else old.sketch or new.sketch
        if (first, sketch) != (new.first_published, new.sketch):
            kept[identity] = new._replace(first_published=first, sketch=sketch)
    return dataclasses.replace(after, entries=kept)
