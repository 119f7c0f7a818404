"""A feed document cut before and after each of its entries, and put together again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ilofeed.model import Format


_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_NAMES: dict[Format, bytes] = {"atom": b"entry", "rss": b"item"}
# what follows the last entry, and what precedes each
_ENDS: dict[Format, tuple[bytes, bytes]] = {
    "atom": (b"</feed>", b"  "),
    "rss": (b"  </channel>", b"    "),
}


@dataclass(frozen=True, slots=True)
class Pieces:
    """The bytes of a document: what is before its entries, each of them, what is after."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes


def cut(data: bytes, form: Format) -> Pieces | None:
    """Return the pieces of a feed document; None if it cannot be cut with certainty."""
    name = _NAMES.get(form)
    if name is None:
        return None
    opening, closing = b"<" + name, b"</" + name + b">"
    first = data.find(opening)
    if first < 0 or b"<!" in data or data.rfind(b"<?") > first or not data.startswith(_DECLARATION):
        return None
    *bodies, tail = data[first:].split(closing)
    if opening in tail or any(
        body.count(opening) != 1 or not body.lstrip().startswith(opening) for body in bodies
    ):
        return None
    return Pieces(data[:first], tuple(body + closing for body in bodies), tail)


def put_together(empty: bytes, entries: Iterable[bytes], form: Format) -> bytes:
    """Return a document without entries filled with entries that were cut from others."""
    end, indent = _ENDS[form]
    at = empty.rindex(end)
    lines = b"".join(indent + entry.strip() + b"\n" for entry in entries)
    return empty[:at] + lines + empty[at:]
