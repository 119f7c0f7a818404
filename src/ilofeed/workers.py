"""Share work among processes, and run other programs: the only module that starts processes.

A worker is a fork of this process, so it has all of its data; it sends results back as pickles.
Only Linux has workers: Windows cannot fork, and libraries of macOS may crash in a fork.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress: TypeAlias = "Callable[[int, int], None]"
_BATCH = 1000  # results in one pickle; a pickle of all would double the memory


def ignore_progress(_done: int, _total: int) -> None:
    """Ignore progress reports."""


def processors() -> int:
    """Return the number of processors that this process may use; 1 where forks are not safe."""
    if sys.platform != "linux":
        return 1
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class Workers:
    """The maximum number of processes; `progress` is called with the items done and the total."""

    processes: int = 1
    progress: Progress = ignore_progress

    def map(
        self, work: Callable[[Item], Result], items: Sequence[Item], worth_sharing: int = 1
    ) -> list[Result]:
        """Return the result of `work` for each item, in order, for any number of processes.

        `work` must not have side effects, and its results must be picklable. This process does all
        the work for up to `worth_sharing` items, and also the share of a worker that was killed or
        could not be started.
        """
        count = min(self.processes, len(items))
        if count < 2 or len(items) <= worth_sharing:
            return _work(work, items, len(items), self.progress)
        workers = [_start(work, items[number::count]) for number in range(1, count)]
        results: list[Any] = [None] * len(items)
        try:
            results[::count] = _work(work, items[::count], len(items), self.progress)
            for number, worker in enumerate(workers, 1):
                share = items[number::count]
                received = _receive(worker, len(share))
                results[number::count] = received or [work(item) for item in share]
        finally:
            for process, connection in filter(None, workers):
                process.kill()
                process.join()
                connection.close()
        return results


ALONE = Workers()


def run_program(
    command: Sequence[str | Path], files: Mapping[str, bytes], folder: str
) -> dict[str, bytes]:
    """Run a program in an empty folder with these files, by relative path; return the files that it
    wrote to `folder` there, by path below it. Raise `OSError` if it fails.

    The program gets no settings of the environment that begin with its name, in capitals.
    """
    import subprocess  # slow to load, as the next one
    import tempfile

    with tempfile.TemporaryDirectory(prefix="ilofeed-") as name:
        root = Path(name)
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        program = Path(command[0]).stem
        prefix = f"{program.upper()}_"
        variables = {key: text for key, text in os.environ.items() if not key.startswith(prefix)}
        done = subprocess.run(  # noqa: S603  no shell
            command, cwd=root, env=variables, capture_output=True, check=False
        )
        if done.returncode:
            told = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
            raise OSError(f"{program} ended with code {done.returncode}: {told[-300:]}")
        written = (path for path in (root / folder).rglob("*") if path.is_file())
        return {path.relative_to(root / folder).as_posix(): path.read_bytes() for path in written}


_Worker: TypeAlias = "tuple[BaseProcess, Connection]"  # a process, and the end of its pipe


def _work(
    work: Callable[[Item], Result], items: Sequence[Item], total: int, progress: Progress
) -> list[Result]:
    """Do this process's share of `total` items; progress assumes that the others are as far."""
    results = []
    for done, item in enumerate(items, 1):
        results.append(work(item))
        progress(total * done // len(items), total)
    return results


def _start(work: Callable[[Item], object], items: Sequence[Item]) -> _Worker | None:
    """Start a worker; return None if the system cannot start another process."""
    if sys.platform == "win32":
        return None
    import multiprocessing  # slow to load (15 ms), and most builds need no worker

    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work_and_send, args=(work, items, sender), daemon=True)
    try:
        process.start()
    except OSError:
        receiver.close()
        return None
    finally:
        sender.close()
    return process, receiver


def _work_and_send(
    work: Callable[[Item], object], items: Sequence[Item], sender: Connection
) -> None:
    """Do the work and send the results; on an error send nothing, and the parent repeats it."""
    gc.freeze()  # a collection would copy the memory shared with the parent
    with contextlib.suppress(Exception, KeyboardInterrupt):
        results = [work(item) for item in items]
        for start in range(0, len(results), _BATCH):
            sender.send(results[start : start + _BATCH])


def _receive(worker: _Worker | None, expected: int) -> list[Any]:
    """Return all results of a worker, or an empty list if it did not send all of them."""
    results: list[Any] = []
    if worker is not None:
        _, connection = worker
        with contextlib.suppress(EOFError, OSError):
            while len(results) < expected:
                results += connection.recv()
    return results if len(results) == expected else []
