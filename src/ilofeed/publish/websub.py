"""WebSub: which feeds a hub is told of, and telling it.

The W3C Recommendation leaves open how a publisher tells its hub (section 6). The hubs that there
are take a form for each feed; Google's and Superfeedr's read its address as `hub.url`, Switchboard
and Flask-WebSub as `hub.topic`, so both are sent. Several addresses in one form are written
differently by each, so there is one form for each feed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ilofeed.document import FILE_NAMES
from ilofeed.feeds import is_archive
from ilofeed.http import FetchError, post
from ilofeed.problems import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ilofeed.feeds import Ledger

TRIES, PAUSE, TIMEOUT = 3, 1.0, 10.0  # seconds; the pause doubles
LONGEST = 300.0  # seconds for all feeds together
_FEEDS = frozenset(FILE_NAMES.values())


def changed_feeds(before: Ledger | None, after: Ledger) -> tuple[str, ...]:
    """The paths of the feeds that are new, or whose bytes are not those of before.

    Archives and calendars name no hub, so nobody can have subscribed to them there.
    """
    known = before.documents if before is not None else {}
    return tuple(
        path
        for path, sha256 in sorted(after.documents.items())
        if path.rpartition("/")[2] in _FEEDS and not is_archive(path) and known.get(path) != sha256
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling a hub of a feed."""

    feed: str
    failure: str | None = None  # why the hub does not know, as a sentence
    is_final: bool = True


def tell(hub: str, feeds: Sequence[str]) -> list[Told]:
    """Tell a hub that feeds, by their addresses, have changed.

    All are tried in turn. Those that found the hub overloaded or broken are tried again after a
    pause, and so is everything where it did not answer at all. What it refuses is final.
    """
    found: dict[str, Told] = {}
    left, deadline = list(feeds), time.monotonic() + LONGEST
    for attempt in range(TRIES):
        if attempt and left:
            time.sleep(PAUSE * 2 ** (attempt - 1))
        found |= {told.feed: told for told in _round(hub, left, deadline)}
        left = [feed for feed in left if not found[feed].is_final]
    return [found[feed] for feed in feeds]


def _round(hub: str, feeds: Sequence[str], deadline: float) -> Iterator[Told]:
    silence = None  # a hub that does not answer is not asked for the next feed
    for feed in feeds:
        if silence is None:
            try:
                yield _tell(hub, feed, deadline - time.monotonic())
                continue
            except FetchError as error:
                silence = str(error)
        yield Told(feed, silence, is_final=False)


def _tell(hub: str, feed: str, left: float) -> Told:
    if left <= 0:
        raise FetchError(f"{hub} took more than {LONGEST:.0f} seconds for all feeds")
    form = {"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}
    answer = post(hub, form, min(TIMEOUT, left))
    if 200 <= answer.status < 300:
        return Told(feed)
    failure = f"{hub} answered {answer.status}"
    if 300 <= answer.status < 400 and answer.location is not None:
        failure += f", the hub is at {quote(answer.location, 300)}; write that as `hub`"
    return Told(feed, failure, is_final=answer.status < 500 and answer.status != 429)
