"""Texts in another language than what is around them say so: labels, titles and words of pages."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import lxml.html
import pytest

from ilofeed.verify.verification import verify
from offices import documents, entry, site

if TYPE_CHECKING:
    from ilofeed.model import Document

OFFICE = """\
site:
  url: https://example.org/feeds/
  authority: example.org,2015:office
  title: Bureau
  language: fr
  languages: [fr, en, ru, ur]
  timezone: Europe/Paris
categories:
  wages: {label: {en: Wages, ru: Зарплата}}
  minimum: {label: {en: Minimum, fr: Minimum légal}, broader: wages}
countries:
  MN: {label: {en: Mongolia, fr: Mongolie}}
  CN: {label: {en: China}}
feeds: [all, {per: category}, {per: country}, {per: language}, {per: [country, category]}]
"""
KICKER = "[@class='kicker']/descendant-or-self::*[last()]"  # or the label in it
SECOND = "(//footer[@class='side']//li/a)[2]"
AROUND = "//nav[@class='around']//h3/following::a"
TABLE = "A table.\n\n| a | b |\n|---|---|\n| 1 | 2 |"
TERMS = {"categories": "[wages, minimum]", "countries": "[CN, MN]"}


@cache
def made() -> dict[str, Document]:
    event = "{start: 2015-05-20, place: Lahore}"
    made = site(
        office=OFFICE.encode(),
        one=entry(language="fr", date="2015-05-21", **TERMS),
        two=entry(language="ru", **TERMS),
        three=entry(TABLE, language="ur", date="2015-05-22", event=event, **TERMS),
    )
    shown = documents(made)
    assert verify(list(shown.values()), made.office) == []
    return shown


def language_of(node: Any) -> tuple[str, str]:
    """The language and the direction in which a browser takes the text of an element."""
    tags = [each.get("lang") for each in (node, *node.iterancestors()) if each.get("lang")]
    directions = [each.get("dir") for each in (node, *node.iterancestors()) if each.get("dir")]
    return tags[0], directions[0]


def languages(path: str, xpath: str) -> list[tuple[str, str, str]]:
    root: Any = lxml.html.fromstring(made()[path].data.decode())
    nodes = root.xpath(xpath)
    return [(" ".join(node.text_content().split()), *language_of(node)) for node in nodes]


@pytest.mark.parametrize(
    ("path", "xpath", "expected"),
    [
        # the newest item of the home page, whose words are French
        ("index.html", f"//article[1]//p{KICKER}", ("Wages", "en", "ltr")),
        ("index.html", "//article[1]//h2/a", ("Wages rise", "ur", "rtl")),
        ("index.html", "//article[1]//span[@class='event-date']", ("20 mai 2015", "fr", "ltr")),
        ("index.html", f"//*[@id='newest']//p{KICKER}", ("Wages", "en", "ltr")),
        ("index.html", f"(//*[@id='newest']//p{KICKER})[2]", ("Зарплата", "ru", "ltr")),
        ("index.html", "//*[@id='topics']//li/a", ("Wages", "en", "ltr")),
        ("index.html", "//*[@id='topics']//li//li/a", ("Minimum légal", "fr", "ltr")),
        ("index.html", "(//*[@id='countries']//li/a)[2]", ("China", "en", "ltr")),
        ("subscribe/index.html", "(//h4/a)[last()]", ("China", "en", "ltr")),
        ("entry/one/index.html", f"//header/div/p{KICKER}", ("Wages", "en", "ltr")),
        ("entry/one/index.html", "//footer[@class='side']//li/a", ("Wages", "en", "ltr")),
        ("entry/two/index.html", "//footer[@class='side']//li/a", ("Зарплата", "ru", "ltr")),
        ("entry/two/index.html", SECOND, ("Minimum légal", "fr", "ltr")),
        ("category/wages/index.html", "//h1/span", ("Wages", "en", "ltr")),
        ("category/wages/index.html", AROUND, ("Mongolie", "fr", "ltr")),
        ("country/cn/index.html", "//nav[@class='around']//h3/span", ("China", "en", "ltr")),
        ("country/cn/index.html", "//nav[@class='around']//li/a", ("Wages", "en", "ltr")),
        ("404.html", "//div[@class='hero']//a", ("Bureau", "fr", "ltr")),
        # there are no words in Urdu, so the page of the entry is in English
        ("entry/three/index.html", "//a[@class='skip']", ("Skip to content", "en", "ltr")),
        ("entry/three/index.html", "//h1", ("Wages rise", "ur", "rtl")),
        ("entry/three/index.html", f"//header/div/p{KICKER}", ("Wages", "en", "ltr")),
        ("entry/three/index.html", "//section//dd", ("20 May 2015", "en", "ltr")),
        ("entry/three/index.html", "//section//dd[@lang]", ("Lahore", "ur", "rtl")),
        ("entry/three/index.html", "//td", ("1", "ur", "rtl")),
        ("entry/three/index.html", "//div[@class='scroll']", ("a b 1 2", "en", "ltr")),
    ],
)  # fmt: skip
def test_a_text_says_its_language(path: str, xpath: str, expected: tuple[str, str, str]) -> None:
    assert languages(path, xpath)[0] == expected
