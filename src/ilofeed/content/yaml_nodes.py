"""Compose YAML to nodes that know their place, and refuse its traps. The only user of PyYAML.

Nodes are composed from the events of libyaml (`CBaseLoader`), not by its composer, because that
way depth, aliases and tags are refused while reading: an alias bomb or ten thousand brackets cost
nothing. Scalars stay text, so `NO` is a country and `1.10` is not `1.1`.
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
    Explained,
    YamlFault,
    explain,
    line_at,
    no_indent,
)
from ilofeed.problems import Code, Problem, quote
from ilofeed.text import Source

DEEPEST = 8  # the deepest key of the schemas is 4 deep
MOST_REPAIRS = 100
MOST_PROBLEMS = 100  # of one file
_GUESSED = ("missing-colon", "indentation", "tab")  # the line may belong to a text above


# named tuples: a file has dozens of nodes, and frozen dataclasses take three times as long
class Scalar(NamedTuple):
    """A value as written; `start` and `end` are offsets in the source."""

    value: str
    start: int
    end: int
    style: str = ""
    broken: bool = False  # its line was not YAML and has been reported


class Sequence(NamedTuple):
    """A list of nodes."""

    items: tuple[Node, ...]
    start: int
    end: int


class Mapping(NamedTuple):
    """Keys and values in the order of the file, each key once."""

    pairs: tuple[tuple[Scalar, Node], ...]
    start: int
    end: int

    def get(self, key: str) -> Node | None:
        """Return the value of a key."""
        return next((value for name, value in self.pairs if name.value == key), None)


Node: TypeAlias = Scalar | Sequence | Mapping


def compose(source: Source, start: int, end: int) -> tuple[Mapping | None, list[Problem]]:
    """Return the mapping written in `source.text[start:end]`, and the problems of its YAML.

    A line that is not YAML is reported and masked, and the text is read again, so that one error
    does not hide the others. The mapping is None if the text cannot be read.
    """
    text = source.text[start:end]
    slips: dict[int, Problem] = {}  # by line: one error of a line is reported
    masked: dict[int, Code] = {}  # offsets of values that are not there, and why
    deep = False
    for _ in range(MOST_REPAIRS):
        builder = _Builder(source, start, masked, text)
        try:
            root = builder.build()
        except _TooDeepError as error:
            if deep:
                break
            deep, fault = True, error.fault
        except yaml.MarkedYAMLError as error:
            fault = explain(_fault(error), text)
        else:
            problems = [*slips.values(), *builder.problems]
            if isinstance(root, Mapping):
                return root, problems
            if root is not None and not problems:
                problems.append(_root_problem(source, root))
            return None, problems
        slip = source.problem(start + fault.offset, fault.code, fault.message)
        before = text
        text, at = mask(text, fault, whole_line=slip.line in slips)
        slips.setdefault(slip.line, slip)
        if text == before:
            break
        if at is not None:
            masked[at] = fault.code
    if len(slips) >= MOST_REPAIRS:
        last = max(slips)
        message = "this file has too many lines that are not YAML; it was not read any further"
        slips[last + 1] = source.problem(source.offset(last), "yaml-syntax", message)
    return None, [*slips.values()]


class _TooDeepError(Exception):
    """Stop reading: libyaml takes quadratic time on deep nesting."""

    def __init__(self, offset: int) -> None:
        message = f"brackets or lists are nested more than {DEEPEST} levels deep"
        self.fault = Explained(offset, "too-deep", message)


def _fault(error: yaml.MarkedYAMLError) -> YamlFault:
    problem, context = error.problem_mark, error.context_mark
    assert problem is not None
    return YamlFault(
        error.problem or "",
        error.context or "",
        problem.index,
        context.index if context is not None else None,
    )


def _root_problem(source: Source, root: Node) -> Problem:
    """Return the problem of a file that holds something else than keys."""
    message = "keys are wanted here, each on a line of its own: `title: …`"
    if isinstance(root, Sequence):
        message = "keys are wanted here, without a hyphen before them: `title: …`"
    elif key := re.match(r"[A-Za-z_]+:(?=[^\s/:])", source.text[root.start : root.end]):
        message = f"a space is missing behind each colon: `{key[0]} …`"
    return source.problem(root.start, "not-a-mapping", message)


_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class _Builder:
    """Build nodes from events; refuse what YAML allows and an author does not mean."""

    def __init__(self, source: Source, base: int, masked: dict[int, Code], text: str) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._base = base
        self._masked = masked
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CBaseLoader)

    def build(self) -> Node | None:
        """Return the first document's node; report a second document."""
        root: Node | None = None
        for event in self._events:
            start = self._base + event.start_mark.index
            if isinstance(event, yaml.NodeEvent):
                node = self._node(event)
                root = node if root is None else root
            elif isinstance(event, yaml.DocumentStartEvent) and root is not None:
                message = "a second `---` begins another document; delete it or put it in quotes"
                self._report(start, "second-document", message)
        return root

    def _node(self, event: Any, depth: int = 0) -> Node:
        """Return the node that begins with an event."""
        at, end = event.start_mark.index, event.end_mark.index
        start = self._base + at
        if isinstance(event, yaml.AliasEvent):
            message = f"{quote(f'*{event.anchor}')} is YAML's shorthand for a repetition; "
            message += "put the value in quotes if the star belongs to it"
            self._report(start, "yaml-alias", message)
            return Scalar("", start, self._base + end, broken=True)
        broken = self._refuse_extras(event, start)
        if isinstance(event, yaml.ScalarEvent):
            broken = broken or any(at <= offset < end for offset in self._masked)
            return Scalar(event.value, start, self._base + end, event.style or "", broken)
        if depth == DEEPEST:
            raise _TooDeepError(at)
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
            message = f"{quote('&' + event.anchor)} names a value for repetition; "
            message += "put the value in quotes if the & belongs to it"
            self._report(start, "yaml-alias", message)
        if event.tag is not None:
            message = f"{quote(event.tag)} is read as a YAML tag, not as text; "
            message += "put the value in quotes if it belongs to it"
            self._report(start, "yaml-tag", message)
        return event.anchor is not None or event.tag is not None

    def _report(self, offset: int, code: Code, message: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(self._source.problem(offset, code, message))

    def _add(self, pairs: dict[str, tuple[Scalar, Node]], key: Node, value: Node) -> None:
        """Add a key and its value to a mapping, unless the key is broken or was there before."""
        if not isinstance(key, Scalar):
            message = "a key is a plain word, not a list or a mapping"
            self._report(key.start, "yaml-syntax", message)
            return
        first = pairs.get(key.value)
        if key.broken or (first is not None and self._is_guessed(value)):
            return
        if first is not None and not self._is_guessed(first[1]):
            line, _ = self._source.place(first[0].start)
            message = f"{quote(key.value)} stands twice, first on line {line}; keep one"
            self._report(key.start, "duplicate-key", message)
            return
        pairs[key.value] = (key, value)

    def _is_guessed(self, value: Node) -> bool:
        """Return whether a value is masked on a line that may not begin with a key at all."""
        return self._masked.get(value.start - self._base) in _GUESSED


class _Writer(yaml.SafeDumper):
    """Quote texts that are not words: to some readers `1e3` is a number."""


def _represent(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if re.fullmatch(r"[A-Za-z][A-Za-z_ -]*", text) else '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _represent)


def write(data: Any) -> str:
    """Return mappings, lists and values as YAML for programs, in the given order."""
    return yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=1000)


def mask(text: str, fault: Explained, *, whole_line: bool) -> tuple[str, int | None]:
    """Return the text with the error replaced at equal length, and the offset of a replaced value.

    The offset is None if a line was corrected or replaced as a whole, as a line that fails a second
    time is. The text is unchanged if there is nothing to replace.
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
    """Return what is before the value on a line, or should be."""
    if fault.code == "missing-colon" and (word := re.match(r"[ \t]*[A-Za-z_]+(?=.{3})", line)):
        return f"{word[0]}: "
    if fault.code == "yaml-syntax" and (item := re.match(ITEM, line)):
        return item["indent"] + "- "
    pair = PAIR.match(line)
    return line[: pair.start("value")] if pair else None


def _placed(text: str, start: int, line: str) -> str | None:
    """Return the beginning of a line with a key, moved to the column of the key above it; None if
    the line is too short, or begins there already."""
    pair = re.match(rf"{INDENT}(?P<key>[\w-]+)[ \t]*:[ \t]+\S", line)
    if not pair:
        return None
    above = re.findall(rf"^({INDENT})[\w-]+[ \t]*:", text[:start], re.MULTILINE)
    begin = " " * len(above[-1] if above else "") + pair["key"] + ": "
    rest = len(line) - len(begin)
    return begin if rest > 0 and line != begin + "x" * rest else None
