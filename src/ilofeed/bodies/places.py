"""Find where the elements of a body are in its file, and what of the file is left as text."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from ilofeed.text import Source

MASK = "\0"  # never occurs in a file that was decoded
_ESCAPED = re.compile(r"\\[!-/:-@\[-`{-~]")
_WHOLE = frozenset({"code", "img", "pre", "sup"})
_SIGNS = {"em": 1, "strong": 2, "sub": 1, "del": 2}  # number of signs at each end


class Element(NamedTuple):
    """An open element with its position in the body, as comrak writes it."""

    name: str
    place: str  # line:column-line:column, counted from 1; columns in bytes, the end inclusive


class Places:
    """Offsets of positions in a body that begins at `start`.

    comrak counts lines and columns from 1, and columns in bytes of UTF-8; the end is inclusive.
    """

    def __init__(self, source: Source, start: int) -> None:
        self._source, self._start = source, start
        self._first_line, _ = source.place(start)

    def offset(self, place: str, *, is_end: bool = False) -> int:
        """Return the offset of the start, or the end, of a position `line:column-line:column`."""
        line, column = map(int, place.split("-")[is_end].split(":"))
        begin = self._start if line == 1 else self._source.offset(self._first_line + line - 1)
        end = self._source.text.find("\n", begin)
        written = self._source.text[begin : end if end >= 0 else None].encode()
        before = written[: column if is_end else column - 1]
        return begin + len(before.decode("utf-8", "ignore"))

    def span(self, place: str) -> tuple[int, int]:
        """Return the offsets at which a position starts and ends."""
        return self.offset(place), self.offset(place, is_end=True)


def mask_markup(text: str, begin: int, elements: Iterable[Element], places: Places) -> str | None:
    """Return a file whose body, from an offset on, has code, signs and addresses masked.

    Offsets and line breaks stay. Return None if a position cannot be right.
    """
    characters = list(text)

    def hide(start: int, end: int) -> None:
        for index in range(start, end):
            if characters[index] != "\n":
                characters[index] = MASK

    for name, place in elements:
        if name in _SIGNS:
            start, end = places.span(place)
            size = 1 if name == "del" and text[start : start + 2] != "~~" else _SIGNS[name]
            if text[start:end][:size] != text[start:end][-size:] or text[start] not in "*_~":
                return None
            hide(start, start + size)
            hide(end - size, end)
        elif name in _WHOLE:
            hide(*places.span(place))
        elif name == "a":
            start, end = places.span(place)
            if text[start] == "[":
                hide(start, start + 1)
                closing = max(text.rfind("](", start, end), text.rfind("][", start, end))
                start = closing if closing >= 0 else end - 1
            hide(start, end)
    return text[:begin] + _ESCAPED.sub(MASK * 2, "".join(characters[begin:]))
