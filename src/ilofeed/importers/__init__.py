"""Imports: documents that others wrote become entry files.

A document of any format becomes items in one neutral form (`items`), and these a plan: entry files
that pass every check, and a sentence about everything that is left out. `run` does all of it.
"""

from ilofeed.importers.plan import ImportRequest
from ilofeed.importers.run import ImportResult, RequestError, run_import
from ilofeed.importers.terms import term_lines

__all__ = ["ImportRequest", "ImportResult", "RequestError", "run_import", "term_lines"]
