"""How the program starts and ends: its list of commands, closed pipes, Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import click.testing
import pytest

import ilofeed
from ilofeed.cli.main import cli
from offices import entry, write_office
from program import run, start

if TYPE_CHECKING:
    from collections.abc import Callable


def test_every_command_is_in_the_list() -> None:
    source = Path(__file__).parents[2] / "src" / "ilofeed" / "cli"
    text = "".join(path.read_text("utf-8") for path in source.glob("*.py"))
    context = click.Context(cli)
    names = cli.list_commands(context)
    assert len(re.findall(r"^@click\.command\(", text, re.MULTILINE)) == len(names)
    for name in names:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
    assert cli.get_command(context, "main") is None


def test_the_help_of_each_command_fits_its_line() -> None:
    text = click.testing.CliRunner().invoke(cli, ["--help"]).output
    _, _, commands = text.partition("Commands:\n")
    assert len(commands.splitlines()) == len(cli.list_commands(click.Context(cli)))
    for line in commands.splitlines():
        assert len(line) <= 80
        assert line.endswith(".")
        assert not line.endswith("...")


LOADED = (
    "import sys; from ilofeed.cli import main; sys.argv[:1] = ['ilofeed']\n"
    "try: main()\n"
    "finally: print(*sorted(sys.modules), file=sys.stderr)"
)


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--help",), ("--version",), ("build", "--help"), ("explain",)])
def test_help_loads_no_more_than_click(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[1] for name in done.stderr.split() if name.startswith("ilofeed.")}
    assert loaded <= {"cli", "problems"}


def office(place: Path) -> Path:
    folder = write_office(place / "office", wages=entry())
    (folder / "entries" / "notes.txt").write_text("a warning")
    return folder


def closed_pipe(folder: Path) -> tuple[int, str]:
    output, into = os.pipe()
    os.close(output)
    done = subprocess.run(
        [sys.executable, "-m", "ilofeed", "-C", str(folder), "build"],
        stdout=into, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(into)
    return done.returncode, done.stderr


def full_disk(folder: Path) -> tuple[int, str]:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ilofeed", "-C", str(folder), "build"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    return done.returncode, done.stderr


FULL = "could not print to stdout: No space left on device"


@pytest.mark.slow
@pytest.mark.parametrize(("end", "said"), [(closed_pipe, ""), (full_disk, f"ilofeed: {FULL}\n")])
def test_output_that_cannot_be_written_is_4(
    tmp_path: Path, end: Callable[[Path], tuple[int, str]], said: str
) -> None:
    """The first time, and when there is nothing to do."""
    folder = office(tmp_path)
    assert end(folder) == (4, said)
    assert run(folder, "build").returncode == 0
    assert end(folder) == (4, said)


@pytest.mark.slow
@pytest.mark.parametrize("error", ["KeyboardInterrupt", "EOFError", "PermissionError(13, 'no')"])
def test_who_stops_a_command_is_told_so(tmp_path: Path, error: str) -> None:
    code = (
        "from ilofeed.cli import main, site\n"
        f"def stop(*_, **__): raise {error}\n"
        "site._nothing_to_do = stop\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "-C", str(office(tmp_path)), "build"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    expected = (
        (4, "ilofeed: could not finish: no\n") if "Permission" in error else (130, "\nstopped\n")
    )
    assert (done.returncode, done.stderr) == expected


@pytest.mark.slow
def test_ctrl_c_at_a_prompt_is_130(tmp_path: Path) -> None:
    code = (
        "import os, signal, threading\n"
        "from ilofeed.cli import main, site\n"
        "def wait(*_, **__):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    threading.Event().wait(60)\n"
        "site._nothing_to_do = wait\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "-C", str(office(tmp_path)), "build"],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "\nstopped\n")


LOSING = """
from ilofeed.feeds.archive_documents import RENDERERS
real = RENDERERS["json"]
RENDERERS["json"] = lambda feed, office: real(feed, office).replace(b"Wages rise", b"Wages rse")
"""


@pytest.mark.slow
def test_a_process_ends_as_the_function_does_that_tests_call(tmp_path: Path) -> None:
    """With each exit code, and the same words on both streams."""
    folder = office(tmp_path)
    assert start(folder, "build", "--output", "process").returncode == 0
    assert run(folder, "build", "--output", "function").returncode == 0
    assert files(folder / "process") == files(folder / "function")

    def both(*args: str, code: int, **env: str) -> None:
        called, started = run(folder, *args, **env), start(folder, *args, **env)
        assert (started.returncode, called.returncode) == (code, code), started.stderr
        assert (started.stdout, started.stderr) == (called.stdout, called.stderr)

    both("check", code=0)
    both("explain", "bad-date", code=0)
    both("build", "--help", code=0)
    both("biuld", code=2)
    (folder / "entries" / "wages.md").rename(folder / "entries" / "pay.md")
    both("build", "--output", "process", code=5)
    (folder / "process" / "manifest.json").write_bytes(b"{")
    (folder / ".process.manifest.json").unlink()
    both("build", "--output", "process", code=4)
    (folder / "entries" / "pay.md").write_bytes(entry(title="Löhne", date="世界"))
    both("check", code=1)
    both("check", "--format", "json", code=1)
    both("check", code=1, GITHUB_ACTIONS="true")


def files(output: Path) -> dict[str, bytes]:
    return {str(p.relative_to(output)): p.read_bytes() for p in output.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_a_process_whose_documents_do_not_verify_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(LOSING)
    path = os.pathsep.join([str(tmp_path), str(Path(ilofeed.__file__).parents[1])])
    done = start(office(tmp_path), "build", PYTHONPATH=path)
    assert done.returncode == 3
    assert '"Wages rse"' in done.stdout
