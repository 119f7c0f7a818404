"""An import never writes what `check` refuses: new files are checked together with the office."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ilofeed.build import prepare
from ilofeed.content.entry import check_entry
from ilofeed.content.office import check_office
from ilofeed.content.read import Sources
from ilofeed.importers import ImportRequest, run_import
from ilofeed.importers.convert import EntryFile
from ilofeed.importers.verified import SiteCheck
from offices import DATA, NOW, ROOT, SMALL, entry

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

OFFICE, _ = check_office(SMALL, NOW)
HERE = "https://example.org/feeds/"


def site_check(**old: bytes) -> SiteCheck:
    """Return the check of an office with entry files, by slug."""
    files = tuple((f"entries/{slug}.md", data) for slug, data in old.items())
    assert OFFICE is not None
    checked = {path: check_entry(path, data, OFFICE, {}, NOW) for path, data in files}
    return SiteCheck(Sources(SMALL, files, {}), checked, NOW)


def new(number: int, slug: str, data: bytes) -> EntryFile:
    assert OFFICE is not None
    path = f"entries/{slug}.md"
    checked = check_entry(path, data, OFFICE, {}, NOW)
    assert checked.entry is not None
    return EntryFile(number, path, data, checked.entry, checked=checked)


def test_of_two_new_entries_that_exclude_each_other_the_second_is_refused() -> None:
    page, below = entry(aliases=["a.html"]), entry(aliases=["a.html/b/"])
    refused = site_check().refused([new(1, "page", page), new(2, "qage", below)], {})
    assert refused.keys() == {2}
    assert "`a.html`" in refused[2]


def test_a_new_entry_is_refused_also_if_the_problem_is_in_a_file_of_the_office() -> None:
    check = site_check(z=entry(aliases=["a.html"]), y=entry())
    files = [new(number, f"a{number}", entry(title=f"{number}")) for number in range(1, 9)]
    assert check.refused(files, {}) == {}
    files[4] = new(5, "a5", entry(aliases=["a.html/b/"]))
    refused = check.refused(files, {})
    assert refused.keys() == {5}
    assert "entries/z.md" in refused[5]


def test_problems_that_the_office_has_without_the_import_refuse_nothing() -> None:
    check = site_check(a=entry(aliases=["a.html"]), z=entry(aliases=["a.html/b/"]))
    assert check.refused([new(1, "b", entry())], {}) == {}
    assert check.refused([new(1, "b", entry(translation_of="none"))], {}).keys() == {1}


def test_a_link_to_an_entry_that_is_refused_becomes_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are planned again, and what is written passes the check."""
    right = SiteCheck.refused

    def refused(check: SiteCheck, files: list[EntryFile], terms: object) -> dict[int, str]:
        why = {file.number: "not together" for file in files if file.entry.title == "Work"}
        return why or right(check, files, terms)  # type: ignore[arg-type]

    monkeypatch.setattr(SiteCheck, "refused", refused)
    link = f"a <a href='{HERE}entry/work/'>b</a>"
    notes = imported(tmp_path, {"title": "Pay", "content_html": link})
    assert notes[-1] == 'item 2 "Work": left out: not together'
    summary = (tmp_path / "entries/2015/pay.md").read_text().split("summary: ")[1]
    assert summary.splitlines()[0] == "a b"
    assert "entry/work" not in summary


def test_an_id_that_is_an_address_of_the_site_is_not_a_link(tmp_path: Path) -> None:
    item = {"title": "Pay", "id": f"{HERE}old/page/", "url": "https://e.org/1"}
    assert imported(tmp_path, item) == []


def imported(root: Path, *items: dict[str, str]) -> list[str]:
    """Import items and one with the title `Work`; check the office, and return the notes."""
    (root / "entries").mkdir()
    (root / "feeds.yaml").write_bytes(SMALL)
    usual = {"date_published": "2015-05-19T08:00:00Z", "content_html": "Text"}
    every = [usual | item | {"tags": ["wages"]} for item in (*items, {"title": "Work"})]
    version = "https://jsonfeed.org/version/1.1"
    (root / "feed.json").write_text(json.dumps({"version": version, "items": every}))
    result = run_import(root, ImportRequest("feed.json", countries=["CN"]), NOW)
    draft = prepare(root, NOW)
    assert [problem for problem in draft.problems if problem.severity == "error"] == []
    assert draft.faults == ()
    assert result.paths
    return list(map(str, result.notes))


def test_an_office_with_pictures_gets_entries(tmp_path: Path) -> None:
    """Pages link to the icon of the office and to the pictures of its entries."""
    (tmp_path / "entries").mkdir()
    picture = (DATA / "gallery" / "entries" / "steppe.png").read_bytes()
    (tmp_path / "entries" / "steppe.png").write_bytes(picture)
    (tmp_path / "entries" / "old.md").write_bytes(
        entry(title="Old", image="{file: steppe.png, alt: A plain}")
    )
    (tmp_path / "icon.png").write_bytes((ROOT / "brand" / "icon.png").read_bytes())
    office = SMALL.replace(b"  timezone:", b"  icon: icon.png\n  timezone:")
    (tmp_path / "feeds.yaml").write_bytes(office)
    (tmp_path / "news.csv").write_text("title,date,category\nPay,2015-05-19,Wages\n")
    result = run_import(tmp_path, ImportRequest("news.csv", countries=["MN"]), NOW)
    assert (result.paths, result.notes) == (("entries/2015/pay.md",), ())
