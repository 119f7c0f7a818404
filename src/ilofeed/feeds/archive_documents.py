"""Render archive documents (RFC 5005), each entry once for all the archives that contain it."""

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ilofeed.feeds.atom_rss import render_atom, render_rss
from ilofeed.feeds.json_feed import render_json
from ilofeed.model import FILE_NAMES, Document, Entry, Feed, Format, History, Office
from ilofeed.workers import ALONE, Workers

Renderer = Callable[[Feed, Office], bytes]

RENDERERS: dict[Format, Renderer] = {"atom": render_atom, "rss": render_rss, "json": render_json}
_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_ENTRY_NAMES: dict[Format, bytes] = {"atom": b"entry", "rss": b"item"}
# the end tag after the last entry, and the indentation of each entry
_ENDS: dict[Format, tuple[bytes, bytes]] = {
    "atom": (b"</feed>", b"  "),
    "rss": (b"  </channel>", b"    "),
}
_BATCH = 100  # entries rendered together
WORTH_SHARING = 100  # from this number of documents on, other processes save time


def subscription_feed(feed: Feed, form: Format) -> Feed:
    """Return the feed with the entries and history of its subscription document in a format."""
    if form not in feed.archived_as:
        return feed
    return dataclasses.replace(
        feed, entries=feed.current, tombstones=feed.withdrawn, history=History(len(feed.archives))
    )


def archive_feeds(feed: Feed) -> list[Feed]:
    """Return one feed for each archive document, oldest first, with only the entries in it.

    Without data of the other documents, a new entry does not change an archive document. A new
    archive changes none either: only the first one links to the next.
    """
    base = dataclasses.replace(
        feed,
        selected=0,
        events=(),
        has_calendar=False,
        tombstones=(),
        archives=(),
        current=(),
        withdrawn=(),
    )
    return [
        dataclasses.replace(
            base,
            entries=tuple(entry for entry in archive.entries if entry.withdrawn is None),
            updated=archive.updated,
            history=History(number, number),
        )
        for number, archive in enumerate(feed.archives, 1)
    ]


def _documents(shown: Feed) -> list[tuple[str, Format]]:
    return [
        (shown.own_path(FILE_NAMES[form]), form) for form in RENDERERS if form in shown.archived_as
    ]


def render_archive_documents(
    archives: Sequence[Feed], office: Office, workers: Workers = ALONE
) -> list[list[Document]]:
    """Return the documents of each of the `archive_feeds`, one for each format with archives. The
    bytes are those of `RENDERERS`, but an entry that is in several archives is rendered once."""
    entries = list({entry.slug: entry for shown in archives for entry in shown.entries}.values())
    parts = {
        form: _render_entries(form, entries, archives[0], office, workers)
        for form in _ENTRY_NAMES
        if archives and form in archives[0].archived_as
    }

    def render(shown: Feed, form: Format) -> bytes:
        if form not in parts:
            return RENDERERS[form](shown, office)
        empty = RENDERERS[form](dataclasses.replace(shown, entries=()), office)
        return join_document(empty, (parts[form][entry.slug] for entry in shown.entries), form)

    def render_formats(shown: Feed) -> list[bytes]:
        return [render(shown, form) for _, form in _documents(shown)]

    rendered = workers.map(render_formats, archives, WORTH_SHARING)
    return [
        [
            Document(path, "archive", data, shown, form)
            for (path, form), data in zip(_documents(shown), formats, strict=True)
        ]
        for shown, formats in zip(archives, rendered, strict=True)
    ]


def _render_entries(
    form: Format, entries: Sequence[Entry], any_feed: Feed, office: Office, workers: Workers
) -> dict[str, bytes]:
    """Return the bytes of each entry in a format, by slug; they are the same in any feed."""

    def render(batch: Sequence[Entry]) -> Sequence[bytes]:
        feed = dataclasses.replace(any_feed, entries=tuple(batch))
        parts = split_document(RENDERERS[form](feed, office), form)
        assert parts is not None  # it was written by this program
        return parts.entries

    batches = [entries[start : start + _BATCH] for start in range(0, len(entries), _BATCH)]
    parts = itertools.chain.from_iterable(workers.map(render, batches, 2))
    return dict(zip((entry.slug for entry in entries), parts, strict=True))


@dataclass(frozen=True, slots=True)
class DocumentParts:
    """The bytes of a document: before the first entry, each entry, after the last entry."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes


def split_document(data: bytes, form: Format) -> DocumentParts | None:
    """Split an Atom or RSS document at its entries; None if it is JSON or a split is not safe."""
    name = _ENTRY_NAMES.get(form)
    if name is None:
        return None
    opening, closing = b"<" + name, b"</" + name + b">"
    first = data.find(opening)
    if first < 0 or b"<!" in data or data.rfind(b"<?") > first or not data.startswith(_DECLARATION):
        return None
    *bodies, tail = data[first:].split(closing)
    if opening in tail or any(
        body.count(opening) != 1 or not body.lstrip().startswith(opening) for body in bodies
    ):
        return None
    return DocumentParts(data[:first], tuple(body + closing for body in bodies), tail)


def join_document(empty: bytes, entries: Iterable[bytes], form: Format) -> bytes:
    """Insert entries, as `split_document` returns them, into a document without entries."""
    end, indent = _ENDS[form]
    at = empty.rindex(end)
    lines = b"".join(indent + entry.strip() + b"\n" for entry in entries)
    return empty[:at] + lines + empty[at:]
