"""What a build remembers comes back as it was, or not at all; whatever lies in its place."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sqlite3
import stat
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from effort import attempts
from ilofeed.problems import Problem
from ilofeed.publish import stamps, state
from ilofeed.publish.state import BuildSummary, LastBuild, LastShown, NewBuild, Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SHOWN = LastShown("m" * 64, frozenset({"tag:example.org,2015:later", "tag:example.org,2015:Жил"}))
PROBLEM = Problem("entries/a.txt", 1, 1, "not-an-entry", "`a.txt` is not read", "warning")
SUMMARY = BuildSummary("2 entries", (PROBLEM,))


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """An office with a published output."""
    root = tmp_path / "office"
    (root / "entries" / "2015").mkdir(parents=True)
    (root / "feeds.yaml").write_text("site: {}\n")
    for name in ("wages", "2015/jobs"):
        (root / "entries" / f"{name}.md").write_text(name)
    for path in ("index.html", "all/atom.xml", "manifest.json"):
        (root / "public" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "public" / path).write_text(path)
    return root


def build(office: Path, **changes: Any) -> NewBuild:
    output = office / "public"
    paths = sorted(p.relative_to(output).as_posix() for p in output.rglob("*") if p.is_file())
    entries = [
        (f"entries/{name}.md", b"s" * 15, b'["' + "劳动".encode() + b'"]', b"")
        for name in ("wages", "2015/jobs")
    ]
    new = NewBuild(
        precompress=False,
        base_url=None,
        since=100.0,
        until=None,
        summary=SUMMARY,
        settings="settings",
        inputs=stamps.scan_inputs(office),
        outputs=[Output(path, "entry", b"r" * 15, b"h" * 32) for path in paths],
        written=paths,
        entries={entry[0]: entry for entry in entries},
    )
    return dataclasses.replace(new, **changes)


def save(office: Path, last: LastBuild | None = None, **changes: Any) -> NewBuild:
    new = build(office, **changes)
    state.save_state(office / "public", SHOWN, last or load(office), new)
    return new


def load(office: Path) -> LastBuild:
    return state.load_state(office / "public")


def nothing_to_do(
    office: Path, now: float = 200.0, base_url: str | None = None
) -> BuildSummary | None:
    return state.recall_summary(office, office / "public", base_url, now)


def connect(office: Path) -> sqlite3.Connection:
    return sqlite3.connect(office / ".public.state", isolation_level=None)


def test_a_build_comes_back_as_it_was(office: Path) -> None:
    assert load(office) == LastBuild()
    new = save(office)
    last = load(office)
    assert last.shown == SHOWN
    assert (last.settings, last.since) == ("settings", 100.0)
    assert last.inputs == new.inputs
    assert last.entries == new.entries
    assert [row[:4] for row in last.outputs.values()] == [row[:4] for row in new.outputs]
    assert last.intact == set(last.outputs)
    assert stat.S_IMODE((office / ".public.state").stat().st_mode) == 0o600
    assert {path.name for path in office.iterdir()} == {
        "feeds.yaml", "entries", "public", ".public.state",
    }  # fmt: skip


def test_a_build_that_is_repeated_has_nothing_to_do(office: Path) -> None:
    assert nothing_to_do(office) is None
    save(office, until=300.0, base_url="https://example.net/")
    assert nothing_to_do(office, base_url="https://example.net/") == SUMMARY
    assert nothing_to_do(office, 100.0, "https://example.net/") == SUMMARY
    for now, base_url in (
        (99.0, "https://example.net/"),
        (300.0, "https://example.net/"),
        (200.0, None),
    ):
        assert nothing_to_do(office, now, base_url) is None


CHANGES: dict[str, Callable[[Path], Any]] = {
    "an edit": lambda office: (office / "entries" / "wages.md").write_text("another text"),
    "another configuration": lambda office: (office / "feeds.yaml").write_text("site: 1\n"),
    "no configuration": lambda office: (office / "feeds.yaml").unlink(),
    "a new file": lambda office: (office / "entries" / "2015" / "new.txt").write_text(""),
    "a new folder": lambda office: (office / "entries" / "folder.md").mkdir(),
    "a file that is gone": lambda office: (office / "entries" / "2015" / "jobs.md").unlink(),
    "a link to nowhere": lambda office: (office / "entries" / "x.md").symlink_to("nowhere"),
    "a touched document": lambda office: os.utime(office / "public" / "index.html", ns=(1, 1)),
    "a missing document": lambda office: (office / "public" / "all" / "atom.xml").unlink(),
    "a build that died": lambda office: (office / ".public.journal").write_text("[]"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_something_to_do(office: Path, change: str) -> None:
    save(office)
    assert nothing_to_do(office) is not None
    CHANGES[change](office)
    assert nothing_to_do(office) is None
    assert load(office).shown == SHOWN


def test_an_edit_within_a_tick_is_seen_by_its_content(office: Path) -> None:
    save(office)
    with connect(office) as connection:
        change = "UPDATE inputs SET digest = ? WHERE path = ?"
        connection.execute(change, [b"x" * 32, b"entries/wages.md"])
    assert nothing_to_do(office) is None


def test_old_inputs_have_no_digest(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hour = 3600 * 10**9
    written = time.time_ns() + hour  # however long ago that is when they are scanned
    for path in (office / "feeds.yaml", *(office / "entries").rglob("*.md")):
        os.utime(path, ns=(written, written))
    young = stamps.scan_inputs(office)
    assert all(row.digest is not None for row in young.values() if row.size)
    later = written + hour
    monkeypatch.setattr(time, "time_ns", lambda: later)
    old = stamps.scan_inputs(office)
    assert all(row.digest is None for row in old.values())
    assert {path: row[:5] for path, row in old.items()} == {
        path: row[:5] for path, row in young.items()
    }


def test_links_are_scanned_by_what_they_lead_to(office: Path) -> None:
    target = office / "target"
    target.write_text("1")
    (office / "entries" / "link.md").symlink_to(target)
    (office / "entries" / "loop.md").symlink_to("loop.md")
    before = stamps.scan_inputs(office)
    target.write_text("12")
    after = stamps.scan_inputs(office)
    assert {path for path, row in after.items() if before[path] != row} == {b"entries/link.md"}


def test_what_is_done_to_a_file_during_a_build_is_seen(office: Path) -> None:
    save(office)
    last = load(office)
    (office / "public" / "index.html").write_text("damaged")
    save(office, last, written=[])
    assert nothing_to_do(office) is None
    assert load(office).intact == {"all/atom.xml", "manifest.json"}


def test_a_file_that_was_not_there_is_not_intact(office: Path) -> None:
    rows = [*build(office).outputs, Output("gone.html", "entry", b"", b"")]
    save(office, outputs=rows)
    assert nothing_to_do(office) is None
    assert "gone.html" not in load(office).intact


def test_another_program_knows_only_what_was_shown(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(office)
    monkeypatch.setattr(stamps, "program_digest", lambda: "another")
    assert nothing_to_do(office) is None
    assert load(office) == LastBuild(SHOWN)
    save(office, entries={})
    assert load(office).entries == {}
    assert load(office).intact == {"all/atom.xml", "index.html", "manifest.json"}


def test_what_is_shown_is_remembered_without_a_build(office: Path) -> None:
    output = office / "public"
    state.save_state(output, SHOWN, LastBuild(), None)
    assert load(office) == LastBuild(SHOWN)
    assert nothing_to_do(office) is None
    save(office)
    state.save_state(output, LastShown(), load(office), None)
    assert load(office) == LastBuild()
    assert nothing_to_do(office) is None


def test_a_state_beside_another_output_is_ignored(office: Path, tmp_path: Path) -> None:
    save(office)
    copy = tmp_path / "copy"
    os.system(f"cp -a {office} {copy}")
    assert load(copy) == LastBuild()
    assert nothing_to_do(copy) is None
    save(copy)
    assert nothing_to_do(copy) == SUMMARY
    (office / "public").rename(tmp_path / "former")
    assert load(office) == LastBuild()


@pytest.mark.slow
def test_a_build_that_dies_while_it_writes_leaves_the_state_before(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(office)
    before = load(office)
    child = os.fork()
    if not child:  # pragma: no cover  another process
        monkeypatch.setattr(state, "_stamp_outputs", lambda *_: os._exit(7))
        save(office, before, entries={}, inputs={}, settings="others")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert load(office) == before


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff" * 5000)


def text(path: Path) -> None:
    path.write_text('5\n"program"\n')


def sql(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path, isolation_level=None) as connection:
            for statement in statements:
                connection.execute(statement)

    return change


def truncated(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def damaged(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:12288] = b"\x05" * 8192
    path.write_bytes(data)


def foreign(path: Path) -> None:
    path.unlink()
    sql("CREATE TABLE photos (name TEXT)")(path)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "nothing in it": lambda path: path.write_bytes(b""),
    "garbage": garbage,
    "the text of an earlier version": text,
    "half of it": truncated,
    "damaged pages": damaged,
    "a file of another program": foreign,
    "another table": sql("CREATE TABLE more (name TEXT)"),
    "another column": sql("ALTER TABLE entries ADD COLUMN more TEXT"),
    "a view": sql(
        "DROP TABLE entries", "CREATE VIEW entries AS SELECT path, size, size FROM inputs"
    ),
    "a trigger": sql("CREATE TRIGGER t AFTER INSERT ON build BEGIN DELETE FROM shown; END"),
    "nothing shown": sql("DELETE FROM shown"),
    "no output": sql("UPDATE shown SET value = '[0, 0]' WHERE name = 'output'"),
}
LESS_THAN_ALL: dict[str, Callable[[Path], None]] = {
    "no build": sql("DELETE FROM build"),
    "no JSON": sql("UPDATE build SET value = '{' WHERE name = 'program'"),
    "deep JSON": sql("UPDATE build SET value = '" + "[" * 100_000 + "' WHERE name = 'since'"),
    "a null": sql("UPDATE build SET value = NULL WHERE name = 'since'"),
    "bytes for a text": sql("UPDATE entries SET path = CAST(path AS BLOB)"),
    "a text that is not UTF-8": sql("UPDATE outputs SET kind = CAST(x'ff' AS TEXT)"),
    "a text for bytes": sql("UPDATE entries SET entry = '[]'"),
    "a number for bytes": sql("UPDATE outputs SET sha256 = 5"),
    "a text for a number": sql("UPDATE outputs SET size = 'many'"),
    "a list for a number": sql("UPDATE build SET value = '[1]' WHERE name = 'since'"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_no_state_is_replaced(office: Path, damage: str) -> None:
    save(office)
    DAMAGES[damage](office / ".public.state")
    assert nothing_to_do(office) is None
    assert load(office) == LastBuild()
    save(office)
    assert nothing_to_do(office) == SUMMARY
    assert load(office).shown == SHOWN


@pytest.mark.parametrize("damage", LESS_THAN_ALL)
def test_a_damaged_row_costs_only_time(office: Path, damage: str) -> None:
    save(office)
    LESS_THAN_ALL[damage](office / ".public.state")
    assert load(office) == LastBuild(SHOWN)
    save(office)
    assert nothing_to_do(office) == SUMMARY


@pytest.mark.parametrize(
    "problems",
    [
        '[{"path": 1}]',
        "[5]",
        "5",
        '[{"path": "", "line": "", "column": 1, "code": "x", "message": ""}]',
    ],
)
def test_damaged_problems_are_not_reported(office: Path, problems: str) -> None:
    save(office)
    with connect(office) as connection:
        connection.execute("UPDATE build SET value = ? WHERE name = 'problems'", [problems])
    assert nothing_to_do(office) is None


def test_a_link_is_neither_followed_nor_deleted(office: Path, tmp_path: Path) -> None:
    save(office)
    place, elsewhere = office / ".public.state", tmp_path / "elsewhere"
    place.rename(elsewhere)
    before = elsewhere.read_bytes()
    place.symlink_to(elsewhere)
    assert load(office) == LastBuild()
    assert nothing_to_do(office) is None
    save(office, settings="others")
    assert place.is_symlink()
    assert elsewhere.read_bytes() == before
    elsewhere.unlink()
    save(office)  # a link to nowhere
    assert not elsewhere.exists()


def test_a_second_name_of_a_file_is_given_up(office: Path, tmp_path: Path) -> None:
    save(office)
    place, elsewhere = office / ".public.state", tmp_path / "elsewhere"
    os.link(place, elsewhere)
    before = elsewhere.read_bytes()
    assert load(office) == LastBuild()
    save(office, settings="others")
    assert elsewhere.read_bytes() == before
    assert load(office).settings == "others"


@pytest.mark.parametrize("kind", ["folder", "fifo"])
def test_what_is_not_a_file_stays(office: Path, kind: str) -> None:
    place = office / ".public.state"
    if kind == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    save(office)
    assert load(office) == LastBuild()
    assert not place.is_file()


def test_a_link_beside_it_is_not_followed(office: Path, tmp_path: Path) -> None:
    """SQLite writes a journal beside the file."""
    save(office)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (office / ".public.state-journal").symlink_to(elsewhere)
    save(office, settings="others")
    assert elsewhere.read_text() == "mine"


def test_a_file_that_another_program_has_locked_is_read_and_replaced(office: Path) -> None:
    save(office)
    other = connect(office)
    other.execute("BEGIN EXCLUSIVE")
    assert nothing_to_do(office) == SUMMARY
    save(office, settings="others")
    assert load(office).settings == "others"
    other.close()


def test_a_file_that_may_not_be_written_is_replaced(office: Path) -> None:
    save(office)
    (office / ".public.state").chmod(0o400)
    save(office, settings="others")
    assert load(office).settings == "others"


def test_where_nothing_may_be_written_nothing_is_remembered(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "open", refuse)
    save(office)
    assert load(office) == LastBuild()


def test_names_that_are_not_utf_8(office: Path) -> None:
    (office / "entries" / os.fsdecode(b"\xff.txt")).write_text("x")
    save(office)
    assert nothing_to_do(office) == SUMMARY


def test_large_inodes_fit_into_a_table() -> None:
    status: Any = SimpleNamespace(st_mtime_ns=1, st_ctime_ns=2, st_size=3, st_ino=2**64 - 1)
    assert stamps._to_stamp(status) == (1, 2, 3, 2**63 - 1)


def test_another_package_is_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stamps.program_digest()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert stamps.program_digest() == before
    (tmp_path / "lxml-99.dist-info").mkdir()
    assert stamps.program_digest() != before


# --- any damage ---


def change_bytes(path: Path) -> Iterator[None]:
    """Damage one byte after the other, in steps, each in another way."""
    whole = path.read_bytes()
    step = max(1, len(whole) // attempts(400, 20_000))
    for place in range(0, len(whole), step):
        data = bytearray(whole)
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        yield
    path.write_bytes(whole)


def change_values(path: Path) -> Iterator[None]:
    """Change one value after the other to another one of its type."""
    whole = path.read_bytes()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in ("shown", "build", "inputs", "outputs", "entries"):
            cursor = connection.execute(f"SELECT rowid, * FROM {table}")
            columns = [column[0] for column in cursor.description][1:]
            for number, *values in cursor.fetchall():
                for column, value in zip(columns, values, strict=True):
                    for other in others(value):
                        change = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
                        connection.execute(change, [other, number])
                        yield
                    connection.execute(change, [value, number])
    path.write_bytes(whole)


def others(value: object) -> list[Any]:
    if isinstance(value, int):
        return [value + 1, 0, value // 10]
    if isinstance(value, str):
        return [value + "0", value[1:], value.replace("1", "2") + " ", value.swapcase() + "\x00"]
    if isinstance(value, bytes):
        return [value + b"0", value[1:] or b"1", b"x" * len(value) + b"y"]
    return [b"digest"]


@pytest.mark.slow
@pytest.mark.parametrize("damage", [change_bytes, change_values])
def test_a_damaged_state_is_read_as_it_was_or_not_at_all(
    office: Path, damage: Callable[[Path], Iterator[None]]
) -> None:
    save(office)
    (office / "entries" / "wages.md").write_text("edited")  # there is something to do
    whole, count = load(office), 0
    for _ in damage(office / ".public.state"):
        count += 1
        assert load(office) in (whole, LastBuild(SHOWN), LastBuild())
        assert nothing_to_do(office) is None
        assert state.last_manifest(office / "public")[0] in {SHOWN.manifest, ""}
    assert count > 150
    assert load(office) == whole


@pytest.mark.slow
@pytest.mark.parametrize("damage", [change_bytes, change_values])
def test_a_damaged_state_says_nothing_else(
    office: Path, damage: Callable[[Path], Iterator[None]]
) -> None:
    """The same where there is nothing to do: what the build said before, or everything is done."""
    save(office, until=300.0)
    for _ in damage(office / ".public.state"):
        assert nothing_to_do(office) in (SUMMARY, None)
        assert nothing_to_do(office, 300.0) is None
        if damage is change_bytes:
            save(office)
            assert load(office).entries == build(office).entries
