"""Compose YAML to nodes that know their place, and refuse its traps. The only user of PyYAML.

Nodes are composed from the events of libyaml (`CBaseLoader`), not by its composer, because that
way depth, aliases and tags are refused while reading: an alias bomb or ten thousand brackets cost
nothing. Scalars stay text, so `NO` is a country and `1.10` is not `1.1`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

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
from ilofeed.problems import Problem, quote

if TYPE_CHECKING:
    from ilofeed.problems import Code
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
        builder = _Builder(source, start, masked)
        try:
            for event in yaml.parse(text, Loader=yaml.CBaseLoader):
                builder.take(event)
        except (yaml.MarkedYAMLError, _TooDeepError) as error:
            fault = (
                error.fault if isinstance(error, _TooDeepError) else explain(_fault(error), text)
            )
            if fault.code == "too-deep" and deep:
                break
            deep = deep or fault.code == "too-deep"
            slip = source.problem(start + fault.offset, fault.code, fault.message)
            again = slip.line in slips
            slips.setdefault(slip.line, slip)
            before = text
            text, at = mask(text, fault, whole_line=again)
            if text == before:
                break
            if at is not None:
                masked[at] = fault.code
        else:
            return _root(source, builder, [*slips.values(), *builder.problems])
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


def _root(
    source: Source, builder: _Builder, problems: list[Problem]
) -> tuple[Mapping | None, list[Problem]]:
    root = builder.root
    if isinstance(root, Mapping):
        return root, problems
    if root is not None and not problems:
        message = "keys are wanted here, each on a line of its own: `title: …`"
        if isinstance(root, Sequence):
            message = "keys are wanted here, without a hyphen before them: `title: …`"
        elif key := re.match(r"[A-Za-z_]+:(?=[^\s/:])", source.text[root.start : root.end]):
            message = f"a space is missing behind each colon: `{key[0]} …`"
        problems.append(source.problem(root.start, "not-a-mapping", message))
    return None, problems


class _Frame:
    """A collection that is not complete yet."""

    __slots__ = ("broken", "items", "key", "mapping", "pairs", "start")

    def __init__(self, start: int, *, mapping: bool) -> None:
        self.start = start
        self.mapping = mapping
        self.broken = False
        self.items: list[Node] = []
        self.pairs: dict[str, tuple[Scalar, Node]] = {}
        self.key: Scalar | None = None


class _Builder:
    """Build the tree from events, one by one and without recursion."""

    def __init__(self, source: Source, base: int, masked: dict[int, Code]) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._source = source
        self._base = base
        self._masked = masked
        self._stack: list[_Frame] = []

    def take(self, event: Any) -> None:
        at: int = event.start_mark.index
        start, end = self._base + at, self._base + event.end_mark.index
        kind = type(event)
        if kind is yaml.ScalarEvent:
            broken = self._refuse_extras(event, start)
            if self._masked and not broken:
                last = event.end_mark.index
                broken = any(at <= masked < last for masked in self._masked)
            self._put(Scalar(event.value, start, end, event.style or "", broken))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if len(self._stack) == DEEPEST:
                raise _TooDeepError(at)
            self._stack.append(_Frame(start, mapping=kind is yaml.MappingStartEvent))
            self._stack[-1].broken = self._refuse_extras(event, start)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            frame = self._stack.pop()
            if frame.broken:
                self._put(Scalar("", frame.start, end, broken=True))
            elif frame.mapping:
                self._put(Mapping(tuple(frame.pairs.values()), frame.start, end))
            else:
                self._put(Sequence(tuple(frame.items), frame.start, end))
        elif kind is yaml.AliasEvent:
            name = quote(f"*{event.anchor}")
            self._report(
                start,
                "yaml-alias",
                f"{name} is YAML's shorthand for a repetition; "
                "put the value in quotes if the star belongs to it",
            )
            self._put(Scalar("", start, end, broken=True))
        elif kind is yaml.DocumentStartEvent and self.root is not None:
            self._report(
                start,
                "second-document",
                "a second `---` begins another document; delete it or put it in quotes",
            )

    def _refuse_extras(self, event: Any, start: int) -> bool:
        """Report an anchor or a tag; return whether there was one."""
        if event.anchor is None and event.tag is None:
            return False
        if event.anchor is not None:
            self._report(
                start,
                "yaml-alias",
                f"{quote('&' + event.anchor)} names a value for "
                "repetition; put the value in quotes if the & belongs to it",
            )
        if event.tag is not None:
            self._report(
                start,
                "yaml-tag",
                f"{quote(event.tag)} is read as a YAML tag, not as "
                "text; put the value in quotes if it belongs to it",
            )
        return True

    def _report(self, offset: int, code: Code, message: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(self._source.problem(offset, code, message))

    def _put(self, node: Node) -> None:
        if not self._stack:
            if self.root is None:
                self.root = node
            return
        frame = self._stack[-1]
        if not frame.mapping:
            frame.items.append(node)
        elif frame.key is None:
            frame.key = self._as_key(node)
        else:
            self._put_pair(frame, frame.key, node)
            frame.key = None

    def _as_key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar):
            return node
        self._report(node.start, "yaml-syntax", "a key is a plain word, not a list or a mapping")
        return Scalar("", node.start, node.end, broken=True)

    def _put_pair(self, frame: _Frame, key: Scalar, node: Node) -> None:
        if key.broken:
            return
        first = frame.pairs.get(key.value)
        if first is not None and self._is_guessed(node):
            return
        if first is not None and not self._is_guessed(first[1]):
            line, _ = self._source.place(first[0].start)
            message = f"{quote(key.value)} stands twice, first on line {line}; keep one"
            self._report(key.start, "duplicate-key", message)
            return
        frame.pairs[key.value] = (key, node)

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
