"""What an editor sees before anything is published: drafts and embargoed entries too, marked.

Nothing here is ever published, and `build` does not use it. Entries that wait are shown by a
selection made here, so that no option of the real one could publish them.
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
    """An office at an instant, as far as its files can be read, and their problems.

    `marks` says by slug why subscribers do not see an entry yet. What has errors is shown as it was
    before it had any; `selection` is None if feeds.yaml always had errors.
    """

    selection: Selection | None
    problems: tuple[Problem, ...]
    marks: Mapping[str, str]
    next_change: dt.datetime | None = None

    def problems_of(self, slug: str) -> list[Problem]:
        """Return the problems in the file of an entry."""
        return [
            problem
            for problem in self.problems
            if is_entry_file(problem.path) and slug_of(problem.path) == slug
        ]


def is_entry_file(path: str) -> bool:
    """Whether a path is that of an entry, by its name."""
    return path.startswith("entries/") and path.endswith(".md")


@dataclasses.dataclass
class Memory:
    """Results of the last look at the files, so that only changed files are checked again."""

    depends_on: object = None  # what the check of each entry file depends on, besides its bytes
    parsed: dict[str, tuple[bytes, Parsed]] = dataclasses.field(default_factory=dict)
    valid: dict[str, Entry] = dataclasses.field(default_factory=dict)
    shown: Preview | None = None


def look(sources: Sources, now: dt.datetime, address: str, memory: Memory) -> Preview:
    """Return the preview of files, to be served at an address; `memory` is updated."""
    depends_on = (sources.office, sources.files, now.date())
    if depends_on != memory.depends_on:
        memory.parsed.clear()
        memory.depends_on = depends_on

    def parse(
        path: str, data: bytes, office: Office, files: Mapping[str, bytes], now: dt.datetime
    ) -> Parsed:
        cached = memory.parsed.get(path)
        if cached is None or cached[0] != data:
            cached = memory.parsed[path] = data, check_entry(path, data, office, files, now)
        return cached[1]

    office, parsed, problems = examine(sources, now, address, judge=parse)
    if has_errors(problem for problem in problems if problem.path == "feeds.yaml"):
        before = memory.shown or Preview(None, (), {})
        memory.shown = dataclasses.replace(before, problems=tuple(problems), next_change=None)
        return memory.shown
    memory.parsed = {path: memory.parsed[path] for path, _ in sources.entries}
    entries = _entries(parsed, office, memory)
    memory.valid = {entry.path: entry for entry in entries}
    selection, marks = _select(office, entries, now)
    memory.shown = Preview(selection, tuple(problems), marks, next_change(entries, now))
    return memory.shown


def _entries(parsed: Sequence[Parsed], office: Office, memory: Memory) -> list[Entry]:
    """Return each entry as it is or was before it had errors; of two that clash the first."""
    entries: dict[str, Entry] = {}
    ids = set()
    for result in parsed:
        entry = result.entry or memory.valid.get(result.path)
        if entry is None or entry.slug in entries or entry.id in ids:
            continue
        if set(entry.categories) <= office.categories.keys() and (
            set(entry.countries) <= office.countries.keys()
        ):  # feeds.yaml may have lost a term since
            entries[entry.slug] = entry
            ids.add(entry.id)
    return list(told_apart(list(entries.values())))


def _select(
    office: Office, entries: Sequence[Entry], now: dt.datetime
) -> tuple[Selection, Mapping[str, str]]:
    """Select as `feeds.select` does, entries that wait included; return the marks of those."""
    marks = {entry.slug: _mark(entry, office, now) for entry in entries if not is_out(entry, now)}
    out = published((entry for entry in entries if entry.slug not in marks), now)
    waiting = [
        dataclasses.replace(entry, draft=False, withdrawn=None)
        for entry in entries
        if entry.slug in marks
    ]
    originals = {entry.slug for entry in (*out, *waiting) if entry.withdrawn is None}
    shown = [
        dataclasses.replace(
            entry, translation_of=entry.translates if entry.translates in originals else None
        )
        for entry in in_order([*out, *waiting])
    ]
    return Selection(office, shown, select_feeds(office, shown)), MappingProxyType(marks)


def _mark(entry: Entry, office: Office, now: dt.datetime) -> str:
    if entry.draft:
        return "Draft"
    local = entry.published.astimezone(office.timezone)
    if local.date() == now.astimezone(office.timezone).date():
        return f"Not before {local:%H:%M} today"
    return f"Not before {local.day} {local:%B %Y}, {local:%H:%M}"
