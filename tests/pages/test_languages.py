"""An office in several languages: what is said in which, and what feeds of a language hold."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from ilofeed.content.read import read_office
from ilofeed.feeds.opml import read_opml
from ilofeed.feeds.selection import select
from ilofeed.i18n import by_language, in_language
from ilofeed.pages.navigation import build_directory
from ilofeed.scaffold.cms import entry_schema
from ilofeed.verify.verification import verify
from offices import DATA, NOW, OFFICE, documents, entry, found, messages, site

THREE = (DATA / "languages" / "feeds.yaml").read_bytes()
NAMES = OFFICE.replace(b"title: Example Office", b"title: {en: Office, mn: Alba}")


def office(**keys: str) -> bytes:
    """The office of the tests with more keys of the site, and feeds per language."""
    lines = "".join(f"  {key}: {value}\n" for key, value in keys.items())
    return NAMES.replace(b"  timezone", lines.encode() + b"  timezone") + (
        b"feeds: [all, {per: language}, {per: [language, category]}, {per: [language, country]}]\n"
    )


def three() -> dict[str, Any]:
    """The documents of the office of three languages."""
    sources = read_office(DATA / "languages")
    given: dict[str, Any] = {
        path.rpartition("/")[2].removesuffix(".md"): data for path, data in sources.entries
    }
    made = site(office=THREE, **given)
    shown = documents(made)
    assert verify(list(shown.values()), made.office) == []
    return shown


MADE = three()


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("zh-Hans-CN", "hans"),
        ("zh-Hans", "hans"),
        ("zh-CN", "any"),  # no other Chinese is nearer
        ("zh-Hant-HK", "any"),
        ("en-GB", "english"),
        ("mn", "own"),
        ("fr", "own"),
    ],
)
def test_the_nearest_language_is_taken(tag: str, text: str) -> None:
    written = {"en": "english", "zh-TW": "any", "zh-Hans": "hans", "mn": "own"}
    known = by_language(written, "mn")
    assert in_language(known, tag)[0] == text
    assert in_language(by_language("for all", "mn"), tag) == ("for all", "")


def test_without_the_offices_own_language_the_first_text_is_taken() -> None:
    assert in_language(by_language({"fr": "one", "de": "two"}, "mn"), "ru") == ("one", "fr")
    assert by_language(None, "mn") == {}


def test_the_languages_of_an_office() -> None:
    assert found(office=office(languages="[en, mn]"), a=entry(language="mn")) == []
    assert found(office=office(), a=entry(language="ru")) == [], "none are named, so any may be"
    assert found(office=office(languages="[en, mn, en]"), a=entry()) == [
        "feeds.yaml:7:23 named-twice"
    ]
    (message,) = messages(office=office(languages="[mn]"), a=entry())
    assert message.endswith("write languages: [en, mn]")
    # what is wrong in `site` is told of once
    wrong = found(office=office(languages="[mn]", limit="x"), a=entry(language="ru"))
    assert wrong == ["feeds.yaml:8:10 bad-number"]


def test_an_entry_in_none_of_them_is_told_the_nearest() -> None:
    given = office(languages="[en, zh-Hans]")
    (message,) = messages(office=given, a=entry(language="zh-CN"))
    assert message == (
        "language `zh-CN` is not listed in feeds.yaml (en, zh-Hans); write language: zh-Hans"
    )
    (message,) = messages(office=given, a=entry(language="ru"))
    assert message.endswith("(en, zh-Hans)")
    assert [code.partition(" ")[2] for code in found(office=given, a=entry(language="x"))] == [
        "bad-language"
    ]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("description", "{en: News, MN: Medee}", "6:27 bad-language"),
        ("description", "{}", "6:16 empty-value"),
        ("description", "{en: ' '}", "6:21 empty-value"),
        ("languages", "[]", "6:14 empty-value"),
        ("languages", "en", "6:14 wrong-type"),
        ("languages", "[english]", "6:15 bad-language"),
    ],
)
def test_what_is_wrong_has_its_place(key: str, value: str, code: str) -> None:
    given = office(**{key: value}).replace(b"  description: News and events\n", b"")
    at, _, wanted = code.partition(" ")
    line = given.decode().splitlines().index(f"  {key}: {value}") + 1
    assert found(office=given, a=entry()) == [f"feeds.yaml:{line}:{at.partition(':')[2]} {wanted}"]


def test_feeds_of_a_language_hold_what_is_in_it() -> None:
    given = office(languages="[en, mn, zh-Hans]")
    made = site(
        office=given, a=entry(), b=entry(language="mn", countries="[HK]"), c=entry(language="mn")
    )
    feeds = {feed.spec.path: feed for feed in select(made, NOW).feeds}
    assert {path: [one.slug for one in feed.entries] for path, feed in feeds.items()} == {
        "all": ["a", "b", "c"],
        "language/en": ["a"],
        "language/mn": ["b", "c"],
        "language/zh-hans": [],  # also while it is empty
        "language/en/category/employment": ["a"],
        "language/en/category/wages": ["a"],
        "language/mn/category/employment": ["b", "c"],
        "language/mn/category/wages": ["b", "c"],
        "language/en/country/mn": ["a"],
        "language/mn/country/cn": ["b"],
        "language/mn/country/hk": ["b"],
        "language/mn/country/mn": ["c"],
    }
    assert feeds["language/zh-hans"].title == "简体中文 – Office"
    assert feeds["language/mn/country/cn"].title == "China · Монгол – Alba"
    assert feeds["language/mn"].id == "tag:example.org,2015:office:feed/language/mn"


def test_a_dimension_by_itself_is_told_how_to_write_it() -> None:
    (message,) = messages(office=OFFICE + b"feeds: [language]\n", a=entry())
    assert message == "missing `per` before the dimension `language`; write - per: language"
    (message,) = messages(office=OFFICE + b"feeds: [{per: [language, language]}]\n", a=entry())
    assert message.startswith("duplicate dimension; write two of")


def test_without_languages_there_is_the_offices_own() -> None:
    made = site(office=office(), a=entry(), b=entry(language="mn"))
    paths = [feed.spec.path for feed in select(made, NOW).feeds if not feed.spec.is_pair]
    assert paths == ["all", "language/en"]


def test_feeds_around_the_feed_of_a_language() -> None:
    made = site(
        office=office(languages="[en, mn]") + b"", a=entry(countries="[HK]"), b=entry(language="mn")
    )
    feeds = select(made, NOW).feeds
    by_path = {feed.spec.path: feed for feed in feeds}
    mongolian = by_path["language/mn"]
    pair = by_path["language/en/country/hk"]
    directory = build_directory(made.office, feeds)

    def paths(found: Any) -> list[str]:
        return [feed.spec.path for feed in found]

    assert paths(directory.broader_feeds(mongolian, made.office)) == ["all"]
    assert paths(directory.broader_feeds(pair, made.office)) == ["all", "language/en"]
    assert paths(directory.narrower_feeds(by_path["language/en/country/cn"])) == [
        "language/en/country/hk"
    ]
    assert paths(directory.in_other_languages(mongolian)) == ["language/en"]
    assert paths(directory.in_other_languages(by_path["all"])) == []
    around = directory.paired_feeds(mongolian, made.office)
    assert {name: paths(feed for _, feed in pairs) for name, pairs in around.items()} == {
        "by_topic": ["language/mn/category/employment", "language/mn/category/wages"],
        "by_country": ["language/mn/country/mn"],
    }
    assert directory.paired_feeds(pair, made.office) == {}


@pytest.mark.parametrize(
    ("tag", "office", "language", "label"),
    [
        ("ar", "مكتب العمل", "العربية", "الأجور"),
        ("en", "Labour Office", "English", "Wages"),
        ("mn", "Хөдөлмөрийн алба", "Монгол", "Цалин"),
    ],
)
def test_every_document_of_a_feed_speaks_its_language(
    tag: str, office: str, language: str, label: str
) -> None:
    title = f"{language} – {office}"
    own = json.loads(MADE[f"language/{tag}/feed.json"].data)
    assert (own["language"], own["title"]) == (tag, title)
    assert own["authors"][0]["name"] == office
    assert any(label in item["tags"] for item in own["items"])
    atom = MADE[f"language/{tag}/atom.xml"].data.decode()
    assert re.search(rf'<feed [^>]*xml:lang="{tag}">', atom)
    assert atom.count("hreflang") == 1 + len(own["items"]), "no alternate of another language"
    rss = MADE[f"language/{tag}/rss.xml"].data.decode()
    assert f"<language>{tag}</language>" in rss
    direction = "rtl" if tag == "ar" else "ltr"
    for name in ("index.html", "embed.html", "fragment.html"):
        page = MADE[f"language/{tag}/{name}"].data.decode()
        assert f' lang="{tag}" dir="{direction}">' in page
        assert html.escape(title) in page
    oembed = json.loads(MADE[f"language/{tag}/oembed.json"].data)
    assert (oembed["title"], oembed["provider_name"]) == (title, office)
    pair = json.loads(MADE[f"language/{tag}/category/wages/feed.json"].data)
    assert pair["title"] == f"{label} · {language} – {office}"
    _, groups = read_opml(MADE["feeds.opml"].data)
    names = {one["xmlUrl"]: one["text"] for _, outlines in groups for one in outlines}
    here = f"https://example.org/office/language/{tag}"
    assert names[f"{here}/atom.xml"] == language
    assert names[f"{here}/category/wages/atom.xml"] == f"{label} · {language}"


def test_the_offices_own_page_and_its_lists_name_the_languages() -> None:
    page = MADE["index.html"].data.decode()
    assert '<a href="en/" hreflang="en" lang="en" dir="ltr">English</a>' in page
    assert '<a href="mn/" hreflang="mn" lang="mn" dir="ltr">Монгол</a>' in page
    page = MADE["mn/index.html"].data.decode()
    assert '<a href="../" hreflang="ar" lang="ar" dir="rtl">العربية</a>' in page
    _, groups = read_opml(MADE["feeds.opml"].data)
    listed = [one for _, outlines in groups for one in outlines if "/language/" in one["xmlUrl"]]
    assert all(f"/language/{one['language']}/" in one["xmlUrl"] for one in listed)
    assert "https://example.org/office/language/mn/" in MADE["sitemap.xml"].data.decode()
    assert 'href="/office/mn/"' in MADE["404.html"].data.decode()


def test_feeds_of_languages_name_each_other() -> None:
    for tag in ("ar", "en", "mn"):
        page = MADE[f"language/{tag}/index.html"].data.decode()
        links = re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)"', page)
        assert dict(links) == {
            name: f"https://example.org/office/language/{other}/"
            for name, other in [("x-default", "ar"), *((each, each) for each in ("ar", "en", "mn"))]
        }


def test_who_signs_is_named_in_the_language_of_the_entry() -> None:
    names = {
        slug: json.loads(MADE[f"language/{tag}/feed.json"].data)["items"][-1]["authors"]
        for slug, tag in (("wages-report-mn", "mn"), ("minimum-wage", "en"))
    }
    assert names == {
        "wages-report-mn": [{"name": "Хөдөлмөрийн алба"}],
        "minimum-wage": [{"name": "Labour Office"}],
    }
    data = MADE["entry/wages-report-mn/index.html"].data.decode()
    assert re.search(r'"author":\s*\[\s*{\s*"@type":\s*"Organization"', data)


def test_the_schema_of_entries_offers_the_languages() -> None:
    made = site(office=office(languages="[en, mn]"), a=entry())
    assert entry_schema(made.office)["properties"]["language"]["enum"] == ["en", "mn"]
    assert "enum" not in entry_schema(site(a=entry()).office)["properties"]["language"]


def test_what_a_page_says_in_another_language_is_marked() -> None:
    given = office(languages="[en, he]")
    made = documents(site(office=given, a=entry(language="he")))
    pages = {path: one.data.decode() for path, one in made.items() if path.endswith("index.html")}
    # the buttons are in English, so the page is
    page = pages["language/he/index.html"]
    assert '<html lang="en" dir="ltr">' in page
    assert '<h1><span lang="he" dir="rtl">עברית</span></h1>' in page
    assert '<li><a href="../../he/all/">All news and events</a></li>' in page
    assert "<h1>All news and events</h1>" in pages["all/index.html"]


def test_an_office_whose_language_has_no_buttons_is_marked_within_them() -> None:
    given = OFFICE.replace(b"  timezone:", b"  language: he\n  timezone:")
    given = given.replace(b"Example Office", "משרד".encode())
    given = given.replace(b"News and events", "חדשות".encode())
    made = documents(site(office=given, a=entry()))
    for path, name in (
        ("index.html", "משרד</span></a></h1>"),
        ("country/mn/index.html", "Mongolia</span></h1>"),
    ):
        page = made[path].data.decode()
        assert '<html lang="en" dir="ltr">' in page
        assert f' lang="he" dir="rtl">{name}' in page
    for path in ("index.html", "all/index.html"):
        assert ' lang="he" dir="rtl">חדשות</p>' in made[path].data.decode()
