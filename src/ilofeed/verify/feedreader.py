"""The one door to feedparser.

Always from bytes: given a text, it would open a file or an address of that name. Its sanitising and
its resolving of relative addresses are off, because both rewrite what they read. Without headers it
guesses the encoding; with headers but no type it takes Latin-1, so the type is always there.
"""

from __future__ import annotations

import functools
import io
from typing import Any


def parse(data: bytes, base: str | None = None) -> Any:
    """What feedparser makes of a document; `base` is where it was, for relative addresses."""
    import feedparser  # `check` of a broken office does without

    feedparser.api.PREFERRED_XML_PARSERS = [__name__]
    headers = {"content-type": "application/xml"}
    if base is not None:
        headers["content-location"] = base
    return feedparser.parse(
        io.BytesIO(data),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers=headers if base is not None else None,
    )


def create_parser() -> Any:
    """Python's expat, which feedparser would take anyway, as a driver of xml.sax: this one says a
    text as a whole, instead of each line and reference by itself. feedparser joins them."""
    return _parser_type()()


@functools.cache
def _parser_type() -> Any:
    from xml.sax.expatreader import ExpatParser

    class Parser(ExpatParser):
        _parser: Any

        def reset(self) -> None:
            super().reset()
            self._parser.buffer_text = True

    return Parser
