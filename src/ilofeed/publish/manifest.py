"""`manifest.json`: the ledger of what subscribers saw, published with the site.

For each entry its id, address, title, dates, a digest of what subscribers see, the file it was
written in and its archive documents; for each feed document its sha256; and the other files, with
one sha256 of them all, so that a later build knows which files are ours.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from json.encoder import encode_basestring
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ilofeed.document import document
from ilofeed.portions import portions
from ilofeed.spool import store_for
from ilofeed.verify import NEXT, PATH, VERSION, carried_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ilofeed.document import AnyDocument, NewDocument
    from ilofeed.feeds import Selection
    from ilofeed.model import Entry, Office, Term

_SUBSCRIBED = frozenset({"archive", "feed", "calendar"})
# identity, dates and addresses are compared by themselves; labels are the office's, not the entry's
_NOT_CONTENT = frozenset(
    {"id", "page", "target", "published", "published_at", "updated", "updated_at", "terms"}
)

_json = json.JSONEncoder(ensure_ascii=False).encode
_quoted = encode_basestring  # the same of a text


def render_manifest(seen: Selection, documents: Sequence[AnyDocument]) -> NewDocument:
    """The manifest of a build. It names no time of its own: same entries, same bytes."""
    office = seen.office
    listed = sorted(documents, key=attrgetter("path"))
    others = [one for one in listed if one.kind not in _SUBSCRIBED]
    ledger: dict[str, Any] = {
        "version": VERSION,
        "site": office.url,
        "authority": office.authority.text,
        "categories": _labels(office.categories, office),
        "countries": _labels(office.countries, office),
    }
    pages = _pages(seen)
    entries = sorted(seen.out, key=attrgetter("id"))
    subscribed = (one for one in listed if one.kind in _SUBSCRIBED)
    parts = itertools.chain(
        ["{", *(f"{_json(name)}: {_json(value)}{NEXT}" for name, value in ledger.items())],
        _list("entries", (_text_of(entry, office, pages) for entry in entries)),
        _list("documents", (_json({"path": one.path, "sha256": one.sha256}) for one in subscribed)),
        _list("files", (_quoted(one.path) for one in others)),
        [f'"files_sha256": {_json(_together(others))}}}\n'],
    )
    store = store_for(len(seen.out))
    stored = store.write(part.encode() for part in parts)
    return document(PATH, "manifest", stored, store)


def _list(name: str, items: Iterator[str]) -> Iterator[str]:
    """A list with each of its items on a line, so that people can compare two manifests."""
    start = f'"{name}": [\n'
    for some in portions(items):
        yield start + NEXT.join(some)
        start = NEXT
    yield f"{start if start != NEXT else ''}]{NEXT}"


def _together(documents: Iterable[AnyDocument]) -> str:
    """One sha256 of many files: whether anything has changed shows in the manifest alone."""
    hashed = hashlib.sha256()
    for one in documents:
        hashed.update(f"{one.path}\0{one.sha256}\n".encode())
    return hashed.hexdigest()


def _labels(terms: Mapping[str, Term], office: Office) -> dict[str, str]:
    return {name: terms[name].label(office.language) for name in sorted(terms)}


def _pages(seen: Selection) -> dict[str, str]:
    """For each entry in an archive document the JSON of its number, by path of the feed."""
    found: dict[str, str] = {}
    for feed in seen.feeds:
        for number, archive in enumerate(feed.archives, 1):
            text = f"{_quoted(feed.spec.path)}: {number}"
            for entry in archive.entries:
                known = found.get(entry.id)
                found[entry.id] = f"{known}, {text}" if known else text
    return found


def note_record(entry: Entry, office: Office) -> None:
    """Note at an entry the JSON of its record, but for its archives: it is made once."""
    if not entry.noted:
        # nothing of the entry changes by that
        object.__setattr__(entry, "noted", _json(_record(entry, office)))


def _text_of(entry: Entry, office: Office, pages: Mapping[str, str]) -> str:
    """The JSON of an entry's record."""
    note_record(entry, office)
    record = entry.record
    if entry.id not in pages:
        return record
    return f'{record[:-1]}, "pages": {{{pages[entry.id]}}}}}'


def _record(entry: Entry, office: Office) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "published": entry.published.isoformat(),
        "updated": entry.updated.isoformat(),
        "digest": digest(entry, office),
        "withdrawn": entry.withdrawn.isoformat() if entry.withdrawn else None,
        "file": entry.path,
    }


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
