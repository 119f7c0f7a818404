"""Store the state of a build in a SQLite file next to its output (`.public.state`).

The tables `build`, `inputs`, `outputs` and `entries` make the next build faster. They are valid for
one version of the program, and discarded on any doubt. The table `shown` is valid for all versions.
An unusable file is never an error: the build then does all its work.

The device and the inode of the output are stored in the file, and it is not used for any other
output. A link at its path is not followed or deleted.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ilofeed import files
from ilofeed.problems import Problem
from ilofeed.publish import stamps
from ilofeed.publish.beside import COPY, DRAFTS, STATE, beside, identify, is_unfinished
from ilofeed.publish.stamps import Input, Stamp, stamp_of
from ilofeed.publish.state_file import (
    ERRORS,
    Row,
    digest_rows,
    opened,
    read_facts,
    read_rows,
    write_facts,
    write_rows,
    written,
)

# path, digest of the source, the entry as JSON, the paths of its files with a zero byte after each
EntryRow: TypeAlias = tuple[str, bytes, bytes, bytes]
_PROBLEM_TYPES = {(str, int, int, str, str, str, int, int)}


class Output(NamedTuple):
    """A published file: its path, kind and recipe, the SHA-256 of its bytes, and its stamp."""

    path: str
    kind: str
    recipe: bytes
    sha256: bytes
    mtime: int = 0
    ctime: int = 0
    size: int = 0
    inode: int = 0

    @property
    def stamp(self) -> Stamp:
        """The stamp of the file at the end of the build."""
        return self[4:]


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """The summary and the problems that a build prints again if the output is up to date."""

    text: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class LastShown:
    """What subscribers were last shown: the hexadecimal SHA-256 of the manifest. `waiting` are the
    ids of entries with a future date, which are not in the manifest."""

    manifest: str = ""
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LastBuild:
    """The state of the last build; only `shown` if it was another version of the program.

    `settings` is the digest of the settings that entries were checked for (`ids.settings_digest`).
    `since` is the time of the build in seconds since 1970; `intact` are paths of unchanged outputs,
    `damaged` those of files whose bytes changed but not their stamps, if that was checked.
    """

    shown: LastShown = LastShown()
    settings: str = ""
    since: float = 0.0
    inputs: Mapping[bytes, Input] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    entries: Mapping[str, EntryRow] = field(default_factory=dict)
    intact: frozenset[str] = frozenset()
    damaged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NewBuild:
    """The state of a published build, to be saved.

    It is valid from `since` until `until`, in seconds since 1970. The `inputs` were scanned before
    the first was read. The `outputs` have no stamps yet; `written` are paths of replaced files.
    """

    base_url: str | None
    precompress: bool
    since: float
    until: float | None
    summary: BuildSummary
    settings: str
    inputs: Mapping[bytes, Input]
    outputs: Iterable[Output]
    written: Collection[str]
    entries: Mapping[str, EntryRow]


def state_path(output: Path) -> Path:
    """Return the path of the state file of an output folder."""
    return beside(output, STATE)


def recall_summary(
    root: Path, output: Path, base_url: str | None, now: float, *, precompress: bool = False
) -> BuildSummary | None:
    """Return the summary of the last build if the output is up to date; None if not.

    It is up to date if inputs, outputs, options and program are those of the last build, and no
    date of an entry has come since. `now` is in seconds since 1970.
    """
    try:
        with opened(state_path(output)) as connection:
            if connection is None or is_unfinished(output) or not _is_of(connection, output):
                return None
            facts = read_facts(connection, "build")
            until = facts["until"]
            is_valid = facts["since"] <= now and (until is None or now < until)
            last = facts["program"], facts["base_url"], facts["precompress"]
            if not is_valid or last != (stamps.program_digest(), base_url, precompress):
                return None
            if not stamps.are_unchanged(root, connection.execute("SELECT * FROM inputs")):
                return None
            query = "SELECT path, mtime, ctime, size, inode FROM outputs"
            rows = connection.execute(query).fetchall()
            is_complete = len(rows) == facts["outputs"] and facts["copy"] == _stamp_copy(output)
            if is_complete and all(stamp_of(output, path) == tuple(row) for path, *row in rows):
                folders = files.folders_of(path for path, *_ in rows)
                if all(files.is_open(f"{output}/{folder}") for folder in folders):
                    return _read_summary(facts)
    except ERRORS:
        pass
    return None


def load_state(output: Path, *, check: bool = False) -> LastBuild:
    """Return the state of the last build of an output; empty if there is none.

    With `check`, files of the output are read, to find those that a disk has damaged.
    """
    shown = LastShown()
    try:
        with opened(state_path(output)) as connection:
            if connection is None or not _is_of(connection, output):
                return LastBuild()
            facts = read_facts(connection, "shown")
            shown = LastShown(str(facts["manifest"]), frozenset(map(str, facts["waiting"])))
            facts = read_facts(connection, "build")
            if facts["program"] != stamps.program_digest():
                return LastBuild(shown)
            tables = [read_rows(connection, name) for name in ("inputs", "outputs", "entries")]
            if facts["rows"] != digest_rows(*tables):
                return LastBuild(shown)
            inputs, outputs, entries = tables
            last = LastBuild(
                shown=shown,
                settings=str(facts["settings"]),
                since=float(facts["since"]),
                inputs={row[0]: Input(*row) for row in inputs},
                outputs={row[0]: Output(*row) for row in outputs},
                entries={row[0]: row for row in entries},
            )
    except ERRORS:
        return LastBuild(shown)
    intact = _find_intact(output, last.outputs)
    damaged: frozenset[str] = frozenset()
    if check:
        damaged = frozenset(_find_damaged(output, map(last.outputs.__getitem__, intact)))
    return replace(last, intact=intact - damaged, damaged=damaged)


def last_manifest(output: Path) -> tuple[str, bool]:
    """Return the hexadecimal SHA-256 of the manifest of the last build, and whether it published to
    this very folder; "" if no build is known.

    The folder may have been deleted since. Another folder must not lose files for its sake.
    """
    try:
        with opened(state_path(output)) as connection:
            if connection is not None:
                facts = read_facts(connection, "shown")
                is_same = output.exists() and facts["output"] == identify(output)
                return str(facts["manifest"]), is_same
    except ERRORS:
        pass
    return "", False


def save_state(
    output: Path, shown: LastShown, last: LastBuild, new: NewBuild | None, *, sync: bool = True
) -> None:
    """Save what subscribers are shown, and the new build unless it is None.

    The caller holds the lock of the output, and has loaded the `last` build. A failure is ignored.
    """
    with contextlib.suppress(*ERRORS), files.work_folder(beside(output, DRAFTS)) as work:
        draft = work / STATE
        files.create(str(draft), b"", 0o600)
        with written(draft) as connection:
            facts = {
                "output": identify(output),
                "manifest": shown.manifest,
                "waiting": sorted(shown.waiting),
            }
            write_facts(connection, "shown", facts)
            if new is not None:
                _write_build(connection, output, last, new)
        files.install(draft, state_path(output), sync=sync)


def _is_of(connection: sqlite3.Connection, output: Path) -> bool:
    """Return whether a state is that of this output folder, and not that of another one."""
    return bool(read_facts(connection, "shown")["output"] == identify(output))


def _read_summary(facts: Mapping[str, Any]) -> BuildSummary:
    problems = tuple(Problem(**fields) for fields in facts["problems"])
    if not {tuple(map(type, astuple(problem))) for problem in problems} <= _PROBLEM_TYPES:
        raise ValueError("a problem is damaged")
    return BuildSummary(str(facts["summary"]), problems)


def _stamp_copy(output: Path) -> list[int]:
    """Return the stamp of the copy of the manifest; empty if there is none."""
    return list(stamp_of(output.parent, beside(output, COPY).name) or ())


def _find_intact(output: Path, outputs: Mapping[str, Output]) -> frozenset[str]:
    if is_unfinished(output):
        return frozenset()
    return frozenset(p for p, row in outputs.items() if stamp_of(output, p) == row.stamp)


def _find_damaged(output: Path, outputs: Iterable[Output]) -> Iterator[str]:
    """Yield the paths of files that have other bytes than their SHA-256 says."""
    for row in outputs:
        try:
            data = (output / row.path).read_bytes()
        except OSError:  # the disk has lost it
            data = b""
        if hashlib.sha256(data).digest() != row.sha256:
            yield row.path


def _write_build(
    connection: sqlite3.Connection, output: Path, last: LastBuild, new: NewBuild
) -> None:
    tables: dict[str, Sequence[Row]] = {
        "inputs": list(new.inputs.values()),
        "outputs": _stamp_outputs(output, last, new),
        "entries": list(new.entries.values()),
    }
    facts = {
        "program": stamps.program_digest(),
        "base_url": new.base_url,
        "precompress": new.precompress,
        "since": new.since,
        "until": new.until,
        "summary": new.summary.text,
        "problems": [asdict(problem) for problem in new.summary.problems],
        "settings": new.settings,
        "outputs": len(tables["outputs"]),
        "copy": _stamp_copy(output),
        "rows": digest_rows(*tables.values()),
    }
    write_facts(connection, "build", facts)
    for table, rows in tables.items():
        write_rows(connection, table, rows)


def _stamp_outputs(output: Path, last: LastBuild, new: NewBuild) -> list[Output]:
    """Return the outputs with their stamps.

    Files that were intact before the build and not written by it keep their old stamp, so that the
    next build notices a change in between.
    """
    not_written = last.intact.difference(new.written)
    outputs = []
    for row in new.outputs:
        path = row.path
        stamp = last.outputs[path].stamp if path in not_written else stamp_of(output, path)
        outputs.append(Output(*row[:4], *(stamp or stamps.UNKNOWN)))
    return outputs
