"""What people look at: the pages of the site, widgets to embed, and what search engines read."""

from ilofeed.pages import embedding, linked_data
from ilofeed.pages.entrypage import render_moved
from ilofeed.pages.html_tree import read_html
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
    "embedding",
    "entry_renderer",
    "linked_data",
    "read_html",
    "read_structured",
    "render_archives",
    "render_assets",
    "render_changed",
    "render_feed",
    "render_indexes",
    "render_moved",
    "structured",
]
