"""Waiting for what another process, a server or a browser does, however slow the machine is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 60.0  # seconds; nothing that tests wait for takes so long
_PAUSE = 0.02

Found = TypeVar("Found")


def until(look: Callable[[], Found], wanted: str) -> Found:
    """Look again and again until what is found is true or not empty; return it."""
    end = time.monotonic() + LIMIT
    while not (found := look()):
        if time.monotonic() > end:
            pytest.fail(f"after {LIMIT:.0f} seconds: not {wanted}")
        time.sleep(_PAUSE)
    return found
