"""The picture of the office's page: how many entries each month, country by country."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.model import Entry, Office

MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Row:
    """One country, with its number of entries in each month."""

    name: str
    label: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The months (their first days), oldest first, and a row for each country with entries."""

    months: tuple[dt.date, ...]
    rows: tuple[Row, ...]

    @property
    def most(self) -> int:
        """The highest number: how high the tallest bar is."""
        return max(number for row in self.rows for number in row.numbers)


def entries_per_month(entries: Sequence[Entry], office: Office) -> Chart | None:
    """The months up to the newest entry, so that nothing depends on when it is drawn.

    None where there is nothing to compare. An entry about two countries counts for both.
    """
    dates = [_month(entry.published) for entry in entries]
    if not dates:
        return None
    months = _months(min(dates), max(dates))[-MOST_MONTHS:]
    if len(months) < 2:
        return None
    counted = Counter(
        (country, month)
        for entry, month in zip(entries, dates, strict=True)
        if month >= months[0]
        for country in entry.countries
    )
    rows = [
        Row(name, term.label(office.language), tuple(counted[name, month] for month in months))
        for name, term in office.countries.items()
    ]
    return Chart(tuple(months), tuple(row for row in rows if any(row.numbers)))


def _month(moment: dt.datetime) -> dt.date:
    return moment.date().replace(day=1)


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    start, end = (date.year * 12 + date.month - 1 for date in (first, last))
    return [dt.date(at // 12, at % 12 + 1, 1) for at in range(start, end + 1)]
