"""Keep only the elements and attributes that bodies may have. The only user of nh3."""

import functools
from collections.abc import Callable, Collection

import nh3

TAGS = frozenset(  # the only tags in rendered bodies; `verify` accepts no others
    (
        "a blockquote br code em h1 h2 h3 h4 h5 h6 hr img li ol p pre s strong "
        "table tbody td th thead tr ul"
    ).split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
}


@functools.cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=_ATTRIBUTES,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )


def clean(text: str) -> str:
    """Remove everything from HTML that bodies must not have, such as comrak's positions."""
    return _cleaner().clean(text)


def is_sanitized(text: str) -> bool:
    """Return whether sanitizing HTML with the tags and attributes of bodies leaves it unchanged."""
    return clean(text) == text


def sanitize(
    text: str, tags: Collection[str], attribute: Callable[[str, str, str], str | None]
) -> str:
    """Sanitize HTML from another source: make it well-formed and keep only `tags`.

    The text inside other tags is kept. `attribute` is called with element, name and value of each
    attribute that is allowed in bodies; it returns the value to write, or None to remove it.
    """
    return nh3.clean(
        text,
        tags=set(tags),
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
        clean_content_tags={"script", "style", "title", "template", "noscript"} - set(tags),
    )
