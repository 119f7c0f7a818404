"""The chain: read -> parse -> check -> select -> render -> verify -> publish.

Only the first and the last stage touch the disk. What is wrong with the office's files, or with a
document that was made of them, is a value in the outcome; an exception is a broken disk or a bug.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from ilofeed.content import check, check_office, read_office
from ilofeed.document import Kept
from ilofeed.feeds import select, waiting
from ilofeed.pages import render_changed
from ilofeed.problems import has_errors
from ilofeed.publish import note_record, publish, read_manifest, render_manifest, write_waiting
from ilofeed.shares import quiet
from ilofeed.verify import Known, read_ours, verify_ahead, verify_changed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ilofeed.content import Site
    from ilofeed.document import AnyDocument
    from ilofeed.feeds import Ledger, Selection
    from ilofeed.helper import Answers
    from ilofeed.model import Office
    from ilofeed.problems import Problem
    from ilofeed.publish import Changes
    from ilofeed.shares import Progress
    from ilofeed.verify import Fault


Tell: TypeAlias = "Callable[[str, int, int], None]"


def _nobody(_stage: str, _done: int, _total: int) -> None:
    """Nobody is there to be told."""


@dataclass(frozen=True)
class Draft:
    """A site that was checked, rendered and verified, and is not published yet."""

    site: Site | None
    problems: tuple[Problem, ...]
    documents: tuple[AnyDocument, ...] = ()
    faults: tuple[Fault, ...] = ()
    waiting: tuple[str, ...] = ()  # ids of the entries whose date has not come
    ledger: Ledger | None = None  # what subscribers would be shown
    proven: Known | None = None  # of its documents, where there are no faults


def prepare(
    root: Path,
    now: dt.datetime,
    base_url: str | None = None,
    before: Ledger | None = None,
    tell: Tell = _nobody,
    processes: int = 1,
    known: Known | None = None,
) -> Draft:
    """Everything but publishing, after what subscribers were shown `before`.

    What is `known` to verify is not read back again, and what the output has is not made again.
    `tell` hears of each stage, how much is done of it, and of how much.
    """
    known = known or Known()
    tell("Reading", 0, 1)
    sources = read_office(root)
    tell("Checking", 0, 1)
    told = partial(tell, "Checking")
    site, problems = check(sources, now, base_url, processes, known.entries, told, note_record)
    if site is None:
        return Draft(None, tuple(problems))
    del sources  # a large office's takes as much as what was made of it
    tell("Making", 0, 1)
    seen = select(site, now, before)
    ahead: list[Answers[list[Fault]]] = []
    documents = make(
        seen,
        processes,
        known,
        partial(tell, "Making"),
        lambda made: ahead.append(verify_ahead(made, site.office)),
    )
    tell("Verifying", 0, 1)
    told = partial(tell, "Verifying")
    faults, proven = verify_changed(documents, site.office, known, told, processes, before, *ahead)
    ledger = _ledger(documents[-1])
    later = tuple(entry.id for entry in waiting(site.entries, now))
    return Draft(site, tuple(problems), documents, tuple(faults), later, ledger, proven)


def _ledger(manifest: AnyDocument) -> Ledger:
    assert not isinstance(manifest, Kept)  # it is made by each build
    return read_ours(manifest)


def make(
    seen: Selection,
    processes: int = 1,
    known: Known | None = None,
    progress: Progress = quiet,
    first: Callable[[Iterable[AnyDocument]], None] | None = None,
) -> tuple[AnyDocument, ...]:
    """Every document of a site, the manifest last; `first` sees those that people subscribe to."""
    made = known.made if known is not None else {}
    documents = render_changed(seen, made, processes, progress, first)
    return (*documents, render_manifest(seen, documents))


def finish(draft: Draft, output: Path, ours: str | None = None) -> Changes:
    """Publish a draft without faults, under the lock of its output folder (`publish.locked`), whose
    manifest may be `ours`."""
    assert draft.site is not None
    assert not draft.faults
    changes = publish(draft.documents, output, read_manifest(output, ours))
    write_waiting(output, draft.waiting)
    return changes


def read_settings(root: Path, now: dt.datetime) -> tuple[Office | None, list[str], list[Problem]]:
    """The office alone, None where feeds.yaml has errors, and the paths of its entry files."""
    sources = read_office(root)
    problems = [problem for problem in sources.problems if problem.path == "feeds.yaml"]
    office = None
    if sources.office is not None:
        office, found = check_office(sources.office, now)
        problems += found
    paths = [path for path, _ in sources.entries] + list(sources.refused)
    return (None if has_errors(problems) else office), paths, sorted(problems)
