"""A published document: its path, its bytes, and what its content must be proven equal to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ilofeed.model import Entry, Feed, Format

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

    `feed` or `entry` is what it shows, if it shows one; `format` is the format of a feed.
    `recipe` is a digest of all that it was rendered from; b"" if unknown (`pages.recipe`).
    """

    path: str
    kind: Kind
    data: bytes
    feed: Feed | None = None
    format: Format | None = None
    entry: Entry | None = None
    recipe: bytes = b""

    @property
    def sha256(self) -> str:
        """The SHA-256 digest of its bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file that the last build published and that is still in the output as it was then."""

    path: str
    kind: Kind
    recipe: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class UpToDate:
    """An output file that is up to date; its bytes are rendered on access.

    `render` returns the documents of its entry or feed, the file among them.
    """

    path: str
    kind: Kind
    recipe: bytes
    sha256: str
    render: Callable[[], Iterable[Document]] = field(repr=False, compare=False)
    feed: Feed | None = None
    format: Format | None = None
    entry: Entry | None = None

    @property
    def data(self) -> bytes:
        """Render the bytes."""
        return next(document.data for document in self.render() if document.path == self.path)


AnyDocument: TypeAlias = Document | UpToDate
Ordered = TypeVar("Ordered", bound=AnyDocument)


def format_of(path: str, kind: Kind) -> Format | None:
    """Return the format of a feed document; None for a document that is not a feed."""
    if kind not in {"feed", "archive"}:
        return None
    return next(form for form, name in FILE_NAMES.items() if path.endswith(f"/{name}"))


def in_order(documents: Iterable[Ordered]) -> tuple[Ordered, ...]:
    """Sort documents into the order in which they are published."""
    return tuple(sorted(documents, key=lambda document: ORDER.index(document.kind)))


def relative(here: str, path: str) -> str:
    """Return the address of one output path relative to another; an index page is its folder."""
    there, base = path.split("/"), here.split("/")[:-1]
    common = 0
    while common < min(len(there) - 1, len(base)) and there[common] == base[common]:
        common += 1
    address = "../" * (len(base) - common) + "/".join(there[common:])
    return address.removesuffix("index.html") or "./"
