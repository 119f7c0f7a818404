"""Every file in tests/data/bad/ gives exactly the problems it names; every code has one."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from ilofeed.cli.authors import manual_sections
from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.problems import CODES, GUARDED
from offices import DATA, NOW, entry

if TYPE_CHECKING:
    from pathlib import Path

    from ilofeed.problems import Problem

BAD = DATA / "bad"
CASES = sorted(path for path in BAD.iterdir() if path.suffix != ".expect")


def code_of(case: Path) -> str:
    return case.name.partition(".")[0].partition("--")[0]


def problems_of(case: Path, folder: Path) -> list[Problem]:
    if case.is_dir():
        return check(read_office(case), NOW)[1]
    (folder / "entries").mkdir(parents=True)
    if case.suffix == ".yaml":
        shutil.copy(case, folder / "feeds.yaml")
        (folder / "entries" / "wages.md").write_bytes(entry())
    else:
        shutil.copy(DATA / "office" / "feeds.yaml", folder)
        shutil.copy(case, folder / "entries" / f"{code_of(case)}.md")
    return check(read_office(folder), NOW)[1]


def expected_of(case: Path) -> list[str]:
    if case.is_dir():
        return (case / "expect").read_text().splitlines()
    sidecar = case.with_name(case.name + ".expect")
    if sidecar.exists():
        return sidecar.read_text().splitlines()
    return re.findall(r"^# expect: (.*)$", case.read_bytes().decode("latin-1"), re.MULTILINE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_example(case: Path, tmp_path: Path) -> None:
    problems = problems_of(case, tmp_path)
    prefix = "{0.path}:" if case.is_dir() else ""
    assert [
        (prefix + "{0.line}:{0.column} {0.code}").format(problem) for problem in problems
    ] == expected_of(case)
    assert code_of(case) in {problem.code for problem in problems}
    assert all("\n" not in problem.message for problem in problems)


def test_every_code_has_an_example_file() -> None:
    assert {code_of(case) for case in CASES} == set(CODES) - GUARDED  # those: test_guard.py


def test_every_code_is_documented_with_an_example() -> None:
    manual = manual_sections()
    assert set(manual) == set(CODES)
    assert all(re.search(r"```\w+\n.+\n```", text, re.DOTALL) for text in manual.values())
