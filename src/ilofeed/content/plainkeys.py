"""Plain front matter to the nodes that `yamldoc` would make of it, without libyaml's events.

A text, one in quotes without escapes, a folded one, words in brackets, a list, or keys below a key:
each is a pattern of what YAML takes for nothing else. Whatever else there is, be it one comment,
and `yamldoc` reads the front matter as a whole.
"""

from __future__ import annotations

import re

from ilofeed.content.yamldoc import Mapping, Node, Scalar, Sequence

# no text has them: line breaks of YAML's, tabs, and what libyaml refuses or drops. Those beyond
# Latin-1 are looked for by themselves: in brackets they make the compiling of a pattern slow
_ODD, _ODD_TOO = r"\x00-\x1f\x7f-\x9f", "\u2028\u2029\ufeff\ufffe\uffff"
_KEY = "[a-z][a-z_]{0,60}"
_WORD = "[A-Za-z0-9][A-Za-z0-9_-]*"
_TEXT = rf"(?:[^\W_]|[(«]|(?![\x00-\xff])\S)[^{_ODD}:\#]*(?::[^{_ODD}\s:\#][^{_ODD}:\#]*)*(?<![ ])"
_SCALAR = rf"""(?:{_TEXT}|"[^{_ODD}"\\]*"|'[^{_ODD}']*')"""
_FOLDED = rf">-\n(?:[ ]{{2}}[^{_ODD} ][^{_ODD}]*(?<![ ])\n)+"
_LIST = rf"(?:[ ]{{2}}-[ ]{_TEXT}\n)+|(?:-[ ]{_TEXT}\n)+"
_PAIR = re.compile(rf"[ ]{{2}}({_KEY}):[ ](?P<scalar>{_SCALAR})\n", re.VERBOSE)
_LINE = re.compile(
    rf"""({_KEY}):(?:
        [ ](?P<scalar>{_SCALAR})\n
        | [ ]\[(?P<words>{_WORD}(?:,[ ]{_WORD})*)\]\n
        | [ ](?P<folded>{_FOLDED})
        | \n(?P<list>{_LIST})
        | \n(?P<keys>(?:[ ]{{2}}[a-z].*\n)+)
    )""",
    re.VERBOSE,
)


def read(text: str, start: int, end: int) -> Mapping | None:
    """The mapping written in `text[start:end]`; None where it is not plain."""
    keys = text[start:end]
    if not keys.isascii() and any(sign in keys for sign in _ODD_TOO):
        return None
    return _read(_LINE, text, start, end)


def _read(pattern: re.Pattern[str], text: str, start: int, end: int) -> Mapping | None:
    pairs: dict[str, tuple[Scalar, Node]] = {}
    at = start
    while match := pattern.match(text, at, end):
        key, value = match[1], _value(text, match)
        if value is None or key in pairs:
            return None
        first, last = match.span(1)
        pairs[key] = Scalar(key, first, last), value
        at = match.end()
    if at < end or not pairs:
        return None
    whole = tuple(pairs.values())
    return Mapping(whole, whole[0][0].start, end)


def _value(text: str, match: re.Match[str]) -> Node | None:
    kind = match.lastgroup
    assert kind is not None
    start, end = match.span(kind)
    if kind == "scalar":
        if (sign := text[start]) in "'\"":
            return Scalar(text[start + 1 : end - 1], start, end, sign)
        return Scalar(match[kind], start, end)
    if kind == "words":
        return Sequence(_words(match[kind], start), start - 1, end + 1)
    if kind == "folded":
        return Scalar(match[kind][5:-1].replace("\n  ", " "), start, end, ">")
    if kind == "list":
        return Sequence(_items(match[kind], start), text.index("-", start), end)
    return _read(_PAIR, text, start, end)


def _words(words: str, at: int) -> tuple[Scalar, ...]:
    items = []
    for word in words.split(", "):
        end = at + len(word)
        items.append(Scalar(word, at, end))
        at = end + 2
    return tuple(items)


def _items(lines: str, at: int) -> tuple[Scalar, ...]:
    items = []
    for line in lines[:-1].split("\n"):
        text, end = line.lstrip(" -"), at + len(line)
        items.append(Scalar(text, end - len(text), end))
        at = end + 1
    return tuple(items)
