"""The commands for the site that subscribers read: print its manifest, confirm it, notify a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ilofeed.cli import console, options
from ilofeed.problems import attempting, plural, printable_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from ilofeed.publish import websub

MAX_DIFFERING = 20  # documents of the live site to list; the rest are only counted


@click.command()
@options.base_url
@click.option(
    "--output",
    "target",
    type=options.PATH,
    metavar="FILE",
    help="Write to this file instead of standard output; if this command fails, it stays as it is.",
)
@options.clock
@click.pass_obj
def live(root: Path, base_url: str | None, target: Path | None, clock: dt.datetime) -> int:
    """Print the manifest of the live site, or write it to a file.

    Invisible characters in its texts are escaped, which does not change their value.
    """
    from ilofeed.files import replace_file
    from ilofeed.publish import live as live_site

    url, problems = options.site_address(root, clock, base_url)
    if url is None:
        return console.report(root, problems)
    manifest = printable_json(live_site.fetch_manifest(url)).encode()
    if target is None:
        console.output(manifest)
    else:
        with attempting(f"write {root / target}"):
            replace_file(root / target, manifest)
    return console.DONE


@click.command()
@options.output
@options.base_url
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
    help="How long to wait for caches to show the new documents (default: try once).",
)
@options.clock
@click.pass_obj
def confirm(
    root: Path, output: Path, base_url: str | None, since: str, wait: float, clock: dt.datetime
) -> int:
    """Compare the feeds of the live site with the output."""
    from ilofeed.publish import live as live_site
    from ilofeed.publish import load_named

    url, problems = options.site_address(root, clock, base_url)
    if url is None:
        return console.report(root, problems)
    target = options.output_folder(root, output)
    with attempting(f"read the output in {target}"):
        expected = live_site.expected_documents(target, load_named(since, root))
    confirmation = live_site.confirm(url, expected, wait)
    documents, differing = plural(confirmation.documents, "document"), confirmation.differing
    if not differing:
        console.inform(f"{documents} at {url}: all equal to the output")
        return console.DONE
    for path, difference in list(differing.items())[:MAX_DIFFERING]:
        console.answer(f"{url}{path}: {difference}")
    console.say(
        f"{len(differing)} of {documents} at {url} differ from the output; "
        "a cache may be out of date: run this again, or deploy again"
    )
    return console.NOT_VERIFIED


@click.command()
@options.output
@click.option(
    "--since",
    metavar="PATH|URL|none",
    default="none",
    show_default=True,
    help="The manifest before the changes; `none` reports every feed.",
)
@options.clock
@click.pass_obj
def ping(root: Path, output: Path, since: str, clock: dt.datetime) -> int:
    """Notify the WebSub hub of the published feeds that changed."""
    from ilofeed.build import read_settings
    from ilofeed.feeds import MANIFEST
    from ilofeed.files import PublishError
    from ilofeed.publish import load_named, read_manifest, websub

    if since == "live":
        raise options.OptionError(
            "--since live would compare the site with itself; pass the manifest from before the "
            "upload"
        )
    office, _, problems = read_settings(root, clock)
    if office is None:
        return console.report(root, problems)
    if office.hub is None:
        console.inform("feeds.yaml has no hub; nothing to do")
        return console.DONE
    target = options.output_folder(root, output)
    with attempting(f"read the output in {target}"):
        after = read_manifest(target)
    if after is None:
        raise PublishError(f"{target / MANIFEST} does not exist; build first")
    changed = websub.changed_feeds(load_named(since, root), after)
    if not changed:
        console.inform("no feed has changed; nothing to do")
        return console.DONE
    site = after.site or office.url  # the address of the build, maybe from --base-url
    return _report_ping(office.hub, websub.ping(office.hub, [site + path for path in changed]))


def _report_ping(hub: str, results: Sequence[websub.PingResult]) -> int:
    failed: dict[str, list[str]] = {}  # feeds by what went wrong
    for result in results:
        if result.failure is None:
            console.answer(result.feed)
        else:
            failed.setdefault(result.failure, []).append(result.feed)
    for failure, feeds in failed.items():
        more = f" and {len(feeds) - 3} more" if len(feeds) > 3 else ""
        console.say(f"{failure}; not notified of {', '.join(feeds[:3])}{more}")
    done = len(results) - sum(map(len, failed.values()))
    console.say(f"{hub} was notified of {done} of {len(results)} changed feeds")
    return console.BROKEN_DISK if failed else console.DONE
