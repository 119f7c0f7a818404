"""Many things, some at once: what is made of all of them would be larger than they are."""

from __future__ import annotations

import itertools

TYPE_CHECKING = False  # the one of `typing`, which takes long to load
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    Item = TypeVar("Item")

TOGETHER = 1000


def portions(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Items in order, `TOGETHER` of them at once, in the last portion what is left."""
    left = iter(items)
    while some := list(itertools.islice(left, TOGETHER)):
        yield some
