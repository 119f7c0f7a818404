"""Atom and RSS documents verify in pieces if, and only if, they verify as a whole."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from test_archive_reader import ARCHIVED, FULL, damaged

from ilofeed.feeds.items import shown_entries
from ilofeed.feeds.selection import select
from ilofeed.pages.render import render
from ilofeed.verify.archive_reader import assign_entries, split_document, with_entries
from ilofeed.verify.verification import verify
from ilofeed.workers import Workers
from offices import NOW, entry, site

if TYPE_CHECKING:
    from collections.abc import Callable

    from ilofeed.model import Document, Format
    from ilofeed.verify.verification import Fault

Made: TypeAlias = "Callable[[Format], list[Document]]"
OLD: dict[str, Any] = {f"old-{n}": entry(date=f"2015-04-{n + 1:02}") for n in range(7)}
SITE_SETTINGS = ARCHIVED.replace(b"limit: 1", b"limit: 2")
SITE = site(office=SITE_SETTINGS, **OLD, full=FULL.replace(b"2015-05-19", b"2015-03-01"))
MADE = render(select(SITE, NOW))
OFFICE = SITE.office
CALLED_OFF = entry(event="{start: 2026-12-01}", withdrawn="2026-05-20")
# an entry that is called off is in RSS, and a tombstone in Atom
NEWEST = render(select(site(office=SITE_SETTINGS, **OLD, full=FULL, off=CALLED_OFF), NOW))


@pytest.fixture(autouse=True)
def no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages that feeds name are not there where feeds are judged alone."""
    monkeypatch.setattr("ilofeed.verify.links.LinkChecker.broken", lambda *_: [])


def archives(form: Format) -> list[Document]:
    return [one for one in MADE if one.kind == "archive" and one.format == form]


def subscribed(form: Format) -> list[Document]:
    return [one for one in NEWEST if one.kind == "feed" and one.format == form]


def shared_out(documents: list[Document]) -> dict[str, tuple[int, ...]]:
    return assign_entries(documents)


def judged(documents: list[Document], monkeypatch: pytest.MonkeyPatch) -> list[list[Fault]]:
    """What is found in pieces, and what is found in whole documents."""
    found = [verify(documents, OFFICE)]
    with monkeypatch.context() as patch:
        patch.setattr("ilofeed.verify.verification.assign_entries", lambda *_: {})
        found.append(verify(documents, OFFICE))
    return found


@pytest.mark.parametrize("made", [archives, subscribed])
@pytest.mark.parametrize("form", ["atom", "rss"])
def test_pieces_make_the_document(form: Format, made: Made) -> None:
    for document in filter(_shown, made(form)):
        found = split_document(document.data, form)
        assert found is not None
        assert len(found.entries) == len(_shown(document))
        assert found.head + b"".join(found.entries) + found.tail == document.data


@pytest.mark.parametrize("made", [archives, subscribed])
@pytest.mark.parametrize("form", ["atom", "rss"])
def test_each_entry_is_read_in_one_document(form: Format, made: Made) -> None:
    documents = made(form)
    found = shared_out(documents)
    assert found.keys() < {one.path for one in documents}  # of the others all entries are read
    left = [with_entries(one, found[one.path]) if one.path in found else one for one in documents]
    read = [slug for one in left for slug in _shown(one)]
    shown = [slug for one in documents for slug in _shown(one)]
    assert sorted(read) == sorted(set(shown))
    assert len(read) < len(shown)
    assert any(numbers == () for numbers in found.values())  # a document without any is one too
    assert verify(documents, OFFICE) == []


def test_an_entry_of_a_feed_is_not_read_again_in_an_archive() -> None:
    documents = [*archives("atom"), *(one for one in MADE if one.kind == "feed")]
    slugs = {slug for one in documents if one.kind == "feed" for slug in _shown(one)}
    assert slugs
    for one in documents:
        if one.kind == "archive":
            left = with_entries(one, shared_out(documents).get(one.path, range(len(_shown(one)))))
            assert slugs.isdisjoint(_shown(left))


def test_what_cannot_be_cut_is_read_as_a_whole() -> None:
    data = archives("atom")[0].data
    assert split_document(data, "json") is None
    for other in (
        b"",
        b"<feed/>",
        data.replace(b"<entry", b"<!-- x --><entry", 1),
        data.replace(b"</summary>", b"<![CDATA[</entry>]]></summary>", 1),
        data.replace(b"<entry", b"<?x?><entry"),
        data.replace(b"</entry>", b"</entry >", 1),
        data.replace(b"</entry>", b"</entry><entry/>", 1),
        data.replace(b"</feed>", b"<entry></feed>", 1),
        data.replace(b"<entry", b"x<entry").replace(b"x<entry", b"<entry", 1),
        data.replace(b"UTF-8", b"ISO-8859-1", 1),
    ):
        assert other != data
        assert split_document(other, "atom") is None
    one = dataclasses.replace(archives("atom")[0], data=data.replace(b"<entry", b"<!-- --><entry"))
    assert shared_out([one]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("made", [archives, subscribed])
@pytest.mark.parametrize("form", ["atom", "rss"])
def test_every_fault_is_found(form: Format, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [one for one in made(form) if _full(one)]
    documents = [documents[0], documents[-1]]  # the entry that has everything stands in both
    assert documents[0] is not documents[1]
    assert verify(documents, OFFICE) == []
    wrong = cuttable = 0
    for at in (0, 1):
        for what, damage in damaged(documents[at].data):
            # as the program writes it, so that it can be cut
            data = b"<?xml version='1.0' encoding='UTF-8'?>\n" + damage
            changed = [*documents]
            changed[at] = dataclasses.replace(documents[at], data=data)
            cuttable += split_document(data, form) is not None
            in_pieces, whole = judged(changed, monkeypatch)
            assert in_pieces == whole, what
            wrong += bool(whole)
    assert wrong > 300
    assert cuttable > 300


def _full(document: Document) -> bool:
    return b"A street" in document.data


def _shown(document: Document) -> list[str]:
    assert document.feed is not None
    assert document.format is not None
    return [entry.slug for entry in shown_entries(document.feed, document.format)]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["atom", "rss"])
@pytest.mark.parametrize("change", ["twice", "swapped", "gone", "another", "large", "unclosed"])
@pytest.mark.parametrize("made", [archives, subscribed])
def test_what_only_a_whole_document_can_break(
    form: Format, made: Made, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = made(form)
    at = max(n for n, one in enumerate(documents) if len(_shown(one)) > 1)
    document = documents[at]
    found = split_document(document.data, form)
    assert found is not None
    first, second, *rest = found.entries
    left: dict[str, tuple[bytes, ...]] = {
        "twice": (first, first),
        "swapped": (second.lstrip(), first),
        "gone": (first,),
        "another": (first, second, second),
        "large": (first, b" " * 5_000_000, second),
        "unclosed": (first, second.replace(b"</title>", b"", 1)),
    }
    data = found.head + b"".join([*left[change], *rest]) + found.tail
    documents[at] = dataclasses.replace(document, data=data)
    in_pieces, whole = judged(documents, monkeypatch)
    assert in_pieces
    assert in_pieces == whole


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_an_entry_that_is_to_be_shown_twice(form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(document: Document) -> Document:
        assert document.feed is not None
        entry = document.feed.entries[0]
        feed = dataclasses.replace(document.feed, entries=(entry, entry))
        found = split_document(document.data, form)
        assert found is not None
        data = found.head + found.entries[0] + b"\n" + found.entries[0] + found.tail
        return dataclasses.replace(document, feed=feed, data=data)

    documents: list[Any] = [*archives(form)]
    documents[-1] = doubled(documents[-1])
    in_pieces, whole = judged(documents, monkeypatch)
    rules = {fault.expected for fault in whole if re.match("no error Duplicate", fault.expected)}
    assert rules
    assert in_pieces == whole


@pytest.mark.parametrize("processes", [1, 2])
def test_all_documents_with_a_fault_are_named(processes: int) -> None:
    wrong = [
        dataclasses.replace(one, data=one.data.replace(b"A street", b"A lane"))
        if one.kind == "archive"
        else one
        for one in MADE
    ]
    faults = verify(wrong, OFFICE, Workers(processes))
    assert {fault.path for fault in faults} == {
        one.path for one in MADE if one.kind == "archive" and _full(one)
    }


@pytest.mark.slow
def test_archives_are_the_same_for_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ilofeed.pages.render.WORTH_SHARING", 0)
    assert {one.format for one in MADE if one.kind == "archive"} == {"atom", "rss", "json"}
    assert render(select(SITE, NOW), Workers(2)) == MADE
