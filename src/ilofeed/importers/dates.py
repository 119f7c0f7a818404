"""Read the dates that documents of others have."""

import datetime as dt
import re

from ilofeed import dates
from ilofeed.dates import Moment, explain_date, guess_day
from ilofeed.problems import quote
from ilofeed.sources import ImportedDate

_MONTHS = tuple(name[:3].lower() for name in dates.MONTHS)
_RFC822 = re.compile(
    r"(?:[A-Za-z]{2,12}\.?,?\s+)?(?P<day>\d\d?)[\s-]+(?P<month>[A-Za-z]{3,9})\.?[\s-]+"
    r"(?P<year>\d{4}|\d\d)\s+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    r"(?:\s*(?P<zone>[+-]\d\d:?\d\d|[A-Za-z]{1,5}))?(?:\s*\([^()]{0,40}\))?",
    re.ASCII,
)
_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt\s]\s*(?P<time>\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)"
    r"\s*(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
# RFC 822, section 5.1; the letters of its military zones are void (RFC 2822, section 4.3)
_ZONES = {"UT": "Z", "UTC": "Z", "GMT": "Z", "Z": "Z"} | {
    name: f"-{hours:02}:00"
    for hours, names in ((4, "EDT"), (5, "EST CDT"), (6, "CST MDT"), (7, "MST PDT"), (8, "PST"))
    for name in names.split()
}


def read_date(
    when: ImportedDate, zone: dt.tzinfo, form: str | None = None
) -> tuple[Moment | None, str]:
    """Return the moment of a date and a note: what was assumed, why there is no moment, or "".

    `zone` applies to a time without a zone; `form` is a `strptime` pattern to try first.
    """
    text = " ".join(when.written.split())[:100]
    if form is not None and (moment := _by_form(text, form)):
        return _check_date(moment, zone)
    if match := _ISO.fullmatch(text):
        name = (match["zone"] or "").upper()
        offset = _ZONES.get(name, name)
        if len(offset) == 3:  # ISO 8601 allows +08 without minutes
            offset += ":00"
        return _parse_date(f"{match['date']}T{match['time']}{offset}", zone)
    if match := _RFC822.fullmatch(text):
        return _parse_rfc822(match, when, zone)
    if (day := guess_day(text)) is not None:
        return _parse_date(day.isoformat(), zone)
    parsed, why = _parse_date(text, zone)
    if parsed is None and when.read:
        return _as_utc(when.read, f"the date {quote(text)} was read as UTC")
    return parsed, why


def _parse_rfc822(
    match: re.Match[str], when: ImportedDate, zone: dt.tzinfo
) -> tuple[Moment | None, str]:
    month = match["month"][:3].lower()
    if month not in _MONTHS:
        return None, f"invalid date {quote(match[0])}"
    year = int(match["year"])
    if year < 100:  # RFC 2822, section 4.3
        year += 2000 if year < 50 else 1900
    day = f"{year:04}-{_MONTHS.index(month) + 1:02}-{int(match['day']):02}"
    time = f"{int(match['hour']):02}:{match['minute']}:{match['second'] or '00'}"
    name = (match["zone"] or "").upper()
    offset = _ZONES.get(name, name)
    if offset == "-0000":  # a time in UTC whose local zone is unknown (RFC 2822, section 3.3)
        offset = "Z"
    if not offset or offset[0] in "+-Z":
        return _parse_date(f"{day}T{time}{offset}", zone)
    note = f"unknown time zone {quote(name)}; the time was read as UTC"
    return _as_utc(when.read or f"{day}T{time}Z", note)


def _as_utc(text: str, note: str) -> tuple[Moment | None, str]:
    moment, why = _parse_date(text, dt.UTC)
    return moment, why if moment is None else note


def _parse_date(text: str, zone: dt.tzinfo) -> tuple[Moment | None, str]:
    try:
        return dates.parse_moment(text), ""
    except dates.UnknownFormError:
        return None, explain_date(text).message
    except dates.DateError as error:
        if error.code != "no-time-zone":
            return None, error.message
    try:
        naive = dt.datetime.fromisoformat(text.replace(",", "."))
    except ValueError:
        return None, f"invalid time in {quote(text)}"
    return _check_date(naive, zone)


def _by_form(text: str, form: str) -> Moment | None:
    try:
        moment = dt.datetime.strptime(text, form)  # noqa: DTZ007  the office's zone is added
    except (ValueError, re.error, OverflowError):
        return None
    has_time = any(f"%{letter}" in form for letter in "HIcXsT")
    return moment if has_time else moment.date()


def _check_date(moment: Moment, zone: dt.tzinfo) -> tuple[Moment | None, str]:
    note = ""
    if isinstance(moment, dt.datetime):
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
            note = f"the date {quote(str(moment)[:19])} has no time zone; the office's was used"
        moment = moment.replace(microsecond=0)
    try:
        return dates.parse_moment(moment.isoformat()), note
    except dates.DateError as error:
        return None, error.message
