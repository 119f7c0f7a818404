"""Define the keys of entries and of feeds.yaml: their types, descriptions and examples."""

import datetime as dt
import functools
import re
import warnings
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, Discriminator, Field, Tag, create_model

from ilofeed import dates
from ilofeed.content import keys
from ilofeed.i18n import ENGLISH, find_mistake
from ilofeed.ids import MAX_ID, parse_authority, parse_identity
from ilofeed.media import LEAST_CONTRAST, WHITE, contrast, readable
from ilofeed.problems import nearest, quote
from ilofeed.urls import to_folder

Text = TypeVar("Text")
Keys = TypeVar("Keys")
# a text, or a mapping or list; `keys.kind_of` decides which
Either: TypeAlias = Annotated[
    Annotated[Text, Tag("text")] | Annotated[Keys, Tag("mapping")], Discriminator(keys.kind_of)
]
# one text for all languages, or a text for each language
PerLanguage: TypeAlias = Either[Text, Annotated[dict[keys.Language, Text], Field(min_length=1)]]


def optional(description: str) -> Any:
    """Return the field of a key that may be left out."""
    return Field(None, description=description)


def _check_id(value: str) -> str:
    if len(value) > MAX_ID:
        message = f"the id is too long ({len(value)} characters); write at most {MAX_ID}"
        keys.refuse("too-long", message)
    return value if ":" in value else keys.check_slug(value)


def _identity(value: str) -> str:
    return parse_identity(value) if ":" in value else value


class EventFields(keys.Fields):
    """When and where an event takes place."""

    start: keys.LocalWhen = Field(description="First day, or date and time of the start")
    end: keys.LocalWhen | None = optional("Last day (inclusive), or date and time of the end")
    place: keys.Line | None = optional("Place, as you would write it on an invitation")
    url: keys.Url | None = optional("Web page of the event on another site")
    status: Literal["cancelled", "postponed"] | None = optional(
        "Only if the event does not take place as announced"
    )


class ImageFields(keys.Fields):
    """One picture: a file in the office's folder, or an address."""

    file: keys.Line | None = optional("Path, relative to the folder of this entry")
    url: keys.Url | None = optional("Address of a picture on another site")
    alt: keys.Line = Field(description="What the picture shows, for people who cannot see it")
    credit: keys.Line | None = optional("Who took the picture")


class AttachmentFields(keys.Fields):
    """A document to download: a file in the office's folder, or an address."""

    file: keys.Line | None = optional("Path, relative to the folder of this entry")
    url: keys.Url | None = optional("Address of a document on another site")
    type: keys.MediaType | None = optional("Media type, if the suffix does not show it")
    length: keys.Count = Field(0, description="Size in bytes of the document at the address")
    title: keys.Line | None = optional("Text of the link to the document")


class EntryFields(keys.Fields):
    """The front matter of an entry file."""

    title: keys.Line = Field(description="Headline, on one line", examples=["New report on jobs"])
    date: keys.When = Field(
        description="Date of publication, or date and time", examples=["2015-05-19"]
    )
    summary: keys.Paragraph = Field(
        description="One or two sentences", examples=["What happened, in a sentence."]
    )
    categories: list[str] = Field(
        min_length=1,
        max_length=100,
        description="Slugs from feeds.yaml; pages show the first above the title",
        examples=["[topic]"],
    )
    countries: list[str] = Field(
        min_length=1, max_length=300, description="Codes from feeds.yaml", examples=["[world]"]
    )
    link: keys.Url | None = optional("Address of the item elsewhere, which readers open")
    updated: keys.When | None = optional("Last change that subscribers should see")
    event: EventFields | None = optional("When and where an event takes place")
    authors: (
        Annotated[list[Either[keys.Name, keys.PersonFields]], Field(min_length=1, max_length=50)]
        | None
    ) = optional("Authors, if not the office itself")
    image: ImageFields | None = optional("One picture")
    attachments: (
        Annotated[list[Either[keys.Line, AttachmentFields]], Field(min_length=1, max_length=50)]
        | None
    ) = optional("Documents to download: names of files, or mappings")
    language: keys.Language | None = optional("Language, if it is not the office's")
    translation_of: keys.Slug | None = optional("Slug of the entry that this translates")
    id: Annotated[str, AfterValidator(_check_id), keys.reading(_identity, "bad-id")] | None = (
        optional("The entry's former slug, a full tag URI, or its id in an older feed")
    )
    aliases: (
        Annotated[list[keys.Alias], Field(min_length=1, max_length=keys.MAX_ALIASES)] | None
    ) = optional("Former paths of this entry below site.url; pages there lead to it")
    draft: keys.Flag = Field(False, description="If true, the entry is checked but never published")  # noqa: FBT003
    withdrawn: keys.When | None = optional("Date from which the entry is no longer valid")


def _check_zone(value: str) -> str:
    if value not in dates.zone_names():
        message = f"unknown time zone {quote(value)}; "
        if zone := keys.zone_of(value):
            message += f"write {zone}"
        elif "/" in value and (match := nearest(value, dates.zone_names())):
            message += f"did you mean `{match}`?"
        else:
            message += "write a name such as Asia/Ulaanbaatar"
        keys.refuse("unknown-time-zone", message)
    return value


def _check_limit(value: int) -> int:
    if not 1 <= value <= 1000:
        keys.refuse("bad-number", f"invalid number {value}; write a number from 1 to 1000")
    return value


def _check_accent(value: str) -> str:
    if re.fullmatch("#?[0-9A-Fa-f]{6}", value) is None:
        message = f"invalid colour {quote(value)}; write six hexadecimal digits, such as "
        keys.refuse("bad-colour", message + '"#1a5fb4"')
    colour = f"#{value.removeprefix('#').lower()}"
    if value[0] != "#":
        keys.refuse("bad-colour", f'the colour has no `#`; write "{colour}"')
    if (darker := readable(colour, WHITE)) != colour:
        message = f"links in {quote(value)} are hard to read on white "
        message += f"(contrast {contrast(colour, WHITE):.2f}:1, less than {LEAST_CONTRAST}:1); "
        keys.refuse("bad-colour", message + f'write "{darker}"')
    return colour


class LinkFields(keys.Fields):
    """A link in the header or the footer of pages."""

    label: PerLanguage[keys.Line]
    url: keys.Url


Archive: TypeAlias = Literal["atom", "rss", "json"]


def _default_archives() -> list[Archive]:
    return ["atom"]


class SiteFields(keys.Fields):
    """Settings of the whole site."""

    url: Annotated[str, keys.reading(to_folder, "bad-url")] = Field(
        description="Address of the published site", examples=["https://example.org/feeds/"]
    )
    authority: Annotated[
        str, keys.reading(lambda text: parse_authority(text).text, "bad-authority")
    ] = Field(
        description="Domain of the office, date on which it had it, and a prefix (RFC 4151)",
        examples=["example.org,2015:office"],
    )
    title: PerLanguage[keys.Name] = Field(
        description="Name of the office, or its name in each language", examples=["Our office"]
    )
    description: PerLanguage[keys.Paragraph] | None = None
    language: keys.Language = "en"
    languages: list[keys.Language] | None = Field(
        None, min_length=1, max_length=50, description="Languages that entries may have"
    )
    timezone: Annotated[str, AfterValidator(_check_zone)] = Field(
        description="Name in the IANA time zone database", examples=["Asia/Ulaanbaatar"]
    )
    publish_time: keys.TimeOfDay = dt.time(9)
    author: keys.PersonFields | None = None
    limit: Annotated[keys.Count, AfterValidator(_check_limit)] = Field(
        50, description="Maximum number of entries in a feed or an archive document"
    )
    archives: list[Archive] = Field(
        default_factory=_default_archives, description="Feed formats that have archives (RFC 5005)"
    )
    logo: keys.Line | None = optional("Path of the logo: SVG, PNG, JPEG or WebP")
    icon: keys.Line | None = optional(
        "Path of a square picture of 512 pixels or more: PNG, JPEG or WebP"
    )
    image: keys.Line | None = optional(
        "Path of the picture of shared links, best 1200 x 630 pixels"
    )
    accent: Annotated[str, AfterValidator(_check_accent)] = Field(
        "#174a94",
        description="Colour of links and buttons; its contrast on white is 4.5:1 or more",
        examples=['"#1a5fb4"'],
    )
    home: LinkFields | None = optional(
        "The site that the office belongs to; linked at the top of each page"
    )
    links: Annotated[list[LinkFields], Field(min_length=1, max_length=20)] | None = optional(
        "Links at the end of each page: contact, imprint, social networks"
    )
    newsletter: keys.Url | None = optional("Web page where people subscribe to the news by e-mail")
    search: keys.Flag = Field(
        default=False,
        description="Whether the site has a page to search; needs the package `ilofeed[search]`",
    )
    hub: keys.LocalUrl | None = Field(
        None,
        description="WebSub hub, which `ilofeed ping` notifies of changed feeds",
        examples=["https://hub.example.org/"],
    )


class TermFields(keys.Fields):
    """A category or a country."""

    label: PerLanguage[keys.Line]
    broader: str | None = optional("Broader term; its feed has these entries too")
    description: PerLanguage[keys.Paragraph] | None = None


Dimension: TypeAlias = Literal["category", "country", "language"]


class PerFields(keys.Fields):
    """A feed for each term of a dimension, or for each pair of terms of two dimensions."""

    per: Either[Dimension, Annotated[list[Dimension], Field(min_length=1, max_length=2)]]


def _check_phrases(english: Sequence[str], texts: Sequence[str]) -> list[str]:
    checked = [keys.check_paragraph(text) for text in texts]
    if mistake := find_mistake(texts, english):
        keys.refuse("bad-phrase", mistake)
    pairs = zip(texts, checked, strict=True)  # the spaces around a phrase may be part of it
    return [text if text.strip(" ") == plain else plain for text, plain in pairs]


def _check_phrase(english: str, text: str) -> str:
    return _check_phrases([english], [text])[0]


def _phrase_type(english: Any) -> Any:
    if isinstance(english, str):
        return Annotated[str, AfterValidator(functools.partial(_check_phrase, english))]
    if isinstance(english, list):
        return Annotated[list[str], AfterValidator(functools.partial(_check_phrases, english))]
    return dict[str, keys.Line]  # the forms of `number`, which depend on the language


_WORDS: Any = {
    key: (_phrase_type(english) | None, Field(None, description=str(english)))
    for key, english in ENGLISH.items()
}
with warnings.catch_warnings():
    warnings.filterwarnings("ignore", 'Field name "copy" .* shadows', UserWarning)
    WordsFields = create_model(
        "WordsFields",
        __base__=keys.Fields,
        __doc__="The words of pages in a language.",
        **_WORDS,
    )


class OfficeFields(keys.Fields):
    """All keys of feeds.yaml."""

    site: SiteFields = Field(examples=["{url: …}"])
    categories: dict[str, Either[keys.Line, TermFields]] = Field(
        min_length=1, examples=["{news: News}"]
    )
    countries: dict[str, Either[keys.Line, TermFields]] = Field(
        min_length=1, examples=["{world: World}"]
    )
    feeds: Annotated[list[Either[Literal["all"], PerFields]], Field(min_length=1)] | None = None
    aliases: Annotated[dict[str, str], Field(min_length=1)] | None = optional(
        "Former paths of feeds and pages below site.url, and their paths now"
    )
    words: Annotated[dict[keys.Language, WordsFields], Field(min_length=1)] | None = optional(
        "Words of pages by language; `ilofeed words` prints them"
    )
