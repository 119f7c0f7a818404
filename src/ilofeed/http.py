"""Send GET and POST requests, each with a deadline: the only module that uses the network."""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import re
import string
import threading
import time
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ilofeed import __version__
from ilofeed.problems import visible
from ilofeed.urls import to_url

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    import urllib3

    _T = TypeVar("_T")

TRIES, PAUSE, TIMEOUT = 3, 1.0, 20.0  # PAUSE and TIMEOUT (of a connection) in seconds
LONGEST = 300.0  # seconds until a whole response must have arrived, with all tries
_MAX_REDIRECTS = 10
_CHUNK = 1024 * 1024
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)


class FetchError(OSError):
    """A failed request. `status` is the HTTP status code, None if there was no response."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class TooLargeError(ValueError):
    """The response is larger than the caller accepts."""


@dataclass(frozen=True, slots=True)
class Response:
    """The body of a response, the address it came from after redirects, and its encoding."""

    data: bytes
    address: str
    charset: str = ""  # as the server names it
    links: str = ""  # its headers `Link` (RFC 8288)


@dataclass(frozen=True, slots=True)
class PostResponse:
    """The status code of the response to a form, and the target of a redirect, if it is one."""

    status: int
    location: str | None = None


def is_address(text: str) -> bool:
    """Return whether a text is an http or https address, and not a path."""
    return text.lower().startswith(("http://", "https://"))


def fetch(
    address: str, limit: int, seconds: float | None = None, trusted: str | None = None
) -> Response:
    """Fetch an http or https address, following redirects; try again if the server fails.

    The response must arrive within `seconds`, by default within `LONGEST`. Unless `trusted` is
    None, nothing is sent to this machine or to a private network, except to the host `trusted`
    (with its port, or "").

    Raise `urls.AddressError` for an invalid address, `FetchError` for a failed request, and
    `TooLargeError` for a body of more than `limit` bytes.
    """
    url = to_url(address, local=True)
    seconds = LONGEST if seconds is None else seconds
    timeout = f"cannot be reached: no complete response after {seconds:.0f} seconds"
    end = time.monotonic() + seconds
    for attempt in range(1, TRIES + 1):
        try:
            return _with_deadline(
                end - time.monotonic(), url, timeout, lambda: _get(url, limit, trusted)
            )
        except FetchError as error:
            is_late = time.monotonic() + PAUSE * attempt >= end
            if attempt == TRIES or is_late or (error.status is not None and error.status < 500):
                raise
            time.sleep(PAUSE * attempt)
    raise AssertionError


def _get(start: str, limit: int, trusted: str | None) -> Response:
    url = start
    for _ in range(_MAX_REDIRECTS):
        public = trusted is not None and urllib.parse.urlsplit(url).netloc != trusted
        with (
            _connection_pool(url, public=public) as pool,
            pool.request("GET", url, redirect=False, preload_content=False) as response,
        ):
            if location := response.get_redirect_location():
                url = _redirect_url(url, location)
                if is_address(url):
                    continue
                raise FetchError(
                    f"{start} redirects to {visible(url)}: not http or https", response.status
                )
            if not 200 <= response.status < 300:
                reason = visible(str(response.reason))
                raise FetchError(f"{start} answered {response.status} {reason}", response.status)
            length = response.headers.get("Content-Length", "")
            if length.isdecimal() and int(length) > limit:
                raise TooLargeError(f"it is larger than {limit:,} bytes")
            data = bytearray()
            for part in response.stream(_CHUNK, decode_content=False):
                data += part
                if len(data) > limit:
                    raise TooLargeError(f"it is larger than {limit:,} bytes")
            charset = _CHARSET.search(response.headers.get("Content-Type") or "")
            links = response.headers.get("Link") or ""
            return Response(bytes(data), url, charset[1] if charset else "", links)
    raise FetchError(f"{start} redirects more than {_MAX_REDIRECTS} times", response.status)


def post(address: str, form: Mapping[str, str], seconds: float) -> PostResponse:
    """Send a form to an http or https address; do not follow redirects, which lose the form.

    Raise `urls.AddressError` for an invalid address, and `FetchError` for a failed request or if
    there is no response within `seconds`.
    """
    url = to_url(address, local=True)
    timeout = f"did not answer within {seconds:.3g} seconds"
    return _with_deadline(seconds, url, timeout, lambda: _post(url, form))


def _post(url: str, form: Mapping[str, str]) -> PostResponse:
    with (
        _connection_pool(url) as pool,
        pool.request(
            "POST", url, fields=form, encode_multipart=False, redirect=False, preload_content=False
        ) as response,
    ):
        location = response.headers.get("Location")
        target = _redirect_url(url, location) if location else None
        return PostResponse(response.status, target)


def _redirect_url(url: str, location: str) -> str:
    """Return the absolute target of a redirect; raise ValueError if it is invalid."""
    # http.client decodes headers as Latin-1, so this restores the bytes that the server sent
    quoted = urllib.parse.quote(location, safe=string.punctuation, encoding="iso-8859-1")
    return urllib.parse.urljoin(url, quoted)


def _connection_pool(url: str, *, public: bool = False) -> urllib3.PoolManager:
    """Return a pool for one request, which uses the proxy that the environment sets, if any.

    With `public` it refuses hosts of private networks. Those that only a proxy can find by their
    name are left to its rules.
    """
    import urllib.request

    import urllib3

    parts = urllib.parse.urlsplit(url)
    headers = {"User-Agent": f"ilofeed/{__version__}"}
    if public:
        _check_public(urllib.parse.urlsplit(to_url(url)).hostname or "")
    proxy = urllib.request.getproxies().get(parts.scheme)
    if not proxy or urllib.request.proxy_bypass(parts.hostname or ""):
        pool = urllib3.PoolManager(headers=headers, retries=False, timeout=TIMEOUT)
        pool.pool_classes_by_scheme = _public_pools() if public else pool.pool_classes_by_scheme
        return pool
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    auth = urllib.parse.unquote(urllib3.util.parse_url(proxy).auth or "")
    login = urllib3.make_headers(proxy_basic_auth=auth) if auth else None
    return urllib3.ProxyManager(
        proxy, proxy_headers=login, headers=headers, retries=False, timeout=TIMEOUT
    )


def _check_public(host: str) -> None:
    """Raise `FetchError` for the number of an address that is not public; names are not checked."""
    with contextlib.suppress(ValueError):
        if not ipaddress.ip_address(host).is_global:
            raise FetchError("it is in a private network")


@functools.cache
def _public_pools() -> dict[str, type[urllib3.HTTPConnectionPool]]:
    """Return pools that check where a connection leads before anything is sent through it: what a
    name means may change between two look-ups."""
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, connection

    class PublicConnection(connection.HTTPConnection):
        def _new_conn(self) -> socket.socket:
            peer = super()._new_conn()
            try:
                _check_public(peer.getpeername()[0])
            except FetchError:
                peer.close()
                raise
            return peer

    class PublicSecureConnection(PublicConnection, connection.HTTPSConnection):
        pass

    class PublicPool(HTTPConnectionPool):
        ConnectionCls = PublicConnection

    class PublicSecurePool(HTTPSConnectionPool):
        ConnectionCls = PublicSecureConnection

    return {"http": PublicPool, "https": PublicSecurePool}


def _with_deadline(seconds: float, url: str, timeout: str, request: Callable[[], _T]) -> _T:
    """Return the result of `request`; raise `FetchError` if it fails or the deadline passes.

    `timeout` is the message for the latter. A socket's time-out starts again with every byte that
    arrives, so a deadline for the whole response needs a thread, which is then abandoned.
    """
    import urllib3

    results: list[_T | Exception] = []

    def run() -> None:
        try:
            results.append(request())
        except Exception as error:  # noqa: BLE001  raised again below, in the caller's thread
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise FetchError(f"{url} {timeout}")
    (result,) = results
    if not isinstance(result, Exception):
        return result
    if isinstance(result, FetchError | TooLargeError):
        raise result
    if isinstance(result, OSError | ValueError | urllib3.exceptions.HTTPError):
        cause: BaseException = result  # the error inside urllib3's own has the clearer message
        while isinstance(cause, urllib3.exceptions.HTTPError) and cause.__context__:
            cause = cause.__context__
        raise FetchError(f"{url} cannot be reached: {visible(str(cause))}") from result
    raise result
