"""Convert the addresses of authors (IRIs, RFC 3987) to those of documents (URIs, RFC 3986)."""

import ipaddress
import os
import re
import urllib.parse

from ilofeed.problems import quote

MAX_URL = 2000
MAX_NAME = 255  # bytes of a file name, in most file systems
MAX_PATH = 1000  # bytes of a path in the output
_PATH_SAFE = "/:@!$&'()*+,;=~-._%"
_QUERY_SAFE = _PATH_SAFE + "?"
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LIKE_ENTITY = re.compile(r"(&#?\w+);")  # RSS readers would treat &b; as an entity
_DOT_SEGMENT = re.compile(r"/(?:\.|%2E){1,2}/")  # of a canonical address
_PAGE = re.compile(r"/([^/]+\.(?:html?|xml|json|php|aspx?))/$")
# joiners after a letter that is not ASCII may belong to an address in Persian or Hindi
UNSEEN = re.compile(
    r"[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]"
    r"|(?<![^\W\x00-\x7f])[\u200c\u200d]"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class AddressError(ValueError):
    """An invalid address; the message says what is wrong and what to write."""


def to_url(text: str, *, local: bool = False) -> str:
    """Return the canonical, percent-encoded http or https URL of an address that an author wrote.

    Raise `AddressError` for anything that a subscriber's reader could not open: no scheme, another
    scheme, no host, an invalid host, a password, white space inside. `local` allows localhost,
    which only the author can open.
    """
    text = text.strip(" \t\r\n")
    if unseen := UNSEEN.search(text) or re.search(r"^\s|\s$", text):
        raise AddressError(describe_unseen(unseen[0]))
    if re.search(r"\s", text):
        raise AddressError(f"{quote(text)} contains white space; remove it or write %20")
    scheme = _SCHEME.match(text)
    if scheme is None and (match := re.search("https?://", text, re.IGNORECASE)):
        before = quote(text[: match.start()])
        raise AddressError(f"{quote(text)} has {before} before the address; write only the address")
    if scheme is None or re.match(r"[\w.-]+:\d+(/|$)", text):
        raise AddressError(f"{quote(text)} is not a complete address; begin it with https://")
    if scheme[0].lower() not in {"http:", "https:"}:
        raise AddressError(f"{quote(text)} does not begin with https:// or http://")
    if len(text) > MAX_URL:
        raise AddressError(f"{quote(text)} is longer than {MAX_URL} characters")
    try:
        parts = urllib.parse.urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise AddressError(f"invalid address {quote(text)} ({error})") from error
    if not parts.hostname:
        raise AddressError(f"{quote(text)} has no host; write https://host/path")
    if "@" in parts.netloc:
        raise AddressError(f"{quote(text)} contains a user name, which is public; remove it")
    host = _host(parts.hostname, text, local=local)
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        host += f":{port}"
    if "&amp;" in text.lower():
        raise AddressError(f"{quote(text)} contains &amp;, which is HTML; write &")
    path = _encode(parts.path or "/", _PATH_SAFE)
    query, fragment = _encode(parts.query, _QUERY_SAFE), _encode(parts.fragment, _QUERY_SAFE)
    url = urllib.parse.urlunsplit((parts.scheme, host, path, query, fragment))
    return _LIKE_ENTITY.sub(r"\1%3B", url)


def describe_unseen(sign: str) -> str:
    """Return the message about an invisible character in an address."""
    return f"the address contains the invisible character U+{ord(sign):04X}; delete it"


def to_folder(text: str) -> str:
    """Return the canonical URL of a site's folder, ending in a slash; localhost is allowed.

    Raise `AddressError` as `to_url` does, and for a query, a fragment, the address of a page, and
    `/./` or `/../`.
    """
    if "?" in text or "#" in text:
        raise AddressError(f"{quote(text)} contains ? or #; write the address of a folder")
    url = to_url(text, local=True)
    url = url if url.endswith("/") else url + "/"
    if page := _PAGE.search(url):
        raise AddressError(
            f"{quote(url[:-1])} is the address of a page, {page[1]}; write that of its folder"
        )
    if match := _DOT_SEGMENT.search(url):
        raise AddressError(f"{quote(url)} contains {match[0]}; write the address without it")
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
            raise AddressError(f"{quote(text)} has an invalid host name ({error})") from error
    labels = name.lower().split(".")
    if not all(map(_LABEL.fullmatch, labels)) or len(name) > 253 or labels[-1].isdigit():
        raise AddressError(f"{quote(text)} has an invalid host name")
    if len(labels) == 1 and not (local and labels == ["localhost"]):
        raise AddressError(f"{quote(text)} has a host name without a dot; write the full name")
    return ".".join(labels)


def _encode(part: str, safe: str) -> str:
    """Percent-encode what a URI does not allow; keep existing escapes, in upper case."""
    escaped = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", part)
    upper = re.sub(r"%[0-9A-Fa-f]{2}", lambda match: match[0].upper(), escaped)
    return urllib.parse.quote(upper, safe=safe)


def is_absolute(text: str) -> bool:
    """Return whether an address begins with a scheme."""
    return _SCHEME.match(text) is not None


def is_inside(path: object) -> bool:
    """Return whether a relative path stays inside its folder; no other path is ever deleted."""
    if not isinstance(path, str) or path.startswith("/") or "\\" in path or "\0" in path:
        return False
    if os.path.splitdrive(path)[0]:  # of Windows, such as `c:name`
        return False
    data = path.encode("utf-8", "surrogatepass")
    names = data.split(b"/")
    is_short = len(data) <= MAX_PATH and max(map(len, names)) <= MAX_NAME
    return is_short and {b"", b".", b".."}.isdisjoint(names)


def relative(here: str, path: str) -> str:
    """Return the relative link from an output path to another, without a final `index.html`."""
    there, base = path.split("/"), here.split("/")[:-1]
    common = 0
    while common < min(len(there) - 1, len(base)) and there[common] == base[common]:
        common += 1
    address = "../" * (len(base) - common) + "/".join(there[common:])
    return address.removesuffix("index.html") or "./"
