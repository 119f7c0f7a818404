"""Read a table, CSV (RFC 4180) or a workbook, whose columns have the names of an entry's keys."""

import csv
import dataclasses
import datetime as dt
import io
import itertools
import re
from collections.abc import Iterator, Mapping

from ilofeed.problems import did_you_mean, quote
from ilofeed.sources import items, public
from ilofeed.sources.files.workbooks import read_workbook
from ilofeed.text import find_markup

KEYS = frozenset(
    (
        "title date summary categories countries link updated body id authors language "
        "translation_of event.start event.end event.place event.url event.status "
        "image.url image.alt image.credit "
        "attachments.url attachments.type attachments.length attachments.title"
    ).split()
)
STATE_KEYS = ("status", "visibility", "draft", "published", "password")
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
_MAX_CELL = 2_000_000
_SEVERAL = re.compile("[;|\n]")
_SEPARATOR = re.compile(r'"?sep=(?P<sign>[,;\t|])"?\r?\n', re.IGNORECASE)
_DATES = ("date", "updated", "event.start", "event.end")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?")  # days, from 1927 on
_DAY_ZERO = dt.date(1899, 12, 30)
_MAIL = re.compile(r"(?P<name>[^<]*)<(?P<email>[^<>\s@]+@[^<>\s]+)>")


def read_table(
    text: str, columns: Mapping[str, str], *, drafts: bool = False
) -> items.ImportedFeed:
    """Return the rows of a table as items (`columns`: key to header); raise `SourceError`."""
    csv.field_size_limit(_MAX_CELL)
    separator = _SEPARATOR.match(text)  # which Excel writes and reads
    text = text[separator.end() :] if separator else text
    delimiter = separator["sign"] if separator else _delimiter(text)
    if text.count(delimiter) > items.MAX_PARTS:
        raise items.SourceError(f"the table has more than {items.MAX_PARTS} cells")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return _read_rows(rows, columns, _DAY_ZERO, drafts=drafts)
    except csv.Error as error:
        raise items.SourceError(f"the table cannot be read: {error}") from error


def read_sheets(
    data: bytes, columns: Mapping[str, str], *, drafts: bool = False
) -> items.ImportedFeed:
    """Return the rows of the first visible sheet of a workbook that has a known header."""
    book = read_workbook(data)
    errors = []
    for name, rows in book.sheets.items():
        try:
            feed = _read_rows(iter(rows), columns, book.day_zero, drafts=drafts)
        except items.SourceError as error:
            errors.append(error)
            continue
        others = [*(other for other in book.sheets if other != name), *book.hidden]
        texts = [f"the sheet {quote(name)} was read, not: {', '.join(map(quote, others))}"]
        texts = texts * bool(others) + [
            f"{what} were not read: {count}" for what, count in book.unread.items() if count
        ]
        notes = tuple(items.Note(0, "", text) for text in texts)
        return dataclasses.replace(feed, notes=(*notes, *feed.notes))
    raise errors[0] if errors else items.SourceError("the workbook has no visible sheet")


def _read_rows(
    rows: Iterator[list[str]], columns: Mapping[str, str], day_zero: dt.date, *, drafts: bool
) -> items.ImportedFeed:
    header = next((row for row in rows if any(map(str.strip, row))), [])
    positions, states, notes = _positions([name.strip() for name in header], columns)
    numbered = list(enumerate(itertools.islice(rows, items.MAX_ITEMS + 1), 1))
    if len(numbered) > items.MAX_ITEMS:
        message = f"the table has more than {items.MAX_ITEMS} rows; the rest is ignored"
        notes.append(items.Note(0, "", message))
    filled = [
        (number, [cell.strip() for cell in row])
        for number, row in numbered[: items.MAX_ITEMS]
        if any(map(str.strip, row))
    ]
    last = filled[-1][0] if filled else 0
    selection = public.select(
        (
            (number, _state(row, positions, states, is_last=number == last))
            for number, row in filled
        ),
        drafts=drafts,
    )
    cells = {number: _cells(row, positions) for number, row in filled if number in selection.taken}
    serials = sum(_read_serials(row, day_zero) for row in cells.values())
    if serials:
        message = f"numbers read as days since {day_zero}, as spreadsheets count them: {serials}"
        notes.append(items.Note(0, "", message))
    entries = [_item(number, row, selection.taken[number]) for number, row in cells.items()]
    return items.ImportedFeed(
        tuple(entries), (*notes, *selection.notes), is_table=True, left_out=selection.left_out
    )


def _read_serials(cells: dict[str, str], day_zero: dt.date) -> int:
    """Replace numbers in the columns of dates by dates; return how many."""
    serials = [key for key in _DATES if _SERIAL.fullmatch(cells[key])]
    for key in serials:
        zero = dt.datetime.combine(day_zero, dt.time())
        moment = zero + dt.timedelta(seconds=round(float(cells[key]) * 24 * 60 * 60))
        cells[key] = str(moment).removesuffix(" 00:00:00")
    return len(serials)


def _cells(row: list[str], positions: Mapping[str, int]) -> dict[str, str]:
    cells = {key: row[at] for key, at in positions.items() if at < len(row)}
    return dict.fromkeys(KEYS, "") | cells


def _state(
    row: list[str],
    positions: Mapping[str, int],
    states: list[tuple[str, int]],
    *,
    is_last: bool,
) -> public.State:
    """Return the state of a row; `states` are the names and positions of the columns about it."""
    fields = [(name, row[at] if at < len(row) else "") for name, at in states]
    if is_last and any(at >= len(row) for _, at in states):  # the table may have been cut off
        fields.append(("status", ""))
    state = public.state_of(fields)
    if state.kind != "public":
        return state
    cells = _cells(row, positions)
    return public.placeholder_state("", "", [cells["body"], cells["summary"]])


def _delimiter(text: str) -> str:
    """Return the most frequent of the possible delimiters in the first line, outside quotes."""
    line = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", line)
    return max(",;\t", key=unquoted.count)


def _positions(
    header: list[str], columns: Mapping[str, str]
) -> tuple[dict[str, int], list[tuple[str, int]], list[items.Note]]:
    """Return the position of each key's column, those about the state of a row, and notes."""
    folded = [name.casefold() for name in header]
    positions: dict[str, int] = {}
    for key, name in columns.items():
        if name.casefold() not in folded:
            message = f"there is no column {quote(name)} for {key}{did_you_mean(name, header)}"
            raise items.SourceError(message)
        positions[key] = folded.index(name.casefold())
    used = set(positions.values())
    states = [(key, positions.pop(key)) for key in STATE_KEYS if key in positions]
    states += [
        (public.fold(name), at)
        for at, name in enumerate(header)
        if public.fold(name) in public.NAMES
    ]
    unknown = []
    for at, name in enumerate(folded):
        key = _OTHER_NAMES.get(name, name).replace(" ", "_")
        if key in KEYS and key not in positions and at not in used:
            positions[key] = at
        elif name and at not in used and not public.is_name(name):
            unknown.append(header[at])
    if not {"title", "date", "summary", "body"} & set(positions):
        raise items.SourceError(
            "no column has the name of a key (title, date, summary, categories, countries, "
            "link, …); rename the columns, or use --column, for instance --column title=Headline"
        )
    names = ", ".join(map(quote, unknown[:50]))
    message = f"unknown columns ignored: {names}; name their keys with --column KEY=HEADER"
    return positions, states, [items.Note(0, "", message)] * bool(unknown)


def _item(number: int, cells: Mapping[str, str], publication: items.Publication) -> items.Item:
    summary, body = cells["summary"], cells["body"]
    return items.Item(
        number,
        id=cells["id"],
        title=items.Text(cells["title"]),
        link=cells["link"],
        date=items.ImportedDate(cells["date"]),
        updated=items.ImportedDate(cells["updated"]),
        summary=items.Text(summary, "html" if find_markup(summary) else "plain"),
        content=items.Text(body, "html" if find_markup(body) else "markdown"),
        base=cells["link"],
        tags=tuple(
            items.Tag(name, dimension=dimension)
            for dimension in items.DIMENSIONS
            for name in _several(cells[dimension])
        ),
        authors=tuple(map(_author, _several(cells["authors"]))),
        enclosures=tuple(_enclosures(cells)),
        picture=items.Picture(*(cells[f"image.{name}"] for name in ("url", "alt", "credit"))),
        event=items.ImportedEvent(*(cells[f"event.{name}"] for name in items.EVENT)),
        language=cells["language"],
        translation_of=cells["translation_of"],
        publication=publication,
    )


def _several(cell: str) -> list[str]:
    """Split a cell at ; and | into its values."""
    return [value.strip() for value in _SEVERAL.split(cell) if value.strip()]


def _author(text: str) -> items.Author:
    if match := _MAIL.fullmatch(text):
        return items.Author(match["name"].strip() or match["email"], match["email"])
    return items.Author(text)


def _enclosures(cells: Mapping[str, str]) -> Iterator[items.Enclosure]:
    # an address may contain a ; so only white space or | ends it
    urls = re.split(r"\s*\|\s*|;\s+|\s+", cells["attachments.url"])
    names = ("type", "length", "title")
    others = (_SEVERAL.split(cells[f"attachments.{name}"]) for name in names)
    for url, *values in itertools.zip_longest(urls, *others, fillvalue=""):
        if url:
            yield items.Enclosure(url, *map(str.strip, values))
