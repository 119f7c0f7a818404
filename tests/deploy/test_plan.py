"""What is uploaded and deleted, in which order, with which headers, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ilofeed.deploy.plan import (
    Record,
    headers_of,
    make_plan,
    read_record,
    refuse_loss,
    refuse_strangers,
    render_record,
)
from ilofeed.feeds import MANIFEST, Ledger, select
from ilofeed.guard import make_ledger
from ilofeed.verify.links import LinkChecker
from offices import NOW, OFFICE, documents, entry, site

ENTRIES: dict[str, Any] = {
    f"n{number}": entry(countries="[CN, MN]", date=f"2015-0{number}-01") for number in range(1, 9)
}
SITE = site(
    office=OFFICE.replace(b"  title:", b"  limit: 3\n  archives: [atom, rss]\n  title:")
    + b"aliases: {old/feed.xml: all/rss.xml, old/index.html: all/index.html}\n",
    event=entry(event="{start: 2015-06-01}"),
    **ENTRIES,
)
DOCUMENTS = documents(SITE)
LEDGER = make_ledger(select(SITE, NOW), list(DOCUMENTS.values()))
OUTPUT = {path: document.sha256 for path, document in DOCUMENTS.items()} | {MANIFEST: "m"}


# what is not in the output, in the order in which it is deleted
DELETED = [
    "gone/atom.xml",
    "gone/rss.xml",
    "gone/archive/1/rss.xml",
    "gone/a.png",
    "gone/index.html",
]


def positions(record: Record, *, has_headers: bool = True) -> dict[str, int]:
    """The number of the group of each path that is uploaded."""
    groups = make_plan(OUTPUT, LEDGER, record, has_headers=has_headers).groups
    return {path: number for number, group in enumerate(groups) for path in group}


@pytest.mark.parametrize("kind", ["store", "server"])
def test_what_a_document_names_is_uploaded_before_it(kind: str) -> None:
    at = positions(Record(), has_headers=kind == "store")
    assert at.keys() == OUTPUT.keys()
    assert [path for path in at if at[path] == max(at.values())] == [MANIFEST]
    for path in LEDGER.documents.keys() | {"old/feed.xml"}:
        there = {name for name in OUTPUT if name in LEDGER.documents or at[name] < at[path]}
        links = LinkChecker(SITE.office, {SITE.office.address(name) for name in there})
        assert links.broken(DOCUMENTS[path]) == [], path


def test_a_new_archive_comes_before_its_feed_and_a_former_one_after_it() -> None:
    archive = "all/archive/1/atom.xml"
    assert archive in OUTPUT
    at = positions(Record())
    assert at[archive] < at["all/atom.xml"]
    at = positions(Record(others=frozenset({archive})))  # a dead deployment did not get so far
    assert at[archive] < at["all/atom.xml"]
    groups = make_plan(OUTPUT, LEDGER, Record(others=frozenset({archive})), {archive}).groups
    assert [archive in group for group in groups].index(True) > [
        "all/atom.xml" in group for group in groups
    ].index(True)


@given(
    st.dictionaries(st.sampled_from(sorted(OUTPUT)), st.sampled_from(["", "old"])),
    st.sets(st.sampled_from([*sorted(OUTPUT), *DELETED])),
)
def test_what_differs_is_uploaded_and_what_was_ours_is_deleted(
    changed: dict[str, str], others: set[str]
) -> None:
    files = {path: sha256 for path, sha256 in (OUTPUT | changed).items() if sha256}
    plan = make_plan(OUTPUT, LEDGER, Record(files | {"gone/rss.xml": "x"}, frozenset(others)))
    assert sorted(plan.paths) == sorted(changed)
    assert set(plan.deleted) == {"gone/rss.xml"} | (others - OUTPUT.keys())
    assert plan.deleted == sorted(plan.deleted, key=DELETED.index)


def test_a_file_for_github_is_left_alone() -> None:
    record = Record(OUTPUT, frozenset({".nojekyll", "gone/index.html"}))
    output = {path: sha256 for path, sha256 in OUTPUT.items() if path != ".nojekyll"}
    assert make_plan(output, LEDGER, record).deleted == ["gone/index.html"]


def test_nothing_is_done_if_nothing_differs() -> None:
    plan = make_plan(OUTPUT, LEDGER, Record(OUTPUT))
    assert (plan.groups, plan.gone) == ([], [])


def test_files_of_a_group_have_the_same_headers() -> None:
    for group in make_plan(OUTPUT, LEDGER, Record()).groups:
        assert len({str(headers_of(path, LEDGER)) for path in group}) == 1


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        ("all/atom.xml", "application/xml; charset=utf-8", "public, max-age=300"),
        ("all/archive/1/rss.xml", "application/xml; charset=utf-8", "public, max-age=300"),
        ("all/feed.json", "application/feed+json; charset=utf-8", "public, max-age=300"),
        ("all/calendar.ics", "text/calendar; charset=utf-8", "public, max-age=300"),
        ("feeds.opml", "text/x-opml; charset=utf-8", "public, max-age=300"),
        ("sitemap.xml", "application/xml; charset=utf-8", "public, max-age=300"),
        ("manifest.json", "application/json; charset=utf-8", "no-cache"),
        ("old/feed.xml", "application/xml; charset=utf-8", "public, max-age=300"),
        ("entry/n1/index.html", "text/html; charset=utf-8", "public, max-age=300"),
        ("assets/site.css", "text/css; charset=utf-8", "public, max-age=3600"),
        ("embed/ilo-feed.js", "text/javascript; charset=utf-8", "public, max-age=300"),
        (
            "embed/ilo-feed-1.2.0.js",
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        ("entry/n1/photo.avif", "image/avif", "public, max-age=3600"),
        ("entry/n1/report.pdf", "application/pdf", "public, max-age=3600"),
        ("entry/n1/data.unknown", "application/octet-stream", "public, max-age=3600"),
    ],
)
def test_headers(path: str, kind: str, cache: str) -> None:
    assert headers_of(path, LEDGER) == {"Content-Type": kind, "Cache-Control": cache}


def test_a_record_says_what_is_certain_and_what_is_ours() -> None:
    done = render_record({"a": "1", "b": "2", 'c "d" é': "3"})
    started = render_record({"b": "", "e": ""})
    assert json.loads(done)["files"]['c "d" é'] == "3"
    record = read_record(done, started, None)
    assert record.files == {"a": "1", 'c "d" é': "3"}
    assert record.ours == {"a", "b", 'c "d" é', "e"}
    ledger = Ledger({}, {}, frozenset({"f", "a"}))
    assert read_record(done, None, ledger).ours == {"a", "b", 'c "d" é', "f", MANIFEST}
    assert read_record(None, None, None) == Record()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b"\xff", b'{"version": 1}', b'{"version": 1, "files": []}',
        b'{"version": 2, "files": {"a": "1"}}', b'{"version": true, "files": 1}', b"[" * 100_000,
        b'{"version": 1, "files": {"../a": "1", "/b": "1", "c\\nd": "1", "e\\u202e": "1"}}',
        b'{"version": 1, "files": {"": "1", "a/../b": "1", "x\\u0000": "1"}}',
    ],
)  # fmt: skip
def test_a_damaged_or_hostile_record_says_nothing(data: bytes) -> None:
    assert read_record(data, data, None) == Record()


def test_an_older_build_is_refused() -> None:
    new = LEDGER
    record = next(iter(new.entries.values()))
    assert record.updated is not None
    other = replace(
        new, entries={**new.entries, "tag:x": record._replace(id="tag:x", title="Mine")}
    )
    assert refuse_loss(new, new) == {}
    assert refuse_loss(new, other) == {}
    assert refuse_loss(other, new) == {
        "id-vanished": "it has entries that this output lacks: `Mine`"
    }
    older = record._replace(updated=record.updated.replace(year=2001))
    before = replace(new, entries={**new.entries, record.id: older})
    assert refuse_loss(new, before).keys() == {"updated-backwards"}
    assert refuse_loss(before, new) == {}
    fewer = replace(new, documents={"all/atom.xml": "1"})
    assert refuse_loss(new, fewer).keys() == {"feed-vanished"}
    assert refuse_loss(replace(new, site="https://other.example/"), new).keys() == {"site-moved"}
    assert refuse_loss(replace(new, authority="other.example,2015:x"), fewer).keys() == {
        "authority-changed"
    }


def test_files_of_others_are_named() -> None:
    assert refuse_strangers([]) == {}
    paths = [f"{number}.html" for number in range(7)]
    assert refuse_strangers(paths)["not-ours"] == (
        "it has 7 files that ilofeed did not put there, and would replace: "
        "`0.html`, `1.html`, `2.html`, `3.html`, `4.html` and 2 more"
    )
