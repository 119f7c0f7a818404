"""Offices, entries, feeds and documents: frozen values, after every check has passed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar, get_args

from ilofeed.dates import Moment
from ilofeed.ids import Authority

Format = Literal["atom", "rss", "json"]  # of feeds


def in_language(texts: Mapping[str, str], tag: str) -> tuple[str, str]:
    """Return the text for a language, and its tag, which is "" for a text for all languages.

    `zh-Hans-CN` gets `zh-Hans`, then `zh`, then any Chinese, then the first text: the one in the
    office's own language, if there is one.
    """
    for exact in ("", tag):  # nearly always
        if exact in texts:
            return texts[exact], exact
    parts = tag.split("-")
    shorter = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    same_language = [other for other in texts if other.partition("-")[0] == parts[0]]
    nearest = next(t for t in (*shorter, *same_language, *texts) if t in texts)
    return texts[nearest], nearest


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote something."""

    name: str
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A category or a country. `name` is a slug (`social-protection`) or a code (`CN`, `world`)."""

    name: str
    labels: Mapping[str, str]  # by language; "" for all languages
    broader: str | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)  # the same; may be empty

    def label(self, language: str) -> str:
        """Return the label in a language, else the nearest as `in_language` does."""
        return in_language(self.labels, language)[0]

    def description(self, language: str) -> str | None:
        """Return the description in a language in the same way; None if there is none."""
        return in_language(self.descriptions, language)[0] if self.descriptions else None


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """What a feed selects: entries of a category, a country, a language, of two of them, or all."""

    path: str
    category: str | None = None
    country: str | None = None
    language: str | None = None

    @property
    def is_pair(self) -> bool:
        """Whether the feed crosses two dimensions; such a feed exists only if it had entries."""
        return [self.category, self.country, self.language].count(None) < 2


@dataclass(frozen=True, slots=True)
class Office:
    """All of feeds.yaml, with its texts in one of its languages (`speaking`)."""

    url: str  # absolute, ends in /
    authority: Authority
    titles: Mapping[str, str]  # by language, as the labels of terms are
    descriptions: Mapping[str, str]
    language: str  # the one that is spoken
    own_language: str  # the one of feeds.yaml
    languages: tuple[str, ...]  # in which entries may be; empty where feeds.yaml names none
    timezone: dt.tzinfo
    publish_time: dt.time
    signs: Person | None  # who is named as author
    limit: int
    archives: frozenset[Format]  # the formats in which feeds have archives (RFC 5005)
    hub: str | None
    categories: Mapping[str, Term]
    countries: Mapping[str, Term]
    feeds: tuple[FeedSpec, ...]
    unsure: frozenset[str] = frozenset()  # sections of feeds.yaml that could not be read whole

    def speaking(self, language: str) -> Office:
        """Return the same office with its title and description in another language."""
        return self if language == self.language else replace(self, language=language)

    @property
    def title(self) -> str:
        """The name of the office."""
        return in_language(self.titles, self.language)[0]

    @property
    def title_language(self) -> str:
        """The language of `title`."""
        return in_language(self.titles, self.language)[1] or self.own_language

    @property
    def description(self) -> str:
        """A sentence on what the feeds hold, or else the title."""
        return in_language(self.descriptions or self.titles, self.language)[0]

    @property
    def description_language(self) -> str:
        """The language of `description`."""
        return in_language(self.descriptions or self.titles, self.language)[1] or self.own_language

    @property
    def author(self) -> Person:
        """The author of entries that name none."""
        return self.signs or Person(self.title)

    def address(self, path: str) -> str:
        """Return the URL of a published path; that of an index page is its folder."""
        return self.url + path.removesuffix("index.html")

    @property
    def category_scheme(self) -> str:
        """The scheme of category terms: an id, so that it survives a move of the site."""
        return self.authority.id_of("category")

    @property
    def country_scheme(self) -> str:
        """The scheme of country terms."""
        return self.authority.id_of("country")


@dataclass(frozen=True, slots=True)
class Event:
    """When (end inclusive) and where something happens; `status` is set if it does not."""

    start: Moment
    end: Moment | None = None
    place: str | None = None
    url: str | None = None
    status: Literal["cancelled", "postponed"] | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture; `path` is where a local one is published, `data` its bytes."""

    url: str
    alt: str
    credit: str | None = None
    type: str | None = None
    width: int | None = None  # pixels
    height: int | None = None
    size: int | None = None  # bytes
    path: str | None = None
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document to download; `length` is in bytes, 0 if unknown."""

    url: str
    type: str
    length: int = 0
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of news. `published` is in the office's zone, `updated` and `withdrawn` in UTC."""

    slug: str
    id: str
    title: str
    summary: str
    html: str  # what there is to read
    published: dt.datetime
    updated: dt.datetime
    url: str  # its own page
    categories: tuple[str, ...]
    countries: tuple[str, ...]
    authors: tuple[Person, ...]
    language: str
    link: str | None = None  # the item elsewhere
    event: Event | None = None
    image: Image | None = None
    attachments: tuple[Attachment, ...] = ()
    translates: str | None = None  # the slug of the original, never to be shown by itself
    translation_of: str | None = None  # the same, where the original is to be seen
    draft: bool = False
    withdrawn: dt.datetime | None = None  # of a published entry only once the instant has come
    folder: str = ""  # of the file it was written in
    # a digest of what it was read from; b"" if unknown
    source: bytes = field(default=b"", repr=False, compare=False)

    @property
    def path(self) -> str:
        """The file it was written in."""
        return f"{self.folder}{self.slug}.md"

    @property
    def target(self) -> str:
        """What readers open: the item elsewhere, or its own page."""
        return self.link or self.url

    @property
    def page(self) -> str:
        """Where its own page is published."""
        return f"entry/{self.slug}/index.html"

    @property
    def event_status(self) -> Literal["scheduled", "cancelled", "postponed"]:
        """Whether its event takes place; the event of a withdrawn entry is cancelled."""
        if self.withdrawn is not None:
            return "cancelled"
        return (self.event and self.event.status) or "scheduled"

    @property
    def calendar(self) -> str:
        """Where its event, if it has one, is published for one's own calendar."""
        return f"entry/{self.slug}/event.ics"


@dataclass(frozen=True, slots=True)
class History:
    """The place of a document among the archive documents of its feed (RFC 5005)."""

    pages: int  # how many it knows of; if there are none the feed is complete
    # its own number, from the oldest; None for the subscription document
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """The entries of an archive document, newest first, withdrawn entries included."""

    entries: tuple[Entry, ...]
    updated: dt.datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed with what it holds: the newest `limit` of the entries it selects, newest first.

    If it has archives, `current` and `withdrawn` are the entries that are in none of them.
    `feeds.subscription_feed` and `feeds.archive_feeds` return it as one document shows it.
    """

    spec: FeedSpec
    id: str
    language: str  # of its title, its description and its page
    title: str
    description: str
    updated: dt.datetime
    entries: tuple[Entry, ...]
    selected: int  # how many there are, also beyond the limit
    events: tuple[Entry, ...] = ()  # for its calendar, latest first, withdrawn ones included
    has_calendar: bool = False  # also while it is empty, once there was one
    tombstones: tuple[Entry, ...] = ()  # withdrawn, and it would hold them still (RFC 6721)
    archived_as: frozenset[Format] = frozenset()
    archives: tuple[Archive, ...] = ()  # from the oldest
    current: tuple[Entry, ...] = ()
    withdrawn: tuple[Entry, ...] = ()
    history: History | None = None  # of a document in a format that has archives

    def path(self, name: str) -> str:
        """Return where a document of this feed is published: `all/atom.xml`."""
        return f"{self.spec.path}/{name}"

    def own_path(self, name: str) -> str:
        """Return where it is published itself: `all/archive/1/atom.xml` for an archive."""
        if self.history is None or self.history.page is None:
            return self.path(name)
        return self.archive_path(self.history.page, name)

    def archive_path(self, number: int, name: str) -> str:
        """Return where an archive document of this feed is published."""
        return self.path(f"archive/{number}/{name}")


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
