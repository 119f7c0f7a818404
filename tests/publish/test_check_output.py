"""`build --check-output`: content that a disk lost under intact metadata, and its repair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from ilofeed.publish import stamps, state
from ilofeed.publish.stamps import stamp_of
from offices import entry, write_office
from program import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLOCK = ("--now", "2026-11-01")


def files(output: Path) -> dict[str, bytes]:
    return {str(p.relative_to(output)): p.read_bytes() for p in output.rglob("*") if p.is_file()}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = write_office(tmp_path / "office", wages=entry(), jobs=entry())
    assert run(folder, "build", *CLOCK).returncode == 0
    return folder


@pytest.fixture
def intact(office: Path) -> Iterator[dict[str, stamps.Stamp | None]]:
    """The stamps that a disk still has of files whose content it lost: no test can set a ctime."""
    kept: dict[str, stamps.Stamp | None] = {}

    def stamp(output: Path, path: str) -> stamps.Stamp | None:
        return kept[path] if path in kept else stamp_of(output, path)

    with mock.patch.object(state, "stamp_of", stamp):
        yield kept


def lose(office: Path, kept: dict[str, Any], *paths: str) -> None:
    for path in paths:
        kept[path] = stamp_of(office / "public", path)
        (office / "public" / path).write_bytes(bytes(5))


@pytest.mark.parametrize("path", ["all/atom.xml", "entry/wages/index.html", "robots.txt"])
def test_lost_content_is_noticed_and_repaired(
    office: Path, intact: dict[str, Any], path: str
) -> None:
    before = files(office / "public")
    lose(office, intact, path)
    assert "nothing changed" in run(office, "build", *CLOCK).stderr  # without the option
    done = run(office, "build", *CLOCK, "--check-output")
    assert done.returncode == 0
    assert f"1 published file damaged on the disk: {path}\n" in done.stderr
    assert "1 written, 0 deleted" in done.stderr
    assert files(office / "public") == before


def test_a_lost_manifest_is_replaced_from_its_copy(office: Path, intact: dict[str, Any]) -> None:
    before = files(office / "public")
    lose(office, intact, "manifest.json", "all/rss.xml")
    done = run(office, "build", *CLOCK, "--check-output")
    assert done.returncode == 0
    assert "2 published files damaged on the disk: all/rss.xml, manifest.json\n" in done.stderr
    assert "its copy" in done.stderr
    assert files(office / "public") == before


def test_a_manifest_that_is_valid_but_has_other_bytes_is_not_believed(
    office: Path, intact: dict[str, Any]
) -> None:
    before = files(office / "public")
    path = office / "public" / "manifest.json"
    intact["manifest.json"] = stamp_of(office / "public", "manifest.json")
    path.write_bytes(path.read_bytes().replace(b"Wages rise", b"Wages r1se"))
    done = run(office, "build", *CLOCK, "--check-output")
    assert (done.returncode, done.stdout) == (0, "")
    assert "other bytes than were published" in done.stderr
    assert files(office / "public") == before


def test_a_whole_output_is_left_as_it_is(office: Path) -> None:
    before = {path: path.stat().st_ino for path in (office / "public").rglob("*")}
    done = run(office, "build", *CLOCK, "--check-output")
    assert "nothing changed" in done.stderr
    assert "damaged" not in done.stderr
    assert {path: path.stat().st_ino for path in (office / "public").rglob("*")} == before
