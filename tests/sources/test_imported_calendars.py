"""Importing calendars: events with their zones and dates, and nothing about people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from dateutil.rrule import rrulestr

from ilofeed import dates
from ilofeed.cli.import_command import import_source
from ilofeed.sources.files import calendars
from ilofeed.sources.files.calendars import read_calendar
from ilofeed.sources.items import ImportedFeed, SourceError, Tag
from offices import NOW, write_office

if TYPE_CHECKING:
    from pathlib import Path

ZONE = dates.zone("Asia/Shanghai")
STAMP = "DTSTAMP:20150519T000000Z"


def calendar(*events: str, head: str = "") -> str:
    """A calendar of these events; lines of an event are divided by spaces or `|`."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", *filter(None, head.split("|"))]
    for number, event in enumerate(events, 1):
        parts = event.split("|")
        parts += [f"UID:{number}"] * ("UID:" not in event)
        parts += ["SUMMARY:Seminar"] * ("SUMMARY" not in event)
        parts += [STAMP] * ("DTSTAMP" not in event)
        lines += ["BEGIN:VEVENT", *parts, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def read(*events: str, head: str = "", **told: Any) -> ImportedFeed:
    feed = read_calendar(calendar(*events, head=head), ZONE, NOW, **told)
    assert "SECRET" not in repr(feed)
    return feed


def times(*events: str, head: str = "") -> list[tuple[str, str]]:
    return [(item.event.start, item.event.end) for item in read(*events, head=head).items]


def starts(*events: str, head: str = "") -> list[str]:
    return [start for start, _ in times(*events, head=head)]


def said(feed: ImportedFeed) -> str:
    return "\n".join(map(str, feed.notes))


# when


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        ("DTSTART:20150601T010000Z|DTEND:20150601T020000Z", "01:00:00+00:00", "02:00:00+00:00"),
        ("DTSTART:20150601T090000|DURATION:PT1H", "09:00:00+08:00", "10:00:00+08:00"),
        ("DTSTART;TZID=Europe/Berlin:20150601T090000", "09:00:00+02:00", ""),
        ("DTSTART;TZID=China Standard Time:20150601T090000", "09:00:00+08:00", ""),
        ("DTSTART;TZID=Own:20150601T090000", "09:00:00+05:30", ""),
    ],
    ids=["utc", "floating", "iana", "windows", "own"],
)
def test_times_and_zones(lines: str, start: str, end: str) -> None:
    own = (
        "BEGIN:VTIMEZONE|TZID:Own|BEGIN:STANDARD|DTSTART:20000101T000000|TZOFFSETFROM:+0530|"
        "TZOFFSETTO:+0530|END:STANDARD|END:VTIMEZONE"
    )
    day = "2015-06-01T"
    assert times(lines, head=own) == [(day + start, day + end if end else "")]


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        ("DTSTART;VALUE=DATE:20150601|DTEND;VALUE=DATE:20150604", "2015-06-01", "2015-06-03"),
        ("DTSTART;VALUE=DATE:20150601|DTEND;VALUE=DATE:20150602", "2015-06-01", ""),
        ("DTSTART;VALUE=DATE:20150601|DTEND;VALUE=DATE:20150601", "2015-06-01", ""),
        ("DTSTART;VALUE=DATE:20150601|DURATION:P2D", "2015-06-01", "2015-06-02"),
        ("DTSTART;VALUE=DATE:20150601", "2015-06-01", ""),
    ],
)
def test_the_end_of_days_is_the_last_one(lines: str, start: str, end: str) -> None:
    assert times(lines) == [(start, end)]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("SUMMARY:No start", "it has no start"),
        ("DTSTART:tomorrow", "its properties cannot be read"),
        ("DTSTART;TZID=Nowhere:20150601T090000", "the time zone `Nowhere` is unknown"),
        ("DTSTART:20261201T090000|RRULE:FREQ=SECONDLY", "its rule `FREQ=SECONDLY` cannot be read"),
        ("DTSTART:20261201T090000|RRULE:FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2", "cannot be read"),
        ("DTSTART:20261201T090000|RRULE:FREQ=DAILY;INTERVAL=0", "cannot be read"),
        ("DTSTART:00010101T090000|RRULE:FREQ=DAILY", "cannot be read"),
        (
            "DTSTART:20261201T090000|RRULE:FREQ=YEARLY;INTERVAL=90;BYMONTH=2;BYMONTHDAY=30",
            "none of its dates",
        ),
        ("DTSTART:20150601T090000|RRULE:FREQ=DAILY;COUNT=3", "none of its dates"),
    ],
)
def test_an_event_that_cannot_be_read_is_counted(lines: str, why: str) -> None:
    feed = read(lines, "DTSTART;VALUE=DATE:20150601", lines)
    assert (len(feed.items), feed.left_out) == (1, 2)
    assert f"left out 2 events (items 1, 3): {why}" in said(feed) or why in said(feed)


def test_rules_without_dates_are_not_computed_for_ever() -> None:
    rule = "DTSTART:20261201T090000|RRULE:FREQ=YEARLY;INTERVAL=90;BYMONTH=2;BYMONTHDAY=30"
    feed = read(*[rule] * 8)
    assert "left out 5 events (items 1, 2, 3, 4, 5): none of its dates" in said(feed)
    assert "left out 3 events (items 6, 7, 8): its rule" in said(feed)


def test_many_rules_are_not_computed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "_MAX_STEPS", 10_000)
    feed = read(*["DTSTART:20100101T090000|RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"] * 4)
    assert len(feed.items) == 3 * 261
    assert "left out 1 event (item 4): its rule" in said(feed)


def test_a_zone_with_a_rule_that_is_not_yearly_is_unknown() -> None:
    zone = (
        "BEGIN:VTIMEZONE|TZID:Costly|BEGIN:STANDARD|DTSTART:19000101T000000|TZOFFSETFROM:+0800|"
        "TZOFFSETTO:+0900|RR|\t ULE:FREQ=SECONDLY|END:STANDARD|END:VTIMEZONE"
    ).replace("RR|\t ", "RR\r\n ")
    feed = read("DTSTART;TZID=Costly:20150601T090000", head=zone)
    assert "the time zone `Costly` is unknown" in said(feed)


# dates of recurring events


def test_a_recurring_event_has_an_item_for_each_date_in_the_window() -> None:
    feed = read(
        "DTSTART;TZID=Europe/Berlin:20200106T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY;BYDAY=MO"
    )
    items = feed.items
    assert len(items) == 53
    assert items[0].event.start == "2026-11-02T09:00:00+01:00"  # the first Monday from NOW
    assert items[-1].event.end == "2027-11-01T10:00:00+01:00"
    assert "2027-06-07T09:00:00+02:00" in [item.event.start for item in items]
    assert len({item.id for item in items}) == len({item.number for item in items}) == 53
    assert items[0].slug == "Seminar 2026-11-02"
    again = read("DTSTART;TZID=Europe/Berlin:20200106T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY")
    assert [item.id for item in again.items] == [item.id for item in items]


def test_exceptions_of_a_recurring_event() -> None:
    series = (
        "UID:a|DTSTART:20261201T090000Z|RRULE:FREQ=DAILY;COUNT=6|"
        "EXDATE:20261202T090000Z|EXDATE;VALUE=DATE:20261203|"
        "RDATE:20261220T090000Z|RDATE;VALUE=PERIOD:20261221T090000Z/PT1H"
    )
    moved = "UID:a|RECURRENCE-ID:20261204T090000Z|DTSTART:20261210T100000Z|SUMMARY:Moved"
    off = "UID:a|RECURRENCE-ID:20261205T090000Z|DTSTART:20261205T090000Z|STATUS:CANCELLED"
    hidden = (
        "UID:a|RECURRENCE-ID:20261206T090000Z|DTSTART:20261206T090000Z|CLASS:PRIVATE|SUMMARY:SECRET"
    )
    feed = read(series, moved, off, hidden)
    found = {(item.event.start[5:13], item.title.value, item.event.status) for item in feed.items}
    assert found == {
        ("12-01T09", "Seminar", ""),
        ("12-10T10", "Moved", ""),
        ("12-05T09", "Seminar", "cancelled"),
        ("12-20T09", "Seminar", ""),
        ("12-21T09", "Seminar", ""),
    }


def test_a_change_of_all_later_dates_is_refused() -> None:
    series = "UID:a|DTSTART:20261201T090000Z|RRULE:FREQ=DAILY;COUNT=6"
    change = "UID:a|RECURRENCE-ID;RANGE=THISANDFUTURE:20261204T090000Z|DTSTART:20261204T100000Z"
    feed = read(series, change)
    assert feed.items == ()
    assert "left out 2 events (items 1, 2): one of its changes holds for all later dates" in said(
        feed
    )


@pytest.mark.parametrize(
    ("until", "last"),
    [("20261203T090000Z", "12-03"), ("20261203T085959Z", "12-02"), ("20261203", "12-03")],
)
def test_the_end_of_a_rule(until: str, last: str) -> None:
    found = starts(f"DTSTART:20261201T090000Z|RRULE:FREQ=DAILY;UNTIL={until}")
    assert found[-1][5:10] == last


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYMONTHDAY=-1,15;INTERVAL=2",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=1MO,2TU",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    ],
)
def test_days_follow_the_rule(rule: str) -> None:
    expected = rrulestr(rule, dtstart=dt.datetime(2020, 1, 1)).between(
        dt.datetime(2026, 11, 1), dt.datetime(2027, 11, 2), inc=True
    )
    assert starts(f"DTSTART;VALUE=DATE:20200101|RRULE:{rule}") == [
        f"{day:%Y-%m-%d}" for day in expected
    ]


# what was public


@pytest.mark.parametrize(
    "line", ["CLASS:PRIVATE", "CLASS:CONFIDENTIAL", "CLASS:X-OURS", "STATUS:NEW"]
)
def test_what_is_not_public_is_left_out(line: str) -> None:
    secret = f"DTSTART;VALUE=DATE:20150601|SUMMARY:SECRET|DESCRIPTION:SECRET|{line}"
    feed = read(secret, f"{secret}|CLASS:PUBLIC", "DTSTART;VALUE=DATE:20150601|CLASS:PUBLIC")
    assert (len(feed.items), feed.left_out) == (1, 2)


def test_a_date_of_a_private_series_is_private() -> None:
    series = "UID:a|CLASS:PRIVATE|DTSTART:20261201T090000Z|RRULE:FREQ=DAILY;COUNT=6|SUMMARY:SECRET"
    moved = "UID:a|RECURRENCE-ID:20261204T090000Z|DTSTART:20261204T100000Z|SUMMARY:SECRET"
    assert read(series, moved, drafts=True).items == ()


def test_a_tentative_event_is_a_draft() -> None:
    event = "DTSTART;VALUE=DATE:20150601|STATUS:TENTATIVE"
    assert read(event).items == ()
    (item,) = read(event, drafts=True).items
    assert item.publication == "draft"


def test_people_are_not_published() -> None:
    feed = read(
        "DTSTART;VALUE=DATE:20150601|ATTENDEE;CN=SECRET:mailto:SECRET@example.org|"
        "ATTENDEE:mailto:SECRET2@example.org|ORGANIZER;CN=SECRET:mailto:SECRET@example.org|"
        "CONTACT:SECRET|TRANSP:OPAQUE|X-GOOGLE-CONFERENCE:https://example.org/SECRET"
    )
    assert said(feed) == (
        "not kept of the events: ATTENDEE (1), CONTACT (1), ORGANIZER (1), TRANSP (1), "
        "X-GOOGLE-CONFERENCE (1)"
    )


def test_the_newest_version_is_kept() -> None:
    event = "UID:a|DTSTART;VALUE=DATE:20150601|SUMMARY:{}|SEQUENCE:{}"
    feed = read(event.format("New", 10), event.format("Old", 9), event.format("Older", "x"))
    assert [item.title.value for item in feed.items] == ["New"]
    assert "older versions of events left out: 2" in said(feed)
    secret = event.format("SECRET", 11) + "|CLASS:PRIVATE"
    assert read(event.format("Old", 9), secret).items == ()


def test_other_components_are_counted() -> None:
    text = calendar("DTSTART;VALUE=DATE:20150601").replace(
        "END:VCALENDAR", "BEGIN:VTODO\r\nSUMMARY:SECRET\r\nEND:VTODO\r\nEND:VCALENDAR"
    )
    feed = read_calendar(text, ZONE, NOW)
    assert "left out 1 item of type `VTODO` (item 2)" in said(feed)
    assert len(feed.items) == 1


# the other properties


def test_what_an_event_says() -> None:
    feed = read(
        "UID:a@example.org|DTSTART;VALUE=DATE:20150601|SUMMARY:Wages\\, hours|"
        "DESCRIPTION:One\\nTwo|LOCATION:Beijing|URL:https://example.org/a|CATEGORIES:Wages,Hours|"
        "CATEGORIES:Safety|ATTACH;FMTTYPE=application/pdf:https://example.org/a.pdf|"
        "ATTACH;ENCODING=BASE64;VALUE=BINARY:U0VDUkVU|CREATED:20150401T000000Z|"
        "LAST-MODIFIED:20150501T000000Z|STATUS:CANCELLED"
    )
    (item,) = feed.items
    assert (item.title.value, item.content.value) == ("Wages, hours", "One\nTwo")
    assert (item.event.place, item.event.url) == ("Beijing", "https://example.org/a")
    assert item.event.status == "cancelled"
    assert item.tags == (Tag("Wages"), Tag("Hours"), Tag("Safety"))
    assert [(file.url, file.type) for file in item.enclosures] == [
        ("https://example.org/a.pdf", "application/pdf")
    ]
    assert item.date == "2015-04-01T00:00:00+00:00"
    assert item.updated == "2015-05-01T00:00:00+00:00"
    assert item.id.startswith("urn:uuid:")


def test_html_is_kept_as_such() -> None:
    day = "DTSTART;VALUE=DATE:20150601|DESCRIPTION:"
    html = "X-ALT-DESC;FMTTYPE=text/html:<p>One\\, <b>two</b></p>"
    first, second = read(f"{day}Plain|{html}", f"{day}<b>Two</b>").items
    assert (first.content.kind, first.content.value) == ("html", "<p>One, <b>two</b></p>")
    assert second.content.kind == "html"


@pytest.mark.parametrize(
    ("lines", "date"),
    [
        ("LAST-MODIFIED:20150501T000000Z", "2015-05-01"),
        ("CREATED:00001231T000000Z", "2015-05-19"),
        ("CREATED:garbage", "2015-05-19"),
        ("DTSTAMP:garbage", ""),
    ],
)
def test_the_date_is_never_that_of_the_event(lines: str, date: str) -> None:
    (item,) = read(f"DTSTART;VALUE=DATE:20160601|{lines}").items
    assert item.date[:10] == date


def test_a_calendar_that_is_none() -> None:
    with pytest.raises(SourceError, match="the calendar cannot be read"):
        read_calendar("BEGIN:VCALENDAR\nX\nEND:VCALENDAR\n", ZONE, NOW)
    whole = calendar("DTSTART:20150601T090000", "DTSTART:20150601T090000")
    for end in ("END:VCALENDAR", "END:VEVENT"):
        for text in (whole, whole * 2):
            with pytest.raises(SourceError, match="the calendar was cut off"):
                read_calendar(text[: text.rindex(end)], ZONE, NOW)
    zones = "BEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE\n" * 101
    with pytest.raises(SourceError, match="too many lines or time zones"):
        read_calendar(f"BEGIN:VCALENDAR\n{zones}END:VCALENDAR\n", ZONE, NOW)


def test_a_calendar_becomes_entries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = write_office(tmp_path / "office")
    text = calendar(
        "DTSTART;TZID=China Standard Time:20150601T090000|SUMMARY:Wages seminar|CATEGORIES:wages|"
        "LOCATION:Beijing|DESCRIPTION:Come.",
        "DTSTART:20261201T010000Z|RRULE:FREQ=WEEKLY;COUNT=2|CATEGORIES:wages",
    )
    (tmp_path / "calendar").write_text(text)
    for again in (False, True):
        assert import_source(office, NOW, source="../calendar", countries=["CN"]) == 0
        out, _ = capsys.readouterr()
        assert out.split() == (
            []
            if again
            else [
                "entries/2015/wages-seminar.md",
                "entries/2015/seminar-2026-12-01.md",
                "entries/2015/seminar-2026-12-08.md",
            ]
        )
    written = (office / "entries" / "2015" / "wages-seminar.md").read_text()
    assert (
        "date: 2015-05-19T00:00:00+00:00\nsummary: Come.\ncategories: [wages]\ncountries: [CN]\n"
        "event:\n  start: 2015-06-01T09:00:00+08:00\n  place: Beijing\nid: urn:uuid:"
    ) in written
