"""A build with nothing to do does nothing, quickly; whenever there is anything, it is done.

Whether a build was done or only said so shows by the chain that was begun; in a process of its own,
by what `--help`-like speed cannot fake: the modules that were loaded.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from effort import attempts
from ilofeed.build import finish, prepare
from ilofeed.cli import site as commands
from ilofeed.feeds.selection import next_change
from ilofeed.publish import stamps, state
from ilofeed.publish.last_build import recall_build
from offices import NOW, SMALL, entry, site, write_office
from program import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLOCK = ("--now", NOW.isoformat())
PROGRAM = """
import sys
from ilofeed.cli import main
try:
    main()
finally:
    print("done" if "ilofeed.build" in sys.modules else "said", file=sys.stderr)
"""


def build(office: Path, *options: str) -> tuple[str, int, str]:
    """Whether a build was done or said to be needless, its exit code and what it printed."""
    with mock.patch.object(commands, "_build", wraps=commands._build) as chain:
        done = run(office, "build", *options)
    return "done" if chain.called else "said", done.returncode, done.stdout + done.stderr


def build_in_a_process(office: Path, *options: str) -> tuple[str, int, str]:
    """The same, told by the modules that were loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "-C", str(office), "build", *options],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    *said, kind = done.stderr.splitlines()
    return kind, done.returncode, done.stdout + "\n".join(said)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = write_office(tmp_path / "office", office=SMALL, wages=entry(), jobs=entry())
    assert build(folder, *CLOCK)[:2] == ("done", 0)
    assert build(folder, *CLOCK)[:2] == ("said", 0)
    return folder


def files(output: Path) -> dict[str, bytes]:
    return {str(p.relative_to(output)): p.read_bytes() for p in output.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_what_it_says(office: Path) -> None:
    first = build(office, *CLOCK, "--previous", "public/manifest.json")[2].splitlines()
    build(office, *CLOCK)
    for call in (build, build_in_a_process):
        kind, code, text = call(office, *CLOCK)
        assert (kind, code) == ("said", 0)
        said = text.splitlines()
        assert said[0].partition(" (")[0] == first[0].partition(" (")[0]
        assert said[1:] == ["subscribers see 0 new, 0 changed, 0 gone"]
    edit(office)
    assert build_in_a_process(office, *CLOCK)[:2] == ("done", 0)


def test_warnings_are_said_again_and_strict_is_strict(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", office=SMALL, wages=entry())
    (office / "entries" / "notes.txt").write_text("x")
    first = build(office)
    again = build(office)
    assert (first[0], again[0]) == ("done", "said")
    assert "entries/notes.txt:1:1: warning:" in again[2]
    assert '"not-an-entry"' in build(office, "--format", "json")[2]
    assert build(office, "--strict")[:2] == ("done", 1)


def edit(office: Path) -> None:
    """Of equal size, and with the same time: in one tick of a clock."""
    path = office / "entries" / "wages.md"
    stat = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Wages rise", b"Wages fell"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def forget(office: Path) -> None:
    (office / ".public.state").write_text('{"version": 1}')


def replace_young(office: Path) -> None:
    """As if a file had been edited within the tick in which it was read."""
    with sqlite3.connect(office / ".public.state") as connection:
        change = "UPDATE inputs SET digest = ? WHERE path = ?"
        assert connection.execute(change, [b"0" * 32, b"entries/wages.md"]).rowcount == 1


CHANGES: dict[str, Callable[[Path], Any]] = {
    "an edit": edit,
    "an edit within a tick": replace_young,
    "a new entry": lambda office: (office / "entries" / "new.md").write_bytes(entry()),
    "a new entry in a folder": lambda office: write_office(office / "entries" / "x", new=entry()),
    "a renamed file": lambda office: (office / "entries" / "wages.md").rename(
        office / "entries" / "pay.md"
    ),
    "feeds.yaml": lambda office: (office / "feeds.yaml").write_bytes(
        SMALL.replace(b"Example", b"Another")
    ),
    "a damaged document": lambda office: (office / "public" / "all" / "atom.xml").write_bytes(b""),
    "a missing document": lambda office: (office / "public" / "index.html").unlink(),
    "a file that few may read": lambda office: (office / "public" / "robots.txt").chmod(0o600),
    "an output that few may read": lambda office: (office / "public").chmod(0o700),
    "a folder that few may read": lambda office: (office / "public" / "all").chmod(0o700),
    "a folder of folders": lambda office: (office / "public" / "entry").chmod(0o750),
    "no copy of the manifest": lambda office: (office / ".public.manifest.json").unlink(),
    "a damaged copy": lambda office: (office / ".public.manifest.json").write_bytes(b""),
    "a missing manifest": lambda office: (office / "public" / "manifest.json").unlink(),
    "a build that died": lambda office: (office / ".public.journal").write_text("[]"),
    "a damaged state": forget,
    "no state": lambda office: (office / ".public.state").unlink(),
    "another state": lambda office: (office / ".public.state").write_bytes(b"\xff\n[]"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_has_a_build_done(office: Path, change: str) -> None:
    CHANGES[change](office)
    kind, code, _ = build(office, *CLOCK)
    assert (kind, code) == ("done", 5 if change == "a renamed file" else 0)


def test_other_options_have_a_build_done(office: Path) -> None:
    assert build(office, *CLOCK, "--base-url", "https://other.org/")[:2] == ("done", 5)
    assert build(office, *CLOCK, "--previous", "none")[:2] == ("done", 0)
    assert build(office, *CLOCK, "--output", "elsewhere")[:2] == ("done", 0)
    assert build(office, "--now", "2026-10-31")[0] == "done"  # a clock that went back
    assert build(office, *CLOCK, "--jobs", "2", "--allow", "id-vanished")[0] == "said"


def test_another_program_has_a_build_done(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look(office) is not None
    monkeypatch.setattr(sys, "version", "4.0")
    assert look(office) is None


def look(office: Path) -> state.BuildSummary | None:
    return state.recall_summary(office, office / "public", None, NOW.timestamp())


def test_what_is_known_of_another_build_is_nothing(office: Path) -> None:
    """And a file that is not as it was left is rendered again."""
    output, place = office / "public", office / ".public.state"
    assert recall_build(output).outputs
    whole = place.read_bytes()
    for damaged in (b"x" + whole[1:], whole[: len(whole) // 2], b"", b"\xff"):
        place.write_bytes(damaged)
        previous = recall_build(output)
        assert (previous.outputs, previous.ledger) == ({}, None)
    place.write_bytes(whole)
    page = "entry/wages/index.html"
    assert page in known(office)
    (output / page).unlink()
    assert page not in known(office)
    assert "entry/jobs/index.html" in known(office)
    (office / ".public.journal").write_text("[]")
    assert known(office) == set()


def known(office: Path) -> set[str]:
    """The paths of outputs that need not be rendered again."""
    outputs = recall_build(office / "public").outputs
    return {file.path for files in outputs.values() for file in files}


def test_what_somebody_does_to_a_file_during_a_build_is_seen(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that a build leaves alone are looked at once, before it."""
    edit(office)
    assert recall_build(office / "public").outputs
    robots = office / "public" / "robots.txt"
    whole = robots.read_bytes()

    def finish_and_more(*given: Any) -> Any:
        changes = finish(*given)
        with robots.open("ab") as file:
            file.write(b"x")
        return changes

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("ilofeed.build.finish", finish_and_more)
        assert build(office, *CLOCK)[:2] == ("done", 0)
    assert robots.read_bytes() == whole + b"x"
    assert build(office, *CLOCK)[:2] == ("done", 0)
    assert robots.read_bytes() == whole
    assert build(office, *CLOCK)[:2] == ("said", 0)


def test_links_to_nowhere_and_links_are_looked_at(office: Path) -> None:
    (office / "entries" / "nowhere.md").symlink_to("missing")
    assert look(office) is None
    elsewhere = office / "elsewhere"
    elsewhere.write_bytes(b"1")
    (office / "entries" / "nowhere.md").unlink()
    (office / "entries" / "note").symlink_to(elsewhere)
    before = stamps.scan_inputs(office)
    elsewhere.write_bytes(b"12")
    assert stamps.scan_inputs(office) != before


def test_young_links_to_no_file_hinder_nobody(office: Path) -> None:
    (office / "entries" / "nowhere").symlink_to("missing")
    (office.parent / "elsewhere").mkdir()
    (office / "entries" / "folder").symlink_to(office.parent / "elsewhere")
    later = NOW.timestamp() + 10**9  # young, however long it takes until the build begins
    os.utime(office / "entries" / "nowhere", (later, later), follow_symlinks=False)
    os.utime(office.parent / "elsewhere", (later, later))
    assert build(office, *CLOCK)[:2] == ("done", 0)
    assert build(office, *CLOCK)[:2] == ("said", 0)


def test_what_is_due_has_a_build_done(tmp_path: Path) -> None:
    office = write_office(
        tmp_path / "office", wages=entry(), later=entry(date="2026-11-02T09:00:00+08:00")
    )
    assert build(office, *CLOCK)[:2] == ("done", 0)
    assert build(office, "--now", "2026-11-02T00:59:59Z")[0] == "said"
    kind, _, text = build(office, "--now", "2026-11-02T01:00:00Z")
    assert kind == "done"
    assert "subscribers see 1 new" in text


def test_the_next_change_is_the_next_of_three_kinds() -> None:
    def found(**keys: Any) -> dt.datetime | None:
        return next_change(site(wages=entry(), one=entry(**keys)).entries, NOW)

    assert found() is None
    assert found(draft="true", date="2030-01-01") is None
    day = dt.datetime(2030, 1, 1, 1, tzinfo=dt.UTC)
    assert found(date="2030-01-01") == day
    assert found(withdrawn="2030-01-01") == day
    assert found(updated="2026-11-01T12:00:00Z") == dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(attempts(1, 12)))
def test_after_anything_the_output_is_that_of_a_build_that_remembers_nothing(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    office = write_office(tmp_path / "office", **{f"e{n}": entry() for n in range(4)})
    entries = sorted((office / "entries").iterdir())
    assert build(office, *CLOCK)[1] == 0
    for step in range(8):
        path = chance.choice(entries)
        what = chance.randrange(5)
        if what == 0:
            path.write_bytes(entry(title=f"Step {step}"))
        elif what == 1:
            path.write_bytes(entry(withdrawn="2016-01-01"))
        elif what == 2:
            path.write_bytes(entry(countries="[CN]", body=f"Step {step}"))
        elif what == 3:
            (office / "public" / "all" / "rss.xml").write_bytes(b"damaged")
        before = prepare(office, NOW)
        assert build(office, *CLOCK)[1] == 0
        fresh = {document.path: document.data for document in before.documents}
        left = files(office / "public")
        assert {path: left[path] for path in fresh if path != "manifest.json"} == {
            path: data for path, data in fresh.items() if path != "manifest.json"
        }
        assert build(office, *CLOCK)[:2] == ("said", 0)
