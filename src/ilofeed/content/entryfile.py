"""The keys of an entry file's front matter: types, messages and, by pydantic, the JSON Schema."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Tag

from ilofeed.content.fields import (
    Count,
    Fields,
    Flag,
    Language,
    Line,
    MediaType,
    Name,
    Paragraph,
    PersonFields,
    Slug,
    Url,
    When,
    check_slug,
    kind_of,
    refuse,
)
from ilofeed.ids import LONGEST_ID, TagError, parse_identity


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
