"""The output folder: what is written, remembered and noticed by subscribers."""

from ilofeed.publish import diff, glance, output, state, websub
from ilofeed.publish.continuity import Difference, compare
from ilofeed.publish.diff import FORMS
from ilofeed.publish.guard_rules import guard
from ilofeed.publish.manifest import make_ledger, render_manifest
from ilofeed.publish.output import Changes, publish, read_manifest, write_waiting
from ilofeed.publish.previous import MOST_BYTES, load_previous

__all__ = [
    "FORMS",
    "MOST_BYTES",
    "Changes",
    "Difference",
    "compare",
    "diff",
    "glance",
    "guard",
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
