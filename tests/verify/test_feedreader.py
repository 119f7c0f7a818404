"""feedparser says the same by our driver, which joins texts, as by Python's own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_archivereader import damaged
from test_grammar import MADE, XML, made
from test_lint import ODD
from test_roundtrip import BODIES, accepted, entry_file, keys

from ilofeed.feeds.selection import select
from ilofeed.pages.render import render
from ilofeed.verify import feedreader
from offices import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from ilofeed.model import Format


def seen(data: bytes) -> Any:
    return said(lambda: feedreader.parse(data))


def seen_usually(data: bytes) -> Any:
    def parse() -> Any:
        return feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedparser.api.PREFERRED_XML_PARSERS", [])
        return said(parse)


def said(parse: Callable[[], Any]) -> Any:
    try:
        found = parse()
    except ValueError as error:  # of an odd namespace
        return repr(error)
    return found | {"bozo_exception": repr(found.get("bozo_exception"))}


@pytest.fixture
def drivers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Our driver whenever it is asked for one."""
    asked: list[Any] = []
    make = feedreader.create_parser

    def ask() -> Any:
        asked.append(1)
        return make()

    monkeypatch.setattr(feedreader, "create_parser", ask)
    return asked


def test_it_is_asked_for_a_driver(drivers: list[Any]) -> None:
    assert seen(made("atom")[0].data)["version"] == "atom10"
    assert len(drivers) == 1
    assert seen_usually(made("atom")[0].data)["version"] == "atom10"
    assert len(drivers) == 1


def test_a_text_comes_as_a_whole() -> None:
    told: list[str] = []
    driver = feedreader.create_parser()
    handler = driver.getContentHandler()
    handler.characters = told.append
    driver.parse(io.BytesIO(b"<x>a &lt;b&gt;\nc</x>"))
    assert told == ["a <b>\nc"]


def test_of_every_document() -> None:
    for document in MADE:
        if document.format in XML:
            assert seen(document.data) == seen_usually(document.data)


@pytest.mark.parametrize("form", XML)
def test_of_damaged_documents(form: Format) -> None:
    document = next(one for one in made(form) if b"A street" in one.data)
    for what, data in damaged(document.data):
        assert seen(data) == seen_usually(data), what


@pytest.mark.parametrize("form", XML)
@settings(max_examples=150)
@given(data=st.data())
def test_of_anything_odd_anywhere(form: Format, data: Any) -> None:
    text = made(form)[0].data.decode()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from([*ODD, "<", "&", "</title>"])) + text[at:]
    assert seen(text.encode()) == seen_usually(text.encode())


@settings(max_examples=60)
@given(st.lists(st.tuples(keys(), BODIES), min_size=1, max_size=3))
def test_of_any_entries(files: list[tuple[dict[str, Any], str]]) -> None:
    for document in render(select(accepted(*(entry_file(*one) for one in files)), NOW)):
        if document.format in XML:
            assert seen(document.data) == seen_usually(document.data)
            assert not seen(document.data)["bozo"]
