"""Define what a reader must find in each document, with the limits of each format.

Expected and actual content have the same form, a mapping of field names to plain values. This
module returns the expected content; `feed_reader` and `archive_reader` return the actual content.
"""

import dataclasses
import datetime as dt
import email.utils
import math
from collections.abc import Mapping
from typing import Any

from ilofeed import dates
from ilofeed.feeds import (
    dates_by_language,
    event_categories,
    event_description,
    event_times,
    event_title,
    feed_links,
    feed_pictures,
    is_edited,
    last_change,
    more_by_language,
    term_categories,
)
from ilofeed.media import Icon
from ilofeed.model import FILE_NAMES, Entry, Event, Feed, Format, Office

Fields = dict[str, Any]


def expected_feed(feed: Feed, office: Office, form: Format) -> Fields:
    """Return the fields that a reader must find in a feed document, except its entries."""
    links = {link["rel"]: link["href"] for link in feed_links(feed, office, FILE_NAMES[form], "")}
    author, pictures = office.localized(feed.language).author, feed_pictures(feed, office)
    icon = pictures.get("icon")
    fields: Fields = {
        "id": feed.id,
        "title": feed.title,
        "description": feed.description,
        "language": feed.language,
        "self": links["self"],
        "page": links["alternate"],
        "hub": links.get("hub"),
        "updated": written(feed.updated, "atom"),
        "updated_at": second(feed.updated),
        "authors": [(author.name, author.email, author.url)],
        "tombstones": [
            (entry.id, written(entry.withdrawn, "atom"))
            for entry in feed.tombstones
            if entry.withdrawn is not None
        ],
        "current": links.get("current"),
        "prev-archive": links.get("prev-archive"),
        "next-archive": links.get("next-archive"),
        "history": feed.history and feed.history.element,
        "icon": icon,
        "logo": pictures.get("logo"),
    }
    match form:
        case "atom":
            return fields
        case "rss":  # has no id, author and tombstones, and another date format
            local = dates.rfc822_safe(feed.updated.astimezone(office.timezone))
            # the picture has title and link of the channel, and its size in pixels
            side = str(Icon.FEED)
            image = icon and (icon, feed.title, links["alternate"], side, side)
            return _without(fields, "id", "authors", "tombstones", "logo") | {
                "updated": written(local, "rss"),
                "icon": image,
            }
        case "json":  # has no id, date and tombstones; the only archive link is prev-archive
            missing = "id updated updated_at tombstones current next-archive history logo".split()
            return _without(fields, *missing) | {
                "icon": pictures.get("large"),
                "favicon": pictures.get("small"),
                "authors": [_json_author(*author) for author in fields["authors"]],
                "more": more_by_language(feed, office),
            }


def expected_entry(entry: Entry, office: Office, form: Format) -> Fields:
    """Return the fields that a reader must find of an item (`feeds.as_item`) in a format. Dates are
    texts, and also whole seconds since 1970 under names that end in `_at`."""
    terms = [
        (term["scheme"], term["term"], term["label"]) for term in term_categories(entry, office)
    ]
    event, image = entry.event, entry.image
    fields: Fields = {
        "id": entry.id,
        "title": entry.title,
        "summary": entry.summary,
        "html": entry.html,
        "target": entry.target,
        "page": entry.url,
        "language": entry.language,
        "published": written(entry.published, "atom"),
        "published_at": second(entry.published),
        "updated": written(entry.updated, "atom"),
        "updated_at": second(entry.updated),
        "authors": [(author.name, author.email, author.url) for author in entry.authors],
        "terms": terms,
        "attachments": [(a.url, a.type, a.length or None, a.title) for a in entry.attachments],
        "event": event
        and (event.start.isoformat(), event.end and event.end.isoformat(), event.place),
        "image": (
            (image.url, image.alt, image.credit, image.type, image.width, image.height)
            if image is not None
            else None
        ),
        "translation_of": (
            office.address(f"entry/{entry.translation_of}/index.html")
            if entry.translation_of is not None
            else None
        ),
    }
    match form:
        case "atom":  # has no translations, and only dates and place of an event
            return _without(fields, "translation_of")
        case "rss":  # has only names of authors, labels of terms, one attachment without title
            return (
                _without(fields, "translation_of", "page")
                | _edited(entry)
                | {
                    "published": written(dates.rfc822_safe(entry.published), "rss"),
                    "authors": [(author.name, None, None) for author in entry.authors],
                    "terms": [(scheme, None, label) for scheme, _, label in terms],
                    "attachments": [(a.url, a.type, a.length, None) for a in entry.attachments[:1]],
                }
            )
        case "json":  # has the e-mail address or the URL of an author
            return (
                fields
                | _edited(entry)
                | {
                    "event": event and _event_fields(event),
                    "terms": [
                        *(("categories", name) for name in entry.categories),
                        *(("countries", name) for name in entry.countries),
                    ],
                    "tags": list(dict.fromkeys(label for _, _, label in terms)),
                    "authors": [_json_author(*author) for author in fields["authors"]],
                    "when": dates_by_language(entry, office),
                }
            )


def _edited(entry: Entry) -> Fields:
    """Return the date of the last change as RSS and JSON Feed have it: only if there was any."""
    if not is_edited(entry):
        return {"updated": None, "updated_at": None}
    return {"updated": entry.updated.isoformat(timespec="seconds")}


def _event_fields(event: Event) -> Fields:
    """Return the keys of an event that have a value, with dates as ISO 8601."""
    values = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    return {
        key: value.isoformat() if isinstance(value, dt.date) else value
        for key, value in values.items()
        if value is not None
    }


def expected_calendar(feed: Feed, office: Office) -> Fields:
    """Return the fields that a calendar program must find in a calendar, except its events."""
    return {
        "title": feed.title,
        "old_title": feed.title,
        "description": feed.description,
        "page": office.address(feed.path("index.html")),
        "self": office.address(feed.path("calendar.ics")),
    }


def expected_event(entry: Entry, office: Office) -> Fields:
    """Return the fields that it must find of an event; times are whole seconds since 1970, the
    dates of an all-day event ISO 8601."""
    event = entry.event
    assert event is not None
    start, end = event_times(event, office.timezone)
    return {
        "id": entry.id,
        "title": event_title(entry, office),
        "summary": event_description(entry),
        "target": event.url or entry.target,
        "published_at": second(entry.published),
        "updated_at": second(last_change(entry)),
        "start": second(start) if isinstance(start, dt.datetime) else start.isoformat(),
        "end": second(end) if isinstance(end, dt.datetime) else end and end.isoformat(),
        "place": event.place,
        "labels": event_categories(entry, office),
        "status": {"cancelled": "CANCELLED", "postponed": "TENTATIVE"}.get(
            entry.event_status, "CONFIRMED"
        ),
    }


def written(moment: dt.datetime, form: Format) -> str:
    """Return a date in the format of a document: RFC 822 for RSS, else RFC 3339."""
    return email.utils.format_datetime(moment) if form == "rss" else dates.rfc3339(moment)


def second(moment: dt.datetime) -> int:
    """Return an instant as whole seconds since 1970, which all readers understand."""
    return math.floor(moment.timestamp())


def _json_author(
    name: str, address: str | None, url: str | None
) -> tuple[str, str | None, str | None]:
    return (name, None, url) if url is not None else (name, address, None)


def _without(fields: Mapping[str, Any], *names: str) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}
