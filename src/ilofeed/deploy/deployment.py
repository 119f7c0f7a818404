"""Compare the output with a target, and change the target: its feeds name only pages it has.

The caller holds the lock of the output.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ilofeed import files
from ilofeed.deploy.engine import MAX_ASKED, Engine
from ilofeed.deploy.plan import (
    DONE,
    FOR_GITHUB,
    STARTED,
    Plan,
    Record,
    headers_of,
    make_plan,
    read_record,
    refuse_loss,
    refuse_strangers,
    render_record,
)
from ilofeed.feeds import MANIFEST, Ledger, ManifestError, is_archive, parse_manifest
from ilofeed.files import PublishError
from ilofeed.publish import is_copy, is_unfinished, load_state, read_manifest

MAX_BYTES = 256 * 1024 * 1024  # of the manifest at the target, and of each record
LEAST, PARTS = 1000, 10  # files between two records of what is done, and how many records at most
_PRIVATE = {"Content-Type": "application/json", "Cache-Control": "no-store"}

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Deployment:
    """What to do: the SHA-256 of each file of the output by path, its ledger, the record of the
    target, and the plan. `refused` has a message for each rule that forbids it."""

    output: Path
    files: Mapping[str, str]
    ledger: Ledger
    record: Record
    plan: Plan
    refused: Mapping[str, str]
    is_resumed: bool = False  # whether a deployment to the target was killed

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.plan.groups or self.plan.deleted or self.is_resumed)


def prepare(
    output: Path, engine: Engine, allowed: Collection[str], *, everything: bool
) -> Deployment:
    """Compare the output with the target; with `everything`, as if every file there were unknown.

    Raise `PublishError` if the output is not that of a complete build, or the target fails.
    """
    ledger = read_manifest(output)
    if ledger is None:
        raise PublishError(f"there is no {MANIFEST} in {output}; run `ilofeed build` first")
    if is_unfinished(output):
        raise PublishError(f"the last build into {output} did not end; run `ilofeed build` again")
    present = dict(_digests(output, ledger, copies=not engine.target.has_headers))
    there = engine.sizes()
    known = _read(engine, there, DONE, STARTED)
    record = read_record(known.get(DONE), known.get(STARTED), None)
    refused: dict[str, str] = {}
    is_same = record.files.get(MANIFEST) == present[MANIFEST]
    if not is_same or there.get(MANIFEST) != (output / MANIFEST).stat().st_size:
        data = _read(engine, there, MANIFEST).get(MANIFEST)
        before = _parse(engine, data) if data is not None else None
        record = read_record(known.get(DONE), known.get(STARTED), before)
        refused |= refuse_loss(before, ledger) if before is not None else {}
        recorded = record.files.get(MANIFEST)
        everything |= recorded not in {None, hashlib.sha256(data or b"").hexdigest()}
    if everything:  # also if another program has uploaded a site since
        record = Record(others=record.ours)
    ours, unsure = record.ours, [path for path in record.others if is_archive(path)]
    unsure = [path for path in unsure if path in present and path not in record.files]
    archives = engine.sizes(deep=True, paths=unsure) if unsure else {}
    plan = make_plan(present, ledger, record, archives, has_headers=engine.target.has_headers)
    new = [path for path in plan.paths if path not in ours]
    if new:
        asked = new if ours and len(new) <= MAX_ASKED else []
        refused |= refuse_strangers(engine.sizes(deep=True, paths=asked).keys() & set(new))
    refused = {rule: text for rule, text in refused.items() if rule not in allowed}
    return Deployment(output, present, ledger, record, plan, refused, STARTED in there)


def carry_out(deployment: Deployment, engine: Engine, report: Progress) -> None:
    """Change the target as planned. `report` gets the number of files that are uploaded."""
    plan = deployment.plan
    if deployment.is_resumed:
        engine.delete_partial()
    remaining = dict.fromkeys((*plan.paths, *plan.deleted), "")
    done = {path: sha for path, sha in deployment.record.files.items() if path not in remaining}
    total, count, recorded = len(plan.paths), 0, 0
    size = max(LEAST, total // PARTS)

    def advance(number: int) -> None:
        report("Uploading", count + number, total)

    started = _start(engine, remaining)
    engine.delete(plan.stale)
    advance(0)
    for group in plan.groups:
        headers = headers_of(group[0], deployment.ledger) if engine.target.has_headers else {}
        if MANIFEST in group and _read(engine, engine.sizes(), STARTED).get(STARTED) != started:
            raise PublishError(f"another deployment to {engine.target.shown} began; run this again")
        for start in range(0, len(group), size):
            part = group[start : start + size]
            engine.upload(deployment.output, part, headers, advance)
            count += len(part)
            for path in part:
                done[path] = deployment.files[path]
                del remaining[path]
            if count - recorded >= size:  # a kill costs no more than a part
                engine.write(DONE, render_record(done), _PRIVATE)
                started, recorded = _start(engine, remaining), count
    for group in plan.gone:
        engine.delete(group)
    if plan.deleted:
        kept = files.folders_of(deployment.files)
        engine.delete_empty(set(files.folders_of(plan.deleted)).difference(kept))
    engine.write(DONE, render_record(done), _PRIVATE)
    engine.delete([STARTED])


def _start(engine: Engine, remaining: Mapping[str, str]) -> bytes:
    """Write to the target what is going to change; return the bytes."""
    data = render_record(remaining)
    engine.write(STARTED, data, _PRIVATE)
    return data


def _digests(output: Path, ledger: Ledger, *, copies: bool) -> Iterator[tuple[str, str]]:
    """Yield path and hexadecimal SHA-256 of each file of the output. The state of the build knows
    those that have not changed since. Without `copies`, compressed copies are left out: a store
    does not send them in place of their documents."""
    state = load_state(output)
    paths = (ledger.files | {MANIFEST}) - {FOR_GITHUB}
    if not copies:
        paths = frozenset(path for path in paths if not is_copy(path, ledger.files))
    root = os.path.realpath(output)
    for folder in files.folders_of(paths):
        path = os.path.realpath(f"{output}/{folder}")
        if not Path(path).is_relative_to(root):
            raise PublishError(f"the link {output / folder} leads out of the output; remove it")
    for path in sorted(paths):
        if not path.isprintable():
            raise PublishError(f"the name of a file is not printable: {path!r}")
        if path in state.intact:
            yield path, state.outputs[path].sha256.hex()
            continue
        data = files.read_regular(output / path)
        if data is None:
            raise PublishError(f"{output / path} is missing; run `ilofeed build --check-output`")
        yield path, hashlib.sha256(data).hexdigest()


def _read(engine: Engine, there: Mapping[str, int], *names: str) -> dict[str, bytes]:
    """Return the bytes of those files that exist; raise `PublishError` if one is too large."""
    present = [name for name in names if name in there]
    for name in present:
        if there[name] > MAX_BYTES:
            raise PublishError(f"{engine.target.shown}: {name} is larger than {MAX_BYTES:,} bytes")
    return engine.read(present) if present else {}


def _parse(engine: Engine, manifest: bytes) -> Ledger:
    try:
        return parse_manifest(manifest)
    except ManifestError as error:
        raise PublishError(
            f"{MANIFEST} at {engine.target.shown} cannot be used: {error}"
        ) from error
