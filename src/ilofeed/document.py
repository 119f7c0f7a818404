"""A published document: its path, its bytes, and what its content must be proven equal to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ilofeed.model import Entry, Feed

Format = Literal["atom", "rss", "json"]
FILE_NAMES: dict[Format, str] = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}
MEDIA_TYPES: dict[Format, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
STYLESHEET = "assets/feed.css"  # of the raw XML feeds

# the order in which files are published: a feed never names a page that is not there yet
Kind = Literal[
    "asset", "entry", "embed", "feed-page", "archive", "feed", "calendar", "index", "manifest"
]
ORDER: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the output.

    `feed` or `entry` is what it shows, where it shows one; `format` is set where it is a feed.
    """

    path: str
    kind: Kind
    data: bytes
    feed: Feed | None = None
    format: Format | None = None
    entry: Entry | None = None


def in_order(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Documents in the order in which they are published."""
    return tuple(sorted(documents, key=lambda document: ORDER.index(document.kind)))


def relative(here: str, path: str) -> str:
    """The address of one path of the output, as seen from another; an index page is its folder."""
    there, base = path.split("/"), here.split("/")[:-1]
    common = 0
    while common < min(len(there) - 1, len(base)) and there[common] == base[common]:
        common += 1
    address = "../" * (len(base) - common) + "/".join(there[common:])
    return address.removesuffix("index.html") or "./"
