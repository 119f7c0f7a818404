"""Share out archived entries that occur in several documents: each is read back in one of them.

An archived entry is in the archives of all feeds that select it, each time in the same bytes.
An XML document that holds no comment, no CDATA section and no instruction among its entries can be
cut before and after each of them (`feeds.cut`), and what is left without some of them is whole
again: it is well-formed, matches the grammar and says of the other entries what it said, if and
only if the parts that are left are so. So each piece is left in one of the documents, and when all
of these verify, all documents do. What only a whole document can break is checked by
`whole_findings`.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING

from ilofeed.feeds import cut
from ilofeed.verify.lint import Finding, duplicates, size_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ilofeed.model import Document, Entry


def share_out(
    documents: Iterable[Document], expected: Callable[[Entry, Document], bytes]
) -> dict[str, tuple[int, ...]]:
    """Return the numbers of the entries to read back in each archive document that is not read
    whole, by its path.

    An entry that says the same in the same bytes, below the same beginning of a document, is in one
    of them; `expected` is a digest of what it must say. Of a document that is not in the answer all
    entries have to be read.
    """
    seen: set[bytes] = set()
    shares = {}
    for document in documents:
        feed, form = document.feed, document.format
        if document.kind != "archive" or feed is None or form is None:
            continue
        parts = cut(document.data, form)
        if parts is None or len(parts.entries) != len(feed.entries):
            continue
        frame = _frame(parts.head)
        fresh = []
        for number, (piece, entry) in enumerate(zip(parts.entries, feed.entries, strict=True)):
            hashed = hashlib.blake2b(frame, digest_size=16)
            hashed.update(expected(entry, document))
            hashed.update(piece)
            if (key := hashed.digest()) not in seen:
                seen.add(key)
                fresh.append(number)
        if len(fresh) < len(parts.entries):
            shares[document.path] = tuple(fresh)
    return shares


def _frame(head: bytes) -> bytes:
    """Return the start tag, which declares all namespaces and the language."""
    start = head.rfind(b"?>") + 2
    return head[start : head.find(b">", start)].strip()


def leave(document: Document, numbers: Sequence[int]) -> Document:
    """Return a document that can be cut with only these of its entries."""
    assert document.feed is not None
    assert document.format is not None
    parts = cut(document.data, document.format)
    assert parts is not None
    entries = tuple(document.feed.entries[number] for number in numbers)
    left = b"".join(parts.entries[number] for number in numbers)
    return dataclasses.replace(
        document,
        data=parts.head + left + parts.tail,
        feed=dataclasses.replace(document.feed, entries=entries),
    )


def whole_findings(document: Document) -> Iterator[Finding]:
    """Yield what a document can break whose pieces are correct: its size, and duplicate entries."""
    assert document.feed is not None
    entries = document.feed.entries
    yield from size_findings(document.data)
    yield from duplicates("DuplicateEntries", "id", (entry.id for entry in entries))
    if document.format == "atom":
        moments = (entry.updated.isoformat() for entry in entries)
        yield from duplicates("DuplicateUpdated", "updated", moments)
