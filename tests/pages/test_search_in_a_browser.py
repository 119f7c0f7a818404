"""What people find with the search, in Chromium and Firefox, under the policy of the pages."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from browsing import listen, looks, page, violations
from firefox import firefox
from offices import NOW, SMALL, documents, entry, site
from serving import OPEN, host, needs, needs_checkers
from waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from serving import Host

pytestmark = [needs("chromium"), needs_checkers()]

BELOW = "beijing/feeds/"  # the site is not at the root of its host
ENTRIES: dict[str, Any] = {
    "english": entry(
        "Wages of *weavers* went up: `<i>1 < 2 & 3</i>`.", title="Pay in 2014", summary="A study."
    ),
    "chinese": entry(
        "正文说，小企业走访了**两次**。",
        title="劳动力市场与ILO报告",
        summary="工人组织和雇主组织的代表举行了会议。",
        language="zh-Hans",
    ),
    "japanese": entry(title="最低賃金のおしらせ𠀀𠀁", summary="概要。", language="ja"),
    "mongolian": entry(
        "Нийгмийн даатгалын тухай.",
        title="Монголын ажилчид",
        language="mn",
        summary="Хөдөлмөрийн аюулгүй байдал.",
    ),
    "arabic": entry(title="منظمة العمل الدولية", summary="اتفق العُمَّال على خطة.", language="ar"),
} | {f"many_{n}": entry(title=f"Harvest {n}", date=f"2015-04-{n:02}") for n in range(1, 26)}
FOUND = {  # words: the entry that has them
    "weaver": "english",  # “weavers” in its body
    "studies": "english",  # “study” in its summary
    "劳动力市场": "chinese",
    "力市": "chinese",  # from the middle of two words
    "雇主组织的代表": "chinese",
    "ILO报告": "chinese",
    "走访了两次": "chinese",  # the middle is bold
    "企业会议": "chinese",  # two words that stand apart
    "賃金のおしらせ": "japanese",
    "𠀁": "japanese",
    "Монгол": "mongolian",
    "ажилчид": "mongolian",
    "хөдөлмөр": "mongolian",  # with an ending there
    "ДААТГАЛ": "mongolian",
    "العمل": "arabic",
    "عمل": "arabic",  # with the article there
    "العمال": "arabic",  # with the signs of vowels there
}  # fmt: skip


def files(address: str, language: str = "en") -> dict[str, bytes]:
    languages = "[en, zh-Hans, ja, mn, ar]"
    keys = f"language: {language}\n  languages: {languages}\n  search: true\n  title:"
    office = SMALL.replace(b"  title:", f"  {keys}".encode())
    office = office.replace(b"https://example.org/feeds/", f"{address}{BELOW}".encode())
    made = documents(site(office=office, **ENTRIES), NOW)
    return {BELOW + path: document.data for path, document in made.items()}


@pytest.fixture(scope="module")
def searched() -> Iterator[Host]:
    """The site below a folder, served as Pages would; its Arabic twin is below `arabic/`."""
    served: dict[str, bytes] = {}
    with host(served, **{name.replace("-", "_"): value for name, value in OPEN.items()}) as here:
        served |= files(here.address)
        arabic = files(f"{here.address}arabic/", "ar")
        served |= {f"arabic/{path}": data for path, data in arabic.items()}
        yield here


def ask(made: Page, words: str) -> None:
    made.get_by_role("searchbox").fill(words)
    made.get_by_role("button", name="Search").click()


def test_words_of_each_language_are_found(browser: Browser, searched: Host) -> None:
    with page(browser) as made:
        said = listen(made)
        asked: list[str] = []
        made.on("request", lambda request: asked.append(request.url))
        made.goto(f"{searched.address}{BELOW}search/")
        for words, slug in FOUND.items():
            ask(made, words)
            link = made.locator("#found a")
            expect(link, words).to_have_attribute("href", f"{searched.address}{BELOW}entry/{slug}/")
            expect(made.locator("main [role=status]")).to_have_text("Found: 1")
        ask(made, "zeppelin")
        expect(made.locator("main [role=status]")).to_have_text("Found: 0")
        assert said == []
        assert [url for url in asked if not url.startswith(searched.address + BELOW)] == []
        assert made.context.cookies() == []


def test_a_result_is_text_in_its_language_and_leads_to_its_entry(
    browser: Browser, searched: Host
) -> None:
    with page(browser) as made:
        made.goto(f"{searched.address}{BELOW}search/")
        ask(made, "weaver")
        result = made.locator("#found article")
        expect(result.locator(".summary")).to_have_text(
            "A study. Wages of weavers went up: <i>1 < 2 & 3</i>."
        )
        expect(result.locator("mark")).to_have_text("weavers")
        assert result.locator("i").count() == 0
        ask(made, "雇主组织")
        expect(result.locator("h2")).to_have_text("劳动力市场与ILO报告")
        expect(result.locator("mark")).to_have_text("雇主组织")
        expect(result.locator(".when")).to_have_text("2015年5月19日")
        expect(result.locator(".summary")).to_have_text(
            "工人组织和雇主组织的代表举行了会议。正文说，小企业走访了两次。"
        )
        assert result.get_attribute("lang") == "zh-hans"
        ask(made, "العمال")
        expect(result.locator("mark")).to_have_text("العُمَّال")
        assert result.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
        result.get_by_role("link").click()
        expect(made).to_have_url(f"{searched.address}{BELOW}entry/arabic/")
        expect(made.locator("h1")).to_have_text("منظمة العمل الدولية")


def test_the_page_in_another_language_finds_the_same(browser: Browser, searched: Host) -> None:
    with page(browser) as made:
        said = listen(made)
        made.goto(f"{searched.address}{BELOW}zh-hans/")
        made.locator(".menu").get_by_role("link", name="搜索").click()
        expect(made).to_have_url(f"{searched.address}{BELOW}zh-hans/search/")
        made.get_by_role("searchbox").fill("weaver")
        expect(made.locator("main [role=status]")).to_have_text(re.compile("1"))
        made.locator("#found a").click()
        expect(made).to_have_url(f"{searched.address}{BELOW}entry/english/")
        assert said == []


def test_words_are_in_the_address_and_more_results_come_when_asked_for(
    browser: Browser, searched: Host
) -> None:
    with page(browser) as made:
        made.goto(f"{searched.address}{BELOW}")
        made.locator(".menu").get_by_role("link", name="Search").click()
        made.get_by_role("searchbox").fill("harvest")
        expect(made.locator("main [role=status]")).to_have_text("Found: 25")
        expect(made).to_have_url(re.compile(r"search/\?q=harvest$"))
        made.reload()
        expect(made.locator("#found li")).to_have_count(20)
        made.get_by_role("button", name="More").click()
        expect(made.locator("#found li")).to_have_count(25)
        expect(made.locator("#more")).to_be_hidden()
        made.get_by_role("searchbox").fill("")
        expect(made.locator("#found li")).to_have_count(0)


@pytest.mark.parametrize("place", [BELOW, f"arabic/{BELOW}"])
def test_people_with_disabilities_can_use_it(browser: Browser, searched: Host, place: str) -> None:
    with page(browser) as made:
        said = listen(made)
        for look in looks(made, f"{searched.address}{place}search/?q=harvest"):
            expect(made.locator("#found li")).to_have_count(20)
            assert made.evaluate("document.documentElement.scrollWidth <= innerWidth"), look
            assert violations(made) == [], look
        assert said == []


def test_without_scripts_the_page_says_where_all_news_are(browser: Browser, searched: Host) -> None:
    with page(browser, java_script_enabled=False) as made:
        made.goto(f"{searched.address}{BELOW}search/")
        assert made.get_by_role("searchbox").count() == 0
        made.locator("#fails").get_by_role("link", name="All news").click()
        expect(made).to_have_url(f"{searched.address}{BELOW}news/")


@pytest.mark.parametrize("name", ["mn/pagefind.mn_*", "en/index/*", "en/fragment/*", "ar/wasm.*"])
@pytest.mark.parametrize("status", [0, 404])
def test_where_a_file_of_the_index_is_missing_the_page_says_so(
    browser: Browser, searched: Host, name: str, status: int
) -> None:
    with page(browser) as made:
        made.route(
            f"**/{name}",
            lambda route: route.fulfill(status=status) if status else route.abort(),
        )
        made.goto(f"{searched.address}{BELOW}search/")
        ask(made, "harvest")
        expect(made.locator("#fails")).to_be_visible()
        expect(made.locator("form")).to_be_hidden()
        expect(made.locator("main [role=status]")).to_be_empty()


def test_a_file_that_loads_the_second_time_is_enough(browser: Browser, searched: Host) -> None:
    with page(browser) as made:
        made.route("**/en/index/*", lambda route: route.abort(), times=1)
        made.goto(f"{searched.address}{BELOW}search/")
        ask(made, "harvest")
        expect(made.locator("main [role=status]")).to_have_text("Found: 25")


@needs("firefox-esr")
@pytest.mark.slow
def test_firefox_finds_the_same(searched: Host, tmp_path: Path) -> None:
    with firefox(tmp_path) as made:
        made.open(f"{searched.address}{BELOW}search/")
        for words, slug in FOUND.items():
            made.open(f"{searched.address}{BELOW}search/?q={words}")
            found = "return [...document.querySelectorAll('#found a')].map(String)"
            links = until(functools.partial(made.run, found), f"found: {words}")
            assert f"{searched.address}{BELOW}entry/{slug}/" in links, words
