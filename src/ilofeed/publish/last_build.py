"""Load the state of the last build of an output, in the form that each stage of a build needs."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ilofeed.feeds import MANIFEST, Ledger
from ilofeed.model import ORDER, OutputFile
from ilofeed.publish import state
from ilofeed.publish.entry_records import CheckedEntries
from ilofeed.publish.output import read_manifest
from ilofeed.publish.stamps import Input

_KINDS = {str(kind): kind for kind in ORDER}


@dataclass(frozen=True)
class PreviousBuild:
    """The results of the last build, which need not be computed again.

    `proofs` are those of verified documents, by path. `outputs` are the files that are unchanged in
    the output, by recipe. `entries` were checked. `ledger` is that of the manifest; None if the
    manifest has changed. `state` is the complete state.
    """

    proofs: Mapping[str, bytes] = field(default_factory=dict)
    outputs: Mapping[bytes, Sequence[OutputFile]] = field(default_factory=dict)
    entries: CheckedEntries = field(default_factory=CheckedEntries)
    ledger: Ledger | None = None
    state: state.LastBuild = field(default_factory=state.LastBuild)

    def unchanged(self, inputs: Mapping[bytes, Input]) -> frozenset[str]:
        """Return the paths of entry files that were checked and have not changed since."""
        before = self.state.inputs
        paths = ((path, os.fsencode(path)) for path in self.entries.rows)
        return frozenset(
            path for path, key in paths if key in before and inputs.get(key) == before[key]
        )


def recall_build(output: Path) -> PreviousBuild:
    """Return the results of the last build of an output; the caller holds its lock.

    They are empty if the outputs are not those in the manifest, with the same digests.
    """
    last = state.load_state(output)
    ledger = read_manifest(output) if MANIFEST in last.intact else None
    is_damaged = not _KINDS.keys() >= {row.kind for row in last.outputs.values()} or (
        ledger is not None and not _are_listed(last.outputs, ledger)
    )
    if is_damaged:  # or forged
        return PreviousBuild(state=state.LastBuild(last.shown))
    return PreviousBuild(
        proofs={path: row.proof for path, row in last.outputs.items()},
        outputs=_by_recipe(last) if ledger is not None else {},
        entries=CheckedEntries(last.settings, last.since, last.entries),
        ledger=ledger,
        state=last,
    )


def _are_listed(outputs: Mapping[str, state.Output], ledger: Ledger) -> bool:
    return outputs.keys() == ledger.files | {MANIFEST} and all(
        outputs[path].sha256.hex() == digest for path, digest in ledger.documents.items()
    )


def _by_recipe(last: state.LastBuild) -> dict[bytes, list[OutputFile]]:
    """Return the outputs by recipe, without recipes of which a file was changed or deleted."""
    files: dict[bytes, list[OutputFile]] = defaultdict(list)
    changed = {row.recipe for path, row in last.outputs.items() if path not in last.intact}
    for path, row in last.outputs.items():
        if row.recipe and row.recipe not in changed:
            file = OutputFile(path, _KINDS[row.kind], row.recipe, row.sha256.hex())
            files[row.recipe].append(file)
    return dict(files)
