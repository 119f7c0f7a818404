"""The words and dates of the pages: whole tables, and dates as people write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from ilofeed.i18n import LANGUAGES, direction, own_name, phrases, plural

DAY, NEXT, LATER = dt.date(2015, 4, 2), dt.date(2015, 4, 3), dt.date(2015, 5, 1)
YEAR = dt.date(2016, 1, 1)
ZONE = dt.timezone(dt.timedelta(hours=8))
TIME, HOUR = dt.datetime(2015, 4, 2, 9, 30, tzinfo=ZONE), dt.datetime(2015, 4, 2, 11, tzinfo=ZONE)


def holes(phrase: Any) -> Any:
    if isinstance(phrase, str):
        return sorted(re.findall(r"{(\w+)}", phrase))
    return phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_every_phrase_with_the_same_holes(language: str) -> None:
    table, english = phrases(language).table, phrases("en").table
    assert list(table) == list(english)
    for key, phrase in english.items():
        if key == "number":
            forms = {plural(language, number) for number in range(1000)}
            assert set(table[key]) == forms
            assert holes(table[key]["other"]) == holes(phrase["other"])
        elif isinstance(phrase, list):
            assert len(table[key]) == len(phrase)
            assert all(table[key])
        else:
            assert table[key]
            assert holes(table[key]) == holes(phrase), key


def test_every_phrase_is_used() -> None:
    from offices import ROOT

    source = ROOT / "src" / "ilofeed"
    used = "".join(
        path.read_text("utf-8") for path in (*source.rglob("*.py"), *source.glob("templates/*"))
    )
    ways = ("element", "frame", "fragment")  # feed.html puts these keys together
    composed = {f"embed_{way}{end}" for way in ways for end in ("", "_text")}
    composed |= {"event_cancelled", "event_postponed"}  # test_event_status.py
    for key in phrases("en").table.keys() - composed:
        assert re.search(rf"words\.{key}\b|[\"']{key}[\"']", used), key


@pytest.mark.parametrize(
    ("language", "day", "time"),
    [
        ("en", "2 April 2015", "2 April 2015, 09:30 (UTC+8)"),
        ("zh-Hans", "2015年4月2日", "2015年4月2日 09:30（UTC+8）"),
        (
            "mn",
            "2015 оны 4 дүгээр сарын 2",
            "2015 оны 4 дүгээр сарын 2, 09:30 (UTC+8)",
        ),
        # what is written from left to right is held together
        ("ar", "2 أبريل 2015", "2 أبريل 2015، الساعة 09:30 (\u2066UTC+8\u2069)"),
    ],
)
def test_days(language: str, day: str, time: str) -> None:
    words = phrases(language)
    assert (words.day(DAY), words.day(TIME)) == (day, day)
    assert (words.moment(DAY), words.moment(TIME)) == (day, time)


@pytest.mark.parametrize(
    ("start", "end", "en", "zh", "mn"),
    [
        (DAY, None, "2 April 2015", "2015年4月2日", "2015 оны 4 дүгээр сарын 2"),
        (DAY, DAY, "2 April 2015", "2015年4月2日", "2015 оны 4 дүгээр сарын 2"),
        (DAY, NEXT, "2–3 April 2015", "2015年4月2日至3日", "2015 оны 4 дүгээр сарын 2–3"),
        (
            DAY,
            LATER,
            "2 April – 1 May 2015",
            "2015年4月2日至5月1日",
            "2015 оны 4 дүгээр сарын 2 – 5 дугаар сарын 1",
        ),
        (
            DAY,
            YEAR,
            "2 April 2015 – 1 January 2016",
            "2015年4月2日至2016年1月1日",
            "2015 оны 4 дүгээр сарын 2 – 2016 оны 1 дүгээр сарын 1",
        ),
        (
            TIME,
            HOUR,
            "2 April 2015, 09:30–11:00 (UTC+8)",
            "2015年4月2日 09:30–11:00（UTC+8）",
            "2015 оны 4 дүгээр сарын 2, 09:30–11:00 (UTC+8)",
        ),
        (
            TIME,
            HOUR + dt.timedelta(days=1),
            "2 April 2015, 09:30 – 3 April 2015, 11:00 (UTC+8)",
            "2015年4月2日 09:30 – 2015年4月3日 11:00（UTC+8）",
            "2015 оны 4 дүгээр сарын 2, 09:30 – 2015 оны 4 дүгээр сарын 3, 11:00 (UTC+8)",
        ),
    ],
)
def test_spans(start: Any, end: Any, en: str, zh: str, mn: str) -> None:
    for language, wanted in (("en", en), ("zh-Hans", zh), ("mn", mn)):
        pieces = list(phrases(language).span(start, end))
        assert "".join(text for text, _ in pieces) == wanted
        moments = [moment for _, moment in pieces if moment is not None]
        assert moments == ([start] if end in {None, start} else [start, end])


def test_a_span_across_zones_says_both() -> None:
    end = dt.datetime(2015, 4, 2, 6, tzinfo=dt.UTC)
    text = "".join(text for text, _ in phrases("en").span(TIME, end))
    assert text == "2 April 2015, 09:30 (UTC+8) – 2 April 2015, 06:00 (UTC)"


@pytest.mark.parametrize(
    ("minutes", "zone"), [(345, "UTC+5:45"), (-210, "UTC−3:30"), (0, "UTC"), (-300, "UTC−5")]
)
def test_offsets(minutes: int, zone: str) -> None:
    moment = TIME.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    assert phrases("en").moment(moment) == f"2 April 2015, 09:30 ({zone})"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (("en-GB",), "en"),
        (("zh",), "zh-Hans"),
        (("zh-Hant-HK",), "zh-Hans"),
        (("mn-Mong",), "mn"),
        (("ar-EG",), "ar"),
        (("ru", "mn"), "mn"),
        (("ru", "fr"), "en"),
        ((), "en"),
    ],
)
def test_the_table_of_a_language(wanted: tuple[str, ...], found: str) -> None:
    assert phrases(*wanted).tag == found


def test_numbers() -> None:
    assert [phrases("en").number(n) for n in (0, 1, 2)] == ["0 items", "1 item", "2 items"]
    assert phrases("zh-Hans").number(1) == "1 条"
    words = phrases("ar")
    assert [words.number(n) for n in (0, 1, 2)] == ["لا مواد", "مادة واحدة", "مادتان"]
    assert {n: words.number(n) for n in (3, 10, 103)} == {n: f"{n} مواد" for n in (3, 10, 103)}
    assert {n: words.number(n) for n in (11, 99, 100, 102)} == {
        n: f"{n} مادة" for n in (11, 99, 100, 102)
    }
    assert [plural("ar", n) for n in (99, 100, 102, 110, 111)] == [
        "many",
        "other",
        "other",
        "few",
        "many",
    ]


def test_languages_that_share_a_name_are_told_apart() -> None:
    assert own_name("en-GB") == "English, GB"
    assert own_name("zh-Hant-HK") == "繁體中文, HK"
    assert own_name("mn-Cyrl") == "Монгол, Cyrl"


def test_names_and_directions() -> None:
    tags = ("en", "zh-Hans", "mn", "mn-Mong", "ru", "ar", "tlh")
    assert " ".join(map(own_name, tags)) == "English 简体中文 Монгол ᠮᠣᠩᠭᠣᠯ Русский العربية tlh"
    leftward = ("ar", "he-IL", "iw", "ary", "az-Arab")
    assert [direction(tag) for tag in (*leftward, "ar-Latn", "mn-Mong", "en")] == [
        "rtl",
        "rtl",
        "rtl",
        "rtl",
        "rtl",
        "ltr",
        "ltr",
        "ltr",
    ]
