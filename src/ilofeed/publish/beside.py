"""The files next to an output folder `public`, which are not published.

- `.public.lock` is held by a build,
- `.public.new` is a folder of drafts; they are renamed into the output, so that whoever copies it
  never copies half a file,
- `.public.journal` has the paths that a build is publishing; a build that dies leaves it behind,
- `.public.state` is what the last build remembers (`publish.state`),
- `.public.manifest.json` is a copy of the manifest of the last build.

They may have come with the office's files, for example in a pull request. So links are refused, new
files are created exclusively, and a journal that does not name device and inode of the output is
ignored.
"""

import contextlib
import datetime as dt
import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from ilofeed import files

LOCK, DRAFTS, JOURNAL, STATE, COPY = "lock", "new", "journal", "state", "manifest.json"


def beside(output: Path, name: str) -> Path:
    """Return the path of a file next to an output folder."""
    return output.with_name(f".{output.name}.{name}")


def identify(output: Path) -> list[int]:
    """Return the device and the inode of an output folder."""
    status = output.stat()
    return [status.st_dev, status.st_ino]


def check_beside(output: Path) -> None:
    """Raise `PublishError` if any of the files next to an output is a link, or not a file."""
    for name in (LOCK, JOURNAL, STATE, COPY):
        files.check_regular(beside(output, name))
    files.check_regular(beside(output, DRAFTS), "folder")
    lock = beside(output, LOCK)
    if lock.exists() and lock.stat().st_nlink > 1:  # it might be emptied
        raise files.PublishError(f"{lock} is a hard link, which ilofeed did not create; remove it")


def describe_holder(lock: Path) -> str:
    """Return which process holds a lock, and when that was started; "another process" if the system
    does not say it.

    Linux itself lists the holder, so no file can name another process. Raise `PublishError` if the
    holder is this process or waits for it: it would never release the lock.
    """
    if sys.platform != "linux":
        return "another process"
    try:
        pid = _find_holder(lock)
        name, _, ticks = _read_process(pid)
        ancestor = os.getpid()
        while ancestor not in (0, pid):
            _, ancestor, _ = _read_process(ancestor)
        booted = re.search(r"(?m)^btime (\d+)$", Path("/proc/stat").read_text("ascii"))
        seconds = int(booted[1]) + ticks / os.sysconf("SC_CLK_TCK") if booted else 0
        started = dt.datetime.fromtimestamp(seconds, dt.UTC).astimezone()
    except (OSError, ValueError, LookupError, StopIteration):
        return "another process"
    if ancestor == pid:
        raise files.PublishError(
            f"process {pid} ({name}) holds {lock} and waits for this build; run it without the lock"
        )
    return f"process {pid} ({name}, started {started:%Y-%m-%d %H:%M:%S})"


def _find_holder(lock: Path) -> int:
    """Return the number of the process that holds a lock; `StopIteration` if it is not known."""
    if sys.platform == "win32":
        raise StopIteration
    status = lock.stat()
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    lines = [line.split() for line in Path("/proc/locks").read_text("ascii").splitlines()]
    pid = next(int(line[4]) for line in lines if line[1] == "FLOCK" and line[5] == device)
    # the process may have left the lock to a child and ended; then its number may be another's
    with contextlib.suppress(PermissionError):
        next(file for file in Path(f"/proc/{pid}/fd").iterdir() if file.samefile(lock))
    return pid


def _read_process(pid: int) -> tuple[str, int, int]:
    """Return the name of a process, its parent, and its start in ticks since the machine's."""
    text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    return name, int(fields[1]), int(fields[19])


def is_unfinished(output: Path) -> bool:
    """Return whether a build died while it was publishing."""
    return os.path.lexists(beside(output, JOURNAL))


def read_journal(output: Path) -> frozenset[str]:
    """Return the paths that a dead build was publishing; none if it published to another folder."""
    try:
        journal = json.loads(files.read_regular(beside(output, JOURNAL)) or b"")
        if journal["output"] != identify(output):
            return frozenset()
        return frozenset(path for path in journal["paths"] if isinstance(path, str))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return frozenset()


def write_journal(output: Path, paths: Iterable[str], work: Path, *, sync: bool) -> None:
    """Write the paths that a build is going to publish; `work` is a folder for drafts."""
    text = json.dumps({"output": identify(output), "paths": sorted(paths)})
    install(output, JOURNAL, text.encode("utf-8", "surrogatepass"), work, sync=sync)


def install(output: Path, name: str, data: bytes, work: Path, *, sync: bool) -> None:
    """Replace a file next to the output; with `sync` it is on the disk then."""
    files.create(f"{work}/{name}", data)
    files.install(work / name, beside(output, name), sync=sync)
