"""A build that has nothing to do says so, without loading what a build needs."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ilofeed.publish import find_nothing_to_do

TYPE_CHECKING = False  # the one of `typing`, which takes long to load
if TYPE_CHECKING:
    import datetime as dt

    from ilofeed.cli.options import After
    from ilofeed.problems import Problem


def build(root: Path, clock: dt.datetime, after: After, form: str, *, strict: bool) -> int | None:
    """The exit code of a build that would change nothing; None where it has to be done."""
    from ilofeed.cli.options import output_folder

    target = str(output_folder(root, after.output))
    if after.previous is not None:
        return None
    now = clock.timestamp()
    return say(str(root), target, after.base_url, now, form, strict=strict)


def say(
    root: str,
    target: str,
    base_url: str | None,
    now: float,
    form: str = "auto",
    *,
    strict: bool = False,
) -> int | None:
    """The same of a folder to publish to; `now` in seconds since 1970."""
    started = time.monotonic()
    summary = find_nothing_to_do(Path(root), Path(target), base_url, now)
    if summary is None or (strict and summary.problems):
        return None
    code = 0
    if summary.problems or form != "auto":  # an empty list is shown to programs alone
        code = _report(root, summary.problems, form, strict=strict)
    _tell(f"{summary.text}: nothing changed ({time.monotonic() - started:.1f} s)")
    _tell("subscribers see 0 new, 0 changed, 0 gone")
    return code


def _report(root: str, problems: tuple[Problem, ...], form: str, *, strict: bool) -> int:
    from ilofeed.cli import console

    return console.report(Path(root), problems, (), form, strict=strict)


def _tell(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201  as `console.say`
