"""Categories of other feeds to the categories and countries of an office, and what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from ilofeed.content import SLUG, Line, slugify
from ilofeed.importers.unhtml import plain
from ilofeed.problems import quote
from ilofeed.text import mend

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ilofeed.importers.foreign import Dimension, Item, Tag
    from ilofeed.model import Office, Term

MOST_NEW, MOST_LOOKED_AT = 300, 200
_LABEL: TypeAdapter[str] = TypeAdapter(Line)


class Terms:
    """Finds the terms of one item after another; `new` are those that feeds.yaml has not."""

    def __init__(
        self, office: Office, categories: Sequence[str] = (), countries: Sequence[str] = ()
    ) -> None:
        self.new: dict[str, str] = {}  # slug to label
        self._office = office
        self._by_name = {
            "categories": _names(office.categories),
            "countries": _names(office.countries),
        }
        self._defaults: dict[Dimension, Sequence[str]] = {
            "categories": categories or _only(office.categories),
            "countries": countries or _only(office.countries),
        }

    def find(self, item: Item) -> tuple[dict[Dimension, list[str]], list[str]]:
        """The categories and countries of an item, and sentences about those that are left out.

        A dimension without any has an empty list.
        """
        found: dict[Dimension, list[str]] = {"categories": [], "countries": []}
        lost = []
        for tag in item.tags[:MOST_LOOKED_AT]:
            dimension, name, why = self._find(tag)
            if name is None:
                lost.append(why)
            elif name not in found[dimension] and len(found[dimension]) < 100:
                found[dimension].append(name)
        given = {one: names or list(self._defaults[one]) for one, names in found.items()}
        return given, lost

    def _find(self, tag: Tag) -> tuple[Dimension, str | None, str]:
        dimension = tag.dimension or self._of_scheme(tag.scheme)
        asked: tuple[Dimension, ...] = ("categories", "countries")
        for one in (dimension,) if dimension else asked:
            for text in (tag.term, tag.label or ""):
                if (name := self._by_name[one].get(_folded(text))) is not None:
                    return one, name, ""
        if dimension == "countries":
            return "countries", None, f"the country {quote(tag.term)} is not in feeds.yaml"
        return "categories", *self._add(tag)

    def _of_scheme(self, scheme: str | None) -> Dimension | None:
        if scheme is None or not scheme.startswith("tag:"):
            return None
        last = scheme.rpartition(":")[2]
        return "categories" if last == "category" else "countries" if last == "country" else None

    def _add(self, tag: Tag) -> tuple[str | None, str]:
        """A new category for a tag, or why there can be none."""
        label = " ".join(mend(plain(tag.label or tag.term)).split())
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
    """Every name of the terms to its key: labels in any language, and above them the key itself."""
    labels = {
        _folded(label): name for name, term in terms.items() for label in term.labels.values()
    }
    return labels | {_folded(name): name for name in terms}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _only(terms: Mapping[str, Term]) -> Sequence[str]:
    return tuple(terms) if len(terms) == 1 else ()
