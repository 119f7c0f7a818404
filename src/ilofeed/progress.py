"""How far a long task is, for a person at a terminal."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTH = 36  # of the bar, in characters
PATIENCE = 1.0  # seconds that may pass without a word


def bar(label: str) -> Callable[[int, int], None]:
    """What to tell how much is done, of how much: a bar appears on a terminal as soon as the rest
    can be guessed and will take longer than one's patience; nothing elsewhere."""
    started, shown = time.monotonic(), -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        took, percent = time.monotonic() - started, done * 100 // total
        is_long = took > PATIENCE / 2 and took * (total - done) / done > PATIENCE
        if percent == shown or not sys.stderr.isatty() or (shown < 0 and not is_long):
            return
        filled = WIDTH * done // total
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{label}  [{'#' * filled}{'-' * (WIDTH - filled)}] {percent:>3}%{end}")
        sys.stderr.flush()
        shown = percent

    return show
