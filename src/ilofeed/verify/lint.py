"""Check feed documents against grammars, and against rules that a grammar cannot express.

The grammars are RELAX NG for Atom and RSS, and JSON Schema for JSON Feed. The rules are those of
the W3C feed validator that our documents could break, and have its names. The validator itself is
not available as a library.
"""

import datetime as dt
import email.utils
import functools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from lxml import etree

from ilofeed.bodies import ITEM_TAGS, is_sanitized_item
from ilofeed.feeds import NAMESPACES, expand_name, parse_xml
from ilofeed.model import Format
from ilofeed.text import find_markup, find_unfit

MAX_BYTES = 5_000_000  # validators and readers reject larger documents
_ENTRY, _LINK = expand_name("atom:entry"), expand_name("atom:link")
_HISTORY_LINKS = frozenset({"current", "prev-archive", "next-archive"})
_NOT_HEXADECIMAL = re.compile(
    rb"<(title|subtitle|summary|name|dc:creator|ev:location|media:title|media:credit|category)"
    rb"(?: [^<>]*)?>[^<]*&(?:amp|lt);"
)
_DATES = {
    "atom": (expand_name("atom:updated"), expand_name("atom:published")),
    "rss": ("pubDate", "lastBuildDate"),
}
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ABSOLUTE = re.compile(r"(?:https?|mailto|tel):")
_ADDRESS = re.compile(r"(?:href|src)=\"([^\"]*)")
_html_elements: Any = etree.XPath(
    "//content:encoded | //item/description | //*[@type = 'html']", namespaces=NAMESPACES
)


@dataclass(frozen=True, slots=True)
class Finding:
    """An error in a document: the rule, the element or line, and the text that breaks the rule."""

    rule: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class _Feed:
    """A parsed feed document, with a list of its elements that contain HTML."""

    data: bytes
    root: Any
    form: Format
    html: list[Any]


def lint(data: bytes, form: Format, address: str) -> list[Finding]:
    """Return all findings in an Atom or RSS document that will be served at `address`."""
    if findings := size_findings(data):
        return findings
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        return [Finding("SAXError", "document", str(error))]
    feed = _Feed(data, root, form, _html_elements(root))
    findings = [finding for rule in _RULES for finding in rule(feed)]
    links = [link.get("href") for link in root.iter(_LINK) if link.get("rel") == "self"]
    if links != [address]:
        findings.append(Finding("SelfDoesntMatchLocation", "link", f"{links}, served at {address}"))
    return findings


def size_findings(data: bytes) -> list[Finding]:
    """Return a finding if a document is larger than `MAX_BYTES`."""
    if len(data) <= MAX_BYTES:
        return []
    text = f"{len(data)} bytes, more than {MAX_BYTES}; write a smaller `limit` in feeds.yaml"
    return [Finding("ValidatorLimit", "document", text)]


def duplicates(rule: str, where: str, values: Iterable[str | None]) -> Iterator[Finding]:
    """Yield a finding for each value that occurs more than once."""
    for value, times in Counter(values).items():
        if times > 1:
            yield Finding(rule, where, value or "")


def _elements(root: Any) -> Iterator[Any]:
    return root.iter(etree.Element)  # type: ignore[no-any-return]  # without comments and instructions


def _name(element: Any) -> str:
    return etree.QName(element).localname


def _characters(feed: _Feed) -> Iterator[Finding]:
    for element in _elements(feed.root):
        texts = [element.text or "", element.tail or "", *element.values()]
        if match := find_unfit("\n".join(texts)):
            yield Finding("BadCharacters", _name(element), ascii(match[0]))


def _namespaces(feed: _Feed) -> Iterator[Finding]:
    declared = {name for element in _elements(feed.root) for name in element.nsmap.values()}
    expected = set(NAMESPACES.values())
    if feed.root.find("at:deleted-entry", NAMESPACES) is None:  # validators warn of it
        expected.remove(NAMESPACES["at"])
    for namespace in sorted(declared - expected):
        yield Finding("UnknownNamespace", "document", namespace)


def _plain_text(feed: _Feed) -> Iterator[Finding]:
    html = set(feed.html)
    for element in _elements(feed.root):
        if element not in html and (markup := find_markup(element.text or "")):
            yield Finding("ContainsUndeclaredHTML", _name(element), markup)


def _html(feed: _Feed) -> Iterator[Finding]:
    for element in feed.html:
        for rule, value in html_findings(element.text or ""):
            if rule != "ContainsRelRef" or feed.form == "rss":
                yield Finding(rule, _name(element), value)


def _dates(feed: _Feed) -> Iterator[Finding]:
    for element in feed.root.iter(*_DATES[feed.form]):
        text = element.text or ""
        if rule := _broken_date_rule(text, feed.form):
            yield Finding(rule, _name(element), text)


def _broken_date_rule(text: str, form: Format) -> str | None:
    """Return the rule that a date breaks; None if it is valid."""
    try:
        if form == "atom":
            dt.datetime.fromisoformat(text)
            return None
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return "InvalidRFC3339Date" if form == "atom" else "InvalidRFC2822Date"
    return None if text[:3] == _WEEKDAYS[moment.weekday()] else "IncorrectDOW"


def _duplicates(feed: _Feed) -> Iterator[Finding]:
    root = feed.root
    if feed.form == "rss":
        yield from duplicates("DuplicateValue", "guid", (g.text for g in root.iter("guid")))
        return
    entries = root.findall(_ENTRY)
    for rule, name in (("DuplicateEntries", "id"), ("DuplicateUpdated", "updated")):
        yield from duplicates(
            rule, name, (entry.findtext(expand_name(f"atom:{name}")) for entry in entries)
        )
    for node in (root, *entries):
        alternates = (
            f"{link.get('type')} {link.get('hreflang')}"
            for link in node.iterchildren(_LINK)
            if link.get("rel", "alternate") == "alternate"
        )
        yield from duplicates("DuplicateAtomLink", "link", alternates)


def _history(feed: _Feed) -> Iterator[Finding]:
    """Check that the fh: elements (RFC 5005) agree with the links between archives."""
    channel = feed.root if feed.form == "atom" else feed.root.find("channel")
    if channel is None:
        return
    links = {link.get("rel"): link.get("href") for link in channel.iterchildren(_LINK)}
    archives = links.keys() & {"prev-archive", "next-archive"}
    if channel.find("fh:complete", NAMESPACES) is not None:
        for rel in sorted(archives):
            yield Finding("FeedRelInCompleteFeed", "link", rel)
        if links.get("current", links.get("self")) != links.get("self"):
            yield Finding("CurrentNotSelfInCompleteFeed", "link", str(links["current"]))
    elif channel.find("fh:archive", NAMESPACES) is not None:
        if not archives:
            yield Finding("ArchiveIncomplete", "link", "neither prev-archive nor next-archive")
        if "current" not in links:
            yield Finding("MissingCurrentInArchive", "link", "no current")
    for entry in feed.root.iter(_ENTRY, "item"):
        for link in entry.iterchildren(_LINK):
            if (rel := link.get("rel")) in _HISTORY_LINKS:
                yield Finding("FeedHistoryRelInEntry", "link", rel)


def _references(feed: _Feed) -> Iterator[Finding]:
    """Check that & and < in plain text are hexadecimal references."""
    if match := _NOT_HEXADECIMAL.search(feed.data):
        yield Finding("CharacterData", match[1].decode(), match[0].decode()[:80])


_RULES: tuple[Callable[[_Feed], Iterator[Finding]], ...] = (
    _characters,
    _namespaces,
    _plain_text,
    _html,
    _dates,
    _duplicates,
    _history,
    _references,
)


@functools.lru_cache(maxsize=2_000)  # an entry occurs in many documents
def html_findings(text: str) -> tuple[tuple[str, str], ...]:
    """Return rule and text for each error in HTML: syntax, unsafe markup, relative addresses."""
    return () if _is_clean(text) else _check_strictly(text)


def _is_clean(text: str) -> bool:
    """Return whether all addresses in HTML are absolute, and nh3 returns the HTML unchanged.

    nh3 parses HTML as browsers do, and removes elements that entries must not have. If the output
    equals the input, the strict parser, which is a hundred times slower, has no findings either.
    """
    return (
        find_unfit(text) is None
        and all(map(_ABSOLUTE.match, _ADDRESS.findall(text)))
        and is_sanitized_item(text)
    )


def _check_strictly(text: str) -> tuple[tuple[str, str], ...]:
    from tinyhtml5.parser import HTMLParser

    parser = HTMLParser(namespace_html_elements=False)
    fragment = parser.parse_fragment(text)
    if parser.errors:
        (_, code, details), *_ = parser.errors
        return (("NotHtml", " ".join([code, *map(str, details.values())])),)
    findings = []
    for element in fragment.iter():
        if not isinstance(element.tag, str) or element is fragment:
            continue
        if (name := element.tag.rpartition("}")[2]) not in ITEM_TAGS:
            findings.append(("SecurityRisk", name))
        for attribute, value in element.attrib.items():
            if attribute.startswith("on"):
                findings.append(("SecurityRiskAttr", attribute))
            if attribute == "style":
                findings.append(("DangerousStyleAttr", value))
            if attribute in {"href", "src"} and not _ABSOLUTE.match(value):
                findings.append(("ContainsRelRef", value))
    return tuple(findings)


@functools.cache
def _relax_ng(form: Format) -> etree.RelaxNG:
    with resources.files("ilofeed").joinpath("data", f"{form}.rng").open("rb") as file:
        return etree.RelaxNG(etree.parse(file))


@functools.cache
def _json_schema() -> Any:
    import jsonschema_rs

    text = resources.files("ilofeed").joinpath("data", "jsonfeed.schema.json").read_text("utf-8")
    # with formats, because otherwise 2026-02-30 would be valid
    return jsonschema_rs.Draft202012Validator(json.loads(text), validate_formats=True)


def match_grammar(data: bytes, form: Format) -> list[Finding]:
    """Return a finding for each error against the grammar of a format, at most three in XML."""
    if form == "json":
        return _match_json(data)
    try:
        root = parse_xml(data)
    except etree.XMLSyntaxError as error:
        return [Finding("SAXError", "document", str(error))]
    grammar = _relax_ng(form)
    errors = [] if grammar.validate(root) else list(grammar.error_log)[:3]
    return [Finding("grammar", f"line {error.line}", error.message) for error in errors]


def _match_json(data: bytes) -> list[Finding]:
    try:
        document = json.loads(data)
        # raises ValueError for characters that UTF-8 cannot encode
        errors = list(_json_schema().iter_errors(document))
    except ValueError as error:
        return [Finding("grammar", "document", str(error))]
    findings = [
        Finding("grammar", _json_path(error.instance_path), error.message[:300]) for error in errors
    ]
    if not findings and len({item["id"] for item in document["items"]}) < len(document["items"]):
        findings.append(Finding("DuplicateEntries", "items", "an id occurs twice"))
    return findings


def _json_path(path: Sequence[str | int]) -> str:
    """Return the location of a value as JSONPath: `$.items[0].id`."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
