"""What a document is made of, as one digest: while it is the same, so are the document's bytes.

The digests hold the values that the renderers are given, those of other entries and feeds included
as far as the document shows them; the program itself is not in them, it is compared by `state`.
An entry is known by what it was read from (`Entry.source`) and by what the moment makes of it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ilofeed.ids import SHORT, fingerprint, of_office
from ilofeed.pages.navigation import main_feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ilofeed.feeds import Selection
    from ilofeed.model import Entry, Feed

UNKNOWN = b""
# as long as the digest of an entry, and none
_GROUP, _NOBODY, _UNREAD = b"|" * SHORT, b"-" * SHORT, b"?" * SHORT


class Recipes:
    """The recipes of the documents of one selection."""

    def __init__(self, seen: Selection) -> None:
        self._office = of_office(seen.office)
        self._entries = {entry.slug: _of_entry(entry) for entry in seen.out}
        self._names = fingerprint([_named(feed) for feed in seen.feeds])
        self._common = hashlib.blake2b(f"{self._office}{self._names}".encode(), digest_size=SHORT)
        self._counts = fingerprint(
            [(feed.selected, feed.has_calendar) for feed in seen.feeds],
            main_feed(seen.feeds).updated,
        )

    def entry(self, entry: Entry, shown: Iterable[Sequence[Entry | None]]) -> bytes:
        """Of the documents of an entry; `shown` are others that its page tells of, in groups."""
        return self._of(((entry,), *shown), self._common)

    def feed(self, feed: Feed) -> bytes:
        """Of all documents of a feed but its archives and its page."""
        lists = (
            feed.entries,
            feed.events,
            feed.tombstones,
            feed.current,
            feed.withdrawn,
        )
        return self._with_entries(lists, "feed", *_stated(feed), len(feed.archives))

    def feed_page(self, feed: Feed) -> bytes:
        """Of the page of a feed, which tells how much is in the others."""
        return self._with_entries([feed.entries], "page", *_stated(feed), self._names, self._counts)

    def archive(self, shown: Feed) -> bytes:
        """Of one archive document of a feed, as `history.archive_documents` has it."""
        return self._with_entries([shown.entries], "archive", *_stated(shown), shown.history)

    def _with_entries(self, lists: Iterable[Sequence[Entry]], *values: Any) -> bytes:
        text = repr((self._office, values)).encode("utf-8", "surrogatepass")
        return self._of(lists, hashlib.blake2b(text, digest_size=SHORT))

    def _of(self, lists: Iterable[Sequence[Entry | None]], about: hashlib.blake2b) -> bytes:
        """The digest that was begun with what a document is about, with lists of entries."""
        known = self._entries
        parts: list[bytes] = []
        for some in lists:
            parts.append(_GROUP)
            parts += [_NOBODY if entry is None else known[entry.slug] for entry in some]
        if _UNREAD in parts:
            return UNKNOWN
        hashed = about.copy()
        hashed.update(b"".join(parts))
        return hashed.digest()


def _of_entry(entry: Entry) -> bytes:
    if not entry.source:
        return _UNREAD
    moments = f"{entry.updated}|{entry.withdrawn}"
    text = f"{entry.path}|{entry.translation_of or ''}|{moments}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(entry.source + text, digest_size=SHORT).digest()


def _named(feed: Feed) -> tuple[Any, ...]:
    return feed.spec, feed.id, feed.language, feed.title, feed.description


def _stated(feed: Feed) -> tuple[Any, ...]:
    formats = sorted(feed.archived_as)
    return (*_named(feed), feed.updated, feed.selected, feed.has_calendar, formats)
