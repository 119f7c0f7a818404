"""Importing: elements of feeds with values that feedparser does not expect."""

from __future__ import annotations

import json
import re

import pytest
from feedparser.api import StrictFeedParser

from ilofeed.sources.feeds import read_feed
from ilofeed.sources.json_feed import read_json

URIS = {prefix: uri for uri, prefix in StrictFeedParser.namespaces.items() if prefix}
# each name of an element that feedparser knows: `media_license` or `title`
ELEMENTS = sorted(
    {name.split("_", 2)[2] for name in dir(StrictFeedParser) if re.match("_(start|end)_", name)}
)
NAMES = (
    "url href type length rel src start srsName srsDimension rdf:resource text scheme term label "
    "domain isPermaLink mode role xml:base xml:lang"
).split()
ATTRIBUTES = {
    "none": "",
    "empty": " ".join(f'{name}=""' for name in NAMES),
    "wrong": " ".join(f'{name}="http://[x é"' for name in NAMES),
    "other": 'srsName="EPSG:x" length="-1" mode="base64" type="x/xml" scheme="http://[x"',
}
PARENTS = {
    "alone": "%s",
    "in where": '<gml:where><gml:Point srsName="EPSG:x">%s</gml:Point></gml:where>',
    "in chapters": "<psc:chapters>%s</psc:chapters>",
}


@pytest.mark.parametrize("parent", PARENTS)
@pytest.mark.parametrize("attributes", ATTRIBUTES)
def test_every_element_with_values_that_are_missing_or_wrong(attributes: str, parent: str) -> None:
    """Each is in an item of its own; titles that an element sets are not compared."""
    assert len(ELEMENTS) > 100
    found = []
    for element in ELEMENTS:
        prefix, _, local = element.partition("_")
        name = f"{prefix}:{local}" if prefix in URIS and local else element
        poison = f"<{name} {ATTRIBUTES[attributes]}>%s</{name}>"
        found += [PARENTS[parent] % poison % text for text in ("", "1,2 x [//")]
    head = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in URIS.items())
    items = "".join(f"<item><title>{n}</title>{poison}</item>" for n, poison in enumerate(found))
    data = f"<rss{head}><channel><title>T</title>{items}</channel></rss>"
    feed = read_feed(data, None)
    assert len(feed.items) == len(found)
    assert [note.text for note in feed.notes if "feedparser fails" in note.text] == []


def test_a_license_without_a_link_is_named() -> None:
    media = 'xmlns:media="http://search.yahoo.com/mrss/"'
    data = f"<rss {media}><channel><item><title>A</title><media:license/></item></channel></rss>"
    (read,) = read_feed(data, None).items
    assert read.title.value == "A"


def test_places_and_chapters_are_counted() -> None:
    gml, psc = "http://www.opengis.net/gml", "http://podlove.org/simple-chapters"
    item = f'<item><title>A</title><psc:chapter xmlns:psc="{psc}"/><g:pos xmlns:g="{gml}"/></item>'
    feed = read_feed(f"<rss><channel>{item}{item}</channel></rss>", None)
    assert len(feed.items) == 2
    assert "no key: chapter (2), pos (2)" in feed.notes[0].text


MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
URL = "https://old.example.net/"


@pytest.mark.parametrize(
    ("elements", "named"),
    [
        ('<media:content url="a.png" medium="image"/>' * 3, "media_content (2)"),
        ('<media:content url="a"/>', "media_content (1)"),
        ('<media:thumbnail url="a.png"/>', "media_thumbnail (1)"),
        ("<media:credit>A</media:credit>", "media_credit (1)"),
        ("<dc:publisher>A</dc:publisher>", "publisher (1)"),
        (f'<a:link rel="related" href="{URL}"/>' * 2, "link rel=related (2)"),
        (f'<a:link rel="via" href="{URL}"/>', "link rel=via (1)"),
        ("<a:content>A</a:content><a:content>B</a:content>", "content (1)"),
        (f'<a:content src="{URL}"/>', "content src (1)"),
        (f'<a:link rel="edit" href="{URL}"/><link>{URL}a</link>', "link rel=edit (1)"),
        (f'<a:link href="{URL}" title="B"/>', "link title (1)"),
        (f"<link>{URL}a</link><link>{URL}b</link>", "link rel=alternate (1)"),
        ("<dc:title>B</dc:title>", "title (1)"),
        ("<other:thing>B</other:thing>", "other_thing (1)"),
        ("<pubDate>1 May 2015</pubDate><issued>2 May 2015</issued>", "pubDate or issued (1)"),
        ("<pubDate>1 May 2015</pubDate><created>2 May 2015</created>", "created (1)"),
        ('<media:content url="a.mp3" medium="audio" duration="9"/>', "media_content duration (1)"),
    ],
)
def test_what_is_not_read_is_counted(elements: str, named: str) -> None:
    atom = 'xmlns:a="http://www.w3.org/2005/Atom"'
    item = f"<item><title>A</title>{elements}</item>"
    feed = read_feed(f"<rss {MEDIA} {atom}><channel>{item}</channel></rss>", None)
    assert named in " ".join(note.text for note in feed.notes)


def test_what_is_read_is_not_counted() -> None:
    item = f"<title>A</title><dc:title>A</dc:title><link>{URL}</link><pubDate>1 May 2015</pubDate>"
    self_link = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="{URL}"/>'
    feed = read_feed(f"<rss {MEDIA}><channel><item>{item}{self_link}</item></channel></rss>", None)
    assert len(feed.items) == 1
    assert feed.notes == ()


def test_the_authors_of_an_atom_entry_who_have_no_name() -> None:
    authors = (
        "<author><email>a@x.example</email></author><author><uri>https://x.example/</uri></author>"
    )
    entry = f"<entry><title>A</title>{authors}<author/></entry>"
    feed = read_feed(f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>', None)
    (read,) = feed.items
    assert [author.email for author in read.authors] == ["a@x.example"]
    assert [note.text.partition(": ")[2] for note in feed.notes] == ["author (1)"]


@pytest.mark.parametrize(
    ("item", "language"),
    [
        ("<title>A</title><dc:language>mn</dc:language>", "mn"),
        ('<title>A</title><description xml:lang="zh">B</description>', "zh"),
        ('<title xml:lang="mn">A</title>', "mn"),
        ("<title>A</title>", "en"),
    ],
)
def test_the_language_of_an_item_is_that_of_its_text(item: str, language: str) -> None:
    head = f"<rss {MEDIA}><channel><language>en</language>"
    (read,) = read_feed(f"{head}<item>{item}</item></channel></rss>", None).items
    assert read.language == language


def test_the_older_namespace_of_media() -> None:
    media = 'xmlns:m="http://search.yahoo.com/mrss"'
    picture = f'<m:content url="{URL}a.png" type="image/png"><m:title>Alt</m:title></m:content>'
    item = f"<item><title>A</title>{picture}</item>"
    (read,) = read_feed(f"<rss {media}><channel>{item}</channel></rss>", None).items
    assert (read.picture.url, read.picture.alt) == (f"{URL}a.png", "Alt")


def test_parts_of_items_in_json_that_are_not_read_are_counted() -> None:
    item = {
        "title": "A",
        "author": {"name": "B", "avatar": URL},
        "authors": [{"name": "B", "avatar": URL}, {"url": URL}],
        "attachments": [{"url": URL, "duration_in_seconds": 9}],
    }
    (note,) = read_json(json.dumps({"items": [item]})).notes
    named = (
        "attachments.duration_in_seconds (1), author.avatar (1), authors (1), authors.avatar (1)"
    )
    assert note.text == f"members ignored, since entries have no key: {named}"


def test_files_of_other_kinds_are_attachments() -> None:
    video = f'<media:content url="{URL}a.mp4" type="video/mp4" fileSize="12">'
    files = f'{video}<media:title>V</media:title></media:content><enclosure url="{URL}b.pdf"/>'
    files += f'<enclosure url="{URL}c.pdf" type="application/pdf" length="3"/>'
    item = f'<item><title>A</title>{files}<media:content url="{URL}d" medium="audio"/></item>'
    (read,) = read_feed(f"<rss {MEDIA}><channel>{item}</channel></rss>", None).items
    found = [(file.url[-5:], file.type, file.length, file.title) for file in read.enclosures]
    assert found[0][0] == "b.pdf"
    assert found[1:] == [
        ("c.pdf", "application/pdf", "3", ""),
        ("a.mp4", "video/mp4", "12", "V"),
        ("net/d", "", "", ""),
    ]
    assert read.picture.url == ""


def test_what_is_not_read_of_links_authors_and_categories_is_counted() -> None:
    entry = (
        "<entry><id>tag:a.example,2015:1</id><title>A</title><updated>2015-05-19T00:00:00Z</updated>"
        '<link href="https://a.example/1" length="5"/><link uri="at://a/1"/>'
        "<author><name>Li Wei</name><url>https://a.example/li</url></author>"
        '<category term="wages-2015" label="Wages"/><category term="Jobs" label="Jobs"/></entry>'
    )
    feed = read_feed(
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{entry}</feed>', None
    )
    (note,) = (note.text for note in feed.notes if "no key" in note.text)
    for name in ("link length (1)", "link uri (1)", "author url (1)", "category term (1)"):
        assert name in note
