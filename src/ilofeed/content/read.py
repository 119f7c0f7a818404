"""Read and write files of an office's folder; read picture headers. The only user of Pillow."""

import contextlib
import io
import os
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ilofeed.problems import Code, Problem, quote

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


@dataclass(frozen=True)
class Sources:
    """The bytes of an office's files, sorted by path; paths are relative to its folder.

    `unchanged` are the entry files that `read_office` skipped.
    """

    office: bytes | None  # feeds.yaml; None if it cannot be read
    entries: tuple[tuple[str, bytes], ...]
    files: Mapping[str, bytes]  # pictures below entries/
    refused: tuple[str, ...] = ()  # entry files that could not be read
    problems: tuple[Problem, ...] = ()
    unchanged: tuple[str, ...] = ()


def read_office(root: Path, skip: Collection[str] = ()) -> Sources:
    """Read feeds.yaml and entries/ of an office's folder, without the files at paths in `skip`.

    Raise `OSError` if the disk fails; anything else that is wrong is in `Sources.problems`.
    """
    problems: list[Problem] = []
    office = _read_text(root / "feeds.yaml", "feeds.yaml", problems)
    entries, refused, files, unchanged = [], [], {}, []
    for file, name in _walk(root / "entries", "entries"):
        if name in skip:
            unchanged.append(name)
            continue
        path = Path(file)
        suffix = path.suffix.lower()
        if path.suffix == ".md":
            data = _read_text(path, name, problems)
            if data is None:
                refused.append(name)
            else:
                entries.append((name, data))
        elif suffix in PICTURE_SUFFIXES and path.is_file():
            files[name] = _read(path, MAX_PICTURE_BYTES + 1)
        elif suffix in _LOOKS_LIKE_ENTRY:
            message = f"{quote(path.name)} is ignored; end the file name of an entry in .md"
            problems.append(Problem(name, 1, 1, "not-an-entry", message, "warning"))
    if (root / "entries").exists() and not (root / "entries").is_dir():
        message = "expected a folder, not a file; put the entry files into a folder of this name"
        problems.append(Problem("entries", 1, 1, "not-a-file", message))
    elif not entries and not refused and not unchanged:
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


def _walk(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    """Yield path and name of each file in a folder tree, except hidden files and linked folders."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as scan:
        items = sorted((os.fsencode(item.name), item) for item in scan)
    for file_name, item in items:
        if item.name.startswith("."):
            continue
        inner = f"{name}/{file_name.decode('utf-8', 'backslashreplace')}"
        if item.is_dir(follow_symlinks=False) and not item.name.endswith(".md"):
            yield from _walk(Path(item.path), inner)
        else:
            yield item.path, inner


def _read_text(path: Path, name: str, problems: list[Problem]) -> bytes | None:
    data = None
    with contextlib.suppress(FileNotFoundError):  # deleted after its folder was listed
        if path.is_file():
            data = _read(path, MAX_TEXT_BYTES + 1)
    if data is None:
        message = "the file does not exist; `ilofeed init` creates a new office"
        if os.path.lexists(path):
            message = "expected a file, not a folder or a broken link; replace it by a file"
        is_missing = name == "feeds.yaml" and not path.exists()
        code: Code = "no-feeds-yaml" if is_missing else "not-a-file"
        problems.append(Problem(name, 1, 1, code, message))
        return None
    if len(data) > MAX_TEXT_BYTES:
        message = "the file is larger than 1 MiB; shorten it"
        problems.append(Problem(name, 1, 1, "file-too-large", message))
        return None
    return data


def _read(path: Path, limit: int) -> bytes:
    """Return at most `limit` bytes of a file."""
    with path.open("rb") as file:
        return file.read(limit)


def read_or_empty(root: Path, path: str) -> bytes:
    """Read a text file of the office again, to quote from it; b"" if it cannot be read."""
    try:
        return _read(root / path, MAX_TEXT_BYTES)
    except OSError:
        return b""


def read_limited(path: Path, limit: int) -> bytes | None:
    """Return the bytes of a file, or None if it has more than `limit`; raise `OSError`."""
    data = _read(path, limit + 1)
    return data if len(data) <= limit else None


def replace_file(path: Path, data: bytes) -> None:
    """Replace the content of a file atomically and keep its permissions; raise `OSError`."""
    path = path.resolve()
    other = path.with_name(f".{path.name}.new")
    try:
        with other.open("wb") as file:
            file.write(data)
        other.chmod(path.stat().st_mode & 0o7777)
        other.replace(path)
    except OSError:
        other.unlink(missing_ok=True)
        raise


def create_file(path: Path, data: bytes) -> None:
    """Write a new file and its folders; raise `FileExistsError` rather than overwrite a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)


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
