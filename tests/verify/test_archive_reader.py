"""The reader of archive documents finds what feedparser finds, and every fault that it finds."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_roundtrip import BODIES, accepted, entry_file, keys

from effort import attempts
from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.feeds import feed_items
from ilofeed.feeds.selection import select
from ilofeed.pages.render import render
from ilofeed.verify.archive_reader import read_archive
from ilofeed.verify.expected import expected_entry, expected_feed
from ilofeed.verify.feed_reader import read_back
from ilofeed.verify.verification import compare, verify, verify_document
from offices import DATA, NOW, OFFICE, entry, site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ilofeed.model import Document, Feed, Format, Office

pytestmark = pytest.mark.slow

GALLERY = DATA / "gallery"
FULL = entry(
    link="https://example.org/n",
    updated="2015-05-21",
    language="zh-Hans",
    authors="[{name: Bat, email: bat@example.org, url: https://example.org/}, Two]",
    event="{start: 2015-06-01, end: 2015-06-02, place: Ulaanbaatar}",
    image="{url: https://example.org/x.png, alt: A street, credit: Somebody}",
    attachments="[{url: https://example.org/a.pdf, type: application/pdf, length: '7', title: A}]",
    body="Text & <https://example.org/>",
)
ARCHIVED = OFFICE.replace(b"  title:", b"  limit: 1\n  archives: [atom, rss, json]\n  title:")


def feeds(made: Any) -> Iterator[Document]:
    for document in render(select(made, NOW)):
        if document.format in {"atom", "rss"}:
            yield document


def agree(document: Document) -> None:
    assert document.format is not None
    by_lxml = read_archive(document.data, document.format)
    assert by_lxml == read_back(document.data, document.format)


def test_both_readers_agree_on_the_gallery() -> None:
    made, _ = check(read_office(GALLERY), dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    assert made is not None
    found = list(feeds(made))
    assert len(found) == 40
    for document in found:
        agree(document)


@settings(max_examples=attempts(37, 750))
@given(st.lists(st.tuples(keys(), BODIES), min_size=1, max_size=3))
def test_both_readers_agree_on_any_entry(files: list[tuple[dict[str, Any], str]]) -> None:
    for document in feeds(accepted(*(entry_file(*one) for one in files))):
        agree(document)


def archive(form: Format) -> tuple[Document, Office]:
    """An archive document with an entry that has everything."""
    old: dict[str, Any] = {f"old-{n}": entry(date=f"2015-04-{n + 1:02}") for n in range(2)}
    made = site(office=ARCHIVED, **old, full=FULL.replace(b"2015-05-19", b"2015-03-01"))
    found = [one for one in feeds(made) if one.kind == "archive" and one.format == form]
    return next(one for one in found if one.feed and _has(one.feed, "full")), made.office


def _has(feed: Feed, slug: str) -> bool:
    return slug in {entry.slug for entry in feed.entries}


def damaged(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A document with each element and attribute gone, doubled, emptied and changed in turn."""
    root = etree.fromstring(data)
    for element in list(root.iter("*")):
        name = etree.QName(element).localname
        text, parent = element.text, element.getparent()
        if text and text.strip():
            for other in ("", "x", f"{text}x", text.replace("2015", "2016")):
                element.text = other
                yield f"{name} {other!r}", etree.tostring(root, encoding="UTF-8")
            element.text = text
        for key, value in sorted(map(_plain, element.attrib.items())):
            del element.attrib[key]
            yield f"{name} no @{key}", etree.tostring(root, encoding="UTF-8")
            for other in ("", "x", f"{value}x", "7"):
                element.set(key, other)
                yield f"{name} @{key} {other!r}", etree.tostring(root, encoding="UTF-8")
            element.set(key, value)
        if parent is not None:
            place = parent.index(element)
            parent.insert(place, copy.deepcopy(element))
            yield f"two {name}", etree.tostring(root, encoding="UTF-8")
            del parent[place : place + 2]
            yield f"no {name}", etree.tostring(root, encoding="UTF-8")
            parent.insert(place, element)


def _plain(item: tuple[str | bytes, str | bytes]) -> tuple[str, str]:
    return str(item[0]), str(item[1])


def faults(read: Any, document: Document, data: bytes, office: Office) -> list[str]:
    """The fields that do not come back, by one of the readers; no grammar, no lint."""
    feed, form = document.feed, document.format
    assert feed is not None
    assert form is not None
    try:
        about, entries = read(data, form)
    except ValueError as error:
        return [str(error)]
    wanted = [expected_entry(one, office, form) for one in feed_items(feed, office, form)]
    if [one["id"] for one in wanted] != [one["id"] for one in entries]:
        return ["entries"]
    found = [*compare("", "feed", expected_feed(feed, office, form), about)]
    for one, seen in zip(wanted, entries, strict=True):
        found += compare("", "entry", one, seen)
    return [fault.field for fault in found]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_it_sees_every_fault_that_feedparser_sees(form: Format) -> None:
    document, office = archive(form)
    assert faults(read_archive, document, document.data, office) == []
    seen = 0
    for what, data in damaged(document.data):
        if faults(read_back, document, data, office):
            seen += 1
            assert faults(read_archive, document, data, office), what
    assert seen > 150


@pytest.mark.parametrize("form", ["atom", "rss"])
@pytest.mark.parametrize("data", [b"", b"<feed", b"<html/>", b'<rss version="0.91"/>', b"\xff"])
def test_what_is_no_feed(form: Format, data: bytes) -> None:
    document, office = archive(form)
    with pytest.raises(ValueError, match=r"lxml: |expected <(feed|rss)"):
        read_archive(data, form)
    wrong = dataclasses.replace(document, data=data)
    assert "document" in {fault.field for fault in verify_document(wrong, office)}


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_archives_are_read_by_it_and_what_people_subscribe_to_by_feedparser(
    form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise ValueError("not this one")

    document, office = archive(form)
    made = site(wages=FULL)
    monkeypatch.setattr("ilofeed.verify.feed_reader.parse_feed", refuse)
    assert verify_document(document, office) == []
    with_feedparser = {fault.path for fault in verify(list(feeds(made)), made.office)}
    assert {f"all/{form}.xml", f"category/wages/{form}.xml"} <= with_feedparser
