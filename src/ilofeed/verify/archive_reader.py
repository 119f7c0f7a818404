"""Read archive documents with lxml, and return the same mappings as `expected`.

A large site has thousands of archive documents, and feedparser is twelve times slower than lxml;
`feed_reader` uses it for the documents that people subscribe to. This module repairs nothing: a
date in another format, a second title or an entry in the wrong place makes a field missing or
different.

An entry has the same bytes in all feeds, so it is read back in only one of them
(`assign_entries`). This is sufficient: a document that `split_document` splits is correct if
each of its entries is correct between the same start and end of the document. Errors that need the
whole document are found by `document_findings`.
"""

import dataclasses
import datetime as dt
import email.utils
import hashlib
import html
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from ilofeed.feeds import expand_name, parse_xml, shown_entries
from ilofeed.model import Document, Entry, Format
from ilofeed.verify.expected import Fields
from ilofeed.verify.lint import Finding, duplicates, size_findings

_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_ENTRY_NAMES: dict[Format, bytes] = {"atom": b"entry", "rss": b"item"}
_FH = expand_name("fh:")
_IMAGE = ("url", "title", "link", "width", "height")  # elements of a channel's picture
_LANG = expand_name("xml:lang")


def read_archive(data: bytes, form: Format) -> tuple[Fields, list[Fields]]:
    """Return the fields of a feed, and of its entries in the order of the document.

    Raise `ValueError` if the document is not a feed in the given format, `atom` or `rss`.
    """
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"lxml: {error}") from error
    if form == "atom":
        if root.tag != expand_name("atom:feed"):
            raise ValueError(f"the root element is <{root.tag}>; expected <feed> of Atom 1.0")
        return _atom_feed(root), [_atom_entry(node) for node in _children(root, "atom:entry")]
    start = root.tag, root.get("version"), [child.tag for child in root]
    if start != ("rss", "2.0", ["channel"]):
        raise ValueError('expected <rss version="2.0"> with one <channel>')
    return _rss_feed(root[0]), [_rss_entry(node) for node in _children(root[0], "item")]


def _atom_feed(root: Any) -> Fields:
    updated = _text(root, "atom:updated")
    return _feed(root) | {
        "id": _text(root, "atom:id"),
        "title": _text(root, "atom:title"),
        "description": _text(root, "atom:subtitle"),
        "language": root.get(_LANG),
        "updated": updated,
        "updated_at": read_second(updated),
        "authors": _people(root),
        "tombstones": [
            (node.get("ref"), node.get("when")) for node in _children(root, "at:deleted-entry")
        ],
        "page": _page_link(root),
        "icon": _text(root, "atom:icon"),
        "logo": _text(root, "atom:logo"),
    }


def _rss_feed(channel: Any) -> Fields:
    updated, images = _text(channel, "lastBuildDate"), _children(channel, "image")
    return _feed(channel) | {
        "title": _text(channel, "title"),
        "description": _text(channel, "description"),
        "language": _text(channel, "language"),
        "updated": updated,
        "updated_at": _rss_second(updated),
        "page": _text(channel, "link"),
        "icon": tuple(_text(image, name) for image in images for name in _IMAGE) or None,
    }


def _feed(channel: Any) -> Fields:
    """Return the fields of a feed that Atom and RSS write in the same elements."""
    history = [node.tag.removeprefix(_FH) for node in channel if str(node.tag).startswith(_FH)]
    rels = ("self", "hub", "current", "prev-archive", "next-archive")
    return {rel: _link(channel, rel) for rel in rels} | {"history": " ".join(history) or None}


def _atom_entry(node: Any) -> Fields:
    page, published = _page_link(node), _text(node, "atom:published")
    types = [content.get("type") for content in _children(node, "atom:content")]
    return _entry(node) | {
        "id": _text(node, "atom:id"),
        "title": _text(node, "atom:title"),
        "summary": _text(node, "atom:summary"),
        "html": _text(node, "atom:content") if types == ["html"] else None,
        "target": page,
        "page": _link(node, "related") or page,
        "published": published,
        "published_at": read_second(published),
        "authors": _people(node),
        "terms": [
            (term.get("scheme"), term.get("term"), term.get("label"))
            for term in _children(node, "atom:category")
        ],
        "attachments": [
            (link.get("href"), link.get("type"), read_number(link.get("length")), link.get("title"))
            for link in _children(node, "atom:link")
            if link.get("rel") == "enclosure"
        ],
    }


def _rss_entry(node: Any) -> Fields:
    published = _text(node, "pubDate")
    permalinks = [guid.get("isPermaLink") for guid in _children(node, "guid")]
    return _entry(node) | {
        "id": _text(node, "guid") if permalinks == ["false"] else None,
        "title": _text(node, "title"),
        "summary": html.unescape(_text(node, "description") or ""),  # RSS descriptions are HTML
        "html": _text(node, "content:encoded"),
        "target": _text(node, "link"),
        "published": published,
        "published_at": _rss_second(published),
        "authors": [(creator.text, None, None) for creator in _children(node, "dc:creator")],
        "terms": [(term.get("domain"), None, term.text) for term in _children(node, "category")],
        "attachments": [
            (file.get("url"), file.get("type"), read_number(file.get("length")), None)
            for file in _children(node, "enclosure")
        ],
    }


def _entry(node: Any) -> Fields:
    """Return the fields of an entry that Atom and RSS write in the same elements."""
    event = tuple(_text(node, name) for name in ("ev:startdate", "ev:enddate", "ev:location"))
    updated, images = _text(node, "atom:updated"), _children(node, "media:content")
    return {
        "language": node.get(_LANG),
        "updated": updated,
        "updated_at": read_second(updated),
        "event": event if any(event) else None,
        "image": _image(images[0]) if images else None,
    }


def _image(media: Any) -> tuple[Any, ...]:
    return (
        media.get("url"),
        _text(media, "media:title"),
        _text(media, "media:credit"),
        media.get("type"),
        *(read_number(media.get(name)) for name in ("width", "height")),
    )


def _people(node: Any) -> list[tuple[str | None, ...]]:
    names = ("atom:name", "atom:email", "atom:uri")
    people = _children(node, "atom:author")
    return [tuple(_text(person, name) for name in names) for person in people]


def _children(node: Any, name: str) -> list[Any]:
    return list(node.iterchildren(expand_name(name)))


def _text(node: Any, name: str) -> str | None:
    """Return the text of the only child with this name; None if there is not exactly one."""
    children = _children(node, name)
    return children[0].text or "" if len(children) == 1 and not len(children[0]) else None


def _link(node: Any, rel: str) -> str | None:
    links = _children(node, "atom:link")
    addresses = [link.get("href") for link in links if link.get("rel") == rel]
    return addresses[0] if len(addresses) == 1 else None


def _page_link(node: Any) -> str | None:
    """Return the alternate link; None if it is not text/html, which feedparser would ignore."""
    for link in _children(node, "atom:link"):
        if link.get("rel") == "alternate" and link.get("type", "text/html") != "text/html":
            return None
    return _link(node, "alternate")


def read_number(text: str | None) -> int | None:
    """Return the value of a decimal number; None for any other text."""
    return int(text) if text is not None and text.isdecimal() else None


def read_second(
    text: str | None, read: Callable[[str], dt.datetime] = dt.datetime.fromisoformat
) -> int | None:
    """Return a date as whole seconds since 1970; None if it is not valid or has no offset."""
    try:
        moment = read(text or "")
    except ValueError:
        return None
    return int(moment.timestamp() // 1) if moment.tzinfo is not None else None


def _rss_second(text: str | None) -> int | None:
    return read_second(text, email.utils.parsedate_to_datetime)


@dataclass(frozen=True, slots=True)
class DocumentParts:
    """The bytes of a document: before the first entry, each entry, after the last entry."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes


def split_document(data: bytes, form: Format) -> DocumentParts | None:
    """Split an Atom or RSS document at its entries; None if it is JSON or a split is not safe."""
    name = _ENTRY_NAMES.get(form)
    if name is None:
        return None
    opening, closing = b"<" + name, b"</" + name + b">"
    first = data.find(opening)
    if first < 0 or b"<!" in data or data.rfind(b"<?") > first or not data.startswith(_DECLARATION):
        return None
    *bodies, tail = data[first:].split(closing)
    if opening in tail or any(
        body.count(opening) != 1 or not body.lstrip().startswith(opening) for body in bodies
    ):
        return None
    return DocumentParts(data[:first], tuple(body + closing for body in bodies), tail)


def assign_entries(documents: Iterable[Document]) -> dict[str, tuple[int, ...]]:
    """Return the indices of the entries to read back in each Atom and RSS document, by its path.

    Equal entries with equal bytes, after equal start tags of the document, are read back once, in a
    document that people subscribe to if there is one. A document of which all entries must be read
    is not in the result.
    """
    seen: set[tuple[Entry, bytes]] = set()
    assigned = {}
    for document in sorted(documents, key=lambda document: document.kind == "archive"):
        feed, form = document.feed, document.format
        if feed is None or form is None:
            continue
        entries, parts = shown_entries(feed, form), split_document(document.data, form)
        if parts is None or len(parts.entries) != len(entries):
            continue
        start = parts.head.rfind(b"?>") + 2  # of the root tag with namespaces and language
        root_tag = parts.head[start : parts.head.find(b">", start)].strip()
        indices = []
        for index, (data, entry) in enumerate(zip(parts.entries, entries, strict=True)):
            key = entry, hashlib.blake2b(root_tag + data, digest_size=16).digest()
            if key not in seen:
                seen.add(key)
                indices.append(index)
        if len(indices) < len(parts.entries):
            assigned[document.path] = tuple(indices)
    return assigned


def with_entries(document: Document, indices: Sequence[int]) -> Document:
    """Return a document with only the entries at these indices."""
    feed, form = document.feed, document.format
    assert feed is not None
    assert form is not None
    parts = split_document(document.data, form)
    assert parts is not None
    shown = shown_entries(feed, form)
    entries = tuple(shown[index] for index in indices)
    tombstones = feed.tombstones if form == "atom" else ()  # in RSS they are among the entries
    kept = b"".join(parts.entries[index] for index in indices)
    return dataclasses.replace(
        document,
        data=parts.head + kept + parts.tail,
        feed=dataclasses.replace(feed, entries=entries, tombstones=tombstones),
    )


def document_findings(document: Document) -> Iterator[Finding]:
    """Yield the findings that need the whole document: its size, and duplicates among entries."""
    assert document.feed is not None
    assert document.format is not None
    entries = shown_entries(document.feed, document.format)
    yield from size_findings(document.data)
    yield from duplicates("DuplicateEntries", "id", (entry.id for entry in entries))
    if document.format == "atom":
        moments = (entry.updated.isoformat() for entry in entries)
        yield from duplicates("DuplicateUpdated", "updated", moments)
