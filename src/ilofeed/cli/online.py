"""The commands about the live site: print its manifest, confirm what it serves, ping the hub."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ilofeed.cli import console, options, switches
from ilofeed.problems import plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from ilofeed import dates
    from ilofeed.publish import websub

_MOST_NAMED = 20  # documents that differ; the rest are counted


def site_address(root: Path, clock: dt.datetime, base_url: str | None) -> str | None:
    """Return where the site is served; None if feeds.yaml has errors."""
    from ilofeed.build import read_settings

    if base_url is not None:
        return base_url
    office, _, _ = read_settings(root, clock)
    return office.url if office is not None else None


def _site_address_or_exit(root: Path, clock: dt.datetime, base_url: str | None) -> str:
    from ilofeed.build import read_settings

    url = site_address(root, clock, options.read_base_url(base_url))
    if url is None:
        _, _, problems = read_settings(root, clock)
        sys.exit(console.report(root, problems, (), "auto", strict=False))
    return url


@click.command()
@switches.base_url
@switches.now
@click.pass_obj
def live(root: Path, base_url: str | None, now: dates.Moment | None) -> None:
    """Print the manifest that is live at the site's address."""
    from ilofeed.publish import live as site

    clock = options.read_clock(now)
    data = site.fetch_manifest(_site_address_or_exit(root, clock, base_url))
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    sys.exit(console.DONE)


@click.command()
@switches.output
@switches.base_url
@click.option(
    "--since",
    metavar="PATH|URL|none",
    default="none",
    show_default=True,
    help="Fetch only what changed since this manifest.",
)
@click.option(
    "--wait",
    type=click.FloatRange(min=0, max=3600),
    default=0,
    metavar="SECONDS",
    help="How long caches may take to show what was published (default: one look).",
)
@switches.now
@click.pass_obj
def confirm(
    root: Path,
    output: Path,
    base_url: str | None,
    since: str,
    wait: float,
    now: dates.Moment | None,
) -> None:
    """Fetch feeds back from the live site and compare them with the output."""
    from ilofeed.publish import live as site
    from ilofeed.publish import load_previous

    clock = options.read_clock(now)
    url = _site_address_or_exit(root, clock, base_url)
    target = options.output_folder(root, output)
    expected = site.expected_documents(target, load_previous(since, root, target))
    confirmation = site.confirm(url, expected, wait)
    documents = plural(confirmation.documents, "document")
    if not confirmation.differing:
        console.say(f"{documents} at {url}: all as published")
        sys.exit(console.DONE)
    for path, difference in list(confirmation.differing.items())[:_MOST_NAMED]:
        console.answer(f"{url}{path}: {difference}")
    console.say(
        f"{len(confirmation.differing)} of {documents} at {url} did not come back as published; "
        "a cache may be slow: run this again, or deploy again"
    )
    sys.exit(console.NOT_VERIFIED)


def ping(root: Path, clock: dt.datetime, output: Path, since: str) -> int:
    """Tell the hub of the feeds that changed, print their addresses, and return the exit code."""
    from ilofeed.build import read_settings
    from ilofeed.feeds import MANIFEST
    from ilofeed.files import PublishError
    from ilofeed.publish import load_previous, read_manifest, websub

    if since == "live":
        raise options.OptionError(
            "--since live would compare the site with itself; name the manifest from before the "
            "upload"
        )
    office, _, problems = read_settings(root, clock)
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
    return _report_ping(office.hub, websub.ping(office.hub, [site + path for path in changed]))


def _report_ping(hub: str, results: Sequence[websub.PingResult]) -> int:
    failed: dict[str, list[str]] = {}
    for result in results:
        if result.failure is None:
            console.answer(result.feed)
        else:
            failed.setdefault(result.failure, []).append(result.feed)
    for failure, feeds in failed.items():
        more = f" and {len(feeds) - 3} more" if len(feeds) > 3 else ""
        console.say(f"{failure}; not told of {', '.join(feeds[:3])}{more}")
    done = len(results) - sum(map(len, failed.values()))
    console.say(f"{hub} was told of {done} of {len(results)} changed feeds")
    return console.BROKEN_DISK if failed else console.DONE
