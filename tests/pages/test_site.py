"""What the pages say: of the office, of each feed and each entry, in three languages."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import html
import json
import re
import urllib.parse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from browsing import GALLERY, THEN
from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.feeds import describe_file
from ilofeed.feeds.selection import group_feeds, select, select_feeds, select_published
from ilofeed.guard.manifest import make_ledger, render_manifest
from ilofeed.i18n import LANGUAGES, phrases
from ilofeed.model import Document
from ilofeed.pages import indexes
from ilofeed.pages.html import webcal
from ilofeed.pages.linked_data import read_structured
from ilofeed.pages.navigation import build_directory
from ilofeed.pages.render import render
from ilofeed.urls import relative
from offices import NOW, OFFICE, ROOT, SMALL, documents, entry, site

HERE = "https://news.example.org/office/"


def gallery(language: str = "en") -> dict[str, Document]:
    sources = read_office(GALLERY)
    assert sources.office is not None
    text = sources.office.replace(b"language: en\n", f"language: {language}\n".encode())
    made, problems = check(dataclasses.replace(sources, office=text), THEN)
    assert made is not None, problems
    return documents(made, THEN)


MADE = gallery()


def tree(path: str, made: dict[str, Document] = MADE) -> Any:
    return etree.fromstring(made[path].data, etree.HTMLParser(encoding="utf-8"))


def words_of(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


def metas(root: Any) -> dict[str, str]:
    return {
        one.get("property") or one.get("name"): one.get("content")
        for one in root.iter("meta")
        if one.get("property") or one.get("name")
    }


def alternates(root: Any) -> list[tuple[str, str]]:
    return [
        (one.get("type") or "", one.get("href").removeprefix(HERE))
        for one in root.iterfind(".//link[@rel='alternate']")
    ]


def test_every_kind_of_file_is_there() -> None:
    names = {re.sub(r"[^/]+(?=/)", "*", path) for path in MADE}
    assert names == {
        ".nojekyll", "404.html", "feeds.opml", "feeds-main.opml", "index.html", "robots.txt",
        "sitemap.xml",
        "*/site.css", "*/site.js", "*/feed.css", "*/embed.css", "*/embed.js", "*/icon.svg",
        "*/ilo-feed.js", "*/ilo-feed-1.0.0.js", "*/ilo-feed-1.1.0.js",
        "*/ilo-feed-1.2.0.js", "*/ilo-feed-1.3.0.js",
        "*/ilo-frame.js", "*/ilo-frame-1.0.0.js", "*/ilo-frame-1.1.0.js",
        "*/atom.xml", "*/rss.xml", "*/feed.json", "*/calendar.ics", "*/index.html",
        "*/embed.html", "*/fragment.html", "*/oembed.json",
        "*/*/atom.xml", "*/*/rss.xml", "*/*/feed.json", "*/*/calendar.ics", "*/*/index.html",
        "*/*/embed.html", "*/*/fragment.html", "*/*/oembed.json", "*/*/event.ics",
        "*/*/*/*/atom.xml", "*/*/*/*/rss.xml", "*/*/*/*/feed.json", "*/*/*/*/calendar.ics",
        "*/*/*/*/index.html", "*/*/*/*/embed.html", "*/*/*/*/fragment.html",
        "*/*/*/*/oembed.json",
    }  # fmt: skip


@pytest.mark.parametrize("path", sorted(path for path in MADE if path.endswith(".html")))
def test_every_page_names_its_feeds_and_itself(path: str) -> None:
    root = tree(path)
    if path.endswith("fragment.html"):
        return
    found = alternates(root)
    feed = MADE[path].feed
    own = feed.spec.path if feed is not None else "all"
    assert found[:3] == [
        ("application/atom+xml", f"{own}/atom.xml"),
        ("application/rss+xml", f"{own}/rss.xml"),
        ("application/feed+json", f"{own}/feed.json"),
    ]
    defaults = len(root.findall(".//link[@hreflang='x-default']"))  # the original once more
    assert len(found) == len(set(found)) + defaults
    address = HERE + re.sub(r"(embed|index)\.html$", "", path)
    canonical = [one.get("href") for one in root.iterfind(".//link[@rel='canonical']")]
    assert canonical == ([] if path == "404.html" else [address])
    robots = metas(root).get("robots")
    hidden = path in {"404.html", "entry/withdrawn-seminar/index.html"}
    assert (robots == "noindex") == (hidden or path.endswith("embed.html"))


def test_the_home_page_is_news() -> None:
    root = tree("index.html")
    assert words_of(root.find(".//h1")) == "Office for Work & Welfare"
    first = root.find(".//article[@class='first']")
    assert words_of(first.find(".//h2")) == "Workshop on safe workplaces"
    titles = [words_of(one) for one in root.findall(".//*[@id='newest']//h3")]
    assert len(titles) == 9
    assert "Workshop on safe workplaces" not in titles
    pictures = [one.get("src") for one in root.findall(".//*[@id='newest']//img")]
    assert pictures == ["entry/photo-story/image.png"]
    soon = [words_of(one) for one in root.findall(".//*[@id='upcoming']//h3")]
    assert soon == ["Workshop on safe workplaces"]
    for name, labels in {
        "topics": {
            "Employment": 13, "Wages": 9, "Safety and Health": 1,
            "World Day of Something with a Rather Long Name That Goes On": 2,
        },
        "countries": {"China": 11, "Hong Kong SAR (China)": 2, "Mongolia": 3, "World": 3},
    }.items():  # fmt: skip
        links = root.findall(f".//section[@id='{name}']//li/a")
        counts = root.findall(f".//section[@id='{name}']//li/span")
        numbers = [int(words_of(one)) for one in counts]
        assert dict(zip(map(words_of, links), numbers, strict=True)) == labels
    narrow = root.find(".//section[@id='topics']//li/ul//a")
    assert (words_of(narrow), narrow.get("href")) == ("Wages", "category/wages/")


def test_the_newest_item_leads_with_its_picture() -> None:
    files = {"entries/p.png": (GALLERY / "entries" / "steppe.png").read_bytes()}
    image = "{file: p.png, alt: A plain}"
    made = documents(site(files=files, old=entry(date="2015-05-01"), new=entry(image=image)))
    (picture,) = tree("index.html", made).findall(".//article[@class='first with-picture']/img")
    assert picture.get("alt") == "A plain"
    assert picture.get("src") == "entry/new/image.png"
    assert (picture.get("width"), picture.get("height")) == ("1200", "675")


def test_the_page_for_subscribers_has_every_feed_and_a_button_for_each() -> None:
    root = tree("subscribe/index.html")
    feeds = {words_of(one.find("h4/a")): one for one in root.findall(".//ul[@class='feeds']/li")}
    assert list(feeds) == [
        "Employment", "Wages", "Safety and Health",
        "World Day of Something with a Rather Long Name That Goes On",
        "China", "Hong Kong SAR (China)", "Mongolia", "World",
    ]  # fmt: skip
    copied = feeds["China"].find("ul")
    assert copied.get("data-copy") == "Copy the address: China"
    assert copied.get("data-address") == f"{HERE}country/cn/atom.xml"
    assert [one.get("href") for one in copied.iter("a")] == [
        "../country/cn/atom.xml", "../country/cn/rss.xml", "../country/cn/feed.json",
        "../country/cn/calendar.ics",
    ]  # fmt: skip
    assert len(root.findall(".//ol/li")) == 3 + 1  # and the way from the home page
    (calendar,) = [a for a in root.iter("a") if a.get("href").startswith("webcal:")]
    assert calendar.get("href") == "webcal://news.example.org/office/all/calendar.ics"
    (letter,) = root.xpath("//main//a[@href='https://work.example.org/newsletter']")
    assert letter.text == "Newsletter by e-mail"
    plain = documents(site(wages=entry()))["subscribe/index.html"].data
    assert b"Services such as Feedrabbit" in plain


def test_every_page_leads_to_news_events_topics_countries_and_the_way_to_subscribe() -> None:
    for path in ("index.html", "entry/photo-story/index.html", "country/cn/index.html"):
        links = tree(path).findall(".//nav[@class='menu']//a")
        assert [words_of(one) for one in links] == [
            "News", "Events", "Topics", "Countries", "Subscribe",
        ]  # fmt: skip
        there = [urllib.parse.urljoin(f"/{path}", one.get("href")) for one in links]
        assert there == ["/news/", "/events/", "/#topics", "/#countries", "/subscribe/"]
    without = documents(site(office=OFFICE + b"feeds: [all]\n", wages=entry()))
    links = tree("index.html", without).findall(".//nav[@class='menu']//a")
    assert [words_of(one) for one in links] == ["News", "Subscribe"]


def test_the_page_of_a_feed() -> None:
    root = tree("country/cn/index.html")
    assert words_of(root.find(".//h1")) == "China"
    assert [words_of(one) for one in root.iterfind(".//nav[@class='trail']//li")] == [
        "Office for Work & Welfare",
        "All news and events",
    ]
    rows = {
        words_of(row.find("dt")): words_of(row.find("dd")) for row in root.iterfind(".//dl/div")
    }
    assert rows == {
        "Atom": f"{HERE}country/cn/atom.xml",
        "RSS": f"{HERE}country/cn/rss.xml",
        "JSON Feed": f"{HERE}country/cn/feed.json",
        "Calendar": f"{HERE}country/cn/calendar.ics",
    }
    around = [words_of(one) for one in root.iterfind(".//nav[@class='around']//li")]
    assert around == ["Hong Kong SAR (China) 2", "Employment 10", "Wages 9", "Safety and Health 1"]
    first = root.find(".//*[@id='items']//article")
    assert words_of(first) == (
        "8 December 2026, 09:30–12:00 (UTC+8) · Hohhot; room 3, 2nd floor "
        "Safety and Health Workshop on safe workplaces "
        "Inspectors and employers meet for a morning to agree on a plan."
    )
    moments = [one.get("datetime") for one in first.iter("time")]
    assert moments == ["2026-12-08T09:30:00+08:00", "2026-12-08T12:00:00+08:00"]
    assert b"webcal:" in MADE["country/cn/index.html"].data
    assert b"webcal:" not in MADE["category/day/index.html"].data
    assert "category/day/calendar.ics" not in MADE


def test_a_feed_without_entries_invites() -> None:
    made = documents(site(wages=entry()))
    text = made["country/no/index.html"].data
    assert b"Nothing has been published here yet." in text
    assert b"Nothing has been published here yet." in made["country/no/embed.html"].data


def test_the_page_of_an_entry() -> None:
    root = tree("entry/photo-story/index.html")
    main = root.find(".//main")
    assert words_of(main.find(".//h1")) == (
        "On the road: how herders <and> their children find work"
    )
    assert words_of(main.find(".//header//p")) == "Employment"
    when = main.find(".//article/header/p[@class='when']")
    assert words_of(when) == "14 September 2026 · updated 2 October 2026 · Saran Bat, Li Wei"
    image = main.find(".//figure/img")
    assert dict(image.attrib) == {
        "src": "image.png",
        "alt": "Three people stand in a plain before mountains",
        "width": "1200",
        "height": "675",
    }
    assert words_of(main.find(".//figcaption")) == "Photo: S. Bat & Co."
    documents = [words_of(one) for one in main.iterfind(".//section[@class='documents']//li")]
    assert documents == [
        "The whole report PDF, 2.3 MB",
        "https://example.org/data.xlsx Excel, 51.2 kB",
        "https://example.org/annex.docx Word",
    ]
    original = main.find("article/div[@class='story']/p/a[@class='button']")
    assert (original.get("href"), words_of(original)) == (
        "https://stories.example.com/road",
        "Read the original on stories.example.com",
    )
    terms = {
        words_of(one.find("h2")): [(words_of(a), a.get("href")) for a in one.iter("a")]
        for one in main.iterfind(".//footer/div")
    }
    assert terms == {
        "Topics": [
            ("Employment", "../../category/employment/"),
            (
                "World Day of Something with a Rather Long Name That Goes On",
                "../../category/day/",
            ),
        ],
        "Countries": [("Mongolia", "../../country/mn/"), ("World", "../../country/world/")],
        "Also in": [
            ("العربية", "../photo-story-ar/"),
            ("Монгол", "../photo-story-mn/"),
            ("简体中文", "../photo-story-zh/"),
        ],
    }
    neighbours = main.find("nav[@class='neighbours']")
    assert [(a.get("rel"), a.get("href")) for a in neighbours] == [
        ("prev", "../long-words/"),
        ("next", "../workshop/"),
        (None, "../../news/"),
    ]
    body = words_of(main.find(".//div[@class='body']"))
    assert body.startswith("Three families tell what changed")
    assert "The training took three days, and everybody came." in body


def test_what_other_programs_read_of_an_entry() -> None:
    root = tree("entry/photo-story/index.html")
    assert metas(root) | {"viewport": "", "color-scheme": ""} == {
        "viewport": "",
        "color-scheme": "",
        "description": "Three families tell what changed when a training came to their district & "
        "what did not.",
        "og:type": "article",
        "og:title": "On the road: how herders <and> their children find work",
        "og:description": "Three families tell what changed when a training came to their district "
        "& what did not.",
        "og:url": f"{HERE}entry/photo-story/",
        "og:site_name": "Office for Work & Welfare",
        "og:image": f"{HERE}entry/photo-story/image.png",
        "og:image:alt": "Three people stand in a plain before mountains",
        "og:image:width": "1200",
        "og:image:height": "675",
        "twitter:card": "summary_large_image",
        "article:published_time": "2026-09-14T10:30:00+08:00",
        "article:modified_time": "2026-10-02T01:00:00+00:00",
        "article:section": "Employment",
    }
    translations = [
        (one.get("hreflang"), one.get("href").removeprefix(HERE))
        for one in root.iterfind(".//link[@rel='alternate'][@hreflang]")
    ]
    assert translations == [
        ("ar", "entry/photo-story-ar/"),
        ("en", "entry/photo-story/"),
        ("mn", "entry/photo-story-mn/"),
        ("zh-Hans", "entry/photo-story-zh/"),
        ("x-default", "entry/photo-story/"),
    ]


def test_linked_data() -> None:
    (article,) = read_structured(MADE["entry/photo-story/index.html"].data)["@graph"]
    assert article["@type"] == "NewsArticle"
    assert article["headline"] == "On the road: how herders <and> their children find work"
    assert article["author"] == [
        {"@type": "Person", "name": "Saran Bat", "url": "https://example.org/saran"},
        {"@type": "Person", "name": "Li Wei"},
    ]
    assert article["publisher"]["@type"] == "Organization"
    assert article["image"]["creditText"] == "S. Bat & Co."
    assert article["isBasedOn"] == "https://stories.example.com/road"
    _, event = read_structured(MADE["entry/workshop/index.html"].data)["@graph"]
    assert event == {
        "@type": "Event",
        "@id": f"{HERE}entry/workshop/#event",
        "name": "Workshop on safe workplaces",
        "description": "Inspectors and employers meet for a morning to agree on a plan.",
        "startDate": "2026-12-08T09:30:00+08:00",
        "endDate": "2026-12-08T12:00:00+08:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "location": {
            "@type": "Place",
            "name": "Hohhot; room 3, 2nd floor",
            "address": "Hohhot; room 3, 2nd floor",
        },
        "organizer": {
            "@type": "Organization",
            "name": "Office for Work & Welfare",
            "url": "https://example.org/office",
            "logo": {
                "@type": "ImageObject",
                "url": f"{HERE}assets/logo.svg",
                "caption": "Office for Work & Welfare",
            },
        },
        "url": "https://events.example.org/workshop",
        "inLanguage": "en",
    }
    _, event = read_structured(MADE["entry/withdrawn-seminar/index.html"].data)["@graph"]
    assert event["eventStatus"] == "https://schema.org/EventCancelled"


def test_linked_data_cannot_end_its_script() -> None:
    title = "</script x <!-- <b> & ' \" \\"
    made = documents(site(wages=entry(title=json.dumps(title))))
    text = made["entry/wages/index.html"].data.decode()
    block = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert len(block) == 1
    assert not set("<>&") & set(block[0])
    assert json.loads(block[0])["@graph"][0]["headline"] == title


def test_a_withdrawn_entry_keeps_its_page_with_a_notice() -> None:
    root = tree("entry/withdrawn-seminar/index.html")
    notice = root.find(".//p[@class='notice']")
    assert words_of(notice).startswith("This item was withdrawn on 20 August 2026.")
    assert root.findall(".//nav[@class='neighbours']/a[@rel]") == []
    assert root.find(".//section[@class='related']") is None
    for path, document in MADE.items():
        if path.endswith((".html", "sitemap.xml")) and "withdrawn-seminar" not in path:
            assert b"withdrawn-seminar" not in document.data, path
    made = site(wages=entry(withdrawn="2027-01-01"))  # nobody's business yet
    before = documents(made)
    assert b"withdrawn" not in before["entry/wages/index.html"].data
    ledger = render_manifest(make_ledger(select(made, NOW), ()))
    assert json.loads(ledger.data)["entries"][0]["withdrawn"] is None


def test_the_page_of_an_entry_keeps_its_bytes_when_another_entry_comes() -> None:
    """But for that of its neighbour, which gets a link; all others are nearer to each other."""
    days: dict[str, Any] = {f"e{n}": entry(date=f"2015-05-1{n}") for n in range(9)}
    before, after = documents(site(**days)), documents(site(**days, new=entry(date="2016-01-01")))
    same = [
        slug
        for slug in days
        if before[f"entry/{slug}/index.html"].data == after[f"entry/{slug}/index.html"].data
    ]
    assert same == [f"e{n}" for n in range(8)]
    withdrawn = entry(date="2015-05-11", withdrawn="2015-08-01")
    text = documents(site(e=withdrawn))["entry/e/index.html"].data.decode()
    assert '<time datetime="2015-08-01' in text.partition("<footer")[2]


def test_a_renamed_entry_is_found_at_its_former_address() -> None:
    made = documents(
        site(
            pay=entry(title="Wages & pay", id="wages", language="mn"),
            copy=entry(id="taken"),
            taken=entry(id="old-name"),
            foreign=entry(id='"tag:example.net,2010:old"'),
        )
    )
    root: Any = etree.fromstring(made["entry/wages/index.html"].data, etree.HTMLParser())
    assert root.find(".//meta[@http-equiv='refresh']").get("content") == "0; url=../pay/"
    assert root.find(".//link[@rel='canonical']").get("href") == (
        "https://example.org/feeds/entry/pay/"
    )
    assert root.find(".//meta[@name='robots']").get("content") == "noindex"
    assert root.get("lang") == "mn"
    link = root.find(".//main//a")
    assert (link.get("href"), link.text) == ("../pay/", "Wages & pay")
    assert "entry/old-name/index.html" in made
    assert b"refresh" not in made["entry/taken/index.html"].data
    assert not any("entry/old/" in path for path in made)
    assert b"entry/wages/" not in made["sitemap.xml"].data


def test_translations_find_each_other() -> None:
    made = documents(
        site(
            a=entry(language="en"),
            b=entry(language="mn", translation_of="a"),
            c=entry(language="zh-Hans", translation_of="a"),
            d=entry(language="fr", translation_of="a", withdrawn="2015-06-01"),
            e=entry(language="en", draft="true"),
            f=entry(language="mn", translation_of="e"),
            g=entry(language="fr", translation_of="e"),
            h=entry(language="es"),
        )
    )

    def linked(slug: str) -> tuple[list[str], list[str]]:
        root = tree(f"entry/{slug}/index.html", made)
        told = root.iterfind(".//link[@rel='alternate'][@hreflang]")
        seen = root.iterfind(".//footer//a[@hreflang]")
        return (
            [f"{one.get('hreflang')} {one.get('href').split('/')[-2]}" for one in told],
            [f"{one.get('hreflang')} {one.get('href').split('/')[-2]}" for one in seen],
        )

    group = ["en a", "mn b", "zh-Hans c"]
    for slug in "abc":
        others = [one for one in group if not one.endswith(slug)]
        assert linked(slug) == ([*group, "x-default a"], others)
    assert linked("d") == ([], group), "it is in no feed, so the others do not name it"
    assert linked("f") == (["fr g", "mn f"], ["fr g"]), "the original gives itself not away"
    assert linked("h") == ([], [])
    assert not any(b"entry/e/" in one.data for one in made.values())


def test_the_language_of_every_part_is_said() -> None:
    made = documents(site(a=entry(language="he")))
    root = tree("entry/a/index.html", made)  # no table of Hebrew: the office's buttons
    assert (root.get("lang"), root.get("dir")) == ("en", "ltr")
    assert root.find(".//div[@class='body']").get("lang") == "he"
    assert root.find(".//div[@class='body']").get("dir") == "rtl"
    assert root.find(".//article/header/div").get("dir") == "rtl"
    root = tree("entry/photo-story-ar/index.html")
    assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")
    assert root.find(".//header//div[@class='office']/a/span").get("dir") == "ltr"
    root = tree("entry/photo-story-zh/index.html")
    assert root.get("lang") == "zh-Hans"
    assert words_of(root.find(".//a[@class='skip']")) == "跳到正文"
    assert root.find(".//header//div[@class='office']/a/span").get("lang") == "en"
    assert words_of(root.find(".//article/header/p[@class='when']")).startswith("2026年9月14日 ·")
    assert words_of(root.find(".//header//p")) == "就业"
    index = tree("index.html")
    languages = [one.get("lang") for one in index.findall(".//*[@id='newest']//article/div")]
    assert languages[:4] == ["ar", "mn", "zh-Hans", None]


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "en"])
def test_no_english_is_left_in_an_office_of_another_language(language: str) -> None:
    made = gallery(language)
    own = {value for value in phrases(language).table.values() if isinstance(value, str)}
    english = {
        value
        for value in phrases("en").table.values()
        if isinstance(value, str) and len(value) > 6 and "{" not in value and value not in own
    }
    assert len(english) > 40
    paths = (
        "index.html 404.html all/index.html country/cn/index.html all/embed.html assets/feed.css"
    )
    for path in (*paths.split(), "entry/photo-story-zh/index.html"):
        text = html.unescape(made[path].data.decode())
        text = re.sub(r"Employment|News and events[^<\"]*|data-error=\"[^\"]*\"", "", text)
        left = [phrase for phrase in english if f">{phrase}<" in text or f'"{phrase}"' in text]
        assert left == [], path
    assert f'lang="{language}"' in made["index.html"].data.decode()[:200]


def test_links_are_relative_and_those_of_a_missing_page_begin_at_the_root() -> None:
    assert relative("index.html", "index.html") == "./"
    assert relative("index.html", "all/index.html") == "all/"
    assert relative("all/index.html", "index.html") == "../"
    assert relative("a/b/index.html", "a/c/feed.json") == "../c/feed.json"
    assert relative("a/index.html", "a/index.html") == "./"
    root = tree("404.html")
    links = [one.get("href") for one in root.iter("a")] + [
        one.get("href") for one in root.iterfind(".//link[@rel='stylesheet']")
    ]
    links = [link for link in links if not link.startswith("https://work.example.org/")]
    assert all(link.startswith(("/office/", "#")) for link in links)


def test_where_the_office_has_no_feed_of_everything() -> None:
    office = OFFICE + b"feeds: [{per: [country, category]}, {per: category}]\n"
    made = documents(site(office=office, wages=entry()))
    root = tree("index.html", made)
    assert words_of(root.find(".//h2[@id='by-both-title']")) == "By country and topic"
    found = [one.get("href") for one in root.iterfind(".//link[@rel='alternate']")]
    assert found[0].endswith("country/mn/category/employment/atom.xml")


def test_feeds_around_a_feed() -> None:
    made = site(
        a=entry(categories="[wages]", countries="[HK]"),
        b=entry(categories="[employment]", countries="[CN]"),
    )
    feeds = select_feeds(made.office, select_published(made.entries, NOW))
    by_path = {feed.spec.path: feed for feed in feeds}
    directory = build_directory(made.office, feeds)

    def above(path: str) -> list[str]:
        found = directory.broader_feeds(by_path[path], made.office)
        return [feed.spec.path for feed in found]

    def narrower(path: str) -> list[str]:
        found = directory.narrower_feeds(by_path[path])
        return [feed.spec.path for feed in found]

    assert above("all") == []
    assert above("country/hk") == ["all", "country/cn"]
    assert above("category/wages") == ["all", "category/employment"]
    assert above("country/cn/category/wages") == ["all", "country/cn"]
    assert narrower("country/cn") == ["country/hk"]
    assert narrower("country/cn/category/employment") == [
        "country/cn/category/wages",
        "country/hk/category/employment",
    ]
    (crossed,) = directory.paired_feeds(by_path["category/wages"], made.office).items()
    assert crossed[0] == "by_country"
    assert [label for label, _ in crossed[1]] == ["China", "Hong Kong SAR (China)"]
    assert [name for name, _ in group_feeds(feeds)] == [
        "everything",
        "by_country",
        "by_topic",
        "by_both",
    ]


@pytest.mark.parametrize(
    ("media_type", "length", "text"),
    [
        ("application/pdf", 0, "PDF"),
        ("application/pdf", 2_000_000, "PDF, 2 MB"),
        ("application/pdf", 1_250_000, "PDF, 1.2 MB"),
        ("application/x-unknown", 999, "999 B"),
        ("application/x-unknown", 0, ""),
        ("text/csv", 12_345, "CSV, 12.3 kB"),
    ],
)
def test_what_a_document_is(media_type: str, length: int, text: str) -> None:
    assert describe_file(media_type, length) == text


def test_webcal() -> None:
    assert webcal("https://example.org/x.ics") == "webcal://example.org/x.ics"


def test_the_sitemap_has_every_page_that_search_engines_may_know() -> None:
    root: Any = etree.fromstring(MADE["sitemap.xml"].data)
    found = {url[0].text.removeprefix(HERE): dt.datetime.fromisoformat(url[1].text) for url in root}
    pages = {
        path.removesuffix("index.html")
        for path in MADE
        if path.endswith("index.html") and "withdrawn" not in path
    }
    assert set(found) == pages
    assert found["entry/photo-story/"] == dt.datetime(2026, 10, 2, 1, tzinfo=dt.UTC)
    assert MADE["robots.txt"].data.decode().endswith(f"\nSitemap: {HERE}sitemap.xml\n")


def test_a_large_sitemap_is_an_index_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    from ilofeed.verify.verification import verify

    monkeypatch.setattr(indexes, "MOST", 10)
    made = site(wages=entry())
    found = {document.path: document for document in render(select(made, NOW))}
    root = etree.fromstring(found["sitemap.xml"].data)
    assert [one[0].text for one in root] == [
        f"https://example.org/feeds/sitemap-{number}.xml" for number in (1, 2)
    ]
    assert sum(len(etree.fromstring(found[f"sitemap-{n}.xml"].data)) for n in (1, 2)) == 17
    assert verify(list(found.values()), made.office) == []


def test_the_scripts_have_an_address_that_stays_and_one_that_never_changes() -> None:
    assets = ROOT / "src" / "ilofeed" / "assets"
    newest = (assets / "ilo-feed-1.3.0.js").read_bytes()
    first = (assets / "ilo-feed-1.0.0.js").read_bytes()
    assert MADE["embed/ilo-feed.js"].data == MADE["embed/ilo-feed-1.3.0.js"].data == newest
    assert MADE["embed/ilo-feed-1.0.0.js"].data == first != newest
    page = html.unescape(MADE["all/index.html"].data.decode())
    assert f'src="{HERE}embed/ilo-feed-1.3.0.js"' in page
    digest = base64.b64encode(hashlib.sha384(newest).digest()).decode()
    assert f'integrity="sha384-{digest}"' in page
    assert f'<script type="module" src="{HERE}embed/ilo-feed.js"></script>' in page


@pytest.mark.parametrize(("languages", "hidden"), [("[en]", True), ("[en, mn]", False)])
def test_who_embeds_a_feed_chooses_among_languages(languages: str, *, hidden: bool) -> None:
    office = SMALL.replace(b"  timezone", f"  languages: {languages}\n  timezone".encode())
    root = tree("all/index.html", documents(site(office=office, wages=entry())))
    (chosen,) = root.iterfind(".//select[@name='lang']")
    assert ("hidden" in chosen.getparent().attrib) == hidden
    assert f"[{', '.join(one.get('value') for one in chosen)}]" == languages


def test_oembed() -> None:
    seen = json.loads(MADE["country/cn/oembed.json"].data)
    assert seen["html"].startswith(
        f'<blockquote hidden><a href="{HERE}country/cn/">China – Office for Work &amp; Welfare</a>'
        f'</blockquote><iframe src="{HERE}country/cn/embed.html#limit=4" title="China – Off'
    )
    assert (seen["provider_name"], seen["provider_url"]) == ("Office for Work & Welfare", HERE)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("country/cn/category/wages", "China · Wages"),
        ("category/wages", "Wages"),
        ("all", "All news and events"),
    ],
)
def test_the_page_of_a_feed_names_the_office_once(path: str, name: str) -> None:
    root = tree(f"{path}/index.html")
    office = "Office for Work & Welfare"
    assert root.findtext(".//title") == (office if path == "all" else f"{name} – {office}")
    assert root.findtext(".//h1") == name
    assert metas(root)["og:title"] == name
    assert metas(root)["og:site_name"] == office


def test_the_list_of_feeds_for_readers_to_import() -> None:
    import listparser

    seen = listparser.parse(MADE["feeds.opml"].data.decode())
    assert not seen.bozo
    assert seen.meta.title == "Office for Work & Welfare"
    feeds = {one.url.removeprefix(HERE): one for one in seen.feeds}
    assert list(feeds)[:3] == ["all/atom.xml", "country/cn/atom.xml", "country/hk/atom.xml"]
    assert len(feeds) == len([path for path in MADE if path.endswith("atom.xml")])
    assert feeds["all/atom.xml"].title == "Office for Work & Welfare"
    assert feeds["country/cn/atom.xml"].title == "China"
    assert feeds["country/cn/atom.xml"].categories == [["By country"]]
    pair = feeds["country/cn/category/wages/atom.xml"]
    assert (pair.title, pair.categories) == ("China · Wages", [["By country and topic"]])


def test_the_list_of_the_main_feeds() -> None:
    import listparser

    seen = listparser.parse(MADE["feeds-main.opml"].data.decode())
    assert not seen.bozo
    broad = [
        path for path in MADE if re.fullmatch(r"(all|(country|category)/[\w-]+)/atom.xml", path)
    ]
    narrow = [f"category/{name}/atom.xml" for name in ("wages",)]
    assert {one.url.removeprefix(HERE) for one in seen.feeds} == {*broad} - {*narrow}
    assert {*narrow} < {*broad}
    link = "//section[@id='feeds']//a[@href='../feeds-main.opml']"
    assert [a.text for a in tree("subscribe/index.html").xpath(link)] == [
        "All, countries and broad topics in one file (OPML), for feed readers"
    ]


def test_an_office_without_main_feeds_lists_all() -> None:
    made = documents(site(office=OFFICE + b"feeds: [{per: [country, category]}]\n", a=entry()))
    assert b"category/employment/atom.xml" in made["feeds-main.opml"].data
    assert made["feeds-main.opml"].data == made["feeds.opml"].data


def test_the_style_of_raw_feeds_speaks_the_offices_language() -> None:
    assert "订阅源" in gallery("zh-Hans")["assets/feed.css"].data.decode()


FOLDERS = st.lists(st.sampled_from(["all", "entry", "a", "b"]), max_size=4)
FILES = st.sampled_from(["index.html", "atom.xml", "event.ics"])
PATHS = st.builds(lambda folders, file: "/".join([*folders, file]), FOLDERS, FILES)


@given(PATHS, PATHS)
def test_a_relative_address_leads_there(here: str, path: str) -> None:
    address = relative(here, path)
    site_url = "https://example.org/deep/feeds/"
    assert urllib.parse.urljoin(site_url + here, address) == site_url + path.removesuffix(
        "index.html"
    )
    assert not address.startswith("/")
    assert address
