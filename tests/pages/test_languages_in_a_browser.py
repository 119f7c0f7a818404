"""An office of three languages as people meet it, one of them written from right to left."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from test_widget import POLICY, RELEASED, element, module, settled

from browsing import THEN, listen, looks, page, violations
from ilofeed.build import BuildContext, prepare
from ilofeed.i18n import LANGUAGES, direction
from ilofeed.pages.embeds import SCRIPTS
from offices import DATA, entry
from serving import OPEN, host, needs, needs_checkers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Locator, Page

    from serving import Host

pytestmark = [needs("chromium"), needs_checkers()]

KINDS = {
    "index": ("", "ar"),
    "news": ("news/", "ar"),
    "events": ("events/", "ar"),
    "subscribe": ("subscribe/", "ar"),
    "everything": ("all/", "ar"),
    "Arabic feed": ("language/ar/", "ar"),
    "English feed": ("language/en/", "en"),
    "Mongolian feed": ("language/mn/", "mn"),
    "Arabic topic": ("language/ar/category/wages/", "ar"),
    "Mongolian topic": ("language/mn/category/wages/", "mn"),
    "Arabic entry": ("entry/wages-report/", "ar"),
    "Arabic event": ("entry/workshop/", "ar"),
    "English entry": ("entry/wages-report-en/", "en"),
    "Mongolian entry": ("entry/wages-report-mn/", "mn"),
    "missing page": ("no/such/page/", "ar"),
    "Arabic frame": ("language/ar/embed.html", "ar"),
    "English frame": ("language/en/embed.html", "en"),
}
EACH = ("", "all/", "category/wages/", "events/", "news/", "news/2026/", "subscribe/")
LOOKS = [(size, scheme) for size in ("phone", "desktop") for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def three() -> Iterator[Host]:
    """The office of three languages, served as Pages would."""
    files: dict[str, bytes] = {}
    with host(files, **{name.replace("-", "_"): value for name, value in OPEN.items()}) as here:
        draft = prepare(DATA / "languages", THEN, BuildContext(base_url=here.address))
        assert (draft.problems, draft.faults) == ((), ())
        files |= {document.path: document.data for document in draft.documents}
        yield here


SPOKEN = [tag for tag in ("ar", "en", "mn", "zh-Hans", "fr") if tag in LANGUAGES]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The same office with more languages, in which it has few texts."""
    folder = tmp_path_factory.mktemp("many") / "office"
    shutil.copytree(DATA / "languages", folder)
    office = (folder / "feeds.yaml").read_text("utf-8")
    office = office.replace("languages: [ar, en, mn]", f"languages: [{', '.join(SPOKEN)}]")
    office = office.replace("mn: Цалин}", "mn: Цалин, zh-Hans: 工资}")
    (folder / "feeds.yaml").write_text(office, "utf-8")
    chinese = entry(
        title="工资上涨", summary="三个省的最低工资上涨。", language="zh-Hans", date="2025-06-01"
    )
    (folder / "entries" / "wages-rise.md").write_bytes(chinese)
    files: dict[str, bytes] = {}
    with host(files, **{name.replace("-", "_"): value for name, value in OPEN.items()}) as here:
        draft = prepare(folder, THEN, BuildContext(base_url=here.address))
        assert (draft.problems, draft.faults) == ((), ())
        files |= {document.path: document.data for document in draft.documents}
        yield here


@pytest.mark.parametrize("path", EACH)
@pytest.mark.parametrize("tag", SPOKEN)
def test_every_kind_of_page_in_each_language(
    browser: Browser, many: Host, tag: str, path: str
) -> None:
    folder = "" if tag == "ar" else f"{tag.lower()}/"
    look_at_page(browser, many, folder + path, tag)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page(browser: Browser, three: Host, kind: str) -> None:
    path, language = KINDS[kind]
    missing = ["Failed to load resource"] if kind == "missing page" else []
    look_at_page(browser, three, path, language, missing)


def look_at_page(
    browser: Browser, site: Host, path: str, language: str, expected: Sequence[str] = ()
) -> None:
    side = "rtl" if language == "ar" else "ltr"
    with page(browser) as made:
        said = listen(made)
        for look in looks(made, site.address + path):
            wide = made.evaluate("document.documentElement.scrollWidth")
            assert wide <= made.evaluate("innerWidth"), look
            assert violations(made) == [], look
            assert [one[:23] for one in said] == list(expected), look
            root = made.locator("html")
            assert (root.get_attribute("lang"), root.get_attribute("dir")) == (language, side)
            assert made.evaluate("getComputedStyle(document.body).direction") == side, look
            said.clear()


def test_text_begins_on_its_side(browser: Browser, three: Host) -> None:
    """The office's name on the right, the list of pages on the left, code as it is written."""
    with page(browser) as made:
        made.goto(three.address + "language/ar/")
        office, menu = made.locator(".masthead .office span"), made.locator(".menu li").last
        assert left(office) > left(menu)
        for code in made.locator("pre").all():
            assert code.evaluate("(one) => getComputedStyle(one).direction") == "ltr"
        made.goto(three.address)
        english = made.locator(".items [lang=en]").first
        assert english.evaluate("(one) => getComputedStyle(one).direction") == "ltr"
        arabic = made.locator(".items article > div:not([lang])").first
        assert arabic.evaluate("(one) => getComputedStyle(one).direction") == "rtl"


def left(one: Locator) -> float:
    box = one.bounding_box()
    assert box is not None
    return float(box["x"])


def told(made: Page) -> dict[str, str]:
    """The address of the page in each language, as it tells search engines."""
    return dict(
        made.evaluate(
            """[...document.querySelectorAll('link[rel=alternate][hreflang]')]
               .map((one) => [one.hreflang, one.href])"""
        )
    )


@pytest.mark.parametrize(
    "start",
    ["", "mn/category/wages/", "entry/wages-report/", "language/mn/category/wages/"],
)
def test_pages_in_several_languages_name_each_other_and_themselves(
    browser: Browser, three: Host, start: str
) -> None:
    with page(browser) as made:
        made.goto(three.address + start)
        group = told(made)
        assert group.keys() == {"ar", "en", "mn", "x-default"}
        for language, address in group.items():
            answer = made.goto(address)
            assert answer is not None
            assert answer.status == 200
            assert told(made) == group
            spoken = made.locator("html").get_attribute("lang")
            assert spoken == ("ar" if language == "x-default" else language)


def test_the_language_is_changed_by_a_click(browser: Browser, three: Host) -> None:
    with page(browser) as made:
        made.goto(three.address)
        made.locator("nav.languages").get_by_role("link", name="Монгол").click()
        expect(made).to_have_url(three.address + "mn/")
        expect(made.locator("h1")).to_have_text("Хөдөлмөрийн алба")
        # the reader stays in the language, also from the page of an entry
        made.locator("#topics").get_by_role("link", name="Цалин").click()
        expect(made).to_have_url(three.address + "mn/category/wages/")
        made.locator("#items").get_by_role("link", name="Каир").click()
        expect(made).to_have_url(f"{three.address}entry/wages-report-mn/")
        made.get_by_role("link", name="Мэдээ", exact=True).click()
        expect(made).to_have_url(three.address + "mn/news/")
        made.locator("nav.languages").get_by_role("link", name="English").click()
        expect(made).to_have_url(three.address + "en/news/")
        made.locator("#items").get_by_role("link", name="Каир").click()
        expect(made).to_have_url(f"{three.address}entry/wages-report-mn/")
        made.get_by_role("link", name="العربية").click()
        expect(made).to_have_url(three.address + "entry/wages-report/")


def somebodys_page(language: str, body: str) -> dict[str, bytes]:
    """A page of another site, in a language and its direction, with something in it."""
    head = f'<html lang="{language}" dir="{direction(language)}">'
    look = '<meta name="viewport" content="width=device-width">'
    look += '<meta name="color-scheme" content="light dark">'
    text = f"<!doctype html>{head}{look}<title>Host</title><main><h1>Host</h1>{body}</main>"
    return {"index.html": text.encode(), "favicon.ico": b""}


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_element_in_arabic(browser: Browser, three: Host, size: str, scheme: str) -> None:
    """On an Arabic page of others, under a strict policy: an English item stands on its side."""
    body = module(three) + element(
        f"{three.address}all/feed.json", 'limit="9" heading-level="2" show-summary theme="auto"'
    )
    policy = {"Content_Security_Policy": POLICY.format(here=three.address)}
    with host(somebodys_page("ar", body), **policy) as here, page(browser, size, scheme) as made:
        said = listen(made)
        made.goto(here.address)
        settled(made)
        view = made.locator("ilo-feed [part=feed]")
        assert (view.get_attribute("lang"), view.get_attribute("dir")) == ("ar", "rtl")
        more = view.locator("[part=more] a")
        assert (more.inner_text(), more.get_attribute("href")) == (
            "جميع المواد: مكتب العمل",
            f"{three.address}all/",
        )
        assert dates(view) == [
            "4–6 مايو 2026 · أولان باتور",
            "3 مارس 2026",
            "2 مارس 2026",
            "2 مارس 2026",
            "10 فبراير 2026",
        ]
        items = view.locator("li").evaluate_all("(all) => all.map((one) => [one.lang, one.dir])")
        assert items == [[tag, direction(tag)] for tag in ("ar", "mn", "ar", "en", "en")]
        assert {
            one.evaluate("(one) => one.lang + getComputedStyle(one).direction")
            for one in view.locator("time").all()
        } == {"arrtl"}
        arabic, english = (view.locator(f"li[lang={tag}]").last for tag in ("ar", "en"))
        assert right(arabic.locator("h2 a")) == right(arabic)
        assert left(english.locator("h2 a")) == left(english) < left(arabic.locator("h2 a"))
        assert made.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(made) == []
        assert said == []


def dates(view: Locator) -> list[str]:
    return view.locator("[part=date]").all_inner_texts()


def right(one: Locator) -> float:
    box = one.bounding_box()
    assert box is not None
    return float(box["x"] + box["width"])


def test_an_arabic_feed_on_an_english_page(browser: Browser, three: Host) -> None:
    """The interface is the page's, the items are the feed's, unless the page's owner chooses."""
    body = module(three) + element(f"{three.address}language/ar/feed.json")
    with host(somebodys_page("en", body)) as here, page(browser, "phone") as made:
        made.goto(here.address)
        settled(made)
        view = made.locator("ilo-feed [part=feed]")
        assert (view.get_attribute("lang"), view.get_attribute("dir")) == ("en", "ltr")
        event = view.locator("[part=date]").first
        assert dates(view)[0] == "4–6 May 2026 · أولان باتور"
        assert event.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
        assert event.locator("time").get_attribute("dir") == "ltr"
        made.locator("ilo-feed").evaluate("(one) => { one.lang = 'ar' }")
        view.get_by_text("جميع المواد: العربية – مكتب العمل").wait_for()
        assert (view.get_attribute("lang"), view.get_attribute("dir")) == ("ar", "rtl")
        assert dates(view)[0] == "4–6 مايو 2026 · أولان باتور"
        assert violations(made) == []


def test_the_page_of_a_feed_shows_the_element_in_its_language(
    browser: Browser, three: Host
) -> None:
    with page(browser) as made:
        made.goto(f"{three.address}language/ar/")
        preview = made.locator("#preview ilo-feed")
        made.locator("#preview").scroll_into_view_if_needed()
        preview.locator("li").first.wait_for()
        assert preview.locator("[part=feed]").get_attribute("dir") == "rtl"
        assert preview.locator("[part=more]").inner_text() == "جميع المواد: العربية – مكتب العمل"
        chosen = made.locator("select[name=lang] option:checked")
        assert (chosen.inner_text(), chosen.get_attribute("value")) == ("العربية", "ar")
        code = made.locator("#embed pre code").first.inner_text()
        assert f"embed/ilo-feed-{SCRIPTS['ilo-feed'][-1]}.js" in code
        assert ' lang="ar" theme="auto"\n  error="تعذّر تحميل المواد."' in code
        made.locator("select[name=lang]").select_option("en")
        preview.get_by_text("All items: العربية – مكتب العمل").wait_for()
        assert preview.locator("[part=feed]").get_attribute("dir") == "ltr"
        assert preview.get_attribute("error") == "The items could not be loaded."
        code = made.locator("#embed pre code").first.inner_text()
        assert 'lang="en" theme="auto"\n  error="The items could not be loaded."' in code


@pytest.mark.parametrize("version", SCRIPTS["ilo-feed"])
def test_pages_that_name_a_released_version_work(
    browser: Browser, three: Host, version: str
) -> None:
    pinned = RELEASED["ilo-feed", version]
    script = (
        f'<script type="module" src="{three.address}embed/ilo-feed-{version}.js"'
        f' integrity="{pinned}" crossorigin="anonymous"></script>'
    )
    body = script + element(f"{three.address}language/en/feed.json")
    with host(somebodys_page("en", body)) as here, page(browser) as made:
        said = listen(made)
        made.goto(here.address)
        settled(made)
        titles = made.locator("ilo-feed [part=heading]").all_inner_texts()
        assert titles == ["A report on wages in Cairo", "Mongolia raises its minimum wage"]
        assert said == []
