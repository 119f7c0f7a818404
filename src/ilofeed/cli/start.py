"""Where the program begins. What people ask for most, the list of commands and a plain `build`, is
done without loading what reads options: that takes longer than to show the list, or to look whether
there is anything to build."""

from __future__ import annotations

import atexit
import os
import sys

TYPE_CHECKING = False  # the one of `typing`, which takes long to load
if TYPE_CHECKING:
    from typing import NoReturn

WIDTH = 80  # of the list as it is kept; wider than that click makes none


def main() -> None:
    """The command line, from its first word on."""
    if sys.argv[1:] in (["--help"], ["-h"]) and _is_usual() and _show_help():
        return
    if "build" in sys.argv:
        from ilofeed.cli import usual

        if (asked := usual.read(sys.argv[1:])) is not None:
            leave(usual.build(*asked))
    from ilofeed.cli import cli

    cli.main()


def leave(code: int) -> NoReturn:
    """End with an exit code, and at once: Python would free what is left object by object, for
    which it takes as long as for a tenth of a small build."""
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # Python's own end says what it is
        sys.exit(code)
    os._exit(code)


def _is_usual() -> bool:
    """Whether click would make the list for this terminal as it is kept."""
    if "COLUMNS" in os.environ or "_ILOFEED_COMPLETE" in os.environ:
        return False
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):  # no terminal
        return True
    return not 0 < columns < WIDTH


def _show_help() -> bool:
    """Whether it could be shown; if not, the long way fails as well, and says of what."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "help.txt")  # noqa: PTH118, PTH120
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123  pathlib takes as long as Python
            sys.stdout.write(file.read())
        sys.stdout.flush()
    except (OSError, ValueError):
        return False
    return True
