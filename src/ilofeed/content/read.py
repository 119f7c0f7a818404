"""Read and write files of an office's folder."""

import contextlib
import errno
import os
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ilofeed.content.office import brand_paths
from ilofeed.files import replace
from ilofeed.media import (
    NOT_A_FILE,
    OUTSIDE,
    OfficeFile,
    Unreadable,
    brand_file,
    is_inside_office,
    read_file,
    unreadable,
)
from ilofeed.problems import Problem, attempting

MAX_TEXT_BYTES = 1024 * 1024
_NO_HARD_LINKS = frozenset({errno.EINVAL, errno.EPERM, errno.ENOSYS, errno.ENOTSUP})
_NO_FILES_OF_ENTRIES = frozenset({"thumbs.db", "desktop.ini"})  # written by Windows


@dataclass(frozen=True)
class Sources:
    """The bytes of an office's files, sorted by path; paths are relative to its folder.

    `unchanged` are the entry files that `read_office` skipped. `brand` are the files that
    feeds.yaml names, by the name in it; they may not exist.
    """

    office: bytes | None  # feeds.yaml; None if it cannot be read
    entries: tuple[tuple[str, bytes], ...]
    files: Mapping[str, OfficeFile]  # all others below entries/, by path in form NFC
    refused: tuple[str, ...] = ()  # entry files that could not be read
    problems: tuple[Problem, ...] = ()
    unchanged: tuple[str, ...] = ()
    brand: Mapping[str, OfficeFile] = field(default_factory=dict)

    @property
    def publishable(self) -> dict[str, OfficeFile]:
        """All files that the office may publish, by path."""
        return {**self.files, **{file.name: file for file in self.brand.values()}}


def read_office(root: Path, skip: Collection[str] = ()) -> Sources:
    """Read feeds.yaml and entries/ of an office's folder, without the files at paths in `skip`.

    Whatever cannot be read is in `Sources.problems`; the files of entries are read later.
    """
    problems: list[Problem] = []
    office = _read_text(root, "feeds.yaml", root / "feeds.yaml", problems)
    entries, refused, files, unchanged = [], [], {}, []
    for file, name in _walk(root, problems):
        if name in skip:
            unchanged.append(name)
            continue
        path = Path(file)
        if path.suffix == ".md" and not path.name.startswith("~$"):  # a lock of a word processor
            data = _read_text(root, name, path, problems)
            if data is None:
                refused.append(name)
            else:
                entries.append((name, data))
            continue
        if path.name.lower() not in _NO_FILES_OF_ENTRIES:
            files[unicodedata.normalize("NFC", name)] = OfficeFile(root, name, file)
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
        {name: brand_file(root, name) for name in brand_paths(office or b"")},
    )


def _walk(root: Path, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Yield path and name of each file below entries/, except hidden files and linked folders.

    Add a problem for each folder that cannot be read.
    """
    entries = root / "entries"
    if not os.path.lexists(entries):
        return
    if not entries.is_dir():
        message = "expected a folder; put the entry files into a folder of this name"
        problems.append(Problem("entries", 1, 1, "not-a-file", message))
    elif not is_inside_office(root, entries):
        problems.append(Problem("entries", 1, 1, *OUTSIDE))
    else:
        waiting = [(str(entries), "entries", True)]
        while waiting:
            path, name, is_folder = waiting.pop()
            if not is_folder:
                yield path, name
                continue
            try:
                waiting += _list_folder(path, name)
            except OSError as error:
                problems.append(Problem(name, 1, 1, *unreadable(error)))


def _list_folder(path: str, name: str) -> list[tuple[str, str, bool]]:
    """Return path, name and whether it is a folder of everything in a folder but hidden files, the
    last first."""
    with os.scandir(path) as scan:
        items = sorted((os.fsencode(item.name), item) for item in scan)
    return [
        (
            item.path,
            f"{name}/{file_name.decode('utf-8', 'backslashreplace')}",
            item.is_dir(follow_symlinks=False) and not item.name.endswith(".md"),
        )
        for file_name, item in reversed(items)
        if not item.name.startswith(".")
    ]


def _read_text(root: Path, name: str, path: Path, problems: list[Problem]) -> bytes | None:
    data = read_file(root, path, MAX_TEXT_BYTES + 1)
    if isinstance(data, bytes) and len(data) > MAX_TEXT_BYTES:
        data = Unreadable("file-too-large", "the file is larger than 1 MiB; shorten it")
    elif data == NOT_A_FILE and name == "feeds.yaml" and not path.exists():
        message = NOT_A_FILE.message
        if not os.path.lexists(path):
            message = "the file does not exist; `ilofeed init` creates a new office"
        data = Unreadable("no-feeds-yaml", message)
    if isinstance(data, bytes):
        return data
    problems.append(Problem(name, 1, 1, *data))
    return None


def read_or_empty(root: Path, path: str) -> bytes:
    """Read a text file of the office again, to quote from it; b"" if it cannot be read."""
    data = read_file(root, root / path, MAX_TEXT_BYTES)
    return data if isinstance(data, bytes) else b""


def read_limited(path: Path, limit: int) -> bytes | None:
    """Return the bytes of a file, or None if it has more than `limit`; raise `OSError`."""
    with attempting(f"read {path}"), path.open("rb") as file:
        data = file.read(limit + 1)
    return data if len(data) <= limit else None


@contextlib.contextmanager
def _draft(root: Path, path: Path, data: bytes) -> Iterator[Path]:
    """Write a draft beside a file in a folder `root`, and remove it if it was not moved.

    Raise `OSError` if a link leads out of the folder.
    """
    if not is_inside_office(root, path):
        raise OSError(f"{path} leads out of {root}; replace the link by what it leads to")
    draft = path.with_name(f".{path.name}.new")
    with attempting(f"write {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)  # may be a link, which must not be followed
        try:
            with draft.open("xb") as file:
                file.write(data)
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def replace_file(root: Path, path: Path, data: bytes) -> None:
    """Replace the content of a file in a folder `root` atomically and keep its permissions.

    Raise `OSError`, also if a link leads out of the folder.
    """
    target = path.resolve()
    with _draft(root, target, data) as draft:
        draft.chmod(target.stat().st_mode & 0o7777)
        replace(draft, target)


def create_file(root: Path, path: Path, data: bytes) -> None:
    """Write a new file in a folder `root` atomically, and the folders around it.

    Raise `FileExistsError` rather than overwrite a file, and `OSError` if a link leads out of the
    folder.
    """
    with _draft(root, path, data) as draft:
        try:
            os.link(draft, path)  # unlike a rename, it never replaces a file
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            with path.open("xb") as file:  # this file system has no hard links
                file.write(data)
