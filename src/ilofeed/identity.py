"""What an entry's id may be: a tag URI, or the http(s) or urn: identity of an older feed.

Readers compare ids as text (RFC 4287, section 4.2.6.1), so only the one canonical spelling of an
address is taken: where another one were repaired, its subscribers would see the item again.
"""

from __future__ import annotations

import hashlib
import re
import urllib.parse

from ilofeed import iri
from ilofeed.tag import TagError, parse_tag

_HTTP = re.compile(r"https?:", re.IGNORECASE)
_URN = re.compile(  # RFC 8141, without what stands behind ? and #, which is no part of the name
    r"urn:(?P<space>[a-z0-9][a-z0-9-]{0,30}[a-z0-9]):"
    r"(?P<name>(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})+)"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNRESERVED = re.compile(r"%(?:2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7E)")


def parse_identity(text: str) -> str:
    """A whole id, unchanged, or `TagError`."""
    if _HTTP.match(text):
        return _address(text)
    if text[:4].lower() == "urn:":
        return _urn(text)
    if text.startswith("tag:"):
        return parse_tag(text)
    raise TagError("a whole id begins with tag:, https://, http:// or urn:")


def _address(text: str) -> str:
    try:
        wanted = iri.to_url(text)
    except iri.AddressError as error:
        raise TagError(str(error)) from error
    wanted = _UNRESERVED.sub(lambda match: urllib.parse.unquote(match[0]), wanted)
    if text != wanted:
        raise TagError(f"an address as an id has one spelling; this one would be {wanted}")
    return text


def _urn(text: str) -> str:
    match = _URN.fullmatch(text)
    if match is None:
        raise TagError("the form is urn:name:value, with urn:name in lower case")
    if match["space"] == "uuid" and not _UUID.fullmatch(match["name"]):
        raise TagError("the form is urn:uuid: and a UUID in lower case")
    return text


def fraction(identity: str, attempt: int = 0) -> int:
    """Microseconds of an id: no two entries then share an `updated` (W3C DuplicateUpdated).

    `attempt` counts on where two ids have the same ones.
    """
    digest = hashlib.sha256(identity.encode()).digest()[:8]
    return (int.from_bytes(digest) + attempt) % 1_000_000
