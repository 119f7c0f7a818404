"""What subscribers were shown by the last build: the values that `manifest.json` holds."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

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
    """Records by id, as lines of a manifest of this program in order of id. They lie where that
    lies, and are read from there for who asks."""

    def __init__(self, lines: Callable[[], Iterator[str]], read: Callable[[str], Record]) -> None:
        self.lines = lines
        self.read = read

    @functools.cached_property
    def _texts(self) -> dict[str, str]:
        """All of them, for who asks for one by its id, which few have to."""
        return {_id_of(line): line for line in self.lines()}

    def __getitem__(self, identity: str) -> Record:
        return self.read(self._texts[identity])

    def __iter__(self) -> Iterator[str]:
        return map(_id_of, self.lines())

    def __len__(self) -> int:
        return sum(1 for _ in self.lines())

    def __contains__(self, identity: object) -> bool:
        return identity in self._texts

    def unlike(self, other: Records) -> Iterator[tuple[str | None, str | None]]:
        """The lines of both that are not the same, in order of id, those of one id together; None
        where one of the two has none."""
        mine, theirs = self.lines(), other.lines()
        one, two = next(mine, None), next(theirs, None)
        while one is not None or two is not None:
            if one == two:
                one, two = next(mine, None), next(theirs, None)
                continue
            here = None if one is None else _id_of(one)
            there = None if two is None else _id_of(two)
            is_here = here is not None and (there is None or here <= there)
            is_there = there is not None and (here is None or there <= here)
            yield one if is_here else None, two if is_there else None
            one = next(mine, None) if is_here else one
            two = next(theirs, None) if is_there else two

    def pages_of(self, ids: Sequence[str], known: Iterable[str]) -> dict[str, Mapping[str, int]]:
        """Of the records with some ids, in order, those that are still what is known of them, with
        their `pages`; nothing else is read of these."""
        found: dict[str, Mapping[str, int]] = {}
        archived, written = [], []
        lines = self.lines()
        line = next(lines, None)
        for identity, record in zip(ids, known, strict=True):
            start = record[:-1]
            while line is not None and not line.startswith(start) and _id_of(line) < identity:
                line = next(lines, None)
            if line == record:
                found[identity] = {}
            elif line is not None and line.startswith(start + _PAGES):
                archived.append(identity)
                written.append(line[len(start) + len(_PAGES) : -1])
            else:
                continue  # it is another's, or not the same any more
            line = next(lines, None)
        pages = json.loads(f"[{','.join(written)}]")
        return found | dict(zip(archived, pages, strict=True))


def _id_of(line: str) -> str:
    first = len('{"id": "')
    identity = line[first : line.index('"', first)]
    return identity if "\\" not in identity else str(json.loads(line)["id"])


class Paths(AbstractSet[str]):
    """The paths of files, which are read for who goes through them."""

    def __init__(self, read: Callable[[], Iterator[str]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[str]:
        return self._read()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, path: object) -> bool:
        return any(one == path for one in self)


@dataclass(frozen=True)
class Ledger:
    """Entries by id, the sha256 of each feed document by path, and the paths of all files.

    `categories` and `countries` are the labels of the terms, for whoever has to put one back.
    """

    entries: Mapping[str, Record]
    documents: Mapping[str, str]
    files: AbstractSet[str]
    site: str | None = None
    authority: str | None = None
    categories: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)

    def changes(self, after: Ledger) -> Changes:
        """What of its entries is not the same in a later ledger."""
        return _changes(self, after)

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


class Changes(NamedTuple):
    """The records of two ledgers that are not the same, by id and in order of it."""

    gone: dict[str, Record]
    new: dict[str, Record]
    differing: dict[str, tuple[Record, Record]]


def _changes(before: Ledger, after: Ledger) -> Changes:
    one, two = before.entries, after.entries
    found = Changes({}, {}, {})
    pairs: Iterable[tuple[Record | None, Record | None]]
    if isinstance(one, Records) and isinstance(two, Records):
        pairs = (
            (one.read(mine) if mine else None, two.read(theirs) if theirs else None)
            for mine, theirs in one.unlike(two)
        )
    else:
        pairs = ((one.get(identity), two.get(identity)) for identity in sorted({*one, *two}))
    for old, new in pairs:
        if old is not None and new is not None:
            if old != new:
                found.differing[old.id] = old, new
        elif old is not None:
            found.gone[old.id] = old
        elif new is not None:
            found.new[new.id] = new
    return found


def is_archive(path: str) -> bool:
    """Whether a document is an archive of a feed; a category may be called `archive` too."""
    return _PAGE.fullmatch(path) is not None


def second(moment: dt.datetime | None) -> float | None:
    """The whole second of an instant: fractions of `updated` say nothing to people."""
    return None if moment is None else moment.timestamp() // 1
