"""Decode files, locate text in them, and know what is wrong with characters, scripts and names.

These functions know neither YAML nor Markdown.
"""

from ilofeed.text.characters import (
    MAX_PER_FILE,
    PRIVATE,
    SPACES,
    Source,
    describe_unfit,
    escaped_private,
    find_markup,
    find_mistaken,
    find_unfit,
    is_mistakable,
    line_at,
    private_character,
    repair,
    unseen,
    without_markup,
)
from ilofeed.text.decoding import decode, foreign_lines, readable_encodings
from ilofeed.text.scripts import (
    SLUG,
    foreign_script,
    is_windows_name,
    slugify,
    suggest_language,
)

__all__ = [
    "MAX_PER_FILE", "PRIVATE", "SLUG", "SPACES", "Source", "decode", "describe_unfit",
    "escaped_private", "find_markup", "find_mistaken", "find_unfit", "foreign_lines",
    "foreign_script", "is_mistakable", "is_windows_name", "line_at", "private_character",
    "readable_encodings", "repair", "slugify", "suggest_language", "unseen", "without_markup",
]  # fmt: skip
