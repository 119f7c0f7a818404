"""Items to entry files that pass the check, and to sentences about everything that was left out.

Pure: what is already there comes in as `Known`, what is to be written goes out as a `Plan`.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from ilofeed import dates
from ilofeed.content import SLUG, check_entry, slugify, written
from ilofeed.ids import LONGEST_ID, TagError, parse_identity
from ilofeed.importers.foreign import Note
from ilofeed.importers.importfields import Fields
from ilofeed.importers.importplan import Known, Made, Plan, Settings, Sighting, is_out
from ilofeed.importers.importterms import Terms
from ilofeed.model import Term
from ilofeed.problems import has_errors, quote

if TYPE_CHECKING:
    import datetime as dt

    from ilofeed.dates import Moment
    from ilofeed.importers.foreign import Haul, Item
    from ilofeed.model import Office

_ROUNDS = 4
_PAGE = re.compile(r"/entry/([a-z0-9-]+)/(?:index\.html)?(?:[?#].*)?$")
_MINIMUM = frozenset({"title", "date", "summary", "categories", "countries", "link", "id"})


def plan_import(
    haul: Haul, office: Office, known: Known, settings: Settings, now: dt.datetime
) -> Plan:
    """The entry files that a haul becomes.

    Entries may link to each other, and an entry that is left out takes its page with it: so it is
    done again until every link leads to a page.
    """
    there: frozenset[str] | None = None
    for attempt in range(_ROUNDS):
        work = _Import(haul, office, known, settings, now, there)
        plan = work.plan()
        made = known.out | {one.entry.slug for one in plan.files if is_out(one.entry, now)}
        if work.asked <= made:
            break
        # at last only links to what is there for certain
        there = known.out if attempt == _ROUNDS - 2 else made & (there or made)
    return plan


class _LeftOutError(Exception):
    """Why no entry can be made of an item."""


class _Import:
    """One round: item after item, each knowing the names that those before it took."""

    def __init__(
        self,
        haul: Haul,
        office: Office,
        known: Known,
        settings: Settings,
        now: dt.datetime,
        there: frozenset[str] | None,
    ) -> None:
        self.asked: set[str] = set()  # slugs of entries that links lead to
        self._haul = haul
        self._office = office
        self._known = known
        self._date_form = settings.date_form
        self._now = now
        self._there = there
        self._terms = Terms(office, settings.categories, settings.countries)
        self._slugs = set(known.slugs)
        self._ids = set(known.ids)
        self._sightings: set[Sighting] = set()
        self._feeds = {
            office.address(path)
            for spec in office.feeds
            if not spec.is_pair
            for path in (f"{spec.path}/{name}" for name in _FEED_FILES)
        } | {office.url, office.address("feeds.opml")}

    def plan(self) -> Plan:
        """All items, in the order of the document."""
        notes, files, already, left = list(self._haul.notes), [], 0, 0
        for item in self._haul.items:
            fields = Fields(item, self._office, self._is_there, self._date_form)
            title = ""
            try:
                title = fields.title()
                made = self._entry(item, fields, title)
            except _LeftOutError as error:
                notes.append(Note(item.number, title, f"left out: {error}"))
                left += 1
                continue
            if made is None:
                already += 1
                continue
            files.append(made)
            notes += [Note(item.number, title, text) for text in dict.fromkeys(fields.lost)]
        used = {name for one in files for name in one.entry.categories}
        new = {slug: label for slug, label in self._terms.new.items() if slug in used}
        return Plan(tuple(files), new, tuple(notes), already, left)

    def _is_there(self, url: str) -> bool:
        address = re.sub(r"[?#].*", "", url, flags=re.DOTALL)
        if self._office.address(address.removeprefix(self._office.url)) in self._feeds:
            return True
        page = _PAGE.search(address)
        if page is None or self._office.address(f"entry/{page[1]}/index.html") not in {
            address,
            address.removesuffix("index.html"),
        }:
            return False
        if self._there is not None and page[1] not in self._there:
            return False
        self.asked.add(page[1])
        return True

    def _entry(self, item: Item, fields: Fields, title: str) -> Made | None:
        """The file of an item; None where the office has it already."""
        if not title:
            raise _LeftOutError("it has neither a title nor a text")
        date = fields.date(item.date)
        if date is None:
            more = "; or say its form, --date-format %d/%m/%Y" if self._haul.table else ""
            raise _LeftOutError(fields.lost[-1] + more if item.date else "it has no date")
        link = self._link(item, fields)
        identity = self._identity(item, fields)
        instant = dates.instant(date, self._office.timezone, self._office.publish_time)
        sighting = (link or "", title, instant)
        if identity in self._known.ids or (identity is None and sighting in self._known.sightings):
            return None
        if identity in self._ids or (identity is None and sighting in self._sightings):
            raise _LeftOutError("an item before it is the same")
        terms, lost = self._terms.find(item)
        for dimension, option in (
            ("categories", "--category SLUG"),
            ("countries", "--country CODE"),
        ):
            if not terms[dimension]:  # type: ignore[index]
                why = "".join(f" ({one})" for one in lost)
                raise _LeftOutError(
                    f"it names none of the office's {dimension}{why}; {option} does"
                )
        fields.lost += lost
        slug = self._slug(item, title, date)
        keys = self._keys(fields, title, date, slug) | dict(terms) | {"link": link}
        if identity is not None and identity != self._office.authority.id_of(slug):
            keys["id"] = identity
        made = self._checked(item.number, slug, keys, fields)
        self._slugs.add(slug)
        self._ids.add(made.entry.id)
        self._sightings.add(sighting)
        return made

    def _keys(self, fields: Fields, title: str, date: Moment, slug: str) -> dict[str, Any]:
        permalink = self._office.address(f"entry/{slug}/index.html")
        summary, body = fields.texts(title, permalink)
        return {
            "title": title,
            "date": date,
            "summary": summary,
            "updated": fields.updated(date, ours=self._haul.ours),
            "event": fields.event(),
            "authors": fields.authors(),
            "image": fields.image(),
            "attachments": fields.attachments(),
            "language": fields.language(),
            "translation_of": self._translated(fields),
            "body": body,
        }

    def _translated(self, fields: Fields) -> str | None:
        written = fields.item.translation_of
        page = _PAGE.search(written or "")
        slug = page[1] if page else written
        if not slug:
            return None
        if SLUG.fullmatch(slug) and slug in (
            self._known.out if self._there is None else self._there
        ):
            return slug
        if SLUG.fullmatch(slug) and self._there is None:
            self.asked.add(slug)
            return slug
        fields.lost.append(f"translation_of: there is no entry {quote(slug)}")
        return None

    def _link(self, item: Item, fields: Fields) -> str | None:
        if item.link and item.link.startswith(self._office.url) and _PAGE.search(item.link):
            return None  # its own page
        return fields.url(item.link, "the link")

    def _identity(self, item: Item, fields: Fields) -> str | None:
        """The id that subscribers know, if an entry can have it."""
        if item.id is None:
            return None
        try:
            return _acceptable_id(item.id, self._office)
        except TagError as error:
            message = f"its id {quote(item.id)}, so subscribers see it as new: {error}"
            fields.lost.append(message)
            return None

    def _slug(self, item: Item, title: str, date: Moment) -> str:
        own = self._office.authority.id_of("")
        candidates = [
            *(_own_page(url, self._office, ours=self._haul.ours) for url in (item.page, item.link)),
            item.id.removeprefix(own) if item.id and item.id.startswith(own) else "",
            slugify(title),
        ]
        wanted = next((one for one in candidates if SLUG.fullmatch(one) and len(one) <= 80), "")
        wanted = wanted or f"entry-{date:%Y-%m-%d}"
        slug, number = wanted, 1
        while slug in self._slugs or (
            self._office.authority.id_of(slug) in self._ids
            and self._office.authority.id_of(slug) != item.id
        ):
            number += 1
            slug = f"{wanted}-{number}"
        return slug

    def _checked(self, number: int, slug: str, keys: dict[str, Any], fields: Fields) -> Made:
        """The file as the check reads it: all of it, else without its body, else what it needs."""
        path = f"entries/{keys['date'].year}/{slug}.md"
        terms = {name: Term(name, {"": label}) for name, label in self._terms.new.items()}
        categories = {**self._office.categories, **terms}
        office = dataclasses.replace(self._office, categories=categories)
        why = ""
        for kept in (keys.keys(), keys.keys() - {"body"}, _MINIMUM):
            data = written({key: value for key, value in keys.items() if key in kept})
            parsed = check_entry(path, data, office, {}, self._now)
            entry = parsed.entry
            if entry is not None and (entry.title, entry.summary) == (
                keys["title"],
                keys["summary"],
            ):
                if why:
                    fields.lost.append(f"what the check refuses: {why}")
                return Made(number, path, data, entry)
            if not why and has_errors(parsed.problems):
                why = parsed.problems[0].message
        raise _LeftOutError(why or "its text does not come back as it was written")


_FEED_FILES = ("index.html", "atom.xml", "rss.xml", "feed.json")


def _own_page(url: str | None, office: Office, *, ours: bool) -> str:
    """The slug in the address of an entry's page at this site, or at another that we made."""
    page = _PAGE.search(url or "")
    return page[1] if page and url and (ours or url.startswith(office.url)) else ""


def _acceptable_id(text: str, office: Office) -> str:
    if len(text) > LONGEST_ID:
        raise TagError(f"it has {len(text)} characters, {LONGEST_ID} is the most")
    if text.startswith(office.authority.id_of("feed/")):
        raise TagError("it is a feed's")
    return parse_identity(text)
