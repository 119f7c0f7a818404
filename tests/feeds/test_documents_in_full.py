"""Each kind of document of a small office, against files that were written and read by people.

The verification of a build compares documents with what it computes of the entries; these files
say what that is. Other programs have stored the addresses, ids and digits in them: a difference is
a change that subscribers see. XML is compared in canonical form, without space between elements.
"""

from __future__ import annotations

import functools
import io
import json
from typing import Any

import pytest
from lxml import etree

from ilofeed.feeds import select
from ilofeed.guard.manifest import make_ledger, render_manifest
from offices import DATA, NOW, OFFICE, documents, entry, site

HERE = DATA / "documents"
SETTINGS = OFFICE.replace(
    b"  timezone:",
    b"  languages: [en, mn]\n"
    b"  limit: 2\n"
    b"  archives: [atom, rss, json]\n"
    b"  hub: https://hub.example.org/\n"
    b"  author: {name: The Press, email: press@example.org, url: 'https://example.org/press'}\n"
    b"  timezone:",
)
SETTINGS += b"feeds: [all, {per: category}, {per: country}, {per: [country, category]}]\n"
FULL = {
    "title": "'Wages & jobs <2015>'",
    "categories": "[wages, employment]",
    "countries": "[CN, world]",
    "updated": "2015-05-20T10:00:00+08:00",
    "link": "https://example.net/wages?a=1&b=2",
    "authors": "[{name: Li Wei, email: li@example.org, url: 'https://example.org/li'}, Bat]",
    "image": "{url: 'https://example.net/a.png', alt: A crane, credit: Li}",
    "language": "mn",
    "translation_of": "original",
    "attachments": "[{url: 'https://example.net/a.pdf', length: 5, title: All},"
    " {url: 'https://example.net/b.mp3', type: audio/mpeg}]",
    "event": "{start: 2015-06-01, end: 2015-06-02, place: Darkhan,"
    " url: 'https://example.net/event'}",
}
ENTRIES: dict[str, Any] = {
    "full": entry("A *text*.", **FULL),
    "original": entry(
        date="2015-05-18", event='{start: "2015-05-18T09:30+08:00", end: "2015-05-18T11:00+08:00"}'
    ),
    "gone": entry(date="2015-05-19T08:00:00+09:00", withdrawn="2015-06-01"),
    "first": entry(date="2014-01-02", countries="[CN]", id="old-name"),
    "second": entry(date="2014-01-03", event="{start: 2014-02-01, status: cancelled}"),
    "third": entry(date="2014-01-04", withdrawn="2014-02-01"),
    "fourth": entry(date="2014-01-05", categories="[employment]"),
    "fifth": entry(date="2014-01-06", link="https://example.net/fifth"),
}
PATHS = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file())


@functools.cache
def made() -> dict[str, bytes]:
    office = site(office=SETTINGS, **ENTRIES)
    shown = documents(office)
    ledger = make_ledger(select(office, NOW), tuple(shown.values()))
    shown["manifest.json"] = render_manifest(ledger)
    return {path: document.data for path, document in shown.items()}


def read(path: str, data: bytes) -> Any:
    if path == "manifest.json":  # the digests of all documents would name each change of a page
        manifest = json.loads(data)
        manifest["documents"] = [document["path"] for document in manifest["documents"]]
        return {key: manifest[key] for key in manifest if not key.startswith("files")}
    if path.endswith(".json"):
        return json.loads(data)
    if path.endswith(".ics"):
        return data.replace(b"\r\n ", b"").decode().split("\r\n")
    return (
        etree.canonicalize(from_file=io.BytesIO(data), strip_text=True)
        .replace("><", ">\n<")
        .splitlines()
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_document_is_what_it_was(path: str) -> None:
    assert read(path, made()[path]) == read(path, (HERE / path).read_bytes())


def test_each_kind_of_document_has_a_file() -> None:
    """But for the same of another feed, and what is embedded in other sites."""
    others = ("category/", "country/", "entry/", "all/oembed.json")
    kinds = (".xml", ".json", ".ics", ".opml")
    documents = {path for path in made() if path.endswith(kinds) and not path.startswith(others)}
    assert documents - set(PATHS) == {"all/archive/2/rss.xml", "all/archive/2/feed.json"}
    assert len(PATHS) == 13
