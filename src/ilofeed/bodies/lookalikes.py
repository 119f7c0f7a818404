"""Find what an editor meant as Markdown or HTML and readers see as text, in bodies and plain texts.

The checks search a body after `mask_markup` hid what Markdown used up, so whatever they find is
shown as it is. A sign that also has a use in texts, such as a hyphen at the beginning of a line, is
reported only if something else confirms what was meant.
"""

import html
import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from ilofeed.bodies.places import Element, Places, mask_markup
from ilofeed.problems import Code, Problem, quote
from ilofeed.text import MAX_PER_FILE, Source, find_markup

_TO = r"(?P<to>(?:https?://|mailto:|www\.)[^\s()（）\0]{1,2000})"
_ATTRIBUTE = r"[ \t]{1,9}\w{1,30}=(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'|[\w,-]{1,100})"
_COMMAND = "is a command of another program; delete it"
_NO_ADDRESS = "is not a link; write its address: `[{text}](https://…)`"
_INLINE = tuple(  # patterns, and what to write
    (re.compile(pattern, re.MULTILINE), advice)
    for pattern, advice in {
        rf"\[(?P<text>[^\[\]\n]{{1,300}})\][ \t]{{1,9}}\({_TO}\)": (
            "is not a link; delete the space: `[{text}]({to})`"
        ),
        rf"[\[［](?P<text>[^\]\[［］\n]{{1,300}})(?:\][ \t]?（|］[ \t]?[（(]){_TO}[）)]": (
            "is not a link; write brackets of half width: `[{text}]({to})`"
        ),
        r"(?<![A-Za-z0-9_\]])\[(?P<text>(?!\d+\])[^\]\[\n^]{1,200})\]"
        r"\[[A-Za-z0-9 -]{0,100}\](?!\[)": _NO_ADDRESS,
        r"\[\[(?!\d+\])(?P<text>[^\]\[\n]{1,200})\]\]": _NO_ADDRESS,
        r"\{\{[^{}\n]{1,300}\}\}|\{%[^\n]{1,300}?%\}": _COMMAND,
        r"\[/?(?:caption|embed|gallery|playlist|toc|TOC)\]|\[/(?:audio|b|i|url|video)\]": _COMMAND,
        rf"\[[a-z][\w-]{{1,30}}(?:{_ATTRIBUTE}){{1,20}}[ \t]?/?\]": _COMMAND,
        r"\{:?[ \t]?[#.][A-Za-z][\w-]{0,60}(?:[ \t][^{}\n]{0,200})?\}": (
            "is an attribute of another Markdown; delete it"
        ),
        r"(?<![=\w])==(?P<text>[^\s=](?:[^=\n]{0,300}[^\s=])?)==(?![=\w])": (
            "does not mark the text; write `**{text}**`"
        ),
        r"\$\$(?=[^$\n]{0,300}[\\^_=])[^$\n]{1,300}\$\$(?!\$)|^\$\$[ \t]*$": (
            "is a formula, shown as it is written; write it in words, or as a picture"
        ),
        r"(?:(?<=>)|(?<=> ))\[!\w{1,30}\]": "does not make a note; write `**Note:**`",
    }.items()
)
_LETTER = r"(?=[^\W\d_])"
_ITEM = "does not begin a list item; write a space after the sign"
_STARTS = tuple(  # patterns of the beginning of a line, how many confirm it, what to write
    (re.compile(pattern), re.compile(pattern.replace(_LETTER, r"(?=[^\W\d_]| )")), least, advice)
    for pattern, least, advice in (
        (r"(?:[•●◦▪‣∙]|·(?=\s))\s*(?=\w)", 1, "does not begin a list item; write `- `"),
        (rf"\d{{1,2}}\){_LETTER}", 1, _ITEM),
        (rf"\d{{1,2}}\.{_LETTER}", 2, _ITEM),
        (rf"-{_LETTER}", 2, _ITEM),
        (
            r"(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\](?=[ \t])",
            1,
            "does not make a check box; write `- ☐ ` or `- ☑ `",
        ),
        (r"#{2,6}(?=[^\s#\d])|＃{1,6}(?=[^\s＃\d][^＃]*$)", 1, "is not a heading; write `## `"),
        (r":::+[ \t]*(?=\w)", 1, _COMMAND),
    )
)
_SPOKEN = re.compile(r"-\w.*[?!？！…«»“”„\"]")
_TITLE = re.compile(r"#(?:[A-Z][a-z]*|[^\W\d_A-Za-z]\w*)(?:[ ,:-][^#.!?。]*)?")
_DELIMITERS = re.compile(r"[|:\- \t]++")
_ENUMERATED = re.compile(r"[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[）、]|[①-⑳]")
_LEFT = re.compile(r"(?<!\*)\*\*(?!\*)|(?<!~)~~(?!~)")
_NOTE = re.compile(r"\[\^[\w-]{1,100}\](:?)")
_HARD_BREAK = ("  ", "\\")  # such lines are not joined
_FENCE = re.compile(r"`{3,}|~{3,}")
# in plain texts
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(
    r"<(?:a|b|big|blockquote|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|small|span|strong|sub"
    r"|sup|table|td|tr|u|ul)(?:\s+[a-z-]{1,30}\s?=[^<>]{0,500})?\s?/?>",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(
    r"!?\[(?P<link>[^\[\]\n]{1,300})\]\([^()\s]{1,2000}\)"
    r"|\*\*(?=[^\s*])(?P<bold>[^*\n]{1,300})(?<=\S)\*\*"
    r"|~~(?=[^\s~])(?P<gone>[^~\n]{1,300})(?<=\S)~~"
    r"|`(?P<code>[^`\n]{1,300})`"
    r"|(?<![\w*])\*(?=[^\s*])(?P<star>[^*\n]{1,300})(?<=[^\s*])\*(?![\w*])"
    r"|(?<!\w)(?P<line>__?)(?=[^\s_])(?P<italic>[^_\n]{1,300})(?<=[^\s_])(?P=line)(?!\w)"
    r"|\A#{1,6}\s+(?!of\b|\d)(?P<heading>.{1,300})"
)


class _Finding(NamedTuple):
    """The offsets of what looks like Markdown, and the rest of the message."""

    start: int
    end: int
    advice: str
    code: Code = "looks-like-markdown"


class _Line(NamedTuple):
    """A line of the masked body, without the white space and the `>` before it."""

    offset: int
    text: str


def find_lookalikes(
    source: Source, start: int, elements: Sequence[Element], places: Places
) -> list[Problem]:
    """Return the warnings about a body that begins at an offset of the source."""
    findings = [*_wrong_elements(source.text, elements, places)]
    if masked := mask_markup(source.text, start, elements, places):
        blocks = [*_blocks(masked, start)]
        findings += _inline(source.text, masked, start)
        findings += _left_signs(masked, blocks)
        findings += _notes(masked, start, {places.offset(place) for _, place in elements})
        findings += _line_starts(blocks)
        tables = {places.offset(place) for name, place in elements if name == "tr"}
        findings += (finding for block in blocks for finding in _paragraph(block, tables))
        findings += _titles(blocks)
    problems = []
    for begin, end, advice, code in sorted(findings):
        shown = source.text[begin:end].strip().partition("\n")[0]
        message = f"{shown if shown[0] == '`' else quote(shown, 40)} {advice}"
        problems.append(source.problem(begin, code, message, "warning"))
    return problems


def _wrong_elements(text: str, elements: Sequence[Element], places: Places) -> Iterator[_Finding]:
    """Yield headings of the first level, and code that is not closed."""
    for name, place in elements:
        if name == "h1":
            advice = "is a heading of the first level, like the title of the page; write `## `"
            yield _Finding(*places.span(place), advice, "first-level-heading")
        elif name == "pre" and (fence := _FENCE.match(text, places.offset(place))):
            start, end = places.span(place)
            last = text[text.rfind("\n", 0, end) + 1 : end].strip(" \t>")
            if last.strip(fence[0][0]) or len(last) < len(fence[0]) or "\n" not in text[start:end]:
                advice = f"begins code that does not end; write a line {fence[0]} after it"
                yield _Finding(start, fence.end(), advice)


def _inline(text: str, masked: str, start: int) -> Iterator[_Finding]:
    for pattern, advice in _INLINE:
        for match in islice(pattern.finditer(masked, start), MAX_PER_FILE):
            values = {name: text[slice(*match.span(name))] for name in match.groupdict()}
            yield _Finding(*match.span(), advice.format(**values))


def _blocks(masked: str, start: int) -> Iterator[list[_Line]]:
    """Yield the lines between two that show nothing."""
    block: list[_Line] = []
    for line in masked[start:].split("\n"):
        text = line.lstrip(" \t>")
        if text.strip():  # a line may have nothing but U+3000
            block.append(_Line(start + len(line) - len(text), text))
        elif block:
            yield block
            block = []
        start += len(line) + 1
    if block:
        yield block


def _left_signs(masked: str, blocks: Sequence[Sequence[_Line]]) -> Iterator[_Finding]:
    """Yield the first `**` or `~~` of a block that was meant to open something.

    A sign right after a letter is text, as in `N** Co.`, where stars hide letters. One right before
    a letter is text too, if another block has one right after a letter: both mark a remark.
    """
    found = [[*_LEFT.finditer(masked, b[0].offset, b[-1].offset + len(b[-1].text))] for b in blocks]

    def around(match: re.Match[str]) -> tuple[str, str]:
        start, end = match.span()
        return masked[max(start - 1, 0) : start] or " ", masked[end : end + 1] or " "

    marks = set()
    for match in (matches[0] for matches in found if len(matches) == 1):
        before, after = around(match)
        if before.isalnum() and not after.isalnum():
            marks.add(match[0])
    for matches in found:
        for number, match in enumerate(matches, 1):
            before, after = around(match)
            is_open = not before.isalnum() and not after.isspace() and match[0] not in marks
            if number < len(matches):
                is_open |= before.isspace() or (not before.isascii() and not after.isspace())
            if is_open:
                example = f"`{match[0]}words{match[0]}`"
                advice = f"is shown; leave no space inside {example}, and one before and after it"
                yield _Finding(*match.span(), advice)
                break


def _notes(masked: str, start: int, shown: set[int]) -> Iterator[_Finding]:
    """Yield references to footnotes that do not exist, and footnotes without a reference."""
    for match in islice(_NOTE.finditer(masked, start), MAX_PER_FILE):
        if not match[1]:
            advice = f"has no footnote; write a line `{match[0]}: …`"
            yield _Finding(*match.span(), advice, "footnote")
        elif match.start() not in shown:
            advice = f"is not shown; refer to it by `{match[0][:-1]}`, or delete it"
            yield _Finding(*match.span(), advice, "footnote")


def _line_starts(blocks: Sequence[Sequence[_Line]]) -> Iterator[_Finding]:
    """Yield the first line of each kind whose beginning is almost that of a list or a heading."""
    for pattern, loose, least, advice in _STARTS:
        lines = [
            (line, block)
            for block in blocks
            for line in block
            if pattern.match(line.text) and not line.text.endswith(_HARD_BREAK)
        ]
        if not lines or any(_SPOKEN.match(line.text) for line, _ in lines):
            continue
        line, block = lines[0]
        if len(lines) >= least or sum(bool(loose.match(other.text)) for other in block) >= least:
            yield _Finding(line.offset, line.offset + len(line.text), advice)


def _paragraph(block: Sequence[_Line], tables: set[int]) -> Iterator[_Finding]:
    """Yield the first row of a table that is none, and the first of numbered lines."""
    rows = [line for line in block if line.text[0] == line.text.rstrip()[-1] == "|"]
    cells = rows[0].text.count("|") - 1 if rows else 0
    if cells > 1 and rows[0].offset not in tables:
        second = "|---" * min(cells, 9) + "|"
        is_other = len(block) > 1 and any(_DELIMITERS.fullmatch(line.text) for line in block)
        advice = f"is not a table; write {'another' if is_other else 'a'} second row: `{second}`"
        yield _Finding(rows[0].offset, rows[0].offset + len(rows[0].text), advice)
    for line, following in pairwise(block):
        is_item = _ENUMERATED.match(line.text) and _ENUMERATED.match(following.text)
        if is_item and not line.text.endswith(_HARD_BREAK):
            advice = "and the next line become one paragraph; write `1. `, or an empty line between"
            yield _Finding(line.offset, line.offset + len(line.text), advice)
            break


def _titles(blocks: Sequence[Sequence[_Line]]) -> Iterator[_Finding]:
    """Yield `#Heading`: a line of its own before other text, that is not a hashtag."""
    for block in blocks[:-1] if len(blocks) > 1 else ():
        line = block[0]
        is_short = len(block) == 1 or (" " not in line.text and "#" not in block[1].text)
        if is_short and _TITLE.fullmatch(line.text):
            advice = "is not a heading; write a space after the sign"
            yield _Finding(line.offset, line.offset + len(line.text), advice)


def find_signs(text: str) -> Iterator[tuple[str, str]]:
    """Yield what is not plain in a text, the first of each kind, and what to write."""
    if match := _MARKDOWN.search(text):
        yield match[0], f"is Markdown, whose signs are shown here; write {quote(_words(match))}"
    if (match := _TAG.search(text)) and not find_markup(text):
        yield match[0], "is HTML, which is shown here as it is; write a space, or nothing"
    for match in _REFERENCE.finditer(text):
        character = html.unescape(match[0])
        if character != match[0]:
            is_visible = character.isprintable() and not character.isspace()
            advice = f"write {quote(character)}" if is_visible else "write a space, or nothing"
            yield match[0], f"is HTML, which is shown here as it is; {advice}"
            break


def without_markdown(text: str) -> str:
    """Return a text without the signs of Markdown."""
    return _MARKDOWN.sub(_words, text)


def _words(match: re.Match[str]) -> str:
    return str(match[match.lastgroup or 0])
