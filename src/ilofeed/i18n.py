"""Phrases and date formats of the pages, one table for each language (`data/phrases/`).

A page in a language without a table speaks English. A table serves all regions and scripts of its
language: Traditional Chinese pages have buttons in Simplified Chinese, which their readers
understand, not in English. An office completes and corrects tables in feeds.yaml (`words`), so the
words of its pages come from `Office.phrases`. `native_reader` in a table names who has read
it, of those whose first language it is; null until then.
"""

import datetime as dt
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from ilofeed.dates import Moment, offset

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh-Hans", "mn", "pt", "de", "id", "vi")
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
    untranslated: tuple[str, ...] = ()  # keys; a table with some is not used

    def __getitem__(self, key: str) -> Any:
        return self.table[key]

    def fill(self, key: str, **values: str) -> str:
        """Return a phrase with values in place of its `{names}`."""
        return str(self.table[key]).format(**values)

    def speaks(self, tag: str) -> bool:
        """Return whether these are the words of a language, in any of its regions and scripts."""
        return tag.partition("-")[0] == self.tag.partition("-")[0]

    def day(self, moment: Moment) -> str:
        """Return a day, without its time: `19 May 2015`."""
        return self._write(self["day"], moment)

    def moment(self, moment: Moment) -> str:
        """Return a day, or an instant with time and offset: `19 May 2015, 14:30 (UTC+8)`."""
        if not isinstance(moment, dt.datetime):
            return self.day(moment)
        return self._at(moment) + self._zone(moment)

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
        yield self._zone(end), None

    def number(self, number: int) -> str:
        """Return a number with its noun: `1 item`, `5 items`."""
        return str(self["number"][plural(self.tag, number)]).format(number=number)

    def _at(self, moment: dt.datetime) -> str:
        return self.fill("at", day=self.day(moment), time=f"{moment:%H:%M}")

    def _zone(self, moment: dt.datetime) -> str:
        zone = _offset(moment)
        if direction(self.tag) == "rtl":  # hold together what is written from left to right
            zone = f"\u2066{zone}\u2069"
        return self.fill("zone", zone=zone)

    def _write(self, pattern: str, moment: Moment) -> str:
        month: str = self["months"][moment.month - 1]
        return pattern.format(year=moment.year, month=month, day=moment.day)


def _one(number: int) -> str:
    return "one" if number == 1 else "other"


def _one_or_none(number: int) -> str:
    return "one" if number < 2 else "other"


def _or_millions(rule: Callable[[int], str], number: int) -> str:
    return "many" if number and number % 1_000_000 == 0 else rule(number)


def _slavic(number: int) -> str:
    last = number % 10 if number % 100 not in range(11, 15) else 0
    return "one" if last == 1 else "few" if last in {2, 3, 4} else "many"


def _arabic(number: int) -> str:
    if number < 3:
        return ("zero", "one", "two")[number]
    rest = number % 100
    return "few" if 3 <= rest <= 10 else "many" if rest > 10 else "other"


# by language: the rule of the plural (CLDR) for whole numbers; a language without one needs a
# phrase that fits every number
_PLURALS: dict[str, Callable[[int], str]] = {
    tag: rule
    for tags, rule in (
        ("az de en kk ky mn ne nl sw ta tr ug ur uz", _one),
        ("bn fa hi si tg vi", _one_or_none),
        ("es it", functools.partial(_or_millions, _one)),
        ("fr pt", functools.partial(_or_millions, _one_or_none)),
        ("he", lambda number: "two" if number == 2 else _one(number)),
        ("ru uk", _slavic),
        ("ar", _arabic),
    )
    for tag in tags.split()
}


def plural(tag: str, number: int) -> str:
    """Return the plural category of a whole number (CLDR): `one`, `few`, `other`, …"""
    primary = tag.partition("-")[0]
    return _PLURALS[primary](number) if primary in _PLURALS else "other"


def _offset(moment: dt.datetime) -> str:
    minutes = round(offset(moment).total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def phrases(tag: str, tables: Mapping[str, Phrases] = MappingProxyType({})) -> Phrases:
    """Return the table of a language (BCP 47), or else the English table.

    `tables` are those of an office by language (`Office.tables`); they go before ours.
    """
    nearest = _NEAREST.get(tag.partition("-")[0], "en")
    for name in (*shorter_tags(tag), nearest) if tables else ():
        if name in tables and not tables[name].untranslated:
            return tables[name]
    return _our_phrases(nearest)


_NEAREST = {language.partition("-")[0]: language for language in LANGUAGES}


@functools.cache
def _our_phrases(language: str) -> Phrases:
    table = _read_json(f"phrases/{language}.json")
    return Phrases(language, {key: table[key] for key in table if key != "native_reader"})


def shorter_tags(tag: str) -> list[str]:
    """Return a language tag and its beginnings: `zh-Hans-CN`, `zh-Hans` and `zh`."""
    parts = tag.split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


def own_name(tag: str) -> str:
    """Return a language's name in that language, with other subtags: `Монгол`, `English, GB`."""
    names = _read_json("languages.json")
    for shorter in shorter_tags(tag):
        if name := names.get(shorter):
            return f"{name}{tag.removeprefix(shorter).replace('-', ', ')}"
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
    primary = tag.partition("-")[0]
    same_language = [other for other in texts if other.partition("-")[0] == primary]
    nearest = next(t for t in (*shorter_tags(tag), *same_language, *texts) if t in texts)
    return texts[nearest], nearest


def by_language(written: str | Mapping[str, str] | None, default: str) -> dict[str, str]:
    """Return texts by language ("" for all), the default language first, as the fallback."""
    if not written:
        return {}
    if isinstance(written, str):
        return {"": written}
    first = in_language(written, default)[1]
    return {first: written[first], **written}


def direction(tag: str) -> str:
    """Return `rtl` or `ltr`, from the script subtag of a language tag or else its language."""
    primary, *rest = tag.split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    leftward = script in _LEFTWARD_SCRIPTS if script is not None else primary in _LEFTWARD
    return "rtl" if leftward else "ltr"


# --- the words of an office: `words` in feeds.yaml ---

Table: TypeAlias = Mapping[str, Any]
ENGLISH = phrases("en").table
_NAME = re.compile(r"{(\w+)}")
_NUMBERS = (*range(200), 1_000_000)  # they have every plural category


def find_mistake(texts: Sequence[str], english: Sequence[str]) -> str:
    """Return what is wrong with the parts of a phrase, compared with the English ones, or ""."""
    if len(texts) != len(english):
        return f"expected {len(english)} texts, not {len(texts)}"
    if any(set(_NAME.sub("", text)) & set("{}") for text in texts):
        return "braces are only for names, such as {date}; remove the others"
    given, names = map(_all_names, (texts, english))
    is_span = len(english) == 3 and bool(names)  # start, between, end
    ends = (_all_names(texts[:1]) & _all_names(texts[2:])) if is_span else names
    needed = (_all_names(english[:1]) & _all_names(english[2:])) if is_span else names
    if given == names and needed <= ends and not (is_span and _NAME.search(texts[1])):
        return ""
    listed = ", ".join(sorted(f"{{{name}}}" for name in names)) or "no name in braces"
    where = ", at both ends of the range" if is_span else ""
    return f"write {listed}, as the English phrase has it{where}: {' | '.join(english)}"


def _all_names(texts: Sequence[str]) -> set[str]:
    return set(_NAME.findall("".join(texts)))


def find_wrong_forms(tag: str, forms: Mapping[str, str]) -> str:
    """Return what is wrong with the forms of `number` in a language, or ""."""
    numbers = _numbers_by_form(tag)
    if forms.keys() != numbers.keys():
        return f"the plural forms of `{tag}` are {', '.join(numbers)}; write each of them"
    for form, text in forms.items():
        is_left_out = len(numbers[form]) == 1 and "{" not in text  # such as `no items`
        if not is_left_out and (mistake := find_mistake([text], ["{number}"])):
            return f"{form}: {mistake}"
    return ""


def _numbers_by_form(tag: str) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for number in _NUMBERS:
        numbers.setdefault(plural(tag, number), []).append(number)
    return numbers


def complete_tables(words: Mapping[str, Table]) -> dict[str, Phrases]:
    """Return the tables of an office, by language: ours with its words."""
    tables: dict[str, Phrases] = {}
    for tag in sorted(words, key=len):  # a language before its regions
        nearest = phrases(tag, tables)
        if nearest.speaks(tag):
            tables[tag] = Phrases(tag, {**nearest.table, **words[tag]})
            continue
        english = ENGLISH["number"]
        forms = {form: english.get(form, english["other"]) for form in _numbers_by_form(tag)}
        table = {**ENGLISH, "number": forms, **words[tag]}
        tables[tag] = Phrases(tag, table, tuple(_untranslated(words[tag])))
    return tables


def _untranslated(table: Table) -> Iterator[str]:
    """Yield the keys that a table lacks, or has with several words in English."""
    for key, english in ENGLISH.items():
        text = _NAME.sub("", str(english))
        if key not in table or (
            table[key] == english and re.search(r"[a-z]\W+[a-z]", text, re.IGNORECASE)
        ):
            yield key


def words_to_yaml(tag: str, tables: Mapping[str, Phrases] = MappingProxyType({})) -> Iterator[str]:
    """Yield the lines of `words` for a language, with the English phrases beside other ones."""
    table = (tables.get(tag) or complete_tables({tag: {}})[tag]).table
    yield from ("words:", f"  {tag}:")
    for key, english in ENGLISH.items():
        line = f"    {key}: {json.dumps(table[key], ensure_ascii=False)}"
        shown = english if isinstance(english, str) else json.dumps(english, ensure_ascii=False)
        yield line if table[key] == english else f"{line}  # {shown}"
