"""Validate YAML nodes with pydantic; convert its errors to problems with line and column."""

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from ilofeed.bodies import find_signs, join_folded
from ilofeed.content.key_errors import Loc, explain, key_start, locate, misplaced_keys
from ilofeed.content.yaml_nodes import Mapping, Node, Scalar, Sequence
from ilofeed.problems import Code, Problem, Severity, quote, visible
from ilofeed.text import Source, escaped_private

Model = TypeVar("Model", bound=BaseModel)
MAX_PROBLEMS = 100  # reported for the keys of one file

FREE_TEXT = frozenset("title summary place alt credit name description label".split())
_NOTHING = frozenset({"", "~", "null"})
_BROKEN = object()  # marks a value that was reported and must be left out


@dataclass(frozen=True)
class CheckedKeys(Generic[Model]):
    """The keys of a file after validation.

    `failed` are the top-level keys with errors. Their values are placeholders, except those of the
    keys in `partial`: mappings that keep their valid inner keys.
    """

    fields: Model
    failed: frozenset[str]
    partial: frozenset[str]
    source: Source
    root: Mapping

    def problem(self, code: Code, message: str, *loc: int | str) -> Problem:
        """Return a problem at a value, or at the nearest node around it if it is missing."""
        node, path = locate(self.root, loc)
        end = node.end if path else None  # not all of the file
        return self.source.problem(node.start, code, message, end=end)

    def key_problem(self, code: Code, message: str, *loc: int | str) -> Problem:
        """Return a problem at a key."""
        return self.source.problem(key_start(self.root, loc), code, message)

    def is_usable(self, key: str) -> bool:
        """Return whether a top-level key is valid, at least in part."""
        return key not in self.failed or key in self.partial


def validate(
    source: Source,
    root: Mapping,
    model: type[Model],
    placeholders: dict[str, Any],
    *,
    comments: bool,
    context: Any = None,
) -> tuple[CheckedKeys[Model], list[Problem]]:
    """Validate each key; return the keys, with placeholders for invalid ones, and the problems.

    If `comments` is true, ` # …` after a free text is a comment (feeds.yaml); otherwise it is
    reported as cut-off text (entries). `context` is passed to the validators in `keys`.
    """
    reader = _Reader(source, root, model, comments=comments)
    data = reader.mapping(root, ())
    problems = reader.problems
    failed = {str(loc[0]) for loc in reader.broken}
    items: list[Any] = []
    try:
        fields = model.model_validate(data, context=context)
    except ValidationError as error:
        items = error.errors(include_url=False, include_input=False)
        for item in items[:MAX_PROBLEMS]:
            if problem := explain(source, root, model, item, reader.broken):
                problems.append(problem)
    failed.update(str(item["loc"][0]) for item in items)
    rest = _rest(data, failed, items)
    if items:
        valid = {key: value for key, value in data.items() if key not in failed}
        valid |= {key: value for key, value in placeholders.items() if key in failed}
        try:
            fields = model.model_validate(valid | rest, context=context)
        except ValidationError as error:  # the remaining part of a mapping lacks a key
            for item in error.errors(include_url=False, include_input=False):
                rest.pop(str(item["loc"][0]), None)
            fields = model.model_validate(valid | rest, context=context)
    return CheckedKeys(fields, frozenset(failed), frozenset(rest), source, root), problems


def _rest(data: dict[str, Any], failed: set[str], items: list[Any]) -> dict[str, dict[str, Any]]:
    """Return the valid part, if there is one, of each mapping with errors; "x" for missing keys."""
    left = {key: dict(value) for key in failed if isinstance(value := data.get(key), dict)}
    for item in items:
        key, *inner = item["loc"]
        if not inner:
            left.pop(key, None)
        elif key in left and item["type"] == "missing" and len(inner) == 1:
            left[key][inner[0]] = "x"
        elif key in left:
            left[key].pop(inner[0], None)
    return {key: value for key, value in left.items() if value}


class _Reader:
    """Convert nodes to values for pydantic; report mistakes that YAML accepts silently."""

    def __init__(
        self, source: Source, root: Mapping, model: type[BaseModel], *, comments: bool
    ) -> None:
        self.problems: list[Problem] = []
        self.broken: set[Loc] = set()
        self._source = source
        self._root = root
        self._model = model
        self._comments = comments

    def mapping(self, node: Mapping, loc: Loc) -> dict[str, Any]:
        """Return the values of a mapping, without broken ones."""
        values = {key.value: self._value(value, (*loc, key.value)) for key, value in node.pairs}
        return {key: value for key, value in values.items() if value is not _BROKEN}

    def _value(self, node: Node, loc: Loc) -> Any:
        value: Any = _BROKEN
        match node:
            case Sequence():
                values = [self._value(item, (*loc, i)) for i, item in enumerate(node.items)]
                value = values if _BROKEN not in values else _BROKEN
            case Mapping():
                value = self.mapping(node, loc) if not self._lacks_values(node, loc) else _BROKEN
            case Scalar():
                if not (node.broken or self._is_cut(node, loc) or self._is_empty(node, loc)):
                    value = self._text(node)
                    if self._is_free_text(loc):  # Markdown and HTML are shown as they are
                        for signs, advice in find_signs(value):
                            offset = self._source.text.find(signs, node.start, node.end)
                            offset = max(offset, node.start)
                            message = f"{quote(signs)} {advice}"
                            self._report(offset, "markup-in-text", message, "warning")
        if value is _BROKEN:
            self.broken.add(loc)
        return value

    def _text(self, node: Scalar) -> str:
        if node.style == '"':
            self.problems += escaped_private(self._source, node.start, node.end, node.value)
        if node.style == "|":
            return node.value
        # YAML turns a blank line into one line break, and other line breaks into spaces
        value = join_folded(node.value, self._source.text[node.start : node.end])
        return value.replace("\n", "\n\n")

    def _lacks_values(self, node: Mapping, loc: Loc) -> bool:
        """Report a text or a list in { }, or a list item that ends in a colon; return whether."""
        if not node.pairs or any(value.end > value.start for _, value in node.pairs):
            return False
        key = quote(node.pairs[0][0].value)
        if self._source.text.startswith("{", node.start):
            message = "expected keys with values in { }; write a list in [ ], a text in quotes"
            self._report(node.start, "unquoted-start", message)
        elif isinstance(loc[-1], int) and len(node.pairs) == 1:
            message = f"{key} has a colon but no value; delete the colon, or write a value"
            self._report(node.start, "empty-value", message)
        else:
            return False
        return True

    def _is_cut(self, node: Scalar, loc: Loc) -> bool:
        """Report a free text that ends at a comment; return whether it does."""
        text = self._source.text
        if node.style or text.startswith("\n", node.end) or not self._is_free_text(loc):
            return False
        end = text.find("\n", node.end)
        rest = text[node.end : end if end >= 0 else None]
        comment = re.match(r"[ \t]*#(?P<space>\s?)", rest)
        if comment is None or (comment["space"] and self._comments):
            return False
        full = f"{node.value} {rest.strip()}".strip()
        sign = "'" if '"' in full else '"'
        message = f"the text ends at #, which begins a comment; use quotes: {sign}{full}{sign}"
        offset = node.end + rest.index("#")
        self._report(offset, "cut-by-hash", visible(message))
        return True

    @staticmethod
    def _is_free_text(loc: Loc) -> bool:
        words = [part for part in loc if isinstance(part, str)]
        if loc[0] == "words":
            return True
        if loc[0] in {"categories", "countries"}:
            return (len(loc) == 2 and isinstance(loc[1], str)) or bool(FREE_TEXT & set(words[2:]))
        if loc[0] == "site":
            return words[-1] in FREE_TEXT or bool(FREE_TEXT & set(words[1:2]))
        return words[-1] in FREE_TEXT or words[-1] == "authors"

    def _is_empty(self, node: Scalar, loc: Loc) -> bool:
        """Report a key or an item without a value; return whether it has none."""
        if node.style or node.value not in _NOTHING:
            return False
        if loc[0] in misplaced_keys(self._root, self._model).values():  # its keys are reported
            return True
        key = next((part for part in reversed(loc) if isinstance(part, str)), "")
        above = self._source.text[: node.start].rstrip()
        offset = len(above) - len(key)
        if above.endswith(key) and above[:offset].rstrip()[-1:] in (",", "{"):
            message = f"a comma ends a value in brackets; if {quote(key)} is part of the value, "
            message += "put quotes around all of it"
            self._report(offset, "unquoted-start", message)
            return True
        message = f"{quote(key)} has no value; write one, or delete the key"
        self._report(node.start, "empty-value", message)
        return True

    def _report(self, offset: int, code: Code, message: str, severity: Severity = "error") -> None:
        self.problems.append(self._source.problem(offset, code, message, severity))
