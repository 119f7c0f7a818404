"""A calendar's bytes to what a calendar program sees, in the form of `carry`, by icalendar.

icalendar reads much that others refuse: line ends, lengths and what must be there are checked here.
An event stands in the calendars of several feeds and in a file of its own, each time in the same
bytes, so a calendar that is plain is cut at its events, and each of these is parsed once.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ilofeed.dates import Moment
    from ilofeed.verify.carry import Fields

LONGEST_LINE = 75  # octets (RFC 5545, section 3.1)
_EVENT, _EVENT_END = b"BEGIN:VEVENT\r\n", b"\r\nEND:VEVENT\r\n"
_END = b"END:VCALENDAR\r\n"
_BOUND = re.compile(rb"^(begin|end)\b", re.IGNORECASE | re.MULTILINE)
_AROUND = b"BEGIN:VCALENDAR\r\nPRODID:-//ilofeed//ilofeed//EN\r\nVERSION:2.0\r\n"  # one event


class CalendarError(ValueError):
    """Why the bytes are no calendar that every program reads."""


def read_calendar(data: bytes) -> tuple[Fields, list[Fields]]:
    """A calendar and its events, in the form of `carry.carried_calendar` and `carried_event`;
    `CalendarError` where a program could stumble over it. Nobody may change what is seen.
    """
    lines = data.split(b"\r\n")
    if lines.pop() or b"\n" in data.replace(b"\r\n", b"") or b"\r" in data.replace(b"\r\n", b""):
        raise CalendarError("a line does not end in CR LF (RFC 5545, section 3.1)")
    if any(len(line) > LONGEST_LINE for line in lines):
        raise CalendarError(f"a line is longer than {LONGEST_LINE} octets (section 3.1)")
    seen = _read_in_pieces(data) or _read(data)
    for event in seen.events:
        for zone in event.zones - seen.zones:
            raise CalendarError(f"there is no VTIMEZONE for {zone} (section 3.6.5)")
    return seen.about, [event.fields for event in seen.events]


@dataclass(frozen=True, slots=True)
class _SeenEvent:
    fields: Fields
    zones: frozenset[str]  # that its times are in


@dataclass(frozen=True, slots=True)
class _Seen:
    """What icalendar sees of a calendar."""

    about: Fields
    zones: frozenset[str]  # that it explains
    events: tuple[_SeenEvent, ...]


def _read_in_pieces(data: bytes) -> _Seen | None:
    """What is seen of a calendar and of each of its events by themselves; None where they cannot be
    cut apart with certainty, or anything is wrong."""
    text = data.replace(b"\r\n ", b"")  # unfolded (section 3.1)
    alone, *events = text.split(_EVENT)
    bounds = [one.lower() for one in _BOUND.findall(alone)]
    if (
        not events
        or not events[-1].endswith(_END)
        or not alone.endswith(b"\r\n")
        or bounds.count(b"begin") != bounds.count(b"end") + 1
        or b"\n\t" in data
        or b"\r\n\r\n" in data
    ):
        return None
    events[-1] = events[-1].removesuffix(_END)
    if any(not one.endswith(_EVENT_END) or len(_BOUND.findall(one)) > 1 for one in events):
        return None
    try:
        seen = _read_piece(alone + _END)
        found = [_read_piece(_AROUND + _EVENT + one + _END).events for one in events]
    except CalendarError:
        return None
    if seen.events or any(len(one) != 1 for one in found):
        return None
    return replace(seen, events=tuple(one for (one,) in found))


def _read(data: bytes) -> _Seen:
    import icalendar

    try:
        calendar = icalendar.Calendar.from_ical(data)
    except (ValueError, AttributeError, TypeError) as error:  # the latter of what stands twice
        raise CalendarError(f"icalendar: {error}") from error
    if not isinstance(calendar, icalendar.Calendar):
        raise CalendarError("it is no VCALENDAR")
    for component in calendar.walk():
        if component.errors:
            raise CalendarError(f"icalendar: {component.errors[0]}")
    if not _one(calendar, "prodid") or _one(calendar, "version") != "2.0":
        raise CalendarError("PRODID or VERSION is missing (sections 3.7.3 and 3.7.4)")
    about = {
        "title": _decoded(calendar, "name"),
        "old_title": _decoded(calendar, "x-wr-calname"),
        "description": _text(calendar, "description"),
        "page": _text(calendar, "url"),
        "self": _text(calendar, "source"),
    }
    zones = frozenset(str(_one(zone, "tzid")) for zone in calendar.walk("VTIMEZONE"))
    return _Seen(about, zones, tuple(map(_read_event, calendar.walk("VEVENT"))))


_read_piece = functools.lru_cache(maxsize=2000)(_read)


def _read_event(event: Any) -> _SeenEvent:
    for name in ("uid", "dtstamp", "dtstart"):
        if event.get(name) is None:
            raise CalendarError(f"an event has no {name.upper()} (section 3.6.1)")
    start, end, created = (_one(event, name) for name in ("dtstart", "dtend", "created"))
    categories = _one(event, "categories")
    fields = {
        "id": _text(event, "uid"),
        "updated_at": _instant(_one(event, "dtstamp").dt),
        "published_at": _instant(created.dt) if created is not None else None,
        "title": _text(event, "summary"),
        "summary": _text(event, "description"),
        "start": _instant(start.dt),
        "end": _instant(end.dt) if end is not None else None,
        "place": _text(event, "location"),
        "target": _text(event, "url"),
        "labels": [str(one) for one in categories.cats] if categories is not None else [],
        "status": _text(event, "status"),
    }
    zones = (value.params.get("TZID") for value in (start, end) if value is not None)
    return _SeenEvent(fields, frozenset(zone for zone in zones if zone is not None))


def _one(component: Any, name: str) -> Any:
    """What a component says by a name; None where it says nothing."""
    value = component.get(name)
    if isinstance(value, list):
        raise CalendarError(f"{name.upper()} stands {len(value)} times in one component")
    return value


def _decoded(calendar: Any, name: str) -> str | None:
    """A text that icalendar does not know for one, without its escapes (section 3.3.11)."""
    value = _text(calendar, name)
    if value is None:
        return None
    return re.sub(r"\\([\\;,nN])", lambda one: "\n" if one[1] in "nN" else one[1], value)


def _text(event: Any, name: str) -> str | None:
    value = _one(event, name)
    return str(value) if value is not None else None


def _instant(moment: Moment) -> str | int:
    """A whole day as it is written, an instant as its second from 1970: zones have many names."""
    return int(moment.timestamp()) if isinstance(moment, dt.datetime) else moment.isoformat()
