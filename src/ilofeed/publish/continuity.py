"""What subscribers would notice between two builds: a comparison of two ledgers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ilofeed.feeds import is_moved_along, second

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ilofeed.feeds import Ledger, Record

# of new entries, and of old ones in which something happened; an entry is in one of them at most
KINDS = ("new", "released", "updated", "changed", "withdrawn", "returned", "gone")


@dataclass(frozen=True, slots=True)
class Documents:
    """Paths of feed documents: Atom, RSS, JSON Feed, archives, calendars."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What subscribers would notice, entries in order of their id.

    `released` waited for their date at the last build, as far as that is known; `updated` say so by
    a new `updated`, `changed` are different without saying so; `renamed` are pairs of an entry
    before and after whose page has another address, whatever else happened to it.
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

    @property
    def is_empty(self) -> bool:
        """Whether nobody would notice anything."""
        return self == Difference()


def compare(before: Ledger, after: Ledger, waited: Collection[str] = ()) -> Difference:
    """What subscribers notice between two builds; `waited` are ids that waited at the first."""
    found: dict[str, list[Record]] = {kind: [] for kind in KINDS}
    renamed = []
    changes = before.changes(after)
    # where both say the same of an entry, only its address can be another, with that of the site
    is_there = before.site == after.site
    found["gone"] += changes.gone.values()
    for identity, new in changes.new.items():
        found["released" if identity in waited else "new"].append(new)
    for old, new in changes.differing.values() if is_there else _in_both(before, after):
        if kind := _happened(old, new):
            found[kind].append(new)
        if _place(old, before) != _place(new, after):
            renamed.append((old, new))
    return Difference(
        **{kind: tuple(records) for kind, records in found.items()},
        renamed=tuple(renamed),
        feeds_added=tuple(sorted(after.feeds - before.feeds)),
        feeds_gone=tuple(sorted(before.feeds - after.feeds)),
        documents=Documents(
            added=_sorted(after.documents.keys() - before.documents.keys()),
            changed=_sorted(
                path
                for path, sha256 in after.documents.items()
                if before.documents.get(path, sha256) != sha256
            ),
            gone=_sorted(before.documents.keys() - after.documents.keys()),
        ),
    )


def _in_both(before: Ledger, after: Ledger) -> Iterator[tuple[Record, Record]]:
    for identity, old in before.entries.items():
        if (new := after.entries.get(identity)) is not None:
            yield old, new


def _sorted(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(paths))


def _happened(old: Record, new: Record) -> str | None:
    if new.withdrawn is not None:
        return "withdrawn" if old.withdrawn is None else None
    if old.withdrawn is not None:
        return "returned"
    if is_updated(old, new) and not is_moved_along(old, new):
        return "updated"
    return "changed" if is_changed(old, new) else None


def is_updated(old: Record, new: Record) -> bool:
    """Whether an entry says that it changed: by the second, for fractions tell people nothing."""
    before, after = second(old.updated), second(new.updated)
    return before is not None and after is not None and after > before


def is_changed(old: Record, new: Record) -> bool:
    """Whether an entry is different in what subscribers see, its identity and address aside."""
    if old.digest is not None and new.digest is not None and old.digest != new.digest:
        return True
    return old.title != new.title or second(old.published) != second(new.published)


def _place(record: Record, ledger: Ledger) -> str:
    """The address of an entry's page within the site, which may have moved."""
    return record.url.removeprefix(ledger.site or "")
