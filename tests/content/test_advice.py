"""Whoever does what the messages say comes to a file without problems.

Each file of tests/data/bad/ is changed as its first problem says, and checked again, until there
is no problem. What only a person can answer is in `QUESTIONS`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from test_bad import CASES, problems_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    from ilofeed.problems import Problem

    Edit: TypeAlias = Callable[[list[str], int, int, re.Match[str]], None]

MAX_STEPS = 12
KEYS = """\
---
title: Wages rise
date: 2015-05-19
summary: A report.
categories: [wages]
countries: [MN]
---""".split("\n")
OFFICE_KEYS = """\
site: {url: "https://example.org/", authority: "example.org,2015", title: A, timezone: Etc/UTC}
categories: {wages: Wages}
countries: {MN: Mongolia}""".split("\n")
VALUE = re.compile(r"""(["']?)[^"'\[\]{},#\n]*\1""")


def put(lines: list[str], row: int, column: int, new: str, old: str = VALUE.pattern) -> None:
    """Replace what begins at a place."""
    head, tail = lines[row][:column], lines[row][column:]
    lines[row] = head + re.sub(rf"\A(?:{old})", lambda _: new, tail, count=1)


def label(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    """Write a label, which has commas, in place of another."""
    put(lines, row, column, match[1], r'"[^"]*"|[^"\n]*')


def value(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    """Write the value, or the key, at the place."""
    is_key = re.match(r"[^:\n]+:(?:\s|$)", lines[row][column:]) and ":" not in match[1]
    put(lines, row, column, match[1].strip("`"), r"[^:\n]+(?=:)" if is_key else VALUE.pattern)


def word(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    put(lines, row, column, match[1], r"[\w/.-]+")


def line(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    """Write the line of a key."""
    lines[row] = re.match(r"[ \t]*", lines[row])[0] + match[1]  # type: ignore[index]


def after_key(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines[row] = lines[row].partition(":")[0] + ": " + match[1]


def add(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines.insert(row, " " * column + match[1])


def delete_line(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    del lines[row]


def instead(old: str, new: str) -> Edit:
    """Replace a pattern at the place."""
    return lambda lines, row, column, match: put(lines, row, column, new, old)


def append(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines[row] += match[1]


def in_first_column(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines[row] = lines[row].strip()


def fence(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines.insert(int(match[1]), "---")


def as_event(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines[row : row + 1] = [match[1], match[2]]


def part(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    """Write a part of the value that differs from it only by capitals."""
    lines[row] = re.sub(re.escape(match[1]), match[1], lines[row], flags=re.IGNORECASE)


def repaired(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    put(lines, row, column, match[2], re.escape(match[1]))


def in_quotes(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines[row] = f'{lines[row][:column]}"{lines[row][column:]}"'


def without(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines[row] = lines[row].replace(chr(int(match[1], 16)), "")


def section(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines[row] = lines[row].replace(f"(#{match[1]})", f"(#{match[2]})")


def heading(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    lines[row] = "## " + lines[row].removeprefix("# ")
    if set(lines[row + 1]) == {"="}:
        del lines[row + 1]


def shown(lines: list[str], row: int, column: int, match: re.Match[str]) -> None:
    """Write something else for the signs that the message begins with."""
    put(lines, row, column, match[2] or " ", re.escape(match[1]))


DO: tuple[tuple[str, Edit], ...] = (
    (r"at its comma; write `([^`]*)`", label),
    (r"no heading for `#([^`]+)`; (?:did you mean |known: )`?([\w-]+)", section),
    (r"heading of the first level.*; write `## `", heading),
    (r"^`(.+)` is (?:Markdown|HTML), .*; write (?:`(.+)`|a space, or nothing)$", shown),
    (r"; delete the space: `(.+)`$", lambda a, b, c, m: put(a, b, c, m[1], r"\[.*?\] \(.*?\)")),
    (r"does not begin a list item; write `(- )`", instead(r"\S\s*", "- ")),
    (r"write a second row: `(.+)`", lambda a, b, c, m: a.insert(b + 1, m[1])),
    (r"leave no space inside", lambda a, b, c, m: put(a, b, c, "**", r"\*\* ")),
    (r"has no footnote; write a line `(.+)`", lambda a, b, c, m: a.extend(["", m[1]])),
    (r"refer to it by `\[|second footnote `", delete_line),
    (r"`(.+)` looks like text in a wrong encoding; write `(.+)`$", repaired),
    (r"in brackets: (\w+: .+)$", line),
    (r"quotes: `(\w+: .+)`$", line),
    (r"; use quotes: (.+)$", after_key),
    (r"the address contains the invisible character U\+(\w+); delete it", without),
    (r"; write at least one item", instead(r"\[\]", "[wages]")),
    (r"invisible character .* delete it|control character .* delete it", instead(".", "")),
    (r"character comes from damaged text", instead(".", "")),
    (r"private-use .* delete it", instead(r".|&#\w+;|\\u\w{4}", "")),
    (r"write ordinary spaces$", instead(r"\s+", "  ")),
    (r"write an ordinary space$", instead(r"\s+", " ")),
    (r"write : and a space$", instead(".", ": ")),
    (r"tabs are not allowed here; write spaces", instead(r"\t+", "  ")),
    (r"add a line such as (.+)$", add),
    (r"add a (line alt:) that", lambda a, b, c, m: a.insert(b, " " * c + "alt: A crane")),
    (r"begin each key in the same column", in_first_column),
    (r"end it with (\])", append),
    (r"close it at the end of the value", lambda a, b, c, m: a.__setitem__(b, a[b] + '"')),
    (r"missing colon after the key", instead(r"\w+", "language:")),
    (r"the domain has capital letters; write (\S+)$", part),
    (r"write its last day, (date: \S+), and .* as an event, (event: .+)$", as_event),
    (r"write start: (\S+), or", value),
    (r"write it as (.+)$", value),
    (r"did you mean `(\S+)`\?", word),
    (r"; write language: (\S+), or what it is", lambda a, b, c, m: a.insert(b, "language: mn")),
    (r"begin it with (https://)", lambda a, b, c, m: put(a, b, c, "https://" + a[b][c:], ".*")),
    (r"write only domain,year: (\S+)$", value),
    (r"a whole number such as (\S+)$", value),
    (r"write one like (\S+)$", value),
    (r"for instance (\S+), or", value),
    (r"; write (\S+) or \S+$", after_key),
    (r"; write (languages: .+)$", line),
    (r"this is an address; write `(url: .+)`", lambda a, b, c, m: put(a, b, c, m[1], ".*")),
    (r'; write ("#\w+")$', lambda a, b, c, m: put(a, b, c, m[1], '"[^"]*"')),
    (r"; write (\S+)$", value),
    (r"remove this line|duplicate key|another YAML document; delete it", delete_line),
    (r"duplicate `(\w+)`; remove one", instead(r"\w+", "HK")),
    (r"remove the tags", lambda a, b, c, m: a.__setitem__(b, re.sub("</?b>", "", a[b]))),
    (r"is HTML; write Markdown", instead("<", "\\<")),
    (r"write --- after line (\d+)$", fence),
    (r"is a YAML (?:anchor|tag).*put the value in quotes", in_quotes),
    (r"write a line ---, the keys", lambda a, b, c, m: a.__setitem__(slice(0), KEYS)),
    (r"explain no-feeds-yaml", lambda a, b, c, m: a.__setitem__(slice(0), OFFICE_KEYS)),
    (r"has no value; write one, or delete the key", delete_line),
    (r"text is too long|shorten it", lambda a, b, c, m: a.__setitem__(b, "title: Wages rise")),
)  # fmt: skip
# of these only the author knows the answer, or it is another file
QUESTIONS = frozenset(
    """
    alias-taken alt-is-file-name attachment-source bad-alias bad-choice bad-date--impossible
    bad-url circular-broader
    damaged-text dead-link event-ends-before-start far-date file-as-host file-not-found
    file-too-large image-not-found image-not-found--body image-source image-without-alt--body
    key-in-body line-break merge-conflict mixed-event no-front-matter not-a-mapping
    not-utf-8 not-utf-8--utf-16 placeholder relative-url too-deep too-long unknown-translation
    unsafe-link updated-before-date updated-in-future withdrawn-before-date yaml-syntax bad-email
    missing-key windows-name windows-name--alias bad-phrase no-words
    """.split()
)


def obey(lines: list[str], problem: Problem) -> bool:
    """Do what a problem says; return whether that is known."""
    for pattern, edit in DO:
        if match := re.search(pattern, problem.message):
            edit(lines, problem.line - 1, problem.column - 1, match)
            return True
    return False


def stem(case: Path) -> str:
    return case.name.rpartition(".")[0]


FILES = [case for case in CASES if case.is_file() and stem(case) not in QUESTIONS]


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_who_obeys_is_done(case: Path, tmp_path: Path) -> None:
    lines = case.read_bytes().decode("utf-8-sig").split("\n")
    for step in range(MAX_STEPS):
        folder = tmp_path / str(step)
        folder.mkdir()
        (folder / case.name).write_text("\n".join(lines), encoding="utf-8")
        problems = [
            p
            for p in problems_of(folder / case.name, tmp_path / f"office{step}")
            if p.code != "no-entries"
        ]
        if not problems:
            return
        is_question = step > 0 and problems[0].code in {
            name.partition("--")[0] for name in QUESTIONS
        }
        if not obey(lines, problems[0]):
            assert is_question, problems[0]
            return
    pytest.fail(f"still {problems[0]}")


def test_an_advice_that_is_wrong_is_seen(tmp_path: Path) -> None:
    lines = ["---", "title: - a pause -", *KEYS[2:]]
    path = tmp_path / "quotes.md"
    path.write_text("\n".join(lines), "utf-8")
    (problem,) = problems_of(path, tmp_path / "a")
    assert obey(lines, problem)
    path.write_text("\n".join(lines), "utf-8")
    assert problems_of(path, tmp_path / "b") == []
