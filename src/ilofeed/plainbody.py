"""Bodies of plain paragraphs and flat lists, with emphasis and links in them: nearly all of them.

They become the very HTML that markdown-it and nh3 make of them, at a tenth of the time. The pattern
below knows no more of Markdown than what can be told of a sign from its neighbours; whatever else a
body has, be it one backslash, it is no plain one, and markdown-it reads it as a whole. So there is
nothing in the HTML of plain bodies that nh3 would change: no sign of HTML's stands in their texts,
and an address is one of `iri.PLAIN`.
"""

from __future__ import annotations

import re

from ilofeed import iri

# what a line of text begins with: no sign of a block, and no number of a list
_FIRST = r"""(?=(?!\d+[.)])[^\W_]|["'(“‘«\[*])"""
# means nothing, neither in Markdown nor in HTML, wherever it stands
_TEXT = r"[^\x00-\x1f\x7f\xa0\ud800-\udfff<>&`*_~\\|\[\]]"
_URL = rf"(?=[^)\n]{{1,{iri.LONGEST_PLAIN}}}\)){iri.PLAIN}"
# a mark that can only open has a letter behind it and none before, one that can only close the
# other way round; what is between them has no marks of its own
_OPEN, _CLOSED = r"(?<![^ \n(])", r"(?=[ \n.,;:)]|\Z)"


def _inline(indent: str) -> str:
    """The text of a block whose lines have an indent, but for the first."""
    text = rf"{_TEXT}++ | (?<=\S)\n{indent}{_FIRST}"
    within = rf"(?:{text})++"
    return rf"""{_FIRST} (?:
        {text}
        | {_OPEN} \*\* (?=[^\W_]) {within} (?<=[^\W_]) \*\* {_CLOSED}
        | {_OPEN} \* (?=[^\W_]) {within} (?<=[^\W_]) \* {_CLOSED}
        | (?<!!) \[ {within} \] \( {_URL} \)
    )++ (?<=\S)"""


_ITEM = rf"-[ ] {_inline('[ ]{2}')}"
_LIST = rf"{_ITEM} (?:\n{_ITEM})*+ (?!\n+-)"  # two in a row are one, with paragraphs in its items
_BLOCK = rf"(?: {_inline('')} (?:\n{_LIST})? | {_LIST})"
_PLAIN = re.compile(rf"\n* {_BLOCK} (?: \n\n+ {_BLOCK} )*+ \n*", re.VERBOSE)
# in a body that is known to be plain
_MARK = re.compile(r"\[([^]]*)\]\(([^)]*)\)|\*\*([^*]*)\*\*|\*([^*]*)\*")
_BLANK = re.compile(r"\n\n+")


def render(body: str) -> str | None:
    """The HTML of a plain body; None for any other."""
    if not _PLAIN.fullmatch(body):
        return None
    return "\n".join(map(_block, _BLANK.split(_MARK.sub(_marked, body.strip("\n")))))


def _marked(match: re.Match[str]) -> str:
    label, url, strong, em = match.groups()
    if url:
        return f'<a href="{url.replace("&", "&amp;")}">{label}</a>'
    return f"<strong>{strong}</strong>" if strong else f"<em>{em}</em>"


def _block(block: str) -> str:
    text, _, items = f"\n{block}".partition("\n- ")
    if not items:
        return f"<p>{text[1:]}</p>"
    items = items.replace("\n- ", "</li>\n<li>").replace("\n  ", "\n")
    paragraph = f"<p>{text[1:]}</p>\n" if text else ""
    return f"{paragraph}<ul>\n<li>{items}</li>\n</ul>"
