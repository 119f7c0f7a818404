"""What each feed holds, and its documents for programs.

`select` decides which entries are out at an instant, which feeds hold them, and which archive
documents (RFC 5005) they are in, after what subscribers were shown before (the `Ledger`).
Renderers then write a feed as Atom, RSS, JSON Feed and iCalendar, and the list of all feeds as
OPML. Nothing here reads or writes a file, or knows what a page looks like.
"""

from ilofeed.feeds.archives import (
    RENDERERS,
    archive_documents,
    cut,
    in_format,
    is_moved_along,
    render_archive_documents,
)
from ilofeed.feeds.calendars import (
    event_categories,
    event_times,
    render_calendar,
    render_event,
)
from ilofeed.feeds.json_feed import without_none
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
from ilofeed.feeds.opml import (
    OPML_PATH,
    OpmlError,
    opml_head,
    opml_outline,
    parse_xml,
    read_opml,
    render_opml,
)
from ilofeed.feeds.selection import (
    Selection,
    changed,
    feed_terms,
    grouped,
    in_order,
    is_out,
    next_change,
    published,
    select,
    select_feeds,
    waiting,
)

__all__ = [
    "MANIFEST", "MANIFEST_VERSION", "OPML_PATH", "RENDERERS", "Ledger", "ManifestError",
    "OpmlError", "Record", "Selection", "archive_documents", "changed", "cut", "event_categories",
    "event_times", "feed_links", "feed_terms", "grouped", "in_format", "in_order", "is_archive",
    "is_inside", "is_moved_along", "is_out", "next_change", "opml_head", "opml_outline",
    "parse_manifest", "parse_xml", "published", "read_opml", "render_archive",
    "render_archive_documents", "render_calendar", "render_event", "render_opml", "second",
    "select", "select_feeds", "term_categories", "waiting", "without_none",
]  # fmt: skip
