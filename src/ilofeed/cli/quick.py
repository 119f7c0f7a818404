"""A build that has nothing to do says so, without loading what a build needs."""

from __future__ import annotations

import sys
import time

from ilofeed.publish import glance

TYPE_CHECKING = False  # the one of `typing`, which takes long to load
if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from ilofeed.cli.options import After


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
    facts = glance.recall(root, target, base_url, now)
    if facts is None:
        return None
    problems, code = glance.value(facts["problems"]), 0
    if strict and problems:
        return None
    if problems or form != "auto":  # an empty list is shown to programs alone
        code = _report(root, problems, form, strict=strict)
    _tell(f"{glance.value(facts['summary'])}: nothing changed ({time.monotonic() - started:.1f} s)")
    _tell("subscribers see 0 new, 0 changed, 0 gone")
    return code


def _report(root: str, problems: list[dict[str, str]], form: str, *, strict: bool) -> int:
    from pathlib import Path

    from ilofeed.cli import console
    from ilofeed.problems import Problem

    found = [Problem(**one) for one in problems]  # type: ignore[arg-type]  # as they were written
    return console.report(Path(root), found, (), form, strict=strict)


def _tell(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201  as `console.say`
