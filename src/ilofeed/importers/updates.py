"""Know which entry files are still as an import wrote them: a corrected table may update those.

`imports.json`, beside feeds.yaml, has the digest of each file that an import of a table wrote.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ilofeed.content import read, slug_of
from ilofeed.media import digest_of
from ilofeed.model import Entry

RECORD = "imports.json"
_MAX_RECORD = 16 * 1024 * 1024  # bytes


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
