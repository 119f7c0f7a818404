"""What a question about a document says is well, the rule behind it has nothing to say of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_archivereader import damaged, feeds
from test_grammar import SITE, XML, made
from test_roundtrip import BODIES, accepted, entry_file, keys

from ilofeed.feeds.selection import select
from ilofeed.pages.render import render
from ilofeed.verify import lint
from offices import NOW

if TYPE_CHECKING:
    from ilofeed.model import Format
    from ilofeed.verify.lint import Finding

RULES = [one for one in lint._RULES if one[0] is not lint._unknown]
DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
ADDRESS = "https://example.org/"


def by_all_rules(data: bytes, form: Format) -> list[Finding]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lint, "_RULES", tuple((lint._unknown, rule) for _, rule in lint._RULES))
        return lint.lint(data, form, ADDRESS)


def test_documents_are_well_at_a_glance() -> None:
    documents = list(feeds(SITE))
    assert len(documents) > 20
    for document in documents:
        assert document.format is not None
        read = lint._read(document.data, document.format)
        for is_well, _ in RULES:
            assert is_well(read) or b"deleted-entry" in document.data, is_well


@pytest.mark.parametrize("form", XML)
def test_questions_and_rules_agree_on_damaged_documents(form: Format) -> None:
    document = next(one for one in made(form) if b"A street" in one.data)
    odd = 0
    for what, damage in damaged(document.data):
        data = DECLARATION + damage  # as the program writes it
        found = lint.lint(data, form, ADDRESS)
        assert found == by_all_rules(data, form), what
        odd += len(found) > 1
    assert odd > 5


ODD = [
    "\x7f", "\x85", "\ufffd", "\ufdd0", "\U0001fffe", "Ã©", "é", "â€™", "\u2028", "世", "\t",
    "&#x85;", "&#133;", "&#xC3;&#xA9;", "&#x7f;", "&#10;", "&#x26;", "&#x3C;/b&#x3E;", "&#60;/b>",
    "&lt;/b&gt;", "&lt;&#47;b&gt;", "<x>&lt;</x>/b>", "<![CDATA[</b>]]>", "<!-- </b> -->",
    "<?x xmlns?>", "<x/>", '<x y="&lt;/b&gt;"/>', '<x xmlns:z="https://example.org/z"/>',
    '<x xmlns="https://example.org/z"/>', '<x xmlns=""/>', "xmlns", '<x type="html">&lt;/b></x>',
    "<description>&lt;/b></description>", "<item><description>&lt;b></description></item>",
]  # fmt: skip


@pytest.mark.parametrize("form", XML)
@settings(max_examples=300)
@given(data=st.data())
def test_they_agree_on_anything_odd_anywhere(form: Format, data: Any) -> None:
    text = made(form)[0].data.decode()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.sampled_from([n for n, sign in enumerate(text) if sign in '>"<&']))
        text = text[: at + 1] + data.draw(st.sampled_from(ODD)) + text[at + 1 :]
    whole = text.encode()
    found = lint.lint(whole, form, ADDRESS)
    assert found == by_all_rules(whole, form)


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "place", ["<title>", "</title>", "<summary>|<description>", 'html">|:encoded>']
)
def test_they_agree_on_each_odd_thing(form: Format, odd: str, place: str) -> None:
    text = made(form)[0].data.decode()
    for one in place.split("|"):
        text = text.replace(one, one + odd)
    assert lint.lint(text.encode(), form, ADDRESS) == by_all_rules(text.encode(), form)


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize("coding", ["UTF-16", "ISO-8859-1", "ASCII"])
def test_another_encoding(form: Format, coding: str) -> None:
    root = etree.fromstring(made(form)[0].data)
    root.set("x", "Ã©")
    data = etree.tostring(root.getroottree(), encoding=coding)
    assert isinstance(data, bytes)
    found = lint.lint(data, form, ADDRESS)
    assert "BadCharacters" in {one.rule for one in found}
    assert found == by_all_rules(data, form)


def test_a_namespace_of_a_document_type() -> None:
    declared = """<!DOCTYPE feed [
<!ENTITY % x "<!ATTLIST entry &#120;mlns:z CDATA 'https://example.org/z'>">
%x;
]>
<feed """
    data = made("atom")[0].data.replace(b"<feed ", declared.encode(), 1)
    found = lint.lint(data, "atom", ADDRESS)
    assert "UnknownNamespace" in {one.rule for one in found}
    assert found == by_all_rules(data, "atom")


def test_what_other_letters_would_be_in_utf_8() -> None:
    text = (
        made("atom")[0]
        .data.decode()
        .replace("UTF-8", "ISO-8859-1")
        .replace("<name>", "<name>â\x80\x99")
    )
    found = lint.lint(text.encode("latin-1"), "atom", ADDRESS)
    assert "BadCharacters" in {one.rule for one in found}
    assert found == by_all_rules(text.encode("latin-1"), "atom")


@settings(max_examples=60)
@given(st.lists(st.tuples(keys(), BODIES), min_size=1, max_size=3))
def test_they_agree_on_any_entries(files: list[tuple[dict[str, Any], str]]) -> None:
    for document in render(select(accepted(*(entry_file(*one) for one in files)), NOW)):
        if document.format in XML:
            found = lint.lint(document.data, document.format, ADDRESS)
            assert found == by_all_rules(document.data, document.format)
