"""What the pages say of a feed: its short name, a sentence about it, and the feeds around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.model import Feed, Office, Term
    from ilofeed.phrases import Phrases


def main_feed(feeds: Sequence[Feed]) -> Feed:
    """The feed of everything, or the first where the office has none."""
    return next((feed for feed in feeds if feed.spec.path == "all"), feeds[0])


def label(feed: Feed, office: Office, words: Phrases) -> str:
    """The name of a feed without the office's: `China, Wages`."""
    return ", ".join(term.label(office.language) for term in terms(feed, office)) or str(
        words["everything"]
    )


def terms(feed: Feed, office: Office) -> list[Term]:
    """The country and the category of a feed, as far as it has them."""
    spec = feed.spec
    country = [office.countries[spec.country]] if spec.country is not None else []
    category = [office.categories[spec.category]] if spec.category is not None else []
    return country + category


def about(feed: Feed, office: Office, words: Phrases) -> str:
    """A sentence or two: what the office says of the term, and what else belongs to it."""
    found = terms(feed, office)
    if not found:
        return office.description
    labels = [term.label(office.language) for term in found]
    if len(found) == 2:
        return words.fill("about_both", country=labels[0], topic=labels[1])
    is_country = feed.spec.country is not None
    text = found[0].description or words.fill(
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


def crossed(feed: Feed, feeds: Sequence[Feed]) -> list[tuple[str, Feed]]:
    """The feeds of pairs with the term of a feed, each under the name of the other term."""
    spec = feed.spec
    pairs = [
        (other.spec.country, other.spec.category, other)
        for other in feeds
        if other.spec.country is not None and other.spec.category is not None
    ]
    if spec.is_pair:
        return []
    return [(category, other) for country, category, other in pairs if country == spec.country] + [
        (country, other) for country, category, other in pairs if category == spec.category
    ]


def above(feed: Feed, feeds: Sequence[Feed], office: Office) -> list[Feed]:
    """The feeds that hold all that this one holds, from everything down."""
    spec = feed.spec
    if spec.path == "all":
        return []
    whole = [one for one in feeds if one.spec.path == "all"]
    if spec.is_pair:
        return whole + [one for one in feeds if _is_of_country(one, spec.country)]
    broader = [one for one in feeds if _is_narrower(feed, one, office)]
    return [*above(broader[0], feeds, office), broader[0]] if broader else whole


def _is_of_country(feed: Feed, country: str | None) -> bool:
    return feed.spec.country == country and feed.spec.category is None


def _is_narrower(other: Feed, feed: Feed, office: Office) -> bool:
    """Whether one feed is of a term right below another's, the other dimension being the same."""
    one, two = other.spec, feed.spec
    if one.country == two.country and one.category and two.category:
        return office.categories[one.category].broader == two.category
    if one.category == two.category and one.country and two.country:
        return office.countries[one.country].broader == two.country
    return False
