"""`manifest.json` to what it says of the last build: of this program's own line by line, of any
other as a whole.

Our own lies where it lies, in memory or in a file, and is read from there for who asks: that of a
large site is never in memory as a whole.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ilofeed.document import Document
from ilofeed.feeds import Ledger, Paths, Record, Records
from ilofeed.longtext import lines, pieces
from ilofeed.portions import portions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from ilofeed.longtext import Readable

PATH = "manifest.json"
VERSION = 2  # 1 had digests that held `updated` and labels, no files and no archives

# one of these is in any list of lines of which one is no path inside
_DOUBTFUL = (
    *("\\", "//", "/./", "/../", "\n/", "\n./", "\n../", "/\n", "/.\n", "/..\n"),
    *("\n\n", "\n.\n", "\n..\n"),
)
NEXT = ",\n"  # between two lines of a list
_DAMAGED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class ManifestError(ValueError):
    """Why a manifest cannot be used."""


class _Block(NamedTuple):
    """Where a list is in the bytes of a manifest, without what is around it."""

    start: int
    end: int


def read_ours(document: Readable) -> Ledger:
    """The ledger of a manifest that `manifest.render_manifest` of this program wrote; of an entry
    and of the names of files nothing is read before somebody asks for it."""
    try:
        entries, files = _blocks(document)
        ledger: Any = json.loads(_rest(document, entries, files))
        records = Records(partial(_lines, document, entries), _read_record)
        subscribed = [one["path"] for one in ledger["documents"]]
        return _ledger(ledger, records, Paths(partial(_paths, subscribed, document, files)))
    except _DAMAGED as error:
        raise ManifestError("it is damaged, or not a manifest of ilofeed") from error


@functools.lru_cache(maxsize=3)
def parse_manifest(data: bytes) -> Ledger:
    """The ledger of the bytes of any manifest; `ManifestError` where they are none of ours."""
    try:
        ledger: Any = json.loads(data)
        version = ledger["version"]
        if isinstance(version, int) and version > VERSION:
            message = f"it was written by a newer version of ilofeed (format {version})"
            raise ManifestError(message)
        records = {
            record.id: record
            for record in (_parse_record(one, version) for one in ledger["entries"])
        }
        paths = [one["path"] for one in ledger["documents"]] + list(ledger["files"])
        found = _ledger(ledger, records, frozenset(inside(paths)))
    except _DAMAGED as error:
        if isinstance(error, ManifestError):
            raise
        raise ManifestError("it is damaged, or not a manifest of ilofeed") from error
    return found


def _ledger(ledger: Any, records: Mapping[str, Record], files: AbstractSet[str]) -> Ledger:
    documents = {one["path"]: str(one.get("sha256")) for one in ledger["documents"]}
    return Ledger(
        entries=records,
        documents={path: documents[path] for path in inside(documents)},
        files=files,
        site=_text(ledger.get("site")),
        authority=_text(ledger.get("authority")),
        categories=_texts(ledger.get("categories", {})),
        countries=_texts(ledger.get("countries", {})),
    )


def parts(document: Readable, before: Ledger | None = None) -> Iterator[Document]:
    """A manifest as several that together name what it names, each whole JSON and none large; a
    `ValueError` where it is not as this program writes it.

    Of entries only the lines that one of this program's did not have `before`: what it names in
    the others was published with that one.
    """
    entries, files = _blocks(document)
    yield Document(PATH, "manifest", _rest(document, entries, files))
    fresh: Iterable[str] = _lines(document, entries)
    if before is not None and isinstance(before.entries, Records):
        records = Records(partial(_lines, document, entries), _read_record)
        fresh = (line for _, line in before.entries.unlike(records) if line is not None)
    for name, each in (("entries", fresh), ("files", _lines(document, files))):
        for some in portions(each):
            text = f'{{"{name}": [{NEXT.join(some)}]}}'
            yield Document(PATH, "manifest", text.encode("utf-8", "surrogatepass"))


def _blocks(document: Readable) -> tuple[_Block, _Block]:
    """Where the entries and the other files are listed."""
    start = _find(document, b'\n"entries": [\n', 0)
    end = _find(document, b'],\n"documents": [\n', start.end)
    first = _find(document, b'],\n"files": [\n', end.end)
    last = _find(document, b'],\n"files_sha256": "', first.end)
    return _Block(start.end, end.start), _Block(first.end, last.start)


def _find(document: Readable, sign: bytes, start: int) -> _Block:
    """Where a sign is, from an offset on."""
    before = b""
    for piece in pieces(document, start):
        some = before + piece
        if (at := some.find(sign)) >= 0:
            at += start - len(before)
            return _Block(at, at + len(sign))
        start += len(piece)
        before = some[-len(sign) :]
    raise ValueError("not as render_manifest writes it")


def _rest(document: Readable, entries: _Block, files: _Block) -> bytes:
    """A manifest without the two long lists."""
    return b"".join(
        document.part(start, end - start)
        for start, end in (
            (0, entries.start),
            (entries.end, files.start),
            (files.end, document.size),
        )
    )


def _lines(document: Readable, block: _Block) -> Iterator[str]:
    """The items of a list, each as it is written."""
    return lines(document, NEXT.encode(), *block)


def _paths(subscribed: Collection[str], document: Readable, block: _Block) -> Iterator[str]:
    yield from inside(subscribed)
    for some in portions(_lines(document, block)):
        yield from inside(json.loads(f"[{NEXT.join(some)}]"))


def _read_record(line: str) -> Record:
    return _parse_record(json.loads(line), VERSION)


def _parse_record(one: Any, version: int) -> Record:
    pages = {str(path): number for path, number in one.get("pages", {}).items()}
    if not all(isinstance(number, int) and 0 < number < 1_000_000 for number in pages.values()):
        raise ValueError("pages")
    return Record(
        id=str(one["id"]),
        url=str(one.get("url", "")),
        title=str(one.get("title", "")),
        published=_instant(one.get("published")),
        updated=_instant(one.get("updated")),
        digest=_text(one.get("digest")) if version == VERSION else None,
        withdrawn=_instant(one.get("withdrawn")),
        file=_text(one.get("file")),
        pages=pages,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _texts(value: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in value.items()}


def _instant(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    found = dt.datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("an instant without an offset")
    return found


def inside(paths: Collection[Any]) -> Iterable[str]:
    """Those of many paths that are inside, for which nearly always one look is enough."""
    with contextlib.suppress(TypeError):  # one that is no text
        text = "\n".join(("", *paths, ""))
        if not any(sign in text for sign in _DOUBTFUL):
            return paths
    return [path for path in paths if is_inside(path)]


def is_inside(path: object) -> bool:
    """Whether a path stays below the folder it is relative to: nothing else is ever deleted."""
    return (
        isinstance(path, str)
        and not path.startswith("/")
        and all(part not in {"", ".", ".."} and "\\" not in part for part in path.split("/"))
    )
