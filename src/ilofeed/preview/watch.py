"""Watch the files of an office, and update the preview's server when they change."""

import datetime as dt
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import watchfiles

from ilofeed.content import read_office
from ilofeed.preview.pages import Memory, Pages, Preview, look
from ilofeed.preview.server import Server

STEP = 20  # milliseconds without a change until the files are read
WAKE = 1.0  # seconds between checks whether a thread should end


@dataclass(frozen=True, slots=True)
class Update:
    """A new preview, and the seconds from reading the files to serving it."""

    preview: Preview
    seconds: float


class Watcher:
    """Watches an office's files until it is stopped, or until the process that started this one has
    ended, unless this one is to survive it (`nohup`)."""

    def __init__(self, root: Path) -> None:
        self._root = root
        hang_up = getattr(signal, "SIGHUP", None)  # Windows has none
        survives = hang_up is not None and signal.getsignal(hang_up) is signal.SIG_IGN
        self._parent = None if survives else os.getppid()
        self._changed, self._stopped = threading.Event(), threading.Event()
        self._watch = partial(
            watchfiles.watch,
            step=STEP,
            debounce=STEP * 5,
            stop_event=self._stopped,
            raise_interrupt=False,
        )

    def start(self) -> None:
        """Start to watch, in two new threads."""
        for target in (self._watch_root, self._watch_entries):
            threading.Thread(target=target, daemon=True).start()

    def stop(self, *_: object) -> None:
        """Stop watching; usable as a signal handler."""
        self._stopped.set()
        self._changed.set()

    def _is_over(self) -> bool:
        if self._parent not in (None, os.getppid()):
            self.stop()
        return self._stopped.is_set()

    def follow(
        self, server: Server, clock: Callable[[], dt.datetime]
    ) -> Iterator[Update | OSError]:
        """Update the server now, whenever files change, and when an entry is due.

        Yield each update, or the error if a file cannot be read (it may have just been deleted).
        """
        memory, run, number = Memory(), secrets.token_hex(4), 0
        shown, due = None, None
        while not self._is_over():
            self._changed.clear()
            started, now = time.monotonic(), clock()
            try:
                sources = read_office(self._root)
            except OSError as error:
                yield error
                self._stopped.wait(WAKE)
                continue
            stamps = [file.stamp() for file in sources.publishable.values()]
            brand = {file: file.stamp() for file in sources.brand.values()}
            if (sources, stamps) != shown or (due is not None and due <= now):
                preview = look(sources, now, server.address, memory)
                shown, due, number = (sources, stamps), preview.next_change, number + 1
                server.show(Pages(preview, f"{run}-{number}"))
                yield Update(preview, time.monotonic() - started)
            while not self._changed.wait(WAKE) and not self._is_over():
                if due is not None and due <= clock():
                    break
                # few files, anywhere in the folder of the office
                if any(file.stamp() != stamp for file, stamp in brand.items()):
                    break

    def _watch_root(self) -> None:
        """Watch feeds.yaml, and whether the entries' folder is created or deleted."""
        root = self._root.resolve()
        names = {str(root / name) for name in ("feeds.yaml", "entries")}
        for _ in self._watch(
            root, watch_filter=lambda _change, path: path in names, recursive=False
        ):
            self._changed.set()

    def _watch_entries(self) -> None:
        """Watch the entries' folder, and a new one after it is replaced."""
        folder = self._root.resolve() / "entries"
        while not self._stopped.wait(WAKE / 5):
            try:
                self._watch_folder(folder)
            except OSError:  # it has just been deleted
                continue

    def _watch_folder(self, folder: Path) -> None:
        """Watch a folder until another folder has its path."""
        inode = folder.stat().st_ino
        self._changed.set()  # it may have changed before it was watched
        for changes in self._watch(
            folder, watch_filter=None, rust_timeout=int(WAKE * 1000), yield_on_timeout=True
        ):
            if changes:
                self._changed.set()
            if folder.stat().st_ino != inode:
                return
