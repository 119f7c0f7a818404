"""Recall what the last build of an output knew, in the terms of the stages that can use it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ilofeed.content import CheckedEntries
from ilofeed.document import ORDER, OutputFile
from ilofeed.feeds import MANIFEST, is_inside
from ilofeed.publish import state
from ilofeed.publish.output import read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ilofeed.feeds import Ledger


@dataclass(frozen=True)
class PreviousBuild:
    """What the last build by this program knew: nothing of it need be done again.

    `proofs` are the digests of documents that verified, by path; `outputs` what the output still
    has of them, by recipe; `ledger` what its manifest says if that is still the same; `entries`
    those that were checked. `state` is all that is remembered, as it is written.
    """

    proofs: Mapping[str, bytes] = field(default_factory=dict)
    outputs: Mapping[bytes, Sequence[OutputFile]] = field(default_factory=dict)
    entries: CheckedEntries = field(default_factory=CheckedEntries)
    ledger: Ledger | None = None
    state: state.LastBuild = field(default_factory=state.LastBuild)


def recall_build(output: Path) -> PreviousBuild:
    """Return what is known of the last build of an output, under its lock."""
    last = state.load(output)
    kinds = {str(kind): kind for kind in ORDER}
    if not all(row.kind in kinds and is_inside(path) for path, row in last.outputs.items()):
        return PreviousBuild(state=state.LastBuild(last.shown))  # a damaged file, or a forged one
    outputs: dict[bytes, list[OutputFile]] = defaultdict(list)
    changed = {row.recipe for path, row in last.outputs.items() if path not in last.intact}
    for path, row in last.outputs.items():
        if row.recipe and row.recipe not in changed:
            file = OutputFile(path, kinds[row.kind], row.recipe, row.sha256.hex())
            outputs[row.recipe].append(file)
    return PreviousBuild(
        proofs={path: row.proof for path, row in last.outputs.items()},
        outputs=dict(outputs),
        entries=CheckedEntries(last.settings, last.since, last.entries),
        ledger=read_manifest(output) if MANIFEST in last.intact else None,
        state=last,
    )
