"""Several items of one entry: the newest is imported; different items with one id are all kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.cli.import_command import import_source
from offices import NOW, write_office

if TYPE_CHECKING:
    from pathlib import Path

ID = "https://old.example.net/id"
OLD, NEW = "2015-05-19T09:00:00Z", "2015-06-19T09:00:00Z"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office")


def imported(
    office: Path, capsys: pytest.CaptureFixture[str], *items: dict[str, Any], **options: Any
) -> tuple[dict[str, str], str]:
    """Import JSON items; return the entry files by name, and what was printed."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}
    (office / "feed.json").write_text(json.dumps(feed), "utf-8")
    capsys.readouterr()
    import_source(
        office, NOW, source="feed.json", categories=["wages"], countries=["CN"], **options
    )
    files = {path.stem: path.read_text("utf-8") for path in (office / "entries").rglob("*.md")}
    return files, "".join(capsys.readouterr())


def item(title: str, text: str = "A text.", **keys: Any) -> dict[str, Any]:
    link = f"https://old.example.net/{title}"
    values = {"id": ID, "title": title, "url": link, "date_published": OLD, "content_text": text}
    return {key: value for key, value in {**values, **keys}.items() if value is not None}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"date_modified": NEW}),
        ({"date_modified": OLD}, {"date_published": NEW}),
        ({}, {"date_modified": NEW, "url": "https://x.example/"}),
        ({"title": "Other"}, {"date_modified": NEW}),
        ({"id": "12"}, {"id": "12", "date_modified": NEW}),
        ({"id": None}, {"id": None, "date_modified": NEW}),
    ],
)
def test_the_newest_version_is_imported(
    office: Path, capsys: pytest.CaptureFixture[str], first: Any, second: Any
) -> None:
    link = "https://old.example.net/a"
    versions = [
        item(**{"title": "Pay", "text": "Before.", "url": link, **first}),
        item(**{"title": "Pay", "text": "After.", "url": link, **second}),
    ]
    for order, number in ((versions, 1), (versions[::-1], 2)):
        office = write_office(office.parent / str(number))
        files, said = imported(office, capsys, *order)
        assert len(files) == 1
        assert "After." in next(iter(files.values()))
        note = f"left out 1 version of items that are here again ({number}): the newest"
        assert said.count(note) == 1
        assert "1 entry written, 0 already present, 1 left out" in said
        again, said = imported(office, capsys, *order)
        assert again == files
        assert "0 entries written, 1 already present, 1 left out" in said


def test_of_equal_versions_the_first_is_imported_and_all_are_counted(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, said = imported(office, capsys, *(item("Pay", f"Text {n}.") for n in range(30)))
    assert "Text 0." in files["pay"]
    assert (
        "left out 29 versions of items that are here again (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …)"
        in (said)
    )


@pytest.mark.parametrize("identity", [ID, "12", "https://old.example.net/"])
def test_different_items_with_one_id_are_all_imported(
    office: Path, capsys: pytest.CaptureFixture[str], identity: str
) -> None:
    items = [item(title, id=identity) for title in ("Pay", "Jobs", "Hours")]
    items += [item("Jobs", "Newer.", id=identity, date_modified=NEW)]
    files, said = imported(office, capsys, *items)
    assert sorted(files) == ["hours", "jobs", "pay"]
    assert "Newer." in files["jobs"]
    assert [f"\nid: {identity}" in files[name] for name in ("hours", "jobs")] == [False, False]
    assert (f"\nid: {identity}" in files["pay"]) == (identity != "12")
    assert (
        'is also that of a different item; it gets its own (item 3 "Hours"; item 4 "Jobs")' in said
    )
    assert "3 entries written, 0 already present, 1 left out" in said
    # when another item comes, those that are there are found again, wherever they are
    again, said = imported(office, capsys, item("New", id=identity), *reversed(items))
    assert {name: again[name] for name in files} == files
    assert sorted(again) == ["hours", "jobs", "new", "pay"]
    assert "1 entry written, 3 already present, 1 left out" in said


HOME = "https://old.example.net/"


@pytest.mark.parametrize("dates", [(OLD, NEW), ("2015-05-19", "2015-05-19")])
def test_different_items_with_one_id_and_one_link_are_all_imported(
    office: Path, capsys: pytest.CaptureFixture[str], dates: tuple[str, str]
) -> None:
    """As in feeds that give the home page as `guid` and `link` of each item."""
    first, second = (
        item(title, f"About {title}.", id=HOME, url=HOME, date_published=date)
        for title, date in zip(("Pay", "Jobs"), dates, strict=True)
    )
    files, said = imported(office, capsys, first, second)
    assert sorted(files) == ["jobs", "pay"]
    assert [f"\nid: {HOME}\n" in files[name] for name in ("jobs", "pay")] == [False, True]
    assert said.count("is also that of a different item; it gets its own") == 1
    again, said = imported(office, capsys, second, first)
    assert again == files
    assert "0 entries written, 2 already present, 0 left out" in said


@pytest.mark.parametrize("state", [{"status": "private"}, {"status": "draft"}, {"draft": True}])
@pytest.mark.parametrize("drafts", [False, True])
def test_a_version_that_is_not_public_never_replaces_a_public_one(
    office: Path, capsys: pytest.CaptureFixture[str], state: dict[str, Any], *, drafts: bool
) -> None:
    own = "https://example.org/feeds/secret-address/"
    hidden = item("Pay", "Secret.", date_modified=NEW, url=own, **state)
    for items in ([item("Pay"), hidden], [hidden, item("Pay")]):
        files, said = imported(office, capsys, *items, drafts=drafts)
        assert list(files) == ["pay"]
        assert "A text." in files["pay"]
        assert "draft" not in files["pay"]
        assert "ecret" not in files["pay"] + said


def test_the_address_of_an_older_version_leads_to_the_entry(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = item("Pay", url="http://example.org/feeds/old-address/")
    files, _ = imported(office, capsys, old, item("Pay", date_modified=NEW))
    assert "aliases: [old-address/]\n" in files["pay"] or "- old-address/\n" in files["pay"]
