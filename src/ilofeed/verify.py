"""The proof before publishing: every document is read back and compared with its source."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from lxml import etree

from ilofeed import addresses, embedding, helper, opml, readonce, structured
from ilofeed.archivereader import read_archive
from ilofeed.calendarreader import CalendarError, read_calendar
from ilofeed.carry import carried_calendar, carried_entry, carried_event, carried_feed
from ilofeed.document import Document, Kept
from ilofeed.grammar import match_grammar
from ilofeed.lint import lint
from ilofeed.proof import Known, Prover
from ilofeed.readback import read_back
from ilofeed.shares import quiet, share

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from ilofeed.document import AnyDocument
    from ilofeed.helper import Answers
    from ilofeed.lint import Finding
    from ilofeed.model import Feed, Office
    from ilofeed.shares import Progress


WORTH_SHARING = 300_000  # bytes of feeds that take longer than to start a process


@dataclass(frozen=True, slots=True)
class Fault:
    """A document that did not come back equal: where in it, what was expected, what came back."""

    path: str
    field: str
    expected: str
    found: str


_Judged: TypeAlias = tuple[list[Fault], str]  # of a document, with the digest of its proof


def verify(
    documents: Sequence[AnyDocument],
    office: Office,
    progress: Progress = quiet,
    processes: int = 1,
) -> list[Fault]:
    """Every fault of every document, and every address in one that leads to no published file.

    `progress` is told how many documents are done, of how many. Whatever the number of processes,
    the faults are the same.
    """
    return verify_changed(documents, office, Known(), progress, processes)[0]


def verify_changed(
    documents: Sequence[AnyDocument],
    office: Office,
    known: Known,
    progress: Progress = quiet,
    processes: int = 1,
    news: Document | None = None,
    ahead: Answers[list[Fault]] | None = None,
) -> tuple[list[Fault], Known]:
    """The same without reading back what is known to verify, or is read back `ahead`; and what is
    known then. `news` are what a document names that its last version, known to verify, did not.

    Where a path is gone that was published, a link to it may stand in any document, so the links of
    all are looked at again.
    """
    paths = [document.path for document in documents]
    published = set(map(office.address, paths))
    feeds = list({one.feed.spec.path: one.feed for one in documents if one.feed}.values())
    is_less = not known.proofs.keys() <= set(paths)
    prover = Prover(office, feeds)
    made = [one for one in documents if not isinstance(one, Kept)]

    def verified(
        document: AnyDocument, apart: Mapping[str, Sequence[int]], answers: addresses.Answers
    ) -> _Judged:
        if isinstance(document, Kept):
            found = list(_dangling(document, answers)) if is_less else []
            return found, known.proofs[document.path]
        proof = prover.of(document)
        if known.proofs.get(document.path) == proof:
            return list(_dangling(document, answers)) if is_less else [], proof
        document = document.loaded()
        if document.path == opml.PATH:
            found = _verify_opml(document, office, feeds)
        elif readonce.is_whole(document, apart.get(document.path)):
            judged = ahead.of(document.path) if ahead is not None else None
            found = verify_document(document, office) if judged is None else [*judged]
        else:
            found = _of_findings(document, readonce.whole_findings(document))
            document = readonce.leave(document, apart[document.path])
            found += verify_document(document, office)
        if news is not None and news.path == document.path and not is_less:
            document = news
        if not any(fault.field == "document" for fault in found):  # it can be read
            found += _dangling(document, answers)
        return found, proof

    at_once = addresses.Answers(office, published)

    def verified_at_once(document: AnyDocument, apart: Mapping[str, Sequence[int]]) -> _Judged:
        found, proof = verified(document, apart, at_once)
        return found + _dead_links([document], office, published), proof

    size = sum(one.size for one in made if one.format is not None)
    processes = processes if size > WORTH_SHARING else 1
    apart = readonce.share_out(made, prover.of_entry)
    # of what the output has nothing new is to be found out where all its links still lead to it
    doubtful = documents if is_less else made
    shared = share(doubtful, partial(verified_at_once, apart=apart), processes, progress)
    faults: list[Fault] = []
    if any(found for found, _ in shared):  # now every document that shows a fault is to be named
        faults = _dead_links(doubtful, office, published)
        told = {fault.found for fault in faults}
        again = partial(verified, apart={}, answers=addresses.Answers(office, published | told))
        shared = share(doubtful, again, processes, progress)
    fresh = {one.path: proof for one, (_, proof) in zip(doubtful, shared, strict=True)}
    proofs = {path: fresh.get(path) or known.proofs[path] for path in paths}
    return faults + [fault for found, _ in shared for fault in found], Known(proofs)


def verify_ahead(documents: Iterable[AnyDocument], office: Office) -> Answers[list[Fault]]:
    """Have what takes long, the feeds that people subscribe to, read back while the rest is made,
    where there is a helper."""
    live = {
        one.path: one
        for one in documents
        if isinstance(one, Document) and one.kind == "feed" and one.format != "json"
    }
    return helper.hand(partial(verify_document, office=office), live)


def verify_document(document: Document, office: Office) -> list[Fault]:
    """What one document says against what it was made of; pictures and styles say nothing."""
    feed, entry = document.feed, document.entry
    if document.format is not None:
        return _verify_feed(document, office)
    if document.path.endswith(".ics"):
        return _verify_calendar(document, office)
    if entry is not None and document.path.endswith(".html"):
        expected = structured.structured(entry, office)
        return _verify_json(document, expected, structured.read_structured)
    if feed is not None and document.path.endswith(".json"):
        return _verify_json(document, embedding.oembed(feed, office), json.loads)
    return []


def _verify_feed(document: Document, office: Office) -> list[Fault]:
    """Grammar, lint and round trip of one feed document: by feedparser where people subscribe."""
    feed, form = document.feed, document.format
    assert feed is not None
    assert form is not None
    findings = match_grammar(document.data, form)
    if form != "json":
        findings += lint(document.data, form, office.address(document.path))
    faults = _of_findings(document, findings)
    read = read_archive if document.kind == "archive" and form != "json" else read_back
    try:
        seen_feed, seen_entries = read(document.data, form)
    except ValueError as error:
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


def _of_findings(document: Document, findings: Iterable[Finding]) -> list[Fault]:
    return [Fault(document.path, one.where, f"no {one.rule}", one.found) for one in findings]


def compare(
    path: str, where: str, expected: Mapping[str, Any], seen: Mapping[str, Any]
) -> Iterator[Fault]:
    """The fields that did not come back as they were sent."""
    for field, value in expected.items():
        if seen.get(field) != value:
            yield Fault(path, f"{where} {field}", _show(value), _show(seen.get(field)))


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 300 else text[:299] + "…"


def _verify_calendar(document: Document, office: Office) -> list[Fault]:
    """A calendar, where it is of a feed, and its events in order."""
    feed = document.feed
    entries = feed.events if feed is not None else (document.entry,)
    expected = [carried_event(entry, office) for entry in entries if entry is not None]
    try:
        about, seen = read_calendar(document.data)
    except CalendarError as error:
        return [Fault(document.path, "document", "a calendar that can be read", str(error))]
    ids, seen_ids = [[one["id"] for one in side] for side in (expected, seen)]
    if ids != seen_ids:
        return [Fault(document.path, "events", _show(ids), _show(seen_ids))]
    wanted = carried_calendar(feed, office) if feed is not None else {}
    return [
        *compare(document.path, "calendar", wanted, about),
        *(
            fault
            for one, found in zip(expected, seen, strict=True)
            for fault in compare(document.path, one["id"], one, found)
        ),
    ]


def _verify_opml(document: Document, office: Office, feeds: Sequence[Feed]) -> list[Fault]:
    """The groups of the list of feeds, and every feed in each."""
    try:
        seen_head, seen = opml.read_opml(document.data)
    except opml.OpmlError as error:
        return [Fault(document.path, "document", "a list of feeds that can be read", str(error))]
    groups = dict(opml.outline(feeds, office))
    return [
        *compare(document.path, "head", opml.head(feeds, office), seen_head),
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


def _dead_links(
    documents: Sequence[AnyDocument], office: Office, published: Collection[str]
) -> list[Fault]:
    """What an editor wrote and leads nowhere: told of once and by the file it was written in,
    instead of by every document that shows it."""
    entries = {one.entry.slug: one.entry for one in documents if one.entry is not None}
    return [
        Fault(entry.path, "address", "a published file", address)
        for entry in entries.values()
        for address in addresses.dangling_in(entry, office, published)
    ]


def _dangling(document: AnyDocument, answers: addresses.Answers) -> Iterator[Fault]:
    """Addresses of the site's own that no document answers."""
    try:
        missing = answers.dangling(document)
    except (ValueError, etree.LxmlError) as error:  # it is no XML or JSON at all
        yield Fault(document.path, "document", "a document that can be read", str(error))
        return
    for address in missing:
        yield Fault(document.path, "address", "a published file", address)
