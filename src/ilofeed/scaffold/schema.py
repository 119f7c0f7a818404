"""Generate JSON Schemas of entry files and feeds.yaml, for completion and checks in editors."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from ilofeed.content import EntryFields, OfficeFields
from ilofeed.model import Office


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
    return {"$schema": _WithoutNull.schema_dialect, **schema, "title": "feeds.yaml"}


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
