"""Builds that die, disks that fail, outputs that are no folder: nothing published is ever lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from effort import attempts
from offices import HERE, entry, write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

CLOCK = ("--now", "2026-11-01")
BUILD = [sys.executable, "-m", "ilofeed", "build", *CLOCK]
# without the measuring of coverage, whose file a process may not be able to write
ENV = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
KILLS, STARTS = attempts(60, 1000), attempts(4, 40)


def files(output: Path) -> dict[str, bytes]:
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file()
    }


def build(office: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(office, "build", *CLOCK, *options)


def fresh(office: Path) -> dict[str, bytes]:
    done = build(office, "--output", "../fresh", "--previous", "none")
    assert done.returncode == 0, done.stderr
    return files(office.parent / "fresh")


def test_many_kills_while_another_process_reads(tmp_path: Path) -> None:
    """What is looked at: `soak.py`. `./run soak` goes on for longer."""
    seed, kills = random.randrange(10**9), ("--kills", str(KILLS))
    done = subprocess.run(
        [sys.executable, str(HERE / "soak.py"), *kills, "--seed", str(seed), str(tmp_path)],
        env=ENV | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True, text=True, check=False, timeout=300 + 10 * KILLS,
    )  # fmt: skip
    assert done.returncode == 0, f"seed {seed}: {done.stderr[-2000:]}"
    said = json.loads(done.stdout)
    assert said["kills"] == KILLS
    assert said["killed while publishing"] > KILLS // 4
    assert said["files read meanwhile"] > KILLS


def test_the_whole_program_killed_at_any_moment(tmp_path: Path) -> None:
    office = write_office(tmp_path / "o", wages=entry(), jobs=entry())
    started = time.perf_counter()
    subprocess.run(BUILD, cwd=office, env=ENV, check=True, stderr=subprocess.DEVNULL)
    usual = time.perf_counter() - started
    for number in range(STARTS):
        (office / "entries" / "jobs.md").write_bytes(entry(title=f"Jobs {number}"))
        program = subprocess.Popen(
            BUILD, cwd=office, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(random.uniform(0.3, 1) * usual)
        program.send_signal(signal.SIGKILL)
        program.wait()
        for path, data in files(office / "public").items():
            whole(path, data)
        (office / "entries" / f"more-{number}.md").write_bytes(entry())
    assert build(office).returncode == 0
    assert files(office / "public") == fresh(office)


def whole(path: str, data: bytes) -> None:
    """Nothing of a file is missing, as far as its kind can tell."""
    if path.endswith((".xml", ".opml")):
        etree.fromstring(data)
    elif path.endswith(".json"):
        json.loads(data)
    elif path.endswith(".html"):
        assert data.endswith((b"</html>\n", b"</div>\n")), path


def limit() -> None:
    import resource  # not on Windows

    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    office = write_office(tmp_path / "o", wages=entry())
    assert build(office).returncode == 0
    before = files(office / "public")
    (office / "entries" / "long.md").write_bytes(entry("word " * 4000))
    done = subprocess.run(
        BUILD, cwd=office, env=ENV, capture_output=True, text=True, check=False, preexec_fn=limit
    )
    assert done.returncode == 4
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    after = files(office / "public")
    assert {path: after[path] for path in before if path != "entry/wages/index.html"} == {
        path: data for path, data in before.items() if path != "entry/wages/index.html"
    }
    assert build(office).returncode == 0
    assert files(office / "public") == fresh(office)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("/proc/sys/kernel/ilofeed", "/proc/sys/kernel"),  # where nobody can write
        ("a-file", "a-file is a file; write the path of a folder as the output"),
        ("link-to-a-file", "is a file; write the path of a folder as the output"),
        ("a-file/below", "a-file"),
    ],
)
def test_an_output_that_cannot_be_written(tmp_path: Path, output: str, said: str) -> None:
    office = write_office(tmp_path / "o", wages=entry())
    (office / "a-file").write_text("theirs")
    (office / "link-to-a-file").symlink_to("a-file")
    done = build(office, "--output", output)
    assert (done.returncode, done.stdout) == (4, "")
    assert said in done.stderr
    assert "another build" not in done.stderr
    assert "Traceback" not in done.stderr
    assert (office / "a-file").read_text() == "theirs"


def test_an_output_that_is_a_link_to_a_folder_is_that_folder(tmp_path: Path) -> None:
    office = write_office(tmp_path / "o", wages=entry())
    (tmp_path / "web").mkdir()
    (office / "public").symlink_to(tmp_path / "web")
    assert build(office).returncode == 0
    assert (office / "public").is_symlink()
    assert files(tmp_path / "web") == fresh(office)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (b"", "damaged"),
        (b"{", "damaged"),
        (b"[]", "damaged"),
        (b'{"version": 99}', "newer ilofeed"),
        (b"\x00" * 100, "damaged"),
    ],
)
def test_a_manifest_that_cannot_be_used_changes_nothing(
    tmp_path: Path, manifest: bytes, said: str
) -> None:
    office = write_office(tmp_path / "o", wages=entry())
    assert build(office).returncode == 0
    (office / "public" / "manifest.json").write_bytes(manifest)
    if said == "damaged":  # its copy is used otherwise: test_lost_manifest.py
        (office / ".public.manifest.json").unlink()
    before = files(office / "public")
    (office / "entries" / "jobs.md").write_bytes(entry())
    done = build(office)
    assert (done.returncode, done.stdout) == (4, "")
    assert said in done.stderr
    assert files(office / "public") == before


def test_without_a_manifest_nothing_is_taken_for_ours(tmp_path: Path) -> None:
    office = write_office(tmp_path / "o", wages=entry(), jobs=entry())
    assert build(office).returncode == 0
    (office / "public" / "manifest.json").unlink()
    (office / "entries" / "jobs.md").unlink()
    (office / ".public.manifest.json").unlink()
    assert build(office).returncode == 5
    assert build(office, "--allow", "manifest-lost").returncode == 0
    left = files(office / "public")
    assert "entry/jobs/index.html" in left
    assert left.items() >= fresh(office).items()


def test_two_builds_at_once(tmp_path: Path) -> None:
    office = write_office(tmp_path / "o", **{f"e{n}": entry() for n in range(10)})
    both = [
        subprocess.Popen(BUILD, cwd=office, env=ENV, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [one.communicate(timeout=120)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sum("nothing changed" in text for text in said) == 1
    assert files(office / "public") == fresh(office)
