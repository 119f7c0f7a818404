"""Read published feeds as a feed reader does, into the form of `expected`.

This is the only module that uses feedparser; JSON Feed, which it cannot read, is read by `json`.
Two faults of feedparser are avoided by reading those fields with lxml: an author without an address
gets the one of the author before, and the description of a picture becomes part of the entry's
summary.
"""

from __future__ import annotations

import calendar
import datetime as dt
import html
import io
import json
from typing import TYPE_CHECKING, Any

from ilofeed.feeds import parse_xml

if TYPE_CHECKING:
    from ilofeed.model import Format
    from ilofeed.verify.expected import Fields


_ATOM = "{http://www.w3.org/2005/Atom}"
_AT = "{http://purl.org/atompub/tombstones/1.0}"
_FH = "{http://purl.org/syndication/history/1.0}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class UnreadableError(ValueError):
    """The bytes are not a feed that a reader can use."""


def parse_feed(data: bytes, base: str | None = None) -> Any:
    """Parse a document with feedparser; `base` is its address, for relative addresses in it.

    feedparser always gets bytes: it would open a file or an address named by a text. Sanitising and
    resolving of addresses are off, because both rewrite what they read. Without headers feedparser
    guesses the encoding; with headers but no type it uses Latin-1, so the type is always given.
    """
    import feedparser  # not needed by `check` of an office with errors

    feedparser.api.PREFERRED_XML_PARSERS = [__name__]  # modules with a `create_parser`
    headers = {"content-type": "application/xml", "content-location": base}
    return feedparser.parse(
        io.BytesIO(data),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers=headers if base is not None else None,
    )


def create_parser() -> Any:
    """Return Python's own driver of expat, but one that reports each text as a whole.

    Python's reports every line and reference of a text by itself, and feedparser joins them again:
    a fifth of a cold build of an office with many feeds.
    """
    from xml.sax.expatreader import ExpatParser

    class Parser(ExpatParser):
        _parser: Any

        def reset(self) -> None:
            super().reset()
            self._parser.buffer_text = True

    return Parser()


def read_back(data: bytes, form: Format) -> tuple[Fields, list[Fields]]:
    """Return the feed and its entries, in the order of the document."""
    return _read_json(data) if form == "json" else _read_xml(data, form)


def _read_xml(data: bytes, form: Format) -> tuple[Fields, list[Fields]]:
    seen = parse_feed(data)
    if seen.bozo:
        raise UnreadableError(f"feedparser: {seen.bozo_exception}")
    if seen.version != {"atom": "atom10", "rss": "rss20"}[form]:
        raise UnreadableError(f"feedparser takes it for {seen.version or 'no feed'}")
    root = parse_xml(data)
    channel = root if form == "atom" else root.find("channel")
    if channel is None:
        raise UnreadableError("there is no <channel>")
    nodes = channel.findall(f"{_ATOM}entry" if form == "atom" else "item")
    if len(nodes) != len(seen.entries):
        raise UnreadableError(f"feedparser sees {len(seen.entries)} entries of {len(nodes)}")
    entry = _atom_entry if form == "atom" else _rss_entry
    feed = _feed(seen.feed) | {"history": _history(channel)}
    if form == "atom":
        feed |= {
            "id": seen.feed.get("id"),
            "authors": _people(root),
            "tombstones": _tombstones(root),
        }
    # a plain dictionary: feedparser's own returns other keys for those that are missing
    items = map(dict, seen.entries)
    return feed, [entry(item, node) for item, node in zip(items, nodes, strict=True)]


def _history(channel: Any) -> str | None:
    """Return the marks of RFC 5005, of which feedparser keeps only the last."""
    marks = [node.tag.removeprefix(_FH) for node in channel if str(node.tag).startswith(_FH)]
    return " ".join(marks) or None


def _tombstones(root: Any) -> list[tuple[str | None, ...]]:
    """Return the tombstones of RFC 6721, which feedparser does not know."""
    return [(node.get("ref"), node.get("when")) for node in root.findall(f"{_AT}deleted-entry")]


def _feed(feed: Any) -> Fields:
    links = {link.get("rel"): link.get("href") for link in feed.get("links", ())}
    return {
        "title": feed.get("title"),
        "description": feed.get("subtitle"),
        "language": feed.get("language"),
        "self": links.get("self"),
        "page": feed.get("link"),
        "hub": links.get("hub"),
        "current": links.get("current"),
        "prev-archive": links.get("prev-archive"),
        "next-archive": links.get("next-archive"),
        "updated": feed.get("updated") if "updated" in feed else None,
        "updated_at": _second(feed.get("updated_parsed") if "updated" in feed else None),
    }


def _entry(item: Any, node: Any) -> Fields:
    content = item.get("content") or [{}]
    dates = [item.get(f"ev_{name}") for name in ("startdate", "enddate", "location")]
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "summary": item.get("summary"),
        "html": content[0].get("value") if len(content) == 1 else None,
        "target": item.get("link"),
        "language": node.get(_LANG) if content[0].get("language") == node.get(_LANG) else None,
        "published": item.get("published"),
        "published_at": _second(item.get("published_parsed")),
        # without a date of change feedparser returns that of publication instead
        "updated": item.get("updated") if "updated" in item else None,
        "updated_at": _second(item.get("updated_parsed") if "updated" in item else None),
        "event": tuple(dates) if any(dates) else None,
        "image": _image(item, node),
    }


def _atom_entry(item: Any, node: Any) -> Fields:
    links: dict[Any, list[Any]] = {}
    for link in item.get("links", ()):
        links.setdefault(link.get("rel"), []).append(link)
    related = links.get("related", links.get("alternate", []))
    return _entry(item, node) | {
        "page": related[0].get("href") if len(related) == 1 else None,
        "terms": [(t.get("scheme"), t.get("term"), t.get("label")) for t in item.get("tags", ())],
        "authors": _people(node),
        "attachments": _enclosures(links.get("enclosure", ())),
    }


def _rss_entry(item: Any, node: Any) -> Fields:
    enclosures = [link for link in item.get("links", ()) if link.get("rel") == "enclosure"]
    return _entry(item, node) | {
        "summary": html.unescape(item.get("summary", "")),  # HTML in RSS
        "terms": [(t.get("scheme"), t.get("label"), t.get("term")) for t in item.get("tags", ())],
        "authors": [(author.get("name"), None, None) for author in item.get("authors", ())],
        "attachments": _enclosures(enclosures),
    }


def _enclosures(links: Any) -> list[tuple[Any, ...]]:
    return [
        (link.get("href"), link.get("type"), _number(link.get("length")), link.get("title"))
        for link in links
    ]


def _people(node: Any) -> list[tuple[str | None, ...]]:
    return [
        tuple(author.findtext(_ATOM + name) for name in ("name", "email", "uri"))
        for author in node.findall(f"{_ATOM}author")
    ]


def _image(item: Any, node: Any) -> tuple[Any, ...] | None:
    media = item.get("media_content")
    if not media:
        return None
    credit = item.get("media_credit") or [{}]
    return (
        media[0].get("url"),
        node.findtext(f"{_MEDIA}content/{_MEDIA}description"),
        credit[0].get("content"),
        media[0].get("type"),
        _number(media[0].get("width")),
        _number(media[0].get("height")),
        _number(media[0].get("filesize")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _second(parsed: Any) -> int | None:
    return calendar.timegm(parsed) if parsed is not None else None


def _read_json(data: bytes) -> tuple[Fields, list[Fields]]:
    try:
        seen = json.loads(data)
    except ValueError as error:
        raise UnreadableError(f"json: {error}") from error
    hubs = seen.get("hubs") or [{}]
    feed = {
        "title": seen.get("title"),
        "description": seen.get("description"),
        "language": seen.get("language"),
        "self": seen.get("feed_url"),
        "page": seen.get("home_page_url"),
        "hub": hubs[0].get("url"),
        "prev-archive": seen.get("next_url"),
        "authors": _json_people(seen),
    }
    return feed, [_json_entry(item) for item in seen.get("items", ())]


def _json_entry(item: Any) -> Fields:
    extension = item.get("_ilofeed", {})
    image = extension.get("image")
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "summary": item.get("summary"),
        "html": item.get("content_html"),
        "target": item.get("external_url", item.get("url")),
        "page": item.get("url"),
        "language": item.get("language"),
        "published": item.get("date_published"),
        "published_at": _json_second(item.get("date_published")),
        "updated": item.get("date_modified"),
        "updated_at": _json_second(item.get("date_modified")),
        "authors": _json_people(item),
        "terms": [(key, t) for key in ("categories", "countries") for t in extension.get(key, ())],
        "tags": item.get("tags"),
        "attachments": [
            (a.get("url"), a.get("mime_type"), a.get("size_in_bytes", 0), a.get("title"))
            for a in item.get("attachments", ())
        ],
        "event": extension.get("event"),
        "image": (
            (
                item.get("image"),
                *map(image.get, ("alt", "credit", "type", "width", "height")),
                None,
            )
            if image
            else None
        ),
        "translation_of": extension.get("translation_of"),
    }


def _json_second(text: str | None) -> int | None:
    return int(dt.datetime.fromisoformat(text).timestamp() // 1) if text is not None else None


def _json_people(item: Any) -> list[tuple[Any, ...]]:
    people = []
    for author in item.get("authors", ()):
        url = author.get("url")
        is_mail = url is not None and url.startswith("mailto:")
        people.append(
            (author.get("name"), url.removeprefix("mailto:"), None)
            if is_mail
            else (author.get("name"), None, url)
        )
    return people
