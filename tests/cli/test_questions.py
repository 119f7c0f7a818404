"""Questions of commands on a terminal: all of a question is on stderr, only results on stdout."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from ilofeed.cli import authors
from offices import entry, site

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_question_leaves_stdout_empty(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("wage\n wages \n"))
    categories = site(wages=entry()).office.categories
    assert authors._ask("--category", categories, (), "en") == ["wages"]
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("Category: ") == 2
    assert "did you mean `wages`?" in err
