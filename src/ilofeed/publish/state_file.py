"""Read and write the SQLite file of the state.

The file is untrusted: it may be damaged, and a pull request can contain one. It contains plain
values and JSON. The type of each value is checked, the tables have checksums, and a file with
another schema is not used. A file is never changed: a new one takes its place, so SQLite has no
journal of its own and waits for nobody.
"""

import contextlib
import functools
import hashlib
import json
import marshal
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

Row: TypeAlias = tuple[Any, ...]
# raised for a file that is damaged, cannot be read or written, or is not a state
ERRORS = (sqlite3.Error, OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError)
# values of `shown` and `build` are JSON
SCHEMA = """
CREATE TABLE shown (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE build (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE inputs (
    path BLOB PRIMARY KEY, mtime INTEGER, ctime INTEGER, size INTEGER, inode INTEGER, digest BLOB
);
CREATE TABLE outputs (
    path TEXT PRIMARY KEY, kind TEXT, recipe BLOB, sha256 BLOB,
    mtime INTEGER, ctime INTEGER, size INTEGER, inode INTEGER
);
CREATE TABLE entries (path TEXT PRIMARY KEY, source BLOB, entry BLOB, files BLOB);
"""
_TYPES: Mapping[str, set[tuple[type, ...]]] = {
    "shown": {(str, str)},
    "build": {(str, str)},
    "inputs": {(bytes, int, int, int, int, kind) for kind in (bytes, type(None))},
    "outputs": {(str, str, bytes, bytes, int, int, int, int)},
    "entries": {(str, bytes, bytes, bytes)},
}


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Open a state for reading; None if it is not a file with the tables of a state.

    SQLite opens a path, so the path must be the same file before and after.
    """
    before = _identify(path)
    if before is None:
        yield None
        return
    # immutable: without locks, and without the journal of a program that died
    address = f"{path.as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        is_usable = _read_tables(connection) == _expected_tables() and _identify(path) == before
        yield connection if is_usable else None


@contextlib.contextmanager
def written(path: Path) -> Iterator[sqlite3.Connection]:
    """Make a state of an empty draft that nobody else reads, in one transaction."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")  # a draft may be lost
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for statement in SCHEMA.split(";")[:-1]:
            connection.execute(statement)
        yield connection
        connection.execute("COMMIT")


def _identify(path: Path) -> tuple[int, int] | None:
    """Return device and inode of a regular file without other hard links; None for others."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        return None
    return status.st_dev, status.st_ino


def _read_tables(connection: sqlite3.Connection) -> list[Row]:
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()


@functools.cache
def _expected_tables() -> list[Row]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        return _read_tables(connection)


def read_rows(connection: sqlite3.Connection, table: str) -> list[Row]:
    """Return the rows of a table; raise `ValueError` if a value has the wrong type."""
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  a constant
    if not {tuple(map(type, row)) for row in rows} <= _TYPES[table]:
        raise ValueError(f"a row of {table} is damaged")
    return rows


def digest_rows(*tables: Iterable[Row]) -> str:
    """Return the hexadecimal SHA-256 of the rows of tables, in any order."""
    values = [sorted(map(tuple, rows)) for rows in tables]
    # a third of the time of repr; in later formats equal values may have other bytes
    return hashlib.sha256(marshal.dumps(values, 2)).hexdigest()


def read_facts(connection: sqlite3.Connection, table: str) -> dict[str, Any]:
    """Return the values of `shown` or `build` by name; raise `ValueError` if one is damaged."""
    facts: dict[str, str] = dict(read_rows(connection, table))
    if facts.pop("sha256", "") != digest_rows(facts.items()):
        raise ValueError(f"{table} is damaged")
    return {name: json.loads(value) for name, value in facts.items()}


def write_facts(connection: sqlite3.Connection, table: str, facts: Mapping[str, Any]) -> None:
    """Write the values of `shown` or `build` with a checksum."""
    rows = {name: json.dumps(value) for name, value in facts.items()}
    rows["sha256"] = digest_rows(rows.items())
    write_rows(connection, table, list(rows.items()))


def write_rows(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    """Write rows to a new table."""
    if rows:
        places = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608
