"""Read archive documents with lxml alone, into the form of `expected`.

A large site has thousands of archive documents, and feedparser takes twelve times as long for each;
`feed_reader` uses it for the documents that people subscribe to. Nothing is repaired here: a date
in another form, a second title or an entry in another place is not found, or not equal.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.utils
import hashlib
import html
from typing import TYPE_CHECKING, Any

from lxml import etree

from ilofeed.feeds import cut, parse_xml
from ilofeed.verify.lint import Finding, duplicates, size_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ilofeed.document import Document
    from ilofeed.model import Entry, Format
    from ilofeed.verify.expected import Fields


_ATOM = "{http://www.w3.org/2005/Atom}"
_AT = "{http://purl.org/atompub/tombstones/1.0}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_EV = "{http://purl.org/rss/1.0/modules/event/}"
_FH = "{http://purl.org/syndication/history/1.0}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_LINK, _CATEGORY, _AUTHOR = f"{_ATOM}link", f"{_ATOM}category", f"{_ATOM}author"
_NAME, _EMAIL, _URI = f"{_ATOM}name", f"{_ATOM}email", f"{_ATOM}uri"
_ID, _TITLE, _SUMMARY = f"{_ATOM}id", f"{_ATOM}title", f"{_ATOM}summary"
_PUBLISHED, _UPDATED, _ATOM_CONTENT = f"{_ATOM}published", f"{_ATOM}updated", f"{_ATOM}content"
_START, _END, _PLACE = f"{_EV}startdate", f"{_EV}enddate", f"{_EV}location"
_PICTURE = f"{_MEDIA}content"
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
        if root.tag != f"{_ATOM}feed":
            raise ValueError(f"an Atom feed begins with <feed>, not <{root.tag}>")
        return _atom_feed(root), [_atom_entry(node) for node in root.findall(f"{_ATOM}entry")]
    begin = root.tag, root.get("version"), [child.tag for child in root]
    if begin != ("rss", "2.0", ["channel"]):
        raise ValueError('RSS 2.0 begins with <rss version="2.0"> and has one <channel>')
    channel = root[0]
    return _rss_feed(channel), [_rss_entry(node) for node in channel.findall("item")]


_Parts = dict[Any, list[Any]]  # the children of an element by name, each in order


def _parts(node: Any) -> _Parts:
    parts: _Parts = {}
    for child in node:
        parts.setdefault(child.tag, []).append(child)
    return parts


def _atom_feed(root: Any) -> Fields:
    parts = _parts(root)
    updated = _text(parts, _UPDATED)
    return {
        "id": _text(parts, f"{_ATOM}id"),
        "title": _text(parts, f"{_ATOM}title"),
        "description": _text(parts, f"{_ATOM}subtitle"),
        "language": root.get(_LANG),
        "updated": updated,
        "updated_at": _second(updated),
        "authors": _people(parts),
        "tombstones": [
            (node.get("ref"), node.get("when")) for node in parts.get(f"{_AT}deleted-entry", ())
        ],
        "page": _page_link(_links(parts)),
        **_feed_links(parts),
    }


def _rss_feed(channel: Any) -> Fields:
    parts = _parts(channel)
    updated = _text(parts, "lastBuildDate")
    return {
        "title": _text(parts, "title"),
        "description": _text(parts, "description"),
        "language": _text(parts, "language"),
        "updated": updated,
        "updated_at": _rss_second(updated),
        "page": _text(parts, "link"),
        **_feed_links(parts),
    }


def _feed_links(parts: _Parts) -> Fields:
    marks = [
        name.removeprefix(_FH)
        for name, nodes in parts.items()
        for _ in nodes
        if str(name).startswith(_FH)
    ]
    links = _links(parts)
    rels = ("self", "hub", "current", "prev-archive", "next-archive")
    return {rel: _link(links, rel) for rel in rels} | {"history": " ".join(marks) or None}


def _atom_entry(node: Any) -> Fields:
    parts = _parts(node)
    links = _links(parts)
    page = _page_link(links)
    published = _text(parts, _PUBLISHED)
    kinds = [content.get("type") for content in parts.get(_ATOM_CONTENT, ())]
    return _entry(node, parts) | {
        "id": _text(parts, _ID),
        "title": _text(parts, _TITLE),
        "summary": _text(parts, _SUMMARY),
        "html": _text(parts, _ATOM_CONTENT) if kinds == ["html"] else None,
        "target": page,
        "page": _link(links, "related") or page,
        "published": published,
        "published_at": _second(published),
        "authors": _people(parts),
        "terms": [
            (term.get("scheme"), term.get("term"), term.get("label"))
            for term in parts.get(_CATEGORY, ())
        ],
        "attachments": [
            (link.get("href"), link.get("type"), _number(link.get("length")), link.get("title"))
            for rel, link in links
            if rel == "enclosure"
        ],
    }


def _rss_entry(node: Any) -> Fields:
    parts = _parts(node)
    published = _text(parts, "pubDate")
    is_address = [guid.get("isPermaLink") for guid in parts.get("guid", ())]
    return _entry(node, parts) | {
        "id": _text(parts, "guid") if is_address == ["false"] else None,
        "title": _text(parts, "title"),
        "summary": html.unescape(_text(parts, "description") or ""),  # HTML in RSS
        "html": _text(parts, _CONTENT),
        "target": _text(parts, "link"),
        "published": published,
        "published_at": _rss_second(published),
        "authors": [(creator.text, None, None) for creator in parts.get(_CREATOR, ())],
        "terms": [(term.get("domain"), None, term.text) for term in parts.get("category", ())],
        "attachments": [
            (file.get("url"), file.get("type"), _number(file.get("length")), None)
            for file in parts.get("enclosure", ())
        ],
    }


def _entry(node: Any, parts: _Parts) -> Fields:
    """Return what both formats write in the same elements."""
    event = (_text(parts, _START), _text(parts, _END), _text(parts, _PLACE))
    updated = _text(parts, _UPDATED)
    return {
        "language": node.get(_LANG),
        "updated": updated,
        "updated_at": _second(updated),
        "event": event if any(event) else None,
        "image": _image(parts[_PICTURE][0]) if _PICTURE in parts else None,
    }


def _image(media: Any) -> tuple[Any, ...]:
    parts = _parts(media)
    return (
        media.get("url"),
        _text(parts, f"{_MEDIA}description"),
        _text(parts, f"{_MEDIA}credit"),
        media.get("type"),
        *(_number(media.get(name)) for name in ("width", "height", "fileSize")),
    )


def _people(parts: _Parts) -> list[tuple[str | None, ...]]:
    people = map(_parts, parts.get(_AUTHOR, ()))
    return [tuple(_text(person, name) for name in (_NAME, _EMAIL, _URI)) for person in people]


def _text(parts: _Parts, name: str) -> str | None:
    """Return the text of the only element of a name; None if there is not exactly one."""
    nodes = parts.get(name, ())
    return nodes[0].text or "" if len(nodes) == 1 and not len(nodes[0]) else None


_Links = list[tuple[str | None, Any]]  # with their rel


def _links(parts: _Parts) -> _Links:
    return [(link.get("rel"), link) for link in parts.get(_LINK, ())]


def _link(links: _Links, rel: str) -> str | None:
    addresses = [link.get("href") for link_rel, link in links if link_rel == rel]
    return addresses[0] if len(addresses) == 1 else None


def _page_link(links: _Links) -> str | None:
    """Return the alternate link; readers such as feedparser accept it only as text/html."""
    for rel, link in links:
        if rel == "alternate" and link.get("type", "text/html") != "text/html":
            return None
    return _link(links, "alternate")


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _second(
    text: str | None, read: Callable[[str], dt.datetime] = dt.datetime.fromisoformat
) -> int | None:
    """Return the whole seconds of a date since 1970; None for another text or without an offset."""
    try:
        moment = read(text or "")
    except ValueError:
        return None
    return int(moment.timestamp() // 1) if moment.tzinfo is not None else None


def _rss_second(text: str | None) -> int | None:
    return _second(text, email.utils.parsedate_to_datetime)


def share_out(
    documents: Iterable[Document], expected: Callable[[Entry, Document], bytes]
) -> dict[str, tuple[int, ...]]:
    """Return the numbers of the entries to read back in each archive document that is not read
    whole, by its path.

    An entry that says the same in the same bytes, below the same beginning of a document, is in one
    of them; `expected` is a digest of what it must say. Of a document that is not in the answer all
    entries have to be read.
    """
    seen: set[bytes] = set()
    shares = {}
    for document in documents:
        feed, form = document.feed, document.format
        if document.kind != "archive" or feed is None or form is None:
            continue
        parts = cut(document.data, form)
        if parts is None or len(parts.entries) != len(feed.entries):
            continue
        frame = _frame(parts.head)
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


def _frame(head: bytes) -> bytes:
    """Return the start tag, which declares all namespaces and the language."""
    start = head.rfind(b"?>") + 2
    return head[start : head.find(b">", start)].strip()


def leave(document: Document, numbers: Sequence[int]) -> Document:
    """Return a document that can be cut with only these of its entries."""
    assert document.feed is not None
    assert document.format is not None
    parts = cut(document.data, document.format)
    assert parts is not None
    entries = tuple(document.feed.entries[number] for number in numbers)
    left = b"".join(parts.entries[number] for number in numbers)
    return dataclasses.replace(
        document,
        data=parts.head + left + parts.tail,
        feed=dataclasses.replace(document.feed, entries=entries),
    )


def whole_findings(document: Document) -> Iterator[Finding]:
    """Yield what a document can break whose pieces are correct: its size, and duplicate entries."""
    assert document.feed is not None
    entries = document.feed.entries
    yield from size_findings(document.data)
    yield from duplicates("DuplicateEntries", "id", (entry.id for entry in entries))
    if document.format == "atom":
        moments = (entry.updated.isoformat() for entry in entries)
        yield from duplicates("DuplicateUpdated", "updated", moments)
