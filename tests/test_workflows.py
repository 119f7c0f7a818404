"""The workflows and the action: what they may do, what two linters say, and their scripts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import issue
import pytest
import yaml

from ilofeed.publish import live
from offices import ROOT, entry, write_office
from rehearse import TOKEN, Issues, issues
from runner import WORKFLOWS, call_script, environment, load, read_outputs
from serving import host, needs

FILES = sorted(path.name for path in WORKFLOWS.glob("*.yml"))
SCRIPT = ROOT / ".github" / "scripts" / "office.py"
ACTION = yaml.load((ROOT / "action.yml").read_text("utf-8"), yaml.BaseLoader)


CALLED = {"$/.github/workflows/office.yml", "$/.github/workflows/ci.yml"}
KNOWN = r"(?:actions/[\w-]+|pypa/gh-action-pypi-publish)"


def program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def linted(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program(command[0]), *command[1:]],
        cwd=folder, capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip


ZIZMOR = ("zizmor", "--offline", "--no-progress", "--persona", "auditor", "--strict-collection")


@pytest.mark.slow
def test_zizmor_finds_nothing() -> None:
    done = linted(ROOT, *ZIZMOR, "--no-ignores", "action.yml", ".github")
    assert done.returncode == 0, done.stdout
    for name in (*FILES, "action.yml", "dependabot.yml"):
        assert name in done.stderr


@pytest.mark.slow
def test_actionlint_finds_nothing() -> None:
    done = linted(ROOT, "actionlint", *(f".github/workflows/{name}" for name in FILES))
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.slow
def test_the_linters_see_what_is_wrong(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    office = tmp_path / ".github" / "workflows" / "office.yml"
    text = office.read_text("utf-8")
    office.write_text(text.replace("needs: [build, deploy]", "needs: [built, deploy]", 1))
    assert 'job "built"' in linted(tmp_path, "actionlint").stdout
    office.write_text(text.replace("persist-credentials: false", "persist-credentials: true"))
    done = linted(tmp_path, *ZIZMOR, ".github")
    assert done.returncode != 0
    assert "artipacked" in done.stdout


@pytest.mark.slow
@needs("shellcheck")
def test_shellcheck_finds_nothing() -> None:
    scripts = [".github/scripts/install", "src/ilofeed/data/office/install"]
    command = ["shellcheck", "run", ".ci/run", *scripts]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", FILES)
def test_workflows_are_least_privileged_and_pinned(name: str) -> None:
    text, made = (WORKFLOWS / name).read_text("utf-8"), load(name)
    assert made["permissions"] == {}
    for job in made["jobs"].values():
        allowed = {"contents": "read", "pages": "write", "id-token": "write", "issues": "write"}
        assert job["permissions"].items() <= allowed.items()
        if "uses" in job:
            assert job["uses"] in CALLED
            continue
        assert "timeout-minutes" in job
        for step in job["steps"]:
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] == "false"
            assert "${{" not in step.get("run", "")
    for grant in re.findall(
        r"^ +(?:contents|pages|id-token|issues): (?:read|write)(.*)$", text, re.MULTILINE
    ):
        assert grant.startswith(" # to ")


def test_runs_that_publish_wait_for_each_other_and_none_is_dropped() -> None:
    waits = {"cancel-in-progress": "false", "queue": "max"}
    publish, scheduled = load("publish.yml"), load("scheduled.yml")
    assert publish["concurrency"] == {"group": "main", **waits}  # in the order of pushes
    assert publish["jobs"]["office"]["concurrency"] == {"group": "publish", **waits}
    assert scheduled["concurrency"] == {"group": "publish", **waits}
    assert load("release.yml")["concurrency"] == {"group": "release", **waits}


@pytest.mark.parametrize("path", [*(WORKFLOWS / name for name in FILES), ROOT / "action.yml"])
def test_actions_are_pinned_with_their_version(path: Path) -> None:
    for line in path.read_text("utf-8").splitlines():
        if "uses:" in line and not line.startswith("#") and "$/" not in line:
            assert re.search(rf"uses: {KNOWN}@[0-9a-f]{{40}} # v\d+\.\d+\.\d+$", line), line


def test_no_job_that_runs_our_code_can_write() -> None:
    for name, job in load("office.yml")["jobs"].items():
        runs = any("run" in step for step in job["steps"])
        written = {key for key, value in job["permissions"].items() if value == "write"}
        assert written <= {"issues"} if runs else name == "deploy"


def test_ci_tests_the_wheel_on_the_oldest_and_the_newest_python() -> None:
    made = load("ci.yml")
    assert set(made["on"]) == {"pull_request", "workflow_call"}  # and no run twice, by a push
    for name, job in (("publish.yml", "office"), ("release.yml", "build")):
        jobs = load(name)["jobs"]
        assert jobs["ci"]["uses"] == "$/.github/workflows/ci.yml"
        assert jobs[job]["needs"] == "ci"
    test = made["jobs"]["test"]
    assert test["strategy"]["matrix"]["python"] == ["3.11", "3.14"]
    (tests,) = (step for step in test["steps"] if "run" in step)
    assert (tests["run"], tests["env"]) == (".ci/run", {"WHEEL": "true"})
    assert "./run test" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_a_night_takes_longer_than_a_change() -> None:
    made = load("nightly.yml")
    assert set(made["on"]) == {"schedule", "workflow_dispatch"}
    jobs = {name: job["steps"][-1] for name, job in made["jobs"].items()}
    assert (jobs["long"]["run"], jobs["long"]["env"]) == (".ci/run", {"TESTS": "long"})
    assert jobs["kills"]["run"] == "./run soak --kills 10000"
    assert jobs["rehearsal"]["run"] == "./run rehearse"
    text = (ROOT / "run").read_text("utf-8")
    assert all(f"\ntask_{name}()" in text for name in ("test", "soak", "rehearse"))


def test_publishing_has_one_workflow_and_two_reasons() -> None:
    publish, scheduled = load("publish.yml"), load("scheduled.yml")
    assert set(publish["on"]) == {"push", "workflow_dispatch"}
    assert publish["on"]["push"]["branches"] == ["main"]
    assert set(publish["on"]["workflow_dispatch"]["inputs"]) == {"first", "allow"}
    assert set(scheduled["on"]) == {"schedule"}
    (when,) = scheduled["on"]["schedule"]
    assert when == {"cron": "17 6-22 * * *", "timezone": "Asia/Shanghai"}


@pytest.mark.slow
def test_dependabot_waits_some_days_and_knows_each_lock() -> None:
    """But for the programs that we are measured against: the figures are of these versions."""
    made = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))
    assert all(one["cooldown"]["default-days"] >= 7 for one in made["updates"])
    command = ["git", "ls-files", "*requirements*.txt", "*package-lock.json"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    locked = {
        ("npm" if file.suffix == ".json" else "pip", f"/{file.parent.as_posix().removeprefix('.')}")
        for file in map(Path, listed.split())
        if file.parts[:2] != ("bench", "peers")
    }
    assert {(one["package-ecosystem"], one["directory"]) for one in made["updates"]} == {
        ("github-actions", "/"),
        *locked,
    }


Went = tuple[subprocess.CompletedProcess[str], dict[str, str]]


def step(folder: Path, name: str, *, started: bool = False, **env: str) -> Went:
    """Run a step of the script as a job does; how it went, and its outputs.

    It is called in this process, or started as one.
    """
    files = {f"GITHUB_{key}": folder / key for key in ("OUTPUT", "STEP_SUMMARY")}
    for path in files.values():
        path.write_bytes(b"")
    here = {key: str(path) for key, path in files.items()} | {"GITHUB_ACTIONS": "true"}
    known = environment(**here) | env
    if started:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), name],
            cwd=folder, env=known, capture_output=True, text=True, check=False,
        )  # fmt: skip
    else:
        done = call_script(name, folder, known)
    assert "Traceback" not in done.stderr
    return done, read_outputs(files["GITHUB_OUTPUT"])


def action(folder: Path, *, started: bool = False, **inputs: str) -> Went:
    """The last step of action.yml with its inputs, without GitHub."""
    build = ACTION["runs"]["steps"][-1]
    assert build["run"].endswith('/.github/scripts/office.py" build')
    given = {key: one.get("default", "") for key, one in ACTION["inputs"].items()} | inputs
    env = {}
    for key, text in build["env"].items():
        name = re.fullmatch(r"\$\{\{ inputs\.(\w+) \}\}", text)
        env[key] = given[name[1]] if name else text.replace("${{ runner.temp }}", str(folder))
    return step(folder, "build", started=started, **env)


@pytest.mark.slow
def test_the_action_says_what_it_built(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry(), jobs=entry(title="Jobs"))
    done, outputs = action(tmp_path, config="office", output="made", previous="none")
    assert done.returncode == 0, done.stdout
    assert {key: outputs[key] for key in ACTION["outputs"]} == {
        "changed": "true",
        "entries": "2",
        "feeds": "11",
    }
    assert (tmp_path / "made" / "all" / "atom.xml").exists()
    assert "What subscribers would notice" in (tmp_path / "STEP_SUMMARY").read_text("utf-8")

    shutil.copy(tmp_path / "made" / "manifest.json", office / "old.json")
    done, outputs = action(tmp_path, started=True, config="office/feeds.yaml", previous="old.json")
    assert (done.returncode, outputs["changed"]) == (0, "false")

    done, outputs = action(tmp_path, config="office", previous="nowhere.json")
    assert (done.returncode, outputs["changed"]) == (4, "false")
    assert "nowhere.json" in outputs["messages"]

    (office / "entries" / "jobs.md").write_bytes(entry(title=""))
    done, outputs = action(tmp_path, config="office", previous="none")
    assert (done.returncode, outputs["changed"]) == (1, "false")
    assert "::error file=office/entries/jobs.md,line=2" in done.stdout
    assert "jobs.md" in outputs["messages"]
    assert "entries" not in outputs


def test_the_job_that_publishes_builds_into_a_new_folder() -> None:
    """`runner.temp` is empty when a job starts; a folder of the repository may hold anything."""
    jobs = load("office.yml")["jobs"]
    (build,) = (step for step in jobs["build"]["steps"] if step.get("id") == "build")
    (site,) = (step for step in jobs["build"]["steps"] if "pages-artifact" in step.get("uses", ""))
    assert build["env"]["OUTPUT"] == site["with"]["path"] == "${{ runner.temp }}/public"
    for job in jobs.values():
        for step in job["steps"]:
            for name in ("OUTPUT", "PUBLICATION"):
                assert (
                    step.get("env", {})
                    .get(name, "${{ runner.temp }}/")
                    .startswith("${{ runner.temp }}/")
                )
            if "-artifact@" in step.get("uses", ""):
                assert step["with"]["path"].startswith("${{ runner.temp }}/")


def test_the_action_names_what_no_build_wrote(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry())
    made = tmp_path / "made"
    (made / "all").mkdir(parents=True)
    (made / "all" / "evil\n::error::y.html").write_bytes(b"")
    (made / "etc").symlink_to(office)
    done, outputs = action(tmp_path, config="office", output="made", previous="none")
    assert (done.returncode, outputs["changed"]) == (2, "false")
    assert "made holds what no build wrote: all/evil ::error::y.html, etc;" in done.stdout
    assert "what no build wrote" in outputs["messages"]
    assert [line for line in done.stdout.splitlines() if line.startswith("::")] == [
        line for line in done.stdout.splitlines() if line.startswith("::error::made holds")
    ]
    shutil.rmtree(made / "all")
    (made / "etc").unlink()
    for _ in range(2):  # what an earlier build wrote is no foreign file
        done, outputs = action(tmp_path, config="office", output="made", previous="none")
        assert (done.returncode, outputs["changed"]) == (0, "true"), done.stdout


def test_what_cannot_be_compared_is_not_in_the_summary(tmp_path: Path) -> None:
    """It would be the annotations of problems, read as Markdown."""
    write_office(tmp_path / "office", wages=entry(date="'![x](https://e.example/x.png)'"))
    done, _ = action(tmp_path, config="office", previous="none")
    assert done.returncode == 1
    assert (tmp_path / "STEP_SUMMARY").read_text("utf-8") == ""


def test_what_is_live_is_compared_by_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ilofeed live` escapes invisible characters, which titles may contain."""
    write_office(tmp_path / "office", wages=entry(title="'می\u200cخواهم'"))
    done, outputs = action(tmp_path, config="office", output="made", previous="none")
    assert (done.returncode, outputs["changed"]) == (0, "true")
    made = (tmp_path / "made" / "manifest.json").read_text("utf-8")
    assert "\u200c" in made

    def fetch(_site: str) -> str:
        return made

    monkeypatch.setattr(live, "fetch_manifest", fetch)
    done, outputs = action(tmp_path, config="office", output="made", previous="live")
    assert (done.returncode, outputs["changed"]) == (0, "false"), done.stdout


def test_an_annotation_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    issue.annotate("error", "a\n::error::b\r\x1b[2J\u2028 100%\n")
    assert capsys.readouterr().out == "::error::a ::error::b [2J 100%25\n"


def test_the_action_is_strict_where_it_is_asked_to_be(tmp_path: Path) -> None:
    write_office(tmp_path / "office")  # no entries: a warning
    done, _ = action(tmp_path, config="office", previous="none")
    assert done.returncode == 0
    done, _ = action(tmp_path, config="office", previous="none", strict="true")
    assert done.returncode == 1


@pytest.mark.slow
def test_ci_shows_the_problems_and_what_would_be_noticed(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry())
    with host({}) as site:
        settings = (office / "feeds.yaml").read_bytes()
        (office / "feeds.yaml").write_bytes(
            settings.replace(b"https://example.org/feeds/", site.address.encode())
        )
        done, _ = step(tmp_path, "check", OFFICE="office")
        assert done.returncode == 0
        assert "::warning::Nothing was compared." in done.stdout
        assert "could not be had" in (tmp_path / "STEP_SUMMARY").read_text("utf-8")

        _, outputs = step(tmp_path, "build", OFFICE="office", PREVIOUS="none")
        assert outputs["changed"] == "true"
        site.files = {"manifest.json": (tmp_path / "public" / "manifest.json").read_bytes()}
        (office / "entries" / "wages.md").unlink()
        (office / "entries" / "jobs.md").write_bytes(entry(title="Jobs"))
        done, _ = step(tmp_path, "check", OFFICE="office")
        assert done.returncode == 0
        assert "::warning::The continuity guard would refuse" in done.stdout
        assert "Refused (1)" in (tmp_path / "STEP_SUMMARY").read_text("utf-8")

    (office / "entries" / "jobs.md").write_bytes(entry(date="soon"))
    done, _ = step(tmp_path, "check", OFFICE="office")
    assert done.returncode == 1
    assert "::error file=office/entries/jobs.md,line=3" in done.stdout


@pytest.mark.slow
def test_a_word_that_is_no_step_is_2(tmp_path: Path) -> None:
    done, _ = step(tmp_path, "deploy", started=True)
    assert done.returncode == 2
    assert "office.py build" in done.stderr


def needed(**jobs: str) -> str:
    """What `toJSON(needs)` says; a failed job said `@everybody` in more than one line."""
    said = {"messages": "::error title=not verified::a%25b\n``` @everybody"}
    return json.dumps(
        {
            name: {"result": result, "outputs": said if result == "failure" else {}}
            for name, result in jobs.items()
        }
    )


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Any:
    with issues() as made:
        monkeypatch.setattr(issue, "PAUSE", 0.01)
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {
            "GITHUB_API_URL": made.address,
            "GITHUB_REPOSITORY": "example/office",
            "GH_TOKEN": TOKEN,
            "RUN_URL": "https://example.org/run/1",
            "MANUAL": "https://example.org/publishing.md",
        }.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.mark.slow
def test_an_issue_is_one_and_ends(api: Issues, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = {"title": issue.TITLE, "user": {"type": "User"}, "number": 1, "state": "open"}
    api.made.append(stranger)
    monkeypatch.setenv("NEEDS", needed(build="failure", deploy="skipped"))
    assert issue.report() == 0
    assert issue.report() == 0
    opened = api.made[1]
    assert len(api.made) == 2
    assert "````text\nerror: a%b [not verified]\n``` @everybody\n````" in opened["body"]
    assert "https://example.org/publishing.md#when-it-fails" in opened["body"]
    monkeypatch.setenv("NEEDS", needed(build="cancelled", deploy="skipped"))
    assert issue.report() == 0
    assert opened["state"] == "open"
    monkeypatch.setenv("NEEDS", needed(build="success", deploy="skipped"))
    assert issue.report() == 0
    assert (opened["state"], stranger["state"]) == ("closed", "open")
    assert len(api.comments) == 1


@pytest.mark.slow
def test_an_api_that_does_not_answer_is_a_sentence(
    api: Issues, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEEDS", needed(deploy="failure"))
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    assert issue.report() == 4
    assert "::error::The issue could not be written" in capsys.readouterr().out
