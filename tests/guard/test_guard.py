"""The continuity guard: what subscribers would lose or see twice is refused, with what to write."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.guard.comparison import line_of
from ilofeed.problems import GUARDED, RULES
from ilofeed.verify.calendar_reader import read_calendar
from offices import NOW, OFFICE, SMALL, entry, write_office
from program import run

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

CLOCK = ("--now", NOW.isoformat())


class Desk:
    """An editor's folder, published once."""

    def __init__(self, folder: Path, *, office: bytes = SMALL, **entries: Any) -> None:
        self.folder = write_office(folder / "office", office=office, **entries)
        done = self.build()
        assert done.returncode == 0, done.stdout + done.stderr

    def build(self, *options: str) -> subprocess.CompletedProcess[str]:
        return run(self.folder, "build", *CLOCK, *options)

    def file(self, slug: str) -> Path:
        return self.folder / "entries" / f"{slug}.md"

    def refused(self, *options: str) -> list[str]:
        """What the build is refused for; nothing was published, and each can be allowed alone."""
        before = self.published()
        done = self.build(*options)
        assert done.returncode == 5, done.stdout + done.stderr
        assert self.published() == before
        lines = [line for line in done.stdout.splitlines() if ": error: " in line]
        for line in lines:
            code = re.findall(r"\[([a-z-]+)\]$", line)[0]
            assert code in RULES
            assert f"--allow {code} [" in line
        return lines

    def published(self) -> dict[str, bytes]:
        output = self.folder / "public"
        return {
            str(p.relative_to(output)): p.read_bytes() for p in output.rglob("*") if p.is_file()
        }

    def write(self, slug: str, line: str) -> None:
        """Do what a message says: put a line into the front matter, instead of one of its key."""
        key = line.partition(":")[0]
        text = re.sub(rf"^{key}:.*\n", "", self.file(slug).read_text(), flags=re.MULTILINE)
        self.file(slug).write_text(text.replace("---\n", f"---\n{line}\n", 1))


def code(lines: list[str]) -> list[str]:
    return [line.rpartition("[")[2].rstrip("]") for line in lines]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(
        tmp_path,
        wages=entry(title="Wages rise in the provinces", updated="2015-06-01"),
        jobs=entry(title="Jobs fair", countries="[CN]", body="Come."),
    )


def test_a_renamed_file_is_told_its_id_line(desk: Desk) -> None:
    desk.file("wages").rename(desk.file("pay-2015"))
    (line,) = desk.refused()
    assert line.startswith(
        "entries/pay-2015.md:2:1: error: the file of `Wages rise in the provinces` was renamed"
    )
    assert "entries/wages.md" in line
    assert "write `id: wages`" in line
    desk.write("pay-2015", "id: wages")
    done = desk.build()
    assert done.returncode == 0
    assert "subscribers see 0 new, 0 changed, 0 gone" in done.stderr


def test_a_rename_with_other_words_is_recognised_by_title_and_date(desk: Desk) -> None:
    desk.file("wages").unlink()
    desk.file("pay").write_bytes(entry(title="Wages rise in all provinces", summary="New."))
    desk.file("noise").write_bytes(entry(title="Something else entirely", date="2015-05-19"))
    (line,) = desk.refused()
    assert line.startswith("entries/pay.md:")
    assert "`id: wages`" in line


def test_of_two_that_are_alike_the_one_with_the_content(desk: Desk) -> None:
    data = desk.file("wages").read_bytes()
    desk.file("wages").unlink()
    desk.file("a-copy").write_bytes(data.replace(b"A report", b"Another report"))
    desk.file("b-same").write_bytes(data)
    (line,) = desk.refused()
    assert line.startswith("entries/b-same.md:")


def test_a_changed_id_is_told_the_old_one(desk: Desk) -> None:
    desk.write("wages", "id: other")
    (line,) = desk.refused()
    assert line.startswith("entries/wages.md:2:1: error: the id of")
    assert "write `id: wages`" in line
    desk.write("wages", "id: wages")
    assert desk.build().returncode == 0


@pytest.mark.slow
def test_a_thousand_renamed_at_once_are_told_apart(tmp_path: Path) -> None:
    """Fifty here: each by its own content, also those of one title and one day."""
    desk = Desk(tmp_path, **{f"e{n}": entry(summary=f"Number {n}.") for n in range(50)})
    for number in range(50):
        desk.file(f"e{number}").rename(desk.file(f"new-{number}"))
    lines = desk.refused()
    assert code(lines) == ["many-vanished"] + ["id-vanished"] * 50
    for line in lines[1:]:
        number = re.findall(r"^entries/new-(\d+)\.md", line)[0]
        assert f"`id: e{number}`" in line


def test_an_id_that_is_no_slug_is_given_whole(tmp_path: Path) -> None:
    whole = "tag:example.net,2010:news/7"
    desk = Desk(tmp_path, wages=entry(id=f'"{whole}"'))
    desk.file("wages").write_bytes(entry())
    (line,) = desk.refused()
    assert f"`id: {whole}`" in line


def test_a_deleted_file_is_told_to_be_withdrawn(desk: Desk) -> None:
    text = desk.file("jobs").read_bytes()
    desk.file("jobs").unlink()
    (line,) = desk.refused()
    assert line.startswith("entries/jobs.md:1:1: error: `Jobs fair` is published")
    assert "`withdrawn: 2026-11-01`" in line
    desk.file("jobs").write_bytes(text)
    desk.write("jobs", "withdrawn: 2026-11-01")
    done = desk.build("--now", "2026-11-01T09:00:00+08:00")  # when that day begins
    assert done.returncode == 0
    assert "1 withdrawn" in done.stderr
    desk.file("jobs").unlink()  # its page would go
    (line,) = desk.refused()
    assert "`withdrawn: 2026-11-01`" in line


def test_a_draft_is_no_way_back(desk: Desk) -> None:
    desk.write("jobs", "draft: true")
    (line,) = desk.refused()
    assert line.startswith("entries/jobs.md:2:1: error:")
    assert "replace the `draft` line by `withdrawn: 2026-11-01`" in line


def test_a_date_in_the_future_is_no_way_back(desk: Desk) -> None:
    desk.write("jobs", "date: 2030-01-01")
    (line,) = desk.refused()
    assert "write `date: 2015-05-19`" in line
    assert code([line]) == ["id-vanished"]


def test_a_date_moves_by_a_day_and_not_more(desk: Desk) -> None:
    desk.write("jobs", "date: 2015-05-20")
    assert desk.build().returncode == 0
    desk.write("jobs", "date: 2015-05-21T09:00:01+09:00")
    (line,) = desk.refused()
    assert line.startswith(
        "entries/jobs.md:2:1: error: the date of `Jobs fair` moves from 2015-05-19"
    )
    assert "write `date: 2015-05-19`" in line
    assert code([line]) == ["date-moved"]
    assert desk.build("--allow", "date-moved").returncode == 0
    desk.write("jobs", "date: 2015-05-19")
    (line,) = desk.refused()
    assert "write `date: 2015-05-21T09:00:01+09:00`" in line


def test_updated_never_goes_back(desk: Desk) -> None:
    desk.write("wages", "updated: 2015-05-30")
    (line,) = desk.refused()
    assert code([line]) == ["updated-backwards"]
    assert line.startswith("entries/wages.md:2:1: error:")
    wanted = re.findall(r"write `(updated: [^`]+)`", line)[0]
    desk.write("wages", wanted)
    assert desk.build().returncode == 0


def test_an_updated_later_today_is_not_a_step_back(tmp_path: Path) -> None:
    """Until its instant readers keep the last one."""
    desk = Desk(tmp_path, wages=entry(updated="2016-01-01"))
    desk.write("wages", "updated: 2026-11-01T20:00+09:00")
    done = desk.build()
    assert done.returncode == 0, done.stdout
    assert b"<updated>2016-01-01" in desk.published()["all/atom.xml"]
    assert desk.build("--now", "2026-11-01T11:00:00Z").returncode == 0
    assert b"<updated>2026-11-01T11:00:00" in desk.published()["all/atom.xml"]


@pytest.mark.slow
def test_a_feed_that_would_go_is_told_what_to_put_back(tmp_path: Path) -> None:
    office = OFFICE + b"feeds: [all, {per: category}, {per: country}, {per: [country, category]}]\n"
    desk = Desk(tmp_path, office=office, wages=entry())
    yaml = desk.folder / "feeds.yaml"

    yaml.write_bytes(office.replace(b"  NO: Norway\n", b""))
    (line,) = desk.refused()
    assert code([line]) == ["feed-vanished"]
    assert "country/no/atom.xml" in line
    assert "below `countries` write `NO: Norway`" in line
    number = office.splitlines().index(b"countries:") + 1
    assert line.startswith(f"feeds.yaml:{number}:1: ")

    yaml.write_bytes(office.replace(b"  occupational-safety-and-health: Occu", b"  osh: Occu"))
    (line,) = desk.refused()
    wanted = "occupational-safety-and-health: Occupational Safety and Health"
    assert f"below `categories` write `{wanted}`" in line

    for old, wanted in (
        (b"all, ", "- all"),
        (b"{per: category}, ", "- per: category"),
        (b", {per: [country, category]}", "- per: [country, category]"),
    ):
        yaml.write_bytes(office.replace(old, b""))
        lines = desk.refused()
        assert all(f"below `feeds` write `{wanted}`" in line for line in lines), lines
    assert desk.build("--allow", "feed-vanished").returncode == 0
    assert "country/mn/category/wages/atom.xml" not in desk.published()


def test_a_feed_of_a_language_that_would_go_is_told_what_to_put_back(tmp_path: Path) -> None:
    office = OFFICE.replace(b"  timezone", b"  languages: [en, zh-Hans, mn]\n  timezone")
    office += b"feeds: [all, {per: language}, {per: [language, category]}]\n"
    desk = Desk(tmp_path, office=office, wages=entry())
    yaml = desk.folder / "feeds.yaml"
    yaml.write_bytes(office.replace(b", zh-Hans", b""))
    (line,) = desk.refused()
    assert "language/zh-hans/atom.xml" in line
    assert "below `site` write `languages: [en, mn, zh-Hans]`" in line
    assert line.startswith("feeds.yaml:7:1: ")
    yaml.write_bytes(office.replace(b", {per: [language, category]}", b""))
    lines = desk.refused()
    assert all("below `feeds` write `- per: [language, category]`" in line for line in lines)
    yaml.write_bytes(office.replace(b"  languages: [en, zh-Hans, mn]\n", b""))
    lines = desk.refused()
    assert len(lines) == 2
    # one line brings both back
    assert all("below `site` write `languages: [en, mn, zh-Hans]`" in line for line in lines)


def test_a_label_that_yaml_would_misread_is_quoted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, office=OFFICE, wages=entry())
    (desk.folder / "feeds.yaml").write_bytes(OFFICE.replace(b"HK: {label", b"TW: {label"))
    (line,) = desk.refused()
    assert "write `HK: Hong Kong SAR (China)`" in line  # plain in block style


def test_a_pair_keeps_its_feed_while_it_is_empty(tmp_path: Path) -> None:
    desk = Desk(tmp_path, office=OFFICE, wages=entry(), jobs=entry())
    for slug in ("wages", "jobs"):
        desk.write(slug, "countries: [CN]")
    assert desk.build().returncode == 0
    assert "country/mn/category/wages/atom.xml" in desk.published()
    assert desk.build().returncode == 0
    assert "country/mn/category/wages/atom.xml" in desk.published()


def test_what_is_empty_goes_where_feeds_may_go(tmp_path: Path) -> None:
    desk = Desk(tmp_path, office=OFFICE, wages=entry(event="{start: 2015-06-01}"))
    desk.file("wages").write_bytes(entry(countries="[CN]"))
    done = desk.build("--allow", "feed-vanished")
    assert done.returncode == 0
    assert "(allowed by --allow feed-vanished)" in done.stdout
    left = desk.published()
    assert "country/mn/category/wages/atom.xml" not in left
    assert "all/calendar.ics" not in left
    assert desk.build("--previous", "none", "--output", "fresh").returncode == 0
    shutil.rmtree(desk.folder / "public")
    (desk.folder / "fresh").rename(desk.folder / "public")
    assert desk.published() == left


def test_archives_are_feeds_too(tmp_path: Path) -> None:
    office = OFFICE.replace(b"  title:", b"  limit: 1\n  title:")
    entries: dict[str, Any] = {f"e{n}": entry(date=f"2015-05-0{n}") for n in range(1, 4)}
    desk = Desk(tmp_path, office=office, **entries)
    without = office.replace(b"  title:", b"  archives: []\n  title:")
    (desk.folder / "feeds.yaml").write_bytes(without)
    lines = desk.refused()
    assert set(code(lines)) == {"feed-vanished"}
    assert all("below `site` write `archives: [atom]`" in line for line in lines)


def test_a_calendar_stays_while_it_is_empty(tmp_path: Path) -> None:
    desk = Desk(tmp_path, fair=entry(event="{start: 2015-06-01}"), jobs=entry())
    desk.file("fair").write_bytes(entry())
    assert desk.build().returncode == 0
    data = desk.published()["all/calendar.ics"]
    about, events = read_calendar(data)
    assert (about["title"], events) == ("Example Office", [])
    assert data.count(b"BEGIN:VTIMEZONE") == 1
    assert b"calendar.ics" in desk.published()["all/index.html"]
    assert desk.build().returncode == 0
    assert desk.published()["all/calendar.ics"] == data


@pytest.mark.slow
def test_more_than_a_tenth_at_once(tmp_path: Path) -> None:
    entries: dict[str, Any] = {f"e{n}": entry(title=f"Item {n} {'x' * n}") for n in range(20)}
    desk = Desk(tmp_path, **entries)
    for number in (0, 7):
        desk.file(f"e{number}").unlink()
    assert code(desk.refused()) == ["id-vanished", "id-vanished"]
    desk.file("e15").unlink()
    lines = desk.refused()
    assert code(lines) == ["many-vanished", "id-vanished", "id-vanished", "id-vanished"]
    assert lines[0].startswith("entries:1:1: error: 3 of the 20 published entries")
    assert desk.refused("--allow", "id-vanished") == [lines[0]]
    done = desk.build("--allow", "id-vanished", "--allow", "many-vanished")
    assert done.returncode == 0
    assert done.stdout.count("(allowed by --allow id-vanished)") == 3
    assert done.stdout.count("(allowed by --allow many-vanished)") == 1
    assert "3 gone" in done.stderr


def test_many_withdrawn_are_a_decision(tmp_path: Path) -> None:
    entries: dict[str, Any] = {f"e{n}": entry() for n in range(5)}
    desk = Desk(tmp_path, **entries)
    for slug in entries:
        desk.write(slug, "withdrawn: 2016-01-01")
    assert desk.build().returncode == 0


def test_another_authority_is_told_of_once(desk: Desk) -> None:
    (desk.folder / "feeds.yaml").write_bytes(OFFICE.replace(b"2015:office", b"2015:other"))
    (line,) = desk.refused()
    assert code([line]) == ["authority-changed"]
    assert "write `authority: example.org,2015:office`" in line
    assert line.startswith("feeds.yaml:4:1: ")
    desk.file("jobs").unlink()  # also then what is gone is gone
    assert code(desk.refused()) == ["id-vanished", "authority-changed"]


def test_ids_survive_a_move_to_another_domain(desk: Desk) -> None:
    def ids() -> list[str]:
        text = desk.published()["all/atom.xml"].decode() + desk.published()["all/rss.xml"].decode()
        return re.findall(r"<(?:id|guid)[^>]*>([^<]+)", text)

    before = ids()
    stones = {
        "id": before,
        "updated": re.findall("<updated>[^<]+", str(desk.published()["all/atom.xml"])),
    }
    (desk.folder / "feeds.yaml").write_bytes(
        OFFICE.replace(b"https://example.org", b"https://news.example.net")
    )
    (line,) = desk.refused()
    assert code([line]) == ["site-moved"]
    assert "write `url: https://example.org/feeds/`" in line
    assert line.startswith("feeds.yaml:3:1: ")
    done = desk.build("--allow", "site-moved")
    assert done.returncode == 0
    assert "warning: the site moves from" in done.stdout
    assert "subscribers see 0 new, 0 changed, 0 gone" in done.stderr
    assert ids() == before
    assert len(before) == 5
    text = str(desk.published()["all/atom.xml"])
    assert re.findall("<updated>[^<]+", text) == stones["updated"]
    assert "https://news.example.net/feeds/entry/wages/" in text
    assert "https://example.org" not in text


def test_a_silent_change_is_a_warning_and_a_typo_needs_nothing(desk: Desk) -> None:
    desk.file("jobs").write_bytes(entry(title="Jobs fair", countries="[CN]", body="Come soon."))
    done = desk.build("--strict")
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    assert line.startswith("entries/jobs.md:1:1: warning: `Jobs fair` has changed")
    assert "`ilofeed touch entries/jobs.md`" in line
    assert line.endswith("[changed-silently]")
    assert desk.build().stdout == ""


def test_what_comes_back_says_so_by_a_later_updated(desk: Desk) -> None:
    text = desk.file("jobs").read_bytes()
    desk.write("jobs", "withdrawn: 2016-01-01")
    assert desk.build().returncode == 0
    desk.file("jobs").write_bytes(text)
    done = desk.build()
    assert "`Jobs fair` is no longer withdrawn, but its `updated` is not newer" in done.stdout
    assert "1 returned" in done.stderr


def test_other_labels_and_another_name_of_the_office_are_no_change_of_entries(desk: Desk) -> None:
    office = OFFICE.replace(b"NO: Norway", b"NO: Noreg").replace(b"Example Office", b"Our Office")
    (desk.folder / "feeds.yaml").write_bytes(office)
    assert desk.build().stdout == ""


def test_mistakes_come_first_and_have_their_own_code(desk: Desk) -> None:
    desk.file("jobs").unlink()
    desk.write("wages", "date: 2015-02-30")
    assert desk.build().returncode == 1


def test_an_older_manifest_is_compared_as_far_as_it_goes(desk: Desk) -> None:
    path = desk.folder / "public" / "manifest.json"
    old = json.loads(path.read_bytes())
    ledger = {"version": 1, "site": old["site"], "authority": old["authority"]}
    ledger |= {"documents": old["documents"], "files": old["files"]}
    ledger["entries"] = [
        {key: value for key, value in one.items() if key != "file"} | {"digest": "0" * 64}
        for one in old["entries"]
    ]
    path.write_text(json.dumps(ledger))
    done = desk.build()
    assert (done.returncode, done.stdout) == (0, "")
    path.write_text(json.dumps(ledger))
    desk.file("wages").rename(desk.file("pay"))
    (line,) = desk.refused()
    assert "`id: wages`" in line
    desk.file("pay").unlink()
    (line,) = desk.refused()
    assert line.startswith("entries/wages.md:1:1:")


def test_none_and_a_first_build_have_nothing_to_refuse(desk: Desk) -> None:
    desk.file("jobs").unlink()
    assert desk.build("--previous", "none").returncode == 0


def test_an_unknown_rule_is_a_wrong_option(desk: Desk) -> None:
    done = desk.build("--allow", "everything")
    assert done.returncode == 2
    assert "id-vanished" in done.stderr


def test_annotations_and_json(desk: Desk) -> None:
    desk.file("jobs").unlink()
    done = desk.build("--format", "json")
    assert done.returncode == 5
    (found,) = json.loads(done.stdout)["problems"]
    assert (found["code"], found["path"], found["severity"]) == (
        "id-vanished", "entries/jobs.md", "error",
    )  # fmt: skip
    assert "::error file=" in desk.build("--format", "github").stdout


def test_every_rule_has_a_test(request: pytest.FixtureRequest) -> None:
    text = "".join(path.read_text("utf-8") for path in request.path.parent.glob("test_*.py"))
    for rule in GUARDED - {"manifest-lost"}:  # test_lost_manifest.py
        assert f'"{rule}"' in text or f"[{rule}]" in text, rule


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"---\ntitle: x\nid: y\n", 3),
        (b"a: 1\r\n  id : y\r\n", 2),
        (b"- id: y", 1),
        (b"title: id: y", 1),
        (b'"id": x', 1),
        (b"", 1),
    ],
)
def test_the_line_of_a_key(data: bytes, line: int) -> None:
    assert line_of(data, "id") == line


def test_an_embargo_that_was_not_out_may_move(tmp_path: Path) -> None:
    desk = Desk(tmp_path, wages=entry(), later=entry(date="2027-01-01"))
    desk.write("later", "date: 2027-06-01")
    assert desk.build().stdout == ""
    desk.file("later").unlink()
    assert desk.build().returncode == 0


@pytest.mark.slow
def test_the_figures_of_a_whole_year(tmp_path: Path) -> None:
    """Nothing is refused that editors do as the manual says."""
    desk = Desk(tmp_path, wages=entry())
    steps: list[tuple[str, Any]] = [
        ("a new entry", lambda: desk.file("a").write_bytes(entry(date="2026-01-01"))),
        ("edited", lambda: desk.write("a", "updated: 2026-01-02")),
        ("renamed", lambda: shutil.move(desk.file("a"), desk.file("b"))),
        ("withdrawn", lambda: desk.write("b", "withdrawn: 2026-02-01")),
        ("moved", lambda: desk.write("wages", "categories: [employment]")),
    ]
    for name, step in steps:
        step()
        if name == "renamed":
            desk.write("b", "id: a")
        done = desk.build()
        assert done.returncode == 0, (name, done.stdout)
    assert dt.date(2026, 2, 1).isoformat() in desk.file("b").read_text()
