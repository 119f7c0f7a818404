"""What is printed for people, GitHub and programs, and the exit codes."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from ilofeed.problems import GUARDED, plural, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.build import Draft
    from ilofeed.problems import Problem
    from ilofeed.publish import Difference, PublishResult
    from ilofeed.verify import Fault


DONE, WRONG_FILES, USAGE, NOT_VERIFIED, BROKEN_DISK, REFUSED = range(6)
STOPPED = 130  # what shells return for an interrupted command
BAR_WIDTH = 24  # characters
PATIENCE = 1.0  # seconds that a stage may take without a bar


def escape_unencodable() -> None:
    """Print characters that a terminal's encoding lacks as escapes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print a line for people, on stderr."""
    click.echo(text, file=sys.stderr)


def answer(text: str | bytes, *, newline: bool = True) -> None:
    """Print what a command was asked for, on stdout."""
    click.echo(text, file=sys.stdout, nl=newline)


def sentence(error: OSError) -> str:
    """Describe a file that could not be read or written, in the system's words."""
    path = f"{error.filename}: " if error.filename else ""
    return path + error.strerror if error.strerror is not None else str(error)


def report(
    root: Path,
    problems: Sequence[Problem],
    faults: Sequence[Fault] = (),
    form: str = "auto",
    *,
    strict: bool = False,
) -> int:
    """Print problems, faults and a summary of the errors; return the exit code they mean."""
    show(root, problems, faults, form)
    # refusals of the continuity guard are not mistakes in a file
    mistakes = [problem for problem in problems if problem.code not in GUARDED]
    errors = [problem for problem in mistakes if strict or problem.severity == "error"]
    refusals = [problem for problem in problems if problem.severity == "error"]
    first, paths = "", {fault.path for fault in faults}
    if errors:
        code, first = WRONG_FILES, errors[0].code
        files = plural(len({problem.path for problem in errors}), "file")
        summary = f"{plural(len(errors), 'problem')} in {files}"
    elif all(fault.field == "address" for fault in faults) and faults:
        code, summary = NOT_VERIFIED, f"links in {plural(len(paths), 'file')} lead nowhere"
    elif faults:
        code, summary = NOT_VERIFIED, f"{plural(len(paths), 'document')} did not come back as sent"
    elif refusals:
        code, first = REFUSED, refusals[0].code
        summary = f"{plural(len(refusals), 'thing')} that subscribers would lose or see twice"
    else:
        return DONE
    more = f"; `ilofeed explain {first}` tells more about the first" if first else ""
    say(f"{summary}, nothing is published{more}")
    return code


def show(
    root: Path, problems: Sequence[Problem], faults: Sequence[Fault] = (), form: str = "text"
) -> None:
    """Print problems and faults, by default as text and in GitHub's jobs as annotations."""
    if form == "auto":
        form = "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"
    if form == "github" and not root.is_absolute() and root != Path():
        # annotations name files from the repository's root
        problems = [dataclasses.replace(p, path=(root / p.path).as_posix()) for p in problems]
    answer(FORMATS[form](problems, faults), newline=False)


class Progress:
    """Shows how far a build is, and measures how long each of its stages takes.

    On a terminal, a bar appears when the rest of a stage can be estimated to take longer than
    `PATIENCE`, and vanishes when the stage ends.
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file or sys.stderr
        self._stage, self._started, self._shown = "", time.monotonic(), ""
        self.seconds: dict[str, float] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report that a stage begins, if nothing is done yet, or how much of it is done."""
        if stage != self._stage:
            self.end()
            self._stage = stage
        if not done or not self._file.isatty():
            return
        elapsed = time.monotonic() - self._started
        remaining = elapsed * (total - done) / done
        if not self._shown and (elapsed <= PATIENCE / 2 or remaining <= PATIENCE):
            return
        bar = "#" * (BAR_WIDTH * done // total)
        self._draw(
            f"{stage}  [{bar:-<{BAR_WIDTH}}] {done * 100 // total:>3}%"
            f"  {done:,} of {total:,}, {remaining:.0f} s left"
        )

    def _draw(self, text: str) -> None:
        if text != self._shown:
            click.echo(f"\r{text:<{len(self._shown)}}", file=self._file, nl=False)
            self._shown = text

    def end(self) -> None:
        """End the stage, and remove its bar."""
        now = time.monotonic()
        if self._stage:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0) + now - self._started
        if self._shown:
            self._draw("")
            click.echo("\r", file=self._file, nl=False)
        self._stage, self._started = "", now

    def summary(self) -> str:
        """Return the seconds of each stage: `Reading 0.10 s, Checking 1.20 s`."""
        self.end()
        return ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in self.seconds.items())


def as_text(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """Format each problem as `path:line:column: error: message [code]`, as compilers do.

    The severity is coloured; `click.echo` removes the colours where there is no terminal.
    """
    lines = [
        f"{visible(problem.path)}:{problem.line}:{problem.column}: {_colored(problem.severity)} "
        f"{_message(problem)} [{problem.code}]"
        for problem in problems
    ]
    lines += [f"{fault.path}: {_colored('error')} {_description(fault)}" for fault in faults]
    return "".join(f"{line}\n" for line in lines)


def _colored(severity: str) -> str:
    return click.style(f"{severity}:", fg="red" if severity == "error" else "yellow", bold=True)


def as_github(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """Format problems as workflow commands, which GitHub shows at the line of the file."""
    lines = [
        f"::{problem.severity} file={_property(problem.path)},line={problem.line},"
        f"col={problem.column},title={_property(problem.code)}::{_data(_message(problem))}"
        for problem in problems
    ]
    lines += [
        f"::error title=not verified::{_data(f'{fault.path}: {_description(fault)}')}"
        for fault in faults
    ]
    return "".join(f"{line}\n" for line in lines)


def as_json(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """Format as an array: problems with path, line, column, severity, code and message, faults
    with path, field, expected and found."""
    items = [dataclasses.asdict(problem) for problem in problems]
    items += [dataclasses.asdict(fault) for fault in faults]
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


FORMATS = {"text": as_text, "github": as_github, "json": as_json}


def _message(problem: Problem) -> str:
    """Return a message on one line; a name or key in it may hold control characters."""
    return visible(problem.message, 1000)


def _description(fault: Fault) -> str:
    if fault.field == "address":
        return f"this leads to {fault.actual}, where nothing is published"
    return f"{fault.field}: expected {fault.expected}, came back {fault.actual}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def counts(draft: Draft) -> str:
    """Count the entries and feeds of a site: `12 entries (1 draft), 20 feeds`."""
    assert draft.site is not None
    entries = draft.site.entries
    drafts, waiting = sum(entry.draft for entry in entries), len(draft.waiting)
    notes = [plural(drafts, "draft")] * bool(drafts) + [f"{waiting} not out yet"] * bool(waiting)
    feeds = {document.feed.spec.path for document in draft.documents if document.feed}
    text = plural(len(entries), "entry", "entries")
    return text + (f" ({', '.join(notes)})" if notes else "") + f", {plural(len(feeds), 'feed')}"


def documents(number: int, target: Path) -> str:
    """Count the documents of an output: `80 documents in public`."""
    return f"{plural(number, 'document')} in {target}"


def changed(changes: PublishResult, target: Path) -> str:
    """Sum up what publishing did to the output."""
    total = len(changes.written) + len(changes.unchanged)
    what = "nothing changed"
    if changes.written or changes.deleted:
        what = f"{len(changes.written)} written, {len(changes.deleted)} deleted"
    return f"{documents(total, target)}: {what}"


def noticed(difference: Difference) -> str:
    """Sum up what subscribers notice, in numbers."""
    new, gone = len(difference.new) + len(difference.released), len(difference.gone)
    changed = len(difference.updated) + len(difference.changed)
    numbers = [f"{new} new", f"{changed} changed", f"{gone} gone"]
    rare = {kind: len(getattr(difference, kind)) for kind in ("withdrawn", "returned", "renamed")}
    numbers += [f"{number} {kind}" for kind, number in rare.items() if number]
    return f"subscribers see {', '.join(numbers)}"
