"""The commands about the site that is live, for the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ilofeed.cli import options, switches

if TYPE_CHECKING:
    from pathlib import Path

    from ilofeed import dates


@click.command()
@switches.base_url
@switches.now
@click.pass_obj
def live(root: Path, base_url: str | None, now: dates.Moment | None) -> None:
    """Print the manifest that is live at the site's address."""
    from ilofeed.cli import live as site

    sys.exit(site.show(root, options.read_clock(now), options.read_base_url(base_url)))


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
def confirm(root: Path, /, base_url: str | None, now: dates.Moment | None, **told: Any) -> None:
    """Fetch feeds back from the live site and compare them with the output."""
    from ilofeed.cli import live as site

    where = options.read_base_url(base_url)
    sys.exit(site.confirm(root, options.read_clock(now), where, **told))
