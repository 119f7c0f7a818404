"""A manifest of our own is read line by line, which says what reading it whole says."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilofeed import build as chain
from ilofeed.content.site import check
from ilofeed.document import Document, document
from ilofeed.feeds.archives import look_back
from ilofeed.feeds.ledger import Changes, Ledger, Records
from ilofeed.feeds.selection import select
from ilofeed.longtext import pieces
from ilofeed.pages.render import render
from ilofeed.publish.continuity import compare
from ilofeed.publish.guard_rules import guard
from ilofeed.publish.manifest import note_record, render_manifest
from ilofeed.spool import InMemory, Spool
from ilofeed.verify.addresses import addresses
from ilofeed.verify.manifestreader import (
    PATH,
    ManifestError,
    inside,
    is_inside,
    parse_manifest,
    parts,
    read_ours,
)
from ilofeed.verify.proof import Known
from ilofeed.verify.verification import verify, verify_changed
from offices import NOW, OFFICE, entry, site, sources

if TYPE_CHECKING:
    from ilofeed.content.site import Site

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


def ours(data: bytes) -> Ledger:
    """The ledger of a manifest that was just made."""
    return read_ours(Document(PATH, "manifest", data))


def manifest(files: dict[str, dict[str, str]], before: Ledger | None = None) -> bytes:
    seen = select(checked(files), NOW, before)
    return render_manifest(seen, render(seen)).data


@given(offices.map(unlike))
@settings(max_examples=25)
def test_read_line_by_line(files: dict[str, Any]) -> None:
    data = manifest(files)
    whole, lines = parse_manifest(data), ours(data)
    assert isinstance(lines.entries, Records)
    assert lines == whole
    assert list(lines.entries) == list(whole.entries)
    assert len(lines.entries) == len(whole.entries)
    for identity, record in whole.entries.items():
        assert lines.entries[identity] == record
        assert identity in lines.entries
    assert (lines.pages, lines.feeds) == (whole.pages, whole.feeds)
    assert "nobody" not in lines.entries
    assert json.loads(data)["entries"] == sorted(
        json.loads(data)["entries"], key=lambda one: str(one["id"])
    )


@given(
    one=offices.map(unlike),
    two=offices.map(unlike),
    is_edited=st.booleans(),
    is_moved=st.booleans(),
    is_other=st.booleans(),
)
@settings(max_examples=40)
def test_compared_line_by_line(
    one: dict[str, Any], two: dict[str, Any], *, is_edited: bool, is_moved: bool, is_other: bool
) -> None:
    if is_edited:
        two = unlike(one | two)
    data = manifest(one)
    if is_moved:
        data = data.replace(b"https://", b"http://")
    if is_other:
        data = data.replace(b"2015:office", b"2015:other")
    before = parse_manifest(data), ours(data)
    data = manifest(two, before[0])
    after = parse_manifest(data), ours(data)
    made = checked(two)
    found = [compare(old, new, {"x"}) for old in before for new in after]
    assert all(one == found[0] for one in found)
    assert found[0] == compare(every(before[0]), after[0], {"x"})
    seen = select(made, NOW, before[0])
    render_manifest(seen, ())  # now records are known, of those that are as they were too
    assert look_back(seen.out, before[1]) == look_back(seen.out, before[0])
    assert select(made, NOW, before[1]) == seen
    guarded = [guard(made, old, new, nothing, NOW) for old in before for new in after]
    assert all(one == guarded[0] for one in guarded)
    assert guarded[0] == guard(made, every(before[0]), after[0], nothing, NOW)


def nothing(_path: str) -> bytes:
    """No file is there."""
    return b""


class Every(Ledger):
    """A ledger of which every record is looked at."""

    def changes(self, after: Ledger) -> Changes:
        one, two = self.entries, after.entries
        both = {i: (one[i], two[i]) for i in sorted({*one} & {*two})}
        return super().changes(after)._replace(differing=both)


def every(ledger: Ledger) -> Ledger:
    values = {one.name: getattr(ledger, one.name) for one in dataclasses.fields(ledger)}
    return Every(**values)


def test_archives_are_read_of_records_that_are_as_they_were() -> None:
    keys = {f"e{day}": {"date": f"2015-05-0{day}"} for day in range(1, 6)}
    before = ours(manifest(keys))
    keys["e5"] |= {"title": "Other", "updated": "2016-02-02"}
    seen = select(checked(keys), NOW, before)
    render_manifest(seen, ())
    past = look_back(seen.out, before)
    assert past is not None
    assert {identity[-2:] for identity in past.fresh} == {"e5"}
    found = {identity[-2:]: pages.get("all") for identity, pages in past.pages.items()}
    assert found == {"e1": 1, "e2": 2, "e3": 3, "e4": 4}
    records = before.entries
    assert isinstance(records, Records)
    known = {entry.id: entry.record for entry in sorted(seen.out, key=lambda one: one.id)}
    assert {i[-2:] for i in records.pages_of([*known], known.values())} == {"e1", "e2", "e3", "e4"}


@given(one=offices.map(unlike), two=offices.map(unlike), size=st.integers(1, 50))
@settings(max_examples=25)
def test_read_piece_by_piece_out_of_a_file(
    one: dict[str, Any], two: dict[str, Any], size: int
) -> None:
    """Wherever it is cut, and without being in memory, a manifest says the same."""
    spool, found = Spool(), []
    texts = [manifest(one), manifest(unlike(one | two))]
    for store in (InMemory(), spool):
        with pytest.MonkeyPatch.context() as patch:
            if store is spool:
                patch.setattr("ilofeed.longtext.PIECE", size)
                patch.setattr("ilofeed.portions.TOGETHER", 2)
            made = [document(PATH, "manifest", store.write([data]), store) for data in texts]
            before, after = map(read_ours, made)
            named_in = {x for part in parts(made[1], before) for x in named(part.data)}
            found.append((before, after, before.changes(after), named_in, list(after.entries)))
            assert b"".join(pieces(made[0])) == texts[0]
            assert sorted(after.files) == sorted(parse_manifest(texts[1]).files)
    assert found[0] == found[1]


def named(data: bytes) -> set[str]:
    return set(addresses(Document("manifest.json", "manifest", data)))


def test_what_a_manifest_names_that_the_last_one_did_not() -> None:
    keys = {"one": {"date": "2015-05-19"}, "two": {"date": "2015-05-20"}}
    data = manifest(keys)
    before = ours(data)
    keys["two"] = {"date": "2015-05-20", "title": "Other"}
    whole = Document("manifest.json", "manifest", manifest(keys, before))
    new = [*parts(whole, before)]
    listed = [one["url"] for part in new for one in json.loads(part.data).get("entries", ())]
    assert [url.rpartition("/entry/")[2] for url in listed] == ["two/"]
    found = {one for part in new for one in named(part.data)}
    assert found | named(data) == named(whole.data) | named(data)
    assert found >= named(whole.data) - named(data)
    for other in (None, parse_manifest(data)):  # of which nothing is known
        assert {x for part in parts(whole, other) for x in named(part.data)} == named(whole.data)
    same = parts(dataclasses.replace(whole, data=data), before)
    assert not any(json.loads(part.data).get("entries") for part in same)


def test_the_news_of_a_manifest_are_verified() -> None:
    """Also where the rest is known: a record of this build that leads nowhere is a fault."""
    keys = {"one": {"date": "2015-05-19"}, "two": {"date": "2015-05-20"}}
    made = checked(keys)
    first = chain.make(select(made, NOW))
    faults, proven = verify_changed(first, made.office, Known())
    assert faults == []
    before = ours(first[-1].data)
    keys["two"]["title"] = "Other"
    edited = checked(keys)
    second = chain.make(select(edited, NOW, before))
    (last,) = [one for one in second if one.path == "manifest.json"]
    dead = last.data.replace(b"/entry/two/", b"/entry/too/")
    assert dead != last.data
    assert isinstance(last, Document)
    broken = dataclasses.replace(last, data=dead)
    documents = (*second[:-1], broken)
    wanted = verify(documents, edited.office)
    assert [fault.path for fault in wanted] == ["manifest.json"]
    assert verify_changed(documents, edited.office, proven, before=before)[0] == wanted


def test_what_differs() -> None:
    keys = {"one": {"date": "2015-05-19"}, "two": {"date": "2015-05-20"}}
    before = ours(manifest(keys))
    keys["two"] = {"date": "2015-05-20", "title": "Other"}
    after = ours(manifest(keys))
    wanted = [identity for identity in before.entries if identity.endswith(":two")]
    assert [*before.changes(after).differing] == wanted
    assert len(wanted) == 1
    assert before.changes(before) == ({}, {}, {})


@pytest.mark.parametrize("data", [b"{}", b'{"entries": []}', b"", b'{"version": 2}\n'])
def test_what_is_not_written_so_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestError):
        ours(data)


_parts = st.sampled_from(["a", ".", "..", "", "a.b", ".a", "\\", "\n", "a\n", "\n..", "é"])
paths = st.lists(_parts, min_size=1, max_size=4).map("/".join)


@given(st.lists(st.one_of(paths, paths, st.sampled_from([1, None])), max_size=4))
@settings(max_examples=500)
def test_many_paths_at_once(some: list[Any]) -> None:
    assert list(inside(some)) == [path for path in some if is_inside(path)]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_record_that_is_noted_when_an_entry_is_checked(
    processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is the one that would be made later, also of entries that the moment changes."""
    monkeypatch.setattr("ilofeed.content.site.WORTH_SHARING", 0)
    given = sources(
        plain=entry(),
        later=entry(date="2026-10-01", updated="2026-11-01T12:00:00Z"),
        gone=entry(withdrawn="2016-04-04"),
        soon=entry(withdrawn="2026-11-20"),
        other=entry(language="mn", translation_of="draft"),
        draft=entry(draft="true"),
    )
    noted, _ = check(given, NOW, processes=processes, note=note_record)
    plain, _ = check(given, NOW)
    assert noted is not None
    assert plain is not None
    assert all(one.record for one in noted.entries)
    assert not any(one.record for one in plain.entries)
    made = [render_manifest(select(one, NOW), ()) for one in (noted, plain)]
    assert made[0] == made[1]
    known = {one.id: one.record for one in noted.entries}
    assert all(one.record == known[one.id] for one in plain.entries if one.record)


def test_nothing_is_noted_where_the_office_is_wrong() -> None:
    given = sources(office=OFFICE.replace(b"categories:", b"categoris:"), wages=entry())
    site, problems = check(given, NOW, note=note_record)
    assert (site, problems) == check(given, NOW)
    assert site is None
