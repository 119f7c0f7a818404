"""Render and read the lists of feeds (OPML 2.0), which people import into feed readers."""

import email.utils
import functools
from collections.abc import Sequence
from typing import Any

from lxml import etree

from ilofeed.feeds.selection import feed_name, group_feeds
from ilofeed.model import FILE_NAMES, Feed, FeedSpec, Office

OPML_PATHS = ("feeds.opml", "feeds-main.opml")  # all feeds; the main feeds
Groups = list[tuple[str, list[dict[str, str]]]]
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


@functools.lru_cache(maxsize=1)  # several checks in a row parse the same document
def parse_xml(data: bytes) -> Any:
    """Return the root element of an XML document; it is cached, so callers must not modify it.

    Raise `etree.XMLSyntaxError` if the bytes are not well-formed.
    """
    return etree.fromstring(data, _PARSER)


class OpmlError(ValueError):
    """A document is not a valid list of feeds; the text says why."""


def listed_feeds(path: str, feeds: Sequence[Feed], office: Office) -> Sequence[Feed]:
    """Return the feeds in the list at one of `OPML_PATHS`.

    The main feeds are `all`, those of countries, and those of topics without a broader topic; if
    an office has none of these, all feeds.
    """
    if path == OPML_PATHS[0]:
        return feeds
    return [feed for feed in feeds if _is_main(feed.spec, office)] or feeds


def _is_main(spec: FeedSpec, office: Office) -> bool:
    if spec.is_pair or spec.language is not None:
        return False
    return spec.category is None or office.categories[spec.category].broader is None


def render_opml(feeds: Sequence[Feed], office: Office) -> bytes:
    """Return the OPML document: an outline for each group, with one for each feed (Atom)."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    for name, text in opml_head(feeds, office).items():
        etree.SubElement(head, name).text = text
    body = etree.SubElement(root, "body")
    for name, outlines in opml_outline(feeds, office):
        group = etree.SubElement(body, "outline", text=name)  # `title` would require a type
        for attributes in outlines:
            etree.SubElement(group, "outline", attributes)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def opml_head(feeds: Sequence[Feed], office: Office) -> dict[str, str]:
    """Return the elements of the OPML head, by name."""
    newest = max(feed.updated for feed in feeds).replace(microsecond=0)
    return {
        "title": office.title,
        "dateModified": email.utils.format_datetime(newest),
        "ownerName": office.author.name,
    }


def opml_outline(feeds: Sequence[Feed], office: Office) -> Groups:
    """Return each group of feeds: its name, and the OPML attributes of each of its feeds."""
    words = office.phrases()
    return [
        (words[name], [_outline(feed, office) for feed in group])
        for name, group in group_feeds(feeds)
    ]


def _outline(feed: Feed, office: Office) -> dict[str, str]:
    # the list and its groups say which office and kind of feed it is
    name = feed_name(feed.spec, office.localized(feed.language)) or feed.title
    return {
        "type": "rss",  # OPML uses it for Atom too
        "text": name,
        "title": name,
        "description": feed.description,
        "xmlUrl": office.address(feed.path(FILE_NAMES["atom"])),
        "htmlUrl": office.address(feed.path("index.html")),
        "language": feed.language,
    }


def read_opml(data: bytes) -> tuple[dict[str, str], Groups]:
    """Read a list of feeds, in the form of `opml_head` and `opml_outline`; raise `OpmlError`."""
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        raise OpmlError(f"lxml: {error}") from error
    head, body = root.find("head"), root.find("body")
    if root.tag != "opml" or root.get("version") != "2.0" or head is None or body is None:
        raise OpmlError("not an OPML 2.0 document")
    groups = [(str(group.get("text")), [dict(feed.attrib) for feed in group]) for group in body]
    return {node.tag: node.text or "" for node in head}, groups
