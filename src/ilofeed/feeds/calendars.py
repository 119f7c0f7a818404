"""Render events as iCalendar (RFC 5545), with icalendar.

The UID of an event is the id of its entry, so a person who adds the event and also subscribes to a
feed sees it once. Times are in the office's time zone, except near a change of its clocks. Its
VTIMEZONE is generated from the tzdata package and covers the years of the events. All-day events
have no zone, and their DTEND is the day after the last (section 3.6.1).
"""

import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ilofeed import dates
from ilofeed.dates import Moment
from ilofeed.feeds.items import item_title
from ilofeed.feeds.links import term_categories
from ilofeed.feeds.selection import last_change
from ilofeed.model import Entry, Event, Feed, Office

PRODUCT = "-//ilofeed//ilofeed//EN"
REFRESH = dt.timedelta(hours=6)  # how often a program should reload (RFC 7986, section 5.7)
# STATUS of a VEVENT (RFC 5545, section 3.8.1.11), which has no value for a postponed event
MAX_BODY = 2000  # characters of a body in DESCRIPTION
STATUS = {"scheduled": "CONFIRMED", "cancelled": "CANCELLED", "postponed": "TENTATIVE"}
_END = b"END:VCALENDAR\r\n"
_PARAGRAPHS = frozenset("blockquote h1 h2 h3 h4 h5 h6 hr ol p pre section table ul".split())
_LINES = frozenset("br li tr".split())
_CELLS = frozenset("td th".split())
_DAYS = "MO TU WE TH FR SA SU".split()


def render_calendar(feed: Feed, office: Office) -> bytes:
    """Return the calendar of a feed, in UTF-8; events of withdrawn entries are cancelled."""
    import icalendar

    years = _span(feed.events, office)
    if not feed.events:  # a calendar needs a component (section 3.6), here the VTIMEZONE
        years = (office.authority.since.year,) * 2
    calendar = _calendar(office.timezone, years)
    # icalendar does not treat these properties as texts, so `_text` escapes them
    calendar.add("name", _text(feed.title))
    calendar.add("x-wr-calname", _text(feed.title))  # for programs older than RFC 7986
    calendar.add("description", _text(feed.description))
    calendar.add("url", office.address(feed.path("index.html")))
    calendar.add("source", office.address(feed.path("calendar.ics")), {"VALUE": "URI"})
    calendar.add("refresh-interval", icalendar.vDuration(REFRESH), {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(REFRESH))
    return _add_events(calendar, feed.events, office)


def render_event(entry: Entry, office: Office) -> bytes:
    """Return a calendar with the event of one entry, which people add to their own calendar."""
    return _add_events(_calendar(office.timezone, _span([entry], office)), [entry], office)


def _add_events(calendar: Any, entries: Sequence[Entry], office: Office) -> bytes:
    """Return the bytes of a calendar, with the events of entries added."""
    zone = office.timezone
    events = (
        _event(entry, zone, event_title(entry, office), tuple(event_categories(entry, office)))
        for entry in entries
    )
    empty: bytes = calendar.to_ical()
    return empty.removesuffix(_END) + b"".join(events) + _END


def _calendar(zone: dt.tzinfo, years: tuple[int, int] | None) -> Any:
    """Return a calendar without events, with a VTIMEZONE for the years unless they are None."""
    import icalendar  # slow to load, and offices without events do not need it

    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    if years is not None:
        calendar.add_component(_zone(zone, *years))
    return calendar


@functools.lru_cache(maxsize=100)  # several times slower than an event
def _zone(zone: dt.tzinfo, first: int, last: int) -> Any:
    """Return the VTIMEZONE of a zone for the years `first` to `last`; callers must not modify it.

    Each change of the offset is in the local time before the change (section 3.6.5). Changes are
    written as a yearly rule, or else as parts of their own, because programs misread RDATE: ical.js
    (Thunderbird) uses one of a line and no DTSTART next to it, and others use none. Some need a
    rule to begin in an earlier winter than the event, so it begins two years before `first`.
    """
    import icalendar

    since, until = (dt.datetime(year, 1, 1, tzinfo=zone) for year in (first - 2, last + 2))
    years = (dates.offset_changes(zone, year) for year in range(first - 3, last + 2))
    changes = [change for year in years for change in year if since < change[0] < until]
    parts: dict[Any, list[dt.datetime]] = {}
    for moment, before in [(since, dates.offset(since)), *changes]:
        key = (before, dates.offset(moment), moment.tzname(), not moment.dst())
        local = moment.astimezone(dt.timezone(before)).replace(tzinfo=None)
        parts.setdefault(key, []).append(local)
    timezone = icalendar.Timezone()
    timezone.add("tzid", str(zone))
    timezone.add("comment", f"This timezone only works from {since.date()} to {until.date()}.")
    for (before, after, name, is_standard), times in parts.items():
        rule = _yearly_rule(times, until.year - 1)
        for local in times[:1] if rule else times:
            part = icalendar.TimezoneStandard() if is_standard else icalendar.TimezoneDaylight()
            part.add("dtstart", local)
            if rule:
                part.add("rrule", rule)
            part.add("tzname", name)
            part.add("tzoffsetfrom", before)
            part.add("tzoffsetto", after)
            timezone.add_component(part)
    return timezone


def _yearly_rule(times: Sequence[dt.datetime], last: int) -> dict[str, Any] | None:
    """Return the rule, such as the last Sunday in March, of times in each year until `last`."""
    start = times[0]
    if len(times) == 1 or [local.year for local in times] != list(range(start.year, last + 1)):
        return None
    if len({(local.month, local.weekday(), local.time()) for local in times}) > 1:
        return None
    numbers = {(local.day - 1) // 7 + 1 for local in times}  # of the weekday in the month
    is_last = all((local + dt.timedelta(weeks=1)).month != local.month for local in times)
    if not is_last and len(numbers) > 1:
        return None
    number = -1 if is_last else numbers.pop()
    return {"freq": "yearly", "bymonth": start.month, "byday": f"{number}{_DAYS[start.weekday()]}"}


def _span(entries: Iterable[Entry], office: Office) -> tuple[int, int] | None:
    """Return the first and the last year with a timed event; None if all are all-day events."""
    years = [
        moment.astimezone(office.timezone).year
        for entry in entries
        if entry.event is not None
        for moment in (entry.event.start, entry.event.end)
        if isinstance(moment, dt.datetime)
    ]
    return (min(years), max(years)) if years else None


@functools.lru_cache(maxsize=2000)  # an event is in the calendars of several feeds
def _event(entry: Entry, zone: dt.tzinfo, title: str, labels: tuple[str, ...]) -> bytes:
    import icalendar

    event = entry.event
    assert event is not None
    start, end = event_times(event, zone)
    categories = icalendar.vCategory(list(labels))
    categories.cats = [_text(label) for label in labels]
    is_all_day = not isinstance(start, dt.datetime)
    properties = {
        "uid": entry.id,
        "dtstamp": last_change(entry),
        "created": entry.published.astimezone(dt.UTC),
        "last-modified": last_change(entry),
        "summary": _text(title),
        "description": _text(event_description(entry)),
        "dtstart": start,
        "dtend": end,
        "location": _text(event.place) if event.place is not None else None,
        "url": event.url or entry.target,
        "categories": categories,
        "status": STATUS[entry.event_status],
        "transp": "TRANSPARENT"
        if is_all_day
        else None,  # all-day events do not mark people as busy
    }
    component = icalendar.Event()
    for name, value in properties.items():
        if value is not None:
            component.add(name, value)
    return bytes(component.to_ical())


def _text(text: str) -> Any:
    r"""Escape a text (section 3.3.11); icalendar would write the \N of `C:\New` as a line break."""
    return _text_type()(text)


@functools.cache
def _text_type() -> Any:
    import icalendar

    class Text(icalendar.vText):
        def to_ical(self) -> bytes:
            return re.sub(r"[\\;,]", r"\\\g<0>", self).replace("\n", r"\n").encode()

    return Text


def event_times(event: Event, zone: dt.tzinfo) -> tuple[Moment, Moment | None]:
    """Return DTSTART and DTEND (RFC 5545, section 3.6.1): dates for an all-day event, DTEND being
    the day after the last; else times, and None for an event without an end.

    Times are in the zone. If one is within a day of a change of the clocks, both are in UTC: a
    zone cannot say the second of two equal times, and programs err even some hours around them.
    """
    start, end = event.start, event.end
    if not isinstance(start, dt.datetime):
        return start, (end or start) + dt.timedelta(days=1)
    times = [start, end] if isinstance(end, dt.datetime) else [start]
    if any(dates.is_near_change(time, zone) for time in times):
        zone = dt.UTC
    begins, *ends = (time.astimezone(zone) for time in times)
    return begins, ends[0] if ends else None


def event_title(entry: Entry, office: Office) -> str:
    """Return SUMMARY: the title, after the word for an event that is cancelled or postponed."""
    return item_title(entry, office.phrases(entry.language))


def event_description(entry: Entry) -> str:
    """Return DESCRIPTION: summary, body and the address of the page, which few programs show."""
    body = _plain_text(entry.html)
    if len(body) > MAX_BODY:
        body = re.sub(r"\s+\S{0,40}$", "", body[:MAX_BODY]) + " …"  # between two words
    parts = [entry.summary, body, entry.url]
    return "\n\n".join(dict.fromkeys(part for part in parts if part))


@functools.lru_cache(maxsize=2_000)  # an event is in the calendars of several feeds
def _plain_text(html: str) -> str:
    """Return the text of a rendered body: an empty line between paragraphs, `- ` before items.

    Pictures and the addresses of links are left out, and lines are not indented. Footnotes have
    their numbers in brackets.
    """
    import lxml.html  # slow to load, and offices without events do not need it

    text = "".join(_pieces(lxml.html.fragment_fromstring(html, create_parent=True)))
    text = re.sub(r"(?: \|)? *\n *", "\n", text)
    text = re.sub(r"(^|\n)(-|\[[0-9]+\])\n+", r"\1\2 ", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _pieces(element: Any, *, is_code: bool = False) -> Iterator[str]:
    """Yield the text in an element, with line breaks around paragraphs, items and rows."""
    name, note = element.tag, re.search(r"--fn:([0-9]+)$", element.get("id", ""))
    if name == "a" and "--fnref:" in element.get("href", ""):  # from a footnote back to the text
        return
    is_code = is_code or name == "pre"
    around = "\n\n" if name in _PARAGRAPHS else ""
    sign = f"[{note[1]}] " if note else "- " if name == "li" else "[" if name == "sup" else ""
    yield around or "\n" * (name in _LINES) + sign
    yield _words(element.text, is_code=is_code)
    for child in element:
        yield from _pieces(child, is_code=is_code)
        yield _words(child.tail, is_code=is_code)
    yield " |" if name in _CELLS else "]" if name == "sup" else around


def _words(text: str | None, *, is_code: bool) -> str:
    return re.sub("[ \t\n]+", " ", text or "") if not is_code else text or ""


def event_categories(entry: Entry, office: Office) -> list[str]:
    """Return the labels of an entry's categories, then of its countries, without duplicates."""
    return list(dict.fromkeys(term["label"] for term in term_categories(entry, office)))
