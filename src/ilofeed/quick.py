"""A build that has nothing to do says so, without loading what a build needs."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from ilofeed import console, options, state
from ilofeed.problems import Problem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from ilofeed.chain import Draft
    from ilofeed.proof import Known


def build(
    root: Path, clock: dt.datetime, after: options.After, form: str, *, strict: bool
) -> int | None:
    """The exit code of a build that would change nothing; None where it has to be done."""
    started = time.monotonic()
    target = options.output_folder(root, after.output)
    if after.previous is not None:
        return None
    found = state.recall(root, target, options=_key(after), now=clock)
    if found is None or (strict and found.problems):
        return None
    problems = [Problem(**one) for one in found.problems]
    code = console.report(root, problems, (), form, strict=strict)
    console.say(f"{found.summary}: nothing changed ({time.monotonic() - started:.1f} s)")
    console.say("subscribers see 0 new, 0 changed, 0 gone")
    return code


def remember(
    target: Path,
    clock: dt.datetime,
    after: options.After,
    inputs: state.Inputs,
    draft: Draft,
    problems: Sequence[Problem],
) -> None:
    """Remember a build that was done, for the next one; under the lock of its output."""
    from ilofeed.selection import next_change

    assert draft.site is not None
    proofs = draft.proven.proofs if draft.proven is not None else {}
    paths = sorted(document.path for document in draft.documents)
    said = state.Remembered(
        f"{console.counts(draft)}, {console.documents(len(paths), target)}",
        tuple(dataclasses.asdict(problem) for problem in problems),
    )
    state.remember(
        target,
        inputs,
        {path: proofs.get(path, "") for path in paths},
        options=_key(after),
        now=clock,
        until=next_change(draft.site.entries, clock),
        said=said,
    )


def known(target: Path) -> Known:
    """What the last build here found to verify."""
    from ilofeed.proof import Known

    return Known(state.proofs(target))


def _key(after: options.After) -> tuple[str | None, ...]:
    return (after.base_url,)
