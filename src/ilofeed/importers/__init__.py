"""Import feeds and tables from elsewhere as entry files.

Each format is read into the same kind of items (`items`). `plan` turns these into entry files that
pass every check, with a note on everything left out; `run` does the whole import.
"""

from ilofeed.importers.plan import ImportRequest
from ilofeed.importers.run import ImportResult, RequestError, run_import
from ilofeed.importers.terms import term_lines

__all__ = ["ImportRequest", "ImportResult", "RequestError", "run_import", "term_lines"]
