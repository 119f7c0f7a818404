"""`manifest.json`: the ledger of what subscribers saw, published with the site.

For each entry its id, address, title, dates, a digest of what subscribers see, the file it was
written in and its archive documents; for each feed document its sha256; and the other files, with
one sha256 of them all, so that a later build knows which files are ours.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import hashlib
import itertools
import json
from json.encoder import encode_basestring
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ilofeed.carry import carried_entry
from ilofeed.document import Document
from ilofeed.ledger import Ledger, Record, Records

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

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


# one of these is in any list of lines of which one is no path inside
_DOUBTFUL = (
    *("\\", "//", "/./", "/../", "\n/", "\n./", "\n../", "/\n", "/.\n", "/..\n"),
    *("\n\n", "\n.\n", "\n..\n"),
)
_NEXT = ",\n"
_TOGETHER = 1000  # lines: all of them as one text would be in memory twice
_ENTRIES = '\n"entries": [\n'
_json = json.JSONEncoder(ensure_ascii=False).encode
_quoted = encode_basestring  # the same of a text


class ManifestError(ValueError):
    """Why a manifest cannot be used."""


def render_manifest(seen: Selection, documents: Sequence[AnyDocument]) -> Document:
    """The manifest of a build. It names no time of its own: same entries, same bytes."""
    office = seen.office
    listed = sorted(documents, key=attrgetter("path"))
    others = [document for document in listed if document.kind not in _SUBSCRIBED]
    ledger: dict[str, Any] = {
        "version": VERSION,
        "site": office.url,
        "authority": office.authority.text,
        "categories": _labels(office.categories, office),
        "countries": _labels(office.countries, office),
    }
    pages = _pages(seen)
    entries = sorted(seen.out, key=attrgetter("id"))
    subscribed = (document for document in listed if document.kind in _SUBSCRIBED)
    parts = itertools.chain(
        ["{", *(f"{_json(name)}: {_json(value)}{_NEXT}" for name, value in ledger.items())],
        _list("entries", (_text_of(entry, office, pages) for entry in entries)),
        _list("documents", (_json({"path": one.path, "sha256": one.sha256}) for one in subscribed)),
        _list("files", (_quoted(document.path) for document in others)),
        [f'"files_sha256": {_json(_together(others))}}}\n'],
    )
    return Document(PATH, "manifest", b"".join(part.encode() for part in parts))


def _list(name: str, items: Iterator[str]) -> Iterator[str]:
    """A list with each of its items on a line, so that people can compare two manifests."""
    start = f'"{name}": [\n'
    while some := list(itertools.islice(items, _TOGETHER)):
        yield start + _NEXT.join(some)
        start = _NEXT
    yield f"{start if start != _NEXT else ''}]{_NEXT}"


def _together(documents: Iterable[AnyDocument]) -> str:
    """One sha256 of many files: whether anything has changed shows in the manifest alone."""
    text = "".join(f"{document.path}\0{document.sha256}\n" for document in documents)
    return hashlib.sha256(text.encode()).hexdigest()


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
    if not entry.record:
        # nothing of the entry changes by that
        object.__setattr__(entry, "record", _json(_record(entry, office)))


def _text_of(entry: Entry, office: Office, pages: Mapping[str, str]) -> str:
    """The JSON of an entry's record."""
    note_record(entry, office)
    if entry.id not in pages:
        return entry.record
    return f'{entry.record[:-1]}, "pages": {{{pages[entry.id]}}}}}'


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


@functools.lru_cache(maxsize=3)  # a build needs that of its output twice
def parse_manifest(data: bytes, *, is_ours: bool = False) -> Ledger:
    """The ledger of the bytes of a manifest; `ManifestError` where they are none of ours.

    Of what `is_ours`, written by `render_manifest` of this program, a record is not read before
    somebody asks for it.
    """
    try:
        records: Mapping[str, Record]
        if is_ours:
            text, lines = _cut(data.decode())
            ledger: Any = json.loads(text)
            records = Records(lines, lambda line: _parse_record(json.loads(line), VERSION))
        else:
            ledger = json.loads(data)
            version = ledger["version"]
            if isinstance(version, int) and version > VERSION:
                message = f"it was written by a newer version of ilofeed (format {version})"
                raise ManifestError(message)
            records = {
                record.id: record
                for record in (_parse_record(one, version) for one in ledger["entries"])
            }
        documents = {one["path"]: str(one.get("sha256")) for one in ledger["documents"]}
        return Ledger(
            entries=records,
            documents={path: documents[path] for path in _inside(documents)},
            files=frozenset(_inside((*documents, *ledger["files"]))),
            site=_text(ledger.get("site")),
            authority=_text(ledger.get("authority")),
            categories=_texts(ledger.get("categories", {})),
            countries=_texts(ledger.get("countries", {})),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, ManifestError):
            raise
        raise ManifestError("it is damaged, or not a manifest of ilofeed") from error


def _cut(text: str) -> tuple[str, dict[str, str]]:
    """The text of a manifest of our own without its entries, and the lines of those by id."""
    rest, block = _apart(text)
    lines = block.split(_NEXT) if block else []
    return rest, {_id_of(line): line for line in lines}


def _apart(text: str) -> tuple[str, str]:
    head, start, rest = text.partition(_ENTRIES)
    block, end, tail = rest.partition('],\n"documents": [\n')
    if not end:
        raise ValueError("not as render_manifest writes it")
    return head + start + end + tail, block


def news(document: Document, after: Ledger, before: Ledger | None) -> Document:
    """A manifest, and its ledger, without the lines of entries that one of this program's had
    before.

    What it names in them was published with that one.
    """
    if before is None:
        return document
    one, two = after.entries, before.entries
    if not isinstance(one, Records) or not isinstance(two, Records):
        return document
    fresh = [line for identity, line in one.texts.items() if two.texts.get(identity) != line]
    text, _ = _apart(document.data.decode())
    head, start, tail = text.partition(_ENTRIES)
    data = f"{head}{start}{_NEXT.join(fresh)}{tail}".encode()
    return dataclasses.replace(document, data=data)


def _id_of(line: str) -> str:
    first = len('{"id": "')
    identity = line[first : line.index('"', first)]
    return identity if "\\" not in identity else str(json.loads(line)["id"])


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


def _inside(paths: Collection[Any]) -> Iterable[str]:
    """Those of many paths that are inside, for which nearly always one look is enough."""
    with contextlib.suppress(TypeError):  # one that is no text
        text = "\n".join(("", *paths, ""))
        if not any(sign in text for sign in _DOUBTFUL):
            return paths
    return [path for path in paths if is_inside(path)]


def is_inside(path: object) -> bool:
    """Whether a path stays below the folder it is relative to: nothing else is ever deleted."""
    return (
        isinstance(path, str)
        and not path.startswith("/")
        and all(part not in {"", ".", ".."} and "\\" not in part for part in path.split("/"))
    )
