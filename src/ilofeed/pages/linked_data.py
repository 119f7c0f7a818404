"""What search engines read of an entry's page: schema.org in JSON-LD, NewsArticle and Event."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from ilofeed import dates
from ilofeed.pages.html_tree import parse_html
from ilofeed.pages.plainhtml import read_page
from ilofeed.remember import Last

if TYPE_CHECKING:
    from ilofeed.model import Entry, Office, Person

# on one line: the encoder in C indents nothing
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def render_structured(entry: Entry, office: Office) -> str:
    """The text of the script element: no markup of HTML can be in it."""
    text = _encode(structured(entry, office))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def read_structured(page: bytes) -> Any:
    """What a search engine reads of a page; `ValueError` where it is nothing, or no JSON."""
    plain = read_page(page)
    if plain is not None and plain.linked_data is not None:
        return plain.linked_data
    root = parse_html(page)
    found = [] if root is None else root.findall(".//script[@type='application/ld+json']")
    if len(found) != 1:
        raise ValueError(f"there are {len(found)} blocks of linked data, not one")
    return json.loads(found[0].text or "")


@Last  # of a page both the digest of its proof and its verification ask
def structured(entry: Entry, office: Office) -> dict[str, Any]:
    """The graph: the article, and the event it is about where there is one."""
    office = office.speaking(entry.language)
    signs, publisher = _publisher(office)
    article = {
        "@type": "NewsArticle",
        "@id": entry.url,
        "url": entry.url,
        "mainEntityOfPage": entry.url,
        "identifier": entry.id,
        "headline": entry.title,
        "description": entry.summary,
        "inLanguage": entry.language,
        "datePublished": entry.published.isoformat(),
        "dateModified": entry.updated.isoformat(),
        "author": [publisher if one == signs else _person(one, "Person") for one in entry.authors],
        "publisher": publisher,
        "articleSection": [
            office.categories[name].label(entry.language) for name in entry.categories
        ],
        "contentLocation": [
            {"@type": "Place", "name": office.countries[name].label(entry.language)}
            for name in entry.countries
        ],
        "image": _image(entry),
        "isBasedOn": entry.link,
        "translationOfWork": (
            {"@id": office.address(f"entry/{entry.translation_of}/index.html")}
            if entry.translation_of
            else None
        ),
        "creativeWorkStatus": "Withdrawn" if entry.withdrawn is not None else None,
    }
    graph = [article]
    if entry.event is not None:
        article["about"] = {"@id": f"{entry.url}#event"}
        graph.append(_event(entry, publisher))
    return {"@context": "https://schema.org", "@graph": [_without_none(one) for one in graph]}


@functools.lru_cache(maxsize=256)
def _publisher(office: Office) -> tuple[Person, dict[str, Any]]:
    return office.author, _person(office.author, "Organization")


def _event(entry: Entry, organizer: dict[str, Any]) -> dict[str, Any]:
    event = entry.event
    assert event is not None
    status = "EventScheduled" if entry.withdrawn is None else "EventCancelled"
    return {
        "@type": "Event",
        "@id": f"{entry.url}#event",
        "name": entry.title,
        "description": entry.summary,
        "startDate": dates.write_moment(event.start),
        "endDate": dates.write_moment(event.end or event.start),
        "eventStatus": f"https://schema.org/{status}",
        "location": (
            {"@type": "Place", "name": event.place, "address": event.place}
            if event.place is not None
            else None
        ),
        "organizer": organizer,
        "url": event.url or entry.url,
        "inLanguage": entry.language,
    }


def _person(person: Person, kind: str) -> dict[str, Any]:
    return _without_none({"@type": kind, "name": person.name, "url": person.url})


def _image(entry: Entry) -> dict[str, Any] | None:
    image = entry.image
    if image is None:
        return None
    return _without_none(
        {
            "@type": "ImageObject",
            "url": image.url,
            "caption": image.alt,
            "creditText": image.credit,
            "width": image.width,
            "height": image.height,
        }
    )


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
