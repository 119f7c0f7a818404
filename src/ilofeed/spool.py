"""Bytes that nobody wants for now: in a file without a name, so that a large site is not in memory.

Copies of this process (`shares`) write to the same file, each in stretches of its own, and read
what the others wrote. The system takes the file back when the last of them has ended, however it
ended.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import weakref
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_DIGEST, _SIZE, _OFFSET = 32, 6, 8  # bytes of each
_BITS = 32  # of a size, below an offset
_MOST = (1 << _BITS) - 1
_STRETCH = 1024 * 1024  # bytes: asking the others takes longer than writing a page


class Place(bytes):
    """Where some bytes are in a spool: their offset, how many, and their digest. A large site has
    one for each document, so it is one text: with three fields it would take thrice as much."""

    __slots__ = ()

    @classmethod
    def of(cls, at: int, size: int, digest: bytes) -> Place:
        """The place of so many bytes that were written at an offset."""
        return cls(digest + size.to_bytes(_SIZE) + at.to_bytes(_OFFSET))

    @property
    def at(self) -> int:
        """The offset."""
        return int.from_bytes(self[-_OFFSET:])

    @property
    def size(self) -> int:
        """How many bytes are there."""
        return int.from_bytes(self[_DIGEST:-_OFFSET])

    @property
    def sha256(self) -> str:
        """Their digest."""
        return self[:_DIGEST].hex()


Stored: TypeAlias = bytes | Place


class InMemory:
    """What a small site needs: its bytes stay where they are."""

    def put(self, data: bytes) -> bytes:
        """The bytes."""
        return data

    def put_all(self, some: Sequence[bytes]) -> Sequence[bytes]:
        """The same of several."""
        return some

    def take(self, one: bytes | int) -> bytes:
        """One of them again."""
        assert isinstance(one, bytes)
        return one

    def write(self, pieces: Iterable[bytes]) -> bytes:
        """Pieces as one."""
        return b"".join(pieces)

    def get(self, stored: Stored) -> bytes:
        """The same."""
        assert not isinstance(stored, Place)
        return stored


class Spool:
    """One such file. `OSError` where there is no room for it."""

    def __init__(self) -> None:
        with tempfile.TemporaryFile(buffering=0) as file:
            self._file = os.dup(file.fileno())
        # where this process, and no copy of it, may write without asking the others
        self._next, self._end, self._owner = 0, 0, 0
        weakref.finalize(self, os.close, self._file)

    def put(self, data: bytes) -> Place:
        """Write bytes; an `OSError` that names the folder where there is no room for them."""
        return Place.of(self._append(data), len(data), hashlib.sha256(data).digest())

    def put_all(self, some: Sequence[bytes]) -> Sequence[int]:
        """Write several things at once; for each of them a number that says where it is: it takes
        less than a place, and there is no digest."""
        at = self._append(b"".join(some))
        found = []
        for data in some:
            found.append(at << _BITS | len(data))
            at += len(data)
        return found

    def take(self, one: bytes | int) -> bytes:
        """What is where a number says."""
        assert isinstance(one, int)
        size = one & _MOST
        data = os.pread(self._file, size, one >> _BITS)
        return data if len(data) == size else self.read(one >> _BITS, size)

    def write(self, pieces: Iterable[bytes]) -> Place:
        """The same of many pieces, one behind the other; making them writes nothing here."""
        hashed, size = hashlib.sha256(), 0
        with self._alone() as file:
            at = os.lseek(file, 0, os.SEEK_END)
            for piece in pieces:
                _write(file, piece, at + size)
                hashed.update(piece)
                size += len(piece)
        return Place.of(at, size, hashed.digest())

    def _append(self, data: bytes) -> int:
        """Write bytes into a stretch of the file that is this process's own; their offset."""
        size = len(data)
        if self._owner != os.getpid() or size > self._end - self._next:
            with self._alone() as file:
                self._next = os.lseek(file, 0, os.SEEK_END)
                self._end = self._next + max(size, _STRETCH)
                try:
                    os.ftruncate(file, self._end)
                except OSError as error:
                    raise _named(error) from error
            self._owner = os.getpid()
        at = self._next
        self._next += size
        _write(self._file, data, at)
        return at

    def get(self, place: Stored) -> bytes:
        """The bytes at a place, without moving where others write."""
        assert isinstance(place, Place)
        return self.part(place, 0, place.size)

    def part(self, place: Place, start: int, size: int) -> bytes:
        """So many bytes of those at a place, as far as there are."""
        return self.read(place.at + start, max(0, min(size, place.size - start)))

    def read(self, at: int, size: int) -> bytes:
        """So many bytes from an offset on."""
        data = os.pread(self._file, size, at)
        while len(data) < size:
            more = os.pread(self._file, size - len(data), at + len(data))
            if not more:
                raise OSError("a temporary file has lost what was written to it")
            data += more
        return data

    @contextlib.contextmanager
    def _alone(self) -> Iterator[int]:
        """The file, while no other process writes to it."""
        import fcntl

        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            yield self._file
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)


def _write(file: int, data: bytes, at: int) -> None:
    try:
        done = os.pwrite(file, data, at)
        while done < len(data):  # a system may take less than all at once
            done += os.pwrite(file, memoryview(data)[done:], at + done)
    except OSError as error:
        raise _named(error) from error


def _named(error: OSError) -> OSError:
    """What is said of a file without a name: that it is in this folder."""
    return OSError(error.errno, error.strerror, tempfile.gettempdir())


Store: TypeAlias = InMemory | Spool
IN_MEMORY = InMemory()
FEW = 2_000  # entries whose documents take less memory than the program
LITTLE = 1024 * 1024  # bytes of one text


def store_for(entries: int) -> Store:
    """Where the documents of so many entries are kept until they are published."""
    return Spool() if entries > FEW and hasattr(os, "pread") else InMemory()


def store_for_bytes(size: int) -> Store:
    """Where a text of about so many bytes is kept."""
    return Spool() if size > LITTLE and hasattr(os, "pread") else InMemory()
