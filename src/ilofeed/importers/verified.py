"""Leave out of a plan what `check` would refuse, or would make the verification fail."""

import dataclasses
import datetime as dt
import functools
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ilofeed.build import render_site
from ilofeed.content import EntryFile as CheckedFile
from ilofeed.content import Site, Sources, check_entry, check_files, unique_updated
from ilofeed.feeds import select
from ilofeed.importers.convert import EntryFile
from ilofeed.importers.plan import ImportPlan
from ilofeed.importers.terms import with_terms
from ilofeed.media import files_of, unread_files
from ilofeed.model import Term
from ilofeed.problems import Problem
from ilofeed.verify import Fault, verify
from ilofeed.workers import Workers


@dataclass(frozen=True)
class SiteCheck:
    """Checks new entry files together with the files of the office, as `check` does.

    `checked` are the results for the entry files of the office, by path: none is checked again.
    """

    sources: Sources
    checked: Mapping[str, CheckedFile]
    now: dt.datetime

    def site(
        self, files: Sequence[EntryFile], terms: Mapping[str, Term]
    ) -> tuple[Site, list[Problem]] | None:
        """Return the site with new files and categories, and its errors.

        Return None if feeds.yaml has no place for the categories: then no file is written.
        """
        office = self.sources.office or b""
        changed = with_terms(office, terms, self.now) if terms else office
        if changed is None:
            return None
        data = dict(self.sources.entries) | {file.path: file.data for file in files}
        checked = {**self.checked, **{file.path: file.checked for file in files}}
        sources = dataclasses.replace(self.sources, office=changed, entries=(*data.items(),))

        def checker(path: str, data: bytes, *others: Any) -> CheckedFile:
            return checked[path] or check_entry(path, data, *others)

        read, parsed, problems = check_files(sources, self.now, checker=checker)
        entries = [file.entry for file in parsed if file.entry is not None]
        site = Site(read, tuple(unique_updated(entries)), sources.publishable)
        return site, [problem for problem in problems if problem.severity == "error"]

    def refused(self, files: Sequence[EntryFile], terms: Mapping[str, Term]) -> dict[int, str]:
        """Return why files must not be written, by the number of their items."""
        numbers = {file.path: file.number for file in files}
        errors = self._errors(files, terms)
        if own := {numbers[error.path]: error.message for error in errors if error.path in numbers}:
            return own
        before = {_place(error) for error in self._errors((), {})} if errors else set()

        def culprits(files: Sequence[EntryFile]) -> dict[int, str]:
            """Return the files that cause an error in a file of the office."""
            errors = self._errors(files, terms)
            added = [e for e in errors if e.path not in numbers and _place(e) not in before]
            if not added:
                return {}
            half = len(files) // 2
            refused = culprits(files[:half]) | culprits(files[half:]) if half else {}
            return refused or dict.fromkeys((file.number for file in files), str(added[0]))

        return culprits(files) if errors else {}

    def _errors(self, files: Sequence[EntryFile], terms: Mapping[str, Term]) -> list[Problem]:
        checked = self.site(files, terms)
        return checked[1] if checked is not None else []

    def faulty(
        self, files: Sequence[EntryFile], terms: Mapping[str, Term], workers: Workers
    ) -> dict[int, str]:
        """Return why files would make the verification of a document fail, by number."""

        def faults(files: Sequence[EntryFile], check: SiteCheck) -> list[Fault]:
            return check._faults(files, terms, workers)

        if not files or not faults(files, self):
            return {}
        alone = dataclasses.replace(
            self, sources=dataclasses.replace(self.sources, entries=()), checked={}
        )
        # faults that the site has without the import are ignored
        check = alone if faults((), self) else self
        refused: dict[int, Fault] = {}
        for file in files:
            own = faults([file], alone)
            if any(fault.field != "address" for fault in own):
                refused[file.number] = own[0]
        rest = [file for file in files if file.number not in refused]
        while rest and (remaining := faults(rest, check)):
            by_path = {fault.path: fault for fault in remaining}
            blamed = {file.number: by_path[file.path] for file in rest if file.path in by_path}
            if not blamed:
                largest = _largest_to_drop(rest, lambda fewer: faults(fewer, check))
                blamed = dict.fromkeys(largest, remaining[0])
            refused |= blamed
            rest = [file for file in rest if file.number not in refused]
        return {
            number: f"it would make the verification fail ({fault.path}: {fault.field}: "
            f"expected {fault.expected}, read {fault.found})"
            for number, fault in refused.items()
        }

    def _faults(
        self, files: Sequence[EntryFile], terms: Mapping[str, Term], workers: Workers
    ) -> list[Fault]:
        """Return what would make the verification of the site fail."""
        checked = self.site(files, terms)
        if checked is None:
            return []
        site, _ = checked
        selection = select(site, self.now)
        wanted = unread_files(files_of(site.office, selection.entries))
        documents = [*render_site(selection, workers), *wanted]
        return verify(documents, site.office, workers=workers)


def _place(problem: Problem) -> tuple[str, int, int, str]:
    return problem.path, problem.line, problem.column, problem.code


def verify_plan(plan: ImportPlan, check: SiteCheck, workers: Workers) -> ImportPlan:
    """Return the plan without what `check` would refuse, or what would make a document differ."""
    faulty = functools.partial(check.faulty, workers=workers)
    for refuse in (check.refused, faulty, check.refused):
        while reasons := refuse(plan.files, plan.new_terms):
            plan = plan.without(reasons)
    return plan


def _largest_to_drop(
    files: Sequence[EntryFile], faults: Callable[[Sequence[EntryFile]], list[Fault]]
) -> list[int]:
    """Return the items of the fewest largest files without which the rest has no faults."""
    by_size = sorted(files, key=lambda file: len(file.data), reverse=True)
    numbers = range(1, len(files))
    more = bisect_left(numbers, x=True, key=lambda number: not faults(by_size[number:]))
    return [file.number for file in by_size[: 1 + more]]
