"""The tutorial, step by step in one folder, as a newcomer does it."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from examples_shell import bash, this_office
from manual import BLOCKS
from offices import NOW

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.slow

PAGE = "docs/tutorial.md"
STEPS = [block for block in BLOCKS if block.page == PAGE]
SERVES = re.compile(r"\./run ilofeed -C practice serve\n")  # would wait for ever


def follow(folder: Path) -> dict[int, subprocess.CompletedProcess[str]]:
    """Do each step; return what its commands printed, by the number of the step.

    A file to write is the entry that `ilofeed new` printed, lines of YAML go below its date. A text
    is part of what the last commands printed.
    """
    office = this_office(folder)
    done: dict[int, subprocess.CompletedProcess[str]] = {}
    path = folder
    for number, step in enumerate(STEPS):
        if step.language == "markdown":
            path.write_text(step.text, "utf-8")
        elif step.language == "yaml":
            text = path.read_text("utf-8")
            path.write_text(re.sub("(?m)^date: .*\n", rf"\g<0>{step.text}", text, count=1), "utf-8")
        elif step.language == "text":
            last = done[max(done)].stdout
            for line in step.text.splitlines():
                assert line in last.splitlines(), (step.place, last)
        elif not SERVES.fullmatch(step.text):
            assert step.language == "sh", step.place
            done[number] = bash(office, step.text)
            if " new " in step.text:
                path = office / "practice" / done[number].stdout.strip()
    return done


def test_each_step_of_the_tutorial(tmp_path: Path) -> None:
    done = follow(tmp_path / "office")
    codes = [step.returncode for step in done.values()]
    commands = [re.sub(r"^\./run ilofeed( -C practice)? |\s.*", "", STEPS[at].text) for at in done]
    assert commands == "init new check explain check build diff touch build".split()
    assert codes == [0, 0, 1, 0, 0, 0, 0, 0, 0]


def test_what_the_tutorial_says_of_its_steps_is_true(tmp_path: Path) -> None:
    assert NOW.astimezone(dt.UTC).year == 2026  # the year in the path of the example
    done = list(follow(tmp_path / "office").values())
    public = tmp_path / "office" / "practice" / "public"
    diff = done[6]
    assert "wages-rise-in-three-provinces" in diff.stdout
    assert "changed-silently" in diff.stdout
    page = (public / "entry" / "wages-rise-in-three-provinces" / "index.html").read_text("utf-8")
    assert "was withdrawn on" in page
    assert "three provinces" not in (public / "all" / "rss.xml").read_text("utf-8")
    assert (public / "all" / "index.html").is_file()
