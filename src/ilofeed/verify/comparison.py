"""One document read back and compared with what it was made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ilofeed.feeds import OpmlError, opml_head, opml_outline, read_opml
from ilofeed.pages import oembed, read_structured, structured
from ilofeed.verify.archivereader import read_archive
from ilofeed.verify.calendarreader import CalendarError, read_calendar
from ilofeed.verify.carry import carried_calendar, carried_entry, carried_event, carried_feed
from ilofeed.verify.grammar import match_grammar
from ilofeed.verify.lint import lint
from ilofeed.verify.readback import read_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ilofeed.document import Document
    from ilofeed.model import Feed, Office
    from ilofeed.verify.lint import Finding


@dataclass(frozen=True, slots=True)
class Fault:
    """A document that did not come back equal: where in it, what was expected, what came back."""

    path: str
    field: str
    expected: str
    found: str


def verify_document(document: Document, office: Office) -> list[Fault]:
    """What one document says against what it was made of; pictures and styles say nothing."""
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
    """Grammar, lint and round trip of one feed document: by feedparser where people subscribe."""
    feed, form = document.feed, document.format
    assert feed is not None
    assert form is not None
    findings = match_grammar(document.data, form)
    if form != "json":
        findings += lint(document.data, form, office.address(document.path))
    faults = of_findings(document, findings)
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


def of_findings(document: Document, findings: Iterable[Finding]) -> list[Fault]:
    """Rules that a document breaks, as faults of it."""
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


def verify_opml(document: Document, office: Office, feeds: Sequence[Feed]) -> list[Fault]:
    """The groups of the list of feeds, and every feed in each."""
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
