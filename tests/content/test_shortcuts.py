"""Every way that is only shorter says what the long way says."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ilofeed import text as text_module
from ilofeed import urls
from ilofeed.content import markdown, plainbody, plainkeys, validate
from ilofeed.content.entry import check_entry
from ilofeed.content.office import check_office
from ilofeed.text import Source, decode, find_unfit
from ilofeed.urls import is_plain, to_url
from offices import NOW, OFFICE, entry

SUSPICIOUS = st.sampled_from(
    "aé \r\n\x00\x7f\x85ÂâÃô€™\u00a9\u2028\ue000\ufdd0\ufffd\U0001f600\U0001fffe"
)


@given(st.text(st.one_of(SUSPICIOUS, st.characters(codec="utf-8")), max_size=40))
@example("â€™ \U0010ffff")
def test_a_text_is_searched_as_if_all_were_suspect(text: str) -> None:
    quick = decode("x.md", text.encode()), find_unfit(text)
    with (
        patch.object(text_module, "_SUSPECT", re.compile("")),
        patch.object(text_module, "_HARMLESS", b""),
    ):
        (slow, problems), match = decode("x.md", text.encode()), find_unfit(text)
    assert quick[0] == (slow, problems)
    assert (quick[1] and quick[1].span()) == (match and match.span())


BYTES = b"a|b|\n|\t|\0|\r|\x1b|\x7f|\xef\xbb\xbf|\xff\xfe|\xc3\xa9".split(b"|")


@given(st.lists(st.sampled_from(BYTES)).map(b"".join))
def test_bytes_are_decoded_as_if_all_were_suspect(data: bytes) -> None:
    quick = decode("x.md", data)
    with patch.object(text_module, "_HARMLESS", b""):
        assert quick == decode("x.md", data)


def test_unfit_are_what_html_takes_for_errors() -> None:
    found = {code for code in range(0x110000) if find_unfit(chr(code))}
    unfit = {code for code in range(0x110000) if code & 0xFFFE == 0xFFFE}
    unfit |= {*range(0x80, 0xA0), *range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), 0xFFFD}
    control = {*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D}
    assert found == unfit | control


# one of these alone makes a rule needed; between them, what a rule needs around its sign
PIECES = (
    'a b 1 * - + _ = # > < | ` ~ & \\ [ ] ( ) : ! . " \n \t --- === *** ___ ``` ~~~ ~~ ** ![ ]: ]( '
    "1. 2) |- <b> </b> <!-- --> <a@b.cn> &amp; &#35; https://e.org/ [a] [a]: é 中 \u00a0 \u2028"
).split(" ")
LINES = st.lists(
    st.sampled_from([*PIECES, " ", "  ", "    ", "\n", "\n\n", "\n> ", "\n- ", "\n  "])
)
BODIES = [
    "plain\n\nplain",
    "a | b\n--- | ---\n`x|y` \\| | z",
    "> a\n> ===\nb\n---\n* * *\n- - x\n1) y\n\n     code\n\n2. z\n> - q\n***",
    "[a]\n[b][a] ![c][a]\n\n[a]: https://e.org/ 'title\nmore'",
    "*a **b** _c_* ~~d~~ ~e~ `f` \\* &copy; &#9; <https://e.org> <i>",
    "~~~ x\ny\n~~~\n\n\tcode\n-\tcode\n\n- [a](<https://e.org/b c> 'd') ![](https://e.org/x.png)",
    "a\n-\n\nb\n=\t\nc  \nd\\\ne",
]


def rendered(body: str) -> object:
    return markdown.render_body(Source("x.md", "---\n" + body), 4, "https://e.org/x/")


def read_alike(body: str) -> None:
    quick = rendered(body)
    with (
        patch.object(markdown, "unneeded", lambda _body: ()),
        patch.object(plainbody, "render", lambda _body: None),
    ):
        assert quick == rendered(body)


@given(LINES.map("".join))
@example("> >\t-\t1. a\n    b\n> ---")
def test_a_body_is_read_as_if_all_rules_were_needed(body: str) -> None:
    read_alike(body)


@pytest.mark.parametrize("body", BODIES)
@given(data=st.data())
def test_any_part_of_a_body_is_read_so(body: str, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    insert = data.draw(st.sampled_from(PIECES))
    read_alike(body[:start] + insert + body[end:])


# what plain bodies are made of, with what ends or spoils a mark, a line or a block now and then
MARKS = [
    *(
        "*a*",
        "**b c**",
        "*a\nb*",
        "(**d**)",
        "[e f](https://e.org/)",
        "[g](http://e.org/?a=b&c=d).",
    ),
    *("[h](https://e.org/i_j~k#l)", "[m](https://e.org/n%20o)", "[p](#q)", "*[r](https://e.org/)*"),
]
PLAIN = st.sampled_from(
    [*("a", "B.", "é", "中", "“c”", '"d"', "e,", "2015", "1.", "½", "€", "😀", "f-g", "x:"), *MARKS]
)
BETWEEN = st.sampled_from([*"     ", "\n", "\n  ", "\n- ", "\n\n", "\n\n", "\n\n- ", "\n\n\n"])
ODD = st.sampled_from(
    [
        *PIECES,
        *"\x0b\x0c\x1c\x1f\x85\xa0\xad\u200b\u2003\u3000",
        "",
        "  ",
        " \n",
        "\n    ",
        "\n ",
        "\t",
    ]
)


def long_way(body: str) -> str:
    return markdown._cleaner().clean(markdown._markdown(()).render(body)).strip()


@st.composite
def nearly_plain(draw: st.DrawFn) -> str:
    """A body of plain pieces, with an odd one in some place of some bodies."""
    parts = draw(st.lists(st.tuples(PLAIN, BETWEEN).map("".join), min_size=1, max_size=8))
    if draw(st.booleans()):
        parts[draw(st.integers(0, len(parts) - 1))] += draw(ODD)
    return draw(st.sampled_from(["", "\n", "- "])) + "".join(parts).rstrip(" ")


@settings(max_examples=500)
@given(nearly_plain())
@example("*a* [b\nc](https://e.org/) 1)\n2. d")
@example("a\n- b\n  *c*\n\n- d")
def test_a_plain_body_is_what_markdown_it_makes_of_it(body: str) -> None:
    read_alike(body)
    html = plainbody.render(body)
    assert html is None or html == long_way(body)


@pytest.mark.parametrize(
    "body",
    [
        "\nSome *body* with a **strong** [link](https://e.org/a_b?c=d&e#f),\nas “long” as it is.\n",
        "- a\nb\n- c\n\nd\n  e",
        "a\n\n- b\n- [c](https://e.org/)\n  d\n- *e*\n\n\nf (2015):\n- g\n",
    ],
)
def test_a_body_that_is_plain(body: str) -> None:
    assert plainbody.render(body) == long_way(body)


@pytest.mark.parametrize(
    "body",
    [
        *(
            "",
            "\n",
            "# a",
            "> a",
            "+ a",
            "1. a",
            "1) a",
            "a  \nb",
            "a \nb",
            "a\n b",
            "    a",
            "\ta",
        ),
        *(
            "a\n===",
            "a\n---",
            "a\n***",
            "***",
            "|a|\n|-|",
            "<b>",
            "a & b",
            "`a`",
            "~~a~~",
            "_a_",
            "a\\",
        ),
        *(
            "5 * 3",
            "a*b*",
            "*a*b",
            "* a *",
            "*a *",
            "***a***",
            "*a **b** c*",
            "*.a*",
            "*a.*",
            "**a*",
        ),
        *(
            "[a]",
            "[a](b)",
            "[a](https://e.org/ 'b')",
            "[a](<https://e.org/>)",
            "[](https://e.org/)",
        ),
        *(
            "![a](https://e.org/)",
            "a ![b](https://e.org/)",
            "[a]: https://e.org/",
            "[*a*](https://e.org/)",
            "[a](ftp://e.org/)",
        ),
        *("- a\n\n- b", "- a\n  - b", "- a\n b", "- a\n\n  b", "- - a", "-", "- [ ] a", "- 1. a"),
        *("a\n\n\u3000b", "a\u2003\n\nb", "a\x0bb", "\xa0", "[a](https://e.org/" + 250 * "b" + ")"),
    ],
)
def test_a_body_that_is_not(body: str) -> None:
    assert plainbody.render(body) is None


def test_any_sign_of_a_plain_body_is_what_the_long_way_makes_of_it() -> None:
    codes = [
        *range(0x3100),
        *range(0x3100, 0xD800, 211),
        *range(0xE000, 0x110000, 173),
        *range(0xFDD0, 0x10000),
    ]
    bodies = [f"a{sign}b *c{sign}d* [e{sign}f](https://e.org/)" for sign in map(chr, codes)]
    plain = {body: html for body in bodies if (html := plainbody.render(body))}
    assert len(plain) > 15_000
    assert "\n".join(plain.values()) == long_way("\n\n".join(plain))


URLS = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.from_regex(r"[a-z0-9.-]{1,70}|(www\.)?[a-z0-9-]{1,9}\.[a-z0-9]{1,4}", fullmatch=True),
    st.from_regex(r"(/[A-Za-z0-9._~/%:;@-]{0,9}){0,9}", fullmatch=True),
    st.from_regex(r"(\?[A-Za-z0-9._~/=+&,;-]{0,9})?", fullmatch=True),
    st.from_regex(r"(#[A-Za-z0-9._~/?-]{0,9})?", fullmatch=True),
)


@given(URLS)
@example("https://example.org/a/b.html?c=d&e=%20#f").via("no plain one")
@example("https://example.org/a//b/../~c.html?c=d&e#f/g")
@example("https://1.2.3.4/")
def test_a_plain_address_is_what_the_long_way_makes_of_it(url: str) -> None:
    body = f"[a]({url}) ![b]({url}) <{url}>"
    quick, plain = rendered(body), is_plain(url)
    with patch.object(urls, "is_plain", lambda _url: False):
        assert not plain or to_url(url) == url
        assert rendered(body) == quick


VALUES = [
    *(
        "",
        "~",
        "null",
        "a",
        "a # b",
        "a #",
        "a#b",
        '"a # b"',
        "'~' # b",
        ">-\n  a\n  b",
        "|\n  a\n  b",
    ),
    *(
        '"a\\n\\nb"',
        '"\\ue000"',
        "'a\n\n  b'",
        "a\n  b",
        "[a, b]",
        "[a, ~]",
        "[a] # b",
        "[]",
        "&a b",
    ),
    *(
        "\n  - wages\n  - MN # b",
        "\n  - a #b\n  - null",
        "\n  - name: a\n    email: b@c.mn",
        "wages",
    ),
    *(
        "\n  start: 2015-05-19\n  end: ~",
        "\n  start: 2015-05-20 # b\n  place: a #",
        "{start: 2015-05-19}",
    ),
    *(
        "2015-05-19",
        "2015-05-19T10:00:00+08:00",
        "2015-02-30",
        "2999-12-31",
        "true",
        "https://e.org/",
    ),
    *(
        "é®",
        "</p>",
        "\u200b",
        '"\\u2029"',
        "[wages]",
        "[MN, ZZ]",
        "[wages, wages]",
        "*a",
        "a: b",
        "\t",
    ),
]
FILES = st.builds(
    entry,
    st.sampled_from(["", "a\n\n- *b*\n", "[a](b)", "<b>", "a\\\nb"]),
    **{
        key: st.one_of(*[st.just(usual)] * 4, st.sampled_from(VALUES))
        for key, usual in (
            *(("title", "Wages rise"), ("date", "2015-05-19"), ("summary", "A report.")),
            *(("categories", "[wages]"), ("countries", "[MN]"), ("authors", None), ("event", None)),
            *(("updated", None), ("link", None), ("draft", None), ("place", None)),
        )
    },
)


@settings(max_examples=500)
@given(FILES)
@example(entry(title="a # b", summary="~", categories="[wages, ~]", authors="\n- a #b\n- c"))
def test_an_entry_is_checked_as_if_nothing_of_it_were_plain(data: bytes) -> None:
    office, _ = check_office(OFFICE, NOW)
    quick = check_entry("entries/a.md", data, office, {}, NOW)
    with (
        patch.object(plainkeys, "read", lambda *_: None),
        patch.object(plainbody, "render", lambda _body: None),
        patch.object(validate._Reader, "_plain", lambda *_: None),
    ):
        assert quick == check_entry("entries/a.md", data, office, {}, NOW)
