"""Write HTML that has only elements of Markdown as Markdown; `markdown` proves what it means."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ilofeed.importers.markup.layout import BLOCKS

_SPACE = re.compile(r"[ \t\r\f]*+\n[ \t\r\n\f]*+|[ \t\r\f]{2,}+|[\t\r\f]")
_SIGNS = re.compile(r"[]\\&<`[>~=+|*_]")
# what would begin a list, a heading or a line between texts: a backslash goes before or after it
_STARTS = re.compile(r"(?<!\S)(?:(?=-+(?!\S)|#{1,6}(?!\S))|[0-9]{1,9}(?=[.)](?!\S)))")
_ASCII_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_BREAKS = re.compile(r"(?<![ \t])[ \t]*+\\\n(?:[ \t]*+\\\n)++[ \t]*+")
_BLANK = re.compile(r"^(?=[^\S\n]*$)", re.MULTILINE)
_EMPTY = "\ue002"  # an empty line of code; no text has this character
_FORMATS = {"b": "**", "strong": "**", "em": "*", "i": "*", "s": "~~"}
_ON_ONE_LINE = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "td", "th"})


def write_markdown(root: Any) -> str:
    """Return the Markdown of a tree (lxml), to which the signs of list items are added."""
    for items in root.iter("ol", "ul"):
        _choose_signs(items)
    lines = _BREAKS.sub("\n\n", _inside(root, frozenset())).split("\n")
    text = "\n".join(line if line.strip() else "" for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n").replace(_EMPTY, "")


def escape(text: str) -> str:
    """Return Markdown that shows a text as it is."""
    return _ASCII_PUNCTUATION.sub(r"\\\1", text)


def _choose_signs(items: Any) -> None:
    """Give a list another sign than the list right before it, which it would continue."""
    before, signs = items.getprevious(), "-*" if items.tag == "ul" else ".)"
    is_next = before is not None and before.tag == items.tag and not (before.tail or "").strip()
    sign = signs[is_next and before.get("sign") == signs[0]]
    items.set("sign", sign)
    for number, item in enumerate(items.iterchildren("li"), int(items.get("start") or 1)):
        item.set("sign", f"{number}{sign}" if items.tag == "ol" else sign)


def _inside(element: Any, outer: frozenset[str]) -> str:
    """Return the Markdown of what is in an element; `outer` has the names of those around it."""
    around = outer | {element.tag}
    is_block, nodes = element.tag in BLOCKS, [None, *element, None]
    parts, end = list[str](), 0  # the number of line ends at the end of the parts
    for before, after in pairwise(nodes):
        text = (element.text if before is None else before.tail) or ""
        pieces = [_text(text, before, after, around, is_edge=is_block)] if text else []
        if after is not None:
            pieces.append(_element(after, around))
        for piece in filter(None, pieces):
            rest = piece.lstrip("\n")
            between = min(2, max(end, len(piece) - len(rest)))
            parts.append("\n" * (between - end) + rest)
            end = len(rest) - len(rest.rstrip("\n")) if rest else between
    return "".join(parts)


def _text(text: str, before: Any, after: Any, around: frozenset[str], *, is_edge: bool) -> str:
    """Return a text between two elements as Markdown; None stands for an edge of the outer one."""
    if "pre" not in around:
        text = _SPACE.sub(lambda run: "\n" if "\n" in run[0] else " ", text)
    if not around & {"pre", "code"}:
        text = _STARTS.sub(r"\g<0>\\", _SIGNS.sub(r"\\\g<0>", text))
        if text.endswith("!") and after is not None:  # or a link after it would be a picture
            text = text[:-1] + r"\!"
    if is_edge if before is None else before.tag in BLOCKS or before.tag == "br":
        text = text.lstrip(" \n")
    if is_edge if after is None else after.tag in BLOCKS:
        text = text.rstrip()
    return text


def _element(element: Any, outer: frozenset[str]) -> str:
    name, text = element.tag, _inside(element, outer)
    if name in _WRITERS:
        return _WRITERS[name](element, text, outer)
    if name in _FORMATS and "code" not in outer:
        return _between(_FORMATS[name], text)
    if name not in BLOCKS or name in {"thead", "tbody"}:
        return text
    text = text.strip(" \n")
    if outer & _ON_ONE_LINE:
        return f" {text} "
    return f"\n\n{text}\n\n" if text else ""


def _between(sign: str, text: str, space: str = "") -> str:
    """Return a text between two signs, with the spaces at its edges outside of them."""
    inner, start, end = text.strip(), " " * text.startswith(" "), " " * text.endswith(" ")
    return f"{start}{sign}{space}{inner}{space}{sign}{end}" if inner else ""


def _link(element: Any, text: str, outer: frozenset[str]) -> str:
    href, inner = element.get("href"), " ".join(text.split())
    is_link = href and inner and "code" not in outer
    return f"[{inner}]({_target(element, href)})" if is_link else text


def _picture(element: Any, _text: str, outer: frozenset[str]) -> str:
    src, alt = element.get("src"), " ".join((element.get("alt") or "").split())
    is_shown = src and alt and "code" not in outer
    return f"![{escape(alt)}]({_target(element, src)})" if is_shown else ""


def _target(element: Any, address: str) -> str:
    target = f"<{address}>" if re.search(r"[()*_\\]", address) else address
    title = " ".join((element.get("title") or "").split())
    return f'{target} "{escape(title)}"' if title else target


def _code(_element: Any, text: str, outer: frozenset[str]) -> str:
    longest = max(map(len, re.findall("`+", text)), default=0)
    return text if "pre" in outer else _between("`" * (longest + 1), text, " " * bool(longest))


def _preformatted(element: Any, _text: str, _outer: frozenset[str]) -> str:
    text = re.sub(r"\n$", "", "".join(element.itertext()))
    if not text.strip():
        return ""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"\n\n{fence}\n{_BLANK.sub(_EMPTY, text)}\n{fence}\n\n"


def _heading(element: Any, text: str, outer: frozenset[str]) -> str:
    return text if outer & _ON_ONE_LINE else f"\n\n{'#' * int(element.tag[1])} {_line(text)}\n\n"


def _line(text: str) -> str:
    return text.strip().replace("\n", " ")


def _quotation(_element: Any, text: str, outer: frozenset[str]) -> str:
    lines = text.strip(" \n").split("\n")
    if outer & _ON_ONE_LINE:
        return f" {_line(text)} "
    return "\n" + "\n".join(f"> {line}" if line else ">" for line in lines) + "\n\n"


def _list(element: Any, text: str, outer: frozenset[str]) -> str:
    start = "\n" * (element.get("start", "1") != "1")  # only 1 may interrupt a paragraph
    return f"{start}\n{text.rstrip()}" if "li" in outer else f"\n\n{text}\n"


def _item(element: Any, text: str, outer: frozenset[str]) -> str:
    sign, text = f"{element.get('sign', '-')} ", text.strip()
    if "section" in outer:
        sign, width, end = f"[^{sign[:-2]}]: ", 4, "\n\n"
    else:
        width, end = len(sign), "\n"
    return sign + text.replace("\n", "\n" + " " * width) + end if text else "\n"


def _row(element: Any, text: str, _outer: frozenset[str]) -> str:
    row, cells = f"|{text}\n", list(element)
    if next(next(element.iterancestors("table")).iter("tr")) is not element:
        return row
    line = "| --- " * len(cells) + "|\n"
    if all(cell.tag == "th" for cell in cells):
        return row + line
    return "|  " * len(cells) + f"|\n{line}{row}"


def _cell(_element: Any, text: str, _outer: frozenset[str]) -> str:
    return f" {_line(text)} |"


_WRITERS: dict[str, Callable[[Any, str, frozenset[str]], str]] = {
    "a": _link,
    "blockquote": _quotation,
    "br": lambda _, __, outer: " " if outer & _ON_ONE_LINE else "\\\n",
    "code": _code,
    "hr": lambda *_: "\n\n---\n\n",
    "img": _picture,
    "li": _item,
    "pre": _preformatted,
    "sup": lambda _, text, __: f"[^{text}]",
    "tr": _row,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ol", "ul"), _list),
    **dict.fromkeys(("td", "th"), _cell),
}
