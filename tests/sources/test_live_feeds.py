"""Feeds of live sites: their further pages, feeds of excerpts, comments, and web pages."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import TYPE_CHECKING

import pytest

from ilofeed import http as client
from ilofeed.sources.feeds import read_feed
from ilofeed.sources.items import ImportedFeed, Item, SourceError, Text
from ilofeed.sources.read import SourceRequest, excerpt_notes, feeds_in, next_in, read_source
from ilofeed.sources.xml import parse_xml
from offices import NOW
from serving import host, listening
from waiting import LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow
ATOM = "xmlns:atom='http://www.w3.org/2005/Atom'"


def rss(*names: str, head: str = "") -> str:
    items = "".join(f"<item><guid>urn:x-y:{n}</guid><title>{n}</title></item>" for n in names)
    return f"<rss version='2.0' {ATOM}><channel><title>T</title>{head}{items}</channel></rss>"


def following(address: str, rel: str = "next") -> str:
    return f"<atom:link rel='{rel}' href='{address}'/>"


WORDPRESS = "<generator>https://wordpress.org/?v=6.4</generator>"


def read(
    answers: Mapping[str, str | int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start: str = "/feed",
    pages: int = 9,
) -> tuple[list[str], list[str], list[str]]:
    """Read a feed of a server with these answers: titles of the items, notes, paths asked for.

    An answer is a status code or a document, in which HERE is the address of the server.
    """
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(client, "PAUSE", 0)
    asked, ended = [], threading.Event()

    def answer(_method: str, path: str, *_: object) -> tuple[int, bytes]:
        asked.append(path)
        found = answers.get(path, 404)
        if path == "/slow":  # too slow for any deadline
            ended.wait(LIMIT)
        if isinstance(found, int):
            return found, b""
        return 200, found.replace("HERE", address).encode()

    with listening(answer) as address:
        request = SourceRequest(f"{address}{start}", pages=pages)
        try:
            feed = read_source(tmp_path, request, dt.UTC, NOW)
        finally:
            ended.set()
        notes = [note.text.replace(address, "HERE") for note in feed.notes]
    numbers = [item.number for item in feed.items]
    assert numbers == sorted(set(numbers))
    return [item.title.value for item in feed.items], notes, asked


@pytest.mark.parametrize(
    ("answers", "titles"),
    [
        (
            {
                "/feed": rss("a", "b", head=following("/feed?page=2")),
                "/feed?page=2": rss("b", "c", head=following("HERE/3")),
                "/3": rss("d"),
            },
            ["a", "b", "c", "d"],
        ),
        (
            {"/feed": rss("a", head=following("old.xml", "prev-archive")), "/old.xml": rss("b")},
            ["a", "b"],
        ),
        (
            {
                "/feed": "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='2'/>"
                "<entry><id>urn:x-y:a</id><title>a</title></entry></feed>",
                "/2": "<feed xmlns='http://www.w3.org/2005/Atom'>"
                "<entry><id>urn:x-y:b</id><title>b</title></entry></feed>",
            },
            ["a", "b"],
        ),
        (
            {
                "/feed": '{"next_url": "HERE/2", "items": [{"id": 1, "title": "a"}]}',
                "/2": '{"items": [{"id": 1, "title": "a"}, {"id": 2, "title": "b"}]}',
            },
            ["a", "b"],
        ),
    ],
    ids=["next", "archive", "atom", "json"],
)
def test_pages_that_a_feed_names(
    answers: dict[str, str], titles: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_titles, notes, asked = read(answers, tmp_path, monkeypatch)
    assert (read_titles, notes, asked) == (titles, [], list(answers))
    read_titles, notes, asked = read(answers, tmp_path, monkeypatch, pages=1)
    assert asked == ["/feed"]
    assert len(notes) == 1
    assert notes[0].startswith("older items are on further pages, such as `")
    assert "--pages 20" in notes[0]


def test_a_page_that_a_header_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    files = {"a.xml": rss("a").encode(), "b.xml": rss("b").encode()}
    with host(
        files, Link='<x>; rel="other", </b.xml>; title="a, b"; REL="prefetch next"'
    ) as served:
        request = SourceRequest(f"{served.address}a.xml", pages=9)
        feed = read_source(tmp_path, request, dt.UTC, NOW)
    assert [item.title.value for item in feed.items] == ["a", "b"]
    assert served.asked == ["a.xml", "b.xml"]


def test_a_feed_of_a_web_page_that_a_header_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    links = "</x.css>; rel=alternate; type=text/css, <news/feed>; rel=alternate; type=text/rss+xml"
    with host({"index.html": b"<html><body>News</body></html>"}, Link=links) as served:
        with pytest.raises(SourceError) as caught:
            read_source(tmp_path, SourceRequest(served.address), dt.UTC, NOW)
        assert str(caught.value) == (
            "this is a web page, not a feed; it links to no feed; "
            f"its server names {served.address}news/feed"
        )


@pytest.mark.parametrize(
    "links", ["", "<", "<a>;rel", '<a>;rel="next', "<a>;rel=previous", "a;rel=next"]
)
def test_headers_without_a_next_page(links: str) -> None:
    assert next_in(links) == ""


def test_an_address_in_a_header_that_cannot_be_read() -> None:
    assert feeds_in("<http://[x>; rel=alternate; type=text/rss+xml", "http://e.org/") == ""


@pytest.mark.parametrize("start", ["/feed", "/?cat=1&feed=rss2", "/feed?paged=1"])
def test_pages_of_wordpress(start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = start.partition("?paged")[0]
    second += f"{'&' if '?' in second else '?'}paged="
    answers = {
        start: rss("a", "b", head=WORDPRESS),
        f"{second}2": rss("c", head=WORDPRESS),
    }
    titles, notes, asked = read(answers, tmp_path, monkeypatch, start)
    assert (titles, notes) == (["a", "b", "c"], [])
    assert asked == [start, f"{second}2", f"{second}3"]
    _, (note,), _ = read(answers, tmp_path, monkeypatch, start, pages=1)
    assert note.startswith("older items may be on further pages; ")
    _, notes, asked = read(answers, tmp_path, monkeypatch, start, pages=2)
    assert (notes, len(asked)) == ([note], 2)


def test_pages_of_posts_of_wordpress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post = {"status": "publish", "_embedded": {}}
    pages = [
        json.dumps([post | {"id": n, "link": f"https://e.org/{n}", "title": {"rendered": f"T{n}"}}])
        for n in (1, 2)
    ]
    answers: dict[str, str | int] = {
        "/posts?_embed=1": pages[0], "/posts?_embed=1&page=2": pages[1],
        "/posts?_embed=1&page=3": 400,
    }  # fmt: skip
    titles, notes, _ = read(answers, tmp_path, monkeypatch, "/posts?_embed=1")
    assert (titles, notes) == (["T1", "T2"], [])


def test_a_server_that_ignores_the_page_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = rss("a", "b", head=WORDPRESS)
    answers = {"/feed": page, "/feed?paged=2": page, "/feed?paged=3": page}
    titles, notes, asked = read(answers, tmp_path, monkeypatch)
    assert (titles, notes, asked) == (["a", "b"], [], ["/feed", "/feed?paged=2"])


def test_a_page_that_names_itself_or_an_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        "/feed": rss("a", head=following("/2")),
        "/2": rss("b", head=following("/feed")),
    }
    titles, notes, asked = read(answers, tmp_path, monkeypatch)
    assert (titles, notes, asked) == (["a", "b"], [], ["/feed", "/2"])


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ("http://127.0.0.2:9/2", "`http://127.0.0.2:9/2` is on another host"),
        ("http://127.0.0.1/2", "`http://127.0.0.1/2` is on another host"),
        ("file:///etc/passwd", "`file:///etc/passwd` is on another host"),
        ("/500", "HERE/500 answered 500"),
        ("/404", "HERE/404 answered 404"),
        ("/page", "this is a web page"),
        ("/json", "it is in another format"),
        ("/empty", "the document is empty"),
    ],
)
def test_pages_that_cannot_be_read_are_named(
    second: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: dict[str, str | int] = {
        "/feed": rss("a", head=following("/2")),
        "/2": rss("b", head=following(second)),
        "/500": 500,
        "/page": "<html><p>x",
        "/json": '{"items": []}',
        "/empty": "",
    }
    titles, (note,), _ = read(answers, tmp_path, monkeypatch)
    assert titles == ["a", "b"]
    assert note.startswith(f"page 3 and those after it are missing: {why}")


def test_all_pages_have_one_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ilofeed.sources.read.LONGEST", 0.1)
    answers = {"/feed": rss("a", head=following("/slow")), "/slow": rss("b")}
    titles, (note,), _ = read(answers, tmp_path, monkeypatch)
    assert titles == ["a"]
    assert "page 2 and those after it are missing" in note
    assert "no complete response after 0 seconds" in note


def test_notes_on_repairs_name_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"/feed": rss("a", head=following("/2")), "/2": rss("b")[:-10]}
    titles, notes, _ = read(answers, tmp_path, monkeypatch)
    assert titles == ["a", "b"]
    assert notes[0].startswith("page 2: the XML is not well-formed")


def test_drafts_of_all_pages_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = '{"id": %d, "title": "a", "draft": true}'
    answers = {
        "/feed": f'{{"next_url": "HERE/2", "items": [{item % 1}]}}',
        "/2": f'{{"items": [{item % 2}, {{"id": 3, "title": "b"}}]}}',
    }
    titles, (note,), _ = read(answers, tmp_path, monkeypatch)
    assert titles == ["b"]
    assert note.startswith("left out 2 drafts (items 1, 2)")


def test_an_export_has_no_pages() -> None:
    wxr = rss("a", head=WORDPRESS + following("/2")).replace(
        "<item>", "<item xmlns:wp='http://wordpress.org/export/1.2/'><wp:status>publish</wp:status>"
    )
    feed = read_feed(wxr, None)
    assert (feed.next_page, feed.page_parameter) == ("", "")


def test_the_link_of_an_item_is_not_that_of_the_feed() -> None:
    text = rss("a").replace("</item>", following("/2") + "</item>")
    assert read_feed(text, None).next_page == ""


# excerpts


@pytest.mark.parametrize(
    ("text", "is_excerpt"),
    [
        ("Wages rise […]", 1),
        ("<p>Wages rise [&#8230;]</p>", 1),
        ("Wages rise [...]", 1),
        ('<p>Wages [&hellip;]</p><p>The post <a href="x">Wages</a> appeared first.</p>', 1),
        ("Wages rise.", 0),
        ("He said: “Wages […] will rise.” " + "More text. " * 30, 0),
        ("x" * 5_000 + "[…]", 0),
    ],
)
def test_excerpts(text: str, is_excerpt: int) -> None:
    feed = ImportedFeed((Item(1, summary=Text(text, "html")), Item(2, summary=Text("Short."))))
    notes = excerpt_notes(feed)
    assert len(notes) == is_excerpt
    assert all("the text of 1 item ends in […]" in note.text for note in notes)


def test_an_excerpt_beside_the_whole_text_is_none() -> None:
    item = Item(1, summary=Text("Wages […]"), content=Text("<p>Wages rise.</p>", "html"))
    assert excerpt_notes(ImportedFeed((item,))) == []


# comments


@pytest.mark.parametrize(
    "item",
    [
        "<guid>https://e.org/?p=1#comment-5</guid><title>By Bat</title>",
        "<link>https://e.org/pay/#comment-5</link><title>By Bat</title>",
        "<link>https://e.org/pay.html?showComment=123#c9</link><title>Good</title>",
        "<title>Re</title><thr:in-reply-to xmlns:thr='http://purl.org/syndication/thread/1.0'/>",
    ],
)
def test_comments_are_not_posts(item: str) -> None:
    feed = read_feed(rss("a").replace("</channel>", f"<item>{item}</item></channel>"), None)
    assert [item.title.value for item in feed.items] == ["a"]
    assert feed.notes[0].text.startswith("left out 1 comment (item 2)")


# web pages

FEED = '<link rel="alternate" type="application/rss+xml" title="News » Feed" href="/feed/">'
COMMENTS = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
API = '<link rel="https://api.w.org/" href="{}">'


@pytest.mark.parametrize(
    ("head", "advice"),
    [
        (FEED + COMMENTS.format("News » Comments Feed", "/comments/feed/"), "feeds: /feed/"),
        (COMMENTS.format("Kommentare", "/comments/feed/") + FEED, "feeds: /feed/"),
        (COMMENTS.format("Comments", "/c.xml") + FEED, "feeds: /feed/"),
        (COMMENTS.format("x", "/feeds/9/comments/default") + FEED, "feeds: /feed/"),
        (COMMENTS.format("x", "/?feed=comments-rss2") + FEED, "feeds: /feed/"),
        (COMMENTS.format("Comments on work » Feed", "/feed/"), "feeds: /feed/"),
        (COMMENTS.format("x", "/comments/feed/"), "it links to no feed"),
        (FEED + API.format("https://e.org/wp-json/"), "feeds: /feed/"),
        (API.format("https://e.org/wp-json/"), "https://e.org/wp-json/wp/v2/posts?_embed=1"),
        (
            API.format("https://e.org/?rest_route=/"),
            "https://e.org/?rest_route=/wp/v2/posts&_embed=1",
        ),
        ("", "it links to no feed"),
    ],
)
def test_the_feeds_of_a_web_page(head: str, advice: str) -> None:
    with pytest.raises(SourceError) as raised:
        parse_xml(f"<!doctype html><html><head>{head}</head>")
    assert str(raised.value).startswith("this is a web page, not a feed; ")
    assert str(raised.value).endswith(advice)
