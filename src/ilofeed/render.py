"""What there is to be seen of a site to every document of its output, but for the manifest."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from ilofeed import (
    calendars,
    embedding,
    entrypage,
    feedpage,
    history,
    indexpage,
    jsonfeed,
    opml,
    page,
    sitemap,
    syndication,
)
from ilofeed.document import FILE_NAMES, Document, in_order
from ilofeed.shares import share
from ilofeed.translations import find_translations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ilofeed.document import Format
    from ilofeed.model import Entry, Feed, Office
    from ilofeed.selection import Selection

_FORMATS: dict[Format, Callable[[Feed, Office], bytes]] = {
    "atom": syndication.render_atom,
    "rss": syndication.render_rss,
    "json": jsonfeed.render_json,
}


WORTH_SHARING = 200  # pages that take longer to make than a process to start


def render(seen: Selection, processes: int = 1) -> tuple[Document, ...]:
    """Every document, in the order in which they are to be published, the same for any number of
    processes."""
    office, out, feeds = seen.office, seen.out, seen.feeds
    documents = render_assets(office)
    draw_entry = entry_renderer(seen)

    def draw(entry: Entry) -> list[Document]:
        made = draw_entry(entry)
        # an entry need not come back from another process: it is here
        return [dataclasses.replace(one, entry=None) for one in made] if processes > 1 else made

    processes = processes if len(out) > WORTH_SHARING else 1
    for entry, made in zip(out, share(out, draw, processes), strict=True):
        own = {entry.page, entry.calendar}
        documents += [
            dataclasses.replace(one, entry=entry) if one.path in own else one for one in made
        ]
    documents += entrypage.render_moved(out, office, feeds)
    for feed in feeds:
        documents += render_feed(feed, office, feeds)
        documents += render_archives(feed, office)
    documents += render_indexes(seen)
    return in_order(documents)


def render_assets(office: Office) -> list[Document]:
    """What pages and other sites load: the same for all entries."""
    return [
        Document(".nojekyll", "asset", b""),  # Pages publishes everything as it is
        *page.render_assets(office),
        *embedding.render_scripts(),
    ]


def entry_renderer(seen: Selection) -> Callable[[Entry], list[Document]]:
    """A function that makes the documents of an entry: its page among those of the others."""
    neighbours = entrypage.find_neighbours(seen.out)
    others = find_translations(seen.out)
    return lambda entry: entrypage.render_entry(entry, seen.office, seen.feeds, neighbours, others)


def render_indexes(seen: Selection) -> list[Document]:
    """What names everything else: the office's page, the lists of feeds and of pages."""
    office, feeds = seen.office, seen.feeds
    return [
        indexpage.render_index(office, feeds, seen.out),
        indexpage.render_not_found(office, feeds),
        Document(opml.PATH, "index", opml.render_opml(feeds, office)),
        *sitemap.render_sitemap(office, feeds, seen.out),
    ]


def render_feed(feed: Feed, office: Office, feeds: Sequence[Feed]) -> list[Document]:
    """The documents of one feed that are no archives: its pages, its formats, its calendar."""
    documents = [
        *feedpage.render_embeds(feed, office, feeds),
        embedding.render_oembed(feed, office),
        feedpage.render_feed_page(feed, office, feeds),
    ]
    for form, draw in _FORMATS.items():
        shown = history.in_format(feed, form)
        path = feed.path(FILE_NAMES[form])
        documents.append(Document(path, "feed", draw(shown, office), shown, form))
    if feed.has_calendar:
        data = calendars.render_calendar(feed, office)
        documents.append(Document(feed.path("calendar.ics"), "calendar", data, feed))
    return documents


def render_archives(feed: Feed, office: Office) -> list[Document]:
    """The archive documents of one feed, in the formats that have them."""
    return [
        Document(shown.own_path(FILE_NAMES[form]), "archive", draw(shown, office), shown, form)
        for shown in history.archive_documents(feed)
        for form, draw in _FORMATS.items()
        if form in feed.archived_as
    ]
