"""Tag URIs (RFC 4151): identities that outlive file names, titles and domains."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed.urls import AddressError, to_url

if TYPE_CHECKING:
    from ilofeed.model import Office


MAX_ID = 200

_NAME = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_AUTHORITY = re.compile(
    rf"(?P<holder>(?:[a-z0-9._-]+@)?{_NAME}(?:\.{_NAME})*),"
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
)
_SPECIFIC = re.compile(r"(?:[0-9A-Za-z\-._~!$&'()*+,;=:@/?]|%[0-9A-F]{2})*")


class TagError(ValueError):
    """An invalid id or authority; the message says what is wrong and what to write."""


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority of an office's ids: `domain,date` and an optional `:prefix`."""

    text: str
    since: dt.date

    def id_of(self, name: str) -> str:
        """Return the tag URI of a name, such as an entry's slug."""
        return f"tag:{self.text}:{name}"


def parse_authority(text: str) -> Authority:
    """Parse `example.org,2015:office` (RFC 4151, section 2.1); raise `TagError` if invalid."""
    entity, colon, prefix = text.partition(":")
    match = _AUTHORITY.fullmatch(entity)
    if not match:
        raise TagError(_describe_bad_authority(entity))
    if "." not in match["holder"].rpartition("@")[2]:
        raise TagError("the domain before the comma has no dot; write the full domain name")
    try:
        since = dt.date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
    except ValueError as error:
        raise TagError(f"the date after the comma does not exist ({error})") from error
    if not _SPECIFIC.fullmatch(prefix) or (colon and not prefix):
        raise TagError("invalid prefix; use only letters, digits and -._~!$&'()*+,;=:@/? in it")
    return Authority(text, since)


def _describe_bad_authority(entity: str) -> str:
    if entity != entity.lower():
        return f"the domain has capital letters; write {entity.lower()}"
    if "/" in entity or entity.startswith(("tag", "http")):
        return (
            "https://, tag: or a path is not allowed here; write only domain,year: example.org,2015"
        )
    if "," not in entity:
        return "missing comma and year in which you held the domain; write it as example.org,2015"
    return "invalid authority; write domain,year: a domain that you hold and since when"


def parse_tag(text: str) -> str:
    """Return a tag URI unchanged, or raise `TagError`."""
    scheme, _, rest = text.partition(":")
    entity, colon, specific = rest.partition(":")
    if scheme != "tag" or not colon or not specific:
        raise TagError("invalid tag URI; write tag:domain,year:name")
    parse_authority(entity)
    if not _SPECIFIC.fullmatch(specific):
        raise TagError("invalid character; use only ASCII letters, digits and -._~!$&'()*+,;=:@/?")
    if not _is_canonical(specific):
        raise TagError("invalid %-encoding; encode only what must be, as UTF-8 in capitals")
    return text


def _is_canonical(specific: str) -> bool:
    """Return whether an id encodes only what it must, so that ids can be compared as text."""
    try:
        plain = urllib.parse.unquote(specific, errors="strict")
    except UnicodeDecodeError:
        return False
    return "\0" not in plain and not _UNRESERVED.search(specific)


_URN = re.compile(  # RFC 8141, without ?, # and what follows them, which are not part of the name
    r"urn:(?P<space>[a-z0-9][a-z0-9-]{0,30}[a-z0-9]):"
    r"(?P<name>(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})+)"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNRESERVED = re.compile(
    r"%(?:2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7E)"
)  # RFC 3986, section 2.3


def parse_identity(text: str) -> str:
    """Return an entry's id (a tag, http or https URI, or a URN) unchanged, or raise `TagError`."""
    if text.lower().startswith(("http:", "https:")):
        return _address(text)
    if text[:4].lower() == "urn:":
        return _urn(text)
    if text.startswith("tag:"):
        return parse_tag(text)
    raise TagError("unknown scheme; begin a full id with tag:, https://, http:// or urn:")


def _address(text: str) -> str:
    try:
        url = to_url(text)
    except AddressError as error:
        raise TagError(str(error)) from error
    url = _UNRESERVED.sub(lambda match: urllib.parse.unquote(match[0]), url)
    if text != url:
        raise TagError(f"the address is not in canonical form; write {url}")
    return text


def _urn(text: str) -> str:
    match = _URN.fullmatch(text)
    if match is None:
        raise TagError("invalid URN; write urn:name:value, with urn:name in lower case")
    if match["space"] == "uuid" and not _UUID.fullmatch(match["name"]):
        raise TagError("invalid UUID; write urn:uuid: and a UUID in lower case")
    return text


def fraction(identity: str, attempt: int = 0) -> int:
    """Return microseconds for an entry's `updated`, from a hash of its id, so that all differ.

    The W3C validator reports equal ones (DuplicateUpdated). They are whole milliseconds, because
    some readers take a fraction for milliseconds whatever its length. If two collide, the other one
    gets six digits: increase its `attempt`.
    """
    number = int.from_bytes(hashlib.sha256(identity.encode()).digest()[:8])
    milliseconds, rest = number % 1_000 * 1_000, number // 1_000 % 999
    return (milliseconds + rest + attempt) % 1_000_000 if attempt else milliseconds


SHORT = 15  # bytes of an entry's digest; Python stores 16 bytes in a larger block of memory


# Fields of an office that not every entry and document depends on: terms are compared where their
# labels are shown, and a change of the others changes what the feeds contain.
_COMPARED_ELSEWHERE = (
    "categories countries feeds descriptions limit archives brand accent home links newsletter "
    "aliases text_languages invalid_sections".split()
)


def settings_digest(office: Office) -> str:
    """Return the digest of the settings that all entries and documents depend on (address, …)."""
    names = [name for name in office.__slots__ if name not in _COMPARED_ELSEWHERE]
    text = repr([(name, getattr(office, name)) for name in names])  # none of them is a set
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
