"""Leave out of a plan what would make the verification of the site fail."""

import dataclasses
import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Sequence

from ilofeed.build import render_site
from ilofeed.content import Site, unique_updated
from ilofeed.feeds import select
from ilofeed.importers.convert import EntryFile
from ilofeed.importers.plan import ImportPlan, used_terms, with_terms_of
from ilofeed.model import Entry, FeedSpec, Office
from ilofeed.sources import Note
from ilofeed.verify import Fault, verify
from ilofeed.workers import ALONE, Workers


def verify_plan(
    plan: ImportPlan,
    old: Sequence[Entry],
    office: Office,
    now: dt.datetime,
    workers: Workers = ALONE,
) -> ImportPlan:
    """Return the plan without entries that would make the verification of a document fail."""
    new_feeds: list[FeedSpec] = []
    if any(spec.category is not None and not spec.is_pair for spec in office.feeds):
        new_feeds = [FeedSpec(f"category/{name}", category=name) for name in plan.new_terms]
    office = with_terms_of(office, plan.new_terms)
    office = dataclasses.replace(office, feeds=(*office.feeds, *new_feeds))

    def faults(files: Sequence[EntryFile], existing: Sequence[Entry]) -> list[Fault]:
        entries = tuple(unique_updated([*existing, *(file.entry for file in files)]))
        documents = render_site(select(Site(office, entries), now))
        return verify(documents, office, workers=workers)

    if not plan.files or not faults(plan.files, old):
        return plan
    # ignore faults that the site has without the import
    existing = () if faults((), old) else old
    refused: dict[str, Fault] = {}
    for file in plan.files:
        alone = faults([file], ())
        if any(fault.field != "address" for fault in alone):
            refused[file.path] = alone[0]
    files = [file for file in plan.files if file.path not in refused]
    while files and (remaining := faults(files, existing)):
        paths = {file.path for file in files}
        blamed = {fault.path: fault for fault in remaining if fault.path in paths}
        if not blamed:
            largest = _largest_to_drop(files, lambda rest: faults(rest, existing))
            blamed = dict.fromkeys(largest, remaining[0])
        refused |= blamed
        files = [file for file in files if file.path not in refused]
    return _without(plan, refused)


def _largest_to_drop(
    files: Sequence[EntryFile], faults: Callable[[Sequence[EntryFile]], list[Fault]]
) -> list[str]:
    """Return the paths of the fewest largest files without which the rest has no faults."""
    by_size = sorted(files, key=lambda file: len(file.data), reverse=True)
    numbers = range(1, len(files))
    more = bisect_left(numbers, x=True, key=lambda number: not faults(by_size[number:]))
    return [file.path for file in by_size[: 1 + more]]


def _without(plan: ImportPlan, refused: dict[str, Fault]) -> ImportPlan:
    """Return the plan without the files in `refused`, and with notes on their faults."""
    left_out = [file for file in plan.files if file.path in refused]
    numbers = {file.number for file in left_out}
    notes = [note for note in plan.notes if note.number not in numbers]
    for file in left_out:
        fault = refused[file.path]
        text = (
            f"left out: it would make the verification fail ({fault.path}: {fault.field}: "
            f"expected {fault.expected}, read {fault.found})"
        )
        notes.append(Note(file.number, file.entry.title, text))
    files = tuple(file for file in plan.files if file.path not in refused)
    return dataclasses.replace(
        plan,
        files=files,
        new_terms=used_terms(plan.new_terms, files),
        notes=tuple(notes),
        skipped=plan.skipped + len(left_out),
    )
