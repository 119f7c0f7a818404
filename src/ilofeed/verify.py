"""The proof before publishing: every feed document is read back and compared with its source."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ilofeed.carry import carried_entry, carried_feed
from ilofeed.document import STYLESHEET
from ilofeed.grammar import match_grammar
from ilofeed.lint import lint
from ilofeed.readback import UnreadableError, read_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ilofeed.carry import Fields
    from ilofeed.document import Document
    from ilofeed.model import Office


@dataclass(frozen=True, slots=True)
class Fault:
    """A document that did not come back equal: where in it, what was expected, what came back."""

    path: str
    field: str
    expected: str
    found: str


def verify(
    documents: Sequence[Document],
    office: Office,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Fault]:
    """Every fault of every feed document, and every address in one that leads to no file.

    `progress` is told how many documents are done, of how many.
    """
    published = {office.address(document.path) for document in documents}
    feeds = [document for document in documents if document.feed is not None]
    faults: list[Fault] = []
    for done, document in enumerate(feeds, 1):
        faults += verify_document(document, office)
        faults += _dangling(document, office, published)
        progress(done, len(feeds))
    return faults


def verify_document(document: Document, office: Office) -> list[Fault]:
    """Grammar, lint and round trip of one feed document."""
    feed, form = document.feed, document.format
    assert feed is not None
    assert form is not None
    findings = match_grammar(document.data, form)
    if form != "json":
        findings += lint(document.data, form, office.address(document.path))
    faults = [
        Fault(document.path, finding.where, f"no {finding.rule}", finding.found)
        for finding in findings
    ]
    try:
        seen_feed, seen_entries = read_back(document.data, form)
    except UnreadableError as error:
        return [*faults, Fault(document.path, "document", "a feed that can be read", str(error))]
    expected = [carried_entry(entry, office, form) for entry in feed.entries]
    faults += compare(document.path, "feed", carried_feed(feed, office, form), seen_feed)
    ids, seen_ids = [[one["id"] for one in side] for side in (expected, seen_entries)]
    if ids != seen_ids:
        faults.append(Fault(document.path, "entries", _show(ids), _show(seen_ids)))
        return faults
    for wanted, seen in zip(expected, seen_entries, strict=True):
        faults += compare(document.path, wanted["id"], wanted, seen)
    return faults


def compare(path: str, where: str, expected: Fields, seen: Fields) -> Iterator[Fault]:
    """The fields that did not come back as they were sent."""
    for field, value in expected.items():
        if seen.get(field) != value:
            yield Fault(path, f"{where} {field}", _show(value), _show(seen.get(field)))


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 300 else text[:299] + "…"


def _dangling(document: Document, office: Office, published: Iterable[str]) -> Iterator[Fault]:
    """Addresses that this build gave to a feed and its entries, and that no document answers."""
    feed = document.feed
    assert feed is not None
    given = {office.address(feed.path("index.html")), office.address(STYLESHEET)}
    for entry in feed.entries:
        given.add(entry.url)
        if entry.image is not None and entry.image.path is not None:
            given.add(entry.image.url)
    for address in sorted(given - set(published)):
        yield Fault(document.path, "address", "a published file", address)
