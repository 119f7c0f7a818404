"""The command `import`: write what others published as entry files."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from ilofeed.cli import console, options
from ilofeed.problems import plural

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from ilofeed.importers import ImportResult


@click.command("import")
@click.argument("source")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["atom", "rss", "rdf", "json", "csv", "ics"]),
    help="Format of the source (default: detected by its beginning).",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="KEY=HEADER",
    help="A table's column for a key of entries. May be repeated.",
)
@click.option("--encoding", metavar="NAME", help="Encoding of the source, such as cp1251.")
@click.option(
    "--date-format",
    "date_forms",
    multiple=True,
    metavar="FORM",
    help="Format of dates, such as %d/%m/%Y. May be repeated.",
)
@options.category(help="For items without a category. May be repeated.")
@options.country(help="For items without a country. May be repeated.")
@click.option(
    "--map",
    "term_options",
    multiple=True,
    metavar="LABEL=TERM",
    help="The term that a label of the source means. May be repeated.",
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
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Output format.",
)
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
    from ilofeed.cli.import_report import as_json
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
    from ilofeed.cli.import_report import note_lines, table

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    console.answer(*(table(result, width) if dry_run else result.paths))
    console.say(*note_lines(result.notes, verbose=verbose))


def _report_terms(result: ImportResult, *, verbose: bool) -> None:
    """Print the new categories, and what to do about them."""
    from ilofeed.cli.import_report import note_lines
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
