"""The manual's sections on problem codes: `docs/problems.md`, which comes with the package."""

from __future__ import annotations

import functools
import re
from importlib import resources
from pathlib import Path


@functools.cache
def sections() -> dict[str, str]:
    """The section of each code, in the manual's order."""
    parts = re.split(r"^### `([a-z0-9-]+)`\n", _manual(), flags=re.MULTILINE)
    return {
        code: re.split(r"^## ", text, maxsplit=1, flags=re.MULTILINE)[0].strip() + "\n"
        for code, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def _manual() -> str:
    packaged = resources.files("ilofeed").joinpath("data", "problems.md")
    if packaged.is_file():
        return packaged.read_text("utf-8")
    # a checkout: the file is copied into the package when the package is built
    return (Path(__file__).parents[3] / "docs" / "problems.md").read_text("utf-8")
