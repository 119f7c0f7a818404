"""The rules see what is written in any encoding, by any means, and nothing in what we write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_archive_reader import feeds
from test_grammar import SITE, XML, made
from test_roundtrip import BODIES, accepted, entry_file, keys

from effort import attempts
from ilofeed.verify.lint import lint

if TYPE_CHECKING:
    from ilofeed.model import Format

ADDRESS = "https://example.org/"


def rules(data: bytes, form: Format) -> set[str]:
    """The rules that a document breaks, its address aside."""
    return {finding.rule for finding in lint(data, form, ADDRESS)} - {"SelfDoesntMatchLocation"}


def test_our_documents_break_no_rule() -> None:
    documents = list(feeds(SITE))
    assert len(documents) > 20
    for document in documents:
        assert document.format is not None
        assert rules(document.data, document.format) == set()


@pytest.mark.slow
@settings(max_examples=attempts(15, 300))
@given(st.lists(st.tuples(keys(), BODIES), min_size=1, max_size=3))
def test_those_of_any_entries_break_none(files: list[tuple[dict[str, Any], str]]) -> None:
    for document in feeds(accepted(*(entry_file(*one) for one in files))):
        assert document.format is not None
        assert rules(document.data, document.format) == set()


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize(
    ("odd", "rule"),
    [
        *((odd, "BadCharacters") for odd in ("\x7f", "\x85", "\ufffd", "\U0001fffe", "Ã©", "â€™")),
        *((odd, "BadCharacters") for odd in ("&#x85;", "&#133;", "&#xC3;&#xA9;", "&#x7f;")),
        *((odd, "ContainsUndeclaredHTML") for odd in ("&lt;/b>", "&#60;/b>", "<![CDATA[</b>]]>")),
        ("&#x3C;&#47;b&#x3E;", "ContainsUndeclaredHTML"),
        ('<x xmlns:z="https://example.org/z"/>', "UnknownNamespace"),
        ('<x xmlns="https://example.org/z"/>', "UnknownNamespace"),
        ('<x type="html">&lt;/b></x>', "NotHtml"),
        ('<x type="html">&lt;video>&lt;/video></x>', "SecurityRisk"),
    ],
)
def test_each_odd_thing_is_seen(form: Format, odd: str, rule: str) -> None:
    text = made(form)[0].data.decode()
    assert rule in rules(text.replace("<title>", f"<title>{odd}", 1).encode(), form)


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize("coding", ["UTF-16", "ISO-8859-1", "ASCII"])
def test_another_encoding(form: Format, coding: str) -> None:
    root = etree.fromstring(made(form)[0].data)
    root.set("x", "Ã©")
    data = etree.tostring(root.getroottree(), encoding=coding)
    assert isinstance(data, bytes)
    assert "BadCharacters" in rules(data, form)


def test_a_namespace_of_a_document_type() -> None:
    declared = """<!DOCTYPE feed [
<!ENTITY % x "<!ATTLIST entry &#120;mlns:z CDATA 'https://example.org/z'>">
%x;
]>
<feed """
    data = made("atom")[0].data.replace(b"<feed ", declared.encode(), 1)
    assert "UnknownNamespace" in rules(data, "atom")


def test_what_other_letters_would_be_in_utf_8() -> None:
    text = (
        made("atom")[0]
        .data.decode()
        .replace("UTF-8", "ISO-8859-1")
        .replace("<name>", "<name>â\x80\x99")
    )
    assert "BadCharacters" in rules(text.encode("latin-1"), "atom")
