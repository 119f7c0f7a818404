"""What was found out about a text, for the next time: an entry stands in many documents."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")
One = TypeVar("One")
Other = TypeVar("Other")
MOST_KNOWN = 10_000  # texts: more than are met again soon


class Once(Generic[Found]):
    """A function of a text that is called once for each. Texts are known by a digest, not kept."""

    def __init__(self, judge: Callable[[str], Found]) -> None:
        self._judge = judge
        self._known: dict[bytes, Found] = {}

    def __call__(self, text: str) -> Found:
        """What there is to be found out about a text."""
        key = _digest(text)
        if key not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = self._judge(text)
        return self._known[key]


class Last(Generic[One, Other, Found]):
    """A function of two things that is not called again while it is asked about the same two."""

    def __init__(self, find: Callable[[One, Other], Found]) -> None:
        self._find = find
        self._last: tuple[One, Other, Found] | None = None

    def __call__(self, one: One, other: Other) -> Found:
        """What the function finds; nobody may change it."""
        last = self._last  # at once, for there may be threads
        if last is None or last[0] is not one or last[1] is not other:
            last = self._last = (one, other, self._find(one, other))
        return last[2]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
