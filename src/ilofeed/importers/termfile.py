"""New categories into the bytes of feeds.yaml: lines at the end of `categories:`, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilofeed.content import check_office, scalar
from ilofeed.content import yaml_nodes as yamldoc
from ilofeed.problems import has_errors
from ilofeed.text import decode

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


def term_lines(new: Mapping[str, str], indent: str = "  ") -> list[str]:
    """Categories (slug to label) as lines of feeds.yaml."""
    return [f"{indent}{slug}: {scalar(label)}" for slug, label in new.items()]


def with_terms(data: bytes, new: Mapping[str, str], now: dt.datetime) -> bytes | None:
    """feeds.yaml with more categories; None where its form leaves no place for lines."""
    text, problems = decode("feeds.yaml", data)
    if text is None or problems:
        return None
    root, problems = yamldoc.compose(text, 0, len(text.text))
    terms = root.get("categories") if root is not None and not problems else None
    if not isinstance(terms, yamldoc.Mapping) or not terms.pairs:
        return None
    key, value = terms.pairs[-1]
    indent = " " * (text.place(key.start)[1] - 1)
    if text.line_at(key.start)[: len(indent)] != indent:  # within brackets, or tabs
        return None
    line, _ = text.place(max(_end(text.text, value) - 1, key.start))
    lines = data.splitlines(keepends=True)
    mark = b"\r\n" if lines[line - 1].endswith(b"\r\n") else b"\n"
    before = b"".join(lines[:line])
    added = mark.join(one.encode() for one in term_lines(new, indent)) + mark
    made = (before if before.endswith(b"\n") else before + mark) + added + b"".join(lines[line:])
    return made if _says(data, made, new, now) else None


def _end(text: str, node: yamldoc.Node) -> int:
    """Where the writing of a node ends; libyaml ends a block where the next one begins."""
    while not isinstance(node, yamldoc.Scalar) and text[node.start] not in "{[":
        node = node.pairs[-1][1] if isinstance(node, yamldoc.Mapping) else node.items[-1]
    return len(text[: node.end].rstrip())


def _says(before: bytes, after: bytes, new: Mapping[str, str], now: dt.datetime) -> bool:
    """Whether the new file is the old one with the new categories, and free of errors."""
    (old, _), (office, problems) = check_office(before, now), check_office(after, now)
    if has_errors(problems):
        return False
    added = {name: term.labels[""] for name, term in list(office.categories.items())[-len(new) :]}
    rest = dict(list(office.categories.items())[: -len(new)])
    return added == dict(new) and rest == dict(old.categories) and office.countries == old.countries
