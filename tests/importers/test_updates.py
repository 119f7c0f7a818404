"""A corrected table updates the entries that an import wrote, unless they were edited since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.cli.import_command import import_source
from offices import NOW, entry, write_office

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "title;date;summary;link;id;categories;countries\n"
LINK, ID = "https://old.example.net/1", "https://old.example.net/id/1"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office")


def imported(
    folder: Path, capsys: pytest.CaptureFixture[str], *rows: str, **told: Any
) -> tuple[dict[str, str], str]:
    """Import a table: the entry files by name, and what was said."""
    (folder / "news.csv").write_text(HEADER + "\n".join(rows), "utf-8")
    capsys.readouterr()
    import_source(folder, NOW, source="news.csv", **told)
    files = {path.name: path.read_text("utf-8") for path in (folder / "entries").rglob("*.md")}
    return files, "".join(capsys.readouterr())


def row(title: str = "Pay", summary: str = "Text.", **values: str) -> str:
    parts = {"date": "2015-05-19", "link": LINK, "id": "", "categories": "wages"} | values
    return ";".join(
        [title, parts["date"], summary, parts["link"], parts["id"], parts["categories"], "CN"]
    )


@pytest.mark.parametrize("key", [{"link": LINK}, {"link": "", "id": ID}, {"link": LINK, "id": ID}])
def test_a_corrected_row_updates_the_entry_of_its_link_or_id(
    office: Path, capsys: pytest.CaptureFixture[str], key: dict[str, str]
) -> None:
    imported(office, capsys, row(**key))
    files, said = imported(
        office, capsys, row("Wages rise", "Another text.", date="2016-01-02", **key)
    )
    assert list(files) == ["pay.md"]
    assert "title: Wages rise\ndate: 2016-01-02\nsummary: Another text.\n" in files["pay.md"]
    assert "the entry that an import wrote is updated\n" in said
    assert "1 entry written, 0 already present, 0 left out\n" in said
    again, said = imported(office, capsys, row("Wages", **key))
    assert "title: Wages\n" in again["pay.md"]
    unchanged, said = imported(office, capsys, row("Wages", **key))
    assert unchanged == again
    assert said == "0 entries written, 1 already present, 0 left out\n"


def test_an_entry_that_was_edited_stays(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(office, capsys, row())
    path = office / "entries" / "2015" / "pay.md"
    edited = path.read_text("utf-8").replace("Text.", "A better text.")
    path.write_text(edited, "utf-8")
    files, said = imported(office, capsys, row())  # the row says what it said
    assert files == {"pay.md": edited}
    assert said == "0 entries written, 1 already present, 0 left out\n"
    files, said = imported(office, capsys, row("Wages"))
    assert files == {"pay.md": edited}
    assert "left out: entries/2015/pay.md has its id or link, and was edited since" in said
    assert "; change it there\n" in said


def test_an_entry_that_no_import_wrote_stays(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (office / "entries" / "wages.md").write_bytes(entry(link=LINK))
    files, said = imported(office, capsys, row("Other"))
    assert list(files) == ["wages.md"]
    assert "has its id or link, and was not imported from a table; change it there" in said


def test_without_the_record_nothing_is_overwritten(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, _ = imported(office, capsys, row())
    record = json.loads((office / "imports.json").read_text("utf-8"))
    assert list(record) == ["entries/2015/pay.md"]
    for broken in (None, b"{", b"[1]", b"[" * 100_000):
        (office / "imports.json").unlink()
        if broken is not None:
            (office / "imports.json").write_bytes(broken)
        files, _ = imported(office, capsys, row("Wages"))
        assert files == before
        (office / "imports.json").touch()


def test_rows_that_share_a_link_are_entries_of_their_own(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, _ = imported(office, capsys, row("A"), row("B"))
    assert sorted(files) == ["a.md", "b.md"]
    files, said = imported(office, capsys, row("A"), row("B", "Changed."), row("C"))
    assert sorted(files) == ["a.md", "b.md", "c.md"]
    assert "Changed." not in files["b.md"]
    assert "1 entry written, 2 already present" in said


def test_two_rows_with_one_id_are_one_entry_if_they_share_a_link_or_a_title(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(office, capsys, row(id=ID))
    files, said = imported(office, capsys, row("Wages", id=ID), row("Jobs", id=ID))
    assert "title: Wages\n" in files["pay.md"]
    assert "left out 1 version of items that are here again (2)" in said
    files, said = imported(office, capsys, row("Jobs", id=ID, link=""), row("Pay", id=ID))
    assert "title: Pay\n" in files["pay.md"]
    assert "title: Jobs\n" in files["jobs.md"]
    assert f'item 1 "Jobs": its id `{ID}` is also that of a different item' in said


def test_a_dry_run_and_a_feed_update_nothing(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, _ = imported(office, capsys, row(id=ID))
    record = (office / "imports.json").read_bytes()
    files, said = imported(office, capsys, row("Wages", id=ID), dry_run=True)
    assert files == before
    assert "1 entry would be written" in said
    feed = {"items": [{"id": ID, "title": "Wages", "date_published": "2015-05-19T09:00:00Z"}]}
    (office / "feed.json").write_text(json.dumps(feed), "utf-8")
    import_source(office, NOW, source="feed.json", categories=["wages"], countries=["CN"])
    assert (office / "entries/2015/pay.md").read_text("utf-8") == before["pay.md"]
    assert (office / "imports.json").read_bytes() == record
