"""What the last build read and wrote, remembered beside its output: is there anything to do?

A build with the same files, options, program and output, in whose time nothing is due, would write
what is there already. That is found out by looking at times and sizes of files, without reading
one; where anything is not as remembered, the build is done as if nothing had been.

Times of files are ticks of a clock: an edit of equal size within the tick of the last build would
not be seen. So of files that were younger than two seconds then, the content is compared.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import marshal
import os
import sys
import time
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from ilofeed.shares import aside

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

VERSION = 3
WORTH_SHARING = 2000  # files that take longer to look at than a process to start
TICK = 2_000_000_000  # nanoseconds: the coarsest clock of a file system (FAT)


# of a file: times of content and of rights, size, and the number it has on its disk
Seen: TypeAlias = tuple[int, int, int, int]
_FROM_FOLDERS = os.scandir in os.supports_fd and os.stat in os.supports_dir_fd
_SEEN = attrgetter("st_mtime_ns", "st_ctime_ns", "st_size", "st_ino")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a build is about to read: a digest of names, times and sizes, and for each of the young
    files one of its content."""

    digest: str
    young: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A build that would do nothing: what it would say, and the problems it would report."""

    summary: str
    problems: tuple[Mapping[str, Any], ...]


def look(root: Path) -> Inputs:
    """The files of an office as they are before a build reads them."""
    recent = time.time_ns() - TICK
    files = _files(root)
    young = {path: _content(root / path) for path, seen in files.items() if max(seen[:2]) >= recent}
    return Inputs(_digest(files), young)


def remember(
    output: Path,
    inputs: Inputs,
    published: Mapping[str, Sequence[str]],
    *,
    program: str,
    options: Sequence[str | None],
    now: dt.datetime,
    until: dt.datetime | None,
    said: Remembered,
    left: Mapping[str, Seen],
) -> None:
    """Write down a build: what it saw, what it has published (paths, and for each the words that
    the next build will want), and until when that holds.

    The words have a file of their own, since only a build that has something to do reads them.
    `left` are files that were looked at before and left alone: whatever somebody else has done to
    one since, the next build sees it.
    """
    fresh = [path for path in published if path not in left]
    seen = dict(left) | dict(zip(fresh, _look_at(output, fresh), strict=True))
    outputs = _hash([seen[path] for path in published])
    found = {
        "version": VERSION,
        "program": program,
        "options": list(options),
        "inputs": inputs.digest,
        "young": dict(inputs.young),
        "outputs": outputs,
        "since": now.timestamp(),
        "until": until.timestamp() if until is not None else None,
        "summary": said.summary,
        "problems": list(said.problems),
    }
    lines = (" ".join(words) for words in published.values())
    write_beside(output, "words", _text([outputs, *lines]))
    write_beside(output, "state", _text([json.dumps(found), *published]))


def write_beside(output: Path, name: str, data: bytes) -> None:
    """Replace what is remembered of an output under a name, at once."""
    place = beside(output, name)
    draft = place.with_name(place.name + ".new")
    draft.write_bytes(data)
    draft.replace(place)


def read_beside(output: Path, name: str) -> bytes:
    """What is remembered of an output under a name; nothing where that cannot be read."""
    try:
        return beside(output, name).read_bytes()
    except OSError:
        return b""


def beside(output: Path, name: str) -> Path:
    """Where it is: `.public.state` is in no output, since it is nobody's business."""
    return output.parent / f".{output.name}.{name}"


def recall(
    root: Path,
    output: Path,
    *,
    options: Sequence[str | None],
    now: dt.datetime,
    processes: int = 1,
) -> Remembered | None:
    """What a build would say that has nothing to do; None where it has, or where that is unsure."""
    try:
        found, paths = _read(output)
        if (
            found["version"] != VERSION
            or found["options"] != list(options)
            or not found["since"] <= now.timestamp() < (found["until"] or float("inf"))
            or found["program"] != program()
            or beside(output, "journal").exists()
        ):
            return None
        is_long = processes > 1 and len(paths) >= WORTH_SHARING
        with aside(lambda: _is_intact(output, found, paths), is_long=is_long) as is_intact:
            is_same = found["inputs"] == _digest(_files(root)) and not any(
                _content(root / path) != sha for path, sha in found["young"].items()
            )
            if not is_same or not is_intact():
                return None
        return Remembered(str(found["summary"]), tuple(found["problems"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # damaged, or not there
        return None


def published(output: Path, program: str) -> tuple[dict[str, list[str]], dict[str, Seen]]:
    """The words about each path that this program published last; none where it was another
    program, or where that is not known. Second, where the output is still as it was then, what is
    seen of it now."""
    try:
        found, paths = _read(output)
        if found["version"] != VERSION or found["program"] != program:
            return {}, {}
        outputs, *lines = read_beside(output, "words").decode().split("\n")
        if found["outputs"] != outputs:  # of another build, which died
            return {}, {}
        words = {path: line.split(" ") for path, line in zip(paths, lines, strict=True)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, {}
    try:
        seen = _look_at(output, paths)
    except OSError:  # one is gone
        return words, {}
    if found["outputs"] != _hash(seen) or beside(output, "journal").exists():
        return words, {}
    return words, dict(zip(paths, seen, strict=True))


def _read(output: Path) -> tuple[Any, list[str]]:
    first, *paths = beside(output, "state").read_text("utf-8").split("\n")
    return json.loads(first), paths


def _text(lines: Iterable[str]) -> bytes:
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _files(root: Path) -> dict[str, Seen]:
    """Every file that a build could read, in one order; links by what they lead to."""
    found: dict[str, Seen] = {}
    for name in ("feeds.yaml", "entries"):
        path = root / name
        if path.is_dir():
            _look_below(str(path), name, found)
        elif path.exists():
            found[name] = _SEEN(path.stat())
    return found


def _look_below(folder: str, name: str, found: dict[str, Seen]) -> None:
    with _opened(folder) as place, os.scandir(folder if place is None else place) as listed:
        items = sorted(listed, key=attrgetter("name"))
        folders = [item.name for item in items if item.is_dir(follow_symlinks=False)]
        inner = set(folders)
        files = [item for item in items if item.name not in inner]
        try:
            seen = list(map(_SEEN, map(os.DirEntry.stat, files)))
        except FileNotFoundError:  # a link to nowhere
            seen = [_SEEN(_look(item)) for item in files]
    found.update(zip([f"{name}/{item.name}" for item in files], seen, strict=True))
    for one in folders:
        _look_below(f"{folder}/{one}", f"{name}/{one}", found)


@contextlib.contextmanager
def _opened(folder: str) -> Iterator[int | None]:
    """A folder that is open, where the system can look from there: it saves a fifth of the time."""
    if not _FROM_FOLDERS:
        yield None
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        yield place
    finally:
        os.close(place)


def _look(item: os.DirEntry[str]) -> os.stat_result:
    try:
        return item.stat()
    except FileNotFoundError:
        return item.stat(follow_symlinks=False)


def _digest(files: Mapping[str, Seen]) -> str:
    names = "\0".join(files).encode("utf-8", "surrogateescape")
    return hashlib.sha256(names + b"\0\0" + _dump(files.values())).hexdigest()


def _dump(seen: Iterable[Seen]) -> bytes:
    """Bytes to be compared, never read. From version 3 on, equal values could have others."""
    return marshal.dumps(list(seen), 2)


def _look_at(output: Path, paths: Iterable[str]) -> list[Seen]:
    with _opened(str(output)) as place:
        names = paths if place is not None else [f"{output}/{path}" for path in paths]
        return list(map(_SEEN, map(partial(os.stat, dir_fd=place), names)))


def _hash(seen: Iterable[Seen]) -> str:
    return hashlib.sha256(_dump(seen)).hexdigest()


def _is_intact(output: Path, found: Any, paths: Iterable[str]) -> bool:
    """Whether the output is as it was left."""
    try:
        return bool(found["outputs"] == _hash(_look_at(output, paths)))
    except OSError:
        return False


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:  # a link to nowhere, or to a folder; the build says what is wrong, if anything
        return ""


def program() -> str:
    """Which program would build: this package's files, the packages beside it, and Python."""
    files: dict[str, Seen] = {}
    _look_below(os.path.dirname(__file__), "", files)  # noqa: PTH120  the package is a text here
    own = [
        (path, changed, size)
        for path, (changed, _, size, _) in files.items()
        if "__pycache__" not in path
    ]
    text = repr((sys.version, own, _packages()))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _packages() -> list[str]:
    """What is installed, with versions, in all folders that Python looks for modules in."""
    found: set[str] = set()
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208  names are all that is wanted
        except OSError:  # an archive, or nothing
            continue
        found.update(name for name in names if name.endswith("-info"))
    return sorted(found)
