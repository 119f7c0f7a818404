"""Parse HTML pages for verification: their addresses and linked data."""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

from lxml import etree

_ADDRESS_ATTRIBUTES = frozenset("action cite data href poster src data-address data-page".split())
_ADDRESS_PROPERTIES = frozenset("og:url og:image og:audio og:video".split())  # of meta elements
_PARSER = etree.HTMLParser(encoding="utf-8")


class PageContent(NamedTuple):
    """All addresses in attributes, the text of each JSON-LD script, and each code to copy."""

    addresses: Sequence[str]
    linked_data: Sequence[str]
    code: Sequence[str]


@functools.lru_cache(maxsize=1)  # linked data and links are checked one after the other
def read_html(data: bytes) -> PageContent:
    """Parse an HTML page or fragment in UTF-8; errors are repaired as browsers do."""
    root: Any = etree.fromstring(data, _PARSER)
    if root is None:
        return PageContent([], [], [])
    addresses = [
        value
        for element in root.iter()
        for name, value in element.items()
        if name in _ADDRESS_ATTRIBUTES
        or (name == "content" and element.get("property") in _ADDRESS_PROPERTIES)
    ]
    scripts = root.iterfind(".//script[@type='application/ld+json']")
    code = root.iterfind(".//code[@data-copy]")
    return PageContent(
        addresses,
        [element.text or "" for element in scripts],
        ["".join(element.itertext()) for element in code],
    )
