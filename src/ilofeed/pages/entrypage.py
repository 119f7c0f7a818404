"""The page of an entry: its permalink, with its picture and its event to add to a calendar."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ilofeed.content import SLUG, find_translations
from ilofeed.document import Document
from ilofeed.feeds import changed, render_event
from ilofeed.pages.entryhtml import EntryWriter, OwnFeeds
from ilofeed.pages.page import render_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ilofeed.model import Entry, Feed, Office

# of each entry by slug the one before and the one after
Neighbours = dict[str, tuple["Entry | None", "Entry | None"]]


def find_own(feeds: Sequence[Feed]) -> OwnFeeds:
    """Those among all feeds of an office."""
    single = [feed for feed in feeds if not feed.spec.is_pair]
    return OwnFeeds(
        {feed.spec.category: feed for feed in single if feed.spec.category},
        {feed.spec.country: feed for feed in single if feed.spec.country},
        {feed.spec.language: feed for feed in single if feed.spec.language},
    )


class EntryPages:
    """The documents of the entries of one office; what their pages share is drawn once."""

    def __init__(self, office: Office, feeds: Sequence[Feed], entries: Sequence[Entry]) -> None:
        self._office = office
        self._feeds = feeds
        self._own = find_own(feeds)
        self._neighbours = find_neighbours(entries)
        self._translations = find_translations(entries)
        self._writers: dict[str, EntryWriter] = {}

    def others(self, entry: Entry) -> tuple[Sequence[Entry | None], Sequence[Entry]]:
        """The entries that a page tells of: its neighbours, where it has some, and translations."""
        return self._neighbours.get(entry.slug, ()), self._translations.get(entry.slug, ())

    def paths(self, entry: Entry) -> Iterator[tuple[str, Entry | None]]:
        """The path of each document that `render` makes, and the entry where it is shown."""
        if (
            entry.image is not None
            and entry.image.path is not None
            and entry.image.data is not None
        ):
            yield entry.image.path, None
        if entry.event is not None:
            yield entry.calendar, entry
        yield entry.page, entry

    def render(self, entry: Entry) -> list[Document]:
        """The picture and the calendar of an entry, as far as it has them, then its page."""
        documents = []
        image = entry.image
        if image is not None and image.path is not None and image.data is not None:
            documents.append(Document(image.path, "entry", image.data))
        if entry.event is not None:
            data = render_event(entry, self._office)
            documents.append(Document(entry.calendar, "entry", data, entry=entry))
        if (writer := self._writers.get(entry.language)) is None:
            writer = EntryWriter(self._office, self._feeds, self._own, entry)
            self._writers[entry.language] = writer
        older, newer = self._neighbours.get(entry.slug, (None, None))
        page = writer.write(entry, older, newer, self._translations.get(entry.slug, ()))
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
