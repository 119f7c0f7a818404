"""All files of an office to one `Office` and its entries, or to every problem in them."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

from ilofeed.content.entry import Parsed, check_entry, slug_of
from ilofeed.content.entry_checks import translation_problems
from ilofeed.content.office import check_office, stand_in
from ilofeed.ids import fraction
from ilofeed.problems import Problem, has_errors, quote
from ilofeed.shares import quiet, share
from ilofeed.shelf import shelve
from ilofeed.spool import IN_MEMORY, store_for

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ilofeed.content.entrymemory import Memory
    from ilofeed.content.read import Sources
    from ilofeed.model import Entry, Office
    from ilofeed.shares import Progress
    from ilofeed.spool import Store

    Judge = Callable[[str, bytes, Office, Mapping[str, bytes], dt.datetime], Parsed]
    Note = Callable[[Entry, Office], None]


@dataclasses.dataclass(frozen=True)
class Site:
    """An office with its entries, in no particular order; drafts and embargoed ones included."""

    office: Office
    entries: tuple[Entry, ...]


WORTH_SHARING = 200  # entries that take longer to check than a process to start


def check(
    sources: Sources,
    now: dt.datetime,
    base_url: str | None = None,
    processes: int = 1,
    memory: Memory | None = None,
    progress: Progress = quiet,
    note: Note | None = None,
) -> tuple[Site | None, list[Problem]]:
    """The checked site and all problems in order of place; None where there is an error.

    `base_url` takes the place of `site.url`, for a preview elsewhere; ids do not change. Whatever
    the number of processes, and with a `memory` or without, the outcome is the same. `note` is
    asked to note at each new entry what takes long to find out later, in one process.
    """
    store = store_for(len(sources.entries))
    office, parsed, problems = examine(
        sources, now, base_url, processes, memory=memory, progress=progress, note=note, store=store
    )
    if has_errors(problems):
        return None, problems
    entries = [one.entry for one in parsed if one.entry is not None]
    return Site(office, tuple(told_apart(entries))), problems


def examine(
    sources: Sources,
    now: dt.datetime,
    base_url: str | None = None,
    processes: int = 1,
    judge: Judge = check_entry,
    memory: Memory | None = None,
    progress: Progress = quiet,
    note: Note | None = None,
    store: Store = IN_MEMORY,
) -> tuple[Office, list[Parsed], list[Problem]]:
    """What there is of an office, of each entry file, and all problems, also where there are
    errors; `judge` finds out about one file, for those who know it already. What is long of the
    entries goes into a `store`."""
    problems = list(sources.problems)
    office = stand_in()
    if sources.office is not None:
        office, found = check_office(sources.office, now)
        problems += found
    if base_url is not None:
        office = dataclasses.replace(office, url=base_url)
    if has_errors(problems):
        note = None  # there will be no site, and the office may be a stand-in
    settle = partial(_settle, store)
    known = memory.recall(sources.entries, office, now, settle) if memory is not None else {}
    fresh = [file for file in sources.entries if file[0] not in known]
    processes = processes if len(fresh) > WORTH_SHARING else 1
    checked = iter(_parse(fresh, sources, office, now, processes, judge, progress, note, settle))
    parsed = [known.get(path) or next(checked) for path, _ in sources.entries]
    for one in parsed:
        problems += one.problems
    refused = {slug_of(path) for path in sources.refused}
    found = _together(parsed, refused)
    if found and (len(fresh) > WORTH_SHARING or known):  # now their places are wanted too
        placed = [judge(*file, office, sources.files, now) for file in sources.entries]
        found = _together(placed, refused)
    return office, parsed, sorted([*problems, *found])


def _parse(
    entries: Sequence[tuple[str, bytes]],
    sources: Sources,
    office: Office,
    now: dt.datetime,
    processes: int,
    judge: Judge,
    progress: Progress,
    note: Note | None,
    settle: Callable[[list[Parsed]], None],
) -> list[Parsed]:
    """Every entry file by itself; of many without their places, which take more than the rest."""
    is_many = len(entries) > WORTH_SHARING

    def parse(file: tuple[str, bytes]) -> Parsed:
        parsed = judge(*file, office, sources.files, now)
        if note is not None and parsed.entry is not None:
            note(parsed.entry, office)
        return dataclasses.replace(parsed, checked=None) if is_many else parsed

    return share(entries, parse, processes, progress, settle)


def _settle(store: Store, parsed: Iterable[Parsed]) -> None:
    shelve((one.entry for one in parsed if one.entry is not None), store)


def told_apart(entries: list[Entry]) -> Iterable[Entry]:
    """The entries, none with the `updated` of another: one pair in a million has the same."""
    taken: set[dt.datetime] = set()
    if len({entry.updated for entry in entries}) == len(entries):
        yield from entries
        return
    for entry in sorted(entries, key=lambda entry: entry.id):
        attempt, updated = 0, entry.updated
        while updated in taken:
            attempt += 1
            updated = updated.replace(microsecond=fraction(entry.id, attempt))
        taken.add(updated)
        yield dataclasses.replace(entry, updated=updated) if attempt else entry


def _together(parsed: list[Parsed], refused: set[str]) -> list[Problem]:
    problems = []
    same_slug = set()
    for first, second in _twice(parsed, lambda one: one.slug):
        same_slug.add(second.path)
        message = (
            f"{quote(first.path)} has the same file name, so the same slug; rename one of the two"
        )
        problems.append(Problem(second.path, 1, 1, "duplicate-slug", message))
    others = [one for one in parsed if one.path not in same_slug]
    for first, second in _twice(others, lambda one: one.id):
        message = f"the id {quote(second.id or '')} belongs to {quote(first.path)} already"
        problems.append(second.problem("id", "duplicate-id", message))
    problems += translation_problems(parsed, refused)
    return problems


def _twice(
    parsed: Sequence[Parsed], key: Callable[[Parsed], str | None]
) -> Iterable[tuple[Parsed, Parsed]]:
    first: dict[str, Parsed] = {}
    values = [value for one in parsed if (value := key(one)) is not None]
    if len(set(values)) == len(values):
        return
    for one in sorted(parsed, key=lambda one: one.path):
        value = key(one)
        if value is None:
            continue
        if value in first:
            yield first[value], one
        else:
            first[value] = one
