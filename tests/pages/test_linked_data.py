"""Each property of an entry's linked data, from keys to page."""

from __future__ import annotations

import json
from typing import Any

import lxml.html

from offices import OFFICE, documents, entry, site

HERE = "https://example.org/feeds/"
SPEAKING = OFFICE.replace(
    b"  title: Example Office\n",
    b"  title: {en: Example Office, mn: Office of the mountains}\n"
    b"  author: {name: The Press, url: 'https://example.org/press'}\n",
).replace(b"  CN: China\n", b"  CN: {label: {en: China, mn: Khyatad}}\n")


def linked_data(*, office: bytes = OFFICE, **entries: Any) -> dict[str, list[dict[str, Any]]]:
    """By slug, the graph in each entry's page as lxml and json read it."""
    made = documents(site(office=office, **entries))
    graphs = {}
    for slug in entries:
        page: Any = lxml.html.fromstring(made[f"entry/{slug.replace('_', '-')}/index.html"].data)
        (script,) = page.xpath("//script[@type='application/ld+json']")
        data = json.loads(script.text)
        assert data.keys() == {"@context", "@graph"}
        assert data["@context"] == "https://schema.org"
        graphs[slug] = data["@graph"]
    return graphs


FULL = {
    "categories": "[wages, employment]",
    "countries": "[CN, world]",
    "updated": "2015-05-20T10:00:00+08:00",
    "link": "https://example.net/wages",
    "authors": "[{name: Li Wei, url: 'https://example.org/li'}, Bat]",
    "image": "{url: 'https://example.net/a.png', alt: A crane, credit: Li}",
    "language": "mn",
    "translation_of": "original",
    "event": (
        "{start: 2015-06-01, end: 2015-06-02, place: Darkhan, url: 'https://example.net/event'}"
    ),
}


def test_an_article_with_everything() -> None:
    article, event = linked_data(office=SPEAKING, original=entry(), full=entry(**FULL))["full"]
    publisher = {"@type": "Organization", "name": "The Press", "url": "https://example.org/press"}
    assert article.pop("dateModified") == "2015-05-20T02:00:00+00:00"
    assert article == {
        "@type": "NewsArticle",
        "@id": f"{HERE}entry/full/",
        "url": f"{HERE}entry/full/",
        "mainEntityOfPage": f"{HERE}entry/full/",
        "identifier": "tag:example.org,2015:office:full",
        "headline": "Wages rise",
        "description": "A report on wages.",
        "inLanguage": "mn",
        "datePublished": "2015-05-19T09:00:00+09:00",
        "author": [
            {"@type": "Person", "name": "Li Wei", "url": "https://example.org/li"},
            {"@type": "Person", "name": "Bat"},
        ],
        "publisher": publisher,
        "articleSection": ["Wages", "Employment"],
        "contentLocation": [
            {"@type": "Place", "name": "Khyatad"},
            {"@type": "Place", "name": "World"},
        ],
        "image": {
            "@type": "ImageObject",
            "url": "https://example.net/a.png",
            "caption": "A crane",
            "creditText": "Li",
        },
        "isBasedOn": "https://example.net/wages",
        "translationOfWork": {"@id": f"{HERE}entry/original/"},
        "about": {"@id": f"{HERE}entry/full/#event"},
    }
    assert event == {
        "@type": "Event",
        "@id": f"{HERE}entry/full/#event",
        "name": "Wages rise",
        "description": "A report on wages.",
        "startDate": "2015-06-01",
        "endDate": "2015-06-02",
        "eventStatus": "https://schema.org/EventScheduled",
        "location": {"@type": "Place", "name": "Darkhan", "address": "Darkhan"},
        "organizer": publisher,
        "url": "https://example.net/event",
        "inLanguage": "mn",
    }


def test_an_article_with_the_least() -> None:
    (article,) = linked_data(wages=entry())["wages"]
    assert article.pop("dateModified") == "2015-05-19T00:00:00+00:00"
    publisher = {"@type": "Organization", "name": "Example Office"}
    assert article == {
        "@type": "NewsArticle",
        "@id": f"{HERE}entry/wages/",
        "url": f"{HERE}entry/wages/",
        "mainEntityOfPage": f"{HERE}entry/wages/",
        "identifier": "tag:example.org,2015:office:wages",
        "headline": "Wages rise",
        "description": "A report on wages.",
        "inLanguage": "en",
        "datePublished": "2015-05-19T09:00:00+09:00",
        "author": [publisher],
        "publisher": publisher,
        "articleSection": ["Wages"],
        "contentLocation": [{"@type": "Place", "name": "Mongolia"}],
    }


def test_an_event_with_the_least() -> None:
    _, event = linked_data(wages=entry(event="{start: 2015-06-01}"))["wages"]
    assert "endDate" not in event  # nobody said when it ends
    assert event["url"] == f"{HERE}entry/wages/"
    assert "location" not in event


def test_an_event_with_times_ends_only_if_its_end_is_known() -> None:
    start = "2015-06-01T09:00:00+08:00"
    graphs = linked_data(
        wages=entry(event=f"{{start: {start}}}"),
        jobs=entry(event=f"{{start: {start}, end: 2015-06-01T11:00:00+08:00}}", id="jobs"),
    )
    ends = {slug: graph[1].get("endDate") for slug, graph in graphs.items()}
    assert ends == {"wages": None, "jobs": "2015-06-01T11:00:00+08:00"}


def test_a_translation_names_its_original_and_the_original_none() -> None:
    graphs = linked_data(
        wages=entry(), wages_mn=entry(language="mn", translation_of="wages"), jobs=entry(id="jobs")
    )
    named = {slug: graph[0].get("translationOfWork") for slug, graph in graphs.items()}
    assert named == {"wages": None, "wages_mn": {"@id": f"{HERE}entry/wages/"}, "jobs": None}


def test_a_withdrawn_article_says_so() -> None:
    graphs = linked_data(gone=entry(withdrawn="2015-06-01"), wages=entry(id="wages"))
    status = {slug: graph[0].get("creativeWorkStatus") for slug, graph in graphs.items()}
    assert status == {"gone": "Withdrawn", "wages": None}


def test_an_office_that_writes_as_itself_is_an_organization() -> None:
    authors = "[Example Office, {name: Example Office, url: 'https://example.org/'}]"
    (article,) = linked_data(wages=entry(authors=authors))["wages"]
    assert [author["@type"] for author in article["author"]] == ["Organization", "Person"]
