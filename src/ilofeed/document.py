"""A published document: its path, its bytes, and what its content must be proven equal to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar, get_args

from ilofeed.spool import InMemory, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ilofeed.model import Entry, Feed, Format
    from ilofeed.spool import Spool, Store, Stored

FILE_NAMES: dict[Format, str] = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}
MEDIA_TYPES: dict[Format, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
_FORMATS: dict[str, Format] = {name: form for form, name in FILE_NAMES.items()}
STYLESHEET = "assets/feed.css"  # of the raw XML feeds

# the order in which files are published: a feed never names a page that is not there yet
Kind = Literal[
    "asset", "entry", "embed", "feed-page", "archive", "feed", "calendar", "index", "manifest"
]
ORDER: tuple[Kind, ...] = get_args(Kind)
_TURNS = {kind: turn for turn, kind in enumerate(ORDER)}


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the output.

    `feed` or `entry` is what it shows, where it shows one; `format` is set where it is a feed.
    `recipe` is a digest of all that it was made of; b"" where that is not known (`recipe.py`).
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
        """The digest of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.data)

    def part(self, start: int, size: int) -> bytes:
        """So many of its bytes from an offset on, as far as there are."""
        return self.data[start : start + size]

    def loaded(self) -> Document:
        """Itself."""
        return self


@dataclass(frozen=True, slots=True)
class Spooled:
    """The same of a large site: its bytes are in a file, and not in memory but for who asks. The
    page of an entry, as most are, has no `name`: its path is the entry's."""

    name: str
    kind: Kind
    place: Place
    store: Spool = field(repr=False)
    feed: Feed | None = None
    format: Format | None = None
    entry: Entry | None = None
    recipe: bytes = b""

    @property
    def path(self) -> str:
        """Where it is published."""
        if self.name or self.entry is None:
            return self.name
        return self.entry.page

    @property
    def data(self) -> bytes:
        """The bytes, read."""
        return self.store.get(self.place)

    @property
    def sha256(self) -> str:
        """The digest of its bytes."""
        return self.place.sha256

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.place.size

    def part(self, start: int, size: int) -> bytes:
        """So many of its bytes from an offset on, as far as there are."""
        return self.store.part(self.place, start, size)

    def loaded(self) -> Document:
        """The document with its bytes."""
        return Document(
            self.path, self.kind, self.data, self.feed, self.format, self.entry, self.recipe
        )


def document(
    path: str,
    kind: Kind,
    stored: Stored,
    store: Store,
    *,
    feed: Feed | None = None,
    format: Format | None = None,  # noqa: A002  as its field is called
    entry: Entry | None = None,
    recipe: bytes = b"",
) -> NewDocument:
    """A document whose bytes were put into a store."""
    if isinstance(stored, Place):
        assert not isinstance(store, InMemory)
        name = path if entry is None or path != entry.page else ""
        return Spooled(name, kind, stored, store, feed, format, entry, recipe)
    return Document(path, kind, stored, feed, format, entry, recipe)


class Made(NamedTuple):
    """What is known of a file of the output that the last build published; `digest` is the sha256
    of its bytes."""

    path: str
    kind: Kind
    recipe: bytes
    digest: bytes


class Kept(NamedTuple):
    """A file that need not be made: the output has it, of the same recipe. It is drawn, with what
    else is drawn of its `subject`, only for who asks for its bytes. First the fields of `Made`."""

    path: str
    kind: Kind
    recipe: bytes
    digest: bytes
    draw: Callable[[Any], Iterable[Document]]
    subject: Entry | Feed
    feed: Feed | None = None
    entry: Entry | None = None

    @property
    def sha256(self) -> str:
        """The digest of its bytes."""
        return self.digest.hex()

    @property
    def format(self) -> Format | None:
        """Set where it is a feed."""
        if self.kind not in {"feed", "archive"}:
            return None
        return _FORMATS[self.path.rpartition("/")[2]]

    @property
    def data(self) -> bytes:
        """The bytes, made anew."""
        return next(one.data for one in self.draw(self.subject) if one.path == self.path)


NewDocument: TypeAlias = Document | Spooled
AnyDocument: TypeAlias = NewDocument | Kept
Some = TypeVar("Some", bound=AnyDocument)


def in_order(documents: Iterable[Some]) -> tuple[Some, ...]:
    """Documents in the order in which they are published."""
    return tuple(sorted(documents, key=lambda document: _TURNS[document.kind]))


def relative(here: str, path: str) -> str:
    """The address of one path of the output, as seen from another; an index page is its folder."""
    there, base = path.split("/"), here.split("/")[:-1]
    common = 0
    while common < min(len(there) - 1, len(base)) and there[common] == base[common]:
        common += 1
    address = "../" * (len(base) - common) + "/".join(there[common:])
    return address.removesuffix("index.html") or "./"
