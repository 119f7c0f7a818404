"""What an office gets besides feeds.yaml and entries: workflows, the program, editor settings, a
README. All is the same for every office except its names and its hours."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import re
from typing import TYPE_CHECKING

from ilofeed import __version__
from ilofeed.scaffold.program import make_wheel
from ilofeed.scaffold.schema import feeds_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ilofeed.model import Office

PROGRAM = ".github/ilofeed/"  # where the wheel and its lock are
_EARLY, _LATE = 6, 22  # the office's hours in which the schedule starts
_PLACES = {
    ".editorconfig": "data/office/editorconfig",
    ".gitattributes": "data/office/gitattributes",
    ".github/dependabot.yml": "data/office/dependabot.yml",
    ".github/scripts/install": "data/office/install",
    ".github/scripts/issue.py": "data/program/issue.py",
    ".github/scripts/office.py": "data/program/office.py",
    ".github/workflows/check.yml": "data/office/check.yml",
    ".github/workflows/office.yml": "data/program/office.yml",
    ".github/workflows/publish.yml": "data/program/publish.yml",
    ".gitignore": "data/office/gitignore",
    ".vscode/extensions.json": "data/office/extensions.json",
    ".vscode/settings.json": "data/office/settings.json",
    ".vscode/tasks.json": "data/office/tasks.json",
    "docs/publishing.md": "data/office/publishing.md",
}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#&])")


def kit(office: Office, program: Mapping[str, bytes], now: dt.datetime) -> dict[str, bytes]:
    """Return these files by path; `program` holds the program's own files."""
    schema = json.dumps(feeds_schema(), ensure_ascii=False, indent=2) + "\n"
    readme = {"@TITLE@": _MARKDOWN.sub(r"\\\1", office.title), "@URL@": office.url}
    zone = str(office.timezone)
    schedule = {"@ZONE@": zone, "@HOURS@": hours(office.timezone, now.year)}
    return {
        **{path: program[source] for path, source in _PLACES.items()},
        **_wheel_and_lock(program),
        ".github/workflows/scheduled.yml": _fill(program["data/office/scheduled.yml"], schedule),
        ".vscode/feeds.schema.json": schema.encode(),
        "README.md": _fill(program["data/office/README.md"], readme),
    }


def _wheel_and_lock(program: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the program as a wheel, and the lock of its dependencies and of that wheel."""
    name, wheel = make_wheel(__version__, program)
    line = f"./{name} --hash=sha256:{hashlib.sha256(wheel).hexdigest()}\n"
    lock = program["data/program/requirements.txt"] + line.encode()
    return {f"{PROGRAM}{name}": wheel, f"{PROGRAM}requirements.txt": lock}


def _fill(template: bytes, values: Mapping[str, str]) -> bytes:
    # in one pass, so that a title with @URL@ in it is kept
    return re.sub(r"@[A-Z]+@", lambda hole: values[hole[0]], template.decode()).encode()


def hours(zone: dt.tzinfo, year: int) -> str:
    """Return the hours of UTC at which it is day in a zone, summer or winter, as cron has them."""
    offsets = {dt.datetime(year, month, 1, tzinfo=zone).utcoffset() for month in range(1, 13)}
    day = dt.datetime(year, 1, 1, 0, 17, tzinfo=dt.UTC)
    daytime = [
        hour
        for hour in range(24)
        if any(
            _EARLY <= (day + dt.timedelta(hours=hour) + (offset or dt.timedelta())).hour <= _LATE
            for offset in offsets
        )
    ]
    return ",".join(_ranges(daytime))


def _ranges(numbers: Iterable[int]) -> Iterable[str]:
    for _, run in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        first, *more = [number for _, number in run]
        yield f"{first}-{more[-1]}" if more else str(first)
