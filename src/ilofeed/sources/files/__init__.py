"""Read files that are no feeds: folders of posts and calendars."""

from ilofeed.sources.files.calendars import read_calendar
from ilofeed.sources.files.posts import read_posts

__all__ = ["read_calendar", "read_posts"]
