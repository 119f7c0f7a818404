"""A new entry file, valid at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed.content import check_entry, scalar, slug_of, slugify

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from ilofeed.dates import Moment
    from ilofeed.model import Office
    from ilofeed.problems import Problem

PLACEHOLDER = "Write one or two sentences here, then delete the line that says draft."


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What `ilofeed new` was told; without a summary the entry is a draft."""

    title: str
    date: Moment
    categories: Sequence[str]
    countries: Sequence[str]
    summary: str | None = None
    link: str | None = None
    slug: str | None = None
    language: str | None = None  # where it is not the office's own
    translation_of: str | None = None


def write_entry(
    new: NewEntry, office: Office, known: Iterable[str], now: dt.datetime
) -> tuple[str, bytes, tuple[Problem, ...]]:
    """Path and bytes of a new entry file, and the problems that `check` would find in it.

    The name is one that no known entry file has.
    """
    path = _free_path(new, set(map(slug_of, known)))
    lines = ["---", f"title: {scalar(new.title)}", f"date: {new.date.isoformat()}"]
    lines.append(f"summary: {scalar(new.summary or PLACEHOLDER)}")
    lines.append(f"categories: [{', '.join(new.categories)}]")
    lines.append(f"countries: [{', '.join(new.countries)}]")
    if new.link is not None:
        lines.append(f"link: {scalar(new.link)}")
    if new.language is not None:
        lines.append(f"language: {scalar(new.language)}")
    if new.translation_of is not None:
        lines.append(f"translation_of: {scalar(new.translation_of)}")
    if new.summary is None:
        lines.append("draft: true")
    data = "\n".join([*lines, "---", ""]).encode()
    return path, data, check_entry(path, data, office, {}, now).problems


def _free_path(new: NewEntry, taken: set[str]) -> str:
    wanted = new.slug or slugify(new.title) or f"entry-{new.date:%Y-%m-%d}"
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return f"entries/{new.date.year}/{slug}.md"
