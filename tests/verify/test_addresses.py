"""Addresses and identities: what is refused, in which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilofeed.ids import TagError, parse_authority, parse_identity, parse_tag
from ilofeed.urls import AddressError, to_url


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
        ("https://a..b/", "invalid host name"),
        ("https://-a.org/", "invalid host name"),
        ("https://1.2.3/", "invalid host name"),
        ("https://" + "a" * 64 + ".org/", "invalid host name"),
        ("https://xn--\u0000.org/", "invalid host name"),
        ("https://ex\u2028ample.org/", "white space"),
        ("https://\u200b.org/", "invisible character U+200B"),
        ("https://[::1]/", "invalid host name"),
        ("https://[::1/", "invalid address"),
        ("https://example.org:99999/", "invalid address"),
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
        ("example.org", "missing comma and year"),
        ("Example.org,2015", "capital letters; write example.org,2015"),
        ("https://example.org,2015", "not allowed here; write only domain,year"),
        ("tag:example.org,2015", "not allowed here; write only domain,year"),
        ("example,2015", "no dot"),
        ("example.org,15", "invalid authority; write domain,year"),
        ("example.org,2015-13", "does not exist"),
        ("example.org,2015-02-30", "does not exist"),
        ("example.org,2015:", "invalid prefix"),
        ("example.org,2015:a b", "invalid prefix"),
        ("exa_mple.org,2015", "invalid authority; write domain,year"),
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


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/",
        "http://example.org/?p=12&x=a;b",
        "https://example.org:8080/a%20b#c",
        "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "urn:isbn:0451450523",
        "tag:example.org,2015:a",
    ],
)
def test_identities_of_older_feeds(text: str) -> None:
    assert parse_identity(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "HTTPS://example.org/",
        "https://Example.org/",
        "https://example.org",
        "https://example.org:443/",
        "https://example.org/%7Ebat",
        "https://example.org/%e4",
        "https://example.org/ä",
        "https://example.org/a b",
        "https://user@example.org/",
        "https://intranet/1",
        "http:12",
        "URN:isbn:0451450523",
        "urn:isbn:",
        "urn:x",
        "urn:uuid:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
        "urn:uuid:12",
        "mailto:a@example.org",
        "12345 at http://example.org",
        "yt:video:1",
    ],
)
def test_identities_with_another_spelling_or_of_another_kind(text: str) -> None:
    with pytest.raises(TagError):
        parse_identity(text)
