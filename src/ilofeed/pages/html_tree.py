"""A page's bytes to its elements, as lxml sees them."""

from __future__ import annotations

import functools
from typing import Any

from lxml import etree


@functools.lru_cache(maxsize=1)  # those who look at a page come one after the other
def parse_html(data: bytes) -> Any:
    """The root element, None where there is none. Nobody may change it: others look at it too."""
    return etree.fromstring(data, etree.HTMLParser(encoding="utf-8"))
