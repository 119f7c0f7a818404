"""The commands that write entries: one from a title, many from a feed, and a form of a CMS."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ilofeed.cli import console, options, switches
from ilofeed.problems import plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ilofeed import dates
    from ilofeed.importers import ImportResult
    from ilofeed.model import Term

_REPO = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


@click.command()
@click.argument("title")
@switches.category(help="May be repeated.")
@switches.country(help="May be repeated.")
@click.option(
    "--date", type=switches.Instant(), metavar="WHEN", help="Day or instant (default: today)."
)
@click.option("--summary", help="One or two sentences. Without them the entry is a draft.")
@click.option("--link", metavar="URL", help="Where the item is, if it is elsewhere.")
@click.option("--language", metavar="TAG", help="The entry's, where it is not the office's own.")
@click.option(
    "--translation-of", metavar="SLUG", help="The entry that is the same in another language."
)
@click.option("--slug", help="Name of the file (default: made from the title).")
@switches.now
@click.pass_obj
def new(root: Path, /, now: dates.Moment | None, **given: Any) -> None:
    """Write a new entry file, valid at once, and print its path."""
    from ilofeed.cli import authoring

    sys.exit(authoring.new(root, options.read_clock(now), **given, ask=_ask))


def _ask(option: str, known: Mapping[str, Term], given: Sequence[str], language: str) -> list[str]:
    """The terms given; where none are, the only one, or what a person at the terminal answers."""
    if given or len(known) == 1 or not sys.stdin.isatty():
        return options.terms(option, known, given)
    for name, term in known.items():
        console.say(f"  {name:<40} {term.label(language)}")

    def convert(answer: str) -> str:
        try:
            return options.terms(option, known, [answer.strip()])[0]
        except options.OptionError as error:
            raise click.UsageError(str(error)) from error

    return [click.prompt(option.removeprefix("--").capitalize(), value_proc=convert, err=True)]


@click.command()
@click.option(
    "--repo",
    required=True,
    metavar="OWNER/NAME",
    help="The office's repository at GitHub.",
)
@click.option("--branch", default="main", show_default=True, help="The branch that is published.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="admin",
    show_default=True,
    help="The folder to write to.",
)
@switches.now
@click.pass_obj
def cms(root: Path, repo: str, branch: str, output: Path, now: dates.Moment | None) -> None:
    """Write the form of a CMS, Decap or Sveltia, for editors without Git.

    config.yml is made anew each time, from feeds.yaml; index.html, which loads the CMS, is written
    where there is none.
    """
    from ilofeed.cli import authoring

    if not _REPO.fullmatch(repo):
        raise options.OptionError(f"--repo is OWNER/NAME, such as example/news, not {repo}")
    sys.exit(authoring.cms(root, options.read_clock(now), repo, branch, output))


def import_source(root: Path, clock: dt.datetime, **told: Any) -> int:
    """Import a feed or table, print what happened, and return the exit code."""
    from ilofeed.importers import ImportRequest, RequestError, run_import

    request = ImportRequest(**told)
    try:
        result = run_import(root, request, clock)
    except RequestError as error:
        raise options.OptionError(str(error)) from error
    if result.problems:
        console.report(root, result.problems, (), "auto", strict=False)
        return console.WRONG_FILES
    if result.refusal:
        console.say(f"{request.source} cannot be imported: {result.refusal}")
        return console.WRONG_FILES
    if not _report_terms(result):
        return console.WRONG_FILES
    for path in result.paths:
        console.answer(path)
    for note in result.notes:
        console.say(str(note))
    would = "would be written" if request.dry_run else "written"
    entries, already = plural(len(result.paths), "entry", "entries"), result.plan.already
    console.say(f"{entries} {would}, {already} already there, {result.skipped} left out")
    is_empty = result.skipped and not result.paths and not already
    return console.WRONG_FILES if is_empty else console.DONE


def _report_terms(result: ImportResult) -> bool:
    """Print the new categories and what came of them; tell whether entries could be written."""
    from ilofeed.importers import term_lines

    terms = result.plan.new_terms
    lines = "\n".join(term_lines(terms))
    match result.new_terms:
        case "would be written":
            console.say(f"feeds.yaml would get these categories:\n{lines}")
        case "written":
            console.say(f"feeds.yaml has {len(terms)} more categories:\n{lines}")
        case "missing":
            console.answer(lines)
            for note in result.notes:
                console.say(str(note))
            console.say(
                f"nothing is written yet: feeds.yaml lacks {len(terms)} of the categories; add the "
                "lines above to its `categories:`, or run this again with --write-terms"
            )
        case "no place":
            console.answer(lines)
            console.say(
                "nothing is written: the categories of feeds.yaml are not written line by line, "
                "so add the lines above by hand"
            )
    return result.new_terms not in {"missing", "no place"}
