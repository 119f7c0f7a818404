"""What the last build read and wrote, remembered beside its output: is there anything to do?

A build with the same files, options, program and output, in whose time nothing is due, would write
what is there already. That is found out by looking at times and sizes of files, without reading
one; where anything is not as remembered, the build is done as if nothing had been.

Times of files are ticks of a clock: an edit of equal size within the tick of the last build would
not be seen. So of files that were younger than two seconds then, the content is compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

VERSION = 2
WORDS = 4  # about each path that was published
TICK = 2_000_000_000  # nanoseconds: the coarsest clock of a file system (FAT)


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
    young = {
        path: _content(root / path)
        for path, stat in _files(root)
        if max(stat.st_mtime_ns, stat.st_ctime_ns) >= recent
    }
    return Inputs(_digest(root), young)


def remember(
    output: Path,
    inputs: Inputs,
    published: Mapping[str, Sequence[str]],
    *,
    options: Sequence[str | None],
    now: dt.datetime,
    until: dt.datetime | None,
    said: Remembered,
) -> None:
    """Write down a build: what it saw, what it has published (paths, and for each the `WORDS`
    that the next build will want), and until when that holds."""
    found = {
        "version": VERSION,
        "program": program(),
        "options": list(options),
        "inputs": inputs.digest,
        "young": dict(inputs.young),
        "outputs": _outputs(output, published),
        "since": now.timestamp(),
        "until": until.timestamp() if until is not None else None,
        "summary": said.summary,
        "problems": list(said.problems),
    }
    lines = (" ".join([*words, path]) for path, words in published.items())
    text = "\n".join([json.dumps(found), *lines])
    write_beside(output, "state", text.encode("utf-8", "surrogatepass"))


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
    root: Path, output: Path, *, options: Sequence[str | None], now: dt.datetime
) -> Remembered | None:
    """What a build would say that has nothing to do; None where it has, or where that is unsure."""
    try:
        found, published = _read(output)
        if (
            found["version"] != VERSION
            or found["options"] != list(options)
            or not found["since"] <= now.timestamp() < (found["until"] or float("inf"))
            or found["program"] != program()
            or beside(output, "journal").exists()
            or found["inputs"] != _digest(root)
            or found["outputs"] != _outputs(output, published)
            or any(_content(root / path) != sha for path, sha in found["young"].items())
        ):
            return None
        return Remembered(str(found["summary"]), tuple(found["problems"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # damaged, or not there
        return None


def published(output: Path) -> tuple[dict[str, list[str]], bool]:
    """The words about each path that this program published last; none where it was another
    program, or where that is not known. Second, whether the output is still as it was then."""
    try:
        found, words = _read(output)
        if found["version"] != VERSION or found["program"] != program():
            return {}, False
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, False
    try:
        is_intact = (
            found["outputs"] == _outputs(output, words) and not beside(output, "journal").exists()
        )
    except OSError:
        is_intact = False
    return words, is_intact


def _read(output: Path) -> tuple[Any, dict[str, list[str]]]:
    first, *lines = beside(output, "state").read_text("utf-8").split("\n")
    words = (line.split(" ", WORDS) for line in lines)  # a picture's name may have spaces
    return json.loads(first), {path: about for *about, path in words}


def _digest(root: Path) -> str:
    hashed = hashlib.sha256()
    for path, stat in _files(root):
        hashed.update(_signature(path, stat))
    return hashed.hexdigest()


def _files(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every file that a build could read, in one order; links by what they lead to."""
    for name in ("feeds.yaml", "entries"):
        path = root / name
        if path.is_dir():
            yield from _below(str(path), name)
        elif path.exists():
            yield name, path.stat()


def _below(folder: str, name: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as found:
        items = sorted(found, key=lambda item: item.name)
    for item in items:
        inner = f"{name}/{item.name}"
        if item.is_dir(follow_symlinks=False):
            yield from _below(item.path, inner)
        else:
            try:
                yield inner, item.stat()
            except FileNotFoundError:  # a link to nowhere
                yield inner, item.stat(follow_symlinks=False)


def _signature(path: str, stat: os.stat_result) -> bytes:
    text = f"{path}\0{stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}\n"
    return text.encode("utf-8", "surrogateescape")


def _outputs(output: Path, paths: Iterable[str]) -> str:
    hashed, prefix = hashlib.sha256(), f"{output}/"
    for path in paths:
        hashed.update(_signature(path, os.stat(prefix + path)))  # noqa: PTH116  twice as fast
    return hashed.hexdigest()


def _content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def program() -> str:
    """Which program would build: this package's files, the packages beside it, and Python."""
    hashed = hashlib.sha256(sys.version.encode())
    for path, stat in _below(str(Path(__file__).parent), ""):
        if "__pycache__" not in path:
            hashed.update(f"{path}\0{stat.st_mtime_ns} {stat.st_size}\n".encode())
    packages = Path(sysconfig.get_path("purelib"))
    names = sorted(path.name for path in packages.glob("*-info"))
    hashed.update("\n".join(names).encode())
    return hashed.hexdigest()
