"""The pages of the manual, and their examples: fenced blocks, with wrong and right readings."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offices import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = [
    *(ROOT / f"{name}.md" for name in "README CONTRIBUTING CODE_OF_CONDUCT SECURITY".split()),
    *sorted((ROOT / "docs").rglob("*.md")),
]
_FENCE = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)
_MARK = re.compile(r"(?: +#| {2,})? *(?<= )(wrong|right)(?:[:,] .*)?$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its page as a path from the root, language, and text without indentation."""

    page: str
    line: int
    language: str
    text: str
    chapter: str = ""
    section: str = ""

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def page_name(path: Path) -> str:
    """Return the path of a page from the root, or the name of a file elsewhere."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def blocks(path: Path) -> Iterator[Block]:
    text = path.read_text("utf-8")
    for match in _FENCE.finditer(text):
        before = text[: match.start()]
        chapters = re.findall(r"^## (.*)$", before, re.MULTILINE)
        sections = re.findall(r"^### `?(.*?)`?$", before, re.MULTILINE)
        yield Block(
            page_name(path),
            before.count("\n") + 1,
            match[2],
            textwrap.dedent(match[3]),
            *(found[-1] if found else "" for found in (chapters, sections)),
        )


BLOCKS = [block for path in PAGES for block in blocks(path)]


def versions(text: str) -> tuple[list[str], list[str]]:
    """The wrong and the right readings of an example whose lines are marked at their ends.

    A reading has the lines without a mark and one of those with it. Without a right line, the rest
    alone is right.
    """
    lines: list[tuple[str, str]] = []
    for line in text.splitlines():
        mark = _MARK.search(line)
        lines.append((line[: mark.start()], mark[1]) if mark else (line, ""))

    def reading(chosen: int | None) -> str:
        kept = [line for number, (line, mark) in enumerate(lines) if not mark or number == chosen]
        return "".join(f"{line}\n" for line in kept)

    wrong, right = (
        [reading(number) for number, (_, mark) in enumerate(lines) if mark == kind]
        for kind in ("wrong", "right")
    )
    return wrong, right or [reading(None)]
