"""Checks that need more than one key or file, and who is blamed for what."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from ilofeed.content.site import check
from offices import NOW, OFFICE, entry, found, messages, site, sources


def office(old: str, new: str) -> bytes:
    assert old in OFFICE.decode()
    return OFFICE.decode().replace(old, new, 1).encode()


def png(width: int = 3, height: int = 2) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height)).save(data, "PNG")
    return data.getvalue()


def test_a_valid_office_has_no_problem() -> None:
    assert found(wages=entry()) == []


def test_every_problem_of_every_file_in_one_run() -> None:
    assert found(
        office=office("timezone: Asia/Ulaanbaatar", "timezone: Asia/Ulanbator"),
        a=b"",
        b=entry(title="x: y", categories="[wage]"),
        c=entry(date="2015-02-30", body="<b>x</b>"),
    ) == [
        "a:1:1 empty-file",
        "b:2:9 unquoted-colon",
        "b:5:14 unknown-category",
        "c:3:7 bad-date",
        "c:8:1 raw-html",
        "c:8:5 raw-html",
        "feeds.yaml:7:13 unknown-time-zone",
    ]


@pytest.mark.parametrize(
    ("changes", "only"),
    [
        ({"date": "19 May 2015", "updated": "2015-05-18"}, "wages:3:7 bad-date"),
        ({"date": "8-9 April 2015", "withdrawn": "2014-01-01"}, "wages:3:7 date-range"),
        ({"updated": "soon"}, "wages:7:10 bad-date"),
        ({"event": "{start: 2015-05-19, end: tomorrow}"}, "wages:7:33 bad-date"),
        ({"image": "{url: https://example.org/x.png, alt: }"}, "wages:7:46 empty-value"),
        ({"id": "a b"}, "wages:7:5 bad-slug"),
        ({"titel": "Wages", "title": None}, "wages:6:1 unknown-key"),
    ],
)
def test_a_key_that_failed_blames_no_other(changes: dict[str, Any], only: str) -> None:
    assert found(wages=entry(**changes)) == [only]


def test_a_broken_section_of_feeds_yaml_does_not_blame_the_entries() -> None:
    assert found(office=office("  wages: {label", "  wages: {lable"), wages=entry()) == [
        "feeds.yaml:10:11 unknown-key"
    ]
    assert found(office=office("  MN: Mongolia", "  mn: Mongolia"), wages=entry()) == [
        "feeds.yaml:15:3 bad-country-code"
    ]


def test_the_nearest_right_spelling() -> None:
    said = messages(wages=entry(categories="[Wages, employement]", countries="[mn, World, XX]"))
    assert [text.partition("; ")[2] for text in said] == [
        "did you mean `wages`?",
        "did you mean `employment`?",
        "did you mean `MN`?",
        "did you mean `world`?",
        "known: CN, HK, MN, NO, world",
    ]


def test_identity_is_unique_over_slugs_and_ids() -> None:
    assert found(a=entry(), b=entry(id="a"), c=entry(id="tag:example.org,2015:office:a")) == [
        "b:7:5 duplicate-id",
        "c:7:5 duplicate-id",
    ]


def test_sizes_are_refused_rather_than_carried() -> None:
    assert found(wages=entry(title="x" * 300)) == []
    assert found(wages=entry(title="x" * 301)) == ["wages:2:8 too-long"]
    assert found(wages=entry(summary="x" * 2001)) == ["wages:4:10 too-long"]
    tag = "tag:example.org,2015:"
    assert found(wages=entry(id=tag + "x" * (200 - len(tag)))) == []
    assert found(wages=entry(id=tag + "x" * (201 - len(tag)))) == ["wages:7:5 too-long"]
    named: dict[str, Any] = {"x" * 200: entry()}
    assert found(**named) == ["x" * 200 + ":1:1 too-long"]


def test_translations() -> None:
    mongolian = entry(translation_of="a", language="mn")
    assert found(a=entry(), b=mongolian) == []
    assert found(a=entry(translation_of="a")) == ["a:7:17 unknown-translation"]
    (said,) = messages(b=mongolian)
    assert said == (
        "there is no entry `a`; correct the name, or, if a.md was deleted, restore it or delete "
        "this line"
    )
    (said,) = messages(wages=entry(), b=entry(translation_of="wage", language="mn"))
    assert "did you mean `wages`? If wage.md was deleted, restore it" in said
    # an entry that cannot be read is there all the same
    assert found(a=b"", b=entry(translation_of="a")) == ["a:1:1 empty-file"]
    assert found(a=entry(date="x"), b=entry(translation_of="a")) == ["a:3:7 bad-date"]
    assert found(a=entry(), b=mongolian, c=mongolian) == ["c:7:17 duplicate-translation"]
    successor = entry(translation_of="a", language="mn", withdrawn="2016-01-01")
    assert found(a=entry(), b=successor, c=mongolian) == []


def test_a_translation_of_a_translation_is_told_the_original() -> None:
    made: dict[str, Any] = {
        "a": entry(),
        "b": entry(translation_of="a", language="mn"),
        "c": entry(translation_of="b", language="fr"),
        "d": entry(translation_of="c", language="ru"),
    }
    assert found(**made) == ["c:7:17 translation-chain", "d:7:17 translation-chain"]
    assert [text.partition("; ")[2] for text in messages(**made)] == ["write translation_of: a"] * 2
    circle: dict[str, Any] = {
        slug: entry(translation_of=other) for slug, other in ("ab", "bc", "cb")
    }
    assert [text.partition("; ")[0] for text in messages(**circle)] == [
        "circular translations: a → b → c → b",
        "circular translations: b → c → b",
        "circular translations: c → b → c",
    ]
    # the end of the chain may be a file that cannot be read, or a slug that is not there
    lost = found(b=entry(translation_of="x"), c=entry(translation_of="b", language="mn"))
    assert lost == ["b:7:17 unknown-translation", "c:7:17 translation-chain"]


def test_a_picture_is_looked_at() -> None:
    files = {"entries/photo.png": png(), "entries/odd.jpg": png(7, 5)}
    keys = "{file: photo.png, alt: A factory, credit: Bat}"
    made = site(files=files, wages=entry(image=keys)).entries[0].image
    assert made is not None
    assert (made.type, made.width, made.height) == ("image/png", 3, 2)
    assert made.url == "https://example.org/feeds/entry/wages/image.png"
    odd = site(files=files, wages=entry(image="{file: odd.jpg, alt: x}")).entries[0].image
    assert odd is not None
    assert odd.url.endswith("/image.png")  # by what it is, not by what it is called


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("Photo.png", "image-not-found"),
        ("../photo.png", "image-not-found"),
        ("../../etc/passwd", "image-not-found"),
        ("/etc/passwd", "image-not-found"),
        ("photo", "image-not-found"),
        ("photo.svg", "bad-image"),
        ("photo.HEIC", "bad-image"),
        ("text.png", "bad-image"),
        ("bomb.png", "bad-image"),
        ("cut.png", "bad-image"),
        ("huge.png", "bad-file"),
    ],
)
def test_files_that_are_no_pictures_to_publish(file: str, code: str) -> None:
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    header = b"IHDR" + size
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    bomb += struct.pack(">I", zlib.crc32(header))
    files = {
        "entries/photo.png": png(),
        "entries/text.png": b"hello",
        "entries/bomb.png": bomb,
        "entries/cut.png": png()[:20],
        "entries/huge.png": png() + b"\0" * (25 * 1024 * 1024),
    }
    image = f"{{file: {file}, alt: x}}"
    _, problems = check(sources(files=files, wages=entry(image=image)), NOW)
    own = [problem.code for problem in problems if problem.severity == "error"]
    assert own == [code]


def test_attachments_know_their_type_or_are_asked_for_it() -> None:
    made = site(wages=entry(attachments="[{url: 'https://example.org/a.pdf?x=1'}]")).entries[0]
    assert [(a.type, a.length) for a in made.attachments] == [("application/pdf", 0)]
    assert found(wages=entry(attachments="[{url: 'https://example.org/report'}]")) == [
        "wages:7:15 missing-key"
    ]
    twice = "[{url: 'https://example.org/a.pdf'}, {url: 'https://example.org/a.pdf'}]"
    assert found(wages=entry(attachments=twice)) == ["wages:7:57 named-twice"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("x\n\n> quoted <i>x</i>", ["11:10", "11:14"]),
        ("<!-- comment -->", ["9:1"]),
        ("<div>\nblock\n</div>", ["9:1"]),
        ("- item\n\n  <br>", ["11:3"]),
        ("![a <b>x</b>](https://example.org/x.png)", ["9:5", "9:9"]),
    ],
)
def test_raw_html_is_refused_where_it_stands(body: str, where: list[str]) -> None:
    assert found(wages=entry(body="\n" + body)) == [f"wages:{place} raw-html" for place in where]


@pytest.mark.parametrize(
    "body",
    [
        "`[x](a b)`",
        "\\[x](a b)",
        '[x](https://example.org/ "A title")',
        "as in [1] (see below)",
        "    [x](a b)",
    ],
)
def test_what_is_a_link_or_none_on_purpose(body: str) -> None:
    assert found(wages=entry(body="\n" + body)) == []


@pytest.mark.parametrize(
    "body",
    ["`<b>code</b>`", "    <b>code</b>", "```\n<b>\n```", "a < b > c", "1 \\<b>", "x &lt;b&gt; y"],
)
def test_what_only_looks_like_html_is_text(body: str) -> None:
    html = site(wages=entry(body="\n" + body)).entries[0].html
    assert "&lt;" in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[x](report.pdf)", "relative-url"),
        ("[x](//example.org/)", "relative-url"),
        ("[x]()", "relative-url"),
        ("![x](photo.png)", "image-not-found"),
        ("[x](JavaScript:alert)", "unsafe-link"),
        ("<data:text/html,x>", "unsafe-link"),
        ("![x](data:image/png;base64,x)", "unsafe-link"),
        ("[x](https:///nowhere)", "bad-url"),
        ("[x][1]\n\n[1]: other.md", "relative-url"),
        ("[x](https://example.org/a b.pdf)", "bad-url"),
        ("one\n> two [x](a b) three", "bad-url"),
        ("&#150;", "damaged-text"),
        ("&#0;", "damaged-text"),
        ("![](https://example.org/x.png)", "image-without-alt"),
    ],
)
def test_what_a_body_must_not_hold(body: str, code: str) -> None:
    assert [item.split()[1] for item in found(wages=entry(body="\n" + body))] == [code]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("![x](C:/photos/wages.jpg)", "C:/photos/wages.jpg"),
        ("![x](c:\\Users\\me\\wages.jpg)", "c:\\Users\\me\\wages.jpg"),
        ("[x](FILE:///home/me/wages.pdf)", "FILE:///home/me/wages.pdf"),
    ],
)
def test_a_file_on_a_computer_is_to_be_put_beside_the_entry(body: str, shown: str) -> None:
    (said,) = messages(wages=entry(body=body))
    advice = "put it beside the entry file, and write its name"
    assert said == f"`{shown}` is on your computer; {advice}"


@pytest.mark.parametrize(
    ("body", "column"),
    [("&#38; &#150;", 7), ("&#38; &#0;", 7), ("&#38; &#xD800;", 7), ("é &#xC3;&#xA9;", 3)],
)
def test_a_character_that_must_not_be_is_told_where_its_reference_is(
    body: str, column: int
) -> None:
    (said,) = found(wages=entry(body=body))
    assert said.startswith(f"wages:8:{column} ")


def test_a_reference_to_a_private_character_keeps_its_entry() -> None:
    """It is a warning, as the character itself."""
    html = site(wages=entry(body="rose &#xE601; much")).entries[0].html
    assert html == "<p>rose \ue601 much</p>"


def test_a_place_in_the_page_is_made_absolute() -> None:
    html = site(wages=entry(body="[up](#top), [write](mailto:a@example.org)")).entries[0].html
    assert 'href="https://example.org/feeds/entry/wages/#top"' in html
    assert 'href="mailto:a@example.org"' in html


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTPS://Example.ORG:443/a b".replace(" ", "%20"), "https://example.org/a%20b"),
        ("https://例え.jp/パス?q=é", "https://xn--r8jz45g.jp/%E3%83%91%E3%82%B9?q=%C3%A9"),
        ("http://example.org:8080/%c3%a9{x}", "http://example.org:8080/%C3%A9%7Bx%7D"),
    ],
)
def test_addresses_are_made_absolute_and_encoded(written: str, url: str) -> None:
    made = site(wages=entry(link=f'"{written}"', body=f"[x](<{written}>)")).entries[0]
    assert made.link == url
    assert f'href="{url}"' in made.html


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("site:", "sites:", "feeds.yaml:2:1 unknown-key"),
        ("  url: https://example.org/feeds/", "  url: feeds", "feeds.yaml:3:8 bad-url"),
        ("https://example.org/feeds/", "https://example.org/?x", "feeds.yaml:3:8 bad-url"),
        ("example.org,2015:office", "example.org,2055", "feeds.yaml:4:14 bad-authority"),
        ("example.org,2015:office", "Example.org,2015", "feeds.yaml:4:14 bad-authority"),
        ("example.org,2015:office", "example.org,2015-02-30", "feeds.yaml:4:14 bad-authority"),
        ("  timezone: Asia/Ulaanbaatar", "  timezone: CET-1", "feeds.yaml:7:13 unknown-time-zone"),
        ("  description: News and events", "  limit: 0", "feeds.yaml:6:10 bad-number"),
        ("  description: News and events", "  limit: many", "feeds.yaml:6:10 bad-number"),
        ("  description: News and events", "  publish_time: 25:00", "feeds.yaml:6:17 bad-time"),
        ("  description: News and events", "  hub: hub", "feeds.yaml:6:8 bad-url"),
        ("  description: News and events", "  archives: [opml]", "feeds.yaml:6:14 bad-choice"),
        ("  description: News and events", "  language: english", "feeds.yaml:6:13 bad-language"),
        ("broader: employment", "broader: wages", "feeds.yaml:10:34 circular-broader"),
        ("broader: CN", "broader: XX", "feeds.yaml:14:49 unknown-broader"),
        ("  NO: Norway", "  UK: Britain", "feeds.yaml:16:3 bad-country-code"),
        ("  world: World", "  World: World", "feeds.yaml:17:3 bad-country-code"),
        ("label: Wages", "label: {EN: Wages}", "feeds.yaml:10:19 bad-language"),
        ("label: Wages", "label: []", "feeds.yaml:10:18 wrong-type"),
    ],
)
def test_feeds_yaml(old: str, new: str, problem: str) -> None:
    assert found(office=office(old, new), a=entry(categories="[employment]", countries="[CN]")) == [
        problem
    ]


def test_feeds_with_one_path() -> None:
    feeds = b"feeds:\n  - all\n  - per: [category, country]\n  - per: [country, category]\n"
    assert found(office=OFFICE + feeds, a=entry()) == ["feeds.yaml:21:5 duplicate-feed"]
    assert found(office=OFFICE + b"feeds: [{per: [country, country]}]\n", a=entry()) == [
        "feeds.yaml:18:15 bad-choice"
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        # letters that readers would take for damaged ones
        ({"title": "NESCAFÉ® workers"}, "wages:2:8 double-encoding"),
        ({"summary": '"Le COMMUNIQUÉ\u00a0: rapport"'}, "wages:4:10 double-encoding"),
        # RSS has one place for a name, and readers cut an address out of it
        ({"authors": '["Bat <bat@example.org>"]'}, "wages:7:11 bad-email"),
        ({"authors": '[{name: "Bat (bat@example.org)"}]'}, "wages:7:18 bad-email"),
        ({"title": "The </main> tag"}, "wages:2:8 html-in-text"),
        ({"link": "https://example.org/?a=1&amp;b=2"}, "wages:7:7 bad-url"),
        ({"link": "http://localhost/"}, "wages:7:7 bad-url"),
        ({"link": "https://my_host.example.org/"}, "wages:7:7 bad-url"),
        ({"id": '"tag:example.org,2015:%41"'}, "wages:7:5 bad-id"),
        ({"id": '"tag:example.org,2015:%FF"'}, "wages:7:5 bad-id"),
        ({"date": "1900-01-01T00:30:00+08:00"}, "wages:3:7 bad-date"),
        ({"body": "word & " * 20_000}, "wages:8:1 too-long"),
    ],
)
def test_what_readers_and_validators_stumble_over(changes: dict[str, Any], problem: str) -> None:
    assert found(wages=entry(**changes)) == [problem]


@pytest.mark.parametrize(
    "data", [b"\0" * 500, b"PK\x03\x04\0\0" + bytes(range(256)), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"]
)
def test_a_file_that_is_no_text_is_one_problem(data: bytes) -> None:
    assert found(wages=data) == ["wages:1:1 not-utf-8"]
    assert found(office=data, wages=entry()) == ["feeds.yaml:1:1 not-utf-8"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_read_on(encoding: str) -> None:
    data = entry(link="nowhere").decode().encode(encoding)
    assert found(wages=data) == ["wages:1:1 not-utf-8", "wages:7:7 bad-url"]


def test_the_message_for_a_name_shows_the_form() -> None:
    said = messages(wages=entry(authors='["Bat Saran <bat@example.org>"]'))
    assert "write {name: Bat Saran, email: bat@example.org}" in said[0]


@pytest.mark.parametrize("body", ["NESCAFÉ® workers", "é [x](MAILTO:a@example.org) [y](TEL:12)"])
def test_a_body_is_made_unmistakable(body: str) -> None:
    from ilofeed.feeds.selection import select
    from ilofeed.pages.render import render
    from ilofeed.verify.verification import verify

    made = site(wages=entry(body=body))
    assert verify(render(select(made, NOW)), made.office) == []


def test_an_address_that_looks_like_an_entity_is_encoded() -> None:
    made = site(wages=entry(link="https://example.org/?a=1&b;c=2", body="[x](https://e.org/a&b;)"))
    assert made.entries[0].link == "https://example.org/?a=1&b%3Bc=2"
    assert "a&amp;b%3B" in made.entries[0].html


HEAD = "---\ntitle: Wages rise\ndate: 2015-05-19\nsummary: x\ncategories: [wages]\n"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (HEAD + "countries: [MN]\n----\nBody\n", ["wages:7:1 unclosed-front-matter"]),
        (HEAD + "countries: [MN]\n ---\nBody\n", ["wages:7:1 unclosed-front-matter"]),
        (HEAD + "countries: [MN]\n...\nBody\n", ["wages:7:1 unclosed-front-matter"]),
        (
            HEAD + "countries: [MN]\n\nBody text.\n\n---\n\nMore.\n",
            ["wages:1:1 unclosed-front-matter"],
        ),
        (HEAD + "\ncountries: [MN]\n\nBody text.\n", ["wages:1:1 unclosed-front-matter"]),
        (HEAD + "\ncountries: [MN]\n", ["wages:1:1 unclosed-front-matter"]),
        ("\n\n" + HEAD + "countries: [MN]\n---\n", ["wages:1:1 no-front-matter"]),
        ("+++\ntitle = 'x'\n+++\n", ["wages:1:1 no-front-matter"]),
        ("# Wages rise\n\nBody\n", ["wages:1:1 no-front-matter"]),
        (HEAD[4:] + "countries: [MN]\n---\nBody\n", ["wages:1:1 no-front-matter"]),
        ((HEAD + "countries: [MN]\n---\n") * 2, ["wages:8:1 second-document"]),
        (HEAD + "countries: [MN]\n---\n\n---\n\nbelow: a rule\n", []),
        (
            HEAD.replace("summary: x", "summary: >-\n  a\n\n  b") + "countries: [MN]\n---\n",
            ["wages:4:10 line-break"],
        ),
        (HEAD.replace("summary: x", "summary: |\n  a\n  b") + "countries: [MN]\n---\n", []),
        ("\ufeff\ufeff" + HEAD + "countries: [MN]\n---\n", []),
        ("---\n---\n", ["wages:2:1 missing-key"]),
        ("---\n# only a comment\n---\n", ["wages:2:1 missing-key"]),
        (HEAD.replace("title: ", "title:") + "countries: [MN]\n---\n", ["wages:2:1 missing-colon"]),
        (HEAD + "countries: [MN]\nlanguage:en\n---\n", ["wages:7:1 missing-colon"]),
        (HEAD + "countries: [MN]\nlanguage： en\n---\n", ["wages:7:9 missing-colon"]),
        (HEAD + "countries: [MN]\n" + "#" * 60_000 + "\n---\n", ["wages:2:1 too-long"]),
        (HEAD + "countries: [MN， CN]\n---\n", ["wages:6:13 unknown-country"]),
    ],
)
def test_front_matter_that_is_not_as_it_must_be(text: str, problems: list[str]) -> None:
    assert found(wages=text.encode()) == problems


@pytest.mark.parametrize("broken", [b"# only a comment\n", b"", b"- a list\n", b"\xef\xbb\xbf# x"])
def test_a_broken_feeds_yaml_does_not_hide_the_entries(broken: bytes) -> None:
    problems = found(office=broken, a=entry(), b=entry(date="soon"))
    assert problems[0] == "b:3:7 bad-date"
    assert [problem.partition(":")[0] for problem in problems[1:]] == ["feeds.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("categories:", "categorys:", ["feeds.yaml:8:1 unknown-key"]),
        ("  wages: {label: Wages,", "  wages: Wages #1 {", ["feeds.yaml:10:16 cut-by-hash"]),
        ("  wages: {label: Wages,", "  wages: Wages: {", ["feeds.yaml:10:15 unquoted-colon"]),
    ],
)
def test_one_slip_in_feeds_yaml_blames_no_entry(old: str, new: str, problems: list[str]) -> None:
    assert found(office=office(old, new), wages=entry()) == problems


def test_a_photo_with_more_pictures_behind_it_is_a_jpeg() -> None:
    data = io.BytesIO()
    pictures = [Image.new("RGB", (8, 6)), Image.new("RGB", (8, 6))]
    pictures[0].save(data, "MPO", save_all=True, append_images=pictures[1:])
    files = {"entries/photo.jpg": data.getvalue()}
    made = site(files=files, wages=entry(image="{file: photo.jpg, alt: x}")).entries[0].image
    assert made is not None
    assert (made.type, made.width) == ("image/jpeg", 8)


def test_an_id_of_a_feed_is_no_id_of_an_entry() -> None:
    assert found(wages=entry(id="'tag:example.org,2015:office:feed/all'")) == ["wages:7:5 bad-id"]


def test_nothing_that_a_terminal_would_obey_is_printed() -> None:
    for changes in (
        {"categories": '"\\e[31mwages"'},
        {"countries": '["\\e[31m"]'},
        {"\x1b[31m": "x"},
    ):
        said = messages(wages=entry(**changes))
        assert said
        assert not any("\x1b" in message or "\n" in message for message in said)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 99_000,
        "*a " * 33_000,
        "> " * 49_000,
        "`" * 99_000,
        "![" * 49_000,
        "&" * 19_000,
        "[r]: https://example.org/\n\n" + "[r] " * 3_000,
        "x|y\n-|-\n" + "x|y\n" * 2000,
        "a\n=\n" * 2000,
    ],
    ids=lambda body: body[:5].replace("\n", "|"),
)
def test_a_body_made_to_be_slow_is_answered(body: str) -> None:
    assert isinstance(found(wages=entry(body=body)), list)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("å·¥èµ„ä¸Šæ¶¨", "`工资上涨`"),
        ("Ð¦Ð°Ð»Ð¸Ð½ Ñ…Ó©Ð»Ñ", "`Цалин`"),
        ("the ILOâ€™s", "`’`"),
        ("cafÃ©", "`é`"),
    ],
)
def test_text_decoded_twice_is_shown_as_it_was(text: str, problem: str) -> None:
    said = messages(wages=entry(title=text, body=text))
    assert any(problem in message for message in said), said


@pytest.mark.parametrize(
    "text",
    ["«\u00a0café\u00a0»", "“L’été”", "Ünal’s", "naïve — œuvre", "20 °C", "São Tomé & Príncipe"],
)
def test_letters_with_signs_are_fine(text: str) -> None:
    assert found(wages=entry(title=text, summary=text, body=text)) == []


def test_an_update_on_the_day_of_publication_is_not_before_it() -> None:
    for key in ("updated", "withdrawn"):
        made = site(wages=entry(date="2015-05-19T15:00+08:00", **{key: "2015-05-19"})).entries[0]
        stamp = getattr(made, key)
        assert stamp.replace(microsecond=0) == made.published
    assert found(wages=entry(date="2015-05-19T15:00+08:00", updated="2015-05-19T14:00+08:00")) == [
        "wages:7:10 updated-before-date"
    ]


def test_one_stray_nul_is_a_slip_at_its_place() -> None:
    assert found(wages=entry(title="Wages\0 rise", body="x" * 200)) == [
        "wages:2:13 control-character"
    ]
