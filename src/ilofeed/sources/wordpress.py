"""Read what an export of WordPress (WXR) says of its items beside RSS."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from ilofeed.sources.items import ImportedDate, Item, Text
from ilofeed.sources.xml import WORDPRESS, local_name, text_of

_PARAGRAPH = re.compile(r"<(?:p|pre|div|table)\b", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:[uo]l|li|h[1-6]|blockquote|figure|hr)\b", re.IGNORECASE)


def wordpress_item(item: Item, node: Any, names: Mapping[str, str]) -> Item:
    """Return an item of a WordPress export with what feedparser does not read of it.

    These are the date of a draft, the excerpt, paragraphs, and the names of authors instead of
    those by which they log in (`names`), which the site never showed.
    """
    values = {
        local_name(element): text_of(element)
        for element in node
        if WORDPRESS.match(str(element.tag))
    }
    date, in_utc = values.get("post_date", ""), values.get("post_date_gmt", "")
    if in_utc and not in_utc.startswith("0000"):
        date = f"{in_utc}Z"
    authors = tuple(
        dataclasses.replace(author, name=names[author.name])
        for author in item.authors
        if author.name in names
    )
    return dataclasses.replace(
        item,
        date=ImportedDate(date) if date and not date.startswith("0000") else item.date,
        summary=item.summary or Text(values.get("encoded", ""), "html"),
        content=dataclasses.replace(item.content, value=_paragraphs(item.content.value)),
        authors=authors,
    )


def _paragraphs(text: str) -> str:
    """Mark paragraphs, which the older editor of WordPress stores as lines of text."""
    text = text.replace("\r\n", "\n")
    if "\n" not in text or _PARAGRAPH.search(text):
        return text
    blocks = [block.strip() for block in text.split("\n\n")]
    return "\n".join(
        block if _BLOCK.match(block) else f"<p>{block.replace(chr(10), '<br>')}</p>"
        for block in blocks
        if block
    )


def wordpress_names(root: Any) -> dict[str, str] | None:
    """Map login names to the names of authors in a WordPress export; None for other documents."""
    if not any(WORDPRESS.match(str(element.tag)) for element in root.iter()):
        return None
    names = {}
    for author in root.iter("{*}author"):
        values = {local_name(child): text_of(child) for child in author}
        names[values.get("author_login", "")] = values.get("author_display_name", "")
    return {login: name for login, name in names.items() if login and name}
