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
    """Run a command to its end; if it fails, print its output and end the benchmark."""
    # an installed program has its compiled files; a shell may forbid Python to keep them
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(
        list(map(str, command)), cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    output = process.stdout.read()
    # counts the process and those that it started and waited for
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        print(output.decode(errors="replace")[-2000:], file=sys.stderr)
        raise SystemExit(f"{command[0]}: exit code {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(runs: Sequence[Run]) -> Run:
    """Return the median of the times, and the largest peak."""
    return Run(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        max(run.peak for run in runs),
    )
