"""What was found out about a text, for the next time: an entry stands in many documents."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")


class Once(Generic[Found]):
    """A function of a text that is called once for each. Texts are known by a digest, not kept."""

    def __init__(self, judge: Callable[[str], Found]) -> None:
        self._judge = judge
        self._known: dict[bytes, Found] = {}

    def __call__(self, text: str) -> Found:
        """What there is to be found out about a text."""
        key = _digest(text)
        if key not in self._known:
            self._known[key] = self._judge(text)
        return self._known[key]


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
