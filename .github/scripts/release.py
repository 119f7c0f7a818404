"""Check that a tag, the version and the list of changes agree: `release.py v1.2.3`.

The exit code is 0 if a release with this tag may be published, and 1 if not.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import issue

ROOT = Path(__file__).parents[2]


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    package = (ROOT / "src/ilofeed/__init__.py").read_text("utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    wrong = disagreements(sys.argv[1], package, changes)
    for message in wrong:
        issue.annotate("error", message)
    return 1 if wrong else 0


def disagreements(tag: str, package: str, changes: str) -> list[str]:
    """Say what keeps a tag from being released: another version, or no section about it."""
    match = re.search(r'(?m)^__version__ = "(\d+\.\d+\.\d+)"$', package)
    version = match[1] if match else "unknown"
    wrong = []
    if tag != f"v{version}":
        wrong.append(f"The tag is {tag}, but src/ilofeed/__init__.py says {version}.")
    section = rf"(?ms)^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)"
    match = re.search(section, changes)
    if match is None:
        wrong.append(f"CHANGELOG.md has no section `## {version} - DATE`.")
    elif not match[1].strip():
        wrong.append(f"The section {version} of CHANGELOG.md is empty.")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
