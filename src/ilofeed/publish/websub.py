"""WebSub: find the feeds that changed, and tell a hub of them.

The W3C Recommendation leaves open how a publisher tells its hub (section 6). Hubs take a form for
each feed; Google's and Superfeedr's read its address as `hub.url`, Switchboard and Flask-WebSub as
`hub.topic`, so both are sent. Several addresses in one form are written differently by each, so
there is one form for each feed.
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
    """Return the paths of the feeds that are new or have other bytes than before.

    Archives and calendars name no hub, so they cannot have subscribers there.
    """
    old = before.documents if before is not None else {}
    return tuple(
        path
        for path, sha256 in sorted(after.documents.items())
        if path.rpartition("/")[2] in _FEEDS and not is_archive(path) and old.get(path) != sha256
    )


@dataclass(frozen=True, slots=True)
class PingResult:
    """What a hub answered about one feed."""

    feed: str
    failure: str | None = None  # why the hub does not know, as a sentence
    is_final: bool = True


def ping(hub: str, feeds: Sequence[str]) -> list[PingResult]:
    """Tell a hub that feeds, given by their addresses, have changed.

    Feeds for which the hub was overloaded, broken or silent are sent again after all others, at
    most `TRIES` times. A refusal is final.
    """
    results: dict[str, PingResult] = {}
    left, deadline = list(feeds), time.monotonic() + MAX_SECONDS
    for attempt in range(TRIES):
        if attempt and left:
            time.sleep(PAUSE * 2 ** (attempt - 1))
        results |= {result.feed: result for result in _ping_each(hub, left, deadline)}
        left = [feed for feed in left if not results[feed].is_final]
    return [results[feed] for feed in feeds]


def _ping_each(hub: str, feeds: Sequence[str], deadline: float) -> Iterator[PingResult]:
    silence = None  # a hub that does not answer is not asked for the next feed
    for feed in feeds:
        if silence is None:
            try:
                yield _ping(hub, feed, deadline - time.monotonic())
                continue
            except FetchError as error:
                silence = str(error)
        yield PingResult(feed, silence, is_final=False)


def _ping(hub: str, feed: str, seconds_left: float) -> PingResult:
    if seconds_left <= 0:
        raise FetchError(f"{hub} took more than {MAX_SECONDS:.0f} seconds for all feeds")
    form = {"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}
    answer = post(hub, form, min(TIMEOUT, seconds_left))
    if 200 <= answer.status < 300:
        return PingResult(feed)
    failure = f"{hub} answered {answer.status}"
    if 300 <= answer.status < 400 and answer.location is not None:
        failure += f", the hub is at {quote(answer.location, 300)}; write that as `hub`"
    return PingResult(feed, failure, is_final=answer.status < 500 and answer.status != 429)
