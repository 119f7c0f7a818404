"""Verify documents: read each one back, compare it with its source, and check its links."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from ilofeed.feeds import (
    OPML_PATHS,
    OpmlError,
    feed_items,
    listed_feeds,
    opml_head,
    opml_outline,
    read_opml,
)
from ilofeed.model import AnyDocument, Document, Feed, Office
from ilofeed.pages import oembed, read_structured, structured
from ilofeed.verify.archive_reader import (
    assign_entries,
    document_findings,
    read_archive,
    with_entries,
)
from ilofeed.verify.calendar_reader import CalendarError, read_calendar
from ilofeed.verify.expected import (
    Fields,
    expected_calendar,
    expected_entry,
    expected_event,
    expected_feed,
)
from ilofeed.verify.feed_reader import read_back
from ilofeed.verify.links import LinkChecker
from ilofeed.verify.lint import Finding, lint, match_grammar
from ilofeed.workers import ALONE, Workers

WORTH_SHARING = 300_000  # from this number of bytes on, other processes save time


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a generated document: its path, the field, what was expected and found."""

    path: str
    field: str  # `document` if it cannot be read, `address` for a broken link
    expected: str
    found: str


def verify(
    documents: Sequence[AnyDocument],
    office: Office,
    workers: Workers = ALONE,
    earlier: Collection[str] = (),
) -> list[Fault]:
    """Return the faults of documents, including links to files that are not published.

    `UpToDate` documents were verified by the build that rendered them. Only if a path of the last
    build (`earlier`) is gone, their links are checked again.
    """
    paths = {document.path for document in documents}
    published = {office.address(document.path) for document in documents}
    # files of entries are not ours to read: an attached calendar is nobody's feed; the text of a
    # compressed copy is read itself
    ours = [d for d in documents if d.kind != "file" and not d.path.endswith(".gz")]
    rendered = [document for document in ours if isinstance(document, Document)]
    check = _Check(
        office=office,
        feeds=list({feed.spec.path: feed for d in documents if (feed := d.feed)}.values()),
        links=LinkChecker(office, published),
        parts=assign_entries(rendered),
    )
    size = sum(len(document.data) for document in rendered if document.format is not None)
    workers = workers if size > WORTH_SHARING else replace(workers, processes=1)
    unverified = rendered if paths.issuperset(earlier) else ours
    results = workers.map(check.verify_with_entry, unverified)
    faults: list[Fault] = []
    if any(results):  # read all entries, to report all documents
        faults = check.broken_links_in_entries(unverified)
        broken = {fault.found for fault in faults}
        check = replace(check, links=LinkChecker(office, published | broken), parts={})
        results = workers.map(check.verify, unverified)
        faults += (fault for result in results for fault in result)
    return [*faults, *_different_copies(documents, office)]


@dataclass(frozen=True)
class _Check:
    """The values that the verification of each document of a build needs."""

    office: Office
    feeds: Sequence[Feed]
    links: LinkChecker
    parts: Mapping[str, Sequence[int]]  # see `assign_entries`

    def verify_with_entry(self, document: AnyDocument) -> list[Fault]:
        """Verify one document, with the links in its own entry."""
        return [*self.verify(document), *self.broken_links_in_entries([document])]

    def verify(self, document: AnyDocument) -> list[Fault]:
        """Read a document back, or only its entries in `parts`, and check its links."""
        faults: list[Fault] = []
        if isinstance(document, Document):
            if document.path in self.parts:
                faults += _broken_rules(document, document_findings(document))
                document = with_entries(document, self.parts[document.path])
            if document.path in OPML_PATHS:
                faults += _verify_opml(document, self.office, self.feeds)
            else:
                faults += verify_document(document, self.office)
        if not any(fault.field == "document" for fault in faults):  # it can be read
            faults += _broken_links(document, self.links)
        return faults

    def broken_links_in_entries(self, documents: Iterable[AnyDocument]) -> list[Fault]:
        """Return the broken links that editors wrote, once for the entry file instead of once for
        each document that shows the entry."""
        entries = {document.entry.slug: document.entry for document in documents if document.entry}
        return [
            Fault(entry.path, "address", "a published file", address)
            for entry in entries.values()
            for address in self.links.broken_in_entry(entry)
        ]


def _different_copies(documents: Sequence[AnyDocument], office: Office) -> Iterator[Fault]:
    """Yield a fault for each copy at a former address that differs from its original."""
    aliases = {p: t for p, t in office.aliases.items() if not t.endswith(".html")}
    paths = {*aliases, *aliases.values()}
    digests = {document.path: document.sha256 for document in documents if document.path in paths}
    for path, target in aliases.items():
        if digests.get(path) != digests.get(target):
            yield Fault(path, "document", f"the bytes of {target}", "other bytes")


def _broken_links(document: AnyDocument, links: LinkChecker) -> list[Fault]:
    """Return the links of a document to files of the site that are not published."""
    if document.path in links.office.aliases:  # links of a copy are those of its original
        return []
    try:
        missing = links.broken(document)
    except (ValueError, etree.LxmlError) as error:  # not XML or JSON
        return [Fault(document.path, "document", "a valid document", str(error))]
    return [Fault(document.path, "address", "a published file", address) for address in missing]


def verify_document(document: Document, office: Office) -> list[Fault]:
    """Compare a document with its source; return no faults for pictures and other assets."""
    feed, entry = document.feed, document.entry
    if document.path in office.aliases:  # compared with its original
        return []
    if document.format is not None:
        return _verify_feed(document, office)
    if document.path.endswith(".ics"):
        return _verify_calendar(document, office)
    shown = feed or entry
    if shown is not None and document.path.endswith(".json"):
        return _verify_json(document, oembed(shown, office), json.loads)
    if entry is not None and document.path.endswith(".html"):
        expected = structured(entry, office)
        return _verify_json(document, expected, read_structured)
    return []


def _verify_feed(document: Document, office: Office) -> list[Fault]:
    """Check grammar, lint and content of a feed; archives are read without feedparser."""
    feed, form = document.feed, document.format
    assert feed is not None
    assert form is not None
    findings = match_grammar(document.data, form)
    if form != "json":
        findings += lint(document.data, form, office.address(document.path))
    faults = _broken_rules(document, findings)
    read = read_archive if document.kind == "archive" and form != "json" else read_back
    try:
        seen_feed, seen_entries = read(document.data, form)
    except ValueError as error:
        return [*faults, Fault(document.path, "document", "a valid feed", str(error))]
    expected = [expected_entry(item, office, form) for item in feed_items(feed, office, form)]
    faults += compare(document.path, "feed", expected_feed(feed, office, form), seen_feed)
    return [*faults, *_compare_items(document.path, "entries", expected, seen_entries)]


def _broken_rules(document: Document, findings: Iterable[Finding]) -> list[Fault]:
    """Return a fault for each finding."""
    return [
        Fault(document.path, finding.where, f"no error {finding.rule}", finding.text)
        for finding in findings
    ]


def compare(
    path: str, where: str, expected: Mapping[str, Any], seen: Mapping[str, Any]
) -> Iterator[Fault]:
    """Yield a fault for each field whose actual value is not the expected one."""
    for field, value in expected.items():
        if seen.get(field) != value:
            yield Fault(path, f"{where} {field}", _show(value), _show(seen.get(field)))


def _compare_items(
    path: str, where: str, expected: Sequence[Fields], seen: Sequence[Fields]
) -> Iterator[Fault]:
    """Compare the entries of a feed, or the events of a calendar, which must be in order."""
    ids, seen_ids = [[item["id"] for item in items] for items in (expected, seen)]
    if ids != seen_ids:
        yield Fault(path, where, _show(ids), _show(seen_ids))
        return
    for item, seen_item in zip(expected, seen, strict=True):
        yield from compare(path, item["id"], item, seen_item)


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 300 else text[:299] + "…"


def _verify_calendar(document: Document, office: Office) -> list[Fault]:
    """Compare a calendar and its events."""
    feed = document.feed
    entries = feed.events if feed is not None else (document.entry,)
    expected = [expected_event(entry, office) for entry in entries if entry is not None]
    try:
        about, seen = read_calendar(document.data)
    except CalendarError as error:
        return [Fault(document.path, "document", "a valid calendar", str(error))]
    calendar = expected_calendar(feed, office) if feed is not None else {}
    faults = compare(document.path, "calendar", calendar, about)
    return [*faults, *_compare_items(document.path, "events", expected, seen)]


def _verify_opml(document: Document, office: Office, feeds: Sequence[Feed]) -> list[Fault]:
    """Compare a list of feeds: its head, its groups and their feeds."""
    try:
        seen_head, seen = read_opml(document.data)
    except OpmlError as error:
        return [Fault(document.path, "document", "a valid list of feeds", str(error))]
    feeds = listed_feeds(document.path, feeds, office)
    groups = dict(opml_outline(feeds, office))
    names = [name for name, _ in seen]
    return [
        *compare(document.path, "head", opml_head(feeds, office), seen_head),
        *compare(document.path, "list", {"groups": list(groups)}, {"groups": names}),
        *compare(document.path, "group", groups, dict(seen)),
    ]


def _verify_json(
    document: Document, expected: Mapping[str, Any], read: Callable[[bytes], Any]
) -> list[Fault]:
    try:
        seen = read(document.data)
    except ValueError as error:
        return [Fault(document.path, "document", "valid JSON", str(error))]
    if not isinstance(seen, dict):
        return [Fault(document.path, "document", "a JSON object", _show(seen))]
    return list(compare(document.path, "data", expected, seen))
