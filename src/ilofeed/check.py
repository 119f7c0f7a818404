"""All files of an office to one `Office` and its entries, or to every problem in them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ilofeed.entry import Parsed, check_entry, fraction, slug_of
from ilofeed.office import check_office, stand_in
from ilofeed.problems import Problem, has_errors, quote
from ilofeed.shares import share
from ilofeed.translations import translation_problems

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from ilofeed.model import Entry, Office
    from ilofeed.read import Sources

    Judge = Callable[[str, bytes, Office, Mapping[str, bytes], dt.datetime], Parsed]


@dataclasses.dataclass(frozen=True)
class Site:
    """An office with its entries, in no particular order; drafts and embargoed ones included."""

    office: Office
    entries: tuple[Entry, ...]


WORTH_SHARING = 200  # entries that take longer to check than a process to start


def check(
    sources: Sources, now: dt.datetime, base_url: str | None = None, processes: int = 1
) -> tuple[Site | None, list[Problem]]:
    """The checked site and all problems in order of place; None where there is an error.

    `base_url` takes the place of `site.url`, for a preview elsewhere; ids do not change. Whatever
    the number of processes, the outcome is the same.
    """
    office, parsed, problems = examine(sources, now, base_url, processes)
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
) -> tuple[Office, list[Parsed], list[Problem]]:
    """What there is of an office, of each entry file, and all problems, also where there are
    errors; `judge` finds out about one file, for those who know it already."""
    problems = list(sources.problems)
    office = stand_in()
    if sources.office is not None:
        office, found = check_office(sources.office, now)
        problems += found
    if base_url is not None:
        office = dataclasses.replace(office, url=base_url)
    processes = processes if len(sources.entries) > WORTH_SHARING else 1
    parsed = _parse(sources, office, now, processes, judge)
    for one in parsed:
        problems += one.problems
    refused = {slug_of(path) for path in sources.refused}
    found = _together(parsed, refused)
    if found and processes > 1:  # now their places are wanted too
        found = _together(_parse(sources, office, now, 1, judge), refused)
    return office, parsed, sorted([*problems, *found])


def _parse(
    sources: Sources, office: Office, now: dt.datetime, processes: int, judge: Judge
) -> list[Parsed]:
    """Every entry file by itself; of those that another process read, without their places."""

    def parse(file: tuple[str, bytes]) -> Parsed:
        parsed = judge(*file, office, sources.files, now)
        return parsed if processes == 1 else dataclasses.replace(parsed, checked=None)

    return share(sources.entries, parse, processes)


def told_apart(entries: list[Entry]) -> Iterable[Entry]:
    """The entries, none with the `updated` of another: one pair in a million has the same."""
    taken: set[dt.datetime] = set()
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
    parsed: Iterable[Parsed], key: Callable[[Parsed], str | None]
) -> Iterable[tuple[Parsed, Parsed]]:
    first: dict[str, Parsed] = {}
    for one in sorted(parsed, key=lambda one: one.path):
        value = key(one)
        if value is None:
            continue
        if value in first:
            yield first[value], one
        else:
            first[value] = one
