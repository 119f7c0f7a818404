"""What is not YAML within a value, in an editor's words: quotes, brackets, a sign in front."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed.problems import quote

if TYPE_CHECKING:
    from ilofeed.problems import Code

INDENT = r"[ \t]{0,40}(?:- {1,9}){0,8}"
PAIR = re.compile(
    rf"^{INDENT}"
    r"(?P<key>[^\s:#'\"\[{][^:]{0,60}?)[ \t]{0,9}:[ \t]{1,40}(?P<value>\S.*)$"
)
# compiled when they are needed
_SEVERAL = r"""("[^"]*"|'[^']*')(?:\s*,\s*("[^"]*"|'[^']*'))+"""
_BEHIND = r"""(?:\[[^\[\]]*(?=\])|\{[^{}]*(?=\})|"[^"]*(?=")|'[^']*(?='))(.)[ ]*([,;.]+)"""
_STARTERS = {
    "*": "a repetition",
    "&": "the name of a repetition",
    "!": "a tag",
    "|": "a block of text",
    ">": "a block of text",
    "%": "a directive",
    "@": "a reserved sign",
    "`": "a reserved sign",
    "[": "a list",
    "{": "a mapping",
    ",": "the next item of a list",
    "]": "the end of a list",
    "}": "the end of a mapping",
}


@dataclass(frozen=True, slots=True)
class YamlFault:
    """What libyaml said: the problem, what it was doing, and the offsets of both."""

    problem: str
    context: str
    at: int
    context_at: int | None


@dataclass(frozen=True, slots=True)
class Explained:
    """The same for an editor: `offset` is where to look."""

    offset: int
    code: Code
    message: str


def line_at(text: str, at: int) -> tuple[int, str]:
    """Where the line of an offset begins, and the line without its line break."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, text[start:] if end < 0 else text[start:end]


def explain_quote(fault: YamlFault, text: str) -> Explained | None:
    """What is wrong with quotes, if it is they."""
    return _escape(fault, text) or _open_quote(fault, text) or _crossed(fault, text)


def explain_value(fault: YamlFault, text: str) -> Explained | None:
    """What is wrong with brackets, or with the sign that a value begins with, if it is that."""
    return _flow(fault, text) or _value(fault, text)


def _escape(fault: YamlFault, text: str) -> Explained | None:
    if fault.context != "while parsing a quoted scalar" or fault.context_at is None:
        return None
    message = (
        "a backslash between double quotes begins an escape that YAML does not know; "
        "use single quotes, or write the backslash twice"
    )
    at = text.rfind("\\", fault.context_at, fault.at + 1)
    return Explained(at if at >= 0 else fault.context_at, "quotes", message)


def _open_quote(fault: YamlFault, text: str) -> Explained | None:
    if fault.context != "while scanning a quoted scalar" or fault.context_at is None:
        return None
    sign = text[fault.context_at]
    message = f"the quote {sign} that opens here is never closed; close it at the end of the value"
    return Explained(fault.context_at, "quotes", message)


def _crossed(fault: YamlFault, text: str) -> Explained | None:
    """A quote that opens on a line above and is closed by one within another text (`It's`)."""
    sign = text[max(fault.at - 1, 0)]
    if "expected key" not in fault.problem or sign not in "'\"":
        return None
    start, _ = line_at(text, fault.at)
    opening = re.compile(rf"^[ \t]*[\w-]+:[ \t]+({sign})[^{sign}\n]*$", re.MULTILINE)
    found = list(opening.finditer(text, max(start - 5_000, 0), start))
    if not found:
        return None
    message = f"the quote {sign} that opens here is never closed; close it at the end of the value"
    return Explained(found[-1].start(1), "quotes", message)


def _flow(fault: YamlFault, text: str) -> Explained | None:
    """What does not fit between brackets that are closed on the same line."""
    start, line = line_at(text, fault.at)
    is_closed = line.rstrip().endswith(("]", "}")) and start <= (fault.context_at or 0)
    if "flow" not in fault.context or not is_closed:
        return None
    sign = text[fault.at : fault.at + 1]
    if sign == ",":
        message = "nothing stands before this comma; delete it, or write what is missing"
        return Explained(fault.at, "yaml-syntax", message)
    if sign == ":":
        message = "a colon and a space inside a value need quotes, also between brackets"
        return Explained(fault.at, "unquoted-colon", message)
    message = "this does not fit between the brackets; put quotes around each whole text in them"
    return Explained(fault.at, "yaml-syntax", message)


def _value(fault: YamlFault, text: str) -> Explained | None:
    at = fault.at if fault.context_at is None or "block" in fault.context else fault.context_at
    start, line = line_at(text, at)
    pair = PAIR.match(line)
    if not pair or not line[: at - start].strip():  # the line itself is where none can be
        return None
    verdict = _about_value(fault, pair)
    return Explained(start + pair.start("value"), *verdict) if verdict else None


def _about_value(fault: YamlFault, pair: re.Match[str]) -> tuple[Code, str] | None:
    key, value, wanted = pair["key"], pair["value"].strip(), quoted(pair)
    first = value[0]
    verdict: tuple[Code, str] | None = None
    if behind := re.fullmatch(_BEHIND, value):
        verdict = (
            "quotes",
            f"nothing stands behind the closing {behind[1]}; delete {quote(behind[2])}",
        )
    elif re.fullmatch(_SEVERAL, value):
        verdict = "quotes", f"a list stands in brackets: {quote(f'{key}: [{value}]', 200)}"
    elif first in "'\"":
        verdict = "quotes", f"text goes on after the closing quote; quote all of it: {wanted}"
    elif first in "[{" and "did not find expected ',' or" in fault.problem:
        message = f"{first} opens {_STARTERS[first]} that is not closed; "
        close = {"[": "]", "{": "}"}[first]
        message += f"end it with {close}"
        message += f", or put the text in quotes: {wanted}" if len(value) > 1 else ""
        verdict = "unclosed-bracket", message
    elif link := re.fullmatch(r"\[.*?\]\((\S+)\)", value):
        address = quote(f"{key}: {link[1]}", 200)
        message = f"Markdown stands in the body only; write the address alone: {address}"
        verdict = "unquoted-start", message
    elif first in _STARTERS:
        message = f"a value that begins with {first} is read as {_STARTERS[first]}; use quotes: "
        verdict = "unquoted-start", message + wanted
    elif value.startswith("- "):
        item = value.removeprefix("- ")
        message = f"a list begins on the next line, or in brackets: {quote(f'{key}: [{item}]')}"
        verdict = "indentation", message
    return verdict


def quoted(pair: re.Match[str]) -> str:
    """A key and its value, of `PAIR`, with the value in quotes, for a message."""
    value = pair["value"].strip()
    whole = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    inner = value[1:-1] if whole else value
    sign = "'" if '"' in inner or "\\" in inner else '"'
    inner = inner.replace("'", "''") if sign == "'" else inner
    return quote(f"{pair['key']}: {sign}{inner}{sign}", 200)
