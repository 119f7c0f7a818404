"""Archive documents to bytes. An entry stands in those of several feeds and is rendered once."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

from ilofeed.document import FILE_NAMES, Document
from ilofeed.feeds.jsonfeed import render_json
from ilofeed.feeds.pieces import cut, put_together
from ilofeed.feeds.syndication import render_atom, render_rss
from ilofeed.workers import ALONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ilofeed.model import Entry, Feed, Format, Office
    from ilofeed.workers import Workers

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
    archives: Sequence[Feed], office: Office, workers: Workers = ALONE
) -> list[list[Document]]:
    """Return the documents of each archive, byte for byte as `render_archive` renders them."""
    entries = list({entry.slug: entry for shown in archives for entry in shown.entries}.values())
    pieces = {
        form: _render_entries(form, entries, archives[0], office, workers)
        for form in _XML
        if archives and form in archives[0].archived_as
    }

    def draw(shown: Feed, form: Format) -> bytes:
        if form not in pieces:
            return RENDERERS[form](shown, office)
        empty = RENDERERS[form](dataclasses.replace(shown, entries=()), office)
        return put_together(empty, (pieces[form][entry.slug] for entry in shown.entries), form)

    def make(shown: Feed) -> list[bytes]:
        return [draw(shown, form) for _, form in _documents(shown)]

    rendered = workers.map(make, archives, WORTH_SHARING)
    return [
        [
            Document(path, "archive", data, shown, form)
            for (path, form), data in zip(_documents(shown), parts, strict=True)
        ]
        for shown, parts in zip(archives, rendered, strict=True)
    ]


def _render_entries(
    form: Format, entries: Sequence[Entry], frame: Feed, office: Office, workers: Workers
) -> dict[str, bytes]:
    """Return each entry as documents of the format show it, by slug; the frame does not matter."""
    sheets = [tuple(entries[at : at + _SHEET]) for at in range(0, len(entries), _SHEET)]
    rendered = workers.map(partial(_render_sheet, form, frame, office), sheets, 2)
    pieces = (piece for sheet in rendered for piece in sheet)
    return dict(zip((entry.slug for entry in entries), pieces, strict=True))


def _render_sheet(
    form: Format, frame: Feed, office: Office, sheet: tuple[Entry, ...]
) -> tuple[bytes, ...]:
    parts = cut(RENDERERS[form](dataclasses.replace(frame, entries=sheet), office), form)
    assert parts is not None  # it was written by this program
    return parts.entries
