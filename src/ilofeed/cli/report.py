"""Problems and faults to text for people, annotations for GitHub, or JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Literal

from ilofeed.problems import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ilofeed.problems import Problem
    from ilofeed.verify import Fault

Style = Literal["text", "github", "json"]


def text(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """`path:line:column: error: message [code]`, a line each, as compilers write it."""
    lines = [
        f"{visible(p.path)}:{p.line}:{p.column}: {p.severity}: {_sentence(p)} [{p.code}]"
        for p in problems
    ]
    lines += [f"{f.path}: error: {_fault(f)}" for f in faults]
    return "".join(f"{line}\n" for line in lines)


def github(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """Workflow commands that GitHub shows at the line of the file."""
    lines = [
        f"::{p.severity} file={_value(p.path)},line={p.line},col={p.column},"
        f"title={_value(p.code)}::{_data(_sentence(p))}"
        for p in problems
    ]
    lines += [f"::error title=not verified::{_data(f'{f.path}: {_fault(f)}')}" for f in faults]
    return "".join(f"{line}\n" for line in lines)


def as_json(problems: Sequence[Problem], faults: Sequence[Fault]) -> str:
    """An array: problems with path, line, column, severity, code, message; faults with path,
    field, expected, found."""
    items = [dataclasses.asdict(p) for p in problems] + [dataclasses.asdict(f) for f in faults]
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


REPORTERS: dict[Style, Callable[[Sequence[Problem], Sequence[Fault]], str]] = {
    "text": text,
    "github": github,
    "json": as_json,
}


def _sentence(problem: Problem) -> str:
    """The message on one line: a name or a key in it may hold what a terminal would obey."""
    return visible(problem.message, 1000)


def _fault(fault: Fault) -> str:
    if fault.field == "address":
        return f"this leads to {fault.found}, where nothing is published"
    return f"{fault.field}: expected {fault.expected}, came back {fault.found}"


def _data(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
