"""Render the home page, the page for subscribers, the sitemap and `robots.txt`.

The sitemap follows protocol 0.9 of sitemaps.org; `robots.txt` has its address.
"""

import datetime as dt
import functools
import itertools
import urllib.parse
from collections.abc import Sequence
from typing import Any, TypeAlias

from lxml import etree

from ilofeed.feeds import (
    OPML_PATHS,
    Selection,
    group_feeds,
    last_change,
    listed_feeds,
    render_opml,
    upcoming_events,
)
from ilofeed.model import Document, Office
from ilofeed.pages.feed_page import addresses
from ilofeed.pages.html import render_page, render_translated, srcset, webcal
from ilofeed.pages.navigation import (
    EVENTS,
    SUBSCRIBE,
    Directory,
    build_directory,
    language_first,
    page_path,
    versions,
)
from ilofeed.pages.news import news_pages, render_events, render_news

NEWEST, UPCOMING = 10, 4  # entries and events on the home page
SITEMAP_PATH = "sitemap.xml"
MOST = 50_000  # addresses in one file (protocol 0.9); more need several files and an index
_SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
Change: TypeAlias = "tuple[str, dt.datetime]"  # path and last change of a page


def render_indexes(selection: Selection) -> list[Document]:
    """Return all pages that show no single entry or feed, and the lists for programs."""
    directory = build_directory(selection.office, selection.feeds)
    pages = [
        [
            *render_index(each, directory),
            *itertools.chain.from_iterable(
                render_news(page, directory, each) for page in news_pages(each)
            ),
        ]
        for each in selection.in_each_language()
    ]
    return [*itertools.chain.from_iterable(pages), *render_lists(selection)]


def render_index(selection: Selection, directory: Directory) -> list[Document]:
    """Return the home page and the pages of events and for subscribers in the language of the
    office, and `404.html` in the office's own."""
    office, main = selection.office, directory.main
    groups = dict(group_feeds(directory.feeds))
    by_language = [feed for feed in groups.get("by_language", ()) if not feed.spec.is_pair]
    values: dict[str, Any] = {
        "groups": groups,
        "choices": versions("index.html", office)
        or [(feed.language, feed.path("index.html")) for feed in by_language],
        "narrower_feeds": directory.narrower_feeds,
        # the feeds that are listed below a broader one
        "narrow": {f.spec.path for feed in directory.feeds for f in directory.narrower_feeds(feed)},
        "webcal": webcal(office.address(main.path("calendar.ics"))) if main.has_calendar else None,
    }
    live = [entry for entry in selection.entries if entry.withdrawn is None]
    newest = language_first(live, office)[:NEWEST]
    upcoming = language_first(upcoming_events(selection.entries), office)[:UPCOMING]
    home = render_translated(
        "index.html",
        "index.html",
        office,
        directory,
        newest=newest,
        upcoming=upcoming,
        srcset=srcset,
        own_feed=directory.find(language=office.language),
        **values,
    )
    subscribe = render_translated(
        "subscribe.html",
        SUBSCRIBE,
        office,
        directory,
        addresses=lambda feed: addresses(feed, office),
        **values,
    )
    pages = [home, subscribe, render_events(selection, directory)]
    if office.language == office.default_language:
        not_found = _render_not_found(office, directory, values)
        pages.append(Document("404.html", "index", not_found))
    return pages


def render_lists(selection: Selection) -> list[Document]:
    """Return the documents for programs: the lists of feeds, the sitemap and `robots.txt`."""
    office, feeds = selection.office, selection.feeds
    newest = max(feed.updated for feed in feeds)
    pages: dict[str, dt.datetime] = {}
    for each in selection.in_each_language():
        place = functools.partial(page_path, office=each.office)
        pages |= dict.fromkeys(map(place, ("index.html", EVENTS, SUBSCRIBE)), newest)
        for page in news_pages(each):
            pages[place(page.path)] = max(map(last_change, page.entries), default=newest)
        pages |= {place(feed.path("index.html")): feed.updated for feed in feeds}
    pages |= {e.page: last_change(e) for e in selection.entries if e.withdrawn is None}
    robots = f"User-agent: *\nAllow: /\n\nSitemap: {office.address(SITEMAP_PATH)}\n"
    return [
        *(Document(path, "index", _render_opml(path, selection)) for path in OPML_PATHS),
        *_render_sitemap(office, list(pages.items())),
        Document("robots.txt", "index", robots.encode()),
    ]


def _render_opml(path: str, selection: Selection) -> bytes:
    office = selection.office
    return render_opml(listed_feeds(path, selection.feeds, office), office)


def _render_not_found(office: Office, directory: Directory, values: dict[str, Any]) -> bytes:
    """Return the page for unknown addresses; its links work at any depth of the site."""
    root = urllib.parse.urlsplit(office.url).path
    return render_page(
        "404.html",
        "404.html",
        office,
        directory,
        address_of=lambda path: root + path.removesuffix("index.html"),
        **values,
    )


def _render_sitemap(office: Office, pages: Sequence[Change]) -> list[Document]:
    """Return the sitemap; if it has too many addresses, its parts and then an index of them."""
    if len(pages) <= MOST:
        data = _list("urlset", "url", pages, office)
        return [Document(SITEMAP_PATH, "index", data)]
    parts = {
        f"sitemap-{number}.xml": pages[start : start + MOST]
        for number, start in enumerate(range(0, len(pages), MOST), 1)
    }
    index = [(name, max(moment for _, moment in part)) for name, part in parts.items()]
    data = _list("sitemapindex", "sitemap", index, office)
    return [
        *(Document(n, "index", _list("urlset", "url", p, office)) for n, p in parts.items()),
        Document(SITEMAP_PATH, "index", data),
    ]


def _list(root_name: str, name: str, pages: Sequence[Change], office: Office) -> bytes:
    root = etree.Element(root_name, xmlns=_SITEMAP_NAMESPACE)
    for path, moment in pages:
        item = etree.SubElement(root, name)
        etree.SubElement(item, "loc").text = office.address(path)
        etree.SubElement(item, "lastmod").text = moment.replace(microsecond=0).isoformat()
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
