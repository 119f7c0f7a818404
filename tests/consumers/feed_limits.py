"""What readers of feeds do not show, or show in another way, and why: no fault of the feeds.

The test of each reader fails if a limit is missing here, and if it does not hold any more.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entries_said import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from entries_said import Item

ABSENT = ...  # the reader has no such field
NO_JSON = frozenset(
    "feedparser rss-parser feedparser-js feed-parser sfeed newsboat rss2email ruby-rss XML::Feed"
    " ROME".split()
)  # readers that do not know JSON Feed


@dataclass(frozen=True)
class Limit:
    """A limit for some formats and fields, and a function from an item to what the reader shows."""

    forms: str
    fields: str
    why: str
    shows: Callable[[Item], Any] = lambda _: ABSENT


def _terms(item: Item) -> Any:
    return item["terms"]


def _split(labels: list[str]) -> list[str]:
    return ",".join(labels).split(",")


def _published(item: Item) -> Any:
    return item["published"]


def _updated(item: Item) -> Any:
    return item["updated"] or item["published"]


def _nothing(_: Item) -> None:
    return None


def _no_files(_: Item) -> list[Any]:
    return []


def _addresses(item: Item) -> Any:
    return [[address] for address, *_ in item["enclosures"]]


def _and_picture(item: Item) -> Any:
    return item["enclosures"] + [[*picture, None] for picture in [item["picture"]] if picture]


def _podcasts(item: Item) -> Any:
    files = [[url, kind] for url, kind, _ in item["enclosures"]]
    return [file for file in files if file[1].startswith(("audio/", "video/"))][-1:]


def _decoded_again(item: Item) -> str:
    return text_of(html.unescape(item["html"]))


def _summary(item: Item) -> str:
    return text_of(re.sub("<[^>]*>", "", item["summary"]))


def _ampersands_decoded_again(item: Item) -> Any:
    return item["title"].replace("&amp;", "&").replace("&gt;", ">")


_LABEL_AS_TERM = "shows the term of a category, which is the label in the office's language"
_NO_EVENTS = "has no field for events"
_ONE_DATE = "keeps one date of an entry"
_RSS_DATES = "knows no date of an item but pubDate"
LIMITS_OF: dict[str, list[Limit]] = {
    "feedparser": [],
    "reader": [Limit("atom rss json", "categories event", "stores no categories and no events")],
    "fastfeedparser": [
        Limit("atom rss json", "event", _NO_EVENTS),
        Limit("atom", "enclosures", "reads them in RSS and JSON Feed", _no_files),
    ],
    "atoma": [
        Limit("atom rss json", "event", _NO_EVENTS),
        Limit("rss", "updated", _RSS_DATES),
    ],
    "feedsmith": [Limit("atom rss json", "event", _NO_EVENTS)],
    "rss-parser": [
        Limit("atom rss", "updated", _ONE_DATE),
        Limit("atom", "categories", "reads them in RSS"),
        Limit("atom", "enclosures", "reads them in RSS", _no_files),
    ],
    "feedparser-js": [
        Limit("atom", "categories", _LABEL_AS_TERM, _terms),
        Limit("atom rss", "enclosures", "adds the picture (media:content)", _and_picture),
        Limit("rss", "updated", _RSS_DATES, _published),
    ],
    "feed-extractor": [
        Limit("atom rss json", "updated categories enclosures event", "keeps five fields"),
        Limit("atom rss", "content", "prefers the summary, which it takes for HTML", _summary),
        Limit("atom", "published", "prefers the date of the last change", _updated),
    ],
    "feed-parser": [
        Limit("atom rss", "event", _NO_EVENTS),
        Limit("atom rss", "content", "decodes it once too often", _decoded_again),
        Limit("atom rss", "enclosures", "adds the picture (media:content)", _and_picture),
        Limit("rss", "updated", _RSS_DATES, _published),
    ],
    "sfeed": [
        Limit("atom rss", "updated", _ONE_DATE),
        Limit("atom rss", "event", _NO_EVENTS),
        Limit("atom", "categories", _LABEL_AS_TERM, _terms),
        Limit("atom", "enclosures", "keeps the address of one", lambda i: _addresses(i)[:1]),
        Limit("rss", "enclosures", "keeps the address", _addresses),
    ],
    "newsboat": [
        Limit("atom rss", "updated categories event", "stores one date, no categories, no events"),
        Limit("atom rss", "enclosures", "keeps one, and only if it can be played", _podcasts),
    ],
    "rss2email": [
        Limit("atom rss", "updated", _ONE_DATE),
        Limit("atom rss", "event", _NO_EVENTS),
        Limit("atom rss", "published", "prefers the date of the last change", _updated),
        Limit("atom rss", "enclosures", "writes the addresses", _addresses),
        Limit("atom", "categories", _LABEL_AS_TERM, lambda item: _split(item["terms"])),
        Limit("rss", "categories", "joins them by commas", lambda i: _split(i["categories"])),
        Limit("rss", "title", "decodes it once too often", lambda i: html.unescape(i["title"])),
    ],
    "ruby-rss": [
        Limit("atom rss", "event", _NO_EVENTS),
        Limit("rss", "updated", _RSS_DATES),
        Limit("atom rss", "title", "decodes some of it twice", _ampersands_decoded_again),
    ],
    "XML::Feed": [Limit("atom rss", "event", _NO_EVENTS)],
    "gofeed": [
        Limit("atom", "categories", _LABEL_AS_TERM, _terms),
        Limit("rss", "updated", _RSS_DATES, _nothing),
        Limit("json", "event", "reads no extensions of JSON Feed", _nothing),
        Limit(
            "json", "enclosures", "does not read size_in_bytes",
            lambda item: [[*file[:2], 0] for file in item["enclosures"]],
        ),
    ],
    "ROME": [
        Limit("atom rss", "event", _NO_EVENTS),
        Limit("atom", "categories", _LABEL_AS_TERM, _terms),
        Limit("rss", "updated", _RSS_DATES, _nothing),
        Limit(
            "atom", "enclosures", "takes an unknown length for 0",
            lambda item: [[*file[:2], file[2] or 0] for file in item["enclosures"]],
        ),
    ],
}  # fmt: skip
LIMITS = {
    (reader, form, field): limit
    for reader, limits in LIMITS_OF.items()
    for limit in limits
    for form in limit.forms.split()
    for field in limit.fields.split()
}
