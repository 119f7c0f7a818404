"""The one door to icalendar: events to iCalendar (RFC 5545), and back to what a calendar sees.

An entry's id is the UID of its event, in every calendar it is in, so that one who adds it alone and
subscribes to a feed as well has it once. Times are in the office's zone, whose VTIMEZONE is made
from the same tzdata package as everything else and covers the years of the events; whole days have
no zone, and an exclusive DTEND (section 3.6.1).
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ilofeed.links import term_categories
from ilofeed.selection import changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ilofeed.dates import Moment
    from ilofeed.model import Entry, Event, Feed, Office

PRODUCT = "-//ilofeed//ilofeed//EN"
REFRESH = dt.timedelta(hours=6)  # how often a calendar may ask again (RFC 7986, section 5.7)
LONGEST_LINE = 75  # octets (section 3.1)
_END = b"END:VCALENDAR\r\n"


class CalendarError(ValueError):
    """Why the bytes are no calendar that every program reads."""


def render_calendar(feed: Feed, office: Office) -> bytes:
    """The calendar of a feed: every event, those of withdrawn entries as cancelled."""
    import icalendar

    calendar = _calendar(office, feed.events)
    # icalendar does not know that these are texts, whose commas are to be escaped
    calendar.add("name", icalendar.vText(feed.title))
    calendar.add("x-wr-calname", icalendar.vText(feed.title))  # of before RFC 7986
    calendar.add("description", feed.description)
    calendar.add("url", office.address(feed.path("index.html")))
    calendar.add("source", office.address(feed.path("calendar.ics")), {"VALUE": "URI"})
    calendar.add("refresh-interval", icalendar.vDuration(REFRESH), {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(REFRESH))
    return _written(calendar, office, feed.events)


def render_event(entry: Entry, office: Office) -> bytes:
    """The event of one entry as a calendar of its own, to add to one's calendar."""
    return _written(_calendar(office, [entry]), office, [entry])


def _written(calendar: Any, office: Office, entries: Sequence[Entry]) -> bytes:
    """A calendar that ends with the events of some entries."""
    alone = calendar.to_ical()
    assert alone.endswith(_END)
    events = (
        # what an event does not show need not be kept with it
        _event(
            replace(one, body="", image=None),
            office.timezone,
            tuple(event_categories(one, office)),
        )
        for one in entries
    )
    return bytes(alone.removesuffix(_END) + b"".join(events) + _END)


def _calendar(office: Office, entries: Sequence[Entry]) -> Any:
    """A calendar without its events, which need not be written again for each."""
    import icalendar  # it takes long to load, and offices without events do without

    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    years = [year for entry in entries for year in _years(entry, office)]
    if not entries:  # it must have one component (section 3.6), so an empty one says its zone
        years = [office.authority.since.year]
    if years:
        calendar.add_component(_zone(office.timezone, min(years), max(years)))
    return calendar


@functools.lru_cache(maxsize=100)  # it takes thirty times as long as an event
def _zone(zone: dt.tzinfo, first: int, last: int) -> Any:
    """The VTIMEZONE of a zone for the events of some years; nobody may change it."""
    import icalendar

    since, until = dt.date(first - 1, 1, 1), dt.date(last + 2, 1, 1)
    return icalendar.Timezone.from_tzinfo(zone, str(zone), since, until)


def _years(entry: Entry, office: Office) -> Iterable[int]:
    """The years, in the office's zone, of the times of an event that has times."""
    assert entry.event is not None
    for moment in (entry.event.start, entry.event.end):
        if isinstance(moment, dt.datetime):
            yield moment.astimezone(office.timezone).year


@functools.lru_cache(maxsize=2000)  # an event stands in the calendars of several feeds
def _event(entry: Entry, zone: dt.tzinfo, labels: tuple[str, ...]) -> bytes:
    import icalendar

    event = entry.event
    assert event is not None
    start, end = event_times(event, zone)
    component = icalendar.Event()
    component.add("uid", entry.id)
    component.add("dtstamp", changed(entry))
    component.add("created", entry.published.astimezone(dt.UTC))
    component.add("last-modified", changed(entry))
    component.add("summary", entry.title)
    component.add("description", entry.summary)
    component.add("dtstart", start)
    if end is not None:
        component.add("dtend", end)
    if event.place is not None:
        component.add("location", event.place)
    component.add("url", event.url or entry.target)
    component.add("categories", labels)
    component.add("status", "CONFIRMED" if entry.withdrawn is None else "CANCELLED")
    if not isinstance(start, dt.datetime):
        component.add("transp", "TRANSPARENT")  # a conference leaves its readers' days free
    return bytes(component.to_ical())


def event_times(event: Event, zone: dt.tzinfo) -> tuple[Moment, Moment | None]:
    """DTSTART and DTEND: of whole days the day after the last, of times the instant of the end."""
    start, end = event.start, event.end
    if not isinstance(start, dt.datetime):
        return start, (end or start) + dt.timedelta(days=1)
    begins = start.astimezone(zone)
    return begins, end.astimezone(zone) if isinstance(end, dt.datetime) else None


def event_categories(entry: Entry, office: Office) -> list[str]:
    """The labels of an entry's categories and countries, each once."""
    return list(dict.fromkeys(term["label"] for term in term_categories(entry, office)))


def read_calendar(data: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A calendar and its events, in the form of `carry.carried_calendar` and `carried_event`;
    `CalendarError` where a program could stumble over it.

    icalendar reads much that others refuse: line ends, lengths and what must be there are checked
    here.
    """
    import icalendar

    lines = data.split(b"\r\n")
    if lines.pop() or b"\n" in data.replace(b"\r\n", b"") or b"\r" in data.replace(b"\r\n", b""):
        raise CalendarError("a line does not end in CR LF (RFC 5545, section 3.1)")
    if any(len(line) > LONGEST_LINE for line in lines):
        raise CalendarError(f"a line is longer than {LONGEST_LINE} octets (section 3.1)")
    try:
        calendar = icalendar.Calendar.from_ical(data)
    except ValueError as error:
        raise CalendarError(f"icalendar: {error}") from error
    if not isinstance(calendar, icalendar.Calendar):
        raise CalendarError("it is no VCALENDAR")
    for component in calendar.walk():
        if component.errors:
            raise CalendarError(f"icalendar: {component.errors[0]}")
    if not calendar.get("prodid") or calendar.get("version") != "2.0":
        raise CalendarError("PRODID or VERSION is missing (sections 3.7.3 and 3.7.4)")
    zones = {str(zone.get("tzid")) for zone in calendar.walk("VTIMEZONE")}
    about = {
        "title": _decoded(calendar, "name"),
        "old_title": _decoded(calendar, "x-wr-calname"),
        "description": _text(calendar, "description"),
        "page": _text(calendar, "url"),
        "self": _text(calendar, "source"),
    }
    return about, [_read_event(event, zones) for event in calendar.walk("VEVENT")]


def _read_event(event: Any, zones: set[str]) -> dict[str, Any]:
    for name in ("uid", "dtstamp", "dtstart"):
        if event.get(name) is None:
            raise CalendarError(f"an event has no {name.upper()} (section 3.6.1)")
    for name in ("dtstart", "dtend"):
        value = event.get(name)
        zone = value.params.get("TZID") if value is not None else None
        if zone is not None and zone not in zones:
            raise CalendarError(f"there is no VTIMEZONE for {zone} (section 3.6.5)")
    categories = event.get("categories")
    return {
        "id": str(event["uid"]),
        "updated_at": _instant(event["dtstamp"].dt),
        "published_at": _instant(event["created"].dt) if "created" in event else None,
        "title": _text(event, "summary"),
        "summary": _text(event, "description"),
        "start": _instant(event["dtstart"].dt),
        "end": _instant(event["dtend"].dt) if "dtend" in event else None,
        "place": _text(event, "location"),
        "target": _text(event, "url"),
        "labels": [str(one) for one in categories.cats] if categories is not None else [],
        "status": _text(event, "status"),
    }


def _decoded(calendar: Any, name: str) -> str | None:
    """A text that icalendar does not know for one, without its escapes (section 3.3.11)."""
    value = _text(calendar, name)
    if value is None:
        return None
    return re.sub(r"\\([\\;,nN])", lambda one: "\n" if one[1] in "nN" else one[1], value)


def _text(event: Any, name: str) -> str | None:
    value = event.get(name)
    return str(value) if value is not None else None


def _instant(moment: Moment) -> str | int:
    """A whole day as it is written, an instant as its second from 1970: zones have many names."""
    return int(moment.timestamp()) if isinstance(moment, dt.datetime) else moment.isoformat()
