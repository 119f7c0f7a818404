"""Dates written for people: what was meant, and the form to write instead."""

from __future__ import annotations

import datetime as dt
import functools
import re

from ilofeed.dates import MONTHS, DateError, Moment, UnknownFormError, parse_moment
from ilofeed.problems import quote

_FORM = "write year-month-day, for instance 2015-05-19"
_DASH = r"\s*(?:-|\.\.|\u2013|\u2014|/|to|until|and|&)\s*"
_MONTH_NAMES = "|".join(f"{name[:3]}(?:{name[3:]}|t)?\\.?" if name[3:] else name for name in MONTHS)
_MONTH = f"(?:{_MONTH_NAMES})"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?\s+)?"
_ORD = r"(?:st|nd|rd|th)?"

# each yields, by name: d, m (a word or a number), y, and d1, m1, y1 for the start of a range
_RANGES = [
    rf"(?P<y1>\d{{4}})-(?P<m1>\d\d)-(?P<d1>\d\d){_DASH}(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)",
    rf"(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d1>\d\d){_DASH}(?P<d>\d\d?)",
    rf"(?P<d1>\d\d?){_ORD}{_DASH}(?P<d>\d\d?){_ORD}\s+(?P<m>{_MONTH}),?\s+(?P<y>\d{{4}})",
    (
        rf"(?P<d1>\d\d?){_ORD}\s+(?P<m1>{_MONTH}),?(?:\s+(?P<y1>\d{{4}}))?{_DASH}"
        rf"(?P<d>\d\d?){_ORD}\s+(?P<m>{_MONTH}),?\s+(?P<y>\d{{4}})"
    ),
    rf"(?P<m>{_MONTH})\s+(?P<d1>\d\d?){_ORD}{_DASH}(?P<d>\d\d?){_ORD},?\s+(?P<y>\d{{4}})",
    (
        rf"(?P<m1>{_MONTH})\s+(?P<d1>\d\d?){_ORD}(?:,?\s+(?P<y1>\d{{4}}))?{_DASH}"
        rf"(?P<m>{_MONTH})\s+(?P<d>\d\d?){_ORD},?\s+(?P<y>\d{{4}})"
    ),
    r"(?P<y>\d{4})年(?P<m>\d\d?)月(?P<d1>\d\d?)日?\s*[-–—至到~～]\s*(?P<d>\d\d?)日?",
    r"(?P<y>\d{4})年(?P<m1>\d\d?)月(?P<d1>\d\d?)日?\s*[-–—至到~～]\s*(?P<m>\d\d?)月(?P<d>\d\d?)日?",
]
_DAYS = [
    rf"{_WEEKDAY}(?P<d>\d\d?){_ORD}(?:\s+of)?[\s-]+(?P<m>{_MONTH}),?[\s-]+(?P<y>\d{{4}})",
    rf"{_WEEKDAY}(?P<m>{_MONTH})\s+(?P<d>\d\d?){_ORD},?\s+(?P<y>\d{{4}})",
    rf"(?P<y>\d{{4}})\s+(?P<m>{_MONTH})\s+(?P<d>\d\d?)",
    r"(?P<y>\d{4})\s*[-/.‐‑‒–—−]\s*(?P<m>\d\d?)\s*[-/.‐‑‒–—−]\s*(?P<d>\d\d?)",
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
    r"(?P<y>\d{4})\s*(?:年|оны)\s*(?P<m>\d\d?)\s*(?:月|-?р?\s*(?:дугаар|дүгээр)?\s*сарын)\s*(?P<d>\d\d?)\s*日?",
    r"(?P<d>\d\d?)\.\s*(?P<m>\d\d?)\.\s*(?P<y>\d{4})",
]
_EARLY = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ]+(\d:.*)")  # an hour of one digit
_NUMBERS = re.compile(r"(\d\d?)[-/](\d\d?)[-/](\d{4}|\d\d)")


@functools.cache
def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """Only when a date is wrong: to compile them takes longer than to check a dozen entries."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def read_moment(text: str, office_zone: dt.tzinfo | None = None) -> Moment:
    """A moment as `dates.parse_moment` reads it, or `DateError` with the form to write.

    The zone is the one to advise where a time comes without one.
    """
    try:
        return parse_moment(text, office_zone)
    except UnknownFormError:
        early = _EARLY.fullmatch(text)
        if early is None:
            raise explain_date(text) from None
    moment = parse_moment(f"{early[1]}T0{early[2]}", office_zone)
    message = f"{quote(text)} is not a date as it is written here; write {moment.isoformat()}"
    raise DateError("bad-date", message)


def explain_date(text: str) -> DateError:
    """The problem with a text that is not a moment, with the form to write where it can be told."""
    found, trimmed = quote(text), text.strip()[:100]
    for pattern in _compiled(*_RANGES):
        if match := pattern.fullmatch(trimmed):
            return _range(found, match)
    for pattern in _compiled(*_DAYS):
        if match := pattern.fullmatch(trimmed):
            day = _date(match["y"], match["m"], match["d"])
            wanted = f"write {day}" if day else f"there is no such day; {_FORM}"
            return DateError("bad-date", f"{found} is not a date as it is written here; {wanted}")
    if match := _NUMBERS.fullmatch(trimmed):
        return _ambiguous(found, match)
    if any(pattern.match(trimmed) for pattern in _compiled(*_DAYS)) or re.match(
        r"\d{4}-\d\d-\d\d", trimmed
    ):
        message = f"{found} is more than a date; {_FORM}, or with a time 2015-05-19T14:30:00+08:00"
        return DateError("bad-date", message)
    return DateError("bad-date", f"{found} is not a date; {_FORM}")


def meant(text: str) -> dt.date | None:
    """The day of a text with its month in words or its year in front, else None."""
    trimmed = text.strip()[:100]
    for pattern in _compiled(*_DAYS):
        if match := pattern.fullmatch(trimmed):
            return _date(match["y"], match["m"], match["d"])
    return None


def _range(found: str, match: re.Match[str]) -> DateError:
    groups = match.groupdict()
    end = _date(match["y"], match["m"], match["d"])
    start = _date(groups.get("y1") or match["y"], groups.get("m1") or match["m"], match["d1"])
    if start is None or end is None or end < start:
        message = f"{found} is not a range of days that exist; {_FORM}"
        return DateError("date-range", message)
    message = (
        f"{found} is a range of days; write the last day as the date, date: {end}, "
        f"and the range as an event, event: {{start: {start}, end: {end}}}"
    )
    return DateError("date-range", message)


def _ambiguous(found: str, match: re.Match[str]) -> DateError:
    first, second, year = match.groups()
    if len(year) == 2:
        return DateError("bad-date", f"{found} has a year of two digits; {_FORM}")
    readings = [
        f"{day} if {order} stands first"
        for day, order in (
            (_date(year, second, first), "the day"),
            (_date(year, first, second), "the month"),
        )
        if day is not None
    ]
    if not readings:
        return DateError("bad-date", f"{found} is a day that does not exist; {_FORM}")
    if first == second or len(readings) == 1:
        day = readings[0].split()[0]
        return DateError("bad-date", f"{found} is not a date as it is written here; write {day}")
    message = f"{found} can be read in more than one order; write {', or '.join(readings)}"
    return DateError("bad-date", message)


def _date(year: str, month: str, day: str) -> dt.date | None:
    if not month.isdigit():
        names = [name[:3].lower() for name in MONTHS]
        month = str(names.index(month[:3].lower()) + 1)
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
