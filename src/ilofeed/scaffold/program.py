"""The program's own files, wherever it runs from: a wheel, or the `src/` of a checkout.

What an office gets that lies outside `src/` is copied into the package when it is built, as
pyproject.toml says; in a checkout it is read from its place.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
CHECKOUT = Path(__file__).parents[3]
SHIPPED = {  # in the package: in a checkout
    "data/problems.md": "docs/problems.md",
    "data/program/LICENSE": "LICENSE",
    "data/program/pyproject.toml": "pyproject.toml",
    "data/program/requirements.txt": "requirements.txt",
    "data/program/office.yml": ".github/workflows/office.yml",
    "data/program/publish.yml": ".github/workflows/publish.yml",
    "data/program/office.py": ".github/scripts/office.py",
    "data/program/issue.py": ".github/scripts/issue.py",
}


def files(package: Path = PACKAGE, checkout: Path = CHECKOUT) -> dict[str, bytes]:
    """Every file of the package, by its path in it; what Python made of them is left out."""
    found = {
        path.relative_to(package).as_posix(): path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    missing = SHIPPED.keys() - found.keys()
    return found | {name: (checkout / SHIPPED[name]).read_bytes() for name in missing}
