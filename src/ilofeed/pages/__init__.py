"""Render all documents of a site: its pages, its feeds, and what other sites embed.

`render_changed` renders the documents of a selection, except the manifest. It skips documents whose
recipe (a digest of everything they are made of) is the same as in the output. The other renderers
return single documents for the preview. Verification uses `read_html` and `read_structured`.
"""

from ilofeed.pages.embeds import oembed
from ilofeed.pages.former import render_aliases, render_redirects
from ilofeed.pages.html_tree import read_html
from ilofeed.pages.indexes import render_indexes
from ilofeed.pages.linked_data import read_structured, structured
from ilofeed.pages.render import (
    entry_renderer,
    render_archives,
    render_assets,
    render_changed,
    render_feed,
    render_searches,
)

__all__ = [
    "entry_renderer", "oembed", "read_html", "read_structured", "render_aliases",
    "render_archives", "render_assets",
    "render_changed", "render_feed", "render_indexes", "render_redirects", "render_searches",
    "structured",
]  # fmt: skip
