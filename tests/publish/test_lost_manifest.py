"""A lost or torn manifest: its copy is used, or the build is refused; nothing goes unnoticed."""

from __future__ import annotations

import itertools
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from effort import attempts
from ilofeed.publish.state import last_manifest
from offices import OFFICE, entry, write_office
from program import run

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow

CLOCK = ("--now", "2026-11-01")
# with archives, whose numbers depend on the manifest
SETTINGS = OFFICE.replace(b"  title:", b"  limit: 2\n  archives: [atom, rss, json]\n  title:")


def build(office: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(office, "build", *CLOCK, *options)


def files(output: Path) -> dict[str, bytes]:
    return {str(p.relative_to(output)): p.read_bytes() for p in output.rglob("*") if p.is_file()}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """An office whose output depends on its history: an empty feed, and a full archive."""
    folder = write_office(tmp_path / "office", office=SETTINGS)
    for number in range(5):
        (folder / "entries" / f"e{number}.md").write_bytes(entry(date=f"2015-05-1{number}"))
    (folder / "entries" / "e0.md").write_bytes(entry(date="2015-05-10", countries="[CN, MN]"))
    assert build(folder).returncode == 0
    (folder / "entries" / "e0.md").write_bytes(entry(date="2015-05-10", updated="2015-06-01"))
    (folder / "entries" / "e9.md").write_bytes(entry(date="2015-05-01", updated="2015-06-01"))
    assert build(folder).returncode == 0
    return folder


def lose(office: Path) -> None:
    (office / "public" / "manifest.json").unlink()


def empty(office: Path) -> None:
    (office / "public" / "manifest.json").write_bytes(b"")


def zero(office: Path) -> None:
    path = office / "public" / "manifest.json"
    path.write_bytes(bytes(path.stat().st_size))


def tear(office: Path) -> None:
    os.truncate(office / "public" / "manifest.json", 500)


def link(office: Path) -> None:
    path = office / "public" / "manifest.json"
    path.rename(office / "elsewhere.json")
    path.symlink_to(office / "elsewhere.json")


def remove_output(office: Path) -> None:
    shutil.rmtree(office / "public")


LOSSES: dict[str, Callable[[Path], None]] = {
    "missing": lose, "empty": empty, "zeros": zero, "torn": tear, "a link": link,
    "no output": remove_output,
}  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
def test_a_build_with_the_copy_equals_one_with_the_manifest(office: Path, loss: str) -> None:
    before = files(office / "public")
    LOSSES[loss](office)
    done = build(office)
    assert (done.returncode, done.stdout) == (0, "")
    assert "its copy" in done.stderr
    assert "subscribers see 0 new, 0 changed, 0 gone" in done.stderr
    assert files(office / "public") == before
    assert "its copy" not in build(office).stderr


@pytest.mark.parametrize("loss", LOSSES)
def test_a_deleted_entry_is_missed_without_a_manifest(office: Path, loss: str) -> None:
    LOSSES[loss](office)
    (office / "entries" / "e3.md").unlink()
    for command in ("build", "diff"):
        done = run(office, command, *CLOCK)
        assert done.returncode == 5
        assert "[id-vanished]" in done.stdout
        assert "its copy" in done.stderr
    done = build(office, "--allow", "id-vanished")
    assert done.returncode == 0
    assert not (office / "public" / "entry" / "e3" / "index.html").exists()


def without_copy(office: Path) -> None:
    (office / ".public.manifest.json").unlink()


def with_another_copy(office: Path) -> None:
    path = office / ".public.manifest.json"
    path.write_bytes(path.read_bytes().replace(b"entries/e3.md", b"entries/e4.md"))


def without_state(office: Path) -> None:
    (office / ".public.state").unlink()


def without_both(office: Path) -> None:
    without_copy(office)
    without_state(office)


def with_an_empty_copy(office: Path) -> None:
    (office / ".public.manifest.json").write_bytes(b"")


def with_a_torn_copy(office: Path) -> None:
    os.truncate(office / ".public.manifest.json", 500)


DOUBTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "no copy": (without_copy, "--previous live"),
    "another copy": (with_another_copy, "--previous .public.manifest.json"),
    "no state": (without_state, "--previous .public.manifest.json"),
    "neither": (without_both, "--previous live"),
    "an empty copy": (with_an_empty_copy, "--previous live"),
    "a torn copy": (with_a_torn_copy, "--previous live"),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_without_a_proven_copy_a_missing_manifest_is_refused(office: Path, doubt: str) -> None:
    change, advice = DOUBTS[doubt]
    lose(office)
    change(office)
    before = files(office / "public")
    for command in ("build", "diff"):
        done = run(office, command, *CLOCK)
        assert done.returncode == 5
        assert "feeds.yaml:1:1: error: " in done.stdout
        assert "[manifest-lost]" in done.stdout
        assert advice in done.stdout
    assert files(office / "public") == before
    done = build(office, "--allow", "manifest-lost")
    assert done.returncode == 0
    assert "warning: " in done.stdout
    assert build(office).returncode == 0


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("loss", [zero, tear])
def test_a_damaged_manifest_without_a_proven_copy_ends_with_advice(
    office: Path, loss: Callable[[Path], None], doubt: str
) -> None:
    change, advice = DOUBTS[doubt]
    loss(office)
    change(office)
    for command in ("build", "diff"):
        done = run(office, command, *CLOCK)
        assert (done.returncode, done.stdout) == (4, "")
        assert advice in done.stderr
    if "json" in advice:  # the advice works
        assert build(office, *advice.split()).returncode == 0
    assert build(office, "--previous", "none").returncode == 0
    assert build(office).returncode == 0


def test_the_copy_that_is_named_lists_the_files_of_the_output(office: Path) -> None:
    before = files(office / "public")
    zero(office)
    without_state(office)
    (office / "entries" / "e3.md").unlink()
    copy = ("--previous", ".public.manifest.json")
    assert build(office, *copy).returncode == 5
    assert build(office, *copy, "--allow", "id-vanished").returncode == 0
    assert set(before) - set(files(office / "public")) == {
        f"entry/e3/{name}" for name in ("index.html", "embed.html", "oembed.json")
    }


def test_another_folder_loses_no_file_for_what_the_state_says(office: Path) -> None:
    """The state may have come with the office's files, or `public` was exchanged."""
    (office / "public").rename(office / "former")
    shutil.copytree(office / "former", office / "public")
    lose(office)
    (office / "entries" / "e3.md").unlink()
    assert "[id-vanished]" in build(office).stdout
    assert build(office, "--allow", "id-vanished").returncode == 0
    assert (office / "public" / "entry" / "e3" / "index.html").exists()


def test_a_first_publication_is_evident(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry())
    other = office / "public" / "other"
    other.mkdir(parents=True)
    (office / "public" / "index.html").write_text("theirs")
    assert build(office, "--output", str(other)).returncode == 0  # an output within the output
    assert build(office).returncode == 0
    assert build(office, "--output", "elsewhere").returncode == 0


@pytest.mark.parametrize("left", ["atom.xml", "rss.xml"])
def test_feeds_that_were_published_without_a_trace_are_noticed(office: Path, left: str) -> None:
    shutil.copytree(office / "public", office / "copy")
    (office / "copy" / "manifest.json").unlink()
    for path in (office / "copy").rglob("*.xml"):
        if path.name != left:
            path.unlink()
    done = build(office, "--output", "copy")
    assert done.returncode == 5
    assert f"{left} was published earlier" in done.stdout
    assert build(office, "--output", "copy", "--previous", "none").returncode == 0


def test_a_manifest_of_a_newer_program_is_not_replaced(office: Path) -> None:
    (office / "public" / "manifest.json").write_bytes(b'{"version": 99}')
    done = build(office)
    assert done.returncode == 4
    assert "newer ilofeed" in done.stderr


def test_the_copy_is_that_of_the_manifest_and_is_known(office: Path) -> None:
    (office / ".public.manifest.json").unlink()
    (office / "public" / "robots.txt").unlink()  # something to do
    assert build(office).returncode == 0
    data = (office / ".public.manifest.json").read_bytes()
    assert data == (office / "public" / "manifest.json").read_bytes()
    sha256, is_owner = last_manifest(office / "public")
    assert (len(sha256), is_owner) == (64, True)


PLACES = ("public/all/atom.xml", "public/manifest.json", ".public.state", ".public.manifest.json")


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _zeros(data: bytes) -> bytes:
    return bytes(len(data))


def _nothing(_data: bytes) -> bytes:
    return b""


CUTS = (_nothing, _zeros, _cut)


@pytest.mark.parametrize("cut", CUTS)
def test_any_files_may_be_lost_together(office: Path, cut: Callable[[bytes], bytes]) -> None:
    """After a loss of power, or of a disk: the output is that of before, or there is advice."""
    before = files(office / "public")
    whole = {place: (office / place).read_bytes() for place in PLACES}
    step = 1 if cut is _zeros else 2 - attempts(0, 1)
    sets = [c for n in range(1, 5) for c in itertools.combinations(PLACES, n)]
    for lost in sets[::step]:
        for place in lost:
            (office / place).write_bytes(cut(whole[place]))
        done = build(office)
        is_doubtful = PLACES[1] in lost and not {PLACES[2], PLACES[3]}.isdisjoint(lost)
        assert done.returncode == (4 if is_doubtful else 0), (lost, done.stderr)
        if is_doubtful:
            assert "ilofeed build --previous" in done.stderr
            (office / "manifest.json").write_bytes(whole[PLACES[1]])  # from a backup
            assert build(office, "--previous", "manifest.json").returncode == 0
        assert files(office / "public") == before, lost
