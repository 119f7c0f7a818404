"""Convert the Markdown body of an entry to HTML that is safe in any reader.

`parse` reads Markdown and reports what is not allowed in it, `sanitize` keeps only the elements and
attributes of bodies, `render` combines them. This package does not know keys and offices.
"""

from ilofeed.bodies.parse import ShownPicture
from ilofeed.bodies.render import render_body
from ilofeed.bodies.sanitize import TAGS, is_sanitized, sanitize

__all__ = ["TAGS", "ShownPicture", "is_sanitized", "render_body", "sanitize"]
