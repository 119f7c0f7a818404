"""Dates as authors write them, and the form they are told to write."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilofeed.dates import DateError, instant, read_moment, rfc822_safe, zone


@pytest.mark.parametrize(
    ("text", "code", "wanted"),
    [
        ("19 May 2015", "bad-date", "write 2015-05-19"),
        ("19\u00a0May 2015", "bad-date", "write 2015-05-19"),
        ("May 19, 2015", "bad-date", "write 2015-05-19"),
        ("Tuesday, 19th of May 2015", "bad-date", "write 2015-05-19"),
        ("2015/5/9", "bad-date", "write 2015-05-09"),
        ("20150519", "bad-date", "write 2015-05-19"),
        ("19.5.2015", "bad-date", "write 2015-05-19"),
        ("2015年5月19日", "bad-date", "write 2015-05-19"),
        ("2015 оны 5 сарын 19", "bad-date", "write 2015-05-19"),
        ("05/19/2015", "bad-date", "write 2015-05-19"),
        (
            "04/05/2015",
            "bad-date",
            "2015-05-04 if the day comes first, or 2015-04-05 if the month comes first",
        ),
        ("2015-02-30", "bad-date", "February 2015 has 28 days"),
        ("2015-13-01", "bad-date", "there is no month 13"),
        ("2015-19-05", "bad-date", "write 2015-05-19"),
        ("0215-05-19", "bad-date", "the year 215 is not between 1900 and 2999"),
        ("1900-01-01", "bad-date", "1900-01-01 is not between 1900-01-02 and"),
        ("15-05-19", "bad-date", "two digits"),
        ("2015–05–19", "bad-date", "write 2015-05-19"),
        ("2015-00-10", "bad-date", "there is no month 0"),
        ("2015 оны 5 дугаар сарын 19", "bad-date", "write 2015-05-19"),
        ("2015年4月28日至5月2日", "date-range", "start: 2015-04-28, end: 2015-05-02"),
        ("2015-05-19T10:00-09:60", "bad-date", "-12:00 to +14:00"),
        ("2015-05-19T10:00-13:00", "date-range", "date: 2015-05-19, and the times as an event"),
        (
            "2015-05-19 10:00-12:00",
            "date-range",
            "{start: 2015-05-19 10:00, end: 2015-05-19 12:00}",
        ),
        (
            "2015-05-19 9:00 – 11:30",
            "date-range",
            "{start: 2015-05-19 09:00, end: 2015-05-19 11:30}",
        ),
        ("19 May 2015, 10:00 to 12:00", "date-range", "start: 2015-05-19 10:00"),
        ("2015年5月19日10:00至12:00", "date-range", "start: 2015-05-19 10:00"),
        ("2015-05-19 12:00 - 10:00", "bad-date", "unexpected text after the date"),
        ("2015-05-19T25:00Z", "bad-date", "invalid time in"),
        ("2015-05-19T10:00:00+19:00", "bad-date", "-12:00 to +14:00"),
        ("2015-05-19T10:00", "no-time-zone", "2015-05-19T10:00:00+00:00"),
        ("2015-05-19 10:00:00", "no-time-zone", "add the offset"),
        ("2015-05-19 25:00", "bad-date", "write a time from 00:00:00 to 23:59:59"),
        ("2015-05-19T10:60", "bad-date", "write a time from 00:00:00 to 23:59:59"),
        ("8-9 April 2015", "date-range", "date: 2015-04-09"),
        ("8–9 April 2015", "date-range", "event: {start: 2015-04-08, end: 2015-04-09}"),
        ("April 8-9, 2015", "date-range", "event: {start: 2015-04-08, end: 2015-04-09}"),
        ("30 April - 2 May 2015", "date-range", "event: {start: 2015-04-30, end: 2015-05-02}"),
        ("31 December 2014 to 2 January 2015", "date-range", "start: 2014-12-31, end: 2015-01-02"),
        ("2015-04-08/2015-04-09", "date-range", "event: {start: 2015-04-08, end: 2015-04-09}"),
        ("9-8 April 2015", "date-range", "invalid range of days"),
        ("yesterday", "bad-date", "write year-month-day"),
        ("", "bad-date", "write year-month-day"),
        ("２０１５-05-19", "bad-date", "write 2015-05-19"),
    ],
)
def test_the_form_to_write(text: str, code: str, wanted: str) -> None:
    with pytest.raises(DateError) as caught:
        read_moment(text)
    assert caught.value.code == code
    assert wanted in caught.value.message


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2015-05-19T10:00+08:00", "2015-05-19T02:00:00"),
        ("2015-05-19T10:00:30.75+0800", "2015-05-19T02:00:30"),
        ("2015-05-19 10:00 -03:30", "2015-05-19T13:30:00"),
        ("2015-05-19T10:00Z", "2015-05-19T10:00:00"),
    ],
)
def test_instants(text: str, utc: str) -> None:
    moment = read_moment(text)
    assert isinstance(moment, dt.datetime)
    assert moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat() == utc


@pytest.mark.parametrize(
    ("text", "name", "read"),
    [
        ("2026-10-25T01:59", "Europe/Zurich", "2026-10-25T01:59:00+02:00"),
        ("2026-10-25 03:00", "Europe/Zurich", "2026-10-25T03:00:00+01:00"),
        ("2026-03-29T03:00:30", "Europe/Zurich", "2026-03-29T03:00:30+02:00"),
        ("2026-10-25T02:30+01:00", "Europe/Zurich", "2026-10-25T02:30:00+01:00"),
        ("2026-06-15T09:00", "Pacific/Chatham", "2026-06-15T09:00:00+12:45"),
        ("2026-06-15T09:00", "Europe/Dublin", "2026-06-15T09:00:00+01:00"),
    ],
)
def test_a_local_time_is_in_the_offices_zone(text: str, name: str, read: str) -> None:
    assert read_moment(text, zone(name), is_local=True).isoformat() == read


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (
            "2026-10-25T02:30", "Europe/Zurich",
            ("twice in Europe/Zurich, where the clocks go back then; "
            "write 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00"),
        ),
        (
            "2026-10-25T01:30", "Europe/Dublin",
            "write 2026-10-25T01:30:00+01:00 or 2026-10-25T01:30:00+00:00",
        ),
        (
            "2026-04-05T01:45", "Australia/Lord_Howe",
            "write 2026-04-05T01:45:00+11:00 or 2026-04-05T01:45:00+10:30",
        ),
        (
            "2026-03-29T02:30", "Europe/Zurich",
            ("does not exist in Europe/Zurich, where the clocks go forward then; "
            "write a time with its offset, for instance 2026-03-29T03:30:00+02:00"),
        ),
        ("2011-12-30T12:00", "Pacific/Apia", "for instance 2011-12-31T12:00:00+14:00"),
    ],
)  # fmt: skip
def test_a_local_time_that_the_clocks_show_twice_or_never(text: str, name: str, said: str) -> None:
    with pytest.raises(DateError) as caught:
        read_moment(text, zone(name), is_local=True)
    assert caught.value.code == "no-time-zone"
    assert said in caught.value.message


def test_a_day_begins_at_publish_time_in_the_offices_zone() -> None:
    ulaanbaatar = zone("Asia/Ulaanbaatar")
    winter = instant(dt.date(2015, 1, 20), ulaanbaatar, dt.time(9))
    summer = instant(dt.date(2015, 7, 20), ulaanbaatar, dt.time(9))
    assert winter.isoformat() == "2015-01-20T09:00:00+08:00"
    assert summer.isoformat() == "2015-07-20T09:00:00+09:00"  # the last years of summer time


def test_a_time_that_the_clocks_skipped_is_the_one_they_showed() -> None:
    skipped = instant(dt.date(2015, 3, 29), zone("Europe/Zurich"), dt.time(2, 30))
    assert skipped.isoformat() == "2015-03-29T03:30:00+02:00"


def test_rss_gets_no_offset_of_a_quarter_of_an_hour() -> None:
    kathmandu = instant(dt.date(2015, 5, 19), zone("Asia/Kathmandu"), dt.time(9))
    assert rfc822_safe(kathmandu).isoformat() == "2015-05-19T03:15:00+00:00"
    kabul = instant(dt.date(2015, 5, 19), zone("Asia/Kabul"), dt.time(9))
    assert rfc822_safe(kabul) is kabul


@given(st.dates(dt.date(1900, 1, 2), dt.date(2999, 12, 30)))
def test_every_day_reads_back(day: dt.date) -> None:
    assert read_moment(day.isoformat()) == day


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_a_sentence(text: str) -> None:
    with contextlib.suppress(DateError):
        assert read_moment(text)
