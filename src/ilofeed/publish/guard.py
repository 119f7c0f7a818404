"""The continuity guard: refuse what would harm people who are subscribed already.

It compares the ledger of the last build with that of the next. Each refusal is a `Problem` whose
code is the rule, and whose message says what to write to keep what subscribers have, or how to
allow it. Nothing here reads or writes a file.
"""

import dataclasses
import datetime as dt
import difflib
import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator

from ilofeed import dates
from ilofeed.content import Site, scalar
from ilofeed.feeds import Ledger, Record, updated_follows_date, whole_seconds
from ilofeed.model import FILE_NAMES, Entry, Office
from ilofeed.problems import Code, Problem, quote
from ilofeed.publish.changes import is_changed, is_updated
from ilofeed.publish.manifest import digest

MAX_MOVE = 24 * 60 * 60  # seconds by which the date of an entry may move
MANY = 10  # refuse as many-vanished if more than one entry in so many vanishes at once
SIMILARITY = 0.6  # of two titles of the same instant, as a ratio of difflib
MAX_COMPARED = 100  # entries of one instant whose titles are compared


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The site and the two ledgers; the ids in `before` are those of today's authority.

    `read` returns the bytes of an entry file or of feeds.yaml, to find lines in.
    """

    site: Site
    before: Ledger
    after: Ledger
    read: Callable[[str], bytes]
    now: dt.datetime

    @property
    def office(self) -> Office:
        """The office of the site."""
        return self.site.office

    @functools.cached_property
    def by_id(self) -> dict[str, Entry]:
        """The entries of the site."""
        return {entry.id: entry for entry in self.site.entries}

    @functools.cached_property
    def differing(self) -> list[tuple[Record, Record, Entry]]:
        """Entries in both ledgers whose records differ."""
        differing = self.before.changes(self.after).differing
        return [(old, new, self.by_id[identity]) for identity, (old, new) in differing.items()]

    @property
    def today(self) -> dt.date:
        """The day in the office's time zone."""
        return self.now.astimezone(self.office.timezone).date()

    def date(self, moment: dt.datetime) -> str:
        """Write an instant as editors do: the day alone if the time is the office's usual one."""
        local = moment.astimezone(self.office.timezone)
        usual = dates.instant(local.date(), self.office.timezone, self.office.publish_time)
        return local.date().isoformat() if local == usual else local.isoformat()

    def short_id(self, identity: str) -> str:
        """Write an id as `id:` takes it: a former slug, or the whole id."""
        slug = identity.removeprefix(self.office.authority.id_of(""))
        return slug if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) else identity

    def problem(self, path: str, key: str, code: Code, message: str) -> Problem:
        """Return a refusal at the line of a key, or at the first line."""
        return Problem(path, line_of(self.read(path), key), 1, code, message)


def check_continuity(
    site: Site,
    before: Ledger,
    after: Ledger,
    read: Callable[[str], bytes],
    now: dt.datetime,
    allowed: Collection[str] = (),
) -> list[Problem]:
    """Return refusals as errors, those of `allowed` rules and changes without a new `updated` as
    warnings, ordered by place."""
    comparison = Comparison(site, _under_authority(before, site.office), after, read, now)
    refusals = [*_vanished(comparison), *_moved(comparison), *_addresses(comparison, before)]
    problems = [_with_advice(problem, allowed) for problem in refusals]
    return sorted([*problems, *_unannounced(comparison)])


def _with_advice(problem: Problem, allowed: Collection[str]) -> Problem:
    """Say how a refusal can be allowed, or make it a warning if it is."""
    option = f"--allow {problem.code}"
    if problem.code in allowed:
        message = f"{problem.message} (allowed by {option})"
        return dataclasses.replace(problem, message=message, severity="warning")
    return dataclasses.replace(problem, message=f"{problem.message}. If it is meant: {option}")


def _under_authority(before: Ledger, office: Office) -> Ledger:
    """Return the ledger with ids of today's authority: a change of it is reported once."""
    if before.authority in {None, office.authority.text}:
        return before
    old = f"tag:{before.authority}:"
    new = office.authority.id_of("")
    records = [
        record._replace(id=new + record.id.removeprefix(old))
        if record.id.startswith(old)
        else record
        for record in before.entries.values()
    ]
    return dataclasses.replace(before, entries={record.id: record for record in records})


def _vanished(comparison: Comparison) -> Iterator[Problem]:
    before = comparison.before.entries
    gone = comparison.before.changes(comparison.after).gone.values()
    if not gone:
        return
    unpublished = (entry for entry in comparison.site.entries if entry.id not in before)
    matcher = RenameMatcher(unpublished, comparison.office)
    for record in gone:
        if (entry := comparison.by_id.get(record.id)) is not None:
            yield _unpublished(comparison, record, entry)
        elif (renamed := matcher.match(record)) is not None:
            yield _renamed(comparison, record, renamed)
        else:
            yield _deleted(comparison, record)
    if len(gone) > 1 and len(gone) * MANY > len(before):
        message = (
            f"{len(gone)} of the {len(before)} published entries would be gone at once; "
            "is the folder complete? Put their files back"
        )
        yield Problem("entries", 1, 1, "many-vanished", message)


def _title(record: Record) -> str:
    return quote(record.title or record.id)


def _unpublished(comparison: Comparison, record: Record, entry: Entry) -> Problem:
    """Refuse to unpublish an entry that became a draft or moved to the future."""
    if entry.draft:
        message = (
            f"{_title(record)} was published and is a draft now; those who have it would not be "
            f"told. Instead of the draft line write `withdrawn: {comparison.today}`"
        )
    elif whole_seconds(entry.published) == whole_seconds(record.published):
        now = comparison.date(comparison.now)
        message = f"{_title(record)} was published, but the clock says {now}, before its date"
    else:
        date = comparison.date(record.published or comparison.now)
        message = (
            f"{_title(record)} was published and would wait for its date now; write `date: {date}`"
        )
    key = "draft" if entry.draft else "date"
    return comparison.problem(entry.path, key, "id-vanished", message)


def _renamed(comparison: Comparison, record: Record, entry: Entry) -> Problem:
    if entry.path == record.file:
        what = f"the id of {_title(record)} has changed"
    else:
        was = f", {record.file} before," if record.file else ""
        what = f"{_title(record)}{was} has a new name and so a new id"
    message = (
        f"{what}: readers would show it a second time; write "
        f"`id: {comparison.short_id(record.id)}` to keep its identity"
    )
    key = "id" if line_of(comparison.read(entry.path), "id") > 1 else "title"
    return comparison.problem(entry.path, key, "id-vanished", message)


def _deleted(comparison: Comparison, record: Record) -> Problem:
    day = comparison.today
    if record.withdrawn:
        day = record.withdrawn.astimezone(comparison.office.timezone).date()
    path = record.file or f"entries/{comparison.short_id(record.id)}.md"
    message = (
        f"{_title(record)} was published and its file is gone; put the file back with "
        f"`withdrawn: {day}` in it: then readers are told, and its page stays"
    )
    return Problem(path, 1, 1, "id-vanished", message)


def _moved(comparison: Comparison) -> Iterator[Problem]:
    """Refuse dates that move by more than a day, and an `updated` that goes backwards."""
    for old, new, entry in comparison.differing:
        if old.published is None or new.published is None:
            continue
        if abs((new.published - old.published).total_seconds()) > MAX_MOVE:
            date = comparison.date(old.published)
            message = (
                f"the date of {_title(old)} moves from {date} to "
                f"{comparison.date(new.published)}, and readers sort by it; "
                f"write `date: {date}`, and `updated:` for the day of a change"
            )
            yield comparison.problem(entry.path, "date", "date-moved", message)
        if old.updated is None or new.updated is None or updated_follows_date(old, new):
            continue
        if (whole_seconds(new.updated) or 0) < (whole_seconds(old.updated) or 0):
            instant = old.updated.astimezone(comparison.office.timezone).replace(microsecond=0)
            message = (
                f"{_title(old)} was updated on {instant.isoformat()} and would be older now: "
                f"readers take no older version; write `updated: {instant.isoformat()}` or later"
            )
            yield comparison.problem(entry.path, "updated", "updated-backwards", message)


def _unannounced(comparison: Comparison) -> Iterator[Problem]:
    """Warn of changes that most readers would not notice, because `updated` stays."""
    for old, new, entry in comparison.differing:
        if new.withdrawn is not None or is_updated(old, new):
            continue
        if old.withdrawn is not None:
            what = f"{_title(new)} is back, but nothing tells readers so"
        elif is_changed(old, new):
            what = f"{_title(new)} has changed, but most readers keep what they have"
        else:
            continue
        message = (
            f"{what}; `ilofeed touch {entry.path}` sets `updated`. A mended typo needs no new date"
        )
        problem = comparison.problem(entry.path, "updated", "changed-silently", message)
        yield dataclasses.replace(problem, severity="warning")


class RenameMatcher:
    """Finds the entry that was published under another id: its file or its `id` has changed.

    Candidates are entries whose id was never published; each is matched once.
    """

    def __init__(self, candidates: Iterable[Entry], office: Office) -> None:
        self._matched: set[str] = set()
        self._index: dict[tuple[str, object], list[Entry]] = {}
        for entry in candidates:
            for key in (
                ("digest", digest(entry, office)),
                ("title", entry.title),
                ("instant", whole_seconds(entry.published)),
            ):
                self._index.setdefault(key, []).append(entry)

    def match(self, record: Record) -> Entry | None:
        """Return the entry that was published as a record: one of the same content, else of the
        same title and date, else of the same title, else of the same date and a similar title. Of
        several, one in the record's file is preferred."""
        titled = self._candidates("title", record.title)
        similar = [
            (_similarity(record.title, entry.title), entry)
            for entry in self._candidates("instant", whole_seconds(record.published))[:MAX_COMPARED]
        ]
        similar.sort(key=lambda pair: -pair[0])
        candidates = [
            *self._candidates("digest", record.digest),
            *(entry for entry in titled if entry.published == record.published),
            *titled,
            *(entry for ratio, entry in similar if ratio >= SIMILARITY),
        ]
        in_file = [entry for entry in candidates if entry.path == record.file]
        best = next(iter([*in_file, *candidates]), None)
        if best is not None:
            self._matched.add(best.id)
        return best

    def _candidates(self, key: str, value: object) -> list[Entry]:
        if not value:  # older manifests may lack it
            return []
        return [
            entry for entry in self._index.get((key, value), ()) if entry.id not in self._matched
        ]


def _similarity(title: str, other: str) -> float:
    return difflib.SequenceMatcher(None, title.casefold(), other.casefold()).ratio()


DIMENSIONS = ("language", "country", "category")
_FORMATS = {name: form for form, name in FILE_NAMES.items()}


def _addresses(comparison: Comparison, before: Ledger) -> Iterator[Problem]:
    """Refuse to lose addresses and names that subscribers have stored; `before` as it was."""
    office = comparison.office
    problem = functools.partial(comparison.problem, "feeds.yaml")
    if before.authority not in {None, office.authority.text}:
        message = (
            f"the authority was {quote(before.authority or '')}; with another one every entry has "
            f"a new id, and readers show all of them again; write `authority: {before.authority}`"
        )
        yield problem("authority", "authority-changed", message)
    if before.site not in {None, office.url}:
        message = (
            f"the site was at {quote(before.site or '')} and would be at {quote(office.url)}, "
            f"where nobody is subscribed; write `url: {before.site}`, or let the old address lead "
            "to the new one: ids stay as they are, so that nobody sees an entry twice"
        )
        yield problem("url", "site-moved", message)
    gone: dict[str, list[str]] = {}  # paths of documents, by the path of their feed
    for path in sorted(before.documents.keys() - comparison.after.documents.keys()):
        gone.setdefault(re.split(r"/archive/|/[^/]+$", path)[0], []).append(path)
    languages = {language for feed in gone if (language := _dimensions(feed).get("language"))}
    lost = sorted(languages - {tag.lower() for tag in _languages(office)})
    for feed, paths in gone.items():
        key, advice = _advice(feed, paths, office, before, lost)
        shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        message = f"people are subscribed to {shown}, which would be gone; {advice}"
        yield problem(key, "feed-vanished", message)


def _advice(
    feed: str, paths: list[str], office: Office, before: Ledger, lost: list[str]
) -> tuple[str, str]:
    """Return the key of feeds.yaml that a feed depends on, and what to write there to keep it;
    `lost` are all languages that no list has any more, since one line holds them."""
    dimensions = _dimensions(feed)
    language, code, category = (dimensions.get(name) for name in DIMENSIONS)
    countries = {name.lower(): name for name in (*before.countries, *office.countries)}
    country = countries.get(code or "", code or "")
    if category and category not in office.categories:
        label = before.categories.get(category, category)
        return "categories", f"below `categories` write `{category}: {scalar(label)}`"
    if code and country not in office.countries:
        label = before.countries.get(country, country)
        return "countries", f"below `countries` write `{country}: {scalar(label)}`"
    if feed not in {spec.path for spec in office.feeds}:
        if language in lost:
            tags = ", ".join([*_languages(office), *map(_as_tag, lost)])
            return "languages", f"below `site` write `languages: [{tags}]`"
        names = [name for name in DIMENSIONS if name in dimensions]
        per = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        return "feeds", f"below `feeds` write `- {f'per: {per}' if names else 'all'}`"
    formats = {_FORMATS[name] for path in paths if (name := path.rpartition("/")[2]) in _FORMATS}
    archives = ", ".join(sorted(formats | office.archives))
    return "archives", f"below `site` write `archives: [{archives}]`"


def _languages(office: Office) -> tuple[str, ...]:
    return office.languages or (office.own_language,)


def _as_tag(path: str) -> str:
    """Write a lower-case language tag with its usual capitals (RFC 5646, section 2.1.1)."""
    language, *subtags = path.split("-")
    styles = {4: str.title, 2: str.upper}
    return "-".join([language, *(styles.get(len(part), str)(part) for part in subtags)])


def _dimensions(feed: str) -> dict[str, str]:
    """Return the language, the country and the category in the path of a feed, if it has them."""
    parts = feed.split("/")
    return dict(zip(parts[::2], parts[1::2], strict=False))


def line_of(data: bytes, key: str) -> int:
    """Return the line of the first key of this name in a file, 1 if there is none."""
    match = re.search(rb"^[ \t-]*[\"']?" + key.encode() + rb"[\"']?[ \t]*:", data, re.MULTILINE)
    return data.count(b"\n", 0, match.end()) + 1 if match else 1
