"""Where two people changed the same lines, and Git left both versions in the file, with marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilofeed.text import MOST_PER_FILE, Source

if TYPE_CHECKING:
    from ilofeed.problems import Problem

_FIRST, _BEFORE, _SECOND, _END = "<<<<<<< ", "||||||| ", "=======", ">>>>>>> "
_MESSAGE = (
    "Git could not put two versions of these lines together; keep what is right of both, and "
    "delete the lines that begin with <, = and >"
)


def settle(source: Source) -> tuple[Source, list[Problem]]:
    """The text with the first version alone, what else there is masked at equal length, and the
    places where there are two."""
    if _FIRST not in source.text and _END not in source.text:
        return source, []
    problems, lines = [], source.text.split("\n")
    is_open = is_second = False
    for at, line in enumerate(lines):
        begins, ends = line.startswith(_FIRST), line.startswith(_END)
        if begins or (ends and not is_open):
            problems.append(source.problem(source.offset(at + 1), "merge-conflict", _MESSAGE))
        if begins:
            is_open, is_second = True, False
        elif is_open and (line == _SECOND or line.startswith(_BEFORE)):
            is_second = True
        if begins or ends or is_second:
            lines[at] = "#" * len(line)
        if ends:
            is_open = is_second = False
    return Source(source.path, "\n".join(lines)), problems[:MOST_PER_FILE]
