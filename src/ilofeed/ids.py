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
        """The tag URI of a name, such as an entry's slug."""
        return f"tag:{self.text}:{name}"


def parse_authority(text: str) -> Authority:
    """The authority of `example.org,2015:office` (RFC 4151, section 2.1), or `TagError`."""
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
    """A whole tag URI, unchanged, or `TagError`."""
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
    """Whether nothing is percent-encoded that could stand as it is: ids are compared as text."""
    try:
        plain = urllib.parse.unquote(specific, errors="strict")
    except UnicodeDecodeError:
        return False
    encoded = re.findall("%[0-9A-F]{2}", specific)
    unreserved = re.compile(r"[A-Za-z0-9._~-]")
    return "\0" not in plain and not any(
        unreserved.fullmatch(urllib.parse.unquote(octet, errors="replace")) for octet in encoded
    )


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
        wanted = to_url(text)
    except AddressError as error:
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


SHORT = (
    15  # bytes of a digest of which there is one for each entry: with 16 it would take 64 in Python
)


def fingerprint(*values: Any) -> str:
    """Of texts, numbers, dates, frozen values, and of lists and tables of them; not of sets, whose
    order differs from process to process."""
    text = repr(values).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


# Fields of an office on which neither the check of an entry nor a document rests as a whole: its
# terms are compared where their labels are shown, the rest shows in what the feeds hold.
_COMPARED_APART = frozenset(
    {"categories", "countries", "feeds", "descriptions", "limit", "archives", "unsure"}
)


def settings_digest(office: Office) -> str:
    """Return a digest of what all entries and documents of an office rest on: its address, title,
    languages, time zone and so on."""
    names = [name for name in office.__slots__ if name not in _COMPARED_APART]
    return fingerprint([(name, getattr(office, name)) for name in names])
