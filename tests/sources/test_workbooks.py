"""Workbooks: sheets, dates, hidden parts, and cells that would end the process."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ilofeed.sources.files.tables import is_workbook, read_sheets, read_table
from ilofeed.sources.items import ImportedFeed, SourceError
from offices import DATA

HEADER = ["Title", "Date", "Summary"]


def workbook(*rows: list[Any], **sheets: list[list[Any]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def edited(data: bytes, name: str, *changes: tuple[str, str]) -> bytes:
    """Return a zip file with changes in one of its files."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        for info in source.infolist():
            text = source.read(info)
            if info.filename.endswith(name):
                for before, after in changes:
                    assert before.encode() in text
                    text = text.replace(before.encode(), after.encode())
            copy.writestr(info.filename, text)
    return target.getvalue()


def dates(feed: ImportedFeed) -> list[str]:
    return [item.date for item in feed.items]


def notes(feed: ImportedFeed) -> list[str]:
    return [note.text for note in feed.notes]


@pytest.mark.parametrize("is_1904", [False, True])
def test_dates_of_a_workbook_are_those_that_it_shows(*, is_1904: bool) -> None:
    number = 42143.375 - 1462 * is_1904
    book = workbook(
        HEADER,
        ["A", dt.datetime(2015, 5, 19, 9, 0)],
        ["B", dt.date(2015, 5, 19)],
        ["C", number],
        ["D", int(number)],
        ["E", "19.05.2015 14:30"],
    )
    if is_1904:
        numbers = [book.active["B4"].value, book.active["B5"].value]
        book.epoch = CALENDAR_MAC_1904
        book.active["B4"], book.active["B5"] = numbers
    feed = read_sheets(saved(book), {})
    assert dates(feed) == [
        "2015-05-19 09:00:00",
        "2015-05-19",
        "2015-05-19 09:00:00",
        "2015-05-19",
        "19.05.2015 14:30",
    ]
    day_zero = "1904-01-01" if is_1904 else "1899-12-30"
    message = f"numbers read as days since {day_zero}, as spreadsheets count them: 2"
    assert notes(feed) == [message]


def test_numbers_in_a_text_are_dates_too_but_years_are_not() -> None:
    feed = read_table("title,date\nA,42143.375\nB,42143\nC,2015\nD,20150519\n", {})
    assert dates(feed) == ["2015-05-19 09:00:00", "2015-05-19", "2015", "20150519"]


@pytest.mark.parametrize("name", ["odfpy.ods", "xlsxwriter.xlsx"])
def test_a_workbook_that_another_program_wrote(name: str) -> None:
    feed = read_sheets((DATA / "tables" / name).read_bytes(), {})
    assert [(item.title.value, item.date) for item in feed.items] == [
        ("Wages rise", "2015-05-19 09:00:00"),
        ("Хөдөлмөр", "2015-05-20"),
    ]
    assert feed.left_out == 1  # `published` is false in the third row


def test_the_first_sheet_with_a_known_header_is_read_and_the_others_are_named() -> None:
    book = workbook(["Notes on this file"], News=[HEADER, ["A"]], More=[HEADER, ["B"]])
    book.create_sheet("Secret").append(HEADER)
    book["Secret"].sheet_state = "hidden"
    feed = read_sheets(saved(book), {})
    assert [item.title.value for item in feed.items] == ["A"]
    assert notes(feed) == ["the sheet `News` was read, not: `Sheet`, `More`, `Secret`"]


def test_a_hidden_sheet_is_not_read() -> None:
    book = workbook(["Notes"], Secret=[HEADER, ["A"]])
    book["Secret"].sheet_state = "veryHidden"
    with pytest.raises(SourceError, match="no column has the name of a key"):
        read_sheets(saved(book), {})


def test_hidden_rows_are_not_read_and_hidden_columns_must_be_shown() -> None:
    book = workbook(HEADER, ["A"], ["B"], ["C"])
    book.active.row_dimensions[3].hidden = True
    feed = read_sheets(saved(book), {})
    assert [item.title.value for item in feed.items] == ["A", "C"]
    assert notes(feed) == ["cells in hidden rows were not read: 1"]
    book.active.column_dimensions["A"].hidden = True
    with pytest.raises(SourceError, match="hidden columns"):
        read_sheets(saved(book), {})


def test_hidden_rows_of_libreoffice() -> None:
    data = (DATA / "tables" / "odfpy.ods").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("content.xml").decode()
    at = text.index("<table:table-row", text.index("<table:table-row") + 1)
    row = text[at : text.index("</table:table-row>", at)]
    hidden = row.replace("<table:table-row", '<table:table-row table:visibility="filter"', 1)
    feed = read_sheets(edited(data, "content.xml", (row, hidden)), {})
    assert [item.title.value for item in feed.items] == ["Хөдөлмөр"]


def test_values_of_all_kinds() -> None:
    book = workbook(
        ["Title", "Published", "attachments.length", "Body", "language"],
        ["A", True, 5, "=1+1", "#N/A"],
        ["B", False, 5.5, "x", ""],
        ["merged", True, None, "x"],
        [None, True, None, "y"],
    )
    book.active.merge_cells("A4:A5")
    feed = read_sheets(saved(book), {})
    assert [item.title.value for item in feed.items] == ["A", "merged", ""]
    assert feed.items[0].content.value == ""
    assert feed.items[0].language == ""
    assert "cells with an error were not read: 1" in notes(feed)
    assert "formulas without a value were not read: 1" in notes(feed)


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FAR = [
    '<c r="XFD1048576"><v>1</v></c>',
    '<c r="XFD1048576"><v></v></c>',
    '<c r="XFD1048576" t="str"><v></v></c>',
    '<c r="XFD1048576" t="s"/>',
    '<c r="XFD1048576" t="inlineStr"><is><t></t></is></c>',
    f'<x:c xmlns:x="{SHEET}" r="XFD1048576"><x:v>1</x:v></x:c>',
]


@pytest.mark.parametrize("cell", FAR)
def test_a_cell_far_away_does_not_end_the_process(cell: str) -> None:
    data = saved(workbook(HEADER, ["A"]))
    end = ("</sheetData>", f'<row r="1048576">{cell}</row></sheetData>')
    with pytest.raises(SourceError, match="more than 1000000 cells"):
        read_sheets(edited(data, "sheet1.xml", end), {})


def test_a_repeated_cell_does_not_end_the_process() -> None:
    data = (DATA / "tables" / "odfpy.ods").read_bytes()
    for name in ("row", "cell"):
        repeated = "rows" if name == "row" else "columns"
        change = (
            f"<table:table-{name}",
            f'<table:table-{name} table:number-{repeated}-repeated="1000000"',
        )
        with pytest.raises(SourceError, match="more than 1000000 cells"):
            read_sheets(edited(data, "content.xml", change), {})


def packed(files: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed({"content.xml": "<a/>"}), "not a workbook"),
        (packed({"xl/workbook.xml": "<a"}), "the workbook is damaged"),
        (b"PK\x03\x04 xl/workbook", "the workbook is damaged"),
        (saved(workbook(HEADER, ["A"]))[:-30], "the workbook is damaged"),
    ],
)
def test_what_is_not_a_workbook(data: bytes, words: str) -> None:
    assert is_workbook(data)
    with pytest.raises(SourceError, match=words):
        read_sheets(data, {})


def claiming(size: int) -> bytes:
    """Return a zip file whose directory says another size of its one file, of 5 MB."""
    data = packed({"xl/workbook.xml": " " * 5_000_000})
    real = (5_000_000).to_bytes(4, "little")
    assert data.count(real) == 2
    return data.replace(real, size.to_bytes(4, "little"))


def test_what_is_large_when_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="larger than 128 MiB"):
        read_sheets(claiming(135_000_000), {})
    with pytest.raises(SourceError, match="the workbook is damaged"):
        read_sheets(claiming(9), {})
    monkeypatch.setattr("ilofeed.sources.files.tables._MAX_FILES", 3)
    with pytest.raises(SourceError, match="larger than 128 MiB"):
        read_sheets(packed({f"{number}.xml": "<a/>" for number in range(4)}), {})
