"""What there is to be seen of a site to every document of its output, but for the manifest."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any

from ilofeed.document import FILE_NAMES, Document, Kept, document, in_order
from ilofeed.feeds import (
    OPML_PATH,
    RENDERERS,
    archive_documents,
    in_format,
    render_archive,
    render_archive_documents,
    render_calendar,
    render_opml,
)
from ilofeed.model import Feed
from ilofeed.pages import embeds, entry_page, feed_page, html, index_page, sitemap
from ilofeed.pages.navigation import build_directory
from ilofeed.pages.recipe import Recipes
from ilofeed.shares import quiet, share
from ilofeed.spool import store_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ilofeed.document import AnyDocument, Made, NewDocument
    from ilofeed.feeds import Selection
    from ilofeed.model import Entry, Office
    from ilofeed.pages.navigation import Directory
    from ilofeed.shares import Progress
    from ilofeed.spool import Store, Stored

WORTH_SHARING = 200  # pages that take longer to make than a process to start


def render(seen: Selection, processes: int = 1) -> tuple[Document, ...]:
    """Every document, in the order in which they are to be published, the same for any number of
    processes."""
    made = render_changed(seen, {}, processes)
    return tuple(one.loaded() for one in made if not isinstance(one, Kept))


def render_changed(
    seen: Selection,
    past: Mapping[bytes, Sequence[Made]],
    processes: int = 1,
    progress: Progress = quiet,
    first: Callable[[Iterable[AnyDocument]], None] | None = None,
) -> tuple[AnyDocument, ...]:
    """The same, but what the output has already is kept: `past` is all of it, by recipe; and what
    a large site has many of is not in memory. `first` is shown what takes long to read back, which
    is made first."""
    office, out = seen.office, seen.out
    directory = build_directory(office, seen.feeds)
    recipes = Recipes(seen)
    store = store_for(len(out))
    shared = processes if len(out) > WORTH_SHARING else 1
    formats = _render_feeds(directory, office, recipes.feed, render_formats, past, shared)
    if first is not None:
        first(one for each in formats for one in each)
    documents: list[AnyDocument] = [
        *render_assets(office),
        *_render_entries(seen, directory, recipes, past, store, processes, progress),
        *entry_page.render_moved(out, office, seen.feeds),
    ]
    pages = _render_feeds(directory, office, recipes.feed_page, _render_page, past, shared)
    for made in zip(formats, pages, strict=True):
        documents += [one for group in made for one in group]
    known = _archives(seen, recipes, past)
    del recipes  # those of the entries of a large site are large
    documents += _render_archives(known, office, store, processes)
    documents += (_stored(one, store) for one in render_indexes(seen))
    return in_order(documents)


def _stored(made: Document, store: Store) -> NewDocument:
    """A document that names everything, which of a large site is a large one."""
    return document(made.path, made.kind, store.put(made.data), store)


def _render_feeds(
    directory: Directory,
    office: Office,
    recipe_of: Callable[[Feed], bytes],
    draw: Callable[[Feed, Office, Directory], list[Document]],
    past: Mapping[bytes, Sequence[Made]],
    processes: int,
) -> list[list[AnyDocument]]:
    """Documents of each feed that have one recipe, in order."""
    found: list[list[AnyDocument]] = []
    wanted = []

    def again(feed: Feed) -> list[Document]:
        return draw(feed, office, directory)

    for feed in directory.feeds:
        recipe = recipe_of(feed)
        found.append(_kept(past, recipe, again, feed))
        if not found[-1]:
            wanted.append((feed, recipe, found[-1]))

    def make(feed: Feed) -> list[Document]:
        # a feed need not come back from another process: it is here
        return [dataclasses.replace(one, feed=None) for one in again(feed)]

    made = share([feed for feed, _, _ in wanted], make, processes)
    for (feed, recipe, own), documents in zip(wanted, made, strict=True):
        own += [
            dataclasses.replace(
                one,
                recipe=recipe,
                feed=feed if one.format is None else in_format(feed, one.format),
            )
            for one in documents
        ]
    return found


def _archives(
    seen: Selection, recipes: Recipes, past: Mapping[bytes, Sequence[Made]]
) -> list[tuple[Feed, bytes, list[AnyDocument]]]:
    """Each archive of each feed, its recipe, and what the output has of it."""
    again = partial(render_archive, office=seen.office)
    shown = (one for feed in seen.feeds for one in archive_documents(feed))
    return [(one, recipe := recipes.archive(one), _kept(past, recipe, again, one)) for one in shown]


def _render_archives(
    known: Sequence[tuple[Feed, bytes, list[AnyDocument]]],
    office: Office,
    store: Store,
    processes: int,
) -> Iterator[AnyDocument]:
    """The archive documents of all feeds, feed by feed."""
    missing = [shown for shown, _, found in known if not found]
    made = render_archive_documents(missing, office, processes, store)
    for _, recipe, found in known:
        yield from found or _made(recipe, next(made))


def _render_entries(
    seen: Selection,
    directory: Directory,
    recipes: Recipes,
    past: Mapping[bytes, Sequence[Made]],
    store: Store,
    processes: int,
    progress: Progress,
) -> Iterator[AnyDocument]:
    """The documents of each entry, in order."""
    pages = entry_page.EntryPages(seen.office, directory, seen.out)
    kept: list[Sequence[AnyDocument]] = []
    missing, unmade, again = [], [], pages.render
    for entry in seen.out:
        recipe = recipes.entry(entry, pages.others(entry))
        kept.append(tuple(_kept(past, recipe, again, entry)))
        if not kept[-1]:
            missing.append(entry)
            unmade.append(recipe)
    processes = processes if len(missing) > WORTH_SHARING else 1

    def make(entry: Entry) -> tuple[Stored, ...]:
        # what another process has to give back: all else of a document is here
        return tuple(store.put(made.data) for made in pages.render(entry))

    made = zip(unmade, share(missing, make, processes, progress), strict=True)
    for entry, found in zip(seen.out, kept, strict=True):
        if found:
            yield from found
            continue
        recipe, written = next(made)
        for (path, shown), stored in zip(pages.paths(entry), written, strict=True):
            yield document(path, "entry", stored, store, entry=shown, recipe=recipe)


def _made(recipe: bytes, documents: Iterable[NewDocument]) -> list[NewDocument]:
    return [dataclasses.replace(one, recipe=recipe) for one in documents]


def _kept(
    past: Mapping[bytes, Sequence[Made]],
    recipe: bytes,
    draw: Callable[[Any], Iterable[Document]],
    subject: Entry | Feed,
) -> list[AnyDocument]:
    """What the output has of a recipe; nothing where it has none."""
    if recipe not in past:
        return []
    if isinstance(subject, Feed):
        return [Kept(*one, draw, subject, feed=subject) for one in past[recipe]]
    own = (subject.page, subject.calendar)
    return [
        Kept(*one, draw, subject, entry=subject if one.path in own else None)
        for one in past[recipe]
    ]


def render_assets(office: Office) -> list[Document]:
    """What pages and other sites load: the same for all entries."""
    return [
        Document(".nojekyll", "asset", b""),  # Pages publishes everything as it is
        *html.render_assets(office),
        *embeds.render_scripts(),
    ]


def entry_renderer(seen: Selection) -> Callable[[Entry], list[Document]]:
    """A function that makes the documents of an entry: its page among those of the others."""
    directory = build_directory(seen.office, seen.feeds)
    return entry_page.EntryPages(seen.office, directory, seen.out).render


def render_indexes(seen: Selection) -> list[Document]:
    """What names everything else: the office's page, the lists of feeds and of pages."""
    office, feeds = seen.office, seen.feeds
    directory = build_directory(office, feeds)
    return [
        index_page.render_index(office, directory, seen.out),
        index_page.render_not_found(office, directory),
        Document(OPML_PATH, "index", render_opml(feeds, office)),
        *sitemap.render_sitemap(office, feeds, seen.out),
    ]


def render_feed(feed: Feed, office: Office, feeds: Sequence[Feed]) -> list[Document]:
    """The documents of one feed that are no archives: its pages, its formats, its calendar."""
    directory = build_directory(office, feeds)
    return [*render_formats(feed, office, directory), *_render_page(feed, office, directory)]


def _render_page(feed: Feed, office: Office, directory: Directory) -> list[Document]:
    return [feed_page.render_feed_page(feed, office, directory)]


def render_formats(feed: Feed, office: Office, directory: Directory) -> list[Document]:
    """What programs and other sites take of a feed: not its page, which tells of other feeds."""
    documents = [
        *feed_page.render_embeds(feed, office, directory),
        embeds.render_oembed(feed, office),
    ]
    for form, draw in RENDERERS.items():
        shown = in_format(feed, form)
        path = feed.path(FILE_NAMES[form])
        documents.append(Document(path, "feed", draw(shown, office), shown, form))
    if feed.has_calendar:
        data = render_calendar(feed, office)
        documents.append(Document(feed.path("calendar.ics"), "calendar", data, feed))
    return documents


def render_archives(feed: Feed, office: Office) -> list[Document]:
    """The archive documents of one feed, in the formats that have them."""
    made = render_archive_documents(archive_documents(feed), office)
    return [one.loaded() for documents in made for one in documents]
