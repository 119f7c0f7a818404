"""The entry point of the command line: its commands, and the exit codes of errors."""

import contextlib
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click
from click.core import ParameterSource

from ilofeed import __version__
from ilofeed.cli import console, options

COMMANDS = {
    "authors": "cms due explain new schema touch words",
    "import_command": "import",
    "init": "init",
    "remote": "confirm deploy live ping",
    "site": "build check diff serve",
}
_WITHOUT_OFFICE = frozenset({"explain", "init"})
_MODULES = {name: module for module, names in COMMANDS.items() for name in names.split()}


class Commands(click.Group):
    """The group of commands, which are imported on use and return exit codes."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command, or None if there is no such command."""
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"ilofeed.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name if cmd_name != "import" else "import_")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. If its output is a closed pipe, return another exit code than click's,
        which would mean mistakes in the office's files."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return console.BROKEN_DISK


@click.group(
    cls=Commands,
    commands=[click.Command(name) for name in _MODULES],  # only names; see `get_command`
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="ilofeed")
@click.option(
    "-C",
    "root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    metavar="DIR",
    help="The office's folder (default: here, or the nearest folder around it that has a "
    "feeds.yaml). Other paths are relative to it.",
)
@click.option("--quiet", is_flag=True, help="Print only results, problems and errors.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colours; `auto`: on a terminal, or as NO_COLOR and FORCE_COLOR say.",
)
@click.pass_context
def cli(ctx: click.Context, root: Path, *, quiet: bool, color: str) -> None:  # noqa: ARG001
    """Check an office's news and publish it as feeds that readers can trust.

    Editors write a short file in entries/ for each item. `ilofeed check` reports problems with
    their places, `ilofeed explain CODE` explains a problem, and `ilofeed build` builds feeds and
    pages.
    """
    if (
        ctx.get_parameter_source("root") is ParameterSource.DEFAULT
        and ctx.invoked_subcommand not in _WITHOUT_OFFICE
        and (above := options.office_above(Path.cwd())) is not None
    ):
        root = above
        console.inform(f"the office is {root}")
    ctx.obj = root
    ctx.color = _use_color(color)


def _use_color(choice: str) -> bool | None:
    """Return whether to print colours; None: if the output is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):  # empty counts as not set, as no-color.org asks
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def main() -> NoReturn:
    """Run the command line; print expected errors without a traceback and exit with their code."""
    console.escape_unencodable()
    try:
        code = cli.main(prog_name="ilofeed", standalone_mode=False)
    except click.exceptions.Abort:  # Ctrl-C, or the end of input at a prompt
        console.say("stopped")
        code = console.STOPPED
    except click.ClickException as error:
        console.complain(error)
        code = console.USAGE
    except OSError as error:
        with contextlib.suppress(OSError):  # stderr may be what cannot be written
            console.say(f"ilofeed: {console.sentence(error)}")
        code = console.BROKEN_DISK
    sys.exit(code)
