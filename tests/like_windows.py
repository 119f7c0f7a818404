# ruff: noqa: PTH112, PTH208
"""Make this process like one on Windows: `import like_windows` before anything of ilofeed.

What Windows lacks is gone, and what it refuses is refused: to replace or delete a file that this
process has open, to open a folder, to rename a file over a folder. The libraries stay those of
this system, so they are loaded before.
"""

from __future__ import annotations

import importlib
import importlib.abc
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LIBRARIES = """
click comrak filelock icalendar jsonschema_rs lxml.etree multiprocessing PIL.Image PIL.ImageFile
pydantic sqlite3 subprocess tempfile urllib3 watchfiles yaml
""".split()
MODULES = "fcntl grp pty pwd resource termios tty".split()
LACKS = """
O_NOFOLLOW chown fchmod fork fork_exec geteuid getpgid getuid kill killpg
major minor mkfifo posix_spawn sched_getaffinity setsid statvfs sync sysconf
""".split()
SIGNALS = "SIGALRM SIGHUP SIGKILL SIGPIPE SIGUSR1".split()


class _Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, *_: object) -> None:
        if name in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _is_open(path: Any) -> bool:
    """Return whether this process has a file open."""
    links = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    return os.path.realpath(path) in {os.path.realpath(link) for link in links}


def _refusing(call: Callable[..., Any]) -> Callable[..., Any]:
    def refuse(path: Any, *more: Any, **options: Any) -> Any:
        targets = [path, *more[:1]] if call.__name__ in {"replace", "rename"} else [path]
        is_relative = any(options.values())  # to a folder that is open, in `shutil.rmtree`
        in_the_way = call.__name__ == "replace" and os.path.isdir(more[0])
        if in_the_way or (not is_relative and any(map(_is_open, targets))):
            raise PermissionError(13, "Access is denied", path)
        return call(path, *more, **options)

    return refuse


def _open(path: Any, flags: int, *more: Any, **options: Any) -> int:
    is_ours = not options and flags & os.O_TMPFILE != os.O_TMPFILE  # not of `tempfile`, `shutil`
    if is_ours and os.path.isdir(path):
        raise PermissionError(13, "Permission denied", path)
    return _OPEN(path, flags, *more, **options)


_OPEN = os.open
for _name in LIBRARIES:
    importlib.import_module(_name)
for _name in MODULES:
    sys.modules.pop(_name, None)
sys.meta_path.insert(0, _Missing())
os.open = _open
for _name in ("remove", "rename", "replace", "unlink"):
    setattr(os, _name, _refusing(getattr(os, _name)))
for _place, _names in ((os, LACKS), (signal, SIGNALS)):
    for _name in _names:
        if hasattr(_place, _name):
            delattr(_place, _name)
sys.platform = "win32"
