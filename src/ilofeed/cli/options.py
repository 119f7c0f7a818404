"""Types of options, options that several commands share, and what they mean."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ilofeed.problems import did_you_mean, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ilofeed.dates import Moment


PATH = click.Path(path_type=Path)


class OptionError(click.ClickException):
    """A mistake in an option, as a sentence."""

    exit_code = 2


@dataclass(frozen=True)
class BuildOptions:
    """Options of `build` and `diff`."""

    output: Path
    previous: str | None = None  # path, URL, "live" or "none"; None is the manifest in the output
    base_url: str | None = None
    allowed: tuple[str, ...] = ()  # rules of the guard
    jobs: int | None = None  # the maximum number of processes

    @property
    def processes(self) -> int:
        """The number of processes to use: one for each processor, but not more than `jobs`."""
        from ilofeed.workers import processors

        return min(processors(), self.jobs or processors())


def read_date(text: str) -> Moment:
    """Parse an option that is a day or an instant; fail if it is not a date."""
    from ilofeed.dates import DateError, read_moment

    try:
        return read_moment(text)
    except DateError as error:
        raise click.BadParameter(error.message) from error


def read_clock(given: Moment | None) -> dt.datetime:
    """Return the time of --now, else of SOURCE_DATE_EPOCH, else the current time, in UTC.

    A day without a time begins at midnight.
    """
    if isinstance(given, dt.datetime):
        return given.astimezone(dt.UTC)
    if given is not None:
        return dt.datetime.combine(given, dt.time(), dt.UTC)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return dt.datetime.now(dt.UTC)
    try:
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise OptionError(f"SOURCE_DATE_EPOCH is {epoch!r}, not seconds since 1970") from error


def read_base_url(text: str | None) -> str | None:
    """Return the address that overrides site.url, ending in a slash."""
    from ilofeed.urls import AddressError, to_folder

    if text is None:
        return None
    try:
        return to_folder(text)
    except AddressError as error:
        raise OptionError(f"--base-url: {error}") from error


def output_folder(root: Path, output: Path) -> Path:
    """Return the folder to publish to; refuse one that holds the office's files."""
    target, home = (root / output).resolve(), root.resolve()
    entries = home / "entries"
    if target in (home, *home.parents) or entries in (target, *target.parents):
        raise OptionError(f"--output {output} would mix the output with the office's files")
    return target


def terms(option: str, slugs: Collection[str], given: Sequence[str]) -> list[str]:
    """Return the given terms without duplicates; if none is given, the only one of feeds.yaml."""
    if not given and len(slugs) != 1:
        raise OptionError(f"{option} is missing; known: {', '.join(slugs)}")
    for name in given:
        if name not in slugs:
            raise OptionError(f"{quote(name)} is not in feeds.yaml{did_you_mean(name, slugs)}")
    return list(dict.fromkeys(given or slugs))


clock = click.option(
    "--now",
    "clock",
    type=read_date,
    callback=lambda _ctx, _param, given: read_clock(given),
    metavar="WHEN",
    help="Pretend the current time is WHEN: 2015-05-19T09:00:00+08:00.",
)
form = click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "text", "github", "json"]),
    default="auto",
    help="How problems are printed.",
)
strict = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
output = click.option(
    "--output", type=PATH, default="public", show_default=True, help="The folder to publish to."
)
base_url = click.option(
    "--base-url",
    metavar="URL",
    callback=lambda _ctx, _param, given: read_base_url(given),
    help="Override site.url.",
)
previous = click.option(
    "--previous",
    metavar="PATH|URL|live|none",
    help="The manifest to compare with (default: the one in the output folder); `live` is the one "
    "at the site's address.",
)
category = partial(click.option, "--category", "categories", multiple=True, metavar="SLUG")
country = partial(click.option, "--country", "countries", multiple=True, metavar="CODE")
