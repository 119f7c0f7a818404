"""GET and POST over HTTP, each with a deadline: the only module that uses the network."""

from __future__ import annotations

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
    from collections.abc import Callable, Mapping

    import urllib3

    _T = TypeVar("_T")

TRIES, PAUSE, TIMEOUT = 3, 1.0, 20.0  # seconds
LONGEST = 300.0  # seconds for the whole of one response, however slowly it arrives
_MOST_REDIRECTS = 10
_CHUNK = 1024 * 1024


class FetchError(OSError):
    """Why an address gave nothing, as a sentence; `status` if the server answered."""

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status


class TooLargeError(ValueError):
    """The response is larger than the caller accepts."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The body of a response, and its address after redirections."""

    data: bytes
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of the response to a form, and where a redirection would lead."""

    status: int
    location: str | None = None


def is_address(text: str) -> bool:
    """Tell whether a source named on the command line is an address and not a path."""
    return text.lower().startswith(("http://", "https://"))


def fetch(address: str, limit: int) -> Fetched:
    """Return the document at an http or https address, of at most `limit` bytes.

    A server that fails or does not answer is tried again. Raise `urls.AddressError` for an invalid
    address, `FetchError` and `TooLargeError`.
    """
    url = to_url(address, local=True)
    for attempt in range(1, TRIES + 1):
        try:
            late = f"cannot be reached: no end after {LONGEST:.0f} seconds"
            return _within(LONGEST, url, late, lambda: _get(url, limit))
        except FetchError as error:
            if attempt == TRIES or (error.status is not None and error.status < 500):
                raise
            time.sleep(PAUSE * attempt)
    raise AssertionError


def _get(start: str, limit: int) -> Fetched:
    url = start
    for _ in range(_MOST_REDIRECTS):
        with (
            _manager(url) as manager,
            manager.request("GET", url, redirect=False, preload_content=False) as response,
        ):
            if location := response.get_redirect_location():
                url = _target(url, location)
                if is_address(url):
                    continue
                raise FetchError(
                    f"{start} answered {response.status} a redirection to it", response.status
                )
            if not 200 <= response.status < 300:
                reason = visible(str(response.reason))
                raise FetchError(f"{start} answered {response.status} {reason}", response.status)
            data = bytearray()
            for part in response.stream(_CHUNK, decode_content=False):
                data += part
                if len(data) > limit:
                    raise TooLargeError("it is too large")
            return Fetched(bytes(data), url)
    raise FetchError(f"{start} redirects more than {_MOST_REDIRECTS} times", response.status)


def post(address: str, form: Mapping[str, str], seconds: float) -> Answer:
    """Send a form to an http or https address and return the answer.

    A redirection is an answer and not followed: the form would be lost on the way. Raise
    `urls.AddressError` for an invalid address, and `FetchError` if there is no answer within
    `seconds`.
    """
    url = to_url(address, local=True)
    return _within(
        seconds, url, f"did not answer within {seconds:.3g} seconds", lambda: _post(url, form)
    )


def _post(url: str, form: Mapping[str, str]) -> Answer:
    with (
        _manager(url) as manager,
        manager.request(
            "POST", url, fields=form, encode_multipart=False, redirect=False, preload_content=False
        ) as response,
    ):
        location = response.headers.get("Location")
        return Answer(response.status, _target(url, location) if location else None)


def _target(url: str, location: str) -> str:
    """Return the absolute address of a redirection; ValueError if it is invalid."""
    # http.client decodes headers as Latin-1, so this restores the bytes that the server sent
    quoted = urllib.parse.quote(location, safe=string.punctuation, encoding="iso-8859-1")
    return urllib.parse.urljoin(url, quoted)


def _manager(url: str) -> urllib3.PoolManager:
    """Return the connections for one request, by way of the environment's proxy if it names one."""
    import urllib.request

    import urllib3

    parts = urllib.parse.urlsplit(url)
    headers = {"User-Agent": f"ilofeed/{__version__}"}
    proxy = urllib.request.getproxies().get(parts.scheme)
    if not proxy or urllib.request.proxy_bypass(parts.hostname or ""):
        return urllib3.PoolManager(headers=headers, retries=False, timeout=TIMEOUT)
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    auth = urllib.parse.unquote(urllib3.util.parse_url(proxy).auth or "")
    login = urllib3.make_headers(proxy_basic_auth=auth) if auth else None
    return urllib3.ProxyManager(
        proxy, proxy_headers=login, headers=headers, retries=False, timeout=TIMEOUT
    )


def _within(seconds: float, url: str, late: str, request: Callable[[], _T]) -> _T:
    """Return what `request` returns, or raise `FetchError` if it fails or is `late`.

    A socket's time-out begins again with every byte that arrives, so a limit for all of a response
    takes a thread; it is abandoned when its time is over.
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
        raise FetchError(f"{url} {late}")
    (result,) = results
    if not isinstance(result, Exception):
        return result
    if isinstance(result, FetchError | TooLargeError):
        raise result
    if isinstance(result, OSError | ValueError | urllib3.exceptions.HTTPError):
        cause: BaseException = result  # urllib3 wraps what went wrong in words about itself
        while isinstance(cause, urllib3.exceptions.HTTPError) and cause.__context__:
            cause = cause.__context__
        raise FetchError(f"{url} cannot be reached: {visible(str(cause))}") from result
    raise result
