"""What each feed holds, and its documents for programs: Atom, RSS, JSON Feed, calendars, OPML."""

from ilofeed.feeds import archives, calendars, history, opml
from ilofeed.feeds.calendars import event_categories, event_times, render_event
from ilofeed.feeds.history import is_moved_along
from ilofeed.feeds.ledger import (
    MANIFEST,
    Ledger,
    ManifestError,
    Record,
    is_archive,
    is_inside,
    parse_manifest,
    second,
)
from ilofeed.feeds.ledger import VERSION as MANIFEST_VERSION
from ilofeed.feeds.links import feed_links, term_categories
from ilofeed.feeds.pieces import cut
from ilofeed.feeds.selection import (
    Selection,
    changed,
    grouped,
    in_order,
    is_out,
    next_change,
    published,
    select,
    select_feeds,
    waiting,
)
from ilofeed.feeds.xml_tree import parse_xml

__all__ = [
    "MANIFEST",
    "MANIFEST_VERSION",
    "Ledger",
    "ManifestError",
    "Record",
    "Selection",
    "archives",
    "calendars",
    "changed",
    "cut",
    "event_categories",
    "event_times",
    "feed_links",
    "grouped",
    "history",
    "in_order",
    "is_archive",
    "is_inside",
    "is_moved_along",
    "is_out",
    "next_change",
    "opml",
    "parse_manifest",
    "parse_xml",
    "published",
    "render_event",
    "second",
    "select",
    "select_feeds",
    "term_categories",
    "waiting",
]
