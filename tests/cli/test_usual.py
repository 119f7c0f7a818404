"""A plain `build`, read without click, is the `build` that click reads: the same words printed, the
same exit code, the same files."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ilofeed.cli import cli, quick, start, usual
from offices import entry, write_office

if TYPE_CHECKING:
    from collections.abc import Callable

WAYS = ("start", "cli")
RUN = (
    "import atexit, sys; from ilofeed.{way} import main\n"
    "@atexit.register\n"
    "def told():\n"
    "    with open('loaded', 'a') as file: file.write(f'{{\"click\" in sys.modules}} ')\n"
    "main()"
)


def timeless(text: str) -> str:
    return re.sub(r"\(\d+\.\d s\)", "(0.1 s)", text)


def make(place: Path, **wages: Any) -> Path:
    """A folder with an office `office`, to stand in."""
    write_office(place / "office", wages=entry(**wages), jobs=entry())
    (place / "a file").write_text("x")
    return place


def both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any, *words: str, **wages: Any
) -> list[tuple[Any, ...]]:
    """What each way prints and leaves, the first time and then with nothing to do."""
    found = []
    monkeypatch.setattr(start, "leave", sys.exit)
    for way, main in zip(WAYS, (start.main, cli.main), strict=True):
        (tmp_path / way).mkdir()
        monkeypatch.chdir(make(tmp_path / way, **wages))
        monkeypatch.setattr(sys, "argv", ["ilofeed", *words])
        ends = []
        for _ in range(2):
            with pytest.raises(SystemExit) as end:
                main()
            said = capfd.readouterr()
            text = timeless(said.err).replace(str(tmp_path / way), "PLACE")
            ends.append((end.value.code, said.out, text))
        files = [str(path.relative_to(tmp_path / way)) for path in (tmp_path / way).rglob("*")]
        found.append((ends, sorted(files)))
    return found


PLAIN = [
    ("-C", "office", "build"),
    ("-C", "office/", "build", "--output", "x"),
    ("-C", "./office/../office", "build", "--jobs", "2", "--output", "../out//"),
    ("-C", "office", "build", "--output", "x y/ö\udcff/z", "--jobs", "001"),
    ("build",),  # there is no office here
    ("-C", "office", "build", "--output", "../a file"),  # it is no folder
    ("-C", "office", "build", "--output", "../a file/x"),
    ("-C", "office", "build", "--output", "entries/x"),  # editors' files
    ("-C", "office", "build", "--output", "entries"),
    ("-C", "office", "build", "--output", "."),
    ("-C", "office", "build", "--output", "/"),
]
OTHERS = [
    ("-C", "nowhere", "build"),
    ("-C", "a file", "build"),
    ("-C", "", "build"),
    ("-C", "office", "-C", "office", "build"),
    ("-Coffice", "build"),
    ("-C", "office", "build", "--output", ""),
    ("-C", "office", "build", "--output", "-x"),
    ("-C", "office", "build", "--output=x"),
    ("-C", "office", "build", "--output", "x", "--output", "y"),
    ("-C", "office", "build", "--jobs", "0"),
    ("-C", "office", "build", "--jobs", "-1"),
    ("-C", "office", "build", "--jobs", "٣"),
    ("-C", "office", "build", "--jobs", "1_0"),
    ("-C", "office", "build", "--jobs", "9" * 5000),
    ("-C", "office", "build", "--jobs"),
    ("-C", "office", "build", "--strict"),
    ("-C", "office", "build", "--", "x"),
    ("-C", "office", "build", "build"),
    ("-C", "build"),
]


@pytest.mark.parametrize("words", [*PLAIN, *OTHERS], ids=repr)
def test_both_ways_say_and_do_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any, words: tuple[str, ...]
) -> None:
    first, second = both(tmp_path, monkeypatch, capfd, *words)
    assert first == second
    assert (usual.read(list(words)) is not None) is (words in PLAIN)


@pytest.mark.parametrize("way", [{"title": "x: y"}, {"updated": "2030-01-01"}, {"body": "<b>"}])
def test_both_ways_report_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any, way: dict[str, str]
) -> None:
    for github in ("true", "false"):
        monkeypatch.setenv("GITHUB_ACTIONS", github)
        (tmp_path / github).mkdir()
        first, second = both(tmp_path / github, monkeypatch, capfd, "-C", "office", "build", **way)
        assert first == second
        assert first[0][0][1]


@pytest.mark.parametrize(
    ("name", "text", "is_plain"),
    [
        ("SOURCE_DATE_EPOCH", "1800000000", True),
        ("SOURCE_DATE_EPOCH", "yesterday", True),
        ("_ILOFEED_COMPLETE", "bash_source", False),
        ("ILOFEED_OUTPUT", "elsewhere", True),
    ],
)
def test_both_ways_heed_the_same_environment(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: Any,
    name: str,
    text: str,
    *,
    is_plain: bool,
) -> None:
    monkeypatch.setenv(name, text)
    first, second = both(tmp_path, monkeypatch, capfd, "-C", "office", "build")
    assert first == second
    assert (usual.read(["-C", str(tmp_path), "build"]) is not None) is is_plain


def run(place: Path, way: str, **channels: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN.format(way=way), "-C", "office", "build"],
        cwd=place, text=True, check=False, **{"stderr": subprocess.PIPE, **channels},
    )  # fmt: skip


def listened(place: Path, way: str) -> tuple[int, str, str]:
    """At a terminal."""
    parent, child = pty.openpty()
    done = run(place, way, stdout=child)
    os.close(child)
    text = os.read(parent, 100_000).decode()
    os.close(parent)
    return done.returncode, text, timeless(done.stderr).replace(str(place), "PLACE")


def unheard(place: Path, way: str) -> tuple[int, str]:
    """Into a pipe that nobody reads any more."""
    out, into = os.pipe()
    os.close(out)
    done = run(place, way, stdout=into)
    os.close(into)
    return done.returncode, timeless(done.stderr).replace(str(place), "PLACE")


def voiceless(place: Path, way: str) -> tuple[int, str]:
    """Where even what is said to people cannot be written."""
    with Path("/dev/full").open("w") as full:
        done = run(place, way, stdout=subprocess.PIPE, stderr=full)
    return done.returncode, done.stdout


@pytest.mark.parametrize(("end", "code"), [(listened, 0), (unheard, 4), (voiceless, 1)])
def test_both_ways_end_the_same(
    tmp_path: Path, end: Callable[[Path, str], tuple[Any, ...]], code: int
) -> None:
    found = {}
    for way in WAYS:
        (tmp_path / way).mkdir()
        place = make(tmp_path / way)
        (place / "office" / "entries" / "notes.txt").write_text("a warning")
        found[way] = [end(place, way) for _ in range(2)]
        assert (place / "loaded").read_text() == f"{way == 'cli'} " * 2
    assert found["start"] == found["cli"]
    assert [each[0] for each in found["start"]] == [code, code]


@pytest.mark.parametrize("error", [KeyboardInterrupt, EOFError, PermissionError(13, "no", "x")])
def test_both_ways_stop_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any, error: BaseException
) -> None:
    def stop(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(quick, "say", stop)
    first, second = both(tmp_path, monkeypatch, capfd, "-C", "office", "build")
    assert first == second
    assert first[0][0][0] == (4 if isinstance(error, OSError) else 130)


WORDS = st.sampled_from(
    ("", *"-C build --output --jobs --strict check . src x 1 02 0 -h -- - --jobs=2 ٣".split())
)


@given(st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=5))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_read_without_click_is_what_click_reads(
    before: list[str], behind: list[str]
) -> None:
    words = [*before, "build", *behind]
    asked = usual.read(words)
    if asked is None:
        return
    told: list[Any] = []

    def build(root: Path, clock: object, after: Any, form: str, *, strict: bool) -> int:
        told.append((root, after, form, strict))
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "build", build)
        with pytest.raises(SystemExit) as end:
            cli.cli.main(words, prog_name="ilofeed", standalone_mode=False)
    assert end.value.code == 0
    ((root, after, form, strict),) = told
    assert (form, strict, after.previous, after.base_url, after.allowed) == (
        "auto",
        False,
        None,
        None,
        (),
    )
    assert (root, after.output, after.jobs) == (Path(asked[0]), Path(asked[1]), asked[2])
