"""Read a spreadsheet's export (CSV) whose columns are named after the keys of an entry."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import TYPE_CHECKING

from ilofeed.importers import items
from ilofeed.problems import did_you_mean, quote
from ilofeed.text import find_markup

if TYPE_CHECKING:
    from collections.abc import Mapping


KEYS = frozenset(
    (
        "title date summary categories countries link updated body id authors language "
        "translation_of event.start event.end event.place event.url image.url image.alt "
        "image.credit attachments.url attachments.type attachments.length attachments.title"
    ).split()
)
_OTHER_NAMES = {
    "category": "categories",
    "country": "countries",
    "content": "body",
    "url": "link",
    "author": "authors",
    "image": "image.url",
    "attachments": "attachments.url",
    "attachment": "attachments.url",
}
_LONGEST_CELL = 2_000_000
_SEVERAL = re.compile("[;|]")
_MAIL = re.compile(r"(?P<name>.*?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>")


def read_table(text: str, columns: Mapping[str, str]) -> items.ImportedFeed:
    """Return the rows of a table as items; `columns` maps keys to the headers of their columns."""
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = _delimiter(text)
    if text.count(delimiter) > items.MOST_PARTS:
        raise items.SourceError(f"the table has more than {items.MOST_PARTS} cells")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next((row for row in rows if any(map(str.strip, row))), [])
        positions, notes = _positions([name.strip() for name in header], columns)
        table_items: list[items.Item] = []
        for number, row in enumerate(itertools.islice(rows, items.MOST_ITEMS + 1), 1):
            if number > items.MOST_ITEMS:
                message = f"it has more than {items.MOST_ITEMS} rows, which is the most at a time"
                notes.append(items.Note(0, "", message))
                break
            if any(map(str.strip, row)):
                table_items.append(
                    _item(number, {key: _cell(row, at) for key, at in positions.items()})
                )
    except csv.Error as error:
        raise items.SourceError(f"the table cannot be read: {error}") from error
    return items.ImportedFeed(tuple(table_items), tuple(notes), is_table=True)


def _delimiter(text: str) -> str:
    """Return the character between cells: the most frequent of the first line, outside quotes."""
    line = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", line)
    return max(",;\t", key=unquoted.count)


def _positions(
    header: list[str], columns: Mapping[str, str]
) -> tuple[dict[str, int], list[items.Note]]:
    """Return the position of each key's column, and a note on the columns that are not used."""
    folded = [name.casefold() for name in header]
    positions: dict[str, int] = {}
    for key, name in columns.items():
        if name.casefold() not in folded:
            message = f"there is no column {quote(name)} for {key}{did_you_mean(name, header)}"
            raise items.SourceError(message)
        positions[key] = folded.index(name.casefold())
    unknown = []
    for at, name in enumerate(folded):
        key = _OTHER_NAMES.get(name, name).replace(" ", "_")
        if at in positions.values() or not name:
            continue
        if key in KEYS and key not in positions:
            positions[key] = at
        else:
            unknown.append(header[at])
    if not {"title", "date", "summary", "body"} & set(positions):
        message = (
            "no column is named as an entry's key (title, date, summary, categories, countries, "
            "link …); rename them, or say for instance --column title=Headline"
        )
        raise items.SourceError(message)
    if not unknown:
        return positions, []
    names = ", ".join(map(quote, unknown[:50]))
    return positions, [
        items.Note(0, "", f"columns that no key is named for: {names} (--column KEY=HEADER)")
    ]


def _cell(row: list[str], at: int) -> str | None:
    return row[at].strip() or None if at < len(row) else None


def _item(number: int, cells: Mapping[str, str | None]) -> items.Item:
    get = cells.get
    date, updated, start = get("date"), get("updated"), get("event.start")
    title, summary, body = get("title"), get("summary"), get("body")
    picture = get("image.url")
    return items.Item(
        number,
        id=get("id"),
        title=items.Text(title) if title else None,
        link=get("link"),
        date=items.ImportedDate(date) if date else None,
        updated=items.ImportedDate(updated) if updated else None,
        summary=items.Text(summary, "html" if find_markup(summary) else "plain")
        if summary
        else None,
        content=items.Text(body, "html" if find_markup(body) else "markdown") if body else None,
        base=get("link"),
        tags=(
            *(items.Tag(name, dimension="categories") for name in _several(get("categories"))),
            *(items.Tag(name, dimension="countries") for name in _several(get("countries"))),
        ),
        authors=tuple(map(_author, _several(get("authors")))),
        enclosures=_enclosures(cells),
        picture=items.Picture(picture, get("image.alt"), get("image.credit")) if picture else None,
        event=(
            items.ImportedEvent(start, get("event.end"), get("event.place"), get("event.url"))
            if start
            else None
        ),
        language=get("language"),
        translation_of=get("translation_of"),
    )


def _several(cell: str | None) -> list[str]:
    """Return the values of a cell, which are separated by ; or |."""
    return [value.strip() for value in _SEVERAL.split(cell or "") if value.strip()]


def _author(text: str) -> items.Author:
    match = _MAIL.fullmatch(text[:1_000])
    return (
        items.Author(match["name"] or match["email"], match["email"])
        if match
        else items.Author(text)
    )


def _enclosures(cells: Mapping[str, str | None]) -> tuple[items.Enclosure, ...]:
    columns = [
        # an address may hold a ; itself, so only white space or | ends it
        re.split(r"\s*\|\s*|;\s+|\s+", cells.get("attachments.url") or ""),
        *(
            [value.strip() for value in _SEVERAL.split(cells.get(f"attachments.{name}") or "")]
            for name in ("type", "length", "title")
        ),
    ]
    rows = itertools.zip_longest(*columns, fillvalue="")
    return tuple(
        items.Enclosure(url, kind or None, length or None, title or None)
        for url, kind, length, title in rows
        if url
    )
