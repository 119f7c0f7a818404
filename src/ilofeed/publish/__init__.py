"""The output folder: what is published, what is remembered of it, and what subscribers notice.

Modules are loaded when a name of theirs is first used (PEP 562): a build that has nothing to do
takes longer to load what a build needs than to find that out. `_MODULES` says where a name is
defined; names of modules themselves are found by the import statement.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ilofeed.publish import glance, live, output, state, websub
    from ilofeed.publish.changes import FORMATS, Difference, Format, compare
    from ilofeed.publish.guard import check_continuity
    from ilofeed.publish.live import load_previous
    from ilofeed.publish.manifest import make_ledger, render_manifest
    from ilofeed.publish.output import Changes, publish, read_manifest, write_waiting

__all__ = [
    "FORMATS",
    "Changes",
    "Difference",
    "Format",
    "check_continuity",
    "compare",
    "glance",
    "live",
    "load_previous",
    "make_ledger",
    "output",
    "publish",
    "read_manifest",
    "render_manifest",
    "state",
    "websub",
    "write_waiting",
]
_MODULES = {
    "FORMATS": "changes",
    "Changes": "output",
    "Difference": "changes",
    "Format": "changes",
    "check_continuity": "guard",
    "compare": "changes",
    "load_previous": "live",
    "make_ledger": "manifest",
    "publish": "output",
    "read_manifest": "output",
    "render_manifest": "manifest",
    "write_waiting": "output",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
