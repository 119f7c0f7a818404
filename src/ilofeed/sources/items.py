"""Define items as every format is read into them, before any check.

`without_additions` removes what feeds of ilofeed add to their entries (`feeds.items`).
"""

import functools
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from ilofeed.bodies import PARTS
from ilofeed.i18n import LANGUAGES, phrases
from ilofeed.problems import visible

MAX_BYTES = 64 * 1024 * 1024  # of a document
MAX_ITEMS = 5_000
MAX_PARTS = 1_000_000  # elements, members or cells; in memory each is about a hundred times larger
Dimension: TypeAlias = Literal["categories", "countries"]
Publication: TypeAlias = Literal["public", "draft", "scheduled"]
EVENT = ("start", "end", "place", "url", "status")  # the keys of an event
DIMENSIONS: tuple[Dimension, ...] = ("categories", "countries")
_DIRECTION = re.compile(r'<div dir="rtl" lang="[^"]*">\n(.*)\n</div>', re.DOTALL)
# the added texts are escaped, so the first end tag of an element is its own
_BEGIN = re.compile(
    rf'<p class="{PARTS["p"]}"[^>]*>.*?</p>\s*|<figure class="{PARTS["figure"]}">.*?</figure>\s*',
    re.DOTALL,
)
_DOCUMENTS = f'<div class="{PARTS["div"]}">'


class SourceError(ValueError):
    """A document that cannot be imported; the message says why."""


class RequestError(ValueError):
    """A wrong option of an import; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Note:
    """A message about what an import did not keep; `number` is the item's, from 1, or 0 for all."""

    number: int
    title: str
    text: str

    def __str__(self) -> str:
        if not self.number:
            return visible(self.text)
        title = f' "{visible(self.title, 60)}"' if self.title else ""
        return f"item {self.number}{title}: {visible(self.text)}"


def note(text: str) -> Note:
    """Return a note on the whole source."""
    return Note(0, "", text)


def listed(values: Sequence[object], most: int = 10) -> str:
    """Return the first values, with commas between them and `…` for the others."""
    return ", ".join([*map(str, values[:most]), *["…"] * (len(values) > most)])


def numbered(numbers: Sequence[int]) -> str:
    """Return the first numbers of items with their noun: `items 1, 2`."""
    return f"{'item' if len(numbers) == 1 else 'items'} {listed(numbers)}"


def counted(counts: Counter[str]) -> str:
    """Return names in the order of the alphabet, each with its count."""
    return listed([f"{name} ({count})" for name, count in sorted(counts.items())], 50)


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its format."""

    value: str = ""
    kind: Literal["plain", "html", "markdown"] = "plain"

    def __bool__(self) -> bool:
        return self.value != ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A category of a document; `dimension` is set if the document says what kind it is."""

    term: str
    label: str = ""
    scheme: str = ""
    dimension: Dimension | None = None
    broader: "Tag | None" = None


@dataclass(frozen=True, slots=True)
class Author:
    """An author of an item."""

    name: str
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file to download; `length` is the text in the document, in bytes if it is valid."""

    url: str
    type: str = ""
    length: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, its alternative text and its credit."""

    url: str = ""
    alt: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """An event; `start` and `end` are the texts in the document."""

    start: str = ""
    end: str = ""
    place: str = ""
    url: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a document, `number` from 1; a field is empty if the document lacks it."""

    number: int
    id: str = ""
    slug: str = ""  # as the source proposes it, unchecked
    title: Text = Text()
    link: str = ""
    page: str = ""  # the item's page on the feed's own site, if `link` leads elsewhere
    date: str = ""  # as the document has it
    updated: str = ""
    summary: Text = Text()
    content: Text = Text()
    base: str = ""  # for relative addresses in the content
    tags: tuple[Tag, ...] = ()
    authors: tuple[Author, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    picture: Picture = Picture()
    event: ImportedEvent = ImportedEvent()
    language: str = ""
    translation_of: str = ""
    publication: Publication = "public"
    by_ilofeed: bool = False  # it is of a feed that ilofeed made
    aliases: tuple[str, ...] = ()  # paths or addresses at which it was published before
    lost: tuple[str, ...] = ()  # messages about what the source has and no field holds
    # returns the address of a file of its folder, for the name of an element and what is written
    find_file: Callable[[str, str], str] | None = None


@dataclass(frozen=True, slots=True)
class ImportedFeed:
    """The items of a document."""

    items: tuple[Item, ...] = ()
    notes: tuple[Note, ...] = ()
    is_table: bool = False
    left_out: int = 0  # items that were not public posts
    table: tuple[str, ...] = ()  # lines that say what the keys of posts become
    folder: Path | None = None  # whose files the items may show
    next_page: str = ""  # the address of a document with older items, as written
    page_parameter: str = ""  # in the addresses of further pages, if the site may have some


def best_date(local: str, utc: str) -> str:
    """Return a date of WordPress in UTC if there is one, else in the zone of the site, or ""."""
    if utc and not utc.startswith("0000"):
        return f"{utc.removesuffix('Z')}Z"
    return "" if local.startswith("0000") else local


def too_many(number: int) -> list[Note]:
    """Return a note if a document has more than `MAX_ITEMS` items."""
    if number <= MAX_ITEMS:
        return []
    return [note(f"only the first {MAX_ITEMS} of {number} items are imported")]


def without_additions(item: Item) -> Item:
    """Return an item of ilofeed with the title and body of its entry, and its event's status."""
    if item.event.start:
        for prefix, status in _title_prefixes().items():
            if item.title.value.startswith(prefix):
                title = replace(item.title, value=item.title.value.removeprefix(prefix))
                item = replace(item, title=title, event=replace(item.event, status=status))
    content = item.content.value
    if match := _DIRECTION.fullmatch(content):
        content = match[1]
    while match := _BEGIN.match(content):
        content = content[match.end() :]
    content = content.partition(_DOCUMENTS)[0].rstrip()
    return replace(item, content=replace(item.content, value=content), by_ilofeed=True)


@functools.cache
def _title_prefixes() -> Mapping[str, str]:
    """Return the statuses of events by the beginning of titles that names them, in any language."""
    return {
        words.fill("event_title", status=words[f"event_{status}"], title=""): status
        for words in map(phrases, LANGUAGES)
        for status in ("cancelled", "postponed")
    }
