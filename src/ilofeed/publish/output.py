"""Write changed documents to the output folder, one by one, each atomically.

A reader of the output never finds an incomplete file, or a feed that links to a missing page. Pages
are published first, then feeds, indexes and the manifest; deletions come last. A build that is
killed leaves complete files and a journal of the paths it was publishing. The next build completes
the work, and deletes files that are only in the journal.

The same holds after a loss of power: all drafts are on the disk before the first is published, and
all files before the manifest that lists them.
"""

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ilofeed import files
from ilofeed.feeds import MANIFEST, Ledger, ManifestError, parse_manifest
from ilofeed.files import PublishError
from ilofeed.model import FILE_NAMES, ORDER, AnyDocument, Document, in_order
from ilofeed.publish.beside import (
    COPY,
    DRAFTS,
    JOURNAL,
    LOCK,
    beside,
    check_beside,
    describe_holder,
    install,
    read_journal,
    write_journal,
)
from ilofeed.publish.compressed import SUFFIX, is_copy
from ilofeed.urls import is_inside

PAUSE = 5.0  # seconds until it is checked again for whom a build waits
_INSIDE = ".ilofeed-tmp"  # drafts, if the output is a file system of its own
_FEEDS = frozenset({*FILE_NAMES.values(), "calendar.ics"})
_UMASK = 0o022  # everyone may read what is published


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The paths of files that were written, were up to date already, or were deleted."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    deleted: tuple[str, ...]


def ignore_waiting(_line: str) -> None:
    """Ignore for whom a build waits."""


@contextlib.contextmanager
def locked(output: Path, report: Callable[[str], None] = ignore_waiting) -> Iterator[None]:
    """Hold the lock of an output folder. Wait as long as another process holds it, and `report` a
    line for each one.

    Raise `PublishError` if a file next to the output is a link, or if the process that holds the
    lock waits for this one.
    """
    if output.exists() and not output.is_dir():
        raise PublishError(f"{output} is a file; write the path of a folder as the output")
    output.parent.mkdir(parents=True, exist_ok=True)
    check_beside(output)
    path = beside(output, LOCK)
    path.open("a").close()  # fails in a read-only folder, where FileLock would wait forever
    lock = FileLock(path, timeout=0)
    reported = ""
    while not lock.is_locked:
        try:
            lock.acquire(timeout=PAUSE if reported else 0)
        except Timeout:
            if (holder := describe_holder(path)) != reported:
                report(f"waiting until {holder} releases {path}; stop with Ctrl-C")
                reported = holder
    try:
        yield
    finally:
        lock.release()


def read_manifest(output: Path) -> Ledger | None:
    """Return the ledger of an output folder, None if it has no manifest; raise `PublishError` if
    the manifest cannot be used."""
    data = files.read_regular(output / MANIFEST)
    return parse_ledger(str(output / MANIFEST), data) if data is not None else None


def parse_ledger(where: str, data: bytes) -> Ledger:
    """Return the ledger in a manifest; raise `PublishError` with its place if it is damaged."""
    try:
        return parse_manifest(data)
    except ManifestError as error:
        raise PublishError(f"{where} cannot be used: {error}") from error


def publish(
    documents: Sequence[AnyDocument], output: Path, owned: Ledger | None, *, sync: bool = True
) -> PublishResult:
    """Write the documents to the output, and delete other files of earlier builds.

    Files that are neither in `owned`, the ledger of the output, nor in a journal are never deleted.
    Raise `PublishError` if a link leads out of the output, `OSError` if the disk fails.
    """
    umask = os.umask(_UMASK)
    try:
        output.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(output / _INSIDE, ignore_errors=True)  # left by a build that died
        with files.work_folder(beside(output, DRAFTS)) as work:
            result = _publish(documents, output, owned, work, sync=sync)
            _keep_copy(documents, output, work, sync=sync)
    finally:
        os.umask(umask)
    # only now are the deletions complete, and is the copy that of the manifest
    beside(output, JOURNAL).unlink(missing_ok=True)
    return result


def _publish(
    documents: Sequence[AnyDocument], output: Path, owned: Ledger | None, work: Path, *, sync: bool
) -> PublishResult:
    paths = {document.path for document in documents}
    # files of a build that died may be missing in the manifest
    journaled = filter(is_inside, read_journal(output))
    ours = {*(owned.files if owned is not None else ()), *journaled}
    earlier = ours - paths
    changed: list[Document] = []
    unchanged = []
    renamed = _rename(output, earlier, paths, work)
    _open_folders(output, paths)
    for document in in_order(documents):
        path = f"{output}/{document.path}"
        if isinstance(document, Document) and not files.is_same(
            path, document.data, files.READABLE
        ):
            changed.append(document)
        else:
            unchanged.append(document.path)
    stale = sorted(path for path in earlier - renamed - {MANIFEST} if (output / path).is_file())
    stale.sort(key=lambda path: not _is_feed(path))  # before what they link to
    _check_copies(output, [d.path for d in changed if is_copy(d.path, paths)], ours)
    steps = list(_steps(changed, output))
    if changed or stale:
        _check_folders(output, [*(document.path for document in changed), *stale])
        with files.work_folder(_drafts(output, work)) as drafts:
            _write_drafts(steps, drafts)
            write_journal(output, paths | earlier, work, sync=sync)
            # old copies of new documents would be sent instead of them
            copies = [path for path in stale if is_copy(path, paths)]
            _delete(output, copies, drafts)
            _move_drafts(steps, drafts, output, sync=sync)
            _delete(output, [path for path in stale if path not in copies], drafts)
        if sync:
            files.sync_disk(output)
    written = [document.path for _, group in steps for document in group]
    return PublishResult(tuple(written), tuple(unchanged), tuple(stale))


def _drafts(output: Path, work: Path) -> Path:
    """Return the path of a folder for drafts from which they can be renamed into the output.

    It is next to the output, where nobody copies it, unless the output is a mount point.
    """
    try:
        (work / "missing").rename(output / "missing")  # fails, but across devices in another way
    except OSError as error:
        if error.errno == errno.EXDEV:
            return output / _INSIDE
    return work / "drafts"


_Step = tuple[str, Sequence[Document]]  # the path to replace, and its documents


def _write_drafts(steps: Sequence[_Step], drafts: Path) -> None:
    """Write the documents of each step to a file or folder that has its number as the name."""
    for number, (place, group) in enumerate(steps):
        if group[0].path == place:
            files.create(f"{drafts}/{number}", group[0].data)
            continue
        for document in group:
            draft = drafts / f"{number}{document.path.removeprefix(place)}"
            draft.parent.mkdir(parents=True, exist_ok=True)
            files.create(str(draft), document.data)


def _move_drafts(steps: Sequence[_Step], drafts: Path, output: Path, *, sync: bool) -> None:
    if sync:
        files.sync_disk(drafts)
    for number, (place, _) in enumerate(steps):
        if place == MANIFEST and sync:
            files.sync_disk(drafts)
        files.move(f"{drafts}/{number}", f"{output}/{place}")


def _keep_copy(documents: Sequence[AnyDocument], output: Path, work: Path, *, sync: bool) -> None:
    """Keep a copy of the manifest next to the output, for the case that the manifest is lost.

    The manifest is on the disk then, so at any moment one of the two is whole.
    """
    for document in documents:
        if document.path == MANIFEST and document.data != _read(beside(output, COPY)):
            install(output, COPY, document.data, work, sync=sync)


def _read(path: Path) -> bytes | None:
    try:
        return files.read_regular(path)
    except OSError:  # the disk has lost it
        return None


def _rename(output: Path, earlier: Iterable[str], paths: Iterable[str], work: Path) -> set[str]:
    """Rename the files of earlier builds whose names differ from new ones in case alone, if the
    file system ignores case: to delete them would delete the new files. Return their old names."""
    by_folded = {path.casefold(): path for path in paths} if earlier else {}
    twins = {path: by_folded[path.casefold()] for path in earlier if path.casefold() in by_folded}
    if not twins or not files.ignores_case(work):
        return set()
    for old, new in twins.items():
        with contextlib.suppress(FileNotFoundError):
            files.replace(output / old, output / new)
    return set(twins)


def _open_folders(output: Path, paths: Iterable[str]) -> None:
    """Let everyone read the folders of the output, as far as the file system has modes."""
    for folder in files.folders_of(paths):
        path = f"{output}/{folder}"
        with contextlib.suppress(OSError):
            if not files.is_open(path):
                os.chmod(path, stat.S_IMODE(os.lstat(path).st_mode) | 0o755)  # noqa: PTH101, S103


def _is_feed(path: str) -> bool:
    """Return whether a path is that of a feed or calendar, or of its compressed copy."""
    return path.rpartition("/")[2].removesuffix(SUFFIX) in _FEEDS


def _check_copies(output: Path, copies: Iterable[str], ours: Collection[str]) -> None:
    """Refuse to replace files that no build wrote by compressed copies."""
    for path in copies:
        if path not in ours and os.path.lexists(output / path):
            raise PublishError(
                f"{output / path} is in no manifest, so it may be of another program; delete it, "
                "or build without --precompress"
            )


def _check_folders(output: Path, paths: Iterable[str]) -> None:
    """Refuse to write or delete through a link that leads out of the output."""
    folders = {folder for path in paths for folder in files.folders_around(path)}
    for folder in sorted(folders):
        link = output / folder
        is_link = link.is_symlink() and link.is_dir()
        if is_link and not link.resolve().is_relative_to(output.resolve()):
            raise PublishError(f"the link {link} leads out of the output; remove it")


def _steps(changed: Sequence[Document], output: Path) -> Iterator[_Step]:
    """Yield each path to replace atomically, a file or a new folder, with its documents.

    A new feed and its archives link to each other, so they appear together in a new folder. An
    existing archive can only lose entries to the feed, so it is written after the feed.
    """

    def position(document: Document) -> int:
        path = document.path.removesuffix(SUFFIX)
        is_rewritten = document.kind == "archive" and (output / path).exists()
        return ORDER.index("calendar" if is_rewritten else document.kind)

    ordered = sorted(changed, key=position)
    together: dict[str, list[Document]] = {}
    for document in ordered:
        if document.feed is not None:
            path = document.path
            place = next((f for f in files.folders_around(path) if not (output / f).exists()), path)
            together.setdefault(place, []).append(document)
    first = {group[0].path: place for place, group in together.items()}
    for document in ordered:
        if document.feed is None:
            yield document.path, (document,)
        elif (path := document.path) in first:
            yield first[path], together[first[path]]


def _delete(output: Path, stale: Sequence[str], work: Path) -> None:
    """Delete whole folders of feeds atomically, and other files one by one."""
    gone: dict[str, bool] = {}
    for path in stale:
        if _is_feed(path):
            for folder in files.folders_around(path):
                if folder not in gone:
                    gone[folder] = files.delete_folder(output, folder, stale, work)
                if gone[folder]:
                    break
        if not any(gone.get(folder) for folder in files.folders_around(path)):
            files.delete(output, path)
