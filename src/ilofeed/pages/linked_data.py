"""Write and read JSON-LD for search engines in entry pages: schema.org NewsArticle and Event."""

import json
from typing import Any

from ilofeed.feeds import last_change, without_none
from ilofeed.model import Entry, Image, Office, Person
from ilofeed.pages.html_tree import read_html


def render_structured(entry: Entry, office: Office) -> str:
    """Return the JSON-LD of an entry for a script element; `&`, `<` and `>` are escaped."""
    text = json.dumps(structured(entry, office), ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def read_structured(page: bytes) -> Any:
    """Return the JSON-LD of a page; raise `ValueError` if it is not one valid block of JSON."""
    blocks = read_html(page).linked_data
    if len(blocks) != 1:
        raise ValueError(f"expected one block of linked data, not {len(blocks)}")
    return json.loads(blocks[0])


def structured(entry: Entry, office: Office) -> dict[str, Any]:
    """Return the JSON-LD of an entry: a graph of its NewsArticle and, if it has one, its Event."""
    office = office.localized(entry.language)
    publisher = _organization(office)
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
        "dateModified": last_change(entry).isoformat(timespec="seconds"),
        "author": [
            publisher if author == office.author else _person(author, "Person")
            for author in entry.authors
        ],
        "publisher": publisher,
        "articleSection": [
            office.categories[name].label(entry.language) for name in entry.categories
        ],
        "contentLocation": [
            {"@type": "Place", "name": office.countries[name].label(entry.language)}
            for name in entry.countries
        ],
        "image": _image(entry.image) if entry.image else None,
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
    return {"@context": "https://schema.org", "@graph": without_none(graph)}


def _event(entry: Entry, organizer: dict[str, Any]) -> dict[str, Any]:
    event = entry.event
    assert event is not None
    return {
        "@type": "Event",
        "@id": f"{entry.url}#event",
        "name": entry.title,
        "description": entry.summary,
        "startDate": event.start.isoformat(),
        "endDate": event.end.isoformat() if event.end is not None else None,
        "eventStatus": f"https://schema.org/Event{entry.event_status.title()}",
        "location": {"@type": "Place", "name": event.place, "address": event.place}
        if event.place is not None
        else None,
        "organizer": organizer,
        "url": event.url or entry.url,
        "inLanguage": entry.language,
    }


def _organization(office: Office) -> dict[str, Any]:
    """Return the office as the publisher, with its logo."""
    organization = _person(office.author, "Organization")
    if file := office.brand.get("logo"):
        logo = Image(office.address(file.path), office.title, width=file.width, height=file.height)
        organization["logo"] = _image(logo)
    return organization


def _person(person: Person, kind: str) -> dict[str, Any]:
    return {"@type": kind, "name": person.name, "url": person.url}


def _image(image: Image) -> dict[str, Any]:
    return {
        "@type": "ImageObject",
        "url": image.url,
        "caption": image.alt,
        "creditText": image.credit,
        "width": image.width,
        "height": image.height,
    }
