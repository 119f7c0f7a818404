"""Read archive documents with lxml alone, into the form of `expected`.

A large site has thousands of archive documents, and feedparser takes twelve times as long for each;
`feed_reader` uses it for the documents that people subscribe to. Nothing is repaired here: a date
in another form, a second title or an entry in another place is missing or not equal.

An archived entry is in the archives of all feeds that select it, each time in the same bytes, and
is read back in one of them (`share_out`). A document that can be cut before and after each of its
entries (`feeds.cut`) is well-formed, matches the grammar and says what it must if and only if that
holds for each of its entries within the same frame. What only a complete document can break is
checked by `whole_findings`.
"""

import dataclasses
import datetime as dt
import email.utils
import hashlib
import html
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from lxml import etree

from ilofeed.feeds import parse_xml, split_document
from ilofeed.model import Document, Entry, Format
from ilofeed.verify.expected import Fields
from ilofeed.verify.lint import NAMESPACES, Finding, duplicates, size_findings

_FEED = "{http://www.w3.org/2005/Atom}feed"
_FH = "{http://purl.org/syndication/history/1.0}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read_archive(data: bytes, form: Format) -> tuple[Fields, list[Fields]]:
    """Return the feed and its entries, in the order of the document.

    Raise `ValueError` if the document is not a feed in the given format, Atom or RSS.
    """
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"lxml: {error}") from error
    if form == "atom":
        if root.tag != _FEED:
            raise ValueError(f"an Atom feed begins with <feed>, not <{root.tag}>")
        return _atom_feed(root), [_atom_entry(node) for node in _children(root, "atom:entry")]
    begin = root.tag, root.get("version"), [child.tag for child in root]
    if begin != ("rss", "2.0", ["channel"]):
        raise ValueError('RSS 2.0 begins with <rss version="2.0"> and has one <channel>')
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
    }


def _rss_feed(channel: Any) -> Fields:
    updated = _text(channel, "lastBuildDate")
    return _feed(channel) | {
        "title": _text(channel, "title"),
        "description": _text(channel, "description"),
        "language": _text(channel, "language"),
        "updated": updated,
        "updated_at": _rss_second(updated),
        "page": _text(channel, "link"),
    }


def _feed(channel: Any) -> Fields:
    """Return what both formats write in the same elements of a feed."""
    marks = [node.tag.removeprefix(_FH) for node in channel if str(node.tag).startswith(_FH)]
    rels = ("self", "hub", "current", "prev-archive", "next-archive")
    return {rel: _link(channel, rel) for rel in rels} | {"history": " ".join(marks) or None}


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
    is_address = [guid.get("isPermaLink") for guid in _children(node, "guid")]
    return _entry(node) | {
        "id": _text(node, "guid") if is_address == ["false"] else None,
        "title": _text(node, "title"),
        "summary": html.unescape(_text(node, "description") or ""),  # HTML in RSS
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
    """Return what both formats write in the same elements of an entry."""
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
        _text(media, "media:description"),
        _text(media, "media:credit"),
        media.get("type"),
        *(read_number(media.get(name)) for name in ("width", "height", "fileSize")),
    )


def _people(node: Any) -> list[tuple[str | None, ...]]:
    names = ("atom:name", "atom:email", "atom:uri")
    people = _children(node, "atom:author")
    return [tuple(_text(person, name) for name in names) for person in people]


def _children(node: Any, name: str) -> list[Any]:
    children: list[Any] = node.findall(name, NAMESPACES)
    return children


def _text(node: Any, name: str) -> str | None:
    """Return the text of the only child of a name; None if there is not exactly one."""
    children = _children(node, name)
    return children[0].text or "" if len(children) == 1 and not len(children[0]) else None


def _link(node: Any, rel: str) -> str | None:
    links = _children(node, "atom:link")
    addresses = [link.get("href") for link in links if link.get("rel") == rel]
    return addresses[0] if len(addresses) == 1 else None


def _page_link(node: Any) -> str | None:
    """Return the alternate link; readers such as feedparser accept it only as text/html."""
    for link in _children(node, "atom:link"):
        if link.get("rel") == "alternate" and link.get("type", "text/html") != "text/html":
            return None
    return _link(node, "alternate")


def read_number(text: str | None) -> int | None:
    """Return a size as a number; None for another text."""
    return int(text) if text is not None and text.isdecimal() else None


def read_second(
    text: str | None, read: Callable[[str], dt.datetime] = dt.datetime.fromisoformat
) -> int | None:
    """Return the whole seconds of a date since 1970; None for another text or without an offset."""
    try:
        moment = read(text or "")
    except ValueError:
        return None
    return int(moment.timestamp() // 1) if moment.tzinfo is not None else None


def _rss_second(text: str | None) -> int | None:
    return read_second(text, email.utils.parsedate_to_datetime)


def assign_entries(
    documents: Iterable[Document], expected: Callable[[Entry, Document], bytes]
) -> dict[str, tuple[int, ...]]:
    """Return the numbers of the entries to read back in archive documents, by path.

    An entry that says the same in the same bytes, below the same start tag of a document, is in one
    of them; `expected` returns a digest of what it must say. A document whose entries must all be
    read is not in the result.
    """
    seen: set[bytes] = set()
    shares = {}
    for document in documents:
        feed, form = document.feed, document.format
        if document.kind != "archive" or feed is None or form is None:
            continue
        parts = split_document(document.data, form)
        if parts is None or len(parts.entries) != len(feed.entries):
            continue
        start = parts.head.rfind(b"?>") + 2  # of the tag that declares namespaces and language
        frame = parts.head[start : parts.head.find(b">", start)].strip()
        fresh = []
        for number, (piece, entry) in enumerate(zip(parts.entries, feed.entries, strict=True)):
            hashed = hashlib.blake2b(frame, digest_size=16)
            hashed.update(expected(entry, document))
            hashed.update(piece)
            if (key := hashed.digest()) not in seen:
                seen.add(key)
                fresh.append(number)
        if len(fresh) < len(parts.entries):
            shares[document.path] = tuple(fresh)
    return shares


def with_entries(document: Document, numbers: Sequence[int]) -> Document:
    """Return a document that can be cut with only these of its entries."""
    assert document.feed is not None
    assert document.format is not None
    parts = split_document(document.data, document.format)
    assert parts is not None
    entries = tuple(document.feed.entries[number] for number in numbers)
    left = b"".join(parts.entries[number] for number in numbers)
    return dataclasses.replace(
        document,
        data=parts.head + left + parts.tail,
        feed=dataclasses.replace(document.feed, entries=entries),
    )


def document_findings(document: Document) -> Iterator[Finding]:
    """Yield what a document can break whose pieces are correct: its size, and duplicate entries."""
    assert document.feed is not None
    entries = document.feed.entries
    yield from size_findings(document.data)
    yield from duplicates("DuplicateEntries", "id", (entry.id for entry in entries))
    if document.format == "atom":
        moments = (entry.updated.isoformat() for entry in entries)
        yield from duplicates("DuplicateUpdated", "updated", moments)
