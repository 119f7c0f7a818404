"""The words and dates of the pages: whole tables, and dates as people write them."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from babel import Locale
from babel.dates import format_date

from ilofeed.i18n import LANGUAGES, Phrases, direction, own_name, phrases, plural
from offices import ROOT

DATA = ROOT / "src" / "ilofeed" / "data"
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
            forms = {plural(language, number) for number in (*range(1000), 1_000_000)}
            assert set(table[key]) == forms
            assert all("{number}" in table[key][form] for form in forms - {"zero", "one", "two"})
        elif isinstance(phrase, list):
            assert len(table[key]) == len(phrase)
            assert all(table[key])
        else:
            assert table[key]
            assert holes(table[key]) == holes(phrase), key


def test_every_phrase_is_used() -> None:
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
    ("tag", "found"),
    [
        ("en-GB", "en"),
        ("zh", "zh-Hans"),
        ("zh-Hant-HK", "zh-Hans"),
        ("mn-Mong", "mn"),
        ("ar-EG", "ar"),
        ("fr-CA", "fr"),
        ("kk", "en"),
        ("tlh-Latn", "en"),
    ],
)
def test_the_table_of_a_language(tag: str, found: str) -> None:
    words = phrases(tag)
    assert words.tag == found
    assert words.speaks(tag) == (found != "en" or tag == "en-GB")


def test_tables_of_an_office_go_before_ours() -> None:
    tables = {tag: Phrases(tag, {}) for tag in ("fr", "fr-CA", "zh-Hans", "kk")}
    for tag, found in (
        ("fr-CA", "fr-CA"), ("fr-BE", "fr"), ("zh-Hant", "zh-Hans"), ("kk-Cyrl", "kk"),
    ):  # fmt: skip
        assert phrases(tag, tables) is tables[found]
    assert phrases("ky", tables) is phrases("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_say_who_has_read_them(language: str) -> None:
    header, reader = next(
        iter(json.loads((DATA / "phrases" / f"{language}.json").read_text("utf-8")).items())
    )
    assert header == "native_reader"
    assert reader is None or re.fullmatch(r".+, \d{4}-\d\d-\d\d", reader)
    guide = (ROOT / "docs" / "how-to" / "translate.md").read_text("utf-8")
    assert f"| {own_name(language)} | `{language}` | {reader or 'not yet'} |" in guide


# --- compared with the Unicode CLDR, as Babel has it ---

CLDR = {"en": "en_GB", "zh-Hans": "zh_Hans"}
NAMED = sorted({tag.partition("-")[0] for tag in json.loads((DATA / "languages.json").read_text())})


def cldr(tag: str) -> Locale:
    return Locale.parse(CLDR.get(tag, tag))


def unspaced(text: str) -> list[str]:
    """The words of a text: CLDR has spaces of several widths, also around its dashes."""
    return re.sub(r"\s*[–—至]\s*", "–", text).split()


@pytest.mark.parametrize("tag", NAMED)
def test_plurals_are_those_of_cldr(tag: str) -> None:
    rule = cldr(tag).plural_form
    numbers = (*range(10_001), 999_999, 1_000_000, 1_000_001, 2_000_000)
    wrong = [number for number in numbers if plural(tag, number) != rule(number)]
    assert wrong == []


def test_a_language_without_a_rule_has_one_form() -> None:
    assert {plural("pl", number) for number in range(1000)} == {"other"}
    assert plural("zh-Hans", 1) == plural("tlh", 1) == "other"
    assert plural("pt-PT", 1) == "one"


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "mn"])
def test_days_are_those_of_cldr(language: str) -> None:
    words, first = phrases(language), dt.date(2016, 1, 1)
    for day in (first + dt.timedelta(days) for days in range(366)):
        assert unspaced(words.day(day)) == unspaced(format_date(day, "long", cldr(language)))


def test_mongolian_months_are_numbers_with_the_endings_of_cldr() -> None:
    """Offices write `4 дүгээр сар` where CLDR has `дөрөвдүгээр сар`: fourth month."""
    for number, name in cldr("mn").months["format"]["wide"].items():
        ordinal = name.removesuffix(" сар")
        assert phrases("mn")["months"][number - 1] == f"{number} {ordinal[-6:]} сар"
    pattern = cldr("mn").date_formats["long"].pattern
    assert unspaced(pattern) == ["y", "'оны'", "MMMM'ын'", "d"]
    assert phrases("mn")["day"] == "{year} оны {month}ын {day}"


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "mn"])
def test_spans_are_those_of_cldr(language: str) -> None:
    locale = cldr(language)
    patterns = locale.interval_formats.get("yMMMMd") or locale.interval_formats["yMMMd"]
    for end, field in ((NEXT, "d"), (LATER, "M"), (YEAR, "y")):
        month = "MMM" if language == "zh-Hans" else "MMMM"  # 4月, as in its long dates
        sides = [re.sub("M+", month, side) for side in patterns[field]]
        wanted = "".join(
            format_date(day, side, locale) for day, side in zip((DAY, end), sides, strict=True)
        )
        found = "".join(text for text, _ in phrases(language).span(DAY, end))
        assert unspaced(found) == unspaced(wanted)


def test_numbers() -> None:
    assert [phrases("ru").number(n) for n in (1, 3, 11, 21, 100)] == [
        "1 материал", "3 материала", "11 материалов", "21 материал", "100 материалов",
    ]  # fmt: skip
    assert [phrases("fr").number(n) for n in (0, 2, 1_000_000)] == [
        "0 publication", "2 publications", "1000000 de publications",
    ]  # fmt: skip
    assert [phrases("en").number(n) for n in (0, 1, 2)] == ["0 items", "1 item", "2 items"]
    assert phrases("zh-Hans").number(1) == "1 条"
    words = phrases("ar")
    assert [words.number(n) for n in (0, 1, 2)] == ["لا مواد", "مادة واحدة", "مادتان"]
    assert {n: words.number(n) for n in (3, 10, 103)} == {n: f"{n} مواد" for n in (3, 10, 103)}
    assert {n: words.number(n) for n in (11, 99, 100, 102)} == {
        n: f"{n} مادة" for n in (11, 99, 100, 102)
    }


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
