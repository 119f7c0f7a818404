"""What grammars cannot say of a feed document. Each rule has the name the W3C feed validator uses.

The validator itself cannot be a dependency; this is what of it this publisher's documents could
trip, judged before they are published.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from ilofeed.markdown import TAGS, is_clean
from ilofeed.markup import find_markup
from ilofeed.remember import Once
from ilofeed.source import find_unfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ilofeed.document import Format

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

_WHOLE = re.compile(r"(?:https?|mailto|tel):")
_ADDRESS = re.compile(r"(?:href|src)=\"([^\"]*)")

_IS_HTML = "@type = 'html' or self::c:encoded or self::description[parent::item]"
_attributes: Any = etree.XPath("//@*", smart_strings=False)
_html_elements: Any = etree.XPath(f"//*[{_IS_HTML}]", namespaces={"c": _CONTENT[1:-1]})
_with_end_tags: Any = etree.XPath(
    f"//*[not(*) and contains(text(), '</') and not({_IS_HTML})]", namespaces={"c": _CONTENT[1:-1]}
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a document breaks, where, and what was found there."""

    rule: str
    where: str
    found: str


def lint(data: bytes, form: Format, address: str) -> list[Finding]:
    """Every finding in a feed document that is to be served at an address."""
    if found := size_findings(data):
        return found
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return [Finding("SAXError", "document", str(error))]
    findings: list[Finding] = []
    for rule in (_characters, _namespaces, _plain_text, _html, _weekdays, _twice, _history):
        findings += rule(root, form)
    if match := _NOT_HEXADECIMAL.search(data):
        findings.append(Finding("CharacterData", match[1].decode(), match[0].decode()[:80]))
    own = [x.get("href") for x in root.iter(f"{_ATOM}link") if x.get("rel") == "self"]
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


def _name(element: Any) -> str:
    return etree.QName(element).localname


def _characters(root: Any, _form: Format) -> Iterator[Finding]:
    if not find_unfit("\n".join([*root.itertext(), *_attributes(root)])):
        return  # as a rule, and element by element it takes ten times as long
    for element in _elements(root):
        for text in (element.text or "", element.tail or "", *element.attrib.values()):
            if match := find_unfit(text):
                yield Finding("BadCharacters", _name(element), ascii(match[0]))


def _namespaces(root: Any, _form: Format) -> Iterator[Finding]:
    used = {space for element in _elements(root) for space in element.nsmap.values()}
    if root.find(f"{{{_TOMBSTONES}}}deleted-entry") is not None:
        used.discard(_TOMBSTONES)  # the one warning of validators that cannot be avoided
    for space in sorted(used - _KNOWN_NAMESPACES):
        yield Finding("UnknownNamespace", "document", space)


def _plain_text(root: Any, _form: Format) -> Iterator[Finding]:
    for element in _with_end_tags(root):
        if found := find_markup(element.text or ""):
            yield Finding("ContainsUndeclaredHTML", _name(element), found)


def _html(root: Any, form: Format) -> Iterator[Finding]:
    for element in _html_elements(root):
        for rule, found in html_findings(element.text or ""):
            if rule != "ContainsRelRef" or form == "rss":
                yield Finding(rule, _name(element), found)


def html_findings(text: str) -> tuple[tuple[str, str], ...]:
    """Rule and finding for HTML that a strict parser or a cautious reader would not take."""
    return _judge_html(text) if _has_markup(text) else ()


def _has_markup(text: str) -> bool:
    return "<" in text or "&" in text


@Once
def _judge_html(text: str) -> tuple[tuple[str, str], ...]:
    if _is_whole(text):
        return ()
    return _judge_strictly(text)


def _is_whole(text: str) -> bool:
    """Whether HTML is what an HTML5 parser, asked to keep our elements alone, writes of it again:
    it had nothing to mend and nothing to drop, so a strict one has nothing to say. Addresses are
    whole, too. Where that is not so, as of HTML in references, a strict parser has to judge."""
    return (
        find_unfit(text) is None
        and all(map(_WHOLE.match, _ADDRESS.findall(text)))
        and is_clean(text)
    )


def _judge_strictly(text: str) -> tuple[tuple[str, str], ...]:
    import html5lib

    try:
        tree = html5lib.HTMLParser(strict=True).parseFragment(text)
    except html5lib.html5parser.ParseError as error:
        return (("NotHtml", str(error)),)
    findings = []
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "DOCUMENT_FRAGMENT":
            continue
        if (name := element.tag.partition("}")[2]) not in TAGS:
            findings.append(("SecurityRisk", name))
        for attribute, value in element.attrib.items():
            if str(attribute).startswith("on"):
                findings.append(("SecurityRiskAttr", str(attribute)))
            if attribute == "style":
                findings.append(("DangerousStyleAttr", value))
            if attribute in {"href", "src"} and not _WHOLE.match(value):
                findings.append(("ContainsRelRef", value))
    return tuple(findings)


def _weekdays(root: Any, form: Format) -> Iterator[Finding]:
    if form == "atom":
        for element in root.iter(f"{_ATOM}updated", f"{_ATOM}published"):
            try:
                dt.datetime.fromisoformat(element.text or "")
            except ValueError:
                yield Finding("InvalidRFC3339Date", _name(element), element.text or "")
        return
    for element in root.iter("pubDate", "lastBuildDate"):
        try:
            moment = email.utils.parsedate_to_datetime(element.text or "")
        except ValueError:
            yield Finding("InvalidRFC2822Date", _name(element), element.text or "")
            continue
        if email.utils.format_datetime(moment)[:3] != (element.text or "")[:3]:
            yield Finding("IncorrectDOW", _name(element), element.text or "")


def _twice(root: Any, form: Format) -> Iterator[Finding]:
    if form == "rss":
        yield from duplicates("DuplicateValue", "guid", (g.text for g in root.iter("guid")))
        return
    entries = root.findall(f"{_ATOM}entry")
    for rule, name in (("DuplicateEntries", "id"), ("DuplicateUpdated", "updated")):
        yield from duplicates(rule, name, (entry.findtext(_ATOM + name) for entry in entries))
    for node in (root, *entries):
        alternates = (
            f"{link.get('type')} {link.get('hreflang')}"
            for link in node.findall(f"{_ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        )
        yield from duplicates("DuplicateAtomLink", "link", alternates)


def _history(root: Any, form: Format) -> Iterator[Finding]:
    """RFC 5005: links between archives, and marks that agree with them."""
    channel = root if form == "atom" else root.find("channel")
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
    for entry in root.iter(f"{_ATOM}entry", "item"):
        for link in entry.findall(f"{_ATOM}link"):
            if link.get("rel") in _HISTORY_LINKS:
                yield Finding("FeedHistoryRelInEntry", "link", link.get("rel"))


def duplicates(rule: str, where: str, values: Iterable[str | None]) -> Iterator[Finding]:
    """That values stand in a document more than once, for each that does."""
    for value, times in Counter(values).items():
        if times > 1:
            yield Finding(rule, where, value or "")
