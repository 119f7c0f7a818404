"""A text is the same wherever it lies, and however it is cut while it is read."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilofeed import longtext
from ilofeed.longtext import Text, copy, lines, pieces
from ilofeed.spool import InMemory, Spool


@pytest.fixture(params=[1, 2, 3, 5, longtext.PIECE])
def cut(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many bytes are read at once."""
    monkeypatch.setattr(longtext, "PIECE", request.param)


@given(st.text(alphabet="a,\né", max_size=30), st.integers(0, 3))
@settings(max_examples=60)
def test_lines_are_those_of_the_whole(text: str, start: int) -> None:
    data = text.encode()
    wanted = data[start:].decode(errors="replace").split(",\n") if data[start:] else []
    for store in (InMemory(), Spool()):
        one = Text(store.put(data), store)
        assert (one.size, one.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        for size in (1, 2, 7, 1000):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(longtext, "PIECE", size)
                assert list(lines(one, b",\n", start, errors="replace")) == wanted
                assert b"".join(pieces(one, start)) == data[start:]


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("few", [0, 1_000])
def test_a_file_is_copied_as_far_as_it_is_wanted(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ilofeed.spool.LITTLE", few)
    for size in (0, 1, 6, 10, 99):
        file = io.BytesIO(b"0123456789")
        text = copy(file, size)
        assert isinstance(text.store, InMemory if few or not size else Spool)
        assert text.part(0, 99) == b"0123456789"[:size]
        assert text.part(3, 2) == b"0123456789"[:size][3:5]
        assert file.read() == b"0123456789"[size:]
