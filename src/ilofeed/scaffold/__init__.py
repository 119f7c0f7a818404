"""Files that are written for people: a new entry, a schema, a CMS form, a new office."""

from ilofeed.scaffold import cms, newentry, newoffice, program, touch
from ilofeed.scaffold.officekit import PROGRAM, kit
from ilofeed.scaffold.schema import entry_schema, feeds_schema

__all__ = [
    "PROGRAM",
    "cms",
    "entry_schema",
    "feeds_schema",
    "kit",
    "newentry",
    "newoffice",
    "program",
    "touch",
]
