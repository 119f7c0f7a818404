"""The message names the cause: one mistake is one problem, and what to write is right."""

from __future__ import annotations

import re

import pytest

from offices import KEYS, OFFICE, entry, found, messages, of_keys

EVENT = KEYS + "event:\n  start: 2015-06-01\n  place: Hall\n"
CHINESE = KEYS.replace("A report on wages.", "国际劳工组织发布了一份报告。")
TERMS = re.search(rb"countries:\n(?:  .*\n)+", OFFICE)


def problems(keys: str) -> tuple[list[str], list[str]]:
    data = of_keys(keys)
    return [place.removeprefix("wages:") for place in found(wages=data)], messages(wages=data)


@pytest.mark.parametrize("space", ["\u00a0", "\u3000", "\u2003", "\u202f"])
@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (KEYS.replace("title: ", "title:_"), "2:7"),
        (KEYS.replace("title: ", "title:_ "), "2:7"),
        (KEYS.replace("date: ", "date:_"), "3:6"),
        (KEYS.replace("countries: ", "countries:__"), "6:11"),
        (KEYS.replace("title", "_title"), "2:1"),
        (KEYS.replace("summary", "__summary"), "4:1"),
        (EVENT.replace("  start", "__start").replace("  place", "  place"), "8:1"),
        (EVENT.replace("  place: ", "  place:_"), "9:9"),
        (KEYS.replace("[wages]", "\n  -_wages\n  - employment"), "6:4"),
        (KEYS.replace("[wages]", "\n  - wages\n  -_employment"), "7:4"),
        (KEYS + "authors:\n  - name:_Anna\n", "8:10"),
        (KEYS.replace("A report", ">-\n__A report"), "5:1"),
    ],
)
def test_a_special_space_where_yaml_needs_an_ordinary_one(
    keys: str, place: str, space: str
) -> None:
    places, said = problems(keys.replace("_", space))
    assert places == [f"{place} special-space"]
    assert f"(U+{ord(space):04X})" in said[0]


@pytest.mark.parametrize(
    "summary",
    [
        ">-\n  \u3000\u3000国际劳工组织发布了报告。\n  \u3000\u3000第二行。",
        "国际劳工组织\u3000发布了报告。",
        "«\u00a0Les salaires\u00a0», une hausse\u00a0!",
        "|\n  A report\n\n  \u3000on wages.",
    ],
)
def test_special_spaces_within_a_text_are_left_alone(summary: str) -> None:
    assert "special-space" not in str(problems(KEYS.replace("A report on wages.", summary))[0])


@pytest.mark.parametrize("sign", ["\u2028", "\u2029"])
@pytest.mark.parametrize("old", ["Wages rise", "A report on wages."])
def test_an_invisible_line_break_is_named(old: str, sign: str) -> None:
    places, said = problems(KEYS.replace(old, f"{old[:3]}{sign}{old[3:]}"))
    assert places[0].endswith(" line-break")
    assert said[0] == f"invisible line break (U+{ord(sign):04X}) in the text; write a space instead"
    quoted = KEYS.replace(old, f'"{old[:3]}{sign}{old[3:]}"')
    assert problems(quoted)[1][0] == said[0]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("- a pause -", 'title: "- a pause -"'),
        ("- Wages: up", 'title: "- Wages: up"'),
        ("? Wages", 'title: "? Wages"'),
        ("-", 'title: "-"'),
    ],
)
def test_a_text_that_begins_with_a_sign_of_yaml_is_put_in_quotes(value: str, line: str) -> None:
    places, said = problems(KEYS.replace("Wages rise", value))
    assert places == ["2:8 unquoted-start"]
    assert said[0].endswith(f"use quotes: `{line}`")
    assert problems(KEYS.replace("title: Wages rise", line)) == ([], [])


@pytest.mark.parametrize("written", ["- wages - employment", "- wages  -  employment"])
def test_a_list_on_the_line_of_its_key_is_put_in_brackets(written: str) -> None:
    places, said = problems(KEYS.replace("[wages]", written))
    assert places == ["5:13 indentation"]
    assert said[0].endswith("`categories: [wages, employment]`")


@pytest.mark.parametrize(
    ("keys", "places"),
    [
        (KEYS.replace("title: ", "title："), ["2:6"]),
        (KEYS.replace("date: ", "date：").replace("countries: ", "countries："), ["3:5", "6:10"]),
        (KEYS.replace(": ", "："), ["2:6", "3:5", "4:8", "5:11", "6:10"]),
        (EVENT.replace("event:", "event："), ["7:6"]),
        (EVENT.replace("start: ", "start：").replace("place: ", "place："), ["8:8", "9:8"]),
    ],
)
def test_a_full_width_colon_is_one_problem_in_each_line(keys: str, places: list[str]) -> None:
    assert problems(keys)[0] == [f"{place} missing-colon" for place in places]


def test_a_full_width_colon_in_a_text_is_left_alone() -> None:
    text = KEYS.replace(
        "A report on wages.", "A report on the wages of workers\n  MN：国际\n  place：国际"
    )
    assert problems(text)[0] == []


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("{date: 2015-06-01, location: Hall}", ["`date`; write `start`", "write `place`"]),
        ("{begin: 2015-06-01, until: 2015-06-02}", ["write `start`", "write `end`"]),
        ("{start: 2015-06-01, time: 14:30}", ["`time`; write the time after the date"]),
        ("2015-06-01", ["write event: {start: 2015-06-01}"]),
        ("\n  - start: 2015-06-01", ["delete the hyphen in front of start"]),
        ("\n  start: 3–4 December 2026", ["start: 2026-12-03 and, on the next line, end:"]),
    ],
)  # fmt: skip
def test_a_slip_in_an_event_is_answered_with_its_keys(event: str, message: list[str]) -> None:
    _, said = problems(f"{KEYS}event: {event}\n")
    assert len(said) == len(message)
    assert all(part in text for part, text in zip(message, said, strict=True))


@pytest.mark.parametrize(
    ("key", "word"),
    [("categories", "tags"), ("summary", "description"), ("title", "headline"), ("date", "day")],
)
def test_another_word_for_a_key_is_known(key: str, word: str) -> None:
    _, said = problems(KEYS.replace(f"{key}:", f"{word}:"))
    assert said == [f"unknown key `{word}`; write `{key}`"]
    _, said = problems(f"{KEYS}{word}: x\n")
    assert said == [f"unknown key `{word}`; its values belong in `{key}`"]


def test_a_key_without_its_colon_hides_the_keys_below_it() -> None:
    assert problems(EVENT.replace("event:", "event"))[0] == ["7:1 missing-colon"]


@pytest.mark.parametrize(
    ("lines", "place", "advice"),
    [
        (
            "categories:\n  - wages\n  employment",
            "7:3",
            "begin with a hyphen; write `- employment`",
        ),
        ("categories:\n  - wages\n  b\n  c", "7:3", "begin with a hyphen; write `- b`"),
        ("event:\n  start: 2015-06-01\n  - place: Hall", "7:3", "no hyphen; write `place: Hall`"),
        (
            "event:\n  - start: 2015-06-01\n  place: Hall\n  url: x",
            "6:3",
            "write `start: 2015-06-01`",
        ),
        (
            "authors:\n  - name: A\n  email: a@b.org",
            "7:3",
            "belongs to the item above; begin it two",
        ),
        (
            "attachments:\n  - url: x\n    title: A\n  url: y\n    title: B",
            "8:3",
            "write `- url: y`",
        ),
        ("event:\n  start: 2015-06-01\n  place: Hall\n  - in town", "8:3", "are keys with values"),
    ],
)
def test_a_hyphen_that_is_missing_or_too_many(lines: str, place: str, advice: str) -> None:
    if lines.startswith("categories"):
        keys = KEYS.replace("categories: [wages]\n", f"{lines}\n")
    else:
        keys = KEYS.replace("categories:", f"{lines}\ncategories:")
    places, said = problems(keys)
    assert places[0] == f"{place} indentation"
    assert advice in said[0]
    assert "indentation" not in str(places[1:])


def test_tabs_of_several_lines_are_one_problem() -> None:
    keys = EVENT.replace("  start", "\tstart").replace("  place", "\tplace")
    places, said = problems(keys)
    assert places == ["8:1 tab"]
    assert said == ["tabs are not allowed here; write spaces (2 lines in this file)"]


# --- feeds.yaml ---


def said_of(old: str, new: str) -> tuple[list[str], list[str]]:
    office = OFFICE.decode()
    assert old in office
    changed = office.replace(old, new, 1).encode()
    return found(office=changed, wages=entry()), messages(office=changed, wages=entry())


@pytest.mark.parametrize(
    ("old", "places"),
    [
        ("  title: Example Office", ["5:1"]),
        ("  url:", ["3:1"]),
        ("  description: News and events", ["6:1"]),
        ("  timezone:", ["7:1"]),
        ("  employment: Employment", ["9:1"]),
        ("  CN: China", ["13:1"]),
        ("  NO: Norway", ["16:1"]),
        ("  world: World", ["17:1"]),
    ],
)
def test_a_key_in_the_first_column_is_the_only_problem(old: str, places: list[str]) -> None:
    said, texts = said_of(old, old.strip())
    assert [place.rpartition(" ")[0] for place in said] == [f"feeds.yaml:{p}" for p in places]
    assert "indent the line by " in texts[0]


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("  MN: Mongolia", "  - MN: Mongolia", "have no hyphen; write `MN: Mongolia`"),
        ("  MN: Mongolia", "  - Mongolia", "are keys with values"),
        ("  title: ", "  - title: ", "have no hyphen; write `title: Example Office`"),
        (
            "  world: World",
            "  world: World\nfeeds:\n  - all\n  per: country",
            "write `- per: country`",
        ),
        (
            "  world: World",
            "  world: World\nfeeds:\n  all: x\n  - per: country\n  - per: category",
            "write `- all: x`",
        ),
    ],
)
def test_a_hyphen_that_is_missing_or_too_many_in_a_section(old: str, new: str, advice: str) -> None:
    said, texts = said_of(old, new)
    assert len(said) == 1
    assert said[0].endswith(" indentation")
    assert advice in texts[0]


def test_all_terms_in_the_first_column() -> None:
    assert TERMS is not None
    said, texts = said_of(TERMS[0].decode(), "countries:\nCN: China\nMN: Mongolia\n")
    assert said == ["feeds.yaml:13:1 unknown-key", "feeds.yaml:14:1 unknown-key"]
    assert texts[0] == "`CN` belongs to `countries`; indent the line by two spaces"


@pytest.mark.parametrize(
    ("terms", "advice"),
    [
        ("countries: [CN, Mongolia]", "{CN: CN, MN: Mongolia}"),
        ("countries:\n  - China\n  - MN: Mongolia", "{CN: China, MN: Mongolia}"),
        ("countries: CN, MN", "{CN: CN, MN: MN}"),
    ],
)
def test_a_list_of_terms_is_answered_with_labels(terms: str, advice: str) -> None:
    assert TERMS is not None
    said, texts = said_of(TERMS[0].decode(), terms + "\n")
    assert len(said) == 1
    assert texts == [f"expected a label for each name; write countries: {advice}"]
    assert said_of(TERMS[0].decode(), f"countries: {advice}\n") == ([], [])


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Beijing", "Asia/Shanghai"),
        ("Asia/Beijing", "Asia/Shanghai"),
        ("asia/ulaanbaatar", "Asia/Ulaanbaatar"),
        ("China", "Asia/Shanghai"),
        ("China Standard Time", "Asia/Shanghai"),
        ("Mongolia", "Asia/Ulaanbaatar"),
        ("New York", "America/New_York"),
        ("Genève", "Europe/Zurich"),
        ("北京", "Asia/Shanghai"),
    ],
)
def test_a_place_is_answered_with_its_zone(written: str, zone: str) -> None:
    _, said = said_of("timezone: Asia/Ulaanbaatar", f"timezone: {written}")
    assert said == [f"unknown time zone `{written}`; write {zone}"]


@pytest.mark.parametrize("written", ["UTC+8", "GMT-8", "+08:00", "CST"])
def test_an_offset_is_answered_with_the_form_of_a_zone(written: str) -> None:
    _, said = said_of("timezone: Asia/Ulaanbaatar", f"timezone: {written}")
    assert said == [f"unknown time zone `{written}`; write a name such as Asia/Ulaanbaatar"]


@pytest.mark.parametrize(
    ("written", "code"),
    [("China", "CN"), ("Viet Nam", "VN"), ("Côte d'Ivoire", "CI"), ("UK", "GB"), ("中国", "CN")],
)
def test_a_country_is_answered_with_its_code(written: str, code: str) -> None:
    _, said = said_of("  NO: Norway", f"  {written}: x")
    assert said[0].endswith(f"; write {code}")


def test_an_address_of_mail_is_answered_with_its_scheme() -> None:
    said = messages(wages=entry("\n[mail](info@example.org) and [page](example.org/a@b)\n"))
    assert said == [
        "`info@example.org` is not a complete address; begin it with mailto:",
        "`example.org/a@b` is not a complete address; begin it with https://",
    ]


def test_a_file_beside_the_entry_can_be_attached_and_none_of_the_server() -> None:
    said = messages(wages=entry("\n[a](report.pdf) and [b](/files/report.pdf)\n"))
    assert said == [
        (
            "`report.pdf` is not a complete address; begin it with https://, "
            "or attach the file: attachments: [report.pdf]"
        ),
        "`/files/report.pdf` is not a complete address; begin it with https://",
    ]


def test_an_open_list_is_closed_and_not_put_in_quotes() -> None:
    _, said = problems(KEYS.replace("[wages]", "[wages, employment"))
    assert said == ["[ opens a list that is not closed; end it with ]"]
    _, said = problems(KEYS.replace("Wages rise", "[Wages rise"))
    assert said[0].endswith(', or put the text in quotes: `title: "[Wages rise"`')
