"""`ilofeed diff`: what subscribers would notice, before anything is published."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.bodies import render_body
from ilofeed.feeds.ledger import Ledger, Record
from ilofeed.guard.changes import Difference, Documents, as_markdown, compare
from ilofeed.problems import Problem
from ilofeed.publish import load_state
from ilofeed.text import Source
from offices import NOW, OFFICE, SMALL, entry, write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path

CLOCK = ("--now", NOW.isoformat())
DAY = dt.timedelta(days=1)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Published once, then edited in every way there is."""
    folder = write_office(
        tmp_path / "office",
        edited=entry(title="Edited"),
        typo=entry(title="Typo"),
        moved=entry(title="Moved"),
        gone=entry(title="Gone & <lost>"),
        off=entry(title="Off"),
        back=entry(title="Back", withdrawn="2016-01-01"),
        same=entry(title="Same"),
        later=entry(title="Later", date="2026-11-01T10:00+09:00"),
    )
    assert run(folder, "build", *CLOCK).returncode == 0
    entries = folder / "entries"
    (entries / "edited.md").write_bytes(entry(title="Edited", updated="2016-01-01", summary="x"))
    (entries / "typo.md").write_bytes(entry(title="Typos"))
    (entries / "moved.md").rename(entries / "renamed.md")
    (entries / "renamed.md").write_bytes(entry(title="Moved", id="moved"))
    (entries / "gone.md").unlink()
    (entries / "off.md").write_bytes(entry(title="Off", withdrawn="2016-01-01"))
    (entries / "back.md").write_bytes(entry(title="Back", updated="2016-02-01"))
    (entries / "fresh.md").write_bytes(entry(title="Fresh", countries="[CN]"))
    return folder


LATER = ("--now", "2026-11-01T01:00:00Z")


def test_as_json(office: Path) -> None:
    done = run(office, "diff", *LATER, "--format", "json")
    assert done.returncode == 5
    found = json.loads(done.stdout)
    files = {
        kind: [one["file"].removeprefix("entries/") for one in items]
        for kind, items in found.items()
        if kind not in {"documents", "refused", "warnings", "feeds_added", "feeds_gone"}
    }
    assert files == {
        "new": ["fresh.md"],
        "released": ["later.md"],
        "updated": ["edited.md"],
        "changed": ["typo.md"],
        "withdrawn": ["off.md"],
        "returned": ["back.md"],
        "gone": ["gone.md"],
        "renamed": ["renamed.md"],
    }
    (renamed,) = found["renamed"]
    assert renamed["previous_url"] == "https://example.org/feeds/entry/moved/"
    assert renamed["url"] == "https://example.org/feeds/entry/renamed/"
    assert renamed["id"] == "tag:example.org,2015:office:moved"
    assert found["feeds_added"] == [
        "country/cn/category/employment", "country/cn/category/wages",
    ]  # fmt: skip
    assert found["feeds_gone"] == []
    assert "all/atom.xml" in found["documents"]["changed"]
    assert "country/cn/category/wages/rss.xml" in found["documents"]["added"]
    assert found["documents"]["removed"] == []
    assert [one["code"] for one in found["refused"]] == ["id-vanished"]
    assert [one["code"] for one in found["warnings"]] == ["changed-silently"]
    assert found["new"][0] == {
        "id": "tag:example.org,2015:office:fresh",
        "title": "Fresh",
        "url": "https://example.org/feeds/entry/fresh/",
        "file": "entries/fresh.md",
        "published": "2015-05-19T09:00:00+09:00",
        "updated": found["new"][0]["updated"],
    }


def test_as_text_the_refusals_after_it(office: Path) -> None:
    done = run(office, "diff", *LATER)
    assert done.returncode == 5
    for line in (
        "new        entries/fresh.md  Fresh",
        "released   entries/later.md  Later",
        "updated    entries/edited.md  Edited",
        "changed    entries/typo.md  Typos",
        "withdrawn  entries/off.md  Off",
        "returned   entries/back.md  Back",
        "gone       entries/gone.md  Gone & <lost>",
        "feed added country/cn/category/wages",
        "changed    all/atom.xml",
        "added      country/cn/category/wages/atom.xml",
    ):
        assert f"{line}\n" in done.stdout, line
    assert re.search(
        r"^renamed    \S+/entry/moved/ -> \S+/entry/renamed/$", done.stdout, re.MULTILINE
    )
    assert "entries/gone.md:1:1: error: " in done.stdout
    assert not (office / "public" / "entry" / "fresh").exists()


def test_as_markdown(office: Path) -> None:
    done = run(office, "diff", *LATER, "--format", "markdown")
    assert done.returncode == 5
    text = done.stdout
    assert text.startswith("## What subscribers would notice\n\n### Refused (1)\n")
    assert "### New (1)\n\n- `Fresh` `entries/fresh.md`" in text
    assert "### Released, their date has come (1)\n" in text
    assert "- `Gone & <lost>` `entries/gone.md`" in text
    assert "### New feeds (2)\n" in text
    body, problems = render_body(Source("x.md", text), 0, "https://example.org/")
    assert problems == []
    assert body.count("<h3 ") == text.count("\n### ")


@pytest.mark.slow
def test_what_was_refused_is_what_a_build_would_refuse(office: Path) -> None:
    done = run(office, "diff", *LATER)
    built = run(office, "build", *LATER)
    assert built.returncode == 5
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert errors == [line for line in built.stdout.splitlines() if ": error: " in line]
    assert len(errors) == 1


def test_nothing_to_notice(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", office=SMALL, wages=entry())
    assert run(folder, "build").returncode == 0
    done = run(folder, "diff")
    assert (done.returncode, done.stdout) == (0, "subscribers would notice nothing\n")
    done = run(folder, "diff", "--format", "markdown")
    assert done.stdout == "## What subscribers would notice\n\nNothing.\n"
    found = json.loads(run(folder, "diff", "--format", "json").stdout)
    assert found.pop("documents") == {"added": [], "changed": [], "removed": []}
    assert not any(found.values())


def test_bodies_that_an_older_program_rendered_otherwise_have_not_changed(tmp_path: Path) -> None:
    """As one did whose headings had no ids, and whose addresses in the text were no links."""
    body = "## Rates\n\nSee https://example.org/rates.\n"
    folder = write_office(tmp_path / "office", office=SMALL, wages=entry(body=body))
    assert run(folder, "build").returncode == 0
    path = folder / "public" / "manifest.json"
    text = path.read_text("utf-8").replace('"version": 4', '"version": 3')
    (digest,) = re.findall('"digest": "(.*?)"', text)
    path.write_text(text.replace(digest, digest[::-1]), "utf-8")
    assert json.loads(run(folder, "diff", "--format", "json").stdout)["changed"] == []
    path.write_text(path.read_text("utf-8").replace('"version": 3', '"version": 4'), "utf-8")
    assert json.loads(run(folder, "diff", "--format", "json").stdout)["changed"] != []


def test_before_the_first_build_everything_is_new(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", office=SMALL, wages=entry(), jobs=entry())
    done = run(folder, "diff", "--format", "json")
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["new"]) == 2
    assert sorted(path.name for path in folder.iterdir()) == ["entries", "feeds.yaml"]


def test_against_another_manifest(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", office=SMALL, wages=entry())
    assert run(folder, "build", "--output", str(tmp_path / "live")).returncode == 0
    done = run(folder, "diff", "--previous", str(tmp_path / "live" / "manifest.json"))
    assert done.stdout == "subscribers would notice nothing\n"
    assert run(folder, "diff", "--previous", "nowhere.json").returncode == 4
    assert run(folder, "diff", "--format", "html").returncode == 2


def test_mistakes_in_the_files_are_said_as_ever(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", office=SMALL, wages=entry(date="2015-02-30"))
    done = run(folder, "diff")
    assert done.returncode == 1
    assert "[bad-date]" in done.stdout


@pytest.mark.slow
def test_what_waits_is_remembered_beside_the_output_and_nowhere_in_it(tmp_path: Path) -> None:
    folder = write_office(
        tmp_path / "office", office=SMALL, wages=entry(), later=entry(date="2030-01-01")
    )
    assert run(folder, "build").returncode == 0
    output, place = folder / "public", folder / ".public.state"
    assert load_state(output).shown.waiting == {"tag:example.org,2015:office:later"}
    for path in (folder / "public").rglob("*"):
        assert "later" not in path.name
        assert not path.is_file() or b"office:later" not in path.read_bytes()
    for damaged in ("{", "7", "[7]", '{"a": 1}', b"\xff"):
        with sqlite3.connect(place) as connection:
            change = "UPDATE shown SET value = ? WHERE name = 'waiting'"
            connection.execute(change, [damaged])
        found = json.loads(run(folder, "diff", "--now", "2030-01-02", "--format", "json").stdout)
        assert [len(found[kind]) for kind in ("new", "released")] == [1, 0]
    (folder / "entries" / "later.md").unlink()
    assert run(folder, "build").returncode == 0
    assert load_state(output).shown.waiting == frozenset()


def record(identity: str = "a", **changes: Any) -> Record:
    plain = Record(identity, f"https://a.org/{identity}/", "T", NOW, NOW + DAY, "d")
    return plain._replace(**changes)


def ledger(*records: Record, documents: dict[str, str] | None = None, site: str = "") -> Ledger:
    known = {one.id: one for one in records}
    return Ledger(known, documents or {}, frozenset(), site or "https://a.org/")


def test_what_happened_to_an_entry() -> None:
    old = record()
    happened: list[tuple[str, Record]] = [
        ("updated", record(updated=NOW + 2 * DAY)),
        ("changed", record(digest="e")),
        ("changed", record(title="U")),
        ("changed", record(published=NOW - DAY)),
        ("withdrawn", record(withdrawn=NOW)),
        ("withdrawn", record(withdrawn=NOW, updated=NOW + 2 * DAY, digest="e")),
    ]
    for kind, new in happened:
        expected = dataclasses.replace(Difference(), **{kind: (new,)})  # type: ignore[arg-type]
        assert compare(ledger(old), ledger(new)) == expected, kind
        assert expected != Difference()
    for nothing in (record(), record(digest=None), record(updated=NOW + DAY + DAY / 1e9)):
        assert compare(ledger(old), ledger(nothing)) == Difference()
    back = compare(ledger(record(withdrawn=NOW)), ledger(old))
    assert back.returned == (old,)
    dated = record(published=NOW, updated=NOW), record(published=NOW + DAY, updated=NOW + DAY)
    assert compare(ledger(dated[0]), ledger(dated[1])) == Difference(changed=(dated[1],))


def test_a_move_of_the_site_renames_nothing() -> None:
    there = record(url="https://b.org/a/")
    assert compare(ledger(record()), ledger(there, site="https://b.org/")) == Difference()
    other = record(url="https://a.org/b/")
    assert compare(ledger(record()), ledger(other)).renamed == ((record(), other),)


def test_feeds_and_documents() -> None:
    before = ledger(documents={"all/atom.xml": "1", "all/rss.xml": "1", "x/atom.xml": "1"})
    after = ledger(
        documents={"all/atom.xml": "2", "all/rss.xml": "1", "all/archive/1/atom.xml": "1",
                   "y/atom.xml": "1"}
    )  # fmt: skip
    found = compare(before, after)
    assert found.feeds_added == ("y",)
    assert found.feeds_gone == ("x",)
    assert found.documents == Documents(
        ("all/archive/1/atom.xml", "y/atom.xml"), ("all/atom.xml",), ("x/atom.xml",)
    )


def test_markdown_shows_no_more_than_people_read() -> None:
    many = tuple(f"f{number}/atom.xml" for number in range(30))
    text = as_markdown(Difference(documents=Documents(changed=many)), ())
    assert "- 30 changed: `f0/atom.xml`" in text
    assert "`f19/atom.xml` and 10 more" in text
    problem = Problem("a.md", 1, 1, "id-vanished", "write `id: a_b` <b> now")
    assert "`a.md:1` ``write `id: a_b` <b> now``" in as_markdown(Difference(), (problem,))


FLOW = b"""---
{title: a, date: 2015-05-19, summary: b, categories: [wages], countries: [MN]}
---
"""
TOUCHED = NOW.astimezone(dt.timezone(dt.timedelta(hours=8))).isoformat()


def touched(tmp_path: Path, data: bytes, *options: str) -> tuple[bytes, int, str]:
    folder = write_office(tmp_path / "touched", wages=data)
    done = run(folder, "touch", "entries/wages.md", *CLOCK, *options)
    assert sorted(path.name for path in (folder / "entries").iterdir()) == ["wages.md"]
    return (folder / "entries" / "wages.md").read_bytes(), done.returncode, done.stdout


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_touch_puts_a_line_below_the_date(tmp_path: Path, end: bytes, mark: bytes) -> None:
    data = mark + entry(body="date: in the body\n").replace(b"2015-05-19", b"2015-05-19  # day")
    data = data.replace(b"\n", end)
    made, code, said = touched(tmp_path, data)
    assert (code, said) == (0, "entries/wages.md\n")
    line = b"date: 2015-05-19  # day" + end
    assert made == data.replace(line, line + f"updated: {TOUCHED}".encode() + end)


def test_touch_changes_the_line_that_is_there(tmp_path: Path) -> None:
    data = entry(updated="2016-01-01   # by me", body="updated: not this one")
    made, code, _ = touched(tmp_path, data)
    assert code == 0
    assert made == data.replace(b"updated: 2016-01-01   #", f"updated: {TOUCHED}   #".encode())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (entry(date="2030-01-01"), "[updated-before-date]"),
        (entry(date="2015-02-30"), "[bad-date]"),
        (FLOW, "write the line `updated:` by hand"),
    ],
)
def test_touch_says_why_it_cannot(tmp_path: Path, data: bytes, said: str) -> None:
    made, code, text = touched(tmp_path, data)
    assert (made, code) == (data, 1)
    assert said in text


def test_touch_takes_files_of_the_office_alone_and_all_or_none(tmp_path: Path) -> None:
    folder = write_office(
        tmp_path / "office", office=SMALL, wages=entry(), later=entry(date="2030-01-01")
    )
    done = run(folder, "touch", "entries/wage.md")
    assert done.returncode == 2
    assert "did you mean `entries/wages.md`" in done.stderr
    assert run(folder, "touch", "feeds.yaml").returncode == 2
    assert run(folder, "touch").returncode == 2
    assert run(folder, "touch", "entries/wages.md", "entries/later.md", *CLOCK).returncode == 1
    assert (folder / "entries" / "wages.md").read_bytes() == entry()
    assert run(folder, "touch", str(folder / "entries" / "wages.md"), *CLOCK).returncode == 0
    assert b"updated" in (folder / "entries" / "wages.md").read_bytes()


def test_touch_is_what_the_warning_asks_for(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "office", office=OFFICE, wages=entry())
    assert run(folder, "build", *CLOCK).returncode == 0
    (folder / "entries" / "wages.md").write_bytes(entry(summary="Other words."))
    found = run(folder, "diff", *CLOCK).stdout
    command = re.findall(r"`ilofeed (touch [^`]+)`", found)[0].split()
    assert run(folder, *command, *CLOCK).returncode == 0
    done = run(folder, "build", *CLOCK)
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 changed" in done.stderr
