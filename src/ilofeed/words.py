"""Check the words of an office (`words` in feeds.yaml), complete tables of phrases with them, and
print what there is to translate."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from ilofeed.i18n import Phrases, phrases, plural

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


def to_yaml(tag: str, tables: Mapping[str, Phrases] = MappingProxyType({})) -> Iterator[str]:
    """Yield the lines of `words` for a language, with the English phrases beside other ones."""
    table = (tables.get(tag) or complete_tables({tag: {}})[tag]).table
    yield from ("words:", f"  {tag}:")
    for key, english in ENGLISH.items():
        line = f"    {key}: {json.dumps(table[key], ensure_ascii=False)}"
        shown = english if isinstance(english, str) else json.dumps(english, ensure_ascii=False)
        yield line if table[key] == english else f"{line}  # {shown}"
