"""Find entries that were published under another id, by their content, title and date."""

import difflib
from collections.abc import Iterable

from ilofeed.feeds import Record, whole_seconds
from ilofeed.guard.manifest import digest
from ilofeed.model import Entry, Office

SIMILARITY = 0.6  # minimal ratio (difflib) of titles, for entries of the same date
MAX_COMPARED = 100  # entries of the same date whose titles are compared
MAX_LENGTH = 300  # characters of a title to compare


class RenameMatcher:
    """A search for entries that were published under another id, before a rename.

    Candidates are entries whose id was never published; each is returned at most once.
    """

    def __init__(self, candidates: Iterable[Entry], office: Office) -> None:
        self._matched: set[str] = set()
        self._index: dict[tuple[str, object], list[Entry]] = {}
        for entry in candidates:
            for key in (
                ("digest", digest(entry, office)),
                ("title", entry.title),
                ("instant", whole_seconds(entry.published)),
            ):
                self._index.setdefault(key, []).append(entry)

    def match(self, record: Record) -> Entry | None:
        """Return the entry that matches a record by content, else by title and date, title, or date
        and similar title; None if none does. An entry in the record's file is preferred."""
        titled = self._candidates("title", record.title)
        title = record.title[:MAX_LENGTH].casefold()
        similar = [
            (difflib.SequenceMatcher(None, title, entry.title.casefold()).ratio(), entry)
            for entry in self._candidates("instant", whole_seconds(record.published))[:MAX_COMPARED]
        ]
        similar.sort(key=lambda pair: -pair[0])
        candidates = [
            *self._candidates("digest", record.digest),
            *(entry for entry in titled if entry.published == record.published),
            *titled,
            *(entry for ratio, entry in similar if ratio >= SIMILARITY),
        ]
        in_file = [entry for entry in candidates if entry.path == record.file]
        best = next(iter([*in_file, *candidates]), None)
        if best is not None:
            self._matched.add(best.id)
        return best

    def _candidates(self, key: str, value: object) -> list[Entry]:
        if not value:  # missing in older manifests
            return []
        return [
            entry for entry in self._index.get((key, value), ()) if entry.id not in self._matched
        ]
