"""A site at an instant to every document of its output, but for the manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilofeed import jsonfeed, pages, selection, syndication
from ilofeed.document import FILE_NAMES, Document

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from ilofeed.check import Site
    from ilofeed.document import Format
    from ilofeed.model import Feed, Office

_FORMATS: dict[Format, Callable[[Feed, Office], bytes]] = {
    "atom": syndication.render_atom,
    "rss": syndication.render_rss,
    "json": jsonfeed.render_json,
}


def render(site: Site, now: dt.datetime) -> tuple[Document, ...]:
    """Every document, in the order in which they are to be published."""
    office = site.office
    out = selection.published(site.entries, now)
    feeds = selection.select_feeds(office, out, now)
    documents = pages.render_assets()
    for entry in out:
        documents += pages.render_entry(entry, office, feeds, now)
    documents += [pages.render_feed_page(feed, office) for feed in feeds]
    for feed in feeds:
        documents += render_feed(feed, office)
    newest = [entry for entry in out if not selection.is_withdrawn(entry, now)]
    documents.append(pages.render_index(office, feeds, newest))
    return tuple(documents)


def render_feed(feed: Feed, office: Office) -> list[Document]:
    """The documents of one feed, one for each format."""
    return [
        Document(feed.path(FILE_NAMES[form]), "feed", draw(feed, office), feed, form)
        for form, draw in _FORMATS.items()
    ]
