"""`manifest.json`: the ledger of what subscribers saw, published with the site.

For each entry its id, address, title, dates and a digest of what subscribers see; for each feed
document its sha256; and the other files, so that a later build knows which files are ours.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ilofeed.carry import carried_entry
from ilofeed.document import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ilofeed.model import Entry, Office

PATH = "manifest.json"
VERSION = 1
_SUBSCRIBED = frozenset({"feed", "calendar"})
_ADDRESSES = frozenset({"page", "target", "translation_of"})  # they change when the site moves


class ManifestError(ValueError):
    """Why a manifest cannot be used."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A ledger that was read: digests of entries by id, and the paths of all files it lists."""

    entries: Mapping[str, str]
    files: frozenset[str]


def render_manifest(
    office: Office, entries: Sequence[Entry], documents: Sequence[Document]
) -> Document:
    """The manifest of a build. It names no time of its own: same entries, same bytes."""
    listed = sorted(documents, key=lambda document: document.path)
    ledger = {
        "version": VERSION,
        "site": office.url,
        "authority": office.authority.text,
        "entries": [
            {
                "id": entry.id,
                "url": entry.url,
                "title": entry.title,
                "published": entry.published.isoformat(),
                "updated": entry.updated.isoformat(),
                "digest": digest(entry, office),
                "withdrawn": entry.withdrawn.isoformat() if entry.withdrawn else None,
            }
            for entry in sorted(entries, key=lambda entry: entry.id)
        ],
        "documents": [
            {"path": document.path, "sha256": hashlib.sha256(document.data).hexdigest()}
            for document in listed
            if document.kind in _SUBSCRIBED
        ],
        "files": [document.path for document in listed if document.kind not in _SUBSCRIBED],
    }
    data = json.dumps(ledger, ensure_ascii=False, indent=1).encode() + b"\n"
    return Document(PATH, "manifest", data)


def digest(entry: Entry, office: Office) -> str:
    """The sha256 of what subscribers see of an entry, its own addresses aside."""
    seen = carried_entry(entry, office, "atom") | {"link": entry.link}
    if entry.image is not None and entry.image.data is not None:
        seen["image"] = (hashlib.sha256(entry.image.data).hexdigest(), *seen["image"][1:])
    kept = {field: value for field, value in seen.items() if field not in _ADDRESSES}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def parse_manifest(data: bytes) -> Manifest:
    """The ledger of the bytes of a manifest; `ManifestError` where they are none of ours."""
    try:
        ledger: Any = json.loads(data)
        version = ledger["version"]
        if isinstance(version, int) and version > VERSION:
            raise ManifestError(f"it was written by a newer version of ilofeed (format {version})")
        paths = [document["path"] for document in ledger["documents"]] + list(ledger["files"])
        entries = {entry["id"]: str(entry["digest"]) for entry in ledger["entries"]}
    except (ValueError, TypeError, KeyError) as error:
        if isinstance(error, ManifestError):
            raise
        raise ManifestError("it is damaged, or not a manifest of ilofeed") from error
    return Manifest(entries, frozenset(path for path in paths if is_inside(path)))


def is_inside(path: object) -> bool:
    """Whether a path stays below the folder it is relative to: nothing else is ever deleted."""
    return (
        isinstance(path, str)
        and not path.startswith("/")
        and all(part not in {"", ".", ".."} and "\\" not in part for part in path.split("/"))
    )
