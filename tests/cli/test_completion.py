"""The Tab key, in three shells on a terminal, with the lines of the manual."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from offices import ROOT
from serving import needs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
PROMPT = "ready> "
SHELLS = {  # how it starts without a person's settings, and what they would hold
    "bash": (["bash", "--noprofile", "--norc", "-i"], f"PS1='{PROMPT[:-1]}'' '"),
    "zsh": (["zsh", "-f", "-i"], f"PS1='{PROMPT[:-1]}'' '; autoload -U compinit; compinit -u"),
    "fish": (["fish", "--no-config", "-i"], f"function fish_prompt; echo '{PROMPT[:-1]}'' '; end"),
}
LIMIT = 60.0  # seconds until a shell is given up


def lines_of_the_manual() -> dict[str, str]:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| (bash|zsh|fish)\b.*?\| `[^`]*` \| `(.*)` \|$", page)
    return {shell: line.replace("\\|", "|") for shell, line in rows}


class Terminal:
    """A shell on a terminal: what is typed, and what is seen."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        import pty  # not on Windows

        self.parent, child = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command], stdin=child, stdout=child, stderr=child, env=env
        )
        os.close(child)
        os.set_blocking(self.parent, False)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self.parent, text.encode())

    def see(self, wanted: str) -> None:
        """Wait until a text is seen after what was seen before."""
        end = time.monotonic() + LIMIT
        while wanted not in self.seen:
            assert time.monotonic() < end, f"no {wanted!r} in {self.seen!r}"
            try:
                self.seen += os.read(self.parent, 65536).decode("utf-8", "replace")
            except BlockingIOError:
                time.sleep(0.02)
        self.seen = self.seen.partition(wanted)[2]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.parent)


@pytest.mark.parametrize(
    "shell", [pytest.param(name, marks=needs(name)) for name in ("bash", "zsh", "fish")]
)
def test_the_tab_key_completes_commands_and_options(shell: str, tmp_path: Path) -> None:
    command = tmp_path / "bin" / "ilofeed"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ilofeed "$@"\n')
    command.chmod(0o755)
    start, settings = SHELLS[shell]
    env = {**os.environ, "HOME": str(tmp_path), "TERM": "dumb", "LANG": "C.UTF-8"}
    env["PATH"] = f"{command.parent}:{env['PATH']}"
    terminal = Terminal(start, env)
    try:
        terminal.type(f"{settings}\n{lines_of_the_manual()[shell]}\n")
        terminal.type("echo DONE | tr D d\n")
        terminal.see("dONE")
        terminal.see(PROMPT)
        terminal.type("ilofeed expl\t")
        terminal.see("ain")
        terminal.type("tab\n")
        terminal.see("YAML wants spaces")
        terminal.type("ilofeed check --stri\t")
        terminal.see("ct")
    finally:
        terminal.close()


def test_the_manual_has_a_line_for_each_shell() -> None:
    assert set(lines_of_the_manual()) == set(SHELLS)
