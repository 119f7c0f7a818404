"""Read a spreadsheet's export (CSV) whose columns are named after the keys of an entry."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import TYPE_CHECKING

from ilofeed.importers.items import (
    MOST_ITEMS,
    MOST_PARTS,
    Author,
    Enclosure,
    ImportedDate,
    ImportedEvent,
    ImportedFeed,
    Item,
    Note,
    Picture,
    SourceError,
    Tag,
    Text,
)
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


def read_table(text: str, columns: Mapping[str, str]) -> ImportedFeed:
    """Return the rows of a table as items; `columns` maps keys to the headers of their columns."""
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = _delimiter(text)
    if text.count(delimiter) > MOST_PARTS:
        raise SourceError(f"the table has more than {MOST_PARTS} cells")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next((row for row in rows if any(map(str.strip, row))), [])
        positions, notes = _positions([name.strip() for name in header], columns)
        items: list[Item] = []
        for number, row in enumerate(itertools.islice(rows, MOST_ITEMS + 1), 1):
            if number > MOST_ITEMS:
                message = f"it has more than {MOST_ITEMS} rows, which is the most at a time"
                notes.append(Note(0, "", message))
                break
            if any(map(str.strip, row)):
                items.append(_item(number, {key: _cell(row, at) for key, at in positions.items()}))
    except csv.Error as error:
        raise SourceError(f"the table cannot be read: {error}") from error
    return ImportedFeed(tuple(items), tuple(notes), is_table=True)


def _delimiter(text: str) -> str:
    """Return the character between cells: the most frequent of the first line, outside quotes."""
    line = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", line)
    return max(",;\t", key=unquoted.count)


def _positions(header: list[str], columns: Mapping[str, str]) -> tuple[dict[str, int], list[Note]]:
    """Return the position of each key's column, and a note on the columns that are not used."""
    folded = [name.casefold() for name in header]
    positions: dict[str, int] = {}
    for key, name in columns.items():
        if name.casefold() not in folded:
            message = f"there is no column {quote(name)} for {key}{did_you_mean(name, header)}"
            raise SourceError(message)
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
        raise SourceError(message)
    if not unknown:
        return positions, []
    names = ", ".join(map(quote, unknown[:50]))
    return positions, [
        Note(0, "", f"columns that no key is named for: {names} (--column KEY=HEADER)")
    ]


def _cell(row: list[str], at: int) -> str | None:
    return row[at].strip() or None if at < len(row) else None


def _item(number: int, cells: Mapping[str, str | None]) -> Item:
    get = cells.get
    date, updated, start = get("date"), get("updated"), get("event.start")
    title, summary, body = get("title"), get("summary"), get("body")
    picture = get("image.url")
    return Item(
        number,
        id=get("id"),
        title=Text(title) if title else None,
        link=get("link"),
        date=ImportedDate(date) if date else None,
        updated=ImportedDate(updated) if updated else None,
        summary=Text(summary, "html" if find_markup(summary) else "plain") if summary else None,
        content=Text(body, "html" if find_markup(body) else "markdown") if body else None,
        base=get("link"),
        tags=(
            *(Tag(name, dimension="categories") for name in _several(get("categories"))),
            *(Tag(name, dimension="countries") for name in _several(get("countries"))),
        ),
        authors=tuple(map(_author, _several(get("authors")))),
        enclosures=_enclosures(cells),
        picture=Picture(picture, get("image.alt"), get("image.credit")) if picture else None,
        event=(
            ImportedEvent(start, get("event.end"), get("event.place"), get("event.url"))
            if start
            else None
        ),
        language=get("language"),
        translation_of=get("translation_of"),
    )


def _several(cell: str | None) -> list[str]:
    """Return the values of a cell, which are separated by ; or |."""
    return [value.strip() for value in _SEVERAL.split(cell or "") if value.strip()]


def _author(text: str) -> Author:
    match = _MAIL.fullmatch(text[:1_000])
    return Author(match["name"] or match["email"], match["email"]) if match else Author(text)


def _enclosures(cells: Mapping[str, str | None]) -> tuple[Enclosure, ...]:
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
        Enclosure(url, kind or None, length or None, title or None)
        for url, kind, length, title in rows
        if url
    )
