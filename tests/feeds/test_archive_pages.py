"""In which archive document each entry is (RFC 5005): at which number of entries one is closed."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from ilofeed.feeds.archives import PreviousArchives, archive_pages

DAY = dt.datetime(2015, 5, 1, tzinfo=dt.UTC)


def entries(number: int, *withdrawn: int) -> list[Any]:
    """Entries `1` (the oldest) to `number`, a day apart; the newest first, as a feed has them."""
    return [
        SimpleNamespace(
            id=str(n),
            published=DAY + dt.timedelta(days=n),
            withdrawn=DAY + dt.timedelta(days=99) if n in withdrawn else None,
        )
        for n in range(number, 0, -1)
    ]


def pages(selected: list[Any], past: PreviousArchives | None = None) -> list[str]:
    """The entries in each document, by number; two entries are a document."""
    page_of, count = archive_pages("all", selected, 2, past)
    assert set(page_of.values()) <= set(range(1, count + 1))
    numbers = range(1, count + 1)
    return [
        " ".join(sorted((key for key, page in page_of.items() if page == n), key=int))
        for n in numbers
    ]


def past(*fresh: int, shown: int = 0, documents: int = 0) -> PreviousArchives:
    """What was shown before: `documents` with two entries each, of the oldest of `shown`."""
    page_of = {str(n): {"all": (n + 1) // 2} for n in range(1, 2 * documents + 1)}
    rest: dict[str, dict[str, int]] = {str(n): {} for n in range(2 * documents + 1, shown + 1)}
    return PreviousArchives(
        {str(n) for n in fresh}, page_of | rest, {"all": documents} if documents else {}
    )


@pytest.mark.parametrize(
    ("number", "closed"),
    [
        (0, []),
        (5, []),  # of the three that are older than the newest two, not one document is closed
        (6, ["1 2", "3 4"]),  # the first two at once
        (7, ["1 2", "3 4"]),
        (8, ["1 2", "3 4", "5 6"]),
    ],
)
def test_documents_of_a_first_build(number: int, closed: list[str]) -> None:
    assert pages(entries(number)) == closed


@pytest.mark.parametrize(
    ("number", "closed"),
    [(6, ["1 2", "3 4"]), (7, ["1 2", "3 4"]), (8, ["1 2", "3 4", "5 6"])],
)
def test_a_fresh_entry_closes_the_next_document(number: int, closed: list[str]) -> None:
    before = past(number, shown=number - 1, documents=2)
    assert pages(entries(number), before) == closed


@pytest.mark.parametrize(("number", "closed"), [(9, ["1 2", "3 4"]), (10, ["1 2", "3 4", "5 6"])])
def test_without_a_fresh_entry_only_a_large_number_is_closed(
    number: int, closed: list[str]
) -> None:
    assert pages(entries(number), past(shown=number, documents=2)) == closed


@pytest.mark.parametrize(
    ("number", "closed"),
    [(7, []), (8, ["1 2", "3 4"])],
)
def test_the_first_documents_without_a_fresh_entry(number: int, closed: list[str]) -> None:
    assert pages(entries(number), past(shown=number)) == closed


def test_a_fresh_entry_is_held_back_even_if_it_is_old() -> None:
    assert pages(entries(8), past(5, shown=8, documents=2)) == ["1 2", "3 4"]
    assert pages(entries(9), past(5, shown=9, documents=2)) == ["1 2", "3 4", "6 7"]


def test_what_is_among_the_newest_again_leaves_its_document() -> None:
    selected = entries(6, 5, 6)  # the newest two were withdrawn
    assert pages(selected, past(5, 6, shown=6, documents=2)) == ["1 2", ""]


def test_withdrawn_entries_are_in_the_document_of_their_time() -> None:
    assert pages(entries(9, 2)) == ["1 2 3", "4 5", "6 7"]
    assert pages(entries(9, 1, 4)) == ["1 2 3", "4 5 6"]
    same = entries(8, 3)  # 1 and 2, then 4 and 5, of which the later one is as old as 3
    same[-3].published = same[-5].published
    same.sort(key=lambda entry: entry.published, reverse=True)
    assert pages(same) == ["1 2", "3 4 5"]
