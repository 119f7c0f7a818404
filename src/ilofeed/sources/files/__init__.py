"""Read files that are no feeds: tables, calendars and folders of posts."""

from ilofeed.sources.files.beside import FOLDER, file_in_folder
from ilofeed.sources.files.calendars import read_calendar
from ilofeed.sources.files.posts import read_posts
from ilofeed.sources.files.tables import KEYS, STATE_KEYS, is_workbook, read_sheets, read_table

__all__ = [
    "FOLDER", "KEYS", "STATE_KEYS", "file_in_folder", "is_workbook", "read_calendar", "read_posts",
    "read_sheets", "read_table",
]  # fmt: skip
