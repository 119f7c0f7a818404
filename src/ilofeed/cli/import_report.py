"""Report an import: notes with one reason as one line, a table of what would come, and JSON."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from itertools import accumulate
from typing import TYPE_CHECKING

from ilofeed.cli.console import with_end
from ilofeed.problems import plural, printable_json, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ilofeed.importers import ImportResult
    from ilofeed.sources import Note

SCHEMA = 1  # of the JSON: docs/reference/commands.md
_EXAMPLES = 2
_VALUE = re.compile(r"`[^`]*`|[0-9][0-9,.]*")  # what differs between notes with the same reason
_HEADINGS = ("date", "slug", "categories", "countries", "title")


def note_lines(notes: Sequence[Note], *, verbose: bool) -> list[str]:
    """Return the notes as lines, one for all items with the same reason unless `verbose`."""
    if verbose:
        return [str(note) for note in notes]
    return list(dict.fromkeys(_line(reason, group) for reason, group in _by_reason(notes)))


def _by_reason(notes: Sequence[Note]) -> Iterator[tuple[str, list[Note]]]:
    """Yield each reason with its notes; notes on the whole source are each on their own."""
    groups: dict[tuple[str, int], list[Note]] = {}
    for at, note in enumerate(notes):
        key = (_VALUE.sub("", note.text), 0) if note.number else (note.text, 1 + at)
        groups.setdefault(key, []).append(note)
    return ((_reason(group), group) for group in groups.values())


def _reason(notes: Sequence[Note]) -> str:
    """Return what notes have in common, with `…` for values that differ."""
    columns = zip(*map(_values, notes), strict=True)
    values = iter([column[0] if len(set(column)) == 1 else _blank(column[0]) for column in columns])
    return _VALUE.sub(lambda _: next(values), notes[0].text)


def _values(note: Note) -> list[str]:
    return _VALUE.findall(note.text)


def _blank(value: str) -> str:
    return "`…`" if value.startswith("`") else "…"


def _line(reason: str, notes: Sequence[Note]) -> str:
    if len(notes) == 1:
        return str(notes[0])
    fixed = set.intersection(*(set(_values(note)) for note in notes))
    examples = []
    for note in notes[:_EXAMPLES]:
        values = ", ".join(value for value in _values(note) if value not in fixed)
        title = f' "{visible(note.title, 40)}"' if note.title else ""
        examples.append(f"item {note.number}{title}{': ' if values else ''}{visible(values, 100)}")
    items = len({note.number for note in notes})
    count = plural(items, "item") + (f", {len(notes)} times" if len(notes) > items else "")
    rest = "; …); all with --verbose" if len(notes) > _EXAMPLES else ")"
    return f"{count}: {visible(reason)} ({'; '.join(examples)}{rest}"


def table(result: ImportResult, width: int | None) -> list[str]:
    """Return the entries of a plan as lines of a table, cut to `width` columns if it is given."""
    paths = set(result.paths)
    entries = [file.entry for file in result.plan.files if file.path in paths]
    rows: list[tuple[str, ...]] = [
        (
            f"{entry.published:%Y-%m-%d}",
            entry.slug,
            ", ".join(entry.categories),
            ", ".join(entry.countries),
            entry.title,
        )
        for entry in entries
    ]
    rows = [tuple(map(visible, row)) for row in (_HEADINGS, *rows)] if rows else []
    if width is not None:
        rows = [(*(_cut(cell, max(width // 5, 10)) for cell in row[:-1]), row[-1]) for row in rows]
    columns = [_padded(column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cells).rstrip() for cells in zip(*columns, strict=True)]
    return lines if width is None else [_cut(line, width) for line in lines]


def _padded(cells: Sequence[str]) -> list[str]:
    """Return the cells of a column with spaces to the width of the longest."""
    longest = max(map(_width, cells))
    return [cell + " " * (longest - _width(cell)) for cell in cells]


def _width(text: str) -> int:
    """Return the columns of a text on a terminal: two for a wide character, none for a mark."""
    return sum(
        (unicodedata.category(c) not in {"Mn", "Me"})
        * (1 + (unicodedata.east_asian_width(c) in "WF"))
        for c in text
    )


def _cut(text: str, most: int) -> str:
    """Shorten a text to `most` columns."""
    if _width(text) <= most:
        return text
    return f"{text[: sum(width < most for width in accumulate(map(_width, text)))]}…"


def as_json(result: ImportResult, *, dry_run: bool) -> str:
    """Return the result as a JSON object; `docs/reference/commands.md` describes it."""
    notes = [(note, reason) for reason, group in _by_reason(result.notes) for note in group]
    value = {
        "schema": SCHEMA,
        "dry_run": dry_run,
        "refusal": result.refusal,
        "problems": [dataclasses.asdict(with_end(problem)) for problem in result.problems],
        "paths": result.paths,
        "counts": {
            "entries": len(result.paths),
            "already": result.plan.already,
            "left_out": result.skipped,
        },
        "terms": result.new_terms,
        "new_terms": [
            {"slug": name, "label": term.label(""), "broader": term.broader}
            for name, term in result.plan.new_terms.items()
        ],
        "notes": [
            {"number": note.number, "title": note.title, "reason": reason, "text": note.text}
            for note, reason in sorted(notes, key=lambda pair: pair[0].number)
        ],
    }
    return printable_json(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"
