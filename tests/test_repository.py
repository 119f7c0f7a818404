"""What the repository promises beside the code: locks, workflows, documents, the wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from typing import TYPE_CHECKING

import pytest

from offices import ROOT, entry, write_office

if TYPE_CHECKING:
    from pathlib import Path


DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [ROOT / name for name in done.stdout.split("\0") if name]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_have_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    pinned = re.findall(
        r"^[A-Za-z0-9._-]+(?:\[[a-z,]+\])?==\S+.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+",
        text,
        re.MULTILINE,
    )
    assert len(pinned) == len(re.findall(r"^[A-Za-z]", text, re.MULTILINE))
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[ <>=!\[]", one)[0].lower() for one in requirements}

    locked = set(
        re.findall(
            r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.txt").read_text().lower(), re.MULTILINE
        )
    )
    dev = set(
        re.findall(
            r"^([A-Za-z0-9._-]+)==",
            (ROOT / "requirements-dev.txt").read_text().lower(),
            re.MULTILINE,
        )
    )
    assert names(project["project"]["dependencies"]) <= locked <= dev
    assert names(project["dependency-groups"]["dev"]) <= dev


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    registry = re.compile(r"https?://[^/ ]*(?:pypi|pythonhosted|npmjs|debian)\.")
    place = re.compile(r"(?:^|[ \"'=(])/(?:work|farm|root|home)/", re.MULTILINE)
    for path in tracked():
        if path.is_file() and path.stat().st_size < 500_000:
            text = path.read_bytes().decode("latin-1")
            assert not registry.search(text), path
            assert not place.search(text), path


def test_links_between_the_documents_lead_somewhere() -> None:
    for path in DOCS:
        text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (path.parent / target).exists(), f"{path}: {target}"


def test_the_wheel_holds_what_the_program_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = archive.namelist()
    for name in (
        "data/problems.md",
        "data/atom.rng",
        "data/jsonfeed.schema.json",
        "data/phrases/mn.json",
        "data/languages.json",
        "assets/ilo-feed-1.0.0.js",
        "assets/ilo-feed-1.1.0.js",
        "assets/site.css",
        "templates/base.html",
        "py.typed",
    ):
        assert f"ilofeed/{name}" in names
    office = write_office(tmp_path / "office", wages=b"")
    place = str(tmp_path / "site")
    code = f"import sys; sys.path.insert(0, {place!r}); from ilofeed.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "-C", str(office), "explain", "tab"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "YAML wants spaces" in done.stdout
    (office / "entries" / "wages.md").write_bytes(entry(event="{start: 2015-06-01}"))
    done = subprocess.run(
        [sys.executable, "-c", code, "-C", str(office), "build"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (office / "public" / "all" / "calendar.ics").exists()
