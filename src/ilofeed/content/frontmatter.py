"""Split an entry file into front matter and body; serialize an entry file from its keys."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ilofeed.content.schemas import EntryFields
from ilofeed.content.yaml_nodes import Scalar, compose
from ilofeed.problems import Problem, quote
from ilofeed.text import MAX_PER_FILE, Source, decode, find_unfit

_FENCE = re.compile(r"---[ \t]*(?:\n|\Z)")
_AGAIN = re.compile(r"\s*^(---)[ \t]*\n[A-Za-z_]+:[ \t]", re.MULTILINE)
# the pattern includes the preceding line break: searching for it is faster than for `^`
_CLOSING = re.compile(r"\n([ \t]*(?:-{3,}|\.{3,}|[–—]+)[ \t]*|--[ \t]*|---[ \t]*[^\s-].*)(?=\n|\Z)")
# what editors write instead of the first line ---
_OTHER_FENCE = re.compile(r"((?:-+|[–—]+)[ \t]*|---[ \t]*[^\s-].*)\n")
_BLANK = re.compile(r"\n[ \t]*(?=\n)")
# a line that begins in the first column and is not a key, list item or comment
_TEXT = re.compile(r"^(?![ \t#]|---|- |[\w.-]+[ \t]*:)\S", re.MULTILINE)
_LINE = re.compile(r"^[A-Za-z_]+[ \t]*:(?=[ \t]|$)", re.MULTILINE)
_KEY = re.compile(r"[ \t]*(?:[A-Za-z_]+[ \t]*:|- )")


@dataclass(frozen=True, slots=True)
class Parts:
    """Offsets in characters: the keys are `text[start:end]`, the body begins at `body`."""

    start: int
    end: int
    body: int


def split(source: Source) -> tuple[Parts | None, list[Problem]]:
    """Find the front matter of an entry file; guess its limits if a line --- is missing."""
    text = source.text
    blank = len(text) - len(text.lstrip())
    if blank == len(text):
        message = "the file is empty; write a line ---, the keys, and another line ---"
        return None, [Problem(source.path, 1, 1, "empty-file", message)]
    opening = _FENCE.match(text, blank)
    if opening is None:
        return _unopened(source, blank)
    problems = []
    if blank:
        message = "the first line must be ---; delete everything above it"
        problems.append(source.problem(0, "no-front-matter", message))
    parts, more = _close(source, blank, opening.end())
    problems += more
    if again := _AGAIN.match(text, parts.body):
        message = "a second front matter begins here; delete it, or add a blank line after the ---"
        problems.append(source.problem(again.start(1), "second-document", message))
    return parts, problems


def _close(source: Source, opening: int, start: int) -> tuple[Parts, list[Problem]]:
    """Find the end of keys that begin at `start`; guess it if the line --- is wrong or missing."""
    text = source.text
    above = max(start - 1, 0)
    closing = _CLOSING.search(text, above)
    stray = _text_after_blank(text, above, closing.start(1) if closing else len(text))
    if closing is None and stray is None:
        stray = _text_after_keys(text, start)
    if closing is None or stray is not None:
        end = len(text) if stray is None else stray
        last = source.place(max(len(text[:end].rstrip()) - 1, 0))[0]
        message = f"the front matter that begins here is not closed; write --- after line {last}"
        return Parts(start, end, end), [source.problem(opening, "unclosed-front-matter", message)]
    parts = Parts(start, closing.start(1), min(closing.end() + 1, len(text)))
    if closing[1].rstrip() == "---":
        return parts, []
    message = f"{quote(closing[1])} does not end the front matter; write --- and nothing else"
    return parts, [source.problem(closing.start(1), "unclosed-front-matter", message)]


def _text_after_blank(text: str, above: int, end: int) -> int | None:
    """Return the offset of body text after a blank line, where the line --- is missing; or None."""
    for blank in _BLANK.finditer(text, above, end):
        if _TEXT.match(text, blank.end() + 1, end):
            return blank.start() + 1
    return None


def _text_after_keys(text: str, start: int) -> int | None:
    """Return the offset of the first text after the last line with a key; None if there is none."""
    last = max((line.end() for line in _LINE.finditer(text, start)), default=None)
    match = _TEXT.search(text, last) if last is not None else None
    return match.start() if match else None


def _unopened(source: Source, start: int) -> tuple[Parts | None, list[Problem]]:
    message = "the file does not begin with a line ---; write the keys between two such lines"
    if source.text.startswith("+++", start):
        message = "TOML front matter (+++) is not supported; write YAML between two lines ---"
    other = _OTHER_FENCE.match(source.text, start)
    if other is not None:
        message = f"{quote(other[1])} does not begin the front matter; write --- and nothing else"
    problems = [source.problem(start, "no-front-matter", message)]
    if other is not None and _KEY.match(source.text, other.end()):
        parts, more = _close(source, start, other.end())
        return parts, problems + more
    if not _KEY.match(source.text, start):
        return None, problems
    return _close(source, start, start)[0], problems


_FIRST, _BEFORE, _SECOND, _END = "<<<<<<< ", "||||||| ", "=======", ">>>>>>> "
_CONFLICT = (
    "unresolved merge conflict: Git left two versions of these lines; keep the correct one, and "
    "delete the lines that begin with <<<, === and >>>"
)


def read_source(path: str, data: bytes) -> tuple[Source | None, list[Problem]]:
    """Return the decoded text of a file and its problems; None if it is not text.

    In a merge conflict of Git the first version is kept. Conflict markers and the second version
    are replaced by text of the same length, so that offsets stay valid.
    """
    source, problems = decode(path, data)
    if source is None or (_FIRST not in source.text and _END not in source.text):
        return source, problems
    conflicts, lines = [], source.text.split("\n")
    is_open = is_second = False
    for index, line in enumerate(lines):
        begins, ends = line.startswith(_FIRST), line.startswith(_END)
        if begins or (ends and not is_open):
            conflicts.append(source.problem(source.offset(index + 1), "merge-conflict", _CONFLICT))
        if begins:
            is_open, is_second = True, False
        elif is_open and (line == _SECOND or line.startswith(_BEFORE)):
            is_second = True
        if begins or ends or is_second:
            lines[index] = "#" * len(line)
        if ends:
            is_open = is_second = False
    return Source(path, "\n".join(lines)), problems + conflicts[:MAX_PER_FILE]


def serialize_entry(keys: Mapping[str, Any]) -> bytes:
    """Serialize an entry file (UTF-8) from its keys and `body`; optional ones need a value."""
    lines = ["---"]
    for key, field in EntryFields.model_fields.items():
        value = keys.get(key)
        if isinstance(value, dict) and value:
            lines += [f"{key}:", *(f"  {name}: {_value(inner)}" for name, inner in value.items())]
        elif key in {"categories", "countries"}:
            lines.append(f"{key}: [{', '.join(value or ())}]")
        elif isinstance(value, list) and value:
            lines += [f"{key}:", *(line for item in value for line in _item(item))]
        elif value or field.is_required():
            lines.append(f"{key}: {_value(value or '')}")
    body = keys.get("body")
    return "\n".join([*lines, "---", *(["", body] if body else []), ""]).encode()


def _item(pairs: Mapping[str, str] | str) -> list[str]:
    if isinstance(pairs, str):
        return [f"  - {to_yaml(pairs)}"]
    if pairs.keys() == {"name"}:
        return [f"  - {to_yaml(pairs['name'])}"]
    first, *others = [f"{name}: {_value(value)}" for name, value in pairs.items()]
    return [f"  - {first}", *(f"    {line}" for line in others)]


def _value(value: Any) -> str:
    if value is True:
        return "true"
    return value.isoformat() if isinstance(value, dt.date) else to_yaml(str(value))


def to_yaml(text: str) -> str:
    """Serialize a text as a YAML scalar: plain if that is safe, otherwise in double quotes."""
    if find_unfit(text) or re.search("[\u2028\u2029]", text):  # YAML or the checks reject these
        return json.dumps(text)
    line = Source("", f"key: {text}\n")
    root, problems = compose(line, 0, len(line.text))
    value = root.get("key") if root is not None and not problems else None
    is_plain = (
        isinstance(value, Scalar)
        and not value.style
        and value.value == text
        and " #" not in text
        and text not in {"", "~", "null"}
    )
    return text if is_plain else json.dumps(text, ensure_ascii=False)
