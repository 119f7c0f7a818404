"""The ledger: a record of everything a build published. `manifest.json` is its written form."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from ilofeed.urls import is_inside

MANIFEST = "manifest.json"  # its path in the output
# version 1 had other digests, and did not list files and archives; version 2 had no sketches, first
# dates and settings of dates; version 3 had digests of bodies without ids and footnotes
VERSION = 4
MAX_TITLE = 2000  # characters; `check` allows fewer
_YEARS = range(1000, 9000)  # an instant near the limits of `datetime` overflows in other zones
_NO_PAGES: Mapping[str, int] = MappingProxyType({})
_PAGE = re.compile(r"(.+)/archive/([1-9][0-9]{0,8})/[^/]+")
_PARSE_ERRORS = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class ManifestError(ValueError):
    """A manifest cannot be used; the text says why."""


class NewerManifestError(ManifestError):
    """A manifest was written by a newer ilofeed."""


class Record(NamedTuple):
    """The record of one published entry.

    `digest` is the hexadecimal SHA-256 of its content without dates and addresses; None if the
    manifest has an older kind of digest. `file` is the path of the entry file. `pages` has the
    number of the archive document with the entry, by the path of the feed. `sketch` is a sample of
    its text (`guard.sketch`); None if it is short or unknown. `first_published` is the date that
    subscribers saw first, or last permitted to move; None if it is `published`. `status` is that of
    its event; None without one, or if the manifest is older.
    """

    id: str
    url: str
    title: str
    published: dt.datetime | None
    updated: dt.datetime | None
    digest: str | None = None
    withdrawn: dt.datetime | None = None
    file: str | None = None
    pages: Mapping[str, int] = _NO_PAGES
    sketch: str | None = None
    first_published: dt.datetime | None = None
    status: str | None = None


@dataclass(frozen=True)
class Ledger:
    """What a build published: entries by id, feed documents by path with their SHA-256, all files.

    `categories` and `countries` have the label of each term by its name, needed to restore a term
    that was removed. `files_sha256` is one digest of all files that are not feed documents.
    `timezone` (a name) and `publish_time` are those of feeds.yaml; None if the manifest is older.
    `aliases` has the path that each former path leads to.
    """

    entries: Mapping[str, Record]
    documents: Mapping[str, str]
    files: frozenset[str]
    site: str | None = None
    authority: str | None = None
    categories: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    files_sha256: str | None = None
    timezone: str | None = None
    publish_time: dt.time | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)

    def missing_in(self, other: Ledger) -> list[Record]:
        """Return the records whose ids another ledger does not have, sorted by id."""
        return [self.entries[name] for name in sorted(self.entries.keys() - other.entries.keys())]

    def shared_with(self, other: Ledger) -> list[tuple[Record, Record]]:
        """Return each record together with that of another ledger, sorted by id."""
        common = sorted(self.entries.keys() & other.entries.keys())
        return [(self.entries[name], other.entries[name]) for name in common]

    @property
    def archive_counts(self) -> dict[str, int]:
        """The number of archive documents of each feed that has any, by its path."""
        counts: dict[str, int] = {}
        for path in self.documents:
            if match := _PAGE.fullmatch(path):
                counts[match[1]] = max(counts.get(match[1], 0), int(match[2]))
        return counts

    @property
    def feeds(self) -> frozenset[str]:
        """The paths of all feeds."""
        return frozenset(path.rpartition("/")[0] for path in self.documents if not is_archive(path))


@functools.lru_cache(maxsize=1)  # a build reads the manifest of its output twice
def parse_manifest(data: bytes) -> Ledger:
    """Parse a manifest (JSON) of this version or an older one; raise `ManifestError` otherwise."""
    try:
        text = data.decode()
        manifest: Any = json.loads(text)
        if "\\u" in text:  # escapes of half a character cannot be written again
            json.dumps(manifest, ensure_ascii=False).encode()
        version = manifest["version"]
        _check_version(version)
        documents = {item["path"]: _text(item.get("sha256")) for item in manifest["documents"]}
        records = [_parse_record(record, version) for record in manifest["entries"]]
        ledger = Ledger(
            entries={record.id: record for record in records},
            documents={path: documents[path] or "" for path in _inside(documents)},
            files=frozenset(_inside([*documents, *manifest["files"]])),
            site=_text(manifest.get("site")),
            authority=_text(manifest.get("authority")),
            categories=_texts(manifest.get("categories", {})),
            countries=_texts(manifest.get("countries", {})),
            files_sha256=_text(manifest.get("files_sha256")),
            timezone=_text(manifest.get("timezone")),
            publish_time=_time(manifest.get("publish_time")),
            aliases=_texts(manifest.get("aliases", {})),
        )
        _check_archives(ledger)
    except ManifestError:
        raise
    except _PARSE_ERRORS as error:
        raise ManifestError("it is damaged, or was not generated by ilofeed") from error
    return ledger


def _check_version(version: object) -> None:
    if type(version) is not int or version < 1:
        raise ValueError("version")
    if version > VERSION:
        raise NewerManifestError(
            f"it was written by a newer ilofeed (format {version}); update ilofeed"
        )


def _check_archives(ledger: Ledger) -> None:
    """Raise `ValueError` if archive documents are not numbered from 1, or entries are in others."""
    archives = filter(None, map(_PAGE.fullmatch, ledger.documents))
    numbers = {(match[1], int(match[2])) for match in archives}
    counts = ledger.archive_counts
    named = {
        (path, number)
        for record in ledger.entries.values()
        for path, number in record.pages.items()
    }
    if len(numbers) != sum(counts.values()) or not named <= numbers:
        raise ValueError("archives")


def _parse_record(record: Any, version: int) -> Record:
    pages = record.get("pages") or _NO_PAGES
    if not all(type(number) is int for number in pages.values()):
        raise ValueError("pages")
    title = _text(record.get("title")) or ""
    if len(title) > MAX_TITLE:
        raise ValueError("title")
    return Record(
        id=_text(record["id"]) or "",
        url=_text(record.get("url")) or "",
        title=title,
        published=_instant(record.get("published")),
        updated=_instant(record.get("updated")),
        digest=_text(record.get("digest")) if version > 3 else None,
        withdrawn=_instant(record.get("withdrawn")),
        file=_text(record.get("file")),
        pages=pages,
        sketch=_text(record.get("sketch")),
        first_published=_instant(record.get("first_published")),
        status=_text(record.get("status")),
    )


def _text(value: Any) -> str | None:
    if value is not None and type(value) is not str:
        raise TypeError("not a text")
    return value


def _texts(value: Any) -> dict[str, str]:
    return {name: _text(text) or "" for name, text in value.items()}


def _time(value: Any) -> dt.time | None:
    return None if value is None else dt.time.fromisoformat(value).replace(tzinfo=None)


def _instant(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    instant = dt.datetime.fromisoformat(value)
    if instant.tzinfo is None or instant.year not in _YEARS:
        raise ValueError("an instant without an offset, or too far away")
    return instant


def _inside(paths: Iterable[Any]) -> list[str]:
    return [path for path in paths if is_inside(path)]


def is_archive(path: str) -> bool:
    """Return whether a path is that of an archive document; a category may be named `archive`."""
    return _PAGE.fullmatch(path) is not None


def whole_seconds(moment: dt.datetime | None) -> float | None:
    """Return the whole seconds of an instant since 1970; fractions only make `updated` unique."""
    return None if moment is None else moment.timestamp() // 1
