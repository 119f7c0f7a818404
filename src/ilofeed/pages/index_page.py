"""The office's page, and the one for addresses that do not exist."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING

from ilofeed.document import Document
from ilofeed.feeds import grouped
from ilofeed.pages.feed_page import addresses
from ilofeed.pages.html import render_page, webcal
from ilofeed.pages.navigation import above, crossed, entries_per_month, main_feed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.model import Entry, Feed, Office


NEWEST = 10  # entries on the office's page


def render_index(office: Office, feeds: Sequence[Feed], entries: Sequence[Entry]) -> Document:
    """The office's page: the newest entries, and every feed by dimension."""
    held = [entry for entry in entries if entry.withdrawn is None]
    main = main_feed(feeds)
    page = render_page(
        "index.html",
        "index.html",
        office,
        feeds,
        groups=dict(grouped(feeds)),
        newest=held[:NEWEST],
        chart=entries_per_month(held, office),
        addresses=lambda feed: addresses(feed, office),
        webcal=webcal(office.address(main.path("calendar.ics"))) if main.has_calendar else None,
        countries={one.spec.country: one for one in feeds if not one.spec.is_pair},
        crossed=lambda feed: crossed(feed, feeds, office),
        above=lambda feed: above(feed, feeds, office),
    )
    return Document("index.html", "index", page)


def render_not_found(office: Office, feeds: Sequence[Feed]) -> Document:
    """What a host shows for a missing page: at any depth, so its links begin at the host's root."""
    root = urllib.parse.urlsplit(office.url).path

    def found(path: str) -> str:
        return root + path.removesuffix("index.html")

    page = render_page(
        "404.html", "404.html", office, feeds, found=found, groups=dict(grouped(feeds))
    )
    return Document("404.html", "index", page)
