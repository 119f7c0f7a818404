"""What grammars cannot say of a feed document. Each rule has the name the W3C feed validator uses.

The validator itself cannot be a dependency; this is what of it this publisher's documents could
trip, judged before they are published.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import functools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from ilofeed.feeds import parse_xml
from ilofeed.text import find_markup, find_unfit, has_suspect
from ilofeed.verify.htmllint import html_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ilofeed.model import Format

MOST_BYTES = 5_000_000  # above it validators and readers give up
_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_KNOWN_NAMESPACES = frozenset(
    {
        "http://www.w3.org/2005/Atom",
        "http://purl.org/dc/elements/1.1/",
        "http://purl.org/rss/1.0/modules/content/",
        "http://purl.org/rss/1.0/modules/event/",
        "http://purl.org/syndication/history/1.0",
        "http://search.yahoo.com/mrss/",
    }
)
_FH = "{http://purl.org/syndication/history/1.0}"
_HISTORY_LINKS = frozenset({"current", "prev-archive", "next-archive"})
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721
_NOT_HEXADECIMAL = re.compile(
    rb"<(title|subtitle|summary|name|dc:creator|ev:location|media:description|media:credit|category)"
    rb"(?: [^<>]*)?>[^<]*&(?:amp|lt);"
)

_DECLARATION = b"<?xml version='1.0' encoding='UTF-8'?>\n"
_DATES = {"atom": (f"{_ATOM}updated", f"{_ATOM}published"), "rss": ("pubDate", "lastBuildDate")}

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_USUAL = bytes(range(0x20, 0x7F)) + b"\n\t"  # characters that are fit wherever they stand
_attributes: Any = etree.XPath("//@*", smart_strings=False)
_text: Any = etree.XPath("string(/)", smart_strings=False)
_of_type_html: Any = etree.XPath("//@type[. = 'html']/..")
_with_end_tags: Any = etree.XPath("//*[not(*) and contains(text(), '</')]")
_alternate = "a:link[not(@rel) or @rel = 'alternate']"
_PREFIXES = {"a": _ATOM[1:-1]}
_with_two_alternates: Any = etree.XPath(
    f"/*[count({_alternate}) > 1] | /*/a:entry[count({_alternate}) > 1]", namespaces=_PREFIXES
)
_firsts: dict[str, Any] = {  # of each entry
    name: etree.XPath(f"/*/a:entry/a:{name}[1]", namespaces=_PREFIXES) for name in ("id", "updated")
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a document breaks, where, and what was found there."""

    rule: str
    where: str
    found: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A document, its root, and what several rules look at: elements of HTML, and links."""

    data: bytes
    root: Any
    form: Format
    html: list[Any]
    links: list[Any]


def _read(data: bytes, form: Format) -> _Read:
    root = parse_xml(data)
    others = [
        one
        for one in root.iter(f"{_CONTENT}encoded", "description")
        if one.tag != "description" or _is_in(one, "item")
    ]
    html = _of_type_html(root) + [one for one in others if one.get("type") != "html"]
    return _Read(data, root, form, html, list(root.iter(f"{_ATOM}link")))


def lint(data: bytes, form: Format, address: str) -> list[Finding]:
    """Every finding in a feed document that is to be served at an address."""
    if found := size_findings(data):
        return found
    try:
        read = _read(data, form)
    except etree.XMLSyntaxError as error:
        return [Finding("SAXError", "document", str(error))]
    findings: list[Finding] = []
    for is_well, rule in _RULES:
        if not is_well(read):
            findings += rule(read)
    if match := _NOT_HEXADECIMAL.search(data):
        findings.append(Finding("CharacterData", match[1].decode(), match[0].decode()[:80]))
    own = [link.get("href") for link in read.links if link.get("rel") == "self"]
    if own != [address]:
        findings.append(Finding("SelfDoesntMatchLocation", "link", f"{own}, served at {address}"))
    return findings


def size_findings(data: bytes) -> list[Finding]:
    """That a document is larger than readers take, where it is."""
    if len(data) <= MOST_BYTES:
        return []
    what = f"{len(data)} bytes, {MOST_BYTES} is the most; set a smaller limit in feeds.yaml"
    return [Finding("ValidatorLimit", "document", what)]


def _elements(root: Any) -> Iterator[Any]:
    return (element for element in root.iter() if isinstance(element.tag, str))


def _is_in(element: Any, *names: str) -> bool:
    """Whether an element is a child of one of these."""
    parent = element.getparent()
    return parent is not None and parent.tag in names


def _name(element: Any) -> str:
    return etree.QName(element).localname


def _unknown(_read: _Read) -> bool:
    """Of a rule that takes no longer than a question whether it is needed."""
    return False


def _has_usual_characters(read: _Read) -> bool:
    """Whether no character is suspect, be it written as such or as one of our references."""
    data = read.data
    if not data.startswith(_DECLARATION):
        return False
    ours = data.count(b"&#x26;") + data.count(b"&#x3C;")
    unusual = data.translate(None, _USUAL).decode("utf-8", "replace")
    return data.count(b"&#") == ours and not has_suspect(unusual)


def _characters(read: _Read) -> Iterator[Finding]:
    root = read.root
    if not find_unfit("\n".join([*root.itertext(), *_attributes(root)])):
        return  # as a rule, and element by element it takes ten times as long
    for element in _elements(root):
        for text in (element.text or "", element.tail or "", *element.attrib.values()):
            if match := find_unfit(text):
                yield Finding("BadCharacters", _name(element), ascii(match[0]))


def _has_usual_namespaces(read: _Read) -> bool:
    """Whether all are declared in the root, and known."""
    spaces = read.root.nsmap
    return (
        b"<!" not in read.data  # could declare them, too
        and read.data.count(b"xmlns") == len(spaces)
        and _KNOWN_NAMESPACES.issuperset(spaces.values())
    )


def _namespaces(read: _Read) -> Iterator[Finding]:
    root = read.root
    used = {space for element in _elements(root) for space in element.nsmap.values()}
    if root.find(f"{{{_TOMBSTONES}}}deleted-entry") is not None:
        used.discard(_TOMBSTONES)  # the one warning of validators that cannot be avoided
    for space in sorted(used - _KNOWN_NAMESPACES):
        yield Finding("UnknownNamespace", "document", space)


def _has_plain_text(read: _Read) -> bool:
    """Whether all end tags in texts are in texts that are HTML."""
    in_html = sum((element.text or "").count("</") for element in read.html)
    return bool(_text(read.root).count("</") == in_html)


def _plain_text(read: _Read) -> Iterator[Finding]:
    for element in _with_end_tags(read.root):
        if element not in read.html and (found := find_markup(element.text or "")):
            yield Finding("ContainsUndeclaredHTML", _name(element), found)


def _html(read: _Read) -> Iterator[Finding]:
    for element in read.html:
        for rule, found in html_findings(element.text or ""):
            if rule != "ContainsRelRef" or read.form == "rss":
                yield Finding(rule, _name(element), found)


def _weekdays(read: _Read) -> Iterator[Finding]:
    names = _DATES[read.form]
    for element in read.root.iter(*names):
        text = element.text or ""
        if rule := _judge_date(text, read.form):
            yield Finding(rule, _name(element), text)


@functools.lru_cache(maxsize=2_000)  # an entry's stand in many documents
def _judge_date(text: str, form: Format) -> str | None:
    """The rule that a date breaks."""
    try:
        if form == "atom":
            dt.datetime.fromisoformat(text)
            return None
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return "InvalidRFC3339Date" if form == "atom" else "InvalidRFC2822Date"
    return None if text[:3] == _WEEKDAYS[moment.weekday()] else "IncorrectDOW"


def _twice(read: _Read) -> Iterator[Finding]:
    root = read.root
    if read.form == "rss":
        yield from duplicates("DuplicateValue", "guid", (g.text for g in root.iter("guid")))
        return
    entries = root.findall(f"{_ATOM}entry")
    for rule, name in (("DuplicateEntries", "id"), ("DuplicateUpdated", "updated")):
        found: list[str | None] = [one.text or "" for one in _firsts[name](root)]
        if len(found) != len(entries):  # an entry has none
            found = [entry.findtext(_ATOM + name) for entry in entries]
        yield from duplicates(rule, name, found)
    for node in _with_two_alternates(root):
        alternates = (
            f"{link.get('type')} {link.get('hreflang')}"
            for link in node.findall(f"{_ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        )
        yield from duplicates("DuplicateAtomLink", "link", alternates)


def _history(read: _Read) -> Iterator[Finding]:
    """RFC 5005: links between archives, and marks that agree with them."""
    channel = read.root if read.form == "atom" else read.root.find("channel")
    if channel is None:
        return
    links = {link.get("rel"): link.get("href") for link in channel.findall(f"{_ATOM}link")}
    archives = links.keys() & {"prev-archive", "next-archive"}
    if channel.find(f"{_FH}complete") is not None:
        for rel in sorted(archives):
            yield Finding("FeedRelInCompleteFeed", "link", rel)
        if links.get("current", links.get("self")) != links.get("self"):
            yield Finding("CurrentNotSelfInCompleteFeed", "link", str(links["current"]))
    elif channel.find(f"{_FH}archive") is not None:
        if not archives:
            yield Finding("ArchiveIncomplete", "link", "neither prev-archive nor next-archive")
        if "current" not in links:
            yield Finding("MissingCurrentInArchive", "link", "no current")
    for link in read.links:
        rel = link.get("rel")
        if rel in _HISTORY_LINKS and _is_in(link, f"{_ATOM}entry", "item"):
            yield Finding("FeedHistoryRelInEntry", "link", rel)


# each rule behind the question whether it could find anything, where that is quicker to answer
_RULES: tuple[tuple[Callable[[_Read], bool], Callable[[_Read], Iterator[Finding]]], ...] = (
    (_has_usual_characters, _characters),
    (_has_usual_namespaces, _namespaces),
    (_has_plain_text, _plain_text),
    (_unknown, _html),
    (_unknown, _weekdays),
    (_unknown, _twice),
    (_unknown, _history),
)


def duplicates(rule: str, where: str, values: Iterable[str | None]) -> Iterator[Finding]:
    """That values stand in a document more than once, for each that does."""
    given = list(values)
    if len(set(given)) == len(given):
        return  # as a rule, and counting takes longer
    for value, times in Counter(given).items():
        if times > 1:
            yield Finding(rule, where, value or "")
