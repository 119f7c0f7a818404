"""The one door to Jinja2: a page for each entry, each feed and the office, and two stylesheets."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from ilofeed.dates import MONTHS
from ilofeed.document import STYLESHEET, Document
from ilofeed.selection import is_withdrawn

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import jinja2

    from ilofeed.dates import Moment
    from ilofeed.model import Entry, Feed, Office

NEWEST = 10  # entries on the office's page


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2  # commands that render no page do without

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ilofeed"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["day"] = _day
    return environment


def _day(moment: Moment) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def _page(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(values).encode()


def render_assets() -> list[Document]:
    """The stylesheets of the pages and of the raw feeds."""
    sources = {"assets/site.css": "site.css", STYLESHEET: "feed.css"}
    environment = _environment()
    assert environment.loader is not None
    return [
        Document(path, "asset", environment.loader.get_source(environment, name)[0].encode())
        for path, name in sources.items()
    ]


def render_entry(
    entry: Entry, office: Office, feeds: Sequence[Feed], now: dt.datetime
) -> list[Document]:
    """The page of an entry, and the picture it shows."""
    from markupsafe import Markup  # it comes with Jinja2

    data = _page(
        "entry.html",
        office=office,
        entry=entry,
        language=entry.language,
        html=Markup(entry.html),  # noqa: S704  it came through nh3's allow-list
        withdrawn=entry.withdrawn if is_withdrawn(entry, now) else None,
        feeds=[feed for feed in feeds if feed.spec.path == "all"],
        terms=_terms(entry, office, feeds),
    )
    documents = [Document(entry.page, "entry", data)]
    if entry.image is not None and entry.image.path is not None and entry.image.data is not None:
        documents.insert(0, Document(entry.image.path, "entry", entry.image.data))
    return documents


def _terms(entry: Entry, office: Office, feeds: Sequence[Feed]) -> list[tuple[str, str]]:
    """Label and address of the feed page of each of an entry's terms that has one."""
    pages = {feed.spec: office.address(feed.path("index.html")) for feed in feeds}
    found = []
    for spec, address in pages.items():
        if spec.is_pair:
            continue
        if spec.category in entry.categories and spec.category is not None:
            found.append((office.categories[spec.category].label(entry.language), address))
        elif spec.country in entry.countries and spec.country is not None:
            found.append((office.countries[spec.country].label(entry.language), address))
    return found


def render_feed_page(feed: Feed, office: Office) -> Document:
    """The page that people are sent to from a feed."""
    data = _page("feed.html", office=office, feed=feed, language=office.language)
    return Document(feed.path("index.html"), "feed-page", data)


def render_index(office: Office, feeds: Sequence[Feed], newest: Sequence[Entry]) -> Document:
    """The office's page: every feed, grouped by dimension, and the newest entries."""
    groups = [
        ("Everything", [f for f in feeds if f.spec.category is None and f.spec.country is None]),
        ("By country", [f for f in feeds if f.spec.country is not None and not f.spec.is_pair]),
        ("By topic", [f for f in feeds if f.spec.category is not None and not f.spec.is_pair]),
        ("By country and topic", [f for f in feeds if f.spec.is_pair]),
    ]
    data = _page(
        "index.html",
        office=office,
        feeds=feeds,
        groups=groups,
        newest=newest[:NEWEST],
        language=office.language,
    )
    return Document("index.html", "index", data)
