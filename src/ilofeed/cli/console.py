"""Print for people, GitHub and programs, and define the exit codes.

A name or a text from a file or the network may contain line breaks, escape sequences and commands
of the runner of a CI job. `say` and `answer` print lines that contain none (`printable`); what
`output` prints was made of such lines.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

import click

from ilofeed import __version__
from ilofeed.problems import GUARDED, attempting, plural, printable, printable_json, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from click._termui_impl import ProgressBar

    from ilofeed.build import Draft
    from ilofeed.guard import Difference
    from ilofeed.problems import Problem
    from ilofeed.publish import PublishResult
    from ilofeed.verify import Fault


DONE, WRONG_FILES, USAGE, NOT_VERIFIED, BROKEN_DISK, REFUSED = range(6)
STOPPED = 130  # what shells return for an interrupted command
JSON_SCHEMA = 1  # of `--format json`; it grows if a member changes its meaning or goes away
FAULT_RULE = "not-verified"  # the rule of faults in SARIF
PATIENCE = 1.0  # seconds that a stage may take without a progress bar


def escape_unencodable() -> None:
    """Make stdout and stderr escape characters that their encoding lacks, instead of failing.

    On Windows they are UTF-8, as those of other programs for developers: a pipe would have the code
    page of the country.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            encoding = "utf-8" if sys.platform == "win32" else None  # None: as it is
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def say(*lines: str) -> None:
    """Print lines for people to stderr."""
    with attempting("print to stderr"):
        for line in lines:
            click.echo(printable(line), file=sys.stderr)


def inform(*lines: str) -> None:
    """Print what people like to know to stderr, such as summaries; `--quiet` leaves it out."""
    if not is_quiet():
        say(*lines)


def is_quiet() -> bool:
    """Return whether the command line has `--quiet`."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.find_root().params.get("quiet"))


def answer(*lines: str) -> None:
    """Print lines of the result of a command to stdout."""
    with attempting("print to stdout"):
        for line in lines:
            click.echo(printable(line), file=sys.stdout)


def output(text: str | bytes) -> None:
    """Print lines to stdout that have no unsafe character, such as those of `printable_json`."""
    with attempting("print to stdout"):
        click.echo(text, file=sys.stdout, nl=False)


def complain(error: click.ClickException) -> None:
    """Print an error in the command line to stderr, with the usage of its command if known."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        say(*context.get_usage().splitlines())
        say(f"Try '{context.command_path} --help' for help.", "")
    # click writes each choice of a missing argument on its own line
    message = error.format_message().replace("\n\t", " ")
    say(f"Error: {message}", *getattr(error, "more", ()))


def sentence(error: OSError) -> str:
    """Return what could not be done, with which file, and why; our own errors say it themselves."""
    if error.strerror is None:
        return str(error)
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    notes: list[str] = getattr(error, "__notes__", [])
    action = notes[0] if notes else f"use {names[0]}" if names else "finish"
    if names and Path(names[0]).name not in re.split(r"[ /\\]", action):
        action += f" ({' -> '.join(names)})"
    return f"could not {action}: {error.strerror}"


def report(
    root: Path,
    problems: Sequence[Problem],
    faults: Sequence[Fault] = (),
    form: str = "auto",
    *,
    strict: bool = False,
) -> int:
    """Print problems, faults and a summary of the errors; return the exit code."""
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
        code, summary = NOT_VERIFIED, f"broken links in {plural(len(paths), 'file')}"
    elif faults:
        code, summary = NOT_VERIFIED, f"{plural(len(paths), 'document')} failed verification"
    elif refusals:
        code, first = REFUSED, refusals[0].code
        summary = f"{plural(len(refusals), 'change')} that would harm subscribers"
    else:
        return DONE
    more = f"; `ilofeed explain {first}` explains the first" if first else ""
    say(f"{summary}; nothing was published{more}")
    return code


def show(
    root: Path, problems: Sequence[Problem], faults: Sequence[Fault] = (), form: str = "text"
) -> None:
    """Print problems and faults; `auto` means annotations in GitHub's jobs and text elsewhere."""
    if form == "auto":
        form = "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"
    if form in {"github", "sarif"} and not root.is_absolute() and root != Path():
        # GitHub needs paths from the repository's root
        problems = [dataclasses.replace(p, path=(root / p.path).as_posix()) for p in problems]
    text = FORMATS[form](problems, faults)
    output(text if form in {"text", "github"} else text.encode())  # RFC 8259: JSON is UTF-8


class Progress:
    """Shows the progress of a build, and measures how long each stage takes.

    On a terminal, a stage has a bar if the rest of it is estimated to take longer than `PATIENCE`.
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file or sys.stderr
        self._stage, self._started = "", time.monotonic()
        self._bar: ProgressBar[int] | None = None
        self.seconds: dict[str, float] = {}
        if context := click.get_current_context(silent=True):
            context.call_on_close(self.end)  # the bar hides the cursor

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report the items done of a stage and their total; 0 done starts the stage."""
        if stage != self._stage:
            self.end()
            self._stage = stage
        if not done or not self._file.isatty() or is_quiet():
            return
        elapsed = time.monotonic() - self._started
        remaining = elapsed * (total - done) / done
        if self._bar is None and min(elapsed * 2, remaining) > PATIENCE:
            self._bar = click.progressbar(
                length=total, label=stage, file=self._file, show_pos=True, show_percent=True
            )
            self._bar.start -= elapsed
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)

    def end(self) -> None:
        """End the stage and its bar."""
        now = time.monotonic()
        if self._stage:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0) + now - self._started
        if self._bar is not None:
            self._bar.render_finish()
        self._stage, self._started, self._bar = "", now, None

    def summary(self) -> str:
        """Return the seconds of each stage: `Reading 0.10 s, Checking 1.20 s`."""
        self.end()
        return ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in self.seconds.items())


def as_text(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """Format each problem as `path:line:column: error: message [code]`, as compilers do.

    The severity is coloured; `click.echo` removes colours if the output is not a terminal.
    """
    lines = [
        f"{printable(f'{problem.path}:{problem.line}:{problem.column}:')} "
        f"{_colored(problem.severity)} {_message(problem)} [{problem.code}]"
        for problem in problems
    ]
    lines += [
        f"{printable(fault.path)}: {_colored('error')} {_description(fault)}" for fault in faults
    ]
    return "".join(f"{line}\n" for line in lines)


def _colored(severity: str) -> str:
    return click.style(f"{severity}:", fg="red" if severity == "error" else "yellow", bold=True)


def as_github(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """Format problems as workflow commands, which GitHub shows as annotations of the lines."""
    lines = [
        f"::{problem.severity} file={_property(problem.path)},line={problem.line},"
        f"col={problem.column},title={_property(problem.code)}::{_data(_message(problem))}"
        for problem in problems
    ]
    lines += [
        f"::error title=not verified::{_data(f'{printable(fault.path)}: {_description(fault)}')}"
        for fault in faults
    ]
    return "".join(f"{line}\n" for line in lines)


def as_json(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """Format as a JSON object: the version of this form, the problems and the faults."""
    value = {
        "schema": JSON_SCHEMA,
        "problems": [dataclasses.asdict(with_end(problem)) for problem in problems],
        "faults": [dataclasses.asdict(fault) for fault in faults],
    }
    return printable_json(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"


def as_gitlab(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """Format problems as a report of code quality, which GitLab shows in merge requests."""
    lines: list[tuple[str, int, str, str, str]] = [
        (problem.path, problem.line, problem.code, problem.severity, _message(problem))
        for problem in problems
    ]
    place = "feeds.yaml", 1, "not verified", "error"
    lines += [(*place, printable(f"{fault.path}: {_description(fault)}")) for fault in faults]
    report = [
        {
            "description": message,
            "check_name": code,
            "fingerprint": hashlib.sha256(repr((path, line, code, message)).encode()).hexdigest(),
            "severity": "major" if severity == "error" else "minor",
            "location": {"path": path, "lines": {"begin": line}},
        }
        for path, line, code, severity, message in lines
    ]
    return printable_json(json.dumps(report, ensure_ascii=False, indent=1)) + "\n"


def with_end(problem: Problem) -> Problem:
    """Return a problem with an end: where it begins, if the end is not known."""
    if problem.end_line:
        return problem
    return dataclasses.replace(problem, end_line=problem.line, end_column=problem.column)


def as_sarif(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """Format as SARIF 2.1.0, which code scanning reads: a result for each problem and fault, and
    the section of the manual on each code."""
    from ilofeed.cli.authors import manual_sections

    sections = manual_sections() | {FAULT_RULE: "A document differs from what it was made of."}
    results = [
        _result(problem.code, problem.severity, _message(problem), problem.path, _region(problem))
        for problem in map(with_end, problems)
    ]
    results += [_result(FAULT_RULE, "error", _description(f), f.path, {}) for f in faults]
    rules = [
        {
            "id": code,
            "shortDescription": {"text": code.replace("-", " ")},
            "fullDescription": {"text": sections[code].partition("\n\n")[0]},
            "help": {"text": sections[code], "markdown": sections[code]},
        }
        for code in sorted({str(result["ruleId"]) for result in results})
    ]
    driver = {"name": "ilofeed", "semanticVersion": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    value = {"version": "2.1.0", "runs": [run]}
    return printable_json(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"


def _result(
    rule: str, level: str, text: str, path: str, region: Mapping[str, Any]
) -> dict[str, Any]:
    address = {"uri": quote(path, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
    place = {"artifactLocation": address, **region}
    locations = [{"physicalLocation": place}]
    return {"ruleId": rule, "level": level, "message": {"text": text}, "locations": locations}


def _region(problem: Problem) -> dict[str, Any]:
    return {
        "region": {
            "startLine": problem.line,
            "startColumn": problem.column,
            "endLine": problem.end_line,
            "endColumn": problem.end_column,
        }
    }


FORMATS = {
    "text": as_text,
    "github": as_github,
    "gitlab": as_gitlab,
    "json": as_json,
    "sarif": as_sarif,
}


def _message(problem: Problem) -> str:
    """Return a message on one line; names and keys in it may contain control characters."""
    return printable(visible(problem.message, 1000))


def _description(fault: Fault) -> str:
    if fault.field == "address":
        return printable(f"broken link to {fault.found}, which is not published")
    return printable(f"{fault.field}: expected {fault.expected}, read {fault.found}")


def _data(text: str) -> str:
    return text.replace("%", "%25")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")


def counts(draft: Draft) -> str:
    """Count the entries and feeds of a site: `12 entries (1 draft), 20 feeds`."""
    assert draft.site is not None
    entries = draft.site.entries
    drafts, waiting = sum(entry.draft for entry in entries), len(draft.waiting)
    notes = [plural(drafts, "draft")] * bool(drafts) + [f"{waiting} scheduled"] * bool(waiting)
    feeds = {document.feed.spec.path for document in draft.documents if document.feed}
    text = plural(len(entries), "entry", "entries")
    return text + (f" ({', '.join(notes)})" if notes else "") + f", {plural(len(feeds), 'feed')}"


def documents(number: int, target: Path) -> str:
    """Count the documents of an output: `80 documents in public`."""
    return f"{plural(number, 'document')} in {target}"


def changed(changes: PublishResult, target: Path) -> str:
    """Summarize what publishing changed in the output."""
    total = len(changes.written) + len(changes.unchanged)
    what = "nothing changed"
    if changes.written or changes.deleted:
        what = f"{len(changes.written)} written, {len(changes.deleted)} deleted"
    return f"{documents(total, target)}: {what}"


def noticed(difference: Difference) -> str:
    """Summarize in numbers what subscribers notice."""
    new, gone = len(difference.new) + len(difference.released), len(difference.gone)
    changed = len(difference.updated) + len(difference.changed)
    numbers = [f"{new} new", f"{changed} changed", f"{gone} gone"]
    rare = {kind: len(getattr(difference, kind)) for kind in ("withdrawn", "returned", "renamed")}
    numbers += [f"{number} {kind}" for kind, number in rare.items() if number]
    return f"subscribers see {', '.join(numbers)}"
