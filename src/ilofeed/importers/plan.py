"""Plan an import: the entry files to write, and a note on everything left out.

This module neither reads nor writes files.
"""

import dataclasses
import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ilofeed import dates
from ilofeed.build import render_site
from ilofeed.content import Site, check_entry, serialize_entry, unique_updated
from ilofeed.dates import Moment
from ilofeed.feeds import OPML_PATHS, select
from ilofeed.ids import MAX_ID, TagError, parse_identity
from ilofeed.importers.fields import EntryFields
from ilofeed.importers.former import FormerAddresses
from ilofeed.importers.terms import TermFinder
from ilofeed.model import Entry, FeedSpec, Office, Term
from ilofeed.problems import has_errors, quote
from ilofeed.sources import ImportedFeed, Item, Note
from ilofeed.text import SLUG, is_windows_name, slugify
from ilofeed.verify import Fault, verify
from ilofeed.workers import Workers, processors

_ROUNDS = 4
_PAGE = re.compile(r"/entry/([a-z0-9-]+)/(?:index\.html)?(?:[?#].*)?$")
_FEED_FILES = ("index.html", "atom.xml", "rss.xml", "feed.json")
_MINIMUM = frozenset("title date summary categories countries link id aliases draft".split())


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Options of `ilofeed import`."""

    source: str  # a path or an http or https address
    kind: str | None = None  # atom, rss, rdf, json, csv; None: detected by its first character
    columns: Sequence[str] = ()  # KEY=HEADER
    date_form: str | None = None  # a pattern of `strptime`
    categories: Sequence[str] = ()  # slugs for items that have none
    countries: Sequence[str] = ()  # codes for items that have none
    drafts: bool = False  # also import drafts and scheduled posts
    write_terms: bool = False
    redirects: str | None = None  # a folder for rules of web servers
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class EntryFile:
    """An entry file to write."""

    number: int  # of the item, from 1
    path: str
    data: bytes
    entry: Entry
    former: tuple[str, ...] = ()  # addresses that only a web server can redirect


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The files, new categories and notes of an import."""

    files: tuple[EntryFile, ...] = ()
    new_terms: Mapping[str, Term] = field(default_factory=dict)  # categories by slug
    notes: tuple[Note, ...] = ()
    already: int = 0  # items that the office already has
    skipped: int = 0  # items that cannot become entries


def plan_import(
    feed: ImportedFeed,
    office: Office,
    entries: Sequence[Entry],
    slugs: Collection[str],
    request: ImportRequest,
    now: dt.datetime,
) -> ImportPlan:
    """Return the entry files for the items of a feed.

    `entries` are the office's valid entries, `slugs` those of all its entry files. Imported entries
    may link to each other, and an item that is left out has no page, so planning is repeated until
    every link leads to a page.
    """
    old_pages = _with_page(entries, office, now)
    linkable: set[str] | None = None
    for attempt in range(_ROUNDS):
        planner = _Planner(feed, office, entries, slugs, request, now, linkable)
        plan = planner.plan()
        with_page = old_pages | _with_page((file.entry for file in plan.files), office, now)
        if planner.linked <= with_page:
            break
        # in the last round, link only to pages that certainly exist
        is_last = attempt == _ROUNDS - 2
        linkable = old_pages if is_last else with_page & (linkable or with_page)
    return plan


def _with_page(entries: Iterable[Entry], office: Office, now: dt.datetime) -> set[str]:
    """Return the slugs of the entries that have a page, and the addresses of their aliases."""
    published = [entry for entry in entries if not entry.draft and entry.published <= now]
    former = {office.address(path) for entry in published for path in entry.aliases}
    return former | {entry.slug for entry in published}


class _SkipError(Exception):
    """An item that cannot become an entry; the message says why."""


class _Planner:
    """Plans all items once, in order; each gets a slug and an id that are not in use.

    Links may lead only to slugs and addresses in `linkable` (None: all); `linked` has those used.
    """

    def __init__(
        self,
        feed: ImportedFeed,
        office: Office,
        entries: Sequence[Entry],
        slugs: Collection[str],
        request: ImportRequest,
        now: dt.datetime,
        linkable: set[str] | None,
    ) -> None:
        self.linked: set[str] = set()
        self._feed, self._office, self._now = feed, office, now
        self._date_form = request.date_form
        self._linkable = linkable
        self._terms = TermFinder(office, request.categories, request.countries)
        self._old_ids = {entry.id for entry in entries}
        self._old_keys = {(entry.link or "", entry.title, entry.published) for entry in entries}
        self._slugs = set(slugs)
        self._ids = set(self._old_ids)
        self._keys: set[tuple[str, str, dt.datetime]] = set()  # for items without an id
        feeds = [spec.path for spec in office.feeds if not spec.is_pair]
        paths = ["", *OPML_PATHS, *(f"{path}/{name}" for path in feeds for name in _FEED_FILES)]
        self._feed_addresses = set(map(office.address, paths))
        self._former = FormerAddresses(office, entries, feed.items, self._feed_addresses)

    def plan(self) -> ImportPlan:
        """Return the plan for all items, in the order of the document."""
        notes, files, already, skipped = list(self._feed.notes), [], 0, self._feed.left_out
        for item in self._feed.items:
            fields = EntryFields(
                item, self._office, self._is_page, self._date_form, list(item.lost)
            )
            title = fields.title()
            try:
                file = self._entry_file(item, fields, title)
            except _SkipError as error:
                notes.append(Note(item.number, title, f"left out: {error}"))
                skipped += 1
                continue
            if file is None:
                already += 1
                continue
            files.append(file)
            notes += [Note(item.number, title, text) for text in dict.fromkeys(fields.lost)]
        new_terms = used_terms(self._terms.new, files)
        return ImportPlan(tuple(files), new_terms, tuple(notes), already, skipped)

    def _is_page(self, url: str) -> bool:
        """Return whether an address of this site will be a feed's document or an entry's page."""
        address = re.sub(r"[?#].*", "", url, flags=re.DOTALL)
        if self._office.address(address.removeprefix(self._office.url)) in self._feed_addresses:
            return True
        if address in self._former.pages:
            return self._may_link(address)
        page = _PAGE.search(address)
        permalink = page and self._office.address(f"entry/{page[1]}/index.html")
        is_page = permalink in {address, address.removesuffix("index.html")}
        return page is not None and is_page and self._may_link(page[1])

    def _may_link(self, page: str) -> bool:
        if self._linkable is not None and page not in self._linkable:
            return False
        self.linked.add(page)
        return True

    def _entry_file(self, item: Item, fields: EntryFields, title: str) -> EntryFile | None:
        """Return the file of an item; None if the office has it already."""
        if not title:
            raise _SkipError("it has neither a title nor any text")
        date = fields.date(item.date)
        if date is None:
            hint = "; or give the format, --date-format %d/%m/%Y" if self._feed.is_table else ""
            raise _SkipError(fields.lost[-1] + hint if item.date else "it has no date")
        link = None if self._former.is_former(item.link) else fields.url(item.link, "the link")
        identity = self._identity(item, fields)
        instant = dates.instant(date, self._office.timezone, self._office.publish_time)
        key = (link or "", title, instant)
        if identity in self._old_ids or (identity is None and key in self._old_keys):
            return None
        if identity in self._ids or (identity is None and key in self._keys):
            raise _SkipError("it repeats an earlier item")
        terms, messages = self._terms.find(item)
        options = {"categories": "--category SLUG", "countries": "--country CODE"}
        if missing := next((dimension for dimension in options if not terms[dimension]), None):
            why = "".join(f" ({message})" for message in messages)
            raise _SkipError(
                f"it has none of the office's {missing}{why}; choose one with {options[missing]}"
            )
        fields.lost.extend(messages)
        is_late = item.publication == "scheduled" and instant <= self._now
        if is_late:
            fields.lost.append("the time it was scheduled for has passed, so it is a draft")
        slug = self._free_slug(item, title, date)
        keys: dict[str, Any] = {**self._values(fields, title, date, slug), **terms, "link": link}
        if identity is not None and identity != self._office.authority.id_of(slug):
            keys["id"] = identity
        keys["draft"] = item.publication == "draft" or is_late
        own = filter(self._former.is_former, () if link else (item.link, item.id))
        page = self._office.address(f"entry/{slug}/index.html")
        keys["aliases"], others = self._former.find([*item.aliases, *own], page, fields.lost)
        file = self._write(item.number, slug, keys, fields)
        if item.publication == "public":  # a rule would name an entry that is not
            file = dataclasses.replace(file, former=tuple(others))
        self._slugs.add(slug)
        self._ids.add(file.entry.id)
        self._keys.add(key)
        return file

    def _values(self, fields: EntryFields, title: str, date: Moment, slug: str) -> dict[str, Any]:
        permalink = self._office.address(f"entry/{slug}/index.html")
        summary, body = fields.texts(title, permalink)
        return {
            "title": title,
            "date": date,
            "summary": summary,
            "updated": fields.updated(date, by_ilofeed=self._feed.by_ilofeed),
            "event": fields.event(),
            "authors": fields.authors(),
            "image": fields.image(),
            "attachments": fields.attachments(),
            "language": fields.language(by_ilofeed=self._feed.by_ilofeed),
            "translation_of": self._translation_of(fields),
            "body": body,
        }

    def _translation_of(self, fields: EntryFields) -> str | None:
        page = _PAGE.search(fields.item.translation_of)
        slug = page[1] if page else fields.item.translation_of
        if not slug:
            return None
        if SLUG.fullmatch(slug) and self._may_link(slug):
            return slug
        fields.lost.append(f"translation_of: no entry has the slug {quote(slug)}")
        return None

    def _identity(self, item: Item, fields: EntryFields) -> str | None:
        """Return the item's id, which subscribers already have, if it is valid for an entry."""
        if not item.id:
            return None
        if len(item.id) > MAX_ID:
            why = f"it has more than {MAX_ID} characters"
        elif item.id.startswith(self._office.authority.id_of("feed/")):
            why = "it is the id of a feed"
        else:
            try:
                return parse_identity(item.id)
            except TagError as error:
                why = str(error)
        fields.lost.append(
            f"its id {quote(item.id)} is not kept, so subscribers see it as new: {why}"
        )
        return None

    def _free_slug(self, item: Item, title: str, date: Moment) -> str:
        id_of = self._office.authority.id_of
        prefix = id_of("")
        candidates = [
            self._slug_of_page(item.page),
            self._slug_of_page(item.link),
            item.id.removeprefix(prefix) if item.id.startswith(prefix) else "",
            slugify(item.slug),
            slugify(title),
        ]
        valid = (slug for slug in candidates if SLUG.fullmatch(slug) and len(slug) <= 80)
        base = next(valid, f"entry-{date:%Y-%m-%d}")
        slug, number = base, 1
        while (
            slug in self._slugs
            or is_windows_name(slug)
            or (id_of(slug) in self._ids and id_of(slug) != item.id)
        ):
            number += 1
            slug = f"{base}-{number}"
        return slug

    def _slug_of_page(self, url: str) -> str:
        """Return the slug in the address of an entry's page on a site built by ilofeed, or ""."""
        page = _PAGE.search(url)
        is_ilofeed_site = self._feed.by_ilofeed or url.startswith(self._office.url)
        return page[1] if page and is_ilofeed_site else ""

    def _write(
        self, number: int, slug: str, keys: dict[str, Any], fields: EntryFields
    ) -> EntryFile:
        """Return a file that passes the check: with all keys, without the body, or the minimum."""
        path = f"entries/{keys['date'].year}/{slug}.md"
        office = with_terms_of(self._office, self._terms.new)
        why = ""
        for names in (keys.keys(), keys.keys() - {"body"}, _MINIMUM):
            data = serialize_entry({key: value for key, value in keys.items() if key in names})
            parsed = check_entry(path, data, office, {}, self._now)
            entry = parsed.entry
            expected = (keys["title"], keys["summary"], keys["draft"])
            if entry and (entry.title, entry.summary, entry.draft) == expected:
                if why:
                    fields.lost.append(f"values that the check refuses: {why}")
                return EntryFile(number, path, data, entry)
            if not why and has_errors(parsed.problems):
                why = parsed.problems[0].message
        raise _SkipError(why or "its title or summary changes when the file is read back")


def used_terms(new_terms: Mapping[str, Term], files: Iterable[EntryFile]) -> dict[str, Term]:
    """Return the new categories that the files use, and the broader ones of these."""
    slugs = {slug for file in files for slug in file.entry.categories}
    for term in reversed([*new_terms.values()]):  # a broader term is before its narrower ones
        if term.name in slugs and term.broader:
            slugs.add(term.broader)
    return {slug: term for slug, term in new_terms.items() if slug in slugs}


def with_terms_of(office: Office, new_terms: Mapping[str, Term]) -> Office:
    """Return the office with new categories."""
    return dataclasses.replace(office, categories={**office.categories, **new_terms})


def verify_plan(
    plan: ImportPlan, old: Sequence[Entry], office: Office, now: dt.datetime
) -> ImportPlan:
    """Return the plan without entries that would make the verification of a document fail."""
    new_feeds: list[FeedSpec] = []
    if any(spec.category is not None and not spec.is_pair for spec in office.feeds):
        new_feeds = [FeedSpec(f"category/{name}", category=name) for name in plan.new_terms]
    office = with_terms_of(office, plan.new_terms)
    office = dataclasses.replace(office, feeds=(*office.feeds, *new_feeds))

    def faults(files: Sequence[EntryFile], existing: Sequence[Entry]) -> list[Fault]:
        entries = tuple(unique_updated([*existing, *(file.entry for file in files)]))
        documents = render_site(select(Site(office, entries), now))
        return verify(documents, office, workers=Workers(processors()))

    if not plan.files or not faults(plan.files, old):
        return plan
    # ignore faults that the site has without the import
    existing = () if faults((), old) else old
    refused: dict[str, Fault] = {}
    for file in plan.files:
        alone = faults([file], ())
        if any(fault.field != "address" for fault in alone):
            refused[file.path] = alone[0]
    files = [file for file in plan.files if file.path not in refused]
    while files and (remaining := faults(files, existing)):
        paths = {file.path for file in files}
        blamed = {fault.path: fault for fault in remaining if fault.path in paths}
        if not blamed:
            largest = _largest_to_drop(files, lambda rest: faults(rest, existing))
            blamed = dict.fromkeys(largest, remaining[0])
        refused |= blamed
        files = [file for file in files if file.path not in refused]
    return _without(plan, refused)


def _largest_to_drop(
    files: Sequence[EntryFile], faults: Callable[[Sequence[EntryFile]], list[Fault]]
) -> list[str]:
    """Return the paths of the fewest largest files without which the rest has no faults."""
    by_size = sorted(files, key=lambda file: len(file.data), reverse=True)
    numbers = range(1, len(files))
    more = bisect_left(numbers, x=True, key=lambda number: not faults(by_size[number:]))
    return [file.path for file in by_size[: 1 + more]]


def _without(plan: ImportPlan, refused: dict[str, Fault]) -> ImportPlan:
    """Return the plan without the files in `refused`, and with notes on their faults."""
    left_out = [file for file in plan.files if file.path in refused]
    numbers = {file.number for file in left_out}
    notes = [note for note in plan.notes if note.number not in numbers]
    for file in left_out:
        fault = refused[file.path]
        text = (
            f"left out: it would make the verification fail ({fault.path}: {fault.field}: "
            f"expected {fault.expected}, read {fault.found})"
        )
        notes.append(Note(file.number, file.entry.title, text))
    files = tuple(file for file in plan.files if file.path not in refused)
    return dataclasses.replace(
        plan,
        files=files,
        new_terms=used_terms(plan.new_terms, files),
        notes=tuple(notes),
        skipped=plan.skipped + len(left_out),
    )
