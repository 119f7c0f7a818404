"""What the pages say of a feed: its short name, a sentence about it, and the feeds around it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed.i18n import own_name
from ilofeed.model import in_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.i18n import Phrases
    from ilofeed.model import Entry, Feed, Office, Term


def main_feed(feeds: Sequence[Feed]) -> Feed:
    """The feed of everything, or the first where the office has none."""
    return next((feed for feed in feeds if feed.spec.path == "all"), feeds[0])


def label(feed: Feed, office: Office, words: Phrases) -> str:
    """The name of a feed without the office's: `China, Wages`."""
    labels = [term.label(office.language) for term in terms(feed, office)]
    tag = feed.spec.language
    if tag is not None and (not labels or office.language != tag):
        labels.append(own_name(tag))
    return ", ".join(labels) or str(words["everything"])


def label_language(feed: Feed, office: Office) -> str | None:
    """The language of the first word of that name; none where it is the page's own."""
    for term in terms(feed, office):
        return in_language(term.labels, office.language)[1] or office.own_language
    return feed.spec.language


def terms(feed: Feed, office: Office) -> list[Term]:
    """The country and the category of a feed, as far as it has them."""
    spec = feed.spec
    country = [office.countries[spec.country]] if spec.country is not None else []
    category = [office.categories[spec.category]] if spec.category is not None else []
    return country + category


def about(feed: Feed, office: Office, words: Phrases) -> str:
    """A sentence or two: what the office says of the term, and what else belongs to it."""
    found = terms(feed, office)
    tag = feed.spec.language
    if tag is not None and not found:
        return words.fill("about_language", label=own_name(tag))
    if not found:
        return office.description
    labels = [term.label(office.language) for term in found]
    if len(found) == 2:
        return words.fill("about_both", country=labels[0], topic=labels[1])
    is_country = feed.spec.country is not None
    text = found[0].description(office.language) or words.fill(
        "about" if is_country else "about_topic", label=labels[0]
    )
    known = office.countries if is_country else office.categories
    below = [t.label(office.language) for t in known.values() if t.broader == found[0].name]
    if not below:
        return text
    sentence = text if text.endswith((".", "!", "?", "。")) else text + "."
    return f"{sentence} {words.fill('includes', labels='; '.join(below))}"


def narrower(feed: Feed, feeds: Sequence[Feed], office: Office) -> list[Feed]:
    """The feeds of the terms right below."""
    return [other for other in feeds if _is_narrower(other, feed, office)]


def crossed(feed: Feed, feeds: Sequence[Feed], office: Office) -> dict[str, list[tuple[str, Feed]]]:
    """The feeds of pairs with the term of a feed, each under the label of the other term.

    They are grouped as the feeds of these other terms are, `by_country` or `by_topic`.
    """
    spec = feed.spec
    found: dict[str, list[tuple[str, Feed]]] = {}
    if spec.is_pair or spec.path == "all":
        return found
    for other in (one for one in feeds if one.spec.is_pair):
        pair = other.spec
        if pair.language != spec.language:
            continue
        if pair.category is not None and pair.country == spec.country:
            label = office.categories[pair.category].label(office.language)
            found.setdefault("by_topic", []).append((label, other))
        elif pair.country is not None and pair.category == spec.category:
            label = office.countries[pair.country].label(office.language)
            found.setdefault("by_country", []).append((label, other))
    return found


def in_other_languages(feed: Feed, feeds: Sequence[Feed]) -> list[Feed]:
    """What a feed of a language is in the others."""
    spec = feed.spec
    return [
        one
        for one in feeds
        if spec.language is not None
        and one.spec.language not in {None, spec.language}
        and (one.spec.category, one.spec.country) == (spec.category, spec.country)
    ]


def above(feed: Feed, feeds: Sequence[Feed], office: Office) -> list[Feed]:
    """The feeds that hold all that this one holds, from everything down."""
    spec = feed.spec
    if spec.path == "all":
        return []
    whole = [one for one in feeds if one.spec.path == "all"]
    if spec.is_pair:
        wanted = (spec.language, None if spec.language else spec.country, None)
        return whole + [
            one
            for one in feeds
            if (one.spec.language, one.spec.country, one.spec.category) == wanted
        ]
    broader = [one for one in feeds if _is_narrower(feed, one, office)]
    return [*above(broader[0], feeds, office), broader[0]] if broader else whole


def _is_narrower(other: Feed, feed: Feed, office: Office) -> bool:
    """Whether one feed is of a term right below another's, the other dimension being the same."""
    one, two = other.spec, feed.spec
    if one.language != two.language:
        return False
    if one.country == two.country and one.category and two.category:
        return office.categories[one.category].broader == two.category
    if one.category == two.category and one.country and two.country:
        return office.countries[one.country].broader == two.country
    return False


MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Row:
    """One country, with its number of entries in each month."""

    name: str
    label: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The months (their first days), oldest first, and a row for each country with entries."""

    months: tuple[dt.date, ...]
    rows: tuple[Row, ...]

    @property
    def most(self) -> int:
        """The highest number: how high the tallest bar is."""
        return max(number for row in self.rows for number in row.numbers)


def entries_per_month(entries: Sequence[Entry], office: Office) -> Chart | None:
    """The months up to the newest entry, so that nothing depends on when it is drawn.

    None where there is nothing to compare. An entry about two countries counts for both.
    """
    dates = [_month(entry.published) for entry in entries]
    if not dates:
        return None
    months = _months(min(dates), max(dates))[-MOST_MONTHS:]
    if len(months) < 2:
        return None
    counted = Counter(
        (country, month)
        for entry, month in zip(entries, dates, strict=True)
        if month >= months[0]
        for country in entry.countries
    )
    rows = [
        Row(name, term.label(office.language), tuple(counted[name, month] for month in months))
        for name, term in office.countries.items()
    ]
    return Chart(tuple(months), tuple(row for row in rows if any(row.numbers)))


def _month(moment: dt.datetime) -> dt.date:
    return moment.date().replace(day=1)


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    start, end = (date.year * 12 + date.month - 1 for date in (first, last))
    return [dt.date(at // 12, at % 12 + 1, 1) for at in range(start, end + 1)]
