"""The pages as people meet them: phone and desktop, light and dark, keyboard, without scripts."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browsing import await_true, listen, looks, page, violations
from serving import needs, needs_checkers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from serving import Host

pytestmark = [needs("chromium"), needs_checkers()]

KINDS = {
    "index": "",
    "news": "news/",
    "news of a year": "news/2025/",
    "events": "events/",
    "subscribe": "subscribe/",
    "everything": "all/",
    "country": "country/cn/",
    "topic": "category/employment/",
    "pair": "country/cn/category/wages/",
    "empty feed": "category/safety/",
    "entry": "entry/photo-story/",
    "event": "entry/workshop/",
    "Chinese entry": "entry/photo-story-zh/",
    "Mongolian entry": "entry/photo-story-mn/",
    "Arabic entry": "entry/photo-story-ar/",
    "withdrawn entry": "entry/withdrawn-seminar/",
    "long words": "entry/long-words/",
    "missing page": "no/such/page/",
    "frame": "all/embed.html",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page(browser: Browser, site: Host, kind: str) -> None:
    expected = ["Failed to load resource"] if kind == "missing page" else []
    with page(browser) as made:
        said = listen(made)
        for look in looks(made, site.address + KINDS[kind]):
            wide = made.evaluate("document.documentElement.scrollWidth")
            assert wide <= made.evaluate("innerWidth"), look
            assert violations(made) == [], look
            assert [one[:23] for one in said] == expected, look
            background = made.evaluate("getComputedStyle(document.body).backgroundColor")
            dark, light = "rgb(18, 22, 28)", "rgb(255, 255, 255)"
            assert background == (dark if "dark" in look else light), look
            said.clear()


def site_size(site: Host, url: str) -> int:
    """The bytes of a file of the site, uncompressed."""
    path = url.removeprefix(site.address).partition("?")[0]
    return len(site.files.get(f"{path}index.html" if path.endswith("/") or not path else path, b""))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_comes_from_other_hosts_but_the_pictures_of_editors(
    browser: Browser, site: Host, kind: str
) -> None:
    with page(browser) as made:
        asked: list[str] = []
        made.on("request", lambda request: asked.append(request.url))
        sizes: list[int] = []
        made.on(
            "requestfinished",
            lambda request: (
                sizes.append(site_size(site, request.url))
                if request.resource_type != "image"
                else None
            ),
        )
        picture = (
            made.expect_request(re.compile("^https:"))
            if kind == "entry"
            else contextlib.nullcontext()
        )
        with picture:
            made.goto(site.address + KINDS[kind], wait_until="networkidle")
        assert sum(sizes) <= 50_000
        assert len(sizes) <= 6
        foreign = [url for url in asked if not url.startswith(site.address)]
        assert foreign == (["https://example.org/bars.png"] if kind == "entry" else [])
        assert made.context.cookies() == []
        assert made.evaluate("localStorage.length + sessionStorage.length") == 0


def test_everything_is_there_without_scripts(browser: Browser, site: Host) -> None:
    with page(browser, java_script_enabled=False) as made:
        made.goto(site.address)
        assert made.locator("#newest .items > li").count() == 9
        assert made.locator("#topics li, #countries li").count() == 8
        assert made.locator("button").count() == 0
        made.get_by_role("link", name="Wages", exact=True).first.click()
        expect(made).to_have_url(site.address + "category/wages/")
        assert made.locator(".choices").is_hidden()
        assert made.locator("#preview > a").is_visible()
        code = made.locator("#embed pre").first.inner_text()
        assert f'<ilo-feed src="{site.address}category/wages/feed.json" limit="5"' in code
        assert made.locator(".addresses code").first.inner_text() == (
            f"{site.address}category/wages/atom.xml"
        )


def test_the_keyboard_alone_reaches_everything(browser: Browser, site: Host) -> None:
    with page(browser) as made:
        made.goto(site.address + "country/cn/")
        made.wait_for_selector("button.copy")
        made.locator("#preview").scroll_into_view_if_needed()
        made.locator("#preview li").first.wait_for()
        made.keyboard.press("Tab")
        assert made.evaluate("document.activeElement.className") == "skip"
        box = made.locator(".skip").bounding_box()
        assert box is not None
        assert box["y"] >= 0, "the link that skips is seen when it has the focus"
        made.keyboard.press("Enter")
        expect(made).to_have_url(f"{site.address}country/cn/#main")
        wanted = made.evaluate(
            "[...document.querySelectorAll('main :is(a, button, select, summary, [tabindex])')]"
            ".filter((one) => one.checkVisibility()).length"
        )
        reached: set[str] = set()
        for _ in range(200):
            made.keyboard.press("Tab")
            name, outline = made.evaluate(
                """() => {
                  let one = document.activeElement;
                  const path = [];
                  for (let up = one; up && up !== document.body; up = up.parentElement)
                    path.push([...up.parentElement.children].indexOf(up));
                  return [document.querySelector('main').contains(one) ? path.join() : '',
                          one.shadowRoot ? 'own' : getComputedStyle(one).outlineStyle];
                }"""
            )
            if name == "" and reached:
                break
            if name:
                reached.add(name)
                assert outline != "none", "what has the focus is seen"
        # the preview counts once: its links are in a tree of their own
        assert len(reached) == wanted + 1


def test_copying(browser: Browser, site: Host) -> None:
    with page(browser, permissions=["clipboard-read", "clipboard-write"]) as made:
        made.goto(site.address + "subscribe/")
        made.get_by_role("button", name="Copy the address: China", exact=True).click()
        made.get_by_text("Copied").wait_for()
        clip = "navigator.clipboard.readText()"
        assert made.evaluate(clip) == f"{site.address}country/cn/atom.xml"
        made.goto(site.address + "country/cn/")
        made.get_by_role("button", name="Copy the address: RSS").click()
        made.get_by_text("Copied").wait_for()
        assert made.evaluate(clip) == f"{site.address}country/cn/rss.xml"


def test_the_code_to_embed_follows_the_choices_and_so_does_the_preview(
    browser: Browser, site: Host
) -> None:
    with page(browser) as made:
        said = listen(made)
        made.goto(site.address + "category/wages/")
        preview = made.locator("#preview ilo-feed")
        made.locator("#preview").scroll_into_view_if_needed()
        preview.locator("li").first.wait_for()
        assert preview.locator("li").count() == 5
        assert preview.locator("time").nth(1).inner_text() == "18 August 2025"
        made.get_by_label("Number of items").select_option("3")
        made.get_by_label("Language").select_option("zh-Hans")
        made.get_by_label("Colours").select_option("dark")
        await_true(
            made,
            "document.querySelector('#preview ilo-feed').shadowRoot.querySelectorAll('li').length == 3",
        )
        assert preview.locator("time").nth(1).inner_text() == "2025年8月18日"
        assert preview.evaluate("(one) => getComputedStyle(one).backgroundColor") == (
            "rgb(20, 24, 29)"
        )
        offered = made.get_by_label("Language").locator("option").all_inner_texts()
        assert offered == ["English", "简体中文", "Монгол"]
        codes = made.locator("#embed pre code").all_inner_texts()
        assert 'limit="3"' in codes[0]
        assert 'lang="zh-Hans" theme="dark"' in codes[0]
        assert "embed.html#theme=dark&amp;limit=3" in codes[2]
        assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_a_raw_feed_is_a_readable_page(
    browser: Browser, site: Host, name: str, scheme: str
) -> None:
    with page(browser, "phone", scheme) as made:
        said = listen(made)
        made.goto(f"{site.address}country/cn/{name}")
        root, link = ("feed", "feed > link[rel=alternate]") if name == "atom.xml" else (
            "rss", "channel > *|link:not([rel])"
        )  # fmt: skip
        before, where = made.evaluate(
            f"""() => [
              getComputedStyle(document.querySelector('{root}'), '::before').content,
              getComputedStyle(document.querySelector('{link}'), '::before').content]"""
        )
        assert before == '"This is a web feed, made for feed readers."'
        assert "go to its page:" in where
        shown = made.evaluate(f"document.querySelector('{link}').getBoundingClientRect().bottom")
        titles = made.evaluate(
            """[...document.querySelectorAll('entry > title, item > title')]
               .map((one) => one.getBoundingClientRect().top)"""
        )
        assert 0 < shown < titles[0]
        assert titles == sorted(titles)
        shown = made.evaluate(
            """() => {
              const walk = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
              const texts = [];
              while (walk.nextNode())
                if (walk.currentNode.parentElement.getClientRects().length)
                  texts.push(walk.currentNode.data);
              return texts.join(' ');
            }"""
        )
        assert "&amp;" not in shown
        day = made.locator("published, pubDate").first
        box = day.bounding_box()
        assert box is not None
        full = day.evaluate("(one) => one.scrollWidth")
        letters = 10 if name == "atom.xml" else 16
        assert box["width"] == pytest.approx(
            full * letters / len(day.text_content() or ""), rel=0.05
        )
        hidden = made.evaluate(
            """[...document.querySelectorAll('content, *|encoded, id, guid, updated')]
               .filter((one) => one.getClientRects().length).length"""
        )
        assert hidden == 0
        assert made.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # a browser asks for an icon of its own accord where a document names none
        assert set(said) <= {
            "Failed to load resource: the server responded with a status of 404 (Not Found)"
        }
        assert "assets/feed.css" in site.asked


def test_print_leaves_out_what_paper_cannot_do(browser: Browser, site: Host) -> None:
    with page(browser, scheme="dark") as made:
        made.goto(site.address + "entry/photo-story/")
        made.emulate_media(media="print")
        assert made.locator("nav.neighbours").is_hidden()
        assert made.locator(".menu").is_hidden()
        assert made.locator("h1").is_visible()
        assert made.evaluate("getComputedStyle(document.body).color") == "rgb(24, 32, 43)"


def test_links_of_a_page_lead_where_they_say(browser: Browser, site: Host) -> None:
    """By clicks, as people go: from the office to a country, an entry, its topic, its neighbour."""
    with page(browser) as made:
        made.goto(site.address)
        made.get_by_role("navigation").get_by_role("link", name="Countries").click()
        made.locator("#countries").get_by_role("link", name="China", exact=True).click()
        expect(made).to_have_title("China – Office for Work & Welfare")
        made.get_by_role("link", name="Workshop on safe workplaces").first.click()
        expect(made).to_have_title("Workshop on safe workplaces – Office for Work & Welfare")
        with made.expect_download() as download:
            made.get_by_role("link", name="Add to calendar").click()
        assert re.fullmatch(r"event\.ics", download.value.suggested_filename)
        made.locator("a[rel=prev]").click()
        expect(made.locator("h1")).to_have_text(re.compile("^On the road"))
        made.get_by_role("link", name="简体中文").click()
        expect(made.locator("html")).to_have_attribute("lang", "zh-Hans")
        expect(made.locator(".entry header .when")).to_contain_text("2026年9月14日")
        made.get_by_role("link", name="Office for Work & Welfare").first.click()
        expect(made).to_have_url(site.address)


@pytest.mark.parametrize(("size", "most"), [("desktop", 3_500), ("phone", 6_400)])
def test_the_home_page_is_short_and_begins_with_the_newest_item(
    browser: Browser, site: Host, size: str, most: int
) -> None:
    with page(browser, size) as made:
        made.goto(site.address)
        headline = made.get_by_role("heading", name="Workshop on safe workplaces").first
        box = headline.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900
        assert made.evaluate("document.documentElement.scrollHeight") <= most
