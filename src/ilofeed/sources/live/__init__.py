"""Read what live sites offer beside the newest items of a feed: further pages, posts as JSON."""

from ilofeed.sources.live.pages import add_pages, excerpt_notes, more_pages
from ilofeed.sources.live.wordpress_json import read_wordpress_posts

__all__ = ["add_pages", "excerpt_notes", "more_pages", "read_wordpress_posts"]
