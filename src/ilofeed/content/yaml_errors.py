"""Explain YAML's syntax errors to editors: what is wrong, and what to write."""

import re
from dataclasses import dataclass

from ilofeed.problems import Code, quote

ITEM_SIGNS = "•·‣◦*–—−"  # written instead of the hyphen before a list item
ITEM = rf"^(?P<indent>[ \t]*)(?:(?!\*\*)[{ITEM_SIGNS}]|-(?=[^\s-]))[ \t]*(?P<item>\S.*)$"
_BLOCK = r":[ \t]+[|>][-+]?[ \t]*$"
INDENT = r"[ \t]{0,40}(?:- {1,9}){0,8}"
PAIR = re.compile(
    rf"^{INDENT}"
    r"(?P<key>[^\s:#'\"\[{][^:]{0,60}?)[ \t]{0,9}:[ \t]{1,40}(?P<value>\S.*)$"
)
_SEVERAL = r"""("[^"]*"|'[^']*')(?:\s*,\s*("[^"]*"|'[^']*'))+"""
_BEHIND = r"""(?:\[[^\[\]]*(?=\])|\{[^{}]*(?=\})|"[^"]*(?=")|'[^']*(?='))(.)[ ]*([,;.]+)"""
_NEVER_CLOSED = "the quote {} that opens here is never closed; close it at the end of the value"
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
    """libyaml's error: the problem, its context, and the offsets of both."""

    problem: str
    context: str
    at: int
    context_at: int | None


@dataclass(frozen=True, slots=True)
class Explained:
    """A YAML error explained to an editor, at an offset."""

    offset: int
    code: Code
    message: str


def explain(fault: YamlFault, text: str) -> Explained:
    """Return an error of libyaml as an editor understands it."""
    for rule in _RULES:
        if explained := rule(fault, text):
            return explained
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
            correct = quote("- " + item["item"].strip())
            message = f"an item of a list begins with a hyphen and a space: {correct}"
            return Explained(start + item.end("indent"), "yaml-syntax", message)
    return None


def _colon(fault: YamlFault, text: str) -> Explained | None:
    if not fault.problem.startswith("mapping values are not allowed"):
        return None
    start, line = line_at(text, fault.at)
    if explained := no_indent(text, start, line) or _no_space(text, start):
        return explained
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
    """Explain text that belongs to a `key: >-` above it, but begins in the first column."""
    above = text[:start].rstrip().rpartition("\n")[2]
    if re.search(_BLOCK, above) and line[:1].strip():
        message = f"this text belongs to {quote(above.strip())}; begin its lines with two spaces"
        return Explained(start, "indentation", message)
    return None


def _block(fault: YamlFault, text: str) -> Explained | None:
    """Explain a line indented less than the text of a `key: >-` above it, but more than the key."""
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
    """Explain a line above such as `title:Wages`, which is a text to YAML."""
    lines = list(re.finditer(r"^[^\s#].*$", text[:start], re.MULTILINE))
    for match in reversed(lines[-5:]):
        if pair := re.match(r"([A-Za-z_]+):([^\s:/].*)", match[0]):
            message = f"a space is missing after the colon: {quote(f'{pair[1]}: {pair[2]}')}"
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
    shown = quote(line.strip())
    if "：" in line:
        return f"the colon in {shown} is a full-width one; write : and a space"
    if blank := re.search(r"[\w-]:([^\S \t])", line):
        sign = f"U+{ord(blank[1]):04X}"
        return f"the space behind the colon in {shown} is a special one ({sign}); write a plain one"
    message = f"there is no colon after the key in {shown}"
    if above.strip():
        message += "; if the text above goes on here, begin the line with two spaces"
    return message


def _inside(at: int, text: str) -> int:
    """Return the offset, moved to the last line with text if libyaml points past the end."""
    return min(at, max(len(text.rstrip()) - 1, 0))


def _escape(fault: YamlFault, text: str) -> Explained | None:
    if fault.context != "while parsing a quoted scalar" or fault.context_at is None:
        return None
    message = "a backslash between double quotes begins an escape that YAML does not know; "
    message += "use single quotes, or write the backslash twice"
    at = text.rfind("\\", fault.context_at, fault.at + 1)
    return Explained(at if at >= 0 else fault.context_at, "quotes", message)


def _open_quote(fault: YamlFault, text: str) -> Explained | None:
    if fault.context != "while scanning a quoted scalar" or fault.context_at is None:
        return None
    return Explained(fault.context_at, "quotes", _NEVER_CLOSED.format(text[fault.context_at]))


def _crossed_quote(fault: YamlFault, text: str) -> Explained | None:
    """Explain a quote that opens on a line above and is closed within another text (`It's`)."""
    sign = text[max(fault.at - 1, 0)]
    if "expected key" not in fault.problem or sign not in "'\"":
        return None
    start, _ = line_at(text, fault.at)
    opening = re.compile(rf"^[ \t]*[\w-]+:[ \t]+({sign})[^{sign}\n]*$", re.MULTILINE)
    quotes = list(opening.finditer(text, max(start - 5_000, 0), start))
    if not quotes:
        return None
    return Explained(quotes[-1].start(1), "quotes", _NEVER_CLOSED.format(sign))


def _flow(fault: YamlFault, text: str) -> Explained | None:
    """Explain what does not fit between brackets that are closed on the same line."""
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
    if not pair or not line[: at - start].strip():  # the whole line is in a place for no key
        return None
    explained = _explain_value(fault, pair)
    return Explained(start + pair.start("value"), *explained) if explained else None


def _explain_value(fault: YamlFault, pair: re.Match[str]) -> tuple[Code, str] | None:
    key, value, in_quotes = pair["key"], pair["value"].strip(), quoted(pair)
    first = value[0]
    code: Code = "quotes"
    if behind := re.fullmatch(_BEHIND, value):
        message = f"nothing stands behind the closing {behind[1]}; delete {quote(behind[2])}"
    elif re.fullmatch(_SEVERAL, value):
        message = f"a list stands in brackets: {quote(f'{key}: [{value}]', 200)}"
    elif first in "'\"":
        message = f"text goes on after the closing quote; quote all of it: {in_quotes}"
    elif first in "[{" and "did not find expected ',' or" in fault.problem:
        code = "unclosed-bracket"
        message = f"{first} opens {_STARTERS[first]} that is not closed; "
        message += "end it with " + ("]" if first == "[" else "}")
        message += f", or put the text in quotes: {in_quotes}" if len(value) > 1 else ""
    elif link := re.fullmatch(r"\[.*?\]\((\S+)\)", value):
        code = "unquoted-start"
        message = "Markdown stands in the body only; write the address alone: "
        message += quote(f"{key}: {link[1]}", 200)
    elif first in _STARTERS:
        code = "unquoted-start"
        message = f"a value that begins with {first} is read as {_STARTERS[first]}; use quotes: "
        message += in_quotes
    elif value.startswith("- "):
        code, shown = "indentation", quote(f"{key}: [{value.removeprefix('- ')}]")
        message = f"a list begins on the next line, or in brackets: {shown}"
    else:
        return None
    return code, message


def quoted(pair: re.Match[str]) -> str:
    """Return a key and its value, matched by `PAIR`, with the value in quotes, for a message."""
    value = pair["value"].strip()
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    inner = value[1:-1] if is_quoted else value
    sign = "'" if '"' in inner or "\\" in inner else '"'
    inner = inner.replace("'", "''") if sign == "'" else inner
    return quote(f"{pair['key']}: {sign}{inner}{sign}", 200)


def line_at(text: str, at: int) -> tuple[int, str]:
    """Return where the line of an offset begins, and the line without its line break."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return start, text[start:] if end < 0 else text[start:end]


_RULES = (
    _tab, _item, _escape, _open_quote, _crossed_quote, _colon, _flow, _value, _block, _structure
)  # fmt: skip
