"""The grammars of the feed documents: RELAX NG for Atom and RSS, JSON Schema for JSON Feed."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from lxml import etree

from ilofeed.lint import Finding

if TYPE_CHECKING:
    from ilofeed.document import Format


@functools.cache
def _relax_ng(form: Format) -> etree.RelaxNG:
    with resources.files("ilofeed").joinpath("data", f"{form}.rng").open("rb") as file:
        return etree.RelaxNG(etree.parse(file))


@functools.cache
def _json_schema() -> Any:
    import jsonschema

    text = resources.files("ilofeed").joinpath("data", "jsonfeed.schema.json").read_text("utf-8")
    # without the format checker (and rfc3339-validator behind it) 2026-02-30 would pass
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(json.loads(text), format_checker=checker)


def match_grammar(data: bytes, form: Format) -> list[Finding]:
    """Where a document does not match the grammar of its format; empty where it does."""
    return _match_json(data) if form == "json" else _match_xml(data, form)


def _match_xml(data: bytes, form: Format) -> list[Finding]:
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
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
    except ValueError as error:
        return [Finding("grammar", "document", str(error))]
    findings = [
        Finding("grammar", error.json_path, error.message[:300])
        for error in _json_schema().iter_errors(document)
    ]
    ids = [item.get("id") for item in document.get("items", ()) if isinstance(item, dict)]
    if len(set(ids)) < len(ids):
        findings.append(Finding("DuplicateEntries", "items", "an id stands twice"))
    return findings
