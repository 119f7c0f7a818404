"""Compute recipes. A recipe is a digest of everything that a document is made of.

Documents with equal recipes have equal bytes, so they need not be rendered again. A recipe covers
the values that the document shows and the settings that affect all documents. A new label in
feeds.yaml therefore changes only the recipes of documents with that label. The version of the
program is not included: `publish.state` discards recipes of other versions. Entries are included by
the digest of their file (`Entry.source`), their dates and the labels of their terms.
"""

import copy
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from ilofeed.feeds import Selection, more_by_language, office_phrases, upcoming_events
from ilofeed.ids import SHORT, settings_digest
from ilofeed.model import Entry, Feed, Office
from ilofeed.pages.indexes import NEWEST
from ilofeed.pages.navigation import (
    Directory,
    about,
    label,
    label_language,
    language_first,
    menu,
)
from ilofeed.pages.news import NewsPage, past_events

_Terms = tuple[tuple[str, ...], tuple[str, ...], str]  # categories, countries, language

UNKNOWN = b""  # recipe of a document with an entry whose source digest is unknown
_GROUP, _NO_ENTRY = b"|" * SHORT, b"-" * SHORT  # as long as a digest


class Recipes:
    """The recipes of the documents of one selection."""

    def __init__(self, selection: Selection, directory: Directory) -> None:
        self._directory = directory
        self._digest_office(selection.office)
        terms = {_terms(entry) for entry in selection.entries}
        self._labels = {each: repr(self._find_labels(*each)) for each in terms}
        self._feeds = {each: _digest(self._framed, self._find_feeds(*each)) for each in terms}
        self._entries = {entry.slug: self._digest_entry(entry) for entry in selection.entries}
        self._links = {entry.slug: _describe_link(entry) for entry in selection.entries}

    def _digest_office(self, office: Office) -> None:
        self._office = office
        self._settings = settings_digest(office)
        shown = [(file.path, file.width, file.height) for file in office.brand.values()]
        self._branded = _digest(self._settings, shown)
        # the header and the footer
        around = (office.home, office.links, office.newsletter, menu(self._directory, office))
        self._framed = _digest(self._branded, around)

    def localized(self, office: Office) -> "Recipes":
        """Return the recipes of the pages in another language of the office."""
        recipes = copy.copy(self)
        recipes._digest_office(office)
        return recipes

    def assets(self) -> bytes:
        """Return the recipe of the stylesheets and scripts."""
        return _digest(self._settings, self._office.accent, "assets")

    def index(self, selection: Selection) -> bytes:
        """Return the recipe of the pages of `render_index`."""
        office, directory = self._office, self._directory
        live = [entry for entry in selection.entries if entry.withdrawn is None]
        newest = language_first(live, office)[:NEWEST]
        feeds = [(*_describe(feed), *self._describe_related(feed)) for feed in directory.feeds]
        values = (self._framed, office.description, directory.main.spec, feeds)
        lists = newest, upcoming_events(selection.entries), past_events(selection)
        return self._with_entries(lists, "index", *values)

    def search(self, languages: Sequence[str]) -> bytes:
        """Return the recipe of the page to search; `languages` are those of its indexes."""
        return _digest(self._settings, "search", self._framed, self._describe_main(), languages)

    def search_index(self, selection: Selection) -> bytes:
        """Return the recipe of the script and the indexes of the pages to search."""
        listed = [entry for entry in selection.entries if entry.withdrawn is None]
        return self._with_entries([listed], "search index")

    def news(self, page: NewsPage) -> bytes:
        """Return the recipe of a page of all news."""
        place = (page.path, page.older, page.newer, page.years)
        spec, title, updated = self._describe_main()
        main = spec, title, None if page.entries else updated
        return self._with_entries([page.entries], "news", self._framed, place, main)

    def _describe_main(self) -> tuple[Any, ...]:
        main = self._directory.main
        return main.spec, main.title, main.updated

    def entry(self, entry: Entry, linked: Iterable[Sequence[Entry | None]]) -> bytes:
        """Return the recipe of the documents of an entry; `linked` are groups of entries that its
        page links to (`EntryPages.linked_entries`)."""
        digest = self._entries[entry.slug]
        if digest == UNKNOWN:
            return UNKNOWN
        parts = [self._feeds[_terms(entry)], digest]
        for group in linked:
            parts.append(_GROUP)
            parts += [_NO_ENTRY if other is None else self._links[other.slug] for other in group]
        return hashlib.blake2b(b"".join(parts), digest_size=SHORT).digest()

    def feed(self, feed: Feed) -> bytes:
        """Return the recipe of all documents of a feed except its archives and its page."""
        lists = (feed.entries, feed.events, feed.tombstones, feed.current, feed.withdrawn)
        more = more_by_language(feed, self._office)
        values = (*_describe(feed), len(feed.archives), more)
        return self._with_entries(lists, "feed", self._branded, *values)

    def feed_page(self, feed: Feed, first: Sequence[Entry]) -> bytes:
        """Return the recipe of the page of a feed, which links to related feeds; `first` is from
        `first_on_pages`."""
        links = (self._framed, self._describe_main(), *self._describe_related(feed))
        chosen = tuple(office_phrases(self._office))  # languages of the element to embed
        lists = first, feed.entries, upcoming_events(feed.events)
        return self._with_entries(lists, "page", *_describe(feed), *links, chosen)

    def archive(self, feed: Feed) -> bytes:
        """Return the recipe of an archive document; `feed` is one of `archive_feeds`."""
        more = "json" in feed.archived_as and more_by_language(feed, self._office)
        values = (*_describe(feed), feed.history, more)
        return self._with_entries([feed.entries], "archive", *values)

    def _with_entries(self, lists: Iterable[Sequence[Entry]], *values: Any) -> bytes:
        parts = [_digest(self._settings, values)]
        for entries in lists:
            parts.append(_GROUP)
            parts += [self._entries[entry.slug] for entry in entries]
        if UNKNOWN in parts:
            return UNKNOWN
        return hashlib.blake2b(b"".join(parts), digest_size=SHORT).digest()

    def _digest_entry(self, entry: Entry) -> bytes:
        """Return the digest of an entry with its dates and the labels of its terms."""
        if not entry.source:
            return UNKNOWN
        moments = f"{entry.updated}|{entry.withdrawn}|{entry.called_off}"
        labels = self._labels[_terms(entry)]
        text = f"{entry.path}|{entry.translation_of}|{moments}|{labels}"
        data = entry.source + text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, digest_size=SHORT).digest()

    def _find_labels(
        self, categories: Sequence[str], countries: Sequence[str], language: str
    ) -> list[str]:
        office = self._office
        return [
            terms[name].label(tag)
            for tag in dict.fromkeys((language, office.default_language))
            for names, terms in ((categories, office.categories), (countries, office.countries))
            for name in names
        ]

    def _find_feeds(
        self, categories: Sequence[str], countries: Sequence[str], language: str
    ) -> list[tuple[str, str] | None]:
        """Return path and title of each feed that the page of an entry links to."""
        find = self._directory.find
        feeds = [
            self._directory.main,
            find(language=language),
            *(find(category=name) for name in categories),
            *(find(country=name) for name in countries),
        ]
        return [None if feed is None else (feed.spec.path, feed.title) for feed in feeds]

    def _describe_related(self, feed: Feed) -> tuple[Any, ...]:
        """Return the texts of the page of a feed about it and about related feeds."""
        office = self._office.localized(feed.spec.language or self._office.language)
        directory = self._directory
        words = office.phrases()

        def describe(other: Feed) -> tuple[Any, ...]:
            name = label(other, office, words)
            return other.spec.path, name, label_language(other, office)

        return (
            about(feed, office, words, directory),
            office.description_language,
            describe(feed),
            [describe(other) for other in directory.broader_feeds(feed, office)],
            [(*describe(other), other.selected) for other in directory.narrower_feeds(feed)],
            [
                (group, [(name, other.spec.path, other.selected) for name, other in pairs])
                for group, pairs in directory.paired_feeds(feed, office).items()
            ],
            [(other.spec.path, other.language) for other in directory.in_other_languages(feed)],
        )


def _terms(entry: Entry) -> _Terms:
    return entry.categories, entry.countries, entry.language


def _describe_link(entry: Entry) -> bytes:
    """Return the values that pages of other entries show of this one."""
    shown = (entry.published, entry.event)  # in the list of related entries
    text = f"{entry.slug}\0{entry.title}\0{entry.language}\0{entry.translates}\0{shown}\0"
    return text.encode("utf-8", "surrogatepass")


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


def _digest(*values: Any) -> bytes:
    text = repr(values).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=SHORT).digest()
