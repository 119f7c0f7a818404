"""Withdrawals: out of the feeds, with a tombstone in Atom while readers still have the entry."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import feedparser
import pytest
from lxml import etree

from ilofeed.verify.verification import verify
from offices import NOW, OFFICE, documents, entry, site
from serving import needs

if TYPE_CHECKING:
    from pathlib import Path

AT = "{http://purl.org/atompub/tombstones/1.0}"
LIMIT = OFFICE.replace(b"  title:", b"  limit: 2\n  archives: []\n  title:")
GONE = entry(date="2015-05-10", withdrawn="2015-06-01")


def stones(
    path: str = "all/atom.xml", *, office: bytes = OFFICE, now: dt.datetime = NOW, **entries: Any
) -> dict[str, str]:
    """The last part of each id that a feed calls deleted, and since when."""
    made = site(now, office=office, **entries)
    found = documents(made, now)
    assert verify(list(found.values()), made.office) == []
    root: Any = etree.fromstring(found[path].data)
    nodes = root.findall(f"{AT}deleted-entry")
    return {node.get("ref").rpartition(":")[2]: node.get("when") for node in nodes}


@pytest.mark.slow
def test_a_withdrawn_entry_leaves_a_tombstone_in_the_atom_feeds_it_was_in() -> None:
    entries: dict[str, Any] = {"gone": GONE, "jobs": entry(countries="[CN]")}
    seen = stones(**entries)
    assert list(seen) == ["gone"]
    assert seen["gone"].startswith("2015-06-01T00:00:00.")
    assert dt.datetime.fromisoformat(seen["gone"]).utcoffset() == dt.timedelta()
    for path in (
        "country/mn/atom.xml",
        "category/wages/atom.xml",
        "country/mn/category/wages/atom.xml",
    ):
        assert list(stones(path, **entries)) == ["gone"]
    assert stones("country/cn/atom.xml", **entries) == {}


def test_other_formats_have_no_word_for_it() -> None:
    made = documents(site(gone=GONE, jobs=entry()))
    for name in ("all/rss.xml", "all/feed.json"):
        assert b"office:gone" not in made[name].data
        assert b"tombstones" not in made[name].data


def test_a_feed_without_withdrawals_does_not_know_the_namespace() -> None:
    made = documents(site(jobs=entry(), later=entry(withdrawn="2027-01-01")))
    assert b"tombstones" not in made["all/atom.xml"].data


def test_it_is_there_from_its_instant_on_and_not_a_second_before() -> None:
    """A day begins at the office's 09:00, at +09:00 in Ulaanbaatar in the summer of 2015."""
    instant = dt.datetime(2015, 6, 1, tzinfo=dt.UTC)
    assert stones(now=instant - dt.timedelta(seconds=1), gone=GONE) == {}
    assert list(stones(now=instant, gone=GONE)) == ["gone"]


def test_it_moves_the_updated_of_the_feeds_it_was_in() -> None:
    made = documents(site(gone=GONE, jobs=entry(countries="[CN]")))
    for path, day in (
        ("all", "2015-06-01"),
        ("country/mn", "2015-06-01"),
        ("country/cn", "2015-05-19"),
    ):
        root: Any = etree.fromstring(made[f"{path}/atom.xml"].data)
        assert root.findtext("{http://www.w3.org/2005/Atom}updated").startswith(day)


@pytest.mark.parametrize(
    ("newer", "left"), [([], ["gone"]), (["a"], ["gone"]), (["a", "b"], []), (["a", "b", "c"], [])]
)
def test_it_goes_when_the_entry_would_have_left_the_feed(newer: list[str], left: list[str]) -> None:
    entries: dict[str, Any] = dict.fromkeys(newer, entry())
    assert list(stones(office=LIMIT, gone=GONE, old=entry(date="2015-01-01"), **entries)) == left


def test_withdrawn_entries_do_not_push_each_other_out() -> None:
    gone: dict[str, Any] = {
        f"g{n}": entry(date=f"2015-05-1{n}", withdrawn="2015-06-01") for n in range(5)
    }
    assert list(stones(office=LIMIT, old=entry(date="2015-01-01"), **gone)) == [
        "g4", "g3", "g2", "g1", "g0",
    ]  # fmt: skip


def test_an_entry_that_comes_back_has_no_tombstone() -> None:
    """Clearing `withdrawn` with a later `updated`: never both, and the feed's date moves on."""
    made = documents(site(gone=entry(date="2015-05-10", updated="2015-07-01")))
    text = made["all/atom.xml"].data.decode()
    assert "deleted-entry" not in text
    assert text.count("office:gone</id>") == 1
    assert re.findall(r"<updated>2015-07-01", text)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<at:deleted-entry[^>]*/>", ""),
        (' ref="[^"]*"', ' ref="tag:example.org,2015:office:other"'),
        ('when="2015-06-01', 'when="2015-06-02'),
        ('when="[^"]*"', 'when="2015-06-01"'),
        ('ref="tag:', 'ref="x:'),
        ("<at:deleted-entry[^>]*/>", "<at:deleted-feed/>"),
        ("(<at:deleted-entry[^>]*/>)", r"\1\1"),
    ],
)
def test_a_tombstone_that_does_not_come_back_is_a_fault(old: str, new: str) -> None:
    made = site(gone=GONE, jobs=entry())
    found = documents(made)
    data = re.sub(old, new, found["all/atom.xml"].data.decode(), count=1).encode()
    assert data != found["all/atom.xml"].data
    wrong = found | {"all/atom.xml": dataclasses.replace(found["all/atom.xml"], data=data)}
    faults = verify(list(wrong.values()), made.office)
    assert {fault.path for fault in faults} == {"all/atom.xml"}


def test_readers_that_know_no_tombstones_read_the_feed_all_the_same() -> None:
    data = documents(site(gone=GONE, jobs=entry()))["all/atom.xml"].data
    seen = feedparser.parse(data)
    assert not seen.bozo
    assert [one.id.rpartition(":")[2] for one in seen.entries] == ["jobs"]
    assert seen.feed.title == "Example Office"


@pytest.mark.slow
@needs("sfeed")
def test_sfeed_reads_it_too(tmp_path: Path) -> None:
    data = documents(site(gone=GONE, jobs=entry()))["all/atom.xml"].data
    sfeed = shutil.which("sfeed")
    assert sfeed is not None
    done = subprocess.run([sfeed], input=data, capture_output=True, check=True)
    assert [line.split("\t")[5] for line in done.stdout.decode().splitlines()] == [
        "tag:example.org,2015:office:jobs"
    ]
