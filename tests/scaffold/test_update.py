"""Newer versions for an office: the jobs of its workflow `update`, run here.

The registry is a folder of hollow wheels, the program is that of the tests, and a server stands in
for the API of pull requests; the repository, Git and uv are real. In one test everything is that is
installed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import update
from test_hosts import CATEGORIES, commit, git, write_program
from test_init import begin

from offices import ROOT, entry
from rehearse import TOKEN
from runner import Job, Machine, environment, load
from serving import listening
from test_release import call
from test_workflows import program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BRANCH = "ilofeed-update"
TOLD = ("--title", "News", "--url", "https://example.org/news/", "--timezone", "Etc/UTC")
LOCK = ".github/ilofeed/requirements.txt"
METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: {}\n"
KIND = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


# --- a registry and a repository ---


@dataclass
class Registry:
    """A folder of wheels with nothing in them, except that `uv` starts that of the tests."""

    folder: Path
    pins: dict[str, str] = field(default_factory=dict)  # the newest of each, as a lock has it

    def release(self, name: str, version: str, code: str = "") -> None:
        info = f"{name.replace('-', '_')}-{version}"
        path = self.folder / f"{info}-py3-none-any.whl"
        module = name.replace("-", "_")
        members = {
            f"{module}/__init__.py": "",
            f"{module}/__main__.py": code,
            f"{info}.dist-info/METADATA": METADATA.format(name, version),
            f"{info}.dist-info/WHEEL": KIND,
        }
        members[f"{info}.dist-info/RECORD"] = "".join(f"{path},,\n" for path in members)
        with zipfile.ZipFile(path, "w") as wheel:
            for member, text in members.items():
                wheel.writestr(member, text)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.pins[name] = f"{name}=={version} \\\n    --hash=sha256:{digest}\n"

    def lock(self) -> str:
        return "".join(self.pins[name] for name in sorted(self.pins) if name != "uv")

    def env(self) -> dict[str, str]:
        settings = self.folder / "uv.toml"
        settings.write_text(f'no-index = true\nfind-links = ["{self.folder}"]\n', "utf-8")
        pip = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.folder),
        }
        return pip | {"UV_CONFIG_FILE": str(settings)}


def registry(folder: Path) -> Registry:
    """Everything that the program requires, in a version that all its bounds allow."""
    folder.mkdir()
    made = Registry(folder)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for one in [*project["dependencies"], *project["optional-dependencies"]["search"]]:
        made.release(re.split("[ <>=]", one)[0].lower(), "9000.1")
    start = f"import os, sys\nos.execv({program('uv')!r}, ['uv', *sys.argv[1:]])\n"
    made.release("uv", "0.1", start)
    return made


@dataclass
class Pulls:
    """A stand-in for the API of pull requests of one repository."""

    made: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    status: int = 200

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        base, _, rest = path.partition("/pulls")
        assert base == "/repos/example/office"
        self.asked.append(f"{method} {rest}")
        if method == "GET":
            return 200, json.dumps(self.made).encode()
        if method == "POST" and self.status == 200:
            self.made.append(json.loads(body) | {"number": len(self.made) + 1})
            return 201, json.dumps(self.made[-1]).encode()
        if method == "PATCH":
            self.made[int(rest.removeprefix("/")) - 1].update(json.loads(body))
        return self.status, b"{}"


@dataclass
class Stage:
    """An office with its repository at `origin`, its pull requests, and the registry."""

    office: Path
    origin: Path
    machine: Machine
    pulls: Pulls
    registry: Registry

    def run(self, days: str = "0") -> tuple[Job, Job]:
        jobs = self.machine.run_alone("update.yml", {"days": days})
        return jobs["lock"], jobs["propose"]

    def read(self, *command: str) -> str:
        return call("git", *command, cwd=self.origin).strip()

    def push(self) -> None:
        commit(self.office)
        git(self.office, "push", "-q", "origin", "main")


def stand_ins(office: Path) -> None:
    """Let the office install the program of the tests, which breaks where lxml 9000.9 is locked."""
    (office / ".github" / "scripts" / "install").write_text(
        "mkdir -p .venv/bin\n"
        "grep -q '^lxml==9000.9' .github/ilofeed/requirements.txt && start=false || "
        f"start={sys.executable}\n"
        'printf \'#!/bin/sh\\nexec %s "$@"\\n\' "$start" >.venv/bin/python\n'
        "chmod +x .venv/bin/python\n"
    )


def in_repository(office: Path, origin: Path) -> None:
    git(office.parent, "init", "-q", "--bare", "-b", "main", str(origin))
    git(office, "init", "-q", "-b", "main")
    git(office, "remote", "add", "origin", str(origin))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    office, origin = begin(tmp_path / "office", *TOLD), tmp_path / "origin.git"
    stand_ins(office)
    folder = registry(tmp_path / "registry")
    wheel = (office / LOCK).read_text("utf-8").splitlines()[-1]
    (office / LOCK).write_text(f"{folder.lock()}{wheel}\n", "utf-8")
    (office / ".github" / "ilofeed" / "uv.txt").write_text(folder.pins["uv"], "utf-8")
    in_repository(office, origin)
    pulls = Pulls()
    with listening(pulls.answer) as address:
        env = environment(GITHUB_API_URL=address, TOKEN=TOKEN, **folder.env())
        machine = Machine(office, tmp_path / "runs", env, lambda _: None, home=office)
        made = Stage(office, origin, machine, pulls, folder)
        made.push()
        yield made


# --- what a week brings ---


@pytest.mark.slow
def test_weeks_of_an_office(stage: Stage) -> None:
    lock, propose = stage.run()
    assert (lock.result, propose.result) == ("success", "skipped"), lock.said
    assert "nothing to update" in lock.said
    assert (stage.read("branch", "--format=%(refname:short)"), stage.pulls.asked) == ("main", [])

    stage.registry.release("pillow", "9000.2")
    lock, propose = stage.run()
    assert (lock.result, propose.result) == ("success", "success"), lock.said + propose.said
    assert stage.read("log", "--format=%s", f"main..{BRANCH}") == "Update pillow"
    assert stage.read("diff", "--name-only", "main", BRANCH) == LOCK
    proposed = stage.read("show", f"{BRANCH}:{LOCK}")
    assert proposed.rpartition("./")[0] == stage.registry.lock()
    assert proposed.splitlines()[-1] == (stage.office / LOCK).read_text("utf-8").splitlines()[-1]
    (pull,) = stage.pulls.made
    assert (pull["title"], pull["head"], pull["base"]) == ("Update pillow", BRANCH, "main")
    assert "- pillow 9000.1 to 9000.2\n" in pull["body"]
    assert re.search(r"All \d+ published files stay the same\.$", pull["body"].strip())
    assert stage.pulls.asked[0] == f"GET ?state=open&head=example:{BRANCH}&base=main"

    before = stage.read("rev-parse", BRANCH)
    lock, propose = stage.run()  # it was not merged, and nothing is newer
    assert f"the branch {BRANCH} is up to date" in propose.said
    assert (stage.read("rev-parse", BRANCH), len(stage.pulls.made)) == (before, 1)

    stage.registry.release("idna", "9000.2")
    (stage.office / "entries" / "jobs.md").write_bytes(entry(**CATEGORIES))
    stage.push()
    lock, propose = stage.run()
    assert "updated pull request 1" in propose.said
    assert stage.read("log", "--format=%s", f"main..{BRANCH}") == "Update idna, pillow"
    assert [pull["title"] for pull in stage.pulls.made] == ["Update idna, pillow"]

    before = stage.read("rev-parse", BRANCH)
    stage.registry.release("lxml", "9000.9")
    lock, propose = stage.run()
    assert (lock.code, propose.result) == (3, "skipped")
    assert "::error::The office cannot be published with newer versions" in lock.said
    assert "lxml 9000.1 to 9000.9" in lock.said
    assert (stage.read("rev-parse", BRANCH), len(stage.pulls.made)) == (before, 1)

    (stage.office / "entries" / "jobs.md").write_bytes(entry(**CATEGORIES, date="soon"))
    stage.push()
    lock, propose = stage.run()
    assert (lock.code, propose.result) == (1, "skipped")
    assert "entries/jobs.md" in lock.said
    assert "even with its present versions" in lock.said


@pytest.mark.slow
def test_a_setting_that_forbids_pull_requests_is_named(stage: Stage) -> None:
    stage.registry.release("pillow", "9000.2")
    stage.pulls.status = 403
    _, propose = stage.run()
    assert propose.code == 4
    assert "allow GitHub Actions to create pull requests" in propose.said
    assert stage.read("log", "--format=%s", f"main..{BRANCH}") == "Update pillow"
    git(stage.origin, "update-ref", "-d", f"refs/heads/{BRANCH}")
    write_program(stage.origin / "hooks" / "pre-receive", "#!/bin/sh\nexit 1\n")
    _, propose = stage.run()
    assert propose.code == 4
    assert f"::error::The branch {BRANCH} could not be pushed" in propose.said


@pytest.mark.slow
def test_no_version_is_some_days_old_or_older_than_it_was(stage: Stage) -> None:
    uv, code = stage.registry.pins["uv"], "import sys\nprint(sys.argv)\nsys.exit(1)\n"
    stage.registry.release("uv", "0.2", code)
    lock_of_uv = stage.office / ".github" / "ilofeed" / "uv.txt"
    lock_of_uv.write_text(stage.registry.pins["uv"], "utf-8")
    stage.push()
    lock, propose = stage.run(days="7")
    assert (lock.result, propose.result) == ("success", "skipped")
    assert "'--exclude-newer', '7 days'" in lock.said
    assert "::warning::No set of newer versions fits together yet" in lock.said

    lock_of_uv.write_text(uv, "utf-8")
    (wheel,) = stage.registry.folder.glob("pillow-*")
    wheel.unlink()
    stage.registry.release("pillow", "9000.0")
    stage.push()
    lock, propose = stage.run()
    assert (lock.result, propose.result) == ("success", "skipped")
    assert "pillow>=9000.1" in lock.said


@pytest.mark.slow
def test_an_editor_updates_an_office_by_hand(stage: Stage) -> None:
    """And what does not work leaves the lock as it was."""
    stage.registry.release("pillow", "9000.2")

    def lock(word: str = "lock", days: str = "0") -> tuple[int, str]:
        command = [sys.executable, ".github/scripts/update.py", word]
        done = subprocess.run(
            command, cwd=stage.office, env=stage.machine.env | {"DAYS": days}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    code, said = lock()
    assert (code, "Update pillow\n" in said) == (0, True)
    assert call("git", "status", "--porcelain", cwd=stage.office) == f" M {LOCK}\n"
    before = (stage.office / LOCK).read_bytes()
    assert b"pillow==9000.2" in before
    stage.registry.release("lxml", "9000.9")
    assert (lock()[0], (stage.office / LOCK).read_bytes()) == (3, before)
    for word, days in (("merge", "0"), ("lock", "soon")):
        code, said = lock(word, days)
        assert (code, "update.py propose" in said) == (2, True)


@pytest.mark.slow
def test_an_old_pin_is_replaced_with_the_real_packages(tmp_path: Path) -> None:
    """The registry, pip, uv and the program in the office's wheel are real."""
    office, origin = begin(tmp_path / "office", *TOLD), tmp_path / "origin.git"
    kept = {name: text for name, text in os.environ.items() if re.match("PIP_|UV_|SSL_", name)}
    (tmp_path / "old.in").write_text("lxml==6.0.2")
    options = ("--no-deps", "--generate-hashes", "--no-header", "--quiet", "--no-emit-index-url")
    pin = call(program("uv"), "pip", "compile", *options, "old.in", cwd=tmp_path)
    text, newest = (office / LOCK).read_text("utf-8"), r"(?m)^lxml==(\S+) (.*\n    --hash.*)+\n"
    (office / LOCK).write_text(re.sub(newest, pin, text, count=1), "utf-8")
    in_repository(office, origin)
    commit(office)
    git(office, "push", "-q", "origin", "main")
    pulls = Pulls()
    with listening(pulls.answer) as address:
        env = environment(GITHUB_API_URL=address, TOKEN=TOKEN, **kept)
        machine = Machine(office, tmp_path / "runs", env, lambda _: None, home=office)
        jobs = machine.run_alone("update.yml", {})
    assert jobs["propose"].result == "success", jobs["lock"].said + jobs["propose"].said
    (pull,) = pulls.made
    assert re.search(r"(?m)^- lxml 6\.0\.2 to \d+\.", pull["body"])
    lock = call("git", "show", f"{BRANCH}:{LOCK}", cwd=origin)
    assert re.findall("(?m)^(lxml)==(?!6\\.0\\.2)", lock) == ["lxml"]
    assert lock.splitlines()[-1] == text.splitlines()[-1]
    assert "pagefind-bin==" in lock
    assert "://" not in lock
    (python,) = tmp_path.glob("runs/run-1/lock/.venv/bin/python")
    code = "import lxml, ilofeed; print(lxml.__version__, ilofeed.__file__)"
    installed, place = call(str(python), "-c", code, cwd=tmp_path).split()
    assert f"lxml=={installed} " in lock
    assert place.startswith(str(tmp_path))


def test_the_job_that_runs_the_packages_cannot_write(tmp_path: Path) -> None:
    made = load("update.yml", begin(tmp_path / "office", *TOLD) / ".github" / "workflows")
    lock, propose = made["jobs"]["lock"], made["jobs"]["propose"]
    assert (made["permissions"], lock["permissions"]) == ({}, {"contents": "read"})
    assert propose["permissions"] == {"contents": "write", "pull-requests": "write"}
    steps = [[step["run"] for step in job["steps"] if "run" in step] for job in (lock, propose)]
    script = "python3 .github/scripts/update.py"
    assert steps == [[f"{script} lock"], [f"{script} propose"]]
    assert "GH_TOKEN" not in str(lock)
    (when,) = made["on"]["schedule"]
    assert when == {"cron": "43 5 * * 1", "timezone": "Etc/UTC"}


@pytest.mark.slow
def test_git_gets_the_token_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    def answer(_method: str, _path: str, headers: Mapping[str, str], _body: bytes) -> Any:
        given.append(headers.get("Authorization", ""))
        return 401 if not given[-1] else 404, b""

    monkeypatch.setenv("GH_TOKEN", TOKEN)
    with listening(answer, WWW_Authenticate='Basic realm="git"') as address:
        assert update.run_git("ls-remote", f"{address}/office.git", check=False) == 128
    basic = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert given[:2] == ["", f"Basic {basic}"]
