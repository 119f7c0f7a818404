"""Plain front matter gives the nodes that libyaml's events give: values, places and styles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ilofeed.content import plainkeys, yamldoc
from ilofeed.text import Source

KEYS = st.sampled_from(["title", "date", "summary", "categories", "event", "a_b", "x"])
PLAIN = [
    *(
        "A b",
        "2014-01-01",
        "a:b",
        "null",
        "1.10",
        "é 中 😀",
        "“q” (p)",
        "(p)",
        "a,b]}",
        "½",
        "a\xa0",
    ),
    *('"d: # [q]"', "'s \" q'", "''", '""', '" a "', "[a]", "[a, b-c, 1_0]", "a" * 1100),
    *(">-\n  one: # two\n  - three", ">-\n  a", "\n  - a\n  - b c", "\n- a\n- b:c"),
    *("\n  start: 2014-01-01\n  end: x y", '\n  k: "v"\n  l: m'),
]
OTHER = [
    *(
        "",
        "a: b",
        "a:",
        "a #b",
        "a ",
        "a\tb",
        "- a",
        "~",
        "&a b",
        "*a",
        "!t x",
        "@a",
        "%a",
        "? a",
        "{a: b}",
    ),
    *('"a\\n"', "'it''s'", '"a"b', "[]", "[a,b]", "[a b]", "[a, ]", "[a: b]", "[-a]", "[a]b", "[a"),
    *(
        ">\n  a",
        "|-\n  a",
        ">-\n   a",
        ">-\n  a\n   b",
        ">-\n  a \n  b",
        ">-\n  a\n\n  b",
        ">-\n  \ta",
    ),
    *(
        "\n  - a: b",
        "\n- a\n  - b",
        "\n  - a\n- b",
        "\n  -  a",
        "\n  k: v\n  k: w",
        "\n  k:\n    l: m",
    ),
    *(
        "\n   k: v",
        "a\n  b",
        "a\x85b",
        "a\u2028b",
        "\ufeffa",
        "a\ufeff",
        "a\ufffe",
        "# a",
        "---",
        "...",
    ),
]
ENDS = st.sampled_from(["\n"] * 20 + ["", " \n", "\n\n", "\n ", "\n# c\n", "\r\n", "\n---\n"])


def line(key: str, value: str, end: str = "\n") -> str:
    return key + ":" + ("" if value.startswith("\n") else " ") + value + end


LINES = st.builds(
    line, KEYS, st.one_of(*[st.sampled_from(PLAIN)] * 9, st.sampled_from(OTHER)), ENDS
)
SIGNS = st.sampled_from(
    [*"a \n:-#\"'[],>|{}\t\\%@&*!?\r\x85\u2028\ufeff", "é", "  ", ": ", " #", ""]
)


def read_alike(keys: str, before: str = "") -> bool:
    """Whether the keys are plain; if so they must be read as libyaml reads them."""
    text, start = before + keys + "---\n\nx: y\n", len(before)
    root = plainkeys.read(text, start, start + len(keys))
    if root is None:
        return False
    assert (root, []) == yamldoc.compose(Source("x.md", text), start, start + len(keys))
    return True


@settings(max_examples=1000)
@given(
    st.lists(LINES, min_size=1, max_size=6).map("".join), st.sampled_from(["", "---\n", "é\u2028"])
)
def test_keys_are_read_as_libyaml_reads_them(keys: str, before: str) -> None:
    read_alike(keys, before)


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=3), SIGNS, st.data())
def test_so_are_they_with_a_sign_more_or_less(
    values: list[str], sign: str, data: st.DataObject
) -> None:
    keys = "".join(map(line, "abc", values))
    at = data.draw(st.integers(0, len(keys)))
    read_alike(keys[:at] + sign + keys[at + data.draw(st.integers(0, 1)) :])


@pytest.mark.parametrize("value", PLAIN)
def test_plain_keys(value: str) -> None:
    assert read_alike(line("k", value))
    assert read_alike(f"b: c\n{line('k', value)}d: e\n")


@pytest.mark.parametrize("value", OTHER)
def test_keys_that_are_not(value: str) -> None:
    assert not read_alike(line("k", value))
    assert not read_alike(f"b: c\n{line('k', value)}d: e\n")


@pytest.mark.parametrize(
    "keys", ["", "a: b", "a: b\na: c\n", "a:b\n", " a: b\n", "A: b\n", "a : b\n"]
)
def test_what_is_no_mapping_of_plain_keys(keys: str) -> None:
    assert not read_alike(keys)
