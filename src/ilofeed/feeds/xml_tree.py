"""An XML document's bytes to its elements, as lxml sees them."""

from __future__ import annotations

import functools
from typing import Any

from lxml import etree

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


@functools.lru_cache(maxsize=1)  # those who look at a document come one after the other
def parse_xml(data: bytes) -> Any:
    """The root element; `etree.XMLSyntaxError` where there is none. Nobody may change it: others
    look at it too."""
    return etree.fromstring(data, _PARSER)
