"""A published document: its path, its bytes, and what its content must be proven equal to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from ilofeed.model import Feed

Format = Literal["atom", "rss", "json"]
FILE_NAMES: dict[Format, str] = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}
MEDIA_TYPES: dict[Format, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
STYLESHEET = "assets/feed.css"  # of the raw XML feeds

# the order in which files are published: a feed never names a page that is not there yet
Kind = Literal["asset", "entry", "feed-page", "feed", "index", "manifest"]
ORDER: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the output. `feed` and `format` are set where it is a feed document."""

    path: str
    kind: Kind
    data: bytes
    feed: Feed | None = None
    format: Format | None = None
