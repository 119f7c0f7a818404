"""Read RSS, RDF and Atom from any source with feedparser.

feedparser's parser for broken XML uses regular expressions that a hostile document can keep busy
for hours, so `xml` repairs broken XML first, with limits of depth and size and without entities or
network. If feedparser fails on an item, each item is read separately.
"""

import dataclasses
import itertools
import re
import xml.parsers.expat
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from lxml import etree

from ilofeed.http import is_address
from ilofeed.problems import quote
from ilofeed.sources import items, public
from ilofeed.sources.wordpress import read_export
from ilofeed.sources.xml import ITEMS, PARENTS, is_unmatched, local_name, parse_xml, text_of
from ilofeed.verify import parse_feed

_ATOM = "{http://www.w3.org/2005/Atom}"
# places and chapters: feedparser fails on values that it does not expect in them
_UNSAFE = ("{http://www.opengis.net/gml}*", "{http://podlove.org/simple-chapters}*")
_BREAK = re.compile(r"(<br\b[^<>]*>)</br>")  # as feedparser writes a break of XHTML
_MAX_WORK = 100_000_000  # bytes to parse when each item is read separately
_TOGETHER = 4_000_000  # bytes of items that feedparser reads together
_READ = frozenset(
    (
        "id title link links published updated created summary content tags authors author "
        "author_detail guidislink media_content media_credit media_description ev_startdate "
        "ev_enddate ev_location href language xml_lang"
    ).split()
)
# names of elements of which feedparser keeps only one, in groups
_SINGLE = {
    name: group
    for group in (
        "created", "guid id", "language", "published pubDate issued", "title",
        "updated modified date",
    )
    for name in group.split()
}  # fmt: skip
# attributes and elements
_LINK_READ = frozenset("href hreflang length rel title type".split())
_AUTHOR_READ = frozenset("email name uri".split())
_MEDIA_READ = frozenset("fileSize medium type url".split())


class _Placed(NamedTuple):
    """An item of a feed, and the element that it is in."""

    number: int
    node: Any
    parent: Any


_Entries: TypeAlias = Iterator[tuple[int, Any, Any]]  # number, feedparser's entry, node


def read_feed(text: str, base: str | None, *, drafts: bool = False) -> items.ImportedFeed:
    """Return the items of an RSS, RDF or Atom document; raise `SourceError` if it is not one."""
    root, notes = parse_xml(text)
    kind = local_name(root)
    if kind == "opml":
        raise items.SourceError("this is OPML, a list of feeds; import each of the feeds in it")
    if kind not in {"rss", "RDF", "feed"}:
        why = f"expected RSS, Atom or RDF, but the XML begins with {quote(f'<{kind}>')}"
        raise items.SourceError(why)
    nodes = [node for node in root.iter() if is_item(node)]
    is_whole = not any(map(is_unmatched, notes))
    states = public.xml_states(root, nodes, is_whole=is_whole)
    selection = public.select(enumerate(states, 1), drafts=drafts)
    export = read_export(root, nodes)
    for number, node in enumerate(nodes, 1):
        if number not in selection.taken:  # its text is not read any further
            node.getparent().remove(node)
    unread = _remove_unsafe(root)
    feed, entries = _parse(root, {number: nodes[number - 1] for number in selection.taken}, base)
    by_ilofeed = feed.get("generator") == "ilofeed"
    read, more = [], list[items.Note]()
    for number, entry, node in entries:
        reader = _EntryReader(feed, entry, node, by_ilofeed, is_rss=kind != "feed")
        item = reader.item(number)
        if by_ilofeed:
            item = items.without_additions(item)
        read.append(export.item(item) if export else item)
        unread.update(export.unread(number) if export else ())
        unread.update(
            key
            for key in entry
            if key not in _READ
            and not key.endswith(("_detail", "_parsed"))
            and dict.get(entry, key)
        )
        unread.update(reader.unread(item))
    for number in sorted(selection.taken.keys() - {item.number for item in read}):
        more.append(items.Note(number, "", "the item cannot be read: feedparser fails on it"))
    if unread:
        names = items.counted(unread)
        more.append(items.note(f"elements ignored, since entries have no key: {names}"))
    is_wordpress = "wordpress" in _string(dict.get(feed, "generator")).lower()
    made = selection.feed(
        read,
        more,
        next_page=next_link(root) if export is None else "",
        page_parameter="paged" if is_wordpress and export is None and nodes else "",
    )
    return dataclasses.replace(made, notes=(*notes, *made.notes))


def next_link(root: Any) -> str:
    """Return the address of the page of a feed with older items (RFC 5005), as written, or ""."""
    links = [link for link in root.iterdescendants(f"{_ATOM}link") if not is_item(link.getparent())]
    by_rel = {link.get("rel"): link.get("href") for link in links}
    return _string(by_rel.get("next") or by_rel.get("prev-archive"))


def is_item(node: Any) -> bool:
    """Return whether an element is an item of a feed."""
    parent = node.getparent()
    is_named = isinstance(node.tag, str) and local_name(node) in ITEMS
    return is_named and parent is not None and local_name(parent) in PARENTS


def _remove_unsafe(root: Any) -> Counter[str]:
    """Remove elements on which feedparser can fail, and count them."""
    unsafe = list(root.iter(*_UNSAFE))
    for element in unsafe:
        element.getparent().remove(element)
    return Counter(map(local_name, unsafe))


def _parse(root: Any, nodes: Mapping[int, Any], base: str | None) -> tuple[Any, _Entries]:
    """Return what feedparser reads of the feed, and number, entry and node of each item that it can
    read. Items are read some at a time, and removed, so that a large feed needs little memory."""
    placed = [_Placed(number, node, node.getparent()) for number, node in nodes.items()]
    for item in placed:
        item.parent.remove(item.node)
    parsed = _run_feedparser(root, base)
    if parsed is None:
        raise items.SourceError("the feed cannot be read: feedparser fails on it")
    header = len(etree.tostring(root))
    is_dear = header * len(placed) > _MAX_WORK  # to read each item on its own
    size, batches = 0, [list[_Placed]()]
    for item in placed:
        if size > max(header, _TOGETHER):
            size = 0
            batches.append([])
        size += len(etree.tostring(item.node))
        batches[-1].append(item)
    read = (_read_items(root, batch, base, is_dear=is_dear) for batch in batches)
    return parsed.feed, itertools.chain.from_iterable(read)


def _read_items(
    root: Any, batch: Sequence[_Placed], base: str | None, *, is_dear: bool
) -> _Entries:
    """Yield the items that feedparser can read; those on which it fails are found by halving."""
    for item in batch:
        item.parent.append(item.node)
    parsed = _run_feedparser(root, base)
    entries = parsed.entries if parsed is not None else []
    is_read = len(entries) == len(batch) or len(batch) == 1  # within an item may be others
    for item, entry in zip(batch, entries if is_read else (), strict=False):
        yield item.number, entry, item.node
        item.node.clear()
    for item in batch:
        item.parent.remove(item.node)
    if is_read:
        return
    if is_dear:
        raise items.SourceError("the feed cannot be read: feedparser fails on one of its items")
    half = len(batch) // 2
    for part in (batch[:half], batch[half:]):
        yield from _read_items(root, part, base, is_dear=is_dear)


def _run_feedparser(root: Any, base: str | None) -> Any:
    """Return feedparser's result, or None if it fails."""
    data = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    try:  # feedparser uses its parser for broken XML for all that expat refuses
        xml.parsers.expat.ParserCreate(namespace_separator=" ").Parse(data, True)  # noqa: FBT003
        return parse_feed(data, base)
    except Exception:  # noqa: BLE001  feedparser lets any exception of its helpers through
        return None


@dataclass(frozen=True)
class _EntryReader:
    """Converts an item: feedparser's `entry` and lxml's `node` are of the same element."""

    feed: Any
    entry: Any
    node: Any
    by_ilofeed: bool
    is_rss: bool

    def item(self, number: int) -> items.Item:
        """Return the item; `number` is its position in the document, from 1."""
        summary, content, base, language = self._texts()
        link = self._link("alternate") or self._get("link")
        if link == self._get("id") and not is_address(link):
            link = ""  # feedparser returns any guid as a link
        published = self._get("published") or self._get("created")
        updated = self._get("updated")
        return items.Item(
            number,
            id=self._get("id"),
            title=self._text("title", html=not self.by_ilofeed),
            link=link,
            page=self._link("related") if self.by_ilofeed else "",
            date=published or updated,
            updated=updated if published else "",
            summary=summary,
            content=content,
            base=base or link or _string(dict.get(self.feed, "link")),
            tags=tuple(self._tags()),
            authors=self._authors(),
            enclosures=tuple(self._enclosures()),
            picture=self._picture(),
            event=items.ImportedEvent(
                *map(self._get, ("ev_startdate", "ev_enddate", "ev_location"))
            ),
            language=self._get("language")
            or language
            or self._detail("title", "language")
            or _string(dict.get(self.feed, "language")),
        )

    def _get(self, key: str) -> str:
        # entry.get("updated") would fall back to `published` and warn
        return _string(dict.get(self.entry, key))

    def _detail(self, key: str, name: str) -> str:
        return _string((dict.get(self.entry, f"{key}_detail") or {}).get(name))

    def _text(self, key: str, *, html: bool) -> items.Text:
        is_html = html and "html" in self._detail(key, "type")
        value = self._get(key)
        return items.Text(_BREAK.sub(r"\1", value), "html") if is_html else items.Text(value)

    def _texts(self) -> tuple[items.Text, items.Text, str, str]:
        """Return summary, content, the base of addresses in the content, and its language."""
        summary = self._text("summary", html=True)
        if self.by_ilofeed and self.is_rss:
            summary = items.Text(summary.value, "html")  # even if it does not look like HTML
        bodies = [body for body in dict.get(self.entry, "content") or () if body.get("value")]
        if not bodies:
            base, language = (self._detail("summary", name) for name in ("base", "language"))
            return summary, items.Text(), base, language
        html = [body for body in bodies if "html" in (body.get("type") or "")]
        body = max(html or bodies, key=lambda body: len(body["value"]))
        value = _BREAK.sub(r"\1", body["value"])
        content = items.Text(value, "html" if html or self.is_rss else "plain")
        if summary.value == content.value:  # feedparser copies the content if there is no summary
            summary = items.Text()
        return summary, content, _string(body.get("base")), _string(body.get("language"))

    def _links(self, rel: str) -> list[Any]:
        links = dict.get(self.entry, "links") or ()
        return [link for link in links if link.get("rel") == rel and link.get("href")]

    def _link(self, rel: str) -> str:
        return next((_string(link["href"]) for link in self._links(rel)), "")

    def _tags(self) -> Iterator[items.Tag]:
        for tag in dict.get(self.entry, "tags") or ():
            term, label, scheme = (_string(tag.get(key)) for key in ("term", "label", "scheme"))
            if (term or label) and scheme != public.KIND_SCHEME:
                yield items.Tag(term or label, label, scheme)

    def _authors(self) -> tuple[items.Author, ...]:
        people = [
            [author.get(key) for key in ("name", "email", "href")]
            for author in dict.get(self.entry, "authors") or ()
        ]
        # feedparser gives an author without an address that of the previous author
        parents = () if self.is_rss else (self.node.getparent(), self.node)
        for parent in (parent for parent in parents if parent is not None):
            names = [_ATOM + name for name in ("name", "email", "uri")]
            nodes = parent.findall(f"{_ATOM}author")
            people = [[node.findtext(name) for name in names] for node in nodes] or people
        texts = [tuple(map(_string, parts)) for parts in people]
        return tuple(
            items.Author(name or email, email, url) for name, email, url in texts if name or email
        )

    def _enclosures(self) -> Iterator[items.Enclosure]:
        links = self._links("enclosure")
        # feedparser returns text/html for an Atom link without a type
        nodes = [link for link in self.node.iter(f"{_ATOM}link") if link.get("rel") == "enclosure"]
        types = [link.get("type") for link in (links if self.is_rss else nodes)]
        for link, kind in itertools.zip_longest(links, types[: len(links)]):
            length, title = (_string(link.get(key)) for key in ("length", "title"))
            yield items.Enclosure(link["href"], _string(kind), length, title)
        for node in self._media("other"):
            texts = (node.get("type"), node.get("fileSize"), node.findtext("{*}title"))
            yield items.Enclosure(node.get("url"), *map(_string, texts))

    def _media(self, kind: str) -> list[Any]:
        """Return the files that are an "image", that are "other", or whose kind is "unknown"."""

        def kind_of(node: Any) -> str:
            written = node.get("medium") or node.get("type")
            is_image = str(node.get("type")).startswith("image/") or written == "image"
            return "image" if is_image else "other" if written else "unknown"

        nodes = self.node.iter("{*}content")  # two namespaces are in use
        return [node for node in nodes if node.get("url") and kind_of(node) == kind]

    def unread(self, item: items.Item) -> Iterator[str]:
        """Yield the names of elements that are not read although others of the name are."""
        pictures, contents = self._media("image"), dict.get(self.entry, "content") or ()
        yield from ["media_content"] * len([*pictures[1:], *self._media("unknown")])
        for node in (*pictures[:1], *self._media("other")):
            names = {name.rpartition("}")[2] for name in node.attrib}
            yield from (f"media_content {name}" for name in names - _MEDIA_READ)
        yield from ["content"] * len(contents[1:])
        yield from ["content src"] * sum("src" in content for content in contents)
        if dict.get(self.entry, "media_credit") and not self._picture().credit:
            yield "media_credit"
        if self.by_ilofeed:
            return
        for link in dict.get(self.entry, "links") or ():
            rel, is_read = link.get("rel"), link.get("href") in {None, "", item.link, item.id}
            if rel != "enclosure" and not is_read:
                yield f"link rel={rel}"
            elif rel == "alternate" and link.get("title") not in {None, "", item.title.value}:
                yield "link title"
            yield from ["link length"] * (rel == "alternate" and bool(link.get("length")))
        yield from self._unread_parts()
        texts = defaultdict[str, set[str]](set)
        for child in self.node:
            texts[_SINGLE.get(local_name(child), "")].add(text_of(child))
        for group in texts.keys() - {""}:
            yield from [group.replace(" ", " or ")] * (len(texts[group]) - 1)
        if item.date != self._get("created") != "":
            yield "created"
        authors = [author for author in dict.get(self.entry, "authors") or () if author]
        yield from ["author"] * (len(authors) - len(item.authors))

    def _unread_parts(self) -> Iterator[str]:
        """Yield names of attributes and elements of links, authors and categories of Atom."""
        for name, known in (("link", _LINK_READ), ("author", _AUTHOR_READ)):
            for node in self.node.iterchildren(_ATOM + name):
                others = {*node.attrib, *map(local_name, node.iterchildren("*"))} - known
                yield from (f"{name} {other.rpartition('}')[2]}" for other in sorted(others))
        for tag in dict.get(self.entry, "tags") or ():
            if tag.get("label") and tag.get("term") not in {None, "", tag.get("label")}:
                yield "category term"  # for programs; the label is for people

    def _picture(self) -> items.Picture:
        for node in self._media("image")[:1]:
            alt = node.findtext("{*}description") or node.findtext("{*}title")
            credit = node.findtext("{*}credit")
            return items.Picture(node.get("url"), _string(alt), _string(credit))
        return items.Picture()


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
