"""Find related feeds, describe feeds on pages, and list the links at the top of each page."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ilofeed.feeds import feed_name, feed_terms, group_feeds
from ilofeed.i18n import Phrases, in_language, own_name
from ilofeed.model import Entry, Feed, FeedSpec, Office, Term

NEWS, EVENTS, SUBSCRIBE, SEARCH = (
    f"{name}/index.html" for name in ("news", "events", "subscribe", "search")
)
Key: TypeAlias = "tuple[str | None, str | None, str | None]"  # language, country, category


@dataclass(frozen=True, slots=True)
class Directory:
    """An index of the feeds of an office, because it may have thousands."""

    feeds: Sequence[Feed]
    main: Feed  # the feed of all entries, or the first feed if there is none
    _by_key: Mapping[Key, Feed]
    _narrower: Mapping[Key, Sequence[Feed]]
    _pairs: Mapping[Key, Mapping[str, Sequence[tuple[Term, Feed]]]]  # by group of `paired_feeds`
    _by_terms: Mapping[tuple[str | None, str | None], Sequence[Feed]]  # only feeds with a language
    _narrower_categories: Mapping[str | None, Sequence[Term]]
    _narrower_countries: Mapping[str | None, Sequence[Term]]

    def find(
        self, language: str | None = None, country: str | None = None, category: str | None = None
    ) -> Feed | None:
        """Return the feed that selects by exactly these terms; None if there is none."""
        return self._by_key.get((language, country, category))

    def narrower_feeds(self, feed: Feed) -> Sequence[Feed]:
        """Return the feeds of the terms whose `broader` is the term of a feed."""
        return self._narrower.get(_key(feed.spec), ())

    def paired_feeds(self, feed: Feed, office: Office) -> dict[str, list[tuple[str, Feed]]]:
        """Return the feeds that combine the term of a feed with another term, with its label.

        They are grouped by the kind of the other term: `by_country` or `by_topic`.
        """
        if feed.spec.is_pair or feed.spec.path == "all":
            return {}
        return {
            name: [(term.label(office.language), pair) for term, pair in pairs]
            for name, pairs in self._pairs.get(_key(feed.spec), {}).items()
        }

    def in_other_languages(self, feed: Feed) -> list[Feed]:
        """Return the feeds of the same terms in other languages, if the feed has a language."""
        spec = feed.spec
        if spec.language is None:
            return []
        same_terms = self._by_terms[spec.country, spec.category]
        return [other for other in same_terms if other.spec.language != spec.language]

    def broader_feeds(self, feed: Feed, office: Office) -> list[Feed]:
        """Return the feeds that contain all entries of this one, the most general first."""
        spec = feed.spec
        if spec.path == "all":
            return []
        everything = [self.main] if self.main.spec.path == "all" else []
        if spec.is_pair:
            parent = self.find(spec.language, None if spec.language else spec.country)
            return [*everything, parent] if parent is not None else everything
        for key in _keys_above(spec, office):
            if parent := self._by_key.get(key):
                return [*self.broader_feeds(parent, office), parent]
        return everything

    def narrower_terms(self, feed: Feed) -> Sequence[Term]:
        """Return the terms whose `broader` is the term of a feed."""
        if feed.spec.country is not None:
            return self._narrower_countries.get(feed.spec.country, ())
        return self._narrower_categories.get(feed.spec.category, ())


def build_directory(office: Office, feeds: Sequence[Feed]) -> Directory:
    """Index the feeds of an office."""
    narrower: dict[Key, list[Feed]] = defaultdict(list)
    pairs: dict[Key, dict[str, list[tuple[Term, Feed]]]] = defaultdict(lambda: defaultdict(list))
    by_terms: dict[tuple[str | None, str | None], list[Feed]] = defaultdict(list)
    for feed in feeds:
        spec = feed.spec
        for key in _keys_above(spec, office):
            narrower[key].append(feed)
        if spec.is_pair and spec.category is not None:
            term = office.categories[spec.category]
            pairs[spec.language, spec.country, None]["by_topic"].append((term, feed))
        if spec.is_pair and spec.country is not None:
            term = office.countries[spec.country]
            pairs[spec.language, None, spec.category]["by_country"].append((term, feed))
        if spec.language is not None:
            by_terms[spec.country, spec.category].append(feed)
    return Directory(
        feeds,
        main_feed(feeds),
        {_key(feed.spec): feed for feed in feeds},
        narrower,
        pairs,
        by_terms,
        _by_broader(office.categories),
        _by_broader(office.countries),
    )


def _key(spec: FeedSpec) -> Key:
    return spec.language, spec.country, spec.category


def _keys_above(spec: FeedSpec, office: Office) -> Iterator[Key]:
    """Yield the key of each feed in which one term is replaced by its broader term."""
    if spec.category and (broader := office.categories[spec.category].broader):
        yield spec.language, spec.country, broader
    if spec.country and (broader := office.countries[spec.country].broader):
        yield spec.language, broader, spec.category


def _by_broader(terms: Mapping[str, Term]) -> Mapping[str | None, Sequence[Term]]:
    narrower: dict[str | None, list[Term]] = defaultdict(list)
    for term in terms.values():
        narrower[term.broader].append(term)
    return narrower


def main_feed(feeds: Sequence[Feed]) -> Feed:
    """Return the feed of all entries, or the first feed if there is none."""
    return next((feed for feed in feeds if feed.spec.path == "all"), feeds[0])


def page_path(path: str, office: Office) -> str:
    """Return the output path of a page in `office.language`: `mn/all/index.html` for
    `all/index.html`. Files that are not pages, and pages of entries and of feeds of a language,
    exist once."""
    if path.startswith(("entry/", "language/")) or not path.endswith("index.html"):
        return path
    return office.folders.get(office.language, "") + path


def versions(path: str, office: Office) -> list[tuple[str, str]]:
    """Return language and path of a page in each language of the office; none if it has one.
    `path` is that of the page in the office's own language."""
    paths = {tag: page_path(path, office.localized(tag)) for tag in office.folders}
    return list(paths.items()) if len({*paths.values()}) > 1 else []


def language_first(entries: Iterable[Entry], office: Office) -> list[Entry]:
    """Return entries with those in the language of a page first, on pages in other languages than
    the office's own; otherwise in the given order."""
    if office.language == office.default_language:
        return list(entries)
    return sorted(entries, key=lambda entry: entry.language != office.language)


def menu(directory: Directory, office: Office) -> list[tuple[str, str, str]]:
    """Return the links at the top of each page: key of the word, output path, and fragment."""
    groups = dict(group_feeds(directory.feeds))
    links = [
        ("news", NEWS, ""),
        ("events", EVENTS, "") if directory.main.has_calendar else None,
        ("topics", "index.html", "#topics") if "by_topic" in groups else None,
        ("countries", "index.html", "#countries") if "by_country" in groups else None,
        ("subscribe", SUBSCRIBE, ""),
        ("search", SEARCH, "") if office.search else None,
    ]
    return [link for link in links if link is not None]


def label(feed: Feed, office: Office, words: Phrases) -> str:
    """Return the name of a feed on pages, without the office: `China · Wages`."""
    spec = feed.spec
    is_clear = spec.language == office.language and bool(feed_terms(spec, office))
    return feed_name(spec, office, with_language=not is_clear) or str(words["everything"])


def label_language(feed: Feed, office: Office) -> str | None:
    """Return the language in which `label` begins; None if it is that of the page."""
    for term in feed_terms(feed.spec, office):
        return in_language(term.labels, office.language)[1] or office.default_language
    return feed.spec.language


def about(feed: Feed, office: Office, words: Phrases, directory: Directory) -> str:
    """Return a description of a feed: that of its term, and the labels of narrower terms."""
    terms = feed_terms(feed.spec, office)
    tag = feed.spec.language
    if tag is not None and not terms:
        return words.fill("about_language", label=own_name(tag))
    if not terms:
        return office.description
    labels = [term.label(office.language) for term in terms]
    if len(terms) == 2:
        return words.fill("about_both", country=labels[0], topic=labels[1])
    text = terms[0].description(office.language) or words.fill(
        "about" if feed.spec.country is not None else "about_topic", label=labels[0]
    )
    included = [term.label(office.language) for term in directory.narrower_terms(feed)]
    if not included:
        return text
    sentence = text if text.endswith((".", "!", "?", "。")) else text + "."
    return f"{sentence} {words.fill('includes', labels='; '.join(included))}"
