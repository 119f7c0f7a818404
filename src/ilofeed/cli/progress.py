"""How far a long build is and where its time went, for a person at a terminal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 24  # of the bar, in characters
PATIENCE = 1.0  # seconds that may pass without a word


class Meter:
    """What a build tells of its stages: how much of one is done, of how much.

    A bar appears on a terminal as soon as the rest of a stage can be guessed and will take longer
    than one's patience, and goes when it has ended; nothing elsewhere.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stderr
        self._stage, self._started, self._shown = "", time.monotonic(), ""
        self.took: dict[str, float] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """A stage has begun (nothing is done), or has come so far."""
        if stage != self._stage:
            self.end()
            self._stage = stage
        if not done or not self._out.isatty():
            return
        took = time.monotonic() - self._started
        left = took * (total - done) / done
        is_long = took > PATIENCE / 2 and left > PATIENCE
        if not self._shown and not is_long:
            return
        filled = WIDTH * done // total
        text = (
            f"{stage}  [{'#' * filled}{'-' * (WIDTH - filled)}] {done * 100 // total:>3}%"
            f"  {done:,} of {total:,}, {left:.0f} s left"
        )
        if text != self._shown:
            self._out.write(f"\r{text:<{len(self._shown)}}")
            self._out.flush()
            self._shown = text

    def end(self) -> None:
        """The stage is over, and so is its bar."""
        now = time.monotonic()
        if self._stage:
            self.took[self._stage] = self.took.get(self._stage, 0) + now - self._started
        if self._shown:
            self._out.write(f"\r{'':<{len(self._shown)}}\r")
            self._out.flush()
        self._stage, self._started, self._shown = "", now, ""

    def summary(self) -> str:
        """Where the time went: `Reading 0.1 s, Checking 1.2 s`."""
        self.end()
        return ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in self.took.items())
