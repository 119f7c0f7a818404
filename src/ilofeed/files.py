# ruff: noqa: PTH103, PTH105, PTH116, PTH120, PTH123
"""Replace or remove files and folders of the output atomically: a reader sees old or new.

A build may write ten thousand files, so paths are strings: pathlib would take as long as the disk.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from ilofeed.model import Document


class PublishError(OSError):
    """Publishing failed, wholly or in part; the message is for the person at the terminal."""


def is_same(path: str, data: bytes) -> bool:
    """Return whether a file has these bytes; raise `PublishError` if a file is in its path."""
    try:
        if os.stat(path).st_size != len(data):
            return False
        with open(path, "rb") as file:
            return file.read() == data
    except FileNotFoundError:
        return False
    except NotADirectoryError as error:
        folder = os.path.dirname(path)
        raise PublishError(f"a file is in the way of the folder {folder}; move it") from error


def write(path: str, data: bytes, temporary: str) -> None:
    """Write a file and its folder; raise `PublishError` if the path is a folder.

    `temporary` is a folder on the same disk; it is created if necessary.
    """
    draft = f"{temporary}/next"
    os.makedirs(temporary, exist_ok=True)
    with open(draft, "wb") as file:
        file.write(data)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        os.replace(draft, path)
    except IsADirectoryError as error:
        raise PublishError(f"a folder is in the way of the file {path}; move it") from error


def write_folder(output: Path, folder: str, files: Iterable[Document], temporary: Path) -> None:
    """Create a new folder of the output with these files, all of them visible at once."""
    for document in files:
        draft = temporary / document.path
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(document.data)
    (output / folder).parent.mkdir(parents=True, exist_ok=True)
    os.replace(temporary / folder, output / folder)


def delete(output: Path, path: str) -> None:
    """Remove a file, and the folders that this leaves empty."""
    file = output / path
    file.unlink()
    _prune(output, file)


def delete_folder(output: Path, folder: str, files: Iterable[str], temporary: Path) -> bool:
    """Remove a folder of the output; if it contains other files, do nothing and return False."""
    present = {
        path.relative_to(output).as_posix()
        for path in (output / folder).rglob("*")
        if not path.is_dir() or path.is_symlink()
    }
    if not present or not present <= set(files):
        return False
    temporary.mkdir(exist_ok=True)
    removed = temporary / "gone"
    os.replace(output / folder, removed)
    shutil.rmtree(removed)
    _prune(output, output / folder)
    return True


def _prune(output: Path, path: Path) -> None:
    """Remove the empty parent folders of a path, up to the output."""
    for folder in path.parents:
        if folder == output:
            break
        try:
            folder.rmdir()
        except OSError:  # not empty
            break
