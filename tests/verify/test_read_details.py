"""What each reader takes from where: changes of single places in documents to the letter."""

from __future__ import annotations

import json
from typing import Any

import pytest
from test_documents_in_full import ENTRIES, HERE, SETTINGS

from ilofeed.model import Document
from ilofeed.verify import feed_reader
from ilofeed.verify.archive_reader import read_archive, with_entries
from ilofeed.verify.feed_reader import read_back
from ilofeed.verify.links import addresses
from ilofeed.verify.lint import match_grammar
from offices import documents, site

ATOM, RSS = (HERE / "all" / name for name in ("atom.xml", "rss.xml"))
URL = "https://example.org/feeds/all/"


@pytest.mark.parametrize(
    ("key", "field", "value"),
    [
        ("id", "id", "x"),
        ("title", "title", "x"),
        ("summary", "summary", "x"),
        ("link", "target", "x"),
        ("published", "published", "x"),
        ("published_parsed", "published_at", (2015, 1, 1, 0, 0, 0)),
        ("updated", "updated", "x"),
        ("updated_parsed", "updated_at", (2015, 1, 1, 0, 0, 0)),
        ("content", "html", [{"value": "x", "language": "mn"}]),
        ("content", "language", [{"value": "x", "language": "en"}]),
        ("ev_startdate", "event", "x"),
        ("ev_enddate", "event", "x"),
        ("ev_location", "event", "x"),
        ("media_content", "image", []),
        ("media_credit", "image", [{"content": "x"}]),
        ("tags", "terms", []),
        ("links", "attachments", []),
    ],
)
@pytest.mark.parametrize("path", [ATOM, RSS], ids=lambda path: path.stem)
def test_what_feedparser_sees_of_an_entry_counts_not_what_lxml_sees(
    path: Any, key: str, field: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    form: Any = path.stem
    before = read_back(path.read_bytes(), form)[1][0][field]
    parse = feed_reader.parse_feed

    def parse_and_change(data: bytes) -> Any:
        parsed = parse(data)
        parsed.entries[0][key] = value
        return parsed

    monkeypatch.setattr(feed_reader, "parse_feed", parse_and_change)
    assert read_back(path.read_bytes(), form)[1][0][field] != before


@pytest.mark.parametrize("path", [ATOM, RSS], ids=lambda path: path.stem)
def test_the_size_of_a_picture(path: Any) -> None:
    data = path.read_bytes().replace(b'type="image/png"', b'type="image/png" width="3" height="2"')
    for read in (read_back, read_archive):
        image = read(data, path.stem)[1][0]["image"]
        assert image == ("https://example.net/a.png", "A crane", "Li", "image/png", 3, 2)


@pytest.mark.parametrize("kind", ["application/pdf", "text/plain", ""])
def test_a_page_is_of_html(kind: str) -> None:
    data = ATOM.read_bytes().replace(
        b'rel="alternate" type="text/html" hreflang="en"/>\n  <generator',
        f'rel="alternate" type="{kind}" hreflang="en"/>\n  <generator'.encode(),
    )
    assert data != ATOM.read_bytes()
    assert read_archive(ATOM.read_bytes(), "atom")[0]["page"] == URL
    assert read_archive(data, "atom")[0]["page"] is None
    assert read_archive(data.replace(f' type="{kind}"'.encode(), b""), "atom")[0]["page"] == URL


def test_a_part_of_an_archive_document_is_a_document() -> None:
    document = documents(site(office=SETTINGS, **ENTRIES))["all/archive/2/atom.xml"]
    for numbers, slugs in (((0,), ["fifth"]), ((1,), ["fourth"]), ((0, 1), ["fifth", "fourth"])):
        left = with_entries(document, numbers)
        assert left.feed is not None
        assert [entry.slug for entry in left.feed.entries] == slugs
        _, entries = read_archive(left.data, "atom")
        assert [entry["id"] for entry in entries] == [
            f"tag:example.org,2015:office:{slug}" for slug in slugs
        ]


def test_an_item_that_occurs_twice() -> None:
    feed = json.loads((HERE / "all" / "feed.json").read_bytes())
    feed["items"].append(feed["items"][0])
    (finding,) = match_grammar(json.dumps(feed).encode(), "json")
    assert (finding.rule, finding.where) == ("DuplicateEntries", "items")


XML = """<x xmlns:a="urn:x-y:a" a:b="#no" href="#1"><comments>#2</comments><docs>#3</docs>
<icon>#4</icon><link>#5</link><loc>#6</loc><a:logo>#7</a:logo><uri>#8</uri><url>#9</url>
<y url="#10" src="#11" htmlUrl="#12" xmlUrl="#13" uri="#14"/><title>#no</title>
<content>&lt;a href="#15"&gt;&lt;/a&gt;</content><encoded>&lt;img src="#16"&gt;</encoded></x>"""


@pytest.mark.parametrize("path", ["all/rss.xml", "feeds.opml", "sitemap.xml"])
def test_the_addresses_in_xml(path: str) -> None:
    found = set(addresses(Document(path, "index", XML.encode())))
    assert found == {f"#{number}" for number in range(1, 17)}


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.json", '{"url": "#1", "x_url": "#2", "icon": "#3", "title": "#no"}', 3),
        ("a.json", '[{"content_html": "<a href=\\"#1\\">x</a>", "html": "<img src=\\"#2\\">"}]', 2),
        ("a.ics", "URL:#1\r\nSOURCE;VALUE=URI:#2\r\nATTACH:#\r\n 3\r\nSUMMARY:#no\r\n", 3),
        ("a.txt", "Sitemap: https://example.org/ x", None),
        ("a.css", "a { background: url(#no) }", 0),
    ],
)
def test_the_addresses_in_other_documents(path: str, text: str, found: int | None) -> None:
    expected = ["https://example.org/"]
    if found is not None:
        expected = [f"#{number}" for number in range(1, found + 1)]
    assert sorted(addresses(Document(path, "index", text.encode()))) == expected
