"""What the readers find in each kind of document, and what must be there, both to the letter.

The files in tests/data/documents are those of `test_documents_in_full`. Readers and expectations
share functions with the renderers, so that a fault in one of them would be on both sides.
"""

from __future__ import annotations

from typing import Any

import pytest
from test_documents_in_full import ENTRIES, HERE, SETTINGS

from ilofeed.feeds import feed_items, select
from ilofeed.model import Format
from ilofeed.verify.archive_reader import read_archive
from ilofeed.verify.calendar_reader import read_calendar
from ilofeed.verify.expected import expected_calendar, expected_entry, expected_event, expected_feed
from ilofeed.verify.feed_reader import read_back
from offices import NOW, documents, site

Read = tuple[dict[str, Any], list[dict[str, Any]]]

FULL_HTML = (
    '<p class="ilofeed-event">Хэзээ: <time datetime="2015-06-01">2015 оны 6 дугаар '
    'сарын 1</time>–<time datetime="2015-06-02">2</time> · Хаана: Darkhan</p>\n'
    '<figure class="ilofeed-picture"><img src="https://example.net/a.png" '
    'alt="A crane"><figcaption>Гэрэл зураг: Li</figcaption></figure>\n'
    "<p>A <em>text</em>.</p>\n"
    '<div class="ilofeed-documents">\n<h2>Баримт бичиг</h2>\n<ul>\n'
    '<li><a href="https://example.net/a.pdf"><bdi>All</bdi></a> '
    "<bdi>(PDF, 5 B)</bdi></li>\n"
    '<li><a href="https://example.net/b.mp3">'
    "<bdi>https://example.net/b.mp3</bdi></a></li>\n"
    "</ul>\n</div>"
)
EVENT_HTML = (
    '<p class="ilofeed-event">When: <time datetime="2015-05-18T09:30:00+08:00">18 May 2015, '
    '09:30</time>–<time datetime="2015-05-18T11:00:00+08:00">11:00</time> (UTC+8)</p>\n'
    "<p>A report on wages.</p>"
)
CANCELLED_HTML = (
    '<p class="ilofeed-event">When: <time datetime="2014-02-01">1 February 2014</time></p>\n'
    "<p>A report on wages.</p>"
)
READ: dict[str, Read] = {
    "all/atom.xml": (
        {
            "self": "https://example.org/feeds/all/atom.xml",
            "hub": "https://hub.example.org/",
            "current": None,
            "prev-archive": "https://example.org/feeds/all/archive/2/atom.xml",
            "next-archive": None,
            "history": None,
            "icon": None,
            "logo": None,
            "id": "tag:example.org,2015:office:feed/all",
            "title": "Example Office",
            "description": "News and events",
            "language": "en",
            "updated": "2015-06-01T00:00:00.784+00:00",
            "updated_at": 1433116800,
            "authors": [("The Press", "press@example.org", "https://example.org/press")],
            "tombstones": [("tag:example.org,2015:office:gone", "2015-06-01T00:00:00.784+00:00")],
            "page": "https://example.org/feeds/all/",
        },
        [
            {
                "language": "mn",
                "updated": "2015-05-20T02:00:00.277+00:00",
                "updated_at": 1432087200,
                "event": ("2015-06-01", "2015-06-02", "Darkhan"),
                "image": (
                    "https://example.net/a.png",
                    "A crane",
                    "Li",
                    "image/png",
                    None,
                    None,
                ),
                "id": "tag:example.org,2015:office:full",
                "title": "Wages & jobs <2015>",
                "summary": "A report on wages.",
                "html": FULL_HTML,
                "target": "https://example.net/wages?a=1&b=2",
                "page": "https://example.org/feeds/entry/full/",
                "published": "2015-05-19T09:00:00+09:00",
                "published_at": 1431993600,
                "authors": [
                    ("Li Wei", "li@example.org", "https://example.org/li"),
                    ("Bat", None, None),
                ],
                "terms": [
                    ("tag:example.org,2015:office:category/wages", "Wages", "Wages"),
                    ("tag:example.org,2015:office:category/employment", "Employment", "Employment"),
                    ("tag:example.org,2015:office:country/CN", "China", "China"),
                    ("tag:example.org,2015:office:country/world", "World", "World"),
                ],
                "attachments": [
                    ("https://example.net/a.pdf", "application/pdf", 5, "All"),
                    ("https://example.net/b.mp3", "audio/mpeg", None, None),
                ],
            },
            {
                "language": "en",
                "updated": "2015-05-18T00:00:00.610+00:00",
                "updated_at": 1431907200,
                "event": ("2015-05-18T09:30:00+08:00", "2015-05-18T11:00:00+08:00", None),
                "image": None,
                "id": "tag:example.org,2015:office:original",
                "title": "Wages rise",
                "summary": "A report on wages.",
                "html": EVENT_HTML,
                "target": "https://example.org/feeds/entry/original/",
                "page": "https://example.org/feeds/entry/original/",
                "published": "2015-05-18T09:00:00+09:00",
                "published_at": 1431907200,
                "authors": [("The Press", "press@example.org", "https://example.org/press")],
                "terms": [
                    ("tag:example.org,2015:office:category/wages", "Wages", "Wages"),
                    ("tag:example.org,2015:office:country/MN", "Mongolia", "Mongolia"),
                ],
                "attachments": [],
            },
        ],
    ),
    "all/rss.xml": (
        {
            "self": "https://example.org/feeds/all/rss.xml",
            "hub": "https://hub.example.org/",
            "current": None,
            "prev-archive": "https://example.org/feeds/all/archive/2/rss.xml",
            "next-archive": None,
            "history": None,
            "icon": None,
            "title": "Example Office",
            "description": "News and events",
            "language": "en",
            "updated": "Mon, 01 Jun 2015 09:00:00 +0900",
            "updated_at": 1433116800,
            "page": "https://example.org/feeds/all/",
        },
        [
            {
                "language": "mn",
                "updated": "2015-05-20T02:00:00+00:00",
                "updated_at": 1432087200,
                "event": ("2015-06-01", "2015-06-02", "Darkhan"),
                "image": (
                    "https://example.net/a.png",
                    "A crane",
                    "Li",
                    "image/png",
                    None,
                    None,
                ),
                "id": "tag:example.org,2015:office:full",
                "title": "Wages & jobs <2015>",
                "summary": "A report on wages.",
                "html": FULL_HTML,
                "target": "https://example.net/wages?a=1&b=2",
                "published": "Tue, 19 May 2015 09:00:00 +0900",
                "published_at": 1431993600,
                "authors": [("Li Wei", None, None), ("Bat", None, None)],
                "terms": [
                    ("tag:example.org,2015:office:category/wages", None, "Wages"),
                    ("tag:example.org,2015:office:category/employment", None, "Employment"),
                    ("tag:example.org,2015:office:country/CN", None, "China"),
                    ("tag:example.org,2015:office:country/world", None, "World"),
                ],
                "attachments": [("https://example.net/a.pdf", "application/pdf", 5, None)],
            },
            {
                "language": "en",
                "updated": None,
                "updated_at": None,
                "event": ("2015-05-18T09:30:00+08:00", "2015-05-18T11:00:00+08:00", None),
                "image": None,
                "id": "tag:example.org,2015:office:original",
                "title": "Wages rise",
                "summary": "A report on wages.",
                "html": EVENT_HTML,
                "target": "https://example.org/feeds/entry/original/",
                "published": "Mon, 18 May 2015 09:00:00 +0900",
                "published_at": 1431907200,
                "authors": [("The Press", None, None)],
                "terms": [
                    ("tag:example.org,2015:office:category/wages", None, "Wages"),
                    ("tag:example.org,2015:office:country/MN", None, "Mongolia"),
                ],
                "attachments": [],
            },
        ],
    ),
    "all/feed.json": (
        {
            "title": "Example Office",
            "description": "News and events",
            "language": "en",
            "self": "https://example.org/feeds/all/feed.json",
            "page": "https://example.org/feeds/all/",
            "hub": "https://hub.example.org/",
            "icon": None,
            "favicon": None,
            "prev-archive": "https://example.org/feeds/all/archive/2/feed.json",
            "authors": [("The Press", None, "https://example.org/press")],
            "more": {
                "en": "All items: Example Office",
                "mn": "Бүх мэдээлэл: Example Office",
            },
        },
        [
            {
                "id": "tag:example.org,2015:office:full",
                "title": "Wages & jobs <2015>",
                "summary": "A report on wages.",
                "html": FULL_HTML,
                "target": "https://example.net/wages?a=1&b=2",
                "page": "https://example.org/feeds/entry/full/",
                "language": "mn",
                "published": "2015-05-19T09:00:00+09:00",
                "published_at": 1431993600,
                "updated": "2015-05-20T02:00:00+00:00",
                "updated_at": 1432087200,
                "authors": [("Li Wei", None, "https://example.org/li"), ("Bat", None, None)],
                "terms": [
                    ("categories", "wages"),
                    ("categories", "employment"),
                    ("countries", "CN"),
                    ("countries", "world"),
                ],
                "tags": ["Wages", "Employment", "China", "World"],
                "attachments": [
                    ("https://example.net/a.pdf", "application/pdf", 5, "All"),
                    ("https://example.net/b.mp3", "audio/mpeg", None, None),
                ],
                "event": {
                    "start": "2015-06-01",
                    "end": "2015-06-02",
                    "place": "Darkhan",
                    "url": "https://example.net/event",
                },
                "image": (
                    "https://example.net/a.png",
                    "A crane",
                    "Li",
                    "image/png",
                    None,
                    None,
                ),
                "translation_of": "https://example.org/feeds/entry/original/",
                "when": {"en": "1–2 June 2015", "mn": "2015 оны 6 дугаар сарын 1–2"},
            },
            {
                "id": "tag:example.org,2015:office:original",
                "title": "Wages rise",
                "summary": "A report on wages.",
                "html": EVENT_HTML,
                "target": "https://example.org/feeds/entry/original/",
                "page": "https://example.org/feeds/entry/original/",
                "language": "en",
                "published": "2015-05-18T09:00:00+09:00",
                "published_at": 1431907200,
                "updated": None,
                "updated_at": None,
                "authors": [("The Press", None, "https://example.org/press")],
                "terms": [("categories", "wages"), ("countries", "MN")],
                "tags": ["Wages", "Mongolia"],
                "attachments": [],
                "event": {"start": "2015-05-18T09:30:00+08:00", "end": "2015-05-18T11:00:00+08:00"},
                "image": None,
                "translation_of": None,
                "when": {
                    "en": "18 May 2015, 09:30–11:00 (UTC+8)",
                    "mn": "2015 оны 5 дугаар сарын 18, 09:30–11:00 (UTC+8)",
                },
            },
        ],
    ),
    "all/archive/1/atom.xml": (
        {
            "self": "https://example.org/feeds/all/archive/1/atom.xml",
            "hub": None,
            "current": "https://example.org/feeds/all/atom.xml",
            "prev-archive": None,
            "next-archive": "https://example.org/feeds/all/archive/2/atom.xml",
            "history": "archive",
            "icon": None,
            "logo": None,
            "id": "tag:example.org,2015:office:feed/all",
            "title": "Example Office",
            "description": "News and events",
            "language": "en",
            "updated": "2014-01-03T01:00:00.205+00:00",
            "updated_at": 1388710800,
            "authors": [("The Press", "press@example.org", "https://example.org/press")],
            "tombstones": [],
            "page": "https://example.org/feeds/all/",
        },
        [
            {
                "language": "en",
                "updated": "2014-01-03T01:00:00.205+00:00",
                "updated_at": 1388710800,
                "event": ("2014-02-01", None, None),
                "image": None,
                "id": "tag:example.org,2015:office:second",
                "title": "Cancelled: Wages rise",
                "summary": "A report on wages.",
                "html": CANCELLED_HTML,
                "target": "https://example.org/feeds/entry/second/",
                "page": "https://example.org/feeds/entry/second/",
                "published": "2014-01-03T09:00:00+08:00",
                "published_at": 1388710800,
                "authors": [("The Press", "press@example.org", "https://example.org/press")],
                "terms": [
                    ("tag:example.org,2015:office:category/wages", "Wages", "Wages"),
                    ("tag:example.org,2015:office:country/MN", "Mongolia", "Mongolia"),
                ],
                "attachments": [],
            },
            {
                "language": "en",
                "updated": "2014-01-02T01:00:00.563+00:00",
                "updated_at": 1388624400,
                "event": None,
                "image": None,
                "id": "tag:example.org,2015:office:old-name",
                "title": "Wages rise",
                "summary": "A report on wages.",
                "html": "<p>A report on wages.</p>",
                "target": "https://example.org/feeds/entry/first/",
                "page": "https://example.org/feeds/entry/first/",
                "published": "2014-01-02T09:00:00+08:00",
                "published_at": 1388624400,
                "authors": [("The Press", "press@example.org", "https://example.org/press")],
                "terms": [
                    ("tag:example.org,2015:office:category/wages", "Wages", "Wages"),
                    ("tag:example.org,2015:office:country/CN", "China", "China"),
                ],
                "attachments": [],
            },
        ],
    ),
    "all/archive/2/atom.xml": (
        {
            "self": "https://example.org/feeds/all/archive/2/atom.xml",
            "hub": None,
            "current": "https://example.org/feeds/all/atom.xml",
            "prev-archive": "https://example.org/feeds/all/archive/1/atom.xml",
            "next-archive": None,
            "history": "archive",
            "icon": None,
            "logo": None,
            "id": "tag:example.org,2015:office:feed/all",
            "title": "Example Office",
            "description": "News and events",
            "language": "en",
            "updated": "2014-02-01T01:00:00.740+00:00",
            "updated_at": 1391216400,
            "authors": [("The Press", "press@example.org", "https://example.org/press")],
            "tombstones": [],
            "page": "https://example.org/feeds/all/",
        },
        [
            {
                "language": "en",
                "updated": "2014-01-06T01:00:00.083+00:00",
                "updated_at": 1388970000,
                "event": None,
                "image": None,
                "id": "tag:example.org,2015:office:fifth",
                "title": "Wages rise",
                "summary": "A report on wages.",
                "html": "<p>A report on wages.</p>",
                "target": "https://example.net/fifth",
                "page": "https://example.org/feeds/entry/fifth/",
                "published": "2014-01-06T09:00:00+08:00",
                "published_at": 1388970000,
                "authors": [("The Press", "press@example.org", "https://example.org/press")],
                "terms": [
                    ("tag:example.org,2015:office:category/wages", "Wages", "Wages"),
                    ("tag:example.org,2015:office:country/MN", "Mongolia", "Mongolia"),
                ],
                "attachments": [],
            },
            {
                "language": "en",
                "updated": "2014-01-05T01:00:00.789+00:00",
                "updated_at": 1388883600,
                "event": None,
                "image": None,
                "id": "tag:example.org,2015:office:fourth",
                "title": "Wages rise",
                "summary": "A report on wages.",
                "html": "<p>A report on wages.</p>",
                "target": "https://example.org/feeds/entry/fourth/",
                "page": "https://example.org/feeds/entry/fourth/",
                "published": "2014-01-05T09:00:00+08:00",
                "published_at": 1388883600,
                "authors": [("The Press", "press@example.org", "https://example.org/press")],
                "terms": [
                    ("tag:example.org,2015:office:category/employment", "Employment", "Employment"),
                    ("tag:example.org,2015:office:country/MN", "Mongolia", "Mongolia"),
                ],
                "attachments": [],
            },
        ],
    ),
    "all/archive/1/rss.xml": (
        {
            "self": "https://example.org/feeds/all/archive/1/rss.xml",
            "hub": None,
            "current": "https://example.org/feeds/all/rss.xml",
            "prev-archive": None,
            "next-archive": "https://example.org/feeds/all/archive/2/rss.xml",
            "history": "archive",
            "icon": None,
            "title": "Example Office",
            "description": "News and events",
            "language": "en",
            "updated": "Fri, 03 Jan 2014 09:00:00 +0800",
            "updated_at": 1388710800,
            "page": "https://example.org/feeds/all/",
        },
        [
            {
                "language": "en",
                "updated": None,
                "updated_at": None,
                "event": ("2014-02-01", None, None),
                "image": None,
                "id": "tag:example.org,2015:office:second",
                "title": "Cancelled: Wages rise",
                "summary": "A report on wages.",
                "html": CANCELLED_HTML,
                "target": "https://example.org/feeds/entry/second/",
                "published": "Fri, 03 Jan 2014 09:00:00 +0800",
                "published_at": 1388710800,
                "authors": [("The Press", None, None)],
                "terms": [
                    ("tag:example.org,2015:office:category/wages", None, "Wages"),
                    ("tag:example.org,2015:office:country/MN", None, "Mongolia"),
                ],
                "attachments": [],
            },
            {
                "language": "en",
                "updated": None,
                "updated_at": None,
                "event": None,
                "image": None,
                "id": "tag:example.org,2015:office:old-name",
                "title": "Wages rise",
                "summary": "A report on wages.",
                "html": "<p>A report on wages.</p>",
                "target": "https://example.org/feeds/entry/first/",
                "published": "Thu, 02 Jan 2014 09:00:00 +0800",
                "published_at": 1388624400,
                "authors": [("The Press", None, None)],
                "terms": [
                    ("tag:example.org,2015:office:category/wages", None, "Wages"),
                    ("tag:example.org,2015:office:country/CN", None, "China"),
                ],
                "attachments": [],
            },
        ],
    ),
    "all/calendar.ics": (
        {
            "title": "Example Office",
            "old_title": "Example Office",
            "description": "News and events",
            "page": "https://example.org/feeds/all/",
            "self": "https://example.org/feeds/all/calendar.ics",
        },
        [
            {
                "id": "tag:example.org,2015:office:full",
                "updated_at": 1432087200,
                "published_at": 1431993600,
                "title": "Wages & jobs <2015>",
                "summary": "A report on wages.\n\nA text.\n\nhttps://example.org/feeds/entry/full/",
                "start": "2015-06-01",
                "end": "2015-06-03",
                "place": "Darkhan",
                "target": "https://example.net/event",
                "labels": ["Wages", "Employment", "China", "World"],
                "status": "CONFIRMED",
            },
            {
                "id": "tag:example.org,2015:office:original",
                "updated_at": 1431907200,
                "published_at": 1431907200,
                "title": "Wages rise",
                "summary": "A report on wages.\n\nhttps://example.org/feeds/entry/original/",
                "start": 1431912600,
                "end": 1431918000,
                "place": None,
                "target": "https://example.org/feeds/entry/original/",
                "labels": ["Wages", "Mongolia"],
                "status": "CONFIRMED",
            },
            {
                "id": "tag:example.org,2015:office:second",
                "updated_at": 1388710800,
                "published_at": 1388710800,
                "title": "Cancelled: Wages rise",
                "summary": "A report on wages.\n\nhttps://example.org/feeds/entry/second/",
                "start": "2014-02-01",
                "end": "2014-02-02",
                "place": None,
                "target": "https://example.org/feeds/entry/second/",
                "labels": ["Wages", "Mongolia"],
                "status": "CANCELLED",
            },
        ],
    ),
}

FORMS: dict[str, Format] = {"all/atom.xml": "atom", "all/rss.xml": "rss", "all/feed.json": "json"}


def data(path: str) -> bytes:
    return (HERE / path).read_bytes()


@pytest.mark.parametrize("path", FORMS)
def test_a_feed_is_read_to_the_letter(path: str) -> None:
    assert read_back(data(path), FORMS[path]) == READ[path]


@pytest.mark.parametrize("path", [path for path in READ if path.endswith(".xml")])
def test_lxml_alone_reads_the_same(path: str) -> None:
    form: Format = "atom" if path.endswith("atom.xml") else "rss"
    assert read_archive(data(path), form) == READ[path]


def test_a_calendar_is_read_to_the_letter() -> None:
    assert read_calendar(data("all/calendar.ics")) == READ["all/calendar.ics"]


@pytest.mark.parametrize("path", FORMS)
def test_what_must_be_there_is_known_to_the_letter(path: str) -> None:
    made, form = site(office=SETTINGS, **ENTRIES), FORMS[path]
    feed = documents(made)[path].feed
    assert feed is not None
    about, entries = READ[path]
    assert expected_feed(feed, made.office, form) == about
    assert [
        expected_entry(item, made.office, form) for item in feed_items(feed, made.office, form)
    ] == entries


def test_what_must_be_in_a_calendar_is_known_to_the_letter() -> None:
    made = site(office=SETTINGS, **ENTRIES)
    feed = select(made, NOW).feeds[0]
    about, events = READ["all/calendar.ics"]
    assert expected_calendar(feed, made.office) == about
    known = [expected_event(entry, made.office) for entry in feed.events]
    assert sorted(known, key=lambda event: str(event["id"])) == events
