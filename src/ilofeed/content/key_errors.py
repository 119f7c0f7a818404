"""Convert pydantic's errors to problems for editors, and find their places in the file."""

import re
from collections.abc import Collection
from typing import Any, get_origin

from pydantic import BaseModel

from ilofeed.content.keys import country_code
from ilofeed.content.yaml_errors import ITEM_SIGNS
from ilofeed.content.yaml_nodes import Mapping, Node, Scalar, Sequence
from ilofeed.problems import CODES, Code, Problem, did_you_mean, nearest, quote, visible
from ilofeed.text import Source, slugify

Loc = tuple[int | str, ...]  # the keys and numbers of items that lead to a value
MAX_NAMED = 30  # keys in a message; `words` has more than a hundred
MAX_UNKNOWN = 100  # limit of unknown keys to compare with a missing key

_NAMES = ("categories", "countries", "languages")  # lists of names without spaces
_SYNONYMS = {  # what editors call a key of an event, or of an entry
    "start": "begin beginning begins date day from since when",
    "end": "ending ends finish to until",
    "place": "address city location venue where",
    "title": "headline heading",
    "date": "created day publish_date published when",
    "summary": "abstract description excerpt intro lead teaser",
    "categories": "keywords subject tag tags topic topics",
    "link": "address href source url website",
    "url": "address href link src website",
    "updated": "edited lastmod modified",
    "authors": "byline",
    "image": "photo picture",
    "attachments": "documents downloads files",
    "language": "lang",
}
_UNSEEN = r"[^\S ]|[\u00ad\u200b-\u200f\u2060-\u2069\ufeff]"
_EXPECTED = {
    "list_type": "expected a list in brackets: {key}: [{value}]",
    "item_type": "expected a list; begin its first line with a hyphen: `- {first}: …`",
    "string_type": "expected text, not {kind}",
    "event_type": "write event: {{start: {value}}}, with the day, or date and time, as `start`",
    "items_type": "expected keys, not a list; delete the hyphen in front of {first}",
    "terms_type": "expected a label for each name; write {key}: {value}",
    "links_type": "expected a list; write links: [{value}]",
    "link_type": "expected keys; write {value}",
    "picture_type": "write image: {{file: {value}, alt: …}}, with what the picture shows as `alt`",
    "colon_type": "expected text; put quotes around all of it, because it contains a colon",
    "model_type": "expected keys, each on its own indented line: {keys}",
    "dict_type": "expected keys, each on its own indented line: {first}: …",
}


def explain(
    source: Source, root: Mapping, model: type[BaseModel], item: Any, broken: set[Loc]
) -> Problem | None:
    """Convert one of pydantic's errors to a problem; None if the cause is already reported.

    `item` is from `ValidationError.errors()`. `broken` are the locations of values that were
    reported before and not passed to pydantic.
    """
    kind, loc = item["type"], item["loc"]
    if kind in {"missing", "extra_forbidden"}:
        parent, path = locate(root, loc[:-1])
        key, fields = str(loc[-1]), _fields_at(model, loc[:-1])
        if kind == "extra_forbidden":
            message = _misplaced(key, path, root, model) or _unknown(key, parent, fields)
            return source.problem(key_start(root, (*path, key)), "unknown-key", message)
        is_reported = (*path, key) in broken or _is_misspelt(key, parent, fields)
        is_reported |= bool(path) and misplaced_keys(root, model).get(key) == path[0]
        if is_reported or (not path and _is_elsewhere(key, root, model)):
            return None
        return source.problem(parent.start, *_missing(fields, path, key))
    node, path = locate(root, loc)
    if kind == "too_short" and any(place[: len(path)] == path for place in broken):
        return None
    if loc[-1] == "[key]":
        return source.problem(key_start(root, path), kind, item["msg"])
    code, message = _described(kind, item, node, path, _fields_at(model, path))
    return source.problem(node.start, code, message, end=node.end)


def _misplaced(key: str, path: Loc, root: Mapping, model: type[BaseModel]) -> str | None:
    """Return the message for a key at the wrong level; None if it fits at no other level."""
    fields = model.model_fields
    if path:
        is_root = key in fields and fields[key].is_required() and root.get(key) is None
        section = quote(str(path[0]))
        message = f"{quote(key)} does not belong to {section}; begin the line in the first column"
        return message if is_root else None
    if section := misplaced_keys(root, model).get(key, ""):
        return f"{quote(key)} belongs to {quote(section)}; indent the line by two spaces"
    missing = [
        section
        for section in fields
        if root.get(section) is None and key in _keys_of(model, section)
    ]
    if len(missing) != 1:
        return None
    message = f"{quote(key)} belongs to {quote(missing[0])}; write `{missing[0]}:` above it, "
    return message + "and indent the line by two spaces"


def _is_elsewhere(key: str, root: Mapping, model: type[BaseModel]) -> bool:
    """Return whether a missing key, or a key inside it, is reported at another level."""
    section_keys = _keys_of(model, key)
    for name, node in root.pairs:
        if name.value not in model.model_fields:
            if name.value in section_keys:
                return True
        elif isinstance(node, Mapping) and node.get(key) is not None:
            other_keys = _keys_of(model, name.value)
            if other_keys and key not in other_keys:
                return True
    return False


def _unknown(key: str, parent: Node, fields: dict[str, Any]) -> str:
    message = f"unknown key {quote(key)}"
    if key == "time" and "start" in fields:
        return message + "; write the time after the date: `start: 2015-06-01 14:30`"
    if meant := _synonym(key, fields):
        is_written = meant in _written(parent)
        return f"{message}; {'its values belong in' if is_written else 'write'} {quote(meant)}"
    plain = re.sub(_UNSEEN, "", key)
    if plain != key and plain in fields:
        return f"the key {quote(plain)} contains an invisible character; type it again"
    if " " in key:
        return message + "; if this line continues the text above, put quotes around all of it"
    return message + did_you_mean(key, fields)


def misplaced_keys(root: Mapping, model: type[BaseModel]) -> dict[str, str]:
    """Map each top-level key that belongs into the section above it to the name of the section."""
    sections: dict[str, str] = {}
    section, has_any_key = "", False
    for key, node in root.pairs:
        near = nearest(key.value, model.model_fields)
        # `world: World` is a country, no misspelt `words`, which has keys
        is_unlike = near is None or (near == "words" and isinstance(node, Scalar))
        if key.value in model.model_fields:
            section = key.value
            has_any_key = get_origin(model.model_fields[section].annotation) is dict
        elif section and (key.value in _keys_of(model, section) or (has_any_key and is_unlike)):
            sections[key.value] = section
    return sections


def _keys_of(model: type[BaseModel], section: str) -> Collection[str]:
    """Return the keys that the schema allows in a section; () for a key that is not a section."""
    annotation = model.model_fields[section].annotation
    for kind in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind.model_fields.keys()
    return ()


def _is_misspelt(key: str, parent: Node, fields: dict[str, Any]) -> bool:
    """Return whether a missing key is present with a wrong spelling, which is reported."""
    unknown = [name for name in _written(parent) if name not in fields][:MAX_UNKNOWN]
    return any((_synonym(name, fields) or nearest(name, fields)) == key for name in unknown)


def _written(parent: Node) -> list[str]:
    return [name.value for name, _ in parent.pairs] if isinstance(parent, Mapping) else []


def _synonym(name: str, fields: Collection[str]) -> str | None:
    keys = (key for key, words in _SYNONYMS.items() if name.casefold() in words.split())
    return next((key for key in keys if key in fields), None)


def _missing(fields: dict[str, Any], path: Loc, key: str) -> tuple[Code, str]:
    if path[-1:] == ("image",) and key == "alt":
        message = "the picture has no `alt`; add a line alt: that describes what it shows"
        return "image-without-alt", message
    example = (fields[key].examples or ["…"])[0]
    names = [part for part in path if isinstance(part, str)]
    where = f" in {quote(names[-1])}" if names else ""
    return "missing-key", f"missing key {quote(key)}{where}; add a line such as {key}: {example}"


def _described(
    kind: str, item: Any, node: Node, path: Loc, fields: dict[str, Any]
) -> tuple[Code, str]:
    if kind in _EXPECTED:
        key = path[-1] if path else ""
        value = visible(_listed(node.value, key), 60) if isinstance(node, Scalar) else "…"
        shape = "a list" if isinstance(node, Sequence) else "a mapping"
        first = _first(node)
        kind = "item_type" if kind == "list_type" and first in fields else kind
        if kind == "string_type" and shape == "a mapping" and " " in first:
            kind = "colon_type"
        if "links" in path and isinstance(node, Scalar):
            kind, own = (
                "links_type" if key == "links" else "link_type",
                ("label", "url")[":" in value],
            )
            keys = (f"{name}: {value if name == own else '…'}" for name in fields)
            value = "{" + ", ".join(keys) + "}"
        if key in {"image", "event"} and isinstance(node, Scalar):
            kind = "picture_type" if key == "image" else "event_type"
        elif kind == "model_type" and isinstance(node, Sequence) and first in fields:
            kind = "items_type"
        elif path in {("categories",), ("countries",)} and kind == "dict_type":
            kind, value = "terms_type", _labelled(node, str(key))
        return "wrong-type", _EXPECTED[kind].format(
            key=key, value=value, keys=_some(fields), first=first, kind=shape
        )
    if kind == "too_short":
        return "empty-value", f"{quote(str(path[-1]))} is empty; write at least one item"
    if kind == "too_long":
        most = item["ctx"]["max_length"]
        return "wrong-type", f"{quote(str(path[-1]))} has too many items; write at most {most}"
    if kind == "literal_error":
        if not isinstance(node, Scalar):
            return _described("string_type", item, node, path, fields)
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        return "bad-choice", _choice(node.value, key, item["ctx"]["expected"].replace("'", "`"))
    return (kind if kind in CODES else "wrong-type"), item["msg"]


def _some(fields: Collection[str]) -> str:
    """Return the names of fields, at most `MAX_NAMED`."""
    more = ", …" if len(fields) > MAX_NAMED else ""
    return ", ".join([*fields][:MAX_NAMED]) + more


def _labelled(node: Node, section: str) -> str:
    """Return the items of a list, or of a text, as terms of feeds.yaml: `{wages: Wages}`."""
    labels = list[str]()
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar) and not item.broken:
            labels += filter(None, map(str.strip, _VALUES.split(item.value)))
        elif isinstance(item, Mapping):  # `- MN: Mongolia`
            labels += [_first(value) for _, value in item.pairs]
    terms = []
    for label in labels:
        name = slugify(label) or "…"
        if section == "countries":
            name = country_code(label) or (label if re.fullmatch("[A-Z]{2}", label) else name)
        shown = name.replace("-", " ").capitalize() if label == name != label.upper() else label
        terms.append(f"{name}: {shown}")
    return visible("{" + ", ".join(terms) + "}", 200)


def _first(node: Node) -> str:
    """Return the first key of a mapping, the first item of a list, or the text of a scalar."""
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
        return f"missing `per` before the dimension {quote(value)}; write - per: {value}"
    names, words = _listed(value), re.findall("`(.+?)`", expected)
    if set(value.split()) <= set(words):
        names = ", ".join(value.split())
    if "," in names and key != "status":  # `status` takes a single value
        return f"write several values in brackets: {visible(f'{key}: [{names}]')}"
    near = nearest(value, words)
    hint = f"; did you mean {quote(near)}?" if near else ""
    return f"invalid value {quote(value)}; expected {expected}{hint}"


_VALUES = re.compile(r"[,;，；、\[\]［］【】\n]")
_ITEMS = re.compile(rf"[,;，；、\[\]［］【】]|(?:^|\s)[{ITEM_SIGNS}-]")


def _listed(text: str, key: int | str = "") -> str:
    """Return the items of a text that should be a list, joined by commas."""
    if key in _NAMES and re.fullmatch(r"(?:(?:[a-z0-9][a-z0-9-]*|[A-Z]{2})(?:\s+|$))+", text):
        return ", ".join(text.split())
    text = re.sub(r"^\((.*)\)$", r"\1", text)
    is_item = re.search(rf"^[{ITEM_SIGNS}-]|\s- ", text)
    pattern = _ITEMS if is_item else _VALUES
    return ", ".join(filter(None, map(str.strip, pattern.split(text))))


def locate(root: Node, loc: Loc) -> tuple[Node, Loc]:
    """Return the node at a loc, or the nearest existing node above it, with the loc of that node.

    Names of union branches in pydantic's locs (`text`, `mapping`) are skipped.
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
    """Return the offset of the key at a loc, or of the nearest node around it if it is missing."""
    parent, _ = locate(root, loc[:-1])
    if isinstance(parent, Mapping):
        for key, _value in parent.pairs:
            if key.value == loc[-1]:
                return key.start
    return parent.start


def _fields_at(model: type[BaseModel], loc: Loc) -> dict[str, Any]:
    """Return the fields of the model that describes the mapping at a loc."""
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return dict(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if model := _model_in(inner):
            return model
    return None
