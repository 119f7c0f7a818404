"""Check the values in feed documents by patterns: addresses, ids, dates, languages, media types.

The grammars say which elements and attributes there are. libxml2 compiles a pattern of a grammar
again for each text, which takes longer than all else that a grammar checks.
"""

import re
from collections.abc import Iterator
from typing import Any

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",  # RFC 6721
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "ev": "http://purl.org/rss/1.0/modules/event/",
    "fh": "http://purl.org/syndication/history/1.0",  # RFC 5005
    "media": "http://search.yahoo.com/mrss/",
}

_LANGUAGE = "[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*"  # BCP 47
_URL = r"https?://(?:[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)+|localhost)(?::[0-9]+)?/[!#-;=?-Z_a-z~]*"
_TAG = (  # RFC 4151
    r"tag:(?:[a-z0-9\-._]+@)?[a-z0-9.\-]+,"
    r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?:[!$&-;=?-Z_a-z~%]+"
)
_ID = rf"{_TAG}|{_URL}|urn:[a-z0-9][a-z0-9\-]+:[!$&-;=@-Z_a-z~%]+"
_INSTANT = (  # RFC 3339
    r"(?:199|2[0-9][0-9])[0-9]-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:Z|[+\-][0-9]{2}:[0-9]{2})"
)
_MOMENT = f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|{_INSTANT}"
_RFC822 = (
    "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] "
    "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?:199[0-9]|2[0-9]{3}) "
    r"[0-2][0-9]:[0-5][0-9]:[0-5][0-9] [+\-][0-9]{2}[03]0"
)
_EMAIL = r"[A-Za-z0-9_.+%\-]+@(?:[A-Za-z0-9\-]+\.)+[A-Za-z0-9\-]+"
_MEDIA_TYPE = r"[a-z]+/[A-Za-z0-9.+\-]+"

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# elements, those without a prefix of RSS; of each the attributes and None, its text, and a pattern
_VALUES: list[tuple[str, dict[str | None, str]]] = [
    ("atom:feed atom:entry item", {_XML_LANG: _LANGUAGE}),
    ("atom:id guid", {None: _ID}),
    ("atom:updated atom:published", {None: _INSTANT}),
    ("atom:uri link", {None: _URL}),
    ("atom:email", {None: _EMAIL}),
    ("atom:link", {"href": _URL, "hreflang": _LANGUAGE, "type": _MEDIA_TYPE}),
    ("atom:category", {"scheme": _TAG}),
    ("at:deleted-entry", {"ref": _ID, "when": _INSTANT}),
    ("ev:startdate ev:enddate", {None: _MOMENT}),
    ("media:content enclosure", {"url": _URL, "type": _MEDIA_TYPE}),
    ("lastBuildDate pubDate", {None: _RFC822}),
    ("category", {"domain": _TAG}),
    ("language", {None: _LANGUAGE}),
]


def expand(name: str) -> str:
    """Return a name such as `atom:link` with its namespace, as lxml has it."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if prefix else local


_PATTERNS = {
    expand(element): [(name, re.compile(pattern)) for name, pattern in values.items()]
    for elements, values in _VALUES
    for element in elements.split()
}


def wrong_values(root: Any) -> Iterator[tuple[int, str]]:
    """Yield the line of each value in a parsed feed that does not match its pattern, and it."""
    for element in root.iter(*_PATTERNS):
        for name, pattern in _PATTERNS[element.tag]:
            value = element.get(name) if name else element.text or ""
            if value is not None and not pattern.fullmatch(value):
                yield element.sourceline, value
