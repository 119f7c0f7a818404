"""What the commands that read an office do, without the library that reads their options.

Each returns the exit code. `progress` is told how many documents are verified, of how many.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ilofeed import chain, console, options, publish
from ilofeed.check import check as check_all
from ilofeed.continuity import compare
from ilofeed.previous import load_previous
from ilofeed.read import read_office
from ilofeed.selection import waiting

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path


def check(
    root: Path, clock: dt.datetime, form: str, progress: Callable[[int, int], None], *, strict: bool
) -> int:
    """Everything but publishing."""
    draft = chain.prepare(root, clock, progress=progress)
    code = console.report(root, draft.problems, draft.faults, form, strict=strict)
    if code == console.DONE:
        console.say(f"{console.counts(draft)}: all is well")
    return code


def build(
    root: Path,
    clock: dt.datetime,
    output: Path,
    base_url: str | None,
    previous: str | None,
    form: str,
    progress: Callable[[int, int], None],
    *,
    strict: bool,
) -> int:
    """Publish what changed, and say what subscribers notice."""
    started = time.monotonic()
    target = options.output_folder(root, output)
    with publish.locked(target):
        before = load_previous(previous, root, target)
        draft = chain.prepare(root, clock, options.base_url(base_url), before, progress)
        code = console.report(root, draft.problems, draft.faults, form, strict=strict)
        if code != console.DONE:
            return code
        changes = chain.finish(draft, target)
    took = f"({time.monotonic() - started:.1f} s)"
    console.say(f"{console.counts(draft)}, {console.changed(changes, target)} {took}")
    if before is not None and draft.ledger is not None:
        console.say(console.noticed(compare(before, draft.ledger)))
    return console.DONE


def due(root: Path, clock: dt.datetime) -> int:
    """The entries that wait for their date, and the moment each is released."""
    site, problems = check_all(read_office(root), clock)
    if site is None:
        return console.report(root, problems, (), "auto", strict=False)
    later = waiting(site.entries, clock)
    for entry in later:
        console.answer(f"{entry.published.isoformat()}  {entry.path}  {entry.title}")
    if not later:
        console.say("nothing is waiting for its date")
    return console.DONE
