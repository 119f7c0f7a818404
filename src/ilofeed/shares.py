"""Work shared among processes that are copies of this one: each does every n-th item."""

from __future__ import annotations

import contextlib
import gc
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ilofeed import helper
from ilofeed.copies import end, fork

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress: TypeAlias = "Callable[[int, int], None]"
_PORTION = 1000  # results that are handed over at once: all of them would be in memory twice


def quiet(_done: int, _total: int) -> None:
    """Say nothing of how far the work is."""


def leave(_results: Sequence[object]) -> None:
    """They are as they are to be."""


def share(
    items: Sequence[Item],
    work: Callable[[Item], Result],
    processes: int,
    progress: Progress = quiet,
    settle: Callable[[list[Result]], None] = leave,
) -> list[Result]:
    """The result for each item, in order, the same for any number of processes.

    `work` changes nothing that others rely on; its results can be pickled. What a process does not
    deliver, because it was killed or could not be made, is done here. `progress` is told how much
    is done, of how much; the others are taken to be as far as this one. `settle` is shown results
    as they come, some at once, for what makes them smaller.
    """
    processes = min(processes, len(items)) if hasattr(os, "fork") else 1
    if processes < 2:
        return _do(items, work, progress, settle)
    helper.dismiss()  # it would be one more than may be used
    gc.freeze()  # a collection in a copy would copy the memory that it looks through
    pipes = [_start(items[part::processes], work) for part in range(1, processes)]
    try:
        own = items[::processes]
        parts: list[list[Result] | None] = [
            _do(
                own,
                work,
                lambda done, _: progress(len(items) * done // len(own), len(items)),
                settle,
            )
        ]
        parts += [_receive(pipe, settle) for pipe in pipes]
    finally:
        gc.unfreeze()
        for child in pipes:
            _end(child)
    done: list[Any] = [None] * len(items)
    for part, results in enumerate(parts):
        theirs = items[part::processes]
        done[part::processes] = _do(theirs, work, quiet, settle) if results is None else results
    return done


def _do(
    items: Sequence[Item],
    work: Callable[[Item], Result],
    progress: Progress,
    settle: Callable[[list[Result]], None],
) -> list[Result]:
    results: list[Result] = []
    settled = 0
    for number, item in enumerate(items, 1):
        results.append(work(item))
        progress(number, len(items))
        if number - settled == _PORTION or number == len(items):
            settle(results[settled:])
            settled = number
    return results


@dataclass
class _Child:
    """A process at work: its id until it has ended, and where its results come out."""

    id: int | None
    pipe: int | None


def _start(items: Sequence[Item], work: Callable[[Item], Result]) -> _Child:
    out, into = os.pipe()

    def deliver() -> int:
        import pickle  # slow to load, and a build that has nothing to do needs none

        os.close(out)
        with os.fdopen(into, "wb") as pipe:
            found = [work(item) for item in items]
            for at in range(0, len(found), _PORTION):
                pickle.dump(found[at : at + _PORTION], pipe)
        return 0

    child = fork(deliver)
    os.close(into)
    if child is None:
        os.close(out)
        return _Child(None, None)
    return _Child(child, out)


def _receive(child: _Child, settle: Callable[[list[Any]], None]) -> Any:
    """The results of a process; None where it has not delivered them."""
    if child.id is None or child.pipe is None:
        return None
    import pickle

    out, child.pipe = child.pipe, None
    found: list[Any] = []
    with os.fdopen(out, "rb") as pipe, contextlib.suppress(EOFError, pickle.UnpicklingError):
        while True:  # to its end
            some = pickle.load(pipe)  # noqa: S301  of a copy of this process
            settle(some)
            found += some
    _, status = os.waitpid(child.id, 0)
    child.id = None
    return found if status == 0 else None


def _end(child: _Child) -> None:
    """Leave nothing behind where an error ends the work."""
    if child.pipe is not None:
        os.close(child.pipe)
    if child.id is not None:
        end(child.id)
