"""The command `import`, and its report: notes with one reason as one line, a table of what would
come, and JSON."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import sys
import unicodedata
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import click

from ilofeed.cli import console, options
from ilofeed.problems import plural, printable_json, visible

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ilofeed.importers import ImportResult
    from ilofeed.sources import Note

SCHEMA = 1  # of the JSON: docs/reference/commands.md
_EXAMPLES = 2
_VALUE = re.compile(r"`[^`]*`|[0-9][0-9,.]*")  # what differs between notes with the same reason
_HEADINGS = ("date", "slug", "categories", "countries", "title")


@click.command("import")
@click.argument("source")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["atom", "rss", "rdf", "json", "csv", "ics"]),
    help="Format of the source (default: detected by its beginning).",
)
@options.repeated("--column", "columns", "KEY=HEADER", "A table's column for a key of entries.")
@click.option("--encoding", metavar="NAME", help="Encoding of the source, such as cp1251.")
@options.repeated("--date-format", "date_forms", "FORM", "Format of dates, such as %d/%m/%Y.")
@options.category("For items without a category.")
@options.country("For items without a country.")
@options.repeated(
    "--map", "term_options", "LABEL=TERM", "The term that a label of the source means."
)
@click.option("--map-file", metavar="FILE", help="A YAML file of such labels and terms.")
@click.option("--drafts", is_flag=True, help="Import drafts and scheduled posts, too.")
@click.option(
    "--pages",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    metavar="N",
    help="Read up to N pages of a feed at an address.",
)
@click.option("--write-terms", is_flag=True, help="Add new categories to feeds.yaml.")
@click.option("--no-link", is_flag=True, help="Leave out links to the old site.")
@click.option(
    "--redirects",
    metavar="FOLDER",
    help="Write rules for nginx and Apache that redirect former addresses, such as ?p=1.",
)
@click.option("--media", is_flag=True, help="Fetch pictures and documents into entries/.")
@click.option("--dry-run", is_flag=True, help="Print what would be written; write nothing.")
@click.option("--verbose", is_flag=True, help="Print each note, not one for each reason.")
@options.output_format("text", "json")
@options.clock
@click.pass_obj
def import_(root: Path, /, *, clock: dt.datetime, **given: Any) -> int:
    """Write the items of a feed or a table as entry files.

    What was edited is never overwritten. SOURCE is a file or an address (RSS, Atom, RDF, JSON Feed,
    .xlsx, .ods, CSV or iCalendar), or a folder of Markdown posts. Only public posts are imported.
    Everything that cannot be kept is reported.
    """
    return import_source(root, clock, **given)


def import_source(
    root: Path, clock: dt.datetime, *, form: str = "text", verbose: bool = False, **given: Any
) -> int:
    """Import a source, print the result, and return the exit code."""
    from ilofeed.build import BuildContext
    from ilofeed.importers import ImportRequest, RequestError, run_import
    from ilofeed.workers import processors

    request, progress = ImportRequest(**given), console.Progress()
    try:
        context = BuildContext(processes=processors(), progress=progress)
        result = run_import(root, request, clock, console.say, context)
    except RequestError as error:
        raise options.OptionError(str(error)) from error
    finally:
        progress.end()
    already, is_stopped = result.plan.already, result.new_terms in {"missing", "no place"}
    is_empty = result.skipped and not result.paths and not already
    if form == "json":
        console.output(as_json(result, dry_run=request.dry_run).encode())
        is_wrong = result.problems or result.refusal or is_stopped or is_empty
        return console.WRONG_FILES if is_wrong else console.DONE
    if result.problems:
        return console.report(root, result.problems)
    if result.refusal:
        console.say(f"{request.source} cannot be imported: {result.refusal}")
        return console.WRONG_FILES
    _report_terms(result, verbose=verbose)
    if is_stopped:
        return console.WRONG_FILES
    _report_entries(result, dry_run=request.dry_run, verbose=verbose)
    would = "would be written" if request.dry_run else "written"
    entries = plural(len(result.paths), "entry", "entries")
    console.inform(f"{entries} {would}, {already} already present, {result.skipped} left out")
    return console.WRONG_FILES if is_empty else console.DONE


def _report_entries(result: ImportResult, *, dry_run: bool, verbose: bool) -> None:
    """Print the entries, as paths or, in a dry run, as a table, and the notes on them."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    console.answer(*(table(result, width) if dry_run else result.paths))
    console.say(*note_lines(result.notes, verbose=verbose))


def _report_terms(result: ImportResult, *, verbose: bool) -> None:
    """Print the new categories, and what to do about them."""
    from ilofeed.importers import map_lines, term_lines

    terms = result.plan.new_terms
    lines = term_lines(terms)
    match result.new_terms:
        case "would be written":
            console.say("categories that would be added to feeds.yaml:", *lines)
        case "written":
            console.say("categories added to feeds.yaml:", *lines)
        case "missing":
            console.answer(*map_lines(terms))
            console.say(*note_lines(result.notes, verbose=verbose))
            console.say(
                f"nothing was written: {plural(len(terms), 'category', 'categories')} missing in "
                "feeds.yaml; pass --write-terms to add them; to rename or merge them first, save "
                "the lines above, edit the terms in them, and pass --map-file FILE, too"
            )
        case "no place":
            console.answer(*lines)
            console.say(
                "nothing was written: the categories in feeds.yaml are not one per line; "
                "add the lines above by hand"
            )


def note_lines(notes: Sequence[Note], *, verbose: bool) -> list[str]:
    """Return the notes as lines, one for all items with the same reason unless `verbose`."""
    if verbose:
        return [str(note) for note in notes]
    return list(dict.fromkeys(_line(reason, group) for reason, group in _by_reason(notes)))


def _by_reason(notes: Sequence[Note]) -> Iterator[tuple[str, list[Note]]]:
    """Yield each reason with its notes; notes on the whole source are each on their own."""
    groups: dict[tuple[str, int], list[Note]] = {}
    for at, note in enumerate(notes):
        key = (_VALUE.sub("", note.text), 0) if note.number else (note.text, 1 + at)
        groups.setdefault(key, []).append(note)
    return ((_reason(group), group) for group in groups.values())


def _reason(notes: Sequence[Note]) -> str:
    """Return what notes have in common, with `…` for values that differ."""
    columns = zip(*map(_values, notes), strict=True)
    values = iter([column[0] if len(set(column)) == 1 else _blank(column[0]) for column in columns])
    return _VALUE.sub(lambda _: next(values), notes[0].text)


def _values(note: Note) -> list[str]:
    return _VALUE.findall(note.text)


def _blank(value: str) -> str:
    return "`…`" if value.startswith("`") else "…"


def _line(reason: str, notes: Sequence[Note]) -> str:
    if len(notes) == 1:
        return str(notes[0])
    fixed = set.intersection(*(set(_values(note)) for note in notes))
    examples = []
    for note in notes[:_EXAMPLES]:
        values = ", ".join(value for value in _values(note) if value not in fixed)
        title = f' "{visible(note.title, 40)}"' if note.title else ""
        examples.append(f"item {note.number}{title}{': ' if values else ''}{visible(values, 100)}")
    items = len({note.number for note in notes})
    count = plural(items, "item") + (f", {len(notes)} times" if len(notes) > items else "")
    rest = "; …); all with --verbose" if len(notes) > _EXAMPLES else ")"
    return f"{count}: {visible(reason)} ({'; '.join(examples)}{rest}"


def table(result: ImportResult, width: int | None) -> list[str]:
    """Return the entries of a plan as lines of a table, cut to `width` columns if it is given."""
    paths = set(result.paths)
    entries = [file.entry for file in result.plan.files if file.path in paths]
    rows: list[tuple[str, ...]] = [
        (
            f"{entry.published:%Y-%m-%d}",
            entry.slug,
            ", ".join(entry.categories),
            ", ".join(entry.countries),
            entry.title,
        )
        for entry in entries
    ]
    rows = [tuple(map(visible, row)) for row in (_HEADINGS, *rows)] if rows else []
    if width is not None:
        rows = [(*(_cut(cell, max(width // 5, 10)) for cell in row[:-1]), row[-1]) for row in rows]
    columns = [_padded(column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    return lines if width is None else [_cut(line, width) for line in lines]


def _padded(cells: Sequence[str]) -> list[str]:
    """Return the cells of a column with spaces to the width of the longest."""
    longest = max(map(_width, cells))
    return [cell + " " * (longest - _width(cell)) for cell in cells]


def _width(text: str) -> int:
    """Return the columns of a text on a terminal: two for a wide character, none for a mark."""
    return sum(
        (unicodedata.category(c) not in {"Mn", "Me"})
        * (1 + (unicodedata.east_asian_width(c) in "WF"))
        for c in text
    )


def _cut(text: str, most: int) -> str:
    """Shorten a text to `most` columns."""
    if _width(text) <= most:
        return text
    return f"{text[: sum(width < most for width in accumulate(map(_width, text)))]}…"


def as_json(result: ImportResult, *, dry_run: bool) -> str:
    """Return the result as a JSON object; `docs/reference/commands.md` describes it."""
    notes = [(note, reason) for reason, group in _by_reason(result.notes) for note in group]
    value = {
        "schema": SCHEMA,
        "dry_run": dry_run,
        "refusal": result.refusal,
        "problems": [dataclasses.asdict(console.with_end(problem)) for problem in result.problems],
        "paths": result.paths,
        "counts": {
            "entries": len(result.paths),
            "already": result.plan.already,
            "left_out": result.skipped,
        },
        "terms": result.new_terms,
        "new_terms": [
            {"slug": name, "label": term.label(""), "broader": term.broader}
            for name, term in result.plan.new_terms.items()
        ],
        "notes": [
            {"number": note.number, "title": note.title, "reason": reason, "text": note.text}
            for note, reason in sorted(notes, key=lambda pair: pair[0].number)
        ],
    }
    return printable_json(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"
