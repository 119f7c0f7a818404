"""The continuity guard: what a build would do to those who are subscribed already.

It compares the ledger of the last build with that of the next. Every refusal is a `Problem` whose
code is the rule, and whose message says what to write to keep what subscribers have, or that it is
meant. Nothing here reads or writes a file.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import TYPE_CHECKING

from ilofeed import dates
from ilofeed.feeds import is_moved_along, second
from ilofeed.problems import Problem, quote
from ilofeed.publish.continuity import is_changed, is_updated
from ilofeed.publish.guardsite import address_problems, line_of
from ilofeed.publish.renames import Strangers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator

    from ilofeed.content import Site
    from ilofeed.feeds import Ledger, Record
    from ilofeed.model import Entry, Office
    from ilofeed.problems import Code

FARTHEST = 24 * 60 * 60  # seconds by which a date may move
MANY = 10  # more than one in so many gone at once is no decision about single entries


@dataclasses.dataclass(frozen=True)
class Case:
    """What is compared; `before` with the ids that its entries have under today's authority."""

    site: Site
    before: Ledger
    after: Ledger
    read: Callable[[str], bytes]  # an entry file or feeds.yaml, for the lines to point at
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
    def common(self) -> list[tuple[Record, Record, Entry]]:
        """Both records of the entries that were and will be published, unless they say the same."""
        found = self.before.changes(self.after).differing
        return [(old, new, self.by_id[identity]) for identity, (old, new) in found.items()]

    def problem(self, path: str, key: str, code: Code, message: str) -> Problem:
        """A refusal at the line of a key, or at the first line."""
        return Problem(path, line_of(self.read(path), key), 1, code, message)


def guard(
    site: Site,
    before: Ledger,
    after: Ledger,
    read: Callable[[str], bytes],
    now: dt.datetime,
    allowed: Collection[str] = (),
) -> list[Problem]:
    """Every refusal, those of `allowed` rules as warnings that say so, and warnings of changes that
    no reader would notice; in order of place."""
    case = Case(site, _under(before, site.office), after, read, now)
    found = [
        *_vanished(case),
        *_moved(case),
        *address_problems(site.office, before, after, read),
    ]
    problems = [_allowed(one) if one.code in allowed else _refused(one) for one in found]
    return sorted([*problems, *_silent(case)])


def _refused(problem: Problem) -> Problem:
    message = f"{problem.message}. If it is meant: --allow {problem.code}"
    return dataclasses.replace(problem, message=message)


def _allowed(problem: Problem) -> Problem:
    message = f"{problem.message} (allowed by --allow {problem.code})"
    return dataclasses.replace(problem, message=message, severity="warning")


def _under(before: Ledger, office: Office) -> Ledger:
    """The ledger as if today's authority had been it: a changed one is told of once."""
    if before.authority in {None, office.authority.text}:
        return before
    old = f"tag:{before.authority}:"
    records = {}
    for identity, record in before.entries.items():
        is_ours = identity.startswith(old)
        today = office.authority.id_of(identity.removeprefix(old)) if is_ours else identity
        records[today] = dataclasses.replace(record, id=today)
    return dataclasses.replace(before, entries=records)


def _vanished(case: Case) -> Iterator[Problem]:
    before = case.before.entries
    gone = list(case.before.changes(case.after).gone.values())
    by_id = case.by_id if gone else {}
    known = frozenset(before) if gone else frozenset()
    strangers = Strangers(case.site.entries if gone else (), known, case.office)
    for record in gone:
        if (entry := by_id.get(record.id)) is not None:
            yield _hidden(case, record, entry)
        elif (found := strangers.find(record)) is not None:
            yield _renamed(case, record, found)
        else:
            yield _deleted(case, record)
    if len(gone) > 1 and len(gone) * MANY > len(before):
        message = (
            f"{len(gone)} of the {len(before)} published entries would be gone at once; "
            "is the folder complete? Put their files back"
        )
        yield Problem("entries", 1, 1, "many-vanished", message)


def _named(record: Record) -> str:
    return quote(record.title) if record.title else quote(record.id)


def _hidden(case: Case, record: Record, entry: Entry) -> Problem:
    """It is there, but not published any more: a draft, or its date is in the future."""
    if entry.draft:
        message = (
            f"{_named(record)} was published and is a draft now; those who have it would not be "
            f"told. Instead of the draft line write `withdrawn: {_today(case)}`"
        )
        return case.problem(entry.path, "draft", "id-vanished", message)
    if second(entry.published) == second(record.published):
        now = _written(case.now, case.office)
        message = f"{_named(record)} was published, but the clock says {now}, before its date"
        return case.problem(entry.path, "date", "id-vanished", message)
    date = _written(record.published or case.now, case.office)
    message = (
        f"{_named(record)} was published and would wait for its date now; write `date: {date}`"
    )
    return case.problem(entry.path, "date", "id-vanished", message)


def _renamed(case: Case, record: Record, entry: Entry) -> Problem:
    if entry.path == record.file:
        what = f"the id of {_named(record)} has changed"
    else:
        was = f", {record.file} before," if record.file else ""
        what = f"{_named(record)}{was} has a new name and so a new id"
    message = (
        f"{what}: readers would show it a second time; write `id: {_short(record.id, case)}` "
        "to keep its identity"
    )
    key = "id" if line_of(case.read(entry.path), "id") > 1 else "title"
    return case.problem(entry.path, key, "id-vanished", message)


def _deleted(case: Case, record: Record) -> Problem:
    day = record.withdrawn.astimezone(case.office.timezone).date() if record.withdrawn else None
    path = record.file or f"entries/{_short(record.id, case)}.md"
    message = (
        f"{_named(record)} was published and its file is gone; put the file back with "
        f"`withdrawn: {day or _today(case)}` in it: then readers are told, and its page stays"
    )
    return Problem(path, 1, 1, "id-vanished", message)


def _short(identity: str, case: Case) -> str:
    """What `id:` takes: a former slug, or the whole id."""
    slug = identity.removeprefix(case.office.authority.id_of(""))
    return slug if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) else identity


def _today(case: Case) -> dt.date:
    return case.now.astimezone(case.office.timezone).date()


def _moved(case: Case) -> Iterator[Problem]:
    for old, new, entry in case.common:
        if old.published is None or new.published is None:
            continue
        if abs((new.published - old.published).total_seconds()) > FARTHEST:
            date = _written(old.published, case.office)
            message = (
                f"the date of {_named(old)} moves from {_written(old.published, case.office)} to "
                f"{_written(new.published, case.office)}, and readers sort by it; "
                f"write `date: {date}`, and `updated:` for the day of a change"
            )
            yield case.problem(entry.path, "date", "date-moved", message)
        if old.updated is None or new.updated is None or is_moved_along(old, new):
            continue
        if (second(new.updated) or 0) < (second(old.updated) or 0):
            instant = old.updated.astimezone(case.office.timezone).replace(microsecond=0)
            message = (
                f"{_named(old)} was updated on {instant.isoformat()} and would be older now: "
                f"readers take no older version; write `updated: {instant.isoformat()}` or later"
            )
            yield case.problem(entry.path, "updated", "updated-backwards", message)


def _silent(case: Case) -> Iterator[Problem]:
    for old, new, entry in case.common:
        if new.withdrawn is not None or is_updated(old, new):
            continue
        if old.withdrawn is not None:
            what = f"{_named(new)} is back, but nothing tells readers so"
        elif is_changed(old, new):
            what = f"{_named(new)} has changed, but most readers keep what they have"
        else:
            continue
        message = (
            f"{what}; `ilofeed touch {entry.path}` sets `updated`. A mended typo needs no new date"
        )
        problem = case.problem(entry.path, "updated", "changed-silently", message)
        yield dataclasses.replace(problem, severity="warning")


def _written(moment: dt.datetime, office: Office) -> str:
    """A date as an editor writes it: the day alone, where the time is the usual one."""
    local = moment.astimezone(office.timezone)
    usual = dates.instant(local.date(), office.timezone, office.publish_time)
    return local.date().isoformat() if local == usual else local.isoformat()
