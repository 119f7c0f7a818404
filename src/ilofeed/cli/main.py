"""The command line's entry point: its commands, and the exit codes of errors."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from ilofeed import __version__
from ilofeed.cli import console

COMMANDS = {
    "authors": "check cms due explain import new schema touch",
    "init": "init",
    "site": "build confirm diff live ping serve",
}
_MODULES = {name: module for module, names in COMMANDS.items() for name in names.split()}


class Commands(click.Group):
    """The commands, each imported when it is used; their functions return exit codes."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None if there is none of this name."""
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"ilofeed.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name if cmd_name != "import" else "import_")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. If its output is a closed pipe, click would return the exit code of
        mistakes in the office's files."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return console.BROKEN_DISK


@click.group(
    cls=Commands,
    commands=[click.Command(name) for name in _MODULES],  # their names, until one is used
    context_settings={"help_option_names": ["-h", "--help"]},
)
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
