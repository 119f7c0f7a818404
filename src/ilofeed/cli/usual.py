"""`build` as it is asked for most, read without click: where there is nothing to do, to load click
takes as long as to look. What is not plainly that is left to click, mistakes too."""

from __future__ import annotations

import gc
import os
import sys


def read(words: list[str]) -> tuple[str, str, int | None] | None:
    """The office's folder, the output as it is named, and the most processes, of what stands behind
    `ilofeed`; None where click is to read it."""
    root, output, jobs = ".", "public", None
    if words[:1] == ["-C"] and len(words) > 2:
        root, words = words[1], words[2:]
    names, values = words[1::2], words[2::2]
    if words[:1] != ["build"] or len(names) != len(values) or len(set(names)) < len(names):
        return None
    for name, text in zip(names, values, strict=True):
        if name == "--output":
            output = text
        elif name == "--jobs" and text.isascii() and text.isdigit() and len(text) < 9 and int(text):
            jobs = int(text)
        else:
            return None
    is_plain = os.name == "posix" and "_ILOFEED_COMPLETE" not in os.environ
    is_heard = sys.stdout is not None and sys.stderr is not None
    return (root, output, jobs) if is_plain and is_heard and _are_taken(root, output) else None


def _are_taken(root: str, output: str) -> bool:
    """Whether click would take both folders; it looks for either from where it stands."""
    is_there = os.path.isdir(root) and os.access(root, os.R_OK)  # noqa: PTH112
    is_free = not os.path.exists(output) or os.access(output, os.R_OK)  # noqa: PTH110
    return is_there and is_free and bool(output) and not f"{root[:1]}{output[:1]}".count("-")


def build(root: str, output: str, jobs: int | None) -> int:
    """Build; the exit code."""
    gc.disable()  # what is loaded and looked at stays: there is nothing to collect among it
    try:
        code = _glance(root, output)
        if code is None:
            code = _build(root, output, jobs)
    except BaseException as error:
        from ilofeed.cli import console

        ending = console.ending(error)
        if ending is None:
            raise
        return ending
    finally:
        gc.enable()
    return code


def _glance(root: str, output: str) -> int | None:
    """The exit code of a build that has nothing to do."""
    if "SOURCE_DATE_EPOCH" in os.environ:  # it is no time of the clock
        return None
    import time

    from ilofeed.cli import quick

    home = os.path.realpath(root)
    target = os.path.realpath(os.path.join(root, output))  # noqa: PTH118
    if f"{home}/".startswith(f"{target}/") or f"{target}/".startswith(f"{home}/entries/"):
        return None  # it is refused
    return quick.say(root, target, None, time.time())


def _build(root: str, output: str, jobs: int | None) -> int:
    from pathlib import Path

    from ilofeed.cli import console, options, progress

    console.keep_every_word()
    after, meter = options.After(Path(output), jobs=jobs), progress.Meter()
    meter("Starting", 0, 1)
    clock = options.read_clock(None)
    from ilofeed.cli import commands

    gc.freeze()
    gc.enable()
    return commands.build(Path(root), clock, after, "auto", meter, strict=False)
