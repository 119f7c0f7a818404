"""The index of the search, read by gzip and json. What browsers find is in another module."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from test_recipe import past

from ilofeed.feeds.selection import select
from ilofeed.model import ORDER, Document, UpToDate
from ilofeed.pages.render import render, render_changed
from ilofeed.preview.pages import Memory, Pages, look
from ilofeed.verify.verification import verify
from ilofeed.workers import run_program
from offices import NOW, SMALL, documents, entry, found, messages, site, sources, write_office
from program import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ilofeed.model import AnyDocument

pytestmark = pytest.mark.slow

SEARCHED = SMALL.replace(b"  title:", b"  search: true\n  title:")
FILES: dict[str, Any] = {
    "english": entry("What the *report* says.", title="Wages & prices"),
    "chinese": entry(title="中国ILO劳动力市场", language="zh-Hans", summary="工人。"),
    "arabic": entry(title="العمل", language="ar"),
    "draft": entry(title="Secret", draft="true"),
    "gone": entry(title="Taken back", withdrawn="2015-06-01"),
    "later": entry(title="Not yet", date="2026-12-24"),
}


def index(files: Mapping[str, Any] = FILES, office: bytes = SEARCHED) -> dict[str, bytes]:
    made = documents(site(office=office, **files))
    return {path: one.data for path, one in made.items() if path.startswith("search/")}


def fragments(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """What the index says of each page, by its address."""
    found = [
        json.loads(gzip.decompress(data).removeprefix(b"pagefind_dcd"))
        for path, data in files.items()
        if path.endswith(".pf_fragment")
    ]
    return {one["url"]: one for one in found}


def test_entries_are_found_by_title_summary_and_body_but_not_what_is_hidden() -> None:
    told = fragments(index())
    assert told.keys() == {"/entry/english/", "/entry/chinese/", "/entry/arabic/"}
    english = told["/entry/english/"]
    assert english["content"] == "Wages & prices. A report on wages. What the report says."
    assert english["meta"] == {"title": "Wages & prices", "date": "19 May 2015"}
    chinese = told["/entry/chinese/"]
    assert chinese["content"] == "中 国 ILO 劳 动 力 市 场. 工 人 。"
    assert chinese["meta"] == {"title": "中国ILO劳动力市场", "date": "2015年5月19日"}


def test_each_language_has_its_index_without_the_interfaces_of_pagefind() -> None:
    names = {re.sub(r"_?\b[0-9a-z-]+_[0-9a-f]{6,}", "", path) for path in index()}
    assert {name for name in names if "/ar/" in name} == {
        "search/ar/pagefind-entry.json", "search/ar/pagefind.js", "search/ar/pagefind..pf_meta",
        "search/ar/fragment/.pf_fragment", "search/ar/index/.pf_index",
        "search/ar/wasm.ar.pagefind", "search/ar/wasm.unknown.pagefind",
    }  # fmt: skip
    assert {name.split("/")[1] for name in names} == {
        "index.html", "search.js", "ar", "en", "zh-hans",
    }  # fmt: skip


def test_an_index_is_published_before_what_names_its_files() -> None:
    made = render(select(site(office=SEARCHED, **FILES), NOW))
    kinds = {one.path: ORDER.index(one.kind) for one in made}
    named = [kinds[path] for path in kinds if path.endswith("pagefind-entry.json")]
    others = [kinds[path] for path in kinds if ".pf_" in path or path.endswith(".pagefind")]
    pages = [ORDER.index(one.kind) for one in made if one.entry is not None]
    assert max(*others, *pages) < min(named)


def test_without_the_key_there_is_no_search() -> None:
    assert index(office=SMALL) == {}
    assert b"search/" not in documents(site(office=SMALL, **FILES))["index.html"].data


def test_same_entries_same_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the order of the entries, the settings of Pagefind outside, and the processors."""
    many: dict[str, Any] = {
        f"entry_{n}": entry(title=f"Title {n}", date=f"2015-01-{n:02}") for n in range(1, 31)
    }
    selection = select(site(office=SEARCHED, **FILES, **many), NOW)
    first = {one.path: one.data for one in render(selection)}
    (tmp_path / "pagefind.yml").write_text("root_selector: em\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAGEFIND_ROOT_SELECTOR", "em")
    monkeypatch.setenv("RAYON_NUM_THREADS", "1")
    back = dataclasses.replace(selection, entries=selection.entries[::-1])
    second = {one.path: one.data for one in render(back)}
    searched = {path for path in first if path.startswith("search/")}
    assert len(fragments(first)) == 33
    assert {path: first[path] for path in searched} == {path: second[path] for path in searched}


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and time of each file, by path."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_build_after_an_edit_is_a_fresh_one_and_writes_only_what_differs(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", office=SEARCHED, **FILES)
    assert run(office, "build").returncode == 0
    before = tree(office / "public")
    (office / "public/search/foreign.txt").write_text("of somebody else")
    (office / "entries/english.md").write_bytes(entry("Another text.", title="Wages & prices"))
    done = run(office, "build")
    assert done.returncode == 0, done.stderr
    after = tree(office / "public")
    assert run(office, "build", "--output", str(tmp_path / "fresh")).returncode == 0
    fresh = tree(tmp_path / "fresh")
    assert after.pop("search/foreign.txt")[0] == b"of somebody else"
    assert {path: data for path, (data, _) in after.items()} == {
        path: data for path, (data, _) in fresh.items()
    }
    same = {path for path, (data, _) in before.items() if after.get(path, (None,))[0] == data}
    assert {path for path in same if after[path] == before[path]} == same
    assert sum(path.startswith("search/en/") for path in before.keys() - after.keys()) == 3
    assert not [path for path in before.keys() - same if "/ar/" in path or "/zh-hans/" in path]


def test_nothing_changed_starts_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = write_office(tmp_path / "office", office=SEARCHED, **FILES)
    assert run(office, "build").returncode == 0
    monkeypatch.setattr("ilofeed.pages.search.run_program", None)  # what calls it fails
    assert "nothing changed" in run(office, "build").stderr
    (office / "entries/draft.md").unlink()
    assert run(office, "build").returncode == 0


def test_the_bytes_of_many_files_that_are_up_to_date_take_one_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    selection = select(site(office=SEARCHED, **FILES), NOW)
    first = render(selection)
    runs: list[object] = []

    def counted(*given: Any) -> dict[str, bytes]:
        runs.append(given)
        return run_program(*given)

    monkeypatch.setattr("ilofeed.pages.search.run_program", counted)
    made = render_changed(selection, past(first))
    assert runs == []
    assert all(isinstance(one, UpToDate) for one in made if one.path.startswith("search/"))
    assert [one.data for one in made] == [one.data for one in first]
    assert len(runs) == 3  # languages


def test_a_result_that_leads_nowhere_is_a_fault() -> None:
    made = site(office=SEARCHED, **FILES)
    given: list[AnyDocument] = list(render(select(made, NOW)))
    assert verify(given, made.office) == []
    wrong = gzip.compress(b'pagefind_dcd{"url": "/entry/no-such/"}')
    given.append(Document("search/en/fragment/en_0.pf_fragment", "asset", wrong))
    (fault,) = verify(given, made.office)
    assert (fault.path, fault.field) == (given[-1].path, "address")
    assert fault.found == "https://example.org/feeds/entry/no-such/"


def test_without_pagefind_the_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pagefind_bin", None)
    monkeypatch.setattr("ilofeed.content.office.find_spec", lambda _name: None)
    line = SEARCHED.decode().splitlines().index("  search: true") + 1
    assert found(office=SEARCHED, **FILES) == [f"feeds.yaml:{line}:11 bad-choice"]
    (message,) = messages(office=SEARCHED, **FILES)
    assert '`pip install "ilofeed[search]"`' in message
    assert found(office=SEARCHED.replace(b"true", b"false"), **FILES) == []


def test_a_program_that_fails_is_an_error_of_the_system(tmp_path: Path) -> None:
    program = tmp_path / "pagefind"
    program.write_text("#!/bin/sh\necho 'no space left' >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(OSError, match=r"^pagefind ended with code 3: no space left$"):
        run_program([program], {"a/b": b""}, "index")


def test_a_program_gets_the_files_and_no_settings_by_its_name(tmp_path: Path) -> None:
    program = tmp_path / "pagefind"
    program.write_text("#!/bin/sh\nmkdir -p o/x; cat a/b >o/x/c; env >o/env\n")
    program.chmod(0o755)
    os.environ["PAGEFIND_SITE"] = "other"
    try:
        made = run_program([program], {"a/b": b"text"}, "o")
    finally:
        del os.environ["PAGEFIND_SITE"]
    assert made["x/c"] == b"text"
    assert b"PATH=" in made["env"]
    assert b"PAGEFIND" not in made["env"]


def test_an_alias_below_the_search_is_refused_where_there_is_one() -> None:
    given = FILES | {"english": entry(aliases="[search/old/]")}
    assert found(office=SMALL, **given) == []
    assert found(office=SEARCHED, **given) == ["english:7:11 alias-taken"]


def test_the_preview_finds_drafts_too() -> None:
    given = sources(office=SEARCHED, **FILES)
    pages = Pages(look(given, NOW, "http://127.0.0.1:8000/", Memory()), "1")
    assert b'role="search"' in (pages.find("search/index.html") or b"")
    data = pages.find("search/en/pagefind-entry.json")
    assert data is not None
    assert json.loads(data)["languages"]["en"]["page_count"] == 3  # english, draft, later
