"""The first stage: an office's folder to bytes. Nothing is interpreted here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ilofeed.images import FILE_SUFFIXES, MOST_BYTES
from ilofeed.problems import Problem, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ilofeed.codes import Code

MOST_TEXT_BYTES = 1024 * 1024
_PIECE = 65536
_LOOKS_LIKE_ENTRY = frozenset(
    {".markdown", ".mdown", ".mdx", ".txt", ".yaml", ".yml", ".docx", ".html"}
)


@dataclass(frozen=True)
class Sources:
    """The bytes of an office's files, by path relative to its folder, in order of path."""

    office: bytes | None
    entries: tuple[tuple[str, bytes], ...]
    files: Mapping[str, bytes]  # pictures below entries/
    refused: tuple[str, ...] = ()  # entry files that were not read
    problems: tuple[Problem, ...] = ()


def read_office(root: Path) -> Sources:
    """Read feeds.yaml and entries/ of an office's folder. A broken disk is an `OSError`."""
    problems: list[Problem] = []
    file = root / "feeds.yaml"
    office = _read_text(file, "feeds.yaml", problems, is_file=file.is_file())
    entries, refused, files = [], [], {}
    for item, name in _walk(root / "entries", "entries"):
        if item.name.endswith(".md"):
            data = _read_text(item, name, problems, is_file=item.is_file())
            if data is None:
                refused.append(name)
            else:
                entries.append((name, data))
            continue
        suffix = Path(item.name).suffix.lower()
        if suffix in FILE_SUFFIXES and item.is_file():
            files[name] = _read(item, MOST_BYTES)
        elif suffix == ".md" or suffix in _LOOKS_LIKE_ENTRY:
            message = f"{quote(item.name)} is not read; an entry's file name ends in .md"
            problems.append(Problem(name, 1, 1, "not-an-entry", message, "warning"))
    if (root / "entries").exists() and not (root / "entries").is_dir():
        message = "this is not a folder; the entry files lie in a folder of this name"
        problems.append(Problem("entries", 1, 1, "not-a-file", message))
    elif not entries and not refused:
        message = 'there is no entry yet; `ilofeed new "Title"` writes the first'
        problems.append(Problem("entries", 1, 1, "no-entries", message, "warning"))
    return Sources(office, tuple(entries), MappingProxyType(files), tuple(refused), tuple(problems))


def _walk(folder: Path, name: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every file below a folder, in order of name; hidden ones and links to folders left out."""
    if not folder.is_dir():
        return
    with os.scandir(folder) as found:
        items = sorted((os.fsencode(item.name), item) for item in found)
    for own, item in items:
        if own.startswith(b"."):
            continue
        inner = f"{name}/{own.decode('utf-8', 'backslashreplace')}"
        if item.is_dir(follow_symlinks=False) and not own.endswith(b".md"):
            yield from _walk(Path(item.path), inner)
        else:
            yield item, inner


def _read_text(
    path: os.PathLike[str], name: str, problems: list[Problem], *, is_file: bool
) -> bytes | None:
    try:
        data = _read(path, MOST_TEXT_BYTES) if is_file else None
    except FileNotFoundError:  # it went away since its folder was looked at
        data = None
    if data is None:
        message = "there is no such file; `ilofeed init` makes one, with all of a new office"
        if Path(path).is_symlink() or Path(path).exists():
            message = "this is not a file that can be read"
        missing = name == "feeds.yaml" and not Path(path).exists()
        code: Code = "no-feeds-yaml" if missing else "not-a-file"
        problems.append(Problem(name, 1, 1, code, message))
        return None
    if len(data) > MOST_TEXT_BYTES:
        message = "the file is larger than 1 MiB; no reader would show it"
        problems.append(Problem(name, 1, 1, "file-too-large", message))
        return None
    return data


def _read(path: os.PathLike[str], most: int) -> bytes:
    """The bytes of a file; of one that has more than `most`, one more than that."""
    parts, left = [], most + 1
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123  pathlib takes twice as long
        # a piece that holds nearly every file: room for `most` takes longer than all the rest
        while part := file.read(min(left, _PIECE)):
            parts.append(part)
            left -= len(part)
    return b"".join(parts)


def read_whole(path: Path, most: int) -> bytes | None:
    """The bytes of a file somebody named; None where there are more of them than `most`."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    return data if len(data) <= most else None


def replace(path: Path, data: bytes) -> None:
    """Put other bytes in the place of a file, all at once; its rights stay."""
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
    """Write a file that must not exist yet: nothing of an editor is ever overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
