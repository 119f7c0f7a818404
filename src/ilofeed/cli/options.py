"""Define the options that several commands share, and convert their values."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ilofeed.problems import did_you_mean, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import Any, TypeVar

    from ilofeed.dates import Moment
    from ilofeed.problems import Problem

    Command = TypeVar("Command", bound=Callable[..., Any])


PATH = click.Path(path_type=Path)


class OptionError(click.ClickException):
    """A wrong option: the message, and `more` lines of it. The exit code is 2."""

    exit_code = 2

    def __init__(self, message: str, *more: str) -> None:
        super().__init__(message)
        self.more = more


@dataclass(frozen=True)
class BuildOptions:
    """Options of `build` and `diff`."""

    output: Path
    previous: str | None = None  # path, URL, "live" or "none"; None: the manifest in the output
    base_url: str | None = None
    allowed: tuple[str, ...] = ()  # rules of the guard
    jobs: int | None = None  # the maximum number of processes
    check_output: bool = False  # whether to read the files of the output, too
    precompress: bool = False  # whether to write compressed copies
    sync: bool = True  # whether the build waits for the disk

    @property
    def processes(self) -> int:
        """The number of processes to use: one per processor, at most `jobs`."""
        from ilofeed.workers import processors

        return min(processors(), self.jobs or processors())


def read_date(text: str) -> Moment:
    """Parse an option that is a day or an instant; raise `click.BadParameter` for other texts."""
    from ilofeed.dates import DateError, read_moment

    try:
        return read_moment(text)
    except DateError as error:
        raise click.BadParameter(error.message) from error


def read_clock(given: Moment | None) -> dt.datetime:
    """Return the time of --now, else of SOURCE_DATE_EPOCH, else the current time, all in UTC.

    A day without a time means its midnight.
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
        message = f"invalid SOURCE_DATE_EPOCH {epoch!r}; set it to seconds since 1970"
        raise OptionError(message) from error


def read_base_url(text: str | None) -> str | None:
    """Return the address that overrides site.url, ending in a slash, or raise `OptionError`."""
    from ilofeed.urls import AddressError, to_folder

    if text is None:
        return None
    try:
        return to_folder(text)
    except AddressError as error:
        raise OptionError(f"--base-url: {error}") from error


def office_above(folder: Path) -> Path | None:
    """Return the nearest folder around a folder that has a feeds.yaml; None if it has one itself,
    or if there is none."""
    if os.path.lexists(folder / "feeds.yaml") or os.path.lexists(folder / "entries"):
        return None
    return next((path for path in folder.parents if (path / "feeds.yaml").is_file()), None)


def office_path(root: Path, file: Path | str) -> str:
    """Return the path of a file relative to the office; the argument is relative to -C, if it was
    given, or to the current folder."""
    home = root.resolve()
    source = click.get_current_context().find_root().get_parameter_source("root")
    base = Path.cwd() if source is ParameterSource.DEFAULT else home
    path = Path(os.path.normpath(base / file))
    with contextlib.suppress(ValueError):  # on another drive of Windows
        path = Path(os.path.relpath(path, home))
    return path.as_posix()


def output_folder(root: Path, output: Path, name: str = "--output") -> Path:
    """Return the folder to publish to, which the option `name` is; raise `OptionError` if it
    contains the office's files, or if a link in the office leads to files of others."""
    target, home = (root / output).resolve(), root.resolve()
    entries = home / "entries"
    if target in (home, *home.parents) or entries in (target, *target.parents):
        raise OptionError(f"{name} {output} contains the office's files; choose another folder")
    place = Path(os.path.normpath(home / output))  # with its links
    if home in place.parents and home not in target.parents and _is_foreign(target):
        raise OptionError(
            f"{place} leads to {target}, which has files that ilofeed did not publish; "
            f"if it is the right folder, pass {name} {target}"
        )
    return target


def _is_foreign(folder: Path) -> bool:
    """Return whether a folder has files, but not those of a build."""
    return folder.is_dir() and any(folder.iterdir()) and not (folder / "manifest.json").exists()


def site_address(
    root: Path, clock: dt.datetime, base_url: str | None
) -> tuple[str | None, list[Problem]]:
    """Return the site's address, or None and the problems of feeds.yaml if it has errors."""
    from ilofeed.build import read_settings

    if base_url is not None:
        return base_url, []
    office, _, problems = read_settings(root, clock)
    return (office.url if office is not None else None), problems


def terms(option: str, slugs: Collection[str], given: Sequence[str]) -> list[str]:
    """Return the given terms without duplicates, else the only one; or raise `OptionError`."""
    if not given and len(slugs) != 1:
        raise OptionError(f"{option} is missing; choose from: {', '.join(slugs)}")
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
HOST = click.Choice(["github", "gitlab", "server"])  # keys of `HOSTS` in `scaffold.office_kit`


def repeated(
    option: str, name: str, metavar: str, text: str, choices: Sequence[str] | None = None
) -> Callable[[Command], Command]:
    """Return an option that may be given several times."""
    kind = click.Choice(choices) if choices is not None else None
    text += " May be repeated."
    return click.option(option, name, type=kind, multiple=True, metavar=metavar, help=text)


def output_format(*forms: str, text: str = "Output format.") -> Callable[[Command], Command]:
    """Return the option of a format, by default the first one."""
    return click.option("--format", "form", type=click.Choice(forms), default=forms[0], help=text)


form = output_format(
    "auto", "text", "github", "gitlab", "json", "sarif", text="Output format of problems."
)
verbose = click.option("--verbose", is_flag=True, help="Print how long each stage took.")
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
    help="The manifest to compare with (default: the one in the output folder); `live` means the "
    "one at the site's address.",
)
category = partial(repeated, "--category", "categories", "SLUG")
country = partial(repeated, "--country", "countries", "CODE")
since = partial(click.option, "--since", metavar="PATH|URL|none", default="none", show_default=True)
