"""A preview ends with whatever started it, so that nothing keeps its port."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from typing import TYPE_CHECKING

import pytest

from ilofeed.preview import watch
from offices import ROOT, SMALL, entry, write_office
from waiting import until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def script(folder: Path) -> Path:
    """Write `./run` into an office, without the step that makes .venv."""
    office = write_office(folder / "office", office=SMALL, wages=entry())
    python = office / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    text = (ROOT / "run").read_text("utf-8")
    made = text.replace("\nenvironment() {", "\nenvironment() { :; }\nunused() {", 1)
    assert made != text
    (office / "run").write_text(made)
    for path in (python, office / "run"):
        path.chmod(0o755)
    return office / "run"


def start(*command: str) -> tuple[subprocess.Popen[str], int]:
    """Start a command that ends in a preview; return it and the port of the preview."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    port = urllib.parse.urlsplit(process.stdout.readline().strip()).port
    assert port is not None
    assert is_taken(port)
    return process, port


def is_taken(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_run_serve_ends_its_server(tmp_path: Path, number: signal.Signals) -> None:
    process, port = start(str(script(tmp_path)), "serve", "--port", "0")
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (-9 if number == signal.SIGKILL else 0)
    assert not is_taken(port)


def test_a_preview_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    command = f"{shlex.quote(str(script(tmp_path)))} serve --port 0 & wait"
    process, port = start("bash", "-c", command)
    process.kill()  # it alone
    process.communicate(timeout=60)  # the end of the pipe is the end of all that can write to it
    until(lambda: not is_taken(port), "free")


def test_a_preview_under_nohup_goes_on(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    command = f"nohup {shlex.quote(str(script(tmp_path)))} serve --port 0 & echo $! >{pid}; wait"
    process, port = start("bash", "-c", command)
    server = int(until(lambda: pid.exists() and pid.read_text(), "written"))
    try:
        process.kill()
        process.wait(60)
        os.kill(server, signal.SIGHUP)
        time.sleep(2 * watch.WAKE)
        assert is_taken(port)
    finally:
        os.kill(server, signal.SIGTERM)
    process.communicate(timeout=60)
    until(lambda: not is_taken(port), "free")
