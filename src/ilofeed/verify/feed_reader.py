"""Read feeds as other programs do, and return the same mappings as `expected`. The only user of
feedparser.

feedparser cannot read JSON Feed, which is read with `json`. It loses some values, which are taken
from `archive_reader`: fh: elements (RFC 5005) except the last, tombstones (RFC 6721), authors of
Atom (one without an address gets that of the author before), and the descriptions of pictures,
which become part of the summary.
"""

import calendar
import html
import io
import json
from typing import Any

from ilofeed.model import Format
from ilofeed.verify.archive_reader import read_archive, read_number, read_second
from ilofeed.verify.expected import Fields


def parse_feed(data: bytes, base: str | None = None) -> Any:
    """Parse a feed with feedparser; `base` is the URL to which relative addresses refer.

    Feedparser gets bytes, because it would open a text as a file or URL. It must not sanitise HTML
    or resolve addresses, because both change the text. Without headers it guesses the encoding;
    with headers but no media type it uses Latin-1, so the type is always given.
    """
    import feedparser  # slow to load, and not needed if the office has errors

    feedparser.api.PREFERRED_XML_PARSERS = [__name__]  # modules with a `create_parser`
    headers = {"content-type": "application/xml", "content-location": base}
    return feedparser.parse(
        io.BytesIO(data),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers=headers if base is not None else None,
    )


def create_parser() -> Any:
    """Return Python's expat parser with text buffering; feedparser calls this function.

    Without buffering it reports each line and reference separately, and feedparser joins them: that
    takes a fifth of the first build of an office with many feeds.
    """
    from xml.sax.expatreader import ExpatParser

    class Parser(ExpatParser):
        _parser: Any

        def reset(self) -> None:
            super().reset()
            self._parser.buffer_text = True

    return Parser()


def read_back(data: bytes, form: Format) -> tuple[Fields, list[Fields]]:
    """Return the fields of a feed and of its entries in order; raise `ValueError` if invalid."""
    return _read_json(data) if form == "json" else _read_xml(data, form)


def _read_xml(data: bytes, form: Format) -> tuple[Fields, list[Fields]]:
    seen = parse_feed(data)
    if seen.bozo:
        raise ValueError(f"feedparser: {seen.bozo_exception}")
    if seen.version != {"atom": "atom10", "rss": "rss20"}[form]:
        raise ValueError(f"feedparser detects {seen.version or 'no feed'}; expected {form}")
    feed, entries = read_archive(data, form)
    if len(entries) != len(seen.entries):
        raise ValueError(f"feedparser reads {len(seen.entries)} of {len(entries)} entries")
    feed |= _feed(seen.feed)
    if form == "atom":
        feed |= {"id": seen.feed.get("id"), "logo": seen.feed.get("logo")}
    read_entry = _atom_entry if form == "atom" else _rss_entry
    # plain dictionaries, because feedparser's return the values of other keys for missing ones
    items = map(dict, seen.entries)
    return feed, [
        fields | read_entry(item, fields) for item, fields in zip(items, entries, strict=True)
    ]


def _feed(feed: Any) -> Fields:
    links = {link.get("rel"): link.get("href") for link in feed.get("links", ())}
    rels = ("self", "hub", "current", "prev-archive", "next-archive")
    return {rel: links.get(rel) for rel in rels} | {
        "title": feed.get("title"),
        "description": feed.get("subtitle"),
        "language": feed.get("language"),
        "page": feed.get("link"),
        "icon": feed.get("icon") or _channel_picture(feed.get("image")),
        "updated": feed.get("updated") if "updated" in feed else None,
        "updated_at": _second(feed.get("updated_parsed") if "updated" in feed else None),
    }


def _channel_picture(image: Any) -> tuple[Any, ...] | None:
    """Return address, title, link, width and height of the picture of an RSS channel."""
    if not image:
        return None
    sizes = (str(image.get(name)) for name in ("width", "height"))  # feedparser makes them numbers
    return image.get("href"), image.get("title"), image.get("link"), *sizes


def _entry(item: Any, fields: Fields) -> Fields:
    """Return the fields of an entry read by feedparser; `fields` were read by lxml."""
    content = item.get("content") or [{}]
    event = tuple(item.get(f"ev_{name}") for name in ("startdate", "enddate", "location"))
    language = fields["language"]
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "summary": item.get("summary"),
        "html": content[0].get("value") if len(content) == 1 else None,
        "target": item.get("link"),
        "language": language if content[0].get("language") == language else None,
        "published": item.get("published"),
        "published_at": _second(item.get("published_parsed")),
        # if `updated` is missing, feedparser returns `published` instead
        "updated": item.get("updated") if "updated" in item else None,
        "updated_at": _second(item.get("updated_parsed") if "updated" in item else None),
        "event": event if any(event) else None,
        "image": _image(item, fields["image"]),
    }


def _atom_entry(item: Any, fields: Fields) -> Fields:
    links: dict[Any, list[Any]] = {}
    for link in item.get("links", ()):
        links.setdefault(link.get("rel"), []).append(link)
    related = links.get("related", links.get("alternate", []))
    return _entry(item, fields) | {
        "page": related[0].get("href") if len(related) == 1 else None,
        "terms": [(t.get("scheme"), t.get("term"), t.get("label")) for t in item.get("tags", ())],
        "attachments": _enclosures(item),
    }


def _rss_entry(item: Any, fields: Fields) -> Fields:
    return _entry(item, fields) | {
        "summary": html.unescape(item.get("summary", "")),  # RSS descriptions are HTML
        "terms": [(t.get("scheme"), t.get("label"), t.get("term")) for t in item.get("tags", ())],
        "authors": [(author.get("name"), None, None) for author in item.get("authors", ())],
        "attachments": _enclosures(item),
    }


def _enclosures(item: Any) -> list[tuple[Any, ...]]:
    return [
        (link.get("href"), link.get("type"), read_number(link.get("length")), link.get("title"))
        for link in item.get("links", ())
        if link.get("rel") == "enclosure"
    ]


def _image(item: Any, by_lxml: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    media = item.get("media_content")
    if not media or by_lxml is None:
        return None
    credit = item.get("media_credit") or [{}]
    return (
        media[0].get("url"),
        by_lxml[1],
        credit[0].get("content"),
        media[0].get("type"),
        *(read_number(media[0].get(name)) for name in ("width", "height")),
    )


def _second(parsed: Any) -> int | None:
    return calendar.timegm(parsed) if parsed is not None else None


def _read_json(data: bytes) -> tuple[Fields, list[Fields]]:
    try:
        seen = json.loads(data)
    except ValueError as error:
        raise ValueError(f"json: {error}") from error
    hubs = seen.get("hubs") or [{}]
    feed = {
        "title": seen.get("title"),
        "description": seen.get("description"),
        "language": seen.get("language"),
        "self": seen.get("feed_url"),
        "page": seen.get("home_page_url"),
        "icon": seen.get("icon"),
        "favicon": seen.get("favicon"),
        "hub": hubs[0].get("url"),
        "prev-archive": seen.get("next_url"),
        "authors": _json_people(seen),
        "more": seen.get("_ilofeed", {}).get("more"),
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
        "published_at": read_second(item.get("date_published")),
        "updated": item.get("date_modified"),
        "updated_at": read_second(item.get("date_modified")),
        "authors": _json_people(item),
        "terms": [(key, t) for key in ("categories", "countries") for t in extension.get(key, ())],
        "tags": item.get("tags"),
        "attachments": [
            (a.get("url"), a.get("mime_type"), a.get("size_in_bytes"), a.get("title"))
            for a in item.get("attachments", ())
        ],
        "event": extension.get("event"),
        "image": (
            (item.get("image"), *map(image.get, ("alt", "credit", "type", "width", "height")))
            if image
            else None
        ),
        "translation_of": extension.get("translation_of"),
        "when": extension.get("when"),
    }


def _json_people(item: Any) -> list[tuple[Any, ...]]:
    people = [(author.get("name"), author.get("url")) for author in item.get("authors", ())]
    return [
        (name, url.removeprefix("mailto:"), None)
        if url is not None and url.startswith("mailto:")
        else (name, None, url)
        for name, url in people
    ]
