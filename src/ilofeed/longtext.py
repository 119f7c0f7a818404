"""A text that may be long, wherever it lies: read piece by piece or line by line."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from ilofeed.spool import Place, Spool, store_for_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ilofeed.spool import Store, Stored

PIECE = 1024 * 1024  # bytes


class Readable(Protocol):
    """So many bytes, of which any part can be had."""

    @property
    def size(self) -> int:
        """How many there are."""

    def part(self, start: int, size: int) -> bytes:
        """So many of them from an offset on, as far as there are."""


class Text(NamedTuple):
    """Bytes in a store."""

    stored: Stored
    store: Store

    @property
    def size(self) -> int:
        """How many there are."""
        return self.stored.size if isinstance(self.stored, Place) else len(self.stored)

    @property
    def sha256(self) -> str:
        """Their digest."""
        stored = self.stored
        return stored.sha256 if isinstance(stored, Place) else hashlib.sha256(stored).hexdigest()

    def part(self, start: int, size: int) -> bytes:
        """So many of them from an offset on, as far as there are."""
        if isinstance(self.stored, Place):
            assert isinstance(self.store, Spool)
            return self.store.part(self.stored, start, size)
        return self.stored[start : start + size]


def copy(file: BinaryIO, size: int) -> Text:
    """The next bytes of a file, so many or fewer, as they are now: whoever changes it later."""

    def read() -> Iterator[bytes]:
        left = size
        while left and (piece := file.read(min(left, PIECE))):
            left -= len(piece)
            yield piece

    store = store_for_bytes(size)
    return Text(store.write(read()), store)


def pieces(text: Readable, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes of a text, from an offset up to another one, not too many at once."""
    end = text.size if end is None else end
    for at in range(start, end, PIECE):
        yield text.part(at, min(PIECE, end - at))


def lines(
    text: Readable, between: bytes, start: int = 0, end: int | None = None, errors: str = "strict"
) -> Iterator[str]:
    """What stands between the same signs; nothing where there is nothing."""
    rest: bytes | None = None
    for piece in pieces(text, start, end):
        *whole, rest = ((rest or b"") + piece).split(between)
        for line in whole:
            yield line.decode("utf-8", errors)
    if rest is not None:
        yield rest.decode("utf-8", errors)
