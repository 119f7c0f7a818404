"""Load what is known of the last build of an output, in the form that each stage needs.

The manifest in the output says what subscribers have. If it is lost, its copy next to the output
takes its place, as far as the state proves that it is that of the last build.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ilofeed import files
from ilofeed.feeds import MANIFEST, Ledger, ManifestError, NewerManifestError, parse_manifest
from ilofeed.files import PublishError
from ilofeed.http import is_address
from ilofeed.model import FILE_NAMES, ORDER, OutputFile
from ilofeed.problems import attempting, plural
from ilofeed.publish import state
from ilofeed.publish.beside import COPY, beside
from ilofeed.publish.entry_records import CheckedEntries
from ilofeed.publish.live import fetch_ledger
from ilofeed.publish.output import parse_ledger, read_manifest
from ilofeed.publish.stamps import Input

_GENERATOR = b"<generator>ilofeed</generator>"
_WITH_GENERATOR = frozenset({FILE_NAMES["atom"], FILE_NAMES["rss"]})
_KINDS = {str(kind): kind for kind in ORDER}


@dataclass(frozen=True)
class PreviousBuild:
    """The results of the last build, which need not be computed again.

    `outputs` are the files that are unchanged in the output, by recipe. `ledger` is that of the
    manifest; None if the manifest has changed. `state` is the complete state.
    """

    outputs: Mapping[bytes, Sequence[OutputFile]] = field(default_factory=dict)
    ledger: Ledger | None = None
    state: state.LastBuild = field(default_factory=state.LastBuild)

    @property
    def entries(self) -> CheckedEntries:
        """The entries that were checked."""
        return CheckedEntries(self.state.settings, self.state.since, self.state.entries)

    def unchanged(self, inputs: Mapping[bytes, Input]) -> frozenset[str]:
        """Return the paths of entries that were checked, if neither their file nor the files that
        they publish have changed since."""
        before = self.state.inputs

        def is_unchanged(key: bytes) -> bool:
            return key in before and inputs.get(key) == before[key]

        return frozenset(
            path
            for path, _, _, files in self.state.entries.values()
            if is_unchanged(os.fsencode(path))
            and (not files or all(map(is_unchanged, files.split(b"\0")[:-1])))
        )


def recall_build(output: Path, *, check: bool = False) -> PreviousBuild:
    """Return the results of the last build of an output; the caller holds its lock.

    They are empty if the outputs are not those in the manifest, with the same digests. With
    `check`, the files of the output are read, to find those that a disk has damaged.
    """
    last = state.load_state(output, check=check)
    ledger = None
    if MANIFEST in last.intact:
        with contextlib.suppress(PublishError):  # `load_previous` reports it
            ledger = read_manifest(output)
    is_damaged = not _KINDS.keys() >= {row.kind for row in last.outputs.values()} or (
        ledger is not None and not _are_listed(last.outputs, ledger)
    )
    if is_damaged:  # or forged
        return PreviousBuild(state=state.LastBuild(last.shown))
    return PreviousBuild(
        outputs=_by_recipe(last) if ledger is not None else {},
        ledger=ledger,
        state=last,
    )


def _are_listed(outputs: Mapping[str, state.Output], ledger: Ledger) -> bool:
    return outputs.keys() == ledger.files | {MANIFEST} and all(
        outputs[path].sha256.hex() == digest for path, digest in ledger.documents.items()
    )


def _by_recipe(last: state.LastBuild) -> dict[bytes, list[OutputFile]]:
    """Return the outputs by recipe, without recipes of which a file was changed or deleted."""
    unchanged: dict[bytes, list[OutputFile]] = defaultdict(list)
    changed = {row.recipe for path, row in last.outputs.items() if path not in last.intact}
    for path, row in last.outputs.items():
        if row.recipe and row.recipe not in changed:
            file = OutputFile(path, _KINDS[row.kind], row.recipe, row.sha256.hex())
            unchanged[row.recipe].append(file)
    return dict(unchanged)


@dataclass(frozen=True, slots=True)
class Previous:
    """What was published before a build.

    `ledger` is compared with the ledger of the build. `owned` lists the files of the output that
    the build may delete. `notice` says that the manifest was lost and its copy is used, and which
    files are damaged. `lost` says why there is no ledger although something was published.
    """

    ledger: Ledger | None = None
    owned: Ledger | None = None
    notice: str = ""
    lost: str = ""


def load_previous(
    where: str | None, root: Path, output: Path, damaged: Collection[str] = ()
) -> Previous:
    """Return what was published before, by the manifest that `--previous` names: a path, a URL or
    `none`; by default by that of the output. `damaged` are paths of the output.

    Raise `PublishError` or `OSError` if the manifest cannot be read: a site that does not answer
    must not be treated as empty.
    """
    before = load_named(where, root) if where is not None else None
    damage, owned = "", None
    try:
        owned = read_manifest(output)
        if MANIFEST in damaged:
            damage, owned = f"{output / MANIFEST} has other bytes than were published", None
    except PublishError as error:
        if isinstance(error.__cause__, NewerManifestError):
            raise
        damage = str(error)
    report = _describe(damaged)
    if owned is not None:
        return Previous(before if where is not None else owned, owned, report)
    copy, is_owner = _read_copy(output)
    place = beside(output, COPY)
    if where is not None:
        is_copy = where != "none" and (root / where).resolve() == place
        return Previous(before, before if is_copy else copy if is_owner else None, report)
    if copy is not None:
        what = damage or f"{output / MANIFEST} is missing"
        notice = "\n".join(filter(None, [f"{what}; its copy {place} is used instead", report]))
        return Previous(copy, copy if is_owner else None, notice)
    advice = _advise(place, root)
    if damage:
        raise PublishError(f"{damage}; {advice}")
    lost = _find_loss(output, place)
    return Previous(notice=report, lost=f"{lost}; {advice}" if lost else "")


def _describe(damaged: Collection[str]) -> str:
    """Return a line with the number and the first paths of damaged files; "" if there are none."""
    if not damaged:
        return ""
    first = ", ".join(sorted(damaged)[:3]) + (", …" if len(damaged) > 3 else "")
    return f"{plural(len(damaged), 'published file')} damaged on the disk: {first}"


def load_named(where: str, root: Path) -> Ledger | None:
    """Return the ledger at a path or a URL; None for `none`."""
    if where == "none":
        return None
    if is_address(where):
        return fetch_ledger(where)
    with attempting(f"read {root / where}"):
        return parse_ledger(where, (root / where).read_bytes())


def _read_copy(output: Path) -> tuple[Ledger | None, bool]:
    """Return the ledger in the copy of the manifest, None if it is not that of the last build; and
    whether that build published to this very folder, so that its files may be deleted."""
    sha256, is_owner = state.last_manifest(output)
    with contextlib.suppress(OSError, ManifestError):
        data = files.read_regular(beside(output, COPY))
        if data is not None and hashlib.sha256(data).hexdigest() == sha256:
            return parse_manifest(data), is_owner
    return None, False


def _find_loss(output: Path, copy: Path) -> str:
    """Return the reason why something was published before, without a manifest; "" if nothing."""
    missing = f"{output / MANIFEST} is missing"
    if copy.exists():
        return f"{missing}, and {copy} is not known to be that of the last build"
    if state.last_manifest(output)[0]:
        return f"{missing}, but {state.state_path(output)} knows of an earlier build"
    if feed := _find_feed(output):
        return f"{missing}, but {feed} was published earlier"
    return ""


def _find_feed(output: Path) -> str:
    """Return the path of a feed that ilofeed generated, "" if there is none; the outputs of other
    offices in folders of this one are skipped."""
    for folder, folders, names in os.walk(output):
        if MANIFEST in names and Path(folder) != output:
            folders.clear()
            continue
        for name in _WITH_GENERATOR.intersection(names):
            path = Path(folder, name)
            with contextlib.suppress(OSError):
                if _GENERATOR in (files.read_regular(path) or b""):
                    return str(path)
    return ""


def _advise(copy: Path, root: Path) -> str:
    """Return what to do about a manifest that is lost."""
    where = "live"
    with contextlib.suppress(OSError, ValueError):
        if (data := files.read_regular(copy)) is not None:
            parse_manifest(data)
            where = str(copy)
            where = os.path.relpath(copy, root.resolve())  # not from another drive of Windows
    return (
        f"restore it from a backup, or run `ilofeed build --previous {where}` (`none` instead of "
        f"`{where}` if nothing was ever published)"
    )
