"""Read a source, a file or an address, in any format, as items.

Feeds name the next page by a link (RFC 5005), by `next_url` (JSON Feed) or in a header. Sites of
WordPress have further pages without naming them. All pages together are read as one document.
"""

import dataclasses
import datetime as dt
import json
import re
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from ilofeed.content import read
from ilofeed.http import LONGEST, FetchError, TooLargeError, fetch, is_address
from ilofeed.problems import did_you_mean, plural, quote, visible
from ilofeed.sources.decoding import codec_of, decode, detect_kind, unpack
from ilofeed.sources.feeds import is_item, next_link, read_feed
from ilofeed.sources.files import (
    KEYS,
    STATE_KEYS,
    is_workbook,
    read_calendar,
    read_posts,
    read_sheets,
    read_table,
)
from ilofeed.sources.items import (
    MAX_BYTES,
    MAX_ITEMS,
    ImportedFeed,
    Note,
    RequestError,
    SourceError,
    note,
)
from ilofeed.sources.json_feed import (
    as_list,
    as_mapping,
    as_text,
    parse_json,
    read_json,
    read_wordpress_posts,
)
from ilofeed.sources.xml import local_name, parse_xml, text_of
from ilofeed.text import find_mistaken
from ilofeed.urls import AddressError

_CUT = re.compile(r"\[(?:…|&hellip;|&#8230;|&#x2026;|\.\.\.)\]", re.IGNORECASE)
_LINK = re.compile(r"<([^<>]*+)>([^<>]*+)")
_PARAMETER = re.compile(r""";\s*+([\w-]++)\s*+=\s*+(?:"([^"]*+)"|([^\s",;]*+))""")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_MAX_EXCERPT, _MAX_AFTER = 3_000, 200  # characters; after the mark there may be a link to the post
_KEYS = ("id", "guid", "link", "url", "title")  # which tell items apart


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A source and how to read it."""

    source: str  # a path, also of a folder, or an http or https address
    kind: str | None = None  # atom, rss, rdf, json, csv, ics; None: detected by its beginning
    columns: Sequence[str] = ()  # KEY=HEADER
    encoding: str | None = None  # of the source; None: what it says, or UTF-8
    drafts: bool = False  # also read drafts and scheduled posts
    pages: int = 1  # read at most, of a feed at an address


def read_source(
    root: Path, request: SourceRequest, zone: dt.tzinfo, now: dt.datetime
) -> ImportedFeed:
    """Return the items of a source; the path of a file or a folder is relative to `root`.

    In folders and calendars `zone` is that of times without one, and `now` decides what is to come.
    Raise `RequestError` for a wrong option, `SourceError` for a source that cannot be used,
    `http.FetchError` and `OSError` for failed transfers.
    """
    columns = _parse_columns(request.columns)
    encoding = codec_of(request.encoding or "")
    if request.encoding and not encoding:
        raise RequestError(f"unknown --encoding {quote(request.encoding)}; for instance cp1251")
    base, charset, links = None, "", ""
    data: bytes | None
    if is_address(request.source):
        try:
            response = fetch(request.source, MAX_BYTES)
        except (AddressError, TooLargeError) as error:
            raise SourceError(str(error)) from error
        data, base, charset = response.data, response.address, response.charset
        links = response.links
    elif (root / request.source).is_dir():
        return read_posts(root / request.source, zone, now, drafts=request.drafts)
    else:
        data = read.read_limited(root / request.source, MAX_BYTES)
        if data is None:
            raise SourceError(f"it is larger than {MAX_BYTES // 2**20} MiB")
    if is_workbook(data):
        return read_sheets(data, columns, drafts=request.drafts)
    text, notes = decode(unpack(data), encoding, charset)
    del data  # a feed may have some 60 MB
    read_text = partial(_read_text, base=base, request=request, columns=columns, zone=zone, now=now)
    try:
        feed = read_text(text)
    except SourceError as error:
        raise SourceError(f"{error}{feeds_in(links, base or '')}") from error
    feed = dataclasses.replace(feed, next_page=feed.next_page or next_in(links))
    if feed.next_page or feed.page_parameter:
        if base is None or request.pages == 1:
            notes.append(more_pages(feed))
        else:
            text, page_notes = add_pages(text, feed, base, request.pages, encoding)
            notes += page_notes
            feed = read_text(text)
    if mistaken := find_mistaken(text):
        message = f"text that was decoded wrongly, such as {quote(mistaken, 40)}, is repaired"
        notes.append(note(message))
    return dataclasses.replace(feed, notes=(*notes, *feed.notes, *excerpt_notes(feed)))


def _read_text(
    text: str,
    base: str | None,
    request: SourceRequest,
    columns: Mapping[str, str],
    zone: dt.tzinfo,
    now: dt.datetime,
) -> ImportedFeed:
    match request.kind or detect_kind(text):
        case "json" if text.lstrip().startswith("["):
            return read_wordpress_posts(text, drafts=request.drafts)
        case "json":
            return read_json(text, drafts=request.drafts)
        case "csv":
            return read_table(text, columns, drafts=request.drafts)
        case "ics":
            return read_calendar(text, zone, now, drafts=request.drafts)
    return read_feed(text, base, drafts=request.drafts)


def _parse_columns(options: Sequence[str]) -> dict[str, str]:
    columns = {}
    for text in options:
        key, equals, header = text.partition("=")
        if not equals or not header.strip():
            raise RequestError(f"invalid --column {quote(text)}; write KEY=HEADER")
        if key not in (known := [*KEYS, *STATE_KEYS]):
            raise RequestError(f"--column: unknown key {quote(key)}{did_you_mean(key, known)}")
        columns[key] = header.strip()
    return columns


def header_links(headers: str, rel: str) -> list[tuple[str, str]]:
    """Return address and type of each link with a relation in `Link` headers (RFC 8288)."""
    links = []
    for address, parameters in _LINK.findall(headers):
        values = {
            name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(parameters)
        }
        if rel in values.get("rel", "").lower().split():
            links.append((address, values.get("type", "")))
    return links


def next_in(headers: str) -> str:
    """Return the address of the next page in `Link` headers, as written, or ""."""
    return next((address for address, _ in header_links(headers, "next")), "")


def feeds_in(headers: str, address: str) -> str:
    """Return advice about the feeds in the `Link` headers of a page at `address`, or ""."""
    links = header_links(headers, "alternate")
    feeds = [target for target, kind in links if re.search("rss|atom|feed", kind.lower())]
    listed = " ".join(visible(_next_address(feed, "", address, 0), 200) for feed in feeds[:10])
    return f"; its server names {listed}" if listed.strip() else ""


def excerpt_notes(feed: ImportedFeed) -> list[Note]:
    """Return a note if items have only the beginning of their text, which ends in `[…]`."""
    count = sum(_is_excerpt(item.content.value or item.summary.value) for item in feed.items)
    message = (
        f"only excerpts: the text of {plural(count, 'item')} ends in […], since the feed of the "
        "site has no full texts; import an export of the site instead, or, if it is of WordPress, "
        "its /wp-json/wp/v2/posts?_embed=1"
    )
    return [note(message)] * bool(count)


def _is_excerpt(text: str) -> bool:
    marks = list(_CUT.finditer(text[:_MAX_EXCERPT])) if len(text) <= _MAX_EXCERPT else []
    return bool(marks) and len(_TAG.sub("", text[marks[-1].end() :]).strip()) <= _MAX_AFTER


def more_pages(feed: ImportedFeed) -> Note:
    """Return the note that a feed has pages that are not read."""
    are = f"are on further pages, such as {quote(feed.next_page, 200)}"
    message = (
        f"older items {are if feed.next_page else 'may be on further pages'}; to read up to 20 "
        "pages, import the address of the feed with --pages 20"
    )
    return note(message)


class _Page(NamedTuple):
    """A page as a tree or as JSON; `items` are elements or members of it."""

    document: Any
    items: list[Any]
    next_page: str  # as written
    notes: list[Note]


def add_pages(
    text: str, feed: ImportedFeed, address: str, most: int, encoding: str
) -> tuple[str, list[Note]]:
    """Return a document with the items of up to `most` pages, and notes on missing pages.

    `text` is the first page, `feed` what was read of it, `address` where it came from. All pages
    are on one host and come within one deadline; a page without new items is the last one.
    """
    deadline, room = time.monotonic() + LONGEST, MAX_BYTES - len(text)
    first = page = _parse(text)
    page = page._replace(next_page=feed.next_page)
    is_xml = etree.iselement(first.document)
    notes, url, visited = first.notes, address, {address}
    seen = set(map(_key, first.items))
    for number in range(2, MAX_ITEMS):
        url = _next_address(page.next_page, feed.page_parameter, url, number)
        if not url or url in visited or not seen:
            break
        if number > most or len(seen) >= MAX_ITEMS:
            notes.append(more_pages(feed))
            break
        visited.add(url)
        try:
            _check_host(url, address)
            response = fetch(url, room, max(deadline - time.monotonic(), 0))
            _check_host(response.address, address)
            page_text, page_notes = decode(unpack(response.data), encoding, response.charset)
            page = _parse(page_text, type(first.document))
            page = page._replace(next_page=page.next_page or next_in(response.links))
        except (AddressError, FetchError, TooLargeError, SourceError) as error:
            is_end = feed.page_parameter and getattr(error, "status", None) in {400, 404}
            message = f"page {number} and those after it are missing: {error}"
            notes += [] if is_end else [note(message)]
            break
        room -= len(response.data)
        notes += [note(f"page {number}: {other.text}") for other in page_notes + page.notes]
        new = [item for item in page.items if _key(item) not in seen]
        if not new:
            break
        seen.update(map(_key, new))
        (first.items[0].getparent() if is_xml else first.items).extend(new)
    if not is_xml:
        return json.dumps(first.document), notes
    return str(etree.tostring(first.document, encoding="unicode")), notes


def _check_host(url: str, start: str) -> None:
    if urllib.parse.urlsplit(url).netloc != urllib.parse.urlsplit(start).netloc:
        raise SourceError(f"{quote(url, 200)} is on another host")


def _next_address(written: str, parameter: str, address: str, number: int) -> str:
    """Return the address of the next page, as the page at `address` names it or as a guess."""
    try:
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(address, written))
    except ValueError:
        return ""
    if written or not parameter:
        return parts.geturl() if written else ""
    pairs = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    query = [pair for pair in pairs if pair[0] != parameter]
    return parts._replace(query=urllib.parse.urlencode([*query, (parameter, number)])).geturl()


def _parse(text: str, kind: type[Any] = object) -> _Page:
    """Return a page; raise `SourceError` if its document is not of the type `kind`."""
    if detect_kind(text) == "json":
        document = parse_json(text)
        feed = as_mapping(document)
        members = document if isinstance(document, list) else as_list(feed.get("items"))
        page = _Page(document, members, as_text(feed.get("next_url")), [])
    else:
        root, notes = parse_xml(text)
        nodes = [node for node in root.iter() if is_item(node)]
        page = _Page(root, nodes, next_link(root), notes)
    if not isinstance(page.document, kind):
        raise SourceError("it is in another format than the first page")
    return page


def _key(item: Any) -> str:
    """Return what tells an item from the others of its feed."""
    if not etree.iselement(item):
        return json.dumps([as_mapping(item).get(name) for name in _KEYS])
    parts = [part for part in item if local_name(part) in _KEYS]
    return json.dumps([text_of(part) or part.get("href") for part in parts])
