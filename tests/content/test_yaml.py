"""YAML's traps, in an editor's words and at the right place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilofeed.content.yaml_nodes import compose
from ilofeed.text import decode
from offices import OFFICE, entry, found, messages


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("title: Wages: a report", '`title: "Wages: a report"`'),
        ('title: Say "no": a report', "`title: 'Say \"no\": a report'`"),
        ("title: 'it's fine'", '`title: "it\'s fine"`'),
        ("title: [Update] Wages", '`title: "[Update] Wages"`'),
        ("title: *Wages* rise", "`title: Wages rise`"),
        ("title: & so on", '`title: "& so on"`'),
        ("title: %d wages", '`title: "%d wages"`'),
        ("title: `Wages`", "`title: Wages`"),
        ("title: > 5 %", '`title: "> 5 %"`'),
        ("title: We are #1", '"We are #1"'),
        ("title: #1 in wages", '"#1 in wages"'),
        ('title: "C:\\path"', "write the backslash twice"),
        ("title: 'Wages rise", "closed"),
    ],
)
def test_the_message_shows_what_to_write(line: str, wanted: str) -> None:
    said = messages(wages=entry(title=line.removeprefix("title: ")))
    assert len(said) == 1
    assert wanted in said[0]


def test_one_slip_does_not_hide_the_others() -> None:
    assert found(
        wages=entry(
            title="Wages: a report",
            date="19 May 2015",
            summary='"A report',
            categories="[wage]",
            countries="[mn",
            sumary="x",
        )
    ) == [
        "wages:2:13 unquoted-colon",
        "wages:3:7 bad-date",
        "wages:4:10 quotes",
        "wages:5:14 unknown-category",
        "wages:6:12 unclosed-bracket",
        "wages:7:1 unknown-key",
    ]


def test_the_line_is_right_in_a_long_front_matter_after_odd_line_ends() -> None:
    text = "\n".join(f"  line {number}" for number in range(500))
    data = entry(summary=">-\n" + text + "\n  \u2028and\u2029on", link="nowhere")
    for odd in (data, data.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + data):
        assert "wages:508:7 bad-url" in found(wages=odd)


def test_norway_is_a_country_and_dates_stay_text() -> None:
    assert found(wages=entry(countries="[NO]")) == []


def test_words_stay_text() -> None:
    for word in ("yes", "1.10", "0x10", "12:30:45", "=", "2015"):
        assert found(wages=entry(title=word)) == []


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x]\n"
        + "\n".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]" for i in range(20)
        ),
        "x: " + "[" * 300_000,
        "x: " + "{a: " * 200_000,
        "- " * 300_000 + "x",
        "? " * 300_000,
        "x: [\n" * 100_000,
        "\n".join(" " * depth + "a:" for depth in range(1400)),
        "x: " + "*a " * 200_000,
        "a: b: c\n" * 100_000,
        'x: "' + "\\x41" * 200_000 + '"',
        "\n".join(f"k{number}: v" for number in range(60_000)),
    ],
    ids=lambda bomb: bomb[:12].replace("\n", "|"),
)
def test_bombs_are_answered(bomb: str) -> None:
    # each of these once took minutes to hours; what is asserted is that there is an answer
    assert found(wages=b"---\n" + bomb.encode() + b"\n---\n")


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_every_place_is_in_the_file(text: str) -> None:
    decoded, problems = decode("x.md", text.encode())
    if decoded is None:
        return
    _, more = compose(decoded, 0, len(decoded.text))
    lines = decoded.text.split("\n")
    for problem in (*problems, *more):
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(data: bytes) -> None:
    for wages in (data, b"---\n" + data + b"\n---\n", entry(body=data.decode("latin-1"))):
        assert isinstance(found(wages=wages), list)
    assert isinstance(found(office=data), list)
    assert isinstance(found(office=OFFICE + data), list)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"countries": "[China]"}, "this is the label of CN, so write CN"),
        ({"link": "[x](https://example.org/)"}, "`link: https://example.org/`"),
        ({"image": "photo.jpg"}, "write image: {file: photo.jpg, alt: …}"),
        ({"event": "[2015-05-19]"}, "indented line: start, end, place, url"),
        ({"translation_of": "Old News.md"}, "write old-news"),
        ({"summary": ">-\nWages rise."}, "indent its lines by two spaces"),
    ],
)
def test_what_an_editor_meant(changes: dict[str, str], said: str) -> None:
    found_ones = messages(wages=entry(**changes))
    assert len(found_ones) == 1
    assert said in found_ones[0]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("title: !!python/object/apply:os.system ['ls']", "yaml-tag"),
        ("title: !!binary aGVsbG8=", "yaml-tag"),
        ("title: !!str Wages", "yaml-tag"),
        ("title: &title {a: b}", "yaml-alias"),
        ("title: *other", "yaml-alias"),
        ("countries: !!set {MN, CN}", "yaml-tag"),
        ("date: !!timestamp 2015-05-19", "yaml-tag"),
    ],
)
def test_tags_and_repetitions_are_refused_once(line: str, code: str) -> None:
    key, _, value = line.partition(": ")
    assert [item.split()[1] for item in found(wages=entry(**{key: value}))] == [code]
