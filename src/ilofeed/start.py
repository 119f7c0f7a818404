"""Where the program begins. What people ask for most, the list of commands and a plain `build`, is
done without loading what reads options: that takes longer than to show the list, or to look whether
there is anything to build."""

from __future__ import annotations

import os
import sys

WIDTH = 80  # of the list as it is kept; wider than that click makes none


def main() -> None:
    """The command line, from its first word on."""
    if sys.argv[1:] in (["--help"], ["-h"]) and _is_usual() and _show_help():
        return
    if "build" in sys.argv:
        from ilofeed import usual

        if (asked := usual.read(sys.argv[1:])) is not None:
            usual.build(*asked)
    from ilofeed import cli

    cli.main()


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
    path = os.path.join(os.path.dirname(__file__), "data", "help.txt")  # noqa: PTH118, PTH120
    try:
        with open(path, encoding="ascii") as file:  # noqa: PTH123  pathlib takes as long as Python
            sys.stdout.write(file.read())
        sys.stdout.flush()
    except (OSError, ValueError):
        return False
    return True
