"""Where an entry's keys end and its body begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed.problems import Problem, quote

if TYPE_CHECKING:
    from ilofeed.text import Source

_FENCE = re.compile(r"---[ \t]*(?:\n|\Z)")
_AGAIN = re.compile(r"\s*^(---)[ \t]*\n[A-Za-z_]+:[ \t]", re.MULTILINE)
# from the line break above it, which is found faster than the first column
_CLOSING = re.compile(r"\n([ \t]*(?:-{3,}|\.{3,}|[–—]+)[ \t]*|--[ \t]*|---[ \t]*[^\s-].*)(?=\n|\Z)")
# what stands in the first line instead
_OTHER_FENCE = re.compile(r"((?:-+|[–—]+)[ \t]*|---[ \t]*[^\s-].*)\n")
_BLANK = re.compile(r"\n[ \t]*(?=\n)")
# a line in the first column that is neither a key nor a list item nor a comment
_TEXT = re.compile(r"^(?![ \t#]|---|- |[\w.-]+[ \t]*:)\S", re.MULTILINE)
_LINE = re.compile(r"^[A-Za-z_]+[ \t]*:(?=[ \t]|$)", re.MULTILINE)
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
    end, found = _end(source, blank, opening.end())
    if again := _AGAIN.match(text, end[1]):
        message = "a second front matter begins here; delete it, or put a blank line below the ---"
        found.append(source.problem(again.start(1), "second-document", message))
    return Parts(opening.end(), *end), problems + found


def _end(source: Source, opening: int, start: int) -> tuple[tuple[int, int], list[Problem]]:
    """Where the keys end and the body begins, also where the line between is not as it must be."""
    text = source.text
    above = max(start - 1, 0)
    closing = _CLOSING.search(text, above)
    stray = _stray(text, above, closing.start(1) if closing else len(text))
    if closing is None and stray is None:
        stray = _behind(text, start)
    if closing is None or stray is not None:
        end = len(text) if stray is None else stray
        last = source.place(max(len(text[:end].rstrip()) - 1, 0))[0]
        message = f"the front matter that begins here has no end; write --- after line {last}"
        return (end, end), [source.problem(opening, "unclosed-front-matter", message)]
    parts = closing.start(1), min(closing.end() + 1, len(text))
    if closing[1].rstrip() == "---":
        return parts, []
    message = f"{quote(closing[1])} does not end the front matter; write --- and nothing else"
    return parts, [source.problem(closing.start(1), "unclosed-front-matter", message)]


def _stray(text: str, above: int, end: int) -> int | None:
    """Where text begins that can be no key, behind a blank line: the body, without a line ---."""
    for blank in _BLANK.finditer(text, above, end):
        if _TEXT.match(text, blank.end() + 1, end):
            return blank.start() + 1
    return None


def _behind(text: str, start: int) -> int | None:
    """Where text begins that can be no key, behind the last line that has one."""
    last = max((one.end() for one in _LINE.finditer(text, start)), default=None)
    found = _TEXT.search(text, last) if last is not None else None
    return found.start() if found else None


def _unopened(source: Source, start: int) -> tuple[Parts | None, list[Problem]]:
    message = "the file does not begin with the line ---; an entry's keys stand between two of them"
    if source.text.startswith("+++", start):
        message = "the front matter is YAML between two lines ---, not TOML between +++"
    other = _OTHER_FENCE.match(source.text, start)
    if other is not None:
        message = f"{quote(other[1])} does not begin the front matter; write --- and nothing else"
    problems = [source.problem(start, "no-front-matter", message)]
    if other is not None and _KEY.match(source.text, other.end()):
        end, found = _end(source, start, other.end())
        return Parts(other.end(), *end), problems + found
    if not _KEY.match(source.text, start):
        return None, problems
    end, _ = _end(source, start, start)
    return Parts(start, *end), problems
