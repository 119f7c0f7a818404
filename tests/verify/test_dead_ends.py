"""Every address that is the site's own leads to a published file, wherever it stands."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING

import pytest

from ilofeed.build import prepare
from ilofeed.feeds.ledger import MANIFEST
from ilofeed.feeds.selection import select
from ilofeed.guard.manifest import make_ledger, render_manifest
from ilofeed.model import Document
from ilofeed.pages.render import render
from ilofeed.verify.links import LinkChecker, addresses
from ilofeed.verify.verification import verify
from offices import NOW, OFFICE, documents, entry, site, write_office

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SITE = site(
    wages=entry(
        event="{start: 2015-06-01}",
        body="See [this](https://example.org/feeds/entry/wages/) and [that](#there).\n\n## There\n",
    ),
    jobs=entry(link="https://example.org/news"),
)
MADE = documents(SITE)
MADE["manifest.json"] = render_manifest(make_ledger(select(SITE, NOW), tuple(MADE.values())))


def missing(path: str) -> set[str]:
    """The documents that name a file, by what verification says when that file is not there."""
    left = [document for name, document in MADE.items() if name != path]
    faults = verify(left, SITE.office)
    address = SITE.office.address(path)
    assert all(fault.found == address for fault in faults if fault.field == "address"), faults
    return {fault.path for fault in faults if fault.field == "address"}


def test_nothing_is_missing() -> None:
    assert verify(list(MADE.values()), SITE.office) == []


@pytest.mark.parametrize(
    ("path", "named_in"),
    [
        ("entry/jobs/index.html", {
            "index.html", "all/index.html", "all/embed.html", "all/atom.xml", "all/feed.json",
            "sitemap.xml", "manifest.json", "news/index.html", "entry/wages/index.html",
            "entry/jobs/embed.html", "entry/jobs/oembed.json",
        }),
        ("entry/wages/event.ics", {"entry/wages/index.html", "manifest.json"}),
        ("all/index.html", {
            "subscribe/index.html", "feeds.opml", "feeds-main.opml", "all/atom.xml", "all/rss.xml", "all/feed.json",
            "all/calendar.ics", "all/embed.html", "all/fragment.html", "sitemap.xml",
        }),
        ("all/atom.xml", {"index.html", "all/index.html", "entry/jobs/index.html", "feeds.opml",
                          "404.html", "all/embed.html", "manifest.json"}),
        ("all/rss.xml", {"index.html", "all/index.html", "all/embed.html"}),
        ("all/feed.json", {"index.html", "all/index.html"}),
        ("all/calendar.ics", {"events/index.html", "subscribe/index.html", "all/index.html"}),
        ("all/embed.html", {"all/index.html", "all/oembed.json"}),
        ("all/fragment.html", {"all/index.html"}),
        ("all/oembed.json", {"index.html", "all/index.html"}),
        ("entry/jobs/oembed.json", {"entry/jobs/index.html"}),
        ("entry/jobs/embed.html", {"entry/jobs/oembed.json"}),
        ("embed/ilo-feed-1.3.0.js", {"all/index.html", "category/wages/index.html"}),
        ("embed/ilo-feed.js", {"all/index.html"}),
        ("embed/ilo-frame-1.1.0.js", {"all/index.html"}),
        ("assets/site.css", {"index.html", "entry/wages/index.html", "404.html"}),
        ("assets/site.js", {"index.html", "all/index.html"}),
        ("assets/feed.css", {"all/atom.xml", "country/mn/rss.xml"}),
        ("assets/embed.css", {"all/embed.html"}),
        ("assets/embed.js", {"all/embed.html"}),
        ("assets/icon.svg", {"index.html", "all/embed.html"}),
        ("country/mn/category/wages/index.html", {"country/mn/index.html"}),
        ("news/index.html", {"index.html", "entry/jobs/index.html", "all/index.html", "404.html"}),
        ("news/2015/index.html", {"news/index.html", "sitemap.xml"}),
        ("events/index.html", {"index.html", "entry/jobs/index.html", "sitemap.xml"}),
        ("subscribe/index.html", {"index.html", "entry/jobs/index.html", "all/index.html"}),
        ("feeds.opml", {"subscribe/index.html"}),
        ("feeds-main.opml", {"subscribe/index.html"}),
        ("sitemap.xml", {"robots.txt"}),
    ],
)  # fmt: skip
def test_a_missing_file_is_a_fault_of_every_document_that_names_it(
    path: str, named_in: set[str]
) -> None:
    assert (named_in - {path}) <= missing(path)


def test_every_file_but_a_few_is_named_somewhere() -> None:
    """What no address leads to is found by hosts and programs on their own."""
    named = {
        address
        for document in MADE.values()
        if document.path not in {"manifest.json", "sitemap.xml"}
        for address in _own(document)
    }
    alone = {path for path in MADE if SITE.office.address(path) not in named}
    assert {re.sub(r".*/", "", path) for path in alone} <= {
        ".nojekyll", "404.html", "robots.txt", "manifest.json", "ilo-frame.js",
        # known to the sites that copied them
        "ilo-feed-1.0.0.js", "ilo-feed-1.1.0.js", "ilo-feed-1.2.0.js", "ilo-frame-1.0.0.js",
    }  # fmt: skip


def _own(document: Document) -> set[str]:
    return set(LinkChecker(SITE.office, ()).broken(document))


DEAD = "https://example.org/feeds/all/such/"
EMPTY_MANIFEST = {"site": "https://other.example/", "entries": [], "files": [], "documents": []}


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("x.html", f'<a href="{DEAD}">x</a>'),
        ("x.html", '<a href="all/such/">x</a>'),
        ("x.html", '<a href="./all/./such/?a#b">x</a>'),
        ("a/x.html", '<img src="../all/such/">'),
        ("a/b/x.html", '<a href="../../all/../all/such/#part">x</a>'),
        ("x.html", '<script src="/feeds/all/such/"></script>'),
        ("x.html", f'<meta property="og:url" content="{DEAD}">'),
        ("x.html", f'<blockquote cite="{DEAD}"></blockquote>'),
        ("x.html", '<a href="webcal://example.org/feeds/all/such/">x</a>'),
        ("x.html", f'<ul data-copy="" data-address="{DEAD}"></ul>'),
        ("x.html", f'<code data-copy="">&lt;iframe src="{DEAD}"&gt;</code>'),
        ("x.html", f'<code data-copy="">curl {DEAD}</code>'),
        ("x.html", f'<script type="application/ld+json">{{"a": [{{"url": "{DEAD}"}}]}}</script>'),
        ("x.xml", f'<feed><link href="{DEAD}"/></feed>'),
        ("x.xml", f"<rss><link>{DEAD}</link></rss>"),
        ("x.xml", f"<urlset><loc> {DEAD}\n</loc></urlset>"),
        ("x.xml", f'<feed><content>&lt;a href="{DEAD}"&gt;</content></feed>'),
        ("x.xml", f'<?xml-stylesheet href="{DEAD}"?><feed/>'),
        ("x.xml", f'<m xmlns:media="x"><media:content url="{DEAD}"/></m>'),
        ("x.opml", f'<opml><outline xmlUrl="{DEAD}"/></opml>'),
        ("x.json", json.dumps({"items": [{"url": DEAD}]})),
        ("x.json", json.dumps({"a": {"content_html": f'<img src="{DEAD}">'}})),
        (MANIFEST, json.dumps(EMPTY_MANIFEST | {"files": ["all/such/"]})),
        (MANIFEST, json.dumps(EMPTY_MANIFEST | {"documents": [{"path": "all/such/"}]})),
        (MANIFEST, json.dumps(EMPTY_MANIFEST | {"entries": [{"url": DEAD}]})),
        ("x.json", json.dumps({"html": f'<iframe src="{DEAD}">'})),
        ("x.ics", f"BEGIN:VEVENT\r\nURL:{DEAD}\r\n"),
        ("x.ics", "BEGIN:VEVENT\r\nURL:https://example.org/fee\r\n ds/all/such/\r\n"),
        ("x.ics", f"SOURCE;VALUE=URI:{DEAD}\r\n"),
        ("robots.txt", f"Sitemap: {DEAD}\n"),
    ],
)
def test_a_dead_end_of_any_kind(path: str, data: str) -> None:
    document = Document(path, "index", data.encode())
    assert LinkChecker(SITE.office, ()).broken(document) == [DEAD]
    assert LinkChecker(SITE.office, {DEAD}).broken(document) == []
    assert LinkChecker(SITE.office, {f"{DEAD}#part"}).broken(document) == [DEAD]


def test_a_link_that_goes_up_too_few_folders() -> None:
    document = Document("a/b/x.html", "index", b'<a href="../all/such/">x</a>')
    dead = LinkChecker(SITE.office, {DEAD}).broken(document)
    assert dead == ["https://example.org/feeds/a/all/such/"]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("x.html", "<a href='https://example.org/other/'>x</a>"),
        ("x.html", "<a href='https://example.net/feeds/x'>x</a>"),
        ("x.html", "<a href='mailto:x@example.org'>x</a><a href='tel:1'>x</a><a href='#x'>x</a>"),
        ("x.html", f"<p>{DEAD} is text</p><pre><code>{DEAD}</code></pre>"),
        ("x.xml", f"<feed><summary>{DEAD}</summary></feed>"),
        ("x.json", json.dumps({"summary": DEAD, "title": DEAD, "tags": [DEAD]})),
        (MANIFEST, json.dumps(EMPTY_MANIFEST | {"categories": {"site": "A site", "curl": "Curl"}})),
        (MANIFEST, json.dumps(EMPTY_MANIFEST | {"countries": {"files": "Files"}})),
        ("x.css", f"a {{ content: '{DEAD}' }}"),
        ("x.png", DEAD),
    ],
)
def test_what_is_no_address_of_the_site(path: str, data: str) -> None:
    here = SITE.office.address(path)
    assert LinkChecker(SITE.office, {here}).broken(Document(path, "index", data.encode())) == []


def test_an_index_page_may_be_named_as_a_file() -> None:
    document = Document("x.html", "index", b'<a href="all/index.html">x</a>')
    assert LinkChecker(SITE.office, {"https://example.org/feeds/all/"}).broken(document) == []


def test_broken_documents_are_faults_not_exceptions() -> None:
    for name, data in (("x.xml", b"<a>"), ("x.json", b"{"), ("x.html", b""), ("x.ics", b"\xff")):
        document = Document(name, "index", data)
        assert [fault.path for fault in verify([document], SITE.office)] in ([], [name])
        assert verify([document], SITE.office) or name == "x.html"


def test_an_editor_who_links_to_a_page_that_is_not_there(tmp_path: Path) -> None:
    """Also to one that is not out yet: the address would give its name away."""
    body = "[x](https://example.org/feeds/entry/soon/)"
    office = write_office(tmp_path, wages=entry(body), soon=entry(date="2027-01-01"))
    draft = prepare(office, NOW)
    assert draft.faults == ()
    assert [(p.path, p.line, p.column, p.code, p.message) for p in draft.problems] == [
        (
            "entries/wages.md", 8, 5, "dead-link",
            "`soon` is published only on 2027-01-01; delete the link until then",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "keys",
    [
        {"link": DEAD},
        {"event": f"{{start: 2015-06-01, url: '{DEAD}'}}"},
        {"image": f"{{url: '{DEAD}x.png', alt: x}}"},
        {"attachments": f"[{{url: '{DEAD}x.pdf'}}]"},
        {"authors": f"[{{name: x, url: '{DEAD}'}}]"},
        {"body": f"![x]({DEAD}x.png)"},
    ],
)
def test_whatever_an_editor_writes_is_told_of_once(keys: dict[str, str]) -> None:
    made = site(wages=entry(**keys))
    faults = verify(render(select(made, NOW)), made.office)
    assert [(fault.path, fault.field) for fault in faults] == [("entries/wages.md", "address")]


@pytest.mark.parametrize(
    ("path", "old", "new", "field"),
    [
        ("feeds.opml", 'text="By topic"', 'text="x"', "group By topic"),
        ("feeds.opml", 'xmlUrl="https://example.org/feeds/all/atom.xml"', 'xmlUrl="https://x.org/"', "group All news and events"),
        ("feeds.opml", "</body>", '<outline text="x"/></body>', "list groups"),
        ("feeds-main.opml", 'text="Mongolia"', 'text="x"', "group By country"),
        ("feeds-main.opml", "</body>", '<outline text="x"/></body>', "list groups"),
        ("feeds.opml", "<title>Example", "<title>Sample", "head title"),
        ("feeds.opml", "<ownerName>.*</ownerName>", "", "head ownerName"),
        ("feeds.opml", "<dateModified>...", "<dateModified>Xyz", "head dateModified"),
        ("feeds.opml", "(?s)<head>.*</head>", "", "document"),
        ("feeds.opml", "</opml>", "", "document"),
        ("feeds.opml", 'version="2.0"', 'version="1.0"', "document"),
        ("entry/wages/index.html", '"headline":"Wages', '"headline":"Wage', "data @graph"),
        ("entry/wages/index.html", '"startDate":"2015', '"startDate":"2016', "data @graph"),
        ("entry/wages/index.html", "application/ld[+]json", "text/x", "document"),
        ("entry/wages/index.html", '"@context":', '"@context"', "document"),
        ("all/oembed.json", '"width": 600', '"width": 601', "data width"),
        ("all/oembed.json", "(?s).*", "[]", "document"),
        ("all/oembed.json", "(?s).*", "{", "document"),
    ],
)  # fmt: skip
def test_other_documents_come_back_as_well(path: str, old: str, new: str, field: str) -> None:
    whole = MADE[path].data.decode()
    assert re.search(old, whole)
    data = re.sub(old, lambda _: new, whole, count=1).encode()
    wrong = MADE | {path: dataclasses.replace(MADE[path], data=data)}
    faults = verify(list(wrong.values()), SITE.office)
    assert {fault.path for fault in faults} == {path}
    assert field in {fault.field for fault in faults}


def test_the_addresses_of_every_document_are_looked_at() -> None:
    for path, document in MADE.items():
        if path.endswith((".html", ".xml", ".json", ".opml", ".ics", ".txt")):
            assert list(addresses(document)), path
    assert len(render(select(SITE, NOW))) == len(MADE) - 1


def test_terms_may_be_called_as_keys_of_ours_are() -> None:
    names = ["site", "path", "files", "icon", "curl", "categories"]
    listed = "".join(f"  {name}: About {name}\n" for name in names).encode()
    office = OFFICE.replace(b"categories:\n", b"categories:\n" + listed)
    made = site(office=office, wages=entry(categories=f"[{', '.join(names)}]"))
    rendered = tuple(documents(made).values())
    manifest = render_manifest(make_ledger(select(made, NOW), rendered))
    assert verify((*rendered, manifest), made.office) == []
