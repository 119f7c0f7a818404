"""Store checked entries as JSON, so that a later build only checks changed entries.

A stored entry is used if its files, the settings of the office and the program are unchanged. These
entries are not stored, because they must be checked again: those with warnings, and those whose
result may change with time.

The JSON comes from an untrusted file (`publish.state`), so the types of all fields are checked; if
one record is wrong, none is used.
"""

import datetime as dt
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import TypeAdapter

from ilofeed.content import Site, Sources, hash_source
from ilofeed.ids import fraction, settings_digest
from ilofeed.media import alias_path, published_name
from ilofeed.model import Entry, Event, Office
from ilofeed.publish.state import EntryRow

Time = TypeVar("Time", dt.datetime, dt.date)
_ENTRY = TypeAdapter(Entry)


@dataclass(frozen=True, slots=True)
class CheckedEntries:
    """Rows of checked entries by path. They are valid for the same settings of the office
    (`ids.settings_digest`), and from the time `since` on, in seconds since 1970."""

    settings: str = ""
    since: float = 0.0
    rows: Mapping[str, EntryRow] = field(default_factory=dict)

    def recall(self, sources: Sources, office: Office, now: dt.datetime) -> dict[str, Entry]:
        """Return the entries of unchanged files, by path; none if the rows are not valid."""
        if self.since > now.timestamp() or self.settings != settings_digest(office):
            return {}
        rows = [
            row
            for path, data in sources.entries
            if (row := self.rows.get(path)) is not None and row[1] == hash_source(data)
        ]
        rows += [self.rows[path] for path in sources.unchanged]
        try:
            entries = {path: _read(record, source, office) for path, source, record, _ in rows}
        except ValueError:
            return {}
        return {
            path: entry
            for path, entry in entries.items()
            if entry.path == path
            and _is_settled(entry, now)
            and _has_terms(entry, office)
            and _has_files(entry, sources)
        }


def keep_entries(
    site: Site, now: dt.datetime, with_problems: Collection[str], before: CheckedEntries
) -> CheckedEntries:
    """Return the entries that later builds need not check; `with_problems` are paths of files with
    problems. Rows of entries recalled from `before` are kept unchanged."""
    rows = {path: before.rows[path] for path in site.cached}
    for entry in site.entries:
        path = entry.path
        if path not in rows and path not in with_problems and _is_settled(entry, now):
            files = b"".join(os.fsencode(file.source) + b"\0" for file in entry.files)
            rows[path] = (path, entry.source, _write(entry), files)
    return CheckedEntries(settings_digest(site.office), now.timestamp(), rows)


def _is_settled(entry: Entry, now: dt.datetime) -> bool:
    """Return whether a check of the entry has the same result at any later time."""
    return (
        entry.published <= now
        and entry.updated <= now
        and entry.updated.microsecond == fraction(entry.id)  # it was not adjusted to be unique
    )


def _has_terms(entry: Entry, office: Office) -> bool:
    """Return whether feeds.yaml has all terms of an entry."""
    return office.categories.keys() >= set(entry.categories) and office.countries.keys() >= set(
        entry.countries
    )


def _has_files(entry: Entry, sources: Sources) -> bool:
    """Return whether the files of an entry exist, and are published in its own folder."""
    paths = {file.path for file in entry.files}
    shown = {entry.image and entry.image.path, *(item.path for item in entry.attachments)}
    return shown - {None} <= paths and all(
        file.path == f"entry/{entry.slug}/{published_name(file.path.rpartition('/')[2])}"
        and file.source in sources.files
        for file in entry.files
    )


def _write(entry: Entry) -> bytes:
    return _ENTRY.dump_json(entry, exclude={"source", "translation_of"}, exclude_defaults=True)


def _read(record: bytes, source: bytes, office: Office) -> Entry:
    """Return the entry of a record; raise `ValueError` if it is damaged."""
    entry = _ENTRY.validate_json(record, strict=True)
    if any(alias_path(path) != path for path in entry.aliases):
        raise ValueError("an alias that is not a path")
    return replace(
        entry,
        published=_with_zone(entry.published).astimezone(office.timezone),
        updated=_with_zone(entry.updated).astimezone(dt.UTC),
        withdrawn=entry.withdrawn and _with_zone(entry.withdrawn).astimezone(dt.UTC),
        event=entry.event and _with_zones(entry.event),
        translation_of=entry.translates,
        source=source,
    )


def _with_zones(event: Event) -> Event:
    if event.end is not None and type(event.end) is not type(event.start):
        raise ValueError("an event with a date and a time")
    return replace(event, start=_with_zone(event.start), end=event.end and _with_zone(event.end))


def _with_zone(moment: Time) -> Time:
    """Return a time with a fixed offset as `dt.timezone`; raise `ValueError` without offset."""
    if not isinstance(moment, dt.datetime):
        return moment
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a time without an offset")
    return moment.replace(tzinfo=dt.timezone(offset))
