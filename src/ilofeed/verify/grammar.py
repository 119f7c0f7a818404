"""The grammars of the feed documents: RELAX NG for Atom and RSS, JSON Schema for JSON Feed."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from lxml import etree

from ilofeed.feeds import parse_xml
from ilofeed.verify.lint import Finding
from ilofeed.verify.textpatterns import Halves, halve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.model import Format


def _tree(form: Format) -> Any:
    with resources.files("ilofeed").joinpath("data", f"{form}.rng").open("rb") as file:
        return etree.parse(file).getroot()


@functools.cache
def _relax_ng(form: Format) -> etree.RelaxNG:
    return etree.RelaxNG(_tree(form))


@functools.cache
def _halves(form: Format) -> Halves:
    return halve(_tree(form))


@functools.cache
def _json_schema() -> Any:
    import jsonschema_rs

    text = resources.files("ilofeed").joinpath("data", "jsonfeed.schema.json").read_text("utf-8")
    # without the formats 2026-02-30 would pass
    return jsonschema_rs.Draft202012Validator(json.loads(text), validate_formats=True)


def match_grammar(data: bytes, form: Format) -> list[Finding]:
    """Where a document does not match the grammar of its format; empty where it does."""
    return _match_json(data) if form == "json" else _match_xml(data, form)


def _match_xml(data: bytes, form: Format) -> list[Finding]:
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        return [Finding("SAXError", "document", str(error))]
    if _halves(form).surely_match(data, root):
        return []
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
    if len(set(ids := _ids(document))) < len(ids):
        findings.append(Finding("DuplicateEntries", "items", "an id stands twice"))
    return findings


def _ids(document: Any) -> list[str]:
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return []  # the schema has said so
    found = [one.get("id") for one in items if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str)]


def _place(path: Sequence[str | int]) -> str:
    """The place of a value as JSONPath: `$.items[0].id`."""
    return "$" + "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in path)
