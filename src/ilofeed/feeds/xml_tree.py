"""Parse the XML documents of this program."""

from __future__ import annotations

import functools
from typing import Any

from lxml import etree

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


@functools.lru_cache(maxsize=1)  # a document is checked in several ways, one after the other
def parse_xml(data: bytes) -> Any:
    """Return the root element, which is shared: do not change it.

    Raise `etree.XMLSyntaxError` if the bytes are not well-formed.
    """
    return etree.fromstring(data, _PARSER)
