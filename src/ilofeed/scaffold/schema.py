"""JSON Schemas of entry files and feeds.yaml, for editors that complete and check as one types."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from ilofeed.content import EntryFields, OfficeFields
from ilofeed.model import Office


class _WithoutNull(GenerateJsonSchema):
    """A generator that does not offer `null`: a key has a value or is absent."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> dict[str, Any]:
        inner = super().default_schema(schema)
        if inner.get("default", "") is None:
            del inner["default"]
        return inner


def feeds_schema() -> dict[str, Any]:
    """Return the schema of feeds.yaml."""
    schema = OfficeFields.model_json_schema(schema_generator=_WithoutNull)
    return {"$schema": _WithoutNull.schema_dialect, **schema, "title": "feeds.yaml"}


def entry_schema(office: Office | None) -> dict[str, Any]:
    """Return the schema of an entry's front matter, with the terms and languages of an office."""
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
