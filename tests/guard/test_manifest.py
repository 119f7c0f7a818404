"""The ledger, its written form, and what differs between two."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import attempts
from ilofeed import build as chain
from ilofeed.feeds.archives import previous_archives
from ilofeed.feeds.ledger import parse_manifest
from ilofeed.feeds.selection import select
from ilofeed.guard.manifest import make_ledger, render_manifest
from ilofeed.model import Document, OutputFile, UpToDate
from ilofeed.pages.render import render, render_changed
from ilofeed.urls import is_inside
from ilofeed.verify.verification import verify
from offices import NOW, OFFICE, entry, site

if TYPE_CHECKING:
    from ilofeed.content.site import Site
    from ilofeed.feeds.ledger import Ledger

WORDS = ["Pay", 'Jobs & "skills"', "Жил\\u0442", "], documents: [", "a\\b", "劳动"]
titles = st.sampled_from(WORDS).map(json.dumps)
entries = st.fixed_dictionaries(
    {"title": titles, "date": st.sampled_from(["2015-05-19", "2015-05-20", "2016-01-01"])},
    optional={
        "updated": st.sampled_from(["2016-02-02", "2016-03-03"]),
        "withdrawn": st.just("2016-04-04"),
        "countries": st.just("[CN]"),
        "id": st.sampled_from(["former", "https://example.org/a%22b"]),
        "draft": st.just("true"),
    },
)
offices = st.dictionaries(st.sampled_from(["one", "two", "six", "ten"]), entries, max_size=4)
EMPTY = OFFICE.replace(b"  title:", b"  limit: 1\n  archives: [atom]\n  title:")


def unlike(files: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """No id twice."""
    taken: set[str] = set()
    made = {}
    for slug, keys in files.items():
        is_new = keys.get("id") not in taken
        made[slug] = {name: value for name, value in keys.items() if is_new or name != "id"}
        taken.add(keys.get("id", slug))
    return made


def checked(files: dict[str, dict[str, str]]) -> Site:
    written: dict[str, Any] = {slug: entry(**keys) for slug, keys in files.items()}
    return site(office=EMPTY, **written)


def manifest(files: dict[str, dict[str, str]], before: Ledger | None = None) -> bytes:
    seen = select(checked(files), NOW, before)
    return render_manifest(make_ledger(seen, render(seen))).data


@pytest.mark.slow
@given(offices.map(unlike))
@settings(max_examples=attempts(15, 125))
def test_a_manifest_is_read_as_it_was_written(files: dict[str, Any]) -> None:
    seen = select(checked(files), NOW)
    ledger = make_ledger(seen, render(seen))
    data = render_manifest(ledger).data
    assert parse_manifest(data) == ledger
    assert json.loads(data)["entries"] == sorted(
        json.loads(data)["entries"], key=lambda one: str(one["id"])
    )


@pytest.mark.slow
@given(one=offices.map(unlike), two=offices.map(unlike), is_other=st.booleans())
@settings(max_examples=attempts(15, 200))
def test_what_differs_between_any_two(
    one: dict[str, Any], two: dict[str, Any], *, is_other: bool
) -> None:
    data = manifest(one)
    if is_other:
        data = data.replace(b"2015:office", b"2015:other")
    before, after = parse_manifest(data), parse_manifest(manifest(unlike(one | two)))
    old, new = dict(before.entries), dict(after.entries)
    for record in before.missing_in(after):
        assert old.pop(record.id) == record
    for record in after.missing_in(before):
        assert new.pop(record.id) == record
    for first, second in before.shared_with(after):
        assert (old.pop(first.id), new.pop(second.id)) == (first, second)
        assert first.id == second.id
    assert (old, new) == ({}, {})
    for records in (before.missing_in(after), [old for old, _ in before.shared_with(after)]):
        ids = [record.id for record in records]
        assert ids == sorted(ids)


def test_the_past_of_entries_is_what_the_ledger_says() -> None:
    keys = {f"e{day}": {"date": f"2015-05-0{day}"} for day in range(1, 6)}
    before = parse_manifest(manifest(keys))
    keys["e5"] |= {"title": "Other", "updated": "2016-02-02"}
    past = previous_archives(select(checked(keys), NOW, before).entries, before)
    assert past is not None
    assert {identity[-2:] for identity in past.fresh} == {"e5"}
    found = {identity[-2:]: pages.get("all") for identity, pages in past.pages.items()}
    assert found == {"e1": 1, "e2": 2, "e3": 3, "e4": 4}


@pytest.mark.slow
def test_the_news_of_a_manifest_are_verified() -> None:
    """Also where the rest is known: a record of this build that leads nowhere is a fault."""
    keys = {"one": {"date": "2015-05-19"}, "two": {"date": "2015-05-20"}}
    made = checked(keys)
    first = chain.render_site(select(made, NOW))
    assert verify(first, made.office) == []
    before = parse_manifest(first[-1].data)
    keys["two"]["title"] = "Other"
    edited = checked(keys)
    second = chain.render_site(select(edited, NOW, before))
    (last,) = [one for one in second if one.path == "manifest.json"]
    dead = last.data.replace(b"/entry/two/", b"/entry/too/")
    assert dead != last.data
    assert isinstance(last, Document)
    documents = (*second[:-1], dataclasses.replace(last, data=dead))
    wanted = verify(documents, edited.office)
    assert [fault.path for fault in wanted] == ["manifest.json"]
    earlier = {document.path for document in first}
    assert verify(documents, edited.office, earlier=earlier) == wanted


def test_what_differs() -> None:
    keys = {"one": {"date": "2015-05-19"}, "two": {"date": "2015-05-20"}}
    before = parse_manifest(manifest(keys))
    keys["two"] = {"date": "2015-05-20", "title": "Other"}
    after = parse_manifest(manifest(keys))
    wanted = [identity for identity in before.entries if identity.endswith(":two")]
    assert [old.id for old, new in before.shared_with(after) if old != new] == wanted
    assert len(wanted) == 1
    assert (before.missing_in(after), before.missing_in(before)) == ([], [])


def test_the_digest_of_what_is_up_to_date_is_that_of_the_last_build() -> None:
    keys = {"one": {"date": "2015-05-19"}, "two": {"date": "2015-05-20"}}
    first = select(checked(keys), NOW)
    rendered = render(first)
    before = make_ledger(first, rendered)
    outputs: dict[bytes, list[OutputFile]] = {}
    for one in rendered:
        if one.recipe:
            file = OutputFile(one.path, one.kind, one.recipe, one.sha256)
            outputs.setdefault(one.recipe, []).append(file)
    # "two" is not beside it, and has another topic
    keys["six"] = {"date": "2014-01-01", "categories": "[employment]"}
    second = select(checked(keys), NOW)
    documents = render_changed(second, outputs)
    known = {one.entry.slug for one in documents if isinstance(one, UpToDate) and one.entry}
    assert known == {"two"}
    entries = {
        identity: record._replace(digest="known") for identity, record in before.entries.items()
    }
    assert make_ledger(second, documents, before) == make_ledger(second, documents)
    ledger = make_ledger(second, documents, dataclasses.replace(before, entries=entries))
    digests = {identity[-3:]: record.digest for identity, record in ledger.entries.items()}
    assert {slug for slug, digest in digests.items() if digest == "known"} == {"two"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", True), ("a/.b/c.d", True), ("é", True), ("a\n", True), ("..a", True),
        ("", False), (".", False), ("..", False), ("/a", False), ("a//b", False), ("a/", False),
        ("a/../b", False), ("a\\b", False), (1, False), (None, False),
    ],
)  # fmt: skip
def test_a_path_that_is_inside(path: object, *, expected: bool) -> None:
    assert is_inside(path) is expected
    ledger = {"version": 2, "entries": [], "documents": [], "files": [path]}
    assert parse_manifest(json.dumps(ledger).encode()).files == ({path} if expected else set())
