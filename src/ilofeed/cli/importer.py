"""The body of `ilofeed import`: reads the source and the office, writes the entry files.

Everything is checked together, rendered and verified before the first file is written.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed.cli import console, options
from ilofeed.content import (
    check_entry,
    check_office,
    create,
    read_office,
    read_whole,
    replace,
    slug_of,
)
from ilofeed.http import TooLargeError, fetch, is_address
from ilofeed.importers import (
    KEYS,
    ForeignError,
    Note,
    Settings,
    foreign,
    known_of,
    plan_import,
    proven,
    read_feed,
    read_json,
    read_table,
    term_lines,
    with_terms,
)
from ilofeed.problems import did_you_mean, has_errors, quote
from ilofeed.urls import AddressError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ilofeed.content import Sources
    from ilofeed.importers import Haul, Made, Plan
    from ilofeed.model import Entry, Office, Term


@dataclass(frozen=True, slots=True)
class Request:
    """What `ilofeed import` was told."""

    source: str
    kind: str | None = None  # atom, rss, rdf, json, csv; None: by its first sign
    columns: Sequence[str] = ()  # KEY=HEADER
    date_form: str | None = None
    categories: Sequence[str] = ()
    countries: Sequence[str] = ()
    write_terms: bool = False
    dry_run: bool = False


def run(root: Path, request: Request, now: dt.datetime) -> int:
    """Import, tell what happened, and return the exit code."""
    columns = _columns(request.columns)
    sources = read_office(root)
    problems = [problem for problem in sources.problems if problem.path == "feeds.yaml"]
    office = None
    if sources.office is not None:
        office, found = check_office(sources.office, now)
        problems += found
    if office is None or sources.office is None or has_errors(problems):
        console.report(root, sorted(problems), (), "auto", strict=False)
        return console.WRONG_FILES
    settings = Settings(
        _terms("--category", office.categories, request.categories),
        _terms("--country", office.countries, request.countries),
        request.date_form,
    )
    try:
        haul = read_source(root, request, columns)
    except ForeignError as error:
        console.say(f"{request.source} cannot be imported: {error}")
        return console.WRONG_FILES
    old = _entries(sources, office, now)
    slugs = [slug_of(path) for path, _ in sources.entries] + list(map(slug_of, sources.refused))
    plan = plan_import(haul, office, known_of(old, slugs, now), settings, now)
    plan = proven(plan, old, office, now)
    if plan.new and not request.dry_run and not request.write_terms:
        return _ask_for_terms(plan)
    return _write(root, request, plan, sources.office, now)


def _columns(given: Sequence[str]) -> dict[str, str]:
    columns = {}
    for text in given:
        key, equals, header = text.partition("=")
        if not equals or not header.strip():
            raise options.OptionError(f"--column {quote(text)} is not KEY=HEADER")
        if key not in KEYS:
            raise options.OptionError(f"--column: no key {quote(key)}{did_you_mean(key, KEYS)}")
        columns[key] = header.strip()
    return columns


def _terms(option: str, known: Mapping[str, Term], given: Sequence[str]) -> list[str]:
    return options.terms(option, known, given) if given else []


def read_source(root: Path, request: Request, columns: dict[str, str]) -> Haul:
    """The items of a file, or of an address if one was asked for."""
    base = None
    if is_address(request.source):
        try:
            answer = fetch(request.source, foreign.MOST_BYTES)
        except (AddressError, TooLargeError) as error:
            raise ForeignError(str(error)) from error
        data, base = answer.data, answer.address
    else:
        found = read_whole(root / request.source, foreign.MOST_BYTES)
        if found is None:
            raise ForeignError(f"it is larger than {foreign.MOST_BYTES // 2**20} MiB")
        data = found
    text, notes = foreign.decode(data)
    kind = request.kind or foreign.sniff(text)
    if kind == "json":
        haul = read_json(text)
    else:
        haul = read_table(text, columns) if kind == "csv" else read_feed(text, base)
    return dataclasses.replace(haul, notes=(*notes, *haul.notes))


def _entries(sources: Sources, office: Office, now: dt.datetime) -> list[Entry]:
    """The entries that are there and in order; what is wrong with the others is not asked here."""
    parsed = (check_entry(path, data, office, sources.files, now) for path, data in sources.entries)
    return [one.entry for one in parsed if one.entry is not None]


def _ask_for_terms(plan: Plan) -> int:
    """Nothing is written before feeds.yaml has the categories: one may want to rename some."""
    console.answer("\n".join(term_lines(plan.new)))
    _say_notes(plan.notes)
    console.say(
        f"nothing is written yet: feeds.yaml lacks {len(plan.new)} of the categories; add the "
        "lines above to its `categories:`, or run this again with --write-terms"
    )
    return console.WRONG_FILES


def _write(root: Path, request: Request, plan: Plan, office: bytes, now: dt.datetime) -> int:
    lines = "\n".join(term_lines(plan.new))
    if plan.new and request.dry_run:
        console.say(f"feeds.yaml would get these categories:\n{lines}")
    elif plan.new:
        changed = with_terms(office, plan.new, now)
        if changed is None:
            console.answer(lines)
            console.say(
                "nothing is written: the categories of feeds.yaml are not written line by line, "
                "so add the lines above by hand"
            )
            return console.WRONG_FILES
        replace(root / "feeds.yaml", changed)
        console.say(f"feeds.yaml has {len(plan.new)} more categories:\n{lines}")
    refused = []
    for one in plan.files:
        if note := _create(root, one, dry_run=request.dry_run):
            refused.append(note)
        else:
            console.answer(one.path)
    _say_notes((*plan.notes, *refused))
    written, left = len(plan.files) - len(refused), plan.left + len(refused)
    would = "would be written" if request.dry_run else "written"
    entries = "1 entry" if written == 1 else f"{written} entries"
    console.say(f"{entries} {would}, {plan.already} already there, {left} left out")
    return console.WRONG_FILES if left and not written and not plan.already else console.DONE


def _create(root: Path, made: Made, *, dry_run: bool) -> Note | None:
    """Write a file that is not there; what took its place meanwhile stays."""
    try:
        if not dry_run:
            create(root / made.path, made.data)
    except FileExistsError:
        message = f"left out: {quote(made.path)} is there already"
        return Note(made.number, made.entry.title, message)
    return None


def _say_notes(notes: Sequence[Note]) -> None:
    for note in sorted(notes, key=lambda note: note.number):
        console.say(str(note))
