"""Archive documents to bytes. An entry stands in those of several feeds and is rendered once."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

from ilofeed.document import FILE_NAMES, Document, document
from ilofeed.feeds.jsonfeed import render_json
from ilofeed.feeds.pieces import cut, put_together
from ilofeed.feeds.syndication import render_atom, render_rss
from ilofeed.shares import share
from ilofeed.spool import IN_MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ilofeed.document import NewDocument
    from ilofeed.model import Entry, Feed, Format, Office
    from ilofeed.spool import Store, Stored

    Draw = Callable[[Feed, Office], bytes]

RENDERERS: dict[Format, Draw] = {"atom": render_atom, "rss": render_rss, "json": render_json}
_XML: tuple[Format, ...] = ("atom", "rss")  # that entries can be cut from
_SHEET = 100  # entries that are rendered together
WORTH_SHARING = 100  # documents that take longer to put together than a process to start


def render_archive(shown: Feed, office: Office) -> list[Document]:
    """The documents of one archive (`history.archive_documents`), by themselves."""
    return [
        Document(path, "archive", RENDERERS[form](shown, office), shown, form)
        for path, form in _documents(shown)
    ]


def _documents(shown: Feed) -> list[tuple[str, Format]]:
    return [
        (shown.own_path(FILE_NAMES[form]), form) for form in RENDERERS if form in shown.archived_as
    ]


def render_archives(
    archives: Sequence[Feed], office: Office, processes: int = 1, store: Store = IN_MEMORY
) -> Iterator[list[NewDocument]]:
    """The same of many archives, byte for byte and in the same order."""
    # a list, since for a large site a table of all would be one too many
    entries = list({entry.slug: entry for shown in archives for entry in shown.entries}.values())
    pieces = {
        form: _render_entries(form, entries, archives[0], office, processes, store)
        for form in _XML
        if archives and form in archives[0].archived_as
    }

    def draw(shown: Feed, form: Format) -> bytes:
        if form not in pieces:
            return RENDERERS[form](shown, office)
        empty = RENDERERS[form](dataclasses.replace(shown, entries=()), office)
        stored = (pieces[form][entry.slug] for entry in shown.entries)
        return put_together(empty, map(store.take, stored), form)

    def make(shown: Feed) -> list[Stored]:
        return [store.put(draw(shown, form)) for _, form in _documents(shown)]

    made = share(archives, make, processes if len(archives) > WORTH_SHARING else 1)
    pieces.clear()  # of a large site they take as much as all that comes now
    for shown, stored in zip(archives, made, strict=True):
        yield [
            document(path, "archive", one, store, feed=shown, format=form)
            for (path, form), one in zip(_documents(shown), stored, strict=True)
        ]


def _render_entries(
    form: Format,
    entries: Sequence[Entry],
    frame: Feed,
    office: Office,
    processes: int,
    store: Store,
) -> dict[str, bytes | int]:
    """Each entry as a document of the format shows it, by slug: what is around it does not show."""
    sheets = [tuple(entries[at : at + _SHEET]) for at in range(0, len(entries), _SHEET)]
    draw = partial(_render_sheet, form, frame, office, store)
    found = share(sheets, draw, processes if len(sheets) > 2 else 1)
    written = (piece for sheet in found for piece in sheet)
    return dict(zip((entry.slug for entry in entries), written, strict=True))


def _render_sheet(
    form: Format, frame: Feed, office: Office, store: Store, sheet: tuple[Entry, ...]
) -> Sequence[bytes | int]:
    found = cut(RENDERERS[form](dataclasses.replace(frame, entries=sheet), office), form)
    assert found is not None  # it is our own
    return store.put_all(found.entries)
