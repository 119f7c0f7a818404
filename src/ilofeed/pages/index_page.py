"""The office's page, and the one for addresses that do not exist."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING

from ilofeed.document import Document
from ilofeed.feeds import grouped
from ilofeed.pages.feed_page import addresses
from ilofeed.pages.html import render_page, webcal
from ilofeed.pages.navigation import entries_per_month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.model import Entry, Office
    from ilofeed.pages.navigation import Directory

NEWEST = 10  # entries on the office's page


def render_index(office: Office, directory: Directory, entries: Sequence[Entry]) -> Document:
    """Return the office's page: the newest entries, and every feed by dimension."""
    in_feeds = [entry for entry in entries if entry.withdrawn is None]
    main = directory.main
    page = render_page(
        "index.html",
        "index.html",
        office,
        directory,
        groups=dict(grouped(directory.feeds)),
        newest=in_feeds[:NEWEST],
        chart=entries_per_month(in_feeds, office),
        addresses=lambda feed: addresses(feed, office),
        webcal=webcal(office.address(main.path("calendar.ics"))) if main.has_calendar else None,
        countries={feed.spec.country: feed for feed in directory.feeds if not feed.spec.is_pair},
        crossed=lambda feed: directory.crossed(feed, office),
        above=lambda feed: directory.above(feed, office),
    )
    return Document("index.html", "index", page)


def render_not_found(office: Office, directory: Directory) -> Document:
    """Return what a host shows for a missing page, at any depth: its links begin at the root."""
    root = urllib.parse.urlsplit(office.url).path
    page = render_page(
        "404.html",
        "404.html",
        office,
        directory,
        address_of=lambda path: root + path.removesuffix("index.html"),
        groups=dict(grouped(directory.feeds)),
    )
    return Document("404.html", "index", page)
