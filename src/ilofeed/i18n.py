"""Phrases and date formats of the pages, one table for each language (`data/phrases/`).

A page in a language without a table uses the table of the office's language, or else English. A
table serves all regions and scripts of its language: Traditional Chinese pages have buttons in
Simplified Chinese, which their readers understand, not in English.
"""

import datetime as dt
import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, cast

from ilofeed.dates import Moment, offset

LANGUAGES = ("en", "zh-Hans", "mn", "ar")
# codes of scripts (ISO 15924) and of languages (primary subtags) that run from right to left
_LEFTWARD_SCRIPTS = frozenset("Adlm Arab Aran Hebr Mand Nkoo Rohg Samr Syrc Thaa".split())
_LEFTWARD = frozenset(
    "apc ar arc ary arz azb bal ckb dv fa glk he iw ji ks lrc mzn nqo pnb prs ps sd skr syr ug ur"
    " yi".split()
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """A language's table; `phrases["subscribe"]` is a phrase, with `{names}` as placeholders."""

    tag: str  # BCP 47
    table: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.table[key]

    def fill(self, key: str, **values: str) -> str:
        """Return a phrase with values in place of its `{names}`."""
        return str(self.table[key]).format(**values)

    def day(self, moment: Moment) -> str:
        """Return a day, without its time: `19 May 2015`."""
        return self._write(self["day"], moment)

    def moment(self, moment: Moment) -> str:
        """Return a day, or an instant with time and offset: `19 May 2015, 14:30 (UTC+8)`."""
        if not isinstance(moment, dt.datetime):
            return self.day(moment)
        return self._at(moment) + self.fill("zone", zone=_zone(moment))

    def span(self, start: Moment, end: Moment | None) -> Iterator[tuple[str, Moment | None]]:
        """Yield the parts of a range such as `2–3 April 2015`, each with its moment or None."""
        if end is None or end == start:
            yield self.moment(start), start
        elif isinstance(start, dt.datetime) and isinstance(end, dt.datetime):
            yield from self._hours(start, end)
        else:
            name = "span_years"
            if start.year == end.year:
                name = "span_days" if start.month == end.month else "span_months"
            first, between, last = self[name]
            yield self._write(first, start), start
            yield between, None
            yield self._write(last, end), end

    def _hours(self, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[str, Moment | None]]:
        same_zone = start.utcoffset() == end.utcoffset()
        yield (self._at(start) if same_zone else self.moment(start)), start
        if same_zone and start.date() == end.date():
            yield "–", None
            yield f"{end:%H:%M}", end
        else:
            yield " – ", None
            yield self._at(end), end
        yield self.fill("zone", zone=_zone(end)), None

    def number(self, number: int) -> str:
        """Return a number with its noun: `1 item`, `5 items`."""
        return str(self["number"][plural(self.tag, number)]).format(number=number)

    def _at(self, moment: dt.datetime) -> str:
        return self.fill("at", day=self.day(moment), time=f"{moment:%H:%M}")

    def _write(self, pattern: str, moment: Moment) -> str:
        month: str = self["months"][moment.month - 1]
        return pattern.format(year=moment.year, month=month, day=moment.day)


def plural(tag: str, number: int) -> str:
    """Return the plural category of a whole number (CLDR): `one`, `few`, `other`, …"""
    if tag == "en":
        return "one" if number == 1 else "other"
    if tag != "ar":
        return "other"
    if number < 3:
        return ("zero", "one", "two")[number]
    rest = number % 100
    if rest < 3:
        return "other"
    return "few" if rest <= 10 else "many"


def _zone(moment: dt.datetime) -> str:
    minutes = round(offset(moment).total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


@functools.cache
def phrases(*tags: str) -> Phrases:
    """Return the table of the first language (BCP 47) that has one, or else the English table."""
    by_primary = {language.partition("-")[0]: language for language in LANGUAGES}
    tables = (by_primary.get(tag.partition("-")[0]) for tag in tags)
    language = next(filter(None, tables), "en")
    return Phrases(language, _read_json(f"phrases/{language}.json"))


def own_name(tag: str) -> str:
    """Return a language's name in that language, with other subtags: `Монгол`, `English, GB`."""
    names = _read_json("languages.json")
    parts = tag.split("-")
    for length in range(len(parts), 0, -1):
        if name := names.get("-".join(parts[:length])):
            return ", ".join([name, *parts[length:]])
    return tag


@functools.cache
def _read_json(name: str) -> dict[str, Any]:
    text = (resources.files("ilofeed") / "data" / name).read_text("utf-8")
    return cast("dict[str, Any]", json.loads(text))


def in_language(texts: Mapping[str, str], tag: str) -> tuple[str, str]:
    """Return the best text for a language tag, and the tag of that text ("" for all languages).

    The order for `zh-Hans-CN`: itself, `zh-Hans`, `zh`, any other Chinese text, the first text
    (which is in the office's own language, if it has one).
    """
    for exact in ("", tag):  # the usual case
        if exact in texts:
            return texts[exact], exact
    parts = tag.split("-")
    shorter = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    same_language = [other for other in texts if other.partition("-")[0] == parts[0]]
    nearest = next(t for t in (*shorter, *same_language, *texts) if t in texts)
    return texts[nearest], nearest


def direction(tag: str) -> str:
    """Return `rtl` or `ltr`, from the script subtag of a language tag or else its language."""
    primary, *rest = tag.split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    leftward = script in _LEFTWARD_SCRIPTS if script is not None else primary in _LEFTWARD
    return "rtl" if leftward else "ltr"
