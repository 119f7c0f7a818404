"""Bodies of plain paragraphs and flat lists, with emphasis and links in them: nearly all of them.

They become the HTML that markdown-it makes of them, as nh3 would write it, at a tenth of the time.
The pattern below knows no more of Markdown than what can be told of a sign from its neighbours;
whatever else a body has, be it one backslash, it is no plain one, and markdown-it reads it as a
whole.
"""

from __future__ import annotations

import functools
import re

from ilofeed.urls import LONGEST_PLAIN, PLAIN

# what a line of text begins with: no sign of a block, and no number of a list. Only letters of
# Latin-1 stand in brackets here, as any other makes the compiling of a pattern slow
_FIRST = r"""(?=(?!\d+[.)])(?:[^\W_]|["'(«\[*]|(?![\x00-\xff])\S))"""
# means nothing, neither in Markdown nor in HTML, wherever it stands
_SIGN = r"[^\x00-\x1f\x7f\xa0<>&`*_~\\|\[\]]"
# two spaces are the indent of a list, and as good as none in a paragraph
_BREAK = rf"(?<=\S)\n(?:[ ]{{2}})?{_FIRST}"
_TEXT = rf"{_SIGN}*(?:{_BREAK}{_SIGN}*)*"
# stars that can only open, as a letter is behind and none before them, and stars that can only
# close; there are none between them
_EMPHASIS = rf"""(?<![^ \n(])
    (?: \*\*(?=[^\W_]){_TEXT}(?<=[^\W_])\*\* | \*(?=[^\W_]){_TEXT}(?<=[^\W_])\* )
    (?=[ \n.,;:)]|\Z)"""
_URL = rf"(?=[^)\n]{{1,{LONGEST_PLAIN}}}\)){PLAIN}"
_LINK = rf"(?<!!)\[(?!\]){_TEXT}\]\({_URL}\)"
# every way to go on begins with another sign, so that there is one way to read a body
_PIECE = rf"(?:-[ ])?{_FIRST} {_SIGN}*(?:(?:{_BREAK}|{_EMPHASIS}|{_LINK}){_SIGN}*)* (?<=\S)"
_BLOCK = rf"{_PIECE} (?:\n(?=-){_PIECE})*"  # a paragraph, the items of a list, or both
# of a body that is known to be plain
_MARK = re.compile(r"\[([^]]*)\]\(([^)]*)\)|\*\*([^*]*)\*\*|\*([^*]*)\*")
_BLANK = re.compile(r"\n\n+")


@functools.cache
def _plain() -> re.Pattern[str]:
    return re.compile(rf"(?:\n*{_BLOCK} (?=\n\n|\n?\Z))+\n*", re.VERBOSE)


def render(body: str) -> str | None:
    """The HTML of a plain body; None for any other."""
    if not _plain().fullmatch(body):
        return None
    blocks = _BLANK.split(_MARK.sub(_marked, body.strip("\n")))
    html = "\n".join(map(_block, blocks))
    # a list after a list is the same list, and its items are paragraphs
    return None if "</ul>\n<ul>" in html else html


def _marked(match: re.Match[str]) -> str:
    label, url, strong, em = match.groups()
    if url:
        return f'<a href="{url.replace("&", "&amp;")}">{label}</a>'
    return f"<strong>{strong}</strong>" if strong else f"<em>{em}</em>"


def _block(block: str) -> str:
    text, _, items = f"\n{block}".replace("\n  ", "\n").partition("\n- ")
    if not items:
        return f"<p>{text[1:]}</p>"
    items = items.replace("\n- ", "</li>\n<li>")
    paragraph = f"<p>{text[1:]}</p>\n" if text else ""
    return f"{paragraph}<ul>\n<li>{items}</li>\n</ul>"
