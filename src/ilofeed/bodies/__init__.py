"""Convert the Markdown body of an entry to HTML that is safe in any reader.

`parse` reads Markdown and reports what is not allowed in it, `sanitize` keeps only the elements and
attributes of bodies, `render` combines them. This package does not know keys and offices.
"""

from ilofeed.bodies.parse import ShownPicture
from ilofeed.bodies.render import render_body
from ilofeed.bodies.sanitize import ITEM_TAGS, PARTS, TAGS, is_sanitized_item, sanitize

__all__ = [
    "ITEM_TAGS", "PARTS", "TAGS", "ShownPicture", "is_sanitized_item", "render_body", "sanitize",
]  # fmt: skip
