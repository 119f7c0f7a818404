"""Render the lists of all news by year, and of all events."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ilofeed.feeds import Selection, last_change, upcoming_events
from ilofeed.model import Document, Entry
from ilofeed.pages.html import render_translated, webcal
from ilofeed.pages.navigation import EVENTS, NEWS, Directory, language_first

PER_PAGE = 20  # entries of a year
MAX_PAST = 60  # events that are over; the pages of news by year have all


class NewsPage(NamedTuple):
    """A page of the news of a year, newest first; `year` is None for the newest of all. `years` are
    all years, each with the path of its first page."""

    path: str
    year: int | None
    entries: Sequence[Entry]
    older: str | None = None  # path of the next page
    newer: str | None = None
    years: Sequence[tuple[int, str]] = ()


def news_pages(selection: Selection) -> list[NewsPage]:
    """Return the page of the newest entries, and the pages of each year, newest first.

    Full pages of a year are numbered from the oldest, as archives are, so that a new entry changes
    only the first page of its year, which holds up to twice as many.
    """
    entries = [entry for entry in selection.entries if entry.withdrawn is None]
    pages = [
        page
        for year, group in itertools.groupby(entries, lambda entry: entry.published.year)
        for page in _pages_of_year(year, list(group))
    ]
    years = [(page.year, page.path) for page in pages if page.year and page.newer is None]
    office = selection.office
    newest = language_first(entries, office)[:PER_PAGE]
    first = NewsPage(NEWS, None, newest, pages[0].path if pages else None)
    ordered = (page._replace(entries=language_first(page.entries, office)) for page in pages)
    return [page._replace(years=years) for page in (first, *ordered)]


def _pages_of_year(year: int, entries: Sequence[Entry]) -> Iterator[NewsPage]:
    full = max(len(entries) // PER_PAGE - 1, 0)
    rest = len(entries) - full * PER_PAGE
    paths = [f"news/{year}/index.html"]
    paths += [f"news/{year}/page/{number}/index.html" for number in range(full, 0, -1)]
    start = 0
    for number, path in enumerate(paths):
        end = start + (PER_PAGE if number else rest)
        older = paths[number + 1] if number < full else None
        yield NewsPage(path, year, entries[start:end], older, paths[number - 1] if number else None)
        start = end


def render_news(page: NewsPage, directory: Directory, selection: Selection) -> list[Document]:
    """Return one of the pages of all news."""
    changed = max(map(last_change, page.entries), default=directory.main.updated)
    values: dict[str, Any] = {"page": page, "changed": changed}
    return [render_translated("news.html", page.path, selection.office, directory, **values)]


def past_events(selection: Selection) -> list[Entry]:
    """Return the entries whose event is over, the latest first."""
    events = [
        (entry.event, entry)
        for entry in selection.entries
        if entry.event is not None and entry.withdrawn is None and not entry.upcoming
    ]
    events.sort(key=lambda pair: (f"{pair[0].start:%Y-%m-%d %H:%M}", pair[1].slug), reverse=True)
    return [entry for _, entry in events[:MAX_PAST]]


def render_events(selection: Selection, directory: Directory) -> Document:
    """Return the page of events: those to come, soonest first, and past ones by year."""
    office = selection.office
    past = itertools.groupby(
        past_events(selection), lambda entry: entry.event.start.year if entry.event else 0
    )
    return render_translated(
        "events.html",
        EVENTS,
        office,
        directory,
        webcal=webcal(office.address(directory.main.path("calendar.ics"))),
        upcoming=language_first(upcoming_events(selection.entries), office),
        past=[(year, language_first(entries, office)) for year, entries in past],
    )
