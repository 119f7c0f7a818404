"""Addresses: what authors may write (IRIs, RFC 3987) and what documents carry (URIs, RFC 3986)."""

import ipaddress
import re
import urllib.parse

from ilofeed.problems import quote

LONGEST_URL = 2000
_PATH_SAFE = "/:@!$&'()*+,;=~-._%"
_QUERY_SAFE = _PATH_SAFE + "?"
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LIKE_ENTITY = re.compile(r"(&#?\w+);")  # readers of RSS would take &b; for an entity
_NO_FOLDER = re.compile(r"/(?:\.|%2E){1,2}/")  # in an address in canonical form
_PAGE = re.compile(r"/([^/]+\.(?:html?|xml|json|php|aspx?))/$")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class AddressError(ValueError):
    """What is wrong with an address, as the end of a sentence for its author."""


def to_url(text: str, *, local: bool = False) -> str:
    """Return the canonical, percent-encoded http or https URL of an address an author wrote.

    Raise `AddressError` for anything a subscriber's reader could not open: no scheme, another
    scheme, no host, a host that cannot exist, a password, white space inside. `local` allows
    localhost, which only the author can open.
    """
    text = text.strip()
    if re.search(r"\s", text):
        raise AddressError(f"{quote(text)} has white space in it; an address has none")
    scheme = _SCHEME.match(text)
    if scheme is None and (match := re.search("https?://", text, re.IGNORECASE)):
        before = quote(text[: match.start()])
        raise AddressError(
            f"{quote(text)} has {before} before the address; write the address alone"
        )
    if scheme is None or re.match(r"[\w.-]+:\d+(/|$)", text):
        raise AddressError(f"{quote(text)} is not a whole address; begin it with https://")
    if scheme[0].lower() not in {"http:", "https:"}:
        raise AddressError(f"{quote(text)} does not begin with https:// or http://")
    if len(text) > LONGEST_URL:
        raise AddressError(f"{quote(text)} is longer than {LONGEST_URL} characters")
    try:
        parts = urllib.parse.urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise AddressError(f"{quote(text)} is not an address ({error})") from error
    if not parts.hostname:
        raise AddressError(f"{quote(text)} has no host; write https://host/path")
    if "@" in parts.netloc:
        raise AddressError(f"{quote(text)} carries a user name; everybody would read it")
    host = _host(parts.hostname, text, local=local)
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        host += f":{port}"
    if "&amp;" in text.lower():
        raise AddressError(f"{quote(text)} has &amp; in it, as HTML writes it; an address has &")
    path = _encode(parts.path or "/", _PATH_SAFE)
    query, fragment = _encode(parts.query, _QUERY_SAFE), _encode(parts.fragment, _QUERY_SAFE)
    url = urllib.parse.urlunsplit((parts.scheme, host, path, query, fragment))
    return _LIKE_ENTITY.sub(r"\1%3B", url)


def to_folder(text: str) -> str:
    """Return the address of a site as `to_url` does, ending in a slash.

    Raise `AddressError` also for a query or a fragment, and for `/./` and `/../`. The site may be
    on localhost.
    """
    if "?" in text or "#" in text:
        raise AddressError(f"{quote(text)} has a ? or # in it; the site's address is a folder")
    url = to_url(text, local=True)
    url = url if url.endswith("/") else url + "/"
    if page := _PAGE.search(url):
        raise AddressError(
            f"{quote(url[:-1])} is a page, {page[1]}; the site's address is a folder"
        )
    if match := _NO_FOLDER.search(url):
        message = f"{quote(url)} has {match[0]} in it, which browsers read as another address"
        raise AddressError(message)
    return url


def _host(host: str, text: str, *, local: bool) -> str:
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError:
        pass
    name = host.rstrip(".")
    if not name.isascii():
        import idna  # only hosts in other scripts need it

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise AddressError(f"{quote(text)} has a host that cannot exist ({error})") from error
    labels = name.lower().split(".")
    if not all(map(_LABEL.fullmatch, labels)) or len(name) > 253 or labels[-1].isdigit():
        raise AddressError(f"{quote(text)} has a host that cannot exist")
    if len(labels) == 1 and not (local and labels == ["localhost"]):
        raise AddressError(f"{quote(text)} has a host without a dot; write its whole name")
    return ".".join(labels)


def _encode(part: str, safe: str) -> str:
    """Percent-encode what a URI may not hold; keep, in upper case, what is encoded already."""
    escaped = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", part)
    upper = re.sub(r"%[0-9A-Fa-f]{2}", lambda match: match[0].upper(), escaped)
    return urllib.parse.quote(upper, safe=safe)


def is_absolute(text: str) -> bool:
    """Return whether an address names its scheme."""
    return _SCHEME.match(text) is not None
