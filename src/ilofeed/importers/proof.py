"""Verify an import before it is written: with its entries, every document of the site is right."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ilofeed.build import make
from ilofeed.content import Site, told_apart
from ilofeed.feeds import select
from ilofeed.importers.items import Note
from ilofeed.importers.plan import with_terms_of
from ilofeed.model import FeedSpec
from ilofeed.verify import verify
from ilofeed.workers import Workers, processors

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from ilofeed.importers.plan import EntryFile, ImportPlan
    from ilofeed.model import Entry, Office
    from ilofeed.verify import Fault


def verify_plan(
    plan: ImportPlan, old: Sequence[Entry], office: Office, now: dt.datetime
) -> ImportPlan:
    """Return the plan without the entries because of which a document would not verify."""
    office = _with_new_feeds(office, plan)

    def faults(files: Sequence[EntryFile], existing: Sequence[Entry]) -> list[Fault]:
        entries = tuple(told_apart([*existing, *(file.entry for file in files)]))
        documents = make(select(Site(office, entries), now))
        return verify(documents, office, workers=Workers(processors()))

    if not plan.files or not faults(plan.files, old):
        return plan
    # faults that the site has already are not the import's
    existing = () if faults((), old) else old
    alone = {file.path: faults([file], ()) for file in plan.files}
    refused = {
        path: of_file[0]
        for path, of_file in alone.items()
        if any(fault.field != "address" for fault in of_file)
    }
    files = [file for file in plan.files if file.path not in refused]
    while files and (remaining := faults(files, existing)):
        paths = {file.path for file in files}
        blamed = {fault.path: fault for fault in remaining if fault.path in paths}
        if not blamed:
            largest = _too_many(files, lambda kept: faults(kept, existing))
            blamed = dict.fromkeys(largest, remaining[0])
        refused |= blamed
        files = [file for file in files if file.path not in refused]
    return _without(plan, refused)


def _too_many(
    files: Sequence[EntryFile], faults: Callable[[Sequence[EntryFile]], list[Fault]]
) -> list[str]:
    """Return the largest files, as many as must go, if each alone is right and all are not."""
    by_size = sorted(files, key=lambda file: len(file.data), reverse=True)
    low, high = 1, len(files)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if faults(by_size[middle:]) else (low, middle)
    return [file.path for file in by_size[:low]]


def _with_new_feeds(office: Office, plan: ImportPlan) -> Office:
    """Return the office with the new categories and, if it has feeds of categories, their feeds."""
    feeds: list[FeedSpec] = []
    if any(spec.category is not None and not spec.is_pair for spec in office.feeds):
        feeds = [FeedSpec(f"category/{name}", category=name) for name in plan.new_terms]
    office = with_terms_of(office, plan.new_terms)
    return dataclasses.replace(office, feeds=(*office.feeds, *feeds))


def _without(plan: ImportPlan, refused: dict[str, Fault]) -> ImportPlan:
    files = tuple(file for file in plan.files if file.path not in refused)
    numbers = {file.number for file in plan.files if file.path in refused}
    notes = [note for note in plan.notes if note.number not in numbers]
    for file in plan.files:
        if fault := refused.get(file.path):
            text = (
                f"left out: the feeds would not verify with it ({fault.path}: {fault.field} is "
                f"{fault.found}, not {fault.expected})"
            )
            notes.append(Note(file.number, file.entry.title, text))
    used = {name for file in files for name in file.entry.categories}
    return dataclasses.replace(
        plan,
        files=files,
        new_terms={slug: label for slug, label in plan.new_terms.items() if slug in used},
        notes=tuple(notes),
        skipped=plan.skipped + len(plan.files) - len(files),
    )
