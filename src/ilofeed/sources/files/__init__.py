"""Read what is not one feed: folders of posts, calendars, JSON of WordPress, further pages."""

from ilofeed.sources.files.calendars import read_calendar
from ilofeed.sources.files.pages import add_pages, excerpt_notes, more_pages
from ilofeed.sources.files.posts import read_posts
from ilofeed.sources.files.wordpress_json import read_wordpress_posts

__all__ = [
    "add_pages", "excerpt_notes", "more_pages", "read_calendar", "read_posts",
    "read_wordpress_posts",
]  # fmt: skip
