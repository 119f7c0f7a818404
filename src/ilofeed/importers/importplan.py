"""The values of an import: what it is told, what is there already, and what it comes to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ilofeed.importers.foreign import Note
    from ilofeed.model import Entry

Sighting: TypeAlias = tuple[str, str, dt.datetime]  # link, title, date: of items without an id


@dataclass(frozen=True, slots=True)
class Settings:
    """What the options say: terms for items without any, and the form of dates."""

    categories: Sequence[str] = ()
    countries: Sequence[str] = ()
    date_form: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the office has already."""

    slugs: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    sightings: frozenset[Sighting] = frozenset()
    out: frozenset[str] = frozenset()  # slugs of the entries that have a page


@dataclass(frozen=True, slots=True)
class Made:
    """An entry file to be written."""

    number: int
    path: str
    data: bytes
    entry: Entry


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import comes to."""

    files: tuple[Made, ...] = ()
    new: Mapping[str, str] = field(default_factory=dict)  # categories: slug to label
    notes: tuple[Note, ...] = ()
    already: int = 0
    left: int = 0  # items that no entry was made of


def known_of(entries: Iterable[Entry], slugs: Iterable[str], now: dt.datetime) -> Known:
    """What the entries of an office mean to an import."""
    entries = list(entries)
    return Known(
        frozenset(slugs),
        frozenset(entry.id for entry in entries),
        frozenset((entry.link or "", entry.title, entry.published) for entry in entries),
        frozenset(entry.slug for entry in entries if is_out(entry, now)),
    )


def is_out(entry: Entry, now: dt.datetime) -> bool:
    """Whether an entry has a page."""
    return not entry.draft and entry.published <= now
