"""The pages of an office in each of its languages: where they are and lead, and what is first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest
from lxml import etree
from test_guard import Desk
from test_languages import MADE
from test_news import slugs

from ilofeed.feeds.selection import select
from ilofeed.pages.news import PER_PAGE
from offices import NOW, OFFICE, documents, entry, found, messages, site
from program import run

if TYPE_CHECKING:
    from pathlib import Path

HERE = "https://example.org/office/"
TOPIC = OFFICE.replace(b"label: Wages", b"label: {en: Wages, mn: Tsalin}")
TWO = TOPIC.replace(b"  timezone", b"  languages: [en, mn]\n  limit: 2\n  timezone")
NOT_IN_EACH = ("entry/", "language/", "404.html")


def tree(page: bytes) -> Any:
    return etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))


def pages(made: dict[str, Any]) -> set[str]:
    return {path for path in made if path.endswith("index.html")}


def group(page: Any) -> dict[str, str]:
    """What a page tells search engines: its address in each language."""
    links = page.xpath("/html/head/link[@rel='alternate'][@hreflang]")
    return {link.get("hreflang"): link.get("href") for link in links}


OWN = {path for path in pages(MADE) if not path.startswith(("en/", "mn/", *NOT_IN_EACH))}


def test_every_page_is_in_every_language_and_nothing_else_is() -> None:
    kinds = {"index.html", "all/index.html", "events/index.html", "subscribe/index.html",
             "news/index.html", "news/2026/index.html", "category/wages/index.html",
             "country/mn/index.html", "country/eg/category/wages/index.html"}  # fmt: skip
    assert kinds < OWN
    for folder in ("en/", "mn/"):
        assert {path for path in MADE if path.startswith(folder)} == {folder + p for p in OWN}


def test_pages_name_each_other_in_every_language_and_themselves() -> None:
    listed = set(tree(MADE["sitemap.xml"].data).xpath("//loc/text()"))
    for path in OWN:
        address = HERE + path.removesuffix("index.html")
        languages = {"ar": address, "x-default": address}
        languages |= {tag: address.replace(HERE, f"{HERE}{tag}/") for tag in ("en", "mn")}
        assert set(languages.values()) <= listed
        for tag, folder in (("ar", ""), ("en", "en/"), ("mn", "mn/")):
            page = tree(MADE[folder + path].data)
            assert group(page) == languages
            assert page.xpath("string(//link[@rel='canonical']/@href)") == languages[tag]
            assert page.xpath("string(//meta[@property='og:url']/@content)") == languages[tag]
            assert page.get("lang") == tag
            choices = page.xpath("//nav[@class='languages']//a")
            targets = {a.get("hreflang"): urljoin(languages[tag], a.get("href")) for a in choices}
            others = {key: languages[key] for key in {"ar", "en", "mn"} - {tag}}
            assert targets == others, (tag, path)


def test_what_exists_once_has_no_page_in_another_language() -> None:
    assert group(tree(MADE["404.html"].data)) == {}
    choices = tree(MADE["404.html"].data).xpath("//nav[@class='languages']//a/@href")
    assert choices == ["/office/", "/office/en/", "/office/mn/"]
    of_a_language = group(tree(MADE["language/mn/index.html"].data))
    assert set(of_a_language) == {"ar", "en", "mn", "x-default"}
    assert all("/language/" in address for address in of_a_language.values())
    for path in pages(MADE):
        if path.startswith("entry/"):
            assert all("/entry/" in address for address in group(tree(MADE[path].data)).values())


@pytest.mark.parametrize(("tag", "entry_page"), [("en", "minimum-wage"), ("mn", "wages-report-mn")])
def test_a_reader_stays_in_the_language(tag: str, entry_page: str) -> None:
    """Links to a page that exists in this language lead there, but for the choice of language."""
    from_here = {f"{tag}/{path}" for path in OWN}
    for path in (*from_here, f"entry/{entry_page}/index.html", f"language/{tag}/index.html"):
        links = tree(MADE[path].data).xpath(
            "//a[not(ancestor::nav[@class='languages'] or starts-with(@href, '#'))]/@href"
        )
        targets = {urljoin(HERE + path, link).partition("#")[0] for link in links}
        inside = {t.removeprefix(HERE) for t in targets if t.startswith(HERE)}
        ours = {t + "index.html" for t in inside if not t or t.endswith("/")}
        assert ours & OWN == set(), path
        assert f"{tag}/news/index.html" in ours
        assert f"{tag}/index.html" in ours
        assert ours <= MADE.keys()
        # documents for programs exist once
        assert not any(t.startswith(f"{tag}/") and not t.endswith("/") for t in inside)


def test_the_feed_of_a_language_is_offered_on_its_home_page() -> None:
    for tag, folder in (("ar", ""), ("en", "en/"), ("mn", "mn/")):
        page = tree(MADE[f"{folder}index.html"].data)
        links = page.xpath("//section[@aria-labelledby='follow-title']//a/@href")
        targets = [urljoin(HERE + folder, link) for link in links]
        assert targets == [f"{HERE}{folder}subscribe/", f"{HERE}language/{tag}/"]


def test_titles_and_labels_are_in_the_language_of_the_page() -> None:
    page = tree(MADE["en/category/wages/index.html"].data)
    assert page.xpath("string(//title)") == "Wages – Labour Office"
    assert page.xpath("string(//h1)") == "Wages"
    assert page.xpath("string(//p[@class='lead'])") == "How wages are set. Includes Minimum wage."
    page = tree(MADE["mn/category/minimum-wage/index.html"].data)
    assert page.xpath("//h1/span")[0].get("lang") == "ar", "there is no Mongolian label"


# order


def some() -> dict[str, Any]:
    """Thirty English entries of two years, and three older Mongolian ones."""
    english = {
        f"e{n:02}": entry(date=f"{2014 + n // 15}-03-{n % 15 + 10}", event=event(n))
        for n in range(30)
    }
    mongolian = {
        f"m{n}": entry(date=f"2014-0{n + 1}-01", language="mn", event=event(28 + n))
        for n in range(3)
    }
    return english | mongolian


def event(number: int) -> str | None:
    """From 25 on an event, every second of which is to come."""
    year = 2027 if number % 2 else 2016
    return f"{{start: {year}-01-{number - 24:02}}}" if number >= 25 else None


MANY = {path: one.data for path, one in documents(site(office=TWO, **some())).items()}
MONGOLIAN = ["m2", "m1", "m0"]


def test_the_offices_own_pages_are_in_the_order_of_time() -> None:
    newest = [f"e{n}" for n in range(29, 9, -1)]
    first = tree(MANY["index.html"]).xpath("//article[@class='first']//h2/a/@href")
    assert first == ["entry/e29/"]
    assert slugs(MANY["news/index.html"]) == newest[:PER_PAGE]
    assert slugs(MANY["all/index.html"], "section[@id='items']") == newest[:2]


def test_what_is_in_the_language_of_a_page_is_first() -> None:
    newest = [f"e{n:02}" for n in range(29, -1, -1)]
    first = tree(MANY["mn/index.html"]).xpath("//article[@class='first']//h2/a/@href")
    assert first == ["../entry/m2/"]
    assert slugs(MANY["mn/index.html"], "section[@id='newest']") == ["m1", "m0", *newest[:7]]
    assert slugs(MANY["mn/news/index.html"]) == [*MONGOLIAN, *newest[: PER_PAGE - 3]]
    # a page of news of a year has the same entries in every language
    for year in (2014, 2015):
        english = slugs(MANY[f"news/{year}/index.html"])
        mongolian = [slug for slug in english if slug in MONGOLIAN]
        rest = [slug for slug in english if slug not in MONGOLIAN]
        assert slugs(MANY[f"mn/news/{year}/index.html"]) == [*mongolian, *rest]
    assert "m2" in slugs(MANY["mn/news/2014/index.html"])


@pytest.mark.parametrize("feed", ["all", "category/wages", "category/employment", "country/mn"])
def test_a_feed_page_has_what_the_feed_is_too_short_for(feed: str) -> None:
    """The feed has the newest two; the page also the newest two in its language."""
    assert slugs(MANY[f"{feed}/index.html"], "section[@id='items']") == ["e29", "e28"]
    assert slugs(MANY[f"mn/{feed}/index.html"], "section[@id='items']") == [
        "m2", "m1", "e29", "e28",
    ]  # fmt: skip
    assert b"The newest 2 of 33." in MANY[f"{feed}/index.html"]
    assert "33 мэдээлэл".encode() in MANY[f"mn/{feed}/index.html"]


def test_events_in_the_language_of_a_page_are_first() -> None:
    upcoming, past = "section[@id='items']", "section[@id='past']"
    assert slugs(MANY["events/index.html"], upcoming) == ["e25", "e27", "e29", "m1"]
    assert slugs(MANY["mn/events/index.html"], upcoming) == ["m1", "e25", "e27", "e29"]
    assert slugs(MANY["events/index.html"], past) == ["m2", "m0", "e28", "e26"]
    assert slugs(MANY["mn/events/index.html"], past) == ["m2", "m0", "e28", "e26"]
    for path in ("mn/index.html", "mn/all/index.html"):
        assert slugs(MANY[path], "section[@id='upcoming']") == ["m1", "e25", "e27", "e29"], path


def test_an_item_says_its_language_where_that_is_not_the_pages() -> None:
    items = tree(MANY["mn/news/index.html"]).xpath("//main//article/div")
    assert [item.get("lang") for item in items] == [None] * 3 + ["en"] * (PER_PAGE - 3)


# addresses


def test_an_office_of_one_language_has_no_other_pages() -> None:
    one = documents(site(a=entry(), b=entry(language="ru")))
    given = OFFICE.replace(b"  timezone", b"  languages: [en]\n  timezone")
    listed = documents(site(office=given, a=entry()))
    for made in (one, listed):
        assert {path.partition("/")[0] for path in pages(made)} == {
            "all", "category", "country", "entry", "events", "index.html", "news", "subscribe",
        }  # fmt: skip
        assert not any(b"hreflang" in made[path].data for path in pages(made))
    assert b'href="../../news/"' in one["entry/b/index.html"].data


def test_a_former_address_is_not_a_page_in_a_language() -> None:
    def aliases(*paths: str) -> list[str]:
        return found(office=TWO, wages=entry(aliases=f"[{', '.join(paths)}]"))

    assert aliases("mn/old/", "mn.html", "mn/news/2015/05/", "ru/", "en/", "mn/language/mn/") == []
    for path in ("mn/", "mn/index.html", "MN/news/", "mn/all/", "mn/events/", "mn/subscribe/",
                 "mn/news/2015/", "mn/category/wages/", "mn/country/cn/index.html"):  # fmt: skip
        assert aliases("old/", path) == ["wages:7:17 alias-taken"], path
    given = TWO + b"aliases:\n  old/: mn/\n  mn/all/atom.xml: all/atom.xml\n  mn/all/: all/\n"
    last = len(given.splitlines())
    assert found(office=given, wages=entry()) == [f"feeds.yaml:{last}:3 alias-taken"]
    made = documents(site(office=given.replace(b"  mn/all/: all/\n", b""), wages=entry()))
    assert made["mn/all/atom.xml"].data == made["all/atom.xml"].data
    assert b'content="0; url=../mn/"' in made["old/index.html"].data


def test_a_language_whose_folder_is_taken() -> None:
    given = OFFICE.replace(b"  timezone", b"  languages: [en, all]\n  timezone")
    assert found(office=given, a=entry()) == [
        "feeds.yaml:7:19 bad-language",
        "feeds.yaml:7:19 no-words",
    ]
    message, _ = messages(office=given, a=entry())
    assert message.endswith("write the tag with a script, such as all-Mlym")
    with_script = given.replace(b"[en, all]", b"[en, all-Mlym]")
    assert found(office=with_script, a=entry()) == ["feeds.yaml:7:19 no-words"]


def test_a_language_that_is_taken_out_takes_its_pages_along(tmp_path: Path) -> None:
    desk = Desk(tmp_path, office=TWO + b"feeds: [all]\n", wages=entry())
    assert "mn/all/index.html" in desk.published()
    one = TWO.replace(b"[en, mn]", b"[en]") + b"feeds: [all]\n"
    (desk.folder / "feeds.yaml").write_bytes(one + b"aliases: {mn/: index.html}\n")
    done = desk.build()
    assert (done.returncode, done.stdout) == (0, "")
    shown = desk.published()
    assert {path for path in shown if path.startswith("mn/")} == {"mn/index.html"}
    assert b'content="0; url=../"' in shown["mn/index.html"]
    # and back: the page itself is there again, so the alias may go
    (desk.folder / "feeds.yaml").write_bytes(TWO + b"feeds: [all]\n")
    done = desk.build()
    assert (done.returncode, done.stdout) == (0, "")
    assert b'<html lang="mn"' in desk.published()["mn/index.html"]


def test_a_link_to_a_page_in_a_language(tmp_path: Path) -> None:
    given = "https://example.org/feeds/"

    def told(*paths: str) -> list[str]:
        return found(office=TWO, a=entry(" ".join(f"[it]({given}{path})" for path in paths)))

    assert told("mn/", "mn/news/", "mn/category/wages/", "mn/events/#x", "news/", "events/") == []
    assert told("mn/newz/", "fr/", "mn/category/wagse/") == [
        "a:8:6 dead-link", "a:8:47 dead-link", "a:8:83 dead-link",
    ]  # fmt: skip
    desk = tmp_path / "office"
    (desk / "entries").mkdir(parents=True)
    (desk / "feeds.yaml").write_bytes(TWO)
    (desk / "entries" / "a.md").write_bytes(entry(f"[it]({given}mn/news/1999/)"))
    done = run(desk, "check", "--now", "2026-11-01")
    assert done.returncode == 1
    assert done.stdout.startswith("entries/a.md:8:6: error: this site publishes no page at ")


def test_a_selection_in_each_language_begins_with_the_offices_own() -> None:
    chosen = select(site(office=TWO, a=entry()), NOW)
    assert [each.office.language for each in chosen.in_each_language()] == ["en", "mn"]
