"""The keys of an entry file's front matter: types, messages and, by pydantic, the JSON Schema."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeAlias

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


def _id(value: str) -> str:
    if len(value) > LONGEST_ID:
        refuse(
            "too-long", f"an id of {len(value)} characters is too long; {LONGEST_ID} is the most"
        )
    if ":" not in value:
        return check_slug(value)
    try:
        return parse_identity(value)
    except TagError as error:
        refuse("bad-id", str(error))


Id: TypeAlias = Annotated[str, AfterValidator(_id)]


class EventFields(Fields):
    """When and where something happens."""

    start: Annotated[When, Field(description="First day, or the instant it begins")]
    end: Annotated[
        When | None, Field(description="Last day (inclusive), or the instant it ends")
    ] = None
    place: Annotated[Line | None, Field(description="Where, as people would write it")] = None
    url: Annotated[Url | None, Field(description="The event's own page elsewhere")] = None


class ImageFields(Fields):
    """One picture: a file beside the entry, or an address."""

    file: Annotated[Line | None, Field(description="Path from this file's folder")] = None
    url: Annotated[Url | None, Field(description="Address of a picture elsewhere")] = None
    alt: Annotated[Line, Field(description="What the picture shows, for those who cannot see it")]
    credit: Annotated[Line | None, Field(description="Who took it")] = None


class AttachmentFields(Fields):
    """A document to download."""

    url: Annotated[Url, Field(description="Address of the document")]
    type: Annotated[
        MediaType | None, Field(description="Media type; told from the name where it can be")
    ] = None
    length: Annotated[Count, Field(description="Size in bytes; 0 where it is not known")] = 0
    title: Annotated[Line | None, Field(description="What the link to it says")] = None


Author: TypeAlias = Annotated[
    Annotated[Name, Tag("text")] | Annotated[PersonFields, Tag("mapping")], Discriminator(kind_of)
]


class EntryFields(Fields):
    """The front matter of an entry file."""

    title: Annotated[Line, Field(description="Headline, one line", examples=["New report on jobs"])]
    date: Annotated[
        When, Field(description="Day or instant of publication", examples=["2015-05-19"])
    ]
    summary: Annotated[
        Paragraph,
        Field(description="One or two sentences", examples=["What happened, in a sentence."]),
    ]
    categories: Annotated[
        list[str],
        Field(
            min_length=1,
            max_length=100,
            description="Slugs from feeds.yaml; the first is the kicker",
            examples=["[topic]"],
        ),
    ]
    countries: Annotated[
        list[str],
        Field(
            min_length=1, max_length=300, description="Codes from feeds.yaml", examples=["[world]"]
        ),
    ]
    link: Annotated[Url | None, Field(description="The item elsewhere: what readers open")] = None
    updated: Annotated[When | None, Field(description="Last change subscribers should see")] = None
    event: Annotated[EventFields | None, Field(description="When and where something happens")] = (
        None
    )
    authors: Annotated[
        Annotated[list[Author], Field(min_length=1, max_length=50)] | None,
        Field(description="Who wrote it, if not the office"),
    ] = None
    image: Annotated[ImageFields | None, Field(description="One picture")] = None
    attachments: Annotated[
        Annotated[list[AttachmentFields], Field(min_length=1, max_length=50)] | None,
        Field(description="Documents to download"),
    ] = None
    language: Annotated[
        Language | None, Field(description="Language of the text, where it is not the office's own")
    ] = None
    translation_of: Annotated[
        Slug | None, Field(description="Slug of the entry this translates")
    ] = None
    id: Annotated[
        Id | None, Field(description="A former slug, a whole tag URI, or the id in an older feed")
    ] = None
    draft: Annotated[Flag, Field(description="true: checked, never published")] = False
    withdrawn: Annotated[When | None, Field(description="From when the entry no longer holds")] = (
        None
    )


def _authority(value: str) -> str:
    try:
        parse_authority(value)
    except TagError as error:
        refuse("bad-authority", str(error))
    return value


def _zone(value: str) -> str:
    if value not in dates.zone_names():
        match = nearest(value, dates.zone_names()) if "/" in value else None
        message = (
            f"{quote(value)} is not a time zone of the IANA database, such as Asia/Ulaanbaatar"
        )
        refuse("unknown-time-zone", message + (f"; did you mean `{match}`?" if match else ""))
    return value


def _site_url(value: str) -> str:
    try:
        return to_folder(value)
    except AddressError as error:
        refuse("bad-url", str(error))


def _limit(value: int) -> int:
    if not 1 <= value <= 1000:
        refuse("bad-number", f"{value} is not between 1 and 1000")
    return value


# a text, or one per language
Label: TypeAlias = Annotated[
    Annotated[Line, Tag("text")]
    | Annotated[dict[Language, Line], Field(min_length=1), Tag("mapping")],
    Discriminator(kind_of),
]
Names: TypeAlias = Annotated[
    Annotated[Name, Tag("text")]
    | Annotated[dict[Language, Name], Field(min_length=1), Tag("mapping")],
    Discriminator(kind_of),
]
Paragraphs: TypeAlias = Annotated[
    Annotated[Paragraph, Tag("text")]
    | Annotated[dict[Language, Paragraph], Field(min_length=1), Tag("mapping")],
    Discriminator(kind_of),
]


class SiteFields(Fields):
    """What is true of the whole site."""

    url: Annotated[
        str,
        AfterValidator(_site_url),
        Field(description="Where the output is served", examples=["https://example.org/feeds/"]),
    ]
    authority: Annotated[
        str,
        AfterValidator(_authority),
        Field(
            description="RFC 4151: a domain the office holds, since when, a prefix",
            examples=["example.org,2015:office"],
        ),
    ]
    title: Annotated[
        Names, Field(description="Name of the office, or one per language", examples=["Our office"])
    ]
    description: Paragraphs | None = None
    language: Language = "en"
    languages: Annotated[
        list[Language] | None,
        Field(min_length=1, max_length=50, description="Those in which entries may be"),
    ] = None
    timezone: Annotated[
        str, AfterValidator(_zone), Field(description="IANA name", examples=["Asia/Ulaanbaatar"])
    ]
    publish_time: TimeOfDay = dt.time(9)
    author: PersonFields | None = None
    limit: Annotated[
        Count,
        AfterValidator(_limit),
        Field(description="Newest entries in a feed, and entries in an archive"),
    ] = 50
    archives: Annotated[
        list[Literal["atom", "rss", "json"]],
        Field(default_factory=lambda: ["atom"], description="Formats with archives (RFC 5005)"),
    ]
    hub: Annotated[
        LocalUrl | None,
        Field(
            description="WebSub hub, named in every feed document and told by `ilofeed ping`",
            examples=["https://hub.example.org/"],
        ),
    ] = None


class TermFields(Fields):
    """A category or a country."""

    label: Label
    broader: Annotated[
        str | None, Field(description="SKOS broader: whose feed has this one's entries too")
    ] = None
    description: Paragraphs | None = None


Dimension: TypeAlias = Literal["category", "country", "language"]


class PerFields(Fields):
    """A feed for each term of a dimension, or for each pair of terms of two."""

    per: Annotated[
        Annotated[Dimension, Tag("text")]
        | Annotated[list[Dimension], Field(min_length=1, max_length=2), Tag("mapping")],
        Discriminator(kind_of),
    ]


Term: TypeAlias = Annotated[
    Annotated[Line, Tag("text")] | Annotated[TermFields, Tag("mapping")], Discriminator(kind_of)
]
Feed: TypeAlias = Annotated[
    Annotated[Literal["all"], Tag("text")] | Annotated[PerFields, Tag("mapping")],
    Discriminator(kind_of),
]


class OfficeFields(Fields):
    """The whole of feeds.yaml."""

    site: Annotated[SiteFields, Field(examples=["{url: …}"])]
    categories: Annotated[dict[str, Term], Field(min_length=1, examples=["{news: News}"])]
    countries: Annotated[dict[str, Term], Field(min_length=1, examples=["{world: World}"])]
    feeds: Annotated[list[Feed], Field(min_length=1)] | None = None
