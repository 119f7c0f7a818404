"""The form of the manual: links and anchors lead somewhere, and each page is found from README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from manual import PAGES, page_name
from offices import ROOT
from test_repository import tracked

DOCS = ROOT / "docs"


def without_code(text: str) -> str:
    """Remove fenced blocks and code spans: an example of a link is not a link."""
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "", text)
    return re.sub(r"`[^`\n]*`", lambda span: span[0].replace("](", "] ("), text)


def links(path: Path) -> list[tuple[str, str]]:
    """Return the links of a page to other pages and pictures: path and anchor, either may be ""."""
    targets = re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text("utf-8")))
    return [
        (target.partition("#")[0], target.partition("#")[2])
        for target in targets
        if not re.match("https?:", target)
    ]


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"(?m)^#+ (.*)$", re.sub(r"(?ms)^ *```.*?^ *```$", "", text))
    names: list[str] = []
    for heading in headings:
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = sum(re.sub(r"-\d+$", "", other) == name for other in names)
        names.append(f"{name}-{count}" if count else name)
    return set(names)


def broken(path: Path) -> list[str]:
    """Return the links of a page that lead to no file or to no heading of a page."""
    wrong = []
    for target, anchor in links(path):
        page = path.parent / target if target else path
        if not page.exists() or (anchor and anchor not in anchors(page.read_text("utf-8"))):
            wrong.append(f"{target}#{anchor}")
    return wrong


@pytest.mark.parametrize("path", PAGES, ids=page_name)
def test_links_lead_to_pages_and_headings(path: Path) -> None:
    assert broken(path) == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, left = set[Path](), [ROOT / "README.md"]
    while left:
        page = left.pop()
        reached.add(page)
        targets = {(page.parent / target).resolve() for target, _ in links(page) if target}
        left += [target for target in targets - reached if target.suffix == ".md"]
    assert set(PAGES) <= reached


@pytest.mark.slow
def test_pages_that_other_files_name_exist() -> None:
    pattern = re.compile(r"\bdocs/[\w/-]+\.(?:md|png)")
    for path in tracked():
        if path.is_file() and path.suffix in {".py", ".yml", ".yaml", ".toml", ".md", ""}:
            for name in pattern.findall(path.read_text("utf-8", "replace")):
                assert (ROOT / name).exists(), (path, name)


# --- how long a page may be ---

MAX_LINES = {"README.md": 120, "docs/explanation/architecture.md": 200}
MAX_LINES_OF_A_DECISION = 10
DECISIONS = DOCS / "explanation" / "decisions.md"


@pytest.mark.parametrize("name", MAX_LINES)
def test_a_page_is_short(name: str) -> None:
    assert len((ROOT / name).read_text("utf-8").splitlines()) <= MAX_LINES[name]


def decisions(text: str) -> dict[str, list[str]]:
    """Return the lines of each decision without blank ones, by its heading."""
    parts = re.split(r"(?m)^## (.*)\n", text)
    return {
        heading: [line for line in body.splitlines() if line]
        for heading, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_decisions_are_short_dated_and_in_order() -> None:
    entries = decisions(DECISIONS.read_text("utf-8"))
    assert {
        heading: lines
        for heading, lines in entries.items()
        if not 1 <= len(lines) <= MAX_LINES_OF_A_DECISION
    } == {}
    dates = [re.fullmatch(r"(\d{4}-\d\d-\d\d): \S.*", heading) for heading in entries]
    assert None not in dates
    assert dates
    assert [date[1] for date in dates if date] == sorted(date[1] for date in dates if date)
    assert all(len(line) <= 120 for lines in entries.values() for line in lines)


# --- plain English ---

PRIVATE = re.compile(
    r"\b(?<!there )(is no|are no) (?!longer)[a-z]+|\bnobody\b|\bsomebody\b|who asks|for who "
    r"|is wanted here|\bmend(s|ed)?\b|told of|made anew|looked at|\bas it (stands|is to be)\b"
    r"|\bstands (in|at|for|twice|before|above)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", PAGES, ids=page_name)
def test_a_page_is_in_plain_english(path: Path) -> None:
    assert [match[0] for match in PRIVATE.finditer(path.read_text("utf-8"))] == []


def test_the_map_of_the_code_names_each_module() -> None:
    text = (DOCS / "explanation" / "architecture.md").read_text("utf-8").partition("## Modules")[2]
    source = ROOT / "src" / "ilofeed"
    for package, rows in re.findall(r"(?m)^\| ([\w/]+) \| what it is for \|\n((?:\|.*\n)+)", text):
        folder = source if package == "base" else source / package
        modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
        cells = re.findall(r"(?m)^\| (.*?) \|", rows)
        assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == modules
    inner = {path.parent.relative_to(source) for path in source.glob("*/**/__init__.py")}
    named = re.findall(r"(?m)^\| ([\w/]+) \| what it is for", text)
    assert {path.as_posix() for path in inner} | {"base"} == set(named)


# --- the rules see what is against them ---


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# A `code` & more\n\n## Twice\n\n## Twice\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n[a](other.md) [b](other.md#a-code--more) [c](other.md#twice-1) [d](#page)\n"
        "[e](none.md) [f](other.md#twice-2) [g](#pages) `[h](x.md)` [i](https://example.org/x)\n"
    )
    assert broken(page) == ["none.md#", "other.md#twice-2", "#pages"]
