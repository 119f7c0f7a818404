"""Read of an HTML page what links and linked data are checked for."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence

_ADDRESS_ATTRIBUTES = ("action", "cite", "data", "href", "poster", "src", "data-address")
_ADDRESS_PROPERTIES = ("og:url", "og:image", "og:audio", "og:video")  # of meta elements


class PageContent(NamedTuple):
    """Every address in the attributes of a page, its blocks of JSON-LD, and its code to copy."""

    addresses: Sequence[str]
    linked_data: Sequence[str]
    code: Sequence[str]


@functools.lru_cache(maxsize=1)  # a page is read for its linked data and then for its links
def read_html(data: bytes) -> PageContent:
    """Return the content of a page, or of a part of one.

    lxml needs 100 microseconds for a page, which made a whole build a quarter slower. Patterns find
    the same where a page is written in the one form that they know, as pages of this program are;
    every other page goes to lxml.
    """
    return _scan(data) or _parse(data)


_addresses: Any = etree.XPath(
    " | ".join(
        [
            *(f"//@{name}" for name in _ADDRESS_ATTRIBUTES),
            *(f"//meta[@property = '{name}']/@content" for name in _ADDRESS_PROPERTIES),
        ]
    ),
    smart_strings=False,
)
_linked_data: Any = etree.XPath("//script[@type = 'application/ld+json']")
_code: Any = etree.XPath("//code[@data-copy]")


def _parse(data: bytes) -> PageContent:
    root = etree.fromstring(data, etree.HTMLParser(encoding="utf-8"))
    if root is None:
        return PageContent([], [], [])
    return PageContent(
        _addresses(root),
        [element.text or "" for element in _linked_data(root)],
        ["".join(element.itertext()) for element in _code(root)],
    )


# each is name or name="value", with a space before it
_ATTRIBUTES = r"""[^<>"'=/A-Z]*+ (?: (?<= [a-z] )="[^"<]*+" (?= [\s/>] ) [^<>"'=/A-Z]*+ )*+ /?"""
_META = r'meta (?: \ charset="[^"<]*" | \ [a-z-]+="[\w:-]*"\ content="[^"<]*" )>'
_SCRIPT = rf'\ type="application/ld\+json" | \ type="module"\ {_ATTRIBUTES} | \ defer\ src="[^"<]*"'
_ODD = "frameset|iframe|math|noembed|noframes|noscript|plaintext|template|xmp"
_ONLY_TEXT = "code|script|style|textarea|title"
# a tag that is not as expected, or is followed by text that looks like an attribute
_UNEXPECTED = re.compile(
    rf"""
    < (?! (?: {_META}
            | ({_ONLY_TEXT}) (?: \ class="[^"<]*" | {_SCRIPT} )? > [^<]*+ (?= </\1> )
            | (?! meta | (?:{_ONLY_TEXT}|{_ODD})\b ) (?: /|!DOCTYPE\ )? [a-z] {_ATTRIBUTES} > )
          [^<=]*+ (?: =[^"<=]*+ )*+ (?: < | \Z ) )
    """,
    re.VERBOSE,
)
_ADDRESS = re.compile(rf'\s(?:{"|".join(_ADDRESS_ATTRIBUTES)})="([^"]*)"')
_PROPERTY = re.compile(rf'<meta property="(?:{"|".join(_ADDRESS_PROPERTIES)})" content="([^"]*)"')
_LINKED_DATA = re.compile(r'<script type="application/ld\+json">([^<]*)<')


def _scan(data: bytes) -> PageContent | None:
    """Return the content of a page in the expected form, None for any other page."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if _UNEXPECTED.search(text) or "\0" in text or "\r" in text:
        return None
    addresses = _ADDRESS.findall(text) + _PROPERTY.findall(text)
    if "&" in "".join(addresses).replace("&amp;", ""):
        return None  # other references are read differently within attributes
    return PageContent(
        [address.replace("&amp;", "&") for address in addresses], _LINKED_DATA.findall(text), []
    )
