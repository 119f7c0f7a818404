"""Read an office's folder to bytes, and the header of a picture. The only user of Pillow."""

import contextlib
import io
import os
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ilofeed.problems import Code, Problem, quote

MOST_TEXT_BYTES = 1024 * 1024
MOST_PICTURE_BYTES = 10 * 1024 * 1024
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
    """The bytes of an office's files, by path relative to its folder, in order of path.

    `unchanged` are entry files that were not read because an earlier build checked them.
    """

    office: bytes | None
    entries: tuple[tuple[str, bytes], ...]
    files: Mapping[str, bytes]  # pictures below entries/
    refused: tuple[str, ...] = ()  # entry files that were not read
    problems: tuple[Problem, ...] = ()
    unchanged: tuple[str, ...] = ()


def read_office(root: Path, skip: Collection[str] = ()) -> Sources:
    """Read feeds.yaml and entries/ of an office's folder; raise `OSError` for a broken disk.

    Files at the paths in `skip` are not read.
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
            files[name] = _read(path, MOST_PICTURE_BYTES + 1)
        elif suffix in _LOOKS_LIKE_ENTRY:
            message = f"{quote(path.name)} is not read; an entry's file name ends in .md"
            problems.append(Problem(name, 1, 1, "not-an-entry", message, "warning"))
    if (root / "entries").exists() and not (root / "entries").is_dir():
        message = "this is not a folder; the entry files lie in a folder of this name"
        problems.append(Problem("entries", 1, 1, "not-a-file", message))
    elif not entries and not refused and not unchanged:
        message = 'there is no entry yet; `ilofeed new "Title"` writes the first'
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
    """Yield path and name of each file below a folder, but hidden ones and links to folders."""
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
            data = _read(path, MOST_TEXT_BYTES + 1)
    if data is None:
        message = "there is no such file; `ilofeed init` makes one, with all of a new office"
        if os.path.lexists(path):
            message = "this is not a file that can be read"
        is_missing = name == "feeds.yaml" and not path.exists()
        code: Code = "no-feeds-yaml" if is_missing else "not-a-file"
        problems.append(Problem(name, 1, 1, code, message))
        return None
    if len(data) > MOST_TEXT_BYTES:
        message = "the file is larger than 1 MiB; no reader would show it"
        problems.append(Problem(name, 1, 1, "file-too-large", message))
        return None
    return data


def _read(path: Path, most: int) -> bytes:
    """Return at most `most` bytes of a file."""
    with path.open("rb") as file:
        return file.read(most)


def read_again(root: Path, path: str) -> bytes:
    """Return the bytes of a text of the office, to show a place in it; none if it is gone."""
    try:
        return _read(root / path, MOST_TEXT_BYTES)
    except OSError:
        return b""


def read_whole(path: Path, most: int) -> bytes | None:
    """Return the bytes of a file that a user named; None if there are more than `most`."""
    data = _read(path, most + 1)
    return data if len(data) <= most else None


def replace(path: Path, data: bytes) -> None:
    """Replace the bytes of a file atomically; its permissions stay."""
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


def create(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet: no file of an editor is ever overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """Media type, file suffix, and size in pixels."""

    type: str
    suffix: str
    width: int
    height: int


def read_picture_info(data: bytes) -> PictureInfo | str:
    """Return what a picture's header says, without decoding pixels; the end of an error message if
    the file is not a picture that can be published."""
    from PIL import Image, UnidentifiedImageError  # only entries with pictures need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata; a bomb is an error, no pixel is read
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
