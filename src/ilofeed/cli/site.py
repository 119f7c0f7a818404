"""The commands for the site on this machine: check, build, compare, preview.

Modules that are slow to load are imported by the commands that need them, to keep `--help` and a
build without changes fast.
"""

from __future__ import annotations

import errno
import gc
import signal
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from ilofeed.cli import console, options
from ilofeed.problems import RULES, Problem, attempting, did_you_mean, has_errors, plural, quote

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from ilofeed.build import BuildContext
    from ilofeed.content import Sources
    from ilofeed.guard import Format
    from ilofeed.preview import Server, Watcher
    from ilofeed.publish import Previous, PreviousBuild


STDIN = "-"


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE…]")
@click.option(
    "--stdin-filename",
    metavar="FILE",
    help="Check the text on standard input as this file; FILE… is then -.",
)
@options.form
@options.strict
@options.verbose
@options.clock
@click.pass_context
def check(
    ctx: click.Context,
    /,
    *,
    files: Sequence[str],
    stdin_filename: str | None,
    form: str,
    strict: bool,
    verbose: bool,
    clock: dt.datetime,
) -> int:
    """Check all files, and verify the whole site in memory.

    Nothing is written. With FILE…, files or folders of the office, print only the problems of these
    files. The whole office is read, because other entries matter, but nothing is rendered.
    """
    root: Path = ctx.obj
    if files or stdin_filename is not None:
        return _check_files(root, files, stdin_filename, form, clock, strict=strict)
    from ilofeed import build as chain
    from ilofeed.workers import processors

    progress = console.Progress()
    context = chain.BuildContext(processes=processors(), progress=progress)
    draft = chain.prepare(root, clock, context)
    progress.end()
    code = console.report(root, draft.problems, draft.faults, form, strict=strict)
    if code == console.DONE:
        console.inform(f"{console.counts(draft)}: no problems")
    if verbose:
        console.say(progress.summary())
    return code


def _check_files(
    root: Path,
    files: Sequence[str],
    stdin_filename: str | None,
    form: str,
    clock: dt.datetime,
    *,
    strict: bool,
) -> int:
    """Print the problems of some files, and whether other files have any."""
    from ilofeed.content import check as check_sources
    from ilofeed.content import read_office

    if (STDIN in files) != (stdin_filename is not None) or (stdin_filename and len(files) > 1):
        raise options.OptionError("to check standard input, write: - --stdin-filename FILE")
    sources = read_office(root)
    if stdin_filename is not None:
        files = [stdin_filename]
        data = sys.stdin.buffer.read()
        sources = _with_text(sources, options.office_path(root, stdin_filename), data)
    paths = [options.office_path(root, file) for file in files]
    known = ["feeds.yaml", *dict(sources.entries), *sources.files, *sources.refused]
    for file, path in zip(files, paths, strict=True):
        if not any(f"{name}/".startswith(f"{path}/") for name in known):
            message = f"{quote(file)} is not a file of the office{did_you_mean(path, known)}"
            raise options.OptionError(message)
    _, problems = check_sources(sources, clock)
    shown = [
        problem
        for problem in problems
        if any(f"{problem.path}/".startswith(f"{path}/") for path in paths)
    ]
    code = console.report(root, shown, (), form, strict=strict)
    if code == console.DONE:
        console.inform(f"{plural(len(paths), 'file')}: no problems")
    if others := len({problem.path for problem in problems} - {problem.path for problem in shown}):
        console.say(f"{plural(others, 'other file')} of the office with problems: `ilofeed check`")
    return code


def _with_text(sources: Sources, path: str, data: bytes) -> Sources:
    """Return the sources with the text of one file replaced or added."""
    if path == "feeds.yaml":
        return replace(sources, office=data)
    if not (path.startswith("entries/") and path.endswith(".md")):
        message = f"--stdin-filename {path}: expected feeds.yaml or a file entries/….md"
        raise options.OptionError(message)
    entries = dict(sources.entries) | {path: data}
    refused = tuple(name for name in sources.refused if name != path)
    problems = tuple(problem for problem in sources.problems if problem.path != path)
    return replace(
        sources, entries=tuple(sorted(entries.items())), refused=refused, problems=problems
    )


@click.command()
@options.output
@options.base_url
@options.form
@options.strict
@options.previous
@options.repeated(
    "--allow",
    "allowed",
    "RULE",
    "Permit once what the continuity guard refuses by this rule.",
    RULES,
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Maximum number of processes. The output is the same for any number.",
)
@click.option(
    "--check-output",
    is_flag=True,
    help="Read all published files, and repair those that a disk has damaged.",
)
@click.option(
    "--precompress",
    is_flag=True,
    help="Write a compressed copy (.gz) next to each text, for servers that send such files.",
)
@click.option(
    "--no-sync",
    "sync",
    flag_value=False,
    default=True,
    help="Do not wait until the disk has everything; only for output that is thrown away.",
)
@options.verbose
@options.clock
@click.pass_obj
def build(
    root: Path, /, *, form: str, strict: bool, verbose: bool, clock: dt.datetime, **given: Any
) -> int:
    """Check and verify everything, and publish what changed."""
    build_options, progress = options.BuildOptions(**given), console.Progress()
    progress("Starting", 0, 1)
    code = _nothing_to_do(root, clock, build_options, form, strict=strict)
    if code is None:
        code = _build(root, clock, build_options, form, progress, strict=strict)
    if verbose:
        console.say(progress.summary())
    return code


def _nothing_to_do(
    root: Path, clock: dt.datetime, given: options.BuildOptions, form: str, *, strict: bool
) -> int | None:
    """Repeat the last build's report if a build would change nothing; return its exit code, or None
    if there is something to do."""
    from ilofeed.publish import recall_summary

    started = time.monotonic()
    target = options.output_folder(root, given.output)
    if given.previous is not None or given.check_output:
        return None
    summary = recall_summary(
        root, target, given.base_url, clock.timestamp(), precompress=given.precompress
    )
    if summary is None or (strict and summary.problems):
        return None
    code = console.DONE
    if summary.problems or form != "auto":  # programs expect an empty list
        code = console.report(root, summary.problems, (), form, strict=strict)
    console.inform(f"{summary.text}: nothing changed ({time.monotonic() - started:.1f} s)")
    console.inform("subscribers see 0 new, 0 changed, 0 gone")
    return code


def _build(
    root: Path,
    clock: dt.datetime,
    given: options.BuildOptions,
    form: str,
    progress: console.Progress,
    *,
    strict: bool,
) -> int:
    """Publish what changed, and print what subscribers notice."""
    from ilofeed import build as chain
    from ilofeed.guard import compare
    from ilofeed.publish import load_previous, output, recall_build

    started = time.monotonic()
    gc.set_threshold(100_000, 50, 100)  # little is garbage until the build ends
    target = options.output_folder(root, given.output)
    with attempting(f"build into {target}"), output.locked(target, console.say):
        previous = recall_build(target, check=given.check_output)
        damaged = previous.state.damaged
        before = load_previous(_previous(root, clock, given), root, target, damaged)
        for line in before.notice.splitlines():
            console.say(line)
        context = _context(given, before, progress, previous)
        draft = chain.prepare(root, clock, context)
        progress.end()
        problems = sorted([*draft.problems, *draft.refused])
        code = console.report(root, problems, draft.faults, form, strict=strict)
        if code != console.DONE:
            return code
        progress("Publishing", 0, 1)
        changes = chain.finish(draft, target, context)
        counted = console.counts(draft)
        summary = f"{counted}, {console.documents(len(draft.documents), target)}"
        repeated = summary if given.previous is None else None
        chain.remember(draft, target, clock, context, changes, repeated)
    seconds = time.monotonic() - started
    console.inform(f"{counted}, {console.changed(changes, target)} ({seconds:.1f} s)")
    if before.ledger is not None and draft.ledger is not None:
        difference = compare(before.ledger, draft.ledger, previous.state.shown.waiting)
        console.inform(console.noticed(difference))
    gc.freeze()  # skip the collection at exit
    return console.DONE


def _previous(root: Path, clock: dt.datetime, given: options.BuildOptions) -> str | None:
    """Return the path or URL of the previous manifest, with `live` replaced by its URL."""
    if given.previous != "live":
        return given.previous
    from ilofeed.feeds import MANIFEST

    url, _ = options.site_address(root, clock, given.base_url)
    return f"{url}{MANIFEST}" if url is not None else "none"  # feeds.yaml has errors


def _context(
    given: options.BuildOptions,
    before: Previous,
    progress: console.Progress,
    previous: PreviousBuild | None = None,
) -> BuildContext:
    from ilofeed.build import BuildContext
    from ilofeed.publish import PreviousBuild

    return BuildContext(
        base_url=given.base_url,
        before=before,
        allowed=given.allowed,
        previous=previous or PreviousBuild(),
        processes=given.processes,
        precompress=given.precompress,
        sync=given.sync,
        progress=progress,
    )


@click.command()
@options.output
@options.base_url
@options.previous
@options.output_format("text", "json", "markdown")
@options.verbose
@options.clock
@click.pass_obj
def diff(root: Path, /, *, form: Format, verbose: bool, clock: dt.datetime, **given: Any) -> int:
    """Print what the next build would change for subscribers."""
    from ilofeed import build as chain
    from ilofeed.feeds import Ledger
    from ilofeed.guard import FORMATS, compare
    from ilofeed.publish import load_previous, load_state

    build_options, progress = options.BuildOptions(**given), console.Progress()
    target = options.output_folder(root, build_options.output)
    before = load_previous(_previous(root, clock, build_options), root, target)
    for line in before.notice.splitlines():
        console.say(line)
    before = replace(before, ledger=before.ledger or Ledger({}, {}, frozenset()))
    waiting = load_state(target).shown.waiting
    draft = chain.prepare(root, clock, _context(build_options, before, progress))
    progress.end()
    if verbose:
        console.say(progress.summary())
    if draft.ledger is None or draft.faults or has_errors(draft.problems):
        return console.report(root, draft.problems, draft.faults)
    assert before.ledger is not None
    difference = compare(before.ledger, draft.ledger, waiting)
    text = FORMATS[form](difference, draft.refused)
    console.output(text.encode() if form == "json" else text)
    if form != "text":
        return console.REFUSED if has_errors(draft.refused) else console.DONE
    return console.report(root, draft.refused, (), "text")


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port on this machine; 0 for any free port.",
)
@click.pass_obj
def serve(root: Path, port: int) -> int:
    """Preview the site in a browser; it reloads when a file is saved.

    Drafts and entries with a future date are shown with a mark, and problems on the page of the
    entry that has them. Nothing is published or verified; `check` verifies.
    """
    from ilofeed.preview import Server, Watcher

    try:
        with attempting(f"listen on port {port}"):
            server = Server(port)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        console.say(f"port {port} is not available; choose another with --port, or 0 for any")
        return console.BROKEN_DISK
    watcher = Watcher(root)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, watcher.stop)
    hang_up = getattr(signal, "SIGHUP", signal.SIGTERM)  # Windows has none
    if signal.getsignal(hang_up) is not signal.SIG_IGN:  # as it is under `nohup`
        signal.signal(hang_up, watcher.stop)
    watcher.start()
    server.start()
    console.answer(server.address)
    console.inform("showing drafts and entries with a future date, with a mark; stop with Ctrl-C")
    _follow(root, watcher, server)
    server.close()
    return console.DONE


def _follow(root: Path, watcher: Watcher, server: Server) -> None:
    """Update the preview until the watcher is stopped; print problems when they change."""
    shown: tuple[Problem, ...] = ()
    for update in watcher.follow(server, lambda: options.read_clock(None)):
        if isinstance(update, OSError):
            console.say(f"ilofeed: {console.sentence(update)}")
            continue
        preview = update.preview
        if preview.problems != shown:
            console.show(root, preview.problems)
            shown = preview.problems
        entries = len(preview.selection.entries) if preview.selection is not None else 0
        waiting = f" ({len(preview.marks)} not published)" if preview.marks else ""
        verdict = plural(len(shown), "problem") if shown else "no problems"
        milliseconds = f"{update.seconds * 1000:.0f} ms"
        console.inform(
            f"{plural(entries, 'entry', 'entries')}{waiting}: {verdict} ({milliseconds})"
        )
