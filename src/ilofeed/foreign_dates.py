"""Read the dates of feeds and spreadsheets: only what can be read in one way.

Years have four digits, or two if a time follows (RFC 822). A text that no pattern matches whole is
not a date: nothing is guessed.
"""

import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Sequence

from ilofeed import dates
from ilofeed.dates import Moment, explain_date
from ilofeed.problems import quote

# names of months in English, French, Spanish, Portuguese, Italian, German, Dutch, Russian, Arabic
_MONTHS = (
    "january janvier enero janeiro gennaio januar janner januari январь января يناير",
    "february février febrero fevereiro febbraio februar februari feber февраль февраля فبراير",
    "march mars marzo março märz mrz maart март марта مارس",
    "april avril abril aprile апрель апреля أبريل",
    "may mai mayo maio maggio mei май мая مايو",
    "june juin junio junho giugno juni июнь июня يونيو",
    "july juillet julio julho luglio juli июль июля يوليو",
    "august août agosto augustus август августа أغسطس",
    "september septembre septiembre setiembre setembro settembre сентябрь сентября سبتمبر",
    "october octobre octubre outubro ottobre oktober октябрь октября أكتوبر",
    "november novembre noviembre novembro ноябрь ноября نوفمبر",
    "december décembre diciembre dezembro dicembre dezember декабрь декабря ديسمبر",
)
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi "
    "samedi dimanche lunes martes miércoles jueves viernes sábado domingo segunda terça quarta "
    "quinta sexta lunedì martedì mercoledì giovedì venerdì sabato domenica montag dienstag "
    "mittwoch donnerstag freitag samstag sonnabend sonntag maandag dinsdag woensdag donderdag "
    "vrijdag zaterdag zondag понедельник вторник среда четверг пятница суббота воскресенье "
).split()
_WORDS = frozenset("am den el il le op пн вт ср чт пт сб вс".split())
# zones that only one region calls so, with their offsets in hours; RFC 822, section 5.1.
# Others, such as CST, are in America, China and Australia
_ZONES = {"z": "Z", "ut": "Z", "utc": "Z", "gmt": "Z"} | {
    name: f"{hours:+03}:00"
    for hours, names in (
        (-7, "pdt"), (-8, "pst"), (-6, "mdt"), (-5, "est cdt"), (-4, "edt"), (0, "wet"),
        (1, "cet mez"), (2, "cest mesz eet"), (3, "eest msk"), (8, "hkt sgt awst"), (9, "jst kst"),
        (10, "aest"), (11, "aedt"), (12, "nzst"), (13, "nzdt"),
    )
    for name in names.split()
}  # fmt: skip
_WORD = r"[^\W\d_]{3,20}"
_OF = r"(?:\s*(?:de|del|of)\s+|[\s.,-]*)"
_PREFIX = r"(?P<prefix>(?:[^\W\d_]{2,20}(?:[.,]+\s*|\s+)){0,2})"
_YEAR = r"(?P<y>\d{4})"
_DAY = r"(?P<d>\d\d?)(?:st|nd|rd|th|er|[ºªo.])?"
_TIME = (
    r"(?P<before>上午|下午|오전|오후)?\s*(?P<hour>\d\d?)\s*[:.h時时点點]\s*(?P<minute>\d\d)分?"
    r"(?:(?:[:.]|(?<=分))(?P<second>\d\d)秒?(?:[.,]\d{1,9})?)?\s*(?P<half>[ap]\.?\s?m\b\.?)?"
    r"(?:\s*uhr)?"
)
_ZONE = r"(?:\s*(?P<zone>(?:utc|gmt)?\s*[+-]\d\d?(?::?\d\d)?|[a-z]{1,5}))?"
_COMMENT = r"(?:\s*[(\[][^()\[\]]{0,60}[)\]])?"
_WEEKDAY = r"(?:\s*\(?(?:星期|周|週)?[一二三四五六日天月火水木金土]\)?)?"
_BETWEEN = r"(?:\s*t\s*|,?\s*(?:\b(?:at|a|om|um)\b|a las|в|ore|-)\s+|,?\s*)"
_DATES = (
    _PREFIX + r"(?P<y>\d{4})(?P<sign>[-/.‐‑–]\s?)(?P<m>\d\d?)(?P=sign)(?P<d>\d\d?)" + _WEEKDAY,
    r"(?P<y>\d{4})\s*(?:年|년)\s*(?P<m>\d\d?)\s*(?:月|월)\s*(?P<d>\d\d?)\s*[日일]?" + _WEEKDAY,
    (
        r"(?P<y>\d{4})\s*оны\s*(?P<m>\d\d?)\s*-?р?\s*(?:дугаар|дүгээр)?\s*сарын\s*(?P<d>\d\d?)"
        r"(?:\s*-?(?:нии|ны))?(?:\s*өдөр)?"
    ),
    r"(?P<d>\d\d?)\.\s?(?P<m>\d\d?)\.\s?" + _YEAR,
    (
        rf"{_PREFIX}{_DAY}{_OF}(?P<m>{_WORD}){_OF}(?:{_YEAR}|(?P<short>\d\d)(?=\s+\d\d?:\d\d))"
        r"(?:\s*г(?:ода|\.)?)?"
    ),
    rf"{_PREFIX}(?P<m>{_WORD})[\s.-]*{_DAY},?[\s-]+{_YEAR}",
    rf"{_YEAR}[\s-]+(?P<m>{_WORD})[\s.-]+{_DAY}",
)
_PATTERNS = (
    *(f"{date}(?:{_BETWEEN}{_TIME}{_ZONE}{_COMMENT})?" for date in _DATES),
    rf"{_PREFIX}(?P<m>{_WORD})\s+(?P<d>\d\d?)\s+{_TIME}{_ZONE}\s+{_YEAR}",  # asctime
    (
        r"(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)(?:t?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?"
        rf"(?:[.,]\d{{1,9}})?{_ZONE})?"
    ),
)
_ASSUMED = "the office's was used"
_INCOMPLETE = "it must have a year, a month, a day, and hours of 24 or am and pm"


def read_date(
    written: str, zone: dt.tzinfo, forms: Sequence[str] = ()
) -> tuple[Moment | None, str]:
    """Return the moment of a date and a note: what was assumed, why there is no moment, or "".

    `zone` applies to a time without a known zone; `forms` are `strptime` patterns to try first.
    """
    text = " ".join(written.split())[:100]
    for form in forms:
        if (moment := _by_form(text, form)) is not None:
            return _parse(moment.isoformat(), zone)
    folded = _fold(unicodedata.normalize("NFKC", text).replace("\u2212", "-"))
    for pattern in _PATTERNS:
        if (match := re.fullmatch(pattern, folded)) and (day := _read_day(match.groupdict())):
            return _read_moment(text, day, match.groupdict(), zone)
    return None, explain_date(text).message


def check_form(form: str) -> str:
    """Return what is wrong with a `strptime` pattern of dates; "" if it reads what it writes."""
    example = dt.datetime(2015, 5, 19, 14, 30, tzinfo=dt.UTC)
    try:
        read = dt.datetime.strptime(example.strftime(form), form)  # noqa: DTZ007  not kept
    except (ValueError, re.error):
        return "unknown directive"
    return "" if read.date() == example.date() and read.hour in {0, 14} else _INCOMPLETE


@functools.lru_cache(1024)
def _fold(text: str) -> str:
    """Return a text in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", folded)  # joins the parts of Korean syllables


def _read_day(groups: dict[str, str | None]) -> str:
    """Return the day of a match in the form of ISO 8601, which may not exist; "" if none."""
    prefix = re.findall(r"\w+", groups.get("prefix") or "")
    if not all(
        word in _WORDS or (len(word) > 2 and _begins_one(word, _WEEKDAYS)) for word in prefix
    ):
        return ""
    month, year = groups["m"] or "", groups["y"]
    if not month.isdigit():
        fitting = [n for n, names in enumerate(_MONTHS, 1) if _begins_one(month, names.split())]
        if len(fitting) != 1:
            return ""
        month = str(fitting[0])
    if year is None:  # RFC 2822, section 4.3
        short = int(groups["short"] or "")
        year = str(short + (2000 if short < 50 else 1900))
    return f"{year}-{int(month):02}-{int(groups['d'] or ''):02}"


def _begins_one(word: str, names: Sequence[str]) -> bool:
    """Return whether a word is a name or the beginning of one."""
    return any(name.startswith(word) for name in map(_fold, names))


def _read_moment(
    text: str, day: str, groups: dict[str, str | None], zone: dt.tzinfo
) -> tuple[Moment | None, str]:
    if groups["hour"] is None:
        return _parse(day, zone)
    hour = int(groups["hour"])
    half = (groups.get("half") or groups.get("before") or "")[:2]
    if half:
        if not 1 <= hour <= 12:
            return None, f"invalid time in {quote(text)}"
        hour = hour % 12 + 12 * (half[0] == "p" or half in {"下午", "오후"})
    time = f"{hour:02}:{groups['minute']}:{groups['second'] or '00'}"
    name = (groups["zone"] or "").replace(" ", "")
    if name == "-0000":  # a time in UTC whose local zone is unknown (RFC 2822, section 3.3)
        name = "z"
    if match := re.fullmatch(r"(?:utc|gmt)?([+-])(\d\d?)(?::?(\d\d))?", name):
        sign, hours, minutes = match.groups()
        return _parse(f"{day}T{time}{sign}{int(hours):02}:{minutes or '00'}", zone)
    if name in _ZONES:
        return _parse(f"{day}T{time}{_ZONES[name]}", zone)
    moment, note = _parse(f"{day}T{time}", zone)
    if name and moment is not None:
        note = f"a time in {quote(name.upper())}, of several meanings or none; {_ASSUMED}"
    return moment, note


def _parse(text: str, zone: dt.tzinfo) -> tuple[Moment | None, str]:
    try:
        moment = dates.parse_moment(text, zone, is_local=True)
    except dates.DateError as error:
        return None, error.message
    is_assumed = "T" in text and not re.search(r"Z$|[+-]\d\d:\d\d$", text)
    return moment, f"a time without a time zone; {_ASSUMED}" if is_assumed else ""


def _by_form(text: str, form: str) -> Moment | None:
    try:
        moment = dt.datetime.strptime(text, form)  # noqa: DTZ007  the office's zone is added
    except (ValueError, OverflowError):
        return None
    has_time = any(f"%{letter}" in form for letter in "HIcXsT")
    return moment.replace(microsecond=0) if has_time else moment.date()
