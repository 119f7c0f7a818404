"""A document from an address that somebody asked for, and a form to one: all use of the network."""

from __future__ import annotations

import http.client
import queue
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed import __version__
from ilofeed.problems import visible
from ilofeed.urls import to_url

if TYPE_CHECKING:
    from collections.abc import Mapping


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
                reason = visible(str(error.reason))
                raise FetchError(f"{url} answered {error.code} {reason}") from error
        except TooLargeError:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            # ValueError: a redirection to what is no address
            if attempt == TRIES - 1:
                raise FetchError(f"{url} cannot be reached: {visible(str(error))}") from error
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


@dataclass(frozen=True, slots=True)
class Answer:
    """The status that was answered to a form, and where it would rather be sent."""

    status: int
    location: str | None = None


def post(address: str, form: Mapping[str, str], wait: float) -> Answer:
    """What an http or https address answers to a form, within `wait` seconds in all.

    A redirection is an answer and not followed: the form would be lost on the way. Raises
    `iri.AddressError` for what is no address, and `FetchError` where there is no answer.
    """
    url = to_url(address, local=True)
    body = urllib.parse.urlencode(form).encode()
    answers: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_posted(url, body))
        except (OSError, http.client.HTTPException, ValueError) as error:
            answers.put(error)

    # urllib's time-out begins anew with every byte of an answer that drips
    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=wait)
    except queue.Empty as error:
        raise FetchError(f"{url} did not answer within {wait:.3g} seconds") from error
    if isinstance(answer, Exception):
        raise FetchError(f"{url} cannot be reached: {visible(str(answer))}") from answer
    return answer


def _posted(url: str, body: bytes) -> Answer:
    opener = urllib.request.build_opener(_Stay)
    opener.addheaders = [("User-Agent", f"ilofeed/{__version__}")]
    try:
        with opener.open(url, body, timeout=TIMEOUT) as answer:
            return Answer(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers.get("Location"))


class _Stay(urllib.request.HTTPRedirectHandler):
    """No redirection is followed."""

    def redirect_request(self, *_: object) -> None:
        return None


class _OnlyHttp(urllib.request.HTTPRedirectHandler):
    """A redirection leads to another http or https address; urllib would follow ftp: too."""

    def redirect_request(  # type: ignore[no-untyped-def]
        self, req, fp, code, msg, headers, newurl
    ):
        if not is_address(newurl):
            raise urllib.error.HTTPError(newurl, code, "a redirection to it", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
