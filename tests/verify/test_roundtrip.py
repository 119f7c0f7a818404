"""The law: what a reader sees equals what the entry says, for any text the checks accept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import string
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from effort import attempts
from ilofeed.content.keys import Name
from ilofeed.content.read import Sources
from ilofeed.content.site import Site, check
from ilofeed.feeds.selection import select
from ilofeed.model import Entry
from ilofeed.pages.render import render
from ilofeed.verify.verification import verify
from offices import NOW, OFFICE, site

if TYPE_CHECKING:
    from ilofeed.model import Document

pytestmark = pytest.mark.slow

ODD = [
    "AT&T",
    "R&D",
    "&copy",
    "&copy;",
    "&#x41;",
    "&amp;lt;",
    "<b",
    "a < b > c",
    "<br/>",
    "]]>",
    "<![CDATA[x]]>",
    "“typographic” ‘quotes’",
    "\"straight\" 'quotes'",
    "😀👩‍🏭🇲🇳",
    "世界就业与社会展望",
    "Хөдөлмөрийн хөлс",
    "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ",
    "العمل اللائق",
    "עבודה הוגנת",
    "\u202bright to left\u202c",
    "a\u200bb\u200d",
    "x\u00a0y",
    "e\u0301",
    "\ufffc",
    "100 %",
    "C:\\path",
    "a: b",
    "# x",
    "- x",
    "{{ x }}",
    "%(x)s",
    "${x}",
    "http://example.org/?a=1&b=2",
    "\u3000",
]


NAME: TypeAdapter[str] = TypeAdapter(Name)


def acceptable(text: str) -> bool:
    """Whether a text is a name that the checks accept: the strictest of the texts."""
    try:
        NAME.validate_python(text)
    except ValidationError:
        return False
    return True


# every character that XML can hold and the checks accept; the odd ones often
PRINTABLE = (
    string.printable.replace("\n", "").replace("\r", "").replace("\x0b", "").replace("\x0c", "")
)
ANY = st.one_of(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), max_size=60
    ),
    st.lists(st.sampled_from(ODD), min_size=1, max_size=4).map(" ".join),
    st.text(PRINTABLE, max_size=60),
    st.sampled_from(ODD).map(lambda odd: (odd * 40)[:300]),
).filter(acceptable)
SUMMARY = (
    ANY | st.tuples(ANY, ANY).map("\u2028".join) | ANY.map(lambda text: (text * 60)[:2000].strip())
)
MARKDOWN = [
    "# Heading",
    "## Heading *two*",
    "Setext\n======",
    "plain",
    "*em* **strong** ***both***",
    "~~gone~~",
    "- a\n- b\n  - c",
    "1. one\n2. two",
    "5) five\n6) six",
    "- loose\n\n- list",
    "> quote\n> > deeper",
    "    indented <code> &amp;",
    "```python\nif a < b & c:\n    pass\n```",
    '`code <b> & "x"`',
    "---",
    "***",
    '[link](https://example.org/a?b=1&c=2 "T & <x")',
    "<https://example.org/é>",
    "<mail@example.org>",
    '![alt & <x](https://example.org/x.png "t")',
    "[ref][1]\n\n[1]: https://example.org/ 'R'",
    "a  \nb",
    "a\\\nb",
    "| a | b |\n|:--|--:|\n| 1 & 2 | `x` |",
    "&copy; &amp; &lt; &#x1F600; &nbsp;x",
    "\\<b\\> \\& \\*",
    "“q” — …",
    "世界 ᠮᠣᠩᠭᠣᠯ עבודה",
    "line\u2028separator",
    "# ",
    ">",
    "- ",
    "1.",
    "|",
    "a&b &copy &notit; <",
    "]]>",
]
BODIES = st.lists(st.sampled_from(MARKDOWN) | ANY, max_size=6).map("\n\n".join)
MOMENTS = st.one_of(
    st.dates(dt.date(1900, 1, 2), dt.date(2026, 10, 30)).map(str),
    st.datetimes(
        dt.datetime(1900, 1, 2),
        dt.datetime(2026, 10, 30),
        timezones=st.integers(-14 * 60, 14 * 60).map(
            lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))
        ),
    ).map(lambda moment: moment.replace(microsecond=0).isoformat()),
)
PEOPLE = st.one_of(
    ANY,
    st.builds(
        lambda name, mail, url: (
            {"name": name} | ({"email": mail} if mail else {}) | ({"url": url} if url else {})
        ),
        ANY,
        st.sampled_from([None, "bat@example.org", "a.b+c@example.co"]),
        st.sampled_from([None, "https://example.org/~bat", "https://例え.jp/"]),
    ),
)
SLUGS = ("employment", "wages", "occupational-safety-and-health")
CODES = ("CN", "HK", "MN", "NO", "world")
URLS = st.sampled_from(
    [
        "https://example.org/a?b=1&c=<2>",
        "http://例え.jp/パス",
        "https://example.org:8080/%e4#ü",
        "https://example.org/x.pdf",
    ]
)

IDS = st.sampled_from(
    [
        "old",
        "tag:example.org,2010-01-31:a/b?c",
        "https://example.org/?p=12&a=b;c",
        "http://old.example.org:8080/a%20b/#top",
        "https://xn--r8jz45g.jp/%E3%83%91",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "urn:isbn:0451450523",
    ]
)


def optional(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


def keys() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda needed, more: needed | more,
        st.fixed_dictionaries(
            {
                "title": ANY,
                "date": MOMENTS,
                "summary": SUMMARY,
                "categories": st.lists(st.sampled_from(SLUGS), min_size=1, unique=True),
                "countries": st.lists(st.sampled_from(CODES), min_size=1, unique=True),
            }
        ),
        optional(
            link=URLS,
            id=IDS,
            updated=st.sampled_from(["2026-10-31", "2026-10-31T23:59:59+14:00"]),
            language=st.sampled_from(["zh-Hans", "mn", "mn-Mong", "ar", "en-GB"]),
            authors=st.lists(PEOPLE, min_size=1, max_size=3),
            event=st.builds(
                lambda start, place, url, status: {"start": start} | place | url | status,
                MOMENTS,
                optional(place=ANY),
                optional(url=URLS),
                optional(status=st.sampled_from(["cancelled", "postponed"])),
            ),
            image=st.builds(
                lambda url, alt, more: {"url": url, "alt": alt} | more,
                URLS,
                ANY,
                optional(credit=ANY),
            ),
            attachments=st.lists(
                st.builds(
                    lambda url, length, more: (
                        {"url": url, "type": "application/pdf", "length": str(length)} | more
                    ),
                    URLS,
                    st.integers(0, 10**12),
                    optional(title=ANY),
                ),
                min_size=1,
                max_size=3,
                unique_by=lambda attachment: attachment["url"],
            ),
        ),
    )


def written(value: Any) -> str:
    """YAML of a value, by double quotes and flow collections: any character can be written."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return '"' + "".join(_escape(character) for character in value) + '"'


def _escape(character: str) -> str:
    if character.isascii() and character.isprintable() and character not in '"\\':
        return character
    return f"\\U{ord(character):08x}"


def entry_file(given_keys: dict[str, Any], body: str) -> bytes:
    lines = [f"{key}: {written(value)}" for key, value in given_keys.items()]
    return "\n".join(["---", *lines, "---", body]).encode()


ONE_FEED = OFFICE + b"feeds: [all]\n"  # the law is about entries; many feeds would repeat it


def accepted(*files: bytes, office: bytes = ONE_FEED) -> Site:
    """The site of entry files, or a hint to hypothesis that the checks did not accept them."""
    named = tuple((f"entries/e{number}.md", data) for number, data in enumerate(files))
    made, _ = check(Sources(office, named, {}), NOW)
    assume(made is not None)
    assert made is not None
    return made


@settings(max_examples=attempts(100, 2000))
@given(keys(), BODIES)
def test_every_format_brings_every_entry_back(given_keys: dict[str, Any], body: str) -> None:
    made = accepted(entry_file(given_keys, body))
    assert verify(render(select(made, NOW)), made.office) == []


@settings(max_examples=attempts(15, 300))
@given(
    st.lists(st.tuples(keys(), BODIES), min_size=2, max_size=6),
    st.sampled_from(["Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham", "Etc/UTC"]),
)
def test_any_number_of_entries_in_any_zone(
    given_files: list[tuple[dict[str, Any], str]], zone: str
) -> None:
    office = ONE_FEED.replace(b"Asia/Ulaanbaatar", zone.encode())
    made = accepted(*(entry_file(*one) for one in given_files), office=office)
    assert verify(render(select(made, NOW)), made.office) == []


@settings(max_examples=attempts(15, 300))
@given(ANY, ANY)
def test_any_title_and_description_of_a_feed(title: str, description: str) -> None:
    office = (
        OFFICE.replace(b"title: Example Office", f"title: {written(title)}".encode())
        .replace(b"description: News and events", f"description: {written(description)}".encode())
        .replace(b"{label: Wages,", f"{{label: {written(title)},".encode())
    )
    made = accepted(
        entry_file(
            {
                "title": "x",
                "date": "2015-05-19",
                "summary": "x",
                "categories": ["wages"],
                "countries": ["MN"],
            },
            "",
        ),
        office=office,
    )
    assert verify(render(select(made, NOW)), made.office) == []


@given(ANY)
def test_texts_are_kept_to_the_character_but_for_the_space_around_them(title: str) -> None:
    made = accepted(
        entry_file(
            {
                "title": title,
                "date": "2015-05-19",
                "summary": "x",
                "categories": ["wages"],
                "countries": ["MN"],
            },
            "",
        )
    )
    assert made.entries[0].title == title.replace("\t", " ").strip()


@pytest.mark.parametrize("construct", MARKDOWN)
def test_every_construct_is_accepted(construct: str) -> None:
    data = entry_file(
        {
            "title": "x",
            "date": "2015-05-19",
            "summary": "x",
            "categories": ["wages"],
            "countries": ["MN"],
        },
        construct,
    )
    made = site(wages=data)
    assert verify(render(select(made, NOW)), made.office) == []


def changed(made: Site, **changes: Any) -> Site:
    entry = dataclasses.replace(made.entries[0], **changes)
    return dataclasses.replace(made, entries=(entry,))


def faults_if_rendered_from(made: Site, other: Site) -> set[str]:
    """The fields that verification misses when documents were rendered from another entry."""
    right = {document.path: document.feed for document in render(select(made, NOW))}
    wrong = [
        dataclasses.replace(document, feed=right[document.path])
        for document in render(select(other, NOW))
        if document.path in right
    ]
    return {fault.field.split()[-1] for fault in verify(wrong, made.office)}


WHOLE: dict[str, Any] = {
    "title": "Wages",
    "date": "2015-05-19",
    "summary": "A report.",
    "categories": ["wages", "employment"],
    "countries": ["MN"],
    "link": "https://example.org/n",
    "language": "mn",
    "authors": ["Bat", {"name": "Saran", "email": "s@example.org"}],
    "event": {
        "start": "2015-05-18",
        "end": "2015-05-19",
        "place": "Darkhan",
        "url": "https://example.org/e",
    },
    "image": {"url": "https://example.org/x.png", "alt": "A", "credit": "B"},
    "attachments": [{"url": "https://example.org/x.pdf", "length": "5", "title": "T"}],
}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("title", lambda e: {"title": e.title + " "}),
        ("title", lambda e: {"title": e.title + "\u200b"}),
        ("summary", lambda e: {"summary": html.escape("<") + e.summary}),
        ("html", lambda e: {"html": e.html.replace("</p>", " </p>")}),
        ("target", lambda e: {"link": e.link + "?"}),
        ("page", lambda e: {"url": e.url + "x/"}),
        ("language", lambda e: {"language": "en"}),
        ("published_at", lambda e: {"published": e.published + dt.timedelta(seconds=1)}),
        ("published", lambda e: {"published": e.published.astimezone(dt.UTC)}),
        ("updated", lambda e: {"updated": e.updated + dt.timedelta(microseconds=1)}),
        ("authors", lambda e: {"authors": e.authors[::-1]}),
        ("terms", lambda e: {"categories": e.categories[:1]}),
        ("terms", lambda e: {"countries": ("CN",)}),
        ("attachments", lambda e: {"attachments": ()}),
        ("event", lambda e: {"event": dataclasses.replace(e.event, end=None)}),
        ("when", lambda e: {"event": dataclasses.replace(e.event, end=None)}),
        ("event", lambda e: {"event": dataclasses.replace(e.event, place="Darkha")}),
        ("event", lambda e: {"event": dataclasses.replace(e.event, url=None)}),
        ("event", lambda e: {"event": dataclasses.replace(e.event, status="postponed")}),
        ("image", lambda e: {"image": dataclasses.replace(e.image, alt="B")}),
        ("image", lambda e: {"image": None}),
        ("entries", lambda e: {"id": e.id + "x"}),
    ],
)
def test_a_field_that_does_not_come_back_is_named(field: str, change: Any) -> None:
    made = site(wages=entry_file(WHOLE, "Body."))
    assert verify(render(select(made, NOW)), made.office) == []
    assert field in faults_if_rendered_from(made, changed(made, **change(made.entries[0])))


def test_a_lost_and_a_doubled_entry_are_named() -> None:
    one = entry_file(WHOLE, "")
    made = site(a=one, b=one)
    documents = list(render(select(made, NOW)))
    faults = verify([drop_entry(document) for document in documents], made.office)
    assert {fault.field for fault in faults} == {"entries"}


def drop_entry(document: Document) -> Document:
    if document.format != "atom" or document.path != "all/atom.xml":
        return document
    start, end = document.data.index(b"<entry"), document.data.index(b"</entry>") + len(b"</entry>")
    return dataclasses.replace(document, data=document.data[:start] + document.data[end:])


def test_the_fields_of_an_entry_are_all_compared() -> None:
    """A key added to an entry must be added to what is compared; these are known to be left out."""
    compared = set(
        (
            "id title summary html published updated url categories countries authors "
            "language link event image attachments translation_of"
        ).split()
    )
    not_published = {
        "slug",
        "aliases",  # pages of their own
        "draft",
        "called_off",
        "withdrawn",
        "folder",
        "source",
        "translates",
        "upcoming",  # where pages show it
        "files",  # as `image`, `attachments` and pictures in `html`
    }
    assert {field.name for field in dataclasses.fields(Entry)} == compared | not_published
