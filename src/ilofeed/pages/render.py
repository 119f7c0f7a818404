"""Render all documents of a selection, except the manifest."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from ilofeed.feeds import (
    RENDERERS,
    Selection,
    archive_feeds,
    first_on_pages,
    render_archive,
    render_calendar,
    subscription_feed,
)
from ilofeed.model import (
    FILE_NAMES,
    AnyDocument,
    Document,
    Entry,
    Feed,
    Format,
    Office,
    OutputFile,
    UpToDate,
    format_of,
    in_order,
)
from ilofeed.pages import embeds, entry_page, former, html
from ilofeed.pages.feed_page import render_embeds, render_feed_page
from ilofeed.pages.indexes import render_index, render_lists
from ilofeed.pages.navigation import Directory, build_directory
from ilofeed.pages.news import news_pages, render_news
from ilofeed.pages.recipe import Recipes
from ilofeed.pages.search import indexed_languages, render_search, render_search_index
from ilofeed.workers import ALONE, Workers

Outputs = Mapping[bytes, Sequence[OutputFile]]  # files in the output, by recipe

WORTH_SHARING = 200  # from this number of entries on, other processes save time


@dataclasses.dataclass(frozen=True, slots=True)
class _Group:
    """Documents of one entry, feed or site that are rendered together and share a recipe."""

    subject: Entry | Feed | Selection
    recipe: bytes
    render: Callable[[Any], list[Document]]

    def _subject_fields(self, path: str, form: Format | None) -> dict[str, Any]:
        """Return the fields `feed` and `entry` of one of the documents."""
        if isinstance(self.subject, Feed):
            if form is None or self.subject.history is not None:
                return {"feed": self.subject}
            return {"feed": subscription_feed(self.subject, form)}
        if not isinstance(self.subject, Entry):
            return {}
        oembed = embeds.beside(self.subject, "oembed.json")
        shows_entry = path in (self.subject.page, self.subject.calendar, oembed)
        return {"entry": self.subject if shows_entry else None}

    def render_without_subject(self) -> list[Document]:
        """Render without `feed` and `entry`, which a worker need not send back."""
        return [
            dataclasses.replace(document, feed=None, entry=None)
            for document in self.render(self.subject)
        ]

    def with_subject(self, document: Document) -> Document:
        """Add the recipe and the fields that `render_without_subject` left out."""
        fields = self._subject_fields(document.path, document.format)
        return dataclasses.replace(document, recipe=self.recipe, **fields)

    def up_to_date(self, file: OutputFile) -> UpToDate:
        """Return a file of the output with the same recipe as an unchanged document."""
        form = format_of(file.path, file.kind)
        return UpToDate(
            file.path,
            file.kind,
            file.recipe,
            file.sha256,
            partial(self.render, self.subject),
            format=form,
            **self._subject_fields(file.path, form),
        )


def render(selection: Selection, workers: Workers = ALONE) -> tuple[Document, ...]:
    """Render all documents, in the order in which they are published."""
    documents = render_changed(selection, {}, workers)
    return tuple(document for document in documents if isinstance(document, Document))


def render_changed(
    selection: Selection, outputs: Outputs, workers: Workers = ALONE
) -> tuple[AnyDocument, ...]:
    """Return all documents except the manifest, in the order in which they are published. They are
    rendered, or `UpToDate` if `outputs` has a file with the same recipe."""
    office, entries, feeds = selection.office, selection.entries, selection.feeds
    directory = build_directory(office, feeds)
    recipes = Recipes(selection, directory)
    pages = entry_page.EntryPages(office, directory, entries)
    for_entries = [
        _Group(entry, recipes.entry(entry, pages.linked_entries(entry)), pages.render)
        for entry in entries
    ]
    formats = partial(render_formats, office=office, directory=directory)
    for_feeds = [_Group(feed, recipes.feed(feed), formats) for feed in feeds]
    for_archives = [
        _Group(archive, recipes.archive(archive), partial(render_archive, office=office))
        for feed in feeds
        for archive in archive_feeds(feed)
    ]
    # with few entries, feeds are rendered faster than a process starts
    for_feeds_workers = Workers(workers.processes) if len(entries) > WORTH_SHARING else ALONE

    def render_few(groups: Sequence[_Group]) -> list[list[Document]]:
        return [group.render_without_subject() for group in groups]

    def render_each(groups: Sequence[_Group]) -> list[list[Document]]:
        return workers.map(_Group.render_without_subject, groups, WORTH_SHARING)

    def render_feeds(groups: Sequence[_Group]) -> list[list[Document]]:
        return for_feeds_workers.map(_Group.render_without_subject, groups)

    for_site, for_pages = _groups_in_each_language(selection, directory, recipes)
    documents: list[AnyDocument] = [
        *_render_groups(for_site, outputs, render_few),
        *_render_groups(for_entries, outputs, render_each),
        *former.render_redirects(entries, office, feeds),
        *_render_groups([*for_feeds, *for_pages, *for_archives], outputs, render_feeds),
        *render_lists(selection),
    ]
    documents += former.render_aliases(documents, office, feeds)
    return in_order(documents)


def _groups_in_each_language(
    selection: Selection, directory: Directory, recipes: Recipes
) -> tuple[list[_Group], list[_Group]]:
    """Return the groups of the site's own pages, assets and search, and those of pages of feeds."""
    languages = indexed_languages(selection)
    for_site = [_Group(selection, recipes.assets(), lambda _: render_assets(selection.office))]
    for_feeds = []
    for each in selection.in_each_language():
        recipe, first = recipes.localized(each.office), first_on_pages(each)
        render = partial(render_index, directory=directory)
        for_site.append(_Group(each, recipe.index(each), render))
        if each.office.search:
            render = partial(render_search, languages, directory)
            for_site.append(_Group(each, recipe.search(languages), render))
        for_site += [
            _Group(each, recipe.news(page), partial(render_news, page, directory))
            for page in news_pages(each)
        ]
        for feed in selection.feeds:
            if (newest := first.get(feed.spec.path)) is not None:
                render = partial(
                    render_feed_page, office=each.office, directory=directory, first=newest
                )
                for_feeds.append(_Group(feed, recipe.feed_page(feed, newest), render))
    if selection.office.search:
        # the index is made at once, also if the bytes of each of its files are wanted
        index = cache(lambda: render_search_index(selection))
        for_site.append(_Group(selection, recipes.search_index(selection), lambda _: index()))
    return for_site, for_feeds


def _render_groups(
    groups: Sequence[_Group],
    outputs: Outputs,
    render_all: Callable[[Sequence[_Group]], list[list[Document]]],
) -> list[AnyDocument]:
    """Return the documents of each group, as `UpToDate` if `outputs` has their recipe."""
    rendered = iter(render_all([group for group in groups if group.recipe not in outputs]))
    documents: list[AnyDocument] = []
    for group in groups:
        if group.recipe in outputs:
            documents += map(group.up_to_date, outputs[group.recipe])
        else:
            documents += map(group.with_subject, next(rendered))
    return documents


def render_assets(office: Office) -> list[Document]:
    """Render the stylesheets and scripts of pages and of other sites that embed a feed."""
    return [
        Document(".nojekyll", "asset", b""),  # GitHub Pages then publishes files unchanged
        *html.render_assets(office),
        *embeds.render_scripts(),
    ]


def entry_renderer(selection: Selection) -> Callable[[Entry], list[Document]]:
    """Return a function that renders the documents of an entry: page, picture and calendar."""
    directory = build_directory(selection.office, selection.feeds)
    return entry_page.EntryPages(selection.office, directory, selection.entries).render


def render_feed(feed: Feed, selection: Selection) -> list[Document]:
    """Render one feed without its archives: formats, calendar, embeds and its pages."""
    directory = build_directory(selection.office, selection.feeds)
    documents = render_formats(feed, selection.office, directory)
    for each in selection.in_each_language():
        if (first := first_on_pages(each).get(feed.spec.path)) is not None:
            documents += render_feed_page(feed, each.office, directory, first)
    return documents


def render_formats(feed: Feed, office: Office, directory: Directory) -> list[Document]:
    """Render the documents of a feed that do not link to other feeds: all but its page."""
    documents = [
        *render_embeds(feed, office, directory),
        embeds.render_oembed(feed, office),
    ]
    for form, render in RENDERERS.items():
        shown = subscription_feed(feed, form)
        path = feed.path(FILE_NAMES[form])
        documents.append(Document(path, "feed", render(shown, office), shown, form))
    if feed.has_calendar:
        data = render_calendar(feed, office)
        documents.append(Document(feed.path("calendar.ics"), "calendar", data, feed))
    return documents


def render_searches(selection: Selection) -> list[Document]:
    """Render the page to search in each language of the office, and the indexes."""
    languages = indexed_languages(selection)
    directory = build_directory(selection.office, selection.feeds)
    documents = render_search_index(selection)
    for each in selection.in_each_language():
        documents += render_search(languages, directory, each)
    return documents


def render_archives(feed: Feed, office: Office) -> list[Document]:
    """Render the archive documents (RFC 5005) of one feed, in each format with archives."""
    return [one for archive in archive_feeds(feed) for one in render_archive(archive, office)]
