"""Addresses and identities: what is refused, in which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilofeed.iri import AddressError, to_url
from ilofeed.tag import TagError, parse_authority, parse_tag


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("www.example.org", "begin it with https://"),
        ("//example.org/x", "begin it with https://"),
        ("example.org:80/x", "begin it with https://"),
        ("", "begin it with https://"),
        ("ftp://example.org/", "does not begin with https://"),
        ("javascript:alert(1)", "does not begin with https://"),
        ("https://", "has no host"),
        ("https:/example.org", "has no host"),
        ("https://exa mple.org/", "white space"),
        ("https://u:p@example.org/", "user name"),
        ("https://intranet/", "without a dot"),
        ("https://localhost/", "without a dot"),
        ("https://a..b/", "cannot exist"),
        ("https://-a.org/", "cannot exist"),
        ("https://1.2.3/", "cannot exist"),
        ("https://" + "a" * 64 + ".org/", "cannot exist"),
        ("https://xn--\u0000.org/", "cannot exist"),
        ("https://ex\u2028ample.org/", "white space"),
        ("https://\u200b.org/", "cannot exist"),
        ("https://[::1]/", "cannot exist"),
        ("https://[::1/", "is not an address"),
        ("https://example.org:99999/", "is not an address"),
        ("https://example.org/" + "x" * 2000, "longer than"),
        ("https://example.org/?a&amp;b", "&amp;"),
    ],
)
def test_addresses_that_nobody_could_open(text: str, said: str) -> None:
    with pytest.raises(AddressError) as caught:
        to_url(text)
    assert said in str(caught.value)


@given(st.text(max_size=60).map("https://example.org/".__add__) | st.text(max_size=60))
def test_what_is_accepted_is_canonical(text: str) -> None:
    try:
        url = to_url(text)
    except AddressError:
        return
    assert to_url(url) == url
    assert url.isascii()
    assert url.startswith(("http://", "https://"))
    assert not set(url) & set(' <>"{}|\\^`[]')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("example.org", "a comma and a year"),
        ("Example.org,2015", "lower case: example.org,2015"),
        ("https://example.org,2015", "stands alone"),
        ("tag:example.org,2015", "stands alone"),
        ("example,2015", "no dot"),
        ("example.org,15", "the form is domain,year"),
        ("example.org,2015-13", "does not exist"),
        ("example.org,2015-02-30", "does not exist"),
        ("example.org,2015:", "after the colon"),
        ("example.org,2015:a b", "after the colon"),
        ("exa_mple.org,2015", "the form is domain,year"),
    ],
)
def test_authorities_that_rfc_4151_does_not_allow(text: str, said: str) -> None:
    with pytest.raises(TagError) as caught:
        parse_authority(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text", ["example.org,2015", "a@example.org,2015-05", "x-1.example.org,2015-05-19:a/b"]
)
def test_authorities(text: str) -> None:
    assert parse_authority(text).id_of("x") == f"tag:{text}:x"


@pytest.mark.parametrize(
    "text",
    [
        "urn:x:1",
        "tag:example.org,2015",
        "tag:example.org,2015:",
        "tag:example.org,2015:ä",
        "tag:example.org,2015:%7E",
        "tag:example.org,2015:%ff",
        "tag:example.org,2015:%FF",
        "tag:example.org,2015:a b",
        "tag:2015:x",
    ],
)
def test_ids_that_are_none(text: str) -> None:
    with pytest.raises(TagError):
        parse_tag(text)


@pytest.mark.parametrize("text", ["tag:example.org,2015:a", "tag:example.org,2015:%E4%B8%AD/%2F"])
def test_ids(text: str) -> None:
    assert parse_tag(text) == text
