"""The page of an entry: its permalink, with its picture and its event to add to a calendar."""

from __future__ import annotations

import urllib.parse
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from ilofeed.calendars import render_event
from ilofeed.document import Document
from ilofeed.entry import summary_html
from ilofeed.fields import SLUG
from ilofeed.page import render_page
from ilofeed.selection import changed
from ilofeed.structured import render_structured
from ilofeed.translations import alternates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ilofeed.model import Entry, Feed, Office, Term
    from ilofeed.translations import Translations

# of each entry by slug the one before and the one after
Neighbours = dict[str, tuple["Entry | None", "Entry | None"]]


class OwnFeeds(NamedTuple):
    """The feeds of one term or one language, by its name."""

    categories: dict[str, Feed]
    countries: dict[str, Feed]
    languages: dict[str, Feed]


def find_own(feeds: Sequence[Feed]) -> OwnFeeds:
    """Those among all feeds of an office."""
    single = [feed for feed in feeds if not feed.spec.is_pair]
    return OwnFeeds(
        {feed.spec.category: feed for feed in single if feed.spec.category},
        {feed.spec.country: feed for feed in single if feed.spec.country},
        {feed.spec.language: feed for feed in single if feed.spec.language},
    )


def render_entry(
    entry: Entry,
    office: Office,
    feeds: Sequence[Feed],
    own: OwnFeeds,
    neighbours: Neighbours,
    translations: Translations,
) -> list[Document]:
    """The picture and the calendar of an entry, as far as it has them, then its page."""
    from markupsafe import Markup  # it comes with Jinja2

    documents = []
    if entry.image is not None and entry.image.path is not None and entry.image.data is not None:
        documents.append(Document(entry.image.path, "entry", entry.image.data))
    if entry.event is not None:
        data = render_event(entry, office)
        documents.append(Document(entry.calendar, "entry", data, entry=entry))
    page = render_page(
        "entry.html",
        entry.page,
        office,
        feeds,
        language=entry.language,
        entry=entry,
        last_change=changed(entry),
        html=Markup(entry.html),  # noqa: S704  it came through nh3's allow-list
        lead=None if entry.html == summary_html(entry.summary) else entry.summary,
        host=urllib.parse.urlsplit(entry.link).hostname if entry.link else None,
        categories=_terms(
            [office.categories[name] for name in entry.categories],
            own.categories,
            entry,
        ),
        countries=_terms(
            [office.countries[name] for name in entry.countries],
            own.countries,
            entry,
        ),
        spoken=own.languages.get(entry.language),
        neighbours=neighbours.get(entry.slug, (None, None)),
        translations=translations.get(entry.slug, []),
        alternates=alternates(entry, translations.get(entry.slug, [])),
        structured=Markup(render_structured(entry, office)),  # noqa: S704  it escapes itself
    )
    return [*documents, Document(entry.page, "entry", page, entry=entry)]


def render_moved(
    entries: Sequence[Entry], office: Office, feeds: Sequence[Feed]
) -> Iterator[Document]:
    """For an entry whose file was renamed a page at its former address that leads to the new one:
    readers have stored that address. The former name is the one that its `id` keeps."""
    taken = {entry.slug for entry in entries}
    mint = office.authority.id_of("")
    for entry in entries:
        former = entry.id.removeprefix(mint)
        if former == entry.id or former in taken or not SLUG.fullmatch(former):
            continue
        path = f"entry/{former}/index.html"
        page = render_page(
            "moved.html",
            path,
            office,
            feeds,
            language=entry.language,
            entry=entry,
            last_change=changed(entry),
        )
        yield Document(path, "entry", page)


def _terms(
    terms: Sequence[Term], feeds: dict[str, Feed], entry: Entry
) -> list[tuple[str, Feed | None]]:
    """The label of each term, and its feed where the office has one."""
    return [(term.label(entry.language), feeds.get(term.name)) for term in terms]


def find_neighbours(entries: Sequence[Entry]) -> Neighbours:
    """For each entry that is in the feeds the older and the newer one of the same language."""
    chains: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:  # newest first
        if entry.withdrawn is None:
            chains[entry.language].append(entry)
    return {
        entry.slug: (
            chain[at + 1] if at + 1 < len(chain) else None,
            chain[at - 1] if at > 0 else None,
        )
        for chain in chains.values()
        for at, entry in enumerate(chain)
    }
