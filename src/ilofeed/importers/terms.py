"""Map the categories of imported items to an office's terms, and add new terms to feeds.yaml."""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from ilofeed.content import Line, check_office, to_yaml, yaml_nodes
from ilofeed.importers.markdown import plain
from ilofeed.model import Office, Term
from ilofeed.problems import has_errors, quote
from ilofeed.sources import DIMENSIONS, Dimension, Item, Tag
from ilofeed.text import SLUG, decode, repair, slugify

MAX_NEW, MAX_CHECKED, MAX_KEPT = 300, 200, 100
_LABEL: TypeAdapter[str] = TypeAdapter(Line)
# the end of the scheme of ilofeed's categories: `category/wages`; `category` in earlier versions
_SCHEME = re.compile(r"tag:.*:(category|country)(?:/([A-Za-z0-9-]+))?")
_SCHEMES: dict[str, Dimension] = {"category": "categories", "country": "countries"}


class TermFinder:
    """Finds the terms of items; `categories` and `countries` are for items that have none."""

    def __init__(
        self, office: Office, categories: Sequence[str] = (), countries: Sequence[str] = ()
    ) -> None:
        self.new: dict[str, Term] = {}  # categories that feeds.yaml lacks, broader ones first
        self._new_labels: dict[str, str] = {}  # their slugs by label
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
        """Return the terms of an item by dimension, and a message about each one left out."""
        terms: dict[str, list[str]] = {"categories": [], "countries": []}
        messages = []
        for tag in item.tags[:MAX_CHECKED]:
            dimension, name, why = self._find(tag)
            if name is None:
                messages.append(why)
            elif name not in terms[dimension] and len(terms[dimension]) < MAX_KEPT:
                terms[dimension].append(name)
            elif name not in terms[dimension]:
                messages.append(f"{quote(name)} is left out: {dimension} has {MAX_KEPT} already")
        cut = len(item.tags) - MAX_CHECKED
        messages += [f"{cut} of {len(item.tags)} categories are not read"] * (cut > 0)
        return {key: names or list(self._defaults[key]) for key, names in terms.items()}, messages

    def _find(self, tag: Tag) -> tuple[Dimension, str | None, str]:
        dimension, texts = tag.dimension, [tag.term, tag.label]
        if dimension is None and (scheme := _SCHEME.fullmatch(tag.scheme)):
            dimension = _SCHEMES[scheme[1]]
            if scheme[2] is not None:  # the term is a label too, in the office's language
                texts.insert(0, scheme[2])
                tag = Tag(scheme[2], tag.term)
        for key in (dimension,) if dimension else DIMENSIONS:
            for text in texts:
                if (name := self._by_name[key].get(_fold(text))) is not None:
                    return key, name, ""
        if dimension == "countries":
            return "countries", None, f"the country {quote(tag.term)} is not in feeds.yaml"
        return "categories", *self._add(tag)

    def _add(self, tag: Tag) -> tuple[str | None, str]:
        """Add a category for a tag and return its slug, or None and the reason."""
        label = " ".join(repair(plain(tag.label or tag.term)).split())
        slug = tag.term if SLUG.fullmatch(tag.term) and len(tag.term) <= 80 else slugify(label)
        if label == slug:
            label = slug.replace("-", " ").capitalize()
        if not slug:
            return None, f"category {quote(label)} has no slug; add it to feeds.yaml with one"
        same = self._new_labels.get(_fold(label))  # a tag and a category of WordPress, for example
        if same and tag.broader is None:
            return same, ""
        base, number = slug, 1  # words of other scripts can have the same slug: 工资 and 公子
        while not label.isascii() and slug in self.new and self.new[slug].labels[""] != label:
            number += 1
            slug = f"{base}-{number}"
        if slug in self._office.categories or slug in self.new:
            return slug, ""
        _, broader, _ = self._find(tag.broader) if tag.broader else ("", None, "")
        try:
            label = _LABEL.validate_python(label)
        except ValidationError as error:
            return None, f"category {quote(label)}: {error.errors()[0]['msg']}"
        if len(self.new) == MAX_NEW:
            return None, f"category {quote(label)}: more than {MAX_NEW} new categories"
        is_category = broader in self._office.categories or broader in self.new
        self.new[slug] = Term(slug, {"": label}, broader if is_category else None)
        self._new_labels.setdefault(_fold(label), slug)
        return slug, ""


def _names(terms: Mapping[str, Term]) -> dict[str, str]:
    """Map the labels of terms in all languages to their keys, and each key to itself."""
    labels = {_fold(label): name for name, term in terms.items() for label in term.labels.values()}
    return labels | {_fold(name): name for name in terms}


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _only(terms: Mapping[str, Term]) -> list[str]:
    return list(terms) if len(terms) == 1 else []


def term_lines(new: Mapping[str, Term], indent: str = "  ") -> list[str]:
    """Return the lines of feeds.yaml for categories."""
    return [f"{indent}{slug}: {_term_value(term)}" for slug, term in new.items()]


def _term_value(term: Term) -> str:
    label = term.labels[""]
    if term.broader is None:
        return to_yaml(label)
    value = json.dumps(label, ensure_ascii=False) if set(label) & set(",[]{}") else to_yaml(label)
    return f"{{label: {value}, broader: {to_yaml(term.broader)}}}"


def with_terms(data: bytes, new: Mapping[str, Term], now: dt.datetime) -> bytes | None:
    """Return feeds.yaml with new categories; None if lines cannot be added."""
    text, problems = decode("feeds.yaml", data)
    if text is None or problems:
        return None
    root, problems = yaml_nodes.compose(text, 0, len(text.text))
    terms = root.get("categories") if root is not None and not problems else None
    if not isinstance(terms, yaml_nodes.Mapping) or not terms.pairs:
        return None
    key, value = terms.pairs[-1]
    indent = " " * (text.place(key.start)[1] - 1)
    if text.line_at(key.start)[: len(indent)] != indent:  # in brackets, or after tabs
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
    """Return the end of a node's text; for libyaml a block ends where the next one starts."""
    while not isinstance(node, yaml_nodes.Scalar) and text[node.start] not in "{[":
        node = node.pairs[-1][1] if isinstance(node, yaml_nodes.Mapping) else node.items[-1]
    return len(text[: node.end].rstrip())


def _adds_only(before: bytes, after: bytes, new: Mapping[str, Term], now: dt.datetime) -> bool:
    """Return whether a new file is valid and differs from the old one only by new categories."""
    (old, _), (office, problems) = check_office(before, now), check_office(after, now)
    if has_errors(problems):
        return False
    added = dict(list(office.categories.items())[-len(new) :])
    rest = dict(list(office.categories.items())[: -len(new)])
    return added == dict(new) and rest == dict(old.categories) and office.countries == old.countries
