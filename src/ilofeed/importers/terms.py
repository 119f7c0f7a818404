"""Find an office's terms for the categories of a feed, and write new ones into feeds.yaml."""

import datetime as dt
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from ilofeed.content import SLUG, Line, check_office, slugify, to_yaml, yaml_nodes
from ilofeed.importers.items import DIMENSIONS, Dimension, Item, Tag
from ilofeed.importers.markdown import plain
from ilofeed.model import Office, Term
from ilofeed.problems import has_errors, quote
from ilofeed.text import decode, repair

MOST_NEW, MOST_CHECKED = 300, 200
_LABEL: TypeAdapter[str] = TypeAdapter(Line)
# the last part of the schemes of ilofeed's terms
_SCHEMES: dict[str, Dimension] = {"category": "categories", "country": "countries"}


class TermFinder:
    """Finds the terms of one item after another; `new` are those that feeds.yaml lacks."""

    def __init__(
        self, office: Office, categories: Sequence[str] = (), countries: Sequence[str] = ()
    ) -> None:
        self.new: dict[str, str] = {}  # slug to label
        self._office = office
        self._by_name = {
            "categories": _names(office.categories),
            "countries": _names(office.countries),
        }
        self._defaults = {
            "categories": list(dict.fromkeys(categories)) or _only(office.categories),
            "countries": list(dict.fromkeys(countries)) or _only(office.countries),
        }

    def find(self, item: Item) -> tuple[dict[str, list[str]], list[str]]:
        """Return categories and countries of an item, and sentences about those left out.

        A dimension without terms has an empty list.
        """
        terms: dict[str, list[str]] = {"categories": [], "countries": []}
        lost = []
        for tag in item.tags[:MOST_CHECKED]:
            dimension, name, why = self._find(tag)
            if name is None:
                lost.append(why)
            elif name not in terms[dimension] and len(terms[dimension]) < 100:
                terms[dimension].append(name)
        return {key: names or list(self._defaults[key]) for key, names in terms.items()}, lost

    def _find(self, tag: Tag) -> tuple[Dimension, str | None, str]:
        dimension = tag.dimension
        if dimension is None and tag.scheme.startswith("tag:"):
            dimension = _SCHEMES.get(tag.scheme.rpartition(":")[2])
        for key in (dimension,) if dimension else DIMENSIONS:
            for text in (tag.term, tag.label):
                if (name := self._by_name[key].get(_fold(text))) is not None:
                    return key, name, ""
        if dimension == "countries":
            return "countries", None, f"the country {quote(tag.term)} is not in feeds.yaml"
        return "categories", *self._add(tag)

    def _add(self, tag: Tag) -> tuple[str | None, str]:
        """Return a new category for a tag, or None and why it cannot be one."""
        label = " ".join(repair(plain(tag.label or tag.term)).split())
        slug = tag.term if SLUG.fullmatch(tag.term) and len(tag.term) <= 80 else slugify(label)
        if label == slug:
            label = slug.replace("-", " ").capitalize()
        if not slug:
            return None, f"no slug can be made of the category {quote(label)}; add it to feeds.yaml"
        if slug in self._office.categories or slug in self.new:
            return slug, ""
        try:
            label = _LABEL.validate_python(label)
        except ValidationError as error:
            return None, f"the category {quote(label)}: {error.errors()[0]['msg']}"
        if len(self.new) == MOST_NEW:
            return None, f"the category {quote(label)}: {MOST_NEW} new ones are the most at a time"
        self.new[slug] = label
        return slug, ""


def _names(terms: Mapping[str, Term]) -> dict[str, str]:
    """Map the labels of terms in all languages, and before them the keys themselves, to keys."""
    labels = {_fold(label): name for name, term in terms.items() for label in term.labels.values()}
    return labels | {_fold(name): name for name in terms}


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _only(terms: Mapping[str, Term]) -> list[str]:
    return list(terms) if len(terms) == 1 else []


def term_lines(new: Mapping[str, str], indent: str = "  ") -> list[str]:
    """Return categories (slug to label) as lines of feeds.yaml."""
    return [f"{indent}{slug}: {to_yaml(label)}" for slug, label in new.items()]


def with_terms(data: bytes, new: Mapping[str, str], now: dt.datetime) -> bytes | None:
    """Return feeds.yaml with more categories; None if its form does not allow to add lines."""
    text, problems = decode("feeds.yaml", data)
    if text is None or problems:
        return None
    root, problems = yaml_nodes.compose(text, 0, len(text.text))
    terms = root.get("categories") if root is not None and not problems else None
    if not isinstance(terms, yaml_nodes.Mapping) or not terms.pairs:
        return None
    key, value = terms.pairs[-1]
    indent = " " * (text.place(key.start)[1] - 1)
    if text.line_at(key.start)[: len(indent)] != indent:  # within brackets, or tabs
        return None
    line, _ = text.place(max(_end(text.text, value) - 1, key.start))
    lines = data.splitlines(keepends=True)
    mark = b"\r\n" if lines[line - 1].endswith(b"\r\n") else b"\n"
    before = b"".join(lines[:line])
    if not before.endswith(b"\n"):
        before += mark
    added = b"".join(text.encode() + mark for text in term_lines(new, indent))
    changed = before + added + b"".join(lines[line:])
    return changed if _adds_only(data, changed, new, now) else None


def _end(text: str, node: yaml_nodes.Node) -> int:
    """Return the offset where the text of a node ends; libyaml ends a block at the next one."""
    while not isinstance(node, yaml_nodes.Scalar) and text[node.start] not in "{[":
        node = node.pairs[-1][1] if isinstance(node, yaml_nodes.Mapping) else node.items[-1]
    return len(text[: node.end].rstrip())


def _adds_only(before: bytes, after: bytes, new: Mapping[str, str], now: dt.datetime) -> bool:
    """Tell whether a new file is valid and differs from the old one in the new categories only."""
    (old, _), (office, problems) = check_office(before, now), check_office(after, now)
    if has_errors(problems):
        return False
    added = {name: term.labels[""] for name, term in list(office.categories.items())[-len(new) :]}
    rest = dict(list(office.categories.items())[: -len(new)])
    return added == dict(new) and rest == dict(old.categories) and office.countries == old.countries
