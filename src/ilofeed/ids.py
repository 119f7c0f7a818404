"""Tag URIs (RFC 4151): identities that outlive file names, titles and domains."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ilofeed.urls import AddressError, to_url

if TYPE_CHECKING:
    from ilofeed.model import Office


LONGEST_ID = 200

_NAME = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_AUTHORITY = re.compile(
    rf"(?P<holder>(?:[a-z0-9._-]+@)?{_NAME}(?:\.{_NAME})*),"
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
)
_SPECIFIC = re.compile(r"(?:[0-9A-Za-z\-._~!$&'()*+,;=:@/?]|%[0-9A-F]{2})*")


class TagError(ValueError):
    """What RFC 4151 does not allow, as a sentence for the author."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who mints ids: `domain,date` and an optional prefix, as `feeds.yaml` writes it."""

    text: str
    since: dt.date

    def id_of(self, name: str) -> str:
        """Return the tag URI of a name, such as an entry's slug."""
        return f"tag:{self.text}:{name}"


def parse_authority(text: str) -> Authority:
    """Parse an authority such as `example.org,2015:office` (RFC 4151, section 2.1)."""
    entity, colon, prefix = text.partition(":")
    match = _AUTHORITY.fullmatch(entity)
    if not match:
        raise TagError(_why_not(entity))
    if "." not in match["holder"].rpartition("@")[2]:
        raise TagError("the domain before the comma has no dot; write a whole domain name")
    try:
        since = dt.date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
    except ValueError as error:
        raise TagError(f"the date after the comma does not exist ({error})") from error
    if not _SPECIFIC.fullmatch(prefix) or (colon and not prefix):
        raise TagError("after the colon only letters, digits and -._~!$&'()*+,;=:@/? may stand")
    return Authority(text, since)


def _why_not(entity: str) -> str:
    if entity != entity.lower():
        return "the domain is written in lower case: " + entity.lower()
    if "/" in entity or entity.startswith(("tag", "http")):
        return (
            "the domain stands alone, without https:// or tag: and without a path: example.org,2015"
        )
    if "," not in entity:
        return "a comma and a year on which you held the domain are missing: example.org,2015"
    return "the form is domain,year: a domain you hold and a date on which you held it"


def parse_tag(text: str) -> str:
    """Return a tag URI unchanged, or raise `TagError`."""
    scheme, _, rest = text.partition(":")
    entity, colon, specific = rest.partition(":")
    if scheme != "tag" or not colon or not specific:
        raise TagError("the form of a whole id is tag:domain,year:name")
    parse_authority(entity)
    if not _SPECIFIC.fullmatch(specific):
        raise TagError("an id holds only ASCII letters, digits and -._~!$&'()*+,;=:@/?")
    if not _is_canonical(specific):
        raise TagError("an id encodes by % only what must be encoded, as UTF-8 in capitals")
    return text


def _is_canonical(specific: str) -> bool:
    """Return whether nothing is percent-encoded without need: ids are compared as text."""
    try:
        plain = urllib.parse.unquote(specific, errors="strict")
    except UnicodeDecodeError:
        return False
    return "\0" not in plain and not _UNRESERVED.search(specific)


_URN = re.compile(  # RFC 8141, without what follows ? and #, which does not belong to the name
    r"urn:(?P<space>[a-z0-9][a-z0-9-]{0,30}[a-z0-9]):"
    r"(?P<name>(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})+)"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNRESERVED = re.compile(r"%(?:2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7E)")  # encoded needlessly


def parse_identity(text: str) -> str:
    """Return an entry's id unchanged, or raise `TagError`."""
    if text.lower().startswith(("http:", "https:")):
        return _address(text)
    if text[:4].lower() == "urn:":
        return _urn(text)
    if text.startswith("tag:"):
        return parse_tag(text)
    raise TagError("a whole id begins with tag:, https://, http:// or urn:")


def _address(text: str) -> str:
    try:
        url = to_url(text)
    except AddressError as error:
        raise TagError(str(error)) from error
    url = _UNRESERVED.sub(lambda match: urllib.parse.unquote(match[0]), url)
    if text != url:
        raise TagError(f"an address as an id has one spelling; this one would be {url}")
    return text


def _urn(text: str) -> str:
    match = _URN.fullmatch(text)
    if match is None:
        raise TagError("the form is urn:name:value, with urn:name in lower case")
    if match["space"] == "uuid" and not _UUID.fullmatch(match["name"]):
        raise TagError("the form is urn:uuid: and a UUID in lower case")
    return text


def fraction(identity: str, attempt: int = 0) -> int:
    """Return microseconds from an id, so that no two entries share an `updated`.

    The W3C validator reports those (DuplicateUpdated). `attempt` counts on if two ids collide.
    """
    digest = hashlib.sha256(identity.encode()).digest()[:8]
    return (int.from_bytes(digest) + attempt) % 1_000_000


SHORT = 15  # bytes of the digest of an entry; with 16, Python would need 64 bytes for each


def fingerprint(*values: Any) -> str:
    """Return a digest of texts, numbers, dates, frozen values, and lists and mappings of these.

    Sets are not allowed: their order differs from process to process.
    """
    text = repr(values).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


# Fields of an office on which neither the check of an entry nor a document rests as a whole: its
# terms are compared where their labels are shown, the rest shows in what the feeds hold.
_COMPARED_APART = "categories countries feeds descriptions limit archives invalid_sections".split()


def settings_digest(office: Office) -> str:
    """Return a digest of what all entries and documents rest on: address, title, languages, …"""
    names = [name for name in office.__slots__ if name not in _COMPARED_APART]
    return fingerprint([(name, getattr(office, name)) for name in names])
