"""Entries that were checked already, kept beside the output as text, so that a build of a large
office checks only the files that changed.

An entry is recalled for the same file, office and program, by a later build. What has to be looked
at again is not kept: entries with warnings, and those with a picture of their own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ilofeed.entry import Parsed, hash_source
from ilofeed.fingerprint import of_office
from ilofeed.identity import fraction
from ilofeed.model import Attachment, Entry, Event, Image, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ilofeed.dates import Moment
    from ilofeed.model import Office

VERSION = 1
_AS_THEY_ARE = (
    "slug", "id", "title", "summary", "html", "url", "language", "link",
    "translates", "translation_of", "draft",
)  # fmt: skip


@dataclass(frozen=True)
class Memory:
    """The lines about each file, by its path: a digest of the file, and the entry."""

    office: str = ""  # which one they were checked in
    since: float = 0  # seconds since 1970
    lines: Mapping[str, tuple[str, str]] = field(default_factory=dict)

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
        for path, data in files:
            source, line = self.lines.get(path, ("", ""))
            if source and source == hash_source(data):
                entry = _read(json.loads(line), path, source, office)
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
) -> Memory:
    """What to remember of a site; nothing of the files that are `troubled` by problems. What was
    recalled from the memory `before` stays as it was written."""
    known = before.lines if before.is_true_of(office, now) else {}
    lines = {}
    for entry in entries:
        source, line = known.get(entry.path, ("", ""))
        if source and source == entry.source:
            lines[entry.path] = source, line
        elif entry.path not in troubled and _is_settled(entry, now):
            lines[entry.path] = entry.source, _json(_write(entry))
    return Memory(of_office(office), now.timestamp(), lines)


_json = json.JSONEncoder(ensure_ascii=False).encode


def _is_settled(entry: Entry, now: dt.datetime) -> bool:
    """Whether the check of a file would say the same at any later time, whatever else there is."""
    return (
        entry.published <= now
        and entry.updated <= now
        and entry.updated.microsecond == fraction(entry.id)  # not told apart from another's
        and (entry.image is None or entry.image.path is None)
        and "\n" not in entry.path
    )


def dump(memory: Memory, program: str) -> bytes:
    """The bytes of a memory, as a program wrote them."""
    body = "".join(
        f"{path}\n{source}\n{line}\n" for path, (source, line) in memory.lines.items()
    ).encode("utf-8", "surrogatepass")
    head = [VERSION, program, memory.office, memory.since, hashlib.blake2b(body).hexdigest()]
    return json.dumps(head).encode() + b"\n" + body


def load(data: bytes, program: str) -> Memory:
    """A memory that the same program wrote; an empty one where it is damaged, or another's."""
    first, _, body = data.partition(b"\n")
    try:
        version, writer, office, since, digest = json.loads(first)
    except (ValueError, TypeError):
        return Memory()
    if (version, writer, digest) != (VERSION, program, hashlib.blake2b(body).hexdigest()):
        return Memory()
    lines = body.decode("utf-8", "surrogatepass").split("\n")[:-1]
    found = zip(lines[::3], lines[1::3], lines[2::3], strict=True)
    return Memory(office, since, {path: (source, line) for path, source, line in found})


def _write(entry: Entry) -> dict[str, Any]:
    event, image = entry.event, entry.image
    return {name: getattr(entry, name) for name in _AS_THEY_ARE} | {
        "categories": entry.categories,
        "countries": entry.countries,
        "published": _moment(entry.published),
        "updated": _moment(entry.updated),
        "withdrawn": _moment(entry.withdrawn),
        "authors": [(one.name, one.email, one.url) for one in entry.authors],
        "event": event and (_moment(event.start), _moment(event.end), event.place, event.url),
        "image": image and (image.url, image.alt, image.credit, image.type),
        "attachments": [(one.url, one.type, one.length, one.title) for one in entry.attachments],
    }


def _read(values: dict[str, Any], path: str, source: str, office: Office) -> Entry:
    event, image = values["event"], values["image"]
    return Entry(
        **{name: values[name] for name in _AS_THEY_ARE},
        categories=tuple(values["categories"]),
        countries=tuple(values["countries"]),
        published=dt.datetime.fromisoformat(values["published"]).astimezone(office.timezone),
        updated=dt.datetime.fromisoformat(values["updated"]),
        withdrawn=_instant(values["withdrawn"]),
        authors=tuple(Person(*one) for one in values["authors"]),
        event=event and Event(_instant(event[0]), _instant(event[1]), *event[2:]),
        image=image and Image(*image),
        attachments=tuple(Attachment(*one) for one in values["attachments"]),
        path=path,
        source=source,
    )


def _moment(moment: Moment | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _instant(written: str | None) -> Any:
    if written is None:
        return None
    return (dt.datetime if "T" in written else dt.date).fromisoformat(written)
