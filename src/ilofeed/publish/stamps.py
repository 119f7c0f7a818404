"""Compute stamps, which show whether a file has changed without reading it.

A stamp consists of mtime and ctime (nanoseconds), size and inode. If an edit keeps the size and
happens within one clock tick after the file was read, the stamp does not change. Therefore inputs
that were changed in the last two seconds also have a digest of their content. After a checkout
these are all inputs.
"""

import contextlib
import hashlib
import os
import stat
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

Stamp: TypeAlias = tuple[int, int, int, int]

TICK = 2_000_000_000  # nanoseconds; the longest tick of any file system (FAT)
_MOST_BYTES = 16 * 1024 * 1024  # more than a build reads of any file; a link may lead anywhere
_LARGEST = 2**63 - 1  # largest integer in SQLite
UNKNOWN: Stamp = (0, 0, 0, 0)  # differs from the stamp of any file


class Input(NamedTuple):
    """A file that a build reads: its path relative to the office's folder, its stamp, and the
    SHA-256 of its content if it was changed within the last `TICK`."""

    path: bytes
    mtime: int
    ctime: int
    size: int
    inode: int
    digest: bytes | None


def scan_inputs(root: Path) -> dict[bytes, Input]:
    """Return feeds.yaml and everything below entries/, by path relative to the office's folder.

    Folders have the stamp `UNKNOWN`; a link has the stamp of its target.
    """
    recent = time.time_ns() - TICK
    return {
        path: Input(path, *stamp, _content(root, path) if max(stamp[:2]) >= recent else None)
        for path, stamp in _scan(root).items()
    }


def input_of(root: Path, name: str, digest: str) -> Input:
    """Return a file that feeds.yaml names as an input; `digest` is the hexadecimal SHA-256 of the
    bytes that were read. It was read before this stamp, so its content is always compared."""
    path = os.fsencode(name)
    return Input(path, *_scan(root, [path]).get(path, UNKNOWN), bytes.fromhex(digest))


def are_unchanged(root: Path, rows: Iterable[tuple[Any, ...]]) -> bool:
    """Return whether all inputs are unchanged since the scan; `rows` have the fields of `Input`."""
    inputs = list(rows)
    named = [row[0] for row in inputs if not row[0].startswith(b"entries/")]
    return _scan(root, [b"entries", *named]) == {row[0]: row[1:5] for row in inputs} and all(
        _content(root, path) == digest for path, *_, digest in inputs if digest is not None
    )


def _scan(root: Path, names: Iterable[bytes] = (b"feeds.yaml", b"entries")) -> dict[bytes, Stamp]:
    stamps: dict[bytes, Stamp] = {}
    for name in names:
        path = os.fsencode(root) + b"/" + name
        if os.path.isdir(path):  # noqa: PTH112  paths are bytes
            _scan_folder(path, name, stamps)
        elif os.path.exists(path):  # noqa: PTH110
            stamps[name] = _to_stamp(os.stat(path))  # noqa: PTH116
    return stamps


def _scan_folder(folder: bytes, name: bytes, stamps: dict[bytes, Stamp]) -> None:
    waiting = [(folder, name)]
    while waiting:
        folder, name = waiting.pop()
        stamps[name + b"/"] = UNKNOWN
        try:
            with os.scandir(folder) as items:
                for item in items:
                    path = name + b"/" + item.name
                    if item.is_dir(follow_symlinks=False):
                        waiting.append((item.path, path))
                    else:
                        stamps[path] = _stamp_item(item)
        except OSError:  # which the build reports later
            continue


def _stamp_item(item: os.DirEntry[bytes]) -> Stamp:
    for follow in (True, False):  # a link may be broken or circular
        with contextlib.suppress(OSError):
            return _to_stamp(item.stat(follow_symlinks=follow))
    return UNKNOWN


def _content(root: Path, path: bytes) -> bytes:
    """Return the SHA-256 of a file; b"" if it cannot be read or is a pipe or a device, which the
    build reports later."""
    try:
        place = os.fsencode(root) + b"/" + path
        if not stat.S_ISREG(os.stat(place).st_mode):  # noqa: PTH116  a pipe might never be written
            return b""
        with open(place, "rb") as file:  # noqa: PTH123
            return hashlib.sha256(file.read(_MOST_BYTES)).digest()
    except OSError:
        return b""


def _to_stamp(status: os.stat_result) -> Stamp:
    """Return the stamp in the status of a file."""
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino & _LARGEST


def stamp_of(output: Path, path: str) -> Stamp | None:
    """Return the stamp of a published file, or of a link in its place; None if it is missing."""
    try:
        return _to_stamp(os.lstat(f"{output}/{path}"))
    except OSError:
        return None


def program_digest() -> str:
    """Return a digest of the version of the program: its files (path, mtime, size), the names and
    versions of all installed packages, and the version of Python."""
    package = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120
    stamps: dict[bytes, Stamp] = {}
    _scan_folder(os.fsencode(package), b"", stamps)
    files = sorted(
        (path, stamp[0], stamp[2])
        for path, stamp in stamps.items()
        if b"/__pycache__/" not in path and not path.endswith(b"/")
    )
    text = repr((sys.version, files, _installed_packages()))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _installed_packages() -> list[str]:
    names: set[str] = set()
    for folder in sys.path:
        try:
            listed = os.listdir(folder or ".")  # noqa: PTH208
        except OSError:  # not a folder
            continue
        names.update(name for name in listed if name.endswith("-info"))
    return sorted(names)
