"""Our documents match the grammars, damaged ones do not; of JSON another judge says the same."""

from __future__ import annotations

import copy
import datetime as dt
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_archive_reader import ARCHIVED, FULL, GALLERY, damaged
from test_roundtrip import BODIES, accepted, entry_file, keys

from effort import attempts
from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.feeds.selection import select
from ilofeed.pages.render import render
from ilofeed.verify.lint import _json_path, match_grammar
from offices import NOW, entry, site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ilofeed.model import Document, Format

pytestmark = pytest.mark.slow

XML: tuple[Format, ...] = ("atom", "rss")
SCHEMA = resources.files("ilofeed").joinpath("data", "jsonfeed.schema.json")
OLD: dict[str, Any] = {f"old-{n}": entry(date=f"2015-04-{n + 1:02}") for n in range(2)}
SITE = site(
    office=ARCHIVED,
    gone=entry(withdrawn="2015-06-01T09:00:00Z", date="2015-05-20"),
    full=FULL,
    **OLD,
)
MADE = [one for one in render(select(SITE, NOW)) if one.format is not None]


def made(form: Format) -> list[Document]:
    return [one for one in MADE if one.format == form]


def test_documents_match() -> None:
    gallery, _ = check(read_office(GALLERY), dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    assert gallery is not None
    for document in [*render(select(gallery, NOW)), *MADE]:
        if document.format in XML:
            assert match_grammar(document.data, document.format) == [], document.path


@settings(max_examples=attempts(25, 500))
@given(st.lists(st.tuples(keys(), BODIES), min_size=1, max_size=3))
def test_so_do_those_of_any_entries(files: list[tuple[dict[str, Any], str]]) -> None:
    for document in render(select(accepted(*(entry_file(*one) for one in files)), NOW)):
        if document.format in XML:
            assert match_grammar(document.data, document.format) == []


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize("mark", [b"A street", b"deleted-entry"])
def test_most_damage_is_seen(form: Format, mark: bytes) -> None:
    documents = [one for one in made(form) if mark in one.data]
    assert bool(documents) == (form == "atom" or mark == b"A street")
    for document in documents[:1]:
        judged = [bool(match_grammar(data, form)) for _, data in damaged(document.data)]
        assert judged.count(False) > 20
        assert judged.count(True) > 150


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize("coding", ["UTF-16", "ISO-8859-1"])
def test_another_encoding(form: Format, coding: str) -> None:
    data = etree.tostring(etree.fromstring(made(form)[0].data), encoding=coding)
    assert match_grammar(data.encode() if isinstance(data, str) else data, form) == []


@pytest.mark.parametrize("form", XML)
def test_a_text_of_nothing(form: Format) -> None:
    text = made(form)[0].data.decode()
    for name in ("published", "updated", "pubDate", "lastBuildDate", "language", "guid"):
        if f"<{name}>" in text:
            changed = text.replace(f"<{name}>", f"<{name}/><{name}>", 1)
            start, _, rest = changed.partition(f"<{name}/>")
            changed = start + f"<{name}/>" + rest.partition(f"</{name}>")[2]
            assert match_grammar(changed.encode(), form)


def judged_by_another(document: Any) -> set[str]:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    judge = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    return {_json_path([*error.absolute_path]) for error in judge.iter_errors(document)}


def test_json_is_judged_as_by_another_judge() -> None:
    documents = [one for one in made("json") if b"A street" in one.data]
    right = wrong = 0
    for what, document in damaged_json(json.loads(documents[0].data)):
        found = match_grammar(json.dumps(document).encode(), "json")
        where = {one.where for one in found if one.rule == "grammar"}
        assert where == judged_by_another(document), what
        right += not where
        wrong += bool(where)
    assert right > 20
    assert wrong > 300


INSTEAD: tuple[Any, ...] = (
    None,
    "",
    " ",
    "x",
    7,
    0,
    1.5,
    True,
    [],
    {},
    ["x", "x"],
    {"x": 1},
    "2026-02-30T09:00:00Z",
)


def damaged_json(document: Any) -> Iterator[tuple[str, Any]]:
    """A document with each value in turn gone and changed, and with one that is too much."""
    yield "as it is", document
    for path in list(places(document)):
        *around, last = path
        changed = copy.deepcopy(document)
        inner = changed
        for key in around:
            inner = inner[key]
        value = inner[last]
        longer = [f"{value}x", f"x{value}"] if isinstance(value, str) else []
        for other in (*INSTEAD, *longer):
            inner[last] = other
            yield f"{path} {other!r}", changed
        if isinstance(value, dict):
            inner[last] = value | {"more": "x"}
            yield f"{path} more", changed
        del inner[last]
        yield f"no {path}", changed


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (key,)
        if isinstance(inner, dict | list):
            yield from ((key, *more) for more in places(inner))


@pytest.mark.parametrize(
    "date", ["2026-02-30T09:00:00Z", "2026-02-29T09:00:00Z", "2026-01-01T25:00:00Z"]
)
def test_dates_are_looked_at(date: str) -> None:
    document = json.loads(made("json")[0].data)
    document["items"][0]["date_published"] = date
    (found,) = match_grammar(json.dumps(document).encode(), "json")
    assert (found.where, found.text) == (
        "$.items[0].date_published",
        f'"{date}" is not a "date-time"',
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b"null",
        b'"x"',
        b'{"items": 5}',
        b'{"items": [{"id": []}, 5]}',
        b'{"title": "\\ud800"}',
        b'{"title": NaN}',
    ],
)
def test_what_is_no_feed_in_json(data: bytes) -> None:
    found = match_grammar(data, "json")
    assert found
    assert all(len(one.text) <= 300 for one in found)


@settings(max_examples=attempts(15, 300))
@given(st.lists(st.tuples(keys(), BODIES), min_size=1, max_size=3))
def test_json_of_any_entries(files: list[tuple[dict[str, Any], str]]) -> None:
    for document in render(select(accepted(*(entry_file(*one) for one in files)), NOW)):
        if document.format == "json":
            assert match_grammar(document.data, "json") == []
            assert judged_by_another(json.loads(document.data)) == set()
