"""The page of an entry: what was drawn once for many is right for each, and no text is markup."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from browsing import GALLERY, THEN
from effort import attempts
from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.feeds.selection import select
from ilofeed.model import Attachment, Person
from ilofeed.pages.entry_page import EntryPages
from ilofeed.pages.navigation import build_directory
from offices import NOW, OFFICE, documents, entry, site

SITE, _ = check(read_office(GALLERY), THEN)
assert SITE is not None
SEEN = select(SITE, THEN)


def drawn(slugs: list[str]) -> dict[str, bytes]:
    """The documents of entries by path, drawn one after the other."""
    pages = EntryPages(SEEN.office, build_directory(SEEN.office, SEEN.feeds), SEEN.entries)
    by_slug = {entry.slug: entry for entry in SEEN.entries}
    return {one.path: one.data for slug in slugs for one in pages.render(by_slug[slug])}


def test_the_gallery_has_pages_of_every_kind() -> None:
    """So that the next test says something."""
    out = SEEN.entries
    assert len({entry.language for entry in out}) > 2
    for having in ("link", "event", "image", "attachments", "withdrawn", "translates"):
        assert 0 < len([entry for entry in out if getattr(entry, having)]) < len(out), having


@pytest.mark.parametrize("seed", range(5))
def test_a_page_is_the_same_alone_and_after_any_others(seed: int) -> None:
    slugs = [entry.slug for entry in SEEN.entries]
    alone = {path: data for slug in slugs for path, data in drawn([slug]).items()}
    random.Random(seed).shuffle(slugs)
    assert drawn(slugs) == alone


def test_a_category_and_a_country_of_the_same_name() -> None:
    office = OFFICE.replace(b"  wages: ", b"  world: Labour\n  wages: ")
    made = site(office=office, both=entry(categories="[world]", countries="[world]"))
    page = documents(made)["entry/both/index.html"].data.decode()
    assert '<a href="../../category/world/">Labour</a>' in page
    assert '<a href="../../country/world/">World</a>' in page


FULL = site(
    wages=entry(
        event="{start: 2015-06-01, place: Geneva, url: 'https://example.org/e'}",
        image="{url: 'https://example.org/x.png', alt: A, credit: C}",
        attachments="[{url: 'https://example.org/a.pdf', title: T}]",
        authors="[{name: N, url: 'https://example.org/n'}]",
        link="https://example.org/l",
        body="Some body.",
    ),
    jobs=entry(date="2015-05-20"),
)


def page_with(text: str) -> Any:
    """The page of an entry, and of an office, of which every text is this one."""
    office = dataclasses.replace(
        FULL.office,
        titles={"": text},
        categories={
            name: dataclasses.replace(term, labels={"": text})
            for name, term in FULL.office.categories.items()
        },
    )
    old, other = sorted(FULL.entries, key=lambda one: one.published)
    assert old.event is not None
    assert old.image is not None
    changed = dataclasses.replace(
        old,
        title=text,
        summary=text,
        authors=(Person(text, None, f"https://example.org/{text}"),),
        link=f"https://example.org/{text}",
        event=dataclasses.replace(old.event, place=text, url=f"https://example.org/{text}"),
        image=dataclasses.replace(old.image, alt=text, credit=text, url=text),
        attachments=(Attachment(text, text, 0, text),),
    )
    seen = select(dataclasses.replace(FULL, office=office, entries=(changed, other)), NOW)
    pages = EntryPages(office, build_directory(office, seen.feeds), seen.entries)
    made = {one.path: one.data for shown in seen.entries for one in pages.render(shown)}
    both = (made[one.page] for one in (changed, other))
    return [etree.fromstring(data, etree.HTMLParser(encoding="utf-8")) for data in both]


def shape(root: Any) -> list[tuple[str, list[str]]]:
    """The elements of a page and the names of their attributes."""
    return [(str(one.tag), one.keys()) for one in root.iter()]


@settings(max_examples=attempts(25, 500))
@given(st.text(st.sampled_from("ab&<>\"'{}%\\;=/- é世"), min_size=1).filter(str.strip))
@example("""<b>&amp;</b> "x' </title></script><!-- {0} {date} %s \\n""")
def test_no_text_is_markup(text: str) -> None:
    page, other = page_with(text)
    assert [shape(page), shape(other)] == [shape(one) for one in page_with("x")]
    metas = {one.get("property"): one.get("content") for one in page.iter("meta")}
    assert metas["og:title"] == metas["og:description"] == metas["article:section"] == text
    assert metas["og:site_name"] == metas["og:image:alt"] == text
    assert page.findtext(".//h1") == page.findtext(".//p[@class='lead']") == text
    assert page.findtext(".//p[@class='kicker']") == page.findtext(".//footer//li/a") == text
    assert other.findtext(".//a[@rel='prev']/span[2]") == text
    assert page.find(".//p/a[@class='button']").get("href") is not None
    (author,) = page.iterfind(".//span[@class='authors']/a")
    assert (author.text, author.get("href")) == (text, f"https://example.org/{text}")
    assert page.findtext(".//title") == f"{text} – {text}"
