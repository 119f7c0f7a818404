"""The chain: read -> check -> select -> render -> verify -> guard -> publish.

Only the first and the last stage use the disk. Problems of the office's files and of rendered
documents are returned in a `Draft`; an exception means a disk failure or a bug.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from ilofeed.content import (
    Site,
    Sources,
    check,
    check_office,
    describe_dead_link,
    missing_targets,
    read_office,
    read_or_empty,
)
from ilofeed.feeds import MANIFEST, Ledger, Selection, next_change, select, waiting_entries
from ilofeed.guard import (
    check_continuity,
    keep_first,
    make_ledger,
    render_manifest,
    with_advice,
)
from ilofeed.media import files_of, render_files
from ilofeed.model import AnyDocument, Office, in_order
from ilofeed.pages import render_changed
from ilofeed.problems import Problem, has_errors
from ilofeed.publish import (
    BuildSummary,
    Input,
    LastShown,
    NewBuild,
    Output,
    Previous,
    PreviousBuild,
    PublishResult,
    compress,
    input_of,
    keep_entries,
    publish,
    save_state,
    scan_inputs,
)
from ilofeed.text import decode
from ilofeed.verify import Fault, verify
from ilofeed.workers import ALONE, Workers

StageProgress: TypeAlias = "Callable[[str, int, int], None]"


def ignore_stages(_stage: str, _done: int, _total: int) -> None:
    """Ignore progress reports."""


@dataclass(frozen=True)
class BuildContext:
    """The previous build and the options of a build.

    `before` is what subscribers saw, `allowed` the rules of the guard to ignore. With `sync`, what
    is published is on the disk before the build ends; with `precompress`, there are compressed
    copies of it. `progress` is called with the name of the stage, the number of items done, and
    their total.
    """

    base_url: str | None = None
    before: Previous = field(default_factory=Previous)
    allowed: Collection[str] = ()
    previous: PreviousBuild = field(default_factory=PreviousBuild)
    processes: int = 1
    sync: bool = True
    precompress: bool = False
    progress: StageProgress = ignore_stages

    def begin(self, stage: str) -> Workers:
        """Report the start of a stage and return its workers."""
        self.progress(stage, 0, 1)
        return Workers(self.processes, partial(self.progress, stage))

    @property
    def feeds_to_keep(self) -> Ledger | None:
        """The previous ledger, whose empty feeds stay published; without its feeds if allowed."""
        ledger = self.before.ledger
        if ledger is None or "feed-vanished" not in self.allowed:
            return ledger
        return dataclasses.replace(ledger, documents={})


@dataclass(frozen=True)
class Draft:
    """The result of a build before publishing. It must not have errors to be published."""

    site: Site | None
    problems: tuple[Problem, ...]
    inputs: Mapping[bytes, Input] = field(default_factory=dict)  # scanned before reading
    documents: tuple[AnyDocument, ...] = ()
    faults: tuple[Fault, ...] = ()
    refused: tuple[Problem, ...] = ()  # problems that the guard reports
    waiting: tuple[str, ...] = ()  # ids of future-dated entries
    ledger: Ledger | None = None  # what subscribers would see


def prepare(root: Path, now: dt.datetime, context: BuildContext | None = None) -> Draft:
    """Run all stages except publishing. `now` has a time zone. Raise `OSError` on disk failure."""
    context = context or BuildContext()
    previous = context.previous
    context.begin("Reading")
    inputs = scan_inputs(root)
    sources = read_office(root, previous.unchanged(inputs))
    workers = context.begin("Checking")
    site, problems = check(sources, now, context.base_url, previous.entries.recall, workers)
    with_problems = {problem.path for problem in problems}
    if sources.unchanged and (
        site is None
        or not site.cached.issuperset(sources.unchanged)
        or not with_problems.isdisjoint(sources.unchanged)
    ):
        # read the files again that could not be recalled, or that are needed to report problems
        sources = read_office(root)
        site, problems = check(sources, now, context.base_url, previous.entries.recall, workers)
    del sources  # free memory: the files take as much as the entries
    if site is None:
        return Draft(None, tuple(problems))
    workers = context.begin("Making")
    selection = select(site, now, context.feeds_to_keep)
    files = files_of(site.office, selection.entries)
    brand = (input_of(root, file.source, file.digest) for file in files_of(site.office, ()))
    inputs |= {file.path: file for file in brand}
    documents = in_order(
        [
            *render_changed(selection, previous.outputs, workers),
            *render_files(files, site.files, previous.outputs, workers),
        ]
    )
    ledger = make_ledger(selection, documents, previous.ledger, Workers(context.processes))
    if context.before.ledger is not None:
        ledger = keep_first(context.before.ledger, ledger, site.office)
    copies: list[AnyDocument] = []
    if context.precompress:
        copies = compress(documents, previous.outputs, context.begin("Compressing"))
        ledger = dataclasses.replace(ledger, files=ledger.files | {copy.path for copy in copies})
    documents = (*copies, *documents, render_manifest(ledger))
    workers = context.begin("Verifying")
    faults = verify(documents, site.office, workers, previous.state.outputs)
    dead, faults = _dead_links(faults, partial(read_or_empty, root))
    missing = missing_targets(
        read_or_empty(root, "feeds.yaml"), site.office, {document.path for document in documents}
    )
    problems = sorted([*problems, *dead, *missing])
    context.begin("Comparing")
    refused: list[Problem] = []
    if context.before.lost:
        lost = Problem("feeds.yaml", 1, 1, "manifest-lost", context.before.lost)
        refused.append(with_advice(lost, context.allowed))
    if context.before.ledger is not None:
        refused += check_continuity(
            site, context.before.ledger, ledger, partial(read_or_empty, root), now, context.allowed
        )
    return Draft(
        site=site,
        problems=tuple(problems),
        inputs=inputs,
        documents=documents,
        faults=tuple(faults),
        refused=tuple(refused),
        waiting=tuple(entry.id for entry in waiting_entries(site.entries, now)),
        ledger=ledger,
    )


def _dead_links(
    faults: list[Fault], read: Callable[[str], bytes]
) -> tuple[list[Problem], list[Fault]]:
    """Return a problem for each broken link that an editor wrote, and the other faults."""
    problems = []
    for fault in faults:
        if fault.field == "address" and fault.path.endswith(".md"):
            source, _ = decode(fault.path, read(fault.path))
            at = source.text.find(fault.found) if source is not None else -1
            if source is not None and at >= 0:
                message = describe_dead_link(fault.found)
                problems.append((fault.found, source.problem(at, "dead-link", message)))
    dead = {address for address, _ in problems}
    others = [fault for fault in faults if fault.field != "address" or fault.found not in dead]
    return [problem for _, problem in problems], others


def finish(draft: Draft, output: Path, context: BuildContext) -> PublishResult:
    """Publish a draft without faults, under the lock of its output folder (`publish.locked`)."""
    assert draft.site is not None
    assert not draft.faults
    return publish(draft.documents, output, context.before.owned, sync=context.sync)


def remember(
    draft: Draft,
    output: Path,
    now: dt.datetime,
    context: BuildContext,
    changes: PublishResult,
    summary: str | None,
) -> None:
    """Save the state of a published build for the next build. The caller holds the lock.

    The next build prints `summary` if nothing has changed. Without a summary only what subscribers
    saw is saved, as after a build that was compared with the manifest of another output.
    """
    assert draft.site is not None
    digests = {document.path: document.sha256 for document in draft.documents}
    shown = LastShown(digests[MANIFEST], frozenset(draft.waiting))
    last, build = context.previous.state, None
    if summary is not None:
        problem_paths = {problem.path for problem in draft.problems}
        until = next_change(draft.site.entries, now)
        entries = keep_entries(draft.site, now, problem_paths, context.previous.entries)
        build = NewBuild(
            base_url=context.base_url,
            precompress=context.precompress,
            since=now.timestamp(),
            until=until.timestamp() if until is not None else None,
            summary=BuildSummary(summary, draft.problems),
            settings=entries.settings,
            inputs=draft.inputs,
            outputs=[
                Output(each.path, each.kind, each.recipe, bytes.fromhex(digests[each.path]))
                for each in draft.documents
            ],
            written=changes.written,
            entries=entries.rows,
        )
    save_state(output, shown, last, build, sync=context.sync)


def render_site(selection: Selection, workers: Workers = ALONE) -> tuple[AnyDocument, ...]:
    """Render all documents of a site; the manifest is the last one."""
    documents = render_changed(selection, {}, workers)
    return (*documents, render_manifest(make_ledger(selection, documents, workers=workers)))


def read_settings(root: Path, now: dt.datetime) -> tuple[Office | None, list[str], list[Problem]]:
    """Return the office (None if it has errors), the paths of entry files, and the problems."""
    sources = read_office(root)
    paths = [path for path, _ in sources.entries] + list(sources.refused)
    office, problems = office_of(sources, now)
    return office, paths, problems


def office_of(sources: Sources, now: dt.datetime) -> tuple[Office | None, list[Problem]]:
    """Return the office of the files that were read (None if it has errors), and the problems."""
    problems = [problem for problem in sources.problems if problem.path == "feeds.yaml"]
    office = None
    if sources.office is not None:
        office, office_problems = check_office(sources.office, now)
        problems += office_problems
    return (None if has_errors(problems) else office), sorted(problems)
