"""An office of three languages as people meet it, one of them written from right to left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from browsing import THEN, listen, page, violations
from ilofeed.chain import prepare
from offices import DATA
from serving import OPEN, host, needs, needs_checkers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

    from serving import Host

pytestmark = [needs("chromium"), needs_checkers()]

KINDS = {
    "index": ("", "ar"),
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
LOOKS = [(size, scheme) for size in ("phone", "desktop") for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def three() -> Iterator[Host]:
    """The office of three languages, served as Pages would."""
    files: dict[str, bytes] = {}
    with host(files, **{name.replace("-", "_"): value for name, value in OPEN.items()}) as here:
        draft = prepare(DATA / "languages", THEN, here.address)
        assert (draft.problems, draft.faults) == ((), ())
        files |= {document.path: document.data for document in draft.documents}
        yield here


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page(
    browser: Browser, three: Host, kind: str, size: str, scheme: str
) -> None:
    path, language = KINDS[kind]
    with page(browser, size, scheme) as made:
        said = listen(made)
        made.goto(three.address + path)
        assert made.evaluate("document.documentElement.scrollWidth") <= made.evaluate("innerWidth")
        assert violations(made) == []
        assert [one[:23] for one in said] == (
            ["Failed to load resource"] if kind == "missing page" else []
        )
        direction = "rtl" if language == "ar" else "ltr"
        root = made.locator("html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == (language, direction)
        assert made.evaluate("getComputedStyle(document.body).direction") == direction


def test_text_begins_on_its_side(browser: Browser, three: Host) -> None:
    """The office's name on the right, the list of pages on the left, code as it is written."""
    with page(browser) as made:
        made.goto(three.address + "language/ar/")
        office, menu = made.locator("a.office"), made.locator("header.site nav")
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
    ("start", "more"),
    [("entry/wages-report/", {"x-default"}), ("language/mn/category/wages/", set())],
)
def test_pages_in_several_languages_name_each_other_and_themselves(
    browser: Browser, three: Host, start: str, more: set[str]
) -> None:
    with page(browser) as made:
        made.goto(three.address + start)
        group = told(made)
        assert group.keys() == {"ar", "en", "mn"} | more
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
        assert made.url == three.address + "language/mn/"
        assert made.locator("h1").inner_text() == "Монгол"
        assert made.locator("a.office").inner_text() == "Хөдөлмөрийн алба"
        made.locator("#items").get_by_role("link", name="Каир").click()
        made.get_by_role("link", name="العربية").click()
        assert made.url == three.address + "entry/wages-report/"
