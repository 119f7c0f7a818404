"""Copies of the output while builds publish: whole under the lock, and never with drafts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from effort import attempts
from ilofeed.publish.output import locked
from offices import entry, write_office
from program import run
from soak import FEEDS, addresses, there

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("flock") is None, reason="flock is not installed"),
]

BUILDS = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2].split(":")
from soak import drafts, publish_draft
from ilofeed.publish.output import locked
folder = Path(sys.argv[1])
made = drafts(folder)
with locked(folder / "public"):
    publish_draft(made[0], folder / "public")  # there is something to copy
print("ready", flush=True)
while True:
    for draft in made:
        with locked(folder / "public"):
            publish_draft(draft, folder / "public")
"""


def test_the_program_flock_and_a_build_exclude_each_other(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry())
    assert run(office, "build").returncode == 0
    attempt = ["flock", "--nonblock", str(office / ".public.lock"), "true"]
    assert subprocess.run(attempt, check=False).returncode == 0
    with locked(office / "public"):
        assert subprocess.run(attempt, check=False).returncode == 1
    assert subprocess.run(attempt, check=False).returncode == 0


def test_copies_under_the_lock_are_whole(tmp_path: Path) -> None:
    """Without the lock a feed may name a page that came after its folder was copied."""
    (tmp_path / "offices").mkdir()
    path = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-c", BUILDS, str(tmp_path / "offices"), path]
    output, lock = tmp_path / "offices" / "public", tmp_path / "offices" / ".public.lock"
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as builds:
        try:
            assert builds.stdout is not None
            assert builds.stdout.readline() == "ready\n"
            for number in range(attempts(8, 300)):
                copy = tmp_path / str(number)
                subprocess.run(["flock", lock, "cp", "-r", output, copy], check=True)
                assert missing_pages(copy) == []
                assert {p.name for p in copy.iterdir() if p.name.startswith(".")} <= {".nojekyll"}
        finally:
            builds.kill()


def missing_pages(copy: Path) -> list[str]:
    """Return what feeds of a copy name that is not in it."""
    wrong = []
    for path in sorted(p for p in copy.rglob("*") if p.name in FEEDS):
        name = path.relative_to(copy).as_posix()
        found = addresses(name, path.read_bytes())
        wrong += [f"{name}: {address}" for address in found if not there(copy, address)]
    return wrong
