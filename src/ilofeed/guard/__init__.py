"""Compare what a build would show with what subscribers were shown, and refuse what harms them.

`make_ledger` lists what a build would publish. `compare` finds what subscribers would notice, and
`check_continuity` what they must not see: lost entries, entries shown twice, feeds that go away.
This package does not read or write files.
"""

from ilofeed.guard.changes import FORMATS, Difference, Format, compare
from ilofeed.guard.check import check_continuity, with_advice
from ilofeed.guard.dates import keep_first
from ilofeed.guard.manifest import make_ledger, render_manifest
