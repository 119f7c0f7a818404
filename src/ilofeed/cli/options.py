"""What the options of the command line mean, without the library that reads them."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ilofeed.problems import did_you_mean, quote

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from ilofeed.dates import Moment


class OptionError(ValueError):
    """What is wrong with an option, as a sentence."""


@dataclass(frozen=True)
class After:
    """What a build comes after: where it publishes to, and what it is compared with."""

    output: Path
    previous: str | None = None  # a path, a URL, "none"; None: the one in the output
    base_url: str | None = None
    allowed: tuple[str, ...] = ()  # rules of the guard
    jobs: int | None = None  # the most processes

    @property
    def processes(self) -> int:
        """How many processes to use: as many as can run at once, and not more than allowed."""
        from ilofeed.workers import processors

        return min(processors(), self.jobs or processors())


def after(base_url: str | None = None, **told: Any) -> After:
    """What a build comes after, of the options as they were written."""
    return After(base_url=read_base_url(base_url), **told)


def read_clock(given: Moment | None) -> dt.datetime:
    """The one reading of the clock: --now, else SOURCE_DATE_EPOCH, else now. In UTC."""
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


def output_folder(root: Path, output: Path) -> Path:
    """The folder to publish to; never one that holds what editors wrote."""
    target, home = (root / output).resolve(), root.resolve()
    entries = home / "entries"
    if target in (home, *home.parents) or entries in (target, *target.parents):
        raise OptionError(f"--output {output} would mix the output with the office's files")
    return target


def read_base_url(text: str | None) -> str | None:
    """The address that takes the place of site.url, ending in a slash."""
    from ilofeed.urls import AddressError, to_folder

    if text is None:
        return None
    try:
        return to_folder(text)
    except AddressError as error:
        raise OptionError(f"--base-url: {error}") from error


def terms(option: str, known: Collection[str], given: Sequence[str]) -> list[str]:
    """The terms given, each once and known; the only one there is where none is given."""
    if not given and len(known) != 1:
        raise OptionError(f"{option} is missing; known: {', '.join(known)}")
    for name in given:
        if name not in known:
            raise OptionError(f"{quote(name)} is not in feeds.yaml{did_you_mean(name, known)}")
    return list(dict.fromkeys(given or known))
