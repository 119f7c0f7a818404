"""Lay out lists, tables, footnotes, headings and formats of an HTML tree as Markdown can."""

import re
import urllib.parse
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from bs4.element import Tag

BLOCKS = frozenset(
    (
        "address article aside blockquote caption center dd details div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section "
        "summary table td th tr ul"
    ).split()
)
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_NOT_IN_CELLS = ("table", "pre", "blockquote", "hr", *_HEADINGS)
_CELLS = ("td", "th")
LINES = BLOCKS | {"br"}
_TENS = ("", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc")
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
MAX_CELLS, MAX_SPAN = 5_000, 50


def within(element: Any, names: Collection[str]) -> Iterator[Any]:
    """Yield the elements in an element that have one of the names.

    `find_all` with several names takes a hundred times longer in small elements, such as cells.
    """
    return (node for node in element.descendants if node.name in names)


def has(element: Any, names: Collection[str]) -> bool:
    """Return whether an element contains one that has one of the names."""
    return any(True for _ in within(element, names))


def holds(element: Any) -> bool:
    """Return whether an element has text or a picture."""
    return has(element, ("img",)) or bool(element.get_text().strip())


def take(element: Any) -> list[Any]:
    """Remove the nodes in an element, and return them."""
    return [node.extract() for node in list(getattr(element, "contents", ()))]


def rebuild(element: Any, change: Callable[[Any], Iterable[Any]]) -> None:
    """Put what `change` returns for each node in an element in its place.

    This takes linear time: bs4 searches all siblings to insert before a node, or to replace it.
    """
    for child in take(element):
        for node in change(child):
            element.append(node)


def trim_lines(element: Any) -> None:
    """Replace line ends by spaces where the element or a block begins or ends."""
    nodes = list(element.contents)
    outer: set[int] = set()
    for ordered in (nodes, reversed(nodes)):
        is_edge = True
        for node in ordered:
            if is_edge and node.name == "br":
                outer.add(id(node))
            elif node.name is not None or node.strip():
                is_edge = node.name in BLOCKS
    rebuild(element, lambda node: (" " if id(node) in outer else node,))


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
    if element.name in _HEADINGS or not has(element, _NOT_IN_CELLS):
        _flatten(element, "" if element.name in _HEADINGS else " /")


def _flatten(element: Any, sign: str) -> None:
    """Write the lines and blocks in an element on one line; `sign` follows one without an end."""
    last, is_next = "", False

    def change(child: Any) -> Iterator[Any]:
        nonlocal last, is_next
        if child.name in LINES:
            yield " "
            is_next = bool(last)
            for part in take(child):
                yield from change(part)
            yield " "
            is_next = bool(last)
        elif child.name is None and child.strip():
            if is_next and last.isalnum():
                yield f"{sign} "
            last, is_next = child.strip()[-1], False
            yield child
        else:
            yield child
            rebuild(child, change)

    rebuild(element, change)


def fill_table(element: Any) -> Counter[str]:
    """Give all rows the same number of cells; write what is not a table as paragraphs.

    Return how many tables and merged cells are written otherwise.
    """
    changes = Counter[str]()
    rows = [row for row in element.find_all("tr") if has(row, _CELLS)]
    is_layout = has(element, _NOT_IN_CELLS)
    for cell in rows[0].find_all("td") if rows and rows[0].parent.name == "thead" else ():
        cell.name = "th"
    width = 0 if is_layout else _fill(rows, changes)
    if 1 < width <= MAX_CELLS / len(rows):
        for row in rows:
            cells = list(within(row, _CELLS))
            for _ in range(width - len(cells)):
                row.append(_new(cells[0].name))
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


def beside(node: Any, side: str = "next_sibling") -> Any:
    """Return the next node on one side that is not white space."""
    node = getattr(node, side)
    while node is not None and node.name is None and not node.strip():
        node = getattr(node, side)
    return node


def separate_formats(soup: Any, names: Collection[str]) -> None:
    """Move white space at the edges of formats and links out of them, and join equal formats."""
    for element in reversed(list(within(soup, names))):
        _hoist(element)
    for element in list(within(soup, names)):
        _join(element)


def _hoist(element: Any) -> None:
    """Move white space and line ends at the edges of an inline element out of it."""
    for at, put in ((0, element.insert_before), (-1, element.insert_after)):
        while element.contents:
            node = element.contents[at]
            if node.name == "br":
                put(node.extract())
            elif node.name is None and (kept := node.rstrip() if at else node.lstrip()) != node:
                put(" ")
                node.replace_with(kept) if kept else node.extract()
            else:
                break


def _join(element: Any) -> None:
    """Move what is in an inline element to the end of an equal one right before it."""
    before = element.previous_sibling
    if before is not None and before.name == element.name != "a":
        for node in take(element):
            before.append(node)
        element.extract()


def mark_footnotes(soup: Any) -> None:
    """Write references as `<sup data-note>`, and the texts as a `<section>` at the end.

    A footnote is an item of a list that is linked from a number and links back to it. Nothing
    changes unless they are numbered from 1 in order, as Markdown numbers them.
    """
    targets = {element["id"]: element for element in soup.find_all(id=True)}
    leads = [
        (link, targets[name])
        for link in soup.find_all("a", href=True)
        if (name := urllib.parse.unquote(link["href"].partition("#")[2])) in targets
    ]
    backs: dict[int, dict[int, Any]] = {}  # by item of a list: links in it, by where they lead
    for link, target in leads:
        if (item := link.find_parent("li")) is not None:
            backs.setdefault(id(item), {})[id(target)] = link
    references, notes = [], dict[int, tuple[str, Any]]()
    for link, item in leads:
        mark = link.find_parent("sup") or link
        returning = backs.get(id(item), {})
        back = returning.get(id(link)) or returning.get(id(mark))
        if back is not None and item.name == "li":
            number, _ = notes.setdefault(id(item), (str(len(notes) + 1), item))
            references.append((mark, back, number))
            if link.get_text().strip(" []()") != number:
                return
    if not references:
        return
    soup.append(soup.new_tag("section"))
    texts = soup.contents[-1]
    texts.append(soup.new_tag("ol"))
    for mark, back, number in references:
        back.decompose()
        mark.replace_with(sup := soup.new_tag("sup", attrs={"data-note": ""}))
        sup.string = number
    lists = {id(item.parent): item.parent for _, item in notes.values()}
    for _, item in notes.values():
        texts.ol.append(item.extract())
    for items in lists.values():
        if not items.get_text().strip():
            items.decompose()
