"""What was found out about a text, for the next time: an entry stands in many documents."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")


def once(judge: Callable[[str], Found]) -> Callable[[str], Found]:
    """A function of a text that is called once for each. Texts are known by a digest, not kept."""
    known: dict[bytes, Found] = {}

    @functools.wraps(judge)
    def remembered(text: str) -> Found:
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if key not in known:
            known[key] = judge(text)
        return known[key]

    return remembered
