"""Read calendars (RFC 5545): each event is an item, a recurring one an item for each date.

icalendar and dateutil compute rules without limits, so those that could keep them busy for hours
are refused. Names and addresses of people are never read.
"""

import contextlib
import dataclasses
import datetime as dt
import itertools
import re
import uuid
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from ilofeed import dates
from ilofeed.dates import Moment
from ilofeed.http import is_address
from ilofeed.problems import plural, quote
from ilofeed.sources import items, public
from ilofeed.text import find_markup

WINDOW = dt.timedelta(days=366)  # from today: the dates of a recurring event that become entries
_NO_DATE = "none of its dates is in the year from today"
_MAX_ZONES, _MAX_STEPS, _EARLIEST = 100, 2_000_000, 1970
_FOLD = re.compile(r"\r?\n[ \t]")
_ZONE = re.compile(
    r"^BEGIN:VTIMEZONE\s*\n(?:(?!(?:BEGIN|END):VTIMEZONE)[^\n]*+\n)*+END:VTIMEZONE\s*\n",
    re.MULTILINE | re.IGNORECASE,
)
_BEGIN = re.compile(r"^BEGIN:VCALENDAR\s*$", re.MULTILINE | re.IGNORECASE)
_COSTLY = re.compile(
    r"^RRULE(?!.*FREQ=YEARLY)|^RRULE.*INTERVAL=(?!1\b)", re.MULTILINE | re.IGNORECASE
)
_FREQUENCY = re.compile(r"\bFREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)\b")
_RULE = frozenset("FREQ INTERVAL COUNT UNTIL BYDAY BYMONTH BYMONTHDAY BYSETPOS WKST".split())
_READ = frozenset(
    (
        "UID DTSTAMP CREATED LAST-MODIFIED SEQUENCE DTSTART DTEND DURATION SUMMARY DESCRIPTION "
        "X-ALT-DESC LOCATION URL CATEGORIES ATTACH STATUS CLASS RRULE RDATE EXDATE RECURRENCE-ID"
    ).split()
)


def read_calendar(
    text: str, zone: dt.tzinfo, now: dt.datetime, *, drafts: bool = False
) -> items.ImportedFeed:
    """Return the events of a calendar as items; raise `SourceError` if it cannot be read.

    `zone` applies to times without a zone; recurring events have dates from today for a year.
    """
    components = _parse(text)
    newest: dict[tuple[str, str], int] = {}
    for number, event in enumerate(components):
        key = (_text(event, "UID") or f"\0{number}", _raw(event, "RECURRENCE-ID"))
        newest[key] = max(newest.get(key, number), number, key=lambda at: _version(components[at]))
    series = {uid: components[number] for (uid, at), number in newest.items() if not at}
    states = [
        (number + 1, public.strictest(map(_state, (components[number], series.get(uid, {})))))
        for (uid, _), number in newest.items()
    ]
    selection = public.select(sorted(states, key=lambda pair: pair[0]), drafts=drafts)
    notes, taken, ignored = [], list[items.Item](), Counter[str]()
    failed = defaultdict[str, list[int]](list)
    reader = _Reader(zone, now, len(components))
    for (uid, at), number in newest.items():
        with contextlib.suppress(ValueError):
            if at:
                reader.note_change(uid, components[number])
    for number, publication in selection.taken.items():
        event = components[number - 1]
        ignored.update(key for key in event if key not in _READ)
        try:
            if len(taken) <= items.MAX_ITEMS:
                for item in itertools.islice(reader.items(number, event), items.MAX_ITEMS):
                    taken.append(dataclasses.replace(item, publication=publication))
        except Exception as error:  # noqa: BLE001  icalendar lets any exception through
            is_known = isinstance(error, items.SourceError)
            failed[str(error) if is_known else "its properties cannot be read"].append(number)
    for why, numbers in failed.items():
        where = items.numbered(numbers)
        notes.append(items.note(f"left out {plural(len(numbers), 'event')} ({where}): {why}"))
    if older := len(components) - len(newest):
        notes.append(items.note(f"older versions of events left out: {older}"))
    if ignored:
        notes.append(items.note(f"not kept of the events: {items.counted(ignored)}"))
    notes += items.too_many(len(taken))
    left_out = sum(map(len, failed.values())) + older
    return selection.feed(taken[: items.MAX_ITEMS], notes, left_out)


def _parse(text: str) -> list[Any]:
    """Return the components of all calendars in a text, but for zones."""
    import icalendar

    text = _FOLD.sub("", text)
    if text.count("\n") > items.MAX_PARTS or len(_ZONE.findall(text)) > _MAX_ZONES:
        raise items.SourceError("the calendar has too many lines or time zones")
    text = _ZONE.sub(lambda zone: "" if _COSTLY.search(zone[0]) else zone[0], text)
    try:
        with warnings.catch_warnings(action="ignore"):
            calendars = icalendar.Calendar.from_ical(text, multiple=True)
    except Exception as error:  # icalendar lets any exception through
        raise items.SourceError(f"the calendar cannot be read: {error}") from error
    if len(calendars) != len(_BEGIN.findall(text)):  # icalendar leaves it out
        raise items.SourceError("the calendar was cut off, its end is missing; fetch it again")
    inner = [part for calendar in calendars for part in calendar.subcomponents]
    return [part for part in inner if part.name != "VTIMEZONE"]


def _all(event: Any, name: str) -> list[Any]:
    """Return the values of a property, which may occur several times."""
    values = event.get(name, [])
    return values if isinstance(values, list) else [values]


def _text(event: Any, name: str) -> str:
    return str(next(iter(_all(event, name)), "")).strip()


def _raw(event: Any, name: str) -> str:
    return next((str(value.to_ical().decode()) for value in _all(event, name)), "")


def _version(event: Any) -> tuple[int, str]:
    number = _raw(event, "SEQUENCE")
    changed = _raw(event, "LAST-MODIFIED") or _raw(event, "DTSTAMP")
    return int(number) if re.fullmatch("[0-9]{1,9}", number) else 0, changed


def _state(event: Any) -> public.State:
    """Return whether an event is public: by its class, and if it is certain to happen."""
    if getattr(event, "name", "VEVENT") != "VEVENT":
        return public.State("other", event.name)
    classes, statuses = (
        {str(value).strip().upper() for value in _all(event, name)} for name in ("CLASS", "STATUS")
    )
    states = [public.State("private")] * bool(classes - {"", "PUBLIC"})
    for status in statuses - {"", "CONFIRMED", "CANCELLED"}:
        states.append(public.State("draft" if status == "TENTATIVE" else "unknown", status))
    return public.strictest(states)


class _Reader:
    """Makes items of events; `last` is the highest number that an item has."""

    def __init__(self, zone: dt.tzinfo, now: dt.datetime, last: int) -> None:
        today = dt.datetime.combine(now.astimezone(zone), dt.time(), zone)
        self._changed = set[tuple[str, Moment]]()  # UID and date with an event of its own
        self._ranges = set[str]()  # UIDs of which a change holds for all later dates
        self._zone, self._today, self._last = zone, today, last
        self._steps = 0  # dates computed

    def note_change(self, uid: str, event: Any) -> None:
        """Remember that an event replaces a date of the recurring event with the same UID."""
        self._changed.add((uid, self._moment(event, "RECURRENCE-ID")))
        if any("RANGE" in value.params for value in _all(event, "RECURRENCE-ID")):
            self._ranges.add(uid)

    def _moment(self, event: Any, name: str) -> Moment:
        """Return the first value of a property; raise ValueError if it is no moment."""
        return self._zoned(next(iter(_all(event, name))))

    def _zoned(self, value: Any) -> Moment:
        moment: Moment = value.dt[0] if isinstance(value.dt, tuple) else value.dt  # of a period
        if isinstance(moment, dt.date) and not isinstance(moment, dt.datetime):
            return moment
        if moment.tzinfo is None and "TZID" in value.params:
            raise items.SourceError(f"the time zone {quote(value.params['TZID'])} is unknown")
        key = getattr(moment.tzinfo, "key", "")
        zone = dates.zone(key) if key in dates.zone_names() else moment.tzinfo
        return moment.replace(tzinfo=zone or self._zone)

    def items(self, number: int, event: Any) -> Iterator[items.Item]:
        """Yield the item of an event, or one for each of its dates to come."""
        if "DTSTART" not in event:
            raise items.SourceError("it has no start")
        start, uid = self._moment(event, "DTSTART"), _text(event, "UID")
        end = self._end(event, start)
        if uid in self._ranges:
            raise items.SourceError("one of its changes holds for all later dates")
        if not {"RRULE", "RDATE"} & event.keys():
            at = self._moment(event, "RECURRENCE-ID") if "RECURRENCE-ID" in event else None
            if at is not None and not self._is_near(start):
                raise items.SourceError(_NO_DATE)
            yield _item(number, event, start, end, at)
            return
        excluded = {self._zoned(day) for days in _all(event, "EXDATE") for day in days.dts}
        excluded |= {at for other, at in self._changed if other == uid}
        if isinstance(end, dt.datetime) and isinstance(start, dt.datetime):
            end = end.astimezone(start.tzinfo)
        before = len(excluded)
        for at in self._dates(event, start):
            day = at.date() if isinstance(at, dt.datetime) else at
            if {at, day} & excluded or not self._is_near(at):
                continue
            until = None if end is None else at + (end - start)
            yield _item(number, event, at, until, at)
            excluded.add(at)
            number = self._last = self._last + 1
        if len(excluded) == before:
            raise items.SourceError(_NO_DATE)

    def _is_near(self, moment: Moment) -> bool:
        begins = dates.instant(moment, self._zone, dt.time())
        return self._today <= begins <= self._today + WINDOW

    def _end(self, event: Any, start: Moment) -> Moment | None:
        """Return the end, for days the last one; None if it has none or is the start."""
        end = self._moment(event, "DTEND") if "DTEND" in event else None
        for value in _all(event, "DURATION"):
            end = start + value.dt
        if end is not None and not isinstance(end, dt.datetime):
            end -= dt.timedelta(days=1)  # the day after the last one
        is_empty = not isinstance(start, dt.datetime) and end == start - dt.timedelta(days=1)
        return None if is_empty or end == start else end

    def _dates(self, event: Any, start: Moment) -> Iterator[Moment]:
        """Yield the dates of a recurring event until the end of the window."""
        from dateutil.rrule import rrulestr

        zone, local = None, dt.datetime.combine(start, dt.time())
        if isinstance(start, dt.datetime):
            zone, local = start.tzinfo, start.replace(tzinfo=None)
        for rule in filter(None, _all(event, "RRULE")):
            text = rule.to_ical().decode()
            costly = {"BYMONTHDAY", "BYSETPOS"} if "FREQ=DAILY" in text else set()
            is_safe = _FREQUENCY.search(text) and min(rule.get("INTERVAL", [1])) > 0
            is_safe = is_safe and rule.keys() <= _RULE - costly and start.year >= _EARLIEST
            if not is_safe or self._steps >= _MAX_STEPS:
                raise items.SourceError(f"its rule {quote(text)} cannot be read; write its dates")
            last = (self._today + WINDOW + dt.timedelta(days=1)).replace(tzinfo=None)
            for until in rule.get("UNTIL", ()):
                time = until if isinstance(until, dt.datetime) else None
                if time is not None and time.tzinfo is not None:
                    time = time.astimezone(zone or self._zone).replace(tzinfo=None)
                last = min(last, time or dt.datetime.combine(until, dt.time.max))
            before = self._steps
            for at in rrulestr(re.sub(r";?UNTIL=[^;]*", "", text).strip(";"), dtstart=local):
                self._steps += 1
                if at > last:
                    break
                yield at.replace(tzinfo=zone) if zone else at.date()
            if self._steps == before:  # it was computed until the last year of Python
                self._steps += _MAX_STEPS // 5
        if not any(_all(event, "RRULE")):
            yield start
        for days in _all(event, "RDATE"):
            yield from map(self._zoned, days.dts)


def _item(
    number: int, event: Any, start: Moment, end: Moment | None, at: Moment | None
) -> items.Item:
    """Return the item of an event, or of one date of it: the one that was planned for `at`."""
    uid, title = _text(event, "UID"), _text(event, "SUMMARY")
    identity = uid
    if at is not None or (uid and not uid.startswith(("tag:", "urn:", "https://", "http://"))):
        when = at.astimezone(dt.UTC) if isinstance(at, dt.datetime) else at or ""
        identity = uuid.uuid5(uuid.NAMESPACE_OID, f"{uid} {when}").urn
    html = re.sub(
        r"\\([\\;,nN])", lambda sign: sign[1].replace("n", "\n"), _text(event, "X-ALT-DESC")
    )
    text = html or _text(event, "DESCRIPTION")
    names = ("CREATED", "LAST-MODIFIED", "DTSTAMP")
    written = [_written(event, name) for name in names]
    is_cancelled = "CANCELLED" in (str(status).upper() for status in _all(event, "STATUS"))
    return items.Item(
        number,
        id=identity,
        slug=title if at is None else f"{title} {start:%Y-%m-%d}",
        title=items.Text(title),
        date=next(filter(None, written), ""),
        updated=written[1] if written[0] else "",
        content=items.Text(text, "html" if html or find_markup(text) else "plain"),
        tags=tuple(
            items.Tag(str(name))
            for value in _all(event, "CATEGORIES")
            for name in value.cats
            if str(name).strip()
        ),
        enclosures=tuple(
            items.Enclosure(str(value), str(value.params.get("FMTTYPE", "")))
            for value in _all(event, "ATTACH")
            if is_address(str(value))
        ),
        event=items.ImportedEvent(
            start.isoformat(),
            end.isoformat() if end is not None else "",
            _text(event, "LOCATION"),
            _text(event, "URL"),
            "cancelled" if is_cancelled else "",
        ),
    )


def _written(event: Any, name: str) -> str:
    """Return when an event was written, by one of its properties; "" if it does not say it."""
    with contextlib.suppress(ValueError, AttributeError):
        moment = next(iter(_all(event, name)), None)
        if moment is not None and moment.dt.year >= dates.EARLIEST.year:
            return str(moment.dt.isoformat())
    return ""
