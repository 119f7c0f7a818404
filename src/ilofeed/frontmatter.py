"""Where an entry's keys end and its body begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed.problems import Problem

if TYPE_CHECKING:
    from ilofeed.source import Source

_FENCE = re.compile(r"---[ \t]*(?:\n|\Z)")
_CLOSING = re.compile(r"^---[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"[ \t]*(?:[A-Za-z_]+[ \t]*:|- )")


@dataclass(frozen=True, slots=True)
class Parts:
    """Offsets: the keys are `start` to `end`, the body begins at `body`."""

    start: int
    end: int
    body: int


def split(source: Source) -> tuple[Parts | None, list[Problem]]:
    """The front matter of an entry file; also where a fence is missing, as far as can be told."""
    text = source.text
    blank = len(text) - len(text.lstrip())
    if blank == len(text):
        message = "the file is empty; an entry begins with ---, its keys and --- again"
        return None, [Problem(source.path, 1, 1, "empty-file", message)]
    opening = _FENCE.match(text, blank)
    if opening is None:
        return _unopened(source, blank)
    problems = []
    if blank:
        message = "the first line must be ---; delete what stands above it"
        problems.append(source.problem(0, "no-front-matter", message))
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        end, body = _guess_end(text, opening.end())
        last = source.place(max(end - 1, 0))[0]
        message = f"the front matter that begins here has no end; write --- after line {last}"
        problems.append(source.problem(blank, "unclosed-front-matter", message))
        return Parts(opening.end(), end, body), problems
    return Parts(opening.end(), closing.start(), min(closing.end() + 1, len(text))), problems


def _unopened(source: Source, start: int) -> tuple[Parts | None, list[Problem]]:
    message = "the file does not begin with the line ---; an entry's keys stand between two of them"
    if source.text.startswith("+++", start):
        message = "the front matter is YAML between two lines ---, not TOML between +++"
    problems = [source.problem(start, "no-front-matter", message)]
    if not _KEY.match(source.text, start):
        return None, problems
    closing = _CLOSING.search(source.text, start)
    if closing:
        return Parts(start, closing.start(), min(closing.end() + 1, len(source.text))), problems
    return Parts(start, *_guess_end(source.text, start)), problems


def _guess_end(text: str, start: int) -> tuple[int, int]:
    """The end of the keys where nothing marks it: the first blank line."""
    blank = re.compile(r"^[ \t]*$", re.MULTILINE).search(text, start)
    end = blank.start() if blank else len(text)
    return end, end
