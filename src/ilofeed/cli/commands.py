"""What the commands that read an office do, without the library that reads their options.

Each returns the exit code. `meter` is told of the stages.
"""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

from ilofeed import build as chain
from ilofeed.cli import console, options
from ilofeed.content import check as check_all
from ilofeed.content import read_office
from ilofeed.feeds import MANIFEST, Ledger, waiting
from ilofeed.problems import has_errors
from ilofeed.publish import PreviousBuild, load_previous, load_state, recall_build
from ilofeed.publish import output as publish
from ilofeed.workers import processors

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from ilofeed.cli.progress import Meter
    from ilofeed.publish import diff as diffs


def check(root: Path, clock: dt.datetime, form: str, meter: Meter, *, strict: bool) -> int:
    """Everything but publishing."""
    context = chain.BuildContext(processes=processors(), progress=meter)
    draft = chain.prepare(root, clock, context)
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
    gc.set_threshold(50_000, 20, 100)  # entries and documents live until the build ends
    target = options.output_folder(root, after.output)
    with publish.locked(target):
        previous = recall_build(target)
        before = load_previous(_where(root, clock, after), root, target)
        context = _context(after, before, meter, previous)
        draft = chain.prepare(root, clock, context)
        problems = sorted([*draft.problems, *draft.refused])
        meter.end()
        code = console.report(root, problems, draft.faults, form, strict=strict)
        if code != console.DONE:
            return code
        meter("Publishing", 0, 1)
        changes = chain.finish(draft, target)
        counted = f"{console.counts(draft)}, {console.documents(len(draft.documents), target)}"
        summary = counted if after.previous is None else None
        chain.remember(draft, target, clock, context, changes, summary)
    took = f"({time.monotonic() - started:.1f} s)"
    console.say(f"{console.counts(draft)}, {console.changed(changes, target)} {took}")
    if before is not None and draft.ledger is not None:
        from ilofeed.publish import compare  # a first build has nothing to compare

        console.say(console.noticed(compare(before, draft.ledger, previous.state.shown.waiting)))
    return console.DONE


def diff(
    root: Path,
    clock: dt.datetime,
    after: options.After,
    form: diffs.Style,
    meter: Meter,
) -> int:
    """What the next build would mean to subscribers; the exit code is the one it would have."""
    from ilofeed.publish import FORMS, compare

    target = options.output_folder(root, after.output)
    before = load_previous(_where(root, clock, after), root, target) or Ledger({}, {}, frozenset())
    waited = load_state(target).shown.waiting
    draft = chain.prepare(root, clock, _context(after, before, meter))
    meter.end()
    if draft.ledger is None or draft.faults:
        return console.report(root, draft.problems, draft.faults, "auto", strict=False)
    console.answer(FORMS[form](compare(before, draft.ledger, waited), draft.refused), end="")
    if form != "text":
        return console.REFUSED if has_errors(draft.refused) else console.DONE
    return console.report(root, draft.refused, (), "text", strict=False)


def _where(root: Path, clock: dt.datetime, after: options.After) -> str | None:
    """The previous manifest; `live` is the one at the address that the site is published for."""
    if after.previous != "live":
        return after.previous
    from ilofeed.cli import live

    url = live.address(root, clock, after.base_url)
    return f"{url}{MANIFEST}" if url is not None else "none"  # then nothing is published


def _context(
    after: options.After,
    before: Ledger | None,
    meter: Meter,
    previous: PreviousBuild | None = None,
) -> chain.BuildContext:
    return chain.BuildContext(
        base_url=after.base_url,
        before=before,
        allowed=after.allowed,
        previous=previous or PreviousBuild(),
        processes=after.processes,
        progress=meter,
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
