"""What a build tells the next one: what it would say if there is nothing to do, and what of its
work need not be done again."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ilofeed.build import PreviousBuild
from ilofeed.cli import console
from ilofeed.content import dump, keep, load
from ilofeed.document import ORDER, OutputFile
from ilofeed.feeds import next_change
from ilofeed.publish import glance, read_manifest, state

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from ilofeed.build import Draft
    from ilofeed.cli.options import BuildOptions
    from ilofeed.publish import Changes


_NOTHING = "-"  # what is not known of a document


def remember(
    target: Path,
    clock: dt.datetime,
    after: BuildOptions,
    inputs: state.Inputs,
    draft: Draft,
    previous: PreviousBuild,
    changes: Changes,
) -> None:
    """Remember a build that was done, for the next one; under the lock of its output."""
    assert draft.site is not None
    documents = draft.documents
    said = state.Said(
        f"{console.counts(draft)}, {console.documents(len(documents), target)}",
        tuple(dataclasses.asdict(problem) for problem in draft.problems),
    )
    state.remember(
        target,
        inputs,
        draft.proofs,
        (
            f"{_hex(draft.proofs[one.path])} {_hex(one.recipe)} {one.sha256} {one.kind}"
            for one in documents
        ),
        program=previous.program,
        base_url=after.base_url,
        now=clock,
        until=next_change(draft.site.entries, clock),
        said=said,
        left={path: previous.seen[path] for path in changes.unchanged if path in previous.seen},
    )
    troubled = frozenset(problem.path for problem in draft.problems)
    office = draft.site.office
    lines = keep(draft.site.entries, office, clock, troubled, previous.entries)
    state.write_beside(target, "entries", dump(lines, office, clock, previous.program))


def known(target: Path) -> PreviousBuild:
    """Return what the last build here found to verify, and what need not be rendered again."""
    program = glance.program()
    words, seen = state.published(target, program)
    outputs: dict[bytes, tuple[OutputFile, ...]] = {}
    proofs = {}
    kinds = {str(kind): kind for kind in ORDER}
    for path, line in words.items():
        proof, written, sha256, kind = line.split(" ")
        proofs[path] = _bytes(proof)
        if seen and (recipe := _bytes(written)):
            file = OutputFile(path, kinds[kind], recipe, sha256)
            outputs[recipe] = (*outputs.get(recipe, ()), file)
    entries = load(state.read_beside(target, "entries"), program)
    ledger = read_manifest(target) if seen else None
    return PreviousBuild(proofs, outputs, entries, ledger, seen, program)


def _hex(digest: bytes) -> str:
    return digest.hex() if digest else _NOTHING


def _bytes(written: str) -> bytes:
    return bytes.fromhex(written) if written != _NOTHING else b""
