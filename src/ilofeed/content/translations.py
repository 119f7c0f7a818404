"""Entries that are the same in other languages: each translation names the original."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ilofeed.problems import nearest, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ilofeed.content.entry import Parsed
    from ilofeed.model import Entry
    from ilofeed.problems import Code, Problem

Translations = dict[str, list["Entry"]]  # of each entry by slug


def translation_problems(parsed: Sequence[Parsed], refused: set[str]) -> Iterator[Problem]:
    """What is wrong between an entry and the one that it translates; `refused` are the slugs of
    files that are there and could not be read."""
    if all(one.translation_of is None for one in parsed):
        return
    known = {one.slug: one for one in reversed(parsed)}
    taken: dict[tuple[str, str], Parsed] = {}
    for one in sorted(parsed, key=lambda one: one.path):
        if one.translation_of is None or one.translation_of in refused - known.keys():
            continue
        if found := _about_original(one, known, refused) or _about_language(one, known, taken):
            yield one.problem("translation_of", *found)


def _about_original(
    one: Parsed, known: Mapping[str, Parsed], refused: set[str]
) -> tuple[Code, str] | None:
    wanted = str(one.translation_of)
    if wanted == one.slug:
        return "unknown-translation", "an entry cannot be a translation of itself"
    if wanted not in known:
        near = nearest(wanted, (known.keys() | refused) - {one.slug})
        message = f"there is no entry {quote(wanted)}; "
        message += f"did you mean {quote(near)}? If" if near else "correct the name or, if"
        message += f" {wanted}.md was deleted, put it back or delete this line"
        return "unknown-translation", message
    way = [one.slug, wanted]
    while (further := known[way[-1]].translation_of if way[-1] in known else None) is not None:
        if further in way:
            circle = " → ".join([*way, further])
            message = f"the translations go in a circle, {circle}; the original translates nothing"
            return "translation-chain", message
        way.append(further)
    if len(way) == 2:
        return None
    message = f"{quote(wanted)} is a translation itself; write translation_of: {way[-1]}"
    return "translation-chain", message


def _about_language(
    one: Parsed, known: Mapping[str, Parsed], taken: dict[tuple[str, str], Parsed]
) -> tuple[Code, str] | None:
    original = known[str(one.translation_of)]
    entry = one.entry
    if entry is None or entry.withdrawn is not None:  # a withdrawn one may have a successor
        return None
    if original.entry is not None and original.entry.language == entry.language:
        message = (
            f"{quote(original.slug)} is in {quote(entry.language)} too; write the language of this "
            "one in a line `language`, or delete translation_of"
        )
        return "same-language", message
    first = taken.setdefault((original.slug, entry.language), one)
    if first is one:
        return None
    message = (
        f"{quote(first.path)} is the translation of {quote(original.slug)} in "
        f"{quote(entry.language)} already; keep one of the two, or correct the language"
    )
    return "duplicate-translation", message


def find_translations(entries: Iterable[Entry]) -> Translations:
    """For each entry that has some the same in other languages, as far as they are in the feeds, by
    language.

    Translations find each other also where their original is not to be seen.
    """
    groups: dict[str, list[Entry]] = defaultdict(list)
    originals = {entry.translates for entry in entries}
    for entry in entries:
        if entry.translates is not None or entry.slug in originals:
            groups[entry.translates or entry.slug].append(entry)
    return {
        entry.slug: sorted(
            (other for other in group if other is not entry and other.withdrawn is None),
            key=lambda other: (other.language, other.slug),
        )
        for group in groups.values()
        for entry in group
        if len(group) > 1
    }


def alternates(entry: Entry, others: Sequence[Entry]) -> list[tuple[str, Entry]]:
    """What a page tells search engines: each language with its entry, its own one included, and
    the original for all other languages. Every page of a group says the same, so a withdrawn entry,
    which none of the others names, says nothing."""
    if not others or entry.withdrawn is not None:
        return []
    group = sorted([entry, *others], key=lambda one: (one.language, one.slug))
    original = [one for one in group if one.translates is None]
    return [(one.language, one) for one in group] + [("x-default", one) for one in original]
