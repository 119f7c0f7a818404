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


def article(body: str, **keys: Any) -> Any:
    """The body of an entry as its page shows it."""
    files = {"entries/p.png": (GALLERY / "entries" / "steppe.png").read_bytes()}
    page = documents(site(files=files, a=entry(body, **keys)))["entry/a/index.html"].data
    root: Any = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
    return root.find(".//div[@class='body']")


@pytest.mark.parametrize(
    ("quotation", "text", "name"),
    [
        (
            "> It is better now,\n> and safer.\n> — Saran Bat",
            "It is better now,\nand safer.",
            "— Saran Bat",
        ),
        ("> It is better.\n>\n> – [Li](https://example.org/li)", "It is better.", "– Li"),
        ("> 工作更好了。\n> —— 李伟", "工作更好了。", "—— 李伟"),
        ("> It is *better\n> — now*", "It is better\n— now", None),  # not across an element
        ("> It is better - now", "It is better - now", None),
        ("> — Nobody\n>\n> It is better.", "— Nobody", None),
    ],
)
def test_who_is_quoted_has_a_line_of_its_own(quotation: str, text: str, name: str | None) -> None:
    (quoted,) = article(quotation).iter("blockquote")
    assert "".join(quoted[0].itertext()) == text
    by = quoted.find("p[@class='by']")
    assert (by is None) if name is None else "".join(by.itertext()) == name


def test_the_title_of_a_picture_is_its_caption() -> None:
    body = article('![A plain](p.png "The <plain> in \\"May\\"")\n\n![Another](p.png)')
    (figure,) = body.iter("figure")
    assert figure.findtext("figcaption") == 'The <plain> in "May"'
    assert figure.find("img").get("alt") == "A plain"
    assert figure.find("img").get("title") is None


def test_a_table_scrolls_by_itself_and_with_the_keyboard() -> None:
    body = article("| a | b |\n|:--|--:|\n| 1 | 2 |\n\n| c |\n|---|\n| 3 |")
    scrolling = body.findall("div[@class='scroll'][@tabindex='0'][@role='group']")
    assert [div.get("aria-label") for div in scrolling] == ["Table", "Table"]
    assert [len(div.findall("table")) for div in scrolling] == [1, 1]


def related(made: Any, slug: str) -> list[str]:
    page = documents(made)[f"entry/{slug}/index.html"].data
    root: Any = etree.fromstring(page, etree.HTMLParser(encoding="utf-8"))
    links = root.xpath("//section[@class='related']//a/@href")
    return [link.split("/")[-2] for link in links]


def test_related_entries_are_the_nearest_of_the_topic() -> None:
    days: dict[str, Any] = {name: entry(date=f"2015-05-{day:02}") for name, day in
            {"a": 1, "b": 10, "c": 12, "d": 13, "e": 14, "f": 16, "g": 30}.items()}  # fmt: skip
    others: dict[str, Any] = {
        "other_topic": entry(date="2015-05-13", categories="[employment, wages]"),
        "other_language": entry(date="2015-05-13", language="mn"),
        "withdrawn": entry(date="2015-05-13", withdrawn="2015-06-01"),
    }
    made = site(**days, **others)
    # d is between c and e, or other_topic, which the page links to already
    assert related(made, "d") == ["f", "c", "b"]
    assert related(made, "g") == ["e", "d", "c"]
    assert related(made, "other-language") == []


def test_a_new_entry_changes_a_handful_of_pages() -> None:
    def pages(**more: Any) -> dict[str, bytes]:
        days: dict[str, Any] = {f"e{n:02}": entry(date=f"2015-05-{n:02}") for n in range(1, 31)}
        made = documents(site(**days, **more))
        return {path: one.data for path, one in made.items() if one.kind == "entry"}

    before, after = pages(), pages(new=entry(date="2015-05-31"))
    changed = {path for path in before if before[path] != after[path]}
    assert 1 <= len(changed) <= 4
