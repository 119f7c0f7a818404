"""Entries that were checked by an earlier build, as JSON, so that a build checks what has changed.

An entry is recalled for the same file and the same settings of the office by a later build of the
same program. Not kept are entries that have to be checked again: those with warnings, those with a
picture file, and those whose check could say something else at a later time.

The JSON comes from a file that anybody can write (`publish.state`), so the types of all fields are
checked; one wrong record makes all of them count as unknown.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass, field, fields
from typing import Any, TypeAlias

from ilofeed.content import Site, Sources, hash_source
from ilofeed.dates import Moment
from ilofeed.ids import fraction, settings_digest
from ilofeed.model import Attachment, Entry, Event, Image, Office, Person

Row: TypeAlias = tuple[str, bytes, bytes]  # path, digest of the source, JSON of the entry
_Types: TypeAlias = frozenset[tuple[type, ...]]  # the types that the fields of a list may have
_TEXT: tuple[type, ...] = (str,)
_LIST: tuple[type, ...] = (list,)
_OPTIONAL: tuple[type, ...] = (str, type(None))
_PERSON: _Types = frozenset(itertools.product(_TEXT, _OPTIONAL, _OPTIONAL))
_EVENT: _Types = frozenset(itertools.product(_TEXT, *[_OPTIONAL] * (len(fields(Event)) - 1)))
_IMAGE: _Types = frozenset(itertools.product(_TEXT, _TEXT, _OPTIONAL, _OPTIONAL))
_ATTACHMENT: _Types = frozenset(itertools.product(_TEXT, _TEXT, (int,), _OPTIONAL))
_ENTRY: _Types = frozenset(
    itertools.product(
        *[_TEXT] * 8,  # slug to url
        _LIST,  # categories
        _LIST,  # countries
        _LIST,  # authors
        _TEXT,  # language
        _OPTIONAL,  # link
        (list, type(None)),  # event
        (list, type(None)),  # image
        _LIST,  # attachments
        _OPTIONAL,  # translates
        (bool,),  # draft
        _OPTIONAL,  # withdrawn
        _TEXT,  # folder
    )
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class CheckedEntries:
    """Rows of entries that were checked, by path; they hold for offices with the same settings
    (`ids.settings_digest`) from an instant on, in seconds since 1970."""

    settings: str = ""
    since: float = 0.0
    rows: Mapping[str, Row] = field(default_factory=dict)

    def recall(self, sources: Sources, office: Office, now: dt.datetime) -> dict[str, Entry]:
        """Return the entries of files that were checked before, by path."""
        if self.since > now.timestamp() or self.settings != settings_digest(office):
            return {}
        known = [
            row
            for path, data in sources.entries
            if (row := self.rows.get(path)) is not None and row[1] == hash_source(data)
        ]
        known += [self.rows[path] for path in sources.unchanged]
        try:
            # all at once takes two thirds of the time
            records = json.loads(b"[" + b",".join([row[2] for row in known]) + b"]")
            entries = [
                _to_entry(record, row[1], office)
                for row, record in zip(known, records, strict=True)
            ]
        except (ValueError, TypeError, RecursionError):
            return {}
        return {
            path: entry
            for (path, _, _), entry in zip(known, entries, strict=True)
            if _has_terms(entry, office) and entry.path == path
        }


def keep_entries(
    site: Site, now: dt.datetime, troubled: Collection[str], before: CheckedEntries
) -> CheckedEntries:
    """Return the entries that later builds need not check; `troubled` are the paths of files with
    problems. What was recalled from `before` stays as it was written."""
    rows = {path: before.rows[path] for path in site.recalled}
    for entry in site.entries:
        path = entry.path
        if path not in rows and path not in troubled and _is_settled(entry, now):
            record = _encode(_to_record(entry)).encode("utf-8", "surrogatepass")
            rows[path] = (path, entry.source, record)
    return CheckedEntries(settings_digest(site.office), now.timestamp(), rows)


def _is_settled(entry: Entry, now: dt.datetime) -> bool:
    """Whether the check of a file would find the same at any later time."""
    return (
        entry.published <= now
        and entry.updated <= now
        and entry.updated.microsecond == fraction(entry.id)  # not told apart from another's
        and (entry.image is None or entry.image.path is None)
    )


def _has_terms(entry: Entry, office: Office) -> bool:
    """Whether feeds.yaml has the terms of an entry."""
    return office.categories.keys() >= set(entry.categories) and office.countries.keys() >= set(
        entry.countries
    )


def _to_record(entry: Entry) -> list[Any]:
    event, image = entry.event, entry.image
    return [
        entry.slug,
        entry.id,
        entry.title,
        entry.summary,
        entry.html,
        entry.published.isoformat(),
        entry.updated.isoformat(),
        entry.url,
        entry.categories,
        entry.countries,
        [(author.name, author.email, author.url) for author in entry.authors],
        entry.language,
        entry.link,
        event and (_write(event.start), _write(event.end), *astuple(event)[2:]),
        image and (image.url, image.alt, image.credit, image.type),
        [(file.url, file.type, file.length, file.title) for file in entry.attachments],
        entry.translates,
        entry.draft,
        _write(entry.withdrawn),
        entry.folder,
    ]


def _to_entry(record: Any, source: bytes, office: Office) -> Entry:
    """Return the entry of a record; `ValueError` or `TypeError` if it is damaged."""
    _check(record, _ENTRY)
    (
        slug, identity, title, summary, html, published, updated, url, categories, countries,
        authors, language, link, event, image, attachments, translates, draft, withdrawn, folder,
    ) = record  # fmt: skip
    return Entry(
        slug=slug,
        id=identity,
        title=title,
        summary=summary,
        html=html,
        published=dt.datetime.fromisoformat(published).astimezone(office.timezone),
        updated=_utc(updated),
        url=url,
        categories=_texts(categories),
        countries=_texts(countries),
        authors=tuple([Person(*_check(author, _PERSON)) for author in authors]),
        language=language,
        link=link,
        event=None if event is None else _event(*_check(event, _EVENT)),
        image=None if image is None else Image(*_check(image, _IMAGE)),
        attachments=tuple([Attachment(*_check(file, _ATTACHMENT)) for file in attachments]),
        translates=translates,
        translation_of=translates,
        draft=draft,
        withdrawn=None if withdrawn is None else _utc(withdrawn),
        folder=folder,
        source=source,
    )


def _check(values: Any, types: _Types) -> Any:
    """Return the values if their types are among these; else raise a `TypeError`."""
    if tuple(map(type, values)) not in types:
        raise TypeError("a record is damaged")
    return values


def _texts(values: list[Any]) -> tuple[str, ...]:
    if not all(type(value) is str for value in values):
        raise TypeError("a record is damaged")
    return tuple(values)


def _event(start: str, end: str | None, *texts: Any) -> Event:
    event = Event(_moment(start), None if end is None else _moment(end), *texts)
    if event.end is not None and type(event.end) is not type(event.start):
        raise ValueError("a day and a time")
    return event


def _write(moment: Moment | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _utc(written: str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(written)
    if instant.tzinfo != dt.UTC:
        raise ValueError("a time that is not in UTC")
    return instant


def _moment(written: str) -> Moment:
    if "T" not in written:
        return dt.date.fromisoformat(written)
    instant = dt.datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError("a time without an offset")
    return instant
