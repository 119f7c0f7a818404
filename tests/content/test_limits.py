"""Each limit of an office's files: the last value that passes, and the first that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.content.read import read_office
from offices import OFFICE, entry, found, messages, write_office

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://example.org/"
LANGUAGES = """
en ar az be bg bn ca cs da de el es et fa fi fr ga gu he hi hr hu hy id is it ja ka kk km kn ko ky
lo lt lv mk ml mn mr ms my ne nl no pl pt ro ru sk sl
""".split()
ATTACHMENT = "{{url: https://example.org/{}.pdf}}"


def listed(item: str, number: int) -> str:
    return f"[{', '.join(item.format(index) for index in range(number))}]"


def with_keys(characters: int) -> bytes:
    """An entry whose front matter, without the lines `---`, has so many characters."""
    text = entry()
    comment = characters - (len(text) - len("---\n---\n")) - len("# \n")
    return text.replace(b"---\n", b"---\n# " + b"x" * comment + b"\n", 1)


def with_site(line: str) -> bytes:
    return OFFICE.replace(b"site:\n", f"site:\n  {line}\n".encode())


def with_categories(number: int) -> dict[str, Any]:
    slugs = [f"c{index}" for index in range(number)]
    terms = "".join(f"  {slug}: Term {slug}\n" for slug in slugs).encode()
    office = OFFICE.replace(b"categories:\n", b"categories:\n" + terms)
    return {"office": office, "wages": entry(categories=f"[{', '.join(slugs)}]")}


def with_countries(number: int) -> dict[str, Any]:
    names = [f"place-{index}" for index in range(number)]
    terms = "".join(f"  {name}: Place {name}\n" for name in names).encode()
    office = OFFICE.replace(b"countries:\n", b"countries:\n" + terms)
    return {"office": office, "wages": entry(countries=f"[{', '.join(names)}]")}


# the last that passes, the first that does not, its place and code, and what the message names
LIMITS: dict[str, tuple[dict[str, Any], dict[str, Any], str, tuple[str, ...]]] = {
    "front matter": (
        {"wages": with_keys(50_000)},
        {"wages": with_keys(50_001)},
        "wages:2:1 too-long",
        ("50000",),
    ),
    "title": (
        {"wages": entry(title="x" * 300)},
        {"wages": entry(title="x" * 301)},
        "wages:2:8 too-long",
        ("301", "300"),
    ),
    "summary": (
        {"wages": entry(summary="x" * 2000)},
        {"wages": entry(summary="x" * 2001)},
        "wages:4:10 too-long",
        ("2001", "2000"),
    ),
    "id": (
        {"wages": entry(id="tag:example.org,2015:" + "x" * 179)},
        {"wages": entry(id="tag:example.org,2015:" + "x" * 180)},
        "wages:7:5 too-long",
        ("201", "200"),
    ),
    "id made of a file's name": (
        {"x" * 172: entry()},  # after `tag:example.org,2015:office:`
        {"x" * 173: entry()},
        f"{'x' * 173}:1:1 too-long",
        ("201", "200"),
    ),
    "body": (
        {"wages": entry("x" * (100_000 - len("<p></p>")))},
        {"wages": entry("x" * (100_001 - len("<p></p>")))},
        "wages:8:1 too-long",
        ("100001", "100000"),
    ),
    "address": (
        {"wages": entry(link=URL + "x" * (2000 - len(URL)))},
        {"wages": entry(link=URL + "x" * (2001 - len(URL)))},
        "wages:7:7 bad-url",
        ("2000",),
    ),
    "authors": (
        {"wages": entry(authors=listed("A{}", 50))},
        {"wages": entry(authors=listed("A{}", 51))},
        "wages:7:10 wrong-type",
        ("`authors`", " 50 "),
    ),
    "attachments": (
        {"wages": entry(attachments=listed(ATTACHMENT, 50))},
        {"wages": entry(attachments=listed(ATTACHMENT, 51))},
        "wages:7:14 wrong-type",
        ("`attachments`", " 50 "),
    ),
    "categories": (
        with_categories(100),
        with_categories(101),
        "wages:5:13 wrong-type",
        ("`categories`", " 100 "),
    ),
    "countries": (
        with_countries(300),
        with_countries(301),
        "wages:6:12 wrong-type",
        ("`countries`", " 300 "),
    ),
    "languages": (
        {"office": with_site(f"languages: [{', '.join(LANGUAGES[:50])}]"), "wages": entry()},
        {"office": with_site(f"languages: [{', '.join(LANGUAGES)}]"), "wages": entry()},
        "feeds.yaml:3:14 wrong-type",
        ("`languages`", " 50 "),
    ),
    "dimensions of a feed": (
        {"office": OFFICE + b"feeds:\n  - per: [country, category]\n", "wages": entry()},
        {"office": OFFICE + b"feeds:\n  - per: [country, category, language]\n", "wages": entry()},
        "feeds.yaml:19:10 wrong-type",
        ("`per`", " 2 "),
    ),
    "entries in a feed": (
        {"office": with_site("limit: 1000"), "wages": entry()},
        {"office": with_site("limit: 1001"), "wages": entry()},
        "feeds.yaml:3:10 bad-number",
        ("1001", "1000"),
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit(name: str) -> None:
    last, first, place, words = LIMITS[name]
    # pages have words in few of so many languages
    assert [problem for problem in found(**last) if not problem.endswith(" no-words")] == []
    assert found(**first) == [place]
    (message,) = messages(**first)
    for word in words:
        assert word in f" {message} ".replace(";", " ")


def test_as_many_languages_as_the_limit_tells_apart() -> None:
    assert len(LANGUAGES) == len(set(LANGUAGES)) == 51


def test_a_file_of_1_mib_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    text = entry("x\n")
    office = write_office(tmp_path / "office", wages=text + b" " * (2**20 - len(text)))
    assert read_office(office).problems == ()
    with (office / "entries" / "wages.md").open("ab") as file:
        file.write(b" ")
    (problem,) = read_office(office).problems
    assert (problem.path, problem.line, problem.code) == ("entries/wages.md", 1, "file-too-large")
    assert "1 MiB" in problem.message


def test_a_picture_of_25_mib_is_not_looked_into() -> None:
    text = entry(image="{file: crane.png, alt: A crane}")
    for size, code, words in (
        (25 * 2**20 - 1, "bad-image", "is not a PNG"),
        (25 * 2**20, "bad-file", "has 25 MiB or more"),
    ):
        picture = {"entries/crane.png": bytes(size)}
        assert found(files=picture, wages=text) == [f"wages:7:15 {code}"]
        (message,) = messages(files=picture, wages=text)
        assert words in message


def test_ten_problems_of_one_kind_are_listed_and_the_others_counted() -> None:
    ten = entry("\u0001\n" * 10)
    assert found(wages=ten) == [f"wages:{line}:1 control-character" for line in range(8, 18)]
    more: dict[str, Any] = {"wages": entry("\u0001\n" * 13)}
    assert found(**more) == [f"wages:{line}:1 control-character" for line in range(8, 19)]
    assert "3 more" in messages(**more)[-1]


def test_a_hundred_problems_of_a_body_are_listed() -> None:
    for number in (100, 101):
        text = entry("[a](relative)\n\n" * number)
        assert len(found(wages=text)) == 100


def test_a_hundred_unknown_keys_are_listed() -> None:
    for number in (99, 100, 101):
        text = entry(**{f"key{index}": "x" for index in range(number)})
        assert len(found(wages=text)) == min(number, 100)
