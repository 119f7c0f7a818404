"""The last stage: documents to files, one by one, each atomically, and only what changed.

A reader of the output never meets half a file, nor a feed that names a page which is not there:
pages come before feeds, feeds before the index, the manifest after all of them, deletions last. A
build that was killed leaves files that are whole, and a journal of what it was about to publish;
the next one finishes, and deletes what no manifest would tell it of. A process that dies is meant,
not a machine that loses power: files are not synchronised one by one.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import json
import os
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from ilofeed import files
from ilofeed.document import FILE_NAMES, ORDER, Kept, in_order
from ilofeed.files import PublishError
from ilofeed.longtext import copy
from ilofeed.portions import portions
from ilofeed.verify import PATH, ManifestError, is_inside, parse_manifest, read_ours

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ilofeed.document import AnyDocument, NewDocument
    from ilofeed.feeds import Ledger

WAIT = 60.0  # seconds for another build that publishes to the same folder
_TEMPORARY = ".ilofeed-tmp"
_FEEDS = frozenset({*FILE_NAMES.values(), "calendar.ics"})


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths of the output: files that are new or different, the same as before, and removed."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    deleted: tuple[str, ...]


@contextlib.contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold an output folder, so that two builds at once do not mix."""
    if output.exists() and not output.is_dir():
        raise PublishError(f"{output} is a file; the output is a folder")
    output.parent.mkdir(parents=True, exist_ok=True)
    path = output.parent / f".{output.name}.lock"
    path.open("a").close()  # where nobody can write, FileLock would wait as if somebody held it
    lock = FileLock(path, timeout=WAIT)
    try:
        lock.acquire()
    except Timeout as error:
        raise PublishError(f"another build is publishing to {output}; try again later") from error
    try:
        yield
    finally:
        lock.release()


def read_manifest(output: Path, ours: str | None = None) -> Ledger | None:
    """The ledger of what an output folder holds; None where there is none yet.

    `ours` is the sha256 of the manifest that this program wrote there: its own is read faster.
    """
    path = output / PATH
    try:
        if ours is not None and (found := _read_ours(path, ours)) is not None:
            return found
        return parse_manifest(path.read_bytes())
    except FileNotFoundError:
        return None
    except ManifestError as error:
        raise PublishError(f"{output / PATH} cannot be used: {error}") from error


_last: dict[str, Ledger] = {}  # of one manifest, by its digest: a build needs it twice


def _read_ours(path: Path, sha256: str) -> Ledger | None:
    """The ledger of a file of this digest, kept where it stays as it is; None of another one."""
    with path.open("rb") as file:
        if sha256 in _last:
            is_same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
            return _last[sha256] if is_same else None
        text = copy(file, path.stat().st_size)
    if text.sha256 != sha256:
        return None
    ledger = read_ours(text)
    _last.clear()
    _last[sha256] = ledger
    return ledger


def read_waiting(output: Path) -> frozenset[str]:
    """The ids that waited for their date at the last build here; none where that is not known."""
    return _read_list(output.parent / f".{output.name}.waiting")


def write_waiting(output: Path, ids: Sequence[str]) -> None:
    """Remember them beside the output: what waits is nobody's business in it."""
    path = output.parent / f".{output.name}.waiting"
    if ids:
        _write_list(path, ids)
    else:
        path.unlink(missing_ok=True)


def publish(documents: Sequence[AnyDocument], output: Path, previous: Ledger | None) -> Changes:
    """Make the output hold the documents, and nothing of earlier builds beside them.

    Files that no manifest and no journal calls ours are left alone.
    """
    output.mkdir(parents=True, exist_ok=True)
    within = f"{output}/"
    temporary, journal = output / _TEMPORARY, output.parent / f".{output.name}.journal"
    # what a build that died was about to publish: no manifest may know all of it
    journaled = filter(is_inside, _read_list(journal))
    earlier = {*(previous.files if previous is not None else ()), *journaled}
    earlier.difference_update(document.path for document in documents)
    changed: list[NewDocument] = []
    same = []
    for one in in_order(documents):
        if isinstance(one, Kept) or files.is_same(within + one.path, one):
            same.append(one.path)
        else:
            changed.append(one)
    stale = sorted(
        (path for path in earlier - {PATH} if (output / path).is_file()), key=_last_named
    )
    if changed or stale:
        _check_folders(output, itertools.chain((one.path for one in changed), stale))
        _write_list(journal, itertools.chain((one.path for one in documents), earlier))
    shutil.rmtree(temporary, ignore_errors=True)  # of a build that died
    written: list[str] = []
    try:
        for place, group in _steps(changed, output):
            if group[0].path == place:
                files.write(within + place, group[0], str(temporary))
            else:
                files.write_folder(output, place, group, temporary)
            written += (one.path for one in group)
        _delete(output, stale, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    journal.unlink(missing_ok=True)
    return Changes(tuple(written), tuple(same), tuple(stale))


def _last_named(path: str) -> tuple[bool, str]:
    """Feeds are deleted before the pages that they name."""
    return path.rpartition("/")[2] not in _FEEDS, path


def _read_list(path: Path) -> frozenset[str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return frozenset()
    items = found if isinstance(found, list) else ()
    return frozenset(one for one in items if isinstance(one, str))


def _write_list(path: Path, items: Iterable[str]) -> None:
    draft = path.with_name(path.name + ".new")
    between = "["
    with draft.open("w", encoding="utf-8") as file:
        for some in portions(items):
            file.write(between + json.dumps(some)[1:-1])
            between = ",\n"
        file.write("[]" if between == "[" else "]")
    draft.replace(path)


def _check_folders(output: Path, paths: Iterable[str]) -> None:
    """Nothing is written or deleted through a link that leads out of the output."""
    # most lie in those of the path before; a set of all would be large
    is_link = functools.lru_cache(maxsize=1000)(partial(_is_link, output))
    links = {folder for path in paths for folder in _folders(path) if is_link(folder)}
    # a folder that is no link leads where the one leads that it lies in
    for link in sorted(links):
        folder = output / link
        if folder.is_dir() and not folder.resolve().is_relative_to(output.resolve()):
            raise PublishError(f"{folder} leads out of the output by a link; remove the link")


def _is_link(output: Path, folder: str) -> bool:
    return os.path.islink(f"{output}/{folder}")  # noqa: PTH114  of each folder there is


def _steps(
    changed: Sequence[NewDocument], output: Path
) -> Iterator[tuple[str, Sequence[NewDocument]]]:
    """What is replaced at once, one step after the other: a file, or a folder that is not there.

    A feed and its archives name each other, as the first two archives do, so those that are new
    appear together, in their new folder. Archives that are there can only lose entries to their
    feed, so they come after it.
    """

    def turn(document: NewDocument) -> int:
        is_rewritten = document.kind == "archive" and (output / document.path).exists()
        return ORDER.index("calendar" if is_rewritten else document.kind)

    ordered = sorted(changed, key=turn)
    together: dict[str, list[NewDocument]] = {}  # found out before anything is written
    for document in ordered:
        if document.feed is not None:
            path = document.path
            place = next((f for f in _folders(path) if not (output / f).exists()), path)
            together.setdefault(place, []).append(document)
    first = {group[0].path: place for place, group in together.items()}
    for document in ordered:
        if document.feed is None:
            yield document.path, (document,)
        elif (path := document.path) in first:
            yield first[path], together[first[path]]


def _folders(path: str) -> Iterator[str]:
    """The folders that a path lies in, from the outermost."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        yield "/".join(parts[:depth])


def _delete(output: Path, stale: Sequence[str], temporary: Path) -> None:
    """Folders of feeds that go as a whole, at once; the rest file by file."""
    gone: dict[str, bool] = {}
    for path in stale:
        if path.rpartition("/")[2] in _FEEDS:
            for folder in _folders(path):
                if folder not in gone:
                    gone[folder] = files.delete_folder(output, folder, stale, temporary)
                if gone[folder]:
                    break
        if not any(gone.get(folder) for folder in _folders(path)):
            files.delete(output, path)
