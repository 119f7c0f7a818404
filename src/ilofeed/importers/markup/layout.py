"""Lay out lists, tables and headings of an HTML tree as Markdown can."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bs4.element import Tag

BLOCKS = frozenset(
    (
        "address article aside blockquote caption center dd details div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section "
        "summary table td th tr ul"
    ).split()
)
_HEADINGS = ["h2", "h3", "h4", "h5", "h6"]
_NOT_IN_CELLS = ["table", "pre", "blockquote", "hr", *_HEADINGS]
_TENS = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_BOUNDARY = "\x1f"
MAX_CELLS, MAX_SPAN = 5_000, 50


def holds(element: Any) -> bool:
    """Return whether an element has text or a picture."""
    return bool(element.get_text().strip()) or element.find("img") is not None


def _new(name: str) -> Any:
    return Tag(name=name)


def number_items(element: Any) -> None:
    """Number a list as Markdown can, or else write the labels of its items as text."""
    item = None
    for child in list(element.children):
        if child.name == "li" and holds(child):
            item = child
        elif child.name == "li" or not str(child).strip():
            child.extract()
        elif item is None:
            item = child.wrap(_new("li"))
        else:
            item.append(child.extract())
    if element.name == "ul":
        return
    items, numbers = element.find_all("li", recursive=False), list[int]()
    step = -1 if element.has_attr("reversed") else 1
    number = _whole(element.get("start"), len(items) if step < 0 else 1)
    for item in items:
        numbers.append(_whole(item.get("value"), number))
        number = numbers[-1] + step
    kind = element.get("type") or ""
    first = numbers[0] if numbers else 1
    if kind not in {*"aAiI"} and first >= 0 and numbers == [*range(first, first + len(items))]:
        element["start"] = str(first)
        return
    element.name = "ul"
    for item, number in zip(items, numbers, strict=True):
        inner = item
        while (begin := _first(inner)) is not None and begin.name in {"p", "div"}:
            inner = begin
        inner.insert(0, f"{_label(number, kind)}. ")


def _label(number: int, kind: str) -> str:
    """Return the label of an item: letters, a Roman number, or else the number."""
    label, rest = "", number
    if kind in {"i", "I"} and 0 < number < 100:
        label = _TENS[number // 10] + _ONES[number % 10]
    while kind in {"a", "A"} and rest > 0:
        rest, letter = divmod(rest - 1, 26)
        label = chr(ord("a") + letter) + label
    return (label.upper() if kind.isupper() else label) or str(number)


def write_on_one_line(element: Any) -> None:
    """Write the lines and blocks in a heading or a cell as Markdown can: on one line."""
    if element.name in _HEADINGS or not element.find(_NOT_IN_CELLS):
        _flatten(element, "" if element.name in _HEADINGS else " /")


def _flatten(element: Any, sign: str) -> None:
    """Write the lines and blocks in an element on one line; `sign` follows one without an end."""
    for inner in element.find_all(["br", *BLOCKS]):
        inner.insert_before(_BOUNDARY)
        inner.insert_after(_BOUNDARY)
        inner.unwrap()
    last, is_next = "", False
    for text in element.find_all(string=True):
        if text == _BOUNDARY:
            is_next = bool(last)
            text.replace_with(" ")
        elif text.strip():
            if is_next and last.isalnum():
                text.insert_before(f"{sign} ")
            last, is_next = text.strip()[-1], False


def fill_table(element: Any) -> Counter[str]:
    """Give all rows the same number of cells; write what is not a table as paragraphs.

    Return how many tables and merged cells are written otherwise.
    """
    changes = Counter[str]()
    rows = [row for row in element.find_all("tr") if row.find(["td", "th"])]
    is_layout = element.find(_NOT_IN_CELLS) is not None
    for cell in rows[0].find_all("td") if rows and rows[0].parent.name == "thead" else ():
        cell.name = "th"
    width = 0 if is_layout else _fill(rows, changes)
    if 1 < width <= MAX_CELLS / len(rows):
        for row in rows:
            for _ in range(width - len(row.find_all(["td", "th"]))):
                row.append(_new(row.find(["td", "th"]).name))
            element.append(row.extract())
        for part in element.find_all(["thead", "tbody"]):
            part.decompose()
        return changes
    changes["table"] += is_layout or width > 1
    for part in element.find_all(["tr", "td", "th", "caption"]):
        if part.find_parent("table") is element:
            part.name = "div"
    element.name = "div"
    return changes


def _fill(rows: Sequence[Any], changes: Counter[str]) -> int:
    """Add empty cells where merged cells reach; return the number of columns, if not too many."""
    width, pending = 0, Counter[int]()  # how many further rows a cell reaches, by column
    for row in rows:
        column = 0
        for cell in row.find_all(["td", "th"], recursive=False):
            while pending[column] > 0:
                pending[column] -= 1
                column += 1
                cell.insert_before(_new(cell.name))
            across = min(max(_whole(cell.get("colspan"), 1), 1), MAX_SPAN)
            down = _whole(cell.get("rowspan"), 1)
            changes["merged cell"] += across > 1 or down > 1
            for number in range(across):
                pending[column + number] = down - 1
                if number:
                    cell.insert_after(_new(cell.name))
            column += across
            if column > MAX_CELLS / len(rows):
                return column
        for at in pending:
            pending[at] -= at >= column
        width = max(width, column)
    return width


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", text) else default


def _first(element: Any) -> Any:
    """Return the first child that is not white space."""
    return next((child for child in element.children if str(child).strip()), None)
