"""Select the entries of each feed, in order, and find when the feed last changed."""

import dataclasses
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ilofeed.content import Site
from ilofeed.feeds.archives import PreviousArchives, archive_pages, previous_archives
from ilofeed.feeds.ledger import Ledger
from ilofeed.i18n import own_name
from ilofeed.ids import fraction
from ilofeed.model import Archive, Entry, Feed, FeedSpec, Office, Term

MAX_EVENTS = 500  # in one calendar


@dataclasses.dataclass(frozen=True)
class Selection:
    """What an office shows at a given time: all published entries, and all feeds."""

    office: Office
    entries: list[Entry]
    feeds: tuple[Feed, ...]

    def in_each_language(self) -> Iterator["Selection"]:
        """Yield it with the office in each of its languages, its own first."""
        for tag in self.office.folders:
            yield dataclasses.replace(self, office=self.office.localized(tag))


def select(site: Site, now: dt.datetime, before: Ledger | None = None) -> Selection:
    """Return what a site shows at a given time; `before` is the ledger of the previous build."""
    entries = select_published(site.entries, now, before)
    return Selection(site.office, entries, select_feeds(site.office, entries, before))


def is_published(entry: Entry, now: dt.datetime) -> bool:
    """Return whether an entry is published at a given time; this includes withdrawn entries."""
    return not entry.draft and entry.published <= now


def is_withdrawn(entry: Entry, now: dt.datetime) -> bool:
    """Return whether an entry is withdrawn from the feeds at a given time."""
    return entry.withdrawn is not None and entry.withdrawn.replace(microsecond=0) <= now


def waiting_entries(entries: Iterable[Entry], now: dt.datetime) -> list[Entry]:
    """Return the entries with a future date, except drafts, the next one first."""
    later = newest_first(e for e in entries if not e.draft and not is_published(e, now))
    return later[::-1]


def next_change(entries: Iterable[Entry], now: dt.datetime) -> dt.datetime | None:
    """Return the next time at which a date of an entry takes effect; None if there is none."""
    instants = (
        moment.replace(microsecond=0)
        for entry in entries
        if not entry.draft
        for moment in (
            entry.published,
            entry.updated,
            entry.withdrawn,
            _leaves_feeds(entry),
            event_end(entry),
        )
        if moment is not None and moment > now
    )
    return min((moment for moment in instants if moment > now), default=None)


def select_published(
    entries: Iterable[Entry], now: dt.datetime, before: Ledger | None = None
) -> list[Entry]:
    """Return the entries that are published at a given time, newest first, as subscribers see them.

    A translation does not link to an original that is unpublished or withdrawn. While `updated` is
    in the future, it keeps its value of the previous build, because readers treat a future date as
    an error. A `withdrawn` in the future has no effect yet. An entry that was withdrawn before its
    event is `called_off` until the event would begin; any other is `upcoming` until its event ends.
    """
    out = newest_first(entry for entry in entries if is_published(entry, now))
    slugs = {entry.slug for entry in out if not is_withdrawn(entry, now)}
    return [_as_shown(entry, slugs, now, before) for entry in out]


def _as_shown(
    entry: Entry, slugs: Collection[str], now: dt.datetime, before: Ledger | None
) -> Entry:
    changes: dict[str, Any] = {}
    if entry.translation_of is not None and entry.translation_of not in slugs:
        changes["translation_of"] = None
    if entry.updated > now and entry.updated.replace(microsecond=0) > now:
        changes["updated"] = _previous_updated(entry, now, before)
    if entry.withdrawn is not None and not is_withdrawn(entry, now):
        changes["withdrawn"] = None
    elif (leaves := _leaves_feeds(entry)) is not None and now < leaves:
        changes["called_off"] = True
    if is_upcoming(entry, now) and not is_withdrawn(entry, now):
        changes["upcoming"] = True
    return dataclasses.replace(entry, **changes) if changes else entry


def called_off_entries(
    entries: Iterable[Entry], now: dt.datetime
) -> list[tuple[dt.datetime, Entry]]:
    """Return the entries that are called off, each with the instant at which RSS and JSON Feed drop
    it, the next one first."""
    called_off = (
        (leaves, entry)
        for entry in entries
        if is_published(entry, now) and is_withdrawn(entry, now)
        if (leaves := _leaves_feeds(entry)) is not None and now < leaves
    )
    return sorted(called_off, key=lambda pair: (pair[0], pair[1].slug))


def _leaves_feeds(entry: Entry) -> dt.datetime | None:
    """Return when the event of a withdrawn entry would begin: its day, or its time."""
    if entry.withdrawn is None or entry.event is None:
        return None
    start = entry.event.start
    if isinstance(start, dt.datetime):
        return start.astimezone(entry.published.tzinfo)
    return dt.datetime.combine(start, dt.time(), entry.published.tzinfo)


def is_upcoming(entry: Entry, now: dt.datetime) -> bool:
    """Return whether an entry has an event that is not over."""
    end = event_end(entry)
    return end is not None and now < end


def event_end(entry: Entry) -> dt.datetime | None:
    """Return when the event of an entry is over: at its end, or with its last day."""
    if entry.event is None:
        return None
    last, zone = entry.event.end or entry.event.start, entry.published.tzinfo
    if isinstance(last, dt.datetime):
        last = last.astimezone(zone)
        if entry.event.end is not None:
            return last
    day = dt.date(last.year, last.month, last.day)
    return dt.datetime.combine(day, dt.time(), zone) + dt.timedelta(days=1)


def _previous_updated(entry: Entry, now: dt.datetime, before: Ledger | None) -> dt.datetime:
    first = entry.published.astimezone(dt.UTC).replace(microsecond=entry.updated.microsecond)
    record = before.entries.get(entry.id) if before is not None else None
    if record is None or record.updated is None or record.updated > now:
        return first
    return max(first, record.updated)


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries sorted by `published`, newest first, then by slug."""
    return sorted(entries, key=lambda entry: (-entry.published.timestamp(), entry.slug))


def with_broader(names: Iterable[str], terms: Mapping[str, Term]) -> set[str]:
    """Return the names of terms and of all their broader terms (SKOS, transitively)."""
    visited: set[str] = set()
    for name in names:
        term: str | None = name
        while term is not None and term not in visited:
            visited.add(term)
            term = terms[term].broader
    return visited


def select_feeds(
    office: Office, out: list[Entry], before: Ledger | None = None
) -> tuple[Feed, ...]:
    """Return every feed of the office with its entries; `out` is from `select_published`.

    A feed of two terms exists once an entry has both. It then stays, even if it becomes empty, and
    so does a calendar. Feeds of a single term always exist; if an office has none, all feeds exist
    before the first entry.
    """
    former = before.feeds if before is not None else frozenset()
    previous = previous_archives(out, before) if office.archives else None
    all_feeds = list(zip(office.feeds, _entries_by_feed(office, out), strict=True))
    existing = [
        (spec, selected)
        for spec, selected in all_feeds
        if selected or not spec.is_pair or spec.path in former
    ]
    return tuple(
        _feed(office, spec, selected, before, previous) for spec, selected in existing or all_feeds
    )


def _entries_by_feed(office: Office, out: list[Entry]) -> list[list[Entry]]:
    """Return the entries of each feed, in the order of `office.feeds`.

    Each entry looks up only its own feeds, because there may be thousands of others.
    """
    entries_of: dict[tuple[str | None, str | None, str | None], list[Entry]] = {
        (spec.language, spec.country, spec.category): [] for spec in office.feeds
    }
    for entry in out:
        for key in itertools.product(
            (None, entry.language),
            (None, *with_broader(entry.countries, office.countries)),
            (None, *with_broader(entry.categories, office.categories)),
        ):
            if key in entries_of:
                entries_of[key].append(entry)
    return list(entries_of.values())


def first_on_pages(selection: Selection) -> dict[str, list[Entry]]:
    """Return the entries that are first on the page of a feed in the language of the office, by
    path of each feed that has such a page: the newest `limit` in this language. There are none in
    the office's own language. A feed of a language has no page in others."""
    office, language = selection.office, selection.office.language
    if language == office.default_language:
        return {spec.path: [] for spec in office.feeds}
    specs = [spec for spec in office.feeds if spec.language is None]
    narrowed = dataclasses.replace(
        office, feeds=tuple(dataclasses.replace(spec, language=language) for spec in specs)
    )
    live = [e for e in selection.entries if e.language == language and e.withdrawn is None]
    lists = _entries_by_feed(narrowed, live)
    return {spec.path: entries[: office.limit] for spec, entries in zip(specs, lists, strict=True)}


def _feed(
    office: Office,
    spec: FeedSpec,
    selected: list[Entry],
    before: Ledger | None,
    previous: PreviousArchives | None,
) -> Feed:
    title, description = feed_names(spec, office)
    pages: dict[str, int] = {}
    count = 0
    if office.archives:
        pages, count = archive_pages(spec.path, selected, office.limit, previous)
    live = [entry for entry in selected if entry.withdrawn is None]
    withdrawn = [entry for entry in selected if entry.withdrawn is not None]
    events = _events(selected)
    had_calendar = before is not None and f"{spec.path}/calendar.ics" in before.documents
    return Feed(
        spec=spec,
        id=office.authority.id_of(f"feed/{spec.path}"),
        language=spec.language or office.language,
        title=title,
        description=description,
        updated=_updated(selected, office),
        entries=tuple(live[: office.limit]),
        selected=len(live),
        events=events,
        has_calendar=bool(events) or had_calendar,
        tombstones=_tombstones(selected, office.limit),
        archived_as=office.archives,
        archives=_archives(selected, pages, count, office),
        current=tuple(entry for entry in live if entry.id not in pages),
        withdrawn=tuple(entry for entry in withdrawn if entry.id not in pages),
    )


def _archives(
    selected: list[Entry], pages: Mapping[str, int], count: int, office: Office
) -> tuple[Archive, ...]:
    archives: list[list[Entry]] = [[] for _ in range(count)]
    for entry in selected:
        if entry.id in pages:
            archives[pages[entry.id] - 1].append(entry)
    return tuple(Archive(tuple(entries), _updated(entries, office)) for entries in archives)


def _updated(entries: Iterable[Entry], office: Office) -> dt.datetime:
    return max(map(last_change, entries), default=_beginning(office))


def _tombstones(selected: list[Entry], limit: int) -> tuple[Entry, ...]:
    """Return the withdrawn entries that would be in the feed otherwise: readers still show them."""
    live = [number for number, entry in enumerate(selected) if entry.withdrawn is None]
    recent = selected[: live[limit - 1]] if len(live) >= limit else selected
    return tuple(entry for entry in recent if entry.withdrawn is not None)


def _events(selected: list[Entry]) -> tuple[Entry, ...]:
    """Return the entries with an event, the latest event first, including withdrawn entries.

    They are limited by event date, because an old entry may announce a future event.
    """
    events = [(entry.event, entry) for entry in selected if entry.event is not None]
    events.sort(key=lambda e: (f"{e[0].end or e[0].start:%Y-%m-%d}", e[1].id), reverse=True)
    return tuple(entry for _, entry in events[:MAX_EVENTS])


def upcoming_events(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries of a selection whose event is not over, the soonest first."""
    upcoming = [(entry.event, entry) for entry in entries if entry.upcoming and entry.event]
    upcoming.sort(key=lambda pair: (f"{pair[0].start:%Y-%m-%d %H:%M}", pair[1].slug))
    return [entry for _, entry in upcoming]


def last_change(entry: Entry) -> dt.datetime:
    """Return when a published entry was last updated or withdrawn, in UTC."""
    return entry.updated if entry.withdrawn is None else max(entry.updated, entry.withdrawn)


def group_feeds(feeds: Iterable[Feed]) -> list[tuple[str, list[Feed]]]:
    """Group feeds by dimension; the names are keys of `i18n.Phrases`, such as `by_country`."""
    groups: dict[str, list[Feed]] = defaultdict(list)
    for feed in feeds:
        groups[_dimension(feed.spec)].append(feed)
    names = ("everything", "by_country", "by_topic", "by_language", "by_both")
    return [(name, groups[name]) for name in names if name in groups]


def _dimension(spec: FeedSpec) -> str:
    if spec.language is not None:
        return "by_language"
    if spec.is_pair:
        return "by_both"
    if spec.country is not None:
        return "by_country"
    return "everything" if spec.category is None else "by_topic"


def _beginning(office: Office) -> dt.datetime:
    """Return the `updated` of a feed without entries: the date of the tag authority (RFC 4151)."""
    since = dt.datetime.combine(office.authority.since, dt.time(), dt.UTC)
    plausible = dt.datetime(1990, 1, 2, tzinfo=dt.UTC)  # for validators
    return max(since, plausible).replace(microsecond=fraction(office.authority.id_of("feed")))


def feed_terms(spec: FeedSpec, office: Office) -> list[Term]:
    """Return the terms of a feed: its country, its category, both or none."""
    country = [office.countries[spec.country]] if spec.country is not None else []
    category = [office.categories[spec.category]] if spec.category is not None else []
    return country + category


def feed_name(spec: FeedSpec, office: Office, *, with_language: bool = True) -> str:
    """Return the labels of a feed's terms and its language: `China · Wages`; "" for all entries."""
    labels = [term.label(office.language) for term in feed_terms(spec, office)]
    if spec.language is not None and with_language:
        labels.append(own_name(spec.language))
    return " · ".join(labels)


def feed_names(spec: FeedSpec, office: Office) -> tuple[str, str]:
    """Return the title and the description of a feed, in its language or else the office's."""
    office = office.localized(spec.language or office.language)
    # the name comes first, because feed readers cut long titles
    title = " – ".join(filter(None, [feed_name(spec, office), office.title]))
    terms = feed_terms(spec, office)
    described = terms[0].description(office.language) if len(terms) == 1 else None
    return title, described or office.description
