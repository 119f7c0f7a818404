"""The last stage: documents to files, one by one, each atomically, and only what changed.

A reader of the output never meets half a file, nor a feed that names a page which is not there:
pages come before feeds, feeds before the index, the manifest after all of them, deletions last. A
build that was killed leaves files that are whole; the next one finishes. A process that dies is
meant, not a machine that loses power: files are not synchronised one by one.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from ilofeed.document import in_order
from ilofeed.manifest import PATH, Manifest, ManifestError, parse_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ilofeed.document import Document

WAIT = 60.0  # seconds for another build that publishes to the same folder
_TEMPORARY = ".ilofeed-tmp"


class PublishError(OSError):
    """Why nothing, or not everything, could be published; for the person at the terminal."""


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
    lock = FileLock(output.parent / f".{output.name}.lock", timeout=WAIT)
    try:
        lock.acquire()
    except Timeout as error:
        raise PublishError(f"another build is publishing to {output}; try again later") from error
    try:
        yield
    finally:
        lock.release()


def read_manifest(output: Path) -> Manifest | None:
    """The ledger of what an output folder holds; None where there is none yet."""
    try:
        return parse_manifest((output / PATH).read_bytes())
    except FileNotFoundError:
        return None
    except ManifestError as error:
        raise PublishError(f"{output / PATH} cannot be used: {error}") from error


def publish(documents: Sequence[Document], output: Path, previous: Manifest | None) -> Changes:
    """Make the output hold the documents, and nothing of the previous build beside them.

    Files that no manifest calls ours are left alone.
    """
    output.mkdir(parents=True, exist_ok=True)
    temporary = output / _TEMPORARY
    shutil.rmtree(temporary, ignore_errors=True)
    written, unchanged = [], []
    try:
        for document in in_order(documents):
            if _write(output / document.path, document.data, temporary):
                written.append(document.path)
            else:
                unchanged.append(document.path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    stale = sorted((previous.files if previous else frozenset()) - {d.path for d in documents})
    deleted = [path for path in stale if path != PATH and _delete(output, path)]
    return Changes(tuple(written), tuple(unchanged), tuple(deleted))


def _write(path: Path, data: bytes, temporary: Path) -> bool:
    """Replace a file at once; False where it holds these bytes already and was not touched."""
    try:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    except FileNotFoundError:
        pass
    except NotADirectoryError as error:
        raise PublishError(f"{path.parent} is in the way: a folder is wanted there") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.mkdir(exist_ok=True)
    draft = temporary / "next"
    draft.write_bytes(data)
    try:
        draft.replace(path)
    except IsADirectoryError as error:
        raise PublishError(f"{path} is in the way: a file is wanted there") from error
    return True


def _delete(output: Path, path: str) -> bool:
    file = output / path
    if not file.is_file():
        return False
    file.unlink()
    for folder in file.parents:
        if folder == output:
            break
        try:
            folder.rmdir()
        except OSError:  # it holds something else
            break
    return True
