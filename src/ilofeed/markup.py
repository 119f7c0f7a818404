"""HTML in plain text, found by its end tags."""

from __future__ import annotations

import re

_TAGS = """
    a abbr acronym address article aside audio b bdi bdo big blockquote body br button canvas
    caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl
    dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6
    head header hr html i iframe img input ins kbd label legend li link m main map mark menu
    meta meter nav nobr noscript object ol optgroup option output p param picture pre progress
    q rp rt ruby s samp script section select small source span strike strong style sub
    summary sup table tbody td textarea tfoot th thead time title tr tt u ul var video wbr
""".split()
_MARKUP = re.compile(rf"</(?:{'|'.join(_TAGS)})\s*>", re.IGNORECASE)


def find_markup(text: str) -> str | None:
    """An end tag of HTML in plain text: readers would show it, validators warn of it."""
    match = _MARKUP.search(text)
    return match[0] if match else None


def without_markup(text: str) -> str:
    """Plain text in which `find_markup` finds nothing."""
    while _MARKUP.search(text):
        text = _MARKUP.sub(" ", text)
    return text
