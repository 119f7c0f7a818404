"""From nodes to checked keys: pydantic's errors become problems at their line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from ilofeed.content.key_errors import Loc, explain, key_start, locate, strays
from ilofeed.content.yaml_nodes import Mapping, Node, Scalar, Sequence
from ilofeed.problems import quote, visible
from ilofeed.text import escaped_private

if TYPE_CHECKING:
    from collections.abc import Callable

    from ilofeed.problems import Code, Problem
    from ilofeed.text import Source


Model = TypeVar("Model", bound=BaseModel)
MOST_PROBLEMS = 100  # of the keys of one file: nobody mends more at a time

FREE_TEXT = frozenset("title summary place alt credit name description label".split())
_NOTHING = frozenset({"", "~", "null"})
_BEFORE_A_COMMENT = frozenset(" \t#")


@dataclass(frozen=True)
class Checked(Generic[Model]):
    """Keys that passed. `failed` are the top-level keys that did not: they hold stand-ins or, where
    they are `in_part`, what is left of a mapping without those of its own keys that failed."""

    fields: Model
    failed: frozenset[str]
    in_part: frozenset[str]
    source: Source
    root: Mapping

    def at(self, *loc: int | str) -> int:
        """The offset of a value; of the nearest mapping around it where it is not written."""
        return locate(self.root, loc)[0].start

    def problem(self, code: Code, message: str, *loc: int | str) -> Problem:
        """Return a problem at the place of a value."""
        return self.source.problem(self.at(*loc), code, message)

    def holds(self, key: str) -> bool:
        """Whether a top-level key holds no stand-in, even if it holds not all that is written."""
        return key not in self.failed or key in self.in_part

    def at_key(self, *loc: int | str) -> int:
        """The offset of a key."""
        return key_start(self.root, loc)


def validate(
    source: Source,
    root: Mapping,
    model: type[Model],
    stand_ins: Callable[[Mapping], dict[str, Any]],
    *,
    comments: bool,
    context: Any = None,
) -> tuple[Checked[Model], list[Problem]]:
    """Check every key; where one fails, a stand-in takes its place and it is named in `failed`.

    `comments` says whether a ` # comment` behind a free text is taken for one (feeds.yaml) or
    for the end of a text that was cut (an entry, where nobody writes comments there). `context`
    reaches the checks of single values.
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
    failed.update(str(item["loc"][0]) for item in items)
    rest = _rest(data, failed, items) if failed else {}
    if items:
        for item in items[:MOST_PROBLEMS]:
            if problem := explain(source, root, model, item, reader.broken):
                problems.append(problem)
        known = set(model.model_fields)
        good = {key: value for key, value in data.items() if key in known - failed}
        substitutes = {key: value for key, value in stand_ins(root).items() if key in failed}
        try:
            fields = model.model_validate({**substitutes, **rest, **good}, context=context)
        except ValidationError as error:  # what is left of a mapping lacks a key
            for item in error.errors(include_url=False, include_input=False):
                rest.pop(str(item["loc"][0]), None)
            fields = model.model_validate({**substitutes, **rest, **good}, context=context)
    return Checked(fields, frozenset(failed), frozenset(rest), source, root), problems


def _rest(data: dict[str, Any], failed: set[str], items: list[Any]) -> dict[str, dict[str, Any]]:
    """Mappings that failed, without those of their own keys that did, and with an "x" for what is
    missing; not those that are wrong as a whole, such as one of a key that there is not."""
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
    """Turns nodes into what pydantic takes, and reports what YAML itself would hide."""

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
        data: dict[str, Any] = {}
        for key, value in node.pairs:
            if (text := self._plain(value)) is not None:
                data[key.value] = text
            elif type(value) is Sequence and None not in (
                texts := [*map(self._plain, value.items)]
            ):
                data[key.value] = texts
            elif self._readable(value, inner := (*loc, key.value)):
                data[key.value] = self._value(value, inner)
        return data

    def _plain(self, node: Node) -> str | None:
        """The text of a node of which there is nothing to say wherever it stands, as of most."""
        if type(node) is not Scalar or node.broken or node.style == '"' or "\n" in node.value:
            return None
        if node.style:
            return node.value
        behind = self._source.text[node.end : node.end + 1]
        return None if node.value in _NOTHING or behind in _BEFORE_A_COMMENT else node.value

    def _value(self, node: Node, loc: Loc) -> Any:
        match node:
            case Scalar():
                if node.style == '"':
                    self.problems += escaped_private(self._source, node.start, node.end, node.value)
                # YAML makes one line break of a blank line, but where the text stands as it is
                return node.value if node.style == "|" else node.value.replace("\n", "\n\n")
            case Mapping():
                return self.mapping(node, loc)
            case Sequence():
                return [self._value(item, (*loc, i)) for i, item in enumerate(node.items)]

    def _readable(self, node: Node, loc: Loc) -> bool:
        """False where the value is broken or empty: reported, and to be left out as a whole."""
        if isinstance(node, Sequence):
            readable = [self._readable(item, (*loc, i)) for i, item in enumerate(node.items)]
            if not all(readable):
                self.broken.add(loc)
            return all(readable)
        if isinstance(node, Mapping):
            if self._lacks_values(node, loc):
                self.broken.add(loc)
                return False
            return True
        if node.broken or self._cut(node, loc) or self._empty(node, loc):
            self.broken.add(loc)
            return False
        return True

    def _lacks_values(self, node: Mapping, loc: Loc) -> bool:
        """Whether a text or a list stands in { }, or a colon behind an item of a list."""
        if not node.pairs or any(value.end > value.start for _, value in node.pairs):
            return False
        key = quote(node.pairs[0][0].value)
        if self._source.text.startswith("{", node.start):
            message = (
                "what stands in { } are keys with values; a list stands in [ ], a text in quotes"
            )
            self.problems.append(self._source.problem(node.start, "unquoted-start", message))
        elif isinstance(loc[-1], int) and len(node.pairs) == 1:
            message = f"{key} has a colon and no value; delete the colon, or write a value"
            self.problems.append(self._source.problem(node.start, "empty-value", message))
        else:
            return False
        return True

    def _cut(self, node: Scalar, loc: Loc) -> bool:
        text = self._source.text
        if node.style or text.startswith("\n", node.end) or not self._is_free_text(loc):
            return False
        end = text.find("\n", node.end)
        rest = text[node.end : end if end >= 0 else None]
        comment = re.match(r"[ \t]*#(?P<space>\s?)", rest)
        if comment is None or (comment["space"] and self._comments):
            return False
        whole = f"{node.value} {rest.strip()}".strip()
        sign = "'" if '"' in whole else '"'
        message = f"the text ends at the #, which begins a comment; use quotes: {sign}{whole}{sign}"
        offset = node.end + rest.index("#")
        self.problems.append(self._source.problem(offset, "cut-by-hash", visible(message)))
        return True

    @staticmethod
    def _is_free_text(loc: Loc) -> bool:
        words = [part for part in loc if isinstance(part, str)]
        if loc[0] in {"categories", "countries"}:
            return (len(loc) == 2 and isinstance(loc[1], str)) or bool(FREE_TEXT & set(words[2:]))
        if loc[0] == "site":
            return words[-1] in FREE_TEXT or bool(FREE_TEXT & set(words[1:2]))
        return words[-1] in FREE_TEXT or words[-1] == "authors"

    def _empty(self, node: Scalar, loc: Loc) -> bool:
        if node.style or node.value not in _NOTHING:
            return False
        if loc[0] in strays(self._root, self._model).values():  # it is said of each of its keys
            return True
        key = next((part for part in reversed(loc) if isinstance(part, str)), "")
        above = self._source.text[: node.start].rstrip()
        offset = len(above) - len(key)
        if above.endswith(key) and above[:offset].rstrip()[-1:] in (",", "{"):
            message = f"a comma ends a value between brackets; if {quote(key)} belongs to it, put "
            message += "quotes around the whole value"
            self.problems.append(self._source.problem(offset, "unquoted-start", message))
            return True
        message = f"{quote(key)} has no value; write one, or leave the key out"
        self.problems.append(self._source.problem(node.start, "empty-value", message))
        return True
