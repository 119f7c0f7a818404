"""Import a source into an office: read both, plan, verify, and write the entry files.

Everything is checked together, rendered and verified before the first file is written.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from ilofeed.build import make
from ilofeed.content import Site, check_entry, check_office, read, slug_of, told_apart
from ilofeed.feeds import select
from ilofeed.http import TooLargeError, fetch, is_address
from ilofeed.importers.csv_table import KEYS, read_table
from ilofeed.importers.feeds import read_feed
from ilofeed.importers.items import MOST_BYTES, ImportedFeed, Note, SourceError, decode, detect_kind
from ilofeed.importers.json_feed import read_json
from ilofeed.importers.plan import (
    EntryFile,
    ImportPlan,
    ImportRequest,
    plan_import,
    used_terms,
    with_terms_of,
)
from ilofeed.importers.terms import with_terms
from ilofeed.model import Entry, FeedSpec, Office
from ilofeed.problems import Problem, did_you_mean, has_errors, quote
from ilofeed.urls import AddressError
from ilofeed.verify import Fault, verify
from ilofeed.workers import Workers, processors

# of the categories that feeds.yaml lacks; "missing" and "no place": nothing was written
NewTerms: TypeAlias = Literal["none", "missing", "no place", "would be written", "written"]


class RequestError(ValueError):
    """What is wrong with an option of an import, as a sentence."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did or, with `dry_run`, would do."""

    problems: tuple[Problem, ...] = ()  # why feeds.yaml cannot be used
    refusal: str = ""  # why the source cannot be used
    plan: ImportPlan = field(default_factory=ImportPlan)
    new_terms: NewTerms = "none"
    paths: tuple[str, ...] = ()  # entry files written
    notes: tuple[Note, ...] = ()  # in the order of the items

    @property
    def skipped(self) -> int:
        """The number of items that no file was written for, except those the office has."""
        return self.plan.skipped + len(self.plan.files) - len(self.paths)


def run_import(root: Path, request: ImportRequest, now: dt.datetime) -> ImportResult:
    """Import a source into the office in a folder.

    Raise `RequestError` for a wrong option, `http.FetchError` and `OSError`.
    """
    columns = _parse_columns(request.columns)
    sources = read.read_office(root)
    problems = [problem for problem in sources.problems if problem.path == "feeds.yaml"]
    office = None
    if sources.office is not None:
        office, office_problems = check_office(sources.office, now)
        problems += office_problems
    if office is None or sources.office is None or has_errors(problems):
        return ImportResult(problems=tuple(sorted(problems)))
    for terms, names in (
        (office.categories, request.categories),
        (office.countries, request.countries),
    ):
        if unknown := next((name for name in names if name not in terms), None):
            hint = did_you_mean(unknown, terms)
            raise RequestError(f"{quote(unknown)} is not in feeds.yaml{hint}")
    try:
        feed = _read_source(root, request, columns)
    except SourceError as error:
        return ImportResult(refusal=str(error))
    parsed = (check_entry(path, data, office, sources.files, now) for path, data in sources.entries)
    entries = [result.entry for result in parsed if result.entry is not None]
    slugs = {slug_of(path) for path in [*dict(sources.entries), *sources.refused]}
    plan = plan_import(feed, office, entries, slugs, request, now)
    plan = verify_plan(plan, entries, office, now)
    new_terms = _write_terms(root, request, plan, sources.office, now)
    paths, notes = [], list(plan.notes)
    if new_terms not in {"missing", "no place"}:
        for file in plan.files:
            try:
                if not request.dry_run:
                    read.create(root / file.path, file.data)
            except FileExistsError:
                text = f"left out: {quote(file.path)} is there already"
                notes.append(Note(file.number, file.entry.title, text))
            else:
                paths.append(file.path)
    notes.sort(key=lambda note: note.number)
    return ImportResult((), "", plan, new_terms, tuple(paths), tuple(notes))


def _parse_columns(options: Sequence[str]) -> dict[str, str]:
    columns = {}
    for text in options:
        key, equals, header = text.partition("=")
        if not equals or not header.strip():
            raise RequestError(f"--column {quote(text)} is not KEY=HEADER")
        if key not in KEYS:
            raise RequestError(f"--column: no key {quote(key)}{did_you_mean(key, KEYS)}")
        columns[key] = header.strip()
    return columns


def _read_source(root: Path, request: ImportRequest, columns: dict[str, str]) -> ImportedFeed:
    """Return the items of a file or, if the source is an address, of the document there."""
    base = None
    data: bytes | None
    if is_address(request.source):
        try:
            response = fetch(request.source, MOST_BYTES)
        except (AddressError, TooLargeError) as error:
            raise SourceError(str(error)) from error
        data, base = response.data, response.address
    else:
        data = read.read_whole(root / request.source, MOST_BYTES)
        if data is None:
            raise SourceError(f"it is larger than {MOST_BYTES // 2**20} MiB")
    text, notes = decode(data)
    match request.kind or detect_kind(text):
        case "json":
            feed = read_json(text)
        case "csv":
            feed = read_table(text, columns)
        case _:
            feed = read_feed(text, base)
    return dataclasses.replace(feed, notes=(*notes, *feed.notes))


def _write_terms(
    root: Path, request: ImportRequest, plan: ImportPlan, feeds_yaml: bytes, now: dt.datetime
) -> NewTerms:
    if not plan.new_terms:
        return "none"
    if request.dry_run:
        return "would be written"
    if not request.write_terms:  # an editor may want to rename some first
        return "missing"
    changed = with_terms(feeds_yaml, plan.new_terms, now)
    if changed is None:
        return "no place"
    read.replace(root / "feeds.yaml", changed)
    return "written"


def verify_plan(
    plan: ImportPlan, old: Sequence[Entry], office: Office, now: dt.datetime
) -> ImportPlan:
    """Return the plan without the entries because of which a document would not verify."""
    new_feeds: list[FeedSpec] = []
    if any(spec.category is not None and not spec.is_pair for spec in office.feeds):
        new_feeds = [FeedSpec(f"category/{name}", category=name) for name in plan.new_terms]
    office = with_terms_of(office, plan.new_terms)
    office = dataclasses.replace(office, feeds=(*office.feeds, *new_feeds))

    def faults(files: Sequence[EntryFile], existing: Sequence[Entry]) -> list[Fault]:
        entries = tuple(told_apart([*existing, *(file.entry for file in files)]))
        documents = make(select(Site(office, entries), now))
        return verify(documents, office, workers=Workers(processors()))

    if not plan.files or not faults(plan.files, old):
        return plan
    # faults that the site has already are not the import's
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


def _without(plan: ImportPlan, refused: dict[str, Fault]) -> ImportPlan:
    """Return the plan without some files, given by path; notes say which fault each causes."""
    left_out = [file for file in plan.files if file.path in refused]
    numbers = {file.number for file in left_out}
    notes = [note for note in plan.notes if note.number not in numbers]
    for file in left_out:
        fault = refused[file.path]
        text = (
            f"left out: the feeds would not verify with it ({fault.path}: {fault.field} is "
            f"{fault.found}, not {fault.expected})"
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
