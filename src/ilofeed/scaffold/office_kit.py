"""Return the files of a new office besides feeds.yaml and entries: workflows, the program, editor
settings, a README. They differ between offices only in title, address and hours."""

import datetime as dt
import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Mapping

from ilofeed import __version__
from ilofeed.model import Office
from ilofeed.scaffold.program import make_wheel
from ilofeed.scaffold.schema import feeds_schema

PROGRAM = ".github/ilofeed/"  # where the wheel and its lock are
_EARLY, _LATE = 6, 22  # first and last hour of the office's day for scheduled runs
_COPIED = {  # folder in the package: paths in the office of the files copied from it
    "data/office": ".editorconfig .gitattributes .github/dependabot.yml .github/scripts/install "
    ".github/workflows/check.yml .gitignore .vscode/extensions.json .vscode/settings.json "
    ".vscode/tasks.json docs/how-to/publish-on-github.md",
    "data/program": ".github/scripts/issue.py .github/scripts/office.py "
    ".github/workflows/office.yml .github/workflows/publish.yml",
}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#&])")


def kit(office: Office, program: Mapping[str, bytes], now: dt.datetime) -> dict[str, bytes]:
    """Return the files by path; `program` holds the program's files (`program_files`)."""
    name, wheel = make_wheel(__version__, program)
    line = f"./{name} --hash=sha256:{hashlib.sha256(wheel).hexdigest()}\n"
    schema = json.dumps(feeds_schema(), ensure_ascii=False, indent=2) + "\n"
    readme = {"@TITLE@": _MARKDOWN.sub(r"\\\1", office.title), "@URL@": office.url}
    schedule = {"@ZONE@": str(office.timezone), "@HOURS@": hours(office.timezone, now.year)}
    return {
        **{
            path: program[f"{folder}/{path.rpartition('/')[2].removeprefix('.')}"]
            for folder, paths in _COPIED.items()
            for path in paths.split()
        },
        f"{PROGRAM}{name}": wheel,
        f"{PROGRAM}requirements.txt": program["data/program/requirements.txt"] + line.encode(),
        ".github/workflows/scheduled.yml": _fill(program["data/office/scheduled.yml"], schedule),
        ".vscode/feeds.schema.json": schema.encode(),
        "README.md": _fill(program["data/office/README.md"], readme),
    }


def _fill(template: bytes, values: Mapping[str, str]) -> bytes:
    # in one pass, so that @URL@ in a title is kept
    return re.sub(r"@[A-Z]+@", lambda match: values[match[0]], template.decode()).encode()


def hours(zone: dt.tzinfo, year: int) -> str:
    """Return the hours of UTC that are daytime in a zone, in summer or winter, in cron's syntax."""
    months = (dt.datetime(year, month, 1, tzinfo=zone) for month in range(1, 13))
    offsets = {month.utcoffset() or dt.timedelta() for month in months}
    daytime = []
    for hour in range(24):
        start = dt.datetime(year, 1, 1, hour, 17, tzinfo=dt.UTC)
        if any(_EARLY <= (start + offset).hour <= _LATE for offset in offsets):
            daytime.append(hour)
    return ",".join(_ranges(daytime))


def _ranges(numbers: Iterable[int]) -> Iterable[str]:
    for _, run in itertools.groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        first, *more = [number for _, number in run]
        yield f"{first}-{more[-1]}" if more else str(first)
