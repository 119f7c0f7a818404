"""Decode files, locate text in them, and know what is wrong with characters, scripts and names.

These functions know neither YAML nor Markdown.
"""

from ilofeed.text.characters import (
    PRIVATE,
    describe_unfit,
    escaped_private,
    find_markup,
    find_unfit,
    is_mistakable,
    private_character,
    repair,
    without_markup,
)
from ilofeed.text.decoding import decode
from ilofeed.text.source import MAX_PER_FILE, Source

__all__ = [
    "MAX_PER_FILE", "PRIVATE", "Source", "decode", "describe_unfit", "escaped_private",
    "find_markup", "find_unfit", "is_mistakable", "private_character", "repair", "without_markup",
]  # fmt: skip
