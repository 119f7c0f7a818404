"""The structure of the program: three rules about imports, and what only some modules may do.

1. A package imports only packages to its left in `ORDER`, and only what their `__init__.py` offers.
2. A library is imported by one package; those in `ONE_MODULE` by one module.
3. Only the modules in `PRINTS`, `READS_CLOCK` print or read the clock.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from offices import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = ROOT / "src" / "ilofeed"
# the base is the folder itself; `build` is a module of it that stands between two packages
ORDER = (
    "base content feeds pages verify publish build importers scaffold preview cli __main__"
).split()
LIBRARIES = {
    "click": "cli",
    "feedgen": "feeds",
    "feedparser": "verify",
    "filelock": "publish",
    "html5lib": "verify",
    "icalendar": "feeds verify",  # written by one, read back by the other
    "idna": "base",
    "jinja2": "pages",
    "jsonschema_rs": "verify",
    "lxml": "feeds pages verify importers",  # a tree of XML is no door
    "markdown_it": "content",
    "markdownify": "importers",
    "nh3": "content",
    "PIL": "content",
    "pydantic": "base content importers scaffold",
    "urllib3": "base",
    "watchfiles": "preview cli",
    "yaml": "content",
    "zoneinfo": "base",
}
ONE_MODULE = (
    "feedgen feedparser jsonschema_rs markdown_it markdownify nh3 PIL urllib3 yaml zoneinfo".split()
)
MOST_LINES = 400


def package(path: Path) -> str:
    parts = path.relative_to(SOURCE).parts
    if len(parts) > 1:
        return parts[0]
    return path.stem if path.stem in {"build", "__main__"} else "base"


FILES = {path: package(path) for path in sorted(SOURCE.rglob("*.py"))}


def imports(path: Path, *, typing: bool = True) -> list[tuple[str, str]]:
    """What a file imports, as pairs of a module and a name in it."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        id(node)
        for block in ast.walk(tree)
        if not typing and isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


def test_a_package_imports_only_what_packages_to_its_left_offer() -> None:
    wrong = []
    for path, here in FILES.items():
        for module, name in imports(path):
            parts = module.split(".")
            if parts[0] != "ilofeed":
                continue
            inner = parts[1] if len(parts) > 1 else name
            there = inner if inner in ORDER else "base"
            is_inside = here == there and here != "base"
            if not is_inside and ORDER.index(there) > ORDER.index(here):
                wrong.append(f"{path}: imports {there}, which is to its right")
            if not is_inside and here != "__main__" and there not in {"base", "build"}:
                init = (SOURCE / there / "__init__.py").read_text("utf-8")
                if len(parts) > 2 or f'"{name}"' not in init:
                    wrong.append(f"{path}: {module} {name} is not offered by {there}")
    assert wrong == []


def test_a_library_is_imported_in_one_place() -> None:
    users: dict[str, set[Path]] = {}
    for path in FILES:
        for module, _ in imports(path, typing=False):
            users.setdefault(module.partition(".")[0], set()).add(path)
    for library, packages in LIBRARIES.items():
        assert {FILES[path] for path in users[library]} <= set(packages.split()), library
    for library in ONE_MODULE:
        assert len(users[library]) == 1, library


def test_modules_are_short() -> None:
    for path in FILES:
        assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES, path


def test_nothing_in_the_source_is_about_the_example_office() -> None:
    for path in (path for path in SOURCE.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        text = path.read_text("utf-8")
        for word in ("ILO ", "ilo.org", "Beijing", "Mongolia\n"):
            assert word not in text, path
