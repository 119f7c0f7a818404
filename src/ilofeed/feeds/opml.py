"""The list of all feeds (OPML 2.0), grouped by dimension, for feed readers to import."""

import email.utils
import functools
from collections.abc import Sequence
from typing import Any

from lxml import etree

from ilofeed.feeds.selection import grouped
from ilofeed.i18n import phrases
from ilofeed.model import FILE_NAMES, Feed, Office

OPML_PATH = "feeds.opml"
Groups = list[tuple[str, list[dict[str, str]]]]


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


@functools.lru_cache(maxsize=1)  # a document is checked in several ways, one after the other
def parse_xml(data: bytes) -> Any:
    """Return the root element of an XML document, which is shared: do not change it.

    Raise `etree.XMLSyntaxError` if the bytes are not well-formed.
    """
    return etree.fromstring(data, _PARSER)


class OpmlError(ValueError):
    """The bytes are not a list of feeds; the text says why."""


def render_opml(feeds: Sequence[Feed], office: Office) -> bytes:
    """Return an outline for each group of feeds, in it one for each feed: its Atom document."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    for name, text in opml_head(feeds, office).items():
        etree.SubElement(head, name).text = text
    body = etree.SubElement(root, "body")
    for name, outlines in opml_outline(feeds, office):
        group = etree.SubElement(body, "outline", text=name)  # a title would want a type
        for attributes in outlines:
            etree.SubElement(group, "outline", attributes)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def opml_head(feeds: Sequence[Feed], office: Office) -> dict[str, str]:
    """Return what the list says of itself, by element."""
    newest = max(feed.updated for feed in feeds).replace(microsecond=0)
    return {
        "title": office.title,
        "dateModified": email.utils.format_datetime(newest),
        "ownerName": office.author.name,
    }


def opml_outline(feeds: Sequence[Feed], office: Office) -> Groups:
    """Return the groups by name, each with the attributes of its feeds."""
    words = phrases(office.language)
    return [
        (
            words[name],
            [
                {
                    "type": "rss",  # of Atom too: so the format says "a feed"
                    "text": feed.title,
                    "title": feed.title,
                    "description": feed.description,
                    "xmlUrl": office.address(feed.path(FILE_NAMES["atom"])),
                    "htmlUrl": office.address(feed.path("index.html")),
                    "language": feed.language,
                }
                for feed in group
            ],
        )
        for name, group in grouped(feeds)
    ]


def read_opml(data: bytes) -> tuple[dict[str, str], Groups]:
    """Read what a reader imports, as `opml_head` and `opml_outline`."""
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        raise OpmlError(f"lxml: {error}") from error
    head, body = root.find("head"), root.find("body")
    if root.tag != "opml" or root.get("version") != "2.0" or head is None or body is None:
        raise OpmlError("it is no OPML 2.0")
    groups = [(str(group.get("text")), [dict(feed.attrib) for feed in group]) for group in body]
    return {node.tag: node.text or "" for node in head}, groups
