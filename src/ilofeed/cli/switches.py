"""Options that several commands share; with `cli` the one door to click."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ilofeed import dates


class Instant(click.ParamType):  # type: ignore[type-arg]  # a generic for the checker only
    """A day or an instant as an option; a day without a time begins at midnight UTC."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dates.Moment:
        """The moment of what was written; what is none is a usage error."""
        from ilofeed.dates import DateError, read_moment

        try:
            return read_moment(str(value))
        except DateError as error:
            self.fail(error.message, param, ctx)


now = click.option(
    "--now",
    type=Instant(),
    metavar="WHEN",
    help="Do as if it were then: 2015-05-19T09:00:00+08:00.",
)
form = click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "text", "github", "json"]),
    default="auto",
    help="How problems are printed.",
)
strict = click.option("--strict", is_flag=True, help="Take warnings for errors.")
output = click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="public",
    show_default=True,
    help="The folder to publish to.",
)
category, country, column, allow = (
    functools.partial(click.option, *names, multiple=True, metavar=metavar)
    for *names, metavar in (
        ("--category", "categories", "SLUG"),
        ("--country", "countries", "CODE"),
        ("--column", "columns", "KEY=HEADER"),
        ("--allow", "allowed", "RULE"),
    )
)
base_url = click.option("--base-url", metavar="URL", help="Take this address for site.url.")
previous = click.option(
    "--previous",
    metavar="PATH|URL|live|none",
    help="The manifest to compare with (default: the one in the output folder); `live` is the one "
    "at the site's address.",
)
