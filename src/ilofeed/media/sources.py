"""Read the files of an office, which a stranger may have written.

A pull request may contain any file: a link to a file of the machine that builds the site must not
be published, and a pipe must not stop the build. So a file that is a link must lead to a file in
the office's folder, and only regular files are read.
"""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ilofeed.problems import Code

MAX_FILE_BYTES = 25 * 1024 * 1024 - 1  # of a file that an entry publishes: less than 25 MiB


class Unreadable(NamedTuple):
    """Why a file of the office cannot be used: the code and the message of a problem."""

    code: Code
    message: str


NOT_A_FILE = Unreadable(
    "not-a-file", "expected a file, not a folder, a broken link or a device; replace it by a file"
)
OUTSIDE = Unreadable(
    "link-outside",
    "this link leads out of the office's folder or to a hidden file; put what it leads to here",
)


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """A file that the office may publish; its bytes are read when they are needed.

    `name` is its path relative to the office's folder; `data` are its bytes in tests.
    """

    root: Path
    name: str
    path: str
    data: bytes | None = None

    def read(self) -> bytes | Unreadable:
        """Return the bytes of the file, one more than `MAX_FILE_BYTES` if it is larger."""
        if self.data is not None:
            return self.data
        return read_file(self.root, Path(self.path), MAX_FILE_BYTES + 1)

    def stamp(self) -> tuple[int, int] | None:
        """Return size and time of the last change; None if there is no such file."""
        try:
            status = os.stat(self.path)  # noqa: PTH116
        except OSError:
            return None
        return status.st_size, status.st_mtime_ns


def read_file(root: Path, path: Path, limit: int) -> bytes | Unreadable:
    """Return at most `limit` bytes of a file of the office, or why it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return NOT_A_FILE
        if path.is_symlink() and leads_outside(root, path):
            return OUTSIDE
        with path.open("rb") as file:
            return file.read(limit)
    except FileNotFoundError:  # a broken link, or deleted after its folder was listed
        return NOT_A_FILE
    except OSError as error:
        return unreadable(error)


def unreadable(error: OSError) -> Unreadable:
    """Return why a file or a folder cannot be read."""
    if error.errno == errno.ELOOP:
        return NOT_A_FILE
    message = f"cannot be read ({error.strerror}); replace it by one that can be read"
    return Unreadable("unreadable", message)


def leads_outside(root: Path, path: Path) -> bool:
    """Return whether a path leads out of the office's folder, or to a hidden file."""
    if not is_inside_office(root, path):
        return True
    inner = Path(os.path.realpath(path)).relative_to(os.path.realpath(root))
    return any(part.startswith(".") for part in inner.parts)  # such as .git/config


def is_inside_office(root: Path, path: Path) -> bool:
    """Return whether the target of a link is in the office's folder."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def digest_of(data: bytes) -> str:
    """Return the SHA-256 digest of a file's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
