"""Errors of the disk: each message names the file, what was being done, and why it failed."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.cli.console import sentence
from ilofeed.files import PublishError
from ilofeed.http import FetchError
from ilofeed.problems import attempting
from offices import entry, write_office
from program import run

if TYPE_CHECKING:
    from collections.abc import Callable

FULL = OSError(errno.ENOSPC, "No space left on device")


def raised(error: OSError, *actions: str) -> OSError:
    """Return an error as it leaves nested actions, the first of them the innermost."""
    try:
        with contextlib.ExitStack() as stack:
            for action in reversed(actions):
                stack.enter_context(attempting(action))
            raise error
    except OSError as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (raised(OSError(28, "Full"), "write a.md", "build"), "could not write a.md: Full"),
        (raised(OSError(28, "Full", "o/b"), "build into o"), "could not build into o (o/b): Full"),
        (raised(OSError(28, "Full", "o/a.md"), "write o/a.md"), "could not write o/a.md: Full"),
        (raised(OSError(1, "No", "a", None, "b"), "publish"), "could not publish (a -> b): No"),
        (OSError(28, "Full", "a.md"), "could not use a.md: Full"),
        (OSError(28, "Full"), "could not finish: Full"),
        (raised(PublishError("a is in the way"), "build"), "a is in the way"),
        (raised(FetchError("a answered 404", 404), "read a"), "a answered 404"),
    ],
    ids=str,
)
def test_a_sentence(error: OSError, said: str) -> None:
    assert sentence(error) == said


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office", wages=entry())


def full(call: Callable[..., Any]) -> Callable[..., Any]:
    """Let opening a file for writing give one that cannot be written, as on a full disk."""

    def opening(path: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if "w" in mode or "x" in mode:
            return call(Path("/dev/full"), "wb", buffering=0)
        return call(path, mode, *args, **kwargs)

    return opening


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (("new", "Pay", "--category", "wages", "--country", "MN", "--date", "2015-05-19"),
         "write {}/entries/2015/pay.md"),
        (("touch", "entries/wages.md"), "write {}/entries/wages.md"),
        (("cms", "--repo", "a/b"), "write {}/admin/config.yml"),
        (("import", "table.csv"), "write {}/entries/2015/jobs.md"),
        (("init", "new", "--title", "T", "--url", "https://a.example/", "--timezone", "UTC"),
         "write {}/new/feeds.yaml"),
    ],
)  # fmt: skip
def test_a_full_disk(
    office: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], action: str
) -> None:
    header = "title,date,summary,categories,countries"
    (office / "table.csv").write_text(f"{header}\nJobs,2015-05-19,More jobs.,wages,MN\n")
    monkeypatch.setattr(Path, "open", full(Path.open))
    done = run(office, *words)
    assert done.returncode == 4
    said = f"ilofeed: could not {action.format(office)}: No space left on device\n"
    assert done.stderr == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "nothing.csv"), "could not read {}/nothing.csv: No such file or directory"),
        (
            ("build", "--previous", "no.json"),
            "could not read {}/no.json: No such file or directory",
        ),
        (("diff", "--previous", "entries"), "could not read {}/entries: Is a directory"),
    ],
)
def test_what_cannot_be_read(office: Path, words: tuple[str, ...], said: str) -> None:
    done = run(office, *words)
    assert (done.returncode, done.stderr) == (4, f"ilofeed: {said.format(office)}\n")


def test_a_build_names_its_folder(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At least; files.py names the file."""
    monkeypatch.setattr("ilofeed.build.publish", refuse)
    done = run(office, "build")
    assert done.returncode == 4
    assert done.stderr == f"ilofeed: could not build into {office}/public: {FULL.strerror}\n"


def refuse(*_: object, **_options: object) -> None:
    raise FULL


@pytest.mark.slow
def test_a_stderr_that_cannot_be_written_is_4(office: Path) -> None:
    with Path("/dev/full").open("w") as nowhere:
        done = subprocess.run(
            [sys.executable, "-m", "ilofeed", "-C", str(office), "check"],
            stdout=subprocess.PIPE, stderr=nowhere, env=os.environ, check=False,
        )  # fmt: skip
    assert done.returncode == 4
