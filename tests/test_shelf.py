"""The long texts of entries, in a file: whoever asks sees what is seen where they are in memory."""

from __future__ import annotations

import dataclasses
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed import build as chain
from ilofeed.content.site import check
from ilofeed.feeds.selection import select
from ilofeed.publish.manifest import note_record
from ilofeed.shelf import shelve
from ilofeed.spool import InMemory, Spool
from ilofeed.verify.verification import verify
from offices import NOW, entry, sources

if TYPE_CHECKING:
    from ilofeed.content.site import Site

FILES: dict[str, Any] = {f"entry-{number}": entry(title=f'"Пэй {number}"') for number in range(7)}
FILES["changed"] = entry(updated="2016-02-02", body="A *body* with a [link](https://a.org/).")


def made(processes: int = 1) -> Site:
    site, _ = check(sources(**FILES), NOW, processes=processes, note=note_record)
    assert site is not None
    return site


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any site counts as a large one, worth to be shared, and few entries as many."""
    monkeypatch.setattr("ilofeed.spool.FEW", 0)
    monkeypatch.setattr("ilofeed.content.site.WORTH_SHARING", 0)
    monkeypatch.setattr("ilofeed.shares._PORTION", 2)
    monkeypatch.setattr("ilofeed.portions.TOGETHER", 3)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("processes", [1, 2, 3])
def test_a_large_site_has_the_same_entries(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shelved = made(processes)
    for one in shelved.entries:
        assert isinstance(one.body, int)
        assert isinstance(one.noted, int)
    monkeypatch.undo()
    plain = made()
    assert all(isinstance(one.body, str) for one in plain.entries)
    assert shelved == plain
    assert list(map(hash, shelved.entries)) == list(map(hash, plain.entries))
    without = [dataclasses.replace(one, body="") for one in plain.entries]
    assert len(set(map(hash, without))) == len(without)  # or each is compared with all
    assert [one.record for one in shelved.entries] == [one.record for one in plain.entries]
    assert all(one.record for one in plain.entries)
    documents = [chain.make(select(site, NOW)) for site in (shelved, plain)]
    assert documents[0] == documents[1]
    assert verify(documents[0], plain.office) == []


def test_a_text_that_differs_is_another_entry() -> None:
    plain = made()
    one = plain.entries[0]
    other = dataclasses.replace(one, body=f"{one.html} ")
    shelve([other], Spool())
    assert isinstance(other.body, int)
    assert other != one
    assert other == dataclasses.replace(one, body=f"{one.html} ")
    assert one != "an entry"


def test_a_changed_copy_has_its_text_and_no_record() -> None:
    entries, spool = made().entries, Spool()
    texts = [one.html for one in entries]
    shelve(entries, spool)
    shelve(entries, spool)  # which changes nothing
    copies = [dataclasses.replace(one, title="Other") for one in entries]
    assert [one.html for one in copies] == texts
    assert not any(one.record for one in copies)
    assert dataclasses.replace(copies[0], body="<p>x</p>").html == "<p>x</p>"


def test_an_entry_stays_on_its_shelf() -> None:
    (one, *_), first = made().entries, Spool()
    text = one.html
    object.__setattr__(one, "noted", "")
    shelve([one], first)
    note_record(one, made().office)
    shelve([one], Spool())
    assert one.shelf is first
    assert (one.html, one.noted) == (text, one.record)


def test_who_is_handed_an_entry_needs_no_file() -> None:
    entries = made().entries
    shelve(entries, Spool())
    copies = pickle.loads(pickle.dumps(entries))
    assert copies == entries
    assert [one.record for one in copies] == [one.record for one in entries]
    assert all(isinstance(one.body, str) for one in copies)


def test_in_memory_everything_stays() -> None:
    entries = made().entries
    before = [(one.body, one.noted) for one in entries]
    shelve(entries, InMemory())
    assert [(one.body, one.noted) for one in entries] == before
