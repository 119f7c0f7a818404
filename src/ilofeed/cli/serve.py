"""What `ilofeed serve` does: look at the files, show them, and do so again when they change."""

from __future__ import annotations

import errno
import secrets
import signal
import threading
import time
from typing import TYPE_CHECKING

import watchfiles

from ilofeed.cli import console
from ilofeed.cli.options import read_clock
from ilofeed.content import read_office
from ilofeed.preview import Memory, Pages, Server, look
from ilofeed.problems import plural

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from ilofeed.preview import Preview

STEP = 20  # milliseconds without a change after which the files are looked at
WAKE = 1.0  # seconds after which a thread looks whether it is still wanted


def serve(root: Path, port: int) -> int:
    """Serve until the program is told to end; return the exit code."""
    try:
        server = Server(port)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        console.say(f"port {port} cannot be had; name another by --port, or 0 for any that is free")
        return console.BROKEN_DISK
    changed, ended = threading.Event(), threading.Event()

    def end(*_: object) -> None:
        ended.set()
        changed.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    for work in (_watch_root, _watch_entries):
        threading.Thread(target=work, args=(root, changed, ended), daemon=True).start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    console.answer(server.address)
    console.say("drafts and what waits for its date are shown, marked; end with Ctrl-C")
    _show_until(root, server, changed, ended)
    server.close()
    return console.DONE


def _show_until(
    root: Path, server: Server, changed: threading.Event, ended: threading.Event
) -> None:
    """Show the files as they are, from change to change, and when something in them is due."""
    memory, told, run, number = Memory(), "", secrets.token_hex(4), 0
    seen, due = None, None
    while not ended.is_set():
        changed.clear()
        started, now = time.monotonic(), read_clock(None)
        try:
            sources = read_office(root)
        except OSError as error:  # a file vanished while it was read, or is not ours to read
            console.say(f"ilofeed: {console.sentence(error)}")
            ended.wait(WAKE)
            changed.set()
            continue
        if sources != seen or (due is not None and due <= now):
            preview = look(sources, now, server.address, memory)
            seen, due, number = sources, preview.next_change, number + 1
            server.show(Pages(preview, f"{run}-{number}"))
            told = _tell(root, preview, time.monotonic() - started, told)
        _wait(changed, ended, due)


def _wait(changed: threading.Event, ended: threading.Event, due: dt.datetime | None) -> None:
    while not changed.wait(WAKE) and not ended.is_set():
        if due is not None and due <= read_clock(None):
            return


def _tell(root: Path, preview: Preview, seconds: float, before: str) -> str:
    """Problems on the terminal, when they are others than before."""
    text = repr(preview.problems)
    if text != before:
        console.show(root, preview.problems)
    entries = len(preview.selection.out) if preview.selection is not None else 0
    shown = plural(entries, "entry", "entries")
    waiting = f" ({len(preview.marks)} not out yet)" if preview.marks else ""
    found = plural(len(preview.problems), "problem") if preview.problems else "all is well"
    console.say(f"{shown}{waiting}: {found} ({seconds * 1000:.0f} ms)")
    return text


def _watch_root(root: Path, changed: threading.Event, ended: threading.Event) -> None:
    """feeds.yaml, and the folder of the entries where it comes or goes."""
    names = {str(root.resolve() / name) for name in ("feeds.yaml", "entries")}
    for _ in watchfiles.watch(
        root.resolve(),
        watch_filter=lambda _change, path: path in names,
        step=STEP,
        debounce=STEP * 5,
        stop_event=ended,
        recursive=False,
        raise_interrupt=False,
    ):
        changed.set()


def _watch_entries(root: Path, changed: threading.Event, ended: threading.Event) -> None:
    """Everything in the folder of the entries, also where it is another folder of that name."""
    folder = root.resolve() / "entries"
    while not ended.wait(WAKE / 5):
        try:
            _watch_folder(folder, changed, ended)
        except OSError:  # it has just gone
            continue


def _watch_folder(folder: Path, changed: threading.Event, ended: threading.Event) -> None:
    """Everything in a folder for as long as it is the one of that name."""
    seen = folder.stat().st_ino
    changed.set()  # by something that was not watched yet
    for changes in watchfiles.watch(
        folder,
        watch_filter=None,
        step=STEP,
        debounce=STEP * 5,
        stop_event=ended,
        rust_timeout=int(WAKE * 1000),
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if changes:
            changed.set()
        if folder.stat().st_ino != seen:
            return
