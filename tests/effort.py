"""How much the tests try: what a change can wait for, or with TESTS=long what a night can."""

from __future__ import annotations

import os

LONG = os.environ.get("TESTS") == "long"


def attempts(usual: int, night: int) -> int:
    """Return how often a test tries something at random: `night` with TESTS=long."""
    return night if LONG else usual
