"""Read published calendars as a calendar program does, into the form of `expected`.

icalendar accepts much that other programs refuse, so line ends, line lengths and required
properties are checked here as well. Sections are those of RFC 5545.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ilofeed.dates import Moment
    from ilofeed.verify.expected import Fields

LONGEST_LINE = 75  # octets (section 3.1)


class CalendarError(ValueError):
    """Why the bytes are not a calendar that every program reads."""


def read_calendar(data: bytes) -> tuple[Fields, list[Fields]]:
    """Return a calendar and its events, in the form of `carried_calendar` and `carried_event`.

    Raise `CalendarError` if a program could fail to read it.
    """
    lines = data.split(b"\r\n")
    if lines.pop() or any(b"\n" in line or b"\r" in line for line in lines):
        raise CalendarError("a line does not end in CR LF (RFC 5545, section 3.1)")
    if any(len(line) > LONGEST_LINE for line in lines):
        raise CalendarError(f"a line is longer than {LONGEST_LINE} octets (section 3.1)")
    calendar = _parse(data)
    if not _value(calendar, "prodid") or _value(calendar, "version") != "2.0":
        raise CalendarError("PRODID or VERSION is missing (sections 3.7.3 and 3.7.4)")
    about = {
        "title": _decoded(calendar, "name"),
        "old_title": _decoded(calendar, "x-wr-calname"),
        "description": _text(calendar, "description"),
        "page": _text(calendar, "url"),
        "self": _text(calendar, "source"),
    }
    zones = {str(_value(zone, "tzid")) for zone in calendar.walk("VTIMEZONE")}
    return about, [_read_event(event, zones) for event in calendar.walk("VEVENT")]


def _parse(data: bytes) -> Any:
    import icalendar

    try:
        calendar = icalendar.Calendar.from_ical(data)
    except (ValueError, AttributeError, TypeError) as error:  # the latter of what occurs twice
        raise CalendarError(f"icalendar: {error}") from error
    if not isinstance(calendar, icalendar.Calendar):
        raise CalendarError("it is no VCALENDAR")
    for component in calendar.walk():
        if component.errors:
            raise CalendarError(f"icalendar: {component.errors[0]}")
    return calendar


def _read_event(event: Any, zones: set[str]) -> Fields:
    for name in ("uid", "dtstamp", "dtstart"):
        if event.get(name) is None:
            raise CalendarError(f"an event has no {name.upper()} (section 3.6.1)")
    start, end, created = (_value(event, name) for name in ("dtstart", "dtend", "created"))
    for moment in (start, end):
        zone = moment.params.get("TZID") if moment is not None else None
        if zone is not None and zone not in zones:
            raise CalendarError(f"there is no VTIMEZONE for {zone} (section 3.6.5)")
    categories = _value(event, "categories")
    return {
        "id": _text(event, "uid"),
        "updated_at": _instant(_value(event, "dtstamp").dt),
        "published_at": _instant(created.dt) if created is not None else None,
        "title": _text(event, "summary"),
        "summary": _text(event, "description"),
        "start": _instant(start.dt),
        "end": _instant(end.dt) if end is not None else None,
        "place": _text(event, "location"),
        "target": _text(event, "url"),
        "labels": [str(label) for label in categories.cats] if categories is not None else [],
        "status": _text(event, "status"),
    }


def _value(component: Any, name: str) -> Any:
    """Return the value of a property that may occur once; None if it does not occur."""
    value = component.get(name)
    if isinstance(value, list):
        raise CalendarError(f"{name.upper()} stands {len(value)} times in one component")
    return value


def _decoded(calendar: Any, name: str) -> str | None:
    """Return a text that icalendar does not know as one, without its escapes (section 3.3.11)."""
    value = _text(calendar, name)
    if value is None:
        return None
    return re.sub(r"\\([\\;,nN])", lambda escape: "\n" if escape[1] in "nN" else escape[1], value)


def _text(component: Any, name: str) -> str | None:
    value = _value(component, name)
    return str(value) if value is not None else None


def _instant(moment: Moment) -> str | int:
    """Return a whole day as it is written, an instant as seconds since 1970: zones have aliases."""
    return int(moment.timestamp()) if isinstance(moment, dt.datetime) else moment.isoformat()
