"""Read a table, CSV (RFC 4180) or a workbook, whose columns have the names of an entry's keys.

The sheets of a workbook (.xlsx or .ods) are read by calamine, which ends the process if a cell is
far away, because it makes room for all cells before it. So it gets a copy with only the parts that
lxml can read, in which the extent of each sheet was checked, and without hidden rows: they were not
meant for everyone.
"""

import csv
import dataclasses
import datetime as dt
import io
import itertools
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from ilofeed.problems import did_you_mean, quote
from ilofeed.sources import items, public
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
_MAX_FILES = 10_000
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError, etree.XMLSyntaxError,
)  # fmt: skip


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
        return dataclasses.replace(feed, notes=(*map(items.note, texts), *feed.notes))
    raise errors[0] if errors else items.SourceError("the workbook has no visible sheet")


def _read_rows(
    rows: Iterator[list[str]], columns: Mapping[str, str], day_zero: dt.date, *, drafts: bool
) -> items.ImportedFeed:
    header = next((row for row in rows if any(map(str.strip, row))), [])
    positions, states, notes = _positions([name.strip() for name in header], columns)
    first = list(itertools.islice(rows, items.MAX_ITEMS + 1))
    if len(first) > items.MAX_ITEMS:
        message = f"the table has more than {items.MAX_ITEMS} rows; the rest is ignored"
        notes.append(items.note(message))
    filled = {
        number: [cell.strip() for cell in row]
        for number, row in enumerate(first[: items.MAX_ITEMS], 1)
        if any(map(str.strip, row))
    }
    last = max(filled, default=0)
    judged = {
        number: _state(row, positions, states, is_last=number == last)
        for number, row in filled.items()
    }
    selection = public.select(judged.items(), drafts=drafts)
    cells = {number: _cells(filled[number], positions) for number in selection.taken}
    serials = sum(_read_serials(row, day_zero) for row in cells.values())
    if serials:
        message = f"numbers read as days since {day_zero}, as spreadsheets count them: {serials}"
        notes.append(items.note(message))
    return selection.feed(itertools.starmap(_item, cells.items()), notes, is_table=True)


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
    row: list[str], positions: Mapping[str, int], states: list[tuple[str, int]], *, is_last: bool
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
    names = items.listed(list(map(quote, unknown)), 50)
    message = f"unknown columns ignored: {names}; name their keys with --column KEY=HEADER"
    return positions, states, [items.note(message)] * bool(unknown)


def _item(number: int, cells: Mapping[str, str]) -> items.Item:
    summary, body = cells["summary"], cells["body"]
    return items.Item(
        number,
        id=cells["id"],
        title=items.Text(cells["title"]),
        link=cells["link"],
        date=cells["date"],
        updated=cells["updated"],
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


@dataclass(frozen=True, slots=True)
class Workbook:
    """The rows of each visible sheet by its name, the names of hidden ones, and what was not read.

    `day_zero` is the day from which numbers count days.
    """

    sheets: dict[str, list[list[str]]]
    hidden: tuple[str, ...]
    unread: Counter[str]
    day_zero: dt.date


def is_workbook(data: bytes) -> bool:
    """Return whether a document is a workbook, by the names of files in it."""
    return data.startswith(b"PK\x03\x04") and (b"xl/workbook" in data or b"content.xml" in data)


def read_workbook(data: bytes) -> Workbook:
    """Return the sheets of a workbook; raise `SourceError` if it cannot be read."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    try:
        copy, unread, is_1904 = _checked_copy(data)
        book = CalamineWorkbook.from_filelike(io.BytesIO(copy))
        names = {
            sheet.name: sheet.visible == SheetVisibleEnum.Visible for sheet in book.sheets_metadata
        }
        sheets = {
            name: [
                list(map(_text, row))
                for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for name, is_visible in names.items()
            if is_visible
        }
    except items.SourceError:
        raise
    except _BROKEN as error:
        raise items.SourceError(f"the workbook is damaged: {quote(str(error), 100)}") from error
    except BaseException as error:  # calamine's own errors, and panics of Rust
        if type(error).__module__ not in {"python_calamine", "pyo3_runtime", "builtins"}:
            raise
        raise items.SourceError(
            "this is not a workbook (.xlsx or .ods) that can be read"
        ) from error
    hidden = tuple(name for name, is_visible in names.items() if not is_visible)
    day_zero = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    return Workbook(sheets, hidden, unread, day_zero)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return str(value.replace(microsecond=0)).removesuffix(" 00:00:00")
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _checked_copy(data: bytes) -> tuple[bytes, Counter[str], bool]:
    """Return the workbook with its checked parts, what was removed, and if days count from 1904."""
    unread: Counter[str] = Counter()
    is_1904 = False
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(target, "w") as copy:
        files = archive.infolist()
        # zipfile reads no more of a file than the directory says
        if len(files) > _MAX_FILES or sum(info.file_size for info in files) > 2 * items.MAX_BYTES:
            size = f"{2 * items.MAX_BYTES // 2**20} MiB"
            raise items.SourceError(f"the workbook is larger than {size} when it is unpacked")
        for info in files:
            if info.filename == "mimetype":
                copy.writestr(info.filename, archive.read(info))
            elif info.filename.endswith((".xml", ".rels")):
                parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
                root = etree.fromstring(archive.read(info), parser)
                is_1904 |= any(
                    _is_true(element.get("date1904")) for element in root.iter("{*}workbookPr")
                )
                for sheet in root.iter("{*}worksheet", "{*}table"):
                    _check_sheet(sheet, unread)
                copy.writestr(info.filename, etree.tostring(root, encoding="utf-8"))
    return target.getvalue(), unread, is_1904


def _check_sheet(sheet: Any, unread: Counter[str]) -> None:
    """Empty the hidden rows of a sheet, and check the extent of the others."""
    hidden, column = [], 0
    for element in sheet.iter("{*}col", "{*}table-column"):
        first = int(element.get("min") or column + 1)
        column = int(element.get("max") or column + _times(element, "columns"))
        hidden += [range(first, column + 1)] * _is_hidden(element)
    number = last = width = 0
    for row in sheet.iter("{*}row", "{*}table-row"):
        number, column = int(row.get("r") or number + _times(row, "rows")), 0
        for cell in row.iter("{*}c", "{*}table-cell", "{*}covered-table-cell"):
            first = _column(cell.get("r") or "") or column + 1
            column = first - 1 + _times(cell, "columns")
            if not (len(cell) or cell.get("t") or _get(cell, "value-type")):
                continue
            unread["cells with an error"] += cell.get("t") == "e"
            is_unknown = cell.find("{*}f") is not None and not cell.findtext("{*}v")
            unread["formulas without a value"] += is_unknown
            if any(first in columns for columns in hidden):  # it may say what is not public
                raise items.SourceError("a sheet has hidden columns; show or delete them first")
            if _is_hidden(row):
                unread["cells in hidden rows"] += 1
                cell[:] = []
                for key in [key for key in cell.attrib if key == "t" or "value" in key]:
                    del cell.attrib[key]
            else:
                last, width = max(last, number), max(width, column)
    if last * width > items.MAX_PARTS:
        raise items.SourceError(f"a sheet has more than {items.MAX_PARTS} cells up to its last one")


def _is_hidden(element: Any) -> bool:
    is_filtered = _get(element, "visibility") in {"collapse", "filter"}
    return is_filtered or _is_true(element.get("hidden"))


def _is_true(value: str | None) -> bool:
    return value in {"1", "true"}


def _column(place: str) -> int:
    """Return the number of the column of a place such as AB12, from 1; 0 for none."""
    number = 0
    for letter in re.match("[A-Z]{0,3}", place)[0]:  # type: ignore[index]  # it matches any text
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _get(element: Any, name: str) -> str:
    """Return an attribute of OpenDocument by its local name, or ""."""
    return next((v for key, v in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _times(element: Any, name: str) -> int:
    return int(_get(element, f"number-{name}-repeated") or 1)
