"""Map the categories of imported items to an office's terms, and add new terms to feeds.yaml.

`--map` and `--map-file` say which labels of a source mean which terms.
"""

import dataclasses
import datetime as dt
import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ilofeed.content import Line, check_office, read, to_yaml, yaml_nodes
from ilofeed.importers.markup import plain
from ilofeed.model import Entry, Office, Term
from ilofeed.problems import Problem, did_you_mean, has_errors, quote
from ilofeed.sources import DIMENSIONS, Dimension, Item, RequestError, Tag
from ilofeed.text import SLUG, decode, line_at, repair, slugify

MAX_NEW, MAX_CHECKED, MAX_KEPT = 300, 200, 100
MAX_MAP = 1_000_000  # bytes of a file that maps labels to terms
_LABEL: TypeAdapter[str] = TypeAdapter(Line)
# the end of the scheme of ilofeed's categories: `category/wages`; `category` in earlier versions
_SCHEME = re.compile(r"tag:.*:(category|country)(?:/([A-Za-z0-9-]+))?")
_SIGNS = str.maketrans("’‘ʼ`´′‐‑‒–—−", "'" * 6 + "-" * 6)
_SCHEMES: dict[str, Dimension] = {"category": "categories", "country": "countries"}


class TermFinder:
    """Finds the terms of items; `categories` and `countries` are for items that have none.

    `term_map` has terms by label: see `read_term_map`.
    """

    def __init__(
        self,
        office: Office,
        categories: Sequence[str] = (),
        countries: Sequence[str] = (),
        term_map: Mapping[str, str] | None = None,
    ) -> None:
        self.new: dict[str, Term] = {}  # categories that feeds.yaml lacks, broader ones first
        self._new_labels: dict[str, str] = {}  # their slugs by label
        self.dropped: Counter[str] = Counter()  # labels that the map leaves out
        self._map = {_fold(label): term for label, term in (term_map or {}).items()}
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
        for tag in itertools.chain.from_iterable(map(self._split, item.tags[:MAX_CHECKED])):
            dimension, name, why = self._find(tag)
            if name is None:
                messages.extend([why] * bool(why))
            elif name not in terms[dimension] and len(terms[dimension]) < MAX_KEPT:
                terms[dimension].append(name)
            elif name not in terms[dimension]:
                messages.append(f"{quote(name)} is left out: {dimension} has {MAX_KEPT} already")
        cut = len(item.tags) - MAX_CHECKED
        messages += [f"{cut} of {len(item.tags)} categories are not read"] * (cut > 0)
        return {key: names or list(self._defaults[key]) for key, names in terms.items()}, messages

    def _find(self, tag: Tag) -> tuple[Dimension, str | None, str]:
        return self._mapped(tag) or self._known(tag) or self._new(tag)

    def _split(self, tag: Tag) -> list[Tag]:
        """Split a value of a table at commas, unless it is one label."""
        if tag.dimension is None or _fold(tag.term) in self._map or self._known(tag):
            return [tag]
        parts = filter(None, map(str.strip, re.split("[,，、]", tag.term)))
        return [dataclasses.replace(tag, term=part) for part in parts]

    def _mapped(self, tag: Tag) -> tuple[Dimension, str | None, str] | None:
        label = tag.label or tag.term
        term = self._map.get(_fold(label), self._map.get(_fold(tag.term)))
        if term == "":
            self.dropped[label] += 1
            return "categories", None, ""
        if term is None or term in self._office.countries:
            return None if term is None else ("countries", term, "")
        return "categories", *self._add(term, label)

    def _known(self, tag: Tag) -> tuple[Dimension, str | None, str] | None:
        """Return dimension and name of the office's term that a tag names."""
        dimension, texts = _with_scheme(tag)
        for key in (dimension,) if dimension else DIMENSIONS:
            for text in texts:
                if (name := self._by_name[key].get(_fold(text))) is not None:
                    return key, name, ""
        return None

    def _new(self, tag: Tag) -> tuple[Dimension, str | None, str]:
        dimension, (term, *labels) = _with_scheme(tag)
        if dimension == "countries":
            hint = did_you_mean(tag.term, [c.label("") for c in self._office.countries.values()])
            return "countries", None, f"the country {quote(tag.term)} is not in feeds.yaml{hint}"
        label = " ".join(repair(plain(labels[0] or term)).split())
        same = self._new_labels.get(_fold(label))  # a tag and a category of WordPress, for example
        if same and tag.broader is None:
            return "categories", same, ""
        if SLUG.fullmatch(term) and len(term) <= 80:
            return "categories", *self._add(term, label, tag.broader)
        if not (slug := slugify(label)):
            why = f"category {quote(label)} has no slug; name one: --map {quote(f'{label}=SLUG')}"
            return "categories", None, why
        free, number = slug, 1
        while not self._is_free(free, label):
            number += 1
            free = f"{slug}-{number}"
        return "categories", *self._add(free, label, tag.broader)

    def _is_free(self, slug: str, label: str) -> bool:
        """Return whether no other label has a slug: `C` and `C++` are two categories."""
        labels = (self.new[slug].labels[""] if slug in self.new else label, label)
        is_same = len({_fold(text).replace("-", " ") for text in labels}) == 1
        return slug not in self._office.categories and is_same

    def _add(self, slug: str, label: str, parent: Tag | None = None) -> tuple[str | None, str]:
        """Add a category unless there is one; return its slug, or None and the reason."""
        if slug in self._office.categories or slug in self.new:
            return slug, ""
        _, broader, _ = self._find(parent) if parent else ("", None, "")
        if label == slug:
            label = slug.replace("-", " ").capitalize()
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


def _with_scheme(tag: Tag) -> tuple[Dimension | None, list[str]]:
    """Return the dimension of a tag and its texts, with what a scheme of ilofeed says."""
    if tag.dimension is None and (scheme := _SCHEME.fullmatch(tag.scheme)):
        # in the new form the term is a label too, in the office's language
        slug = [] if scheme[2] is None else [scheme[2]]
        return _SCHEMES[scheme[1]], [*slug, tag.term, tag.label]
    return tag.dimension, [tag.term, tag.label]


def _names(terms: Mapping[str, Term]) -> dict[str, str]:
    """Map the labels of terms in all languages to their keys, and each key to itself."""
    labels = {_fold(label): name for name, term in terms.items() for label in term.labels.values()}
    return labels | {_fold(name): name for name in terms}


def _fold(text: str) -> str:
    """Return a label without what people do not see: forms of letters, of ’ and of hyphens."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS)
    return " ".join(unicodedata.normalize("NFC", folded).split())


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
    if line_at(text.text, key.start)[1][: len(indent)] != indent:  # in brackets, or after tabs
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


def read_term_map(
    root: Path, office: Office, options: Sequence[str], path: str | None
) -> tuple[dict[str, str], list[Problem]]:
    """Return terms by label, and the problems of the file: YAML with lines `label: term`.

    A term is a category, a country, the slug of a new category, or "" to leave the label out. An
    option counts more than the file. Raise `RequestError` for a wrong option, `OSError` for a file
    that cannot be read.
    """
    terms: dict[str, str] = {}
    problems: list[Problem] = []
    if path is not None:
        source, problems = decode(path, read.read_limited(root / path, MAX_MAP) or b"")
        if source is None:
            return {}, problems
        nodes, syntax = yaml_nodes.compose(source, 0, len(source.text))
        problems += syntax
        for key, node in nodes.pairs if nodes is not None else ():
            value = node.value if isinstance(node, yaml_nodes.Scalar) else None
            why = "expected one term" if value is None else _explain(value, office)
            if why:
                problems.append(source.problem(node.start, "wrong-type", why))
            terms[key.value] = value or ""
    for text in options:
        label, _, term = text.rpartition("=")
        why = _explain(term.strip(), office) if label.strip() else "write LABEL=TERM"
        if why:
            raise RequestError(f"invalid --map {quote(text)}; {why}")
        terms[label.strip()] = term.strip()
    return terms, problems


def _explain(term: str, office: Office) -> str:
    """Return what is wrong with a term, or ""."""
    known = {**office.categories, **office.countries}
    if not term or term in known or SLUG.fullmatch(term):
        return ""
    return f"{quote(term)} is neither a term of feeds.yaml nor a slug{did_you_mean(term, known)}"


def map_lines(new_terms: Mapping[str, Term]) -> list[str]:
    """Return the lines of a map file for new categories."""
    return [f"{to_yaml(term.labels[''])}: {slug}" for slug, term in new_terms.items()]


def used_terms(new_terms: Mapping[str, Term], entries: Iterable[Entry]) -> dict[str, Term]:
    """Return the new categories that the entries have, and the broader ones of these."""
    slugs = {slug for entry in entries for slug in entry.categories}
    for term in reversed([*new_terms.values()]):  # a broader term is before its narrower ones
        if term.name in slugs and term.broader:
            slugs.add(term.broader)
    return {slug: term for slug, term in new_terms.items() if slug in slugs}
