"""Offices for tests: real files in a folder, or values made of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ilofeed.content.read import Sources
from ilofeed.content.site import check
from ilofeed.feeds.selection import select
from ilofeed.media import OfficeFile
from ilofeed.pages.render import render

if TYPE_CHECKING:
    from ilofeed.content.site import Site
    from ilofeed.model import Document
    from ilofeed.problems import Problem

HERE = Path(__file__).parent
ROOT = HERE.parent
DATA = HERE / "data"
OFFICE = (DATA / "office" / "feeds.yaml").read_bytes()
SMALL = OFFICE + b"feeds: [all]\n"  # a fifth of the documents; most tests need no other feeds
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)

KEYS = """\
title: Wages rise
date: 2015-05-19
summary: A report on wages.
categories: [wages]
countries: [MN]
"""


def entry(body: str = "", **changes: Any) -> bytes:
    """An entry file that is valid but for the changes; None leaves a key out."""
    keys: dict[str, Any] = {
        "title": "Wages rise",
        "date": "2015-05-19",
        "summary": "A report on wages.",
        "categories": "[wages]",
        "countries": "[MN]",
    }
    lines = [f"{key}: {value}" for key, value in (keys | changes).items() if value is not None]
    return "\n".join(["---", *lines, "---", body]).encode()


def of_keys(keys: str) -> bytes:
    """An entry file of these lines between two `---`, without a body."""
    return f"---\n{keys}---\n".encode()


def sources(
    *, office: bytes = OFFICE, files: dict[str, bytes] | None = None, **entries: Any
) -> Sources:
    """The sources of an office with entries by slug (`_` for `-`)."""
    named = tuple(
        (f"entries/{slug.replace('_', '-')}.md", data) for slug, data in sorted(entries.items())
    )
    others = {name: in_memory(name, data) for name, data in (files or {}).items()}
    brand = {name: file for name, file in others.items() if not name.startswith("entries/")}
    below = {name: file for name, file in others.items() if name not in brand}
    return Sources(office, named, below, brand=brand)


def in_memory(name: str, data: bytes) -> OfficeFile:
    """A file of an office that is on no disk."""
    return OfficeFile(Path(), name, "", data)


def found(now: dt.datetime = NOW, **given: Any) -> list[str]:
    """Every problem of an office as `file:line:column code`."""
    _, problems = check(sources(**given), now)
    return [f"{name(p)}:{p.line}:{p.column} {p.code}" for p in problems]


def messages(now: dt.datetime = NOW, **given: Any) -> list[str]:
    _, problems = check(sources(**given), now)
    return [problem.message for problem in problems]


def name(problem: Problem) -> str:
    return problem.path.removeprefix("entries/").removesuffix(".md")


def site(
    now: dt.datetime = NOW,
    *,
    office: bytes = OFFICE,
    files: dict[str, bytes] | None = None,
    **entries: Any,
) -> Site:
    """A site that must be free of errors."""
    made, problems = check(sources(office=office, files=files, **entries), now)
    assert made is not None, problems
    return made


def documents(made: Site, now: dt.datetime = NOW) -> dict[str, Document]:
    return {document.path: document for document in render(select(made, now))}


def write_office(folder: Path, *, office: bytes = OFFICE, **entries: Any) -> Path:
    """The same as files."""
    (folder / "entries").mkdir(parents=True)
    (folder / "feeds.yaml").write_bytes(office)
    for slug, data in entries.items():
        (folder / "entries" / f"{slug.replace('_', '-')}.md").write_bytes(data)
    return folder
