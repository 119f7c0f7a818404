"""Files that are written for people: a new entry, a schema, a CMS form, a new office."""

from ilofeed.scaffold import cms, create, entry_file
from ilofeed.scaffold.new_office import suggest_authority
from ilofeed.scaffold.schema import entry_schema, feeds_schema

__all__ = ["cms", "create", "entry_file", "entry_schema", "feeds_schema", "suggest_authority"]
