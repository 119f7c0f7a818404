"""Compare two ledgers, to find what subscribers would notice; format it as text, JSON or Markdown.

One ledger is of the last build, the other of the next.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ilofeed.feeds import Ledger, Record, updated_follows_date, whole_seconds
from ilofeed.problems import Problem, printable, printable_json, visible

Format = Literal["text", "json", "markdown"]

# kinds of changes with their headings; an entry has at most one
KINDS = {
    "new": "New",
    "released": "Released, their date has come",
    "updated": "Updated",
    "changed": "Changed without a new `updated`",
    "withdrawn": "Withdrawn",
    "returned": "No longer withdrawn",
    "gone": "Gone",
}
MAX_DOCUMENTS = 20  # listed by path; the rest are counted


class Documents(NamedTuple):
    """Paths of feed documents: Atom, RSS, JSON Feed, archives, calendars."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes that subscribers would notice; entries are sorted by id.

    The date of `released` entries was in the future at the last build. `updated` entries have a
    newer `updated`; `changed` entries differ without one. `renamed` has the old and the new record
    of each entry whose page has a new address; it may have another change too.
    """

    new: tuple[Record, ...] = ()
    released: tuple[Record, ...] = ()
    updated: tuple[Record, ...] = ()
    changed: tuple[Record, ...] = ()
    withdrawn: tuple[Record, ...] = ()
    returned: tuple[Record, ...] = ()
    gone: tuple[Record, ...] = ()
    renamed: tuple[tuple[Record, Record], ...] = ()
    feeds_added: tuple[str, ...] = ()
    feeds_gone: tuple[str, ...] = ()
    documents: Documents = field(default_factory=Documents)


def compare(before: Ledger, after: Ledger, waiting: Collection[str] = ()) -> Difference:
    """Compare two builds; `waiting` are ids of entries with a future date at the first build."""
    kinds: dict[str, list[Record]] = {kind: [] for kind in KINDS}
    kinds["gone"] = before.missing_in(after)
    for record in after.missing_in(before):
        kinds["released" if record.id in waiting else "new"].append(record)
    # also equal ones: entries of a site that moves have new addresses
    pairs = before.shared_with(after)
    for old, new in pairs:
        if kind := _kind(old, new):
            kinds[kind].append(new)
    return Difference(
        **{kind: tuple(records) for kind, records in kinds.items()},
        renamed=tuple(pair for pair in pairs if _path(pair[0], before) != _path(pair[1], after)),
        feeds_added=tuple(sorted(after.feeds - before.feeds)),
        feeds_gone=tuple(sorted(before.feeds - after.feeds)),
        documents=Documents(
            added=tuple(sorted(after.documents.keys() - before.documents.keys())),
            changed=tuple(
                path
                for path, sha256 in sorted(after.documents.items())
                if before.documents.get(path, sha256) != sha256
            ),
            removed=tuple(sorted(before.documents.keys() - after.documents.keys())),
        ),
    )


def _kind(old: Record, new: Record) -> str | None:
    """Return the kind of change of an entry that both builds publish; None if it is unchanged."""
    if new.withdrawn is not None:
        return "withdrawn" if old.withdrawn is None else None
    if old.withdrawn is not None:
        return "returned"
    if is_updated(old, new) and not updated_follows_date(old, new):
        return "updated"
    return "changed" if is_changed(old, new) else None


def is_updated(old: Record, new: Record) -> bool:
    """Return whether `updated` is later, compared in whole seconds."""
    before, after = whole_seconds(old.updated), whole_seconds(new.updated)
    return before is not None and after is not None and after > before


def is_changed(old: Record, new: Record) -> bool:
    """Return whether the content, the event's status, the title or the date of an entry differs."""
    if None not in {old.status, new.status} and old.status != new.status:
        return True
    if old.digest is not None and new.digest is not None and old.digest != new.digest:
        return True
    return old.title != new.title or whole_seconds(old.published) != whole_seconds(new.published)


def _path(record: Record, ledger: Ledger) -> str:
    """Return the address of an entry's page, relative to the site of its ledger."""
    return record.url.removeprefix(ledger.site or "")


def as_text(difference: Difference, _problems: Sequence[Problem]) -> str:
    """Format a difference as one line for each change; problems are printed separately."""
    lines = [
        f"{kind:<10} {_file(record)}  {visible(record.title)}"
        for kind, records in _entries(difference)
        for record in records
    ]
    lines += [f"{'renamed':<10} {old.url} -> {new.url}" for old, new in difference.renamed]
    lines += [f"{'feed added':<10} {path}" for path in difference.feeds_added]
    lines += [f"{'feed gone':<10} {path}" for path in difference.feeds_gone]
    documents = difference.documents._asdict().items()
    lines += [f"{kind:<10} {path}" for kind, paths in documents for path in paths]
    text = "".join(f"{printable(line)}\n" for line in lines)
    return text or "subscribers would notice nothing\n"


def as_json(difference: Difference, problems: Sequence[Problem]) -> str:
    """Format a difference as a JSON object: a list of entries for each kind, lists of paths of
    feeds and documents, and the errors (`refused`) and warnings of the guard."""
    value: dict[str, Any] = {
        kind: [_item(record) for record in records] for kind, records in _entries(difference)
    }
    value["renamed"] = [_item(new) | {"previous_url": old.url} for old, new in difference.renamed]
    value["feeds_added"] = difference.feeds_added
    value["feeds_gone"] = difference.feeds_gone
    value["documents"] = difference.documents._asdict()
    for name, severity in (("refused", "error"), ("warnings", "warning")):
        value[name] = [
            {"file": p.path, "line": p.line, "code": p.code, "message": p.message}
            for p in problems
            if p.severity == severity
        ]
    return printable_json(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"


def as_markdown(difference: Difference, problems: Sequence[Problem]) -> str:
    """Format a difference in Markdown, for the summary of a CI job, which reviewers trust.

    All texts of others are code spans: nothing in them is a link, a picture or a mention.
    """
    lines = ["## What subscribers would notice", ""]
    for heading, severity in (("Refused", "error"), ("Warnings", "warning")):
        items = [
            f"- {_code(f'{problem.path}:{problem.line}')} {_code(problem.message, 1000)}"
            for problem in problems
            if problem.severity == severity
        ]
        lines += _section(heading, items)
    for kind, records in _entries(difference):
        items = [f"- {_code(record.title)} {_code(_file(record))}" for record in records]
        lines += _section(KINDS[kind], items)
    items = [
        f"- {_code(new.title)} {_code(new.url)} was at {_code(old.url)}"
        for old, new in difference.renamed
    ]
    lines += _section("Renamed, the page has another address", items)
    lines += _section("New feeds", [f"- {_code(path)}" for path in difference.feeds_added])
    lines += _section("Feeds that are gone", [f"- {_code(path)}" for path in difference.feeds_gone])
    documents = difference.documents._asdict().items()
    items = [f"- {len(paths)} {kind}: {_shortened(paths)}" for kind, paths in documents if paths]
    lines += _section("Feed documents", items)
    if len(lines) == 2:
        lines += ["Nothing.", ""]
    return "\n".join(lines)


FORMATS: dict[Format, Callable[[Difference, Sequence[Problem]], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
}


def _entries(difference: Difference) -> Iterator[tuple[str, tuple[Record, ...]]]:
    return ((kind, getattr(difference, kind)) for kind in KINDS)


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


def _shortened(paths: Sequence[str]) -> str:
    shown = ", ".join(_code(path) for path in paths[:MAX_DOCUMENTS])
    rest = len(paths) - MAX_DOCUMENTS
    return f"{shown} and {rest} more" if rest > 0 else shown


def _code(text: str, most: int = 300) -> str:
    """Return a text as a code span (CommonMark, section 6.1), which shows it character by
    character."""
    text = printable(visible(text, most)) or " "
    runs = {len(run) for run in re.findall("`+", text)}
    fence = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    is_padded = text[0] in "` " or text[-1] in "` "  # a space at both ends is removed
    return f"{fence} {text} {fence}" if is_padded and text.strip(" ") else f"{fence}{text}{fence}"
