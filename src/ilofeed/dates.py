"""Moments as authors write them: a day, or a date-time with an offset (RFC 3339, section 5.6)."""

from __future__ import annotations

import calendar
import copyreg
import datetime as dt
import functools
import re
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from ilofeed.problems import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from ilofeed.problems import Code

Moment: TypeAlias = dt.date | dt.datetime  # a date is a whole day, a datetime always has an offset

# validators call dates before 1990 implausible; a day of room, because documents are also in UTC
EARLIEST, LATEST = dt.date(1990, 1, 2), dt.date(2999, 12, 30)

_A_DAY = 24 * 60 * 60  # seconds
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?"
    r" ?(?:([Zz])|([+-])(\d\d):?(\d\d))?",
    re.ASCII,
)
MONTHS = tuple(
    (
        "January February March April May June July August September October November December"
    ).split()
)


class DateError(ValueError):
    """What is wrong with a date; `code` is the code of a problem."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class UnknownFormError(DateError):
    """A text in neither of the two forms; `read_moment` explains many others."""


def parse_moment(text: str, office_zone: dt.tzinfo | None = None) -> Moment:
    """A day or an instant, in whole seconds, or `DateError`.

    The zone is only for the advice where a time comes without one.
    """
    if match := _DAY.fullmatch(text):
        return _day(*map(int, match.groups()))
    if match := _INSTANT.fullmatch(text):
        return _instant(match, office_zone)
    raise UnknownFormError("bad-date", f"{quote(text)} is not a date")


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise DateError("bad-date", _no_day(year, month, day)) from None
    if not EARLIEST <= found <= LATEST:
        raise DateError("bad-date", _no_day(year, month, day))
    return found


def _no_day(year: int, month: int, day: int) -> str:
    """What is wrong with a day that does not exist, or is too early or too late."""
    if not EARLIEST.year <= year <= LATEST.year:
        return f"the year {year} is not between {EARLIEST.year} and {LATEST.year}"
    if not 1 <= month <= 12:
        message = f"there is no month {month}"
        if 1 <= day <= 12 < month <= 31:
            message += f"; if day and month are swapped, write {year}-{day:02}-{month:02}"
        return message
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        return f"{MONTHS[month - 1]} {year} has {last} days, there is no day {day}"
    return f"{dt.date(year, month, day)} is not between {EARLIEST} and {LATEST}"


def _instant(match: re.Match[str], office_zone: dt.tzinfo | None) -> dt.datetime:
    date, hour, minute, second, utc, sign, offset_hour, offset_minute = match.groups()
    day = _day(*map(int, date.split("-")))
    if utc is None and sign is None:
        example = _with_offset(f"{date}T{hour}:{minute}:{second or '00'}", office_zone)
        message = (
            f"{quote(match[0])} does not say in which time zone; add the offset, "
            f"for instance {example}, or Z for UTC"
        )
        raise DateError("no-time-zone", message)
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        message = f"{quote(match[0])} is not a time of day; the last one is 23:59:59"
        raise DateError("bad-date", message)
    offset = dt.timedelta(hours=int(offset_hour or 0), minutes=int(offset_minute or 0))
    farthest = dt.timedelta(hours=12 if sign == "-" else 14)
    if offset > farthest or int(offset_minute or 0) > 59:
        message = f"{quote(match[0])} has an offset no time zone has; they go from -12:00 to +14:00"
        raise DateError("bad-date", message)
    zone = dt.timezone(-offset if sign == "-" else offset)
    return dt.datetime(
        day.year, day.month, day.day, int(hour), int(minute), int(second or 0), tzinfo=zone
    )


def _with_offset(written: str, office_zone: dt.tzinfo | None) -> str:
    try:
        local = dt.datetime.fromisoformat(written).replace(tzinfo=office_zone or dt.UTC)
    except ValueError:
        return f"{written}+00:00"
    return local.isoformat()


@functools.cache
def zone_names() -> frozenset[str]:
    """The names of the IANA time zone database."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


@functools.cache
def zone(name: str) -> ZoneInfo:
    """A time zone from the `tzdata` package, never from the host: hosts differ."""
    if name not in zone_names():
        raise KeyError(name)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def _by_name(found: ZoneInfo) -> tuple[Callable[[str], ZoneInfo], tuple[str]]:
    return zone, (found.key,)


# a zone that was read from a file has no way to another process of its own
copyreg.pickle(ZoneInfo, _by_name)


@functools.lru_cache(maxsize=4096)
def offset_changes(zone: dt.tzinfo, year: int) -> tuple[tuple[dt.datetime, dt.timedelta], ...]:
    """The moments in a year (of UTC) at which the offset of a zone becomes another one, each with
    the offset before it. No zone changes it twice in a day."""
    start = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    days = (start.replace(year=year + 1) - start).days

    def moment(second: int) -> dt.datetime:
        return (start + dt.timedelta(seconds=second)).astimezone(zone)

    found = []
    before = offset(moment(0))
    for at in range(0, days * _A_DAY, _A_DAY):
        after = offset(moment(at + _A_DAY))
        if after != before:
            early, late = at, at + _A_DAY
            while late - early > 1:
                middle = (early + late) // 2
                early, late = (
                    (middle, late) if offset(moment(middle)) == before else (early, middle)
                )
            found.append((moment(late), before))
        before = after
    return tuple(found)


def offset(moment: dt.datetime) -> dt.timedelta:
    """How far the clocks of a moment's zone are from UTC; it has a zone."""
    return moment.utcoffset() or dt.timedelta()


def instant(moment: Moment, office_zone: dt.tzinfo, publish_time: dt.time) -> dt.datetime:
    """The instant of a moment in the office's zone; a day without a time begins at `publish_time`.

    Goes through UTC, so that a time that a zone skipped becomes the one its clocks showed.
    """
    if not isinstance(moment, dt.datetime):
        return _instant_of_day(moment, office_zone, publish_time)
    return moment.astimezone(dt.UTC).astimezone(office_zone)


@functools.lru_cache(maxsize=4096)  # many entries come out on one day
def _instant_of_day(day: dt.date, zone: dt.tzinfo, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC).astimezone(zone)


def write_moment(moment: Moment) -> str:
    """The one form in which a moment is written: RFC 3339, or a day."""
    return moment.isoformat()


def rfc822_safe(moment: dt.datetime) -> dt.datetime:
    """The same instant with an offset that RSS readers know: whole and half hours, else UTC."""
    is_known = offset(moment) % dt.timedelta(minutes=30) == dt.timedelta()
    return moment if is_known else moment.astimezone(dt.UTC)


# dates written for people: what was meant, and the form to write instead
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
    """Compile patterns when the first date is wrong: it takes longer than to check 12 entries."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def read_moment(text: str, office_zone: dt.tzinfo | None = None) -> Moment:
    """Return a moment as `parse_moment` reads it, or raise `DateError` with the form to write.

    The zone is the one to suggest for a time without an offset.
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
    """Return what is wrong with a text that is not a moment, with the form to write if possible."""
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
    """Return the day of a text with its month in words or its year first, else None."""
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
