"""What subscribers were shown by the last build: the values that `manifest.json` holds."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, KeysView

_PAGE = re.compile(r"(.+)/archive/([1-9][0-9]{0,8})/[^/]+")


_PAGES = ', "pages": '  # behind the last of the other fields


@dataclass(frozen=True, slots=True)
class Record:
    """What was shown of one entry.

    `digest` is of what subscribers see of it, its dates and addresses aside; None where the
    manifest had another kind of digest. `file` is where it was written, `pages` the number of the
    archive document that holds it, by path of the feed.
    """

    id: str
    url: str
    title: str
    published: dt.datetime | None
    updated: dt.datetime | None
    digest: str | None = None
    withdrawn: dt.datetime | None = None
    file: str | None = None
    pages: Mapping[str, int] = field(default_factory=dict)


class Records(Mapping[str, Record]):
    """Records by id, each read out of its text only for who asks for it."""

    def __init__(self, texts: dict[str, str], read: Callable[[str], Record]) -> None:
        self.texts = texts
        self._read = functools.cache(read)

    def __getitem__(self, identity: str) -> Record:
        return self._read(self.texts[identity])

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    def __contains__(self, identity: object) -> bool:
        return identity in self.texts

    def pages_of(self, known: Mapping[str, str]) -> dict[str, Mapping[str, int]]:
        """Of the records, by id, that are still what is known of them, `pages`; nothing else is
        read of these."""
        found: dict[str, Mapping[str, int]] = {}
        archived, written = [], []
        for identity, record in known.items():
            text = self.texts.get(identity, "")
            if text == record:
                found[identity] = {}
            elif text.startswith(_PAGES, end := len(record) - 1) and text.startswith(record[:-1]):
                archived.append(identity)
                written.append(text[end + len(_PAGES) : -1])
        pages = json.loads(f"[{','.join(written)}]")
        return found | dict(zip(archived, pages, strict=True))

    def keys(self) -> KeysView[str]:
        """The ids, as a set that is compared at once."""
        return self.texts.keys()


@dataclass(frozen=True)
class Ledger:
    """Entries by id, the sha256 of each feed document by path, and the paths of all files.

    `categories` and `countries` are the labels of the terms, for whoever has to put one back.
    """

    entries: Mapping[str, Record]
    documents: Mapping[str, str]
    files: frozenset[str]
    site: str | None = None
    authority: str | None = None
    categories: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)

    def differing(self, other: Ledger) -> list[str]:
        """The ids that both have and of which they do not say the same, in order."""
        one, two = self.entries, other.entries
        if isinstance(one, Records) and isinstance(two, Records):
            mine, theirs = one.texts, two.texts
            return sorted(i for i in mine.keys() & theirs.keys() if mine[i] != theirs[i])
        return sorted(i for i in one.keys() & two.keys() if one[i] != two[i])

    @functools.cached_property
    def pages(self) -> Mapping[str, int]:
        """How many archive documents each feed had, by its path; those that had none left out."""
        counts: dict[str, int] = {}
        for path in self.documents:
            if match := _PAGE.fullmatch(path):
                counts[match[1]] = max(counts.get(match[1], 0), int(match[2]))
        return counts

    @functools.cached_property
    def feeds(self) -> frozenset[str]:
        """The paths of the feeds that there were."""
        return frozenset(path.rpartition("/")[0] for path in self.documents if not is_archive(path))


def is_archive(path: str) -> bool:
    """Whether a document is an archive of a feed; a category may be called `archive` too."""
    return _PAGE.fullmatch(path) is not None


def second(moment: dt.datetime | None) -> float | None:
    """The whole second of an instant: fractions of `updated` say nothing to people."""
    return None if moment is None else moment.timestamp() // 1
