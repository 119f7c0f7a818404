"""A decoded text file: its lines, columns and problems."""

import bisect
import functools
import re
from dataclasses import dataclass

from ilofeed.problems import Code, Problem, Severity

MAX_PER_FILE = 10  # problems listed for each kind of character; the rest are only counted


@dataclass(frozen=True)
class Source:
    """A decoded text file. Lines end in `\\n` alone; `path` is relative to the office's folder."""

    path: str
    text: str

    @functools.cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of a character offset."""
        line = bisect.bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int) -> int:
        """Return the offset at which a line (from 1) begins, at most the end of the text."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.text)

    def line_at(self, offset: int) -> str:
        """Return the line that holds an offset, without its line break."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return self.text[start:] if end < 0 else self.text[start:end]

    def problem(
        self, offset: int, code: Code, message: str, severity: Severity = "error"
    ) -> Problem:
        """Return a problem at an offset of this text."""
        line, column = self.place(offset)
        return Problem(self.path, line, column, code, message, severity)
