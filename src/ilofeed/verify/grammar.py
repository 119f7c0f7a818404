"""Check feed documents against their grammars: RELAX NG for Atom and RSS, JSON Schema for JSON."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from lxml import etree

from ilofeed.feeds import parse_xml
from ilofeed.verify.lint import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.model import Format


@functools.cache
def _relax_ng(form: Format) -> etree.RelaxNG:
    with resources.files("ilofeed").joinpath("data", f"{form}.rng").open("rb") as file:
        return etree.RelaxNG(etree.parse(file))


@functools.cache
def _json_schema() -> Any:
    import jsonschema_rs

    text = resources.files("ilofeed").joinpath("data", "jsonfeed.schema.json").read_text("utf-8")
    # without the formats 2026-02-30 would pass
    return jsonschema_rs.Draft202012Validator(json.loads(text), validate_formats=True)


def match_grammar(data: bytes, form: Format) -> list[Finding]:
    """Return where a document does not match the grammar of its format."""
    return _match_json(data) if form == "json" else _match_xml(data, form)


def _match_xml(data: bytes, form: Format) -> list[Finding]:
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        return [Finding("SAXError", "document", str(error))]
    grammar = _relax_ng(form)
    if grammar.validate(root):
        return []
    return [
        Finding("grammar", f"line {error.line}", error.message)
        for error in list(grammar.error_log)[:3]
    ]


def _match_json(data: bytes) -> list[Finding]:
    try:
        document = json.loads(data)
        # a character that UTF-8 cannot write is a ValueError, too
        errors = list(_json_schema().iter_errors(document))
    except ValueError as error:
        return [Finding("grammar", "document", str(error))]
    findings = [
        Finding("grammar", _place(error.instance_path), error.message[:300]) for error in errors
    ]
    ids = _ids(document)
    if len(set(ids)) < len(ids):
        findings.append(Finding("DuplicateEntries", "items", "an id stands twice"))
    return findings


def _ids(document: Any) -> list[str]:
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return []  # the schema has reported it
    ids = [item.get("id") for item in items if isinstance(item, dict)]
    return [identity for identity in ids if isinstance(identity, str)]


def _place(path: Sequence[str | int]) -> str:
    """Return the place of a value as JSONPath: `$.items[0].id`."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
