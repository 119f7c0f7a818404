"""What people at a terminal, and machines behind one, are told: problems, faults, a summary."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ilofeed.cli import options
from ilofeed.problems import GUARDED, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ilofeed.build import Draft
    from ilofeed.cli.report import Style
    from ilofeed.problems import Problem
    from ilofeed.publish import Changes, Difference
    from ilofeed.verify import Fault

DONE, WRONG_FILES, USAGE, NOT_VERIFIED, BROKEN_DISK, REFUSED = range(6)
STOPPED = 130  # as a shell says it of a command that was interrupted
_RED, _YELLOW, _PLAIN = "\033[1;31m", "\033[1;33m", "\033[0m"


def keep_every_word() -> None:
    """Let a terminal of another encoding show what it cannot by its code, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def sentence(error: OSError) -> str:
    """What the system says of a file that could not be read or written."""
    where = f"{error.filename}: " if error.filename else ""
    return where + error.strerror if error.strerror is not None else str(error)


def ending(error: BaseException) -> int | None:
    """The exit code of a command that ends in an error, which is told of; None where it is none
    that anybody can do something about."""
    if isinstance(error, KeyboardInterrupt | EOFError):
        say("\nstopped")  # the line that a terminal has begun is ended first
        return STOPPED
    if isinstance(error, options.OptionError):
        say(f"Error: {error}")
        return USAGE
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_DISK
    if isinstance(error, OSError):
        say(f"ilofeed: {sentence(error)}")
        return BROKEN_DISK
    return None


def say(text: str) -> None:
    """A line for people, where it does not mix with the problems."""
    print(text, file=sys.stderr)  # noqa: T201


def answer(text: str, end: str = "\n") -> None:
    """What a command was asked for."""
    print(text, end=end)  # noqa: T201


def report(
    root: Path, problems: Sequence[Problem], faults: Sequence[Fault], form: str, *, strict: bool
) -> int:
    """Print problems and faults, and return the exit code they mean."""
    show(root, problems, faults, form)
    return _verdict(problems, faults, strict=strict)


def show(
    root: Path, problems: Sequence[Problem], faults: Sequence[Fault] = (), form: str = "text"
) -> None:
    """Print problems and faults."""
    from ilofeed.cli.report import REPORTERS

    style = _style(form)
    if style == "github" and not root.is_absolute() and root != Path():
        # annotations name files from the repository's root
        problems = [dataclasses.replace(p, path=(root / p.path).as_posix()) for p in problems]
    text = REPORTERS[style](problems, faults)
    if style == "text" and sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        text = text.replace(": error: ", f": {_RED}error:{_PLAIN} ")
        text = text.replace(": warning: ", f": {_YELLOW}warning:{_PLAIN} ")
    sys.stdout.write(text)
    sys.stdout.flush()


def _style(form: str) -> Style:
    if form == "github" or (form == "auto" and os.environ.get("GITHUB_ACTIONS") == "true"):
        return "github"
    return "json" if form == "json" else "text"


def _verdict(problems: Sequence[Problem], faults: Sequence[Fault], *, strict: bool) -> int:
    # what the continuity guard says is no mistake in a file, and has an exit code of its own
    mistakes = [problem for problem in problems if problem.code not in GUARDED]
    errors = [problem for problem in mistakes if strict or problem.severity == "error"]
    if errors:
        files = len({problem.path for problem in errors})
        say(
            f"{plural(len(errors), 'problem')} in {plural(files, 'file')}, nothing is published; "
            f"`ilofeed explain {errors[0].code}` tells more about the first"
        )
        return WRONG_FILES
    if faults:
        paths = len({fault.path for fault in faults})
        if all(fault.field == "address" for fault in faults):
            say(f"links in {plural(paths, 'file')} lead nowhere, nothing is published")
        else:
            say(f"{plural(paths, 'document')} did not come back as sent, nothing is published")
        return NOT_VERIFIED
    refused = [problem for problem in problems if problem.severity == "error"]
    if refused:
        say(
            f"{plural(len(refused), 'thing')} that subscribers would lose or see twice, "
            f"nothing is published; `ilofeed explain {refused[0].code}` tells more about the first"
        )
        return REFUSED
    return DONE


def counts(draft: Draft) -> str:
    """How many entries and feeds a site has."""
    assert draft.site is not None
    entries = draft.site.entries
    drafts, waiting = sum(entry.draft for entry in entries), len(draft.waiting)
    notes = [plural(drafts, "draft")] * bool(drafts) + [f"{waiting} not out yet"] * bool(waiting)
    feeds = {document.feed.spec.path for document in draft.documents if document.feed}
    text = plural(len(entries), "entry", "entries")
    return text + (f" ({', '.join(notes)})" if notes else "") + f", {plural(len(feeds), 'feed')}"


def noticed(found: Difference) -> str:
    """What subscribers notice, in numbers."""
    new, gone = len(found.new) + len(found.released), len(found.gone)
    changed = len(found.updated) + len(found.changed)
    counted = [f"{new} new", f"{changed} changed", f"{gone} gone"]
    for name in ("withdrawn", "returned", "renamed"):
        counted += [f"{len(getattr(found, name))} {name}"] * bool(getattr(found, name))
    return f"subscribers see {', '.join(counted)}"


def changed(changes: Changes, target: Path) -> str:
    """What publishing did to the output."""
    total = len(changes.written) + len(changes.unchanged)
    what = "nothing changed"
    if changes.written or changes.deleted:
        what = f"{len(changes.written)} written, {len(changes.deleted)} deleted"
    return f"{documents(total, target)}: {what}"


def documents(number: int, target: Path) -> str:
    """How many documents an output has."""
    return f"{plural(number, 'document')} in {target}"
