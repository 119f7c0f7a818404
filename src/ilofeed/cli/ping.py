"""What `ilofeed ping` does, without the library that reads its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ilofeed import build as chain
from ilofeed.cli import console, options
from ilofeed.feeds import MANIFEST
from ilofeed.files import PublishError
from ilofeed.publish import load_previous, read_manifest, websub

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path


def ping(root: Path, clock: dt.datetime, output: Path, since: str) -> int:
    """Tell the hub of the feeds that changed, print their addresses, and return the exit code."""
    if since == "live":
        raise options.OptionError(
            "--since live would compare the site with itself; name the manifest from before the "
            "upload"
        )
    office, _, problems = chain.read_settings(root, clock)
    if office is None:
        return console.report(root, problems, (), "auto", strict=False)
    if office.hub is None:
        console.say("feeds.yaml names no hub, so nobody is told")
        return console.DONE
    target = options.output_folder(root, output)
    after = read_manifest(target)
    if after is None:
        raise PublishError(f"{target / MANIFEST} is not there; build first")
    changed = websub.changed_feeds(load_previous(since, root, target), after)
    if not changed:
        console.say("no feed has changed, so the hub is told nothing")
        return console.DONE
    site = after.site or office.url  # as they were built, maybe with --base-url
    return _report(office.hub, websub.tell(office.hub, [site + path for path in changed]))


def _report(hub: str, found: Sequence[websub.Told]) -> int:
    untold: dict[str, list[str]] = {}
    for told in found:
        if told.failure is None:
            console.answer(told.feed)
        else:
            untold.setdefault(told.failure, []).append(told.feed)
    for failure, feeds in untold.items():
        console.say(f"{failure}; not told of {', '.join(feeds[:3])}{_more(len(feeds) - 3)}")
    done = len(found) - sum(map(len, untold.values()))
    console.say(f"{hub} was told of {done} of {len(found)} changed feeds")
    return console.BROKEN_DISK if untold else console.DONE


def _more(number: int) -> str:
    return f" and {number} more" if number > 0 else ""
