"""Work shared among processes: the same results in the same order, whatever happens to one."""

from __future__ import annotations

import dataclasses
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from ilofeed.build import render_site
from ilofeed.content.entry import check_entry
from ilofeed.content.site import check
from ilofeed.feeds.selection import select
from ilofeed.verify.verification import verify
from ilofeed.workers import Workers, processors
from offices import NOW, documents, entry, site, sources

pytestmark = pytest.mark.slow


def test_results_are_those_of_one_process() -> None:
    parent, seen = os.getpid(), []
    for processes in (1, 2, 3, 7, 100):
        for number in (0, 1, 2, 5, 23):
            found = Workers(processes).map(lambda item: (item * item, os.getpid()), range(number))
            assert [square for square, _ in found] == [n * n for n in range(number)]
            seen.append(len({process for _, process in found}))
            assert number == 0 or found[0][1] == parent
    assert max(seen) == 23
    assert processors() >= 1


def test_progress_takes_the_others_to_be_as_far_as_this_process() -> None:
    told: list[tuple[int, int]] = []
    Workers(2, lambda done, total: told.append((done, total))).map(abs, range(5))
    assert told == [(1, 5), (3, 5), (5, 5)]
    told.clear()
    Workers(1, lambda done, total: told.append((done, total))).map(abs, range(2))
    assert told == [(1, 2), (2, 2)]


def test_what_a_process_does_not_deliver_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getpid()

    def dies(item: int) -> int:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    assert Workers(2).map(dies, range(6)) == list(range(6))

    def fails(item: int) -> int:
        if os.getpid() != parent:
            raise MemoryError
        return item

    assert Workers(2).map(fails, range(6)) == list(range(6))

    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    assert Workers(2).map(abs, range(6)) == list(range(6))
    with monkeypatch.context() as windows:
        windows.setattr(sys, "platform", "win32")
        windows.delattr(os, "fork")
        assert Workers(2).map(abs, range(6)) == list(range(6))
        assert processors() == 1


def children() -> set[str]:
    """The processes that this one has started and that are not gone; a browser may be one."""
    lists = Path("/proc/self/task").glob("*/children")
    return {number for path in lists for number in path.read_text().split()}


def test_an_error_here_is_an_error() -> None:
    before = children()
    with pytest.raises(ZeroDivisionError):
        Workers(2).map(lambda item: 1 // item, [0, 0])
    assert children() == before  # no process is left


def test_faults_are_the_same_for_any_number_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ilofeed.verify.verification.WORTH_SHARING", 0)
    made = site(wages=entry(), jobs=entry(countries="[CN]"))
    damaged = [
        dataclasses.replace(document, data=document.data.replace(b"Wages rise", b"Wages fall"))
        for document in documents(made).values()
    ]
    faults = verify(damaged, made.office)
    assert len({fault.path for fault in faults}) > 5
    for processes in (2, 3):
        assert verify(damaged, made.office, Workers(processes)) == faults


def office_of(number: int) -> dict[str, Any]:
    """Every kind of page: with a body, an event, a link, a translation, withdrawn."""
    kinds: list[dict[str, Any]] = [
        {"body": "Some *text*."},
        {"event": "{start: 2015-06-01}"},
        {"link": "https://example.org/n", "countries": "[CN]"},
        {"withdrawn": "2016-01-01"},
        {"language": "mn", "translation_of": "original"},
    ]
    made = {}
    for n in range(number):
        keys = kinds[n % len(kinds)]
        original = {"translation_of": f"e{n - 4}"} if "translation_of" in keys else {}
        made[f"e{n}"] = entry(**keys | original)
    return made


def test_a_site_is_the_same_for_any_number_of_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("content.site", "pages.render"):
        monkeypatch.setattr(f"ilofeed.{module}.WORTH_SHARING", 0)
    read = sources(**office_of(12))
    alone, problems = check(read, NOW)
    assert alone is not None
    for processes in (2, 3):
        made, found = check(read, NOW, workers=Workers(processes))
        assert (made, found) == (alone, problems)
        assert made is not None
        assert render_site(select(made, NOW), Workers(processes)) == render_site(select(alone, NOW))


def test_problems_between_files_have_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    read = sources(
        a=entry(id="same"), b=entry(id="same"), c=entry(translation_of="nobody"), d=entry(date="x")
    )
    _, problems = check(read, NOW)
    assert 1 not in {problem.line for problem in problems}
    monkeypatch.setattr("ilofeed.content.site.WORTH_SHARING", 0)  # these count as many
    for processes in (1, 2):
        assert check(read, NOW, workers=Workers(processes)) == (None, problems)


def test_what_is_checked_elsewhere_comes_back() -> None:
    """Or it would all be done here, and nobody would notice."""
    read = sources(**office_of(12))
    made, _ = check(read, NOW)
    assert made is not None
    for one in made.entries:
        copy = pickle.loads(pickle.dumps(one))
        assert copy == one
        assert copy.published.tzinfo is one.published.tzinfo
    parent = os.getpid()

    def work(file: tuple[str, bytes]) -> tuple[int, Any]:
        return os.getpid(), check_entry(*file, made.office, {}, NOW)

    found = Workers(2).map(work, read.entries)
    assert {process == parent for process, _ in found} == {True, False}
    assert [one.entry for _, one in found] == [
        one.entry for one in (check_entry(*file, made.office, {}, NOW) for file in read.entries)
    ]
