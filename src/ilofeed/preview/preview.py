"""What an editor sees before anything is published: drafts and embargoed entries too, marked.

Nothing here is ever published: `build` knows nothing of it. Entries that wait are shown by a
selection of its own, so that no switch of the real one could let them out.
"""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

from ilofeed.content import check_entry, examine, slug_of, told_apart
from ilofeed.feeds import Selection, in_order, is_out, next_change, published, select_feeds
from ilofeed.problems import has_errors

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ilofeed.content import Parsed, Sources
    from ilofeed.model import Entry, Office
    from ilofeed.problems import Problem


@dataclasses.dataclass(frozen=True)
class Preview:
    """An office at an instant, as far as its files can be read, and what is wrong with them.

    `marks` say of entries by slug why subscribers do not see them yet. What has errors is shown as
    it last was without; there is no `selection` where feeds.yaml never was.
    """

    selection: Selection | None
    problems: tuple[Problem, ...]
    marks: Mapping[str, str]
    next_change: dt.datetime | None = None

    def of_entry(self, slug: str) -> list[Problem]:
        """The problems in the file of an entry."""
        return [
            one for one in self.problems if is_entry_file(one.path) and slug_of(one.path) == slug
        ]


def is_entry_file(path: str) -> bool:
    """Whether a path is that of an entry, by its name."""
    return path.startswith("entries/") and path.endswith(".md")


@dataclasses.dataclass
class Memory:
    """What is known from the last look at the files: what did not change is not checked again."""

    rests_on: object = None  # what the check of every entry file rests on beside its bytes
    parsed: dict[str, tuple[bytes, Parsed]] = dataclasses.field(default_factory=dict)
    good: dict[str, Entry] = dataclasses.field(default_factory=dict)
    shown: Preview | None = None


def look(sources: Sources, now: dt.datetime, address: str, memory: Memory) -> Preview:
    """The preview of files, served at an address; `memory` is from the look before."""
    rests_on = (sources.office, sources.files, now.date())
    if rests_on != memory.rests_on:
        memory.parsed.clear()
        memory.rests_on = rests_on

    def judge(
        path: str, data: bytes, office: Office, files: Mapping[str, bytes], now: dt.datetime
    ) -> Parsed:
        known = memory.parsed.get(path)
        if known is None or known[0] != data:
            known = memory.parsed[path] = data, check_entry(path, data, office, files, now)
        return known[1]

    office, parsed, problems = examine(sources, now, address, judge=judge)
    if has_errors(one for one in problems if one.path == "feeds.yaml"):
        before = memory.shown or Preview(None, (), {})
        memory.shown = dataclasses.replace(before, problems=tuple(problems), next_change=None)
        return memory.shown
    memory.parsed = {path: memory.parsed[path] for path, _ in sources.entries}
    entries = _entries(parsed, office, memory)
    memory.good = {entry.path: entry for entry in entries}
    selection, marks = _select(office, entries, now)
    memory.shown = Preview(selection, tuple(problems), marks, next_change(entries, now))
    return memory.shown


def _entries(parsed: Sequence[Parsed], office: Office, memory: Memory) -> list[Entry]:
    """Each entry as it is, or as it last was without errors; the first of two that clash."""
    found: dict[str, Entry] = {}
    ids = set()
    for one in parsed:
        entry = one.entry or memory.good.get(one.path)
        if entry is None or entry.slug in found or entry.id in ids or not _fits(entry, office):
            continue
        found[entry.slug] = entry
        ids.add(entry.id)
    return list(told_apart(list(found.values())))


def _fits(entry: Entry, office: Office) -> bool:
    """Whether an entry that was good once has no term that feeds.yaml has lost since."""
    return (
        set(entry.categories) <= office.categories.keys()
        and set(entry.countries) <= office.countries.keys()
    )


def _select(
    office: Office, entries: Sequence[Entry], now: dt.datetime
) -> tuple[Selection, Mapping[str, str]]:
    """As `selection.select`, with what waits among the rest."""
    waits = {entry.slug: _why(entry, office, now) for entry in entries if not is_out(entry, now)}
    out = published((entry for entry in entries if entry.slug not in waits), now)
    later = [
        dataclasses.replace(entry, draft=False, withdrawn=None)
        for entry in entries
        if entry.slug in waits
    ]
    originals = {entry.slug for entry in (*out, *later) if entry.withdrawn is None}
    shown = [
        dataclasses.replace(
            entry, translation_of=entry.translates if entry.translates in originals else None
        )
        for entry in in_order([*out, *later])
    ]
    return Selection(office, shown, select_feeds(office, shown)), MappingProxyType(waits)


def _why(entry: Entry, office: Office, now: dt.datetime) -> str:
    if entry.draft:
        return "Draft"
    there = entry.published.astimezone(office.timezone)
    day = f"{there.day} {there:%B %Y}"
    is_today = there.date() == now.astimezone(office.timezone).date()
    return f"Not before {there:%H:%M} today" if is_today else f"Not before {day}, {there:%H:%M}"
