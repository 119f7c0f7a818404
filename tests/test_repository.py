"""What the repository promises beside the code: locks, documents, the wheel, a fresh clone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import corpus
import ilofeed
import realistic
from ilofeed.content.read import read_office
from ilofeed.content.site import check
from offices import NOW, ROOT, entry, write_office

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.slow


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    paths = [ROOT / name for name in done.stdout.split("\0") if name]
    return [
        path for path in paths if not path.is_symlink()
    ]  # which lead to tracked files or nowhere


@pytest.mark.parametrize(
    "name", [f"requirements{kind}.txt" for kind in ("", "-dev", "-docs", "-lowest")]
)
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
    extras = project["project"]["optional-dependencies"]["search"]
    assert names([*project["project"]["dependencies"], *extras]) <= locked <= dev
    assert names(project["dependency-groups"]["dev"]) <= dev


def test_no_file_names_a_registry_or_a_place_of_one_machine() -> None:
    registry = re.compile(r"https?://[^/ ]*(?:pypi|pythonhosted|npmjs|debian)\.")
    place = re.compile(r"(?:^|[ \"'=(])/(?:work|farm|root|home)/", re.MULTILINE)
    for path in tracked():
        if path.is_file() and path.stat().st_size < 500_000:
            text = path.read_bytes().decode("latin-1")
            assert not registry.search(text), path
            assert not place.search(text), path


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
        "assets/ilo-feed-1.2.0.js",
        "assets/ilo-feed-1.3.0.js",
        "templates/site.css",
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


@pytest.mark.parametrize("office", [corpus, realistic])
def test_the_offices_of_the_bench_stay_without_problems(office: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "office"
    office.write_office(folder, 60)
    changes = [getattr(office, name, None) for name in ("edit_entry", "add_entry", "change_label")]
    for change in filter(None, changes):
        before = read_office(folder)
        for step in range(2):
            change(folder, step)
            assert read_office(folder) != before
    site, problems = check(read_office(folder), NOW)
    assert problems == []
    assert site is not None
    assert len(site.entries) == 62


# --- ./run in a fresh clone ---


def fresh_clone(folder: Path) -> Path:
    """Copy every file of the repository, as it is now, and nothing that is ignored."""
    for path in filter(Path.is_file, tracked()):
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return folder


def run_task(clone: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Call `./run` with the programs in `clone/../bin`, and no others, on its PATH."""
    hidden = re.compile("COVERAGE|PYTHON|VIRTUAL_ENV|WHEEL|UV$")
    kept = {name: value for name, value in os.environ.items() if not hidden.match(name)}
    programs = {"PATH": str(clone.parent / "bin"), "PYTHON": str(Path(sys.executable).resolve())}
    return subprocess.run(
        ["./run", *words],
        cwd=clone, capture_output=True, text=True, check=False, env=kept | programs | env,
    )  # fmt: skip


def link_programs(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        program = shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        assert program is not None, name
        (folder / name).symlink_to(program)


UNIX = "bash cat cksum dirname env grep mktemp rm".split()


def site_packages(clone: Path) -> Path:
    (folder,) = clone.glob(".venv/lib/python*/site-packages")
    return folder


def assert_it_runs(clone: Path) -> None:
    done = run_task(clone, "ilofeed", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert ilofeed.__version__ in done.stdout


def test_a_fresh_clone_is_installed_by_pip(tmp_path: Path) -> None:
    link_programs(tmp_path / "bin", *UNIX)
    clone = fresh_clone(tmp_path / "clone")
    done = run_task(clone, "install")
    assert done.returncode == 0, done.stderr
    assert (site_packages(clone) / "pip").is_dir()
    assert_it_runs(clone)


def test_a_fresh_clone_is_installed_by_uv_and_then_needs_no_installer(tmp_path: Path) -> None:
    link_programs(tmp_path / "bin", *UNIX, "uv")
    clone = fresh_clone(tmp_path / "clone")
    done = run_task(clone, "install")
    assert (done.returncode, done.stderr) == (0, "making .venv from requirements.txt\n")
    assert not (site_packages(clone) / "pip").exists()
    assert_it_runs(clone)

    # the environment of developers, with the wheel, then without
    done = run_task(clone, "grammar", WHEEL="true")
    assert done.returncode == 0, done.stderr
    (tmp_path / "bin" / "uv").unlink()
    assert (site_packages(clone) / "ilofeed" / "data" / "problems.md").is_file()
    assert not (site_packages(clone) / "ilofeed.pth").exists()
    assert_it_runs(clone)
    assert not (site_packages(clone) / "ilofeed").exists()
    done = run_task(clone, "grammar", WHEEL="true")
    assert done.returncode == 0, done.stderr
    assert f"testing {site_packages(clone)}/ilofeed/__init__.py" in done.stderr


def test_an_installation_that_fails_is_tried_again(tmp_path: Path) -> None:
    link_programs(tmp_path / "bin", *UNIX)
    (tmp_path / "bin" / "uv").write_text("#!/bin/sh\nexit 9\n")
    (tmp_path / "bin" / "uv").chmod(0o755)
    clone = fresh_clone(tmp_path / "clone")
    for _ in range(2):
        done = run_task(clone, "install")
        assert (done.returncode, done.stderr) == (9, "making .venv from requirements.txt\n")
