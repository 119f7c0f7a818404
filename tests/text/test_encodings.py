"""A file in another encoding is one problem, which shows the text in the encoding it is in."""

from __future__ import annotations

import io
import zipfile

import pytest

from offices import entry, found, messages

CHINESE = "最低工资标准上调，职工收入增加"
MONGOLIAN = "Цалин нэмэгдлээ, ажилчид баярлалаа"
FRENCH = "Les salaires augmentent en été à Genève"


@pytest.mark.parametrize(
    ("title", "codec", "name", "shown"),
    [
        (CHINESE, "gbk", "GBK", CHINESE),
        ("最低工資標準上調", "big5", "Big5", "最低工資標準上調"),
        ("賃金が上がる。最低賃金について", "shift_jis", "Shift-JIS", "賃金が上がる"),
        ("임금이 올랐다 최저임금", "euc_kr", "EUC-KR", "임금이 올랐다"),
        ("Зарплата растёт в Улан-Баторе", "cp1251", "Windows-1251", "Зарплата растёт"),
        ("Зарплата растёт в Улан-Баторе", "koi8_r", "KOI8-R", "Зарплата растёт"),
        ("доклад о занятости", "koi8_r", "KOI8-R", "доклад о занятости"),
        ("Зарплата растёт в Улан-Баторе", "cp866", "CP866", "Зарплата растёт"),
        ("الأجور ترتفع في ثلاث مقاطعات", "cp1256", "Windows-1256", "الأجور"),
        (FRENCH, "cp1252", "Windows-1252", "été à Genève"),
        (FRENCH, "mac_roman", "Mac OS Roman", "été à Genève"),
        ("Płace rosną w trzech województwach", "cp1250", "Windows-1250", "łace rosną"),
    ],
)
def test_the_encoding_that_makes_readable_text_is_named(
    title: str, codec: str, name: str, shown: str
) -> None:
    data = entry(title="TITLE", summary="TITLE").replace(b"TITLE", title.encode(codec))
    (message,) = messages(wages=data)
    assert f"as {name} this is `" in message
    assert shown in message
    assert "save it as UTF-8" in message


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_known_without_its_mark_also_in_chinese(codec: str) -> None:
    text = entry(title=CHINESE * 10, summary=CHINESE).decode()
    assert found(wages=text.encode(codec)) == ["wages:1:1 not-utf-8"]


def test_bytes_that_are_text_in_no_encoding_are_not_guessed() -> None:
    (message,) = messages(
        wages=entry(title="TITLE").replace(b"TITLE", b"W\xd7g \xf7s\xb6 x\xa4\xac")
    )
    assert message == ("byte 0xD7 is not valid UTF-8; save it as UTF-8 (“Save as”, encoding UTF-8)")


def test_the_other_mistakes_of_such_a_file_are_reported_too() -> None:
    data = entry(title="TITLE", date="May 2015").replace(b"TITLE", CHINESE.encode("gbk"))
    assert found(wages=data) == ["wages:2:8 not-utf-8", "wages:3:7 bad-date"]


def docx() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<x/>" * 500)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (docx(), "a document of Word or LibreOffice"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "a document of Word"),
        (b"{\\rtf1\\ansi Wages rise}", "a document of Word (RTF)"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
    ],
)
def test_a_file_of_another_program_is_named(data: bytes, kind: str) -> None:
    (message,) = messages(wages=data)
    assert message.startswith(f"this is {kind}, whatever its name says; ")
