"""What lies in a file until it is published is what would have been in memory."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_pieces import SITE

from ilofeed.build import make
from ilofeed.document import Document, Kept, Spooled
from ilofeed.feeds.selection import select
from ilofeed.pages.render import render, render_changed
from ilofeed.publish.output import publish
from ilofeed.shares import share
from ilofeed.spool import InMemory, Place, Spool, store_for
from ilofeed.verify.proof import Known
from ilofeed.verify.verification import verify, verify_changed
from offices import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from ilofeed.document import AnyDocument

SEEN = select(SITE, NOW)
LARGE = b"x" * 3_000_000  # more than a pipe or a page of the system holds


@given(st.lists(st.binary(max_size=100)))
@settings(max_examples=50)
def test_everything_comes_back_from_its_place(written: list[bytes]) -> None:
    spool, memory = Spool(), InMemory()
    places = [spool.put(data) for data in written]
    assert [spool.get(place) for place in reversed(places)] == written[::-1]
    assert [place.sha256 for place in places] == [hashlib.sha256(x).hexdigest() for x in written]
    assert [memory.get(memory.put(data)) for data in written] == written


@given(st.lists(st.binary(max_size=100)))
@settings(max_examples=50)
def test_several_come_back_from_their_places(written: list[bytes]) -> None:
    spool, memory = Spool(), InMemory()
    spool.put(b"before")
    places = spool.put_all(written)
    assert [spool.take(place) for place in reversed(places)] == written[::-1]
    assert [memory.take(place) for place in memory.put_all(written)] == written


def test_processes_write_to_one_file_and_read_what_others_wrote() -> None:
    spool = Spool()
    before = spool.put(LARGE)

    def work(number: int) -> tuple[Place, int, bool]:
        data = bytes([number]) * (100_000 + number)
        return spool.put(data), os.getpid(), spool.get(before) == LARGE

    found = share(range(60), work, 4)
    assert len({process for _, process, _ in found}) == 4
    for number, (place, _, saw_the_first) in enumerate(found):
        assert saw_the_first
        assert spool.get(place) == bytes([number]) * (100_000 + number)
    assert spool.get(spool.put(LARGE[:7])) == LARGE[:7]


def test_processes_have_stretches_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what a copy inherits is not its own; what is too long for one lies behind them."""
    monkeypatch.setattr("ilofeed.spool._STRETCH", 50)
    spool = Spool()
    spool.put(b"first")

    def work(number: int) -> tuple[int, Place, Place]:
        one = spool.put_all([bytes([number]) * (number % 70)])[0]
        return one, spool.put(bytes([number]) * 30), spool.write([b"x", bytes([number])])

    for number, (one, other, last) in enumerate(share(range(200), work, 3)):
        assert spool.take(one) == bytes([number]) * (number % 70)
        assert spool.get(other) == bytes([number]) * 30
        assert spool.get(last) == b"x" + bytes([number])


def test_what_the_file_has_lost_is_said() -> None:
    spool = Spool()
    place = spool.put(b"some bytes")
    os.ftruncate(spool._file, 4)  # what no program of ours does
    with pytest.raises(OSError, match="has lost what was written"):
        spool.get(place)


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    spool = Spool()
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", is_full)
        with pytest.raises(OSError, match="No space left") as raised:
            spool.put(b"some bytes")
    assert raised.value.filename == tempfile.gettempdir()
    assert spool.get(spool.put(b"some bytes")) == b"some bytes"  # nobody waits for its lock


def test_only_a_large_site_has_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(store_for(13), InMemory)
    assert isinstance(store_for(2_001), Spool)
    monkeypatch.delattr(os, "pread")
    assert isinstance(store_for(2_001), InMemory)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any site counts as a large one, worth to be shared."""
    monkeypatch.setattr("ilofeed.spool.FEW", 0)
    monkeypatch.setattr("ilofeed.pages.render.WORTH_SHARING", 0)
    monkeypatch.setattr("ilofeed.verify.verification.WORTH_SHARING", 0)
    monkeypatch.setattr("ilofeed.feeds.archives.WORTH_SHARING", 0)


def plain(documents: tuple[AnyDocument, ...]) -> list[Document]:
    return [one.loaded() for one in documents if not isinstance(one, Kept)]


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_a_large_site_has_the_same_documents(
    processes: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spooled = make(SEEN, processes)
    many = {one.kind for one in spooled if isinstance(one, Spooled)}
    assert many == {"entry", "archive", "index", "manifest"}
    assert all(isinstance(one, Spooled) for one in spooled if one.kind in many)
    faults, proven = verify_changed(spooled, SITE.office, Known(), processes=processes)
    changes = publish(spooled, tmp_path / "large", None)

    monkeypatch.setattr("ilofeed.spool.FEW", 2_000)
    in_memory = make(SEEN)
    assert not any(isinstance(one, Spooled) for one in in_memory)
    assert plain(spooled) == list(in_memory)
    assert [(one.size, one.sha256) for one in spooled] == [  # type: ignore[union-attr]
        (len(one.data), one.sha256) for one in in_memory
    ]
    assert (faults, proven.proofs) == (
        [],
        verify_changed(in_memory, SITE.office, Known())[1].proofs,
    )
    assert changes == publish(in_memory, tmp_path / "small", None)
    for one in in_memory:
        assert (tmp_path / "large" / one.path).read_bytes() == one.data
    assert not publish(spooled, tmp_path / "large", None).written


@pytest.mark.usefixtures("large")
def test_a_large_site_has_the_same_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ilofeed.pages.entry_page.EntryPages._render_page", lambda *_: b"<p>no page</p>"
    )
    found = [verify(render_changed(SEEN, {}, jobs), SITE.office, processes=jobs) for jobs in (1, 2)]
    monkeypatch.setattr("ilofeed.spool.FEW", 2_000)
    assert found == [verify(render(SEEN), SITE.office)] * 2
    assert found[0]
