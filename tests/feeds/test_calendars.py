"""Calendars: RFC 5545 to the octet, whole days and times, and what a calendar must not show."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import re
from typing import Any

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from ilofeed import dates
from ilofeed.feeds import calendars
from ilofeed.feeds.calendars import render_calendar
from ilofeed.feeds.selection import select_feeds, select_published
from ilofeed.model import Event
from ilofeed.verify.calendar_reader import CalendarError, read_calendar
from ilofeed.verify.verification import verify, verify_document
from offices import NOW, OFFICE, documents, entry, site

YEARS = (2013, 2015, 2016)


def calendar(path: str = "all/calendar.ics", office: bytes = OFFICE, **entries: Any) -> str:
    return documents(site(office=office, **entries))[path].data.decode()


def one(**keys: Any) -> dict[str, Any]:
    """What icalendar reads of the only event, by name of the property."""
    found = icalendar.Calendar.from_ical(calendar(wages=entry(**keys))).walk("VEVENT")
    assert len(found) == 1
    return {str(name).lower(): value for name, value in found[0].items()}


def test_whole_days_end_on_the_day_after_the_last() -> None:
    seen = one(event="{start: 2015-04-08, end: 2015-04-09, place: 'Zhenjiang, Jiangsu; China'}")
    assert seen["dtstart"].dt == dt.date(2015, 4, 8)
    assert seen["dtend"].dt == dt.date(2015, 4, 10)
    assert seen["location"] == "Zhenjiang, Jiangsu; China"
    assert seen["transp"] == "TRANSPARENT"
    text = calendar(wages=entry(event="{start: 2015-04-30}"))
    assert "DTSTART;VALUE=DATE:20150430\r\nDTEND;VALUE=DATE:20150501\r\n" in text
    assert "BEGIN:VTIMEZONE" not in text


def test_times_are_in_the_offices_zone_which_is_in_the_file() -> None:
    """Ulaanbaatar was at +09:00 in the summer of 2015."""
    text = calendar(
        wages=entry(event="{start: 2015-07-08T09:00+08:00, end: 2015-07-08T11:30+08:00}"),
        jobs=entry(event="{start: 2015-11-08T02:00Z}"),
    )
    assert "DTSTART;TZID=Asia/Ulaanbaatar:20150708T100000" in text
    assert "DTEND;TZID=Asia/Ulaanbaatar:20150708T123000" in text
    assert "DTSTART;TZID=Asia/Ulaanbaatar:20151108T100000" in text
    assert text.count("BEGIN:VTIMEZONE\r\nTZID:Asia/Ulaanbaatar\r\n") == 1
    assert "TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0900" in text
    starts = [event["start"] for event in read_calendar(text.encode())[1]]
    wanted = ["2015-11-08T02:00+00:00", "2015-07-08T01:00+00:00"]
    assert starts == [int(dt.datetime.fromisoformat(moment).timestamp()) for moment in wanted]


def onsets(text: str) -> list[tuple[dt.datetime, dt.timedelta]]:
    """The instants at which a VTIMEZONE says that an offset begins, and the offset, by the letters
    of RFC 5545, section 3.6.5: an onset is in local time, by the offset that is before it."""

    def offset(written: str) -> dt.timedelta:
        sign, hours, minutes, seconds = re.fullmatch(r"([+-])(..)(..)(..)?", written).groups()  # type: ignore[union-attr]
        found = dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
        return -found if sign == "-" else found

    found = []
    unfolded = text.replace("\r\n ", "")
    (day,) = re.findall(r"COMMENT:This timezone only works from \S+ to (\S+)\.", unfolded)
    until = dt.datetime.fromisoformat(f"{day}T00:00Z")
    for part in re.findall(r"(?s)BEGIN:(?:STANDARD|DAYLIGHT)\r\n(.*?)END:", unfolded):
        keys = dict(line.split(":") for line in part.splitlines())
        rule = keys.pop("RRULE", "FREQ=YEARLY;COUNT=1")
        assert keys.keys() == {"DTSTART", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO"}
        start = dt.datetime.strptime(keys["DTSTART"], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
        assert "COUNT" in rule or start in rrulestr(rule, dtstart=start)
        found += [
            (local - offset(keys["TZOFFSETFROM"]), offset(keys["TZOFFSETTO"]))
            for local in rrulestr(rule, dtstart=start).between(start, until, inc=True)
        ]
    return sorted(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "years"),
    [
        ("Europe/Zurich", (2020, 2030)),
        ("America/New_York", (2020, 2030)),
        ("Australia/Sydney", (2020, 2030)),
        ("America/Santiago", (2020, 2030)),
        ("Asia/Kolkata", (2020, 2030)),
        ("Pacific/Chatham", (2020, 2030)),  # a quarter of an hour
        ("Africa/Casablanca", (2020, 2030)),  # another time in Ramadan
        ("Asia/Gaza", (2020, 2030)),  # ends before and begins after Ramadan, too
        ("America/Sao_Paulo", (2012, 2022)),  # until 2019
        ("Asia/Ulaanbaatar", (2012, 2022)),  # in 2015 and 2016
        ("America/Recife", (2000, 2001)),  # summer time for a week
        ("Africa/Cairo", (2010, 2014)),
        ("Australia/Lord_Howe", (2020, 2030)),  # half an hour
        ("Europe/Dublin", (2020, 2030)),  # whose standard time is in summer
        ("Asia/Pyongyang", (2015, 2018)),
        ("Pacific/Apia", (2011, 2011)),  # which left out a day
        ("America/Argentina/Tucuman", (2004, 2004)),
        ("Asia/Shanghai", (1991, 2026)),
        ("Etc/UTC", (2026, 2026)),
    ],
)
def test_the_zone_in_the_file_is_the_zone(zone: str, years: tuple[int, int]) -> None:
    """At each noon and midnight, and at the second before and after each change."""
    office = OFFICE.replace(b"Asia/Ulaanbaatar", zone.encode())
    first, last = (f"{{start: {year}-06-15T12:00Z}}" for year in years)
    text = calendar(office=office, a=entry(event=first), b=entry(event=last))
    said = onsets(text)
    begin = dt.datetime(years[0] - 1, 1, 2, tzinfo=dt.UTC)
    end = dt.datetime(years[1] + 1, 12, 31, tzinfo=dt.UTC)
    halves = (end - begin).days * 2
    instants = [begin + dt.timedelta(hours=12 * half) for half in range(halves)]
    instants += [at + dt.timedelta(seconds=by) for at, _ in said for by in (-1, 0)]
    there = dates.zone(zone)
    at = -1
    for instant in sorted(one for one in instants if one >= said[0][0]):
        while at + 1 < len(said) and said[at + 1][0] <= instant:
            at += 1
        assert said[at][1] == instant.astimezone(there).utcoffset(), instant


AN_HOUR = dt.timedelta(hours=1)


def at_changes(zone: str, years: range) -> dict[str, Any]:
    """Events of an hour, by slug: before, at and after each change of the clocks of a zone."""
    changes = [at for year in years for at, _ in dates.offset_changes(dates.zone(zone), year)]
    around = [AN_HOUR * hours for hours in (-48, -24, -1, -0.5, 0, 0.5, 1, 24, 48)]
    starts = sorted({at.astimezone(dt.UTC) + by for at in changes for by in around})
    return {
        f"e{start:%Y%m%d%H%M}": entry(
            event=f"{{start: '{start.isoformat()}', end: '{(start + AN_HOUR).isoformat()}'}}"
        )
        for start in starts
    }


@pytest.mark.parametrize(
    ("zone", "rules", "parts"),
    [
        ("Europe/Zurich", ["BYDAY=-1SU;BYMONTH=10", "BYDAY=-1SU;BYMONTH=3"], 3),
        ("America/New_York", ["BYDAY=1SU;BYMONTH=11", "BYDAY=2SU;BYMONTH=3"], 3),
        ("Asia/Shanghai", [], 1),
        ("Africa/Casablanca", [], 8),  # Ramadan has no rule
        ("Asia/Ulaanbaatar", [], 1),  # without summer time since 2017
    ],
)
def test_changes_of_each_year_are_a_rule(zone: str, rules: list[str], parts: int) -> None:
    office = OFFICE.replace(b"Asia/Ulaanbaatar", zone.encode())
    text = calendar(office=office, a=entry(event="{start: 2026-06-15T12:00Z}"))
    assert sorted(re.findall(r"RRULE:FREQ=YEARLY;(.*)\r", text)) == rules
    assert len(re.findall("BEGIN:(?:STANDARD|DAYLIGHT)", text)) == parts
    assert "RDATE" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("zone", "years"),
    [
        ("Europe/Zurich", range(2025, 2027)),
        ("Africa/Casablanca", range(2026, 2028)),  # libraries know other rules of 2027
        ("Australia/Lord_Howe", range(2026, 2027)),
        ("Pacific/Apia", range(2011, 2012)),
        ("Europe/Dublin", range(2026, 2027)),
    ],
)
def test_events_around_a_change_of_the_clocks_come_back(zone: str, years: range) -> None:
    office = OFFICE.replace(b"Asia/Ulaanbaatar", zone.encode())
    made = site(office=office, **at_changes(zone, years))
    shown = documents(made)["all/calendar.ics"]
    assert verify_document(shown, made.office) == []
    starts = {event["id"][-12:]: event["start"] for event in read_calendar(shown.data)[1]}
    wanted = {
        slug[1:]: int(dt.datetime.strptime(f"{slug[1:]}Z", "%Y%m%d%H%M%z").timestamp())
        for slug in at_changes(zone, years)
    }
    assert starts == wanted
    assert b"DTSTART;TZID=" in shown.data
    assert re.search(rb"DTSTART:\d{8}T\d{6}Z", shown.data)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        ("2026-10-25T02:30+01:00", None, "DTSTART:20261025T013000Z"),  # which occurs twice
        ("2026-10-25T02:30+02:00", None, "DTSTART:20261025T003000Z"),
        ("2026-10-24T02:59+02:00", None, "DTSTART;TZID=Europe/Zurich:20261024T025900"),
        ("2026-10-24T03:00+02:00", None, "DTSTART:20261024T010000Z"),
        ("2026-10-26T01:59+01:00", None, "DTSTART:20261026T005900Z"),
        ("2026-10-26T02:00+01:00", None, "DTSTART;TZID=Europe/Zurich:20261026T020000"),
        (
            "2026-10-20T09:00+02:00", "2026-10-30T17:00+01:00",
            ("DTSTART;TZID=Europe/Zurich:20261020T090000\r\n"
            "DTEND;TZID=Europe/Zurich:20261030T170000"),
        ),
        (
            "2026-10-20T09:00+02:00", "2026-10-25T17:00+01:00",
            "DTSTART:20261020T070000Z\r\nDTEND:20261025T160000Z",
        ),
    ],
)  # fmt: skip
def test_times_near_a_change_of_the_clocks_are_in_utc(
    start: str, end: str | None, written: str
) -> None:
    office = OFFICE.replace(b"Asia/Ulaanbaatar", b"Europe/Zurich")
    keys = f"start: '{start}'" + (f", end: '{end}'" if end else "")
    made = site(office=office, wages=entry(event=f"{{{keys}}}"))
    assert verify(list(documents(made).values()), made.office) == []
    text = documents(made)["entry/wages/event.ics"].data.decode()
    assert f"\r\n{written}\r\nDTSTAMP" in text


def test_a_description_has_the_text_and_the_address() -> None:
    body = """
First *words*
and [a link](https://example.net/x).

- one
- two, with a

  second paragraph

1. a
   - b

| year | rise |
|---|---|
| 2015 | 5 % |

```
code
```
"""
    made = site(wages=entry(body, event="{start: 2015-06-01}"))
    assert verify(list(documents(made).values()), made.office) == []
    (event,) = read_calendar(documents(made)["entry/wages/event.ics"].data)[1]
    assert event["summary"].split("\n") == [
        "A report on wages.", "",
        "First words and a link.", "",
        "- one", "", "- two, with a", "", "second paragraph", "",
        "- a", "", "- b", "",
        "year | rise", "2015 | 5 %", "",
        "code", "",
        "https://example.org/feeds/entry/wages/",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("word ", "word " * 399 + "word …"),
        ("字", "字" * 2000 + " …"),
        ("x" * 30 + "\n", ("x" * 30 + " ") * 63 + "x" * 30 + " …"),
    ],
)
def test_a_long_body_is_cut_in_a_description(word: str, written: str) -> None:
    text = calendar(wages=entry(word * 2010, event="{start: 2015-06-01}"))
    summary = read_calendar(text.encode())[1][0]["summary"]
    assert summary.split("\n\n")[1] == written
    exact = calendar(wages=entry("x" * 2000, event="{start: 2015-06-01}"))
    assert read_calendar(exact.encode())[1][0]["summary"].split("\n\n")[1] == "x" * 2000


@pytest.mark.parametrize("text", [r"C:\New", r"C:\new", r"\N", r"\\N; \, \n", r"a\\;b,c"])
def test_a_backslash_is_no_line_break(text: str) -> None:
    """icalendar would write the first as C: and ew on two lines."""
    office = OFFICE.replace(b"title: Example Office", f"title: '{text}'".encode())
    office = office.replace(b"{label: Wages,", f"{{label: '{text}',".encode())
    given = {"title": f"'{text}'", "summary": f"'{text}'"}
    made = site(
        office=office, wages=entry(event=f"{{start: 2015-06-01, place: '{text}'}}", **given)
    )
    assert verify(list(documents(made).values()), made.office) == []
    about, (event,) = read_calendar(documents(made)["all/calendar.ics"].data)
    assert text in str(about["title"])
    summary, _, address = event["summary"].partition("\n\n")
    assert address == "https://example.org/feeds/entry/wages/"
    assert [event["title"], summary, event["place"], event["labels"][0]] == [text] * 4


def test_who_an_event_is_and_when_it_was_changed() -> None:
    seen = one(
        event="{start: 2015-06-01, url: 'https://example.org/event'}",
        updated="2015-05-20T10:00+08:00",
        title="'Wages; jobs, pay'",
        categories="[wages]",
        countries="[MN, HK]",
    )
    assert seen["uid"] == "tag:example.org,2015:office:wages"
    assert seen["dtstamp"].dt == seen["last-modified"].dt
    assert seen["dtstamp"].dt == dt.datetime(2015, 5, 20, 2, tzinfo=dt.UTC)
    assert seen["created"].dt == dt.datetime(2015, 5, 19, tzinfo=dt.UTC)
    assert seen["summary"] == "Wages; jobs, pay"
    assert seen["url"] == "https://example.org/event"
    assert seen["categories"].cats == ["Wages", "Mongolia", "Hong Kong SAR (China)"]
    assert seen["status"] == "CONFIRMED"


def test_an_identity_kept_by_id_is_the_events_too() -> None:
    assert one(event="{start: 2015-06-01}", id="old")["uid"] == "tag:example.org,2015:office:old"


def test_a_withdrawn_event_is_cancelled_and_newer() -> None:
    seen = one(event="{start: 2015-09-01}", withdrawn="2015-08-01")
    assert seen["status"] == "CANCELLED"
    assert seen["dtstamp"].dt.date() == dt.date(2015, 8, 1)
    before = one(event="{start: 2015-09-01}", withdrawn="2027-08-01")
    assert before["status"] == "CONFIRMED"


def test_only_feeds_with_events_have_a_calendar() -> None:
    made = documents(site(wages=entry(event="{start: 2015-06-01}"), jobs=entry(countries="[CN]")))
    found = sorted(path for path in made if path.endswith(".ics"))
    assert found == [
        "all/calendar.ics", "category/employment/calendar.ics", "category/wages/calendar.ics",
        "country/mn/calendar.ics", "country/mn/category/employment/calendar.ics",
        "country/mn/category/wages/calendar.ics", "entry/wages/event.ics",
    ]  # fmt: skip


def test_an_event_to_come_is_never_pushed_out_by_newer_entries() -> None:
    office = OFFICE.replace(b"  title:", b"  limit: 1\n  title:")
    text = calendar(
        office=office,
        soon=entry(date="2014-01-01", event="{start: 2027-01-01}"),
        jobs=entry(event="{start: 2015-06-01}"),
    )
    assert re.findall(r"office:(\w+)", text) == ["soon", "jobs"]


def test_a_calendar_holds_the_latest_events() -> None:
    made = site(wages=entry(event="{start: 2015-06-01}"))
    (model,) = select_published(made.entries, NOW)
    many = [
        dataclasses.replace(
            model, id=f"{model.id}{n}", event=Event(dt.date(2015, 6, 1) + dt.timedelta(days=n))
        )
        for n in range(505)
    ]
    feed = select_feeds(made.office, many)[0]
    assert len(feed.events) == 500
    assert feed.events[-1].event == Event(dt.date(2015, 6, 6))


def test_a_calendar_says_who_it_is_and_how_often_to_ask() -> None:
    text = calendar(wages=entry(event="{start: 2015-06-01}")).replace("\r\n ", "")
    for line in (
        "PRODID:-//ilofeed//ilofeed//EN",
        "VERSION:2.0",
        "NAME:Example Office",
        "X-WR-CALNAME:Example Office",
        "SOURCE;VALUE=URI:https://example.org/feeds/all/calendar.ics",
        "URL:https://example.org/feeds/all/",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ):
        assert f"\r\n{line}\r\n" in text


@given(
    st.text(
        st.characters(
            min_codepoint=32, exclude_categories=["Cs", "Cc", "Co"], exclude_characters="\ufeff"
        ),
        max_size=300,
    )
)
def test_lines_are_folded_at_octets_in_any_script(text: str) -> None:
    made = site(wages=entry(event="{start: 2015-06-01}"))
    (model,) = select_published(made.entries, NOW)
    changed = dataclasses.replace(model, title=text or "x", summary=text * 3 or "x", html="")
    feed = select_feeds(made.office, [model])[0]
    feed = dataclasses.replace(feed, events=(changed,), title=text or "x", description=text or "x")
    data = render_calendar(feed, made.office)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    about, (seen,) = read_calendar(data)
    assert (about["title"], about["description"]) == (feed.title, feed.description)
    assert seen["title"] == changed.title
    assert seen["summary"] == f"{changed.summary}\n\n{changed.url}"


GOOD = calendar(wages=entry(event="{start: 2015-07-08T09:00+08:00, end: 2015-07-08T11:30+08:00}"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("\r\n", "\n", "CR LF"),
        ("\r\nUID:", "\rUID:", "CR LF"),
        ("SUMMARY:", "SUMMARY:" + "x" * 80, "longer than 75"),
        ("UID:.*?\r\n", "", "no UID"),
        ("DTSTAMP:.*?\r\n", "", "no DTSTAMP"),
        ("DTSTART;.*?\r\n", "", "no DTSTART"),
        ("PRODID:.*?\r\n", "", "PRODID"),
        ("VERSION:2.0", "VERSION:1.0", "VERSION"),
        ("END:VCALENDAR\r\n", "", "icalendar"),
        ("BEGIN:VCALENDAR", "BEGIN:VTODO", "not a VCALENDAR"),
        ("BEGIN:VEVENT", "begin:vevent", "lines of its own"),
        ("BEGIN:VEVENT", "BEGIN:VEVENT\r\nBEGIN:VEVENT", "icalendar"),
        ("END:VEVENT", "END:VEVENT\r\nEND:VEVENT", "icalendar"),
        ("DTEND;[^:]*:", "DTEND;TZID=Nowhere/Else:", "VTIMEZONE for .* is missing"),
        ("(?s)BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", "", "VTIMEZONE for .* is missing"),
        ("DTSTART;[^:]*:20150708T100000", "DTSTART:2015070", "icalendar"),
        ("DTSTART;[^:]*:2015", "DTSTART:2015", "has no time zone"),
        ("DTSTART;[^:]*:20150708T100000", "DTSTART;TZID=Asia/Ulaanbaatar:20150328T023000", " 0 "),
        ("DTSTART;[^:]*:20150708T100000", "DTSTART;TZID=Asia/Ulaanbaatar:20150925T233000", " 2 "),
        ("DTSTART;[^:]*:20150708T100000", "DTSTART;TZID=Asia/Ulaanbaatar:19990708T100000", " 0 "),
        ("TZOFFSETTO:\\+0900\r\n", "", "is not one change or a yearly rule"),
        ("DTSTART:20150328T020000", "DTSTART;VALUE=DATE:20150328", "begins at a day"),
        (
            "DTSTART:20150328T020000",
            "DTSTART:20150328T020000\r\nRDATE:20160328T020000",
            "is not one change or a yearly rule",
        ),
        ("(?s).*", "nonsense", "CR LF"),
        ("(?s).*", "", "icalendar"),
    ],
)
def test_what_a_program_could_stumble_over(old: str, new: str, said: str) -> None:
    text = re.sub(old, lambda _: new, GOOD, count=0 if old == "\r\n" else 1)
    assert text != GOOD
    with pytest.raises(CalendarError, match=said):
        read_calendar(text.encode())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("NAME:Example", "NAME:Sample", "title"),
        ("X-WR-CALNAME:Example", "X-WR-CALNAME:Sample", "old_title"),
        ("DESCRIPTION:News", "DESCRIPTION:Notes", "description"),
        ("URL:https://example.org/feeds/all/", "URL:https://example.org/x", "page"),
        (
            "SOURCE;VALUE=URI:https://example.org/feeds/all",
            "SOURCE;VALUE=URI:https://x.org/",
            "self",
        ),
        ("REFRESH", "X-REFRESH", None),
    ],
)
def test_a_calendar_that_does_not_say_who_it_is(old: str, new: str, field: str | None) -> None:
    made = site(wages=entry(event="{start: 2015-06-01}"))
    found = documents(made)
    text = found["all/calendar.ics"].data.decode()
    data = text.replace(f"\r\n{old}", f"\r\n{new}").encode()
    assert data != text.encode()
    wrong = dataclasses.replace(found["all/calendar.ics"], data=data)
    faults = verify([*(found | {"all/calendar.ics": wrong}).values()], made.office)
    assert [fault.field for fault in faults] == ([f"calendar {field}"] if field else [])


def test_commas_in_the_name_of_an_office_are_escaped() -> None:
    office = OFFICE.replace(b"title: Example Office", b'title: "Work, welfare; a \\\\ b"')
    text = calendar(office=office, wages=entry(event="{start: 2015-06-01}"))
    assert "\r\nNAME:Work\\, welfare\\; a \\\\ b\r\n" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("SUMMARY:Wages", "SUMMARY:Wage", "title"),
        ("DESCRIPTION:A report", "DESCRIPTION:The report", "summary"),
        ("T100000", "T090000", "start"),
        ("T123000", "T133000", "end"),
        ("STATUS:CONFIRMED", "STATUS:CANCELLED", "status"),
        ("CATEGORIES:Wages,", "CATEGORIES:", "labels"),
        ("URL:https://example.org/feeds/entry/wages/", "URL:https://example.org/x", "target"),
        ("DTSTAMP:2015", "DTSTAMP:2016", "updated_at"),
        ("CREATED:2015", "CREATED:2016", "published_at"),
        ("UID:tag:example.org\\\\,2015:office:wages", "UID:x", "events"),
        ("UID:", "LOCATION:Here\r\nUID:", "place"),
    ],
)
def test_an_event_that_does_not_come_back_is_named(old: str, new: str, field: str) -> None:
    made = site(wages=entry(event="{start: 2015-07-08T09:00+08:00, end: 2015-07-08T11:30+08:00}"))
    found = documents(made)
    for path in ("all/calendar.ics", "entry/wages/event.ics"):
        text = found[path].data.decode()
        assert re.search(old, text), old
        wrong = dataclasses.replace(
            found[path], data=re.sub(old, lambda _: new, text, count=1).encode()
        )
        faults = verify([*(found | {path: wrong}).values()], made.office)
        assert {fault.path for fault in faults} == {path}
        assert {fault.field.split()[-1] for fault in faults} == {field}


def test_zones_and_events_made_once_are_those_made_for_each_calendar(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events: dict[str, Any] = {
        f"e{year}": entry(event=f"{{start: {year}-07-08T09:00+08:00}}") for year in YEARS
    }
    events |= {f"f{year}": entry(event=f"{{start: {year}-11-08T02:00Z}}") for year in YEARS}
    offices = [OFFICE, OFFICE.replace(b"Asia/Ulaanbaatar", b"Europe/Paris")]
    assert offices[0] != offices[1]
    for office in offices:
        made = documents(site(office=office, **events))
        with monkeypatch.context() as patch:
            patch.setattr(calendars, "_zone", calendars._zone.__wrapped__)
            patch.setattr(calendars, "_event", calendars._event.__wrapped__)
            again = documents(site(office=office, **events))
        found = [path for path in made if path.endswith(".ics")]
        assert len(found) > len(events)
        for path in found:
            assert made[path].data == again[path].data
            assert b"BEGIN:VTIMEZONE" in made[path].data


EVENTS: dict[str, Any] = {
    "wages": entry(event="{start: 2015-07-08T09:00+08:00, place: 'A long place; with, signs'}"),
    "jobs": entry(
        event="{start: 2015-11-08, end: 2015-11-09}", title="'Begin: the end, END:VEVENT'"
    ),
    "labour": entry(event="{start: 2014-11-08T02:00Z}", summary=f"Begin. {'Long. ' * 30}"),
}


@pytest.mark.parametrize("begin", ["UID:", "DTSTAMP:", "DTSTART;", "SUMMARY:", "TZID:", "VERSION:"])
def test_what_stands_twice_is_told(begin: str) -> None:
    text = calendar(**EVENTS)
    twice = re.sub(rf"(\r\n{begin}[^\r]*)", r"\1\1", text, count=1)
    assert twice != text
    with pytest.raises(CalendarError, match=r"2 times|icalendar:"):
        read_calendar(twice.encode())


LINES = [
    "BEGIN:VEVENT",
    "END:VEVENT",
    "begin:vevent",
    "end:vevent",
    "BEGIN:VALARM",
    "END:VALARM",
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Ulaanbaatar",
    "END:VTIMEZONE",
    "BEGIN:VCALENDAR",
    "END:VCALENDAR",
    "BEG",
    " IN:VALARM",
    "\tEND:VEVENT",
    "SUMMARY:BEGIN:VEVENT",
    " END:VEVENT",
    "DTSTART:2015",
    "DTSTART;TZID=Europe/Paris:20150708T100000",
    "UID:other",
    "nothing",
    "",
]


@pytest.mark.slow
@given(data=st.data())
def test_a_damaged_calendar_is_read_or_refused(data: st.DataObject) -> None:
    lines = calendar(**EVENTS).split("\r\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        kept = data.draw(st.integers(0, 2))
        lines[at : at + kept] = data.draw(st.lists(st.sampled_from(LINES), max_size=3))
    with contextlib.suppress(CalendarError):
        read_calendar("\r\n".join(lines).encode())


def test_an_event_is_the_same_whatever_offset_its_dates_were_written_with() -> None:
    """Dates of one instant are equal, so one of two such events is written for both."""
    event = "{start: 2015-07-08T09:00+08:00, end: 2015-07-08T11:30+08:00}"
    made = site(wages=entry(event=event, withdrawn="2015-06-01T09:00:00Z"))
    (one,) = made.entries
    assert one.event is not None
    assert one.withdrawn is not None
    assert isinstance(one.event.start, dt.datetime)
    there = dt.timezone(dt.timedelta(hours=-3, minutes=-30))
    other = dataclasses.replace(
        one,
        published=one.published.astimezone(there),
        updated=one.updated.astimezone(there),
        withdrawn=one.withdrawn.astimezone(there),
        event=dataclasses.replace(one.event, start=one.event.start.astimezone(there)),
    )
    assert other == one
    write = calendars._event.__wrapped__
    zone = made.office.timezone
    assert write(other, zone, "Pay", ("Wages",)) == write(one, zone, "Pay", ("Wages",))
    shown = {
        calendars._event(one, zone, title, (label,))
        for title in ("Pay", "Cancelled: Pay")
        for label in ("Wages", "Jobs")
    }
    assert len(shown) == 4
