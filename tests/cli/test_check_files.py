"""`check FILE…`, `check -`, and the office that is found in the folders around."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from ilofeed.cli import main
from offices import entry, write_office
from program import call, run, stream, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office", good=entry(), bad=entry(date="2 May 2015"))


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        (["entries/good.md"], 0, "1 file: no problems"),
        (["entries/bad.md"], 1, "1 problem in 1 file"),
        (["entries/good.md", "entries/bad.md"], 1, "1 problem in 1 file"),
        (["entries"], 1, "1 problem in 1 file"),
        (["feeds.yaml"], 0, "1 file: no problems"),
        (["./entries/../entries/good.md"], 0, "1 file: no problems"),
        (["entries/none.md"], 2, "is not a file of the office"),
        (["../other.md"], 2, "is not a file of the office"),
        (["-"], 2, "write: - --stdin-filename FILE"),
        (["--stdin-filename", "entries/good.md"], 2, "write: - --stdin-filename FILE"),
    ],
)
def test_only_the_problems_of_the_files(
    office: Path, files: list[str], code: int, said: str
) -> None:
    done = run(office, "check", *files)
    assert (done.returncode, said in done.stderr) == (code, True)
    assert done.stdout.startswith("entries/bad.md:3:7: error: ") is (code == 1)
    others = "1 other file of the office with problems: `ilofeed check`" in done.stderr
    assert others is (code == 0)


def test_other_entries_matter(office: Path) -> None:
    (office / "entries" / "de.md").write_bytes(entry(translation_of="god", language="de"))
    done = run(office, "check", "entries/de.md")
    assert "did you mean `good`?" in done.stdout


def from_stdin(office: Path, data: bytes, *args: str) -> tuple[int, str]:
    """Run `check -` with standard input."""
    out, err = stream(), stream()
    argv = ["ilofeed", "-C", str(office), "check", "-", "--stdin-filename", *args]
    text = io.TextIOWrapper(io.BytesIO(data))

    def program() -> int:
        with mock.patch("sys.stdin", text):
            return main()

    return call(program, argv, out, err), written(out)


def test_the_text_on_standard_input_stands_for_the_file(office: Path) -> None:
    assert from_stdin(office, entry(), "entries/bad.md") == (0, "")
    code, said = from_stdin(office, entry(categories="[wags]"), "entries/good.md")
    assert (code, said[:27]) == (1, "entries/good.md:5:14: error")
    assert from_stdin(office, entry(), "entries/new.md") == (0, "")
    code, said = from_stdin(office, b"site: {}\n", "feeds.yaml")
    assert (code, "feeds.yaml:1:7: error: " in said) == (1, True)
    assert from_stdin(office, b"", "entries/picture.png")[0] == 2
    assert "2 May 2015" in (office / "entries" / "bad.md").read_text()  # nothing is written


def test_the_office_is_found_around_the_current_folder(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = office / "entries" / "2015"
    inner.mkdir()
    (inner / "more.md").write_bytes(entry(date="May 2015"))
    monkeypatch.chdir(inner)

    def said(*argv: str) -> tuple[int, str, str]:
        out, err = stream(), stream()
        return call(main, ["ilofeed", *argv], out, err), written(out), written(err)

    code, problems, told = said("check", "more.md")
    assert (code, problems[:29]) == (1, "entries/2015/more.md:3:7: err")
    assert told.startswith(f"the office is {office}\n")
    assert said("check", "../good.md")[0] == 0
    (inner / "more.md").unlink()
    (office / "entries" / "bad.md").unlink()
    assert said("due")[0] == 0
    code, problems, told = said("-C", ".", "check")  # -C wins
    assert (code, "no-feeds-yaml" in problems, "the office is" in told) == (1, True, False)
