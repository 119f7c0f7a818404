"""One process and all that it starts: how long it took, and how much memory the largest of them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """Seconds of the clock and of processors, and mebibytes of the largest process."""

    wall: float
    cpu: float
    peak: float


def run(*command: str | Path, cwd: Path | None = None) -> Run:
    """Run a command to its end; where it fails, what it said is shown and the bench ends."""
    # a program that is installed has its compiled files; a shell may forbid Python to keep them
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        list(map(str, command)), cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        print(said.decode(errors="replace")[-2000:], file=sys.stderr)
        raise SystemExit(f"{command[0]}: exit code {process.returncode}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(
        statistics.median(one.wall for one in runs),
        statistics.median(one.cpu for one in runs),
        max(one.peak for one in runs),
    )
