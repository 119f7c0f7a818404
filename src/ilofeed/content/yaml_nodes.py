"""Parse YAML into nodes with their places; reject aliases and tags. The only user of PyYAML.

Nodes are built from libyaml's events (`CBaseLoader`), not by its composer, so that deep nesting,
aliases and tags are rejected while reading, before they cost time or memory. Scalars stay text:
`NO` is a country, and `1.10` is not `1.1`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

import yaml

from ilofeed.content.yaml_errors import (
    INDENT,
    ITEM,
    PAIR,
    Diagnostic,
    YamlError,
    explain,
    no_indent,
)
from ilofeed.problems import Code, Problem, quote
from ilofeed.text import SPACES, Source, line_at

MAX_DEPTH = 8  # the deepest key of the schemas is on level 4
MAX_REPAIRS = 100
MAX_PROBLEMS = 100  # reported for one file
_SPECIAL = re.compile(  # special spaces where YAML needs ordinary ones; invisible line breaks
    rf"^(?P<first>[{SPACES}]+)(?P<key>[a-z_]+[ \t]*:(?=\s))?"
    rf"|^[ \t]+(?P<line>[{SPACES}]+)(?=[ \t]*(?:-[\s{SPACES}]|[A-Za-z_][\w-]*[ \t]*:\s))"
    rf"|^[ \t]*-(?P<hyphen>[{SPACES}]+)"
    rf"|^[ \t]*(?:- +)?(?:[a-z_][\w-]*|[A-Z]{{2}})[ \t]*:(?P<colon>[{SPACES}]+)"
    r"|(?P<break>[\u2028\u2029])",
    re.MULTILINE,
)
_WIDE = re.compile(
    r"(?P<indent>[ \t]*)(?P<key>[A-Za-z_][\w-]*)[ \t]*(?P<colon>[：﹕︰])(?P<value>.*)"
)
_SECTIONS = re.compile(r"(?:author|categories|countries|event|image|site)[ \t]*:[ \t]*")
_GUESSED = ("missing-colon", "indentation", "tab")  # such a line may continue the text above


# named tuples, because creating frozen dataclasses takes three times as long
class Scalar(NamedTuple):
    """A value as text; `start` and `end` are offsets of characters in the source."""

    value: str
    start: int
    end: int
    style: str = ""  # the quote or block sign; "" for plain text
    broken: bool = False  # True if it is already reported and must not be used


class Sequence(NamedTuple):
    """A list of nodes."""

    items: tuple[Node, ...]
    start: int
    end: int


class Mapping(NamedTuple):
    """Keys and values in the order of the file; keys are unique."""

    pairs: tuple[tuple[Scalar, Node], ...]
    start: int
    end: int

    def get(self, key: str) -> Node | None:
        """Return the value of a key; None if the mapping lacks it."""
        return next((value for name, value in self.pairs if name.value == key), None)


Node: TypeAlias = Scalar | Sequence | Mapping


def plain(node: Node) -> Any:
    """Return a node as text, lists and dictionaries; what YAML reads as nothing is ""."""
    if isinstance(node, Mapping):
        return {key.value: plain(value) for key, value in node.pairs}
    if isinstance(node, Sequence):
        return list(map(plain, node.items))
    return "" if not node.style and node.value in {"~", "null"} else node.value


def compose(
    source: Source, start: int, end: int, top_keys: Collection[str] = ()
) -> tuple[Mapping | None, list[Problem]]:
    """Parse the mapping in `source.text[start:end]`; return it with the problems of its syntax.

    After a syntax error the line is masked and the text parsed again, so that one error does not
    hide others. The mapping is None if the text has no keys or too many errors. `top_keys` are the
    keys that it may have.
    """
    text, spaces = _plain_spaces(source, start, end, top_keys)
    root, problems = _repaired(source, start, text, top_keys)
    return root, [*spaces, *problems]


def _plain_spaces(
    source: Source, start: int, end: int, top_keys: Collection[str]
) -> tuple[str, list[Problem]]:
    """Return the text with ordinary spaces where YAML needs them, and the problems."""
    problems: list[Problem] = []

    def replaced(match: re.Match[str]) -> str:
        kind = next(name for name, text in match.groupdict().items() if text)
        at, until = match.start(kind) - match.start(), match.end(kind) - match.start()
        sign = f"U+{ord(match[kind][0]):04X}"
        message = f"special space ({sign}) after the {kind}; write an ordinary space"
        is_top = kind == "first" and (match["key"] or "").rstrip(": \t") in top_keys
        if kind in {"first", "line"}:
            message = f"this line begins with special spaces ({sign}); "
            message += "delete them" if is_top else "write ordinary spaces"
        elif kind == "break":
            message = f"invisible line break ({sign}) in the text; write a space instead"
        code: Code = "line-break" if kind == "break" else "special-space"
        if len(problems) < MAX_PROBLEMS:
            problems.append(source.problem(start + match.start(kind), code, message))
        before, after, blank = match[0][:at], match[0][until:], " " * (until - at)
        return after + blank if is_top else before + blank + after

    text = source.text[start:end]
    return (text if text.isascii() else _SPECIAL.sub(replaced, text)), problems


def _repaired(
    source: Source, start: int, text: str, top_keys: Collection[str]
) -> tuple[Mapping | None, list[Problem]]:
    # errors by line: only the first of a line is reported; codes by offset of the masked value
    text, errors, masked = _narrow_colons(source, start, text, top_keys)
    is_deep = False
    for _ in range(MAX_REPAIRS):
        builder = _Builder(source, start, masked, text)
        try:
            root = builder.build()
        except _TooDeepError as error:
            if is_deep:
                break
            is_deep, diagnostic = True, error.diagnostic
        except yaml.MarkedYAMLError as error:
            diagnostic = explain(_yaml_error(error, top_keys), text)
        else:
            problems = [*_tabs_once(errors.values()), *builder.problems]
            if isinstance(root, Mapping):
                return root, problems
            if root is not None and not problems:
                problems.append(_root_problem(source, root))
            return None, problems
        problem = source.problem(start + diagnostic.offset, diagnostic.code, diagnostic.message)
        before = text
        text, offsets = mask(text, diagnostic, whole_line=problem.line in errors)
        errors.setdefault(problem.line, problem)
        if text == before:
            break
        masked |= dict.fromkeys(offsets, diagnostic.code)
    if len(errors) >= MAX_REPAIRS:
        last = max(errors)
        message = "too many lines are not valid YAML; the rest of the file was not checked"
        errors[last + 1] = source.problem(source.offset(last), "yaml-syntax", message)
    return None, _tabs_once(errors.values())


def _tabs_once(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with one for all lines that have tabs."""
    problems = sorted(problems)
    tabs = [problem for problem in problems if problem.code == "tab"]
    if len(tabs) < 2:
        return problems
    message = f"{tabs[0].message} ({len(tabs)} lines in this file)"
    rest = [problem for problem in problems if problem.code != "tab"]
    return [dataclasses.replace(tabs[0], message=message), *rest]


def _narrow_colons(
    source: Source, start: int, text: str, top_keys: Collection[str]
) -> tuple[str, dict[int, Problem], dict[int, Code]]:
    """Replace full-width colons after keys and mask the values; return the problems by line."""
    errors: dict[int, Problem] = {}
    masked: dict[int, Code] = {}
    if "：" not in text and "﹕" not in text and "︰" not in text:
        return text, errors, masked
    lines, offset, is_inside = text.split("\n"), 0, False  # inside a section that has only keys
    for index, line in enumerate(lines):
        match = _WIDE.match(line)
        if match and (is_inside if match["indent"] else match["key"] in top_keys):
            message = f"full-width colon after {quote(match['key'])}; write : and a space"
            at = offset + match.start("colon")
            problem = source.problem(start + at, "missing-colon", message)
            errors[problem.line] = problem
            lines[index] = line[: match.start("colon")] + ":"
            if match["value"].strip():
                lines[index] += " " + "x" * (len(match["value"]) - 1)
                masked[at + 2] = "missing-colon"
            else:
                lines[index] += " " * len(match["value"])
        if line[:1].strip():
            is_inside = _SECTIONS.fullmatch(lines[index]) is not None
        offset += len(line) + 1
    return "\n".join(lines), errors, masked


class _TooDeepError(Exception):
    """Raised to stop parsing, because libyaml takes quadratic time on deep nesting."""

    def __init__(self, offset: int) -> None:
        message = f"more than {MAX_DEPTH} nested brackets or lists; if it is text, put it in quotes"
        self.diagnostic = Diagnostic(offset, "too-deep", message)


def _yaml_error(error: yaml.MarkedYAMLError, top_keys: Collection[str]) -> YamlError:
    problem, context = error.problem_mark, error.context_mark
    assert problem is not None
    return YamlError(
        error.problem or "",
        error.context or "",
        problem.index,
        context.index if context is not None else None,
        top_keys,
    )


def _root_problem(source: Source, root: Node) -> Problem:
    """Return the problem of a text that is a list or a scalar, not a mapping."""
    message = "expected keys, each on its own line: `title: …`"
    if isinstance(root, Sequence):
        message = "expected keys without a hyphen before them: `title: …`"
    elif key := re.match(r"[A-Za-z_]+:(?=[^\s/:])", source.text[root.start : root.end]):
        message = f"missing space after each colon: `{key[0]} …`"
    return source.problem(root.start, "not-a-mapping", message)


_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class _Builder:
    """Build nodes from libyaml's events; report what is valid YAML but not intended by editors."""

    def __init__(self, source: Source, base: int, masked: dict[int, Code], text: str) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._base = base
        self._masked = masked
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CBaseLoader)

    def build(self) -> Node | None:
        """Return the root node of the first document; report a second document."""
        root: Node | None = None
        for event in self._events:
            start = self._base + event.start_mark.index
            if isinstance(event, yaml.NodeEvent):
                node = self._node(event)
                root = node if root is None else root
            elif isinstance(event, yaml.DocumentStartEvent) and root is not None:
                message = "unexpected `---`, which begins another YAML document; delete it"
                self._report(start, "second-document", message)
        return root

    def _node(self, event: Any, depth: int = 0) -> Node:
        """Return the node that begins with an event; read its other events."""
        offset, end = event.start_mark.index, event.end_mark.index
        start = self._base + offset
        if isinstance(event, yaml.AliasEvent):
            self._refuse(start, "yaml-alias", f"*{event.anchor}", "alias")
            return Scalar("", start, self._base + end, broken=True)
        broken = event.anchor is not None or event.tag is not None
        if event.anchor is not None:
            self._refuse(start, "yaml-alias", f"&{event.anchor}", "anchor")
        if event.tag is not None:
            self._refuse(start, "yaml-tag", event.tag, "tag")
        if isinstance(event, yaml.ScalarEvent):
            broken = broken or any(offset <= masked < end for masked in self._masked)
            return Scalar(event.value, start, self._base + end, event.style or "", broken)
        if depth == MAX_DEPTH:
            raise _TooDeepError(offset)
        items: list[Node] = []
        pairs: dict[str, tuple[Scalar, Node]] = {}
        while type(inner := next(self._events)) not in _ENDS:
            node = self._node(inner, depth + 1)
            if isinstance(event, yaml.SequenceStartEvent):
                items.append(node)
            else:
                self._add(pairs, node, self._node(next(self._events), depth + 1))
        end = self._base + inner.end_mark.index
        if broken:
            return Scalar("", start, end, broken=True)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(items), start, end)
        return Mapping(tuple(pairs.values()), start, end)

    def _refuse(self, start: int, code: Code, written: str, kind: str) -> None:
        """Report what this YAML does not have."""
        message = f"{quote(written)} is a YAML {kind}, which is not supported; "
        message += "if it is part of the value, put the value in quotes"
        self._report(start, code, message)

    def _report(self, offset: int, code: Code, message: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(self._source.problem(offset, code, message))

    def _add(self, pairs: dict[str, tuple[Scalar, Node]], key: Node, value: Node) -> None:
        """Add a key and its value to a mapping, unless the key is broken or a duplicate."""
        if not isinstance(key, Scalar):
            message = "expected a plain word as key, not a list or a mapping"
            self._report(key.start, "yaml-syntax", message)
            return
        first = pairs.get(key.value)
        if key.broken or (first is not None and self._is_guessed(value)):
            return
        if first is not None and not self._is_guessed(first[1]):
            line, _ = self._source.place(first[0].start)
            message = f"duplicate key {quote(key.value)}, first used on line {line}; remove one"
            self._report(key.start, "duplicate-key", message)
            return
        pairs[key.value] = (key, value)

    def _is_guessed(self, value: Node) -> bool:
        """Return whether a value is on a masked line that may have been text, not a key."""
        return self._masked.get(value.start - self._base) in _GUESSED


class _Writer(yaml.SafeDumper):
    """Write texts that are not words in quotes: some parsers read `1e3` as a number."""


def _represent(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if re.fullmatch(r"[A-Za-z][A-Za-z_ -]*", text) else '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _represent)


def write(data: Any) -> str:
    """Serialize mappings, lists and values as YAML for other programs; keep the order of keys."""
    return yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=1000)


def mask(text: str, error: Diagnostic, *, whole_line: bool) -> tuple[str, list[int]]:
    """Replace an error by text of equal length; return the text and the offsets of masked values.

    There are none if the line was corrected or, with `whole_line` (after a second error in it),
    replaced as a whole. The text is unchanged if there is nothing to replace.
    """
    if error.mixture is not None and not whole_line:
        return error.mixture.corrected(text)
    start, line = line_at(text, error.offset)
    if error.code == "tab" and not whole_line and "\t" in line:
        return text[:start] + line.replace("\t", " ") + text[start + len(line) :], []
    if error.code == "indentation" and no_indent(text, start, line):
        return text[:start] + "  " + "x" * (len(line) - 2) + text[start + len(line) :], []
    begin = None
    if error.code in {"tab", "indentation"}:
        begin = _placed(text, start, line, error.indent)
    if begin is None and not whole_line:
        begin = _beginning(error, line)
    if error.code == "missing-colon" and re.fullmatch(r"\w+", line):  # with the keys below it
        below = re.compile(r"(?:\n[ \t]+.*)*").match(text, start + len(line))
        line += below[0] if below else ""
        hidden = re.sub(r"[^\n]", "#", line)
        return text[:start] + hidden + text[start + len(line) :], []
    if begin is None or len(begin) >= len(line):
        return text[:start] + "#" * len(line) + text[start + len(line) :], []
    masked = begin + "x" * (len(line) - len(begin))
    return text[:start] + masked + text[start + len(line) :], [start + len(begin)]


def _beginning(error: Diagnostic, line: str) -> str | None:
    """Return the corrected part of a line before its value; None if it has no value."""
    if error.code == "missing-colon" and (word := re.match(r"[ \t]*[A-Za-z_]+(?=.{3})", line)):
        return f"{word[0]}: "
    if error.code == "yaml-syntax" and (item := re.match(ITEM, line)):
        return item["indent"] + "- "
    pair = PAIR.match(line)
    return line[: pair.start("value")] if pair else None


def _placed(text: str, start: int, line: str, indent: str) -> str | None:
    """Return the beginning of a line with an indentation ("": that of the key above), or None."""
    pair = re.match(rf"{INDENT}(?P<key>[\w-]+)[ \t]*:[ \t]+\S", line)
    if not pair:
        return None
    above = re.findall(rf"^({INDENT})[\w-]+[ \t]*:", text[:start], re.MULTILINE)
    begin = " " * len(indent or (above[-1] if above else "")) + pair["key"] + ": "
    rest = len(line) - len(begin)
    return begin if rest > 0 and line != begin + "x" * rest else None
