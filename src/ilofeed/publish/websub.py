"""Find the feeds that changed, and notify a WebSub hub of them.

The W3C Recommendation does not define how a publisher notifies its hub (section 6). In practice,
hubs accept a form. Google's and Superfeedr's read the address of the feed from `hub.url`, those of
Switchboard and Flask-WebSub from `hub.topic`, so both are sent. Hubs differ in how they read
several addresses, so there is a request for each feed.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ilofeed.feeds import Ledger, is_archive
from ilofeed.http import FetchError, post
from ilofeed.model import FILE_NAMES
from ilofeed.problems import quote

TRIES, PAUSE, TIMEOUT = 3, 1.0, 10.0  # seconds; the pause doubles
MAX_SECONDS = 300.0  # seconds for all feeds together
_FEEDS = frozenset(FILE_NAMES.values())


def changed_feeds(before: Ledger | None, after: Ledger) -> tuple[str, ...]:
    """Return the paths of feed documents that are new or have changed bytes, sorted.

    Archives and calendars are left out, because they do not link to a hub.
    """
    old = before.documents if before is not None else {}
    return tuple(
        path
        for path, sha256 in sorted(after.documents.items())
        if path.rpartition("/")[2] in _FEEDS and not is_archive(path) and old.get(path) != sha256
    )


@dataclass(frozen=True, slots=True)
class PingResult:
    """The answer of a hub for one feed."""

    feed: str  # its URL
    failure: str | None = None  # the error message
    is_final: bool = True  # False if it may succeed later


def ping(hub: str, feeds: Sequence[str]) -> list[PingResult]:
    """Notify a hub (its URL) that feeds (their URLs) have changed; return a result for each feed.

    After a timeout, a server error or status 429, a feed is tried again after all others, in total
    at most `TRIES` times. Other errors are final.
    """
    results: dict[str, PingResult] = {}
    remaining, deadline = list(feeds), time.monotonic() + MAX_SECONDS
    for attempt in range(TRIES):
        if attempt and remaining:
            time.sleep(PAUSE * 2 ** (attempt - 1))
        results |= {result.feed: result for result in _ping_each(hub, remaining, deadline)}
        remaining = [feed for feed in remaining if not results[feed].is_final]
    return [results[feed] for feed in feeds]


def _ping_each(hub: str, feeds: Sequence[str], deadline: float) -> Iterator[PingResult]:
    failure = None  # set if the hub does not answer; the next feeds are then not sent
    for feed in feeds:
        if failure is None:
            try:
                yield _ping(hub, feed, deadline - time.monotonic())
                continue
            except FetchError as error:
                failure = str(error)
        yield PingResult(feed, failure, is_final=False)


def _ping(hub: str, feed: str, seconds_left: float) -> PingResult:
    if seconds_left <= 0:
        raise FetchError(f"{hub} took more than {MAX_SECONDS:.0f} seconds for all feeds")
    form = {"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}
    answer = post(hub, form, min(TIMEOUT, seconds_left))
    if 200 <= answer.status < 300:
        return PingResult(feed)
    failure = f"{hub} answered {answer.status}"
    if 300 <= answer.status < 400 and answer.location is not None:
        failure += f"; it has moved, write {quote(answer.location, 300)} as `hub`"
    return PingResult(feed, failure, is_final=answer.status < 500 and answer.status != 429)
