"""Read calendars as other programs do, and return the same mappings as `expected`.

icalendar accepts files that other programs reject, so line ends, line lengths and required
properties are checked here (section numbers are those of RFC 5545). It takes zones from
tzdata; here they are read from the VTIMEZONE, as by programs that do not know the zone.
"""

import calendar
import datetime as dt
import functools
import re
from typing import Any, NamedTuple, TypeAlias

from ilofeed.verify.expected import Fields

MAX_LINE = 75  # octets (section 3.1)
_DAYS = "MO TU WE TH FR SA SU".split()
_RULE = re.compile(r"(?:FREQ=YEARLY;BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU);BYMONTH=(1?\d))?")
_EVENTS = re.compile(
    rb"^BEGIN:VEVENT\r\n(?:(?!(?:BEGIN|END):VEVENT\r\n)[^\n]*+\n)*+END:VEVENT\r\n", re.MULTILINE
)


class CalendarError(ValueError):
    """A calendar is not valid for every program; the text says why."""


def read_calendar(data: bytes) -> tuple[Fields, list[Fields]]:
    """Return a calendar and its events, in the form of `expected_calendar` and `expected_event`.

    Raise `CalendarError` if a program could fail to read it.
    """
    import icalendar

    lines = data.split(b"\r\n")
    if lines.pop() or any(b"\n" in line or b"\r" in line for line in lines):
        raise CalendarError("a line does not end in CR LF (RFC 5545, section 3.1)")
    if any(len(line) > MAX_LINE for line in lines):
        raise CalendarError(f"a line is longer than {MAX_LINE} octets (section 3.1)")
    calendar = _parse(icalendar.Calendar, _EVENTS.sub(b"", data))
    if calendar.walk("VEVENT"):
        raise CalendarError("an event does not begin and end on lines of its own")
    if not _value(calendar, "prodid") or _value(calendar, "version") != "2.0":
        raise CalendarError("PRODID or VERSION is missing (sections 3.7.3 and 3.7.4)")
    about = {
        "title": _decoded(calendar, "name"),
        "old_title": _decoded(calendar, "x-wr-calname"),
        "description": _text(calendar, "description"),
        "page": _text(calendar, "url"),
        "self": _text(calendar, "source"),
    }
    zones = tuple(map(_read_zone, calendar.walk("VTIMEZONE")))
    return about, [_read_event(text, zones) for text in _EVENTS.findall(data)]


def _parse(kind: Any, data: bytes) -> Any:
    try:
        parsed = kind.from_ical(data)
    except (ValueError, AttributeError, TypeError) as error:  # TypeError for duplicate properties
        raise CalendarError(f"icalendar: {error}") from error
    if not isinstance(parsed, kind):
        raise CalendarError(f"not a {kind.name}")
    for component in parsed.walk():
        if component.errors:
            raise CalendarError(f"icalendar: {component.errors[0]}")
    return parsed


class _Change(NamedTuple):
    """A change of the offset of a zone, at a time by the offset before it (section 3.6.5)."""

    local: dt.datetime
    before: dt.timedelta
    after: dt.timedelta

    @property
    def instant(self) -> dt.datetime:
        return (self.local - self.before).replace(tzinfo=dt.UTC)


_Parts: TypeAlias = tuple[tuple[_Change, str], ...]  # each with its RRULE or ""
_Zone: TypeAlias = tuple[str, _Parts]  # with its TZID


def _read_zone(zone: Any) -> _Zone:
    """Return a VTIMEZONE; its parts are single changes, or changes by a yearly rule."""
    parts = []
    for part in zone.subcomponents:
        names = ("dtstart", "tzoffsetfrom", "tzoffsetto", "rrule")
        start, before, after, by_rule = (_value(part, name) for name in names)
        rule = by_rule.to_ical().decode() if by_rule is not None else ""
        if None in (start, before, after) or "rdate" in part or not _RULE.fullmatch(rule):
            raise CalendarError("a part of a VTIMEZONE is not one change or a yearly rule")
        if not isinstance(start.dt, dt.datetime):
            raise CalendarError("a part of a VTIMEZONE begins at a day, not at a time")
        parts.append((_Change(start.dt.replace(tzinfo=None), before.td, after.td), rule))
    return str(_value(zone, "tzid")), tuple(parts)


@functools.lru_cache(maxsize=1_000)  # most events are in a few years
def _changes(parts: _Parts, year: int) -> list[_Change]:
    """Return the single changes of a zone, and those by a rule in the years around a year."""
    changes = []
    for change, rule in parts:
        match, start = _RULE.fullmatch(rule), change.local
        if not rule or match is None:
            changes.append(change)
            continue
        number, weekday, month = int(match[1]), _DAYS.index(match[2]), int(match[3])
        for near in range(max(year - 1, start.year), year + 2):
            days = [week[weekday] for week in calendar.monthcalendar(near, month) if week[weekday]]
            local = start.replace(year=near, month=month, day=days[number - (number > 0)])
            changes.append(change._replace(local=local))
    return sorted(changes, key=lambda change: change.instant)


def _zone_instant(local: dt.datetime, parts: _Parts) -> dt.datetime:
    """Return the only instant at which the clocks of a zone show a time."""
    instants, changes = [], _changes(parts, local.year)
    for change, until in zip(changes, [*changes[1:], None], strict=True):
        instant = (local - change.after).replace(tzinfo=dt.UTC)
        if change.instant <= instant and (until is None or instant < until.instant):
            instants.append(instant)
    if len(instants) != 1:
        raise CalendarError(f"by its VTIMEZONE, {local} occurs {len(instants)} times")
    return instants[0]


@functools.lru_cache(maxsize=2_000)  # an event is in the calendars of several feeds
def _read_event(text: bytes, zones: tuple[_Zone, ...]) -> Fields:
    import icalendar

    event = _parse(icalendar.Event, text)
    for name in ("uid", "dtstamp", "dtstart"):
        if event.get(name) is None:
            raise CalendarError(f"an event has no {name.upper()} (section 3.6.1)")
    start, end, created = (_value(event, name) for name in ("dtstart", "dtend", "created"))
    categories = _value(event, "categories")
    return {
        "id": _text(event, "uid"),
        "updated_at": _instant(_value(event, "dtstamp")),
        "published_at": _instant(created) if created is not None else None,
        "title": _text(event, "summary"),
        "summary": _text(event, "description"),
        "start": _instant(start, zones),
        "end": _instant(end, zones) if end is not None else None,
        "place": _text(event, "location"),
        "target": _text(event, "url"),
        "labels": [str(label) for label in categories.cats] if categories is not None else [],
        "status": _text(event, "status"),
    }


def _value(component: Any, name: str) -> Any:
    """Return the value of a property that may occur once; None if it is missing."""
    value = component.get(name)
    if isinstance(value, list):
        raise CalendarError(f"{name.upper()} occurs {len(value)} times in one component")
    return value


def _decoded(calendar: Any, name: str) -> str | None:
    """Return a text without its escapes (section 3.3.11), which icalendar does not remove here."""
    value = _text(calendar, name)
    if value is None:
        return None
    return re.sub(r"\\([\\;,nN])", lambda escape: "\n" if escape[1] in "nN" else escape[1], value)


def _text(component: Any, name: str) -> str | None:
    value = _value(component, name)
    return str(value) if value is not None else None


def _instant(value: Any, zones: tuple[_Zone, ...] = ()) -> str | int:
    """Return a date as ISO 8601, a time as whole seconds since 1970."""
    moment, name = value.dt, value.params.get("TZID")
    if not isinstance(moment, dt.datetime):
        return str(moment.isoformat())
    if name is not None:
        if name not in dict(zones):
            raise CalendarError(f"the VTIMEZONE for {name} is missing (section 3.6.5)")
        moment = _zone_instant(moment.replace(tzinfo=None), dict(zones)[name])
    elif moment.tzinfo is None:
        raise CalendarError(f"{moment} has no time zone (section 3.3.5)")
    return int(moment.timestamp())
