"""The keys of feeds.yaml: types, messages and, by pydantic, the JSON Schema."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Tag

from ilofeed import dates
from ilofeed.content.fields import (
    Count,
    Fields,
    Language,
    Line,
    LocalUrl,
    Name,
    Paragraph,
    PersonFields,
    TimeOfDay,
    kind_of,
    refuse,
)
from ilofeed.ids import TagError, parse_authority
from ilofeed.problems import nearest, quote
from ilofeed.urls import AddressError, to_folder


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
