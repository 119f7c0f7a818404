"""Read the sheets of a workbook (.xlsx or .ods) as rows of texts, by calamine.

calamine ends the process if a cell is far away, because it makes room for all cells before it. So
it gets a copy of the workbook with only the parts that lxml can read, in which the extent of each
sheet was checked, and without hidden rows: they were not meant for everyone.
"""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

from lxml import etree

from ilofeed.problems import quote
from ilofeed.sources.items import MAX_BYTES, MAX_PARTS, SourceError

_MAX_FILES = 10_000
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError, etree.XMLSyntaxError,
)  # fmt: skip


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
            name: [list(map(_text, row)) for row in _rows(book, name)]
            for name, is_visible in names.items()
            if is_visible
        }
    except SourceError:
        raise
    except _BROKEN as error:
        raise SourceError(f"the workbook is damaged: {quote(str(error), 100)}") from error
    except BaseException as error:  # calamine's own errors, and panics of Rust
        if type(error).__module__ not in {"python_calamine", "pyo3_runtime", "builtins"}:
            raise
        raise SourceError("this is not a workbook (.xlsx or .ods) that can be read") from error
    hidden = tuple(name for name, is_visible in names.items() if not is_visible)
    day_zero = dt.date(1904, 1, 1) if is_1904 else dt.date(1899, 12, 30)
    return Workbook(sheets, hidden, unread, day_zero)


def _rows(book: Any, name: str) -> list[list[Any]]:
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)  # type: ignore[no-any-return]


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
        if len(files) > _MAX_FILES or sum(info.file_size for info in files) > 2 * MAX_BYTES:
            size = f"{2 * MAX_BYTES // 2**20} MiB"
            raise SourceError(f"the workbook is larger than {size} when it is unpacked")
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
                raise SourceError("a sheet has hidden columns; show or delete them first")
            if _is_hidden(row):
                unread["cells in hidden rows"] += 1
                cell[:] = []
                for key in [key for key in cell.attrib if key == "t" or "value" in key]:
                    del cell.attrib[key]
            else:
                last, width = max(last, number), max(width, column)
    if last * width > MAX_PARTS:
        raise SourceError(f"a sheet has more than {MAX_PARTS} cells up to its last one")


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
