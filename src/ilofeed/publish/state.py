"""What a build leaves beside its output for the next one; `glance` looks whether it still holds."""

from __future__ import annotations

import itertools
import json
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ilofeed.publish import glance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping

_SEEN = struct.Struct("<qqQQ")  # what was seen of a file, in less memory
TICK = 2_000_000_000  # nanoseconds: the coarsest clock of a file system (FAT)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a build is about to read: a digest of names, times and sizes, and for each of the young
    files one of its content, as it will be written down: after a checkout all are young."""

    digest: str
    young: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a build would say that has nothing to do, and the problems it would report."""

    summary: str
    problems: tuple[Mapping[str, Any], ...]


def look(root: Path) -> Inputs:
    """The files of an office as they are before a build reads them."""
    recent = time.time_ns() - TICK
    folders = glance.look(str(root))
    young = [
        name if folder == "." else f"{folder}/{name}"
        for folder, names, seen in folders
        for name, one in zip(names, seen, strict=True)
        if max(one[:2]) >= recent
    ]
    contents = {path: glance.content(str(root / path)) for path in young}
    return Inputs(glance.digest(folders), json.dumps(contents))


def remember(
    output: Path,
    inputs: Inputs,
    published: Collection[str],
    words: Iterable[str],
    *,
    program: str,
    base_url: str | None,
    now: dt.datetime,
    until: dt.datetime | None,
    said: Said,
    left: Mapping[str, bytes],
) -> None:
    """Write down a build: what it saw, what it has published (paths, and for each a line of words
    that the next build will want), and until when that holds.

    The words have a file of their own, since only a build that has something to do reads them.
    `left` are files that were looked at before and left alone: whatever somebody else has done to
    one since, the next build sees it.
    """
    outputs = glance.hash_seen(_as_left(str(output), published, left))
    facts: dict[str, Any] = {
        "program": program,
        "options": base_url,
        "inputs": inputs.digest,
        "outputs": outputs,
        "since": now.timestamp(),
        "until": until.timestamp() if until is not None else None,
        "young": {},
        "problems": list(said.problems),
        "summary": said.summary,
    }
    known = glance.write(facts)
    known[1 + glance.FACTS.index("young")] = inputs.young
    write_beside(output, "words", _as_lines(itertools.chain([outputs], words)))
    write_beside(output, "state", _as_lines(itertools.chain(known, published)))


def _as_left(
    output: str, published: Collection[str], left: Mapping[str, bytes]
) -> list[glance.Seen]:
    """What is seen of published files: of those that are `left` what was seen before."""
    fresh = [path for path in published if path not in left]
    seen = dict(zip(fresh, glance.look_at(output, fresh), strict=True))
    return [seen[path] if path in seen else _SEEN.unpack(left[path]) for path in published]


def _as_lines(lines: Iterable[str]) -> bytes:
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def write_beside(output: Path, name: str, data: bytes) -> None:
    """Replace what is remembered of an output under a name, at once."""
    place = Path(glance.beside(str(output), name))
    draft = place.with_name(place.name + ".new")
    draft.write_bytes(data)
    draft.replace(place)


def read_beside(output: Path, name: str) -> bytes:
    """What is remembered of an output under a name; nothing where that cannot be read."""
    try:
        return Path(glance.beside(str(output), name)).read_bytes()
    except OSError:
        return b""


def published(output: Path, program: str) -> tuple[dict[str, str], dict[str, bytes]]:
    """The line of words about each path that this program published last; none where it was another
    program, or where that is not known. Second, where the output is still as it was then, what is
    seen of it now, each in 32 bytes."""
    place = str(output)
    try:
        facts, paths = glance.read(place)
        if glance.value(facts["program"]) != program:
            return {}, {}
        outputs, *lines = read_beside(output, "words").decode().split("\n")
        if glance.value(facts["outputs"]) != outputs:  # of another build, which died
            return {}, {}
        words = dict(zip(paths, lines, strict=True))
    except glance.DAMAGED:
        return {}, {}
    try:
        seen = glance.look_at(place, paths)
    except OSError:  # one is gone
        return words, {}
    if outputs != glance.hash_seen(seen) or Path(glance.beside(place, "journal")).exists():
        return words, {}
    return words, dict(zip(paths, (_SEEN.pack(*one) for one in seen), strict=True))
