"""Entries that were checked already, kept beside the output as text, so that a build of a large
office checks only the files that changed.

An entry is recalled for the same file, office and program, by a later build. What has to be looked
at again is not kept: entries with warnings, and those with a picture of their own.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
import json
import os
import sys
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

from ilofeed.content.entry import Parsed, hash_source
from ilofeed.garbage import staying
from ilofeed.ids import fraction, settings_digest
from ilofeed.longtext import copy, lines
from ilofeed.model import Attachment, Entry, Event, Image, Person
from ilofeed.portions import portions
from ilofeed.shares import leave

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ilofeed.dates import Moment
    from ilofeed.longtext import Readable
    from ilofeed.model import Office

VERSION = 4
# what an entry is known again by, its record, then its fields in the order of `Entry`
Row: TypeAlias = list[Any]
_DIGEST = 64  # characters behind the last line
_LINE = b"\n"


@dataclass(frozen=True)
class Memory:
    """What is known of files: for each a line of JSON with its path, a digest of what was read, the
    `updated` of its entry, and the entry itself. The lines lie where `text` lies."""

    office: str = ""  # which one they were checked in
    since: float = 0  # seconds since 1970
    text: Readable | None = None
    start: int = 0  # of the lines in the text

    def lines(self) -> Iterator[str]:
        """The lines, in order."""
        if self.text is None:
            return iter(())
        end = self.text.size - len(_LINE)
        return lines(self.text, _LINE, self.start, end, errors="surrogatepass")

    def is_true_of(self, office: Office, now: dt.datetime) -> bool:
        """Whether it holds in an office at an instant: later than it was written."""
        return self.since <= now.timestamp() and self.office == settings_digest(office)

    def recall(
        self,
        files: Iterable[tuple[str, bytes]],
        office: Office,
        now: dt.datetime,
        settle: Callable[[list[Parsed]], None] = leave,
    ) -> dict[str, Parsed]:
        """Of some files those that were checked before, by path; `settle` as in `shares.share`."""
        if not self.is_true_of(office, now):
            return {}
        found: dict[str, Parsed] = {}
        wanted = dict(files)
        with staying():
            for rows in _rows(self.lines()):
                some = [
                    _parsed(row, office)
                    for row in rows
                    if (data := wanted.get(row[0])) is not None
                    and row[1] == hash_source(data).hex()
                ]
                settle(some)
                found |= {one.path: one for one in some}
        return found


def _rows(lines: Iterable[str]) -> Iterator[list[Row]]:
    for some in portions(lines):  # many at once, which takes a third
        yield json.loads(f"[{','.join(some)}]")


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
    """What to remember of a site, a line for each entry; nothing of the files that are `troubled`
    by problems. What was recalled from the memory `before` stays as it was written."""
    left: Iterable[Entry] = entries
    if before.is_true_of(office, now):
        waiting = {entry.path: entry for entry in entries}
        for line in before.lines():
            path = _path_of(line)
            entry = waiting.get(path)
            if entry is not None and line.startswith(start := _start(entry)):
                if entry.noted and line.startswith(_NO_RECORD, len(start)):
                    continue
                yield line
                del waiting[path]
        left = waiting.values()
    for entry in left:
        if entry.path not in troubled and _is_settled(entry, now):
            yield _start(entry) + _json(_write(entry))[1:]


_NO_RECORD = '""'


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


def dump(lines: Iterable[str], office: Office, now: dt.datetime, program: str) -> Iterator[bytes]:
    """The bytes of a memory, as a program writes them, piece by piece: they may be many."""
    hashed = hashlib.sha256()
    head = json.dumps([VERSION, program, settings_digest(office), now.timestamp()])
    for some in portions(itertools.chain([head], lines)):
        piece = "".join([f"{line}\n" for line in some]).encode("utf-8", "surrogatepass")
        hashed.update(piece)
        yield piece
    yield hashed.hexdigest().encode()


def load(file: BinaryIO, program: str) -> Memory:
    """A memory that the same program wrote; an empty one where it is damaged, or another's."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    text = copy(file, max(0, size - _DIGEST))
    if file.read() != text.sha256.encode():
        return Memory()
    head = next(lines(text, _LINE), "")
    version, writer, *about = json.loads(head)
    if (version, writer) != (VERSION, program):
        return Memory()
    office, since = about
    return Memory(office, since, text, len(head.encode()) + len(_LINE))


def _write(entry: Entry) -> Row:
    event, image = entry.event, entry.image
    return [
        entry.record,
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
    _, _, _, record, *fields = row
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
    entry = Entry(*fields)
    object.__setattr__(entry, "noted", record)
    return entry


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
