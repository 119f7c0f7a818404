"""Which entries a feed holds, in which order, and when it changed last."""

import dataclasses
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ilofeed.content import Site
from ilofeed.dates import EARLIEST
from ilofeed.feeds.archives import Past, archive_pages, look_back
from ilofeed.feeds.ledger import Ledger
from ilofeed.i18n import own_name
from ilofeed.ids import fraction
from ilofeed.model import Archive, Entry, Feed, FeedSpec, Office, Term

MOST_EVENTS = 500  # in one calendar


@dataclasses.dataclass(frozen=True)
class Selection:
    """An office at an instant: the entries that are out, and every feed with what it holds."""

    office: Office
    out: list[Entry]
    feeds: tuple[Feed, ...]


def select(site: Site, now: dt.datetime, before: Ledger | None = None) -> Selection:
    """Return what a site shows at an instant, after what was shown `before`."""
    out = published(site.entries, now, before)
    return Selection(site.office, out, select_feeds(site.office, out, before))


def is_out(entry: Entry, now: dt.datetime) -> bool:
    """Return whether an entry is published at an instant, even if it was withdrawn since."""
    return not entry.draft and entry.published <= now


def is_withdrawn(entry: Entry, now: dt.datetime) -> bool:
    """Return whether an entry has left the feeds."""
    return entry.withdrawn is not None and entry.withdrawn.replace(microsecond=0) <= now


def waiting(entries: Iterable[Entry], now: dt.datetime) -> list[Entry]:
    """Return the entries that wait for their date, the next one first."""
    later = in_order(e for e in entries if not e.draft and not is_out(e, now))
    return later[::-1]


def next_change(entries: Iterable[Entry], now: dt.datetime) -> dt.datetime | None:
    """Return the next instant at which a date of an entry takes effect; None if there is none."""
    instants = (
        moment.replace(microsecond=0)
        for entry in entries
        if not entry.draft
        for moment in (entry.published, entry.updated, entry.withdrawn)
        if moment is not None and moment > now
    )
    return min((moment for moment in instants if moment > now), default=None)


def published(
    entries: Iterable[Entry], now: dt.datetime, before: Ledger | None = None
) -> list[Entry]:
    """Return the entries that are out at an instant, in order, as subscribers see them then.

    A translation of an entry that is not out, or was withdrawn, does not name it. An `updated`
    later today waits for its instant, because readers treat a date in the future as a mistake:
    until then it is what subscribers saw `before`. A `withdrawn` in the future is not shown yet.
    """
    out = in_order(entry for entry in entries if is_out(entry, now))
    slugs = {entry.slug for entry in out if not is_withdrawn(entry, now)}
    return [_as_seen(entry, slugs, now, before) for entry in out]


def _as_seen(
    entry: Entry, slugs: Collection[str], now: dt.datetime, before: Ledger | None
) -> Entry:
    changes: dict[str, Any] = {}
    if entry.translation_of is not None and entry.translation_of not in slugs:
        changes["translation_of"] = None
    if entry.updated > now and entry.updated.replace(microsecond=0) > now:
        changes["updated"] = _last_seen(entry, now, before)
    if entry.withdrawn is not None and not is_withdrawn(entry, now):
        changes["withdrawn"] = None
    return dataclasses.replace(entry, **changes) if changes else entry


def _last_seen(entry: Entry, now: dt.datetime, before: Ledger | None) -> dt.datetime:
    born = entry.published.astimezone(dt.UTC).replace(microsecond=entry.updated.microsecond)
    record = before.entries.get(entry.id) if before is not None else None
    if record is None or record.updated is None or record.updated > now:
        return born
    return max(born, record.updated)


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Sort entries, newest first; those of the same instant by slug."""
    return sorted(entries, key=lambda entry: (-entry.published.timestamp(), entry.slug))


def with_broader(names: Iterable[str], terms: Mapping[str, Term]) -> set[str]:
    """Return terms together with every term above them (SKOS broader, transitively)."""
    reached: set[str] = set()
    for name in names:
        above: str | None = name
        while above is not None and above not in reached:
            reached.add(above)
            above = terms[above].broader
    return reached


def select_feeds(
    office: Office, out: list[Entry], before: Ledger | None = None
) -> tuple[Feed, ...]:
    """Return every feed of the office, with what it holds of the `published` entries.

    A pair that no entry ever had in common has no feed; one that had entries `before` keeps its
    address while it is empty, as does every feed of a single term, and a calendar.
    """
    former = before.feeds if before is not None else frozenset()
    past = look_back(out, before) if office.archives else None
    return tuple(
        _feed(office, spec, selected, before, past)
        for spec, selected in zip(office.feeds, _entries_by_feed(office, out), strict=True)
        if selected or not spec.is_pair or spec.path in former
    )


def _entries_by_feed(office: Office, out: list[Entry]) -> list[list[Entry]]:
    """Return the entries of each feed, in order.

    An entry looks up the feeds that can hold it; there may be thousands of others.
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


def _feed(
    office: Office,
    spec: FeedSpec,
    selected: list[Entry],
    before: Ledger | None,
    past: Past | None,
) -> Feed:
    title, description = _names(office, spec)
    pages: dict[str, int] = {}
    count = 0
    if office.archives:
        pages, count = archive_pages(spec.path, selected, office.limit, past)
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
    return max(map(changed, entries), default=_beginning(office))


def _tombstones(selected: list[Entry], limit: int) -> tuple[Entry, ...]:
    """Return the withdrawn entries that a feed would still hold: its readers have them."""
    live = [number for number, entry in enumerate(selected) if entry.withdrawn is None]
    held = selected[: live[limit - 1]] if len(live) >= limit else selected
    return tuple(entry for entry in held if entry.withdrawn is not None)


def _events(selected: list[Entry]) -> tuple[Entry, ...]:
    """Return the entries with an event; a calendar shows withdrawn ones as cancelled.

    These are the latest events, not the newest entries: what was announced long ago may still be
    to come.
    """
    events = [(entry.event, entry) for entry in selected if entry.event is not None]
    events.sort(key=lambda e: (f"{e[0].end or e[0].start:%Y-%m-%d}", e[1].id), reverse=True)
    return tuple(entry for _, entry in events[:MOST_EVENTS])


def changed(entry: Entry) -> dt.datetime:
    """Return when subscribers last saw something happen to a published entry."""
    return entry.updated if entry.withdrawn is None else max(entry.updated, entry.withdrawn)


def grouped(feeds: Iterable[Feed]) -> list[tuple[str, list[Feed]]]:
    """Group feeds by dimension; the keys are those of the groups' names in the phrases."""
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
    """Return the `updated` of a feed that never held anything: when its id began (RFC 4151)."""
    since = dt.datetime.combine(office.authority.since, dt.time(), dt.UTC)
    earliest = dt.datetime.combine(EARLIEST, dt.time(), dt.UTC)
    return max(since, earliest).replace(microsecond=fraction(office.authority.id_of("feed")))


def feed_terms(spec: FeedSpec, office: Office) -> list[Term]:
    """Return the country and the category of a feed, as far as it has them."""
    country = [office.countries[spec.country]] if spec.country is not None else []
    category = [office.categories[spec.category]] if spec.category is not None else []
    return country + category


def _names(office: Office, spec: FeedSpec) -> tuple[str, str]:
    """Return title and description, in the feed's own language."""
    tag = spec.language or office.language
    office = office.localized(tag)
    title = office.title + (f" ({own_name(tag)})" if spec.language is not None else "")
    terms = feed_terms(spec, office)
    if not terms:
        return title, office.description
    labels = [term.label(tag) for term in terms]
    described = terms[0].description(tag) if len(terms) == 1 else None
    return f"{title}: {', '.join(labels)}", described or office.description
