"""Render the page of a feed, and two documents for other sites: a frame and an HTML fragment."""

import html
from collections.abc import Sequence
from typing import Any

from ilofeed.feeds import feed_names, office_phrases, upcoming_events
from ilofeed.model import FILE_NAMES, MEDIA_TYPES, Document, Entry, Feed, Office
from ilofeed.pages.embeds import LIMIT, integrity, newest, snippets
from ilofeed.pages.html import FORMAT_NAMES, render_page, webcal
from ilofeed.pages.navigation import Directory, language_first, page_path, versions

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


def render_feed_page(
    feed: Feed, office: Office, directory: Directory, first: Sequence[Entry]
) -> list[Document]:
    """Return the HTML page of a feed in its language, or else in that of the office; `first` is
    from `first_on_pages`."""
    office = office.localized(feed.spec.language or office.language)
    words = office.phrases()
    path, title = page_path(feed.path("index.html"), office), feed_names(feed.spec, office)[0]
    others = [e for e in feed.entries if not first or e.language != office.language]
    siblings = directory.in_other_languages(feed)
    same_terms = [(other.language, other.path("index.html")) for other in (feed, *siblings)]
    page = render_page(
        "feed.html",
        path,
        office,
        directory,
        feed=feed,
        title=title,
        versions=same_terms if siblings else versions(feed.path("index.html"), office),
        shown=[*first, *others][:SHOWN],
        is_newest=not first,
        upcoming=language_first(upcoming_events(feed.events), office)[:UPCOMING],
        addresses=addresses(feed, office),
        webcal=webcal(office.address(feed.path("calendar.ics"))) if feed.has_calendar else None,
        broader_feeds=directory.broader_feeds(feed, office),
        narrower_feeds=directory.narrower_feeds(feed),
        paired_feeds=directory.paired_feeds(feed, office),
        snippets=snippets(feed, office, words.fill("all_of", label=title)),
        limit=LIMIT,
        languages=office_phrases(office),
        error=html.escape(words["embed_failed"]),
        element=newest("ilo-feed"),
        integrity=integrity("ilo-feed"),
    )
    return [Document(path, "feed-page", page, feed)]


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
