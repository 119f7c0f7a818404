"""A release: what is built, what registries show of it, and how it is installed."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest
import release
import yaml

import ilofeed
from offices import ROOT, entry, write_office
from serving import needs
from test_repository import fresh_clone
from test_workflows import program

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

ADDRESS = "https://github.com/example/ilofeed"


def call(*command: str, cwd: Path, **env: str) -> str:
    """Run a program that must succeed; return what it prints."""
    hidden = re.compile("COVERAGE|PYTHON|VIRTUAL_ENV|GITHUB")
    kept = {name: value for name, value in os.environ.items() if not hidden.match(name)}
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env=kept | env
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(clone: Path, *options: str, remote: str | None = None) -> None:
    """Build a clone, as `./run dist` does, with the remote `origin` or without."""
    if remote is not None:
        call("git", "init", "-q", cwd=clone)
        call("git", "remote", "add", "origin", remote, cwd=clone)
    call(sys.executable, "-m", "hatchling", "build", "-d", "dist", *options, cwd=clone)


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        return message_from_bytes(archive.read(name))


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with wheel and source distribution, built in a clone from GitHub."""
    clone = fresh_clone(tmp_path_factory.mktemp("clone"))
    build(clone, remote="git@github.com:example/ilofeed.git")
    return clone / "dist"


def only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


@pytest.mark.slow
def test_what_registries_show_has_no_relative_link(dist: Path) -> None:
    shown = metadata(only(dist, "*.whl"))
    assert shown["Version"] == ilofeed.__version__
    assert shown["Author-email"] == "The ilofeed authors <example@users.noreply.github.com>"
    assert all(ADDRESS in url for url in shown.get_all("Project-URL", []))
    text = str(shown.get_payload())
    targets = re.findall(r"\]\(([^)]*)\)", text)
    blob, raw = (f"{ADDRESS}/{kind}/v{ilofeed.__version__}/" for kind in ("blob", "raw"))
    assert f"{raw}docs/screenshot.png" in targets
    for target in targets:
        path = target.removeprefix(blob).removeprefix(raw)
        assert path != target
        assert (ROOT / path.partition("#")[0]).is_file()


@pytest.mark.slow
def test_three_programs_find_nothing_wrong_with_it(dist: Path) -> None:
    wheel, source = str(only(dist, "*.whl")), str(only(dist, "*.tar.gz"))
    assert call(program("twine"), "check", "--strict", wheel, source, cwd=dist).count("PASSED") == 2
    assert ": OK" in call(program("check-wheel-contents"), wheel, cwd=dist.parent)
    assert "Final rating: 10/10" in call(program("pyroma"), source, cwd=dist)


@pytest.mark.slow
def test_a_wheel_of_the_source_distribution_is_the_same(dist: Path, tmp_path: Path) -> None:
    """It has the addresses of the repository, though no repository is around it."""
    with tarfile.open(only(dist, "*.tar.gz")) as archive:
        archive.extractall(tmp_path, filter="data")
    source = only(tmp_path, "ilofeed-*")
    build(source, "-t", "wheel")
    assert only(source / "dist", "*.whl").read_bytes() == only(dist, "*.whl").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("remote", [None, "https://git.example.org/a/b.git", "/srv/github.com:a/b"])
def test_a_clone_from_elsewhere_has_no_invented_addresses(
    remote: str | None, tmp_path: Path
) -> None:
    clone = fresh_clone(tmp_path / "clone")
    build(clone, "-t", "wheel", remote=remote)
    shown = metadata(only(clone / "dist", "*.whl"))
    assert shown["Author"] == "The ilofeed authors"
    assert shown.get_all("Project-URL") is None
    assert "](docs/tutorial.md)" in str(shown.get_payload())


# --- installed into nothing ---


def constraints(folder: Path) -> str:
    """Write the locked versions without their hashes, which would have to cover the wheel too."""
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    path = folder / "constraints.txt"
    path.write_text("\n".join(re.findall(r"(?m)^[\w.-]+==[^\\\n]+", lock)))
    return str(path)


def assert_it_works(ilofeed_of: functools.partial[str], folder: Path) -> None:
    assert ilofeed_of("--version").strip() == f"ilofeed, version {ilofeed.__version__}"
    told = ["--title", "Jobs", "--url", "https://example.org/jobs/", "--timezone", "Asia/Tokyo"]
    ilofeed_of("init", "office", *told)
    ilofeed_of("-C", "office", "build")
    assert (folder / "office" / "public" / "all" / "atom.xml").is_file()


@pytest.mark.slow
def test_pip_installs_the_wheel(dist: Path, tmp_path: Path) -> None:
    call(sys.executable, "-m", "venv", "empty", cwd=tmp_path)
    install = ["empty/bin/python", "-m", "pip", "install", "-q", str(only(dist, "*.whl"))]
    call(*install, cwd=tmp_path, PIP_CONSTRAINT=constraints(tmp_path))
    assert_it_works(functools.partial(call, "empty/bin/ilofeed", cwd=tmp_path), tmp_path)


@pytest.mark.slow
def test_uvx_runs_the_wheel(dist: Path, tmp_path: Path) -> None:
    command = [program("uvx"), "--from", str(only(dist, "*.whl")), "ilofeed"]
    env = {"UV_CONSTRAINT": constraints(tmp_path), "UV_PYTHON": sys.executable}
    assert_it_works(functools.partial(call, *command, cwd=tmp_path, **env), tmp_path)


@pytest.mark.slow
@needs("pipx")
def test_pipx_runs_the_source_distribution(dist: Path, tmp_path: Path) -> None:
    command = ["pipx", "run", "--spec", str(only(dist, "*.tar.gz")), "ilofeed"]
    env = {"PIP_CONSTRAINT": constraints(tmp_path), "PIPX_HOME": str(tmp_path / "pipx")}
    assert_it_works(functools.partial(call, *command, cwd=tmp_path, **env), tmp_path)


# --- what the repository offers to others ---


def test_the_citation_has_the_facts_of_the_project() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert cited["version"] == ilofeed.__version__
    assert cited["abstract"] == project["description"]
    assert cited["license"] == project["license"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("citation-file-format", "CITATION.cff"),
        ("dependabot", ".github/dependabot.yml"),
        ("github-actions", "action.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-workflows", ".github/workflows/*.yml"),
    ],
)
def test_a_file_for_others_fits_its_schema(kind: str, pattern: str) -> None:
    """The second judge of workflows: it knows `queue` and `timezone` as actionlint does."""
    files = map(str, ROOT.glob(pattern))
    said = call(program("check-jsonschema"), "--builtin-schema", f"vendor.{kind}", *files, cwd=ROOT)
    assert said == "ok -- validation done\n"


def commit(folder: Path) -> str:
    """Commit all files of a folder; return the commit."""
    who = ["-c", "user.name=Editor", "-c", "user.email=editor@example.org"]
    call("git", "init", "-q", cwd=folder)
    call("git", "add", "-A", cwd=folder)
    call("git", *who, "commit", "-q", "-m", "All", cwd=folder)
    return call("git", "rev-parse", "HEAD", cwd=folder).strip()


@pytest.mark.slow
def test_pre_commit_checks_the_changed_entries(tmp_path: Path) -> None:
    """It installs the program from a repository, and gives it the files that are staged."""
    clone = fresh_clone(tmp_path / "clone")
    office = write_office(tmp_path / "office", wages=entry(), jobs=entry(date="soon"))
    hook = {"repo": str(clone), "rev": commit(clone), "hooks": [{"id": "ilofeed-check"}]}
    (office / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [hook]}))
    commit(office)
    (office / "entries" / "wages.md").write_bytes(entry(date="later"))
    (office / "notes.md").write_text("date: never")
    call("git", "add", "-A", cwd=office)
    env = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "PIP_CONSTRAINT": constraints(tmp_path)}
    run = functools.partial(
        subprocess.run, [program("pre-commit"), "run"], cwd=office,
        capture_output=True, text=True, env=os.environ | env,
    )  # fmt: skip
    done = run(check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "entries/wages.md:3:7: error: invalid date `later`" in done.stdout
    assert "jobs.md" not in done.stdout
    (office / "entries" / "wages.md").write_bytes(entry(title="Pay"))
    call("git", "add", "-A", cwd=office)
    done = run(check=False)
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout


# --- the tag and the list of changes ---

PACKAGE = '__version__ = "1.2.3"\n'
SECTION = "## 1.2.3 - 2026-12-01\n\n### Added\n\n- Jam.\n\n## 1.2.2 - 2026-11-01\n\n- Salt.\n"


@pytest.mark.parametrize(
    ("tag", "changes", "wanted"),
    [
        ("v1.2.3", SECTION, []),
        ("v1.2.4", SECTION, ["The tag is v1.2.4, but src/ilofeed/__init__.py says 1.2.3."]),
        ("1.2.3", SECTION, ["The tag is 1.2.3, but src/ilofeed/__init__.py says 1.2.3."]),
        ("v1.2.3", "## Unreleased\n", ["CHANGELOG.md has no section `## 1.2.3 - DATE`."]),
        (
            "v1.2.3",
            "## 1.2.3 - 2026-12-01\n\n## 1.2.2 - 2026-11-01\n\n- Salt.\n",
            ["The section 1.2.3 of CHANGELOG.md is empty."],
        ),
    ],
)
def test_a_tag_is_released_only_with_its_version_and_changes(
    tag: str, changes: str, wanted: list[str]
) -> None:
    assert release.disagreements(tag, PACKAGE, changes) == wanted


def test_a_version_is_released_only_with_news_of_it(tmp_path: Path) -> None:
    changes = "## Unreleased\n\n## 1.2.3 - 2026-12-01\n\n- Salt.\n\n## 1.2.2 - 2026-11-01\n"
    news = "---\ntitle: ilofeed 1.2.2\ndate: 2026-11-01\ncategories: [release]\n---\n"
    (tmp_path / "ilofeed-1-2-2.md").write_text(news)
    wanted = "has no ilofeed-1-2-3.md with categories: [release] and date: 2026-12-01."
    assert release.unannounced(changes, tmp_path) == [f"website/news/entries {wanted}"]
    (tmp_path / "ilofeed-1-2-3.md").write_text(news)  # of another day
    assert len(release.unannounced(changes, tmp_path)) == 1
    (tmp_path / "ilofeed-1-2-3.md").write_text(news.replace("2026-11-01", "2026-12-01"))
    assert release.unannounced(changes, tmp_path) == []
    entries = ROOT / "website" / "news" / "entries"
    assert release.unannounced((ROOT / "CHANGELOG.md").read_text("utf-8"), entries) == []


def test_the_step_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["release.py", "v99.0.0"])
    assert release.main() == 1
    assert "::error::The tag is v99.0.0, but" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["release.py"])
    assert release.main() == 2


def test_the_list_of_changes_has_the_form_of_keep_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    parts = re.split(r"(?m)^## (.*)\n", text)
    first, *released = parts[1::2]
    assert first == "Unreleased"
    dates = [re.fullmatch(r"\d+\.\d+\.\d+ - (\d{4}-\d\d-\d\d)", name) for name in released]
    assert None not in dates
    days = [match[1] for match in dates if match]
    assert days == sorted(days, reverse=True)
    for section in parts[2::2]:
        kinds = re.findall(r"(?m)^### (.*)$", section)
        assert set(kinds) <= {"Added", "Changed", "Deprecated", "Fixed", "Removed", "Security"}
        assert len(kinds) == len(set(kinds))
