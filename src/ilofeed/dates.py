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
    """A text in none of the forms; `datewords` may know what was meant."""


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
