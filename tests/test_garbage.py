"""Garbage is looked for less often, and as before after what stays has been made."""

from __future__ import annotations

import contextlib
import gc

import pytest

from ilofeed import garbage


@pytest.mark.parametrize("was_enabled", [True, False])
def test_what_stays_is_not_looked_at(*, was_enabled: bool) -> None:
    before = gc.isenabled()
    try:
        gc.enable() if was_enabled else gc.disable()
        with contextlib.suppress(ZeroDivisionError), garbage.staying():
            made: list[object] = [[]]
            assert not gc.isenabled()
            raise ZeroDivisionError
        assert gc.isenabled() == was_enabled
        assert not any(one is made for one in gc.get_objects())  # it has been put aside
    finally:
        gc.enable() if before else gc.disable()
        gc.unfreeze()


def test_what_is_there_at_the_end_is_not_looked_at() -> None:
    made: list[object] = [[]]
    try:
        garbage.look_no_more()
        assert gc.get_freeze_count() > 0
        assert not any(one is made for one in gc.get_objects())
    finally:
        gc.unfreeze()
    assert any(one is made for one in gc.get_objects())


def test_it_is_looked_for_rarely() -> None:
    before = gc.get_threshold()
    try:
        gc.set_threshold(700, 10, 10)  # Python's own; a build in another test has changed them
        garbage.look_rarely()
        assert gc.get_threshold()[0] > 7_000
    finally:
        gc.set_threshold(*before)
