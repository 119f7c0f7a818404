"""The shape of the program: who may import whom, and one door to each library."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from offices import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = ROOT / "src" / "ilofeed"
MODULES = sorted(SOURCE.glob("*.py"))

DOORS = {
    "click": {"cli", "editing", "init", "online", "switches"},
    "feedgen": {"syndication"},
    "feedparser": {"feedreader"},
    "filelock": {"publish"},
    "html5lib": {"htmllint"},
    "idna": {"iri"},
    "icalendar": {"calendarreader", "calendars"},
    "jinja2": {"page", "templatecache"},
    "jsonschema_rs": {"grammar"},
    "markdown_it": {"markdown"},
    "markdownify": {"unhtml"},
    "nh3": {"markdown"},
    "PIL": {"images"},
    "yaml": {"yamldoc"},
    "zoneinfo": {"dates"},
}
# a module may import those of its own floor that stand before it, and every floor below
FLOORS = [
    [
        "codes",
        "iso3166",
        "garbage",
        "portions",
        "copies",
        "helper",
        "shares",
        "spool",
        "longtext",
        "remember",
        "htmltree",
        "xmltree",
        "phrases",
    ],
    ["problems"],
    ["dates", "datewords", "iri", "tag", "identity", "source", "markup", "images"],
    [
        "yamlvalues",
        "yamlerrors",
        "yamlmask",
        "yamldoc",
        "plainkeys",
        "conflicts",
        "frontmatter",
        "bodychecks",
        "signs",
        "plainbody",
        "markdown",
        "fields",
    ],
    ["entryfile", "officefile", "keyerrors", "validate", "shelf", "model", "fingerprint"],
    [
        "entrychecks",
        "entry",
        "termnames",
        "office",
        "read",
        "translations",
        "entrymemory",
        "check",
    ],  # what editors wrote
    ["ledger", "history", "selection", "document", "links"],  # what a feed holds
    [
        "syndication",
        "jsonfeed",
        "pieces",
        "archives",
        "calendars",
    ],  # what is made of it for programs
    ["directory", "opml", "sitemap", "plainhtml", "structured", "chart", "embedding"],
    [
        "templatecache",
        "pagehtml",
        "page",
        "entryhtml",
        "entrypage",
        "feedpage",
        "indexpage",
        "recipe",
        "render",
    ],  # and for people
    [
        "carry",
        "feedreader",
        "readback",
        "archivereader",
        "calendarreader",
        "htmllint",
        "lint",
        "textpatterns",
        "grammar",
        "addresses",
        "proof",
        "readonce",
        "manifestreader",
        "comparison",
        "verify",
        "ahead",
        "manifest",
        "continuity",
    ],  # the proof
    ["fetch", "replacing", "publish", "previous", "websub"],
    ["chain"],
    [
        "report",
        "explain",
        "schema",
        "cms",
        "entrywriter",
        "newentry",
        "options",
        "progress",
        "console",
        "glance",
        "quick",
        "state",
        "lastbuild",
    ],
    ["renames", "guardsite", "guard", "diff", "touch", "live"],
    ["foreign", "wildxml", "wildfeed", "wildjson", "spreadsheet"],  # what others wrote
    ["unhtml", "foreigndates", "importterms", "importfields"],
    ["importplan", "importing"],
    ["termfile", "importproof", "importer"],
    ["preview", "previewpages", "previewserver", "serve"],
    ["wheel", "program", "newoffice", "officekit", "founding", "renewal"],  # another office
    ["commands", "authoring", "ping"],
    ["switches", "editing", "online", "init", "cli", "usual"],
    ["start"],
    ["__main__"],
]
ORDER = {name: place for place, name in enumerate(name for floor in FLOORS for name in floor)}
DISK = {
    "read",
    "publish",
    "replacing",
    "previous",
    "explain",
    "glance",
    "state",
    "live",
    "program",
    "founding",
    "renewal",
}  # explain reads the manual; resources are read by importlib


def imports(path: Path, *, typing: bool = True) -> set[str]:
    """The modules that a file imports; those of this package by their short names."""
    found: set[str] = set()
    tree = ast.parse(path.read_text("utf-8"))
    skipped = [
        node
        for block in ast.walk(tree)
        if not typing and isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    ]
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            if node.module == "ilofeed":
                found |= {f"ilofeed.{alias.name}" for alias in node.names}
            else:
                found.add(node.module or "")
    return found


def test_every_module_has_its_place() -> None:
    assert {path.stem for path in MODULES} == set(ORDER) | {"__init__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_go_in_one_direction(path: Path) -> None:
    for name in imports(path, typing=False):
        if not name.startswith("ilofeed.") or name == "ilofeed.__version__":
            continue
        inner = name.removeprefix("ilofeed.")
        assert ORDER[inner] < ORDER[path.stem], f"{path.stem} imports {inner}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_each_library_has_one_door(path: Path) -> None:
    for name in imports(path, typing=False):
        doors = DOORS.get(name.partition(".")[0])
        assert doors is None or path.stem in doors, f"{path.stem} imports {name}"


def test_the_doors_are_in_use() -> None:
    used = {name.partition(".")[0] for path in MODULES for name in imports(path)}
    assert set(DOORS) <= used


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_the_ends_touch_the_disk_and_the_clock(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    data = {
        "cms",
        "dates",
        "grammar",
        "embedding",
        "page",
        "previewpages",
    }  # of the package, by importlib.resources
    # Pillow's open takes bytes; the null device ends a broken pipe; an opener opens addresses
    # templatecache keeps what Python keeps of modules, in the program's own folder
    no_disk = {"images", "console", "fetch", "templatecache"}
    if path.stem not in DISK | data | no_disk:
        assert not called & {"read_bytes", "write_bytes", "write_text", "open", "unlink", "rmtree"}
    if path.stem != "options":
        assert not called & {"now", "today", "utcnow"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_is_a_room(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_nothing_in_the_source_is_about_the_example_office() -> None:
    for path in (path for path in SOURCE.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        text = path.read_text("utf-8")
        for word in ("ILO ", "ilo.org", "Beijing", "Mongolia\n"):
            assert word not in text, path
