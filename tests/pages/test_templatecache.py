"""Compiled templates are kept, found again, and never taken for those of another source."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import jinja2
import pytest

from ilofeed.pages.templatecache import TemplateCache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def say(folder: Path, source: str = "{{ word }}!") -> str:
    loader = jinja2.DictLoader({"x.html": source})
    environment = jinja2.Environment(
        loader=loader, autoescape=True, bytecode_cache=TemplateCache(folder)
    )
    return environment.get_template("x.html").render(word="<a>")


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kept"
    assert say(folder) == "&lt;a&gt;!"
    (kept,) = folder.iterdir()
    assert kept.name.endswith(f"{sys.implementation.cache_tag}.jinja-{jinja2.__version__}.pyc")
    with monkeypatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", lambda *_, **__: pytest.fail("compiled again"))
        assert say(folder) == "&lt;a&gt;!"


def test_another_source_is_compiled_anew(tmp_path: Path) -> None:
    assert say(tmp_path) == "&lt;a&gt;!"
    assert say(tmp_path, "{{ word }}?") == "&lt;a&gt;?"
    assert say(tmp_path) == "&lt;a&gt;!"


@pytest.mark.parametrize("keep", [0, 1, 3, 12, 30, 60, -1])
def test_what_is_damaged_is_made_again(tmp_path: Path, keep: int) -> None:
    assert say(tmp_path) == "&lt;a&gt;!"
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:keep])
    assert say(tmp_path) == "&lt;a&gt;!"
    assert kept.read_bytes() == whole


def test_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("")
    assert say(file / "folder") == "&lt;a&gt;!"
    assert say(file) == "&lt;a&gt;!"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert say(tmp_path / "none") == "&lt;a&gt;!"
    assert not (tmp_path / "none").exists()
    assert file.read_text() == ""
