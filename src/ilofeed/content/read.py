"""The first stage: an office's folder to bytes. Nothing is interpreted here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ilofeed.content.images import FILE_SUFFIXES, MOST_BYTES
from ilofeed.problems import Problem, quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ilofeed.problems import Code

MOST_TEXT_BYTES = 1024 * 1024
_PIECE = 64 * 1024  # bytes that are made room for at first: entries are small
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
    place = root / "feeds.yaml"
    office = _read_text(str(place), place.name, problems, is_file=place.is_file())
    entries, refused, files = [], [], {}
    for item, name in _walk(str(root / "entries"), "entries"):
        dot = item.name.rfind(".", 1, -1)
        ending = item.name[dot:] if dot > 0 else ""
        suffix = ending.lower()
        if ending == ".md":
            data = _read_text(item.path, name, problems, is_file=_is_file(item))
            if data is None:
                refused.append(name)
            else:
                entries.append((name, data))
        elif suffix in FILE_SUFFIXES and _is_file(item):
            files[name] = _read(item.path, MOST_BYTES + 1)
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


def _walk(folder: str, name: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every file below a folder, in order of name; hidden ones and links to folders left out."""
    if not os.path.isdir(folder):  # noqa: PTH112  paths of files are texts here: it takes half
        return
    with os.scandir(folder) as found:
        items = sorted((os.fsencode(item.name), item) for item in found)
    for written, item in items:
        if item.name.startswith("."):
            continue
        inner = f"{name}/{written.decode('utf-8', 'backslashreplace')}"
        if item.is_dir(follow_symlinks=False) and not item.name.endswith(".md"):
            yield from _walk(item.path, inner)
        else:
            yield item, inner


def _is_file(item: os.DirEntry[str]) -> bool:
    """Whether it is one, or a link to one; what leads in a circle is none."""
    return item.is_file(follow_symlinks=False) or os.path.isfile(item.path)  # noqa: PTH113


def _read_text(path: str, name: str, problems: list[Problem], *, is_file: bool) -> bytes | None:
    try:
        data = _read(path, MOST_TEXT_BYTES + 1) if is_file else None
    except FileNotFoundError:  # it went away since its folder was looked at
        data = None
    if data is None:
        message = "there is no such file; `ilofeed init` makes one, with all of a new office"
        if os.path.lexists(path):
            message = "this is not a file that can be read"
        missing = name == "feeds.yaml" and not os.path.exists(path)  # noqa: PTH110
        code: Code = "no-feeds-yaml" if missing else "not-a-file"
        problems.append(Problem(name, 1, 1, code, message))
        return None
    if len(data) > MOST_TEXT_BYTES:
        message = "the file is larger than 1 MiB; no reader would show it"
        problems.append(Problem(name, 1, 1, "file-too-large", message))
        return None
    return data


def _read(path: str, most: int) -> bytes:
    """The bytes of a file, not more than so many; by the system's own calls, which take half."""
    file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        data = os.read(file, min(most, _PIECE))
        while rest := os.read(file, most - len(data)):
            data += rest
    finally:
        os.close(file)
    return data


def read_again(root: Path, path: str) -> bytes:
    """The bytes of a text of the office, to say where in it something is; none where it is gone."""
    try:
        return _read(f"{root}/{path}", MOST_TEXT_BYTES)
    except OSError:
        return b""


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
