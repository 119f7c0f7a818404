"""Render feeds as JSON Feed 1.1; values without a standard key are in the extension `_ilofeed`.

The extension also has what the element `ilo-feed` shows in each language of the office: the dates
in words (`when`) and the link at the end (`more`). Browsers write dates differently.
"""

import json
from typing import Any

from ilofeed.feeds.items import dates_by_language, feed_items, is_edited, more_by_language
from ilofeed.feeds.links import feed_links, feed_pictures, term_categories
from ilofeed.model import FILE_NAMES, Attachment, Entry, Event, Feed, Image, Office, Person

VERSION = "https://jsonfeed.org/version/1.1"


def render_json(feed: Feed, office: Office) -> bytes:
    """Return the JSON Feed 1.1 document of a feed, in UTF-8."""
    links = {link["rel"]: link["href"] for link in feed_links(feed, office, FILE_NAMES["json"], "")}
    pictures = feed_pictures(feed, office)
    document = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": office.address(feed.path("index.html")),
        "feed_url": links["self"],
        "next_url": links.get("prev-archive"),
        "description": feed.description,
        "icon": pictures.get("large"),
        "favicon": pictures.get("small"),
        "language": feed.language,
        "authors": [_author(office.localized(feed.language).author)],
        "hubs": [{"type": "WebSub", "url": links["hub"]}] if "hub" in links else None,
        "_ilofeed": {"more": more_by_language(feed, office)},
        "items": [_item(entry, office) for entry in feed_items(feed, office, "json")],
    }
    text = json.dumps(without_none(document), ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


def _item(entry: Entry, office: Office) -> dict[str, Any]:
    labels = [term["label"] for term in term_categories(entry, office)]
    return {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "summary": entry.summary,
        "image": entry.image.url if entry.image else None,
        "date_published": entry.published.isoformat(),
        "date_modified": (
            entry.updated.isoformat(timespec="seconds") if is_edited(entry) else None
        ),
        "authors": [_author(author) for author in entry.authors],
        "tags": list(dict.fromkeys(labels)),
        "language": entry.language,
        "attachments": [_attachment(attachment) for attachment in entry.attachments] or None,
        "_ilofeed": {
            "categories": list(entry.categories),
            "countries": list(entry.countries),
            "event": _event(entry.event) if entry.event else None,
            "image": _image(entry.image) if entry.image else None,
            "when": dates_by_language(entry, office),
            "translation_of": (
                office.address(f"entry/{entry.translation_of}/index.html")
                if entry.translation_of
                else None
            ),
        },
    }


def _author(person: Person) -> dict[str, str | None]:
    # the format has no key for an e-mail address, so it becomes a mailto: URL
    url = person.url or (f"mailto:{person.email}" if person.email is not None else None)
    return {"name": person.name, "url": url}


def _attachment(attachment: Attachment) -> dict[str, str | int | None]:
    return {
        "url": attachment.url,
        "mime_type": attachment.type,
        "title": attachment.title,
        "size_in_bytes": attachment.length or None,
    }


def _event(event: Event) -> dict[str, str | None]:
    return {
        "start": event.start.isoformat(),
        "end": event.end.isoformat() if event.end is not None else None,
        "place": event.place,
        "url": event.url,
        "status": event.status,
    }


def _image(image: Image) -> dict[str, Any]:
    return {key: getattr(image, key) for key in ("alt", "credit", "type", "width", "height")}


def without_none(value: Any) -> Any:
    """Return a JSON value without the keys whose value is None, at any depth."""
    if isinstance(value, dict):
        return {key: without_none(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_none(inner) for inner in value]
    return value
