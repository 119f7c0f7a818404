"""`manifest.json`: the ledger of what subscribers saw, published with the site.

For each entry its id, address, title, dates, a digest of what subscribers see, the file it was
written in and its archive documents; for each feed document its sha256; and the other files, with
one sha256 of them all, so that a later build knows which files are ours.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from typing import TYPE_CHECKING, Any

from ilofeed.carry import carried_entry
from ilofeed.document import Document
from ilofeed.ledger import Ledger, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ilofeed.document import AnyDocument
    from ilofeed.model import Entry, Office, Term
    from ilofeed.selection import Selection

PATH = "manifest.json"
VERSION = 2  # 1 had digests that held `updated` and labels, no files and no archives
_SUBSCRIBED = frozenset({"archive", "feed", "calendar"})
# identity, dates and addresses are compared by themselves; labels are the office's, not the entry's
_NOT_CONTENT = frozenset(
    {"id", "page", "target", "published", "published_at", "updated", "updated_at", "terms"}
)


class ManifestError(ValueError):
    """Why a manifest cannot be used."""


def render_manifest(seen: Selection, documents: Sequence[AnyDocument]) -> Document:
    """The manifest of a build. It names no time of its own: same entries, same bytes."""
    office = seen.office
    listed = sorted(documents, key=lambda document: document.path)
    pages = _pages(seen)
    ledger: dict[str, Any] = {
        "version": VERSION,
        "site": office.url,
        "authority": office.authority.text,
        "categories": _labels(office.categories, office),
        "countries": _labels(office.countries, office),
        "entries": [
            _record(entry, office, pages.get(entry.id))
            for entry in sorted(seen.out, key=lambda entry: entry.id)
        ],
        "documents": [
            {"path": document.path, "sha256": document.sha256}
            for document in listed
            if document.kind in _SUBSCRIBED
        ],
        "files": [document.path for document in listed if document.kind not in _SUBSCRIBED],
        "files_sha256": _together(one for one in listed if one.kind not in _SUBSCRIBED),
    }
    text = ",\n".join(f"{_json(name)}: {_lines(value)}" for name, value in ledger.items())
    return Document(PATH, "manifest", f"{{{text}}}\n".encode())


def _lines(value: Any) -> str:
    """A list with each of its items on a line, so that people can compare two manifests."""
    if not isinstance(value, list):
        return _json(value)
    return "[\n" + ",\n".join(map(_json, value)) + "]"


_json = json.JSONEncoder(ensure_ascii=False).encode


def _together(documents: Iterable[AnyDocument]) -> str:
    """One sha256 of many files: whether anything has changed shows in the manifest alone."""
    hashed = hashlib.sha256()
    for document in documents:
        hashed.update(f"{document.path}\0{document.sha256}\n".encode())
    return hashed.hexdigest()


def _labels(terms: Mapping[str, Term], office: Office) -> dict[str, str]:
    return {name: terms[name].label(office.language) for name in sorted(terms)}


def _pages(seen: Selection) -> dict[str, dict[str, int]]:
    """For each entry in an archive document its number, by path of the feed."""
    found: dict[str, dict[str, int]] = {}
    for feed in seen.feeds:
        for number, archive in enumerate(feed.archives, 1):
            for entry in archive.entries:
                found.setdefault(entry.id, {})[feed.spec.path] = number
    return found


def _record(entry: Entry, office: Office, pages: Mapping[str, int] | None) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "published": entry.published.isoformat(),
        "updated": entry.updated.isoformat(),
        "digest": digest(entry, office),
        "withdrawn": entry.withdrawn.isoformat() if entry.withdrawn else None,
        "file": entry.path,
    } | ({"pages": pages} if pages else {})


def digest(entry: Entry, office: Office) -> str:
    """The sha256 of what subscribers see of an entry: its identity, dates and own addresses aside.

    So an entry is known again under another name, and a site that has moved has the same digests.
    """
    seen = carried_entry(entry, office, "atom") | {"link": entry.link}
    kept = {field: value for field, value in seen.items() if field not in _NOT_CONTENT}
    kept["terms"] = [entry.categories, entry.countries]
    if entry.authors == (office.speaking(entry.language).author,):
        kept["authors"] = None  # the office may change its name
    if entry.image is not None and entry.image.data is not None:
        kept["image"] = (hashlib.sha256(entry.image.data).hexdigest(), *seen["image"][1:])
    text = json.dumps(kept, sort_keys=True).replace(office.url, "")
    return hashlib.sha256(text.encode()).hexdigest()


@functools.lru_cache(maxsize=2)  # a build needs that of its output twice
def parse_manifest(data: bytes) -> Ledger:
    """The ledger of the bytes of a manifest; `ManifestError` where they are none of ours."""
    try:
        ledger: Any = json.loads(data)
        version = ledger["version"]
        if isinstance(version, int) and version > VERSION:
            raise ManifestError(f"it was written by a newer version of ilofeed (format {version})")
        documents = {one["path"]: str(one.get("sha256")) for one in ledger["documents"]}
        records = [_parse_record(one, version) for one in ledger["entries"]]
        return Ledger(
            entries={record.id: record for record in records},
            documents={path: sha256 for path, sha256 in documents.items() if is_inside(path)},
            files=frozenset(path for path in (*documents, *ledger["files"]) if is_inside(path)),
            site=_text(ledger.get("site")),
            authority=_text(ledger.get("authority")),
            categories=_texts(ledger.get("categories", {})),
            countries=_texts(ledger.get("countries", {})),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, ManifestError):
            raise
        raise ManifestError("it is damaged, or not a manifest of ilofeed") from error


def _parse_record(one: Any, version: int) -> Record:
    pages = {str(path): number for path, number in one.get("pages", {}).items()}
    if not all(isinstance(number, int) and 0 < number < 1_000_000 for number in pages.values()):
        raise ValueError("pages")
    return Record(
        id=str(one["id"]),
        url=str(one.get("url", "")),
        title=str(one.get("title", "")),
        published=_instant(one.get("published")),
        updated=_instant(one.get("updated")),
        digest=_text(one.get("digest")) if version == VERSION else None,
        withdrawn=_instant(one.get("withdrawn")),
        file=_text(one.get("file")),
        pages=pages,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()}


def _instant(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    found = dt.datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("an instant without an offset")
    return found


def is_inside(path: object) -> bool:
    """Whether a path stays below the folder it is relative to: nothing else is ever deleted."""
    return (
        isinstance(path, str)
        and not path.startswith("/")
        and all(part not in {"", ".", ".."} and "\\" not in part for part in path.split("/"))
    )
