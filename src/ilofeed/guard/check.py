"""The continuity guard: refuse changes that would harm subscribers, such as lost entries.

It compares the ledger of the last build with that of the next. Each refusal is a `Problem` with the
rule as its code. The message says what to write to avoid the change, or how to allow it.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection

from ilofeed.content import Site
from ilofeed.feeds import Ledger
from ilofeed.guard.addresses import check_addresses, check_former
from ilofeed.guard.comparison import Comparison, under_authority
from ilofeed.guard.dates import check_dates, check_settings, find_moved_by_settings
from ilofeed.guard.entries import check_announced, check_reused, check_vanished, find_reused
from ilofeed.problems import Problem


def check_continuity(
    site: Site,
    before: Ledger,
    after: Ledger,
    read: Callable[[str], bytes],
    now: dt.datetime,
    allowed: Collection[str] = (),
) -> list[Problem]:
    """Return the problems sorted by place: refusals as errors; as warnings, refusals of `allowed`
    rules and changes without a new `updated`. `read` returns the bytes of a file of the office."""
    comparison = Comparison(site, under_authority(before, site.office), after, read, now)
    reused, moved = find_reused(comparison), find_moved_by_settings(comparison)
    refusals = [
        *check_vanished(comparison),
        *check_reused(comparison, reused),
        *check_settings(comparison, moved),
        *check_dates(comparison, reused | moved),
        *check_addresses(comparison, before),
        *check_former(comparison, comparison.before),
    ]
    problems = [with_advice(problem, allowed) for problem in refusals]
    return sorted([*problems, *check_announced(comparison, reused | moved)])


def with_advice(problem: Problem, allowed: Collection[str]) -> Problem:
    """Return a refusal with advice on how to allow it; as a warning if it is allowed."""
    option = f"--allow {problem.code}"
    if problem.code in allowed:
        message = f"{problem.message} (allowed by {option})"
        return dataclasses.replace(problem, message=message, severity="warning")
    return dataclasses.replace(
        problem, message=f"{problem.message}. If this is intended, pass {option}"
    )
