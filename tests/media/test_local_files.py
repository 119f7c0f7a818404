"""Which files an entry publishes and where, and what is said of those that it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image
from test_check import png

from ilofeed.media.kinds import media_type, refuse_download
from ilofeed.media.local_files import published_name
from offices import entry, found, messages, site
from picture_files import encode

if TYPE_CHECKING:
    from ilofeed.model import Entry

PDF = b"%PDF-1.4 report"


def only(data: bytes, **files: bytes) -> Entry:
    named = {f"entries/{name}": content for name, content in files.items()}
    return site(files=named, wages=data).entries[0]


def said(data: bytes, files: dict[str, bytes]) -> list[str]:
    named = {f"entries/{name}": content for name, content in files.items()}
    return messages(files=named, wages=data)


def test_attachments_are_files_by_name_or_with_a_title() -> None:
    listed = entry(attachments="[report.pdf, {file: tables.ods, title: All tables}]")
    made = only(listed, **{"report.pdf": PDF, "tables.ods": b"PK\x03\x04 tables"})
    assert [(a.url, a.type, a.length, a.title, a.path) for a in made.attachments] == [
        (
            "https://example.org/feeds/entry/wages/report.pdf",
            "application/pdf", 15, "report.pdf", "entry/wages/report.pdf",
        ),
        (
            "https://example.org/feeds/entry/wages/tables.ods",
            "application/vnd.oasis.opendocument.spreadsheet", 11, "All tables",
            "entry/wages/tables.ods",
        ),
    ]  # fmt: skip
    assert [file.source for file in made.files] == ["entries/report.pdf", "entries/tables.ods"]


def test_a_picture_in_the_body_has_its_address_and_size() -> None:
    made = only(entry("![A hall](a%20b.png 'Title')"), **{"a b.png": png(7, 5)})
    address = "https://example.org/feeds/entry/wages/a-b.png"
    assert f'src="{address}"' in made.html
    assert 'width="7"' in made.html
    assert 'height="5"' in made.html
    assert 'alt="A hall"' in made.html


def test_one_picture_in_two_places_is_one_file() -> None:
    image = "{file: a.png, alt: A hall}"
    made = only(entry("![A hall](a.png)", image=image), **{"a.png": png()})
    assert [file.path for file in made.files] == ["entry/wages/image.png"]
    assert "entry/wages/image.png" in made.html


@pytest.mark.parametrize("name", ["\u00e9.pdf", "e\u0301.pdf"])
def test_a_name_is_found_in_either_form_of_unicode(name: str) -> None:
    made = only(entry(attachments=f"[{name}]"), **{"é.pdf": PDF})
    assert made.files[0].path == "entry/wages/é.pdf"
    assert made.attachments[0].url.endswith("/entry/wages/%C3%A9.pdf")


@pytest.mark.parametrize(
    ("written", "there", "advice"),
    [
        ("raport.pdf", "report.pdf", "`entries/raport.pdf`; put it there, or write `report.pdf`"),
        ("Report.PDF", "report.pdf", "or write `report.pdf`"),
        ("report.pdf", "2014/report.pdf", "or write `2014/report.pdf`"),
        ("x.pdf", "report.pdf", "there is no file `entries/x.pdf`; put it there"),
        ("../report.pdf", "report.pdf", "is not below entries/; put the file beside the entry"),
        ("../../etc/passwd", "report.pdf", "is not below entries/"),
        ("notes.md", "report.pdf", "would be an entry; write the name of a document"),
        ("/etc/passwd", "report.pdf", "is not below entries/"),
    ],
)  # fmt: skip
def test_a_missing_file_is_told_where_it_was_looked_for(
    written: str, there: str, advice: str
) -> None:
    (message, *_) = said(entry(attachments=f"[{written}]"), {there: PDF})
    assert advice in message
    assert message.endswith(advice) or "or write" not in message


def test_two_files_have_two_names() -> None:
    both = entry(attachments="[report.pdf, 2014/report.pdf]")
    (message,) = said(both, {"report.pdf": PDF, "2014/report.pdf": PDF + b" 2014"})
    assert "`entries/2014/report.pdf` would be published as `report.pdf`, like" in message
    same = entry(attachments="[a b.pdf, a-b.pdf]")
    assert "rename one of the files" in said(same, {"a b.pdf": PDF, "a-b.pdf": PDF})[0]
    version = entry("![x](a.jpg) ![y](a-400.jpg)")
    photo = encode(Image.effect_noise((900, 600), 90).convert("RGB"), "JPEG", quality=95)
    assert "rename one" in said(version, {"a.jpg": photo, "a-400.jpg": photo})[0]
    page = entry(attachments="[event.ics]")
    assert "the name of a page" in said(page, {"event.ics": b"BEGIN:VCALENDAR"})[0]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("page.html", b"x"), ("page.HTM", b"x"), ("page.xhtml", b"x"), ("run.js", b"x"),
        ("run.exe", b"MZ"), ("run.sh", b"#!"), ("run.php", b"<?php"), ("style.css", b"a{}"),
        ("page.pdf", b"<!DOCTYPE html>"), ("page.txt", b"\xef\xbb\xbf \n<HTML>"),
        ("page.csv", b"<script>alert(1)</script>"), ("report.pdf", b"no PDF"),
        ("report.docx", b"\xd0\xcf\x11\xe0"), ("a.zip", b"RAR"), ("a.ogg", b"ID3"),
        ("a.svg", b"<svg><script>x</script></svg>"), ("a.svg", b"<svg onload = 'x'/>"),
        ("a.svg", b"<svg><a href='javascript:x'/></svg>"), ("a.svg", b"<svg:svg><svg:script/>"),
        ("a.svg", b"<svg><a href='&#106;avascript:x'/></svg>"),
        ("a.svg", b"<svg><a href='java&#10;script:x'/></svg>"),
        ("a.svg", b"<svg><set attributeName='href' to='javascript:x'/></svg>"),
        ("a.svg", "<svg><script/></svg>".encode("utf-16")), ("a.svg", b"<svg><path></svg>"),
        ("a.xml", b"<a xmlns:h='http://www.w3.org/1999/xhtml'><h:script>x</h:script></a>"),
        ("a.xml", b"<?xml-stylesheet type='text/xsl' href='data:x'?><a/>"),
        ("a.rdf", b"<a onclick='x'/>"),
        ("a.svg", b"<svg><foreignObject/></svg>"), ("a.svg", b"<!DOCTYPE x [<!ENTITY y 'z'>]>"),
        ("empty.pdf", b""),
    ],
)  # fmt: skip
def test_what_a_website_must_not_offer(name: str, data: bytes) -> None:
    listed = entry(attachments=f"[{{file: {name}, type: application/pdf}}]")
    assert found(files={f"entries/{name}": data}, wages=listed)[-1] == "wages:7:22 bad-file"
    typed = entry(attachments="[{file: a.bin, type: text/html}]")
    assert found(files={"entries/a.bin": b"x"}, wages=typed) == ["wages:7:22 bad-file"]


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("a.svg", b"\xef\xbb\xbf<?xml version='1.0'?><svg>on=1</svg>", "image/svg+xml"),
        ("a.m4a", b"x", "audio/mp4"), ("a.ogg", b"OggS", "audio/ogg"),
        ("a.ics", b"BEGIN:VCALENDAR", "text/calendar"),
        ("a.avif", b"x", "image/avif"),
        ("a.epub", b"PK\x03\x04", "application/epub+zip"),
        ("a.pdf", b"\n" * 100 + PDF, "application/pdf"), ("a.csv", b"a,b", "text/csv"),
        ("a.odp", b"PK\x03\x04", "application/vnd.oasis.opendocument.presentation"),
    ],
)  # fmt: skip
def test_what_it_may(name: str, data: bytes, kind: str) -> None:
    assert media_type(name) == kind
    assert refuse_download(name, data, kind) is None
    assert only(entry(attachments=f"[{name}]"), **{name: data}).attachments[0].type == kind


def test_a_type_that_is_not_known_is_asked_for() -> None:
    asked = entry(attachments="[data.xyz1]")
    assert found(files={"entries/data.xyz1": b"x"}, wages=asked) == ["wages:7:15 missing-key"]
    given = entry(attachments="[{file: data.xyz1, type: application/x-data}]")
    assert only(given, **{"data.xyz1": b"x"}).attachments[0].type == "application/x-data"


def test_a_file_that_no_entry_uses() -> None:
    files = {"entries/report.pdf": PDF, "entries/rest.docx": PDF}
    listed = entry(attachments="[report.pdf]")
    assert found(files=files, wages=listed) == ["rest.docx:1:1 not-an-entry"]
    assert found(files={"entries/a.png": png()}, wages=entry()) == ["a.png:1:1 unused-file"]
    # an entry with errors may use it
    broken = entry(date="x", attachments="[report.pdf]")
    assert found(files={"entries/report.pdf": PDF}, wages=broken) == ["wages:3:7 bad-date"]


def test_an_address_is_told_its_key() -> None:
    (message,) = messages(wages=entry(attachments="['https://example.org/a.pdf']"))
    assert message == "this is an address; write `url: https://example.org/a.pdf`"
    (message,) = messages(wages=entry(image="a.png"))
    assert "write image: {file: a.png, alt: …}" in message


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("report.pdf", "report.pdf"), ("A report (2).PDF", "A-report-2.pdf"),
        ("报告 one.pdf", "报告-one.pdf"), ("a?b#c%.pdf", "a-b-c.pdf"), ("...pdf", "file.pdf"),
        ("<script>.pdf", "script.pdf"), ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
        ("e\u0301.pdf", "é.pdf"), ("a\nb.pdf", "a-b.pdf"), ("\u202epdf.exe", "pdf.exe"),
    ],
)  # fmt: skip
def test_a_published_name_is_safe_in_an_address(name: str, published: str) -> None:
    assert published_name(name) == published
    assert published_name(published) == published
