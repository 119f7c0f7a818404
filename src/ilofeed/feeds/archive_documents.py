"""Render archive documents (RFC 5005): feeds with some of the entries."""

import dataclasses
from collections.abc import Callable

from ilofeed.feeds.atom_rss import render_atom, render_rss
from ilofeed.feeds.json_feed import render_json
from ilofeed.model import FILE_NAMES, Document, Feed, Format, History, Office

Renderer = Callable[[Feed, Office], bytes]

RENDERERS: dict[Format, Renderer] = {"atom": render_atom, "rss": render_rss, "json": render_json}


def subscription_feed(feed: Feed, form: Format) -> Feed:
    """Return the feed with the entries and history of its subscription document in a format."""
    if form not in feed.archived_as:
        return feed
    return dataclasses.replace(
        feed, entries=feed.current, tombstones=feed.withdrawn, history=History(len(feed.archives))
    )


def archive_feeds(feed: Feed) -> list[Feed]:
    """Return one feed for each archive document, oldest first, with only the entries in it.

    Without data of the other documents, a new entry does not change an archive document. A new
    archive changes none either: only the first one links to the next.
    """
    base = dataclasses.replace(
        feed,
        selected=0,
        events=(),
        has_calendar=False,
        tombstones=(),
        archives=(),
        current=(),
        withdrawn=(),
    )
    return [
        dataclasses.replace(
            base,
            entries=tuple(entry for entry in archive.entries if entry.withdrawn is None),
            updated=archive.updated,
            history=History(number, number),
        )
        for number, archive in enumerate(feed.archives, 1)
    ]


def render_archive(shown: Feed, office: Office) -> list[Document]:
    """Return the documents of one of the `archive_feeds`, one for each format with archives."""
    return [
        Document(shown.own_path(FILE_NAMES[form]), "archive", render(shown, office), shown, form)
        for form, render in RENDERERS.items()
        if form in shown.archived_as
    ]
