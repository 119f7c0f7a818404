"""Read and write files of an office's folder; read picture headers. The only user of Pillow.

A pull request may contain any file: a link to a file of the machine that builds the site must not
be published, and a pipe must not stop the build. So a file that is a link must lead to a file in
the office's folder, and only regular files are read.
"""

import contextlib
import errno
import io
import os
import stat
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ilofeed.problems import Code, Problem, attempting, quote

MAX_TEXT_BYTES = 1024 * 1024
MAX_PICTURE_BYTES = 10 * 1024 * 1024
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
_LOOKS_LIKE_ENTRY = frozenset(".markdown .md .mdown .mdx .txt .yaml .yml .docx .html".split())
_PICTURE_TYPES = {  # Pillow's format to media type and suffix
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "MPO": ("image/jpeg", "jpg"),  # a JPEG with more pictures after the first
    "GIF": ("image/gif", "gif"),
    "WEBP": ("image/webp", "webp"),
}


class Unreadable(NamedTuple):
    """Why a file of the office cannot be used: the code and the message of a problem."""

    code: Code
    message: str


@dataclass(frozen=True)
class Sources:
    """The bytes of an office's files, sorted by path; paths are relative to its folder.

    `unchanged` are the entry files that `read_office` skipped.
    """

    office: bytes | None  # feeds.yaml; None if it cannot be read
    entries: tuple[tuple[str, bytes], ...]
    files: Mapping[str, bytes | Unreadable]  # pictures below entries/
    refused: tuple[str, ...] = ()  # entry files that could not be read
    problems: tuple[Problem, ...] = ()
    unchanged: tuple[str, ...] = ()


def read_office(root: Path, skip: Collection[str] = ()) -> Sources:
    """Read feeds.yaml and entries/ of an office's folder, without the files at paths in `skip`.

    Whatever cannot be read is in `Sources.problems` or, if it is a picture, in `Sources.files`.
    """
    problems: list[Problem] = []
    office = _read_text(root, "feeds.yaml", root / "feeds.yaml", problems)
    entries, refused, files, unchanged = [], [], {}, []
    for file, name in _walk(root, problems):
        if name in skip:
            unchanged.append(name)
            continue
        path = Path(file)
        suffix = path.suffix.lower()
        if path.suffix == ".md":
            data = _read_text(root, name, path, problems)
            if data is None:
                refused.append(name)
            else:
                entries.append((name, data))
        elif suffix in PICTURE_SUFFIXES:
            files[name] = _read(root, path, MAX_PICTURE_BYTES + 1)
        elif suffix in _LOOKS_LIKE_ENTRY:
            message = f"{quote(path.name)} is ignored; end the file name of an entry in .md"
            problems.append(Problem(name, 1, 1, "not-an-entry", message, "warning"))
    is_read = all(problem.path != "entries" for problem in problems)
    if is_read and not entries and not refused and not unchanged:
        message = 'there is no entry yet; `ilofeed new "Title"` creates one'
        problems.append(Problem("entries", 1, 1, "no-entries", message, "warning"))
    return Sources(
        office,
        tuple(entries),
        MappingProxyType(files),
        tuple(refused),
        tuple(problems),
        tuple(unchanged),
    )


def _walk(root: Path, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Yield path and name of each file below entries/, except hidden files and linked folders.

    Add a problem for each folder that cannot be read.
    """
    entries = root / "entries"
    if not os.path.lexists(entries):
        return
    waiting = [(str(entries), "entries", True)]
    while waiting:
        path, name, is_folder = waiting.pop()
        if not is_folder:
            yield path, name
            continue
        try:
            inner = _list_folder(root, path, name)
        except OSError as error:
            inner = _unreadable(error)
        if isinstance(inner, Unreadable):
            problems.append(Problem(name, 1, 1, *inner))
        else:
            waiting += reversed(inner)


def _list_folder(root: Path, path: str, name: str) -> list[tuple[str, str, bool]] | Unreadable:
    """Return path, name and whether it is a folder of everything in a folder but hidden files."""
    if name == "entries":  # no link to another folder is followed
        if not Path(path).is_dir():
            message = "expected a folder; put the entry files into a folder of this name"
            return Unreadable("not-a-file", message)
        if not _is_inside(root, Path(path)):
            return _OUTSIDE
    with os.scandir(path) as scan:
        items = sorted((os.fsencode(item.name), item) for item in scan)
    return [
        (
            item.path,
            f"{name}/{file_name.decode('utf-8', 'backslashreplace')}",
            item.is_dir(follow_symlinks=False) and not item.name.endswith(".md"),
        )
        for file_name, item in items
        if not item.name.startswith(".")
    ]


_NOT_A_FILE = Unreadable(
    "not-a-file", "expected a file, not a folder, a broken link or a device; replace it by a file"
)
_OUTSIDE = Unreadable(
    "link-outside", "this link leads out of the office's folder; replace it by what it leads to"
)


def _read_text(root: Path, name: str, path: Path, problems: list[Problem]) -> bytes | None:
    data = _read(root, path, MAX_TEXT_BYTES + 1)
    if isinstance(data, bytes) and len(data) > MAX_TEXT_BYTES:
        data = Unreadable("file-too-large", "the file is larger than 1 MiB; shorten it")
    elif data == _NOT_A_FILE and name == "feeds.yaml" and not path.exists():
        message = _NOT_A_FILE.message
        if not os.path.lexists(path):
            message = "the file does not exist; `ilofeed init` creates a new office"
        data = Unreadable("no-feeds-yaml", message)
    if isinstance(data, bytes):
        return data
    problems.append(Problem(name, 1, 1, *data))
    return None


def _read(root: Path, path: Path, limit: int) -> bytes | Unreadable:
    """Return at most `limit` bytes of a file of the office, or why it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return _NOT_A_FILE
        if path.is_symlink() and not _is_inside(root, path):
            return _OUTSIDE
        with path.open("rb") as file:
            return file.read(limit)
    except FileNotFoundError:  # a broken link, or deleted after its folder was listed
        return _NOT_A_FILE
    except OSError as error:
        return _unreadable(error)


def _unreadable(error: OSError) -> Unreadable:
    if error.errno == errno.ELOOP:
        return _NOT_A_FILE
    message = f"cannot be read ({error.strerror}); replace it by one that can be read"
    return Unreadable("unreadable", message)


def _is_inside(root: Path, path: Path) -> bool:
    """Return whether the target of a link is in the office's folder."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def read_or_empty(root: Path, path: str) -> bytes:
    """Read a text file of the office again, to quote from it; b"" if it cannot be read."""
    data = _read(root, root / path, MAX_TEXT_BYTES)
    return data if isinstance(data, bytes) else b""


def read_limited(path: Path, limit: int) -> bytes | None:
    """Return the bytes of a file, or None if it has more than `limit`; raise `OSError`."""
    with attempting(f"read {path}"), path.open("rb") as file:
        data = file.read(limit + 1)
    return data if len(data) <= limit else None


def replace_file(root: Path, path: Path, data: bytes) -> None:
    """Replace the content of a file in a folder `root` atomically and keep its permissions.

    Raise `OSError`, also if a link leads out of the folder.
    """
    _check_inside(root, path)
    path = path.resolve()
    other = path.with_name(f".{path.name}.new")
    with attempting(f"write {path}"):
        try:
            other.unlink(missing_ok=True)  # may be a link, which must not be followed
            with other.open("xb") as file:
                file.write(data)
            other.chmod(path.stat().st_mode & 0o7777)
            other.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                other.unlink(missing_ok=True)
            raise


def create_file(root: Path, path: Path, data: bytes) -> None:
    """Write a new file in a folder `root`, and the folders around it.

    Raise `FileExistsError` rather than overwrite a file, and `OSError` if a link leads out of the
    folder.
    """
    _check_inside(root, path)
    with attempting(f"write {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)


def _check_inside(root: Path, path: Path) -> None:
    if not _is_inside(root, path):
        raise OSError(f"{path} leads out of {root}; replace the link by what it leads to")


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """Media type, file suffix without a dot, and size in pixels."""

    type: str
    suffix: str
    width: int
    height: int


def read_picture_info(data: bytes) -> PictureInfo | str:
    """Read the header of a picture; if it is unusable, return the second half of a message."""
    from PIL import Image, UnidentifiedImageError  # loaded late: only pictures need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata; too many pixels are an error
        try:
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
                kind, (width, height) = image.format, image.size
        except UnidentifiedImageError:
            return "is not a PNG, JPEG, GIF or WebP picture"
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            return f"cannot be read as a picture ({error})"
    if kind not in _PICTURE_TYPES or width < 1 or height < 1:
        return "is not a PNG, JPEG, GIF or WebP picture"
    media_type, suffix = _PICTURE_TYPES[kind]
    return PictureInfo(media_type, suffix, width, height)
