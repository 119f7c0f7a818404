"""Create the ledger of a build, and render it as `manifest.json`, which is published.

It has the id, address, title, dates, content digest, file, archives and a sketch of the text of
each entry, the SHA-256 of each feed document, the paths of all other files with one SHA-256 for
all of them, and what former addresses lead to. From this a later build knows what subscribers
have, and which files it may delete.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from ilofeed.feeds import MANIFEST, MANIFEST_VERSION, Ledger, Record, Selection
from ilofeed.guard.sketch import make_sketch
from ilofeed.model import AnyDocument, Document, Entry, Office, Term, UpToDate
from ilofeed.verify import expected_entry
from ilofeed.workers import ALONE, Workers

WORTH_SHARING = 1000  # from this number of digests on, other processes save time
_SUBSCRIBED = frozenset({"archive", "feed", "calendar"})
# ids, dates and addresses are compared separately; labels of terms belong to the office
_NOT_CONTENT = frozenset(
    {"id", "page", "target", "published", "published_at", "updated", "updated_at", "terms"}
)

_encode = json.JSONEncoder(ensure_ascii=False, default=lambda value: value.isoformat()).encode


def make_ledger(
    selection: Selection,
    documents: Sequence[AnyDocument],
    previous: Ledger | None = None,
    workers: Workers = ALONE,
) -> Ledger:
    """Return the ledger of a build. It depends only on the arguments, not on the current time.

    `previous` is the ledger of the build that rendered the `UpToDate` documents.
    """
    office = selection.office
    entries = sorted(selection.entries, key=attrgetter("id"))
    contents = _contents(entries, office, documents, previous, workers)
    pages = _archive_pages(selection)
    listed = sorted(documents, key=attrgetter("path"))
    others = [document for document in listed if document.kind not in _SUBSCRIBED]
    return Ledger(
        entries={
            entry.id: Record(
                id=entry.id,
                url=entry.url,
                title=entry.title,
                published=entry.published,
                updated=entry.updated,
                digest=contents[entry.id][0],
                withdrawn=entry.withdrawn,
                file=entry.path,
                pages=pages.get(entry.id, {}),
                sketch=contents[entry.id][1],
                status=(entry.event.status or "scheduled") if entry.event is not None else None,
            )
            for entry in entries
        },
        documents={
            document.path: document.sha256 for document in listed if document.kind in _SUBSCRIBED
        },
        files=frozenset(document.path for document in listed),
        site=office.url,
        authority=office.authority.text,
        categories=_labels(office.categories, office),
        countries=_labels(office.countries, office),
        files_sha256=_digest_files(others),
        timezone=str(office.timezone),
        publish_time=office.publish_time,
        aliases={**office.aliases, **{path: e.page for e in entries for path in e.aliases}},
    )


def render_manifest(ledger: Ledger) -> Document:
    """Render a ledger as JSON, with a line for each item so that a diff is readable."""
    files = sorted(ledger.files - ledger.documents.keys())
    documents = [{"path": path, "sha256": digest} for path, digest in ledger.documents.items()]
    fields = {
        "version": _encode(MANIFEST_VERSION),
        "site": _encode(ledger.site),
        "authority": _encode(ledger.authority),
        "timezone": _encode(ledger.timezone),
        "publish_time": _encode(ledger.publish_time),
        "categories": _encode(ledger.categories),
        "countries": _encode(ledger.countries),
        "entries": _list(map(_record_fields, ledger.entries.values())),
        "documents": _list(documents),
        "files": _list(files),
        "files_sha256": _encode(ledger.files_sha256),
    }
    if ledger.aliases:
        fields["aliases"] = _encode(ledger.aliases)
    text = ",\n".join(f'"{name}": {value}' for name, value in fields.items())
    return Document(MANIFEST, "manifest", f"{{{text}}}\n".encode())


def _list(items: Iterable[Any]) -> str:
    return "[\n" + ",\n".join(map(_encode, items)) + "]"


def _record_fields(record: Record) -> dict[str, Any]:
    fields = record._asdict()
    for name in ("pages", "sketch", "first_published", "status"):
        if not fields[name]:
            del fields[name]
    return fields


def _contents(
    entries: Iterable[Entry],
    office: Office,
    documents: Iterable[AnyDocument],
    previous: Ledger | None,
    workers: Workers,
) -> dict[str, tuple[str | None, str | None]]:
    """Return digest and sketch of each entry by id; for entries with an `UpToDate` page the old."""
    contents = {}
    for document in documents:
        if previous is not None and isinstance(document, UpToDate) and document.entry is not None:
            record = previous.entries[document.entry.id]
            contents[record.id] = record.digest, record.sketch
    fresh = [entry for entry in entries if entry.id not in contents]
    computed = workers.map(partial(_content, office=office), fresh, WORTH_SHARING)
    return contents | {entry.id: value for entry, value in zip(fresh, computed, strict=True)}


def _content(entry: Entry, office: Office) -> tuple[str, str | None]:
    return digest(entry, office), make_sketch(entry.title, entry.summary, entry.html)


def _digest_files(documents: Iterable[AnyDocument]) -> str:
    """Return one SHA-256 of many files, so that a change of any of them changes the manifest."""
    hashed = hashlib.sha256()
    for document in documents:
        hashed.update(f"{document.path}\0{document.sha256}\n".encode())
    return hashed.hexdigest()


def _labels(terms: Mapping[str, Term], office: Office) -> dict[str, str]:
    return {name: terms[name].label(office.language) for name in sorted(terms)}


def _archive_pages(selection: Selection) -> dict[str, dict[str, int]]:
    """Return the archive numbers of each archived entry, by its id and by the path of the feed."""
    pages: dict[str, dict[str, int]] = defaultdict(dict)
    for feed in selection.feeds:
        for number, archive in enumerate(feed.archives, 1):
            for entry in archive.entries:
                pages[entry.id][feed.spec.path] = number
    return pages


def digest(entry: Entry, office: Office) -> str:
    """Return the SHA-256 of what an editor wrote, without id, dates, addresses and event status.

    It does not change if the entry is renamed or the site moves, nor if feeds show it otherwise.
    """
    shown = expected_entry(entry, office, "atom") | {"link": entry.link}
    content = {field: value for field, value in shown.items() if field not in _NOT_CONTENT}
    content["terms"] = [entry.categories, entry.countries]
    if entry.authors == (office.localized(entry.language).author,):
        content["authors"] = None  # the office may change its name
    # 0 for an unknown length, as in all manifests of this format
    content["attachments"] = [(a.url, a.type, a.length, a.title) for a in entry.attachments]
    if entry.image is not None:
        content["image"] = (*shown["image"], None)  # digests of earlier versions had a length here
    for file in entry.files:
        if entry.image is not None and file.path == entry.image.path:
            content["image"] = (file.digest, *shown["image"][1:], file.length)
        else:
            content[file.path.rpartition("/")[2]] = file.digest
    text = json.dumps(content, sort_keys=True)
    text = text.replace(office.address(f"entry/{entry.slug}/"), "").replace(office.url, "")
    return hashlib.sha256(text.encode()).hexdigest()
