"""When Python looks for garbage that it cannot know by counting: objects that hold each other.

A build makes next to none, and its entries and documents live until it ends. After an edit among
10,000 entries a sixth of the time went into looking, with Python's own numbers.
"""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_THRESHOLDS = (50_000, 20, 100)  # new objects, and how often the older ones are looked through


def look_rarely() -> None:
    """From now on."""
    gc.set_threshold(*_THRESHOLDS)


def look_no_more() -> None:
    """Not even when the process ends, at what there is."""
    gc.freeze()


@contextlib.contextmanager
def staying() -> Iterator[None]:
    """Nothing that is made within is ever looked at: it stays."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
