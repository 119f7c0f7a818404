"""An entry that was published under another id is known again: its file or its `id` changed."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from ilofeed.feeds import second
from ilofeed.publish.manifest import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ilofeed.feeds import Record
    from ilofeed.model import Entry, Office

_ALIKE = 0.6  # of two titles of the same instant, as difflib counts
_MOST = 100  # entries of one instant that are compared so


class Strangers:
    """Entries whose id was never published. Each is found once."""

    def __init__(self, entries: Iterable[Entry], known: Collection[str], office: Office) -> None:
        self._found: set[str] = set()
        self._by: dict[tuple[str, object], list[Entry]] = {}
        for entry in entries:
            if entry.id not in known:
                for key in (
                    ("digest", digest(entry, office)),
                    ("title", entry.title),
                    ("instant", second(entry.published)),
                    ("file", entry.path),
                ):
                    self._by.setdefault(key, []).append(entry)

    def find(self, record: Record) -> Entry | None:
        """The entry that was published as a record: by its content, else by its title and date, of
        which one may have changed, and the title a little."""
        titled = self._left("title", record.title)
        alike = [
            (-ratio, entry)
            for entry in self._left("instant", second(record.published))[:_MOST]
            if (ratio := _ratio(record.title, entry.title)) >= _ALIKE
        ]
        alike.sort(key=lambda pair: pair[0])
        similar = [entry for _, entry in alike]
        found = [
            *self._left("digest", record.digest),
            *(entry for entry in titled if entry.published == record.published),
            *titled,
            *similar,
        ]
        in_file = [entry for entry in found if entry.path == record.file]
        best = next(iter([*in_file, *found]), None)
        if best is not None:
            self._found.add(best.id)
        return best

    def _left(self, key: str, value: object) -> list[Entry]:
        if not value:  # an older manifest does not say it
            return []
        return [entry for entry in self._by.get((key, value), ()) if entry.id not in self._found]


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.casefold(), other.casefold()).ratio()
