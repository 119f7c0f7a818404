"""Is everything as the last build left it? Looked at with next to nothing loaded: a build that has
nothing to do takes longer to load than to look.

A build with the same files, options, program and output, in whose time nothing is due, would write
what is there already. That is found out by looking at times and sizes of files, without reading
one; where anything is not as remembered, the build is done as if nothing had been.

Times of files are ticks of a clock: an edit of equal size within the tick of the last build would
not be seen. So of files that were younger than two seconds then, the content is compared.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
from functools import partial
from operator import attrgetter

TYPE_CHECKING = False  # the one of `typing`, which takes long to load
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    # of a file: times of content and of rights, size, and the number it has on its disk
    Seen: TypeAlias = tuple[int, int, int, int]
    # a folder: its path, the names of the files in it, and what was seen of each
    Folder: TypeAlias = tuple[str, list[str], list[Seen]]

VERSION = "5"
# of a build, in this order. Digests: of the program, of what was read, of what was published
FACTS = (
    "program",
    "options",
    "inputs",
    "outputs",
    "since",
    "until",
    "young",
    "problems",
    "summary",
)
DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)  # what a state is, or not there

_FROM_FOLDERS = os.scandir in os.supports_fd and os.stat in os.supports_dir_fd
_SEEN = attrgetter("st_mtime_ns", "st_ctime_ns", "st_size", "st_ino")


def recall(root: str, output: str, base_url: str | None, now: float) -> dict[str, str] | None:
    """The facts of a build that would be repeated; None where there is something to do, or where
    that is unsure. `now` in seconds since 1970."""
    try:
        facts, paths = read(output)
        until = value(facts["until"])
        if (
            value(facts["options"]) != base_url
            or not value(facts["since"]) <= now < (float("inf") if until is None else until)
            or os.path.lexists(beside(output, "journal"))
        ):
            return None
        if (
            value(facts["program"]) == program()
            and value(facts["inputs"]) == digest(look(root))
            and all(content(f"{root}/{path}") == sha for path, sha in value(facts["young"]).items())
            and is_intact(output, facts, paths)
        ):
            return facts
    except DAMAGED:
        pass
    return None


def write(facts: Mapping[str, Any]) -> list[str]:
    """A line for each fact about a build; behind them come the paths of its output."""
    import json

    return [VERSION, *(json.dumps(facts[name]) for name in FACTS)]


def read(output: str) -> tuple[dict[str, str], list[str]]:
    """Both again, facts as they are written; a ValueError where they are of another version."""
    with open(beside(output, "state"), "rb") as file:  # noqa: PTH123  pathlib takes long to load
        version, *lines = file.read().decode().split("\n")
    if version != VERSION:
        raise ValueError(version)
    return dict(zip(FACTS, lines, strict=False)), lines[len(FACTS) :]


def value(fact: str) -> Any:
    """What is written. It is JSON, and where it is simple the library need not be loaded."""
    if fact in _SIMPLE:
        return _SIMPLE[fact]
    if fact.strip("0123456789") == ".":
        return float(fact)
    text = fact[1:-1]
    if f'"{text}"' == fact and text.isprintable() and "\\" not in text and '"' not in text:
        return text
    import json

    return json.loads(fact)


_SIMPLE: dict[str, Any] = {"null": None, "{}": {}, "[]": []}


def beside(output: str, name: str) -> str:
    """Where something is remembered of an output: not in it, since it is nobody's business."""
    folder, _, last = output.rpartition("/")
    return f"{folder}/.{last}.{name}"


def look(root: str) -> list[Folder]:
    """Every file that a build could read, in one order; links by what they lead to."""
    found: list[Folder] = []
    for name in ("feeds.yaml", "entries"):
        path = f"{root}/{name}"
        if os.path.isdir(path):  # noqa: PTH112
            _look_below(path, name, found)
        elif os.path.exists(path):  # noqa: PTH110
            found.append((".", [name], [_SEEN(os.stat(path))]))  # noqa: PTH116
    return found


def _look_below(folder: str, name: str, found: list[Folder], but: str = "") -> None:
    with _opened(folder) as place, os.scandir(folder if place is None else place) as listed:
        items = sorted(listed, key=attrgetter("name"))
        folders = [item.name for item in items if item.is_dir(follow_symlinks=False)]
        inner = set(folders)
        files = [item for item in items if item.name not in inner] if inner else items
        try:
            seen = list(map(_SEEN, map(os.DirEntry.stat, files)))
        except FileNotFoundError:  # a link to nowhere
            seen = [_SEEN(_stat(item)) for item in files]
    found.append((name, [item.name for item in files], seen))
    for one in folders:
        if one != but:
            _look_below(f"{folder}/{one}", f"{name}/{one}", found, but)


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


def _stat(item: os.DirEntry[str]) -> os.stat_result:
    try:
        return item.stat()
    except FileNotFoundError:
        return item.stat(follow_symlinks=False)


def digest(folders: Iterable[Folder]) -> str:
    """Of names, times and sizes."""
    names, seen = [], []
    for folder, files, each in folders:
        names.append("\0".join((folder, *files)))
        seen += each
    text = "\0\0".join(names).encode("utf-8", "surrogateescape")  # no name is empty or has a NUL
    return hashlib.sha256(text + b"\0\0\0" + _dump(seen)).hexdigest()


def _dump(seen: list[Seen]) -> bytes:
    """Bytes to be compared, never read. From version 3 on, equal values could have others."""
    return marshal.dumps(seen, 2)


def look_at(output: str, paths: Iterable[str]) -> list[Seen]:
    """Published files as they are now; an `OSError` where one is gone."""
    with _opened(output) as place:
        names = paths if place is not None else [f"{output}/{path}" for path in paths]
        return list(map(_SEEN, map(partial(os.stat, dir_fd=place), names)))


def hash_seen(seen: list[Seen]) -> str:
    """A digest of times and sizes."""
    return hashlib.sha256(_dump(seen)).hexdigest()


def is_intact(output: str, facts: Mapping[str, str], paths: Sequence[str]) -> bool:
    """Whether an output is as it was left."""
    try:
        return bool(value(facts["outputs"]) == hash_seen(look_at(output, paths)))
    except OSError:
        return False


def content(path: str) -> str:
    """A digest of the content of a file."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:  # a link to nowhere, or to a folder; the build says what is wrong, if anything
        return ""


def program() -> str:
    """Which program would build: this package's files, the packages beside it, and Python."""
    found: list[Folder] = []
    _look_below(os.path.dirname(os.path.dirname(__file__)), "", found, "__pycache__")  # noqa: PTH120
    own = [
        (folder, name, changed, size)
        for folder, names, seen in found
        for name, (changed, _, size, _) in zip(names, seen, strict=True)
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
