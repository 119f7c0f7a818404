"""The first words of the program: `--help` without click is `--help` with click."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from ilofeed.cli import start
from ilofeed.cli.cli import cli

LOADED = (
    "import sys; from ilofeed.cli.start import main; sys.argv[:1] = ['ilofeed']\n"
    "try: main()\n"
    "finally: print('click' in sys.modules, file=sys.stderr)"
)


def run(*words: str, **env: str) -> tuple[str, bool, int]:
    """What is printed, whether click was loaded, and the exit code."""
    usual = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        env=usual | env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout, done.stderr.splitlines()[-1] == "True", done.returncode


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_the_list_of_commands_is_the_one_that_click_makes(word: str) -> None:
    """Where this fails, `./run help` makes it anew."""
    for columns in ("80", "200"):
        long, is_loaded, code = run(word, COLUMNS=columns)
        assert (is_loaded, code) == (True, 0)
        assert run(word) == (long, False, 0)
    assert all(f"\n  {name} " in long for name in cli.commands)


def test_a_narrow_terminal_has_the_list_made_for_it() -> None:
    text, is_loaded, _ = run("--help", COLUMNS="60")
    assert is_loaded
    assert max(map(len, text.splitlines())) < 60


@pytest.mark.parametrize(("columns", "is_usual"), [(79, False), (80, True), (300, True), (0, True)])
def test_the_terminal_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, columns: int, *, is_usual: bool
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 24)))
    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert start._is_usual() is is_usual
        monkeypatch.setenv("_ILOFEED_COMPLETE", "bash_source")
        assert not start._is_usual()


def test_what_cannot_be_shown_is_left_to_click(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(start, "__file__", str(tmp_path / "start.py"))
    assert not start._show_help()


def test_where_nobody_listens_it_is_as_ever() -> None:
    def ends(**env: str) -> tuple[int, bytes]:
        out, into = os.pipe()
        os.close(out)
        done = subprocess.run(
            [sys.executable, "-m", "ilofeed", "--help"],
            env=os.environ | env, stdout=into, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        os.close(into)
        return done.returncode, done.stderr

    assert ends() == ends(COLUMNS="80")
    assert ends()[1] == b""


def test_anything_else_is_read_by_click() -> None:
    assert run("build", "--help")[1:] == (True, 0)
    assert run("--nonsense")[1:] == (True, 2)


LEAVE = (
    "import atexit, sys; from ilofeed import start\n"
    "atexit.register(print, 'the end', end='')\n"
    "print('said', file=sys.stderr, end=''); print('x' * {}, end='')\n"
    "{}(3)"
)


@pytest.mark.parametrize("way", ["sys.exit", "start.leave"])
def test_who_leaves_at_once_leaves_nothing_unsaid(way: str) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}

    def ends(letters: int, out: int | IO[str]) -> tuple[int, str, str]:
        command = [sys.executable, "-c", LEAVE.format(letters, way)]
        done = subprocess.run(
            command, stdout=out, stderr=subprocess.PIPE, text=True, env=env, check=False
        )
        return done.returncode, done.stdout, done.stderr

    text = "x" * 100_000 + "the end"
    assert ends(100_000, subprocess.PIPE) == (3, text, "said")
    with Path("/dev/full").open("w") as full:
        code, _, said = ends(10, full)
    assert code == 120  # Python's own for what could not be written
    assert "No space left" in said
