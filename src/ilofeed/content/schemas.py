"""Define the keys of both kinds of file, entries and feeds.yaml: types, messages, JSON Schema."""

import datetime as dt
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, Discriminator, Field, Tag

from ilofeed import dates
from ilofeed.content.keys import (
    Count,
    Fields,
    Flag,
    Language,
    Line,
    LocalUrl,
    MediaType,
    Name,
    Paragraph,
    PersonFields,
    Slug,
    TimeOfDay,
    Url,
    When,
    check_slug,
    kind_of,
    refuse,
)
from ilofeed.ids import LONGEST_ID, TagError, parse_authority, parse_identity
from ilofeed.problems import nearest, quote
from ilofeed.urls import AddressError, to_folder

Text = TypeVar("Text")
Keys = TypeVar("Keys")
# either a text, or a mapping or list
Either: TypeAlias = Annotated[
    Annotated[Text, Tag("text")] | Annotated[Keys, Tag("mapping")], Discriminator(kind_of)
]
# a text, or one per language
PerLanguage: TypeAlias = Either[Text, Annotated[dict[Language, Text], Field(min_length=1)]]


def _check_id(value: str) -> str:
    if len(value) > LONGEST_ID:
        message = f"an id of {len(value)} characters is too long; {LONGEST_ID} is the most"
        refuse("too-long", message)
    if ":" not in value:
        return check_slug(value)
    try:
        return parse_identity(value)
    except TagError as error:
        refuse("bad-id", str(error))


class EventFields(Fields):
    """When and where something happens."""

    start: When = Field(description="First day, or the instant it begins")
    end: When | None = Field(None, description="Last day (inclusive), or the instant it ends")
    place: Line | None = Field(None, description="Where, as people would write it")
    url: Url | None = Field(None, description="The event's own page elsewhere")
    status: Literal["cancelled", "postponed"] | None = Field(
        None, description="Only if it does not take place as announced"
    )


class ImageFields(Fields):
    """One picture: a file beside the entry, or an address."""

    file: Line | None = Field(None, description="Path from this file's folder")
    url: Url | None = Field(None, description="Address of a picture elsewhere")
    alt: Line = Field(description="What the picture shows, for those who cannot see it")
    credit: Line | None = Field(None, description="Who took it")


class AttachmentFields(Fields):
    """A document to download."""

    url: Url = Field(description="Address of the document")
    type: MediaType | None = Field(
        None, description="Media type; told from the name where it can be"
    )
    length: Count = Field(0, description="Size in bytes; 0 where it is not known")
    title: Line | None = Field(None, description="What the link to it says")


class EntryFields(Fields):
    """The front matter of an entry file."""

    title: Line = Field(description="Headline, one line", examples=["New report on jobs"])
    date: When = Field(description="Day or instant of publication", examples=["2015-05-19"])
    summary: Paragraph = Field(
        description="One or two sentences", examples=["What happened, in a sentence."]
    )
    categories: list[str] = Field(
        min_length=1,
        max_length=100,
        description="Slugs from feeds.yaml; the first is the kicker",
        examples=["[topic]"],
    )
    countries: list[str] = Field(
        min_length=1, max_length=300, description="Codes from feeds.yaml", examples=["[world]"]
    )
    link: Url | None = Field(None, description="The item elsewhere: what readers open")
    updated: When | None = Field(None, description="Last change subscribers should see")
    event: EventFields | None = Field(None, description="When and where something happens")
    authors: (
        Annotated[list[Either[Name, PersonFields]], Field(min_length=1, max_length=50)] | None
    ) = Field(None, description="Who wrote it, if not the office")
    image: ImageFields | None = Field(None, description="One picture")
    attachments: Annotated[list[AttachmentFields], Field(min_length=1, max_length=50)] | None = (
        Field(None, description="Documents to download")
    )
    language: Language | None = Field(
        None, description="Language of the text, where it is not the office's own"
    )
    translation_of: Slug | None = Field(None, description="Slug of the entry this translates")
    id: Annotated[str, AfterValidator(_check_id)] | None = Field(
        None, description="A former slug, a whole tag URI, or the id in an older feed"
    )
    draft: Flag = Field(False, description="true: checked, never published")  # noqa: FBT003
    withdrawn: When | None = Field(None, description="From when the entry no longer holds")


def _check_authority(value: str) -> str:
    try:
        parse_authority(value)
    except TagError as error:
        refuse("bad-authority", str(error))
    return value


def _check_zone(value: str) -> str:
    if value not in dates.zone_names():
        match = nearest(value, dates.zone_names()) if "/" in value else None
        message = f"{quote(value)} is not a time zone of the IANA database, "
        message += "such as Asia/Ulaanbaatar" + (f"; did you mean `{match}`?" if match else "")
        refuse("unknown-time-zone", message)
    return value


def _check_site_url(value: str) -> str:
    try:
        return to_folder(value)
    except AddressError as error:
        refuse("bad-url", str(error))


def _check_limit(value: int) -> int:
    if not 1 <= value <= 1000:
        refuse("bad-number", f"{value} is not between 1 and 1000")
    return value


Archive: TypeAlias = Literal["atom", "rss", "json"]


def _default_archives() -> list[Archive]:
    return ["atom"]


class SiteFields(Fields):
    """What is true of the whole site."""

    url: Annotated[str, AfterValidator(_check_site_url)] = Field(
        description="Where the output is served", examples=["https://example.org/feeds/"]
    )
    authority: Annotated[str, AfterValidator(_check_authority)] = Field(
        description="RFC 4151: a domain the office holds, since when, a prefix",
        examples=["example.org,2015:office"],
    )
    title: PerLanguage[Name] = Field(
        description="Name of the office, or one per language", examples=["Our office"]
    )
    description: PerLanguage[Paragraph] | None = None
    language: Language = "en"
    languages: list[Language] | None = Field(
        None, min_length=1, max_length=50, description="Those in which entries may be"
    )
    timezone: Annotated[str, AfterValidator(_check_zone)] = Field(
        description="IANA name", examples=["Asia/Ulaanbaatar"]
    )
    publish_time: TimeOfDay = dt.time(9)
    author: PersonFields | None = None
    limit: Annotated[Count, AfterValidator(_check_limit)] = Field(
        50, description="Newest entries in a feed, and entries in an archive"
    )
    archives: list[Archive] = Field(
        default_factory=_default_archives, description="Formats with archives (RFC 5005)"
    )
    hub: LocalUrl | None = Field(
        None,
        description="WebSub hub, named in every feed document and told by `ilofeed ping`",
        examples=["https://hub.example.org/"],
    )


class TermFields(Fields):
    """A category or a country."""

    label: PerLanguage[Line]
    broader: str | None = Field(
        None, description="SKOS broader: whose feed has this one's entries too"
    )
    description: PerLanguage[Paragraph] | None = None


Dimension: TypeAlias = Literal["category", "country", "language"]


class PerFields(Fields):
    """A feed for each term of a dimension, or for each pair of terms of two."""

    per: Either[Dimension, Annotated[list[Dimension], Field(min_length=1, max_length=2)]]


class OfficeFields(Fields):
    """The whole of feeds.yaml."""

    site: SiteFields = Field(examples=["{url: …}"])
    categories: dict[str, Either[Line, TermFields]] = Field(min_length=1, examples=["{news: News}"])
    countries: dict[str, Either[Line, TermFields]] = Field(
        min_length=1, examples=["{world: World}"]
    )
    feeds: Annotated[list[Either[Literal["all"], PerFields]], Field(min_length=1)] | None = None
