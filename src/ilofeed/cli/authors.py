"""The commands for authors: write, import and list entries, explain problems.

Modules that are slow to load are imported by the commands that need them, to keep `--help` fast.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilofeed.cli import console, options
from ilofeed.cli.options import PATH
from ilofeed.problems import did_you_mean, has_errors, printable_json, quote

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ilofeed.dates import Moment
    from ilofeed.model import Term
    from ilofeed.problems import Problem

_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


@click.command()
@options.clock
@click.pass_obj
def due(root: Path, clock: dt.datetime) -> int:
    """List the scheduled entries, and when each is published.

    They have a future date. An entry that was withdrawn before its event is listed with the time at
    which it leaves the feeds in RSS and JSON, any other with an event with the time at which that
    is over.
    """
    from ilofeed.content import check, read_office
    from ilofeed.feeds import called_off_entries, event_end, select_published, waiting_entries

    site, problems = check(read_office(root), clock)
    if site is None:
        return console.report(root, problems)
    scheduled = [(entry.published, entry, "") for entry in waiting_entries(site.entries, clock)]
    leaving = [
        (leaves, entry, " (withdrawn; it leaves RSS and JSON)")
        for leaves, entry in called_off_entries(site.entries, clock)
    ]
    ending = [
        (end, entry, " (its event is over)")
        for entry in select_published(site.entries, clock)
        if entry.upcoming and (end := event_end(entry)) is not None
    ]
    for moment, entry, note in sorted(scheduled + leaving + ending, key=lambda item: item[0]):
        console.answer(f"{moment.isoformat()}  {entry.path}  {entry.title}{note}")
    if not scheduled:
        console.inform("no entry is scheduled")
    return console.DONE


@click.command()
@click.argument("title")
@options.category("A category of the entry.")
@options.country("A country of the entry.")
@click.option(
    "--date", type=options.read_date, metavar="WHEN", help="Day or instant (default: today)."
)
@click.option("--summary", help="One or two sentences. Without it the entry is a draft.")
@click.option("--link", metavar="URL", help="Address of the item, if it is on another site.")
@click.option("--language", metavar="TAG", help="Language, if it is not the office's.")
@click.option("--translation-of", metavar="SLUG", help="The entry that this one translates.")
@click.option("--slug", help="Name of the file (default: from the title).")
@options.clock
@click.pass_obj
def new(
    root: Path,
    /,
    *,
    clock: dt.datetime,
    title: str,
    date: Moment | None,
    categories: Sequence[str],
    countries: Sequence[str],
    language: str | None,
    **given: str | None,
) -> int:
    """Write a new, valid entry file and print its path."""
    from ilofeed import build as chain
    from ilofeed.content import read
    from ilofeed.scaffold import entry_file

    office, paths, problems = chain.read_settings(root, clock)
    if office is None:
        return console.report(root, problems)
    entry = entry_file.NewEntry(
        title=title.strip(),
        date=date or clock.astimezone(office.timezone).date(),
        categories=_ask("--category", office.categories, categories, office.language),
        countries=_ask("--country", office.countries, countries, office.language),
        language=None if language == office.language else language,
        **given,
    )
    path, data, mistakes = entry_file.write_entry(entry, office, paths, clock)
    if entry.translation_of is not None and not has_errors(mistakes):
        mistakes = _check_among_others(root, clock, path, data)
    if has_errors(mistakes):
        raise options.OptionError(*(problem.message for problem in mistakes))
    read.create_file(root, root / path, data)
    console.answer(path)
    if entry.summary is None:
        console.inform("write its summary, then delete the line `draft: true`")
    return console.DONE


def _ask(option: str, terms: Mapping[str, Term], given: Sequence[str], language: str) -> list[str]:
    """Return the given terms, else the only one of the office, or ask for one on a terminal."""
    if given or len(terms) == 1 or not sys.stdin.isatty():
        return options.terms(option, terms, given)
    for name, term in terms.items():
        console.say(f"  {name:<40} {term.label(language)}")

    def convert(answer: str) -> str:
        try:
            return options.terms(option, terms, [answer.strip()])[0]
        except options.OptionError as error:
            raise click.UsageError(str(error)) from error

    return [click.prompt(option.removeprefix("--").capitalize(), value_proc=convert, err=True)]


def _check_among_others(
    root: Path, clock: dt.datetime, path: str, data: bytes
) -> tuple[Problem, ...]:
    """Return the problems of a new entry that show only when all entries are checked."""
    from ilofeed.content import check, read_office

    sources = read_office(root)
    sources = dataclasses.replace(sources, entries=(*sources.entries, (path, data)))
    return tuple(problem for problem in check(sources, clock)[1] if problem.path == path)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=PATH)
@options.clock
@click.pass_obj
def touch(root: Path, files: tuple[Path, ...], clock: dt.datetime) -> int:
    """Set `updated` of entry files, so that readers see a change."""
    from ilofeed import build as chain
    from ilofeed.content import read
    from ilofeed.scaffold import entry_file

    office, _, problems = chain.read_settings(root, clock)
    if office is None:
        return console.report(root, problems)
    sources = read.read_office(root)
    entries = dict(sources.entries)
    touched: dict[str, bytes] = {}
    problems = []
    for file in files:
        path = options.office_path(root, file)
        if path not in entries:
            raise options.OptionError(f"{file} is not an entry file{did_you_mean(path, entries)}")
        data, mistakes = entry_file.touch(path, entries[path], office, sources.files, clock)
        touched[path] = data
        problems += mistakes
    if has_errors(problems):
        return console.report(root, problems)
    for path, data in touched.items():
        read.replace_file(root, root / path, data)
        console.answer(path)
    return console.DONE


@click.command()
@click.argument("which", type=click.Choice(["entry", "feeds"]))
@options.clock
@click.pass_obj
def schema(root: Path, which: str, clock: dt.datetime) -> int:
    """Print the JSON Schema of entry files or of feeds.yaml.

    Code editors use it. In an office's folder, the schema of entries lists its categories and
    countries.
    """
    from ilofeed import build as chain
    from ilofeed.scaffold import entry_schema, feeds_schema

    office, _, _ = chain.read_settings(root, clock)
    value = feeds_schema() if which == "feeds" else entry_schema(office)
    text = printable_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"
    console.output(text.encode())
    return console.DONE


@click.command()
@click.argument("language")
@options.clock
@click.pass_obj
def words(root: Path, language: str, clock: dt.datetime) -> int:
    """Print the words of pages in a language for feeds.yaml.

    Those that differ from the English ones have these beside them. In a language that ilofeed does
    not know, the words are English, to be translated.
    """
    from ilofeed import build as chain
    from ilofeed.content import keys
    from ilofeed.i18n import words_to_yaml

    try:
        keys.check_language(language)
    except ValueError as error:
        raise options.OptionError(str(error)) from error
    office, _, problems = chain.read_settings(root, clock)
    if has_errors(problems) and (root / "feeds.yaml").exists():
        return console.report(root, problems)
    lines = words_to_yaml(language, office.tables if office is not None else {})
    console.output(("\n".join(map(printable_json, lines)) + "\n").encode())
    return console.DONE


@click.command()
@click.option("--repo", required=True, metavar="OWNER/NAME", help="The repository on GitHub.")
@click.option("--branch", default="main", show_default=True, help="The branch that is published.")
@click.option(
    "--output", type=PATH, default="admin", show_default=True, help="The folder to write to."
)
@options.clock
@click.pass_obj
def cms(root: Path, repo: str, branch: str, output: Path, clock: dt.datetime) -> int:
    """Write the form of a CMS for editors without Git.

    The CMS is Decap or Sveltia. config.yml is generated from feeds.yaml each time; index.html,
    which loads the CMS, is written only if it does not exist.
    """
    from ilofeed import build as chain
    from ilofeed.content import read
    from ilofeed.scaffold import cms as form

    if not _REPOSITORY.fullmatch(repo):
        raise options.OptionError(f"invalid --repo {repo}; write OWNER/NAME, such as example/news")
    office, _, problems = chain.read_settings(root, clock)
    if office is None:
        return console.report(root, problems)
    config, page = root / output / "config.yml", root / output / "index.html"
    data = form.config(office, repo, branch)
    if not config.exists():
        read.create_file(config.parent, config, data)
    elif (read.read_limited(config, 1 << 20) or b"").startswith(form.MARK.encode()):
        read.replace_file(config.parent, config, data)
    else:
        message = f"{config} was not generated by ilofeed; choose another --output"
        raise options.OptionError(message)
    if not page.exists():
        read.create_file(page.parent, page, form.page())
    console.answer(str(output / "config.yml"))
    return console.DONE


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> int:
    """Explain a problem code, such as tab, or list all codes."""
    sections = manual_sections()
    if code is None:
        console.answer(*sorted(sections))
    elif code in sections:
        console.output(f"{code}\n\n{sections[code]}")
    else:
        raise options.OptionError(f"unknown code {quote(code)}{did_you_mean(code, sections)}")
    return console.DONE


def manual_sections() -> dict[str, str]:
    """Return each problem code's section of `docs/reference/problems.md`, in its order."""
    from importlib import resources

    manual = resources.files("ilofeed").joinpath("data", "problems.md")
    if not manual.is_file():  # in a checkout
        manual = Path(__file__).parents[3] / "docs/reference/problems.md"
    section = re.compile(
        r"^### `([a-z0-9-]+)`\n(.*?)(?=^## [^\n]*\n\n|^### `|\Z)", re.MULTILINE | re.DOTALL
    )
    sections = section.findall(manual.read_text("utf-8"))
    return {code: text.strip() + "\n" for code, text in sections}
