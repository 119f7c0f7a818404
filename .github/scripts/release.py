"""Check that a tag, the version, the list of changes and the news agree: `release.py v1.2.3`.

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
    wrong += unannounced(changes, ROOT / "website" / "news" / "entries")
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


def unannounced(changes: str, news: Path) -> list[str]:
    """Say which released versions have no entry of their day in the topic `release`."""
    wrong = []
    for version, day in re.findall(r"(?m)^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$", changes):
        path = news / f"ilofeed-{version.replace('.', '-')}.md"
        text = path.read_text("utf-8") if path.is_file() else ""
        lines = {f"date: {day}", "categories: [release]"}
        if not lines <= set(text.splitlines()):
            wrong.append(
                f"website/news/entries has no {path.name} with {' and '.join(sorted(lines))}."
            )
    return wrong


if __name__ == "__main__":
    sys.exit(main())
