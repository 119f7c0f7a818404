"""Plan an import: the entry files to write, and a note on everything left out.

This module neither reads nor writes files.
"""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ilofeed.dates import Moment
from ilofeed.ids import MAX_ID, TagError, parse_identity
from ilofeed.importers.convert import (
    Conversion,
    Converter,
    Draft,
    EntryFile,
    SitePages,
    feed_addresses,
    slug_of_page,
)
from ilofeed.importers.fields import EntryFields
from ilofeed.importers.former import FormerAddresses, OldSite, address_key
from ilofeed.importers.terms import TermFinder, used_terms
from ilofeed.importers.versions import EarlierEntries, EarlierEntry, newest_versions
from ilofeed.model import Entry, Office, Term
from ilofeed.problems import plural, quote
from ilofeed.sources import ImportedFeed, Item, Note, SourceRequest, note
from ilofeed.text import SLUG, is_windows_name, slugify
from ilofeed.workers import Workers

# returns why files must not be written together, by the number of their items
RefusedFiles: TypeAlias = Callable[[Sequence[EntryFile], Mapping[str, Term]], dict[int, str]]
_ROUNDS = 4
_WORTH_SHARING = 20  # items; processes take as long to start as some items to convert


@dataclass(frozen=True, slots=True)
class ImportRequest(SourceRequest):
    """Options of `ilofeed import`: a source, and what becomes of its items."""

    date_forms: Sequence[str] = ()  # patterns of `strptime`
    categories: Sequence[str] = ()  # slugs for items that have none
    countries: Sequence[str] = ()  # codes for items that have none
    term_options: Sequence[str] = ()  # LABEL=TERM
    map_file: str | None = None  # a path
    write_terms: bool = False
    no_link: bool = False  # leave out links to the old site
    redirects: str | None = None  # a folder for rules of web servers
    media: bool = False  # fetch pictures and documents into the folders of entries
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The files, new categories and notes of an import."""

    files: tuple[EntryFile, ...] = ()
    new_terms: Mapping[str, Term] = field(default_factory=dict)  # categories by slug
    notes: tuple[Note, ...] = ()
    already: int = 0  # items that the office already has
    skipped: int = 0  # items that cannot become entries

    def without(self, reasons: Mapping[int, str]) -> "ImportPlan":
        """Return the plan without the files of some items, by number, and with notes on why."""
        left_out = [file for file in self.files if file.number in reasons]
        files = tuple(file for file in self.files if file.number not in reasons)
        notes = [note for note in self.notes if note.number not in reasons]
        for file in left_out:
            text = f"left out: {reasons[file.number]}"
            notes.append(Note(file.number, file.entry.title, text))
        return ImportPlan(
            files,
            used_terms(self.new_terms, (file.entry for file in files)),
            tuple(notes),
            self.already,
            self.skipped + len(left_out),
        )


@dataclass(frozen=True, slots=True)
class BeforeImport:
    """What an office has before an import, and the time of the import.

    `entries` are the valid ones, `slugs` those of all entry files, `term_map` what labels mean.
    """

    office: Office
    entries: Sequence[Entry]
    slugs: Collection[str]
    earlier: EarlierEntries
    term_map: Mapping[str, str]
    now: dt.datetime

    def with_page(self, entries: Iterable[Entry]) -> set[str]:
        """Return the slugs of those entries that have a page, and the addresses of aliases."""
        public = [entry for entry in entries if not entry.draft and entry.published <= self.now]
        former = {self.office.address(path) for entry in public for path in entry.aliases}
        return former | {entry.slug for entry in public}


def plan_import(
    feed: ImportedFeed,
    request: ImportRequest,
    before: BeforeImport,
    refused_files: RefusedFiles,
    workers: Workers,
) -> ImportPlan:
    """Return the entry files for the items of a feed.

    Imported entries may link to each other, and an item that is left out has no page, so planning
    is repeated until every link leads to a page and `refused_files` returns nothing; an item is
    converted again only if something changed for it.
    """
    feed = newest_versions(feed, before.office, before.entries, request.date_forms)
    old_pages = before.with_page(before.entries)
    linkable: set[str] | None = None
    refused: dict[int, str] = {}
    done: dict[int, tuple[Draft, Conversion]] = {}
    for attempt in range(_ROUNDS):
        planner = _Planner(feed, request, before, linkable, refused)
        done = planner.convert(planner.drafts(), done, workers)
        plan = planner.plan(done)
        with_page = old_pages | before.with_page(file.entry for file in plan.files)
        linked = planner.pages.linked.union(*(made.linked for _, made in done.values()))
        failed = {number: made.why for number, (_, made) in done.items() if made.file is None}
        if linked <= with_page and not failed:
            failed = refused_files(plan.files, plan.new_terms)
            if not failed:
                break
        refused |= failed
        # in the last round, link only to pages that certainly exist
        is_last = attempt == _ROUNDS - 2
        linkable = old_pages if is_last else with_page & (linkable or with_page)
    return plan


class _SkipError(Exception):
    """An item that cannot become an entry; the message says why."""


class _Planner:
    """Plans all items once, in order; each gets a slug and an id that are not in use.

    Links may lead only to what is in `linkable` (None: to all); `refused` has the items that cannot
    be converted, and why.
    """

    def __init__(
        self,
        feed: ImportedFeed,
        request: ImportRequest,
        before: BeforeImport,
        linkable: Collection[str] | None,
        refused: Mapping[int, str],
    ) -> None:
        self._feed, self._request, self._before, self._refused = feed, request, before, refused
        office = self._office = before.office
        self._terms = TermFinder(office, request.categories, request.countries, before.term_map)
        feeds = feed_addresses(office)
        self._former = FormerAddresses(office, before.entries, feed.items, feeds)
        self.pages = SitePages(office, feeds, self._former.pages, linkable)
        self._old_site = OldSite.of(feed.items)
        self._earlier = before.earlier if feed.is_table else None
        self._taken: set[str] = set()  # files of earlier imports that a row describes
        self._links = Counter(item.link for item in feed.items)
        self._notes: list[Note] = []  # on items that are left out
        self._already = 0
        self._old_ids = {entry.id: entry.slug for entry in before.entries}
        self._old_keys = {
            (entry.link or "", entry.title, entry.published): entry.slug for entry in before.entries
        }
        self._slugs = set(before.slugs)
        self._ids = set(self._old_ids)
        self._keys: set[tuple[str, str, dt.datetime]] = set()  # for items without an id

    def drafts(self) -> list[Draft]:
        """Return the items that can become entries, in the order of the document."""
        drafts = []
        for item in self._feed.items:
            forms = self._request.date_forms
            fields = EntryFields(item, self._office, self.pages.has, forms, list(item.lost))
            title = fields.title()
            try:
                draft = self._draft(item, fields, title)
            except _SkipError as error:
                self._notes.append(Note(item.number, title, f"left out: {error}"))
                continue
            if draft is None:
                self._already += 1
            else:
                drafts.append(draft)
        return drafts

    def convert(
        self,
        drafts: Sequence[Draft],
        done: Mapping[int, tuple[Draft, Conversion]],
        workers: Workers,
    ) -> dict[int, tuple[Draft, Conversion]]:
        """Return the drafts, converted, by number; use those of an earlier round (`done`)."""
        old = [(draft, *done[draft.number]) for draft in drafts if draft.number in done]
        # a slug to which an entry links may be another item's now
        are_slugs_same = all(before.slug == draft.slug for draft, before, _ in old)
        linkable = set(self.pages.linkable or ())
        converted = {
            draft.number: made
            for draft, before, made in old
            if (before.slug, before.keys) == (draft.slug, draft.keys)
            and made.linked <= linkable
            and (are_slugs_same or not made.linked)
        }
        office = dataclasses.replace(
            self._office, categories={**self._office.categories, **self._terms.new}
        )
        converter = Converter(office, self.pages, self._before.now)
        rest = [draft for draft in drafts if draft.number not in converted]
        made = workers.map(converter.convert, rest, _WORTH_SHARING)
        converted |= dict(zip((draft.number for draft in rest), made, strict=True))
        return {draft.number: (draft, converted[draft.number]) for draft in drafts}

    def plan(self, done: Mapping[int, tuple[Draft, Conversion]]) -> ImportPlan:
        """Return the plan for all items, in the order of the document."""
        notes, files, already, refused = [*self._feed.notes, *self._notes], [], self._already, 0
        assumed: Counter[str] = Counter()
        for number, (draft, made) in done.items():
            lost, file, why = list(made.lost), made.file, made.why
            if draft.earlier and file:
                refusal = draft.earlier.refuse(file.data)
                if refusal is None:
                    already += 1
                    continue
                why, lost = refusal, [*lost, "the entry that an import wrote is updated"]
                file = dataclasses.replace(file, path=draft.earlier.path, is_update=True)
            if why or file is None:
                lost = [f"left out: {why}"]
                refused += 1
            else:
                files.append(file)
                assumed.update(made.assumed)
            notes += [Note(number, draft.keys["title"], text) for text in lost]
        for text, count in sorted(assumed.items()):
            notes.append(note(f"{plural(count, 'item has', 'items have')} {text}"))
        if self._request.no_link:
            notes += self._notes_on_links(draft for draft, made in done.values() if made.file)
        for text, count in self._terms.dropped.items():
            notes.append(note(f"category {quote(text)} left out, as the map says: {count}"))
        new_terms = used_terms(self._terms.new, (file.entry for file in files))
        skipped = self._feed.left_out + len(self._notes) + refused
        return ImportPlan(tuple(files), new_terms, tuple(notes), already, skipped)

    def _notes_on_links(self, drafts: Iterable[Draft]) -> Iterator[Note]:
        """Yield what --no-link did: which links are left out, and which are not."""
        left_out = 0
        for draft in drafts:
            item, link = draft.fields.item, draft.keys["link"]
            left_out += self._leaves_out_link(item)
            if link:
                text = "its link stays, since it is not to the site of most items"
                yield Note(item.number, draft.keys["title"], text)
        if left_out:
            links = plural(left_out, "link", "links")
            yield note(f"{links} to {self._old_site.host} left out, as --no-link says")

    def _draft(self, item: Item, fields: EntryFields, title: str) -> Draft | None:
        """Return the draft of an item; None if the office has it already."""
        if item.number in self._refused:
            raise _SkipError(self._refused[item.number])
        if not title:
            raise _SkipError("it has neither a title nor any text")
        date = fields.date(item.date)
        if date is None:
            hint = "; or give the format, --date-format %d/%m/%Y" if self._feed.is_table else ""
            raise _SkipError(fields.lost[-1] + hint if item.date else "it has no date")
        link = None if self._former.is_former(item.link) else fields.url(item.link, "the link")
        identity = self._identity(item, fields)
        instant = fields.instant(date)
        key = (link or "", title, instant)
        shown = None if self._leaves_out_link(item) else link
        is_alone = self._links[item.link] == 1
        old = self._earlier.find(identity, link if is_alone else None) if self._earlier else None
        keys_of_old = [] if identity else [key, (shown or "", title, instant)]
        slugs = [self._old_ids.get(identity or ""), *map(self._old_keys.get, keys_of_old)]
        present = next(filter(None, slugs), None)
        if present is not None and not (old and old.digest):
            self._remember(item, present)
            return None
        is_repeated = old.path in self._taken if old else identity in self._ids
        if is_repeated or (identity is None and key in self._keys):
            raise _SkipError("it repeats an earlier item")
        terms, messages = self._terms.find(item)
        options = {"categories": "--category SLUG", "countries": "--country CODE"}
        if missing := next((dimension for dimension in options if not terms[dimension]), None):
            why = "".join(f" ({message})" for message in messages)
            raise _SkipError(
                f"it has none of the office's {missing}{why}; choose one with {options[missing]}"
            )
        fields.lost.extend(messages)
        is_late = item.publication == "scheduled" and instant <= self._before.now
        if is_late:
            fields.lost.append("the time it was scheduled for has passed, so it is a draft")
        slug = old.entry.slug if old else self._free_slug(item, title, date)
        keys: dict[str, Any] = {"title": title, "date": date, **terms, "link": shown}
        if identity is not None and identity != self._office.authority.id_of(slug):
            keys["id"] = identity
        elif old and old.entry.id != self._office.authority.id_of(slug):
            keys["id"] = old.entry.id
        keys["draft"] = item.publication == "draft" or is_late
        own = [] if link else [*filter(self._former.is_former, (item.link, item.id))]
        if shown != link:
            own = self._old_site.addresses(item)
        keys["aliases"], others = self._former_addresses(item, own, slug, old, fields.lost)
        self._slugs.add(slug)
        self._ids.add(identity or self._office.authority.id_of(slug))
        self._keys.add(key)
        self._remember(item, slug)
        return Draft(fields, slug, keys, tuple(others), old)

    def _former_addresses(
        self, item: Item, own: list[str], slug: str, old: EarlierEntry | None, lost: list[str]
    ) -> tuple[list[str], list[str]]:
        """Return the aliases of an entry, and former addresses that only servers can redirect."""
        page = self._office.address(f"entry/{slug}/index.html")
        aliases, others = self._former.find([] if old else [*item.aliases, *own], page, lost)
        if old:
            self._taken.add(old.path)
            aliases = [path.removesuffix("index.html") for path in old.entry.aliases]
        # a rule would name an entry that is not public
        return aliases, others if item.publication == "public" else []

    def _leaves_out_link(self, item: Item) -> bool:
        return self._request.no_link and not item.page and self._old_site.has(item.link)

    def _remember(self, item: Item, slug: str) -> None:
        """Keep the entry to which links to an item's page on the old site will lead."""
        for address in self._old_site.addresses(item):
            self.pages.moved.setdefault(address_key(address), slug)

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
            *(
                slug_of_page(url)
                for url in (item.page, item.link)
                if item.by_ilofeed or url.startswith(self._office.url)
            ),
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
