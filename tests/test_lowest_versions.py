"""The lower bounds of pyproject.toml are what `./run lowest` and CI test."""

from __future__ import annotations

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from offices import ROOT


def pins(lock: str) -> dict[str, set[Version]]:
    """By name the versions in a lock; some packages have one for each version of Python."""
    versions: dict[str, set[Version]] = {}
    text = (ROOT / lock).read_text("utf-8")
    for name, version in re.findall(r"(?m)^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", text):
        versions.setdefault(canonicalize_name(name), set()).add(Version(version))
    return versions


def bounds() -> dict[str, Version]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lowest: dict[str, Version] = {}
    for text in [*project["dependencies"], *project["optional-dependencies"]["search"]]:
        requirement = Requirement(text)
        (specifier,) = requirement.specifier
        assert specifier.operator == ">=", text
        lowest[canonicalize_name(requirement.name)] = Version(specifier.version)
    return lowest


def test_the_lock_has_the_lowest_version_of_each_dependency() -> None:
    locked = pins("requirements-lowest.txt")
    assert {name: locked[name] for name in bounds()} == {
        name: {version} for name, version in bounds().items()
    }


def test_the_newest_locked_versions_are_allowed() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt"):
        locked = pins(lock)
        for name, lowest in bounds().items():
            assert all(version >= lowest for version in locked[name]), name


def test_the_tools_are_those_of_the_other_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = map(Requirement, project["dependency-groups"]["dev"])
    tools = {canonicalize_name(requirement.name) for requirement in listed}
    lowest, newest = pins("requirements-lowest.txt"), pins("requirements-dev.txt")
    assert len(tools) > 15
    assert {name: lowest[name] for name in tools} == {name: newest[name] for name in tools}


def test_ci_runs_the_task_on_the_oldest_python() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    install, python, tests = workflow["jobs"]["lowest"]["steps"]
    assert "checkout" in install["uses"]
    assert python["with"] == {"python-version": "3.11"}
    assert tests["run"] == "./run lowest"


def test_no_update_raises_the_lowest_versions() -> None:
    text = (ROOT / ".github" / "dependabot.yml").read_text("utf-8")
    (pip,) = (row for row in yaml.safe_load(text)["updates"] if row["package-ecosystem"] == "pip")
    assert pip["exclude-paths"] == ["requirements-lowest.txt"]
