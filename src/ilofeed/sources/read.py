"""Read a source, a file or an address, in any format, as items."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ilofeed.content import read
from ilofeed.http import TooLargeError, fetch, is_address
from ilofeed.problems import did_you_mean, quote
from ilofeed.sources.decoding import codec_of, decode, detect_kind, unpack
from ilofeed.sources.feeds import read_feed
from ilofeed.sources.files import (
    KEYS,
    STATE_KEYS,
    is_workbook,
    read_calendar,
    read_posts,
    read_sheets,
    read_table,
)
from ilofeed.sources.items import MAX_BYTES, ImportedFeed, Note, RequestError, SourceError
from ilofeed.sources.json_feed import read_json
from ilofeed.sources.pages import add_pages, excerpt_notes, feeds_in, more_pages, next_in
from ilofeed.sources.wordpress_json import read_wordpress_posts
from ilofeed.text import find_mistaken
from ilofeed.urls import AddressError


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
        notes.append(Note(0, "", message))
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
