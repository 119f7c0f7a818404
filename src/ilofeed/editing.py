"""The command for editors without Git, for the command line."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilofeed import options, switches

if TYPE_CHECKING:
    from ilofeed import dates

_REPO = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


@click.command()
@click.option(
    "--repo",
    required=True,
    metavar="OWNER/NAME",
    help="The office's repository at GitHub.",
)
@click.option("--branch", default="main", show_default=True, help="The branch that is published.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="admin",
    show_default=True,
    help="The folder to write to.",
)
@switches.now
@click.pass_obj
def cms(root: Path, repo: str, branch: str, output: Path, now: dates.Moment | None) -> None:
    """Write the form of a CMS, Decap or Sveltia, for editors without Git.

    config.yml is made anew each time, from feeds.yaml; index.html, which loads the CMS, is written
    where there is none.
    """
    from ilofeed import authoring

    if not _REPO.fullmatch(repo):
        raise options.OptionError(f"--repo is OWNER/NAME, such as example/news, not {repo}")
    sys.exit(authoring.cms(root, options.read_clock(now), repo, branch, output))
