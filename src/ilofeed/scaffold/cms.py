"""Write the JSON Schemas that code editors use, and from them the form of a Git-based CMS."""

import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from ilofeed.content import MAX_SUMMARY, EntryFields, OfficeFields, yaml_nodes
from ilofeed.i18n import own_name
from ilofeed.model import Office

MARK = "# Made by `ilofeed cms` from feeds.yaml"  # how a generated config.yml is recognized
NOTE = f"{MARK}, which overwrites any changes to this file.\n"
_DAYS = {"date", "updated", "withdrawn"}  # keys with a date widget; it cannot enter times
_MESSAGES = {  # for values that do not match a pattern
    "translation_of": "lower-case letters, digits and single hyphens",
    "language": "a language tag such as en, mn or zh-Hans",
    "type": "a media type such as application/pdf",
}
_WHEN = "a day such as 2015-05-19, or with a time 2015-05-19T14:30"  # in the office's zone
_DATA = resources.files("ilofeed") / "data"


class _WithoutNull(GenerateJsonSchema):
    """A generator that does not allow `null`: a key has a value or is absent."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        inner = super().default_schema(schema)
        if inner.get("default", "") is None:
            del inner["default"]
        return inner


def feeds_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of feeds.yaml."""
    schema = OfficeFields.model_json_schema(schema_generator=_WithoutNull)
    return _named("feeds", {**schema, "title": "feeds.yaml"})


def entry_schema(office: Office | None) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of front matter, with an office's terms and languages."""
    schema = EntryFields.model_json_schema(schema_generator=_WithoutNull)
    if office is not None:
        for key, terms in (("categories", office.categories), ("countries", office.countries)):
            schema["properties"][key]["items"] = {
                "oneOf": [
                    {"const": name, "title": term.label(office.language)}
                    for name, term in terms.items()
                ]
            }
        if office.languages:
            schema["properties"]["language"]["enum"] = list(office.languages)
        return {"$schema": _WithoutNull.schema_dialect, **schema, "title": "entry"}
    return _named("entry", {**schema, "title": "entry"})


def _named(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Add the address that SchemaStore gives to a schema which is the same for all offices."""
    address = f"https://www.schemastore.org/ilofeed-{name}.json"
    return {"$schema": _WithoutNull.schema_dialect, "$id": address, **schema}


# --- the form of Decap and Sveltia ---


def page() -> bytes:
    """Return the page that loads the CMS and its config.yml."""
    return (_DATA / "cms.html").read_bytes()


def config(office: Office, repo: str, branch: str) -> bytes:
    """Return config.yml, for Decap and Sveltia, for the repository OWNER/NAME and its branch."""
    settings = _settings()
    settings["backend"] |= {"repo": repo, "branch": branch}
    settings["site_url"] = office.url
    settings["collections"][0] |= {"slug": _slug(office), "fields": fields(office)}
    return (NOTE + yaml_nodes.write(settings)).encode()


def _settings() -> dict[str, Any]:
    """Return the part of config.yml that is the same for all offices.

    `local_backend` works only on localhost, `output` only in Sveltia (for Decap, the page does the
    same). Pictures are saved in the entry's folder. The body has buttons only for what the check
    accepts and the form can show again.
    """
    settings: dict[str, Any] = json.loads((_DATA / "cms.json").read_text("utf-8"))
    return settings


def _slug(office: Office) -> str:
    """Return the pattern of file names: the title, or the day if titles may not be Latin."""
    is_latin = len(office.languages) < 2 and re.search("[A-Za-z0-9]", office.title)
    return "{{slug}}" if is_latin else "entry-{{year}}-{{month}}-{{day}}"


def fields(office: Office) -> list[dict[str, Any]]:
    """Return the widgets of an entry: one for each key, and one for the body."""
    schema = entry_schema(office)
    widgets = _widgets(schema, schema["$defs"])
    if "{{slug}}" in _slug(office):
        # Decap and Sveltia keep _ and ~, which are not allowed in slugs
        title = next(widget for widget in widgets if widget["name"] == "title")
        most = schema["properties"]["title"]["maxLength"]
        message = f"at most {most} characters, without _ and ~, since it is the file's name"
        title["pattern"] = [f"^[^_~]{{1,{most}}}$", message]
    return [*widgets, *_settings()["collections"][0]["fields"]]


def _widgets(
    schema: Mapping[str, Any], definitions: Mapping[str, Any], *, optional: bool = False
) -> list[dict[str, Any]]:
    """Return a widget for each key of a mapping; in an optional mapping none is required."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    needed = schema.get("required", ())
    required = set() if optional else set(needed)
    return [
        {
            "name": key,
            "label": key.replace("_", " ").capitalize(),
            **_kind(key, value, definitions),
            "required": key in required,
            "hint": _hint(key, value, needed=optional and key in needed),
        }
        for key, value in schema["properties"].items()
    ]


def _hint(key: str, schema: Mapping[str, Any], *, needed: bool) -> str:
    text = schema["description"] + (" (required)" if needed else "")
    return f"{text}; {_WHEN}" if _is_when(schema) and key not in _DAYS else text


def _kind(key: str, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a key's widget that follow from its schema."""
    if "$ref" in schema:
        inner = _widgets(schema, definitions, optional=True)
        return {"widget": "object", "collapsed": True, "fields": inner}
    match schema["type"]:
        case "array":
            return _list(key, schema, definitions)
        case "boolean":
            return {"widget": "boolean"}
        case "integer":
            return {"widget": "number", "value_type": "int", "min": schema["minimum"]}
        case "string":
            return _text(key, schema)
    raise NotImplementedError(f"no widget for {key}: {schema}")


def _list(key: str, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    items, most = schema["items"], schema["maxItems"]
    if "oneOf" in items and "const" in items["oneOf"][0]:
        options = [{"label": term["title"], "value": term["const"]} for term in items["oneOf"]]
        limits = {"min": schema["minItems"], "max": most}
        return {"widget": "select", "multiple": True, **limits, "options": options}
    singular = key.removesuffix("es" if key == "aliases" else "s").capitalize()
    widget = {"widget": "list", "label_singular": singular, "max": most}
    if key == "attachments":  # the form writes mappings, and keeps names of files unchanged
        inner = _widgets(items["oneOf"][1], definitions)
        document = {"widget": "file", "choose_url": False}
        inner = [field | (document if field["name"] == "file" else {}) for field in inner]
        return widget | {"collapsed": True, "fields": inner}
    # an author is a name or a mapping; the form shows names and keeps mappings unchanged
    label = "Path" if key == "aliases" else "Name"
    return widget | {"field": {"name": label.lower(), "label": label, "widget": "string"}}


def _text(key: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if _is_when(schema) and key in _DAYS:
        day = {"format": "YYYY-MM-DD", "date_format": "YYYY-MM-DD", "time_format": False}
        return {"widget": "datetime", **day} | ({"default": "{{now}}"} if key == "date" else {})
    if key == "file":
        return {"widget": "image", "choose_url": False}
    if "enum" in schema:
        name = own_name if key == "language" else str.capitalize
        options = [{"label": name(value), "value": value} for value in schema["enum"]]
        return {"widget": "select", "options": options}
    most = schema.get("maxLength")
    widget = {"widget": "text" if most == MAX_SUMMARY else "string"}
    if "pattern" in schema:
        message = _WHEN if _is_when(schema) else _MESSAGES.get(key, "begins with https://")
        return widget | {"pattern": [schema["pattern"], message]}
    if most is not None:
        return widget | {"pattern": [rf"^[\s\S]{{1,{most}}}$", f"at most {most} characters"]}
    return widget


def _is_when(schema: Mapping[str, Any]) -> bool:
    return str(schema.get("pattern")).startswith(r"^\d{4}-")
