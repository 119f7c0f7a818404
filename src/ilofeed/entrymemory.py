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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ilofeed.entry import Parsed, hash_source
from ilofeed.fingerprint import of_office
from ilofeed.garbage import staying
from ilofeed.identity import fraction
from ilofeed.model import Attachment, Entry, Event, Image, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ilofeed.dates import Moment
    from ilofeed.model import Office

VERSION = 3
Row: TypeAlias = list[Any]  # an entry's record, then its fields in the order of `Entry`
_TOGETHER = 1000  # rows: all of them would be in memory twice
_RECORD, _PATH, _SOURCE = 0, -2, -1


@dataclass(frozen=True)
class Memory:
    """What is known of each file, by its path: the entry as a row, and as a line of JSON."""

    office: str = ""  # which one they were checked in
    since: float = 0  # seconds since 1970
    rows: Mapping[str, Row] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)

    def is_true_of(self, office: Office, now: dt.datetime) -> bool:
        """Whether it holds in an office at an instant: later than it was written."""
        return self.since <= now.timestamp() and self.office == of_office(office)

    def recall(
        self, files: Iterable[tuple[str, bytes]], office: Office, now: dt.datetime
    ) -> dict[str, Parsed]:
        """Of some files those that were checked before, by path."""
        if not self.is_true_of(office, now):
            return {}
        found = {}
        with staying():
            for path, data in files:
                row = self.rows.get(path)
                if row is not None and row[_SOURCE] == hash_source(data):
                    entry = _read(row, office.timezone)
                    found[path] = Parsed(
                        path, entry.slug, entry.id, entry.translation_of, entry, (), None
                    )
        return found


def keep(
    entries: Iterable[Entry],
    office: Office,
    now: dt.datetime,
    troubled: frozenset[str],
    before: Memory,
) -> Iterator[str]:
    """What to remember of a site, a line for each entry; nothing of the files that are `troubled`
    by problems. What was recalled from the memory `before` stays as it was written."""
    known = before.rows if before.is_true_of(office, now) else {}
    for entry in entries:
        path, row = entry.path, known.get(entry.path)
        if row is not None and row[_SOURCE] == entry.source and row[_RECORD] == entry.record:
            yield before.lines[path]
        elif path not in troubled and _is_settled(entry, now):
            yield _json(_write(entry))


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
    hashed, left = hashlib.sha256(), iter(lines)
    head = json.dumps([VERSION, program, of_office(office), now.timestamp()])
    piece = f"{head}\n".encode()
    while piece:
        hashed.update(piece)
        yield piece
        some = itertools.islice(left, _TOGETHER)
        piece = "".join([f"{line}\n" for line in some]).encode("utf-8", "surrogatepass")
    yield hashed.hexdigest().encode()


def load(data: bytes, program: str) -> Memory:
    """A memory that the same program wrote; an empty one where it is damaged, or another's."""
    end = data.rfind(b"\n") + 1
    whole = memoryview(data)[:end]  # not copied: it may be long
    if not end or data[end:] != hashlib.sha256(whole).hexdigest().encode():
        return Memory()
    head, *lines = str(whole, "utf-8", "surrogatepass")[:-1].split("\n")
    version, writer, *about = json.loads(head)
    if (version, writer) != (VERSION, program):
        return Memory()
    rows: list[Row] = []
    with staying():
        for at in range(0, len(lines), _TOGETHER):  # many at once, which takes a third
            rows += json.loads(f"[{','.join(lines[at : at + _TOGETHER])}]")
    paths = [row[_PATH] for row in rows]
    office, since = about
    return Memory(
        office,
        since,
        dict(zip(paths, rows, strict=True)),
        dict(zip(paths, lines, strict=True)),
    )


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
        entry.path,
        entry.source,
    ]


def _read(row: Row, zone: dt.tzinfo) -> Entry:
    record, *fields = row
    authors, event, image, attachments = fields[10], fields[13], fields[14], fields[15]
    fields[5] = dt.datetime.fromisoformat(fields[5]).astimezone(zone)
    fields[6] = dt.datetime.fromisoformat(fields[6])
    fields[8], fields[9] = tuple(fields[8]), tuple(fields[9])
    fields[10] = _people(tuple(map(tuple, authors)))
    fields[13] = event and Event(_instant(event[0]), _instant(event[1]), *event[2:])
    fields[14] = image and Image(*image)
    fields[15] = tuple([Attachment(*one) for one in attachments])
    fields[19] = _instant(fields[19])
    entry = Entry(*fields)
    object.__setattr__(entry, "noted", record)
    return entry


@functools.lru_cache(maxsize=1000)  # most entries are signed by the same
def _people(authors: tuple[tuple[Any, ...], ...]) -> tuple[Person, ...]:
    return tuple(Person(*one) for one in authors)


def _moment(moment: Moment | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _instant(written: str | None) -> Any:
    if written is None:
        return None
    return (dt.datetime if "T" in written else dt.date).fromisoformat(written)
