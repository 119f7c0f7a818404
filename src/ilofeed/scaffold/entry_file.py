"""Write a new entry file, or set `updated` in an existing one."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence

from ilofeed.content import PLACEHOLDER, check_entry, serialize_entry, slug_of
from ilofeed.dates import Moment
from ilofeed.feeds import whole_seconds
from ilofeed.media import OfficeFile
from ilofeed.model import Office
from ilofeed.problems import Problem, has_errors
from ilofeed.text import is_windows_name, slugify

_UPDATED = re.compile(
    rb"^([\"']?updated[\"']?[ \t]*:)[^\r\n#]*+(?:(?<![ \t])#[^\r\n#]*+)*+(#[^\r\n]*)?(?=[\r\n]|\Z)",
    re.MULTILINE,
)
_DATE = re.compile(rb"^[\"']?date[\"']?[ \t]*:[^\r\n]*(\r\n|\r|\n)", re.MULTILINE)
_FENCE = re.compile(rb"^---[ \t]*(?=[\r\n]|\Z)", re.MULTILINE)


@dataclasses.dataclass(frozen=True, slots=True)
class NewEntry:
    """Options of `ilofeed new`; without a summary the entry is a draft."""

    title: str
    date: Moment
    categories: Sequence[str]
    countries: Sequence[str]
    summary: str | None = None
    link: str | None = None
    slug: str | None = None
    language: str | None = None  # BCP 47, if it is not the office's
    translation_of: str | None = None


def write_entry(
    new: NewEntry, office: Office, paths: Iterable[str], now: dt.datetime
) -> tuple[str, bytes, tuple[Problem, ...]]:
    """Return path and bytes of a new entry file, and the problems that `check` finds in it.

    `paths` are those of the existing entry files; the new file gets another name.
    """
    taken = set(map(slug_of, paths))
    base = slug = new.slug or slugify(new.title) or f"entry-{new.date:%Y-%m-%d}"
    number = 1
    while slug in taken or is_windows_name(slug):
        number += 1
        slug = f"{base}-{number}"
    path = f"entries/{new.date.year}/{slug}.md"
    keys = dataclasses.asdict(new) | {"summary": new.summary or PLACEHOLDER}
    data = serialize_entry(keys | {"draft": new.summary is None})
    return path, data, check_entry(path, data, office, {}, now).problems


def touch(
    path: str,
    data: bytes,
    office: Office,
    files: Mapping[str, OfficeFile],
    now: dt.datetime,
) -> tuple[bytes, tuple[Problem, ...]]:
    """Return an entry file with `updated` set to `now`, or its old bytes and the problems.

    Change the line `updated:` if there is one, otherwise insert it below `date:`. All other bytes
    stay the same.
    """
    before = check_entry(path, data, office, files, now)
    if has_errors(before.problems):
        return data, before.problems
    instant = now.astimezone(office.timezone).replace(microsecond=0).isoformat().encode()
    fences = list(_FENCE.finditer(data))
    end = fences[1].start() if len(fences) > 1 else len(data)
    touched = data
    if line := _UPDATED.search(data, 0, end):
        value = data[line.end(1) : line.start(2)] if line[2] else b""
        comment = value[len(value.rstrip(b" \t")) :] + (line[2] or b"")
        touched = data[: line.start()] + line[1] + b" " + instant + comment + data[line.end() :]
    elif line := _DATE.search(data, 0, end):
        touched = data[: line.end()] + b"updated: " + instant + line[1] + data[line.end() :]
    after = check_entry(path, touched, office, files, now)
    if has_errors(after.problems):  # its date may be in the future
        return data, after.problems
    if after.entry is None or whole_seconds(after.entry.updated) != whole_seconds(now):
        message = "no line begins with `date:`; write the line `updated:` by hand"
        return data, (Problem(path, 1, 1, "missing-key", message),)
    return touched, ()
