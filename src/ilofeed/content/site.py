"""Check all files of an office: one `Office` with its entries, or every problem in them."""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING

from ilofeed.content.entry import Parsed, check_entry, slug_of
from ilofeed.content.office import check_office, stand_in
from ilofeed.content.translations import translation_problems
from ilofeed.ids import fraction
from ilofeed.problems import Problem, has_errors, quote
from ilofeed.workers import ALONE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ilofeed.content.entry_records import CheckedEntries
    from ilofeed.content.read import Sources
    from ilofeed.model import Entry, Office
    from ilofeed.workers import Workers

    Judge = Callable[[str, bytes, Office, Mapping[str, bytes], dt.datetime], Parsed]


@dataclasses.dataclass(frozen=True)
class Site:
    """An office with its entries in no particular order, drafts and embargoed ones included.

    `recalled` are the paths of those that were not checked again.
    """

    office: Office
    entries: tuple[Entry, ...]
    recalled: frozenset[str] = dataclasses.field(default=frozenset(), compare=False)


WORTH_SHARING = 200  # entries that take longer to check than a process to start


def check(
    sources: Sources,
    now: dt.datetime,
    base_url: str | None = None,
    memory: CheckedEntries | None = None,
    workers: Workers = ALONE,
) -> tuple[Site | None, list[Problem]]:
    """Return the checked site and all problems in order of place; no site if there is an error.

    `base_url` takes the place of `site.url`, for a preview elsewhere; ids do not change. The result
    is the same with a `memory` of entries checked before and without.
    """
    office, parsed, problems = examine(sources, now, base_url, memory=memory, workers=workers)
    if has_errors(problems):
        return None, problems
    entries = [file.entry for file in parsed if file.entry is not None]
    recalled = frozenset(file.path for file in parsed if file.is_recalled)
    return Site(office, tuple(told_apart(entries)), recalled), problems


def examine(
    sources: Sources,
    now: dt.datetime,
    base_url: str | None = None,
    judge: Judge = check_entry,
    memory: CheckedEntries | None = None,
    workers: Workers = ALONE,
) -> tuple[Office, list[Parsed], list[Problem]]:
    """Return the office, each entry file and all problems, as far as they can be read.

    `judge` checks one file by itself.
    """
    problems = list(sources.problems)
    office = stand_in()
    if sources.office is not None:
        office, office_problems = check_office(sources.office, now)
        problems += office_problems
    if base_url is not None:
        office = dataclasses.replace(office, url=base_url)

    def parse(file: tuple[str, bytes]) -> Parsed:
        # the places of all keys take more memory than the entry
        return dataclasses.replace(judge(*file, office, sources.files, now), checked=None)

    recalled = memory.recall(sources.entries, office, now) if memory is not None else {}
    fresh = [file for file in sources.entries if file[0] not in recalled]
    checked = iter(workers.map(parse, fresh, WORTH_SHARING))
    parsed = [recalled.get(path) or next(checked) for path, _ in sources.entries]
    for file in parsed:
        problems += file.problems
    refused = {slug_of(path) for path in sources.refused}
    if conflicts := _conflicts(parsed, refused):  # now the places of keys are needed
        concerned = {problem.path for problem in conflicts}
        conflicts = _conflicts(
            [
                judge(path, data, office, sources.files, now) if path in concerned else file
                for (path, data), file in zip(sources.entries, parsed, strict=True)
            ],
            refused,
        )
    return office, parsed, sorted([*problems, *conflicts])


def told_apart(entries: list[Entry]) -> Iterable[Entry]:
    """Yield the entries, none with the `updated` of another: one pair in a million shares one."""
    taken: set[dt.datetime] = set()
    if len({entry.updated for entry in entries}) == len(entries):
        yield from entries
        return
    for entry in sorted(entries, key=attrgetter("id")):
        attempt, updated = 0, entry.updated
        while updated in taken:
            attempt += 1
            updated = updated.replace(microsecond=fraction(entry.id, attempt))
        taken.add(updated)
        yield dataclasses.replace(entry, updated=updated) if attempt else entry


def _conflicts(parsed: list[Parsed], refused: set[str]) -> list[Problem]:
    """Return the problems between files: equal slugs, equal ids, translations of nothing."""
    problems = []
    same_slug = set()
    for first, second in _duplicates(parsed, lambda file: file.slug):
        same_slug.add(second.path)
        message = (
            f"{quote(first.path)} has the same file name, so the same slug; rename one of the two"
        )
        problems.append(Problem(second.path, 1, 1, "duplicate-slug", message))
    others = [file for file in parsed if file.path not in same_slug]
    for first, second in _duplicates(others, lambda file: file.id):
        message = f"the id {quote(second.id or '')} belongs to {quote(first.path)} already"
        problems.append(second.problem("id", "duplicate-id", message))
    problems += translation_problems(parsed, refused)
    return problems


def _duplicates(
    parsed: Sequence[Parsed], key: Callable[[Parsed], str | None]
) -> Iterable[tuple[Parsed, Parsed]]:
    """Yield each file with the first, in order of path, that has the same key."""
    first: dict[str, Parsed] = {}
    for file in sorted(parsed, key=attrgetter("path")):
        value = key(file)
        if value is None:
            continue
        if value in first:
            yield first[value], file
        else:
            first[value] = file
