"""The ledger: what subscribers were shown by a build. `manifest.json` is its written form."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

MANIFEST = "manifest.json"  # its path in the output
VERSION = 2  # 1 had digests that held `updated` and labels, no files and no archives
_NO_PAGES: Mapping[str, int] = MappingProxyType({})
_PAGE = re.compile(r"(.+)/archive/([1-9][0-9]{0,8})/[^/]+")
_DAMAGED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class ManifestError(ValueError):
    """Why a manifest cannot be used."""


class Record(NamedTuple):
    """What was shown of one entry.

    `digest` is of what subscribers see of it, its dates and addresses aside; None where the
    manifest had another kind of digest. `file` is where it was written, `pages` the number of the
    archive document that holds it, by path of the feed.
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


class Changes(NamedTuple):
    """The records of two ledgers that differ, by id and in order of it."""

    gone: dict[str, Record]
    new: dict[str, Record]
    differing: dict[str, tuple[Record, Record]]


@dataclass(frozen=True)
class Ledger:
    """Entries by id, the SHA-256 of each feed document by path, and the paths of all files.

    `categories` and `countries` are the labels of the terms, for whoever has to put one back;
    `files_sha256` is one digest of all files that are not feed documents.
    """

    entries: Mapping[str, Record]
    documents: Mapping[str, str]
    files: frozenset[str]
    site: str | None = None
    authority: str | None = None
    categories: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    files_sha256: str | None = None

    def changes(self, after: Ledger) -> Changes:
        """Return the records that differ in a later ledger."""
        old, new = self.entries, after.entries
        return Changes(
            gone={identity: old[identity] for identity in sorted(old.keys() - new.keys())},
            new={identity: new[identity] for identity in sorted(new.keys() - old.keys())},
            differing={
                identity: (old[identity], new[identity])
                for identity in sorted(old.keys() & new.keys())
                if old[identity] != new[identity]
            },
        )

    @property
    def pages(self) -> dict[str, int]:
        """How many archive documents each feed had, by its path; feeds without any are left out."""
        counts: dict[str, int] = {}
        for path in self.documents:
            if match := _PAGE.fullmatch(path):
                counts[match[1]] = max(counts.get(match[1], 0), int(match[2]))
        return counts

    @property
    def feeds(self) -> frozenset[str]:
        """The paths of the feeds that there were."""
        return frozenset(path.rpartition("/")[0] for path in self.documents if not is_archive(path))


@functools.lru_cache(maxsize=1)  # a build reads the manifest of its output twice
def parse_manifest(data: bytes) -> Ledger:
    """Parse a manifest of this version or an older one; raise `ManifestError` for anything else."""
    try:
        manifest: Any = json.loads(data)
        version = manifest["version"]
        _check_version(version)
        records = (_parse_record(record, version) for record in manifest["entries"])
        documents = {item["path"]: str(item.get("sha256")) for item in manifest["documents"]}
        return Ledger(
            entries={record.id: record for record in records},
            documents={path: documents[path] for path in _inside(documents)},
            files=frozenset(_inside([*documents, *manifest["files"]])),
            site=_text(manifest.get("site")),
            authority=_text(manifest.get("authority")),
            categories=_texts(manifest.get("categories", {})),
            countries=_texts(manifest.get("countries", {})),
            files_sha256=_text(manifest.get("files_sha256")),
        )
    except ManifestError:
        raise
    except _DAMAGED as error:
        raise ManifestError("it is damaged, or not a manifest of ilofeed") from error


def _check_version(version: object) -> None:
    if isinstance(version, int) and version > VERSION:
        raise ManifestError(f"it was written by a newer version of ilofeed (format {version})")


def _parse_record(record: Any, version: int) -> Record:
    pages = record.get("pages") or _NO_PAGES
    if not all(type(number) is int and 0 < number < 1_000_000 for number in pages.values()):
        raise ValueError("pages")
    return Record(
        id=str(record["id"]),
        url=str(record.get("url", "")),
        title=str(record.get("title", "")),
        published=_instant(record.get("published")),
        updated=_instant(record.get("updated")),
        digest=_text(record.get("digest")) if version == VERSION else None,
        withdrawn=_instant(record.get("withdrawn")),
        file=_text(record.get("file")),
        pages=pages,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()}


def _instant(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    instant = dt.datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("an instant without an offset")
    return instant


def _inside(paths: Iterable[Any]) -> list[str]:
    return [path for path in paths if is_inside(path)]


def is_inside(path: object) -> bool:
    """Whether a path stays below the folder it is relative to: nothing else is ever deleted."""
    return (
        isinstance(path, str)
        and not path.startswith("/")
        and "\\" not in path
        and {"", ".", ".."}.isdisjoint(path.split("/"))
    )


def is_archive(path: str) -> bool:
    """Whether a document is an archive of a feed; a category may be called `archive` too."""
    return _PAGE.fullmatch(path) is not None


def second(moment: dt.datetime | None) -> float | None:
    """Round an instant down to a whole second: fractions of `updated` mean nothing to people."""
    return None if moment is None else moment.timestamp() // 1
