# ruff: noqa: PTH103, PTH105, PTH116, PTH120, PTH123
"""Replace or remove files and folders of the output atomically: a reader sees old or new.

A build writes ten thousand files, so their paths are strings: pathlib takes as long as a disk.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from ilofeed.model import Document


class PublishError(OSError):
    """Why nothing, or not everything, could be published; for the person at the terminal."""


def is_same(path: str, data: bytes) -> bool:
    """Return whether a file holds these bytes already."""
    try:
        if os.stat(path).st_size != len(data):
            return False
        with open(path, "rb") as file:
            return file.read() == data
    except FileNotFoundError:
        return False
    except NotADirectoryError as error:
        folder = os.path.dirname(path)
        raise PublishError(f"{folder} is in the way: a folder is wanted there") from error


def write(path: str, data: bytes, temporary: str) -> None:
    """Replace a file, creating its folder; `temporary` is a folder on the same disk."""
    draft = f"{temporary}/next"
    os.makedirs(temporary, exist_ok=True)
    with open(draft, "wb") as file:
        file.write(data)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        os.replace(draft, path)
    except IsADirectoryError as error:
        raise PublishError(f"{path} is in the way: a file is wanted there") from error


def write_folder(output: Path, folder: str, files: Iterable[Document], temporary: Path) -> None:
    """Create a folder of the output that does not exist yet, with these files in it, at once."""
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
    """Remove a folder of the output; return False, and do nothing, if it holds other files."""
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
    """Remove the empty folders around a path, up to the output."""
    for folder in path.parents:
        if folder == output:
            break
        try:
            folder.rmdir()
        except OSError:  # not empty
            break
