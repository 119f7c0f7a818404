"""What search engines request: `robots.txt` and `sitemap.xml` (sitemaps.org, protocol 0.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from ilofeed.document import Document
from ilofeed.feeds import changed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from ilofeed.model import Entry, Feed, Office

PATH = "sitemap.xml"
MOST = 50_000  # addresses in one file; more need an index of files
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_Page = tuple[str, "dt.datetime"]


def render_sitemap(
    office: Office, feeds: Sequence[Feed], entries: Iterable[Entry]
) -> list[Document]:
    """Return the files of the sitemap, without withdrawn entries, and robots.txt."""
    pages: list[_Page] = [("index.html", max(feed.updated for feed in feeds))]
    pages += [(feed.path("index.html"), feed.updated) for feed in feeds]
    pages += [(entry.page, changed(entry)) for entry in entries if entry.withdrawn is None]
    parts = [pages[start : start + MOST] for start in range(0, len(pages), MOST)]
    robots = Document("robots.txt", "index", _robots(office))
    if len(parts) == 1:
        return [Document(PATH, "index", _list("urlset", "url", parts[0], office)), robots]
    names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    documents = [
        Document(name, "index", _list("urlset", "url", part, office))
        for name, part in zip(names, parts, strict=True)
    ]
    index = [
        (name, max(moment for _, moment in part)) for name, part in zip(names, parts, strict=True)
    ]
    sitemap = Document(PATH, "index", _list("sitemapindex", "sitemap", index, office))
    return [*documents, sitemap, robots]


def _list(root_name: str, name: str, pages: Sequence[_Page], office: Office) -> bytes:
    root = etree.Element(root_name, xmlns=_NAMESPACE)
    for path, moment in pages:
        item = etree.SubElement(root, name)
        etree.SubElement(item, "loc").text = office.address(path)
        etree.SubElement(item, "lastmod").text = moment.replace(microsecond=0).isoformat()
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _robots(office: Office) -> bytes:
    return f"User-agent: *\nAllow: /\n\nSitemap: {office.address(PATH)}\n".encode()
