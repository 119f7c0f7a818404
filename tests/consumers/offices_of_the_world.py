"""Offices whose calendars other programs must read, and what must be in them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ilofeed import dates
from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.feeds import select
from ilofeed.feeds.calendars import render_calendar
from offices import DATA, NOW, OFFICE, entry, site

if TYPE_CHECKING:
    from ilofeed.content.site import Site
    from ilofeed.model import Entry

Event = dict[str, Any]

HOUR = dt.timedelta(hours=1)
ZONES = {
    "Europe/Zurich": 2020,
    "America/New_York": 2020,
    "Australia/Sydney": 2020,
    "America/Santiago": 2020,
    "Asia/Shanghai": 2020,
    "Asia/Kolkata": 2020,
    "Pacific/Chatham": 2020,  # a quarter of an hour
    "Africa/Casablanca": 2020,  # another time in Ramadan
    "Australia/Lord_Howe": 2020,  # summer time of half an hour
    "Asia/Ulaanbaatar": 2012,  # summer time in 2015 and 2016
    "Asia/Gaza": 2020,
    "America/Sao_Paulo": 2012,  # summer time until 2019
    "Europe/Dublin": 2020,  # whose standard time is in summer
}  # the first of ten years
TEXTS: dict[str, Any] = {
    "talk": entry(
        "First, *this*; then\n\n- that \\\\ and so on\n- a [link](https://example.net/?a=1&b=2)",
        title="'Wages, jobs; pay: \"50 %\" \\ more'",
        event="{start: 2026-06-15T09:00+08:00, place: 'Hall 1, Main St; 2nd floor'}",
    ),
    "days": entry(
        title="薪酬与就业", language="zh-Hans", event="{start: 2026-02-27, end: 2026-03-02}"
    ),
    "day": entry(title="يوم العمل", language="ar", event="{start: 2024-02-29, place: جنيف}"),
    "off": entry(
        event="{start: 2026-07-01, status: cancelled, url: 'https://example.net/off?a=1,2'}"
    ),
    "late": entry(
        "A long text. " * 300,
        event="{start: 2026-03-01T10:00, end: 2026-03-02T11:30, status: postponed}",
    ),
    "gone": entry(event="{start: 2026-05-01T10:00}", withdrawn="2026-04-01"),
    "linked": entry(link="https://example.net/ü", event="{start: 2026-08-31, end: 2026-09-01}"),
}


def around_the_clock(zone: str) -> Site:
    """An office in a zone: events around each change of its clocks, in winter and in summer."""
    years = range(ZONES[zone], ZONES[zone] + 10)
    starts = {dt.datetime(year, month, 15, 12, tzinfo=dt.UTC) for year in years for month in (1, 7)}
    for year in years:
        for change, _ in dates.offset_changes(dates.zone(zone), year):
            hours = (-49, -25, -1, -0.5, 0, 0.5, 1, 25, 49)
            starts |= {change.astimezone(dt.UTC) + HOUR * number for number in hours}
    entries: dict[str, Any] = {
        f"e{start:%Y%m%d%H%M}": entry(
            event=f"{{start: '{start.isoformat()}', end: '{(start + HOUR).isoformat()}'}}"
        )
        for start in sorted(starts)
    }
    return site(office=OFFICE.replace(b"Asia/Ulaanbaatar", zone.encode()), **entries)


def gallery() -> Site:
    made, problems = check(read_office(DATA / "gallery"), NOW)
    assert made is not None, problems
    return made


def offices() -> dict[str, Site]:
    """The offices by name."""
    texts = site(**TEXTS)
    return {zone: around_the_clock(zone) for zone in ZONES} | {"texts": texts, "gallery": gallery()}


def calendar(made: Site) -> tuple[bytes, list[Event]]:
    """The calendar of an office's main feed, and the events that must be in it."""
    selection = select(made, NOW)
    feed = selection.feeds[0]
    assert feed.events
    return render_calendar(feed, selection.office), [event_of(entry) for entry in feed.events]


def event_of(entry: Entry) -> Event:
    """What the entry says, without the help of the renderer. `texts` are in the description."""
    event = entry.event
    assert event is not None
    start, end = event.start, event.end
    times: dict[str, int | str | None]
    if isinstance(start, dt.datetime):
        ends = int(end.timestamp()) if isinstance(end, dt.datetime) else None
        times = {"start": int(start.timestamp()), "end": ends}
    else:
        last = (end or start) + dt.timedelta(days=1)
        times = {"start": start.isoformat(), "end": last.isoformat()}
    words = {"cancelled": "Cancelled: ", "postponed": "Postponed: "}
    return times | {
        "uid": entry.id,
        "summary": words.get(entry.event_status, "") + entry.title,
        "location": event.place,
        "status": {"scheduled": "CONFIRMED", "cancelled": "CANCELLED"}.get(
            entry.event_status, "TENTATIVE"
        ),
        "url": event.url or entry.link or entry.url,
        "texts": [entry.summary, entry.url],
    }
