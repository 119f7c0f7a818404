"""<ilo-feed> in languages written from right to left, and beside those that are not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from test_widget import fed

from browsing import await_true
from ilofeed.i18n import LANGUAGES, direction
from serving import needs, needs_checkers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Route

pytestmark = [needs("chromium"), needs_checkers()]

HOME = "https://x.example.org/"


def computed(one: Locator) -> str:
    return str(one.evaluate("(one) => getComputedStyle(one).direction"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_of_the_interface_gives_its_direction(browser: Browser, language: str) -> None:
    items = [{"title": "One"}]
    feed = {"home_page_url": HOME, "items": items, "_ilofeed": {"more": {language: "More"}}}
    with fed(browser, feed, f'lang="{language}"') as made:
        view = made.locator("ilo-feed [part=feed]")
        assert view.get_attribute("lang") == language
        assert view.get_attribute("dir") == direction(language)
        assert computed(view.locator("[part=more]")) == direction(language)


# each script and each language that the pages know, languages of two scripts, and others
TAGS = (
    "apc ary azb bal glk iw ji lrc mzn pnb prs skr en-Mand rhg-Rohg smp-Samr arn azj nb pnt uz "
    "ar ar-EG ar-Latn arc arz az az-Arab az-Latn-AZ ckb dv en en-Arab-GB fa fa-AF ff-Adlm fr he "
    "he-Latn ks ks-Deva mn mn-Mong nqo pa-Arab pa-PK ps sd sd-Deva-IN sr-Cyrl syr ug ug-Cyrl ur "
    "ur-Aran-PK uz-Arab yi yi-Hebr zh-Hans"
).split()


def test_the_language_of_an_item_gives_its_direction_as_on_the_pages(browser: Browser) -> None:
    items = [{"title": tag, "language": tag, "tags": ["Wages"]} for tag in TAGS]
    feed = {"language": "ar", "items": items}
    with fed(browser, feed, f'lang="ar" limit="{len(TAGS)}"') as made:
        found = made.locator("ilo-feed li").evaluate_all(
            """(all) => all.map((one) => [
              one.lang, one.dir, getComputedStyle(one.querySelector('h3')).direction])"""
        )
    assert found == [[tag, direction(tag), direction(tag)] for tag in TAGS]


@pytest.mark.parametrize(
    ("own", "feeds", "wanted"),
    [("en", "ar", "ltr"), ("", "ar", "rtl"), (None, "ar", "rtl"), ("ar", None, "rtl")],
)
def test_an_item_without_a_language_has_its_feeds(
    browser: Browser, own: Any, feeds: Any, wanted: str
) -> None:
    feed = {"language": feeds, "items": [{"title": "One", "language": own}]}
    with fed(browser, feed, 'lang="en"') as made:
        assert made.locator("ilo-feed li").get_attribute("dir") == wanted


@pytest.mark.parametrize(("title", "wanted"), [("تقرير", "rtl"), ("1. דוח", "rtl"), ("A", "ltr")])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_where_no_language_is_known_the_letters_tell(
    browser: Browser, language: str, title: str, wanted: str
) -> None:
    item = {"title": title, "date_published": "2026-03-02"}
    feed: dict[str, Any] = {"items": [item | {"_ilofeed": {"when": {language: "2"}}}]}
    feed["_ilofeed"] = {"more": {language: "More"}}
    with fed(browser, feed, f'lang="{language}"') as made:
        assert computed(made.locator("ilo-feed h3")) == wanted
        assert computed(made.locator("ilo-feed time")) == direction(language)


def test_what_fails_is_said_in_arabic_and_the_fallback_is_the_hosts(browser: Browser) -> None:
    feed: dict[str, Any] = {"language": "ar", "items": [{"title": "تقرير"}]}
    feed["_ilofeed"] = {"more": {"ar": "الكل"}}
    with fed(browser, feed, 'lang="ar" error="تعذّر تحميل المواد."') as made:
        one = made.locator("ilo-feed")
        assert computed(one.locator("[part=feed]")) == "rtl"
        one.evaluate("(one) => one.setAttribute('src', '/nothing')")
        made.get_by_text("News", exact=True).wait_for()
        status = one.get_by_role("status")
        assert status.inner_text() == "تعذّر تحميل المواد."
        assert (status.get_attribute("lang"), status.get_attribute("dir")) == ("ar", "rtl")
        assert computed(one.locator("a")) == "ltr"


def test_a_feed_that_is_replaced_while_it_loads_is_not_shown(browser: Browser) -> None:
    """The answer to the first address comes last; the element has forgotten it."""
    with fed(browser, {"items": [{"title": "First"}]}) as made:
        late: list[Route] = []

        def hold(route: Route) -> None:
            late.append(route)

        made.route("**/late.json", hold)
        made.route(
            "**/soon.json",
            lambda route: route.fulfill(
                body=json.dumps({"items": [{"title": "Second"}]}), content_type="application/json"
            ),
        )
        one = made.locator("ilo-feed")
        with made.expect_request("**/late.json"):
            one.evaluate("(one) => one.setAttribute('src', '/late.json')")
        one.evaluate("(one) => one.setAttribute('src', '/soon.json')")
        one.get_by_text("Second").wait_for()
        with made.expect_event("requestfinished", lambda request: "late" in request.url):
            late[0].fulfill(body=json.dumps({"items": [{"title": "Late"}]}))
        made.evaluate("new Promise((done) => setTimeout(done, 100))")
        assert one.locator("[part=heading]").all_inner_texts() == ["Second"]
        assert one.get_by_role("status").inner_text() == ""
        assert one.get_attribute("aria-busy") is None


def test_an_element_that_moves_keeps_its_feed(browser: Browser) -> None:
    with fed(browser, {"items": [{"title": "First"}]}) as made:
        one = made.locator("ilo-feed")
        made.evaluate("document.body.append(document.querySelector('ilo-feed'))")
        await_true(made, "!document.querySelector('ilo-feed').ariaBusy")
        assert one.locator("[part=heading]").all_inner_texts() == ["First"]
        assert one.get_by_role("status").inner_text() == ""
