"""Keep the newest version of each entry: of the items of a source, or of a corrected table.

A corrected table may update entry files that are still as an import wrote them: `imports.json`,
beside feeds.yaml, has the digest of each file that an import of a table wrote.
"""

import dataclasses
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ilofeed.content import read, slug_of
from ilofeed.importers.fields import EntryFields
from ilofeed.media import digest_of
from ilofeed.model import Entry, Office
from ilofeed.problems import plural, quote
from ilofeed.sources import ImportedFeed, Item, listed, note

# what tells entries with one id apart: the title, and the link with the date (and text, of a day)
Names: TypeAlias = frozenset[tuple[str, ...]]
RECORD = "imports.json"
_MAX_RECORD = 16 * 1024 * 1024  # bytes


def newest_versions(
    feed: ImportedFeed, office: Office, entries: Sequence[Entry], date_forms: Sequence[str]
) -> ImportedFeed:
    """Return a feed with only the newest version of each entry, and notes on the others.

    Items with one id are versions of one entry if they share the title, or link and time, or link,
    day and text; a link alone may be that of many. Items without an id are, if link, date and title
    are the same. A public version comes before a draft. Different items with one id are all kept:
    that which is most like the entry in `entries` of that id, or else the first, keeps the id.
    Public addresses of other versions below the site become former addresses.
    """
    names_of_old = {entry.id: _names(entry.link, entry.title, entry.published) for entry in entries}

    def fields_of(item: Item) -> EntryFields:
        return EntryFields(item, office, lambda _url: True, date_forms)

    def names_of(item: Item, *, of_old: bool = False) -> Names:
        fields = fields_of(item)
        moment = fields.date(item.date)
        has_time = of_old or isinstance(moment, dt.datetime)
        text = "" if has_time else (item.content or item.summary).value
        instant = fields.instant(moment) if moment else None
        return _names(fields.url(item.link, ""), fields.title(), instant, text)

    def rank(item: Item) -> tuple[bool, dt.datetime]:
        fields = fields_of(item)
        moment = fields.date(item.updated) or fields.date(item.date)
        first = dt.datetime.min.replace(tzinfo=dt.UTC)
        return item.publication == "public", first if moment is None else fields.instant(moment)

    by_id = defaultdict[object, list[Item]](list)
    for item in feed.items:
        words = item.title or item.summary or item.content
        by_id[item.id or (item.link, words, item.date)].append(item)
    kept, older = list[Item](), list[int]()
    for items in by_id.values():
        name = items[0].id
        groups = _group(items, names_of) if name and len(items) > 1 else [items]
        owner = 0  # the number of the group that keeps the id
        if len(groups) > 1 and (names := names_of_old.get(name)) is not None:
            shared = [
                max(len(names & names_of(item, of_old=True)) for item in versions)
                for versions in groups
            ]
            owner = shared.index(max(shared)) if any(shared) else -1
        for at, versions in enumerate(groups):
            newest = max(versions, key=rank) if len(versions) > 1 else versions[0]
            older += [item.number for item in versions if item is not newest]
            newest = _with_addresses(newest, versions, office.url)
            if at != owner:
                why = f"its id {quote(name)} is also that of a different item; it gets its own"
                newest = dataclasses.replace(newest, id="", lost=(*newest.lost, why))
            kept.append(newest)
    notes = feed.notes
    if older:
        numbers = listed(sorted(older))
        what = plural(len(older), "version", "versions")
        text = f"left out {what} of items that are here again ({numbers}): the newest is imported"
        notes = (*notes, note(text))
    kept.sort(key=lambda item: item.number)
    left_out = feed.left_out + len(older)
    return dataclasses.replace(feed, items=tuple(kept), notes=notes, left_out=left_out)


def _group(items: Collection[Item], names_of: Callable[[Item], Names]) -> list[list[Item]]:
    """Divide items with one id into the versions of each entry."""
    groups: list[list[Item]] = []
    by_name: dict[tuple[str, ...], list[Item]] = {}
    for item in items:
        names = names_of(item)
        group = next((by_name[name] for name in sorted(names) if name in by_name), None)
        if group is None:
            groups.append(group := [])
        group.append(item)
        by_name |= dict.fromkeys(names, group)
    return groups


def _with_addresses(newest: Item, versions: Collection[Item], site: str) -> Item:
    """Return an item with the addresses at which its other versions were public on the site."""
    others = [item for item in versions if item is not newest and item.publication == "public"]
    links = (item.link for item in others if _bare(item.link).startswith(_bare(site)))
    former = [*links, *(text for item in others for text in item.aliases)]
    aliases = dict.fromkeys([*newest.aliases, *(text for text in former if text != newest.link)])
    return dataclasses.replace(newest, aliases=tuple(aliases)) if aliases else newest


def _bare(url: str) -> str:
    """Return an address without its scheme."""
    return url.partition("://")[2]


def _names(link: str | None, title: str, instant: dt.datetime | None, text: str = "") -> Names:
    names: set[tuple[str, ...]] = {("title", title)} if title else set()
    if link and instant:
        names.add(("link", link, instant.astimezone(dt.UTC).isoformat(), text))
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class EarlierEntry:
    """An entry that the office has, its file, and the digest of what an import wrote, or "".

    After a space follows the digest of the file with the names of its pictures and documents.
    """

    entry: Entry
    path: str
    data: bytes
    digest: str

    def refuse(self, data: bytes) -> str | None:
        """Return why new data must not replace the file, "" if it may; None if nothing changed."""
        imported, _, written = self.digest.partition(" ")
        if data == self.data or digest_of(data) == imported:
            return None
        if digest_of(self.data) == (written or imported):
            return ""
        how = "was edited since it was imported" if self.digest else "was not imported from a table"
        return f"{self.path} has its id or link, and {how}; change it there"


class EarlierEntries:
    """Finds the entry that a row of a table describes."""

    def __init__(
        self, entries: Iterable[Entry], files: Mapping[str, bytes], record: Mapping[str, str]
    ) -> None:
        paths = {slug_of(path): path for path in files}
        self._by_id: dict[str, EarlierEntry] = {}
        self._by_link: dict[str, list[EarlierEntry]] = defaultdict(list)
        for entry in entries:
            path = paths[entry.slug]
            earlier = EarlierEntry(entry, path, files[path], record.get(path, ""))
            self._by_id[entry.id] = earlier
            self._by_link[entry.link or ""].append(earlier)

    def find(self, identity: str | None, link: str | None) -> EarlierEntry | None:
        """Return the entry with an id or, without an id, the only one with a link."""
        if identity is not None or not link:
            return self._by_id.get(identity or "")
        entries = self._by_link[link]
        return entries[0] if len(entries) == 1 else None


def read_record(root: Path) -> dict[str, str]:
    """Return the digest of each file that an import wrote, by path; empty if that is not known."""
    try:
        record = json.loads(read.read_limited(root / RECORD, _MAX_RECORD) or b"")
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def write_record(root: Path, record: Mapping[str, str]) -> None:
    """Write the record of imports."""
    data = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    write = read.replace_file if (root / RECORD).exists() else read.create_file
    write(root, root / RECORD, data)
