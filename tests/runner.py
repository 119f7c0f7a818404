"""A machine that runs the jobs of a workflow here: its scripts for real, its actions by stand-ins.

It reads the files in .github/workflows as GitHub does, as far as they go: conditions, needs,
outputs, inputs, environment. An action, a key or an expression that it does not know ends it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest import mock

import office
import yaml

from offices import ROOT
from program import call, stand_in, stream, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

WORKFLOWS = ROOT / ".github" / "workflows"
REPOSITORY = "example/office"
_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(==|!=|&&|\|\||[!(),])|([A-Za-z_][\w.-]*))")
_SCRIPT = re.compile(r"\S*python3? \.ilofeed/\.github/scripts/office\.py (\w+)")
_STATUS = re.compile(r"\b(success|failure|always|cancelled)\(")


def load(name: str, folder: Path = WORKFLOWS) -> dict[str, Any]:
    """A workflow: every value a text, but for true and false."""
    made: dict[str, Any] = yaml.load((folder / name).read_text("utf-8"), yaml.BaseLoader)
    return made


class Expression:
    """What stands in `${{ }}`: names, texts, calls, `==`, `!=`, `!`, `&&`, `||` and brackets."""

    def __init__(self, text: str, known: Mapping[str, Any], calls: Mapping[str, Any]) -> None:
        self.tokens, at = [], 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            assert found is not None, text
            self.tokens.append(found[0].strip())
            at = found.end()
        self.known, self.calls = known, calls

    def value(self) -> Any:
        found = self._any()
        assert not self.tokens
        return found

    def _any(self) -> Any:
        left = self._all()
        while self._skip("||"):
            right = self._all()
            left = left or right
        return left

    def _all(self) -> Any:
        left = self._same()
        while self._skip("&&"):
            right = self._same()
            left = left and right
        return left

    def _same(self) -> Any:
        left = self._one()
        if self._skip("=="):
            return left == self._one()
        if self._skip("!="):
            return left != self._one()
        return left

    def _one(self) -> Any:
        token = self.tokens.pop(0)
        if token == "!":
            return not self._one()
        if token == "(":
            found = self._any()
            assert self._skip(")")
            return found
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self._skip("("):
            given = [] if self.tokens[0] == ")" else [self._any()]
            assert self._skip(")")
            return self.calls[token](*given)
        return {"true": True, "false": False}.get(token, self._named(token))

    def _named(self, path: str) -> Any:
        found: Any = self.known
        for name in path.split("."):
            found = found.get(name, "") if isinstance(found, dict) else ""
        return found

    def _skip(self, token: str) -> bool:
        if self.tokens[:1] != [token]:
            return False
        self.tokens.pop(0)
        return True


@dataclass
class Job:
    """How a job went: its result, outputs, what its scripts said, and the last exit code."""

    result: str = "skipped"
    outputs: dict[str, str] = field(default_factory=dict)
    said: str = ""
    code: int = 0
    summary: str = ""


@dataclass
class Machine:
    """Runs workflows on the files of a repository.

    `env` is what every script finds; `deploy` takes the folder that goes to Pages; `home` is the
    repository of the workflows; scripts in Python are called in this process, or started as
    processes; the rest is what the machine keeps between jobs.
    """

    repository: Path
    folder: Path
    env: dict[str, str]
    deploy: Callable[[Path], None]
    home: Path = ROOT
    in_process: bool = False
    runs: int = 0

    def run(self, name: str, inputs: Mapping[str, Any] | None = None) -> dict[str, Job]:
        """The jobs of the workflow that `publish.yml` or `scheduled.yml` calls."""
        self.runs += 1
        workflows = self.home / ".github" / "workflows"
        caller = load(name, workflows)["jobs"]["office"]
        assert caller["uses"] == "$/.github/workflows/office.yml"
        called = load("office.yml", workflows)
        known = {"inputs": dict(inputs or {}), "github": self._github()}
        given = {key: self._filled(text, known, {}) for key, text in caller.get("with", {}).items()}
        settings = {
            key: given.get(key, one["default"])
            for key, one in called["on"]["workflow_call"]["inputs"].items()
        }
        typed = {
            key: value == "true" if value in {"true", "false"} else value
            for key, value in settings.items()
        }
        return self._run_jobs(called["jobs"], typed)

    def run_alone(self, name: str, inputs: Mapping[str, Any] | None = None) -> dict[str, Job]:
        """The jobs of a workflow that calls no other."""
        self.runs += 1
        jobs = load(name, self.home / ".github" / "workflows")["jobs"]
        return self._run_jobs(jobs, inputs or {})

    def _run_jobs(self, jobs: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Job]:
        done: dict[str, Job] = {}
        for job, text in jobs.items():
            known = {"inputs": dict(inputs), "github": self._github(), "job": self._job()}
            done[job] = self._run_job(job, text, known, done)
        return done

    def _github(self) -> dict[str, Any]:
        return {
            "server_url": "https://example.org",
            "repository": REPOSITORY,
            "ref_name": "main",
            "run_id": str(self.runs),
            "token": self.env["TOKEN"],
        }

    def _job(self) -> dict[str, str]:
        return {"workflow_repository": "example/ilofeed", "workflow_sha": "0" * 40}

    def _run_job(
        self, name: str, job: dict[str, Any], known: dict[str, Any], done: dict[str, Job]
    ) -> Job:
        needs = job.get("needs", [])
        needed = {one: done[one] for one in ([needs] if isinstance(needs, str) else needs)}
        known["needs"] = {
            one: {"result": its.result, "outputs": its.outputs} for one, its in needed.items()
        }
        good = all(its.result == "success" for its in needed.values())
        if not self._wanted(job.get("if"), known, good=good):
            return Job()
        made = Job("success")
        workspace = self.folder / f"run-{self.runs}" / name
        workspace.mkdir(parents=True)
        known["steps"] = {}
        known["runner"] = {"temp": str(workspace.parent / f"{name}.temp")}  # empty for each job
        for step in job["steps"]:
            if not self._wanted(step.get("if"), known, good=made.result == "success"):
                continue
            outputs = self._step(step, workspace, known, made)
            if "id" in step:
                known["steps"][step["id"]] = {"outputs": outputs}
        made.outputs = {
            key: self._filled(text, known, {}) for key, text in job.get("outputs", {}).items()
        }
        return made

    def _wanted(self, condition: str | None, known: dict[str, Any], *, good: bool) -> bool:
        text = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", condition or "success()")
        calls = {"success": lambda: good, "failure": lambda: not good, "cancelled": lambda: False}
        wanted = bool(Expression(text, known, calls).value())
        return wanted and (good or _STATUS.search(text) is not None)

    def _filled(self, text: str, known: dict[str, Any], calls: Mapping[str, Any]) -> str:
        def value(match: re.Match[str]) -> str:
            found = Expression(match[1], known, {**calls, "toJSON": json.dumps}).value()
            return str(found).lower() if isinstance(found, bool) else str(found)

        return re.sub(r"\$\{\{(.*?)\}\}", value, text)

    def _step(
        self, step: dict[str, Any], workspace: Path, known: dict[str, Any], job: Job
    ) -> dict[str, str]:
        if "uses" in step:
            given = {
                key: self._filled(text, known, {}) for key, text in step.get("with", {}).items()
            }
            stand_in = getattr(self, "_" + re.sub(r"\W", "_", step["uses"].partition("@")[0]))
            stand_in(workspace, given)
            return {}
        env = {key: self._filled(text, known, {}) for key, text in step.get("env", {}).items()}
        return self._script(step["run"], workspace, env, job)

    def _script(self, text: str, workspace: Path, env: dict[str, str], job: Job) -> dict[str, str]:
        if text == "bash .ilofeed/.github/scripts/install":
            return {}  # the environment of the tests is the one that is locked
        files = {
            name: workspace.parent / f"{workspace.name}.{name}" for name in ("output", "summary")
        }
        for path in files.values():
            path.write_bytes(b"")
        here = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_REPOSITORY": REPOSITORY,
        }
        word = _SCRIPT.fullmatch(text)
        if self.in_process and word is not None:
            done = call_script(word[1], workspace, self.env | here | env)
        else:
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", text],
                cwd=workspace, env=self.env | here | env, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, encoding="utf-8", stdin=subprocess.DEVNULL, check=False,
                timeout=1800,
            )  # fmt: skip
        assert "Traceback" not in done.stdout, done.stdout
        job.said += done.stdout
        job.code = done.returncode
        job.summary += files["summary"].read_text("utf-8")
        if done.returncode != 0:
            job.result = "failure"
        return read_outputs(files["output"])

    def _actions_checkout(self, workspace: Path, given: dict[str, str]) -> None:
        assert given["persist-credentials"] == "false"
        if "repository" not in given:
            shutil.copytree(self.repository, workspace, symlinks=True, dirs_exist_ok=True)
            return
        assert given["repository"] == "example/ilofeed"
        assert given["ref"] == "0" * 40
        program = workspace / given["path"]
        program.mkdir()
        (program / ".github").symlink_to(self.home / ".github")
        python = program / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)

    def _actions_setup_python(self, _workspace: Path, given: dict[str, str]) -> None:
        assert re.fullmatch(r"3\.\d+", given["python-version"])

    def _actions_upload_pages_artifact(self, workspace: Path, given: dict[str, str]) -> None:
        shutil.copytree(workspace / given["path"], self._artifact("github-pages"))

    def _actions_deploy_pages(self, _workspace: Path, _given: dict[str, str]) -> None:
        self.deploy(self._artifact("github-pages"))

    def _actions_upload_artifact(self, workspace: Path, given: dict[str, str]) -> None:
        shutil.copytree(workspace / given["path"], self._artifact(given["name"]))

    def _actions_download_artifact(self, workspace: Path, given: dict[str, str]) -> None:
        shutil.copytree(self._artifact(given["name"]), workspace / given["path"])

    def _artifact(self, name: str) -> Path:
        return self.folder / f"run-{self.runs}" / f"artifact-{name}"


def call_script(
    word: str, folder: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Call `office.py WORD` in this process, and what it starts of ilofeed too."""
    out = stream()
    with (
        contextlib.chdir(folder),
        mock.patch.dict(os.environ, env, clear=True),
        mock.patch("subprocess.run", stand_in),
    ):
        code = call(office.main, ["office.py", word], out, out)
    return subprocess.CompletedProcess(word, code, written(out), "")


def read_outputs(path: Path) -> dict[str, str]:
    """What a script wrote to GITHUB_OUTPUT."""
    long = re.compile(r"^(\w+)<<(\w+)\n(.*?)\n\2\n", re.MULTILINE | re.DOTALL)
    text = path.read_text("utf-8")
    short = re.findall(r"(?m)^(\w+)=(.*)$", long.sub("", text))
    return {match[1]: match[3] for match in long.finditer(text)} | dict(short)


def environment(**more: str) -> dict[str, str]:
    """What a script finds on a fresh machine, and nothing of the office or of a person."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "HOME", "TMPDIR", "PYTHONPATH"} or name.startswith("COVERAGE")
    }
    return kept | {"LANG": "C.UTF-8", "CI": "true"} | more
