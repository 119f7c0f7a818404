"""Every way that is only shorter says what the long way says."""

from __future__ import annotations

import re
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from ilofeed import text as text_module
from ilofeed import urls
from ilofeed.content import markdown
from ilofeed.text import Source, decode, find_unfit
from ilofeed.urls import is_plain, to_url

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


def rendered(body: str) -> object:
    return markdown.render_body(Source("x.md", "---\n" + body), 4, "https://e.org/x/")


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
