"""The allow-lists of HTML, of bodies and of the content of items. The only user of nh3."""

import functools
from collections.abc import Callable, Collection

import nh3

TAGS = frozenset(  # the only tags in rendered bodies
    (
        "a blockquote br code em h1 h2 h3 h4 h5 h6 hr img li ol p pre s section strong sup table "
        "tbody td th thead tr ul"
    ).split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
}
_IDS = {name: {"id"} for name in ("h1", "h2", "h3", "h4", "h5", "h6", "li", "sup")}
_ALIGNMENTS = {"align-left", "align-center", "align-right"}
_CLASSES = {"section": {"footnotes"}, "td": _ALIGNMENTS, "th": _ALIGNMENTS}
# items have more, and `verify` accepts no others
ITEM_TAGS = TAGS | {"bdi", "div", "figcaption", "figure", "time"}
_ITEM_ATTRIBUTES = _ATTRIBUTES | {"div": {"dir", "lang"}, "time": {"datetime"}}
# the parts of an item that are not its body (`feeds.items`), by which an import recognises them
PARTS = {"p": "ilofeed-event", "figure": "ilofeed-picture", "div": "ilofeed-documents"}
_SCHEMES = {"http", "https", "mailto", "tel"}
_OTHER_SCHEMES = set(  # which imports report
    "data ftp ftps geo intent javascript magnet sftp skype sms tg vbscript webcal whatsapp".split()
)


@functools.cache
def _cleaner(*, is_item: bool) -> nh3.Cleaner:
    parts = {tag: {name} for tag, name in PARTS.items()}
    return nh3.Cleaner(
        tags=set(ITEM_TAGS if is_item else TAGS),
        attributes=(_ITEM_ATTRIBUTES if is_item else _ATTRIBUTES) | _IDS,
        allowed_classes=_CLASSES | (parts if is_item else {}),
        link_rel=None,
        url_schemes=_SCHEMES,
    )


def clean(text: str) -> str:
    """Remove everything from HTML that bodies must not have, such as comrak's positions."""
    return _cleaner(is_item=False).clean(text)


def is_sanitized_item(text: str) -> bool:
    """Return whether the HTML of an item is well-formed and has only what items may have."""
    return _cleaner(is_item=True).clean(text) == text


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
        url_schemes=_SCHEMES,
        clean_content_tags={"script", "style", "title", "template", "noscript"} - set(tags),
    )


def well_formed(text: str, tags: Collection[str], attributes: Collection[str]) -> str:
    """Return any HTML as a parser of HTML 5 reads it; for a conversion, not to be published.

    Other tags are removed, and with scripts and the like also their texts.
    """
    return nh3.clean(
        text,
        tags=set(tags),
        attributes={"*": set(attributes)},
        link_rel=None,
        url_schemes=_SCHEMES | _OTHER_SCHEMES,
        clean_content_tags={"script", "style", "title", "template", "noscript"},
    )
