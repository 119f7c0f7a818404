"""Recipes: digests of all that a document is made of, so that equal recipes mean equal bytes.

A recipe rests on what its document shows, and on the settings of the office that all documents rest
on. So a label that is changed in feeds.yaml changes the recipes of the documents that show it, and
no others. The program is not in a recipe: `publish.state` drops those of another version.

An entry is represented by the digest of its file (`Entry.source`), with what the moment and the
office make of it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ilofeed.i18n import phrases
from ilofeed.ids import SHORT, settings_digest
from ilofeed.pages import directory, entrypage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ilofeed.feeds import Selection
    from ilofeed.model import Entry, Feed, Office

UNKNOWN = b""  # the recipe of a document that shows an entry of unknown source


class Recipes:
    """The recipes of the documents of one selection."""

    def __init__(self, seen: Selection) -> None:
        self._office, self._feeds = seen.office, seen.feeds
        self._settings = settings_digest(seen.office)
        main = directory.main_feed(seen.feeds)
        self._main = (main.spec, main.title, main.updated)
        self._own_feeds = entrypage.find_own(seen.feeds)
        self._terms: dict[tuple[tuple[str, ...], tuple[str, ...], str], tuple[str, str]] = {}
        self._entries = {entry.slug: self._digest_entry(entry) for entry in seen.out}

    def entry(self, entry: Entry, shown: Iterable[Sequence[Entry | None]]) -> bytes:
        """Return the recipe of the documents of an entry; `shown` are the other entries that its
        page links to, in groups: of these it shows no more than the title."""
        links = [
            [
                other and (other.slug, other.title, other.language, other.translates)
                for other in group
            ]
            for group in shown
        ]
        feeds = self._terms[entry.categories, entry.countries, entry.language][1]
        return self._digest([[entry]], "entry", links, feeds)

    def feed(self, feed: Feed) -> bytes:
        """Return the recipe of all documents of a feed except its archives and its page."""
        lists = (feed.entries, feed.events, feed.tombstones, feed.current, feed.withdrawn)
        return self._digest(lists, "feed", *_describe(feed), len(feed.archives))

    def feed_page(self, feed: Feed) -> bytes:
        """Return the recipe of the page of a feed, which links to the feeds around it."""
        around = _describe_around(feed, self._feeds, self._office.speaking(feed.language))
        return self._digest([feed.entries], "page", *_describe(feed), self._main, around)

    def archive(self, shown: Feed) -> bytes:
        """Return the recipe of an archive document (`history.archive_documents`)."""
        return self._digest([shown.entries], "archive", *_describe(shown), shown.history)

    def _digest(self, lists: Iterable[Sequence[Entry]], *values: Any) -> bytes:
        parts = [[self._entries[entry.slug] for entry in entries] for entries in lists]
        if any(UNKNOWN in digests for digests in parts):
            return UNKNOWN
        text = repr((self._settings, values)).encode("utf-8", "surrogatepass")
        hashed = hashlib.blake2b(text, digest_size=SHORT)
        for digests in parts:
            hashed.update(b"|")
            hashed.update(b"".join(digests))
        return hashed.digest()

    def _digest_entry(self, entry: Entry) -> bytes:
        """Return the digest of what documents show of an entry, labels of its terms included."""
        if not entry.source:
            return UNKNOWN
        terms = (entry.categories, entry.countries, entry.language)
        if terms not in self._terms:
            self._terms[terms] = self._describe_terms(*terms)
        text = repr(
            (
                entry.path,
                entry.translation_of,
                entry.updated.isoformat(),
                entry.withdrawn and entry.withdrawn.isoformat(),
                self._terms[terms][0],
            )
        )
        digest = hashlib.blake2b(entry.source, digest_size=SHORT)
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest.digest()

    def _describe_terms(
        self, categories: Sequence[str], countries: Sequence[str], language: str
    ) -> tuple[str, str]:
        """Return the labels of an entry's terms in its language; and the feeds that its page links
        to, those of its terms and of its language."""
        office, own = self._office, self._own_feeds
        labels = (
            [office.categories[name].label(language) for name in categories],
            [office.countries[name].label(language) for name in countries],
        )
        feeds = [
            self._main[:2],
            _name(own.languages.get(language)),
            [_name(own.categories.get(name)) for name in categories],
            [_name(own.countries.get(name)) for name in countries],
        ]
        return repr(labels), repr(feeds)


def _name(feed: Feed | None) -> tuple[str, str] | None:
    return None if feed is None else (feed.spec.path, feed.title)


def _describe(feed: Feed) -> tuple[Any, ...]:
    return (
        feed.spec,
        feed.id,
        feed.language,
        feed.title,
        feed.description,
        feed.updated,
        feed.selected,
        feed.has_calendar,
        sorted(feed.archived_as),
    )


def _describe_around(feed: Feed, feeds: Sequence[Feed], office: Office) -> tuple[Any, ...]:
    """Return what the page of a feed says of it in words, and of the feeds around it."""
    words = phrases(office.language, office.own_language)

    def named(other: Feed) -> tuple[Any, ...]:
        label = directory.label(other, office, words)
        return other.spec, label, directory.label_language(other, office), other.selected

    crossed = directory.crossed(feed, feeds, office)
    return (
        directory.about(feed, office, words),
        office.description_language,
        named(feed),
        [named(other)[:3] for other in directory.above(feed, feeds, office)],
        [named(other) for other in directory.narrower(feed, feeds, office)],
        [
            (name, [(label, other.spec, other.selected) for label, other in pairs])
            for name, pairs in crossed.items()
        ],
        [(other.spec, other.language) for other in directory.in_other_languages(feed, feeds)],
    )
