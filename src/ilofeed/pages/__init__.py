"""What people look at: the pages of the site, and what other sites and search engines show of it.

`render_changed` makes every document of a selection except the manifest, and skips those that the
output has already, which it knows by their recipe. The other renderers make single documents for
the preview. `read_html` and `read_structured` read a page back for verification.
"""

from ilofeed.pages.embeds import oembed
from ilofeed.pages.entry_page import render_redirects
from ilofeed.pages.html_tree import read_html
from ilofeed.pages.indexes import render_indexes
from ilofeed.pages.linked_data import read_structured, structured
from ilofeed.pages.render import (
    entry_renderer,
    render_archives,
    render_assets,
    render_changed,
    render_feed,
)

__all__ = [
    "entry_renderer", "oembed", "read_html", "read_structured", "render_archives", "render_assets",
    "render_changed", "render_feed", "render_indexes", "render_redirects", "structured",
]  # fmt: skip
