"""Copies of this process; a room of its own, since a build that has nothing to do needs no more."""

from __future__ import annotations

import contextlib
import os

TYPE_CHECKING = False  # the one of `typing`, which takes long to load
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_YES, _NO = 10, 11  # exit codes that nothing else has


def processors() -> int:
    """How many processes could run at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def aside(question: Callable[[], bool], *, is_long: bool) -> Iterator[Callable[[], bool]]:
    """The answer to a question, for who calls it within: where the question is long, another
    process looks for it meanwhile. Where that gives none, it is looked for here."""
    child = fork(lambda: _YES if question() else _NO) if is_long and hasattr(os, "fork") else None
    status: int | None = None

    def answer() -> bool:
        nonlocal status
        if child is None:
            return question()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return status == _YES if status in {_YES, _NO} else question()

    try:
        yield answer
    finally:
        if child is not None and status is None:  # nobody wants to know any more
            end(child)


def fork(work: Callable[[], int]) -> int | None:
    """The id of a copy of this process that ends with the exit code of some work; None where there
    is no process to be had."""
    try:
        child = os.fork()
    except OSError:
        return None
    if child:
        return child
    code = 1
    try:  # nothing of the parent's may run on in here, whatever happens
        code = work()
    finally:
        os._exit(code)


def end(child: int) -> None:
    """End a copy whose work nobody wants any more."""
    import signal

    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
