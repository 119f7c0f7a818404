"""What is read of an office's folder, and what is said of the rest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ilofeed.content import read
from ilofeed.content.read import MAX_PICTURE_BYTES, MAX_TEXT_BYTES, read_office

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "entries").mkdir()
    (tmp_path / "feeds.yaml").write_bytes(b"site: {}\n")
    return tmp_path


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000, MAX_TEXT_BYTES])
def test_a_file_is_read_to_its_end(office: Path, size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    (office / "entries" / "long.md").write_bytes(data)
    assert read_office(office).entries == (("entries/long.md", data),)


def test_not_further_than_its_most(office: Path) -> None:
    (office / "entries" / "long.md").write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
    sources = read_office(office)
    assert (sources.entries, sources.refused) == ((), ("entries/long.md",))
    assert [problem.code for problem in sources.problems] == ["file-too-large"]


def test_links_are_followed_to_files_alone(office: Path) -> None:
    entries = office / "entries"
    (office / "note").write_bytes(b"note")
    (office / "elsewhere").mkdir()
    (office / "elsewhere" / "inner.md").write_bytes(b"")
    (entries / "a-link.md").symlink_to(office / "note")
    (entries / "circle.md").symlink_to("circle.md")
    (entries / "folder").symlink_to(office / "elsewhere")
    (entries / "folder.md").mkdir()
    (entries / "nowhere.md").symlink_to("nothing")
    (entries / "circle.png").symlink_to("circle.png")
    sources = read_office(office)
    assert sources.entries == (("entries/a-link.md", b"note"),)
    assert sources.refused == (
        "entries/circle.md",
        "entries/folder.md",
        "entries/nowhere.md",
    )
    assert {problem.code for problem in sources.problems} == {"not-a-file"}
    assert sources.files == {}


def test_names(office: Path) -> None:
    """In order of their bytes; hidden ones are left out, as is what is no entry by its name."""
    entries = office / "entries"
    names = ("b.md", "a.MD", "a.md.", ".md", "..md", "md", "é.md", "x.y.md", "x.txt", "x.md~")
    for name in names:
        (entries / name).write_bytes(b"")
    (entries / "B").mkdir()
    (entries / "B" / "c.md").write_bytes(b"")
    (entries / ".hidden").mkdir()
    (entries / ".hidden" / "d.md").write_bytes(b"")
    with open(os.fsencode(entries) + b"/\xff.md", "wb"):  # noqa: PTH123  a name that is no text
        pass
    sources = read_office(office)
    assert [path for path, _ in sources.entries] == [
        "entries/B/c.md",
        "entries/b.md",
        "entries/x.y.md",
        "entries/é.md",
        "entries/\\xff.md",
    ]
    assert [problem.path for problem in sources.problems] == ["entries/a.MD", "entries/x.txt"]


def test_an_office_without_its_file(office: Path) -> None:
    (office / "feeds.yaml").unlink()
    sources = read_office(office)
    assert sources.office is None
    assert [problem.code for problem in sources.problems] == ["no-feeds-yaml", "no-entries"]
    (office / "feeds.yaml").symlink_to("feeds.yaml")
    assert [one.code for one in read_office(office).problems] == ["no-feeds-yaml", "no-entries"]
    (office / "feeds.yaml").unlink()
    (office / "feeds.yaml").mkdir()
    assert [one.code for one in read_office(office).problems] == ["not-a-file", "no-entries"]


def test_of_what_is_too_large_one_byte_too_many_is_read(office: Path) -> None:
    (office / "entries" / "a.png").write_bytes(bytes(MAX_PICTURE_BYTES + 70_000))
    sources = read_office(office)
    assert [len(data) for data in sources.files.values()] == [MAX_PICTURE_BYTES + 1]


def test_what_is_no_file_is_not_opened(office: Path) -> None:
    os.mkfifo(office / "entries" / "a.md")
    os.mkfifo(office / "entries" / "b.png")
    sources = read_office(office)
    assert (sources.refused, sources.files) == (("entries/a.md",), {})


def test_a_file_may_go_away_while_others_are_read(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk_and_remove(folder: Path, name: str) -> list[tuple[str, str]]:
        found = list(walk(folder, name))
        (office / "entries" / "b.md").unlink()
        return found

    walk = read._walk
    (office / "entries" / "a.md").write_bytes(b"x")
    (office / "entries" / "b.md").write_bytes(b"x")
    monkeypatch.setattr(read, "_walk", walk_and_remove)
    sources = read_office(office)
    assert sources.entries == (("entries/a.md", b"x"),)
    assert sources.refused == ("entries/b.md",)
