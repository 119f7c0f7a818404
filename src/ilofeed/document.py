"""A published document: its path, its bytes, and what its content must be proven equal to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, TypeVar, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ilofeed.model import Entry, Feed

Format = Literal["atom", "rss", "json"]
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
    `recipe` is a digest of all that it was made of; "" where that is not known (`recipe.py`).
    """

    path: str
    kind: Kind
    data: bytes
    feed: Feed | None = None
    format: Format | None = None
    entry: Entry | None = None
    recipe: str = ""

    @property
    def sha256(self) -> str:
        """The digest of its bytes."""
        return hashlib.sha256(self.data).hexdigest()


class Made(NamedTuple):
    """What is known of a file of the output that the last build published."""

    path: str
    kind: Kind
    recipe: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that need not be made: the output has it, of the same recipe. It is drawn only for
    who asks for its bytes."""

    made: Made
    draw: Callable[[], bytes]
    feed: Feed | None = None
    entry: Entry | None = None

    @property
    def path(self) -> str:
        """Where it is in the output."""
        return self.made.path

    @property
    def kind(self) -> Kind:
        """When it would be published."""
        return self.made.kind

    @property
    def recipe(self) -> str:
        """The digest of all that it is made of."""
        return self.made.recipe

    @property
    def sha256(self) -> str:
        """The digest of its bytes."""
        return self.made.sha256

    @property
    def format(self) -> Format | None:
        """Set where it is a feed."""
        if self.kind not in {"feed", "archive"}:
            return None
        return _FORMATS[self.path.rpartition("/")[2]]

    @property
    def data(self) -> bytes:
        """The bytes, made anew."""
        return self.draw()


AnyDocument: TypeAlias = Document | Kept
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
