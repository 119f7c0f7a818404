"""Find links to files of the site that are not published.

Checked are links, pictures, scripts, metadata and code to copy in HTML pages, links and HTML in
feeds, and URLs in calendars and manifests. Addresses in plain text are not checked.
"""

import functools
import gzip
import json
import re
import urllib.parse
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from ilofeed.feeds import MANIFEST, parse_xml
from ilofeed.model import AnyDocument, Entry, Office
from ilofeed.pages import read_html

_xml_attributes: Any = etree.XPath(
    "//@href | //@url | //@src | //@htmlUrl | //@xmlUrl | //@uri", smart_strings=False
)
_XML_ADDRESSES = [
    f"{{*}}{name}" for name in ("comments", "docs", "icon", "link", "loc", "logo", "uri", "url")
]
_XML_HTML = ["{*}content", "{*}encoded"]
_JSON_HTML = frozenset({"content_html", "html"})
_JSON_ADDRESSES = frozenset(  # keys of JSON Feed and JSON-LD; others end in "url"
    "@id banner_image favicon icon image isBasedOn mainEntityOfPage translation_of".split()
)
_CALENDAR_LINE = re.compile(r"^(?:URL|SOURCE|ATTACH|IMAGE)(?:;[^:]*)?:(.+?)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LinkChecker:
    """Check links in documents and entries against the `published` addresses (`Office.address`).

    The query and the fragment of a link are ignored.
    """

    office: Office
    published: Collection[str]

    def broken(self, document: AnyDocument) -> list[str]:
        """Return the addresses in a document that belong to the site and are not published. Raise
        `ValueError` or `etree.LxmlError` if it cannot be parsed."""
        is_manifest = document.path == MANIFEST
        links = _in_manifest(document.data, self.office) if is_manifest else addresses(document)
        return self._unpublished(links, document.path)

    def broken_in_entry(self, entry: Entry) -> list[str]:
        """Return such addresses among those that an editor wrote in an entry file."""
        return self._unpublished(_in_entry(entry), entry.page)

    def _unpublished(self, links: Iterable[str], path: str) -> list[str]:
        office, page = self.office, self.office.address(path)
        # most links are published addresses, or `../` up to the site's folder and such a path
        to_root = "../" * path.count("/")
        unknown = {
            link
            for link in set(links).difference(self.published)
            if not link.startswith(to_root)
            or office.address(link.removeprefix(to_root)) not in self.published
        }
        targets = {_resolve(link, page) for link in unknown}
        missing = {
            office.address(target.removeprefix(office.url))
            for target in targets
            if target not in self.published and target.startswith(office.url)
        }
        return sorted(missing.difference(self.published))


def _resolve(link: str, page: str) -> str:
    """Return the absolute URL of a link on a page, without query and fragment."""
    address = link.partition("#")[0].partition("?")[0].strip()
    if address.startswith("webcal:"):
        return page.partition(":")[0] + address.removeprefix("webcal")
    return urllib.parse.urljoin(page, address)


def _in_entry(entry: Entry) -> Iterator[str]:
    event, image = entry.event, entry.image
    links = [
        entry.link,
        event.url if event is not None else None,
        image.url if image is not None and image.path is None else None,
        *(attachment.url for attachment in entry.attachments),
        *(author.url for author in entry.authors),
    ]
    yield from (link for link in links if link is not None)
    yield from _in_fragment(entry.html)


def addresses(document: AnyDocument) -> Iterable[str]:  # noqa: PLR0911  one for each format
    """Return all addresses in a document, not yet resolved."""
    match document.path.rpartition(".")[2]:
        case "html":
            return _in_html(document.data)
        case "xml" | "opml":
            return _in_xml(document.data)
        case "json":
            return _in_json(json.loads(document.data))
        case "ics":  # long lines are unfolded first
            return _CALENDAR_LINE.findall(document.data.decode().replace("\r\n ", ""))
        case "pf_fragment":  # of the search: an entry, from the folder of the site
            found = json.loads(gzip.decompress(document.data).removeprefix(b"pagefind_dcd"))
            return [f"../../..{found['url']}"]
        case "txt":
            return re.findall(r"https?://\S+", document.data.decode())
    return ()


def _in_html(data: bytes) -> Iterator[str]:
    page = read_html(data)
    yield from page.addresses
    for block in page.linked_data:
        yield from _in_json(json.loads(block or "null"))
    for code in page.code:
        yield from _in_code(code)


@functools.lru_cache(maxsize=10_000)  # the HTML of an entry occurs in many documents
def _in_fragment(text: str) -> tuple[str, ...]:
    return tuple(_in_html(text.encode()))


def _in_code(text: str) -> Iterator[str]:
    """Yield the addresses in code to copy, which is HTML, an address, or a command with one."""
    if "<" in text:
        yield from _in_html(text.encode())
    yield from re.findall(r"(?<!\S)https?://\S+", text)


def _in_xml(data: bytes) -> Iterator[str]:
    root = parse_xml(data)
    stylesheet = root.getprevious()
    if stylesheet is not None and stylesheet.tag is etree.PI:
        yield str(stylesheet.get("href"))
    yield from _xml_attributes(root)
    for element in root.iter(*_XML_ADDRESSES):
        if element.text:
            yield element.text
    for element in root.iter(*_XML_HTML):
        if element.text:
            yield from _in_fragment(element.text)


def _in_json(value: Any, key: str = "") -> Iterator[str]:
    """Yield the addresses in the JSON value of `key`."""
    if isinstance(value, str):
        if key in _JSON_HTML:
            yield from _in_fragment(value)
        elif key in _JSON_ADDRESSES or key.endswith("url"):
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _in_json(item, key)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _in_json(inner, name)


def _in_manifest(data: bytes, office: Office) -> Iterator[str]:
    """Yield the addresses in a manifest, and the addresses of the paths in it."""
    manifest = json.loads(data)
    try:
        yield manifest["site"]
        for entry in manifest["entries"]:
            yield entry["url"]
        for path in (*manifest["files"], *(item["path"] for item in manifest["documents"])):
            yield office.address(path)
    except (KeyError, TypeError) as error:
        raise ValueError("not a manifest") from error
