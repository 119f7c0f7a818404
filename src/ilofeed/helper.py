"""A second process that is started first: it loads what a late piece of work needs while this one
is at the early ones, and does that work as soon as it is handed it.

It only ever helps: what it does not answer is done here.
"""

from __future__ import annotations

import mmap
import os
import pickle
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Generic, TypeVar

from ilofeed.copies import end, fork

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_BYTES = 16 * 1024 * 1024  # of items: more are better left to processes that need none sent
_SIZE = 8  # bytes that say how many there are


@dataclass(frozen=True)
class _Helper:
    """A process at work: its id, what it is asked through, and where its answers come out."""

    id: int
    ask: int
    told: BinaryIO
    memory: mmap.mmap  # which it shares, so that nobody waits for it to read what it is handed


_helpers: list[_Helper] = []  # one, or none


@dataclass
class Answers(Generic[Result]):
    """The results for items that were handed to the helper, by their names."""

    waiting: set[str] = field(default_factory=set)
    found: dict[str, Result] = field(default_factory=dict)

    def of(self, name: str) -> Result | None:
        """The result for an item, which may have to be waited for; None where it has to be found
        here."""
        while name in self.waiting and _helpers:
            try:
                answered, result = pickle.load(_helpers[0].told)  # noqa: S301  of a copy of this process
            except (OSError, EOFError, ValueError, pickle.UnpicklingError):  # it has died
                dismiss()
                break
            self.found[answered] = result
            self.waiting.discard(answered)
        return self.found.get(name)


def start(load: Callable[[], object]) -> None:
    """Start a helper, which loads what it will need; where none can be had, there is none."""
    dismiss()
    if not hasattr(os, "fork"):
        return
    memory = mmap.mmap(-1, MOST_BYTES)
    (asked, ask), (told, tell) = os.pipe(), os.pipe()

    def serve() -> int:
        os.close(ask)
        os.close(told)
        load()
        size = int.from_bytes(os.read(asked, _SIZE))
        work, items = pickle.loads(memory[:size])  # noqa: S301  of whom this is a copy
        with os.fdopen(tell, "wb") as answers:
            for name, item in items.items():
                pickle.dump((name, work(item)), answers)
                answers.flush()
        return 0

    child = fork(serve)
    os.close(asked)
    os.close(tell)
    if child is None:
        os.close(ask)
        os.close(told)
    else:
        _helpers.append(_Helper(child, ask, os.fdopen(told, "rb"), memory))


def hand(work: Callable[[Item], Result], items: Mapping[str, Item]) -> Answers[Result]:
    """Have the helper do some work; once in its life.

    `work` changes nothing that others rely on; it, the items and the results can be pickled.
    """
    if not _helpers or not items:
        return Answers()
    helper = _helpers[0]
    data = pickle.dumps((work, items))
    if len(data) > MOST_BYTES:
        return Answers()
    helper.memory[: len(data)] = data
    try:
        os.write(helper.ask, len(data).to_bytes(_SIZE))
    except OSError:  # it has died
        dismiss()
    return Answers(set(items))


def dismiss() -> None:
    """End the helper, whatever it is at; its answers so far hold."""
    for helper in _helpers:
        os.close(helper.ask)
        helper.told.close()
        end(helper.id)
    _helpers.clear()
