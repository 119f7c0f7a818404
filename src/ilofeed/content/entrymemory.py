"""Entries that were checked already, kept beside the output as text, so that a build of a large
office checks only the files that changed.

An entry is recalled for the same file, office and program, by a later build. What has to be looked
at again is not kept: entries with warnings, and those with a picture of their own.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import sys
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, TypeAlias

from ilofeed.content.entry import Parsed, hash_source
from ilofeed.ids import fraction, of_office
from ilofeed.model import Attachment, Entry, Event, Image, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ilofeed.dates import Moment
    from ilofeed.model import Office

VERSION = 5
# what an entry is known again by, then its fields in the order of `Entry`
Row: TypeAlias = list[Any]
_DIGEST = 64  # characters behind the last line


@dataclass(frozen=True)
class Memory:
    """What is known of files: for each a line of JSON with its path, a digest of what was read, the
    `updated` of its entry, and the entry itself."""

    office: str = ""  # which one they were checked in
    since: float = 0  # seconds since 1970
    lines: tuple[str, ...] = ()

    def is_true_of(self, office: Office, now: dt.datetime) -> bool:
        """Whether it holds in an office at an instant: later than it was written."""
        return self.since <= now.timestamp() and self.office == of_office(office)

    def recall(
        self, files: Iterable[tuple[str, bytes]], office: Office, now: dt.datetime
    ) -> dict[str, Parsed]:
        """Return those of some files that were checked before, by path."""
        if not self.is_true_of(office, now):
            return {}
        data = dict(files)
        rows: list[Row] = json.loads(f"[{','.join(self.lines)}]")
        return {
            row[0]: _parsed(row, office)
            for row in rows
            if row[0] in data and row[1] == hash_source(data[row[0]]).hex()
        }


def _parsed(row: Row, office: Office) -> Parsed:
    entry = _read(row, office.timezone)
    return Parsed(entry.path, entry.slug, entry.id, entry.translation_of, entry, (), None)


def keep(
    entries: Iterable[Entry],
    office: Office,
    now: dt.datetime,
    troubled: frozenset[str],
    before: Memory,
) -> Iterator[str]:
    """Yield what to remember of a site, a line for each entry but those in the files that are
    `troubled` by problems. What was recalled from the memory `before` stays as it was written."""
    left: Iterable[Entry] = entries
    if before.is_true_of(office, now):
        waiting = {entry.path: entry for entry in entries}
        for line in before.lines:
            path = _path_of(line)
            entry = waiting.get(path)
            if entry is not None and line.startswith(_start(entry)):
                yield line
                del waiting[path]
        left = waiting.values()
    for entry in left:
        if entry.path not in troubled and _is_settled(entry, now):
            yield _start(entry) + _json(_write(entry))[1:]


def _start(entry: Entry) -> str:
    """What a line begins with: as long as it does, it is of the same entry."""
    return f'[{_quoted(entry.path)}, "{entry.source.hex()}", "{entry.updated.isoformat()}", '


def _path_of(line: str) -> str:
    end = line.index('", "')  # which in a text would be written otherwise
    written = line[2:end]
    return written if "\\" not in written else str(json.loads(f'"{written}"'))


_quoted = encode_basestring
_json = json.JSONEncoder(ensure_ascii=False).encode


def _is_settled(entry: Entry, now: dt.datetime) -> bool:
    """Whether the check of a file would say the same at any later time, whatever else there is."""
    return (
        entry.published <= now
        and entry.updated <= now
        and entry.updated.microsecond == fraction(entry.id)  # not told apart from another's
        and (entry.image is None or entry.image.path is None)
    )


def dump(lines: Iterable[str], office: Office, now: dt.datetime, program: str) -> bytes:
    """Return the bytes of a memory, as a program writes them."""
    head = json.dumps([VERSION, program, of_office(office), now.timestamp()])
    text = "".join(f"{line}\n" for line in (head, *lines)).encode("utf-8", "surrogatepass")
    return text + hashlib.sha256(text).hexdigest().encode()


def load(data: bytes, program: str) -> Memory:
    """Return a memory that the same program wrote; an empty one if it is damaged, or another's."""
    text, digest = data[:-_DIGEST], data[-_DIGEST:]
    if not text or digest != hashlib.sha256(text).hexdigest().encode():
        return Memory()
    head, *lines, _ = text.decode("utf-8", "surrogatepass").split("\n")
    version, writer, *about = json.loads(head)
    if (version, writer) != (VERSION, program):
        return Memory()
    office, since = about
    return Memory(office, since, tuple(lines))


def _write(entry: Entry) -> Row:
    event, image = entry.event, entry.image
    return [
        entry.slug,
        entry.id,
        entry.title,
        entry.summary,
        entry.html,
        _moment(entry.published),
        _moment(entry.updated),
        entry.url,
        entry.categories,
        entry.countries,
        [(one.name, one.email, one.url) for one in entry.authors],
        entry.language,
        entry.link,
        event and (_moment(event.start), _moment(event.end), event.place, event.url),
        image and (image.url, image.alt, image.credit, image.type),
        [(one.url, one.type, one.length, one.title) for one in entry.attachments],
        entry.translates,
        entry.translation_of,
        entry.draft,
        _moment(entry.withdrawn),
        entry.folder,
        entry.source.hex(),
    ]


def _read(row: Row, zone: dt.tzinfo) -> Entry:
    _, _, _, *fields = row
    authors, event, image, attachments = fields[10], fields[13], fields[14], fields[15]
    fields[5] = _local(fields[5], zone)
    fields[6] = dt.datetime.fromisoformat(fields[6])
    fields[8], fields[9] = _terms(tuple(fields[8])), _terms(tuple(fields[9]))
    fields[10] = _people(tuple(map(tuple, authors)))
    fields[11], fields[20] = sys.intern(fields[11]), sys.intern(fields[20])
    fields[13] = event and Event(_instant(event[0]), _instant(event[1]), *event[2:])
    fields[14] = image and Image(*image)
    fields[15] = tuple([Attachment(*one) for one in attachments])
    fields[19] = _instant(fields[19])
    fields[21] = bytes.fromhex(fields[21])
    return Entry(*fields)


@functools.lru_cache(maxsize=4096)  # many come out on one day
def _local(written: str, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.fromisoformat(written).astimezone(zone)


@functools.lru_cache(maxsize=4096)  # what many entries have is in memory once
def _terms(names: tuple[str, ...]) -> tuple[str, ...]:
    return names


@functools.lru_cache(maxsize=1000)  # most entries are signed by the same
def _people(authors: tuple[tuple[Any, ...], ...]) -> tuple[Person, ...]:
    return tuple(Person(*one) for one in authors)


def _moment(moment: Moment | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _instant(written: str | None) -> Any:
    if written is None:
        return None
    return (dt.datetime if "T" in written else dt.date).fromisoformat(written)
