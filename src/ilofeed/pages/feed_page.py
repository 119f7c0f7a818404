"""Render the page of a feed, and two documents for other sites: a frame and an HTML fragment."""

import html
from typing import Any

from ilofeed.feeds import office_phrases, upcoming_events
from ilofeed.model import FILE_NAMES, MEDIA_TYPES, Document, Feed, Office
from ilofeed.pages.embeds import LIMIT, integrity, newest, snippets
from ilofeed.pages.html import FORMAT_NAMES, render_page, webcal
from ilofeed.pages.navigation import Directory

EMBEDDED = 10  # items in a frame or a fragment
SHOWN, UPCOMING = 20, 5  # items and events on the page of a feed


def addresses(feed: Feed, office: Office) -> list[tuple[str, str, str]]:
    """Return name, media type and path of each document to subscribe to."""
    formats = [
        (FORMAT_NAMES[form], MEDIA_TYPES[form], feed.path(name))
        for form, name in FILE_NAMES.items()
    ]
    if feed.has_calendar:
        name = office.phrases()["calendar"]
        formats.append((name, "text/calendar", feed.path("calendar.ics")))
    return formats


def render_feed_page(feed: Feed, office: Office, directory: Directory) -> Document:
    """Return the HTML page of a feed."""
    office = office.localized(feed.language)
    words = office.phrases()
    page = render_page(
        "feed.html",
        feed.path("index.html"),
        office,
        directory,
        feed=feed,
        shown=feed.entries[:SHOWN],
        upcoming=upcoming_events(feed.events)[:UPCOMING],
        addresses=addresses(feed, office),
        webcal=webcal(office.address(feed.path("calendar.ics"))) if feed.has_calendar else None,
        broader_feeds=directory.broader_feeds(feed, office),
        narrower_feeds=directory.narrower_feeds(feed),
        paired_feeds=directory.paired_feeds(feed, office),
        others=directory.in_other_languages(feed),
        snippets=snippets(feed, office, words.fill("all_of", label=feed.title)),
        limit=LIMIT,
        languages=office_phrases(office),
        error=html.escape(words["embed_failed"]),
        element=newest("ilo-feed"),
        integrity=integrity("ilo-feed"),
    )
    return Document(feed.path("index.html"), "feed-page", page, feed)


def render_embeds(feed: Feed, office: Office, directory: Directory) -> list[Document]:
    """Return the newest entries as a page for a frame and as HTML for a server-side include."""
    office = office.localized(feed.language)
    values: dict[str, Any] = {"feed": feed, "entries": feed.entries[:EMBEDDED]}
    frame, fragment = feed.path("embed.html"), feed.path("fragment.html")
    page = feed.path("index.html")
    frame_values = {
        "title": feed.title,
        "canonical": office.address(page),
        "heading": feed.title,
        "heading_language": feed.language,
        "above": page,
        "empty": office.phrases()["empty"],
    }
    framed = render_page("embed.html", frame, office, directory, **values, **frame_values)
    part = render_page(
        "fragment.html", fragment, office, directory, address_of=office.address, **values
    )
    return [Document(frame, "embed", framed, feed), Document(fragment, "embed", part, feed)]
