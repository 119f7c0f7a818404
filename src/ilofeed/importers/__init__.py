"""Make entry files of the items of a source.

`fields` makes the values of an entry, `html` and `markdown` its body, and `terms` finds its terms.
`plan` and `convert` make files that pass every check, with a note on everything left out, and `run`
does the whole import.
"""

from ilofeed.importers.plan import ImportRequest
from ilofeed.importers.run import ImportResult, run_import
from ilofeed.importers.terms import map_lines, term_lines
from ilofeed.sources import RequestError

__all__ = [
    "ImportRequest", "ImportResult", "RequestError", "map_lines", "run_import", "term_lines",
]  # fmt: skip
