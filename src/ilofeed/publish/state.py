"""Store the state of a build in a SQLite file next to its output (`.public.state`).

The tables `build`, `inputs`, `outputs` and `entries` make the next build faster. They are valid for
one version of the program, and discarded on any doubt. The table `shown` is valid for all versions.
An unusable file is never an error: the build then does all its work.

The file is untrusted, because a pull request can contain one. It contains plain values and JSON.
The type of each value is checked, and a file with another schema is not used. A link at its path is
not followed or deleted. The device and the inode of the output are stored in the file, and it is
not used for any other output.
"""

import contextlib
import functools
import json
import os
import sqlite3
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ilofeed.problems import Problem
from ilofeed.publish import stamps
from ilofeed.publish.stamps import Input, Stamp, stamp_of

EntryRow: TypeAlias = tuple[str, bytes, bytes]  # path, digest of the source, the entry as JSON
LOCK_TIMEOUT = 1.0  # seconds to wait for another process that holds the file
# values of `shown` and `build` are JSON
_SCHEMA = """
CREATE TABLE shown (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE build (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE inputs (
    path BLOB PRIMARY KEY, mtime INTEGER, ctime INTEGER, size INTEGER, inode INTEGER, digest BLOB
);
CREATE TABLE outputs (
    path TEXT PRIMARY KEY, kind TEXT, recipe BLOB, sha256 BLOB, proof BLOB,
    mtime INTEGER, ctime INTEGER, size INTEGER, inode INTEGER
);
CREATE TABLE entries (path TEXT PRIMARY KEY, source BLOB, entry BLOB);
"""
_TYPES: Mapping[str, set[tuple[type, ...]]] = {
    "shown": {(str, str)},
    "build": {(str, str)},
    "inputs": {(bytes, int, int, int, int, kind) for kind in (bytes, type(None))},
    "outputs": {(str, str, bytes, bytes, bytes, int, int, int, int)},
    "entries": {(str, bytes, bytes)},
}
_PROBLEM_TYPES = {(str, int, int, str, str, str)}
# raised for a file that is damaged, locked, read-only or not a state
ERRORS = (sqlite3.Error, OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError)


class Output(NamedTuple):
    """A published file: its path and kind, its recipe, the SHA-256 of its bytes, its proof, and the
    fields of its stamp."""

    path: str
    kind: str
    recipe: bytes
    sha256: bytes
    proof: bytes
    mtime: int = 0
    ctime: int = 0
    size: int = 0
    inode: int = 0

    @property
    def stamp(self) -> Stamp:
        """The stamp of the file at the end of the build."""
        return self[5:]


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
    `since` is the time of the build in seconds since 1970; `intact` are paths of unchanged outputs.
    """

    shown: LastShown = LastShown()
    generation: str = ""  # a random id of the build
    settings: str = ""
    since: float = 0.0
    inputs: Mapping[bytes, Input] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    entries: Mapping[str, EntryRow] = field(default_factory=dict)
    intact: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NewBuild:
    """The state of a published build, to be saved.

    It is valid from `since` until `until`, in seconds since 1970. The `inputs` were scanned before
    the first was read. The `outputs` have no stamps yet; `written` are paths of replaced files.
    """

    base_url: str | None
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
    return output.with_name(f".{output.name}.state")


def recall_summary(
    root: Path, output: Path, base_url: str | None, now: float
) -> BuildSummary | None:
    """Return the summary of the last build if the output is up to date; None if not.

    It is up to date if inputs, outputs, options and program are those of the last build, and no
    date of an entry has come since. `now` is in seconds since 1970.
    """
    try:
        with _opened(output) as connection:
            if connection is None or _is_unfinished(output):
                return None
            facts = _read_facts(connection, "build")
            until = facts["until"]
            is_valid = facts["since"] <= now and (until is None or now < until)
            if not is_valid or (facts["program"], facts["base_url"]) != (
                stamps.program_digest(),
                base_url,
            ):
                return None
            if not stamps.are_unchanged(root, connection.execute("SELECT * FROM inputs")):
                return None
            rows = connection.execute("SELECT path, mtime, ctime, size, inode FROM outputs")
            if not all(stamp_of(output, path) == tuple(stamp) for path, *stamp in rows):
                return None
            return _read_summary(facts)
    except ERRORS:
        return None


def load_state(output: Path) -> LastBuild:
    """Return the state of the last build of an output; empty if there is none."""
    shown = LastShown()
    try:
        with _opened(output) as connection:
            if connection is None:
                return LastBuild()
            facts = _read_facts(connection, "shown")
            shown = LastShown(str(facts["manifest"]), frozenset(map(str, facts["waiting"])))
            facts = _read_facts(connection, "build")
            if facts["program"] != stamps.program_digest():
                return LastBuild(shown)
            outputs = {row[0]: Output(*row) for row in _read(connection, "outputs")}
            return LastBuild(
                shown=shown,
                generation=str(facts["generation"]),
                settings=str(facts["settings"]),
                since=float(facts["since"]),
                inputs={row[0]: Input(*row) for row in _read(connection, "inputs")},
                outputs=outputs,
                entries={row[0]: row for row in _read(connection, "entries")},
                intact=_find_intact(output, outputs),
            )
    except ERRORS:
        return LastBuild(shown)


def save_state(output: Path, shown: LastShown, last: LastBuild, new: NewBuild | None) -> None:
    """Save what subscribers are shown, and the new build unless it is None.

    Rows that differ from those of the `last` build are written in one transaction. The caller holds
    the lock of the output. A failure is ignored.
    """
    try:
        with _opened(output) as connection:
            if connection is not None:
                _write(connection, output, shown, last, new)
                return
    except ERRORS:
        pass
    with contextlib.suppress(*ERRORS):
        _create(state_path(output))
        with _connected(state_path(output)) as connection:
            if connection is not None:
                connection.executescript(_SCHEMA)
                _write(connection, output, shown, LastBuild(), new)


@contextlib.contextmanager
def _opened(output: Path) -> Iterator[sqlite3.Connection | None]:
    """Open the state of an output; None if it is missing, has other tables or another output."""
    with _connected(state_path(output)) as connection:
        is_usable = (
            connection is not None
            and _read_tables(connection) == _expected_tables()
            and _read_facts(connection, "shown")["output"] == _identity(output)
        )
        yield connection if is_usable else None


@contextlib.contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Connect to a SQLite file; None if it is a link or not a regular file.

    SQLite opens a path, so the path must be the same file before and after.
    """
    before = _identify_file(path)
    if before is None:
        yield None
        return
    address = f"{path.as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=LOCK_TIMEOUT, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA synchronous = OFF")  # safe if the process dies
        yield connection if _identify_file(path) == before else None
    finally:
        connection.close()


def _identify_file(path: Path) -> tuple[int, int] | None:
    """Return device and inode of a regular file without other hard links; None for others."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        return None
    return status.st_dev, status.st_ino


def _create(path: Path) -> None:
    """Replace an unusable state file by an empty one; raise `OSError` if there is a link, or
    anything else that is not a file."""
    for place in (path, path.with_name(f"{path.name}-journal")):
        if place.is_symlink() or (place.exists() and not place.is_file()):
            raise FileExistsError(place)
        place.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    os.close(os.open(path, flags, 0o600))


def _identity(output: Path) -> list[int]:
    """Return the device and the inode of an output folder."""
    status = output.stat()
    return [status.st_dev, status.st_ino]


def _is_unfinished(output: Path) -> bool:
    """Return whether a build died while it was publishing."""
    return os.path.lexists(output.with_name(f".{output.name}.journal"))


def _read_tables(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()


@functools.cache
def _expected_tables() -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_SCHEMA)
        return _read_tables(connection)


def _read(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table; raise `ValueError` if a value has the wrong type."""
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  a constant
    if not {tuple(map(type, row)) for row in rows} <= _TYPES[table]:
        raise ValueError(f"a row of {table} is damaged")
    return rows


def _read_facts(connection: sqlite3.Connection, table: str) -> dict[str, Any]:
    return {name: json.loads(value) for name, value in _read(connection, table)}


def _read_summary(facts: Mapping[str, Any]) -> BuildSummary:
    problems = tuple(Problem(**fields) for fields in facts["problems"])
    if not {tuple(map(type, astuple(problem))) for problem in problems} <= _PROBLEM_TYPES:
        raise ValueError("a problem is damaged")
    return BuildSummary(str(facts["summary"]), problems)


def _find_intact(output: Path, outputs: Mapping[str, Output]) -> frozenset[str]:
    if _is_unfinished(output):
        return frozenset()
    return frozenset(p for p, row in outputs.items() if stamp_of(output, p) == row.stamp)


def _write(
    connection: sqlite3.Connection,
    output: Path,
    shown: LastShown,
    last: LastBuild,
    new: NewBuild | None,
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    facts = {
        "output": _identity(output),
        "manifest": shown.manifest,
        "waiting": sorted(shown.waiting),
    }
    _write_facts(connection, "shown", facts)
    if new is not None:
        _write_build(connection, output, last, new)
    connection.execute("COMMIT")


def _write_build(
    connection: sqlite3.Connection, output: Path, last: LastBuild, new: NewBuild
) -> None:
    generation = _read_facts(connection, "build").get("generation")
    if not last.generation or generation != last.generation:  # the rows are not those of `last`
        last = LastBuild()
        for table in ("inputs", "outputs", "entries"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
    facts = {
        "generation": os.urandom(8).hex(),
        "program": stamps.program_digest(),
        "base_url": new.base_url,
        "since": new.since,
        "until": new.until,
        "summary": new.summary.text,
        "problems": [asdict(problem) for problem in new.summary.problems],
        "settings": new.settings,
    }
    _write_facts(connection, "build", facts)
    _write_changes(connection, "inputs", last.inputs, new.inputs)
    _write_changes(connection, "outputs", last.outputs, _stamp_outputs(output, last, new))
    _write_changes(connection, "entries", last.entries, new.entries)


def _stamp_outputs(output: Path, last: LastBuild, new: NewBuild) -> dict[str, Output]:
    """Return the outputs with their stamps, by path.

    Files that were intact before the build and not written by it keep their old stamp, so that the
    next build notices a change in between.
    """
    outputs = {row.path: row for row in new.outputs}
    not_written = last.intact.intersection(outputs).difference(new.written)
    for path, row in outputs.items():
        stamp = last.outputs[path].stamp if path in not_written else stamp_of(output, path)
        outputs[path] = Output(*row[:5], *(stamp or stamps.UNKNOWN))
    return outputs


def _write_facts(connection: sqlite3.Connection, table: str, facts: Mapping[str, Any]) -> None:
    before = {row[0]: row for row in _read(connection, table)}
    after = {name: (name, json.dumps(value)) for name, value in facts.items()}
    _write_changes(connection, table, before, after)


def _write_changes(
    connection: sqlite3.Connection,
    table: str,
    before: Mapping[Any, tuple[Any, ...]],
    after: Mapping[Any, tuple[Any, ...]],
) -> None:
    """Delete rows whose key is not in `after`, and write rows that are new or different."""
    key = "name" if table in {"build", "shown"} else "path"
    gone = [(name,) for name in before.keys() - after.keys()]
    connection.executemany(f"DELETE FROM {table} WHERE {key} = ?", gone)  # noqa: S608
    changed = [row for name, row in after.items() if before.get(name) != row]
    if changed:
        places = ", ".join("?" * len(changed[0]))
        connection.executemany(f"REPLACE INTO {table} VALUES ({places})", changed)  # noqa: S608
