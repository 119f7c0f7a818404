"""The whole of publishing, played on this machine: `./run rehearse`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from effort import LONG
from rehearse import play, stage
from runner import Expression

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_publishing_goes_as_it_should(tmp_path: Path) -> None:
    """In this process; as processes with TESTS=long, and a part of it in test_init.py."""
    told: list[str] = []
    with stage(tmp_path, told.append, in_process=not LONG) as made:
        play(made)  # which says what must be seen in each act
        assert (made.acts, made.deploys) == (14, 6)
        assert len(made.issues.made) == len(made.issues.comments) == 4
    text = "\n".join(told)
    for line in ("build: failure (exit 4)", "build: failure (exit 5)", "confirm: failure (exit 3)"):
        assert line in text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.first && 'none' || 'live'", "live"),
        ("needs.build.outputs.changed == 'true'", True),
        ("needs.build.outputs.changed != 'true' || !(inputs.first)", True),
        ("inputs.nothing", ""),
        ("'it''s'", "it's"),
        ("!ended()", True),
    ],
)
def test_expressions_mean_what_they_do_in_workflows(text: str, value: object) -> None:
    known = {"inputs": {"first": False}, "needs": {"build": {"outputs": {"changed": "true"}}}}
    assert Expression(text, known, {"ended": lambda: False}).value() == value
