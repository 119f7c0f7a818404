"""Write changed documents to the output folder, one by one, each atomically.

A reader of the output never finds an incomplete file, or a feed that links to a missing page. Pages
are written first, then feeds, indexes and the manifest; deletions come last. A build that is killed
leaves complete files and a journal of the paths it was publishing. The next build completes the
work, and deletes files that are only in the journal. This is not guaranteed after a loss of power,
because files are not synchronised (fsync).
"""

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ilofeed import files
from ilofeed.feeds import MANIFEST, Ledger, ManifestError, is_inside, parse_manifest
from ilofeed.files import PublishError
from ilofeed.model import FILE_NAMES, ORDER, AnyDocument, Document, in_order

WAIT = 60.0  # seconds for another build that publishes to the same folder
_TEMPORARY = ".ilofeed-tmp"
_FEEDS = frozenset({*FILE_NAMES.values(), "calendar.ics"})


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The paths of files that were written, were up to date already, or were deleted."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    deleted: tuple[str, ...]


@contextlib.contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold the lock of an output folder; `PublishError` if another build holds it too long."""
    if output.exists() and not output.is_dir():
        raise PublishError(f"{output} is a file; write the path of a folder as the output")
    output.parent.mkdir(parents=True, exist_ok=True)
    path = output.parent / f".{output.name}.lock"
    path.open("a").close()  # fails in a read-only folder, where FileLock would wait forever
    lock = FileLock(path, timeout=WAIT)
    try:
        lock.acquire()
    except Timeout as error:
        raise PublishError(f"another build is publishing to {output}; try again later") from error
    try:
        yield
    finally:
        lock.release()


def read_manifest(output: Path) -> Ledger | None:
    """Return the ledger of an output folder, None if it has no manifest; raise `PublishError` if
    the manifest cannot be used."""
    try:
        return parse_manifest((output / MANIFEST).read_bytes())
    except FileNotFoundError:
        return None
    except ManifestError as error:
        raise PublishError(f"{output / MANIFEST} cannot be used: {error}") from error


def publish(
    documents: Sequence[AnyDocument], output: Path, previous: Ledger | None
) -> PublishResult:
    """Write the documents to the output, and delete other files of earlier builds.

    Files that are not in a manifest or journal are never deleted. Raise `PublishError` if a link
    leads out of the output, `OSError` if the disk fails.
    """
    output.mkdir(parents=True, exist_ok=True)
    temporary, journal = output / _TEMPORARY, output.parent / f".{output.name}.journal"
    # files of a build that died may be missing in the manifest
    journaled = filter(is_inside, _read_list(journal))
    earlier = {*(previous.files if previous is not None else ()), *journaled}
    earlier -= {document.path for document in documents}
    changed: list[Document] = []
    unchanged = []
    for document in in_order(documents):
        path = f"{output}/{document.path}"
        if isinstance(document, Document) and not files.is_same(path, document.data):
            changed.append(document)
        else:
            unchanged.append(document.path)
    stale = sorted(path for path in earlier - {MANIFEST} if (output / path).is_file())
    stale.sort(key=lambda path: path.rpartition("/")[2] not in _FEEDS)  # before what they link to
    if changed or stale:
        _check_folders(output, [*(document.path for document in changed), *stale])
        _write_list(journal, [*(document.path for document in documents), *earlier])
    shutil.rmtree(temporary, ignore_errors=True)  # left by a build that died
    written: list[str] = []
    try:
        for place, group in _steps(changed, output):
            if group[0].path == place:
                files.write(f"{output}/{place}", group[0].data, str(temporary))
            else:
                files.write_folder(output, place, group, temporary)
            written += (document.path for document in group)
        _delete(output, stale, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    journal.unlink(missing_ok=True)
    return PublishResult(tuple(written), tuple(unchanged), tuple(stale))


def _read_list(path: Path) -> frozenset[str]:
    try:
        items = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return frozenset()
    return frozenset(
        item for item in (items if isinstance(items, list) else ()) if isinstance(item, str)
    )


def _write_list(path: Path, items: Sequence[str]) -> None:
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(items), "utf-8")
    draft.replace(path)


def _check_folders(output: Path, paths: Iterable[str]) -> None:
    """Refuse to write or delete through a link that leads out of the output."""
    folders = {folder for path in paths for folder in _folders(path)}
    for folder in sorted(folders):
        link = output / folder
        is_link = link.is_symlink() and link.is_dir()
        if is_link and not link.resolve().is_relative_to(output.resolve()):
            raise PublishError(f"the link {link} leads out of the output; remove it")


def _steps(changed: Sequence[Document], output: Path) -> Iterator[tuple[str, Sequence[Document]]]:
    """Yield each path to replace atomically, a file or a new folder, with its documents.

    A new feed and its archives link to each other, so they appear together in a new folder. An
    existing archive can only lose entries to the feed, so it is written after the feed.
    """

    def position(document: Document) -> int:
        is_rewritten = document.kind == "archive" and (output / document.path).exists()
        return ORDER.index("calendar" if is_rewritten else document.kind)

    ordered = sorted(changed, key=position)
    together: dict[str, list[Document]] = {}  # computed before the first write
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
    """Yield the folders around a path, from the outermost."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        yield "/".join(parts[:depth])


def _delete(output: Path, stale: Sequence[str], temporary: Path) -> None:
    """Delete whole folders of feeds atomically, and other files one by one."""
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
