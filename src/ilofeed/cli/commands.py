"""What the commands that read an office do, without the library that reads their options.

Each returns the exit code. `meter` is told of the stages.
"""

from __future__ import annotations

import dataclasses
import time
from functools import partial
from typing import TYPE_CHECKING

from ilofeed import build as chain
from ilofeed import garbage
from ilofeed.cli import console, lastbuild, options
from ilofeed.content import check as check_all
from ilofeed.content import read_again, read_office
from ilofeed.copies import processors
from ilofeed.feeds import Ledger, waiting
from ilofeed.problems import has_errors
from ilofeed.publish import load_previous, state
from ilofeed.publish import output as publish
from ilofeed.verify import manifestreader

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection
    from pathlib import Path

    from ilofeed.cli.progress import Meter
    from ilofeed.problems import Problem


def check(root: Path, clock: dt.datetime, form: str, meter: Meter, *, strict: bool) -> int:
    """Everything but publishing."""
    draft = chain.prepare(root, clock, tell=meter, processes=processors())
    meter.end()
    code = console.report(root, draft.problems, draft.faults, form, strict=strict)
    if code == console.DONE:
        console.say(f"{console.counts(draft)}: all is well")
    return code


def build(
    root: Path,
    clock: dt.datetime,
    after: options.After,
    form: str,
    meter: Meter,
    *,
    strict: bool,
) -> int:
    """Publish what changed, and say what subscribers notice."""
    started = time.monotonic()
    garbage.look_rarely()
    target = options.output_folder(root, after.output)
    with publish.locked(target):
        inputs = state.look(root)
        known = lastbuild.known(target)
        before = load_previous(_where(root, clock, after), root, target, known.manifest)
        waited = publish.read_waiting(target)
        kept = _kept(before, after.allowed)
        draft = chain.prepare(root, clock, after.base_url, kept, meter, after.processes, known)
        meter("Comparing", 0, 1)
        guarded = _guarded(root, before, draft, clock, after.allowed)
        problems = sorted([*draft.problems, *guarded])
        meter.end()
        code = console.report(root, problems, draft.faults, form, strict=strict)
        if code != console.DONE:
            return code
        meter("Publishing", 0, 1)
        changes = chain.finish(draft, target, known.manifest)
        if after.previous is None:
            lastbuild.remember(target, clock, after, inputs, draft, draft.problems, known, changes)
    took = f"({time.monotonic() - started:.1f} s)"
    console.say(f"{console.counts(draft)}, {console.changed(changes, target)} {took}")
    if before is not None and draft.ledger is not None:
        from ilofeed.publish import compare  # a first build has nothing to compare

        console.say(console.noticed(compare(before, draft.ledger, waited)))
    garbage.look_no_more()
    return console.DONE


def diff(
    root: Path,
    clock: dt.datetime,
    after: options.After,
    form: Format,
    meter: Meter,
) -> int:
    """What the next build would mean to subscribers; the exit code is the one it would have."""
    from ilofeed.publish import FORMATS, compare

    target = options.output_folder(root, after.output)
    before = load_previous(_where(root, clock, after), root, target) or Ledger({}, {}, frozenset())
    waited = publish.read_waiting(target)
    draft = chain.prepare(root, clock, after.base_url, before, meter, after.processes)
    meter.end()
    if draft.ledger is None or draft.faults:
        return console.report(root, draft.problems, draft.faults, "auto", strict=False)
    guarded = _guarded(root, before, draft, clock, after.allowed)
    console.answer(FORMATS[form](compare(before, draft.ledger, waited), guarded), end="")
    if form != "text":
        return console.REFUSED if has_errors(guarded) else console.DONE
    return console.report(root, guarded, (), "text", strict=False)


def _where(root: Path, clock: dt.datetime, after: options.After) -> str | None:
    """The previous manifest; `live` is the one at the address that the site is published for."""
    if after.previous != "live":
        return after.previous
    from ilofeed.cli import live

    url = live.address(root, clock, after.base_url)
    return f"{url}{manifestreader.PATH}" if url is not None else "none"  # then nothing is published


def _kept(before: Ledger | None, allowed: Collection[str]) -> Ledger | None:
    """The ledger of which a build keeps what is empty now; where feeds may vanish, nothing."""
    if before is None or "feed-vanished" not in allowed:
        return before
    return dataclasses.replace(before, documents={})


def _guarded(
    root: Path,
    before: Ledger | None,
    draft: chain.Draft,
    clock: dt.datetime,
    allowed: Collection[str],
) -> list[Problem]:
    if before is None or draft.site is None or draft.ledger is None:
        return []
    from ilofeed.publish import check_continuity

    return check_continuity(
        draft.site, before, draft.ledger, partial(read_again, root), clock, allowed
    )


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
