"""What people look at: the pages of the site, and what other sites and search engines show of it.

`render_changed` makes every document of a selection except the manifest, and skips those that the
output has already, which it knows by their recipe. The other renderers make single documents for
the preview. `read_structured` and the parsers read a page back for verification.
"""

from ilofeed.pages import plainhtml
from ilofeed.pages.embeds import oembed
from ilofeed.pages.entry_page import render_moved
from ilofeed.pages.html_tree import parse_html
from ilofeed.pages.linked_data import read_structured, structured
from ilofeed.pages.render import (
    entry_renderer,
    render_archives,
    render_assets,
    render_changed,
    render_feed,
    render_indexes,
)

__all__ = [
    "entry_renderer",
    "oembed",
    "parse_html",
    "plainhtml",
    "read_structured",
    "render_archives",
    "render_assets",
    "render_changed",
    "render_feed",
    "render_indexes",
    "render_moved",
    "structured",
]
