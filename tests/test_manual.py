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


def test_pages_that_other_files_name_exist() -> None:
    pattern = re.compile(r"\bdocs/[\w/-]+\.(?:md|png)")
    for path in tracked():
        if path.is_file() and path.suffix in {".py", ".yml", ".yaml", ".toml", ".md", ""}:
            for name in pattern.findall(path.read_text("utf-8", "replace")):
                assert (ROOT / name).exists(), (path, name)


# --- the rules see what is against them ---


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# A `code` & more\n\n## Twice\n\n## Twice\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n[a](other.md) [b](other.md#a-code--more) [c](other.md#twice-1) [d](#page)\n"
        "[e](none.md) [f](other.md#twice-2) [g](#pages) `[h](x.md)` [i](https://example.org/x)\n"
    )
    assert broken(page) == ["none.md#", "other.md#twice-2", "#pages"]
