"""The output folder: what is written, remembered and noticed by subscribers."""

from ilofeed.publish import diff, output, websub
from ilofeed.publish.continuity import Difference, compare
from ilofeed.publish.diff import FORMS
from ilofeed.publish.guard_rules import guard
from ilofeed.publish.last_build import PreviousBuild, recall_build
from ilofeed.publish.manifest import make_ledger, render_manifest
from ilofeed.publish.output import Changes, publish, read_manifest
from ilofeed.publish.previous import MOST_BYTES, load_previous
from ilofeed.publish.stamps import Input, scan_inputs
from ilofeed.publish.state import NewBuild, Output, Shown, Summary, find_nothing_to_do
from ilofeed.publish.state import load as load_state
from ilofeed.publish.state import save as save_state

__all__ = [
    "FORMS",
    "MOST_BYTES",
    "Changes",
    "Difference",
    "Input",
    "NewBuild",
    "Output",
    "PreviousBuild",
    "Shown",
    "Summary",
    "compare",
    "diff",
    "find_nothing_to_do",
    "guard",
    "load_previous",
    "load_state",
    "make_ledger",
    "output",
    "publish",
    "read_manifest",
    "recall_build",
    "render_manifest",
    "save_state",
    "scan_inputs",
    "websub",
]
