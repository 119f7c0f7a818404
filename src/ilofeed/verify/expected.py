"""What a reader must find in each document: what its format can carry of a feed and its entries.

Both sides of the round trip have the same neutral form, a mapping from field to plain values: the
functions here return what is expected, `feed_reader` and `archive_reader` what is there.
"""

import dataclasses
import datetime as dt
import email.utils
import math
from collections.abc import Mapping
from typing import Any

from ilofeed import dates
from ilofeed.feeds import event_categories, event_times, feed_links, last_change, term_categories
from ilofeed.model import FILE_NAMES, Entry, Event, Feed, Format, Office

Fields = dict[str, Any]


def expected_feed(feed: Feed, office: Office, form: Format) -> Fields:
    """Return what a reader must find of the feed itself."""
    links = {link["rel"]: link["href"] for link in feed_links(feed, office, FILE_NAMES[form], "")}
    author = office.speaking(feed.language).author
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
        "history": _history(feed),
    }
    match form:
        case "atom":
            return fields
        case "rss":  # no id, no author, no tombstones; the date in its own form
            local = dates.rfc822_safe(feed.updated.astimezone(office.timezone))
            return _without(fields, "id", "authors", "tombstones") | {
                "updated": written(local, "rss")
            }
        case "json":  # no id of the feed, no date, no tombstones; of archives the one before
            lost = "id updated updated_at tombstones current next-archive history".split()
            return _without(fields, *lost) | {
                "authors": [_json_author(*author) for author in fields["authors"]]
            }


def _history(feed: Feed) -> str | None:
    """Return how a document describes itself: as an archive, or as complete."""
    if feed.history is None:
        return None
    if feed.history.page is not None:
        return "archive"
    return None if feed.history.pages else "complete"


def expected_entry(entry: Entry, office: Office, form: Format) -> Fields:
    """Return what a reader must find of an entry."""
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
        "attachments": [(a.url, a.type, a.length, a.title) for a in entry.attachments],
        "event": event
        and (event.start.isoformat(), event.end and event.end.isoformat(), event.place),
        "image": (
            (image.url, image.alt, image.credit, image.type, image.width, image.height, image.size)
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
        case "atom":  # of an event only dates and place, no translations
            return _without(fields, "translation_of")
        case "rss":  # names of authors, labels of terms, one attachment without a title
            return _without(fields, "translation_of", "page") | {
                "published": written(dates.rfc822_safe(entry.published), "rss"),
                "authors": [(author.name, None, None) for author in entry.authors],
                "terms": [(scheme, None, label) for scheme, _, label in terms],
                "attachments": [(a.url, a.type, a.length, None) for a in entry.attachments[:1]],
            }
        case "json":  # an e-mail address only without another; no size of a picture in bytes
            return fields | {
                "event": event and _all_of(event),
                "terms": [
                    *(("categories", name) for name in entry.categories),
                    *(("countries", name) for name in entry.countries),
                ],
                "tags": list(dict.fromkeys(label for _, _, label in terms)),
                "authors": [_json_author(*author) for author in fields["authors"]],
                "image": image and (*fields["image"][:-1], None),
            }


def _all_of(event: Event) -> Fields:
    """Return every key of an event that has a value, as it is written."""
    values = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    return {
        key: value.isoformat() if isinstance(value, dt.date) else value
        for key, value in values.items()
        if value is not None
    }


def expected_calendar(feed: Feed, office: Office) -> Fields:
    """Return what a calendar program must find of a feed's calendar itself."""
    return {
        "title": feed.title,
        "old_title": feed.title,
        "description": feed.description,
        "page": office.address(feed.path("index.html")),
        "self": office.address(feed.path("calendar.ics")),
    }


def expected_event(entry: Entry, office: Office) -> Fields:
    """Return what it must find of an entry with an event: instants as seconds, or whole days."""
    event = entry.event
    assert event is not None
    start, end = event_times(event, office.timezone)
    return {
        "id": entry.id,
        "title": entry.title,
        "summary": entry.summary,
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
    """Return a date as a format writes it: RFC 3339, in RSS RFC 822."""
    return email.utils.format_datetime(moment) if form == "rss" else moment.isoformat()


def second(moment: dt.datetime) -> int:
    """Return the whole seconds of an instant since 1970 in UTC, which readers compute with."""
    return math.floor(moment.timestamp())


def _json_author(
    name: str, address: str | None, url: str | None
) -> tuple[str, str | None, str | None]:
    return (name, None, url) if url is not None else (name, address, None)


def _without(fields: Mapping[str, Any], *names: str) -> Fields:
    return {name: value for name, value in fields.items() if name not in names}
