"""The links and categories of feeds and entries, one way for every format."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ilofeed.model import Entry, Feed, Office


def feed_links(feed: Feed, office: Office, name: str, media_type: str) -> list[dict[str, str]]:
    """Self, hub and (last) alternate of a feed document."""
    links = [
        {"href": office.address(feed.path(name)), "rel": "self", "type": media_type},
    ]
    if office.hub is not None:
        links.append({"href": office.hub, "rel": "hub"})
    page = office.address(feed.path("index.html"))
    links.append(
        {"href": page, "rel": "alternate", "type": "text/html", "hreflang": office.language}
    )
    return links


def entry_links(entry: Entry) -> list[dict[str, str]]:
    """The one alternate, the own page where that is elsewhere, and each attachment."""
    alternate = {"href": entry.target, "rel": "alternate", "hreflang": entry.language}
    if not _is_pdf(entry.target):
        # of an alternate that is no page nothing is said: feedparser, and the readers built on it,
        # would take the entry's id for its link
        alternate["type"] = "text/html"
    links = [alternate]
    if entry.link is not None:
        links.append({"href": entry.url, "rel": "related", "type": "text/html"})
    for attachment in entry.attachments:
        link = {
            "href": attachment.url,
            "rel": "enclosure",
            "type": attachment.type,
            "length": str(attachment.length),
        }
        if attachment.title is not None:
            link["title"] = attachment.title
        links.append(link)
    return links


def _is_pdf(url: str) -> bool:
    return urllib.parse.urlsplit(url).path.lower().endswith(".pdf")


def term_categories(entry: Entry, office: Office) -> list[dict[str, str]]:
    """Term, scheme and label of an entry's categories (the kicker first), then of its countries."""
    language = entry.language
    return [
        {"term": name, "scheme": office.category_scheme, "label": terms.label(language)}
        for name in entry.categories
        for terms in (office.categories[name],)
    ] + [
        {"term": name, "scheme": office.country_scheme, "label": terms.label(language)}
        for name in entry.countries
        for terms in (office.countries[name],)
    ]
