"""Parse YAML into nodes with their places; reject aliases and tags. The only user of PyYAML.

Nodes are built from libyaml's events (`CBaseLoader`), not by its composer, so that deep nesting,
aliases and tags are rejected while reading, before they cost time or memory. Scalars stay text:
`NO` is a country, and `1.10` is not `1.1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

import yaml

from ilofeed.content.yaml_errors import (
    INDENT,
    ITEM,
    PAIR,
    Diagnostic,
    YamlError,
    explain,
    line_at,
    no_indent,
)
from ilofeed.problems import Code, Problem, quote
from ilofeed.text import Source

MAX_DEPTH = 8  # the deepest key of the schemas is on level 4
MAX_REPAIRS = 100
MAX_PROBLEMS = 100  # reported for one file
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


def compose(source: Source, start: int, end: int) -> tuple[Mapping | None, list[Problem]]:
    """Parse the mapping in `source.text[start:end]`; return it with the problems of its syntax.

    After a syntax error the line is masked and the text parsed again, so that one error does not
    hide others. The mapping is None if the text has no keys or too many errors.
    """
    text = source.text[start:end]
    errors: dict[int, Problem] = {}  # by line: only the first error of a line is reported
    masked: dict[int, Code] = {}  # code of the error by offset of the masked value
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
            diagnostic = explain(_yaml_error(error), text)
        else:
            problems = [*errors.values(), *builder.problems]
            if isinstance(root, Mapping):
                return root, problems
            if root is not None and not problems:
                problems.append(_root_problem(source, root))
            return None, problems
        problem = source.problem(start + diagnostic.offset, diagnostic.code, diagnostic.message)
        before = text
        text, offset = mask(text, diagnostic, whole_line=problem.line in errors)
        errors.setdefault(problem.line, problem)
        if text == before:
            break
        if offset is not None:
            masked[offset] = diagnostic.code
    if len(errors) >= MAX_REPAIRS:
        last = max(errors)
        message = "too many lines are not valid YAML; the rest of the file was not checked"
        errors[last + 1] = source.problem(source.offset(last), "yaml-syntax", message)
    return None, [*errors.values()]


class _TooDeepError(Exception):
    """Raised to stop parsing, because libyaml takes quadratic time on deep nesting."""

    def __init__(self, offset: int) -> None:
        message = f"more than {MAX_DEPTH} nested brackets or lists; if it is text, put it in quotes"
        self.diagnostic = Diagnostic(offset, "too-deep", message)


def _yaml_error(error: yaml.MarkedYAMLError) -> YamlError:
    problem, context = error.problem_mark, error.context_mark
    assert problem is not None
    return YamlError(
        error.problem or "",
        error.context or "",
        problem.index,
        context.index if context is not None else None,
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
            message = f"{quote(f'*{event.anchor}')} is a YAML alias, which is not supported; "
            message += "if the star is part of the value, put the value in quotes"
            self._report(start, "yaml-alias", message)
            return Scalar("", start, self._base + end, broken=True)
        broken = self._refuse_extras(event, start)
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

    def _refuse_extras(self, event: Any, start: int) -> bool:
        """Report an anchor or a tag; return whether there was one."""
        if event.anchor is not None:
            message = f"{quote('&' + event.anchor)} is a YAML anchor, which is not supported; "
            message += "if the & is part of the value, put the value in quotes"
            self._report(start, "yaml-alias", message)
        if event.tag is not None:
            message = f"{quote(event.tag)} is a YAML tag, which is not supported; "
            message += "if it is part of the value, put the value in quotes"
            self._report(start, "yaml-tag", message)
        return event.anchor is not None or event.tag is not None

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


def mask(text: str, error: Diagnostic, *, whole_line: bool) -> tuple[str, int | None]:
    """Replace an error by text of equal length; return the text and the offset of a masked value.

    The offset is None if the line was corrected or, with `whole_line` (after a second error in it),
    replaced as a whole. The text is unchanged if there is nothing to replace.
    """
    start, line = line_at(text, error.offset)
    if error.code == "tab" and not whole_line and "\t" in line:
        return text[:start] + line.replace("\t", " ") + text[start + len(line) :], None
    if error.code == "indentation" and no_indent(text, start, line):
        return text[:start] + "  " + "x" * (len(line) - 2) + text[start + len(line) :], None
    begin = _placed(text, start, line) if error.code in {"tab", "indentation"} else None
    if begin is None and not whole_line:
        begin = _beginning(error, line)
    if begin is None or len(begin) >= len(line):
        return text[:start] + "#" * len(line) + text[start + len(line) :], None
    masked = begin + "x" * (len(line) - len(begin))
    return text[:start] + masked + text[start + len(line) :], start + len(begin)


def _beginning(error: Diagnostic, line: str) -> str | None:
    """Return the corrected part of a line before its value; None if it has no value."""
    if error.code == "missing-colon" and (word := re.match(r"[ \t]*[A-Za-z_]+(?=.{3})", line)):
        return f"{word[0]}: "
    if error.code == "yaml-syntax" and (item := re.match(ITEM, line)):
        return item["indent"] + "- "
    pair = PAIR.match(line)
    return line[: pair.start("value")] if pair else None


def _placed(text: str, start: int, line: str) -> str | None:
    """Return the beginning of a line, moved to the column of the key above; None if impossible."""
    pair = re.match(rf"{INDENT}(?P<key>[\w-]+)[ \t]*:[ \t]+\S", line)
    if not pair:
        return None
    above = re.findall(rf"^({INDENT})[\w-]+[ \t]*:", text[:start], re.MULTILINE)
    begin = " " * len(above[-1] if above else "") + pair["key"] + ": "
    rest = len(line) - len(begin)
    return begin if rest > 0 and line != begin + "x" * rest else None
