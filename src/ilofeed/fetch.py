"""A document from an address that somebody asked for: the only use of the network."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from ilofeed.iri import to_url

TRIES, PAUSE, TIMEOUT = 3, 1.0, 20.0  # seconds
LONGEST = 300.0  # seconds for the whole of one answer, however slowly it drips
_CHUNK = 1024 * 1024


class FetchError(OSError):
    """Why an address gave nothing, as a sentence."""


class TooLargeError(ValueError):
    """The answer goes on beyond what was asked for."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was answered, and by which address after redirections."""

    data: bytes
    address: str


def is_address(text: str) -> bool:
    """Whether a source named at the command line is an address and not a path."""
    return text.lower().startswith(("http://", "https://"))


def fetch(address: str, most: int) -> Fetched:
    """What an http or https address answers, `most` bytes at most.

    Raises `iri.AddressError` for what is no address, `FetchError` and `TooLargeError`.
    """
    url = to_url(address, local=True)
    for attempt in range(TRIES):
        try:
            return _answer(url, most)
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == TRIES - 1:
                raise FetchError(f"{url} answered {error.code} {error.reason}") from error
        except (OSError, http.client.HTTPException) as error:
            if attempt == TRIES - 1:
                raise FetchError(f"{url} cannot be reached: {error}") from error
        time.sleep(PAUSE * (attempt + 1))
    raise AssertionError


def _answer(url: str, most: int) -> Fetched:
    opener = urllib.request.build_opener(_OnlyHttp)
    deadline = time.monotonic() + LONGEST
    parts, size = [], 0
    with opener.open(url, timeout=TIMEOUT) as answer:
        while part := answer.read1(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > most:
                raise TooLargeError("it is too large")
            if time.monotonic() > deadline:
                raise TimeoutError(f"no end after {LONGEST:.0f} seconds")
        if getattr(answer, "length", None):  # less than was announced: read1 does not mind
            raise http.client.IncompleteRead(b"", answer.length)
        return Fetched(b"".join(parts), answer.geturl())


class _OnlyHttp(urllib.request.HTTPRedirectHandler):
    """A redirection leads to another http or https address; urllib would follow ftp: too."""

    def redirect_request(  # type: ignore[no-untyped-def]
        self, req, fp, code, msg, headers, newurl
    ):
        if not is_address(newurl):
            raise urllib.error.HTTPError(newurl, code, "a redirection to it", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
