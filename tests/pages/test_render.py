"""The documents themselves: what the formats ask for, and the traps of the library behind them."""

from __future__ import annotations

import email.utils
import json
import re
from typing import Any

import pytest
from lxml import etree

from offices import NOW, OFFICE, documents, entry, site

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
EV = "{http://purl.org/rss/1.0/modules/event/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

FULL: dict[str, Any] = {
    "title": "Wages & <b work",
    "summary": "R&D, AT&T and &copy",
    "link": "https://example.org/news",
    "language": "mn",
    "authors": "[Bat, {name: Saran, email: s@example.org, url: 'https://example.org/s'}]",
    "event": "{start: 2015-05-18, end: 2015-05-19, place: Darkhan}",
    "attachments": "[{url: 'https://example.org/a.pdf'}, {url: 'https://example.org/b.pdf'}]",
    "countries": "[MN, world]",
}
HUB = OFFICE.replace(b"  title:", b"  hub: https://hub.example.org/\n  title:")


def data(path: str, office: bytes = HUB, **keys: Any) -> bytes:
    return documents(site(office=office, wages=entry(**FULL | keys)))[path].data


def xml(path: str, **keys: Any) -> Any:
    return etree.fromstring(data(path, **keys))


def links(node: Any) -> list[tuple[str | None, ...]]:
    return [tuple(map(link.get, ("rel", "href", "type"))) for link in node.findall(f"{ATOM}link")]


def test_atom_links_have_rel_and_type_and_one_alternate() -> None:
    feed = xml("all/atom.xml")
    here = "https://example.org/feeds/"
    assert links(feed) == [
        ("self", here + "all/atom.xml", "application/atom+xml"),
        ("hub", "https://hub.example.org/", None),
        ("alternate", here + "all/", "text/html"),
    ]
    assert links(feed.find(f"{ATOM}entry")) == [
        ("alternate", "https://example.org/news", "text/html"),
        ("related", here + "entry/wages/", "text/html"),
        ("enclosure", "https://example.org/a.pdf", "application/pdf"),
        ("enclosure", "https://example.org/b.pdf", "application/pdf"),
    ]


def test_without_a_link_the_own_page_is_the_item() -> None:
    feed = xml("all/atom.xml", link=None, attachments=None)
    own = "https://example.org/feeds/entry/wages/"
    assert links(feed.find(f"{ATOM}entry")) == [("alternate", own, "text/html")]
    rss = xml("all/rss.xml", link=None)
    assert rss.findtext("channel/item/link") == own
    item = json.loads(data("all/feed.json", link=None))["items"][0]
    assert item["url"] == own
    assert "external_url" not in item


def test_a_reader_opens_the_item_also_where_it_is_no_page() -> None:
    import feedparser

    seen = feedparser.parse(data("all/atom.xml", link="https://example.org/report.pdf"))
    assert seen.entries[0].link == "https://example.org/report.pdf"


def test_rss_has_self_and_hub_and_the_page_as_its_link() -> None:
    channel = xml("all/rss.xml").find("channel")
    assert channel.findtext("link") == "https://example.org/feeds/all/"
    assert links(channel) == [
        ("self", "https://example.org/feeds/all/rss.xml", "application/rss+xml"),
        ("hub", "https://hub.example.org/", None),
    ]
    item = channel.find("item")
    assert item.findtext("link") == "https://example.org/news"
    assert item.find("guid").attrib == {"isPermaLink": "false"}
    assert [node.get("url") for node in item.findall("enclosure")] == ["https://example.org/a.pdf"]


def test_every_entry_has_its_own_authors() -> None:
    assert [node.text for node in xml("all/atom.xml").iter(f"{ATOM}name")] == [
        "Example Office",
        "Bat",
        "Saran",
    ]
    item = xml("all/rss.xml").find("channel/item")
    assert [node.text for node in item.findall(f"{DC}creator")] == ["Bat", "Saran"]
    assert item.find("author") is None
    alone = xml("all/rss.xml", authors=None).find("channel/item")
    assert [node.text for node in alone.findall(f"{DC}creator")] == ["Example Office"]


def test_plain_text_is_escaped_so_that_no_reader_decodes_it_twice() -> None:
    atom, rss = data("all/atom.xml").decode(), data("all/rss.xml").decode()
    for document in (atom, rss):
        assert "<title>Wages &#x26; &#x3C;b work</title>" in document
    assert "<summary>R&#x26;D, AT&#x26;T and &#x26;copy</summary>" in atom
    # HTML in RSS: the text is escaped once for HTML, once for XML
    assert "<description>R&amp;amp;D, AT&amp;amp;T and &amp;amp;copy</description>" in rss


def test_an_attribute_has_no_hexadecimal_reference() -> None:
    office = OFFICE.replace(b"label: Wages", b'label: "R&D"')
    assert 'label="R&amp;D"' in data("all/atom.xml", office=office).decode()


def test_content_is_html_and_there_without_a_body() -> None:
    feed = xml("all/atom.xml")
    content = feed.find(f"{ATOM}entry/{ATOM}content")
    assert content.get("type") == "html"
    assert "\n<p>R&amp;D, AT&amp;T and &amp;copy</p>\n" in content.text


def test_categories_have_scheme_and_label_and_the_kicker_is_first() -> None:
    found = [
        tuple(map(node.get, ("term", "scheme", "label")))
        for node in xml("all/atom.xml").iter(f"{ATOM}category")
    ]
    assert found == [
        ("Wages", "tag:example.org,2015:office:category/wages", "Wages"),
        ("Mongolia", "tag:example.org,2015:office:country/MN", "Mongolia"),
        ("World", "tag:example.org,2015:office:country/world", "World"),
    ]
    assert [node.get("domain") for node in xml("all/rss.xml").iter("category")] == [
        scheme for _, scheme, _ in found
    ]
    assert [node.text for node in xml("all/rss.xml").iter("category")] == [
        "Wages",
        "Mongolia",
        "World",
    ]


def test_language_of_feed_and_entry() -> None:
    feed = xml("all/atom.xml")
    assert (feed.get(LANG), feed.find(f"{ATOM}entry").get(LANG)) == ("en", "mn")
    rss = xml("all/rss.xml")
    assert rss.findtext("channel/language") == "en"
    assert rss.find("channel/item").get(LANG) == "mn"


def test_dates_follow_the_rules() -> None:
    item = xml("all/atom.xml", updated="2015-06-01").find(f"{ATOM}entry")
    assert item.findtext(f"{ATOM}published") == "2015-05-19T09:00:00+09:00"
    updated = item.findtext(f"{ATOM}updated")
    assert re.fullmatch(r"2015-06-01T00:00:00\.\d{3}\+00:00", updated)
    rss = xml("all/rss.xml", updated="2015-06-01")
    assert rss.findtext("channel/item/pubDate") == "Tue, 19 May 2015 09:00:00 +0900"
    assert rss.findtext(f"channel/item/{ATOM}updated") == "2015-06-01T00:00:00+00:00"
    assert rss.findtext("channel/lastBuildDate") == "Mon, 01 Jun 2015 09:00:00 +0900"


def test_event_dates_stand_in_the_event_and_nowhere_else() -> None:
    for path, item in (("all/atom.xml", f"{ATOM}entry"), ("all/rss.xml", "channel/item")):
        node = xml(path).find(item)
        names = ("startdate", "enddate", "location")
        assert [node.findtext(EV + name) for name in names] == [
            "2015-05-18",
            "2015-05-19",
            "Darkhan",
        ]
        assert data(path).count(b"2015-05-18") == 2  # and in the text of the item


def test_a_stylesheet_for_people_who_open_the_raw_feed() -> None:
    made = documents(site(wages=entry()))
    for path in ("all/atom.xml", "all/rss.xml"):
        head = made[path].data[:300].decode()
        assert '\n<?xml-stylesheet type="text/css" href="../assets/feed.css"?>\n' in head
    assert b"web feed" in made["assets/feed.css"].data


def test_rss_dates_are_rfc_822_in_any_locale() -> None:
    for node in xml("all/rss.xml").iter("pubDate", "lastBuildDate"):
        moment = email.utils.parsedate_to_datetime(node.text)
        assert email.utils.format_datetime(moment) == node.text


def test_json_feed() -> None:
    feed = json.loads(data("all/feed.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]
    assert feed["_ilofeed"]["more"] == {"en": "All items: Example Office"}
    item = feed["items"][0]
    assert item["id"] == "tag:example.org,2015:office:wages"
    assert item["external_url"] == "https://example.org/news"
    assert item["tags"] == ["Wages", "Mongolia", "World"]
    when = item["_ilofeed"].pop("when")
    assert when == {"en": "18–19 May 2015"}
    assert item["_ilofeed"] == {
        "categories": ["wages"],
        "countries": ["MN", "world"],
        "event": {"start": "2015-05-18", "end": "2015-05-19", "place": "Darkhan"},
    }


@pytest.mark.parametrize(
    ("changes", "languages"),
    [
        ({"title: Example Office": "title: {en: Office, fr: Bureau}"}, ["en", "fr"]),
        ({"MN: Mongolia": "MN: {label: {en: Mongolia, mn: Монгол}}"}, ["en", "mn"]),
        ({"MN: Mongolia": "MN: {label: Mongolia, description: {mn: Монгол}}"}, ["en", "mn"]),
        (
            {
                "title:": "languages: [en, fr]\n  title:",
                "MN: Mongolia": "MN: {label: {mn: Монгол}}",
            },
            ["en", "fr"],
        ),
    ],
)
def test_dates_in_words_are_in_the_languages_of_the_office(
    changes: dict[str, str], languages: list[str]
) -> None:
    office = HUB.decode()
    for old, new in changes.items():
        assert old in office
        office = office.replace(old, new)
    feed = json.loads(data("all/feed.json", office=office.encode(), language=None))
    when = feed["items"][0]["_ilofeed"]["when"]
    assert list(when) == list(feed["_ilofeed"]["more"]) == languages
    words = {"en": "18–19 May 2015", "fr": "18–19 mai 2015", "mn": "2015 оны 5 дугаар сарын 18–19"}
    assert when == {language: words[language] for language in languages}


def test_the_title_of_a_feed_says_what_it_holds() -> None:
    made = documents(site(wages=entry()))
    titles = {
        path: json.loads(document.data)["title"]
        for path, document in made.items()
        if document.format == "json"
    }
    assert titles["all/feed.json"] == "Example Office"
    assert titles["country/mn/feed.json"] == "Mongolia – Example Office"
    assert titles["country/mn/category/wages/feed.json"] == "Mongolia · Wages – Example Office"


def test_every_page_and_feed_comes_in_an_order_that_names_nothing_missing() -> None:
    kinds = [document.kind for document in documents(site(wages=entry())).values()]
    order = ["asset", "entry", "embed", "feed-page", "feed", "index"]
    assert sorted(kinds, key=order.index) == kinds
    assert set(kinds) == set(order)


def test_pages_escape_what_editors_write() -> None:
    title = '"</title><script>alert(1)"'.replace("</title>", "<x ")
    made = documents(site(wages=entry(title=f"'{title}'")))
    for path in ("entry/wages/index.html", "all/index.html", "index.html"):
        assert b"<script>" not in made[path].data
        assert b"<x " not in made[path].data


@pytest.mark.parametrize("path", ["all/index.html", "entry/wages/index.html", "index.html"])
def test_pages_name_the_feeds_for_autodiscovery(path: str) -> None:
    page = data(path).decode()
    for name in ("atom.xml", "rss.xml", "feed.json"):
        assert f'href="https://example.org/feeds/all/{name}"' in page


def test_base_url_takes_the_place_of_the_sites() -> None:
    from ilofeed.content.site import check
    from ilofeed.feeds.selection import select
    from ilofeed.pages.render import render
    from offices import sources

    made, _ = check(sources(wages=entry()), NOW, "http://localhost:8000/")
    assert made is not None
    for document in render(select(made, NOW)):
        assert b"https://example.org/feeds" not in document.data
