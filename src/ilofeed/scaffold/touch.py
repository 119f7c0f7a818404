"""Set `updated` of an entry file to an instant; every other byte stays the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ilofeed.content import check_entry
from ilofeed.feeds import second
from ilofeed.problems import Problem, has_errors

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ilofeed.model import Office

_UPDATED = re.compile(
    rb"^([\"']?updated[\"']?[ \t]*:)[^\r\n]*?([ \t]+#[^\r\n]*)?(?=[\r\n]|\Z)", re.MULTILINE
)
_DATE = re.compile(rb"^[\"']?date[\"']?[ \t]*:[^\r\n]*(\r\n|\r|\n)", re.MULTILINE)
_FENCE = re.compile(rb"^---[ \t]*(?=[\r\n]|\Z)", re.MULTILINE)


def touch(
    path: str, data: bytes, office: Office, files: Mapping[str, bytes], now: dt.datetime
) -> tuple[bytes, tuple[Problem, ...]]:
    """Return the bytes of an entry file with `updated` set to now, or its old bytes and why not.

    An existing line `updated:` is changed; otherwise one is inserted below `date:`.
    """
    before = check_entry(path, data, office, files, now)
    if has_errors(before.problems):
        return data, before.problems
    touched = _with_updated(
        data, now.astimezone(office.timezone).replace(microsecond=0).isoformat()
    )
    after = check_entry(path, touched, office, files, now)
    if has_errors(after.problems):  # its date is in the future, say
        return data, after.problems
    if after.entry is None or second(after.entry.updated) != second(now):
        message = "there is no line `date:` to put `updated:` below; write it by hand"
        return data, (Problem(path, 1, 1, "missing-key", message),)
    return touched, ()


def _with_updated(data: bytes, instant: str) -> bytes:
    fences = list(_FENCE.finditer(data))
    end = fences[1].start() if len(fences) > 1 else len(data)
    if match := _UPDATED.search(data, 0, end):
        line = match[1] + b" " + instant.encode() + (match[2] or b"")
        return data[: match.start()] + line + data[match.end() :]
    if match := _DATE.search(data, 0, end):
        line = b"updated: " + instant.encode() + match[1]
        return data[: match.end()] + line + data[match.end() :]
    return data
