"""The folder of an office to bytes: whole files, in order, and nothing that is no file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ilofeed import images, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def entries(tmp_path: Path) -> Path:
    folder = tmp_path / "entries"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000, read.MOST_TEXT_BYTES])
def test_a_file_is_read_whole(entries: Path, size: int) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    (entries / "a.md").write_bytes(data)
    assert read.read_office(entries.parent).entries == (("entries/a.md", data),)


def test_of_what_is_too_large_one_byte_too_many_is_read(entries: Path) -> None:
    (entries / "a.png").write_bytes(bytes(images.MOST_BYTES + 70_000))
    (entries / "b.md").write_bytes(bytes(read.MOST_TEXT_BYTES + 1))
    sources = read.read_office(entries.parent)
    assert [len(data) for data in sources.files.values()] == [images.MOST_BYTES + 1]
    assert sources.refused == ("entries/b.md",)


def test_the_order_is_that_of_the_bytes_of_names(entries: Path) -> None:
    (entries / "b").mkdir()
    for name in ("é.md", "z.md", "b/c.md", "b.md", ".d.md", "A.md"):
        (entries / name).write_bytes(b"x")
    paths = [path for path, _ in read.read_office(entries.parent).entries]
    assert paths == [f"entries/{one}.md" for one in ("A", "b/c", "b", "z", "é")]


def test_what_is_no_file_is_not_opened(entries: Path) -> None:
    os.mkfifo(entries / "a.md")
    (entries / "b.md").symlink_to("nowhere")
    (entries / "c.png").symlink_to("nowhere")
    (entries / "d.md").mkdir()
    sources = read.read_office(entries.parent)
    assert sources.refused == ("entries/a.md", "entries/b.md", "entries/d.md")
    assert [problem.code for problem in sources.problems[1:]] == ["not-a-file"] * 3
    assert not sources.files


def test_a_file_may_go_away_while_others_are_read(
    entries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk_and_remove(folder: Path, name: str) -> list[tuple[os.DirEntry[str], str]]:
        found = list(walk(folder, name))
        (entries / "b.md").unlink()
        return found

    walk = read._walk
    (entries / "a.md").write_bytes(b"x")
    (entries / "b.md").write_bytes(b"x")
    monkeypatch.setattr(read, "_walk", walk_and_remove)
    sources = read.read_office(entries.parent)
    assert sources.entries == (("entries/a.md", b"x"),)
    assert sources.refused == ("entries/b.md",)
