"""A helper changes nothing but the time: its answers are the ones found here, and where it has
none, whatever the reason, they are found here."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed import build as chain
from ilofeed import helper
from ilofeed.shares import share
from ilofeed.verify import ahead
from ilofeed.verify.proof import Known
from ilofeed.verify.verification import verify_ahead, verify_changed
from offices import NOW, documents, entry, site, write_office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ilofeed.document import Document

ITEMS = {"one": 1, "two": 2, "three": 3, "four": 4}


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    yield
    helper.dismiss()


def nothing() -> None:
    """To be loaded."""


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def stops(number: int) -> tuple[int, int]:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def fails(number: int) -> tuple[int, int]:
    if number == 3:
        raise MemoryError
    return square(number)


def is_there(child: int) -> bool:
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return False
    return True


def test_its_answers_are_those_of_the_work() -> None:
    helper.start(nothing)
    (child,) = [one.id for one in helper._helpers]
    answers = helper.hand(square, ITEMS)
    for name in ("three", "one", "one", "four", "two"):
        assert answers.of(name) == (ITEMS[name] ** 2, child)
    assert answers.of("five") is None
    assert child != os.getpid()
    assert is_there(child)
    helper.dismiss()
    assert not is_there(child)
    assert answers.of("one") == (1, child)


def test_without_a_helper_there_are_no_answers() -> None:
    assert helper.hand(square, ITEMS).of("one") is None
    helper.start(nothing)
    assert helper.hand(square, {}).of("one") is None


@pytest.mark.parametrize("work", [stops, fails])
def test_what_it_leaves_is_found_here(work: Callable[[int], Any]) -> None:
    helper.start(nothing)
    answers = helper.hand(work, ITEMS)
    found = [answers.of(name) for name in ITEMS]
    assert [one is not None for one in found] == [True, True, False, False]
    assert helper._helpers == []


def breaks() -> None:
    raise ImportError


def dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("load", [breaks, dies])
@pytest.mark.parametrize("pause", [0, 0.2])
def test_one_that_dies_while_it_loads_is_none(load: Callable[[], None], pause: float) -> None:
    helper.start(load)
    time.sleep(pause)
    assert helper.hand(square, ITEMS).of("one") is None
    assert helper._helpers == []


def test_an_answer_that_is_cut_off_is_none() -> None:
    helper.start(nothing)
    (one,) = helper._helpers
    out, into = os.pipe()
    os.write(into, b"\x80\x04\x95")
    os.close(into)
    with os.fdopen(out, "rb") as told:
        helper._helpers[:] = [dataclasses.replace(one, told=told)]
        assert helper.Answers[int]({"one"}).of("one") is None
    one.told.close()


def test_where_no_process_is_to_be_had_there_is_no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    helper.start(nothing)
    assert helper._helpers == []
    monkeypatch.delattr(os, "fork")
    helper.start(nothing)
    assert helper._helpers == []


def test_what_is_too_much_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "MOST_BYTES", 100)
    helper.start(nothing)
    assert helper.hand(square, dict.fromkeys(map(str, range(100)), 1)).of("1") is None
    assert helper.hand(square, {"1": 1}).of("1") is not None


def test_there_is_one_at_most_and_none_beside_others() -> None:
    helper.start(nothing)
    (first,) = [one.id for one in helper._helpers]
    helper.start(nothing)
    assert not is_there(first)
    share(range(4), abs, 1)
    assert len(helper._helpers) == 1
    share(range(4), abs, 2)
    assert helper._helpers == []


def test_who_ends_leaves_none_behind() -> None:
    """However it ends."""
    code = (
        "import os, signal, sys; from ilofeed import helper; helper.start(lambda: None)\n"
        "print(helper._helpers[0].id, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    for _ in range(100):
        if not is_there(int(done.stdout)):
            return
        time.sleep(0.05)
    pytest.fail("it waits for nobody")


SITE = site(
    wages=entry(event="{start: 2015-06-01}", body="Some *text*, <https://example.org/n>."),
    jobs=entry(link="https://example.org/n", countries="[CN]"),
)


def with_helper(made: list[Document]) -> tuple[Any, int]:
    """What is found of documents, and how many of them the helper has read back."""
    with ahead.helped(2):
        read = verify_ahead(made, SITE.office)
        found = verify_changed(made, SITE.office, Known(), ahead=read)
    return found, len(read.found)


def test_documents_that_are_well_are_well() -> None:
    made = list(documents(SITE, NOW).values())
    found, number = with_helper(made)
    assert found == verify_changed(made, SITE.office, Known())
    assert found[0] == []
    assert number == sum(one.kind == "feed" and one.format != "json" for one in made) > 0


@pytest.mark.parametrize("seed", range(8))
def test_its_faults_are_those_that_are_found_here(seed: int) -> None:
    chance = random.Random(seed)
    made = list(documents(SITE, NOW).values())
    for place, one in enumerate(made):
        if one.kind == "feed" and chance.random() < 0.5:
            data = bytearray(one.data)
            if chance.random() < 0.5:
                data[chance.randrange(len(data))] = chance.randrange(256)
            else:
                data = data.replace(b"Wages", b"Wage", 1)
            made[place] = dataclasses.replace(one, data=bytes(data))
    found, number = with_helper(made)
    assert found == verify_changed(made, SITE.office, Known())
    assert found[0]
    assert number > 0


def test_a_draft_is_the_same_with_a_helper_and_without(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry(), jobs=entry(countries="[CN]"))
    for known in (None, Known({"all/atom.xml": b"another"})):
        with ahead.helped(1):
            assert helper._helpers == []
            without = chain.prepare(office, NOW, known=known)
        with ahead.helped(2):
            assert len(helper._helpers) == 1
            assert chain.prepare(office, NOW, known=known) == without


def test_it_loads_what_reads_and_nothing_that_makes() -> None:
    code = (
        "import sys; from ilofeed.verify import ahead; ahead.load(); before = set(sys.modules)\n"
        "from offices import *; from ilofeed.verify.comparison import verify_document\n"
        "made = site(wages=entry(body='Some *text*.'))\n"
        "one = documents(made)['all/atom.xml']; loaded = set(sys.modules)\n"
        "assert verify_document(one, made.office) == []\n"
        "print('feedparser' in before, *{'pydantic', 'jinja2', 'feedgen', 'click'} & before)\n"
        "print(*(set(sys.modules) - loaded))"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n\n"


def test_a_fault_is_told_of_once() -> None:
    """Where there are any, all documents are judged a second time, by the same answers."""
    made = [
        dataclasses.replace(one, data=one.data.replace(b"/feeds/entry/wages/", b"/feeds/nowhere/"))
        if one.kind == "feed"
        else one
        for one in documents(SITE, NOW).values()
    ]
    found, number = with_helper(made)
    assert found == verify_changed(made, SITE.office, Known())
    assert number > 0
    addresses = [fault for fault in found[0] if fault.field == "address"]
    assert len(addresses) == len(set(addresses)) > 0
