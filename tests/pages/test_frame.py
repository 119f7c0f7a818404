"""What every page shows of the office: colour, logo, the way home, links at its end."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import etree

from ilofeed.media import contrast, readable
from offices import OFFICE, ROOT, documents, entry, found, messages, site

LINKS = b"""
  accent: "#0b6e4f"
  logo: brand/logo.svg
  home: {label: {en: The ministry, mn: Yam}, url: https://ministry.example.org/}
  links: [{label: Contact, url: "https://example.org/contact?a=1&b=2"}]
  newsletter: https://example.org/letter
  title:"""
BRANDED = OFFICE.replace(b"\n  title:", LINKS)
MADE = documents(
    site(
        office=BRANDED,
        files={"brand/logo.svg": (ROOT / "brand" / "logo.svg").read_bytes()},
        wages=entry(),
        mongolian=entry(language="mn"),
    )
)


def tree(path: str) -> Any:
    return etree.fromstring(MADE[path].data, etree.HTMLParser(encoding="utf-8"))


@pytest.mark.parametrize(
    ("colour", "ratio"),  # as checkers of others tell them
    [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54), ("#777777", 4.48), ("#0000ff", 8.59)],
)
def test_the_contrast_is_that_of_wcag(colour: str, ratio: float) -> None:
    assert contrast(colour, "#ffffff") == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("ground", ["#ffffff", "#f4f6fa", "#1b222b", "#000000"])
@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#f2a900", "#1a5fb4", "#808080"])
def test_a_readable_colour_is_readable_and_kept_if_it_was(colour: str, ground: str) -> None:
    assert contrast(readable(colour, ground), ground) >= 4.5
    if contrast(colour, ground) >= 4.5:
        assert readable(colour, ground) == colour


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("red", "invalid colour `red`"),
        ('"#abc"', "invalid colour `#abc`"),
        ("123456", 'has no `#`; write "#123456"'),
        ('"#777777"', "contrast 4.48:1, less than 4.5:1"),
        ("#1a5fb4", "has no value"),  # a comment, as YAML has it
    ],
)
def test_an_accent_that_cannot_be_used_is_reported_at_its_line(written: str, said: str) -> None:
    office = OFFICE.replace(b"  title:", f"  accent: {written}\n  title:".encode())
    line = 1 + office[: office.index(b"accent")].count(b"\n")
    problems = found(office=office, wages=entry())
    assert [one.partition(" ")[0] for one in problems] == [f"feeds.yaml:{line}:11"] or (
        problems[0].startswith(f"feeds.yaml:{line}:")
    )
    assert said in messages(office=office, wages=entry())[0]


def test_the_styles_have_the_colour_and_a_lighter_one_for_the_dark() -> None:
    for name in ("site.css", "embed.css"):
        style = MADE[f"assets/{name}"].data.decode()
        light, dark = re.findall(r"--accent: light-dark\((#\w+), (#\w+)\)", style)[0]
        assert light == "#0b6e4f"
        assert contrast(dark, "#1b222b") >= 4.5 > contrast("#0b6e4f", "#1b222b")


@pytest.mark.parametrize("path", ["index.html", "entry/wages/index.html", "country/mn/index.html"])
def test_every_page_leads_to_the_site_and_the_contacts_of_the_office(path: str) -> None:
    root = tree(path)
    (home,) = root.xpath("//header[@class='site']//a[@href='https://ministry.example.org/']")
    assert home.text == "The ministry"
    links = {a.text: a.get("href") for a in root.xpath("//footer[@class='site']//ul//a")}
    assert links.pop("Subscribe").endswith("subscribe/")
    assert links == {
        "Contact": "https://example.org/contact?a=1&b=2",
        "Newsletter by e-mail": "https://example.org/letter",
    }
    (logo,) = root.xpath("//header//img")
    assert logo.get("src").endswith("assets/logo.svg")
    assert logo.get("alt") == ""  # the name of the office follows


def test_the_links_are_in_the_language_of_the_page() -> None:
    root = tree("entry/mongolian/index.html")
    (home,) = root.xpath("//header[@class='site']//a[@href='https://ministry.example.org/']")
    assert (home.text, home.get("lang")) == ("Yam", None)
    (contact,) = root.xpath("//a[text()='Contact']")
    assert contact.get("lang") == "en"
