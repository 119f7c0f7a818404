"""Importing: XML that is not well-formed keeps its items, and each keeps its own text."""

from __future__ import annotations

import re

import pytest

from ilofeed.sources.feeds import read_feed
from ilofeed.sources.items import ImportedFeed, Item
from ilofeed.sources.xml import repair_text

HEAD = '<rss version="2.0"><channel><title>T</title>'
END = "</channel></rss>"
ATOM = "http://www.w3.org/2005/Atom"


def item(number: int, text: str = "Text.") -> str:
    address = f"https://old.example.net/{number}"
    return (
        f"<item><title>Title {number}</title><link>{address}</link><guid>{address}</guid>"
        f"<description>{text}</description></item>"
    )


def entries(number: int, text: str, prefix: str = "") -> str:
    """An Atom feed whose elements have a prefix, or none."""
    one = (
        f"<{prefix}entry><{prefix}title>Title %d</{prefix}title>"
        f'<{prefix}link href="https://old.example.net/%d"/>'
        f"<{prefix}id>https://old.example.net/%d</{prefix}id>"
        f'<{prefix}content type="html">{text}</{prefix}content></{prefix}entry>'
    )
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    found = "".join(one % ((number,) * 3) for number in range(1, number + 1))
    return f'<{prefix}feed {name}="{ATOM}"><{prefix}title>T</{prefix}title>{found}</{prefix}feed>'


def rdf(number: int, text: str) -> str:
    """An RDF feed, whose items are outside of the channel."""
    found = "".join(map(item, range(1, number + 1), [text] * number))
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/"><channel><title>T</title><items><rdf:Seq>'
        f'<rdf:li resource="x"/></rdf:Seq></items></channel>{found}</rdf:RDF>'
    )


def notes(feed: ImportedFeed) -> str:
    return "\n".join(map(str, feed.notes))


def text_of(read: Item) -> str:
    return read.content.value or read.summary.value


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("AT&T", "AT&T"),
        ("a & b && c&", "a & b && c&"),
        ("?id=5&lang=en", "?id=5&lang=en"),
        ("?a=1&copy=2&amp;lt=3", "?a=1&copy=2&lt=3"),
        ("a&nbsp b", "a&nbsp b"),
        ("a&nbsp;b &eacute; &AMP;", "a\xa0b é &"),
        ("&nonsense; & &;", "&nonsense; & &;"),
        ("& &#x41;&#X42;&#67; &#68 &#; &#x;", "& ABC &#68 &#; &#x;"),
        ("& a&#0;b&#8;c&#xD800;d&#xFFFF;e&#x110000;f&#999999999;g", "& abcdefg"),
        ("& &#99999999999;", "& &#99999999999;"),
        ("1 < 2 <3 <= </ 4", "1 < 2 <3 <= </ 4"),
        ("a ]]> b", "a ]]> b"),
        ("& <![CDATA[AT&T &copy=1 < &#0;]]>", "& AT&T &copy=1 < &#0;"),
        ("&<!-- & -- <item> &nbsp --> b", "& b"),
    ],
)
def test_a_sign_that_begins_nothing_is_text(written: str, text: str) -> None:
    feed = read_feed(f"{HEAD}{item(1, written)}{item(2)}{END}", None)
    assert [text_of(read) for read in feed.items] == [text, "Text."]
    assert [read.title.value for read in feed.items] == ["Title 1", "Title 2"]


def test_signs_in_ids_links_and_titles_are_kept() -> None:
    address = "https://old.example.net/?id=5&lang=en&copy=1"
    rss = f"<item><title>A&B</title><link>{address}</link><guid>{address}</guid></item>"
    atom = f'<entry><title>A&B</title><link href="{address}"/><id>{address}</id></entry>'
    for text in (f"{HEAD}{rss}{END}", f'<feed xmlns="{ATOM}">{atom}</feed>'):
        feed = read_feed(text, None)
        (read,) = feed.items
        assert (read.title.value, read.link, read.id) == ("A&B", address, address)
        assert f"signs & and < that begin nothing were kept as text: {text.count('&')}" in notes(
            feed
        )
        assert "tags do not match" not in notes(feed)


def test_characters_that_xml_cannot_have_are_counted() -> None:
    feed = read_feed(f"{HEAD}{item(1, '&#0;&#x1F;&#xDFFF;a')}{END}", None)
    assert "references to characters that XML cannot have: 3 removed" in notes(feed)


TAGS = {
    "a<br>b": "a<br>b",
    "a<br>b<p>c": "a<br>b<p>c</p>",
    "<p>a<p>b": "<p>a<p>b</p></p>",
    "a<b>b<i>c</b>d</i>": "a<b>b<i>c</i></b>d",
    "a</p>b": "ab",
    "<B>a</b>": "<b>a</b>",
    "<a href=https://old.example.net/?a&b>a</a>": (
        '<a href="https://old.example.net/?a&amp;b">a</a>'
    ),
    '<input disabled checked="" 1x="a" name=\'a\' name="b">': None,
    '<a title="1>2">a</a><a title="x>b</a>': None,
    "<div>" * 300 + "a": None,
}


@pytest.mark.parametrize("written", TAGS, ids=range(len(TAGS)))
@pytest.mark.parametrize("form", ["rss", "atom", "prefix", "rdf"])
def test_tags_that_never_end_do_not_join_items(form: str, written: str) -> None:
    data = {
        "rss": lambda: HEAD + "".join(item(n, written) for n in (1, 2, 3)) + END,
        "atom": lambda: entries(3, written),
        "prefix": lambda: entries(3, written, "a:"),
        "rdf": lambda: rdf(3, written),
    }[form]()
    feed = read_feed(data, None)
    assert [read.title.value for read in feed.items] == ["Title 1", "Title 2", "Title 3"]
    assert [read.link[-1] for read in feed.items] == ["1", "2", "3"]
    assert len({text_of(read) for read in feed.items}) == 1
    if TAGS[written] is not None:
        expected = TAGS[written] or ""
        if form in {"rss", "rdf"}:
            expected = written.replace("a</p>b", "ab")
        assert text_of(feed.items[0]).lower() == expected.lower()
    letters = re.sub(r"<[^<>]*>|[^abcd]", "", written)
    assert re.sub(r"<[^<>]*>|[^abcd]", "", text_of(feed.items[2])) == letters
    assert "the XML is not well-formed" in notes(feed)


CHANGES = {  # what is replaced in the first item, and the numbers in the note
    "an item without an end": ("</item>", "", "1 item (1)"),
    "a title without an end": ("1</title>", "1", "1 item (1)"),
    "a title that ends in another name": ("1</title>", "1</titel>", "1 item (1)"),
    "a link without an end": ("</link>", "", "1 item (1)"),
    "a text without an end": ("</description>", "", "1 item (1)"),
    "an end that is too early": ("<link>", "</item><link>", ""),
    "an element that ends outside": ("1</title>", "1</b></channel></title>", ""),
    "a feed that is an empty element": ('<rss version="2.0">', "<rss version=2.0/>", ""),
    "the end of the feed is too early": ("<item>", "</channel></rss><item>", ""),
}


@pytest.mark.parametrize("what", CHANGES)
def test_items_with_tags_that_do_not_match(what: str) -> None:
    before, after, where = CHANGES[what]
    data = (HEAD + item(1)).replace(before, after) + item(2) + item(3) + END
    feed = read_feed(data, None)
    assert [read.title.value for read in feed.items] == ["Title 1", "Title 2", "Title 3"]
    assert [text_of(read) for read in feed.items[1:]] == ["Text.", "Text."]
    assert [read.id[-1:] for read in feed.items[1:]] == ["2", "3"]
    assert "the XML is not well-formed" in notes(feed)
    if where:
        assert f"tags do not match in {where}: compare with the original" in notes(feed)
        assert text_of(feed.items[0]) == "Text."
        assert feed.items[0].id[-1] == "1"


def test_a_title_of_the_feed_without_an_end() -> None:
    feed = read_feed(HEAD.replace("</title>", "") + item(1) + item(2) + END, None)
    assert [read.title.value for read in feed.items] == ["Title 1", "Title 2"]
    assert "tags do not match outside of the items" in notes(feed)


@pytest.mark.parametrize("text", ["<![CDATA[<item>a</item><br>]]>", "&lt;item&gt;a&lt;/item&gt;"])
def test_tags_that_are_text_begin_no_item(text: str) -> None:
    feed = read_feed(HEAD + item(1, text) + item(2, "<br>") + END, None)
    assert [read.title.value for read in feed.items] == ["Title 1", "Title 2"]
    assert feed.items[0].summary.value.startswith("<item>a</item>")
    assert "tags do not match" not in notes(feed)


def test_escaped_html_with_tags_among_it_stays_html() -> None:
    """Law of escaping: what is escaped once is HTML, also beside tags that are not."""
    written = "A &amp;amp; B &lt;em&gt;c&lt;/em&gt;<br>&amp;eacute;"
    data = HEAD + item(1, written).replace("Title 1", "T &amp;amp; <b>U") + item(2) + END
    feed = read_feed(data, None)
    assert feed.items[0].title.value == "T &amp; <b>U"
    assert feed.items[0].title.kind == "html"
    assert text_of(feed.items[0]) == "A &amp; B <em>c</em><br>&eacute;"


@pytest.mark.parametrize("name", ["status", "wp:status", "draft", "visibility"])
def test_a_text_without_an_end_hides_no_status(name: str) -> None:
    head = HEAD.replace("<rss", '<rss xmlns:wp="http://wordpress.org/export/1.2/"')
    for end in ("</title>", "</description>"):
        text = item(1, "<p>Text.").replace(end, f"<{name}>private</{name}>")
        feed = read_feed(head + text + END, None)
        assert feed.items == ()
        assert feed.left_out == 1


@pytest.mark.parametrize("text", ["Text and more", "<![CDATA[<p>Text <b>and]]> more", "A<br>B"])
def test_a_file_that_was_cut_off_keeps_what_is_whole(text: str) -> None:
    whole = HEAD + item(1) + item(2, text)
    for end in range(len(HEAD + item(1)) + len("<item><title>Title 2</title>"), len(whole) - 7):
        feed = read_feed(whole[:end], None)
        assert [read.title.value for read in feed.items] == ["Title 1", "Title 2"], whole[:end]
        assert text_of(feed.items[0]) == "Text."
        assert "tags do not match in 1 item (2)" in notes(feed)
        for read in feed.items:
            assert re.sub(r"<[^<>]*>", "", text_of(read)).strip("] \n") in "Text. Text and more AB"


def test_a_comment_that_never_ends_hides_what_follows() -> None:
    """It may have been meant to; who reads the note decides."""
    feed = read_feed(f"{HEAD}{item(1)}<!-- {item(2)}{END}", None)
    assert [read.title.value for read in feed.items] == ["Title 1"]
    assert "a comment never ends; what follows is left out" in notes(feed)


@pytest.mark.parametrize(
    "uri",
    [
        " http://search.yahoo.com/mrss/ ",
        "http://search .yahoo.com/mrss/",
        "http://search.yahoo.com/&nbsp;mrss/&#10;",
    ],
)
def test_white_space_in_the_name_of_a_namespace(uri: str) -> None:
    picture = '<m:content medium="image" url="https://old.example.net/a.png"/>'
    head = HEAD.replace("<rss", f'<rss xmlns:m="{uri}" xmlns:x=" urn:x y "')
    feed = read_feed(head + item(1).replace("<link>", f"{picture}<link>") + item(2) + END, None)
    assert [read.title.value for read in feed.items] == ["Title 1", "Title 2"]
    assert feed.items[0].picture.url == "https://old.example.net/a.png"


def test_a_repaired_document_is_not_repaired_again() -> None:
    for written in TAGS:
        once, _, count = repair_text(HEAD + item(1, written) + item(2) + END)
        assert count == 2
        assert repair_text(once)[0] == once


@pytest.mark.parametrize("name", ["content:encoded", "itunes:summary", "dc:description"])
def test_prefixes_that_feeds_often_do_not_declare(name: str) -> None:
    text = item(1).replace("description", name)
    (read,) = read_feed(HEAD + text + END, None).items
    assert "Text." in {read.summary.value, read.content.value}
