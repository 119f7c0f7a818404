"""How to read on after one of YAML's syntax errors: what is at fault is masked, at equal length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ilofeed.content.yamlerrors import ITEM, no_indent
from ilofeed.content.yamlvalues import INDENT, PAIR, line_at

if TYPE_CHECKING:
    from ilofeed.content.yamlvalues import Explained


def mask(text: str, fault: Explained, *, whole_line: bool) -> tuple[str, int | None]:
    """The text with what is at fault replaced, at equal length, so that it can be read on.

    With it the offset of the value that was replaced; None where a line was mended or taken out as
    a whole, as one that fails a second time is. The same text where nothing can be replaced.
    """
    start, line = line_at(text, fault.offset)
    if fault.code == "tab" and not whole_line and "\t" in line:
        return text[:start] + line.replace("\t", " ") + text[start + len(line) :], None
    if fault.code == "indentation" and no_indent(text, start, line):
        return text[:start] + "  " + "x" * (len(line) - 2) + text[start + len(line) :], None
    begin = _placed(text, start, line) if fault.code in {"tab", "indentation"} else None
    if begin is None and not whole_line:
        begin = _beginning(fault, line)
    if begin is None or len(begin) >= len(line):
        return text[:start] + "#" * len(line) + text[start + len(line) :], None
    masked = begin + "x" * (len(line) - len(begin))
    return text[:start] + masked + text[start + len(line) :], start + len(begin)


def _beginning(fault: Explained, line: str) -> str | None:
    """What stands before the value on a line, or should."""
    if fault.code == "missing-colon" and (word := re.match(r"[ \t]*[A-Za-z_]+(?=.{3})", line)):
        return f"{word[0]}: "
    if fault.code == "yaml-syntax" and (item := re.match(ITEM, line)):
        return item["indent"] + "- "
    pair = PAIR.match(line)
    return line[: pair.start("value")] if pair else None


def _placed(text: str, start: int, line: str) -> str | None:
    """What a line with a key would begin with in the column of the key above it; None where there
    is no room, or where it stands there already."""
    pair = re.match(rf"{INDENT}(?P<key>[\w-]+)[ \t]*:[ \t]+\S", line)
    if not pair:
        return None
    above = re.findall(rf"^({INDENT})[\w-]+[ \t]*:", text[:start], re.MULTILINE)
    begin = " " * len(above[-1] if above else "") + pair["key"] + ": "
    rest = len(line) - len(begin)
    return begin if rest > 0 and line != begin + "x" * rest else None
