"""What an office, its entries and its feeds are: frozen values, after every check has passed."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from ilofeed.dates import Moment
    from ilofeed.ids import Authority

Format = Literal["atom", "rss", "json"]  # of feeds


def in_language(texts: Mapping[str, str], tag: str) -> tuple[str, str]:
    """The text for a language, with the tag that it stands under; "" is that of one for all.

    `zh-Hans-CN` takes `zh-Hans`, then `zh`, then any Chinese, then the first: the office's own,
    where it is written (`office.texts` puts it there).
    """
    for one in ("", tag):
        if one in texts:
            return texts[one], one
    parts = tag.split("-")
    wanted = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    alike = [one for one in texts if one.partition("-")[0] == parts[0]]
    found = next(one for one in [*wanted, *alike, *texts] if one in texts)
    return texts[found], found


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
    labels: Mapping[str, str]  # by language; "" where feeds.yaml gives one for all
    broader: str | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)  # the same; empty where none is

    def label(self, language: str) -> str:
        """The label in a language, else what `in_language` finds nearest."""
        return in_language(self.labels, language)[0]

    def description(self, language: str) -> str | None:
        """The same of the description, where there is one."""
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
        """Whether the feed crosses two dimensions; those exist only where they have entries."""
        dimensions = (self.category, self.country, self.language)
        return sum(one is not None for one in dimensions) > 1


@dataclass(frozen=True, slots=True)
class Office:
    """All of feeds.yaml, as it is said in one of its languages (`speaking`)."""

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
        """The same office with its title and description in another language."""
        return self if language == self.language else _speaking(self, language)

    def __hash__(self) -> int:  # of what differs between the offices of a process
        return hash((self.url, self.language))

    @property
    def title(self) -> str:
        """The name of the office."""
        return in_language(self.titles, self.language)[0]

    @property
    def title_language(self) -> str:
        """The language in which there is a name."""
        return in_language(self.titles, self.language)[1] or self.own_language

    @property
    def description(self) -> str:
        """A sentence on what the feeds hold; the title where there is none."""
        return in_language(self.descriptions or self.titles, self.language)[0]

    @property
    def description_language(self) -> str:
        """The language in which there is one."""
        return in_language(self.descriptions or self.titles, self.language)[1] or self.own_language

    @property
    def author(self) -> Person:
        """Who signs entries that name nobody."""
        return self.signs or Person(self.title)

    def address(self, path: str) -> str:
        """The URL of a published path; a folder's index page is the folder."""
        return self.url + path.removesuffix("index.html")

    @property
    def category_scheme(self) -> str:
        """The scheme of category terms: an identity of its own, so that it survives a move."""
        return self.authority.id_of("category")

    @property
    def country_scheme(self) -> str:
        """The scheme of country terms."""
        return self.authority.id_of("country")


@functools.lru_cache(maxsize=256)
def _speaking(office: Office, language: str) -> Office:
    return replace(office, language=language)


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
    """A picture; `path` is where a local one is published, `data` what it holds."""

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
    """A document to download; `length` in bytes, 0 where it is not known."""

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
    """Where a document stands among the archive documents of its feed (RFC 5005)."""

    pages: int  # how many it knows of; where there is none the feed is complete
    # the number of this one, from the oldest, which knows of none after it; None: the one to
    # subscribe to
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive document is made of, newest first, withdrawn entries included."""

    entries: tuple[Entry, ...]
    updated: dt.datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed with what it holds: the newest `limit` of the entries it selects, newest first.

    Where it has archives, `current` is what is in none of them, `withdrawn` the same of withdrawn
    entries. `history.in_format` and `history.archive_documents` make of it what a document shows.
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
        """Where a document of this feed is published: `all/atom.xml`."""
        return f"{self.spec.path}/{name}"

    def own_path(self, name: str) -> str:
        """Where the document itself is published: `all/archive/1/atom.xml` for an archive."""
        if self.history is None or self.history.page is None:
            return self.path(name)
        return self.archive_path(self.history.page, name)

    def archive_path(self, number: int, name: str) -> str:
        """Where an archive document of this feed is published."""
        return self.path(f"archive/{number}/{name}")
