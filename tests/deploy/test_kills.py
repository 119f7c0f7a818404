"""A deployment may be killed at any moment: `kills.py` looks at what readers see then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kills import soak
from servers import SERVERS, Place

from effort import attempts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.slow, SERVERS]


@pytest.mark.parametrize(("kind", "kills"), [("folder", 15), ("sftp", 9), ("s3", 9)])
def test_no_feed_names_a_missing_page(
    kind: str, kills: int, place: Callable[[str], Place], tmp_path: Path
) -> None:
    done = soak(tmp_path, place(kind), attempts(kills, 10 * kills), seed=1)
    assert done["in time"] > done["kills"] // 3
    assert done["files read"] > 0
