# ruff: noqa: PTH105, PTH120, PTH123
"""Create, replace and remove files: a reader sees old or new, links are not followed.

Windows neither replaces a file that a program has open nor lets a program flush a folder: such a
file is tried again, and nothing is flushed.

A build may write ten thousand files, so paths are strings: pathlib would take as long as the disk.
"""

import contextlib
import errno
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ilofeed.problems import attempting

READABLE = 0o444  # the least mode of a published file: everyone may read it
_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)  # Windows lacks both
_NO_PIPE: int = getattr(os, "O_NONBLOCK", 0)
_IN_USE = frozenset({5, 32})  # codes of Windows: access denied, sharing violation
_TRIES, _PAUSE = 20, 0.1  # seconds between tries; scanners have a new file open for a moment


class PublishError(OSError):
    """Publishing failed, wholly or in part; the message is for the person at the terminal."""


def check_regular(path: Path, kind: str = "file") -> None:
    """Raise `PublishError` if there is something at a path that is not a file (or a `folder`)."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not (stat.S_ISDIR(mode) if kind == "folder" else stat.S_ISREG(mode)):
        what = "a link" if stat.S_ISLNK(mode) else f"not a {kind}"
        raise PublishError(f"{path} is {what}, which ilofeed did not create; remove it")


def read_regular(path: Path) -> bytes | None:
    """Return the bytes of a file, None if it does not exist; raise `PublishError` for a link, and
    for anything else that is not a file."""
    check_regular(path)
    try:
        with open(os.open(path, os.O_RDONLY | _NO_LINK | _NO_PIPE), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def is_same(path: str, data: bytes, mode: int = 0) -> bool:
    """Return whether a file has these bytes and at least this mode; False if it cannot be read.

    Raise `PublishError` if a file is in its path.
    """
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_mode & mode != mode:
            return False
        if status.st_size != len(data):
            return False
        with open(path, "rb") as file:
            return file.read() == data
    except NotADirectoryError as error:
        folder = os.path.dirname(path)
        raise PublishError(f"a file is in the way of the folder {folder}; move it") from error
    except OSError:  # it is missing, or the disk has lost it
        return False


def folders_around(path: str) -> Iterator[str]:
    """Yield the folders around a relative path, from the outermost."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        yield "/".join(parts[:depth])


def folders_of(paths: Iterable[str]) -> list[str]:
    """Return all folders around relative paths, sorted; the first is "", that of the paths."""
    inner = {path.rpartition("/")[0] for path in paths}
    return sorted({"", *inner, *(folder for path in inner for folder in folders_around(path))})


def is_open(folder: str | Path) -> bool:
    """Return whether everyone may read a folder; True if the path is not a folder."""
    mode = os.lstat(folder).st_mode
    return not stat.S_ISDIR(mode) or mode & 0o555 == 0o555


def create(path: str, data: bytes, mode: int = 0o666) -> None:
    """Write a new file; raise `FileExistsError` if there is anything at its path, also a link."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
    with attempting(f"write {path}"), open(os.open(path, flags, mode), "wb") as file:
        file.write(data)


def replace(draft: str | Path, path: str | Path) -> None:
    """Rename a file or a folder; wait up to two seconds for a program that has it open."""
    for remaining in reversed(range(_TRIES)):
        try:
            os.replace(draft, path)
        except PermissionError as error:
            is_used = getattr(error, "winerror", None) in _IN_USE and not os.path.isdir(path)  # noqa: PTH112
            if not remaining or not is_used:
                raise
            time.sleep(_PAUSE)
        else:
            return


def move(draft: str, path: str) -> None:
    """Move a file or a new folder to its place in the output, and create the folder around it.

    Raise `PublishError` if a folder is in the way of a file.
    """
    with attempting(f"write {path}"):
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103
        try:
            replace(draft, path)
        except (IsADirectoryError, PermissionError) as error:  # the latter on Windows
            if not os.path.isdir(path):  # noqa: PTH112
                raise
            raise PublishError(f"a folder is in the way of the file {path}; move it") from error


def install(draft: Path, path: Path, *, sync: bool) -> None:
    """Move a file to a place next to the output; with `sync` it is on the disk then.

    Raise `PublishError` if there is a link at the place, or anything else that is not a file.
    """
    check_regular(path)
    with attempting(f"write {path}"):
        if sync:
            _sync(draft, os.fsync)
        replace(draft, path)
        if sync:
            _sync(path.parent, os.fsync)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file that no build owns; a reader sees the old one or the new one.

    Raise `PublishError` if there is a link at its path, or anything else that is not a file.
    """
    check_regular(path)
    with work_folder(path.with_name(f".{path.name}.new")) as work:
        create(f"{work}/draft", data)
        install(work / "draft", path, sync=True)


def sync_disk(folder: Path) -> None:
    """Wait until the disk has everything that was written to the file system of a folder."""
    _sync(folder, _syncfs)


def _syncfs(descriptor: int) -> None:
    """Call syncfs(2), which takes a sixth of the time of an fsync for each file."""
    import ctypes  # slow to load

    if sys.platform == "linux":
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    elif sys.platform != "win32":
        os.sync()


def _sync(path: Path, call: Callable[[int], None]) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        call(descriptor)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:  # by some network file systems
            raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """Create an empty folder for drafts in place of one that a dead build left, and remove it at
    the end; raise `PublishError` if its path is a link or a file."""
    check_regular(path, "folder")
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def ignores_case(work: Path) -> bool:
    """Return whether a file system treats `a` and `A` as one name, as those of Windows and macOS;
    `work` is a folder for drafts."""
    create(f"{work}/case", b"")
    return (work / "CASE").exists()


def delete(output: Path, path: str) -> None:
    """Remove a file, and the folders that this leaves empty."""
    file = output / path
    with attempting(f"delete {file}"):
        file.unlink()
    _prune(output, file)


def delete_folder(output: Path, folder: str, files: Iterable[str], work: Path) -> bool:
    """Remove a folder of the output; if it contains other files, do nothing and return False."""
    present = {
        path.relative_to(output).as_posix()
        for path in (output / folder).rglob("*")
        if not path.is_dir() or path.is_symlink()
    }
    if not present or not present <= set(files):
        return False
    removed = work / "gone"
    with attempting(f"delete {output / folder}"):
        replace(output / folder, removed)
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
