"""Pages on paper, and with text twice as large, in Chromium and in Firefox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browsing import page
from firefox import pages_of
from serving import needs, needs_checkers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from firefox import Firefox
    from serving import Host

pytestmark = [pytest.mark.slow, needs("chromium", "firefox-esr", "pdftotext"), needs_checkers()]

KINDS = (
    "", "news/", "events/", "subscribe/", "country/cn/", "entry/photo-story/", "entry/workshop/",
    "entry/photo-story-ar/", "entry/long-words/",
)  # fmt: skip
# what reaches over the edge of a page 360 pixels wide, with text twice as large
TOO_WIDE = """
document.documentElement.style.fontSize = '200%';
document.body.style.width = '360px';
const edge = document.body.getBoundingClientRect();
return [...document.querySelectorAll('body *')]
  .filter((one) => one.checkVisibility() && !one.closest('pre, .scroll, ilo-feed'))
  .filter((one) => {
    const box = one.getBoundingClientRect();
    return (box.right > edge.right + 1 || box.left < edge.left - 1) && !one.matches('.skip');
  })
  .map((one) => one.outerHTML.slice(0, 80));
"""


def printed(browser: Browser, fox: Firefox, address: str) -> Iterator[list[str]]:
    """The text of each printed page, in both browsers."""
    with page(browser) as made:
        made.goto(address, wait_until="networkidle")
        yield pages_of(made.pdf(format="A4"))
    fox.open(address)
    yield pages_of(fox.print())


@pytest.mark.parametrize("kind", KINDS)
def test_no_printed_page_is_empty(browser: Browser, fox: Firefox, site: Host, kind: str) -> None:
    for pages in printed(browser, fox, site.address + kind):
        assert 1 <= len(pages) <= 6
        assert all(len(text.split()) >= 5 for text in pages), pages


def test_the_home_page_prints_news(browser: Browser, fox: Firefox, site: Host) -> None:
    for pages in printed(browser, fox, site.address):
        first = " ".join(pages[0].split())
        assert "Office for Work & Welfare" in first
        assert "Workshop on safe workplaces" in first
        assert "On the road: how herders <and> their children find work" in first
        assert "Subscribe Copy" not in " ".join(pages)


def test_an_article_prints_with_its_addresses(browser: Browser, fox: Firefox, site: Host) -> None:
    for path, addresses in {
        "entry/photo-story/": [
            "https://example.org/ask?a=1&b=2",
            "https://stories.example.com/road",
            "https://example.org/report.pdf",
        ],
        "entry/workshop/": [
            f"{site.address}entry/workshop/event.ics",
            "https://events.example.org/",
        ],
    }.items():
        for pages in printed(browser, fox, site.address + path):
            text = "".join("".join(pages).split())
            for address in addresses:
                assert f"({address}" in text, (path, address)


@pytest.mark.parametrize("kind", [*KINDS, "all/", "no/such/page/", "all/embed.html"])
def test_text_twice_as_large_fits_a_phone(
    browser: Browser, fox: Firefox, site: Host, kind: str
) -> None:
    fox.open(site.address + kind, (360, 740))
    assert fox.run(TOO_WIDE) == []
    with page(browser, "phone") as made:
        made.goto(site.address + kind, wait_until="networkidle")
        assert made.evaluate(f"() => {{ {TOO_WIDE} }}") == []


def test_a_long_word_in_a_fragment_does_not_widen_its_host(browser: Browser, site: Host) -> None:
    with page(browser, "phone") as made:
        made.goto(site.address + "category/day/embed.html")
        fragment = site.files["category/day/fragment.html"].decode()
        made.set_content(f"<!doctype html><body style='width: 320px; margin: 0'>{fragment}")
        assert made.evaluate("document.documentElement.scrollWidth") <= 360
        titles = made.locator("h3").all_inner_texts()
        assert any(title.startswith("Donaudampfschifffahrtselektrizitäten") for title in titles)
