"""What an import says: notes grouped by reason, the table of a dry run, JSON."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.cli.import_command import note_lines, table
from ilofeed.importers import ImportResult
from ilofeed.importers.convert import EntryFile
from ilofeed.importers.plan import ImportPlan
from ilofeed.model import Entry
from ilofeed.sources import Note
from offices import write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path

ID = "its id `{}` is not kept, so subscribers see it as new: write `https://`"


def lines(*notes: Note) -> list[str]:
    return note_lines(notes, verbose=False)


# notes


def test_items_with_the_same_reason_are_one_line() -> None:
    notes = [Note(n, f"T{n}", ID.format(n * 11)) for n in (2, 4, 5)]
    (line,) = lines(*notes)
    assert line.startswith(
        "3 items: its id `…` is not kept, so subscribers see it as new: write `h"
    )
    assert line.endswith(' (item 2 "T2": `22`; item 4 "T4": `44`; …); all with --verbose')
    assert note_lines(notes, verbose=True) == list(map(str, notes))
    assert lines(*notes[:2])[0].endswith(' (item 2 "T2": `22`; item 4 "T4": `44`)')
    assert lines(notes[0]) == [str(notes[0])]


@pytest.mark.parametrize(
    ("notes", "line"),
    [
        (
            [Note(1, "A", "left out: it has no date"), Note(2, "", "left out: it has no date")],
            '2 items: left out: it has no date (item 1 "A"; item 2)',
        ),
        (
            [Note(1, "A", f"the picture `{name}` has no alt text") for name in "ab"],
            '1 item, 2 times: the picture `…` has no alt text (item 1 "A": `a`; item 1 "A": `b`)',
        ),
        (
            [Note(1, "A", "12 of 40 tags left out"), Note(2, "B", "3 of 40 tags left out")],
            '2 items: … of 40 tags left out (item 1 "A": 12; item 2 "B": 3)',
        ),
        (
            [Note(0, "", "control characters removed: 3")] * 2,
            "control characters removed: 3",
        ),
        (
            [Note(1, "\x1b[2J", "x `\x1b[1m`"), Note(2, "b\n", "x `b`")],
            '2 items: x `…` (item 1 "<U+001B>[2J": `<U+001B>[1m`; item 2 "b<U+000A>": `b`)',
        ),
    ],
)  # fmt: skip
def test_one_line(notes: list[Note], line: str) -> None:
    assert lines(*notes) == [line]


def test_notes_that_differ_stay_apart_and_in_order() -> None:
    notes = [
        Note(0, "", "left out 2 drafts (items 6, 7)"),
        Note(0, "", "left out 3 pages (items 1, 2)"),
        Note(1, "A", "no title"),
        Note(2, "B", "no date"),
        Note(3, "C", "no title"),
    ]
    assert lines(*notes) == [
        "left out 2 drafts (items 6, 7)",
        "left out 3 pages (items 1, 2)",
        '2 items: no title (item 1 "A"; item 3 "C")',
        'item 2 "B": no date',
    ]


# the table of a dry run


def result(*rows: tuple[str, str]) -> ImportResult:
    files = []
    for slug, title in rows:
        published = dt.datetime(2015, 5, 19, tzinfo=dt.UTC)
        entry: Any = object.__new__(Entry)
        for key, value in {
            "slug": slug, "title": title, "published": published, "categories": ("wages",),
            "countries": ("CN", "MN"),
        }.items():  # fmt: skip
            object.__setattr__(entry, key, value)
        files.append(EntryFile(1, f"entries/2015/{slug}.md", b"", entry))
    return ImportResult(plan=ImportPlan(tuple(files)), paths=tuple(file.path for file in files))


def test_a_table_of_what_would_come() -> None:
    assert table(result(("pay", "Pay"), ("working-time", "工资 and \x1b[2J")), None) == [
        "date        slug          categories  countries  title",
        "2015-05-19  pay           wages       CN, MN     Pay",
        "2015-05-19  working-time  wages       CN, MN     工资 and <U+001B>[2J",
    ]
    assert table(result(), 80) == []


@pytest.mark.parametrize(
    ("title", "cut"),
    [
        ("Pay is up and up and up", "Pay is up…"),
        ("Pay is up.", "Pay is up."),
        ("最低工资标准", "最低工资…"),
        ("最低工资标", "最低工资标"),
        ("Pay 最低工资", "Pay 最低…"),
        ("à" * 11, "à" * 9 + "…"),
    ],
)
def test_titles_are_cut_to_the_width_of_the_terminal(title: str, cut: str) -> None:
    (_, line) = table(result(("pay", title)), 51)
    assert line == f"2015-05-19  pay   wages       CN, MN     {cut}"


def test_long_slugs_leave_room_for_the_title() -> None:
    for line in table(result(("a-slug-" * 10, "Title"), ("工" * 40, "x")), 80):
        assert "Title" in line or "title" in line or "x" in line
        assert len(line) <= 80


# the command

FEED = (
    '<rss version="2.0"><channel>'
    + "".join(
        f"<item><title>Pay {n}</title><guid>{n}</guid><pubDate>Tue, 19 May 2015 08:00:00 +0200"
        "</pubDate><category>Wages</category><category>China</category></item>"
        for n in range(1, 5)
    )
    + "<item><title>\u202eNo date</title></item></channel></rss>"
)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = write_office(tmp_path / "office")
    (folder / "source").write_text(FEED)
    return folder


def test_the_command_groups_notes(office: Path) -> None:
    done = run(office, "import", "source", "--dry-run")
    assert done.returncode == 0
    assert done.stdout.splitlines()[:2] == [
        "date        slug   categories  countries  title",
        "2015-05-19  pay-1  wages       CN         Pay 1",
    ]
    first, second, last = done.stderr.splitlines()
    assert first.startswith("4 items: its id `…` is not kept")
    assert first.endswith('(item 1 "Pay 1": `1`; item 2 "Pay 2": `2`; …); all with --verbose')
    assert second == 'item 5 "<U+202E>No date": left out: it has no date'
    assert last == "4 entries would be written, 0 already present, 1 left out"
    done = run(office, "import", "source", "--verbose")
    assert len(done.stderr.splitlines()) == 6
    assert done.stdout.splitlines()[0] == "entries/2015/pay-1.md"


def test_json(office: Path) -> None:
    done = run(office, "import", "source", "--format", "json", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\u202e" not in done.stdout
    value = json.loads(done.stdout)
    notes = value.pop("notes")
    assert value == {
        "schema": 1,
        "dry_run": True,
        "refusal": "",
        "problems": [],
        "paths": [f"entries/2015/pay-{n}.md" for n in range(1, 5)],
        "counts": {"entries": 4, "already": 0, "left_out": 1},
        "terms": "none",
        "new_terms": [],
    }
    assert [note["number"] for note in notes] == [1, 2, 3, 4, 5]
    assert notes[4] == {
        "number": 5, "title": "\u202eNo date", "reason": "left out: it has no date",
        "text": "left out: it has no date",
    }  # fmt: skip
    assert notes[0]["reason"].startswith("its id `…` is not kept")
    assert notes[0]["text"].startswith("its id `1` is not kept")


def test_json_with_new_categories(office: Path) -> None:
    (office / "source").write_text(FEED.replace("Wages", "Pay: #hours"))
    done = run(office, "import", "source", "--format", "json")
    value = json.loads(done.stdout)
    assert (done.returncode, value["terms"], value["paths"]) == (1, "missing", [])
    assert value["new_terms"] == [{"slug": "pay-hours", "label": "Pay: #hours", "broader": None}]


@pytest.mark.parametrize("data", ["", "<html><p>", "{}"])
def test_json_of_a_source_that_cannot_be_read(office: Path, data: str) -> None:
    (office / "source").write_text(data)
    done = run(office, "import", "source", "--format", "json")
    assert done.returncode == 1
    value = json.loads(done.stdout)
    assert value["refusal"] != ""
    assert value["counts"] == {"entries": 0, "already": 0, "left_out": 0}


def test_json_of_an_office_with_problems(office: Path) -> None:
    (office / "feeds.yaml").write_text("site: {}\n")
    done = run(office, "import", "source", "--format", "json")
    assert done.returncode == 1
    problems = json.loads(done.stdout)["problems"]
    places = {"line", "column", "end_line", "end_column"}
    assert {"path", "code", "message", "severity", *places} == set(problems[0])
