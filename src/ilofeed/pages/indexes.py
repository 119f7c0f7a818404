"""Render the home page, the list of feeds, the sitemap and `robots.txt`.

The sitemap follows protocol 0.9 of sitemaps.org; `robots.txt` has its address.
"""

import datetime as dt
import urllib.parse
from collections.abc import Sequence
from typing import TypeAlias

from lxml import etree

from ilofeed.feeds import OPML_PATHS, Selection, group_feeds, last_change, listed_feeds, render_opml
from ilofeed.model import Document, Entry, Office
from ilofeed.pages.feed_page import addresses
from ilofeed.pages.html import render_page, webcal
from ilofeed.pages.navigation import Directory, build_directory, entries_per_month

NEWEST = 10  # entries on the home page
SITEMAP_PATH = "sitemap.xml"
MOST = 50_000  # addresses in one file (protocol 0.9); more need several files and an index
_SITEMAP_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
Change: TypeAlias = "tuple[str, dt.datetime]"  # path and last change of a page


def render_indexes(selection: Selection) -> list[Document]:
    """Return the home page, `404.html`, the lists of feeds, the sitemap and `robots.txt`."""
    directory = build_directory(selection.office, selection.feeds)
    return [*render_index(selection, directory), *render_lists(selection)]


def render_index(selection: Selection, directory: Directory) -> list[Document]:
    """Return the home page and `404.html`."""
    office = selection.office
    entries = [entry for entry in selection.entries if entry.withdrawn is None]
    return [
        Document("index.html", "index", _render_index(office, directory, entries)),
        Document("404.html", "index", _render_not_found(office, directory)),
    ]


def render_lists(selection: Selection) -> list[Document]:
    """Return the documents for programs: the lists of feeds, the sitemap and `robots.txt`."""
    office, feeds = selection.office, selection.feeds
    pages = [("index.html", max(feed.updated for feed in feeds))]
    pages += [(feed.path("index.html"), feed.updated) for feed in feeds]
    pages += [(e.page, last_change(e)) for e in selection.entries if e.withdrawn is None]
    robots = f"User-agent: *\nAllow: /\n\nSitemap: {office.address(SITEMAP_PATH)}\n"
    return [
        *(Document(path, "index", _render_opml(path, selection)) for path in OPML_PATHS),
        *_render_sitemap(office, pages),
        Document("robots.txt", "index", robots.encode()),
    ]


def _render_opml(path: str, selection: Selection) -> bytes:
    office = selection.office
    return render_opml(listed_feeds(path, selection.feeds, office), office)


def _render_index(office: Office, directory: Directory, entries: Sequence[Entry]) -> bytes:
    """Return the home page: the newest entries, and all feeds grouped by dimension."""
    main = directory.main
    return render_page(
        "index.html",
        "index.html",
        office,
        directory,
        groups=dict(group_feeds(directory.feeds)),
        newest=entries[:NEWEST],
        chart=entries_per_month(entries, office),
        addresses=lambda feed: addresses(feed, office),
        webcal=webcal(office.address(main.path("calendar.ics"))) if main.has_calendar else None,
        countries={feed.spec.country: feed for feed in directory.feeds if not feed.spec.is_pair},
        paired_feeds=lambda feed: directory.paired_feeds(feed, office),
        broader_feeds=lambda feed: directory.broader_feeds(feed, office),
    )


def _render_not_found(office: Office, directory: Directory) -> bytes:
    """Return the page for unknown addresses; its links work at any depth of the site."""
    root = urllib.parse.urlsplit(office.url).path
    return render_page(
        "404.html",
        "404.html",
        office,
        directory,
        address_of=lambda path: root + path.removesuffix("index.html"),
        groups=dict(group_feeds(directory.feeds)),
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
