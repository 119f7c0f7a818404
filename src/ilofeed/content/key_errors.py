"""Errors of pydantic's in an editor's words, and the places in a file that they are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ilofeed.content.yaml_errors import ITEM_SIGNS
from ilofeed.content.yaml_nodes import Mapping, Node, Scalar, Sequence
from ilofeed.problems import CODES, did_you_mean, nearest, quote, visible

if TYPE_CHECKING:
    from collections.abc import Collection

    from ilofeed.problems import Code, Problem
    from ilofeed.text import Source


Loc = tuple[int | str, ...]  # the keys and numbers of items that lead to a value
MOST_LOOKED_AT = 100  # unknown keys, for the one that a missing key may have become

_NAMES = ("categories", "countries", "languages")  # lists of names that have no spaces in them
_UNSEEN = r"[^\S ]|[\u00ad\u200b-\u200f\u2060-\u2069\ufeff]"
_WANTED = {
    "list_type": "a list is wanted here, in brackets: {key}: [{value}]",
    "item_type": "a list is wanted here; begin its first line with a hyphen: `- {first}: …`",
    "string_type": "one text is wanted here, not a list or a mapping",
    "colon_type": "a colon and a space end a key; put quotes around the whole text",
    "model_type": "keys are wanted here, each on a line of its own, indented: {keys}",
    "dict_type": "keys are wanted here, each on a line of its own, indented: {first}: …",
}


def explain(
    source: Source, root: Mapping, model: type[BaseModel], item: Any, broken: set[Loc]
) -> Problem | None:
    """The problem that an error of pydantic's is; None where another one has told it. `broken` are
    the places of values that were left out of what pydantic got."""
    kind, loc = item["type"], item["loc"]
    if kind in {"missing", "extra_forbidden"}:
        parent, path = locate(root, loc[:-1])
        key, known = str(loc[-1]), _fields_at(model, loc[:-1])
        if kind == "extra_forbidden":
            message = _belongs(key, path, root, model) or _unknown(key, known)
            return source.problem(key_start(root, (*path, key)), "unknown-key", message)
        is_told = (*path, key) in broken or _is_misspelt(key, parent, known)
        if is_told or (not path and _stands_elsewhere(key, root, model)):
            return None
        return source.problem(parent.start, *_missing(known, path, key))
    node, path = locate(root, loc)
    if kind == "too_short" and any(one[: len(path)] == path for one in broken):
        return None
    if loc[-1] == "[key]":
        return source.problem(key_start(root, path), _own(kind), item["msg"])
    code, message = _described(kind, item, node, path, _fields_at(model, path))
    return source.problem(node.start, code, message)


def _belongs(key: str, path: Loc, root: Mapping, model: type[BaseModel]) -> str | None:
    """Where a key belongs that stands a level too high or too low."""
    fields = model.model_fields
    if path:
        is_root = key in fields and fields[key].is_required() and root.get(key) is None
        section = quote(str(path[0]))
        message = f"{quote(key)} does not belong to {section}; begin the line in the first column"
        return message if is_root else None
    if section := strays(root, model).get(key, ""):
        return f"{quote(key)} belongs to {quote(section)}; begin the line with two spaces"
    lacking = [one for one in fields if root.get(one) is None and key in _own_fields(model, one)]
    if len(lacking) != 1:
        return None
    message = f"{quote(key)} belongs to {quote(lacking[0])}; write `{lacking[0]}:` above it, "
    return message + "and begin the line with two spaces"


def _stands_elsewhere(key: str, root: Mapping, model: type[BaseModel]) -> bool:
    """Whether a key that is missing, or its own keys, stand at another level, as is told there."""
    own = _own_fields(model, key)
    for name, node in root.pairs:
        if name.value not in model.model_fields:
            if name.value in own:
                return True
        elif isinstance(node, Mapping) and node.get(key) is not None:
            inner = _own_fields(model, name.value)
            if inner and key not in inner:
                return True
    return False


def _unknown(key: str, known: dict[str, Any]) -> str:
    message = f"there is no key {quote(key)} here"
    plain = re.sub(_UNSEEN, "", key)
    if plain != key and plain in known:
        return f"something that cannot be seen stands beside the key {quote(plain)}; write it again"
    if " " in key:
        return message + "; if the text above goes on here, put quotes around all of it"
    return message + did_you_mean(key, known)


def strays(root: Mapping, model: type[BaseModel]) -> dict[str, str]:
    """Keys of the first column that there are only in a section, with the one they stand below."""
    found: dict[str, str] = {}
    section, known = "", model.model_fields
    for key, _ in root.pairs:
        if key.value in known:
            section = key.value
        elif section and key.value in _own_fields(model, section):
            found[key.value] = section
    return found


def _own_fields(model: type[BaseModel], section: str) -> Collection[str]:
    """The keys of a section that is a mapping of keys of ours; none of any other key."""
    annotation = model.model_fields[section].annotation
    for kind in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind.model_fields.keys()
    return ()


def _is_misspelt(key: str, parent: Node, known: dict[str, Any]) -> bool:
    """Whether a missing key stands there with a wrong spelling, which is reported already."""
    written = [name.value for name, _ in parent.pairs] if isinstance(parent, Mapping) else []
    unknown = [name for name in written if name not in known][:MOST_LOOKED_AT]
    return any(nearest(name, known) == key for name in unknown)


def _missing(known: dict[str, Any], path: Loc, key: str) -> tuple[Code, str]:
    if path[-1:] == ("image",) and key == "alt":
        message = "the picture has no alt; say what it shows, for those who cannot see it"
        return "image-without-alt", message
    example = (known[key].examples or ["…"])[0]
    names = [part for part in path if isinstance(part, str)]
    where = f" in {quote(names[-1])}" if names else ""
    return "missing-key", f"{quote(key)} is missing{where}; add a line such as {key}: {example}"


def _described(
    kind: str, item: Any, node: Node, path: Loc, known: dict[str, Any]
) -> tuple[Code, str]:
    if kind in _WANTED:
        key = path[-1] if path else ""
        value = visible(_listed(node.value, key), 60) if isinstance(node, Scalar) else "…"
        first = _first(node)
        kind = "item_type" if kind == "list_type" and first in known else kind
        kind = "colon_type" if kind == "string_type" and " " in first else kind
        keys = ", ".join(known)
        return "wrong-type", _WANTED[kind].format(key=key, value=value, keys=keys, first=first)
    if kind == "too_short":
        return "empty-value", f"{quote(str(path[-1]))} is empty; write at least one"
    if kind == "too_long":
        most = item["ctx"]["max_length"]
        return "wrong-type", f"{quote(str(path[-1]))} has too many items; {most} is the most"
    if kind == "literal_error":
        value = node.value if isinstance(node, Scalar) else ""
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        return "bad-choice", _choice(value, key, item["ctx"]["expected"])
    return _own(kind), item["msg"]


def _first(node: Node) -> str:
    """The first key of a mapping, the first item or key of a list, a text itself."""
    match node:
        case Mapping(pairs=((key, _), *_)):
            return visible(key.value, 60)
        case Sequence(items=(item, *_)):
            return _first(item)
        case Scalar(value=value):
            return visible(value, 60)
    return "…"


def _choice(value: str, key: str, expected: str) -> str:
    if value in {"category", "country", "language"}:
        return f"{quote(value)} is a dimension; write - per: {value}"
    names, words = _listed(value), re.findall("'(.+?)'", expected)
    if set(value.split()) <= set(words):
        names = ", ".join(value.split())
    if "," in names:
        return f"several of {expected} stand in brackets: {visible(f'{key}: [{names}]')}"
    near = nearest(value, words)
    hint = f"; did you mean {quote(near)}?" if near else ""
    return f"{quote(value) if value else 'this'} is not one of {expected}{hint}"


def _listed(text: str, key: int | str = "") -> str:
    """A text that was to be a list, as it stands in brackets."""
    if key in _NAMES and re.fullmatch(r"(?:(?:[a-z0-9][a-z0-9-]*|[A-Z]{2})(?:\s+|$))+", text):
        return ", ".join(text.split())
    text = re.sub(r"^\((.*)\)$", r"\1", text)
    signs = rf"(?:^|\s)[{ITEM_SIGNS}-]\s*" if re.match(rf"[{ITEM_SIGNS}-]", text) else r"\n"
    return ", ".join(filter(None, re.split(rf"\s*[,;，；、\[\]［］【】]\s*|{signs}", text)))


def _own(kind: str) -> Code:
    """The code of a check of ours; any other error of pydantic's is one of type."""
    return kind if kind in CODES else "wrong-type"


def locate(root: Node, loc: Loc) -> tuple[Node, Loc]:
    """The deepest node on the way to a loc, and the way that was found.

    pydantic's locs also hold the names of branches (`text`, `mapping`), which no node has.
    """
    node = root
    path: Loc = ()
    for part in loc:
        inner: Node | None = None
        if isinstance(node, Mapping):
            inner = node.get(str(part))
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            inner = node.items[part]
        if inner is not None:
            node, path = inner, (*path, part)
    return node, path


def key_start(root: Mapping, loc: Loc) -> int:
    """The offset of the key at a loc; of the nearest mapping around it where it is not written."""
    parent, _ = locate(root, loc[:-1])
    if isinstance(parent, Mapping):
        for key, _value in parent.pairs:
            if key.value == loc[-1]:
                return key.start
    return parent.start


def _fields_at(model: type[BaseModel], loc: Loc) -> dict[str, Any]:
    """The fields of the model that the keys at a loc belong to."""
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return dict(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if found := _model_in(inner):
            return found
    return None
