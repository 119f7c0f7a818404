"""The encoding of a source: what it is said to be, what it is, and no guess."""

from __future__ import annotations

import codecs
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ilofeed.sources.decoding import codec_of, decode
from ilofeed.sources.files.tables import read_table
from ilofeed.sources.items import SourceError
from ilofeed.sources.read import SourceRequest, read_source

if TYPE_CHECKING:
    from pathlib import Path

MONGOLIAN = "Цалин нэмэгдлээ, ажилчид баярлалаа"
CHINESE = "最低工资标准上调，职工收入增加"
FRENCH = "Les salaires augmentent en été à Genève"
RARE = "最低工资镕喆"  # not in GB 2312


def table(text: str) -> str:
    return f"title;date\r\n{text};2015-05-19\r\n"


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (MONGOLIAN, "windows-1251", "cp1251"),
        (CHINESE, "gbk", "gb18030"),
        (FRENCH, "iso-8859-1", "cp1252"),
        ("Зарплата растёт", "koi8-r", "koi8_r"),
        ("最低工資標準上調", "big5", "big5"),
    ],
)
def test_a_table_in_another_encoding_is_read_if_that_is_named(
    text: str, encoding: str, named: str
) -> None:
    data = table(text).encode(encoding)
    assert decode(data, codec_of(encoding)) == (table(text), [])
    assert decode(data, charset=encoding) == (table(text), [])
    with pytest.raises(SourceError) as caught:
        decode(data)
    assert f"--encoding {named} makes it `" in str(caught.value)
    assert text[-7:] in str(caught.value)
    assert decode(data, codec_of(named)) == (table(text), [])


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-16-le", b""),
    ],
)
def test_a_mark_says_more_than_anything_else(encoding: str, mark: bytes) -> None:
    data = mark + table(MONGOLIAN).encode(encoding)
    assert decode(data, charset="cp1251") == (table(MONGOLIAN), [])


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1251", "gbk"])
def test_what_is_utf_8_is_utf_8(declared: str) -> None:
    for data, charset in (
        (f'<?xml version="1.0" encoding="{declared}"?><a>é</a>'.encode(), ""),
        (table(FRENCH).encode(), declared),
    ):
        text, (note,) = decode(data, charset=charset)
        assert "é" in text
        assert note.text.endswith("but it is UTF-8")


@pytest.mark.parametrize(
    ("declared", "text", "codec"),
    [
        ("gb2312", RARE, "gbk"),
        ("iso-8859-1", "“quoted” – €", "cp1252"),
        ("us-ascii", "Genève", "cp1252"),
        ("Shift_JIS", "①賃金", "cp932"),
    ],
)
def test_a_declared_encoding_is_what_browsers_take_it_for(
    declared: str, text: str, codec: str
) -> None:
    xml = f'<?xml version="1.0" encoding="{declared}"?><a>{text}</a>'
    assert decode(xml.encode(codec)) == (xml, [])


def test_few_broken_characters_are_left_out_and_many_are_refused() -> None:
    data = ("Цалин " * 20).encode() + b"\xff."
    text, (note,) = decode(data)
    assert text == "Цалин " * 20 + "."
    assert note.text == "characters that are not valid utf-8 and were left out: 1"
    with pytest.raises(SourceError):
        decode(data + b"\xff" * 20)
    xml = '<?xml version="1.0" encoding="utf-8"?><a>Цалин хөлс нэмэгдлээ</a>'
    with pytest.raises(SourceError, match="not UTF-8; --encoding"):
        decode(xml.replace("ө", "о").encode("cp1251"))


def test_bytes_that_no_encoding_makes_readable() -> None:
    with pytest.raises(SourceError, match="save it as UTF-8, or name its encoding"):
        decode(b"title\nW\xd7g \xf7s\xb6 x\xa4\xac")


def test_a_named_encoding_must_fit() -> None:
    with pytest.raises(SourceError, match="not GB18030"):
        decode(table(FRENCH).encode("cp1252"), "gb18030")


def test_only_encodings_of_documents_are_known() -> None:
    for name in ("rot13", "base64", "punycode", "x" * 90, "", "utf-99"):
        assert codec_of(name) == ""
    for name in ("windows-1251", "cp1251", "GBK", "UTF-8", "big5", "koi8-r", "cp866", "latin-1"):
        assert codec_of(name) != ""


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_the_separator_that_excel_writes(first: str) -> None:
    feed = read_table(first + "title;summary,x\nPay;a\n", {"summary": "summary,x"})
    (item,) = feed.items
    assert (item.title.value, item.summary.value) == ("Pay", "a")


def test_lines_in_a_cell_are_several_values() -> None:
    (item,) = read_table('title,categories,authors\nPay,"wages\njobs","Li\nBat"\n', {}).items
    assert [tag.term for tag in item.tags] == ["wages", "jobs"]
    assert [author.name for author in item.authors] == ["Li", "Bat"]


def test_text_that_was_decoded_wrongly_is_named(tmp_path: Path) -> None:
    twice = CHINESE.encode().decode("latin-1")
    for text, named in ((twice, True), ("d\u00c3\u00a9j\u00c3\u00a0", True), (FRENCH, False)):
        (tmp_path / "a.csv").write_text(table(text), "utf-8")
        feed = read_source(tmp_path, SourceRequest("a.csv"), dt.UTC, dt.datetime.now(dt.UTC))
        notes = [note.text for note in feed.notes if "decoded wrongly" in note.text]
        assert bool(notes) == named
