"""Select the entries of each feed, and render feeds in the formats that programs read.

`select` decides which entries are published at a given time, which feeds contain them, and which
archive documents (RFC 5005). It takes the `Ledger` of the previous build into account. Renderers
write a feed as Atom, RSS, JSON Feed or iCalendar, and the list of all feeds as OPML. This package
does not read or write files, and does not render pages.
"""

from ilofeed.feeds.archive_documents import (
    RENDERERS,
    archive_feeds,
    render_archive,
    subscription_feed,
)
from ilofeed.feeds.archives import updated_follows_date
from ilofeed.feeds.atom_rss import NAMESPACES, expand_name
from ilofeed.feeds.calendars import (
    event_categories,
    event_description,
    event_times,
    event_title,
    render_calendar,
    render_event,
)
from ilofeed.feeds.items import (
    as_item,
    dates_by_language,
    describe_file,
    feed_items,
    is_edited,
    more_by_language,
    office_phrases,
    shown_entries,
    span_html,
)
from ilofeed.feeds.json_feed import without_none
from ilofeed.feeds.ledger import (
    MANIFEST,
    Ledger,
    ManifestError,
    NewerManifestError,
    Record,
    is_archive,
    parse_manifest,
    whole_seconds,
)
from ilofeed.feeds.ledger import VERSION as MANIFEST_VERSION
from ilofeed.feeds.links import feed_links, feed_pictures, term_categories
from ilofeed.feeds.opml import (
    OPML_PATHS,
    OpmlError,
    listed_feeds,
    opml_head,
    opml_outline,
    parse_xml,
    read_opml,
    render_opml,
)
from ilofeed.feeds.selection import (
    Selection,
    called_off_entries,
    event_end,
    feed_name,
    feed_names,
    feed_terms,
    first_on_pages,
    group_feeds,
    is_published,
    is_upcoming,
    last_change,
    newest_first,
    next_change,
    select,
    select_feeds,
    select_published,
    upcoming_events,
    waiting_entries,
)
