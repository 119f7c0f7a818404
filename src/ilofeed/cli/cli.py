"""The command line; with `online` and `switches` the one door to click. Exit codes: `console`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ilofeed import __version__
from ilofeed.cli import console, editing, online, options, progress
from ilofeed.cli.init import init
from ilofeed.cli.switches import allow as _allow
from ilofeed.cli.switches import base_url as _base_url
from ilofeed.cli.switches import category as _category
from ilofeed.cli.switches import column as _column
from ilofeed.cli.switches import country as _country
from ilofeed.cli.switches import form as _format
from ilofeed.cli.switches import now as _now
from ilofeed.cli.switches import output as _output
from ilofeed.cli.switches import previous as _previous
from ilofeed.cli.switches import strict as _strict
from ilofeed.problems import RULES

if TYPE_CHECKING:
    from ilofeed import dates


class Commands(click.Group):
    """The commands; where nobody listens, click itself would call the office's files wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            sys.exit(console.ending(error))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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


cli.add_command(editing.cms)
cli.add_command(editing.new)
cli.add_command(online.live)
cli.add_command(online.confirm)
cli.add_command(init)


@cli.command()
@_format
@_strict
@_now
@click.pass_obj
def check(root: Path, form: str, strict: bool, now: dates.Moment | None) -> None:  # noqa: FBT001
    """Read and check everything, render and verify it in memory, write nothing."""
    from ilofeed.cli import commands

    clock = options.read_clock(now)
    sys.exit(commands.check(root, clock, form, progress.Meter(), strict=strict))


@cli.command()
@_output
@_base_url
@_format
@_strict
@_previous
@_allow(
    type=click.Choice(RULES),
    help="Publish this once what the continuity guard would refuse. May be repeated.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="The most processes to use. The output is the same for any number.",
)
@click.option("--verbose", is_flag=True, help="Say how long each stage took.")
@_now
@click.pass_obj
def build(
    root: Path,
    /,
    form: str,
    strict: bool,  # noqa: FBT001
    verbose: bool,  # noqa: FBT001
    now: dates.Moment | None,
    **told: Any,
) -> None:
    """Check everything, read every feed back, and publish what changed."""
    from ilofeed.cli import quick

    after, clock, meter = options.after(**told), options.read_clock(now), progress.Meter()
    meter("Starting", 0, 1)
    code = quick.build(root, clock, after, form, strict=strict)
    if code is None:
        from ilofeed.cli import commands

        code = commands.build(root, clock, after, form, meter, strict=strict)
    if verbose:
        console.say(meter.summary())
    sys.exit(code)


@cli.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Where on this machine; 0 for any port that is free.",
)
@click.pass_obj
def serve(root: Path, port: int) -> None:
    """Show the site in a browser on this machine, and anew whenever a file is saved.

    Drafts and entries that wait for their date are there, marked. Problems are shown in the page
    of the entry that has them. Nothing is published, and nothing is read back: `check` does that.
    """
    from ilofeed.cli import serve as serving

    sys.exit(serving.serve(root, port))


@cli.command()
@_output
@_base_url
@_previous
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="How it is printed.",
)
@_now
@click.pass_obj
def diff(root: Path, /, form: Any, now: dates.Moment | None, **told: Any) -> None:
    """Print what the next build would mean to subscribers, and write nothing."""
    from ilofeed.cli import commands

    clock, shown = options.read_clock(now), progress.Meter()
    sys.exit(commands.diff(root, clock, options.after(**told), form, shown))


@cli.command()
@_output
@click.option(
    "--since",
    metavar="PATH|URL|none",
    default="none",
    show_default=True,
    help="The manifest from before; `none` tells of every feed.",
)
@_now
@click.pass_obj
def ping(root: Path, output: Path, since: str, now: dates.Moment | None) -> None:
    """Tell the WebSub hub of feeds.yaml which published feeds have changed."""
    from ilofeed.cli import ping as pinging

    sys.exit(pinging.ping(root, options.read_clock(now), output, since))


@cli.command()
@_now
@click.pass_obj
def due(root: Path, now: dates.Moment | None) -> None:
    """List the entries that wait for their date, and the moment each is released."""
    from ilofeed.cli import commands

    sys.exit(commands.due(root, options.read_clock(now)))


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@_now
@click.pass_obj
def touch(root: Path, files: tuple[Path, ...], now: dates.Moment | None) -> None:
    """Set `updated` of entry files to now, so that readers notice a change."""
    from ilofeed.cli import authoring

    sys.exit(authoring.touch(root, options.read_clock(now), files))


@cli.command("import")
@click.argument("source")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["atom", "rss", "rdf", "json", "csv"]),
    help="What the source is (default: told by its first sign).",
)
@_column(help="The column of a table for a key of entries. May be repeated.")
@click.option("--date-format", "date_form", metavar="FORM", help="Of a table's dates: %d/%m/%Y.")
@_category(help="For items that name none. May be repeated.")
@_country(help="For items that name none. May be repeated.")
@click.option("--write-terms", is_flag=True, help="Write new categories into feeds.yaml.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@_now
@click.pass_obj
def import_(root: Path, /, now: dates.Moment | None, **told: Any) -> None:
    """Write the items of a feed or a table as entry files; never overwrite one.

    SOURCE is a file or an address: RSS, Atom, RDF, JSON Feed or CSV. What could not be kept is
    listed.
    """
    from ilofeed.cli import importer

    sys.exit(importer.run(root, importer.Request(**told), options.read_clock(now)))


@cli.command()
@click.argument("which", type=click.Choice(["entry", "feeds"]))
@_now
@click.pass_obj
def schema(root: Path, which: str, now: dates.Moment | None) -> None:
    """Print the JSON Schema of entry files or of feeds.yaml, for code editors.

    In an office's folder the schema of entries knows its categories and countries.
    """
    from ilofeed.cli import authoring

    sys.exit(authoring.schema(root, options.read_clock(now), which))


@cli.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain a problem code, such as unknown-category; without one, list them all."""
    from ilofeed.cli import authoring

    sys.exit(authoring.explain(code))


def main() -> NoReturn:
    """Run the command line; a broken disk or network is a sentence and exit code 4."""
    console.keep_every_word()
    try:
        cli.main(prog_name="ilofeed", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(console.USAGE)
    except (options.OptionError, OSError) as error:
        sys.exit(console.ending(error))
    sys.exit(0)
