"""Entries that were checked before come back as the check would make them, or not at all."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from test_check import png

from ilofeed.content import entrymemory
from ilofeed.content.entrymemory import Memory
from ilofeed.content.site import check
from ilofeed.model import Entry
from offices import NOW, OFFICE, entry, sources

if TYPE_CHECKING:
    from ilofeed.content.site import Site

LATER = NOW + dt.timedelta(days=400)
EVERYTHING = {
    "plain": entry(),
    "2015/within": entry(),
    "long": entry(
        "# A heading\n\nA *body*.\n", title='"Pay: \\"up\\" \\\\ 劳动"', link="https://x.org/a"
    ),
    "instant": entry(date="2015-05-19T23:30:00-03:30", updated="2016-01-01"),
    "days": entry(
        event="{start: 2015-06-01, end: 2015-06-03, place: Geneva, url: 'https://x.org/'}"
    ),
    "times": entry(event="{start: 2015-06-01T10:00:00+01:00, end: 2015-06-01T11:00:00Z}"),
    "people": entry(authors="[Ann, {name: Bo, email: bo@example.org, url: 'https://x.org/bo'}]"),
    "picture": entry(image="{url: 'https://x.org/a.png', alt: A hall, credit: Cy}"),
    "papers": entry(attachments="[{url: 'https://x.org/a.pdf', length: 12, title: All}]"),
    "other": entry(language="mn", translation_of="plain"),
    "named": entry(id="former"),
    "draft": entry(draft="true", summary="Not yet.", countries="[CN]", categories="[employment]"),
    "withdrawn": entry(withdrawn="2016-01-01"),
}


def written(made: Site, troubled: frozenset[str] = frozenset()) -> bytes:
    lines = entrymemory.keep(made.entries, made.office, NOW, troubled, Memory())
    return entrymemory.dump(lines, made.office, NOW, "program")


def remembered(made: Site, troubled: frozenset[str] = frozenset()) -> Memory:
    """What the next build reads of what this one wrote."""
    return entrymemory.load(written(made, troubled), "program")


def paths(memory: Memory) -> list[str]:
    return [json.loads(line)[0] for line in memory.lines]


def checked(**files: Any) -> Site:
    made, problems = check(sources(**files), NOW)
    assert made is not None, problems
    return made


@pytest.mark.parametrize("slug", EVERYTHING)
def test_an_entry_comes_back_equal(slug: str) -> None:
    files: dict[str, Any] = {"plain": EVERYTHING["plain"], slug: EVERYTHING[slug]}
    made = checked(**files)
    memory = remembered(made)
    recalled = memory.recall(sources(**files).entries, made.office, NOW)
    assert len(recalled) == len(files)
    for one in made.entries:
        found = recalled[one.path].entry
        assert found == one
        assert repr(found) == repr(one)  # the zones of its instants too
        assert found is not None
        assert found.source == one.source
        assert recalled[one.path].translation_of == one.translation_of


def test_check_takes_what_it_remembers() -> None:
    files: dict[str, Any] = dict(EVERYTHING)
    made = checked(**files)
    memory = remembered(made)
    files["plain"] = entry(title="Another")
    assert check(sources(**files), NOW, memory=memory) == check(sources(**files), NOW)
    assert check(sources(**files), LATER, memory=memory) == check(sources(**files), LATER)


def test_what_is_wrong_among_entries_has_its_place() -> None:
    made = checked(one=entry(id="x"), two=entry(id="y"))
    memory = remembered(made)
    now_wrong: dict[str, Any] = {"one": entry(id="x"), "two": entry(id="y"), "six": entry(id="x")}
    expected = check(sources(**now_wrong), NOW)
    assert [problem.code for problem in expected[1]] == ["duplicate-id"]
    assert expected[1][0].line > 1
    assert check(sources(**now_wrong), NOW, memory=memory) == expected


def test_what_time_can_make_wrong_is_checked_again() -> None:
    """`updated` long after `date` is no mistake before the entry is out, and one afterwards."""
    files: dict[str, Any] = {
        "wages": entry(date="2026-11-02", updated="2026-11-20"),
        "jobs": entry(),
    }
    made = checked(**files)
    out = dt.datetime(2026, 11, 3, tzinfo=dt.UTC)
    expected = check(sources(**files), out)
    assert [problem.code for problem in expected[1]] == ["updated-in-future"]
    assert check(sources(**files), out, memory=remembered(made)) == expected


def test_another_file_office_or_clock_is_checked_again() -> None:
    made = checked(wages=entry())
    memory = remembered(made)
    files = sources(wages=entry()).entries
    assert memory.recall(files, made.office, NOW) != {}
    assert memory.recall(sources(wages=entry("x")).entries, made.office, NOW) == {}
    assert memory.recall(files, made.office, NOW - dt.timedelta(seconds=1)) == {}
    other = checked(office=OFFICE.replace(b"Ulaanbaatar", b"Shanghai"), wages=entry()).office
    assert memory.recall(files, other, NOW) == {}


def test_pictures_of_the_office_are_looked_at_again() -> None:
    made, _ = check(
        sources(files={"entries/a.png": png()}, wages=entry(image="{file: a.png, alt: A}")), NOW
    )
    assert made is not None
    assert paths(remembered(made)) == []


def test_those_told_apart_are_not_remembered() -> None:
    made = checked(wages=entry())
    (one,) = made.entries
    moved = dataclasses.replace(one, updated=one.updated + dt.timedelta(microseconds=1))
    site = dataclasses.replace(made, entries=(moved,))
    assert paths(remembered(site)) == []


def test_nothing_of_troubled_files() -> None:
    made = checked(wages=entry(), jobs=entry())
    kept = remembered(made, frozenset({"entries/wages.md"}))
    assert paths(kept) == ["entries/jobs.md"]


def test_lines_are_written_once() -> None:
    made = checked(wages=entry(), jobs=entry())
    memory = remembered(made)
    again = list(entrymemory.keep(made.entries, made.office, LATER, frozenset(), memory))
    assert len(again) == 2
    assert again == list(memory.lines)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data.replace(b"Wages", b"Wagen"),
        lambda data: b"[]\n",
        lambda data: b"\xff" + data,
        lambda data: data.replace(b"program", b"another"),
        lambda data: data.partition(b"\n")[0],
        lambda data: data.rpartition(b"\n")[0],
        lambda data: data + b"\n",
    ],
)
def test_a_damaged_memory_is_none(damage: Any) -> None:
    data = written(checked(wages=entry()))
    assert entrymemory.load(data, "program").lines
    assert entrymemory.load(damage(data), "program") == Memory()


def test_an_empty_memory_is_read() -> None:
    made = checked(wages=entry(draft="true", date="2027-01-01"))
    assert paths(remembered(made)) == []


def test_every_field_of_an_entry_is_among_the_examples() -> None:
    """A key added to an entry must be added to what is remembered, and to the examples above."""
    entries = checked(**EVERYTHING).entries
    for one in dataclasses.fields(Entry):
        values = {repr(getattr(entry, one.name)) for entry in entries}
        assert len(values) > 1, one.name
