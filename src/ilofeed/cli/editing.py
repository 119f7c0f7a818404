"""The command that begins an entry, and the one for editors without Git."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ilofeed.cli import console, options, switches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ilofeed import dates
    from ilofeed.model import Term

_REPO = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")


@click.command()
@click.argument("title")
@switches.category(help="May be repeated.")
@switches.country(help="May be repeated.")
@click.option(
    "--date", type=switches.Instant(), metavar="WHEN", help="Day or instant (default: today)."
)
@click.option("--summary", help="One or two sentences. Without them the entry is a draft.")
@click.option("--link", metavar="URL", help="Where the item is, if it is elsewhere.")
@click.option("--language", metavar="TAG", help="The entry's, where it is not the office's own.")
@click.option(
    "--translation-of", metavar="SLUG", help="The entry that is the same in another language."
)
@click.option("--slug", help="Name of the file (default: made from the title).")
@switches.now
@click.pass_obj
def new(root: Path, /, now: dates.Moment | None, **given: Any) -> None:
    """Write a new entry file, valid at once, and print its path."""
    from ilofeed.cli import authoring

    sys.exit(authoring.new(root, options.read_clock(now), **given, ask=_ask))


def _ask(option: str, known: Mapping[str, Term], given: Sequence[str], language: str) -> list[str]:
    """The terms given; where none are, the only one, or what a person at the terminal answers."""
    if given or len(known) == 1 or not sys.stdin.isatty():
        return options.terms(option, known, given)
    for name, term in known.items():
        console.say(f"  {name:<40} {term.label(language)}")

    def convert(answer: str) -> str:
        try:
            return options.terms(option, known, [answer.strip()])[0]
        except options.OptionError as error:
            raise click.UsageError(str(error)) from error

    return [click.prompt(option.removeprefix("--").capitalize(), value_proc=convert, err=True)]


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
    from ilofeed.cli import authoring

    if not _REPO.fullmatch(repo):
        raise options.OptionError(f"--repo is OWNER/NAME, such as example/news, not {repo}")
    sys.exit(authoring.cms(root, options.read_clock(now), repo, branch, output))
