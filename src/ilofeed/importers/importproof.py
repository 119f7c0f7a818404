"""The proof of an import: with its entries the site passes the check as a whole, feeds and all."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ilofeed.build import make
from ilofeed.content import Site, told_apart
from ilofeed.feeds import select
from ilofeed.importers.foreign import Note
from ilofeed.model import FeedSpec, Term
from ilofeed.verify import verify
from ilofeed.workers import Workers, processors

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from ilofeed.importers.importplan import Made, Plan
    from ilofeed.model import Entry, Office
    from ilofeed.verify import Fault


def proven(plan: Plan, old: Sequence[Entry], office: Office, now: dt.datetime) -> Plan:
    """The plan without the entries because of which a document would not verify."""
    office = _with_terms(office, plan)

    def faults(files: Sequence[Made], there: Sequence[Entry]) -> list[Fault]:
        entries = tuple(told_apart([*there, *(one.entry for one in files)]))
        return verify(make(select(Site(office, entries), now)), office, Workers(processors()))

    if not plan.files or not faults(plan.files, old):
        return plan
    # what is wrong with the site already is no fault of the import
    there = () if faults((), old) else old
    alone = {one.path: faults([one], ()) for one in plan.files}
    refused = {
        path: found[0] for path, found in alone.items() if any(f.field != "address" for f in found)
    }
    files = [one for one in plan.files if one.path not in refused]
    while files and (found := faults(files, there)):
        named = {fault.path: fault for fault in found if fault.path in {one.path for one in files}}
        refused |= named or dict.fromkeys(
            _too_many(files, lambda some: faults(some, there)), found[0]
        )
        files = [one for one in files if one.path not in refused]
    return _without(plan, files, refused)


def _too_many(files: Sequence[Made], faults: Callable[[Sequence[Made]], list[Fault]]) -> list[str]:
    """Where each entry alone is sound and all are not: the largest, as many as it takes."""
    by_size = sorted(files, key=lambda one: len(one.data), reverse=True)
    few, many = 1, len(files)
    while few < many:
        middle = (few + many) // 2
        few, many = (middle + 1, many) if faults(by_size[middle:]) else (few, middle)
    return [one.path for one in by_size[:few]]


def _with_terms(office: Office, plan: Plan) -> Office:
    terms = {name: Term(name, {"": label}) for name, label in plan.new.items()}
    feeds = [FeedSpec(f"category/{name}", category=name) for name in terms]
    if not any(spec.category is not None and not spec.is_pair for spec in office.feeds):
        feeds = []
    return dataclasses.replace(
        office, categories={**office.categories, **terms}, feeds=(*office.feeds, *feeds)
    )


def _without(plan: Plan, files: Sequence[Made], refused: dict[str, Fault]) -> Plan:
    kept = {one.path for one in files}
    notes = [note for note in plan.notes if not _is_of(note, plan, refused)]
    for one in plan.files:
        if one.path not in kept:
            fault = refused[one.path]
            text = (
                f"left out: the feeds would not verify with it ({fault.path}: {fault.field} is "
                f"{fault.found}, not {fault.expected})"
            )
            notes.append(Note(one.number, one.entry.title, text))
    used = {name for one in files for name in one.entry.categories}
    new = {slug: label for slug, label in plan.new.items() if slug in used}
    left = plan.left + len(plan.files) - len(files)
    return dataclasses.replace(plan, files=tuple(files), new=new, notes=tuple(notes), left=left)


def _is_of(note: Note, plan: Plan, refused: dict[str, Fault]) -> bool:
    """Whether a note is about an entry that is not written at all."""
    return note.number in {one.number for one in plan.files if one.path in refused}
