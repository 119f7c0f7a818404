"""Write a new entry file, valid at once."""

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
    """The options of `ilofeed new`; without a summary the entry is a draft."""

    title: str
    date: Moment
    categories: Sequence[str]
    countries: Sequence[str]
    summary: str | None = None
    link: str | None = None
    slug: str | None = None
    language: str | None = None  # if it is not the office's
    translation_of: str | None = None


def write_entry(
    new: NewEntry, office: Office, paths: Iterable[str], now: dt.datetime
) -> tuple[str, bytes, tuple[Problem, ...]]:
    """Return path and bytes of a new entry file, and the problems that `check` would find in it.

    `paths` are those of the existing entry files; the new one has a name of its own.
    """
    path = _free_path(new, set(map(slug_of, paths)))
    lines = ["---", f"title: {scalar(new.title)}", f"date: {new.date.isoformat()}"]
    lines.append(f"summary: {scalar(new.summary or PLACEHOLDER)}")
    lines.append(f"categories: [{', '.join(new.categories)}]")
    lines.append(f"countries: [{', '.join(new.countries)}]")
    optional = {"link": new.link, "language": new.language, "translation_of": new.translation_of}
    lines += [f"{key}: {scalar(text)}" for key, text in optional.items() if text is not None]
    if new.summary is None:
        lines.append("draft: true")
    data = "\n".join([*lines, "---", ""]).encode()
    return path, data, check_entry(path, data, office, {}, now).problems


def _free_path(new: NewEntry, taken: set[str]) -> str:
    base = new.slug or slugify(new.title) or f"entry-{new.date:%Y-%m-%d}"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return f"entries/{new.date.year}/{slug}.md"
