"""Dates of feeds and spreadsheets: read in the one way that they can be read, or not at all."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ilofeed.build import render_site
from ilofeed.content import check_entry
from ilofeed.dates import zone
from ilofeed.feeds import select
from ilofeed.foreign_dates import check_form, read_date
from ilofeed.importers.fields import EntryFields
from ilofeed.sources import Item
from ilofeed.verify import verify
from offices import NOW, entry, site, write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path

ULAANBAATAR = zone("Asia/Ulaanbaatar")  # at +09:00 in May 2015

LEFT_OUT = (
    'item 4 "Pay 3": left out: the date: invalid date `-0001`; write year-month-day, for instance '
    "2015-05-19"
)


def read(written: str, *forms: str) -> tuple[str | None, str]:
    moment, note = read_date(written, ULAANBAATAR, forms)
    return moment.isoformat() if moment else None, note


@pytest.mark.parametrize(
    "written",
    [
        "2015-05-19", "2015/05/19", "2015/5/19", "2015.05.19", "2015. 5. 19", "20150519",
        "19.05.2015", "19. 5. 2015", "２０１５年５月１９日", "2015年05月19日",
        "2015年5月19日 星期二",
        "2015/5/19 周二", "2015-05-19 (火)", "2015년 5월 19일", "2015 оны 5 сарын 19",
        "2015 оны 05 дугаар сарын 19-ний өдөр", "19 May 2015", "May 19, 2015", "2015 May 19",
        "Tuesday, 19th of May 2015", "TUE, 19-MAY-2015", "19 мая 2015 г.", "Вторник, 19 мая 2015",
        "вт, 19 май 2015", "mardi 19 mai 2015", "le 19 mai 2015", "martes, 19 de mayo de 2015",
        "19 de maio de 2015", "Dienstag, 19. Mai 2015", "19 maggio 2015", "19 mei 2015",
        "19 مايو 2015",
    ],
)  # fmt: skip
def test_a_day(written: str) -> None:
    assert read(written) == ("2015-05-19", "")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1er août 2015", "2015-08-01"),
        ("3 févr. 2015", "2015-02-03"),
        ("3. März 2015", "2015-03-03"),
        ("3 Sept. 2015", "2015-09-03"),
        ("3 ene 2015", "2015-01-03"),
        ("3 янв. 2015", "2015-01-03"),
        ("1900-05-19", "1900-05-19"),
    ],
)
def test_names_of_months_in_short(written: str, day: str) -> None:
    assert read(written) == (day, "")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2015-05-19T08:00:00+08:00", "2015-05-19T08:00:00+08:00"),
        ("2015-05-19T08:00:00.5-03:30", "2015-05-19T08:00:00-03:30"),
        ("2015-05-19t08:00z", "2015-05-19T08:00:00+00:00"),
        ("2015-05-19 08:00:00 UTC", "2015-05-19T08:00:00+00:00"),
        ("2015-05-19T08:00:00+08", "2015-05-19T08:00:00+08:00"),
        ("2015-05-19T08:00:00−08:00", "2015-05-19T08:00:00-08:00"),
        ("20150519T090000Z", "2015-05-19T09:00:00+00:00"),
        ("20150519T0900+0800", "2015-05-19T09:00:00+08:00"),
        ("Tue, 19 May 2015 08:00:00 +0800", "2015-05-19T08:00:00+08:00"),
        ("Tue, 19 May 2015 08:00:00 +08:00", "2015-05-19T08:00:00+08:00"),
        ("Tue, 19 May 2015 08:00:00 UTC+8", "2015-05-19T08:00:00+08:00"),
        ("Tue, 19 May 2015 08:00:00 EST", "2015-05-19T08:00:00-05:00"),
        ("Tue, 19 May 2015 08:00:00 CEST", "2015-05-19T08:00:00+02:00"),
        ("Tue, 2015/05/19 08:00:00 EDT", "2015-05-19T08:00:00-04:00"),
        ("19 May 15 08:00 PDT", "2015-05-19T08:00:00-07:00"),
        ("19 May 94 08:00 GMT", "1994-05-19T08:00:00+00:00"),
        ("Tuesday, 19-May-2015 08:00:00 -0000 (x)", "2015-05-19T08:00:00+00:00"),
        ("Tue, 19 May 2015 8:00 p.m. GMT", "2015-05-19T20:00:00+00:00"),
        ("Tue May 19 08:00:00 +0800 2015", "2015-05-19T08:00:00+08:00"),
        (
            "Tue May 19 2015 08:00:00 GMT+0800 (China Standard Time)",
            "2015-05-19T08:00:00+08:00",
        ),
    ],
)
def test_a_time_with_its_zone(written: str, moment: str) -> None:
    assert read(written) == (moment, "")


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2015-05-19 08:00", "08:00:00"),
        ("2015-05-19 8:00", "08:00:00"),
        ("2015/05/19 09:00:00", "09:00:00"),
        ("2015年05月19日 09:00", "09:00:00"),
        ("2015年5月19日9时30分", "09:30:00"),
        ("2015年5月19日 下午2:30", "14:30:00"),
        ("2015/5/19 上午 12:30:15", "00:30:15"),
        ("2015년 5월 19일 오후 2:30", "14:30:00"),
        ("19.05.2015 14:30", "14:30:00"),
        ("Tue, 19 May 2015 8:00 PM", "20:00:00"),
        ("May 19, 2015 at 12:05\u202fAM", "00:05:00"),
        ("Tuesday, May 19, 2015 - 08:00", "08:00:00"),
        ("Tue May 19 08:00:00 2015", "08:00:00"),
        ("19 мая 2015 г. в 14:30", "14:30:00"),
        ("mardi 19 mai 2015 à 14h30", "14:30:00"),
        ("Dienstag, 19. Mai 2015 um 14.30 Uhr", "14:30:00"),
        ("20150519090000", "09:00:00"),
    ],
)
def test_a_time_without_a_zone_is_the_offices(written: str, time: str) -> None:
    moment, note = read(written)
    assert moment == f"2015-05-19T{time}+09:00"
    assert note == "a time without a time zone; the office's was used"


@pytest.mark.parametrize("name", ["CST", "IST", "BST", "XYZ"])
def test_a_zone_of_several_meanings_is_the_offices(name: str) -> None:
    moment, note = read(f"Tue, 19 May 2015 08:00:00 {name}")
    assert moment == "2015-05-19T08:00:00+09:00"
    assert note == f"a time in `{name}`, of several meanings or none; the office's was used"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("-0001", "invalid date"),
        ("0002", "invalid date"),
        ("0002-11-30T00:00:00+00:00", "the year 2 is not between 1900 and 2999"),
        ("-0001-11-30T00:00:00+00:00", "invalid date"),
        ("0000-00-00 00:00:00", "the year 0"),
        ("1899-12-31", "the year 1899"),
        ("Tue, 19 May 20", "invalid date"),
        ("19-May-15", "invalid date"),
        ("19.05.15 14:30", "invalid date"),
        ("2015", "invalid date"),
        ("2015-05", "invalid date"),
        ("May 2015", "invalid date"),
        ("2015-139", "invalid date"),
        ("1432000000", "invalid date"),
        ("42143.375", "invalid date"),
        ("2015 5월 19", "invalid date"),
        ("19 jui 2015", "invalid date"),
        ("19 listopad 2015", "invalid date"),
        ("05/06/2015", "ambiguous date"),
        ("05/06/2015 09:00", "invalid date"),
        ("8-9 April 2015", "expected one day"),
        ("until 19 May 2015", "invalid date"),
        ("по 19 мая 2015", "invalid date"),
        ("2015-05-19 -08:00", "unexpected text"),
        ("2015-05-19-08:00", "unexpected text"),
        ("2015-05-19 13:00 PM", "invalid time"),
        ("2015-05-19 0:30 PM", "invalid time"),
        ("2015-05-19T24:00:00Z", "invalid time"),
        ("Tue, 19 May 2015 25:00:00 GMT", "invalid time"),
        ("Tue, 32 May 2015 08:00:00 GMT", "there is no day 32"),
        ("2015-05-19T08:00:00+19:00", "invalid offset"),
        ("5.19.2015", "there is no month 19"),
        ("2015-09-25 23:30", "occurs twice"),
        ("soon", "invalid date `soon`"),
    ],
)
def test_what_is_no_date(written: str, words: str) -> None:
    moment, note = read(written)
    assert moment is None
    assert words in note


def test_forms_are_tried_in_their_order() -> None:
    assert read("05/06/2015", "%d/%m/%Y %H:%M", "%d/%m/%Y") == ("2015-06-05", "")
    assert read("05/06/2015 14:30", "%d/%m/%Y %H:%M", "%d/%m/%Y")[0] == "2015-06-05T14:30:00+09:00"
    assert read("19-May-15", "%d-%b-%y") == ("2015-05-19", "")
    assert read("soon", "%d/%m/%Y")[0] is None


def test_a_form_must_say_the_whole_date() -> None:
    for form in ("%d/%m/%Y", "%d-%b-%y", "%Y-%m-%d %H:%M:%S %z", "%d/%m/%Y %I:%M %p", "%c"):
        assert check_form(form) == ""
    for form in ("%d/%m", "%m/%Y", "%d/%m/%Y %I:%M", "today"):
        assert "a year, a month, a day" in check_form(form)
    for form in ("%-d/%m/%Y", "%Q"):
        assert check_form(form) != ""


def test_dates_are_read_as_written_and_not_as_a_library_reads_them(tmp_path: Path) -> None:
    write_office(tmp_path / "office")
    texts = (
        "2015/05/19 09:00:00",
        "2015年05月19日 09:00",
        "Tue, 19 May 2015 08:00:00 CST",
        "-0001",
    )
    items = "".join(
        f"<item><title>Pay {n}</title><link>https://old.example.net/{n}</link><pubDate>{text}"
        "</pubDate><description>A text.</description></item>"
        for n, text in enumerate(texts)
    )
    (tmp_path / "office" / "source").write_text(
        f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>', "utf-8"
    )
    options = ("--category", "wages", "--country", "CN")
    done = run(tmp_path / "office", "import", "source", *options)
    assert done.stdout.count("entries/2015/") == 3
    assert done.stderr.splitlines() == [
        "1 item has a time in `CST`, of several meanings or none; the office's was used",
        "2 items have a time without a time zone; the office's was used",
        LEFT_OUT,
        "3 entries written, 0 already present, 1 left out",
    ]
    assert run(tmp_path / "office", "import", "source", "--date-format", "%d/%m").returncode == 2


def test_what_is_assumed_of_several_dates_of_an_item_is_one_assumption() -> None:
    item = Item(1, date="2015-05-19 09:00", updated="2015-05-20 09:00")
    fields = EntryFields(item, site(wages=entry()).office, lambda _url: True)
    date = fields.date(item.date)
    assert date is not None
    assert fields.updated(date) == date + dt.timedelta(days=1)
    assert len(fields.assumed) == 1
    assert fields.lost == []


def test_a_time_before_zones_had_whole_minutes_is_in_utc() -> None:
    assert read("1901-05-19 09:00")[0] == "1901-05-19T01:52:28+00:00"
    office = site(wages=entry()).office
    parsed = check_entry("entries/a.md", entry(date="1900-05-19"), office, {}, NOW)
    assert parsed.entry is not None
    assert parsed.entry.published.isoformat() == "1900-05-19T01:52:28+00:00"


@pytest.mark.parametrize("date", ["1900-05-19", "1989-12-31T00:00:00+08:00"])
def test_entries_of_a_century_ago_are_published(date: str) -> None:
    made = site(wages=entry(date=date, event="{start: 1900-05-19, end: 1901-05-20}"))
    assert verify(render_site(select(made, NOW)), made.office) == []
