"""Entries that were checked before come back as the check would make them, or not at all."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from test_check import png

from ilofeed.content.site import check
from ilofeed.model import Entry
from ilofeed.publish.entry_records import CheckedEntries, keep_entries
from offices import NOW, OFFICE, entry, sources

if TYPE_CHECKING:
    from ilofeed.content.site import Site

LATER = NOW + dt.timedelta(days=400)
FILES = {"entries/a.png": png()}
FILE_ENTRY = entry("![A hall](a.png)", attachments="[{file: a.png, title: A hall}]")
EVERYTHING = {
    "plain": entry(),
    "2015/within": entry(),
    "long": entry(
        "## A heading\n\nA *body*.\n", title='"Pay: \\"up\\" \\\\ 劳动"', link="https://x.org/a"
    ),
    "instant": entry(date="2015-05-19T23:30:00-03:30", updated="2016-01-01"),
    "days": entry(
        event="{start: 2015-06-01, end: 2015-06-03, place: Geneva, url: 'https://x.org/'}"
    ),
    "cancelled": entry(event="{start: 2015-06-01, status: cancelled}"),
    "times": entry(event="{start: 2015-06-01T10:00:00+01:00, end: 2015-06-01T11:00:00Z}"),
    "midnight": entry(event="{start: 2015-06-01T00:00:00Z, end: 2015-06-02T00:00:00Z}"),
    "people": entry(authors="[Ann, {name: Bo, email: bo@example.org, url: 'https://x.org/bo'}]"),
    "picture": entry(image="{url: 'https://x.org/a.png', alt: A hall, credit: Cy}"),
    "papers": entry(attachments="[{url: 'https://x.org/a.pdf', length: 12, title: All}]"),
    "other": entry(language="mn", translation_of="plain"),
    "named": entry(id="former"),
    "moved": entry(aliases="[2015/05/19/wages/, цалин.html]"),
    "draft": entry(draft="true", summary="Not yet.", countries="[CN]", categories="[employment]"),
    "withdrawn": entry(withdrawn="2016-01-01"),
}


def remember(
    site: Site, troubled: frozenset[str] = frozenset(), before: CheckedEntries | None = None
) -> CheckedEntries:
    """Return what the next build reads of what this one wrote."""
    return keep_entries(site, NOW, troubled, before or CheckedEntries())


def checked(**files: Any) -> Site:
    site, problems = check(sources(files=FILES, **files), NOW)
    assert site is not None, problems
    return site


def recall(
    memory: CheckedEntries, office: bytes = OFFICE, now: dt.datetime = NOW, **files: Any
) -> dict[str, Entry]:
    site = checked(office=office, plain=entry(categories="[employment]", countries="[CN]"))
    return memory.recall(sources(files=FILES, **files), site.office, now)


@pytest.mark.parametrize("slug", EVERYTHING)
def test_an_entry_comes_back_equal(slug: str) -> None:
    files: dict[str, Any] = {"plain": EVERYTHING["plain"], slug: EVERYTHING[slug]}
    site = checked(**files)
    recalled = recall(remember(site), **files)
    assert len(recalled) == len(files)
    for made in site.entries:
        assert recalled[made.path] == made
        assert repr(recalled[made.path]) == repr(made)  # the zones of its instants too
        assert recalled[made.path].source == made.source


def test_check_takes_what_it_remembers() -> None:
    files: dict[str, Any] = dict(EVERYTHING)
    del files["times"]  # a warning of two offsets, so that no build remembers it
    memory = remember(checked(**files))
    files["plain"] = entry(title="Another")
    assert check(sources(files=FILES, **files), NOW, cache=memory.recall) == check(
        sources(files=FILES, **files), NOW
    )
    assert check(sources(files=FILES, **files), LATER, cache=memory.recall) == check(
        sources(files=FILES, **files), LATER
    )


def test_what_is_wrong_among_entries_has_its_place() -> None:
    memory = remember(checked(one=entry(id="x"), two=entry(id="y")))
    now_wrong: dict[str, Any] = {"one": entry(id="x"), "two": entry(id="y"), "six": entry(id="x")}
    expected = check(sources(**now_wrong), NOW)
    assert [problem.code for problem in expected[1]] == ["duplicate-id"]
    assert expected[1][0].line > 1
    assert check(sources(**now_wrong), NOW, cache=memory.recall) == expected


def test_what_time_can_make_wrong_is_checked_again() -> None:
    """`updated` long after `date` is no mistake before the entry is out, and one afterwards."""
    files: dict[str, Any] = {
        "wages": entry(date="2026-11-02", updated="2026-11-20"),
        "jobs": entry(),
    }
    memory = remember(checked(**files))
    out = dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
    expected = check(sources(**files), out)
    assert [problem.code for problem in expected[1]] == ["updated-in-future"]
    assert check(sources(**files), out, cache=memory.recall) == expected


def test_another_file_or_clock_is_checked_again() -> None:
    memory = remember(checked(wages=entry()))
    assert recall(memory, wages=entry()) != {}
    assert recall(memory, wages=entry("x")) == {}
    assert recall(memory, now=NOW - dt.timedelta(seconds=1), wages=entry()) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Ulaanbaatar", b"Shanghai"),
        (b"  title:", b"  publish_time: '10:00'\n  title:"),
        (b"https://example.org/feeds/", b"https://example.net/"),
        (b"Example Office", b"Another Office"),
        (b"  title:", b"  author: {name: Ann}\n  title:"),
        (b"  title:", b"  language: zh\n  title:"),
        (b"  title:", b"  languages: [en]\n  title:"),
        (b"authority: example.org,2015", b"authority: example.org,2016"),
        (b"  MN: Mongolia\n", b""),
        (b"  wages: {label: Wages, broader: employment}\n", b""),
    ],
)
def test_an_entry_is_checked_again_where_its_check_may_differ(old: bytes, new: bytes) -> None:
    assert old in OFFICE
    memory = remember(checked(wages=entry()))
    assert recall(memory, OFFICE.replace(old, new), wages=entry()) == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"MN: Mongolia", b"MN: {label: Mongol Uls, description: X, broader: CN}"),
        (b"News and events", b"Other news"),
        (b"  NO: Norway\n", b""),
        (b"  title:", b"  limit: 3\n  archives: []\n  title:"),
        (b"countries:", b"feeds: [all]\ncountries:"),
    ],
)
def test_an_entry_is_recalled_where_its_check_would_be_the_same(old: bytes, new: bytes) -> None:
    assert old in OFFICE
    memory = remember(checked(wages=entry()))
    office = OFFICE.replace(old, new)
    recalled = recall(memory, office, wages=entry())
    assert list(recalled.values()) == list(checked(office=office, wages=entry()).entries)


def test_an_entry_with_files_is_recalled_if_they_are_unchanged() -> None:
    data = FILE_ENTRY
    site = checked(file=data)
    memory = remember(site)
    assert memory.rows["entries/file.md"][3] == b"entries/a.png\0"
    read = sources(files=FILES, file=data)
    assert memory.recall(read, site.office, NOW) == {}  # its files may have changed
    skipped = dataclasses.replace(read, entries=(), unchanged=("entries/file.md",))
    assert memory.recall(skipped, site.office, NOW) == {"entries/file.md": site.entries[0]}
    gone = dataclasses.replace(skipped, files={})
    assert memory.recall(gone, site.office, NOW) == {}


@pytest.mark.parametrize("path", ["assets/x.html", "entry/other/a.png", "entry/file/../x", "x"])
def test_no_record_publishes_a_file_elsewhere(path: str) -> None:
    memory = remember(checked(file=FILE_ENTRY))
    name, source, record, files = memory.rows["entries/file.md"]
    forged = record.replace(b"entry/file/a.png", path.encode())
    assert forged != record
    memory = dataclasses.replace(memory, rows={name: (name, source, forged, files)})
    read = dataclasses.replace(sources(files=FILES), entries=(), unchanged=(name,))
    site = checked(plain=entry())
    assert memory.recall(read, site.office, NOW) == {}


def test_those_told_apart_are_not_remembered() -> None:
    site = checked(wages=entry())
    (wages,) = site.entries
    moved = dataclasses.replace(wages, updated=wages.updated + dt.timedelta(microseconds=1))
    assert remember(dataclasses.replace(site, entries=(moved,))).rows == {}


def test_nothing_of_troubled_files() -> None:
    site = checked(wages=entry(), jobs=entry())
    assert set(remember(site, frozenset({"entries/wages.md"})).rows) == {"entries/jobs.md"}


def test_what_was_recalled_stays_as_it_was_written() -> None:
    before = remember(checked(wages=entry(), jobs=entry(), gone=entry()))
    files: dict[str, Any] = {"wages": entry(), "jobs": entry("x")}
    site, _ = check(sources(**files), NOW, cache=before.recall)
    assert site is not None
    again = remember(site, before=before).rows
    assert again["entries/wages.md"] is before.rows["entries/wages.md"]
    assert again["entries/jobs.md"][2] != before.rows["entries/jobs.md"][2]
    assert set(again) == {"entries/wages.md", "entries/jobs.md"}


def test_rows_that_do_not_hold_are_written_again() -> None:
    before = remember(checked(wages=entry()))
    for office, rows in (
        (OFFICE, {path: (path, source, b"[]", b"") for path, source, _, _ in before.rows.values()}),
        (OFFICE.replace(b"Example Office", b"Another Office"), before.rows),
    ):
        memory = dataclasses.replace(before, rows=rows)
        site, _ = check(sources(office=office, wages=entry()), NOW, cache=memory.recall)
        assert site is not None
        assert remember(site, before=memory) == remember(checked(office=office, wages=entry()))


def damaged(**fields: Any) -> str:
    record = json.loads(remember(checked(wages=entry())).rows["entries/wages.md"][2])
    return json.dumps(record | fields)


def shortened() -> str:
    record = json.loads(damaged())
    del record["id"]
    return json.dumps(record)


DAMAGES: dict[str, Any] = {
    "nothing": "",
    "no JSON": "{",
    "no object": "5",
    "two": "{},{}",
    "two halves": "{}},{{}",
    "deep": "[" * 100_000,
    "short": shortened(),
    "a number": damaged(title=5),
    "a null": damaged(title=None),
    "an alias elsewhere": damaged(aliases=["../x.html"]),
    "an absolute alias": damaged(aliases=["/etc/x.html"]),
    "an alias that is not the path of a file": damaged(aliases=["old"]),
    "a number for draft": damaged(draft=1),
    "no date": damaged(published="yesterday"),
    "a number for a date": damaged(published=0),
    "another zone": damaged(updated="2015-05-19T09:00:00+08:00"),
    "no zone": damaged(published="2015-05-19T09:00:00"),
    "categories": damaged(categories=[5]),
    "authors": damaged(authors=[["Ann", None]]),
    "an author": damaged(authors=[5]),
    "an event": damaged(event={"start": "2015-06-01", "end": "2015-06-01T10:00:00+00:00"}),
    "no offset": damaged(event={"start": "2015-06-01T10:00:00"}),
    "an image": damaged(image=["x"]),
    "an image with a file": damaged(image={"url": "x", "alt": "x", "path": "assets/x.html"}),
    "an attachment": damaged(attachments=[{"url": "x", "type": "y", "length": "z"}]),
    "another file": damaged(slug="jobs"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_is_none(damage: str) -> None:
    memory = remember(checked(wages=entry(), jobs=entry()))
    rows = dict(memory.rows)
    path, source, _, files = rows["entries/wages.md"]
    rows[path] = (path, source, DAMAGES[damage].encode(), files)
    again = recall(dataclasses.replace(memory, rows=rows), wages=entry(), jobs=entry())
    assert "entries/wages.md" not in again


def test_every_field_of_an_entry_is_among_the_examples() -> None:
    """A key added to an entry must be added to what is remembered, and to the examples above."""
    entries = checked(file=FILE_ENTRY, **EVERYTHING).entries
    for field in dataclasses.fields(Entry):
        # they depend on the time of a build, so no file has them
        if field.name in {"called_off", "upcoming"}:
            continue
        values = {repr(getattr(made, field.name)) for made in entries}
        assert len(values) > 1, field.name
