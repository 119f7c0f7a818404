"""What the next build would mean to subscribers: for people, for programs, and as Markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from ilofeed.problems import visible
from ilofeed.publish.continuity import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ilofeed.feeds import Record
    from ilofeed.problems import Problem
    from ilofeed.publish.continuity import Difference

Style = Literal["text", "json", "markdown"]
_TITLES = {
    "new": "New",
    "released": "Released, their date has come",
    "updated": "Updated",
    "changed": "Changed without a new `updated`",
    "withdrawn": "Withdrawn",
    "returned": "Back again",
    "renamed": "Renamed, the page has another address",
    "gone": "Gone",
}
MOST_DOCUMENTS = 20  # named; the rest are counted


def text(found: Difference, _problems: Sequence[Problem]) -> str:
    """One line for each thing, the kind first; the problems are printed by themselves."""
    lines = []
    for kind, records in _entries(found):
        lines += [f"{kind:<10} {_file(one)}  {visible(one.title)}" for one in records]
    lines += [f"{'renamed':<10} {old.url} -> {new.url}" for old, new in found.renamed]
    lines += [f"{'feed added':<10} {path}" for path in found.feeds_added]
    lines += [f"{'feed gone':<10} {path}" for path in found.feeds_gone]
    for kind, paths in _documents(found):
        lines += [f"{kind:<10} {path}" for path in paths]
    return "".join(f"{line}\n" for line in lines) or "subscribers would notice nothing\n"


def as_json(found: Difference, problems: Sequence[Problem]) -> str:
    """An object: a list of entries for each kind, lists of paths of feeds and documents, and
    `refused`, what the build would be refused for."""
    value: dict[str, Any] = {kind: [_item(one) for one in getattr(found, kind)] for kind in KINDS}
    value["renamed"] = [_item(new) | {"previous_url": old.url} for old, new in found.renamed]
    value["feeds_added"] = list(found.feeds_added)
    value["feeds_gone"] = list(found.feeds_gone)
    value["documents"] = {kind: list(paths) for kind, paths in _documents(found)}
    for name, severity in (("refused", "error"), ("warnings", "warning")):
        value[name] = [
            {"file": one.path, "line": one.line, "code": one.code, "message": one.message}
            for one in problems
            if one.severity == severity
        ]
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def markdown(found: Difference, problems: Sequence[Problem]) -> str:
    """A summary for the page of a CI job."""
    lines = ["## What subscribers would notice", ""]
    for heading, severity in (("Refused", "error"), ("Warnings", "warning")):
        items = [
            f"- {_code(f'{one.path}:{one.line}')} {_escaped(one.message)}"
            for one in problems
            if one.severity == severity
        ]
        lines += _section(heading, items)
    for kind, records in _entries(found):
        items = [
            f"- {_link(one) if kind != 'gone' else _escaped(one.title)} {_code(_file(one))}"
            for one in records
        ]
        lines += _section(_TITLES[kind], items)
    items = [f"- {_link(new)} was at {_code(old.url)}" for old, new in found.renamed]
    lines += _section(_TITLES["renamed"], items)
    lines += _section("New feeds", [f"- {_code(path)}" for path in found.feeds_added])
    lines += _section("Feeds that are gone", [f"- {_code(path)}" for path in found.feeds_gone])
    items = [f"- {len(paths)} {kind}: {_some(paths)}" for kind, paths in _documents(found) if paths]
    lines += _section("Feed documents", items)
    if len(lines) == 2:
        lines += ["Nothing.", ""]
    return "\n".join(lines)


FORMS: dict[Style, Callable[[Difference, Sequence[Problem]], str]] = {
    "text": text,
    "json": as_json,
    "markdown": markdown,
}


def _entries(found: Difference) -> Iterator[tuple[str, tuple[Record, ...]]]:
    for kind in KINDS:
        yield kind, getattr(found, kind)


def _documents(found: Difference) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "added", found.documents.added
    yield "changed", found.documents.changed
    yield "removed", found.documents.gone


def _file(record: Record) -> str:
    return record.file or record.id


def _item(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "title": record.title,
        "url": record.url,
        "file": record.file,
        "published": record.published.isoformat() if record.published else None,
        "updated": record.updated.isoformat() if record.updated else None,
    }


def _section(heading: str, items: list[str]) -> list[str]:
    return [f"### {heading} ({len(items)})", "", *items, ""] if items else []


def _some(paths: Sequence[str]) -> str:
    shown = ", ".join(_code(path) for path in paths[:MOST_DOCUMENTS])
    rest = len(paths) - MOST_DOCUMENTS
    return f"{shown} and {rest} more" if rest > 0 else shown


def _link(record: Record) -> str:
    return f"[{_escaped(record.title)}](<{record.url}>)"


def _code(text: str) -> str:
    return "`" + visible(text).replace("`", "'") + "`"


def _escaped(text: str) -> str:
    """Text in which Markdown finds nothing to interpret but our own code spans."""
    parts = visible(text, 1000).split("`")
    return "`".join(
        "".join("\\" + c if c in r"\*_[]<>#|~!&" and not at % 2 else c for c in part)
        for at, part in enumerate(parts)
    )
