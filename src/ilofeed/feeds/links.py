"""The links and categories of feeds and entries, one way for every format."""

from __future__ import annotations

import urllib.parse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ilofeed.model import Entry, Feed, History, Office


def feed_links(feed: Feed, office: Office, name: str, media_type: str) -> list[dict[str, str]]:
    """Self, hub, those among archives (RFC 5005, section 4) and (last) alternate of a document."""
    links = [
        {"href": office.address(feed.own_path(name)), "rel": "self", "type": media_type},
    ]
    history = feed.history
    if office.hub is not None and (history is None or history.page is None):
        links.append({"href": office.hub, "rel": "hub"})
    if history is not None:
        links += [
            {"href": office.address(path), "rel": rel, "type": media_type}
            for rel, path in _among_archives(feed, history, name)
        ]
    page = office.address(feed.path("index.html"))
    links.append({"href": page, "rel": "alternate", "type": "text/html", "hreflang": feed.language})
    return links


def _among_archives(feed: Feed, history: History, name: str) -> Iterator[tuple[str, str]]:
    """Only the first archive names the next one: the bytes of the others stay when one is added."""
    if history.page is not None:
        yield "current", feed.path(name)
    earlier = history.pages if history.page is None else history.page - 1
    if earlier:
        yield "prev-archive", feed.archive_path(earlier, name)
    if history.page == 1:
        yield "next-archive", feed.archive_path(2, name)


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
    return ".pdf" in url.lower() and urllib.parse.urlsplit(url).path.lower().endswith(".pdf")


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
