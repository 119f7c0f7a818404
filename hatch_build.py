"""Complete the metadata of a distribution from the repository in which it is built.

The address of the repository is that of the remote `origin` on GitHub. Without one, addresses are
left out, and the links of the README stay relative. A wheel that is built from a source
distribution has what that says.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

AUTHOR = "The ilofeed authors"
_GITHUB = re.compile(
    r"(?:https://|git@|ssh://git@)github\.com[:/]([\w-]+)/([\w.-]+?)(?:\.git)?/?\n?"
)
_LINK = re.compile(r"(!?\[[^][]*\])\((?!https?:|#)([^()\s]+)\)")


class Metadata(MetadataHookInterface):
    """Sets `authors`, `readme` and `urls` of the project."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the fields that pyproject.toml declares dynamic."""
        if "authors" not in metadata.get("dynamic", ()):
            return  # in a source distribution they are known
        root = Path(self.root)
        text = (root / "README.md").read_text("utf-8")
        author, urls = {"name": AUTHOR}, {}
        if match := _GITHUB.fullmatch(_origin(root)):
            # mail to this address reaches nobody; it tells which account publishes
            author["email"] = f"{match[1]}@users.noreply.github.com"
            address = f"https://github.com/{match[1]}/{match[2]}"
            text = absolute(text, address, f"v{metadata['version']}")
            urls = {
                "Homepage": address,
                "Documentation": f"{address}/blob/main/docs/README.md",
                "Changelog": f"{address}/blob/main/CHANGELOG.md",
                "Issues": f"{address}/issues",
                "Source": address,
            }
        metadata["authors"], metadata["urls"] = [author], urls
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def absolute(text: str, address: str, tag: str) -> str:
    """Return Markdown with the relative links made absolute: to the repository's files at a tag."""

    def link(match: re.Match[str]) -> str:
        kind = "raw" if match[1].startswith("!") else "blob"
        return f"{match[1]}({address}/{kind}/{tag}/{match[2]})"

    return _LINK.sub(link, text)


def _origin(root: Path) -> str:
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():  # a repository around the folder is another one
        return ""
    command = [git, "-C", str(root), "remote", "get-url", "origin"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
