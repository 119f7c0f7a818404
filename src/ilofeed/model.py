"""Data model: offices, entries, feeds and documents, as immutable values that passed all checks."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias, TypeVar, get_args
from urllib.parse import quote

from ilofeed.dates import Moment
from ilofeed.i18n import Phrases, in_language, phrases
from ilofeed.ids import Authority

Format = Literal["atom", "rss", "json"]  # formats of feed documents


@dataclass(frozen=True, slots=True)
class Person:
    """An author."""

    name: str
    email: str | None = None
    url: str | None = None


class Link(NamedTuple):
    """A link to another site in the header or the footer of pages."""

    labels: Mapping[str, str]  # by language; "" for all languages
    url: str


@dataclass(frozen=True, slots=True)
class Term:
    """A category or a country. `name` is a slug (`social-protection`) or a code (`CN`, `world`)."""

    name: str
    labels: Mapping[str, str]  # by language; "" for all languages
    broader: str | None = None  # name of the broader term
    descriptions: Mapping[str, str] = field(default_factory=dict)  # as labels; may be empty

    def label(self, language: str) -> str:
        """Return the best label for a language tag, as `in_language` chooses it."""
        return in_language(self.labels, language)[0]

    def description(self, language: str) -> str | None:
        """Return the best description for a language tag; None if the term has none."""
        return in_language(self.descriptions, language)[0] if self.descriptions else None


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """The definition of a feed: its category, country or language, two of them, or all entries."""

    path: str  # output folder without a slash at either end: `country/mn`
    category: str | None = None
    country: str | None = None
    language: str | None = None

    @property
    def is_pair(self) -> bool:
        """Whether the feed combines two dimensions; it is only published once it has entries."""
        return [self.category, self.country, self.language].count(None) < 2


@dataclass(frozen=True, slots=True)
class Office:
    """The content of feeds.yaml; `language` selects the language of title and description."""

    url: str  # absolute, ends in /
    authority: Authority
    titles: Mapping[str, str]  # by language, as the labels of terms
    descriptions: Mapping[str, str]
    language: str  # of `title` and `description`
    default_language: str  # site.language in feeds.yaml
    languages: tuple[str, ...]  # allowed for entries; empty if feeds.yaml allows any
    timezone: dt.tzinfo
    publish_time: dt.time  # of dates without a time
    default_author: Person | None  # of entries without authors
    limit: int  # maximum number of entries in a feed
    archives: frozenset[Format]  # formats in which feeds have archives (RFC 5005)
    hub: str | None  # address of the WebSub hub
    categories: Mapping[str, Term]
    countries: Mapping[str, Term]
    feeds: tuple[FeedSpec, ...]
    accent: str  # colour of links and buttons on white: `#174a94`
    brand: Mapping[str, PublishedFile] = field(default_factory=dict)  # `logo`, `icon`, `image`
    home: Link | None = None  # in the header: the site that the office belongs to
    links: tuple[Link, ...] = ()  # in the footer: contact, imprint, social networks
    newsletter: str | None = None  # address of a page where people subscribe by e-mail
    search: bool = False  # whether the site has a page to search
    aliases: Mapping[str, str] = field(default_factory=dict)  # output paths: where each leads
    text_languages: tuple[str, ...] = ()  # in which feeds.yaml has titles, labels or `words`
    tables: Mapping[str, Phrases] = field(default_factory=dict)  # of `words` in feeds.yaml
    invalid_sections: frozenset[str] = frozenset()  # of "categories" and "countries"

    def localized(self, language: str) -> Office:
        """Return a copy of the office with its title and description in another language."""
        return self if language == self.language else replace(self, language=language)

    def phrases(self, language: str = "") -> Phrases:
        """Return the words and dates of pages, by default in `language`."""
        return phrases(language or self.language, self.tables)

    @property
    def folders(self) -> Mapping[str, str]:
        """The folder of the pages in each language: "" for the office's own, `mn/` for another."""
        others = [tag for tag in self.languages if tag != self.default_language]
        return {self.default_language: ""} | {tag: f"{tag.lower()}/" for tag in others}

    @property
    def title(self) -> str:
        """The name of the office in `language`."""
        return in_language(self.titles, self.language)[0]

    @property
    def title_language(self) -> str:
        """The language of `title`."""
        return in_language(self.titles, self.language)[1] or self.default_language

    @property
    def description(self) -> str:
        """The description of the office in `language`; the title if it has none."""
        return in_language(self.descriptions or self.titles, self.language)[0]

    @property
    def description_language(self) -> str:
        """The language of `description`."""
        texts = self.descriptions or self.titles
        return in_language(texts, self.language)[1] or self.default_language

    @property
    def author(self) -> Person:
        """The author of entries without authors."""
        return self.default_author or Person(self.title)

    def address(self, path: str) -> str:
        """Return the URL of an output path, without a final `index.html`."""
        path = path.removesuffix("index.html")
        return self.url + (path if path.isascii() else quote(path))


@dataclass(frozen=True, slots=True)
class Event:
    """An event; `end` is inclusive, `status` is None if it takes place as announced."""

    start: Moment
    end: Moment | None = None
    place: str | None = None
    url: str | None = None
    status: Literal["cancelled", "postponed"] | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture; `path` (in the output) is None for a picture on another site."""

    url: str
    alt: str
    credit: str | None = None
    type: str | None = None
    width: int | None = None  # in pixels
    height: int | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document to download; `length` in bytes, 0 if unknown; `path` only of an entry's file."""

    url: str
    type: str
    length: int = 0
    title: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of an entry or the office, published at the output path `path`.

    `source` is its path relative to the office's folder, `digest` the SHA-256 and `length` the
    number of its bytes. Only a picture has the other fields: media type and size in pixels as it is
    published, and the widths of smaller versions.
    """

    path: str
    source: str
    digest: str
    length: int
    width: int | None = None
    height: int | None = None
    type: str | None = None
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A news item; `published` is in the office's time zone, `updated` and `withdrawn` in UTC."""

    slug: str
    id: str
    title: str
    summary: str
    html: str  # the rendered body, or the summary as a paragraph
    published: dt.datetime
    updated: dt.datetime
    url: str  # of the entry's page
    categories: tuple[str, ...]
    countries: tuple[str, ...]
    authors: tuple[Person, ...]
    language: str
    link: str | None = None  # address of the item on another site
    event: Event | None = None
    image: Image | None = None
    attachments: tuple[Attachment, ...] = ()
    files: tuple[PublishedFile, ...] = ()
    translates: str | None = None  # slug of the original, even if that is not published
    translation_of: str | None = None  # the same; None in a selection without the original
    aliases: tuple[str, ...] = ()  # output paths of pages that lead to the entry's page
    draft: bool = False
    withdrawn: dt.datetime | None = None  # in a selection None until that time has come
    folder: str = ""  # of the entry file, with a final slash
    called_off: bool = False  # only in a selection: withdrawn, and its event is still to come
    upcoming: bool = False  # only in a selection: not withdrawn, and its event is not over
    # digest of the files of the entry (`content.hash_source`); b"" if unknown
    source: bytes = field(default=b"", repr=False, compare=False)

    @property
    def path(self) -> str:
        """The path of the entry file, relative to the office's folder."""
        return f"{self.folder}{self.slug}.md"

    @property
    def target(self) -> str:
        """The address that readers open: `link`, or else the entry's page."""
        return self.link or self.url

    @property
    def page(self) -> str:
        """The output path of the entry's page."""
        return f"entry/{self.slug}/index.html"

    @property
    def event_status(self) -> Literal["scheduled", "cancelled", "postponed"]:
        """The status of the event; "cancelled" if the entry is withdrawn."""
        if self.withdrawn is not None:
            return "cancelled"
        return (self.event and self.event.status) or "scheduled"

    @property
    def calendar(self) -> str:
        """The output path of the event as an iCalendar file."""
        return f"entry/{self.slug}/event.ics"


@dataclass(frozen=True, slots=True)
class History:
    """The position of a document among the archive documents of its feed (RFC 5005)."""

    pages: int  # number of archive documents; 0 if the document has all entries
    page: int | None = None  # number from 1, the oldest; None for the subscription document

    @property
    def element(self) -> str | None:
        """The fh: element of the document: `archive`, `complete` or none."""
        if self.page is not None:
            return "archive"
        return None if self.pages else "complete"


@dataclass(frozen=True, slots=True)
class Archive:
    """The entries of an archive document, newest first, including withdrawn entries."""

    entries: tuple[Entry, ...]
    updated: dt.datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed with the newest `limit` entries of those that match its definition, newest first.

    With archives, `current` and `withdrawn` are entries that are in none of them.
    `feeds.subscription_feed` and `feeds.archive_feeds` return it as one document shows it.
    """

    spec: FeedSpec
    id: str
    language: str  # of title, description and page
    title: str
    description: str
    updated: dt.datetime
    entries: tuple[Entry, ...]
    selected: int  # number of matching entries, including those beyond the limit
    events: tuple[Entry, ...] = ()  # for the calendar, latest first, including withdrawn entries
    has_calendar: bool = False  # stays true after the last event is gone
    tombstones: tuple[Entry, ...] = ()  # withdrawn entries of the newest `limit` (RFC 6721)
    archived_as: frozenset[Format] = frozenset()  # formats with archives
    archives: tuple[Archive, ...] = ()  # oldest first
    current: tuple[Entry, ...] = ()
    withdrawn: tuple[Entry, ...] = ()
    history: History | None = None  # only in the variant for a format that has archives

    def path(self, name: str) -> str:
        """Return the output path of a document of this feed, such as `all/atom.xml`."""
        return f"{self.spec.path}/{name}"

    def own_path(self, name: str) -> str:
        """Return the output path of this variant: `all/archive/1/atom.xml` for an archive."""
        page = self.history.page if self.history else None
        return self.path(name) if page is None else self.archive_path(page, name)

    def archive_path(self, number: int, name: str) -> str:
        """Return the output path of an archive document of this feed."""
        return self.path(f"archive/{number}/{name}")


FILE_NAMES: dict[Format, str] = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}
MEDIA_TYPES: dict[Format, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
STYLESHEET = "assets/feed.css"  # for XML feeds that are opened in a browser

Kind = Literal[  # in the order of publishing: no feed may link to a page that is not there yet
    "asset", "file", "entry", "embed", "feed-page", "archive", "feed", "calendar", "index",
    "manifest",
]  # fmt: skip
ORDER: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the output.

    `feed` or `entry` is the one that it shows, or None; `format` is set for feed documents.
    `recipe` is a digest of everything it was rendered from (`pages.recipe`); b"" if unknown.
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
        """The SHA-256 digest of `data`, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file of the last build that is unchanged in the output folder."""

    path: str
    kind: Kind
    recipe: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class UpToDate:
    """An output file that is up to date; `render` returns it and what is rendered with it."""

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
        """The bytes of the file, rendered on each access."""
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
