"""The chain: read -> check -> select -> render -> verify -> guard -> publish.

Only the first and the last stage touch the disk. What is wrong with the office's files, or with a
document that was made of them, is a value in the draft; an exception is a broken disk or a bug.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from ilofeed.content import Site, check, check_office, read_again, read_office
from ilofeed.feeds import MANIFEST, Ledger, Selection, next_change, select, waiting_entries
from ilofeed.model import AnyDocument, Office
from ilofeed.pages import render_changed
from ilofeed.problems import Problem, has_errors
from ilofeed.publish import (
    BuildSummary,
    Input,
    LastShown,
    NewBuild,
    Output,
    PreviousBuild,
    PublishResult,
    check_continuity,
    keep_entries,
    make_ledger,
    publish,
    read_manifest,
    render_manifest,
    save_state,
    scan_inputs,
)
from ilofeed.verify import Fault, verify_changed
from ilofeed.workers import ALONE, Workers

StageProgress: TypeAlias = "Callable[[str, int, int], None]"


def ignore_stages(_stage: str, _done: int, _total: int) -> None:
    """Ignore progress reports."""


@dataclass(frozen=True)
class BuildContext:
    """What a build comes after, and how it may work.

    `before` is what subscribers were shown, `allowed` the rules of the guard that may be broken.
    `progress` is called with each stage, how much of it is done, and of how much.
    """

    base_url: str | None = None
    before: Ledger | None = None
    allowed: Collection[str] = ()
    previous: PreviousBuild = field(default_factory=PreviousBuild)
    processes: int = 1
    progress: StageProgress = ignore_stages

    def begin(self, stage: str) -> Workers:
        """Report the start of a stage; return the workers for it."""
        self.progress(stage, 0, 1)
        return Workers(self.processes, partial(self.progress, stage))

    @property
    def kept(self) -> Ledger | None:
        """The ledger of which empty feeds are kept; none are where feeds may vanish."""
        if self.before is None or "feed-vanished" not in self.allowed:
            return self.before
        return dataclasses.replace(self.before, documents={})


@dataclass(frozen=True)
class Draft:
    """A site that was checked, rendered and verified, and is not published yet."""

    site: Site | None
    problems: tuple[Problem, ...]
    inputs: Mapping[bytes, Input] = field(default_factory=dict)  # before they were read
    documents: tuple[AnyDocument, ...] = ()
    faults: tuple[Fault, ...] = ()
    refused: tuple[Problem, ...] = ()  # what the guard does not let through
    waiting: tuple[str, ...] = ()  # ids of the entries whose date has not come
    ledger: Ledger | None = None  # what subscribers would be shown
    proofs: Mapping[str, bytes] = field(default_factory=dict)  # by path; true without faults


def prepare(root: Path, now: dt.datetime, context: BuildContext | None = None) -> Draft:
    """Do everything but publish."""
    context = context or BuildContext()
    previous = context.previous
    context.begin("Reading")
    inputs = scan_inputs(root)
    sources = read_office(root, previous.unchanged(inputs))
    workers = context.begin("Checking")
    site, problems = check(sources, now, context.base_url, previous.entries.recall, workers)
    if sources.unchanged and (site is None or not site.recalled.issuperset(sources.unchanged)):
        # what cannot be recalled is read now; and what is wrong, for its place
        sources = read_office(root)
        site, problems = check(sources, now, context.base_url, previous.entries.recall, workers)
    del sources  # those of a large office take as much memory as its entries
    if site is None:
        return Draft(None, tuple(problems))
    workers = context.begin("Making")
    selection = select(site, now, context.kept)
    documents = render_changed(selection, previous.outputs, workers)
    ledger = make_ledger(selection, documents, previous.ledger, Workers(context.processes))
    documents = (*documents, render_manifest(ledger))
    workers = context.begin("Verifying")
    faults, proofs = verify_changed(documents, site.office, previous.proofs, workers)
    context.begin("Comparing")
    refused: list[Problem] = []
    if context.before is not None:
        refused = check_continuity(
            site, context.before, ledger, partial(read_again, root), now, context.allowed
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
        proofs=proofs,
    )


def finish(draft: Draft, output: Path) -> PublishResult:
    """Publish a draft without faults, under the lock of its output folder (`publish.locked`)."""
    assert draft.site is not None
    assert not draft.faults
    return publish(draft.documents, output, read_manifest(output))


def remember(
    draft: Draft,
    output: Path,
    now: dt.datetime,
    context: BuildContext,
    changes: PublishResult,
    summary: str | None,
) -> None:
    """Remember a build that was published, for the next one, under the lock of its output.

    The next one says the `summary` if it has nothing to do. Without one it remembers only what
    subscribers are shown: a build after another manifest than that of its output.
    """
    assert draft.site is not None
    digests = {document.path: document.sha256 for document in draft.documents}
    shown = LastShown(digests[MANIFEST], frozenset(draft.waiting))
    last, build = context.previous.state, None
    if summary is not None:
        troubled = {problem.path for problem in draft.problems}
        until = next_change(draft.site.entries, now)
        entries = keep_entries(draft.site, now, troubled, context.previous.entries)
        build = NewBuild(
            base_url=context.base_url,
            since=now.timestamp(),
            until=until.timestamp() if until is not None else None,
            summary=BuildSummary(summary, draft.problems),
            settings=entries.settings,
            inputs=draft.inputs,
            outputs=[
                Output(
                    document.path,
                    document.kind,
                    document.recipe,
                    bytes.fromhex(digests[document.path]),
                    draft.proofs[document.path],
                )
                for document in draft.documents
            ],
            written=changes.written,
            entries=entries.rows,
        )
    save_state(output, shown, last, build)


def make(selection: Selection, workers: Workers = ALONE) -> tuple[AnyDocument, ...]:
    """Render every document of a site, the manifest last."""
    documents = render_changed(selection, {}, workers)
    return (*documents, render_manifest(make_ledger(selection, documents, workers=workers)))


def read_settings(root: Path, now: dt.datetime) -> tuple[Office | None, list[str], list[Problem]]:
    """Return the office alone, None if feeds.yaml has errors, and the paths of its entry files."""
    sources = read_office(root)
    problems = [problem for problem in sources.problems if problem.path == "feeds.yaml"]
    office = None
    if sources.office is not None:
        office, office_problems = check_office(sources.office, now)
        problems += office_problems
    paths = [path for path, _ in sources.entries] + list(sources.refused)
    return (None if has_errors(problems) else office), paths, sorted(problems)
