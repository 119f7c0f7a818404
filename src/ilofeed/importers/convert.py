"""Make the entry file of an item: most of the work of an import, which processes can share."""

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ilofeed.content import EntryFile as CheckedFile
from ilofeed.content import check_entry, serialize_entry
from ilofeed.feeds import OPML_PATHS
from ilofeed.importers.fields import EntryFields
from ilofeed.importers.former import address_key
from ilofeed.importers.versions import EarlierEntry
from ilofeed.model import Entry, Office
from ilofeed.problems import has_errors, quote
from ilofeed.text import SLUG

_PAGE = re.compile(r"/entry/([a-z0-9-]+)/(?:index\.html)?(?:[?#].*)?$")
_FEED_FILES = ("index.html", "atom.xml", "rss.xml", "feed.json")
_MINIMUM = frozenset("title date summary categories countries link id aliases draft".split())


@dataclass(frozen=True, slots=True)
class EntryFile:
    """An entry file to write."""

    number: int  # of the item, from 1
    path: str
    data: bytes
    entry: Entry
    former: tuple[str, ...] = ()  # addresses that only a web server can redirect
    is_update: bool = False  # of the file that an earlier import wrote
    checked: CheckedFile | None = None  # the result of its check


@dataclass(frozen=True, slots=True)
class SitePages:
    """The pages that the site will have.

    Links may lead only to slugs and addresses in `linkable` (None: all); `linked` collects those
    used. `moved` has the slugs of items by the `address_key` of their pages on the old site.
    """

    office: Office
    feeds: Collection[str]  # addresses of the documents of feeds
    former: Collection[str]  # addresses of pages that lead to entries
    linkable: Collection[str] | None = None
    linked: set[str] = field(default_factory=set)
    moved: dict[str, str] = field(default_factory=dict)

    def has(self, url: str) -> bool:
        """Return whether an address of this site will be a feed's document or an entry's page."""
        address = re.sub(r"[?#].*", "", url, flags=re.DOTALL)
        if self.office.address(address.removeprefix(self.office.url)) in self.feeds:
            return True
        if address in self.former:
            return self.may_link(address)
        slug = slug_of_page(address)
        permalink = self.office.address(f"entry/{slug}/index.html")
        return permalink in {address, address.removesuffix("index.html")} and self.may_link(slug)

    def moved_to(self, url: str) -> str:
        """Return the address of the entry whose page had an address on the old site, or ""."""
        slug = self.moved.get(address_key(url))
        if slug is None or not self.may_link(slug):
            return ""
        return self.office.address(f"entry/{slug}/index.html") + "".join(url.partition("#")[1:])

    def may_link(self, page: str) -> bool:
        """Return whether a slug or an address will have a page, as far as is known."""
        if self.linkable is not None and page not in self.linkable:
            return False
        self.linked.add(page)
        return True


def feed_addresses(office: Office) -> frozenset[str]:
    """Return the addresses of the documents of all feeds that are not of pairs."""
    feeds = [spec.path for spec in office.feeds if not spec.is_pair]
    paths = ["", *OPML_PATHS, *(f"{path}/{name}" for path in feeds for name in _FEED_FILES)]
    return frozenset(map(office.address, paths))


def slug_of_page(url: str) -> str:
    """Return the slug in the address of an entry's page on a site built by ilofeed, or ""."""
    page = _PAGE.search(url)
    return page[1] if page else ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An item with what depends on the items before it: a slug and some `keys`, such as its id.

    `former` are the addresses of its entry that only a web server can redirect.
    """

    fields: EntryFields
    slug: str
    keys: Mapping[str, Any]
    former: tuple[str, ...] = ()
    earlier: EarlierEntry | None = None  # which the item describes again

    @property
    def number(self) -> int:
        """The number of the item."""
        return self.fields.item.number


@dataclass(frozen=True, slots=True)
class Conversion:
    """An entry file, or None and why; messages on what is lost; slugs to which it may link.

    `assumed` has what was assumed of its dates.
    """

    file: EntryFile | None
    why: str
    lost: tuple[str, ...]
    linked: frozenset[str]
    assumed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Converter:
    """Converts drafts; `office` has the new categories."""

    office: Office
    pages: SitePages
    now: dt.datetime

    def convert(self, draft: Draft) -> Conversion:
        """Return the entry file of a draft; a draft may be converted again."""
        pages = dataclasses.replace(self.pages, linked=set())
        lost, assumed = list(draft.fields.lost), set(draft.fields.assumed)
        fields = dataclasses.replace(
            draft.fields, has_page=pages.has, moved_to=pages.moved_to, lost=lost, assumed=assumed
        )
        keys = {**self._values(fields, draft, pages), **draft.keys}
        file, why = self._check(draft.number, draft.slug, keys, lost)
        if file is not None:
            file = dataclasses.replace(file, former=draft.former)
        unique = tuple(dict.fromkeys(lost))
        return Conversion(file, why, unique, frozenset(pages.linked), frozenset(assumed))

    def _values(self, fields: EntryFields, draft: Draft, pages: SitePages) -> dict[str, Any]:
        permalink = self.office.address(f"entry/{draft.slug}/index.html")
        summary, body = fields.texts(draft.keys["title"], permalink)
        date = draft.keys["date"]
        return {
            "summary": summary,
            "updated": fields.updated(date),
            "event": fields.event(),
            "authors": fields.authors(),
            "image": fields.image(),
            "attachments": fields.attachments(),
            "language": fields.language(),
            "translation_of": self._translation_of(fields, pages),
            "body": body,
        }

    def _translation_of(self, fields: EntryFields, pages: SitePages) -> str | None:
        written = fields.item.translation_of
        slug = slug_of_page(written) or written
        if not slug:
            return None
        if SLUG.fullmatch(slug) and pages.may_link(slug):
            return slug
        fields.lost.append(f"translation_of: no entry has the slug {quote(slug)}")
        return None

    def _check(
        self, number: int, slug: str, keys: Mapping[str, Any], lost: list[str]
    ) -> tuple[EntryFile | None, str]:
        """Return a file that passes the check: with all keys, without the body, or the minimum."""
        path = f"entries/{keys['date'].year}/{slug}.md"
        why = ""
        for names in (keys.keys(), keys.keys() - {"body"}, _MINIMUM):
            data = serialize_entry({key: value for key, value in keys.items() if key in names})
            parsed = check_entry(path, data, self.office, {}, self.now)
            entry = parsed.entry
            expected = (keys["title"], keys["summary"], keys["draft"])
            if entry and (entry.title, entry.summary, entry.draft) == expected:
                lost += [f"values that the check refuses: {why}"] * bool(why)
                parsed = dataclasses.replace(parsed, checked=None)
                return EntryFile(number, path, data, entry, checked=parsed), ""
            if not why and has_errors(parsed.problems):
                why = parsed.problems[0].message
        return None, why or "its title or summary changes when the file is read back"
