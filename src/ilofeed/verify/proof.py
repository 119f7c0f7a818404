"""Compute proofs. A proof is a digest of the bytes of a document and of its expected content.

A document with the same proof as in the last build, by the same version of the program, does not
need to be verified again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ilofeed.feeds import (
    OPML_PATHS,
    as_item,
    listed_feeds,
    opml_head,
    opml_outline,
    shown_entries,
)
from ilofeed.ids import SHORT
from ilofeed.model import Document, Entry, Feed, Office
from ilofeed.pages import oembed, structured
from ilofeed.verify.expected import expected_calendar, expected_entry, expected_event, expected_feed


@dataclass(frozen=True, slots=True)
class EntryDigests:
    """A cache of digests of the expected content of entries, which many documents share."""

    office: Office
    _digests: dict[tuple[str, str], bytes] = field(default_factory=dict)  # by format and id

    def of(self, entry: Entry, document: Document) -> bytes:
        """Return the digest of the expected fields of an entry in the format of a document."""
        key = document.format or "ics", entry.id
        if key not in self._digests:
            expected = (
                expected_entry(
                    as_item(entry, self.office.default_language), self.office, document.format
                )
                if document.format is not None
                else expected_event(entry, self.office)
            )
            self._digests[key] = _digest(expected)
        return self._digests[key]


def compute_proof(document: Document, feeds: Sequence[Feed], digests: EntryDigests) -> bytes:
    """Return the digest of a document's bytes, expected content and address."""
    office = digests.office
    expected = _expected(document, feeds, office)
    entries = b"".join(digests.of(entry, document) for entry in _entries(document))
    return _digest((office.url, document.path, document.sha256, expected, entries))


def _digest(value: Any) -> bytes:
    text = repr(value).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=SHORT).digest()


def _expected(document: Document, feeds: Sequence[Feed], office: Office) -> Any:
    """Return the expected content of a document, except its entries."""
    feed, entry = document.feed, document.entry
    if document.path in OPML_PATHS:
        feeds = listed_feeds(document.path, feeds, office)
        return opml_head(feeds, office), list(opml_outline(feeds, office))
    if feed is not None and document.format is not None:
        return expected_feed(feed, office, document.format)
    if feed is not None and document.path.endswith(".ics"):
        return expected_calendar(feed, office)
    shown = feed or entry
    if shown is not None and document.path.endswith(".json"):
        return oembed(shown, office)
    if entry is not None and document.path.endswith(".html"):
        return structured(entry, office)
    return None


def _entries(document: Document) -> Sequence[Entry]:
    """Return the entries in a feed or a calendar; none for other documents."""
    feed, entry = document.feed, document.entry
    if document.path.endswith(".ics"):
        return feed.events if feed is not None else [entry] if entry is not None else ()
    if feed is None or document.format is None:
        return ()
    return shown_entries(feed, document.format)
