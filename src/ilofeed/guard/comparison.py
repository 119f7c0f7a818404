"""Hold what the rules of the guard compare, and find the lines of the problems that they report."""

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Callable, Sequence

from ilofeed import dates
from ilofeed.content import Site
from ilofeed.feeds import Ledger, Record
from ilofeed.model import Entry, Office
from ilofeed.problems import Code, Problem, quote


@dataclasses.dataclass(frozen=True)
class Settings:
    """The zone and the time that dates without a time get: `timezone`, `publish_time`."""

    zone: dt.tzinfo
    time: dt.time

    def day(self, instant: dt.datetime) -> dt.date | None:
        """Return the day if an instant may be written without a time; None if not."""
        local = instant.astimezone(self.zone).replace(microsecond=0)
        default = dates.instant(local.date(), self.zone, self.time)
        return local.date() if local == default else None


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The site and its two ledgers; the ids in `before` are changed to the current authority.

    `read` returns the bytes of an entry file or of feeds.yaml, to find the line of a problem.
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
        """The entries of the site by id."""
        return {entry.id: entry for entry in self.site.entries}

    @functools.cached_property
    def differing(self) -> list[tuple[Record, Record, Entry]]:
        """The old record, the new record and the entry, where the records differ."""
        pairs = self.before.shared_with(self.after)
        return [(old, new, self.by_id[new.id]) for old, new in pairs if old != new]

    @property
    def today(self) -> dt.date:
        """The current date in the office's time zone."""
        return self.now.astimezone(self.office.timezone).date()

    def date(self, moment: dt.datetime) -> str:
        """Return an instant as editors write it: without the time if that is `publish_time`."""
        day = Settings(self.office.timezone, self.office.publish_time).day(moment)
        return (day or moment.astimezone(self.office.timezone)).isoformat()

    def short_id(self, identity: str) -> str:
        """Return an id as editors write it after `id:`, a former slug or a complete tag URI."""
        slug = identity.removeprefix(self.office.authority.id_of(""))
        return slug if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) else identity

    def problem(self, path: str, keys: Sequence[str], code: Code, message: str) -> Problem:
        """Return a problem at the line of the first key that a file has, or else at line 1."""
        data = self.read(path)
        line = next((line for key in keys if (line := line_of(data, key)) > 1), 1)
        return Problem(path, line, 1, code, message)


def under_authority(before: Ledger, office: Office) -> Ledger:
    """Return the ledger with ids of the current authority, so that a change is reported once."""
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


def title_of(record: Record) -> str:
    """Return the title of a record in quotes, or its id if it has none."""
    return quote(record.title or record.id)


def line_of(data: bytes, key: str) -> int:
    """Return the line of the first key with this name in a file; 1 if there is none."""
    match = re.search(rb"^[ \t-]*[\"']?" + key.encode() + rb"[\"']?[ \t]*:", data, re.MULTILINE)
    return data.count(b"\n", 0, match.end()) + 1 if match else 1
