"""`--format sarif`, as its schema and code scanning want it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from jsonschema.validators import validator_for

from ilofeed.cli import console
from ilofeed.problems import CODES, Problem
from ilofeed.verify import Fault
from offices import SMALL, entry, write_office
from program import run
from serving import CHECKERS, needs_checkers

if TYPE_CHECKING:
    from pathlib import Path


def results(text: str) -> list[dict[str, Any]]:
    (only,) = json.loads(text)["runs"]
    found: list[dict[str, Any]] = only["results"]
    return found


def test_a_result_has_the_place_of_the_problem(tmp_path: Path) -> None:
    office = write_office(tmp_path / "o", office=SMALL, wages=entry(date="19 May 2015"))
    done = run(office, "check", "--format", "sarif")
    assert done.returncode == 1
    (result,) = results(done.stdout)
    assert (result["ruleId"], result["level"]) == ("bad-date", "error")
    assert result["message"]["text"] == "invalid date `19 May 2015`; write 2015-05-19"
    (location,) = result["locations"]
    place = location["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "entries/wages.md"
    region = {"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 18}
    assert place["region"] == region
    (rule,) = json.loads(done.stdout)["runs"][0]["tool"]["driver"]["rules"]
    assert rule["id"] == "bad-date"
    assert "# right" in rule["help"]["markdown"]


@needs_checkers()
def test_every_problem_and_fault_fits_the_schema() -> None:
    """The schema is that of the standard, in a package of Microsoft's."""
    folder = CHECKERS / "@microsoft" / "jest-sarif" / "lib" / "schemas"
    (path,) = folder.glob("sarif-2.1.0*.json")
    schema = json.loads(path.read_text("utf-8"))
    names = ["entries/a b.md", "entries/Цалин.md", "entries/a#b?%20.md", "entries/\udcff.md"]
    problems = [Problem(name, 1, 1, code, "x", "warning") for code in CODES for name in names]
    faults = [Fault("all/atom.xml", "title", "a", "b"), Fault("index.html", "address", "", "/x")]
    text = console.as_sarif(problems, faults)
    kind = validator_for(schema)
    assert list(kind(schema).iter_errors(json.loads(text))) == []
    assert list(kind(schema).iter_errors({"version": "2.1.0", "runs": [{"results": 1}]})) != []
    uris = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results(text)
    ]
    assert [unquote(uri, errors="surrogateescape") for uri in uris[: len(names)]] == names
    assert len(uris) == len(problems) + len(faults)


def test_nothing_wrong_is_an_empty_list_of_results(tmp_path: Path) -> None:
    """Code scanning closes by it what it had reported."""
    office = write_office(tmp_path / "o", office=SMALL, wages=entry())
    for command in ("check", "build", "build"):
        done = run(office, command, "--format", "sarif")
        assert (done.returncode, results(done.stdout)) == (0, [])


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_paths_are_those_of_the_repository(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_office(tmp_path / "news", office=SMALL, wages=entry(date="soon"))
    monkeypatch.chdir(tmp_path)
    assert "news/entries/wages.md" in run(type(tmp_path)("news"), "check", "--format", form).stdout
