"""The bar of a long build, on a terminal, when the rest of a stage takes long; and its times."""

from __future__ import annotations

import io
import re

import pytest

from ilofeed.cli.console import Progress

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"  # the cursor


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        for name in ("monotonic", "time"):
            monkeypatch.setattr(f"time.{name}", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_long_stage_has_a_bar_with_counts_and_the_time_left(clock: Clock) -> None:
    out = Terminal()
    progress = Progress(out)
    progress("Making", 0, 4000)
    clock.now += 2
    progress("Making", 1000, 4000)
    clock.now += 2
    progress("Making", 2000, 4000)
    clock.now += 4
    progress("Making", 4000, 4000)
    progress("Verifying", 0, 9)
    assert out.getvalue().endswith(f"{SHOW}\n")
    lines = out.getvalue().replace(HIDE, "").replace(SHOW, "").strip().split("\r")
    assert [" ".join(re.sub(r"\[.*\]", "", line).split()) for line in lines] == [
        "Making 1000/4000 25%",
        "Making 2000/4000 50% 00:00:04",
        "Making 4000/4000 100%",
    ]
    assert [line.count("#") for line in lines] == [9, 18, 36]


@pytest.mark.parametrize("seconds", [0.1, 0.4])
def test_a_short_stage_has_none(clock: Clock, seconds: float) -> None:
    out = Terminal()
    progress = Progress(out)
    progress("Checking", 0, 1)
    for done in range(1, 4):
        clock.now += seconds
        progress("Checking", done, 3)
    progress.end()
    assert out.getvalue() == ""


def test_elsewhere_there_is_none(clock: Clock) -> None:
    out = io.StringIO()
    progress = Progress(out)
    progress("Making", 0, 9)
    clock.now += 5
    progress("Making", 1, 9)
    progress.end()
    assert out.getvalue() == ""


def test_where_the_time_went(clock: Clock) -> None:
    progress = Progress(io.StringIO())
    for stage, seconds in (("Reading", 0.25), ("Making", 2), ("Reading", 0.5)):
        progress(stage, 0, 1)
        clock.now += seconds
    assert progress.summary() == "Reading 0.75 s, Making 2.00 s"
    clock.now += 7
    assert progress.seconds == {"Reading": 0.75, "Making": 2}
