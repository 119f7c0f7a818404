"""Dates are compared with those that subscribers were shown first; settings move none of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from test_guard import Desk, code

from offices import OFFICE, entry

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, wages=entry(updated="2015-06-01"), jobs=entry(title="Jobs fair"))


def settings(desk: Desk, **changes: str) -> None:
    """Write other settings of the site; an empty one is left out."""
    text = OFFICE.decode()
    for key in changes:
        text = "".join(
            line for line in text.splitlines(keepends=True) if not line.startswith(f"  {key}:")
        )
    lines = [f"  {key}: {value}\n" for key, value in changes.items() if value]
    (desk.folder / "feeds.yaml").write_text(text.replace("site:\n", "site:\n" + "".join(lines)))


def records(desk: Desk) -> dict[str, dict[str, str]]:
    manifest = json.loads((desk.folder / "public" / "manifest.json").read_bytes())
    return {record["id"].rpartition(":")[2]: record for record in manifest["entries"]}


def test_steps_add_up(desk: Desk) -> None:
    desk.write("jobs", "date: 2015-05-20")
    assert desk.build().returncode == 0
    for day in ("2015-05-21", "2015-05-17", "2015-05-21T09:00:00+09:00"):
        desk.write("jobs", f"date: {day}")
        (line,) = desk.refused()
        assert code([line]) == ["date-moved"]
        assert "moves from 2015-05-19 to" in line
        assert "write `date: 2015-05-19`" in line
    desk.write("jobs", "date: 2015-05-18")  # two days back, but one from the first
    assert desk.build().returncode == 0


def test_what_goes_back_leaves_no_trace(desk: Desk) -> None:
    first = desk.published()
    desk.write("jobs", "date: 2015-05-20")
    assert desk.build().returncode == 0
    assert records(desk)["jobs"]["first_published"].startswith("2015-05-19T09:00:00")
    assert desk.build("--now", "2026-11-02").returncode == 0
    assert records(desk)["jobs"]["first_published"].startswith("2015-05-19T09:00:00")
    desk.write("jobs", "date: 2015-05-19")
    assert desk.build().returncode == 0
    assert desk.published() == first


def test_a_move_that_was_allowed_is_the_new_first_date(desk: Desk) -> None:
    desk.write("jobs", "date: 2015-05-25")
    assert desk.build("--allow", "date-moved").returncode == 0
    assert "first_published" not in records(desk)["jobs"]
    desk.write("jobs", "date: 2015-05-26")
    assert desk.build().returncode == 0
    desk.write("jobs", "date: 2015-05-27")
    (line,) = desk.refused()
    assert "moves from 2015-05-25 to 2015-05-27" in line


def test_another_authority_forgets_no_date(desk: Desk) -> None:
    desk.write("jobs", "date: 2015-05-20")
    assert desk.build().returncode == 0
    text = OFFICE.replace(b"2015:office", b"2015:other")
    (desk.folder / "feeds.yaml").write_bytes(text)
    assert desk.build("--allow", "authority-changed").returncode == 0
    desk.write("jobs", "date: 2015-05-21")
    assert "moves from 2015-05-19" in desk.refused()[0]


@pytest.mark.parametrize(
    ("changes", "key", "lines"),
    [
        ({"publish_time": '"08:00"'}, "publish_time", ['`publish_time: "09:00"`']),
        ({"publish_time": '"23:59"'}, "publish_time", ['`publish_time: "09:00"`']),
        ({"timezone": "Europe/Paris"}, "timezone", ["`timezone: {zone}`"]),
        (
            {"publish_time": '"10:30"', "timezone": "America/New_York"},
            "publish_time",
            ['`publish_time: "09:00"`', "`timezone: {zone}`"],
        ),
    ],
)
def test_a_setting_that_moves_all_dates_is_refused_once(
    desk: Desk, changes: dict[str, str], key: str, lines: list[str]
) -> None:
    zone = next(
        line.split()[1] for line in OFFICE.decode().splitlines() if line.startswith("  timezone:")
    )
    first = records(desk)["jobs"]["published"]
    settings(desk, **changes)
    (line,) = desk.refused()
    assert code([line]) == ["dates-moved"]
    text = (desk.folder / "feeds.yaml").read_text().splitlines()
    number = next(n for n, row in enumerate(text, 1) if row.startswith(f"  {key}:"))
    assert line.startswith(f"feeds.yaml:{number}:1: error:")
    assert "the dates of 2 published entries" in line
    for wanted in lines:
        assert wanted.format(zone=zone) in line
    assert f"in entries/jobs.md `date: {first}`" in line


def test_the_old_dates_may_be_written_with_their_time(desk: Desk) -> None:
    moments = {slug: record["published"] for slug, record in records(desk).items()}
    settings(desk, publish_time='"08:00"')
    for slug, moment in moments.items():
        desk.write(slug, f"date: {moment}")
    (line,) = desk.refused()  # `updated` is a day without a time too
    assert "the dates of 1 published entry" in line
    assert "in entries/wages.md `updated: 2015-06-01T09:00:00" in line
    desk.write("wages", "updated: 2015-06-01T09:00:00" + moments["wages"][19:])
    done = desk.build()
    assert (done.returncode, done.stdout) == (0, "")


def test_a_setting_that_was_removed_is_shown_at_the_site(tmp_path: Path) -> None:
    desk = Desk(tmp_path, wages=entry())
    settings(desk, publish_time='"07:15"')
    assert desk.build("--allow", "dates-moved").returncode == 0
    (desk.folder / "feeds.yaml").write_bytes(OFFICE)
    (line,) = desk.refused()
    assert line.startswith("feeds.yaml:2:1: error: `publish_time` changed")
    assert 'write `publish_time: "07:15"` again' in line


def test_a_zone_with_the_same_times_moves_nothing(desk: Desk) -> None:
    offset = records(desk)["jobs"]["published"][19:]
    twin = {"+09:00": "Asia/Seoul", "+08:00": "Asia/Singapore"}[offset]
    settings(desk, timezone=twin)
    done = desk.build()
    assert (done.returncode, done.stdout) == (0, "")


def test_dates_moved_can_be_allowed_and_are_then_the_first(desk: Desk) -> None:
    settings(desk, publish_time='"15:00"')
    done = desk.build("--allow", "dates-moved")
    assert done.returncode == 0
    assert done.stdout.count(": warning: ") == 1  # and none for each entry
    assert all("first_published" not in record for record in records(desk).values())
    desk.write("jobs", "date: 2015-05-20")
    assert desk.build().returncode == 0


def test_a_date_that_moves_beside_the_setting_is_its_own_problem(desk: Desk) -> None:
    settings(desk, publish_time='"15:00"')
    desk.write("jobs", "date: 2015-05-25")
    assert sorted(code(desk.refused())) == ["date-moved", "dates-moved"]


def test_older_manifests_know_no_settings(desk: Desk) -> None:
    path = desk.folder / "public" / "manifest.json"
    old = json.loads(path.read_bytes()) | {"version": 2}
    del old["timezone"], old["publish_time"]
    path.write_text(json.dumps(old))
    settings(desk, publish_time='"10:00"')
    assert desk.build().returncode == 0


SAFETY = b"  occupational-safety-and-health: Occupational Safety and Health\n"
KEPT = 'occupational-safety-and-health: {label: "Occupational Safety and Health",'


@pytest.mark.parametrize(
    ("removed", "changed", "wanted"),
    [
        (SAFETY, b"", f"`{KEPT} broader: …}}` with the name of that term"),
        (SAFETY, b"  safety: Safe work\n  x: Occupational health\n", f"`{KEPT} broader: x}}`"),
        (b"  NO: Norway\n", b"  SE: Sweden\n", '`NO: {label: "Norway", broader: SE}`'),
    ],
)
def test_a_renamed_or_merged_term_can_be_kept_in_the_new_one(
    tmp_path: Path, removed: bytes, changed: bytes, wanted: str
) -> None:
    assert removed in OFFICE
    keys = {"categories": "[employment]"}
    desk = Desk(tmp_path, office=OFFICE, jobs=entry(**keys))
    (desk.folder / "feeds.yaml").write_bytes(OFFICE.replace(removed, changed))
    (line,) = desk.refused()
    assert code([line]) == ["feed-vanished"]
    assert f"write `{removed.decode().strip()}`, or, if another term replaces it, {wanted}" in line
    if "…" in wanted:
        return
    written = wanted.strip("`").encode()
    (desk.folder / "feeds.yaml").write_bytes(
        OFFICE.replace(removed, changed + b"  " + written + b"\n")
    )
    assert desk.build().returncode == 0
