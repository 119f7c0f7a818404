"""Parse the dates of authors: a day, or a date-time with an offset (RFC 3339, section 5.6)."""

import bisect
import calendar
import datetime as dt
import functools
import re
import zoneinfo
from typing import TypeAlias

from ilofeed.problems import Code, quote

Moment: TypeAlias = dt.date | dt.datetime  # a date is a whole day, a datetime always has an offset

# one day less, since UTC may be the day before; validators warn of dates before 1990
EARLIEST, LATEST = dt.date(1900, 1, 2), dt.date(2999, 12, 30)

_A_DAY = 24 * 60 * 60  # seconds
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?"
    r" ?(?:([Zz])|([+-])(\d\d):?(\d\d))?",
    re.ASCII,
)
MONTHS = (
    "January February March April May June July August September October November December"
).split()


class DateError(ValueError):
    """An invalid date: the problem's code, and a message that says what to write."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class UnknownFormError(DateError):
    """A text that is neither a day nor a date-time; `explain_date` finds a better message."""


def parse_moment(
    text: str, office_zone: dt.tzinfo | None = None, *, is_local: bool = False
) -> Moment:
    """Return a day, or an instant in whole seconds; raise `DateError` for any other text.

    A time without an offset is in `office_zone` if `is_local`; otherwise it is an error, whose
    message suggests the offset of `office_zone`.
    """
    if match := _DAY.fullmatch(text):
        return _day(*map(int, match.groups()))
    if match := _INSTANT.fullmatch(text):
        return _instant(match, office_zone or dt.UTC, is_local=is_local)
    raise UnknownFormError("bad-date", f"invalid date {quote(text)}")


def rfc3339(moment: dt.datetime) -> str:
    """Return an instant as RFC 3339 with whole seconds, or three digits more, or six if needed."""
    timespec = "microseconds" if moment.microsecond % 1_000 else "milliseconds"
    return moment.isoformat(timespec=timespec if moment.microsecond else "seconds")


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        raise DateError("bad-date", _describe_bad_day(year, month, day)) from None
    if not EARLIEST <= date <= LATEST:
        raise DateError("bad-date", _describe_bad_day(year, month, day))
    return date


def _describe_bad_day(year: int, month: int, day: int) -> str:
    """Return the message for a day that does not exist, or is too early or too late."""
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


def _instant(match: re.Match[str], office_zone: dt.tzinfo, *, is_local: bool) -> dt.datetime:
    date, hour, minute, second, utc, sign, offset_hour, offset_minute = match.groups()
    day = _day(*map(int, date.split("-")))
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        message = f"invalid time in {quote(match[0])}; write a time from 00:00:00 to 23:59:59"
        raise DateError("bad-date", message)
    time = dt.time(int(hour), int(minute), int(second or 0))
    if utc is None and sign is None:
        local = dt.datetime.combine(day, time, office_zone)
        if is_local:
            return _local_instant(match[0], local)
        message = (
            f"{quote(match[0])} has no time zone; add the offset, for instance "
            f"{local.isoformat()}, or Z for UTC"
        )
        raise DateError("no-time-zone", message)
    offset = dt.timedelta(hours=int(offset_hour or 0), minutes=int(offset_minute or 0))
    farthest = dt.timedelta(hours=12 if sign == "-" else 14)
    if sign == "-" and (error := _explain_times(match[0], is_event=is_local)):
        usual = dt.datetime.combine(day, time, office_zone).utcoffset()
        is_offset = match[0][10] in "Tt" and offset <= farthest
        if usual != -offset and not is_offset:  # `2026-06-01 10:00-12:00`
            raise error
    if offset > farthest or int(offset_minute or 0) > 59:
        message = f"invalid offset in {quote(match[0])}; write one from -12:00 to +14:00"
        raise DateError("bad-date", message)
    zone = dt.timezone(-offset if sign == "-" else offset)
    return dt.datetime.combine(day, time, zone)


def _local_instant(text: str, local: dt.datetime) -> dt.datetime:
    """Return a local time of a zone with its offset, if the clocks show it exactly once."""
    first, second = (
        local.replace(tzinfo=dt.timezone(offset(local.replace(fold=fold)))) for fold in (0, 1)
    )
    if first == second:
        return _with_offset(first)
    if first < second:
        message = f"{quote(text)} occurs twice in {local.tzinfo}, where the clocks go back then; "
        message += f"write {first.isoformat()} or {second.isoformat()}"
    else:  # `first` has the offset before the change, and so is after it
        later = first.astimezone(local.tzinfo)
        message = f"{quote(text)} does not exist in {local.tzinfo}, where the clocks go forward "
        message += f"then; write a time with its offset, for instance {later.isoformat()}"
    raise DateError("no-time-zone", message)


zoneinfo.reset_tzpath(to=())  # zones of the `tzdata` package, not of the host
zone = zoneinfo.ZoneInfo  # of a name; KeyError if there is none


@functools.cache
def zone_names() -> frozenset[str]:
    """Return the names of the IANA time zone database."""
    return frozenset(zoneinfo.available_timezones())


@functools.lru_cache(maxsize=4096)
def offset_changes(zone: dt.tzinfo, year: int) -> tuple[tuple[dt.datetime, dt.timedelta], ...]:
    """Return each moment in a year of UTC at which a zone's offset changes, and the offset before.

    Assume that no zone changes its offset twice in a day.
    """
    start = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    days = (start.replace(year=year + 1) - start).days

    def moment(second: int) -> dt.datetime:
        return (start + dt.timedelta(seconds=second)).astimezone(zone)

    changes = []
    for day in range(days):
        seconds = range(day * _A_DAY, (day + 1) * _A_DAY + 1)
        before, after = (offset(moment(second)) for second in (seconds[0], seconds[-1]))
        if after != before:
            position = bisect.bisect(seconds, x=False, key=lambda at: offset(moment(at)) != before)
            changes.append((moment(seconds[position]), before))
    return tuple(changes)


def offset(moment: dt.datetime) -> dt.timedelta:
    """Return the offset from UTC of a moment that has a zone."""
    return moment.utcoffset() or dt.timedelta()


def is_near_change(moment: dt.datetime, zone: dt.tzinfo) -> bool:
    """Return whether the offset of a zone changes within a day before or after a moment."""
    nearby = (moment.astimezone(dt.UTC) + dt.timedelta(days) for days in (-1, 0, 1))
    return len({offset(near.astimezone(zone)) for near in nearby}) > 1


def instant(moment: Moment, office_zone: dt.tzinfo, publish_time: dt.time) -> dt.datetime:
    """Return a moment in the office's zone; a day without a time gets `publish_time`.

    The conversion goes through UTC, so that a time that does not exist when clocks go forward
    becomes the time that they showed.
    """
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, publish_time, office_zone)
    return _with_offset(moment.astimezone(dt.UTC).astimezone(office_zone))


def _with_offset(moment: dt.datetime) -> dt.datetime:
    """Return the same instant, in UTC if its offset has seconds, as before zones had hours."""
    return moment.astimezone(dt.UTC) if offset(moment) % dt.timedelta(minutes=1) else moment


def rfc822_safe(moment: dt.datetime) -> dt.datetime:
    """Return the same instant, in UTC if its offset is one that RSS readers misread (+05:45)."""
    return moment.astimezone(dt.UTC) if offset(moment) % dt.timedelta(minutes=30) else moment


# dates in other forms: patterns to recognize them, and the form to write instead
_FORM = "write year-month-day, for instance 2015-05-19"
_DASH = r"\s*(?:-|\.\.|\u2013|\u2014|/|to|until|and|&)\s*"
_MONTH_NAMES = "|".join(f"{name[:3]}(?:{name[3:]}|t)?\\.?" if name[3:] else name for name in MONTHS)
_MONTH = f"(?:{_MONTH_NAMES})"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?\s+)?"
_ORD = r"(?:st|nd|rd|th)?"

# named groups: d, m (a word or a number), y, and d1, m1, y1 for the start of a range
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
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?!\d)",
    r"(?P<y>\d{4})\s*(?:年|оны)\s*(?P<m>\d\d?)\s*(?:月|-?р?\s*(?:дугаар|дүгээр)?\s*сарын)\s*(?P<d>\d\d?)\s*日?",
    r"(?P<d>\d\d?)\.\s*(?P<m>\d\d?)\.\s*(?P<y>\d{4})",
]
_TIME = r"\d\d?[:.：]\d\d"
_TO = rf"(?:{_DASH}|\s*[~～至到]\s*)"
_TIMES = [
    rf"(?P<day>.{{6,40}}?)(?:[T, ]|(?<=日))\s*(?P<first>{_TIME}){_TO}(?P<last>{_TIME})",
]
_SHORT_HOUR = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ]+(\d:.*)")  # an hour of one digit
_NUMBERS = re.compile(r"(\d\d?)[-/](\d\d?)[-/](\d{4}|\d\d)")


def read_moment(
    text: str, office_zone: dt.tzinfo | None = None, *, is_local: bool = False
) -> Moment:
    """Return a day or an instant as `parse_moment` does; raise `DateError` with what to write."""
    try:
        return parse_moment(text, office_zone, is_local=is_local)
    except UnknownFormError:
        error = explain_date(text, is_event=is_local)
        match = _SHORT_HOUR.fullmatch(text)
        if match is None or error.code != "bad-date":
            raise error from None
    moment = parse_moment(f"{match[1]}T0{match[2]}", office_zone, is_local=is_local)
    raise DateError("bad-date", f"invalid date {quote(text)}; write {moment.isoformat()}")


def explain_date(text: str, *, is_event: bool = False) -> DateError:
    """Return the error for a text that is not a moment; its message says what to write."""
    quoted, trimmed = quote(text), text.strip()[:100]
    if error := _explain_times(trimmed, is_event=is_event):
        return error
    if match := _first_match(_RANGES, trimmed):
        return _explain_range(quoted, match, is_event=is_event)
    if match := _first_match(_DAYS, trimmed):
        day = _date(match["y"], match["m"], match["d"])
        advice = f"; write {day}" if day else f": there is no such day; {_FORM}"
        return DateError("bad-date", f"invalid date {quoted}{advice}")
    if match := _NUMBERS.fullmatch(trimmed):
        return _explain_numbers(quoted, match)
    begins = (*_DAYS, r"\d{4}-\d\d-\d\d")
    if any(re.match(pattern, trimmed, re.IGNORECASE) for pattern in begins):
        advice = f"{_FORM}, or with a time 2015-05-19T14:30:00+08:00"
        return DateError("bad-date", f"unexpected text after the date in {quoted}; {advice}")
    return DateError("bad-date", f"invalid date {quoted}; {_FORM}")


def _explain_times(text: str, *, is_event: bool) -> DateError | None:
    """Return the error for a day with a range of times: `2026-06-01 10:00-12:00`; else None."""
    match = _first_match(_TIMES, text)
    if match is None or (day := guess_day(match["day"])) is None:
        return None
    first, last = (
        f"{hour:0>2}:{minute}"
        for hour, minute in (re.split("[:.：]", match[name]) for name in ("first", "last"))
    )
    if not first < last < "24":
        return None
    message = f"expected one time, not the range {quote(text)}; write "
    if is_event:
        message += f"start: {day} {first} and, on the next line, end: {day} {last}"
    else:
        message += f"the day alone, date: {day}, and the times as an event, "
        message += f"event: {{start: {day} {first}, end: {day} {last}}}"
    return DateError("date-range", message)


def guess_day(text: str) -> dt.date | None:
    """Return the day of an unambiguous text, its month in words or its year first, else None."""
    match = _first_match(_DAYS, text.strip()[:100])
    return _date(match["y"], match["m"], match["d"]) if match else None


def _first_match(patterns: list[str], text: str) -> re.Match[str] | None:
    matches = (re.fullmatch(pattern, text, re.IGNORECASE) for pattern in patterns)
    return next(filter(None, matches), None)


def _explain_range(quoted: str, match: re.Match[str], *, is_event: bool) -> DateError:
    groups = match.groupdict()
    end = _date(match["y"], match["m"], match["d"])
    start = _date(groups.get("y1") or match["y"], groups.get("m1") or match["m"], match["d1"])
    if start is None or end is None or end < start:
        return DateError("date-range", f"invalid range of days {quoted}; {_FORM}")
    message = f"expected one day, not the range {quoted}; write "
    message += (
        f"start: {start} and, on the next line, end: {end}"
        if is_event
        else f"its last day, date: {end}, and the range as an event, "
        f"event: {{start: {start}, end: {end}}}"
    )
    return DateError("date-range", message)


def _explain_numbers(quoted: str, match: re.Match[str]) -> DateError:
    first, second, year = match.groups()
    if len(year) == 2:
        return DateError("bad-date", f"invalid date {quoted}: the year has two digits; {_FORM}")
    readings = [
        f"{day} if {order} comes first"
        for day, order in (
            (_date(year, second, first), "the day"),
            (_date(year, first, second), "the month"),
        )
        if day is not None
    ]
    if not readings:
        return DateError("bad-date", f"invalid date {quoted}: there is no such day; {_FORM}")
    if first == second or len(readings) == 1:
        day = readings[0].split()[0]
        return DateError("bad-date", f"invalid date {quoted}; write {day}")
    return DateError("bad-date", f"ambiguous date {quoted}; write {', or '.join(readings)}")


def _date(year: str, month: str, day: str) -> dt.date | None:
    if not month.isdigit():
        names = [name[:3].lower() for name in MONTHS]
        month = str(names.index(month[:3].lower()) + 1)
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
