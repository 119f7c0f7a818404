"""What passes unseen is a warning, and what languages and scripts need is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.content.read import read_office
from ilofeed.content.site import check
from offices import DATA, NOW, ROOT, entry, found, messages, write_office

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = {
    "title": "最低工资标准上调，职工收入增加",
    "summary": "国际劳工组织（ILO）发布了一份关于工资的报告。",
    "language": "zh-Hans",
}
MONGOLIAN = {
    "title": "Хөдөлмөрийн хөлсний доод хэмжээ нэмэгдлээ",
    "summary": "ОУХБ-ын судалгаагаар цалин өссөн байна.",
    "language": "mn",
}


def codes(body: str = "", **changes: str) -> list[str]:
    return [place.removeprefix("wages:") for place in found(wages=entry(f"\n{body}\n", **changes))]


# --- invisible characters ---


@pytest.mark.parametrize(
    "title",
    [
        "\u202eesir segaW",
        "Wages \u202drise\u202c",
        "Wages \u2067rise",
        "A \u202bWages",
        "\u2066a \u2067b\u2069",
    ],
)
def test_a_bidi_control_that_is_not_closed(title: str) -> None:
    assert [code.partition(" ")[2] for code in codes(title=title)] == ["bidi-control"]


@pytest.mark.parametrize(
    "title", ["Wages \u2067ارتفاع\u2069 rise", "Wages\u200f rise", "\u2068a \u2067b\u2069\u2069"]
)
def test_closed_isolates_and_marks_are_right(title: str) -> None:
    assert codes(title=title) == []


@pytest.mark.parametrize(
    ("title", "sign"),
    [
        ("Wag\u200bes rise", "U+200B"),
        ("Wa\u00adges ri\u00adse", "U+00AD"),
        ("Wag\u2060es rise", "U+2060"),
        ("Wag\u200des rise", "U+200D"),
        ("Зарпла\u200cта", "U+200C"),
        ("最低\u200b工资", "U+200B"),
        ("Wages rise\u00a0", "U+00A0"),
        ("Wages rise\u3000", "U+3000"),
        ("\u3000Wages rise", "U+3000"),
        ('"Wages rise\u200b"', "U+200B"),
    ],
)
def test_an_invisible_character_in_a_word_or_at_an_end_is_one_warning(
    title: str, sign: str
) -> None:
    assert [code.partition(" ")[2] for code in codes(title=title)] == ["invisible-character"]
    assert f"invisible character {sign} " in messages(wages=entry(title=title))[0]


@pytest.mark.parametrize(
    "title",
    [
        "می\u200cخواهم دستمزد",  # Persian
        "क्\u200dष मजदूरी",
        "👩\u200d🏭 Wages rise",
        "ค่า\u200bจ้าง",
        "«\u00a0Les salaires\u00a0»\u202f!",
        "10\u00a0000 jobs",
        "最低工资\u3000标准",
    ],
)
def test_what_scripts_and_emoji_need_is_right(title: str) -> None:
    assert [code for code in codes(title=title) if "other-script" not in code] == []


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\u2060", "\u200e", "\u202a"])
def test_an_invisible_character_in_an_address_is_refused(sign: str) -> None:
    bad = f"https://example.org/{sign}report"
    said = codes(f"[a]({bad})", link=bad)
    assert [code.partition(" ")[2] for code in said if "bidi" not in code] == ["bad-url"] * 2


@pytest.mark.parametrize("sign", ["\u00a0", "\u3000"])
def test_a_special_space_in_an_address_is_refused(sign: str) -> None:
    assert "7:7 bad-url" in codes(link=f'"{sign}https://example.org/"')
    assert codes(f"[a](https://example.org/a{sign}b)")[0].endswith(" bad-url")


def test_a_joiner_in_an_address_of_its_script_is_right() -> None:
    assert codes("[a](https://fa.example.org/می\u200cخواهم)") == []


# --- slips of content ---


@pytest.mark.parametrize(
    ("changes", "body", "expected"),
    [
        ({"summary": "What happened, in a sentence."}, "", ["4:10 placeholder"]),
        ({"title": "New report on jobs"}, "", ["2:8 placeholder"]),
        ({"date": "2062-05-19"}, "", ["3:7 far-date"]),
        ({"date": "2027-12-07"}, "", ["3:7 far-date"]),
        ({"date": "2027-11-30"}, "", []),
        ({"link": "https://photo.jpg"}, "", ["7:7 file-as-host"]),
        ({"link": "https://www.report.PDF/x"}, "", ["7:7 file-as-host"]),
        ({"link": "https://example.org/report.pdf"}, "", []),
        ({"link": "https://files.zip/"}, "", []),  # a domain of that end exists
        ({}, "[a](https://photo.jpg)", ["9:5 file-as-host"]),
        ({"image": "{url: 'https://example.org/a.jpg', alt: photo.jpg}"}, "", ["7:48"]),
        ({"image": "{url: 'https://example.org/a.jpg', alt: A photo of 2015}"}, "", []),
        ({}, "![DSC_0012.JPG](https://example.org/a.jpg)", ["9:3"]),
        ({}, "![The crane](https://example.org/a.jpg)", []),
        ({}, "link: https://example.org/", ["9:1 key-in-body"]),
        ({}, "Summary: https://example.org/", []),
        ({}, "Wages rise.\n\nlink: https://example.org/", []),
    ],
)
def test_a_slip_of_content(changes: dict[str, str], body: str, expected: list[str]) -> None:
    said = codes(body, **changes)
    assert len(said) == len(expected)
    assert all(map(str.startswith, said, expected))


def test_the_draft_that_new_writes_has_no_warning() -> None:
    text = '"Write one or two sentences here, then delete the line draft: true."'
    assert codes(summary=text, draft="true") == []
    assert codes(summary=text) == ["4:10 placeholder"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (MONGOLIAN | {"language": "en"}, ["7:11 other-script"]),
        (CHINESE | {"language": "mn"}, ["7:11 other-script"]),
        (CHINESE | {"language": "zh-Latn"}, ["7:11 other-script"]),
        (MONGOLIAN | {"language": "mn-Mong"}, ["7:11 other-script"]),
        ({"language": "zh-Hant", "summary": "A long report on all wages."}, ["7:11 other-script"]),
        (CHINESE, []),
        (MONGOLIAN, []),
        (MONGOLIAN | {"language": "sr"}, []),
        ({"language": "sr-Latn"}, []),
        ({"language": "tlh", "summary": "国际劳工组织发布了一份关于工资的报告。"}, []),
        ({"title": "最低工资", "summary": "A report on wages of China, in its own words."}, []),
    ],
)  # fmt: skip
def test_the_script_of_most_letters(changes: dict[str, str], expected: list[str]) -> None:
    assert codes(**changes) == expected


def test_the_same_link_is_a_warning_but_in_another_language() -> None:
    link = "https://example.org/report"
    first = entry(link=link)
    assert found(a=first, b=first) == ["b:7:7 same-link"]
    other = entry(link=link, language="zh-Hans", title=CHINESE["title"], summary=CHINESE["summary"])
    assert found(a=first, b=other) == []
    assert found(a=first, b=entry(link=link, draft="true")) == []


# --- events ---


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("{start: 2015-07-01T10:00+08:00}", ["7:16 other-offset"]),
        ("{start: 2015-12-01T10:00+09:00}", ["7:16 other-offset"]),
        ("{start: 2015-07-01T10:00+09:00}", []),
        ("{start: 2015-07-01T10:00}", []),
        ("{start: 2015-07-01T10:00+02:00}", []),  # elsewhere
        ("{start: 2020-07-01T10:00+09:00}", []),  # that year the clocks did not change
        ("{start: 2020-07-01T10:00+09:00, end: 2020-07-01T12:00+08:00}", ["7:16 other-offset"]),
        ("{start: 2020-07-01T10:00+02:00, end: 2020-07-01T12:00+02:00}", []),
    ],
)
def test_an_offset_that_the_clocks_do_not_show(event: str, expected: list[str]) -> None:
    assert codes(event=event) == expected
    if expected:
        assert "write start: 20" in messages(wages=entry(event=event))[0]


# --- names ---


@pytest.mark.parametrize("slug", ["aux", "con", "nul", "com1"])
def test_a_name_that_windows_reserves(slug: str) -> None:
    files: dict[str, Any] = {slug: entry()}
    assert found(**files) == [f"{slug}:1:1 windows-name"]


def test_other_names_are_no_devices() -> None:
    assert found(console=entry(), com10=entry(), auxiliary=entry()) == []


# --- the entries that there are ---


@pytest.mark.parametrize("folder", [ROOT, DATA / "languages", DATA / "gallery"])
def test_the_offices_of_the_tests_have_no_warning(folder: object) -> None:
    assert check(read_office(folder), NOW)[1] == []  # type: ignore[arg-type]


def test_a_file_that_windows_cannot_check_out(tmp_path: Path) -> None:
    office = write_office(tmp_path / "o", wages=entry(attachments="[nul.txt]"))
    (office / "entries/nul.txt").write_bytes(b"All of it.\n")
    problems = check(read_office(office), NOW)[1]
    assert [(p.path, p.code, p.severity) for p in problems] == [
        ("entries/nul.txt", "windows-name", "warning")
    ]
