"""An archive document's bytes to what a reader sees, by lxml alone, in the form of `carry`.

A large site has thousands of archive documents, and feedparser takes twelve times as long for each.
What must come back is the same (`readback` reads what people subscribe to), and nothing is made
good here: a date in another form, a second title or an entry elsewhere is not found, or not equal.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import html
from typing import TYPE_CHECKING, Any

from lxml import etree

from ilofeed.xmltree import parse_xml

if TYPE_CHECKING:
    from collections.abc import Callable

    from ilofeed.carry import Fields
    from ilofeed.document import Format

_ATOM = "{http://www.w3.org/2005/Atom}"
_AT = "{http://purl.org/atompub/tombstones/1.0}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_DC = "{http://purl.org/dc/elements/1.1/}"
_EV = "{http://purl.org/rss/1.0/modules/event/}"
_FH = "{http://purl.org/syndication/history/1.0}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read_archive(data: bytes, form: Format) -> tuple[Fields, list[Fields]]:
    """The feed and its entries, in the order of the document, which is Atom or RSS; `ValueError`
    where it is neither."""
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"lxml: {error}") from error
    if form == "atom":
        if root.tag != f"{_ATOM}feed":
            raise ValueError(f"an Atom feed begins with <feed>, not <{root.tag}>")
        return _atom_feed(root), [_atom_entry(node) for node in root.findall(f"{_ATOM}entry")]
    if (
        root.tag != "rss"
        or root.get("version") != "2.0"
        or [one.tag for one in root] != ["channel"]
    ):
        raise ValueError('RSS 2.0 begins with <rss version="2.0"> and has one <channel>')
    channel = root[0]
    return _rss_feed(channel), [_rss_entry(node) for node in channel.findall("item")]


def _atom_feed(root: Any) -> Fields:
    return {
        "id": _text(root, f"{_ATOM}id"),
        "title": _text(root, f"{_ATOM}title"),
        "description": _text(root, f"{_ATOM}subtitle"),
        "language": root.get(_LANG),
        "updated": _text(root, f"{_ATOM}updated"),
        "updated_at": _second(_text(root, f"{_ATOM}updated")),
        "authors": _people(root),
        "tombstones": [
            (node.get("ref"), node.get("when")) for node in root.findall(f"{_AT}deleted-entry")
        ],
        "page": _page_link(root),
        **_feed_links(root),
    }


def _rss_feed(channel: Any) -> Fields:
    return {
        "title": _text(channel, "title"),
        "description": _text(channel, "description"),
        "language": _text(channel, "language"),
        "updated": _text(channel, "lastBuildDate"),
        "updated_at": _rss_second(_text(channel, "lastBuildDate")),
        "page": _text(channel, "link"),
        **_feed_links(channel),
    }


def _feed_links(channel: Any) -> Fields:
    marks = [node.tag.removeprefix(_FH) for node in channel if str(node.tag).startswith(_FH)]
    rels = ("self", "hub", "current", "prev-archive", "next-archive")
    return {rel: _link(channel, rel) for rel in rels} | {"history": " ".join(marks) or None}


def _atom_entry(node: Any) -> Fields:
    own = _page_link(node)
    kinds = [content.get("type") for content in node.findall(f"{_ATOM}content")]
    return _entry(node) | {
        "id": _text(node, f"{_ATOM}id"),
        "title": _text(node, f"{_ATOM}title"),
        "summary": _text(node, f"{_ATOM}summary"),
        "html": _text(node, f"{_ATOM}content") if kinds == ["html"] else None,
        "target": own,
        "page": _link(node, "related") or own,
        "published": _text(node, f"{_ATOM}published"),
        "published_at": _second(_text(node, f"{_ATOM}published")),
        "authors": _people(node),
        "terms": [
            (term.get("scheme"), term.get("term"), term.get("label"))
            for term in node.findall(f"{_ATOM}category")
        ],
        "attachments": [
            (link.get("href"), link.get("type"), _number(link.get("length")), link.get("title"))
            for link in node.findall(f"{_ATOM}link")
            if link.get("rel") == "enclosure"
        ],
    }


def _rss_entry(node: Any) -> Fields:
    is_address = [guid.get("isPermaLink") for guid in node.findall("guid")]
    return _entry(node) | {
        "id": _text(node, "guid") if is_address == ["false"] else None,
        "title": _text(node, "title"),
        "summary": html.unescape(_text(node, "description") or ""),  # HTML in RSS
        "html": _text(node, _CONTENT),
        "target": _text(node, "link"),
        "published": _text(node, "pubDate"),
        "published_at": _rss_second(_text(node, "pubDate")),
        "authors": [(creator.text, None, None) for creator in node.findall(f"{_DC}creator")],
        "terms": [(term.get("domain"), None, term.text) for term in node.findall("category")],
        "attachments": [
            (one.get("url"), one.get("type"), _number(one.get("length")), None)
            for one in node.findall("enclosure")
        ],
    }


def _entry(node: Any) -> Fields:
    """What both formats say in the same elements."""
    event = tuple(_text(node, _EV + name) for name in ("startdate", "enddate", "location"))
    return {
        "language": node.get(_LANG),
        "updated": _text(node, f"{_ATOM}updated"),
        "updated_at": _second(_text(node, f"{_ATOM}updated")),
        "event": event if any(event) else None,
        "image": _image(node.find(f"{_MEDIA}content")),
    }


def _image(media: Any) -> tuple[Any, ...] | None:
    if media is None:
        return None
    return (
        media.get("url"),
        _text(media, f"{_MEDIA}description"),
        _text(media, f"{_MEDIA}credit"),
        media.get("type"),
        *(_number(media.get(name)) for name in ("width", "height", "fileSize")),
    )


def _people(node: Any) -> list[tuple[str | None, ...]]:
    return [
        tuple(_text(author, _ATOM + name) for name in ("name", "email", "uri"))
        for author in node.findall(f"{_ATOM}author")
    ]


def _text(node: Any, name: str) -> str | None:
    """The text of the one element of a name, None where there is none or another."""
    found = node.findall(name)
    return found[0].text or "" if len(found) == 1 and not len(found[0]) else None


def _link(node: Any, rel: str) -> str | None:
    found = [link.get("href") for link in node.findall(f"{_ATOM}link") if link.get("rel") == rel]
    return found[0] if len(found) == 1 else None


def _page_link(node: Any) -> str | None:
    """As feedparser, and the readers built on it, take an alternate of another type for no link."""
    for link in node.findall(f"{_ATOM}link"):
        if link.get("rel") == "alternate" and link.get("type", "text/html") != "text/html":
            return None
    return _link(node, "alternate")


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _second(
    text: str | None, read: Callable[[str], dt.datetime] = dt.datetime.fromisoformat
) -> int | None:
    """The second of a date (RFC 3339), None where it is none or without an offset."""
    try:
        moment = read(text or "")
    except ValueError:
        return None
    return int(moment.timestamp() // 1) if moment.tzinfo is not None else None


def _rss_second(text: str | None) -> int | None:
    return _second(text, email.utils.parsedate_to_datetime)
