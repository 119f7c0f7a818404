"""One slip of an editor is one problem, at its line; what follows from it is none."""

from __future__ import annotations

import pytest

from offices import found

KEYS = """\
title: Wages rise
date: 2015-05-19
summary: A report on wages.
categories: [wages]
countries: [MN]
"""


def problems(keys: str, body: str = "") -> list[str]:
    return found(wages=f"---\n{keys}---\n{body}".encode())


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (KEYS.replace("summary:", "summary A text\nsummary:"), "4:1"),
        (KEYS.replace("title:", "title Wages\ntitle:"), "2:1"),
        (KEYS.replace("title: Wages", "title: Wages\ntitle Wages"), "3:1"),
        (KEYS.replace("countries:", "countries [MN]\ncountries:"), "6:1"),
        (KEYS + "countries [MN]\n", "7:1"),
        (KEYS.replace("summary:", "categories and countries\nsummary:"), "4:1"),
        (KEYS + "event:\n  start 2015-06-01\n  start: 2015-06-01\n", "8:3"),
        (KEYS + "countries [MN]\nlanguage: en\nlanguage en\n", "7:1 9:1"),
    ],
)
def test_a_line_without_a_colon_stands_once(keys: str, expected: str) -> None:
    """It may be a text, and no second `summary`."""
    assert problems(keys) == [f"wages:{place} missing-colon" for place in expected.split()]


def test_a_key_that_stands_twice_is_told_beside_another_slip_in_it() -> None:
    twice = KEYS + "link: https://example.org/: a\nlink: https://example.org/\n"
    assert problems(twice) == ["wages:7:27 unquoted-colon", "wages:8:1 duplicate-key"]
