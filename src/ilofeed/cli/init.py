"""The command that creates or updates an office, and its questions."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from ilofeed.cli import console, options
from ilofeed.problems import plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from pathlib import Path

_QUESTIONS = {
    "title": "Name of the office or the newsletter",
    "url": "Address where the feeds will be served, such as https://example.org/feeds/",
    "timezone": "Time zone, such as Europe/Paris",
}
_MORE_QUESTIONS = {
    "description": "What the feeds are about, in one sentence (Enter to leave it out)",
    "accent": "Colour of the office, such as #1a5fb4 (Enter to leave it out)",
    "logo": "File with the logo: SVG, PNG, JPEG or WebP (Enter to leave it out)",
}


@click.command()
@click.argument("folder", metavar="DIR", type=options.PATH)
@click.option("--title", help="Name of the office or the newsletter.")
@click.option("--url", help="Address where the feeds will be served: https://example.org/feeds/")
@click.option(
    "--authority",
    metavar="DOMAIN,DATE",
    help="The start of every id (default: from the address and this year).",
)
@click.option("--timezone", metavar="NAME", help="A name such as Asia/Ulaanbaatar.")
@click.option(
    "--language",
    "languages",
    metavar="TAG",
    multiple=True,
    help="A tag such as en or zh-Hans (default: en). May be repeated; the first is the office's.",
)
@options.repeated(
    "--country",
    "countries",
    "CODE=LABEL",
    "A country for entries, such as MN=Mongolia (default: the world).",
)
@click.option("--description", help="What the feeds are about, in one sentence.")
@click.option("--logo", metavar="PATH", help="A file with the logo: SVG, PNG, JPEG or WebP.")
@click.option("--accent", metavar="COLOUR", help="Colour of links and buttons, such as #1a5fb4.")
@click.option(
    "--host",
    type=options.HOST,
    help="Where it is published: GitHub Pages (default), GitLab Pages, or a server of your own.",
)
@click.option(
    "--renew",
    is_flag=True,
    help="Only update the program, its lock and what publishes an existing office.",
)
@options.clock
@click.pass_obj
def init(root: Path, /, *, folder: Path, renew: bool, clock: dt.datetime, **given: Any) -> int:
    """Create a new office: a repository to push.

    DIR is a new or empty folder. On a terminal, you are prompted for options that you omit.
    Everything is checked before anything is written, and no file is overwritten.
    """
    from ilofeed.scaffold import create

    office = root / folder
    try:
        if renew:
            if any(given.values()):
                message = "--renew takes no other options; edit feeds.yaml to change the office"
                raise options.OptionError(message)
            return _renew(office, clock)
        create.check_place(office)
        if given["logo"] is not None:
            given["logo"] = create.read_logo(root, given["logo"])
        if sys.stdin.isatty() and any(given[name] is None for name in create.REQUIRED):
            _ask(root, given, clock)
        files = create.office_files(create.describe_office(clock, **given), clock)
        create.write_files(office, files)
    except create.OfficeError as error:
        raise options.OptionError(*error.args) from error
    console.answer(str(office))
    entry = next(path for path in files if path.startswith("entries/"))
    page = next(path for path in files if path.startswith("docs/how-to/"))
    console.inform(
        f"{plural(len(files), 'file')}; the first entry is {entry}. Next, in {office}:",
        "  ilofeed check --strict, then ilofeed serve to see it",
        "  git init -b main, git add ., git commit, git push",
        f"README.md is for your editors; {page} explains publishing",
    )
    return console.DONE


def _renew(folder: Path, clock: dt.datetime) -> int:
    """Update an office, print the paths that changed, and return the exit code."""
    from ilofeed.build import read_settings
    from ilofeed.scaffold import create

    host = create.find_host(folder)
    office, _, problems = read_settings(folder, clock)
    if office is None:
        return console.report(folder, problems)
    changed = create.renew_office(folder, host, office)
    for path in changed:
        console.answer(path)
    console.inform(
        f"see the changes with git diff, run bash {host.install}, and commit"
        if changed
        else "this office already has this version of the program"
    )
    return console.DONE


def _ask(root: Path, given: dict[str, Any], clock: dt.datetime) -> None:
    """Ask for each omitted option, until the check accepts the answer; add it to `given`."""
    from ilofeed.scaffold import create, suggest_authority

    def ask(question: str, name: str, read: Callable[[str], Any], default: str | None) -> Any:
        def convert(answer: str) -> Any:
            try:
                return create.check_answer(name, read(answer.strip()), clock)
            except create.OfficeError as error:
                raise click.UsageError(str(error)) from error

        return click.prompt(
            question, value_proc=convert, default=default, show_default=bool(default), err=True
        )

    for name, question in _QUESTIONS.items():
        if given[name] is None:
            given[name] = ask(question, name, str, None)
    if given["host"] is None:
        given["host"] = click.prompt(
            "Where it is published", type=options.HOST, default="github", err=True
        )
    if given["authority"] is None:
        suggested = suggest_authority(given["url"], clock) or None
        given["authority"] = ask("The start of every id", "authority", str, suggested)
    if not given["languages"]:
        question = "Languages, the office's first, separated by spaces, such as en zh-Hans"
        given["languages"] = ask(question, "languages", lambda text: tuple(text.split()), "en")
    if not given["countries"]:
        given["countries"] = _ask_countries(ask)
    for name, question in _MORE_QUESTIONS.items():
        if given[name] is None:
            read = partial(create.read_logo, root) if name == "logo" else str
            given[name] = ask(question, name, read, "")


def _ask_countries(ask: Callable[[str, str, Callable[[str], Any], str], Any]) -> tuple[str, ...]:
    """Ask for countries until an answer is empty; return each as `CODE=LABEL`."""
    from ilofeed.scaffold import create

    countries: tuple[tuple[str, str], ...] = ()
    question = "A country, such as FR=France (Enter to finish; without any: the world)"

    def add(answer: str) -> tuple[tuple[str, str], ...]:
        return (*countries, create.parse_country(answer)) if answer else ()

    while answer := ask(question, "countries", add, ""):
        countries = answer
    return tuple(f"{code}={label}" for code, label in countries)
