"""Same entries, same bytes: whatever the zone, locale, hash seed, clock, host or order of files."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from offices import ROOT, entry, write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SHUFFLED = """
import os, sys
real = os.scandir
class Shuffled:
    def __init__(self, path):
        self.items = iter(sorted(real(path), key=lambda e: e.name, reverse=True))
    def __iter__(self): return self
    def __next__(self): return next(self.items)
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def close(self): pass
os.scandir = Shuffled
sys.argv[0] = 'ilofeed'
from ilofeed.cli import main
main()
"""


def build(office: Path, output: Path, *args: str) -> dict[str, bytes]:
    done = run(office, "build", "--output", str(output), *args)
    assert done.returncode == 0, done.stderr
    return files(output)


def build_in_a_process(office: Path, output: Path, *args: str, **env: str) -> dict[str, bytes]:
    shuffled = "PYTHONTZPATH" in env
    command = [sys.executable, "-c", SHUFFLED] if shuffled else [sys.executable, "-m", "ilofeed"]
    subprocess.run(
        [*command, "-C", str(office), "build", "--output", str(output), *args],
        env=os.environ | env,
        check=True,
        capture_output=True,
    )
    return files(output)


def files(output: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file()
    }


def test_not_one_byte_differs(tmp_path: Path) -> None:
    one = build_in_a_process(
        ROOT,
        tmp_path / "one",
        "--now",
        "2015-06-01",
        TZ="Asia/Shanghai",
        LC_ALL="C",
        PYTHONHASHSEED="1",
    )
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    names = sorted([*(ROOT / "entries").rglob("*.md"), *(ROOT / "brand").iterdir()], reverse=True)
    for name in names:  # other inodes, other times
        target = moved / name.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(name, target)
    shutil.copyfile(ROOT / "feeds.yaml", moved / "feeds.yaml")
    two = build_in_a_process(
        moved,
        tmp_path / "two",
        "--now",
        "2015-06-30T04:05:06Z",
        TZ="America/St_Johns",
        LC_ALL="de_DE.UTF-8",
        PYTHONHASHSEED="2",
        PYTHONTZPATH="",
        HOME=str(tmp_path),
    )
    assert one == two
    assert build(ROOT, tmp_path / "here", "--now", "2015-06-01") == one
    assert len(one) > 100


def test_the_clock_alone_changes_nothing(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry())
    early = build(office, tmp_path / "early", "--now", "2015-05-20")
    assert build(office, tmp_path / "late", "--now", "2055-02-03T04:05:06Z") == early
    assert build(office, tmp_path / "now") == early


def test_no_date_of_the_build_is_in_the_output(tmp_path: Path) -> None:
    made = build(ROOT, tmp_path / "out", "--now", "2015-06-01")
    today = dt.datetime.now(dt.UTC)
    days = [today + dt.timedelta(days=days) for days in (-1, 0, 1)]
    for path, data in made.items():
        text = data.decode(errors="replace")  # of a picture, too
        for day in days:
            assert f"{day:%Y-%m-%d}" not in text, path
            assert f"{day.day} {day:%B %Y}" not in text, path
        assert set(re.findall(r"\b20(?:1[6-9]|[2-9]\d)-\d\d-\d\d", text)) == set(), path
