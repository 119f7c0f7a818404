"""Convert libyaml's syntax errors to messages for editors: what is wrong, and what to write."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from ilofeed.bodies import without_markdown
from ilofeed.problems import Code, quote
from ilofeed.text import line_at

ITEM_SIGNS = "•·‣◦*–—−"  # characters that editors write instead of a hyphen before an item
ITEM = rf"^(?P<indent>[ \t]*)(?:(?!\*\*)[{ITEM_SIGNS}]|-(?=[^\s-]))[ \t]*(?P<item>\S.*)$"
_BLOCK = r":[ \t]+[|>][-+]?[ \t]*$"
INDENT = r"[ \t]{0,40}(?:- {1,9}){0,8}"
PAIR = re.compile(
    rf"^{INDENT}"
    r"(?P<key>[^\s:#'\"\[{][^:]{0,60}?)[ \t]{0,9}:[ \t]{1,40}(?P<value>\S.*)$"
)
_SEVERAL = r"""("[^"]*"|'[^']*')(?:\s*,\s*("[^"]*"|'[^']*'))+"""
_EXTRA = r"""(?:\[[^\[\]]*(?=\])|\{[^{}]*(?=\})|"[^"]*(?=")|'[^']*(?='))(.)[ ]*([,;.]+)"""
_OPENING = {  # a quote that is not closed on its line
    "'": re.compile(r"^[ \t]*[\w-]+:[ \t]+(')[^'\n]*$", re.MULTILINE),
    '"': re.compile(r"^[ \t]*[\w-]+:[ \t]+(\")[^\"\n]*$", re.MULTILINE),
}
_LISTS = frozenset("archives attachments authors categories countries feeds languages per".split())
_NEVER_CLOSED = "the quote {} that opens here is not closed; close it at the end of the value"
_STARTERS = {
    "*": "a YAML alias",
    "&": "a YAML anchor",
    "!": "a YAML tag",
    "|": "a block of text",
    ">": "a block of text",
    "%": "a YAML directive",
    "-": "an item of a list",
    "?": "a YAML key",
    "@": "a reserved character",
    "`": "a reserved character",
    "[": "a list",
    "{": "a mapping",
    ",": "the next item of a list",
    "]": "the end of a list",
    "}": "the end of a mapping",
}
_ODD_KEY = re.compile(r"(?:- +)?([\w-]+)[ \t]*:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Mixture:
    """A section of a list if `is_list`, else of keys, with lines of the other form.

    `odd` holds the offsets at which the text of these lines begins; the first line of the section
    decides if there are as many of both.
    """

    is_list: bool
    is_inside: bool  # the first odd line is a key of the item above it
    odd: tuple[int, ...]

    def message(self, text: str) -> str:
        """Return what to write instead of the first odd line."""
        line = text[self.odd[0] :].partition("\n")[0].strip()
        if self.is_inside:
            return f"{quote(line)} belongs to the item above; begin it two columns further right"
        if self.is_list:
            return (
                f"the other lines of this section begin with a hyphen; write {quote(f'- {line}')}"
            )
        if _ODD_KEY.match(line):
            shown = line.removeprefix("-").strip()
            return f"the other lines of this section have no hyphen; write {quote(shown)}"
        return (
            "the other lines of this section are keys with values; write this one in the same way"
        )

    def corrected(self, text: str) -> tuple[str, list[int]]:
        """Return a text of equal length in which these lines fit, and the offsets of their values.

        The values are masked: they are not what the editor wrote.
        """
        masked: list[int] = []
        parts, done = [], 0
        column = self.odd[0] - text.rfind("\n", 0, self.odd[0]) - 1
        block = re.compile(rf".*+(?:\n {{{column + 1},}}+.*+)*+")
        for at in self.odd:
            match = block.match(text, at)
            assert match is not None  # it matches any line
            line, *below = match[0].split("\n")
            key = None if self.is_list else _ODD_KEY.match(line)
            begin = f"{key[1]}: " if key else "#"
            if self.is_list and not self.is_inside and len(line) > 2:
                begin = "- "
            if begin != "#":
                masked.append(at + len(begin))
            lines = [begin + "x" * (len(line) - len(begin)), *("#" * len(inner) for inner in below)]
            parts += [text[done:at], "\n".join(lines)]
            done = match.end()
        return "".join([*parts, text[done:]]), masked


def find_mixture(text: str, offset: int) -> Mixture | None:
    """Return the mixture of the section that a line is in, if that line is indented; else None."""
    start = text.rfind("\n", 0, offset) + 1
    indent = re.compile(r"[ ]*").match(text, start)[0]  # type: ignore[index]  # it always matches
    if not indent:
        return None
    outer = re.compile(rf"^ {{0,{len(indent) - 1}}}[^\s#]", re.MULTILINE)
    first = max((match.start() for match in outer.finditer(text, 0, start)), default=0)
    below = outer.search(text, start)
    lines = re.compile(rf"^{indent}([^\s#].*)$", re.MULTILINE)
    found = list(lines.finditer(text, first, below.start() if below else len(text)))
    with_hyphen = [match for match in found if match[1].startswith("- ")]
    without = [match for match in found if not match[1].startswith("- ")]
    if not with_hyphen or not without:
        return None
    more = len(with_hyphen) - len(without)
    is_list = (
        more > 0
        or (more == 0 and found[0] is with_hyphen[0])
        or not any(_ODD_KEY.match(match[1]) for match in without)
    )
    odd = without if is_list else with_hyphen
    keys = {key[1] for match in with_hyphen if (key := _ODD_KEY.match(match[1]))}
    key = _ODD_KEY.match(odd[0][1])
    is_inside = bool(keys) and key is not None and key[1] not in keys and odd[0] is not found[0]
    return Mixture(is_list, is_list and is_inside, tuple(match.start(1) for match in odd))


@dataclass(frozen=True, slots=True)
class YamlError:
    """An error of libyaml: its problem and context, the offset of each, and the allowed keys."""

    problem: str
    context: str
    offset: int
    context_offset: int | None
    top_keys: Collection[str] = ()  # that may begin in the first column; () if not known


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """The offset, code and message of a YAML error, for an editor."""

    offset: int
    code: Code
    message: str
    indent: str = ""  # what the line should begin with, if that is known
    mixture: Mixture | None = None  # the lines to correct, if there are several


def explain(error: YamlError, text: str) -> Diagnostic:
    """Convert an error of libyaml: the first rule that recognizes the error explains it."""
    for rule in _RULES:
        if diagnostic := rule(error, text):
            return diagnostic
    message = f"invalid YAML ({error.problem}); put the value in quotes"
    return Diagnostic(_inside(error.offset, text), "yaml-syntax", message)


def _tab(error: YamlError, text: str) -> Diagnostic | None:
    if text[error.offset : error.offset + 1] != "\t" and "tab" not in error.problem:
        return None
    return Diagnostic(error.offset, "tab", "tabs are not allowed here; write spaces")


def _item(error: YamlError, text: str) -> Diagnostic | None:
    for offset in (error.context_offset, error.offset):
        start, line = line_at(text, offset or 0)
        if offset is not None and (item := re.match(ITEM, line)):
            correct = quote("- " + item["item"].strip())
            message = f"invalid list item; begin it with a hyphen and a space: {correct}"
            return Diagnostic(start + item.end("indent"), "yaml-syntax", message)
    return None


def _mixed(error: YamlError, text: str) -> Diagnostic | None:
    """Explain an indented line with a hyphen among lines without one, or the other way round."""
    for offset in (error.context_offset, error.offset):
        if offset is not None and (mixture := find_mixture(text, _inside(offset, text))):
            message = mixture.message(text)
            return Diagnostic(mixture.odd[0], "indentation", message, mixture=mixture)
    return None


def _colon(error: YamlError, text: str) -> Diagnostic | None:
    if not error.problem.startswith("mapping values are not allowed"):
        return None
    start, line = line_at(text, error.offset)
    if diagnostic := no_indent(text, start, line) or _no_space(text, start):
        return diagnostic
    pair = PAIR.match(line)
    if pair and start + pair.start("value") < error.offset:
        message = f"colon and space inside a value; put the value in quotes: {quoted(pair)}"
        return Diagnostic(error.offset, "unquoted-colon", message)
    above = text[: max(start - 1, 0)].rstrip()
    above_start, above_line = line_at(text, max(len(above) - 1, 0))
    if above and ":" not in above_line:
        message = _no_colon(above_line, text[:above_start])
        above_start += len(above_line) - len(above_line.lstrip())
        return Diagnostic(above_start, "missing-colon", message)
    above_pair = re.match(r"(?P<key>[A-Za-z_][\w-]*)[ \t]*:[ \t]", above_line)
    if above_pair and error.top_keys and above_pair["key"] not in error.top_keys:
        indent = line[: len(line) - len(line.lstrip())]
        message = f"{quote(above_pair['key'])} belongs to the section above; "
        message += f"indent the line by {len(indent)} spaces, like the next one"
        return Diagnostic(above_start, "indentation", message, indent)
    at = start + len(line) - len(line.lstrip())
    message = "this line is indented, so YAML adds it to the line above; begin it in the column of "
    message += "the other keys, or, if it continues the text above, put quotes around all of it"
    if line[at - start :].startswith("- ") and (key := re.match(r"[ \t]*([\w-]+):", above_line)):
        message = f"{quote(key[1])} has a value on its own line; delete that value, or this list"
    return Diagnostic(at, "indentation", message)


def no_indent(text: str, start: int, line: str) -> Diagnostic | None:
    """Explain text in the first column that should be indented below a `key: >-`."""
    above = text[:start].rstrip().rpartition("\n")[2]
    if re.search(_BLOCK, above) and line[:1].strip():
        message = f"this text belongs to {quote(above.strip())}; indent its lines by two spaces"
        return Diagnostic(start, "indentation", message)
    return None


def _block(error: YamlError, text: str) -> Diagnostic | None:
    """Explain a line that is indented less than the rest of the text below a `key: >-`."""
    start, line = line_at(text, error.offset)
    indent = len(line) - len(line.lstrip())
    for above in reversed(text[:start].split("\n")[-50:]):
        if above.strip() and len(above) - len(above.lstrip()) < indent:
            if not re.search(_BLOCK, above):
                return None
            message = f"this text belongs to {quote(above.strip())}; "
            message += "begin all its lines in the same column"
            return Diagnostic(start + indent, "indentation", message)
    return None


def _no_space(text: str, start: int) -> Diagnostic | None:
    """Explain an earlier line such as `title:Wages`, which YAML reads as a text."""
    lines = list(re.finditer(r"^[^\s#].*$", text[:start], re.MULTILINE))
    for match in reversed(lines[-5:]):
        if pair := re.match(r"([A-Za-z_]+):([^\s:/].*)", match[0]):
            message = f"missing space after the colon; write {quote(f'{pair[1]}: {pair[2]}')}"
            return Diagnostic(match.start(), "missing-colon", message)
        if not re.match(r"[^:]*$", match[0]):
            return None
    return None


def _structure(error: YamlError, text: str) -> Diagnostic | None:
    at = _inside(error.offset, text)
    start, line = line_at(text, at)
    offset = start + len(line) - len(line.lstrip())
    if "expected ':'" in error.problem:
        at = error.context_offset if error.context_offset is not None else at
        start, line = line_at(text, at)
        return (
            no_indent(text, start, line)
            or _no_space(text, start + len(line))
            or Diagnostic(at, "missing-colon", _no_colon(line, text[:start]))
        )
    if "document start" in error.problem:
        first = re.search(r"^([ \t]*)[^\s#]", text, re.MULTILINE)
        if first and first.end(1) - first.start() > offset - start:
            message = "this line is indented, but those below are not; begin it in the same column"
            return Diagnostic(first.end(1), "indentation", message)
        message = "this line is not part of the keys above; begin it in the same column as the keys"
        return Diagnostic(offset, "indentation", message)
    if line.lstrip().startswith("- "):
        message = "this list item has no key; put it below its key, indented by two spaces"
        return Diagnostic(offset, "indentation", message)
    if "expected key" in error.problem or "'-' indicator" in error.problem:
        message = "unexpected indentation; begin each key in the same column"
        return Diagnostic(offset, "indentation", message)
    return None


def _no_colon(line: str, above: str) -> str:
    shown = quote(line.strip())
    if "：" in line:
        return f"full-width colon in {shown}; write : and a space"
    message = f"missing colon after the key in {shown}"
    if above.strip():
        message += "; if this line continues the text above, indent it by two spaces"
    return message


def _inside(offset: int, text: str) -> int:
    """Return an offset, or that of the last visible character if libyaml points past it."""
    return min(offset, max(len(text.rstrip()) - 1, 0))


def _escape(error: YamlError, text: str) -> Diagnostic | None:
    if error.context != "while parsing a quoted scalar" or error.context_offset is None:
        return None
    message = "unknown escape in double quotes; use single quotes, or write the backslash twice"
    offset = text.rfind("\\", error.context_offset, error.offset + 1)
    return Diagnostic(offset if offset >= 0 else error.context_offset, "quotes", message)


def _open_quote(error: YamlError, text: str) -> Diagnostic | None:
    start = error.context_offset
    if error.context != "while scanning a quoted scalar" or start is None:
        return None
    return Diagnostic(start, "quotes", _NEVER_CLOSED.format(text[start]))


def _crossed_quote(error: YamlError, text: str) -> Diagnostic | None:
    """Explain a quote that opens on an earlier line and ends inside another text (`It's`)."""
    sign = text[max(error.offset - 1, 0)]
    if "expected key" not in error.problem or sign not in "'\"":
        return None
    start, _ = line_at(text, error.offset)
    quotes = list(_OPENING[sign].finditer(text, max(start - 5_000, 0), start))
    if not quotes:
        return None
    return Diagnostic(quotes[-1].start(1), "quotes", _NEVER_CLOSED.format(sign))


def _flow(error: YamlError, text: str) -> Diagnostic | None:
    """Explain an error inside brackets that are closed on the same line."""
    start, line = line_at(text, error.offset)
    is_closed = line.rstrip().endswith(("]", "}")) and start <= (error.context_offset or 0)
    if "flow" not in error.context or not is_closed:
        return None
    sign = text[error.offset : error.offset + 1]
    if sign == ",":
        message = "missing value before this comma; write it, or delete the comma"
        return Diagnostic(error.offset, "yaml-syntax", message)
    if sign == ":":
        message = "colon and space inside a value in brackets; put the value in quotes"
        return Diagnostic(error.offset, "unquoted-colon", message)
    message = "invalid text in brackets; put quotes around each text in them"
    return Diagnostic(error.offset, "yaml-syntax", message)


def _value(error: YamlError, text: str) -> Diagnostic | None:
    context = error.context_offset
    offset = error.offset if context is None or "block" in error.context else context
    start, line = line_at(text, offset)
    pair = PAIR.match(line)
    if not pair or not line[: offset - start].strip():  # no key can begin where this line is
        return None
    diagnostic = _explain_value(error, pair)
    return Diagnostic(start + pair.start("value"), *diagnostic) if diagnostic else None


def _explain_value(error: YamlError, pair: re.Match[str]) -> tuple[Code, str] | None:
    key, value, in_quotes = pair["key"], pair["value"].strip(), quoted(pair)
    first = value[0]
    code: Code = "quotes"
    if extra := re.fullmatch(_EXTRA, value):
        message = f"unexpected {quote(extra[2])} after the closing {extra[1]}; delete it"
    elif re.fullmatch(_SEVERAL, value):
        message = f"several values; write them in brackets: {quote(f'{key}: [{value}]', 200)}"
    elif first in "'\"":
        message = f"text after the closing quote; put all of it in quotes: {in_quotes}"
    elif first in "[{" and "did not find expected ',' or" in error.problem:
        code = "unclosed-bracket"
        message = f"{first} opens {_STARTERS[first]} that is not closed; "
        message += "end it with " + ("]" if first == "[" else "}")
        if len(value) > 1 and key.strip() not in _LISTS:
            message += f", or put the text in quotes: {in_quotes}"
    elif link := key in {"link", "url"} and re.fullmatch(r"\[[^\]]*\]\((\S+)\)", value):
        code = "unquoted-start"
        message = "Markdown is allowed only in the body; write the address alone: "
        message += quote(f"{key}: {link[1]}", 200)
    elif first == "-" and key.strip() in _LISTS:
        items = ", ".join(re.split(r"(?<![ \t])[ \t]+-[ \t]+", value.removeprefix("-").strip()))
        code, shown = "indentation", quote(f"{key}: [{items}]")
        message = f"list on the line of its key; write it in brackets: {shown}"
    elif first in "*`[" and (plain := without_markdown(value)) != value:
        code = "unquoted-start"
        message = "Markdown is allowed only in the body; write the words alone: "
        plain = f'"{plain}"' if re.search(r":\s|\s#", plain) and '"' not in plain else plain
        message += quote(f"{key}: {plain}", 200)
    elif first in _STARTERS:
        code = "unquoted-start"
        message = f"YAML reads {first} at the beginning as {_STARTERS[first]}; use quotes: "
        message += in_quotes
    else:
        return None
    return code, message


def quoted(pair: re.Match[str]) -> str:
    """Format a match of `PAIR` as a line with its value in quotes, for a message."""
    value = pair["value"].strip()
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    inner = value[1:-1] if is_quoted else value
    sign = "'" if '"' in inner or "\\" in inner else '"'
    inner = inner.replace("'", "''") if sign == "'" else inner
    return quote(f"{pair['key']}: {sign}{inner}{sign}", 200)


_RULES = (
    _tab, _item, _mixed, _escape, _open_quote, _crossed_quote, _colon, _flow, _value, _block,
    _structure,
)  # fmt: skip
