"""The command line for tests: called in this process, or started as a process of its own.

`run` takes milliseconds where `start` takes the better part of a second. What belongs to a process
(signals, terminals, locks between processes, modules that are loaded, broken pipes) is tested by
`start`, and so is that both come to the same: `test_main.py`.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from ilofeed.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

# a job of GitHub's changes how problems are printed
_HIDDEN = {"GITHUB_ACTIONS", "CI"}


def run(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Call `ilofeed -C FOLDER ARGS…` in this process: its exit code and both streams.

    No stream is a terminal. An exception that would end the program is raised.
    """
    out, err = stream(), stream()
    with mock.patch.dict(os.environ, _environment() | env, clear=True):
        code = call(main, ["ilofeed", "-C", str(folder), *args], out, err)
    return subprocess.CompletedProcess([*args], code, written(out), written(err))


def start(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Start `python -m ilofeed -C FOLDER ARGS…` as a process: its exit code and both streams."""
    done = subprocess.run(
        [sys.executable, "-m", "ilofeed", "-C", str(folder), *args],
        capture_output=True, encoding="utf-8", stdin=subprocess.DEVNULL,
        env=_environment() | env, check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in _HIDDEN}


def stream() -> io.TextIOWrapper:
    """Make a stream to write to that is not a terminal."""
    return io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)


def written(to: io.TextIOWrapper) -> str:
    """Return what was written to a stream of `stream`."""
    assert isinstance(to.buffer, io.BytesIO)
    return to.buffer.getvalue().decode()


def call(
    program: Callable[[], int], argv: list[str], out: io.TextIOWrapper, err: io.TextIOWrapper
) -> int:
    """Call a program's main function as a process would; return its exit code.

    It gets its arguments and an empty stdin, and what it changes of this process is taken back.
    """
    thresholds = gc.get_threshold()
    with (
        Path(os.devnull).open(encoding="utf-8") as nothing,
        mock.patch.object(sys, "argv", argv),
        mock.patch.object(sys, "stdin", nothing),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            code = program()
        except SystemExit as end:
            code = end.code  # type: ignore[assignment]
        finally:
            gc.set_threshold(*thresholds)
            gc.unfreeze()
    assert isinstance(code, int)
    return code


def stand_in(command: list[str], **how: Any) -> subprocess.CompletedProcess[Any]:
    """Stand in for `subprocess.run` in a script that starts ilofeed: call it in this process."""
    python, *module = command[:3]
    assert (python, module) == (sys.executable, ["-m", "ilofeed"])
    out = stream()
    err = out if how.get("stderr") == subprocess.STDOUT else stream()
    code = call(main, command[2:], out, err)
    answers: list[str | bytes] = [written(out), "" if err is out else written(err)]
    if "encoding" not in how:
        answers = [str(answer).encode() for answer in answers]
    return subprocess.CompletedProcess(command, code, *answers)
