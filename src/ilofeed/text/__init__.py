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
