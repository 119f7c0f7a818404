"""YAML's syntax errors in an editor's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ilofeed.content.yamlvalues import (
    PAIR,
    Explained,
    explain_quote,
    explain_value,
    line_at,
    quoted,
)
from ilofeed.problems import quote

if TYPE_CHECKING:
    from ilofeed.content.yamlvalues import YamlFault

ITEM_SIGNS = "•·‣◦*–—−"  # what people write for the hyphen before an item of a list
# compiled when something is wrong
ITEM = rf"^(?P<indent>[ \t]*)(?:(?!\*\*)[{ITEM_SIGNS}]|-(?=[^\s-]))[ \t]*(?P<item>\S.*)$"
_BLOCK = r":[ \t]+[|>][-+]?[ \t]*$"


def explain(fault: YamlFault, text: str) -> Explained:
    """What an editor wrote that is not YAML, and the form to write instead."""
    for look in (_tab, _item, explain_quote, _colon, explain_value, _block, _structure):
        if found := look(fault, text):
            return found
    message = f"this line is not YAML ({fault.problem}); put the value in quotes"
    return Explained(_inside(fault.at, text), "yaml-syntax", message)


def _tab(fault: YamlFault, text: str) -> Explained | None:
    if text[fault.at : fault.at + 1] != "\t" and "tab" not in fault.problem:
        return None
    return Explained(fault.at, "tab", "a tab stands here; YAML wants spaces")


def _item(fault: YamlFault, text: str) -> Explained | None:
    for at in (fault.context_at, fault.at):
        start, line = line_at(text, at or 0)
        if at is not None and (item := re.match(ITEM, line)):
            wanted = quote("- " + item["item"].strip())
            message = f"an item of a list begins with a hyphen and a space: {wanted}"
            return Explained(start + item.end("indent"), "yaml-syntax", message)
    return None


def _colon(fault: YamlFault, text: str) -> Explained | None:
    if not fault.problem.startswith("mapping values are not allowed"):
        return None
    start, line = line_at(text, fault.at)
    if found := no_indent(text, start, line) or _no_space(text, start):
        return found
    pair = PAIR.match(line)
    if pair and start + pair.start("value") < fault.at:
        message = f"a colon and a space inside a value need quotes: {quoted(pair)}"
        return Explained(fault.at, "unquoted-colon", message)
    above = text[: max(start - 1, 0)].rstrip()
    above_start, above_line = line_at(text, max(len(above) - 1, 0))
    if above and ":" not in above_line:
        message = _no_colon(above_line, text[:above_start])
        above_start += len(above_line) - len(above_line.lstrip())
        return Explained(above_start, "missing-colon", message)
    message = "this line is indented, so it belongs to the one above; begin it in the column of "
    message += "the key, or, if the text goes on here, put quotes around all of it"
    return Explained(start + len(line) - len(line.lstrip()), "indentation", message)


def no_indent(text: str, start: int, line: str) -> Explained | None:
    """Text that belongs to a `key: >-` above it, but begins in the first column."""
    above = text[:start].rstrip().rpartition("\n")[2]
    if re.search(_BLOCK, above) and line[:1].strip():
        message = f"this text belongs to {quote(above.strip())}; begin its lines with two spaces"
        return Explained(start, "indentation", message)
    return None


def _block(fault: YamlFault, text: str) -> Explained | None:
    """A line that is indented less than the text of a `key: >-` above it, but more than the key."""
    start, line = line_at(text, fault.at)
    indent = len(line) - len(line.lstrip())
    for above in reversed(text[:start].split("\n")[-50:]):
        if above.strip() and len(above) - len(above.lstrip()) < indent:
            if not re.search(_BLOCK, above):
                return None
            message = f"this text belongs to {quote(above.strip())}; "
            message += "begin all its lines in the same column"
            return Explained(start + indent, "indentation", message)
    return None


def _no_space(text: str, start: int) -> Explained | None:
    """A line above such as `title:Wages`, which YAML takes for a text that goes on."""
    lines = list(re.finditer(r"^[^\s#].*$", text[:start], re.MULTILINE))
    for match in reversed(lines[-5:]):
        if found := re.match(r"([A-Za-z_]+):([^\s:/].*)", match[0]):
            message = f"a space is missing after the colon: {quote(f'{found[1]}: {found[2]}')}"
            return Explained(match.start(), "missing-colon", message)
        if not re.match(r"[^:]*$", match[0]):
            return None
    return None


def _structure(fault: YamlFault, text: str) -> Explained | None:
    at = _inside(fault.at, text)
    start, line = line_at(text, at)
    offset = start + len(line) - len(line.lstrip())
    if "expected ':'" in fault.problem:
        at = fault.context_at if fault.context_at is not None else at
        start, line = line_at(text, at)
        return (
            no_indent(text, start, line)
            or _no_space(text, start + len(line))
            or Explained(at, "missing-colon", _no_colon(line, text[:start]))
        )
    if "document start" in fault.problem:
        first = re.search(r"^([ \t]*)[^\s#]", text, re.MULTILINE)
        if first and first.end(1) - first.start() > offset - start:
            message = "this line is indented, and those below it are not; begin it as they do"
            return Explained(first.end(1), "indentation", message)
        message = "this line is not part of the keys above; begin it in the same column as they do"
        return Explained(offset, "indentation", message)
    if line.lstrip().startswith("- "):
        message = "this list item belongs to no key; put it below its key, two spaces in"
        return Explained(offset, "indentation", message)
    if "expected key" in fault.problem or "'-' indicator" in fault.problem:
        message = "this line does not fit the ones above; begin each key in the same column"
        return Explained(offset, "indentation", message)
    return None


def _no_colon(line: str, above: str) -> str:
    found = quote(line.strip())
    if "：" in line:
        return f"the colon in {found} is a full-width one; write : and a space"
    if blank := re.search(r"[\w-]:([^\S \t])", line):
        sign = f"U+{ord(blank[1]):04X}"
        return f"the space behind the colon in {found} is a special one ({sign}); write a plain one"
    message = f"there is no colon after the key in {found}"
    if above.strip():
        message += "; if the text above goes on here, begin the line with two spaces"
    return message


def _inside(at: int, text: str) -> int:
    """An offset on the last line with something on it, where libyaml points past the end."""
    return min(at, max(len(text.rstrip()) - 1, 0))
