"""Remove from items of ilofeed's own feeds what was added to their entries (`feeds.items`)."""

import functools
import re
from collections.abc import Mapping
from dataclasses import replace

from ilofeed.bodies import PARTS
from ilofeed.i18n import LANGUAGES, phrases
from ilofeed.sources.items import Item

_DIRECTION = re.compile(r'<div dir="rtl" lang="[^"]*">\n(.*)\n</div>', re.DOTALL)
# the added texts are escaped, so the first end tag of an element is its own
_BEGIN = re.compile(
    rf'<p class="{PARTS["p"]}"[^>]*>.*?</p>\s*|<figure class="{PARTS["figure"]}">.*?</figure>\s*',
    re.DOTALL,
)
_DOCUMENTS = f'<div class="{PARTS["div"]}">'


def without_additions(item: Item) -> Item:
    """Return an item with the title and the body of its entry, and the status of its event."""
    if item.event.start:
        for prefix, status in _title_prefixes().items():
            if item.title.value.startswith(prefix):
                title = replace(item.title, value=item.title.value.removeprefix(prefix))
                item = replace(item, title=title, event=replace(item.event, status=status))
    content = item.content.value
    if match := _DIRECTION.fullmatch(content):
        content = match[1]
    while match := _BEGIN.match(content):
        content = content[match.end() :]
    content = content.partition(_DOCUMENTS)[0].rstrip()
    return replace(item, content=replace(item.content, value=content))


@functools.cache
def _title_prefixes() -> Mapping[str, str]:
    """Return the statuses of events by the beginning of titles that names them, in any language."""
    return {
        words.fill("event_title", status=words[f"event_{status}"], title=""): status
        for words in map(phrases, LANGUAGES)
        for status in ("cancelled", "postponed")
    }
