"""The proof before publishing: read every document back and compare it with its source."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from lxml import etree

from ilofeed.feeds import OPML_PATH, OpmlError, opml_head, opml_outline, read_opml
from ilofeed.model import AnyDocument, Document, Feed, Office
from ilofeed.pages import oembed, read_structured, structured
from ilofeed.verify.archive_reader import (
    assign_entries,
    document_findings,
    read_archive,
    with_entries,
)
from ilofeed.verify.expected import expected_calendar, expected_entry, expected_event, expected_feed
from ilofeed.verify.feed_reader import CalendarError, read_back, read_calendar
from ilofeed.verify.links import LinkChecker
from ilofeed.verify.lint import Finding, lint, match_grammar
from ilofeed.verify.proof import EntryDigests, compute_proof
from ilofeed.workers import ALONE, Workers

WORTH_SHARING = 300_000  # bytes of feeds that take longer to read than a process to start


@dataclass(frozen=True, slots=True)
class Fault:
    """A document that did not come back equal: where in it, what was expected, what came back."""

    path: str
    field: str
    expected: str
    actual: str


class _Result(NamedTuple):
    """The digest of all that the verification of a document rests on, and the faults of it."""

    proof: bytes
    faults: tuple[Fault, ...] = ()


def verify(
    documents: Sequence[AnyDocument], office: Office, workers: Workers = ALONE
) -> list[Fault]:
    """Return every fault of every document, and every address that leads to no published file."""
    return verify_changed(documents, office, {}, workers)[0]


def verify_changed(
    documents: Sequence[AnyDocument],
    office: Office,
    proofs: Mapping[str, bytes],
    workers: Workers = ALONE,
) -> tuple[list[Fault], dict[str, bytes]]:
    """Return the faults of documents, and the proof of each by its path.

    A document whose proof is among `proofs`, those of the last build, is not read back again. If
    that build published a path that is gone now, any document may link to it, so the links of all
    documents are checked again.
    """
    paths = {document.path for document in documents}
    published = {_address(document, office) for document in documents}
    check = _Check(
        office=office,
        feeds=list({one.feed.spec.path: one.feed for one in documents if one.feed}.values()),
        proofs=proofs,
        published=published,
        has_lost_paths=not proofs.keys() <= paths,
        digests=EntryDigests(office),
        links=LinkChecker(office, published),
    )
    rendered = [document for document in documents if isinstance(document, Document)]
    doubtful = documents if check.has_lost_paths else rendered
    size = sum(len(document.data) for document in rendered if document.format is not None)
    workers = workers if size > WORTH_SHARING else replace(workers, processes=1)
    parts = assign_entries(rendered, check.digests.of)
    verdicts = workers.map(partial(check.judge_once, parts), doubtful)
    faults: list[Fault] = []
    if any(verdict.faults for verdict in verdicts):  # now name every document that shows a fault
        faults = check.dead_links(doubtful)
        dead = {fault.actual for fault in faults}
        links = LinkChecker(office, check.published | dead)
        verdicts = workers.map(partial(check.judge, {}, links), doubtful)
        faults += (fault for verdict in verdicts for fault in verdict.faults)
    judged = {
        document.path: verdict.proof for document, verdict in zip(doubtful, verdicts, strict=True)
    }
    return faults, {
        document.path: judged.get(document.path) or proofs[document.path] for document in documents
    }


@dataclass(frozen=True)
class _Check:
    """What the verification of each document of a build needs."""

    office: Office
    feeds: Sequence[Feed]
    proofs: Mapping[str, bytes]
    published: set[str]  # addresses
    has_lost_paths: bool
    digests: EntryDigests
    links: LinkChecker

    def judge_once(self, parts: Mapping[str, Sequence[int]], document: AnyDocument) -> _Result:
        """Judge a document by itself, with the addresses that its own entry names."""
        verdict = self.judge(parts, self.links, document)
        return verdict._replace(faults=(*verdict.faults, *self.dead_links([document])))

    def judge(
        self, parts: Mapping[str, Sequence[int]], links: LinkChecker, document: AnyDocument
    ) -> _Result:
        """Read a document back, or only its entries in `parts` (`share_out`); check its links."""
        if not isinstance(document, Document):
            proof = self.proofs[document.path]
        else:
            proof = compute_proof(document, self.feeds, self.digests)
            if self.proofs.get(document.path) != proof:
                return _Result(proof, tuple(self._read_back(document, parts, links)))
        return _Result(proof, tuple(_broken_links(document, links)) if self.has_lost_paths else ())

    def _read_back(
        self, document: Document, parts: Mapping[str, Sequence[int]], links: LinkChecker
    ) -> list[Fault]:
        faults: list[Fault] = []
        if document.path in parts:
            faults += _broken_rules(document, document_findings(document))
            document = with_entries(document, parts[document.path])
        if document.path == OPML_PATH:
            faults += _verify_opml(document, self.office, self.feeds)
        else:
            faults += verify_document(document, self.office)
        if not any(fault.field == "document" for fault in faults):  # it can be read
            faults += _broken_links(document, links)
        return faults

    def dead_links(self, documents: Iterable[AnyDocument]) -> list[Fault]:
        """Return what an editor wrote that leads nowhere, once and by the file it is written in,
        instead of for every document that shows it."""
        entries = {document.entry.slug: document.entry for document in documents if document.entry}
        return [
            Fault(entry.path, "address", "a published file", address)
            for entry in entries.values()
            for address in self.links.dangling_in_entry(entry)
        ]


def _address(document: AnyDocument, office: Office) -> str:
    """Return where a document is served; for an entry's page as the text that the entry has."""
    address, entry = office.address(document.path), document.entry
    return entry.url if entry is not None and entry.url == address else address


def _broken_links(document: AnyDocument, links: LinkChecker) -> list[Fault]:
    """Return the site's own addresses in a document that lead to no document."""
    try:
        missing = links.dangling(document)
    except (ValueError, etree.LxmlError) as error:  # not XML or JSON at all
        return [Fault(document.path, "document", "a document that can be read", str(error))]
    return [Fault(document.path, "address", "a published file", address) for address in missing]


def verify_document(document: Document, office: Office) -> list[Fault]:
    """Compare one document with what it was made of; pictures and styles say nothing."""
    feed, entry = document.feed, document.entry
    if document.format is not None:
        return _verify_feed(document, office)
    if document.path.endswith(".ics"):
        return _verify_calendar(document, office)
    if entry is not None and document.path.endswith(".html"):
        expected = structured(entry, office)
        return _verify_json(document, expected, read_structured)
    if feed is not None and document.path.endswith(".json"):
        return _verify_json(document, oembed(feed, office), json.loads)
    return []


def _verify_feed(document: Document, office: Office) -> list[Fault]:
    """Check grammar, lint and round trip of a feed; feedparser reads those people subscribe to."""
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
        return [*faults, Fault(document.path, "document", "a feed that can be read", str(error))]
    expected = [expected_entry(shown, office, form) for shown in feed.entries]
    faults += compare(document.path, "feed", expected_feed(feed, office, form), seen_feed)
    ids, seen_ids = [[item["id"] for item in items] for items in (expected, seen_entries)]
    if ids != seen_ids:
        faults.append(Fault(document.path, "entries", _show(ids), _show(seen_ids)))
        return faults
    for entry, seen_entry in zip(expected, seen_entries, strict=True):
        faults += compare(document.path, entry["id"], entry, seen_entry)
    return faults


def _broken_rules(document: Document, findings: Iterable[Finding]) -> list[Fault]:
    """Return the rules that a document breaks as faults."""
    return [
        Fault(document.path, finding.where, f"no {finding.rule}", finding.text)
        for finding in findings
    ]


def compare(
    path: str, where: str, expected: Mapping[str, Any], seen: Mapping[str, Any]
) -> Iterator[Fault]:
    """Yield the fields that did not come back as they were sent."""
    for field, value in expected.items():
        if seen.get(field) != value:
            yield Fault(path, f"{where} {field}", _show(value), _show(seen.get(field)))


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 300 else text[:299] + "…"


def _verify_calendar(document: Document, office: Office) -> list[Fault]:
    """Check a calendar and its events in order."""
    feed = document.feed
    entries = feed.events if feed is not None else (document.entry,)
    expected = [expected_event(entry, office) for entry in entries if entry is not None]
    try:
        about, seen = read_calendar(document.data)
    except CalendarError as error:
        return [Fault(document.path, "document", "a calendar that can be read", str(error))]
    ids, seen_ids = [[item["id"] for item in items] for items in (expected, seen)]
    if ids != seen_ids:
        return [Fault(document.path, "events", _show(ids), _show(seen_ids))]
    calendar = expected_calendar(feed, office) if feed is not None else {}
    faults = list(compare(document.path, "calendar", calendar, about))
    for event, seen_event in zip(expected, seen, strict=True):
        faults += compare(document.path, event["id"], event, seen_event)
    return faults


def _verify_opml(document: Document, office: Office, feeds: Sequence[Feed]) -> list[Fault]:
    """Check the groups of the list of feeds, and every feed in each."""
    try:
        seen_head, seen = read_opml(document.data)
    except OpmlError as error:
        return [Fault(document.path, "document", "a list of feeds that can be read", str(error))]
    groups = dict(opml_outline(feeds, office))
    return [
        *compare(document.path, "head", opml_head(feeds, office), seen_head),
        *compare(document.path, "group", groups, dict(seen)),
    ]


def _verify_json(
    document: Document, expected: Mapping[str, Any], read: Callable[[bytes], Any]
) -> list[Fault]:
    try:
        seen = read(document.data)
    except ValueError as error:
        return [Fault(document.path, "document", "JSON that can be read", str(error))]
    if not isinstance(seen, dict):
        return [Fault(document.path, "document", "an object", _show(seen))]
    return list(compare(document.path, "data", expected, seen))
