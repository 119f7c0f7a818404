"""Every address that stands in a published document, so that none leads to a missing file.

What a document calls an address counts: links, pictures, scripts and metadata of HTML, the code
that other sites are to copy, links and HTML in feeds, URLs in calendars and manifests. An address
in plain text is text.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from lxml import etree

from ilofeed.feeds import parse_xml
from ilofeed.pages import parse_html, plainhtml
from ilofeed.remember import Once

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from ilofeed.document import AnyDocument
    from ilofeed.model import Entry, Office


def _attributes(*names: str) -> Any:
    return etree.XPath(" | ".join(f"//@{name}" for name in names), smart_strings=False)


_html_attributes = _attributes(*plainhtml.NAMES)
_with_more: Any = etree.XPath(
    "//meta[@property] | //script[@type = 'application/ld+json'] | //code[@data-copy]"
)
_xml_attributes = _attributes("href", "url", "src", "htmlUrl", "xmlUrl", "uri")
_XML_ELEMENTS = [
    f"{{*}}{name}" for name in ("comments", "docs", "icon", "link", "loc", "logo", "uri", "url")
]
_LINKED_DATA = frozenset({"@id", "url", "mainEntityOfPage", "isBasedOn"})
_XML_HTML = ["{*}content", "{*}encoded"]
_JSON_HTML = frozenset({"content_html", "html"})
# of JSON Feed, and the last three of the manifest
_JSON_ADDRESSES = frozenset(
    {"banner_image", "icon", "image", "favicon", "translation_of", "files", "path", "site"}
)
_JSON_LABELS = frozenset({"categories", "countries"})  # keys in them are an office's own words
# pages from which `../` leads to a folder of the site, of which all in that folder say the same
_DEEP_PAGE = re.compile(r"[^/]+/.*[^/]/[^/]+\.html").fullmatch
_FROM_ANYWHERE = (b"../", b"https://", b"http://")
MOST_KNOWN = 10_000
_IN_CALENDAR = re.compile(r"^(?:URL|SOURCE|ATTACH|IMAGE)(?:;[^:]*)?:(.+?)\r?$", re.MULTILINE)


class Answers:
    """Which addresses of a site's documents lead to what is published. One for many documents,
    since most name what others name.

    `published` are addresses as `Office.address` makes them. What is behind ? and # is not looked
    at.
    """

    def __init__(self, office: Office, published: Collection[str]) -> None:
        self._office = office
        self._published = published
        # by the folder around a page's own: what leads from any such page to what is there
        self._known: dict[str, set[bytes]] = defaultdict(set)

    def dangling(self, document: AnyDocument) -> list[str]:
        """The addresses in a document that are the site's own and that nothing answers."""
        if _DEEP_PAGE(document.path) and self._all_answered(document):
            return []
        return _unanswered(addresses(document), document.path, self._office, self._published)

    def _all_answered(self, document: AnyDocument) -> bool:
        """Whether a page is plain, and all that may be an address in it leads somewhere."""
        page = plainhtml.read_page(document.data)
        if page is None:
            return False
        known = self._known[document.path.rsplit("/", 2)[0]]
        new = page.addresses - known
        decoded = [plainhtml.decode(value) for value in new]
        found = [one for one in decoded if one is not None]
        if len(found) < len(decoded):
            return False
        found += _in_linked_data(page.linked_data)
        if _unanswered(found, document.path, self._office, self._published):
            return False
        if len(known) > MOST_KNOWN:
            known.clear()
        known.update(one for one in new if one.startswith(_FROM_ANYWHERE))
        return True


def dangling_in(entry: Entry, office: Office, published: Collection[str]) -> list[str]:
    """The same of what an editor wrote into an entry: its links, and those of its body."""
    return _unanswered(_written(entry), entry.page, office, published)


def _written(entry: Entry) -> Iterator[str]:
    event, image = entry.event, entry.image
    own = [
        entry.link,
        event.url if event is not None else None,
        image.url if image is not None and image.path is None else None,
        *(attachment.url for attachment in entry.attachments),
        *(author.url for author in entry.authors),
    ]
    yield from (address for address in own if address is not None)
    yield from _in_fragment(entry.html)


def _unanswered(
    found: Iterable[str], path: str, office: Office, published: Collection[str]
) -> list[str]:
    here = office.address(path)
    folders = _folders(here, office)
    own = set()
    scheme = office.url.partition("://")[0]
    # most stand in a document many times, and are addresses of published paths as they stand
    for whole in {one for one in found if one not in published or "#" in one}:
        written = whole.partition("#")[0]
        if not written:
            continue  # the document itself
        up = written.count("../")
        inner = folders[up] + written[3 * up :] if up < len(folders) else ""
        if written in published or inner.removesuffix("index.html") in published:
            continue  # as nearly all of the site's own are; urljoin and the rest take their time
        address = written.strip()
        if address.startswith(("http://", "https://", "mailto:", "tel:")):
            if not address.startswith(office.url):
                continue  # somebody else's, as most are; the rest takes its time
        elif address.startswith("webcal:"):
            address = scheme + address.removeprefix("webcal")
        else:
            address = urllib.parse.urljoin(here, address)
        address = address.partition("?")[0]
        if address.startswith(office.url):
            own.add(office.address(address.removeprefix(office.url)))
    return sorted(address for address in own if address not in published)


def _folders(here: str, office: Office) -> list[str]:
    """The folder of an address, those around it, up to the site."""
    found = [here.rpartition("/")[0] + "/"]
    while found[-1] != office.url and found[-1].startswith(office.url):
        found.append(found[-1].removesuffix("/").rpartition("/")[0] + "/")
    return found


def addresses(document: AnyDocument) -> Iterator[str]:
    """Every address in a document, as it is written there."""
    suffix = document.path.rpartition(".")[2]
    is_sitemap = suffix == "xml" and document.path.startswith("sitemap")
    if finder := _in_sitemap if is_sitemap else _FINDERS.get(suffix):
        yield from finder(document.data)


def _in_html(data: bytes) -> Iterator[str]:
    root = parse_html(data)
    if root is None:
        return
    yield from _html_attributes(root)
    for element in _with_more(root):
        if element.tag == "meta":
            if element.get("property") in plainhtml.META:
                yield str(element.get("content"))
        elif element.tag == "script":
            yield from _in_linked_data(json.loads(element.text or "null"))
        else:
            yield from _in_code("".join(map(str, element.itertext())))


@Once
def _in_fragment(text: str) -> tuple[str, ...]:
    """The HTML of an entry, which stands in many documents."""
    plain = plainhtml.find_in_fragment(text)
    return tuple(_in_html(text.encode()) if plain is None else plain)


def _in_code(text: str) -> Iterator[str]:
    """Code to copy: HTML, or an address alone on a line or behind a command."""
    if "<" in text:
        yield from _in_html(text.encode())
    yield from re.findall(r"(?<!\S)https?://\S+", text)


def _in_linked_data(value: Any) -> list[str]:
    found: list[str] = []
    for key, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, str):
            if key in _LINKED_DATA:
                found.append(inner)
        elif inner:
            found += _in_linked_data(inner)
    for inner in value if isinstance(value, list) else ():
        found += _in_linked_data(inner)
    return found


def _in_xml(data: bytes) -> Iterator[str]:
    root = parse_xml(data)
    before = root.getprevious()
    if before is not None and before.tag is etree.PI:
        yield str(before.get("href"))
    yield from _xml_attributes(root)
    for element in root.iter(*_XML_ELEMENTS):
        if element.text:
            yield element.text
    for element in root.iter(*_XML_HTML):
        if element.text:
            yield from _in_fragment(element.text)


# what `sitemap` writes of an address without a sign that XML writes otherwise
_SITEMAP_HEAD = re.compile(
    rb"<\?xml version='1\.0' encoding='UTF-8'\?>\n"
    rb'<(urlset|sitemapindex) xmlns="http://www\.sitemaps\.org/schemas/sitemap/0\.9">\n'
)
_SITEMAP_ITEM = re.compile(
    rb"  <(url|sitemap)>\n    <loc>([A-Za-z0-9:/._~%-]+)</loc>\n"
    rb"    <lastmod>[0-9T:+-]+</lastmod>\n  </\1>\n"
)


def _in_sitemap(data: bytes) -> Iterator[str]:
    """The same of a list of pages, which may be long: parsed, it would be twenty times as large."""
    head = _SITEMAP_HEAD.match(data)
    at = start = head.end() if head is not None else 0
    while item := _SITEMAP_ITEM.match(data, at):
        at = item.end()
    if head is None or data[at:] != b"</" + head[1] + b">\n":
        yield from _in_xml(data)
        return
    for item in _SITEMAP_ITEM.finditer(data, start):
        yield item[2].decode()


def _in_json(data: bytes) -> Iterator[str]:
    return _in_value(json.loads(data), "")


def _in_value(value: Any, key: str) -> Iterator[str]:
    """In any order; without recursion, since a manifest holds a value for each file."""
    left = [(key, value)]
    while left:
        key, value = left.pop()
        if isinstance(value, str):
            if key in _JSON_HTML:
                yield from _in_fragment(value)
            elif key in _JSON_ADDRESSES or key.endswith("url"):
                yield value
        elif isinstance(value, dict):
            left += [item for item in value.items() if item[0] not in _JSON_LABELS]
        elif isinstance(value, list):
            left += [(key, one) for one in value]


def _in_calendar(data: bytes) -> Iterator[str]:
    yield from _IN_CALENDAR.findall(data.decode().replace("\r\n ", ""))


def _in_text(data: bytes) -> Iterator[str]:
    yield from re.findall(r"https?://\S+", data.decode())


_FINDERS: dict[str, Callable[[bytes], Iterator[str]]] = {
    "html": _in_html,
    "xml": _in_xml,
    "opml": _in_xml,
    "json": _in_json,
    "ics": _in_calendar,
    "txt": _in_text,
}
