"""Define items as every format is read into them, before any check, and detect a format."""

import codecs
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ilofeed.problems import visible

MAX_BYTES = 64 * 1024 * 1024  # of a document
MAX_ITEMS = 5_000
MAX_PARTS = 1_000_000  # elements, members or cells; in memory each is about a hundred times larger
Dimension: TypeAlias = Literal["categories", "countries"]
Publication: TypeAlias = Literal["public", "draft", "scheduled"]
EVENT = ("start", "end", "place", "url", "status")  # the keys of an event
DIMENSIONS: tuple[Dimension, ...] = ("categories", "countries")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins in the same way
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Python's other codecs are not for documents, or take quadratic time
_ENCODING = re.compile(
    r"(?:utf-?(?:8|16|32)|us-?ascii|ascii|latin-?1|iso-?8859|windows-?12|cp12|cp866|koi8|gb|big5"
    r"|euc|shift_?jis|sjis|iso-2022|mac|tis-620|x-sjis|cp874|cp949)[a-z0-9._-]*",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


class SourceError(ValueError):
    """A document that cannot be imported; the message says why."""


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


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its format."""

    value: str = ""
    kind: Literal["plain", "html", "markdown"] = "plain"

    def __bool__(self) -> bool:
        return self.value != ""


@dataclass(frozen=True, slots=True)
class ImportedDate:
    """A date: the text in the document, and feedparser's reading of it in UTC ("" if none)."""

    written: str = ""
    read: str = ""

    def __bool__(self) -> bool:
        return self.written != ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A category of a document; `dimension` is set if the document says what kind it is."""

    term: str
    label: str = ""
    scheme: str = ""
    dimension: Dimension | None = None


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
    title: Text = Text()
    link: str = ""
    page: str = ""  # the item's page on the feed's own site, if `link` leads elsewhere
    date: ImportedDate = ImportedDate()
    updated: ImportedDate = ImportedDate()
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


@dataclass(frozen=True, slots=True)
class ImportedFeed:
    """The items of a document. `by_ilofeed`: ilofeed wrote it, so its plain texts are not HTML."""

    items: tuple[Item, ...] = ()
    notes: tuple[Note, ...] = ()
    by_ilofeed: bool = False
    is_table: bool = False
    left_out: int = 0  # items that were not public posts


def too_many(number: int) -> list[Note]:
    """Return a note if a document has more than `MAX_ITEMS` items."""
    if number <= MAX_ITEMS:
        return []
    return [Note(0, "", f"only the first {MAX_ITEMS} of {number} items are imported")]


def decode(data: bytes) -> tuple[str, list[Note]]:
    """Return the text of a document in any encoding; raise `SourceError` if it is not text."""
    mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", None))
    data = data.removeprefix(mark)
    head = data[:400]
    if encoding is None and head.count(0) > len(head) // 4:
        encoding = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    declared = _DECLARED.search(head)
    if encoding is None and declared and _ENCODING.fullmatch(declared[1].decode("ascii")):
        encoding = declared[1].decode("ascii")
    text, notes = _decode_as(data, encoding or "utf-8")
    start = text[:2000]
    if len(_CONTROL.findall(start)) * 20 > len(start):
        raise SourceError("this is not text: neither a feed nor a table")
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise SourceError("the document is empty")
    return text.replace("\x00", "").lstrip("\ufeff"), notes


def _decode_as(data: bytes, encoding: str) -> tuple[str, list[Note]]:
    for name in (encoding, "utf-8"):
        try:
            text = data.decode(name)
        except (UnicodeError, LookupError):
            continue
        message = f"the document declares {encoding}, but it is UTF-8"
        return text, [Note(0, "", message)] * (name != encoding)
    fallback, name = "cp1252", encoding.upper()
    message = f"the document is not valid {name}; it was read as Windows-1252, so check the letters"
    if encoding.startswith(("utf-16", "utf-32")):
        fallback = encoding
        message = f"some characters are not valid {name} and were left out"
    return data.decode(fallback, "replace").replace("\ufffd", ""), [Note(0, "", message)]


def detect_kind(text: str) -> str:
    """Return "xml", "json" or "csv", from the first character of a text."""
    start = text[:100].lstrip()
    if start.startswith("<"):
        return "xml"
    return "json" if start.startswith(("{", "[")) else "csv"
