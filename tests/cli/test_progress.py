"""The bar of a long build: on a terminal, when the rest takes long, and gone in the end."""

from __future__ import annotations

import io

import pytest

from ilofeed.cli.console import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr("time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_long_stage_has_a_bar_with_counts_and_time_left(clock: Clock) -> None:
    out = Terminal()
    progress = Progress(out)
    progress("Making", 0, 4000)
    clock.now += 2
    progress("Making", 1000, 4000)
    assert out.getvalue() == ("\rMaking  [######------------------]  25%  1,000 of 4,000, 6 s left")
    clock.now += 6
    progress("Making", 4000, 4000)
    progress("Verifying", 0, 9)
    last = out.getvalue().split("\r")
    assert "100%  4,000 of 4,000, 0 s left" in last[-3]
    assert last[-2] == " " * len(last[1])
    assert last[-1] == ""


def test_a_short_stage_has_none(clock: Clock) -> None:
    out = Terminal()
    progress = Progress(out)
    for done in range(11):
        progress("Checking", done, 10)
        clock.now += 0.1
    progress.end()
    assert out.getvalue() == ""


def test_a_bar_is_drawn_when_it_would_be_another(clock: Clock) -> None:
    out = Terminal()
    progress = Progress(out)
    progress("Making", 0, 9)
    clock.now += 5
    progress("Making", 1, 9)
    progress("Making", 1, 9)
    assert out.getvalue().count("\r") == 1


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
