"""What the categories and countries of feeds.yaml may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilofeed.content import fields, iso3166

if TYPE_CHECKING:
    from ilofeed.problems import Code


def _right_category(name: str) -> str | None:
    """The slug that a category's name is or could be."""
    return name if fields.SLUG.fullmatch(name) and len(name) <= 80 else fields.slugify(name) or None


def _right_country(name: str) -> str | None:
    """The code or lower-case name that a country's name is or could be."""
    if len(name) == 2 and name.upper() in iso3166.CODES:
        return name.upper()
    if len(name) == 2 and name.upper() == "UK":
        return "GB"
    return name if fields.SLUG.fullmatch(name) and 3 <= len(name) <= 80 else None


# by section: the name that a name is or could be, if that can be told
RIGHT = {"categories": _right_category, "countries": _right_country}
WANTED: dict[str, tuple[Code, str]] = {
    "categories": (
        "bad-slug",
        "is not a slug: lower-case letters, digits and single hyphens, 80 at most",
    ),
    "countries": (
        "bad-country-code",
        "is neither a country code of ISO 3166-1, such as MN, nor a lower-case name, such as world",
    ),
}
