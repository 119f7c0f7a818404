"""The structure of the program, as docs/explanation/architecture.md draws it.

1. A package imports only packages to its left in `PACKAGES`, and only what `__init__.py` offers.
2. A library is imported by one package; those in `SHARED` by the packages named there.
3. A library in `ONE_MODULE` is imported by one module.

And what only some packages do: only `cli` prints, and what is published never rests on the clock.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING

from offices import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SOURCE = ROOT / "src" / "ilofeed"
# `base` is the modules of the folder itself, but for `build` and `__main__`
PACKAGES = (
    "base text media bodies content feeds pages verify guard publish build sources importers "
    "scaffold preview deploy cli __main__"
).split()
SHARED = {
    "icalendar": {"feeds", "verify", "sources"},  # written, read back, imported
    "lxml": {"feeds", "pages", "verify", "sources", "importers"},
    "pydantic": {"content", "importers", "publish", "scaffold"},
    "pydantic_core": {"content", "scaffold"},  # the form of its errors
}
ONE_MODULE = """
comrak feedgen feedparser jinja2 jsonschema_rs nh3 PIL python_calamine tinyhtml5
pagefind_bin urllib3 yaml zoneinfo
""".split()
MAX_LINES = 400  # of a module
MAX_LINES_OF_A_FUNCTION = 75
# of the whole: more is a reason to look for a better cut, before these are set higher
MAX_FILES = 14  # of a package, and of the folder itself
MAX_MODULES = 154
MAX_LINES_OF_ALL = 29_488
READ_CLOCK = {"publish", "cli"}  # when the state was written; the moment that a build is for


def package_of(path: Path) -> str:
    folder = path.relative_to(SOURCE).parts[0]
    name = folder.removesuffix(".py")
    return name if name in PACKAGES else "base"


FILES = {path: package_of(path) for path in sorted(SOURCE.rglob("*.py"))}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, but not into what only a type checker reads."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not is_for_types(child):
            yield from executed(child)


def imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """Yield each import as a module and a name in it; the name is empty for `import module`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{'.' * node.level}{node.module}", alias.name) for alias in node.names)


def offered(package: str) -> set[str]:
    """Return what the `__init__` of a package imports."""
    nodes = ast.walk(tree(SOURCE / package / "__init__.py"))
    return {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ilofeed.")
        for alias in node.names
    }


def wrong_import(package: str, module: str, name: str) -> str:
    """Say what is wrong with an import of one of our modules by a package; "" if nothing is."""
    parts = module.split(".")
    inner = parts[1] if len(parts) > 1 else name
    imported = inner if inner in PACKAGES else "base"
    if imported == package:
        return ""
    if PACKAGES.index(imported) > PACKAGES.index(package):
        return f"{imported} is to the right of {package}"
    is_folder = (SOURCE / imported).is_dir()
    if is_folder and package != "__main__" and (len(parts) > 2 or name not in offered(imported)):
        return f"{imported} does not offer {module} {name}"
    return ""


def test_a_package_imports_only_what_packages_to_its_left_offer() -> None:
    wrong = [
        f"{path}: {problem}"
        for path, package in FILES.items()
        for module, name in imports(ast.walk(tree(path)))
        if module.partition(".")[0] in {"ilofeed", ""}
        and (problem := wrong_import(package, module, name) if module[0] != "." else "relative")
    ]
    assert wrong == []


def users() -> dict[str, set[Path]]:
    """Return the modules that import each library, without the standard library but for one."""
    importers = defaultdict(set)
    for path in FILES:
        for module, _ in imports(executed(tree(path))):
            importers[module.partition(".")[0]].add(path)
    ours = sys.stdlib_module_names - {"zoneinfo"} | {"ilofeed"}
    return {library: paths for library, paths in importers.items() if library not in ours}


def test_a_library_is_imported_by_one_package() -> None:
    packages = {library: {FILES[path] for path in paths} for library, paths in users().items()}
    assert {library: names for library, names in packages.items() if len(names) > 1} == SHARED


def test_some_libraries_are_imported_by_one_module() -> None:
    importers = users()
    assert {library: len(importers.get(library, ())) for library in ONE_MODULE} == dict.fromkeys(
        ONE_MODULE, 1
    )


def dotted(node: ast.AST) -> str:
    """Return `.sys.stdout` for an attribute of a name, `.print` for a name, else what is known."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return f".{node.id}" if isinstance(node, ast.Name) else ""


def uses(path: Path, *names: str) -> bool:
    """Whether a module mentions one of these functions or attributes."""
    ends = tuple(f".{name}" for name in names)
    return any(dotted(node).endswith(ends) for node in ast.walk(tree(path)))


def test_only_the_command_line_prints() -> None:
    printing = {
        package
        for path, package in FILES.items()
        if uses(path, "print", "sys.stdout", "sys.stderr")
    }
    assert printing == {"cli"}


def test_one_module_prints_so_that_every_text_is_made_printable() -> None:
    names = ("print", "click.echo", "click.secho", "click.style")
    assert {path.name for path in FILES if uses(path, *names)} == {"console.py"}


def test_what_is_published_does_not_rest_on_the_clock() -> None:
    clocks = ("datetime.now", "datetime.utcnow", "date.today", "time.time", "time.time_ns")
    assert {package for path, package in FILES.items() if uses(path, *clocks)} == READ_CLOCK


def test_modules_and_functions_are_short() -> None:
    long = [path for path in FILES if len(path.read_text("utf-8").splitlines()) > MAX_LINES]
    long_functions = [
        f"{path}: {node.name}"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_LINES_OF_A_FUNCTION
    ]
    assert (long, long_functions) == ([], [])


def test_the_whole_can_be_surveyed() -> None:
    folders = Counter(path.parent.name for path in FILES)
    crowded = {folder: count for folder, count in folders.items() if count > MAX_FILES}
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in FILES)
    assert crowded == {}
    assert len(FILES) <= MAX_MODULES
    assert lines <= MAX_LINES_OF_ALL


def test_nothing_in_the_source_is_about_the_example_office() -> None:
    for path in (path for path in SOURCE.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        text = path.read_text("utf-8")
        for word in ("ILO ", "ilo.org", "Beijing", "Mongolia\n"):
            assert word not in text, path


# --- the rules see what is against them ---


def test_an_import_from_the_right_or_of_what_is_not_offered_is_wrong() -> None:
    assert wrong_import("feeds", "ilofeed.pages", "render") == "pages is to the right of feeds"
    assert "does not offer" in wrong_import("pages", "ilofeed.feeds", "no_such_name")
    assert "does not offer" in wrong_import("pages", "ilofeed.feeds.ledger", "Ledger")
    assert wrong_import("pages", "ilofeed.feeds", "Ledger") == ""
    assert wrong_import("pages", "ilofeed.pages.html_tree", "parse_html") == ""
    assert wrong_import("base", "ilofeed", "build") == "build is to the right of base"


def test_printing_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    for text, is_seen in (
        ("print(1)", True),
        ("import sys\nsys.stdout.write('')", True),
        ("fingerprint(1)", False),
        ("self.print = 1", True),
    ):
        path.write_text(text)
        tree.cache_clear()
        assert uses(path, "print", "sys.stdout") is is_seen, text
