"""What a build tells the next one: what it would say if there is nothing to do, and what of its
work need not be done again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ilofeed.cli import report
from ilofeed.content import dump, keep, load
from ilofeed.document import ORDER, Made
from ilofeed.feeds import next_change
from ilofeed.publish import glance, state
from ilofeed.verify import PATH, Known, Proofs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from ilofeed.build import Draft
    from ilofeed.cli.options import BuildOptions
    from ilofeed.problems import Problem
    from ilofeed.publish import Changes


_NOTHING = "-"  # what is not known of a document


def remember(
    target: Path,
    clock: dt.datetime,
    after: BuildOptions,
    inputs: state.Inputs,
    draft: Draft,
    problems: Sequence[Problem],
    known: Known,
    changes: Changes,
) -> None:
    """Remember a build that was done, for the next one; under the lock of its output."""
    assert draft.site is not None
    assert draft.proven is not None
    assert isinstance(draft.proven.proofs, Proofs)
    documents = draft.documents
    said = state.Said(
        f"{report.counts(draft)}, {report.documents(len(documents), target)}",
        tuple(dataclasses.asdict(problem) for problem in problems),
    )
    state.remember(
        target,
        inputs,
        draft.proven.proofs,
        (
            f"{_hex(proof)} {_hex(one.recipe)} {one.sha256} {one.kind}"
            for one, proof in zip(documents, draft.proven.proofs.digests, strict=True)
        ),
        program=known.program,
        base_url=after.base_url,
        now=clock,
        until=next_change(draft.site.entries, clock),
        said=said,
        left={path: known.seen[path] for path in changes.unchanged if path in known.seen},
    )
    troubled = frozenset(problem.path for problem in problems)
    office = draft.site.office
    lines = keep(draft.site.entries, office, clock, troubled, known.entries)
    state.write_beside(target, "entries", dump(lines, office, clock, known.program))


def known(target: Path) -> Known:
    """What the last build here found to verify, and what of it need not be made again."""
    program = glance.program()
    words, seen = state.published(target, program)
    made: dict[bytes, tuple[Made, ...]] = {}
    proofs = {}
    kinds = {str(kind): kind for kind in ORDER}
    manifest = words[PATH].split(" ")[2] if PATH in words else None
    for path, line in words.items():
        proof, written, sha256, kind = line.split(" ")
        proofs[path] = _bytes(proof)
        if seen and (recipe := _bytes(written)):
            one = Made(path, kinds[kind], recipe, _bytes(sha256))
            made[recipe] = (*made.get(recipe, ()), one)
    with state.open_beside(target, "entries") as file:
        entries = load(file, program)
    return Known(
        proofs=proofs,
        made=made,
        entries=entries,
        manifest=manifest,
        seen=seen,
        program=program,
    )


def _hex(digest: bytes) -> str:
    return digest.hex() if digest else _NOTHING


def _bytes(written: str) -> bytes:
    return bytes.fromhex(written) if written != _NOTHING else b""
