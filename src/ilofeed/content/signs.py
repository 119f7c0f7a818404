"""The signs by which the rules of Markdown begin: without its sign a rule can find nothing."""

from __future__ import annotations

import re

# rules of markdown-it, and what stands in every body in which one of them finds something
_SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("|", ("table",)),
    ("#", ("heading",)),
    (">", ("blockquote",)),
    ("<", ("html_block", "html_inline", "autolink")),
    ("]:", ("reference",)),
    ("[", ("link",)),
    ("![", ("image",)),
    ("`", ("backticks",)),
    ("~~", ("strikethrough",)),
    ("\\", ("escape",)),
    ("&", ("entity",)),
)
_PATTERNS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"```|~~~"), ("fence",)),
    (re.compile(r"\t| {4}"), ("code",)),
    (re.compile(r"[*_]"), ("emphasis",)),
    # a line of them alone, whatever list or quotation it stands in
    (re.compile(r"[-=_*][ \t]*$", re.MULTILINE), ("hr", "lheading")),
    # of the first list: what is around it are quotations
    (re.compile(r"^[ \t>]*(?:[-+*]|[0-9]+[.)])(?:[ \t]|$)", re.MULTILINE), ("list",)),
)


def unneeded(body: str) -> tuple[str, ...]:
    """The rules that cannot find anything in a body, always in the same order."""
    rules = [one for sign, rules in _SIGNS if sign not in body for one in rules]
    return tuple(
        rules + [one for sign, rules in _PATTERNS if not sign.search(body) for one in rules]
    )
