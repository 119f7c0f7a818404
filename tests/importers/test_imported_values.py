"""What an import makes of single values: people, terms, files, and where each limit is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ilofeed.importers.fields import EntryFields
from ilofeed.importers.markup.markdown import to_markdown
from ilofeed.importers.terms import TermFinder
from ilofeed.sources.feeds import read_feed
from ilofeed.sources.files.tables import read_table
from ilofeed.sources.items import (
    Author,
    Enclosure,
    Item,
    Note,
    Picture,
    SourceError,
    Tag,
    Text,
    too_many,
)
from ilofeed.sources.json_feed import read_json
from offices import entry, site

OFFICE = site(wages=entry()).office
URL = "https://old.example.net/"


def fields(**values: Any) -> EntryFields:
    return EntryFields(Item(1, **values), OFFICE, lambda _url: True)


# people


def people(*authors: Author) -> tuple[list[dict[str, str]], list[str]]:
    reader = fields(authors=authors)
    return reader.authors(), reader.lost


@pytest.mark.parametrize(
    ("written", "name", "email"),
    [
        ("Li Wei <li@example.org>", "Li Wei", "li@example.org"),
        ("Li Wei (li@example.org)", "Li Wei", "li@example.org"),
        ("li@example.org", "li", "li@example.org"),
        ("Li <li@example.org> @press", "Li", "li@example.org"),
        ("Li <li@example.org> @press @radio", "Li", "li@example.org"),
        ("li@example.org bat@example.org", "bat", "li@example.org"),
    ],
)
def test_an_address_in_an_author_is_its_e_mail_and_no_second_one_is_published(
    written: str, name: str, email: str
) -> None:
    assert people(Author(written)) == ([{"name": name, "email": email}], [])


def test_an_author_without_an_address_is_kept_as_written() -> None:
    assert people(Author("Li Wei")) == ([{"name": "Li Wei"}], [])
    assert people(Author("Li @ home")) == ([{"name": "Li @ home"}], [])


def test_what_an_author_says_apart_from_the_name_wins() -> None:
    author = Author("Li <li@example.org>", "press@example.org", "https://example.org/li")
    read = {"name": "Li", "email": "press@example.org", "url": "https://example.org/li"}
    assert people(author) == ([read], [])


def test_an_author_keeps_the_name_if_the_addresses_are_none() -> None:
    read, lost = people(Author("Li", "no mail", "javascript:1"))
    assert read == [{"name": "Li"}]
    assert [sentence.partition("`Li`")[0] for sentence in lost] == [
        "the e-mail address of ",
        "the address of ",
    ]


def test_the_office_is_no_author_unless_with_others() -> None:
    assert people(Author("Example Office")) == ([], [])
    both = [{"name": "Example Office"}, {"name": "Li"}]
    assert people(Author("Example Office"), Author("Li")) == (both, [])
    other = [{"name": "Example Office", "email": "office@example.org"}]
    assert people(Author("Example Office", "office@example.org")) == (other, [])


def test_fifty_authors_are_kept() -> None:
    read, _ = people(*(Author(f"Author {number}") for number in range(52)))
    assert [person["name"] for person in read] == [f"Author {number}" for number in range(50)]


def test_a_thousand_characters_of_an_author_are_looked_into() -> None:
    for length, email in ((1000, "li@example.org"), (1001, "li@example.or")):
        (person,), _ = people(Author("Li".ljust(length - 14) + "li@example.org"))
        assert person == {"name": "Li", "email": email}


# terms


def terms(*tags: Tag, **defaults: Any) -> tuple[dict[str, list[str]], list[str]]:
    return TermFinder(OFFICE, **defaults).find(Item(1, tags=tags))


SCHEME = "tag:example.org,2015:office:"


@pytest.mark.parametrize(
    ("tag", "dimension", "name"),
    [
        (Tag("MN"), "countries", "MN"),
        (Tag("mn"), "countries", "MN"),
        (Tag("Mongolia"), "countries", "MN"),
        (Tag("hong kong  SAR (china)"), "countries", "HK"),
        (Tag("x", "World"), "countries", "world"),
        (Tag("CN", scheme=f"{SCHEME}country"), "countries", "CN"),
        (Tag("CN", dimension="countries"), "countries", "CN"),
        (Tag("Kina", scheme=f"{SCHEME}country/CN"), "countries", "CN"),
        (Tag("China", scheme=f"{SCHEME}country/cn"), "countries", "CN"),
        (Tag("World", "Wages", f"{SCHEME}category/pay"), "categories", "wages"),
        (Tag("Employment", "Wages", f"{SCHEME}category/wages"), "categories", "wages"),
        (Tag("wages"), "categories", "wages"),
        (Tag("WAGES"), "categories", "wages"),
        (Tag("Occupational safety and health"), "categories", "occupational-safety-and-health"),
        (Tag("wages", scheme=f"{SCHEME}category"), "categories", "wages"),
        (Tag("wages", dimension="categories"), "categories", "wages"),
    ],
)
def test_a_term_is_found_by_code_or_label(tag: Tag, dimension: str, name: str) -> None:
    found, lost = terms(tag)
    assert found == {"categories": [], "countries": [], dimension: [name]}
    assert lost == []


@pytest.mark.parametrize(
    "tag",
    [
        Tag("FR", dimension="countries"),
        Tag("FR", scheme=f"{SCHEME}country"),
        Tag("FR", "France", f"{SCHEME}country/FR"),
        Tag("wages", dimension="countries"),
    ],
)
def test_a_country_that_the_office_lacks_is_reported(tag: Tag) -> None:
    found, (sentence,) = terms(tag)
    assert found == {"categories": [], "countries": []}
    assert sentence.startswith(f"the country `{tag.term}` ")


def test_a_country_is_a_new_category_only_if_it_is_not_said_to_be_a_country() -> None:
    finder = TermFinder(OFFICE)
    assert finder.find(Item(1, tags=(Tag("France"),))) == (
        {"categories": ["france"], "countries": []},
        [],
    )
    assert {name: term.label("") for name, term in finder.new.items()} == {"france": "France"}


def test_terms_for_items_without_any_are_per_dimension() -> None:
    defaults = {"categories": ["employment"], "countries": ["NO", "CN", "NO"]}
    assert terms(**defaults)[0] == {"categories": ["employment"], "countries": ["NO", "CN"]}
    assert terms(Tag("MN"), **defaults)[0] == {"categories": ["employment"], "countries": ["MN"]}
    assert terms(Tag("wages"), **defaults)[0] == {
        "categories": ["wages"],
        "countries": ["NO", "CN"],
    }
    assert terms(Tag("MN"), Tag("wages"), Tag("Mongolia"), **defaults)[0] == {
        "categories": ["wages"],
        "countries": ["MN"],
    }


def test_an_item_has_a_hundred_terms_of_two_hundred_that_are_looked_up() -> None:
    found, lost = terms(*(Tag(f"topic {number}") for number in range(102)))
    assert found["categories"] == [f"topic-{number}" for number in range(100)]
    reason = "is left out: categories has 100 already"
    assert lost == [f"`topic-100` {reason}", f"`topic-101` {reason}"]
    for number, countries in ((199, ["MN"]), (200, [])):
        found, _ = terms(*[Tag("wages")] * number, Tag("MN"))
        assert found == {"categories": ["wages"], "countries": countries}


def test_an_import_makes_three_hundred_new_categories() -> None:
    finder = TermFinder(OFFICE)
    for number in range(300):
        assert finder.find(Item(1, tags=(Tag(f"topic {number}"),)))[1] == []
    found, (sentence,) = finder.find(Item(1, tags=(Tag("topic 300"),)))
    assert found["categories"] == []
    assert "300" in sentence
    assert len(finder.new) == 300


def test_a_new_slug_has_eighty_characters() -> None:
    for length in (80, 81):
        finder = TermFinder(OFFICE)
        found, _ = finder.find(Item(1, tags=(Tag("x" * length, "Topic"),)))
        assert found["categories"] == (["x" * 80] if length == 80 else ["topic"])


# countries and categories of each format


def dimensions(item: Item) -> list[tuple[str, str | None]]:
    return [(tag.term, tag.dimension) for tag in item.tags]


def test_a_table_has_its_countries() -> None:
    table = "title,category,countries\nPay,wages ; jobs,MN|CN;\n"
    (item,) = read_table(table, {}).items
    assert dimensions(item) == [
        ("wages", "categories"),
        ("jobs", "categories"),
        ("MN", "countries"),
        ("CN", "countries"),
    ]


def test_a_json_feed_of_ilofeed_has_its_countries() -> None:
    extension = {"categories": ["wages", 3, ""], "countries": ["MN", "CN", None]}
    item = {"id": "1", "tags": ["Wages", "Mongolia"], "_ilofeed": extension}
    (read,) = read_json(json.dumps({"items": [item]})).items
    assert dimensions(read) == [
        ("wages", "categories"),
        ("3", "categories"),
        ("MN", "countries"),
        ("CN", "countries"),
    ]
    del item["_ilofeed"]
    (read,) = read_json(json.dumps({"items": [item]})).items
    assert dimensions(read) == [("Wages", None), ("Mongolia", None)]


@pytest.mark.parametrize(
    "tags",
    [
        (Tag("MN", "Mongolia", f"{SCHEME}country"), Tag("wages", "", "")),
        (Tag("MN", "Монгол", f"{SCHEME}country"), Tag("wages", "Цалин", f"{SCHEME}category")),
        (Tag("X", "Y", f"{SCHEME}country/MN"), Tag("Pay", "Цалин", f"{SCHEME}category/wages")),
    ],
)
def test_an_atom_feed_has_its_schemes_in_old_and_new_forms(tags: tuple[Tag, ...]) -> None:
    categories = "".join(
        f'<category term="{tag.term}" scheme="{tag.scheme}" label="{tag.label}"/>' for tag in tags
    )
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>urn:x-y:1</id>'
        f"<entry><id>urn:x-y:2</id><title>Pay</title>{categories}</entry></feed>"
    )
    (item,) = read_feed(feed, None).items
    assert item.tags == tags
    assert terms(*item.tags) == ({"categories": ["wages"], "countries": ["MN"]}, [])


@pytest.mark.parametrize(
    ("country", "category"),
    [
        (f'"{SCHEME}country">Mongolia', f'"{SCHEME}category">Wages'),
        (f'"{SCHEME}country/MN">Монгол', f'"{SCHEME}category/wages">Цалин'),
    ],
)
def test_an_rss_feed_has_its_domains_in_old_and_new_forms(country: str, category: str) -> None:
    categories = f"<category domain={country}</category><category domain={category}</category>"
    item = f"<item><title>Pay</title>{categories}</item>"
    feed = f'<rss version="2.0"><channel><title>T</title>{item}</channel></rss>'
    (read,) = read_feed(feed, None).items
    assert terms(*read.tags) == ({"categories": ["wages"], "countries": ["MN"]}, [])


def test_a_new_category_of_ilofeed_has_its_slug_and_the_label_in_the_offices_language() -> None:
    finder = TermFinder(OFFICE)
    tag = Tag("Labour law", "Хөдөлмөрийн хууль", f"{SCHEME}category/law")
    assert finder.find(Item(1, tags=(tag,)))[0]["categories"] == ["law"]
    assert {name: term.label("") for name, term in finder.new.items()} == {"law": "Labour law"}


# files and pictures


def test_fifty_attachments_are_kept_of_two_hundred_that_are_checked() -> None:
    good = [Enclosure(f"{URL}{number}.pdf") for number in range(52)]
    read = fields(enclosures=tuple(good)).attachments()
    assert [file["url"] for file in read] == [f"{URL}{number}.pdf" for number in range(50)]
    for number in (199, 200):
        bad = [Enclosure("javascript:1")] * number
        read = fields(enclosures=(*bad, Enclosure(f"{URL}a.pdf"))).attachments()
        assert read == ([{"url": f"{URL}a.pdf"}] if number == 199 else [])


@pytest.mark.parametrize(
    ("enclosure", "read"),
    [
        (Enclosure(f"{URL}a.pdf", "application/pdf", "5"), {"length": "5"}),
        (Enclosure(f"{URL}a.pdf", "Text/HTML; charset=utf-8"), {"type": "text/html"}),
        (Enclosure(f"{URL}a.pdf", "pdf"), {}),
        (Enclosure(f"{URL}a.pdf", title=" All  of it "), {"title": "All of it"}),
        (Enclosure(f"{URL}a.pdf", length="0"), {}),
        (Enclosure(f"{URL}a.pdf", length="-5"), {}),
        (Enclosure(f"{URL}a.pdf", length="9" * 15), {"length": "9" * 15}),
        (Enclosure(f"{URL}a.pdf", length="9" * 16), {}),
    ],
)
def test_an_attachment(enclosure: Enclosure, read: dict[str, str]) -> None:
    assert fields(enclosures=(enclosure,)).attachments() == [{"url": f"{URL}a.pdf", **read}]


def test_an_attachment_of_a_kind_that_nothing_tells() -> None:
    read = fields(enclosures=(Enclosure(f"{URL}a"),)).attachments()
    assert read == [{"url": f"{URL}a", "type": "application/octet-stream"}]


def test_a_picture_has_its_credit() -> None:
    reader = fields(picture=Picture(f"{URL}a.png", "A crane", "Li Wei"))
    assert reader.image() == {"url": f"{URL}a.png", "alt": "A crane", "credit": "Li Wei"}
    assert fields(picture=Picture("javascript:1", "A crane")).image() == {}
    assert fields(picture=Picture(f"{URL}a.png", " ")).image() == {}


def test_a_title_of_three_hundred_characters_is_kept_and_a_longer_one_is_cut() -> None:
    words = "word " * 60
    reader = fields(title=Text(words[:-1] + "s"))
    assert (len(reader.title()), reader.lost) == (300, [])
    reader = fields(title=Text(words + "s"))
    title = reader.title()
    assert title == " ".join(["word"] * 59) + "…"
    assert [sentence for sentence in reader.lost if "too long" in sentence] == reader.lost != []


# documents


def test_five_thousand_items_are_imported_at_a_time() -> None:
    for number in (5000, 5001):
        feed = read_json(json.dumps({"items": [{"id": "1"}] * number}))
        assert len(feed.items) == 5000
        assert len(feed.notes) == number - 5000
        feed = read_table("title\n" + "Pay\n" * number, {})
        assert len(feed.items) == 5000
        assert len(feed.notes) == number - 5000
    assert too_many(5000) == []
    assert too_many(5001) == [Note(0, "", "only the first 5000 of 5001 items are imported")]


def test_a_million_cells_are_read_and_not_one_more() -> None:
    table = "title" + "," * 500_000 + "\n" + "," * 500_000
    assert read_table(table, {}).items == ()
    with pytest.raises(SourceError, match="more than 1000000 cells"):
        read_table(table + ",", {})


def test_three_million_members_are_read_and_not_one_more() -> None:
    text = json.dumps({"x": "," * (3_000_000 - 3), "items": []})  # and {, [ and the comma before it
    assert read_json(text).items == ()
    with pytest.raises(SourceError, match="members"):
        read_json(text.replace(",", ",,", 1))


def test_a_cell_of_two_million_characters_is_read_and_not_one_more() -> None:
    assert len(read_table("title\n" + "x" * 2_000_000 + "\n", {}).items) == 1
    with pytest.raises(SourceError, match="cannot be read"):
        read_table("title\n" + "x" * 2_000_001 + "\n", {})


# texts


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h1>a<br>b</h1>", "## a b"),
        ("<p>a<br>b</p>", "a\\\nb"),
        ("<ol start='3'><li>a<ul><li>b</ul></ol>", "3. a\n   - b"),
        ("<pre>a ``` b\n  c</pre>", "````\na ``` b\n  c\n````"),
        ("1. a # b * c _d_ `f` [g]", "1\\. a \\# b \\* c \\_d\\_ \\`f\\` \\[g\\]"),
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
    ],
)
def test_html_becomes_the_same_text_in_markdown(html: str, markdown: str) -> None:
    body = to_markdown(html, URL, lambda _element, _name, value: value)
    assert (body.markdown, body.lost) == (markdown, ())


def test_text_after_a_frame_that_ends_like_xml_is_kept() -> None:
    body = to_markdown('a <iframe src="https://v.example/"/> b', URL, lambda *parts: parts[2])
    assert body.markdown == "a\n\n[https://v.example/](https://v.example/)\n\nb"
