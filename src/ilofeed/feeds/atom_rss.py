"""Render feeds as Atom 1.0 (RFC 4287) and RSS 2.0. The only user of feedgen.

Extensions add what feedgen 1.0.0 lacks. Each format has its own pair, because an extension is not
told for which format its namespaces are requested. They work around these limits:
- Atom links of entries lose rel, type, title and length;
- RSS has no hub, no dc:creator (and <author> only with an e-mail address), no `updated`;
- RSS descriptions are HTML, but plain summaries are not escaped;
- event dates, pictures, xml:lang of entries, tombstones and the stylesheet are not supported.
Atom elements in feedgen's tree have no lxml namespace (xmlns is written as a plain attribute), so
they are found and added by their local names; elements in RSS by their namespace.
"""

import datetime as dt
import functools
import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from ilofeed import dates
from ilofeed.feeds.items import feed_items, is_edited
from ilofeed.feeds.links import entry_links, feed_links, feed_pictures, term_categories
from ilofeed.media import Icon
from ilofeed.model import (
    FILE_NAMES,
    MEDIA_TYPES,
    STYLESHEET,
    Entry,
    Feed,
    History,
    Office,
    Person,
)
from ilofeed.urls import relative

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",  # RFC 6721
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "ev": "http://purl.org/rss/1.0/modules/event/",
    "fh": "http://purl.org/syndication/history/1.0",  # RFC 5005
    "media": "http://search.yahoo.com/mrss/",
    "xml": "http://www.w3.org/XML/1998/namespace",
}

# in plain text "&" and "<" are hexadecimal references, because some readers decode &amp; twice
_PLAIN = re.compile(
    rb"(<(?:title|subtitle|summary|name|rights|generator|category|description|dc:creator"
    rb"|ev:location|media:title|media:credit)(?: [^<>]*)?>)([^<&]*&[^<]*)(?=</)"
)
# descriptions of items are HTML and keep their escapes; the channel's description is plain text
_PLAIN_IN_ITEMS = re.compile(_PLAIN.pattern.replace(b"|description|", b"|"))


@functools.cache
def expand_name(name: str) -> str:
    """Return a name such as `atom:link` with the address of its namespace, as lxml has it."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if prefix else local


def render_atom(feed: Feed, office: Office) -> bytes:
    """Return the Atom document of a feed (RFC 4287), in UTF-8."""
    generator = _generator("atom", feed, office)
    generator.id(feed.id)
    generator.subtitle(feed.description)
    generator.updated(feed.updated)
    generator.author(_person(office.localized(feed.language).author))
    pictures = feed_pictures(feed, office)
    generator.icon(pictures.get("icon"))
    generator.logo(pictures.get("logo"))
    generator.ilofeed.tombstones = feed.tombstones
    for entry in feed_items(feed, office, "atom"):
        item = _entry(generator, entry, office)
        item.published(entry.published)
        item.updated(entry.updated)
        item.summary(entry.summary)
        item.author([_person(author) for author in entry.authors])
        item.ilofeed.entry = entry
    return _PLAIN.sub(_hexadecimal, generator.atom_str(pretty=True))


def render_rss(feed: Feed, office: Office) -> bytes:
    """Return the RSS 2.0 document of a feed, in UTF-8."""
    generator = _generator("rss", feed, office)
    generator.description(feed.description)
    generator.lastBuildDate(dates.rfc822_safe(feed.updated.astimezone(office.timezone)))
    if icon := feed_pictures(feed, office).get("icon"):
        page = office.address(feed.path("index.html"))  # as the link of the channel
        generator.image(icon, feed.title, page, str(Icon.FEED), str(Icon.FEED))
    for entry in feed_items(feed, office, "rss"):
        item = _entry(generator, entry, office)
        item.link(href=entry.target)
        item.published(dates.rfc822_safe(entry.published))
        item.description(html.escape(entry.summary, quote=False))
        for attachment in entry.attachments[:1]:
            item.enclosure(attachment.url, str(attachment.length), attachment.type)
        item.ilofeed.entry = entry
    data: bytes = generator.rss_str(pretty=True)
    head, item, items = data.partition(b"<item ")
    return _PLAIN.sub(_hexadecimal, head) + item + _PLAIN_IN_ITEMS.sub(_hexadecimal, items)


def _hexadecimal(match: re.Match[bytes]) -> bytes:
    return match[1] + match[2].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;")


def _generator(form: Any, feed: Feed, office: Office) -> Any:
    generator = FeedGenerator()
    is_atom = form == "atom"
    classes = (_AtomFeed, _AtomEntry) if is_atom else (_RssFeed, _RssEntry)
    generator.register_extension("ilofeed", *classes, atom=is_atom, rss=not is_atom)
    extension = generator.ilofeed
    extension.stylesheet = relative(feed.own_path(FILE_NAMES[form]), STYLESHEET)
    extension.history = feed.history
    generator.title(feed.title)
    generator.language(feed.language)
    generator.generator("ilofeed")
    # feedgen writes the last link as <link> of RSS, so the alternate is last
    links = feed_links(feed, office, FILE_NAMES[form], MEDIA_TYPES[form])
    generator.link(links, replace=True)
    extension.links = [link for link in links if link["rel"] not in {"self", "alternate"}]
    return generator


def _entry(generator: Any, entry: Entry, office: Office) -> Any:
    item = FeedEntry()
    generator.add_entry(item, order="append")  # the default puts it first
    item.id(entry.id)  # in RSS a guid with isPermaLink="false"
    item.title(entry.title)
    item.content(entry.html, type="html")
    item.category(term_categories(entry, office))
    return item


def _person(person: Person) -> dict[str, str]:
    fields = {"name": person.name, "email": person.email, "uri": person.url}
    return {key: value for key, value in fields.items() if value is not None}


def _add(parent: Any, name: str, text: str | None = None, **attributes: str | int | None) -> Any:
    present = {key: str(value) for key, value in attributes.items() if value is not None}
    element = etree.SubElement(parent, expand_name(name), present)
    element.text = text
    return element


def _shorten_updated(parent: Any) -> None:
    """Write `updated` with three digits of a second, where feedgen has written six."""
    element = parent.find("updated")
    element.text = dates.rfc3339(dt.datetime.fromisoformat(element.text))


def _event_and_picture(parent: Any, entry: Entry) -> None:
    if event := entry.event:
        _add(parent, "ev:startdate", event.start.isoformat())
        if event.end is not None:
            _add(parent, "ev:enddate", event.end.isoformat())
        if event.place is not None:
            _add(parent, "ev:location", event.place)
    if image := entry.image:
        media = _add(
            parent,
            "media:content",
            url=image.url,
            medium="image",
            type=image.type,
            width=image.width,
            height=image.height,
        )
        # feedparser takes a media:description for the entry's own: mails of rss2email had no other
        _add(media, "media:title", image.alt, type="plain")
        if image.credit is not None:
            _add(media, "media:credit", image.credit, role="photographer")


class _FeedExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    prefixes: tuple[str, ...] = ("ev", "media")
    stylesheet = ""
    history: History | None = None
    links: Sequence[Mapping[str, str]] = ()
    tombstones: tuple[Entry, ...] = ()  # only Atom can express them

    def extend_ns(self) -> dict[str, str]:
        # validators warn of unknown namespaces, so "at" and "fh" are declared only where used
        tombstones = ["at"] if self.tombstones else []
        history = ["fh"] if self.history and self.history.element else []
        return {name: NAMESPACES[name] for name in [*self.prefixes, *tombstones, *history]}

    def extend(self, root: Any, parent: Any) -> None:
        """Add the stylesheet and the fh: element, which both formats have."""
        text = f'type="text/css" href="{html.escape(self.stylesheet)}"'
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", text))
        if self.history and (name := self.history.element):
            _add(parent, f"fh:{name}")


class _AtomFeed(_FeedExtension):
    def extend_atom(self, feed: Any) -> Any:
        self.extend(feed, feed)
        _shorten_updated(feed)
        for entry in self.tombstones:  # before the entries, which feedgen adds later
            assert entry.withdrawn is not None
            when = dates.rfc3339(entry.withdrawn)
            _add(feed, "at:deleted-entry", ref=entry.id, when=when)
        return feed


class _AtomEntry(BaseEntryExtension):  # type: ignore[misc]
    entry: Entry

    def extend_atom(self, entry: Any) -> Any:
        entry.set(expand_name("xml:lang"), self.entry.language)
        _shorten_updated(entry)
        at = entry.index(entry.find("summary"))
        for offset, link in enumerate(entry_links(self.entry)):
            entry.insert(at + offset, etree.Element("link", link))
        _event_and_picture(entry, self.entry)
        return entry


class _RssFeed(_FeedExtension):
    prefixes = ("dc", "ev", "media")

    def extend_rss(self, rss: Any) -> Any:
        for link in self.links:
            _add(rss[0], "atom:link", **link)
        self.extend(rss, rss[0])
        return rss


class _RssEntry(BaseEntryExtension):  # type: ignore[misc]
    entry: Entry

    def extend_rss(self, item: Any) -> Any:
        item.set(expand_name("xml:lang"), self.entry.language)
        for author in self.entry.authors:
            _add(item, "dc:creator", author.name)
        if is_edited(self.entry):
            _add(item, "atom:updated", self.entry.updated.isoformat(timespec="seconds"))
        _event_and_picture(item, self.entry)
        return item
