"""The commands for the site that subscribers read: upload and confirm it, read it, notify a hub."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilofeed.cli import console, options
from ilofeed.problems import DEPLOY_RULES, attempting, plural, printable_json, quote

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ilofeed.deploy import Deployment, Target
    from ilofeed.publish import websub

MAX_DIFFERING = 20  # documents of the live site to list; the rest are only counted


@click.command()
@click.argument("target", metavar="TARGET")
@options.output
@click.option("--dry-run", is_flag=True, help="Print what would be done, and change nothing.")
@click.option("--verbose", is_flag=True, help="Print each file that is uploaded or deleted.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Upload every file again, for a target where files were lost or changed.",
)
@options.repeated(
    "--allow", "allowed", "RULE", "Permit once what is refused by this rule.", DEPLOY_RULES
)
@click.pass_obj
def deploy(
    root: Path,
    /,
    *,
    target: str,
    output: Path,
    dry_run: bool,
    verbose: bool,
    everything: bool,
    allowed: Sequence[str],
) -> int:
    """Upload what changed in the output to TARGET: a folder, or a URL.

    s3://bucket/path, gs://, az://, sftp://user@host/path, ftp://, webdavs://, or rclone://NAME/path
    for a remote that rclone's own configuration has. Credentials come from the environment.
    """
    from ilofeed.deploy import carry_out, find_engine, prepare
    from ilofeed.publish import output as published

    started = time.monotonic()
    folder, place = options.output_folder(root, output), _target(root, target, output)
    progress = console.Progress()
    with attempting(f"deploy {folder}"):
        engine = find_engine(place, os.environ)
        if not folder.is_dir():
            raise options.OptionError(f"there is no folder {folder}; run `ilofeed build` first")
        with published.locked(folder, console.say):
            deployment = prepare(folder, engine, allowed, everything=everything)
            if verbose or dry_run:
                console.answer(*(f"upload {path}" for path in deployment.plan.paths))
                console.answer(*(f"delete {path}" for path in deployment.plan.deleted))
            for rule, message in deployment.refused.items():
                advice = f"If this is intended, pass --allow {rule}"
                console.say(f"{place.shown}: {message}. {advice}")
            if deployment.refused:
                console.say("refused; nothing was uploaded")
                return console.REFUSED
            if deployment.is_needed and not dry_run:
                carry_out(deployment, engine, progress)
    progress.end()
    seconds = f"({time.monotonic() - started:.1f} s)"
    console.say(f"{_summary(deployment, place, dry_run=dry_run)} {seconds}")
    return console.DONE


def _target(root: Path, text: str, output: Path) -> Target:
    """Read the target; raise `OptionError` if it is wrong, or is a folder that is not one to
    deploy to."""
    if "://" not in text and ":" in text.partition("/")[0] and not Path(text).drive:
        raise options.OptionError(
            f"TARGET {quote(text)}: write a URL with ://, such as sftp://user@host/path, "
            f"or ./{text} for a folder"
        )
    if "://" not in text:
        folder = options.output_folder(root, Path(text), "TARGET")
        source = options.output_folder(root, output)
        if folder == source or folder in source.parents or source in folder.parents:
            raise options.OptionError(f"TARGET {text} and the output {output} must be apart")
        text = str(folder)
    from ilofeed.deploy import TargetError, read_target

    try:
        return read_target(text, os.environ)
    except TargetError as error:
        shown = "" if "@" in text else f" {quote(text)}"  # it may have a password
        raise options.OptionError(f"TARGET{shown}: {error}") from error


def _summary(deployment: Deployment, target: Target, *, dry_run: bool) -> str:
    documents = f"{plural(len(deployment.files), 'document')} at {target.shown}"
    plan = deployment.plan
    if not plan.paths and not plan.deleted:
        return f"{documents}: nothing changed"
    would = "would be " * dry_run
    return f"{documents}: {len(plan.paths)} {would}uploaded, {len(plan.deleted)} {would}deleted"


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
@options.since(help="Fetch only what changed since this manifest.")
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
@options.since(help="The manifest before the changes; `none` reports every feed.")
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
