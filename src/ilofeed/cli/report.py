"""Problems and faults as text for people, annotations for GitHub, or JSON for programs; and the
sentences that sum up a build."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click

from ilofeed.problems import plural, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ilofeed.build import Draft
    from ilofeed.problems import Problem
    from ilofeed.publish import Changes, Difference
    from ilofeed.verify import Fault

_COLORS = {"error": "red", "warning": "yellow"}


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
    return click.style(f"{severity}:", fg=_COLORS[severity], bold=True)


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


FORMATS: dict[str, Callable[[Sequence[Problem], Sequence[Fault]], str]] = {
    "text": as_text,
    "github": as_github,
    "json": as_json,
}


def _message(problem: Problem) -> str:
    """Return a message on one line; a name or key in it may hold control characters."""
    return visible(problem.message, 1000)


def _description(fault: Fault) -> str:
    if fault.field == "address":
        return f"this leads to {fault.found}, where nothing is published"
    return f"{fault.field}: expected {fault.expected}, came back {fault.found}"


def _data(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


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


def changed(changes: Changes, target: Path) -> str:
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
