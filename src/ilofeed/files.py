# ruff: noqa: PTH102, PTH103, PTH105, PTH116, PTH120, PTH123
"""One file of the output, or one folder, replaced or removed at once: a reader sees the old or the
new, and never half of either.

A build writes ten thousand files, so the paths of files are texts: pathlib takes as long as a disk.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from ilofeed.longtext import pieces

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ilofeed.document import NewDocument


class PublishError(OSError):
    """Why nothing, or not everything, could be published; for the person at the terminal."""


def is_same(path: str, document: NewDocument) -> bool:
    """Whether a file holds the bytes of a document already."""
    try:
        if os.stat(path).st_size != document.size:
            return False
        with open(path, "rb") as file:
            return all(file.read(len(piece)) == piece for piece in pieces(document))
    except FileNotFoundError:
        return False
    except NotADirectoryError as error:
        folder = os.path.dirname(path)
        raise PublishError(f"{folder} is in the way: a folder is wanted there") from error


def write(path: str, document: NewDocument, temporary: str) -> None:
    """Replace a file at once."""
    draft = f"{temporary}/next"
    try:
        _write(draft, pieces(document))
    except FileNotFoundError:
        os.mkdir(temporary)
        _write(draft, pieces(document))
    try:
        try:
            os.replace(draft, path)
        except FileNotFoundError:
            _make_folder(path.rpartition("/")[0])
            os.replace(draft, path)
    except IsADirectoryError as error:
        raise PublishError(f"{path} is in the way: a file is wanted there") from error


def _make_folder(folder: str) -> None:
    try:
        os.mkdir(folder)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)


def _write(path: str, data: Iterable[bytes]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    file = os.open(path, flags, 0o666)
    try:
        for piece in data:
            rest = memoryview(piece)
            while rest:  # a system may take less than all at once
                rest = rest[os.write(file, rest) :]
    finally:
        os.close(file)


def write_folder(output: Path, folder: str, files: Iterable[NewDocument], temporary: Path) -> None:
    """Make a folder of the output that is not there yet, with these files of the output in it, at
    once."""
    for document in files:
        draft = temporary / document.path
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(document.data)
    (output / folder).parent.mkdir(parents=True, exist_ok=True)
    os.replace(temporary / folder, output / folder)


def delete(output: Path, path: str) -> None:
    """Remove a file, and the folders that are empty then."""
    file = output / path
    file.unlink()
    _prune(output, file)


def delete_folder(output: Path, folder: str, files: Iterable[str], temporary: Path) -> bool:
    """Remove a folder of the output at once; False, and nothing done, where it holds more than
    these files of the output."""
    there = {
        path.relative_to(output).as_posix()
        for path in (output / folder).rglob("*")
        if not path.is_dir() or path.is_symlink()
    }
    if not there or not there <= set(files):
        return False
    temporary.mkdir(exist_ok=True)
    gone = temporary / "gone"
    os.replace(output / folder, gone)
    shutil.rmtree(gone)
    _prune(output, output / folder)
    return True


def _prune(output: Path, path: Path) -> None:
    for folder in path.parents:
        if folder == output:
            break
        try:
            folder.rmdir()
        except OSError:  # it holds something else
            break
