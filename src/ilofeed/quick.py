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


_NOTHING = "-"  # what is not known of a document


def build(
    root: Path, clock: dt.datetime, after: options.After, form: str, *, strict: bool
) -> int | None:
    """The exit code of a build that would change nothing; None where it has to be done."""
    started = time.monotonic()
    target = options.output_folder(root, after.output)
    if after.previous is not None:
        return None
    found = state.recall(root, target, options=_key(after), now=clock, processes=after.processes)
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
    known: Known,
) -> None:
    """Remember a build that was done, for the next one; under the lock of its output."""
    from ilofeed.entrymemory import dump, keep
    from ilofeed.selection import next_change

    assert draft.site is not None
    proofs = draft.proven.proofs if draft.proven is not None else {}
    documents = sorted(draft.documents, key=lambda document: document.path)
    said = state.Remembered(
        f"{console.counts(draft)}, {console.documents(len(documents), target)}",
        tuple(dataclasses.asdict(problem) for problem in problems),
    )
    state.remember(
        target,
        inputs,
        {
            one.path: (proofs.get(one.path, _NOTHING), one.recipe or _NOTHING, one.sha256, one.kind)
            for one in documents
        },
        options=_key(after),
        now=clock,
        until=next_change(draft.site.entries, clock),
        said=said,
    )
    troubled = frozenset(problem.path for problem in problems)
    memory = keep(draft.site.entries, draft.site.office, clock, troubled, known.entries)
    state.write_beside(target, "entries", dump(memory, state.program()))


def known(target: Path) -> Known:
    """What the last build here found to verify, and what of it need not be made again."""
    from ilofeed.document import ORDER, Made
    from ilofeed.entrymemory import load
    from ilofeed.manifest import PATH
    from ilofeed.proof import Known

    words, is_intact = state.published(target)
    made: dict[str, list[Made]] = {}
    kinds = {str(kind): kind for kind in ORDER}
    for path, (_, recipe, sha256, kind) in words.items():
        if is_intact and recipe != _NOTHING:
            made.setdefault(recipe, []).append(Made(path, kinds[kind], recipe, sha256))
    return Known(
        proofs={path: proof for path, (proof, *_) in words.items()},
        made=made,
        entries=load(state.read_beside(target, "entries"), state.program()),
        manifest=words[PATH][2] if PATH in words else None,
    )


def _key(after: options.After) -> tuple[str | None, ...]:
    return (after.base_url,)
