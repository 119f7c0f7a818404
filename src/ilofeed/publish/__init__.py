"""Write the output folder, and remember the build for the next one.

Modules are imported when one of their names is first used (PEP 562), because importing all of them
takes longer than finding that the output is up to date. `_NAMES` maps each module to its names;
modules themselves are found by the import statement.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ilofeed.publish import live, output, websub
    from ilofeed.publish.beside import is_unfinished
    from ilofeed.publish.compressed import compress, is_copy
    from ilofeed.publish.entry_records import keep_entries
    from ilofeed.publish.last_build import (
        Previous,
        PreviousBuild,
        load_named,
        load_previous,
        recall_build,
    )
    from ilofeed.publish.output import PublishResult, publish, read_manifest
    from ilofeed.publish.stamps import Input, input_of, scan_inputs
    from ilofeed.publish.state import (
        BuildSummary,
        LastShown,
        NewBuild,
        Output,
        load_state,
        recall_summary,
        save_state,
    )


_NAMES = {
    "beside": "is_unfinished",
    "compressed": "compress is_copy",
    "entry_records": "keep_entries",
    "last_build": "Previous PreviousBuild load_named load_previous recall_build",
    "output": "PublishResult publish read_manifest",
    "stamps": "Input input_of scan_inputs",
    "state": "NewBuild Output LastShown BuildSummary recall_summary load_state save_state",
}


def __getattr__(name: str) -> object:
    for module, names in _NAMES.items():
        if name in names.split():
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
