"""A feed document cut before and behind each of its entries, and put together again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ilofeed.model import Format


_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_NAMES: dict[Format, bytes] = {"atom": b"entry", "rss": b"item"}
# what follows the last entry, and what stands before each
_ENDS: dict[Format, tuple[bytes, bytes]] = {
    "atom": (b"</feed>", b"  "),
    "rss": (b"  </channel>", b"    "),
}


@dataclass(frozen=True, slots=True)
class Pieces:
    """The bytes of a document: what is before its entries, each of them, what is behind."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes


def cut(data: bytes, form: Format) -> Pieces | None:
    """The pieces of a feed document; None where it cannot be cut with certainty."""
    name = _NAMES.get(form)
    if name is None:
        return None
    opening, closing = b"<" + name, b"</" + name + b">"
    first = data.find(opening)
    if first < 0 or b"<!" in data or data.rfind(b"<?") > first or not data.startswith(_DECLARATION):
        return None
    *bodies, tail = data[first:].split(closing)
    if opening in tail or any(
        one.count(opening) != 1 or not one.lstrip().startswith(opening) for one in bodies
    ):
        return None
    return Pieces(data[:first], tuple(one + closing for one in bodies), tail)


def put_together(empty: bytes, entries: Iterable[bytes], form: Format) -> bytes:
    """A document that has no entries, as it is written, with entries that were cut from others."""
    end, indent = _ENDS[form]
    at = empty.rindex(end)
    return empty[:at] + b"".join(indent + one.strip() + b"\n" for one in entries) + empty[at:]
