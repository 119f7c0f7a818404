"""The command that makes a new office, and its questions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ilofeed.cli import options

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable


_QUESTIONS = {
    "title": "Name of the office or the newsletter",
    "url": "Where the feeds will be served, such as https://example.org/feeds/",
    "timezone": "Time zone, such as Europe/Paris",
}


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", help="Name of the office or the newsletter.")
@click.option("--url", help="Where the feeds will be served: https://example.org/feeds/")
@click.option(
    "--authority",
    metavar="DOMAIN,DATE",
    help="What every id begins with (default: made from the address and this year).",
)
@click.option("--timezone", metavar="NAME", help="A name such as Asia/Ulaanbaatar.")
@click.option(
    "--language",
    "languages",
    metavar="TAG",
    multiple=True,
    help="A tag such as en or zh-Hans (default: en). May be repeated; the first is the office's.",
)
@click.option(
    "--country",
    "countries",
    metavar="CODE=LABEL",
    multiple=True,
    help="A country that entries can be about, such as MN=Mongolia (default: the world). "
    "May be repeated.",
)
@click.option(
    "--renew",
    is_flag=True,
    help="Write the program, its lock and the workflows of an office anew, and nothing else.",
)
@options.clock
@click.pass_obj
def init(
    root: Path,
    /,
    *,
    folder: Path,
    renew: bool,
    clock: dt.datetime,
    **told: Any,
) -> int:
    """Make a new office in DIR, which is empty or not there yet: a repository to push.

    On a terminal what is needed is asked for. Nothing is written before all of it has been
    checked, and no file is overwritten.
    """
    from ilofeed.cli import founding, renewal

    if renew:
        if any(told.values()):
            raise options.OptionError("--renew takes no other options: feeds.yaml says the rest")
        return renewal.renew(root / folder, clock)
    founding.refuse_place(root / folder)
    if sys.stdin.isatty() and any(told[name] is None for name in founding.NEEDED):
        _ask(told, clock)
    return founding.found(root / folder, clock, **told)


def _ask(told: dict[str, Any], clock: dt.datetime) -> None:
    """Ask for everything that was not told, each until the check accepts the answer."""
    from ilofeed.cli import founding
    from ilofeed.scaffold import newoffice

    def ask(question: str, name: str, read: Callable[[str], Any], default: str | None) -> Any:
        def convert(answer: str) -> Any:
            try:
                return founding.accepted(name, read(answer.strip()), clock)
            except options.OptionError as error:
                raise click.UsageError(str(error)) from error

        return click.prompt(
            question, value_proc=convert, default=default, show_default=bool(default), err=True
        )

    for name, question in _QUESTIONS.items():
        if told[name] is None:
            told[name] = ask(question, name, str, None)
    if told["authority"] is None:
        suggested = newoffice.authority_of(told["url"], clock) or None
        told["authority"] = ask("What every id begins with", "authority", str, suggested)
    if not told["languages"]:
        question = "Languages, the office's first, between spaces, such as en zh-Hans"
        told["languages"] = ask(question, "languages", lambda text: tuple(text.split()), "en")
    if not told["countries"]:
        told["countries"] = _countries(ask)


def _countries(ask: Callable[..., Any]) -> tuple[str, ...]:
    from ilofeed.cli import founding

    question = "A country, such as FR=France (Enter: no more; none at all: the world)"
    found: list[tuple[str, str]] = []

    def read(answer: str) -> tuple[tuple[str, str], ...]:
        return (*found, founding.country(answer)) if answer else ()

    while answer := ask(question, "countries", read, ""):
        found = list(answer)
    return tuple(f"{code}={label}" for code, label in found)
