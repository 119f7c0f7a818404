"""The command line's entry point: its commands, and the exit codes of errors."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from ilofeed import __version__
from ilofeed.cli import console

# the module of each command, and its short help: `--help` needs to import neither
COMMANDS = {
    "build": ("site", "Check everything, read every feed back, and publish what changed."),
    "check": (
        "authors",
        "Read and check everything, render and verify it in memory, write nothing.",
    ),
    "cms": ("authors", "Write the form of a CMS, Decap or Sveltia, for editors without Git."),
    "confirm": ("site", "Fetch feeds back from the live site and compare them with the output."),
    "diff": ("site", "Print what the next build would mean to subscribers, and write nothing."),
    "due": (
        "authors",
        "List the entries that wait for their date, and the moment each is released.",
    ),
    "explain": (
        "authors",
        "Explain a problem code, such as unknown-category; without one, list them all.",
    ),
    "import": (
        "authors",
        "Write the items of a feed or a table as entry files; never overwrite one.",
    ),
    "init": (
        "init",
        "Make a new office in DIR, which is empty or not there yet: a repository to push.",
    ),
    "live": ("site", "Print the manifest that is live at the site's address."),
    "new": ("authors", "Write a new entry file, valid at once, and print its path."),
    "ping": ("site", "Tell the WebSub hub of feeds.yaml which published feeds have changed."),
    "schema": (
        "authors",
        "Print the JSON Schema of entry files or of feeds.yaml, for code editors.",
    ),
    "serve": (
        "site",
        "Show the site in a browser on this machine, and anew whenever a file is saved.",
    ),
    "touch": ("authors", "Set `updated` of entry files to now, so that readers notice a change."),
}


class Commands(click.Group):
    """The commands, each imported when it is used; their functions return exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"ilofeed.cli.{COMMANDS[cmd_name][0]}")
        name = "import_" if cmd_name == "import" else cmd_name  # `import` is a keyword
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands as click does, but without importing them."""
        width = formatter.width - 6 - max(map(len, COMMANDS))
        rows = [
            (name, click.Command(name, help=short_help).get_short_help_str(width))
            for name, (_, short_help) in sorted(COMMANDS.items())
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. If its output is a closed pipe, click would return the exit code of
        mistakes in the office's files."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return console.BROKEN_DISK


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
    ctx.color = False if "NO_COLOR" in os.environ else None


def main() -> NoReturn:
    """Run the command line; print expected errors as a sentence and exit with their code."""
    console.escape_unencodable()
    try:
        code = cli.main(prog_name="ilofeed", standalone_mode=False)
    except click.exceptions.Abort:  # Ctrl-C, or the end of input at a prompt
        console.say("stopped")
        code = console.STOPPED
    except click.ClickException as error:
        error.show()
        code = console.USAGE
    except OSError as error:
        console.say(f"ilofeed: {console.sentence(error)}")
        code = console.BROKEN_DISK
    sys.exit(code)
