"""What others wrote, as entry files."""

from ilofeed.importers import foreign
from ilofeed.importers.foreign import ForeignError, Haul, Note
from ilofeed.importers.importing import plan_import
from ilofeed.importers.importplan import Made, Plan, Settings, known_of
from ilofeed.importers.importproof import proven
from ilofeed.importers.spreadsheet import KEYS, read_table
from ilofeed.importers.termfile import term_lines, with_terms
from ilofeed.importers.wildfeed import read_feed
from ilofeed.importers.wildjson import read_json

__all__ = [
    "KEYS",
    "ForeignError",
    "Haul",
    "Made",
    "Note",
    "Plan",
    "Settings",
    "foreign",
    "known_of",
    "plan_import",
    "proven",
    "read_feed",
    "read_json",
    "read_table",
    "term_lines",
    "with_terms",
]
