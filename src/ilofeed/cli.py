"""The command line, and the one door to click. Exit codes: the README, and `console`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ilofeed import __version__, console, dates, options
from ilofeed.datewords import read_moment
from ilofeed.problems import did_you_mean, has_errors, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ilofeed.model import Term


class _Instant(click.ParamType):  # type: ignore[type-arg]  # a generic for the checker only
    """A day or an instant as an option; a day without a time begins at midnight UTC."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dates.Moment:
        try:
            return read_moment(str(value))
        except dates.DateError as error:
            self.fail(error.message, param, ctx)


_now = click.option(
    "--now",
    type=_Instant(),
    metavar="WHEN",
    help="Do as if it were then: 2015-05-19T09:00:00+08:00.",
)
_format = click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "text", "github", "json"]),
    default="auto",
    help="How problems are printed.",
)
_strict = click.option("--strict", is_flag=True, help="Take warnings for errors.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ilofeed")
@click.option(
    "-C",
    "root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    metavar="DIR",
    help="The office's folder (default: here); other paths are taken from there.",
)
@click.pass_context
def cli(ctx: click.Context, root: Path) -> None:
    """Check an office's news and publish it as feeds that readers can trust.

    An editor writes a short file in entries/ for each item. `ilofeed check` says what is wrong
    with it and where, `ilofeed build` makes the feeds and the pages, `ilofeed explain CODE` tells
    more about a problem.
    """
    ctx.obj = root


@cli.command()
@_format
@_strict
@_now
@click.pass_obj
def check(root: Path, form: str, strict: bool, now: dates.Moment | None) -> None:  # noqa: FBT001
    """Read and check everything, render and verify it in memory, write nothing."""
    from ilofeed.chain import prepare

    draft = prepare(root, options.read_clock(now), progress=_progress("Verifying"))
    _stop(console.report(root, draft.problems, draft.faults, form, strict=strict))
    console.say(f"{console.counts(draft)}: all is well")


@cli.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="public",
    show_default=True,
    help="The folder to publish to.",
)
@click.option("--base-url", metavar="URL", help="Take this address for site.url.")
@_format
@_strict
@click.option(
    "--previous",
    metavar="PATH|URL|none",
    help="The manifest to compare with (default: the one in the output folder).",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="The most processes to use. The output is the same for any number.",
)
@_now
@click.pass_obj
def build(
    root: Path,
    output: Path,
    base_url: str | None,
    previous: str | None,
    form: str,
    strict: bool,  # noqa: FBT001
    jobs: int | None,  # noqa: ARG001  one process is at most any number
    now: dates.Moment | None,
) -> None:
    """Check everything, read every feed back, and publish what changed."""
    from ilofeed import chain, publish
    from ilofeed.previous import load_previous

    started = time.monotonic()
    target = options.output_folder(root, output)
    with publish.locked(target):
        before = load_previous(previous, root, target)
        draft = chain.prepare(
            root, options.read_clock(now), options.base_url(base_url), _progress("Verifying")
        )
        _stop(console.report(root, draft.problems, draft.faults, form, strict=strict))
        changes = chain.finish(draft, target)
    took = f"({time.monotonic() - started:.1f} s)"
    console.say(f"{console.counts(draft)}, {console.changed(changes, target)} {took}")
    if before is not None:
        console.say(console.noticed(before, draft))


@cli.command()
@_now
@click.pass_obj
def due(root: Path, now: dates.Moment | None) -> None:
    """List the entries that wait for their date, and the moment each is released."""
    from ilofeed.check import check as check_all
    from ilofeed.read import read_office
    from ilofeed.selection import waiting

    clock = options.read_clock(now)
    site, problems = check_all(read_office(root), clock)
    if site is None:
        sys.exit(console.report(root, problems, (), "auto", strict=False))
    later = waiting(site.entries, clock)
    for entry in later:
        click.echo(f"{entry.published.isoformat()}  {entry.path}  {entry.title}")
    if not later:
        console.say("nothing is waiting for its date")


@cli.command()
@click.argument("title")
@click.option("--category", "categories", multiple=True, metavar="SLUG", help="May be repeated.")
@click.option("--country", "countries", multiple=True, metavar="CODE", help="May be repeated.")
@click.option("--date", type=_Instant(), metavar="WHEN", help="Day or instant (default: today).")
@click.option("--summary", help="One or two sentences. Without them the entry is a draft.")
@click.option("--link", metavar="URL", help="Where the item is, if it is elsewhere.")
@click.option("--slug", help="Name of the file (default: made from the title).")
@_now
@click.pass_obj
def new(
    root: Path,
    title: str,
    categories: tuple[str, ...],
    countries: tuple[str, ...],
    date: dates.Moment | None,
    summary: str | None,
    link: str | None,
    slug: str | None,
    now: dates.Moment | None,
) -> None:
    """Write a new entry file, valid at once, and print its path."""
    from ilofeed import chain, newentry, read

    clock = options.read_clock(now)
    office, known, problems = chain.read_settings(root, clock)
    if office is None:
        sys.exit(console.report(root, problems, (), "auto", strict=False))
    entry = newentry.NewEntry(
        title=title.strip(),
        date=date or clock.astimezone(office.timezone).date(),
        categories=_ask("--category", office.categories, categories, office.language),
        countries=_ask("--country", office.countries, countries, office.language),
        summary=summary,
        link=link,
        slug=slug,
    )
    path, data, found = newentry.write_entry(entry, office, known, clock)
    if has_errors(found):
        raise click.UsageError("\n".join(problem.message for problem in found))
    read.create(root / path, data)
    click.echo(path)
    if summary is None:
        console.say("write its summary, then delete the line that says draft")


@cli.command("import")
@click.argument("source")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["atom", "rss", "rdf", "json", "csv"]),
    help="What the source is (default: told by its first sign).",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="KEY=HEADER",
    help="The column of a table for a key of entries. May be repeated.",
)
@click.option("--date-format", "date_form", metavar="FORM", help="Of a table's dates: %d/%m/%Y.")
@click.option(
    "--category",
    "categories",
    multiple=True,
    metavar="SLUG",
    help="For items that name none. May be repeated.",
)
@click.option(
    "--country",
    "countries",
    multiple=True,
    metavar="CODE",
    help="For items that name none. May be repeated.",
)
@click.option("--write-terms", is_flag=True, help="Write new categories into feeds.yaml.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@_now
@click.pass_obj
def import_(root: Path, /, now: dates.Moment | None, **told: Any) -> None:
    """Write the items of a feed or a table as entry files; never overwrite one.

    SOURCE is a file or an address: RSS, Atom, RDF, JSON Feed or CSV. What could not be kept is
    listed.
    """
    from ilofeed import importer

    _stop(importer.run(root, importer.Request(**told), options.read_clock(now)))


@cli.command()
@click.argument("which", type=click.Choice(["entry", "feeds"]))
@_now
@click.pass_obj
def schema(root: Path, which: str, now: dates.Moment | None) -> None:
    """Print the JSON Schema of entry files or of feeds.yaml, for code editors.

    In an office's folder the schema of entries knows its categories and countries.
    """
    from ilofeed.chain import read_settings
    from ilofeed.schema import entry_schema, feeds_schema

    if which == "feeds":
        found = feeds_schema()
    else:
        found = entry_schema(read_settings(root, options.read_clock(now))[0])
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


@cli.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain a problem code, such as unknown-category; without one, list them all."""
    from ilofeed.explain import sections

    manual = sections()
    if code is None:
        click.echo("\n".join(sorted(manual)))
    elif code in manual:
        click.echo(f"{code}\n\n{manual[code]}", nl=False)
    else:
        raise click.UsageError(f"there is no code {quote(code)}{did_you_mean(code, manual)}")


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


def _stop(code: int) -> None:
    if code:
        sys.exit(code)


def _progress(label: str) -> Callable[[int, int], None]:
    """A bar on a terminal, when the rest will take more than a second; nothing elsewhere."""
    started, bar = 0.0, None

    def show(done: int, total: int) -> None:
        nonlocal started, bar
        took = time.monotonic() - (started := started or time.monotonic())
        if bar is None and sys.stderr.isatty() and took > 0.5 and took * (total - done) / done > 1:
            bar = click.progressbar(length=total, label=label, file=sys.stderr)
            bar.update(done - 1)
        if bar is not None:
            bar.update(1)
            if done == total:
                bar.render_finish()

    return show


def main() -> NoReturn:
    """Run the command line; a broken disk or network is a sentence and exit code 4."""
    console.keep_every_word()
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(console.USAGE)
    except options.OptionError as error:
        console.say(f"Error: {error}")
        sys.exit(console.USAGE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(console.BROKEN_DISK)
    except OSError as error:
        console.say(f"ilofeed: {console.sentence(error)}")
        sys.exit(console.BROKEN_DISK)
    sys.exit(0)
