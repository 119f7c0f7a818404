"""Convert the Markdown body of an entry to HTML that is safe in any reader.

`render` combines the others: `parse` reads Markdown and reports what is not allowed, `sanitize`
keeps only the elements of bodies, `lookalikes` warns of what only looks like Markdown. This package
does not know keys and offices.
"""

from ilofeed.bodies.lookalikes import find_signs, without_markdown
from ilofeed.bodies.parse import ShownPicture, to_html
from ilofeed.bodies.render import render_body
from ilofeed.bodies.sanitize import ITEM_TAGS, PARTS, TAGS, is_sanitized_item, sanitize, well_formed
from ilofeed.bodies.texts import join_folded, join_html, join_lines, link_addresses
