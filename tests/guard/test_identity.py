"""An id under which another story was shown is refused, and an honest rewrite is not."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
import yaml
from test_guard import Desk, code

from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.guard.entries import MIN_SHARED, MIN_SHARED_IF_MOVED
from ilofeed.guard.sketch import MIN_PIECES, SIZE, make_sketch, shared_part
from offices import DATA, NOW, ROOT, entry

if TYPE_CHECKING:
    from pathlib import Path

REWRITTEN = yaml.safe_load((DATA / "rewritten.yaml").read_text("utf-8"))
PAIRS = [pair for pairs in REWRITTEN.values() for pair in pairs]
OTHERS = [
    (first, second)
    for pairs in REWRITTEN.values()
    for one, two in itertools.permutations(pairs, 2)
    for first, second in itertools.product(one, two)
]


def sketch(text: str) -> str:
    made = make_sketch(text)
    assert made is not None
    return made


@pytest.mark.parametrize("pair", PAIRS)
def test_a_rewrite_passes(pair: tuple[str, str]) -> None:
    for before, after in (pair, pair[::-1]):
        assert shared_part(sketch(before), after) >= MIN_SHARED


def test_other_news_in_the_same_language_does_not() -> None:
    assert len(OTHERS) == 144
    assert [pair for pair in OTHERS if shared_part(sketch(pair[0]), pair[1]) >= MIN_SHARED] == []


def test_the_news_of_a_real_office_are_told_apart() -> None:
    site, _ = check(read_office(ROOT), NOW)
    assert site is not None
    texts = [(entry.title, entry.summary, entry.html) for entry in site.entries]
    parts = [
        shared_part(sketch(" ".join(before)), *after)
        for before, after in itertools.permutations(texts, 2)
    ]
    assert len(parts) == len(texts) * (len(texts) - 1) >= 156
    assert max(parts) < MIN_SHARED_IF_MOVED
    assert sum(part >= MIN_SHARED for part in parts) <= len(parts) / 50


LONG = " ".join(f"word{number} follows {number * 7919 % 1000}." for number in range(600))


def test_shortening_and_extending_keep_the_text() -> None:
    start = LONG[: len(LONG) // 10]
    assert shared_part(sketch(LONG), start) > MIN_SHARED_IF_MOVED
    assert shared_part(sketch(LONG), LONG[: len(LONG) // 4]) > 0.9
    assert shared_part(sketch(start), LONG) > 0.5
    assert shared_part(sketch(LONG), LONG) == 1.0
    assert shared_part(sketch(LONG), f"<p>{LONG.upper()}</p>") == 1.0


def test_a_sketch_is_short_and_does_not_depend_on_order() -> None:
    assert len(sketch(LONG)) == SIZE * 4
    assert sketch("one two three four five six seven eight nine") != sketch(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    )
    assert make_sketch("Six words are not enough here") is None
    assert make_sketch(*["word"] * 100) is None  # one piece
    assert MIN_PIECES == 8


@pytest.mark.parametrize("damaged", ["", "?", "AAA", "AAAA" * 3, "é" * 48, "=" * 192])
def test_a_damaged_sketch_says_nothing(damaged: str) -> None:
    assert shared_part(damaged, LONG) == 1.0


def story(number: int, **changes: str) -> bytes:
    title, _, summary = REWRITTEN["en"][number][0].partition(". ")
    return entry(title=title, summary=summary, **changes)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, wages=story(0), training=story(2, date="2015-06-01"))


def test_a_file_with_a_different_story_is_refused(desk: Desk) -> None:
    desk.file("wages").write_bytes(story(1, date="2015-08-01"))
    (line,) = desk.refused()
    assert code([line]) == ["id-reused"]  # not also for its date
    assert line.startswith("entries/wages.md:2:1: error: `Wages rise in three provinces` was pub")
    assert "put the old text back into entries/wages.md, and write this one in a new file" in line
    desk.file("wages").write_bytes(story(0))
    desk.file("report").write_bytes(story(1, date="2015-08-01"))
    done = desk.build()
    assert done.returncode == 0
    assert done.stdout == ""


def test_it_can_be_allowed_and_is_then_what_was_shown(desk: Desk) -> None:
    desk.file("wages").write_bytes(story(1, date="2015-08-01"))
    done = desk.build("--allow", "id-reused")
    assert done.returncode == 0
    assert done.stdout.count("(allowed by --allow id-reused)") == 1
    assert (desk.build().returncode, desk.build().stdout) == (0, "")
    desk.file("wages").write_bytes(story(0))
    assert code(desk.refused()) == ["id-reused"]


def test_two_files_that_swap_their_texts(desk: Desk) -> None:
    first, second = desk.file("wages").read_bytes(), desk.file("training").read_bytes()
    desk.file("wages").write_bytes(second)
    desk.file("training").write_bytes(first)
    lines = desk.refused()
    assert code(lines) == ["id-reused", "id-reused"]
    assert "in entries/wages.md write `id: training`" in lines[0]
    assert "in entries/training.md write `id: wages`" in lines[1]
    desk.write("wages", "id: training")  # as the messages say
    desk.write("training", "id: wages")
    assert desk.build().returncode == 0


def test_two_entries_that_swap_their_ids(desk: Desk) -> None:
    desk.write("wages", "id: training")
    desk.write("training", "id: wages")
    lines = desk.refused()
    assert code(lines) == ["id-reused", "id-reused"]
    assert all(":2:1: error:" in line for line in lines)  # at the line of the id


def test_a_new_file_with_the_id_of_an_old_one(desk: Desk) -> None:
    desk.file("wages").unlink()
    desk.file("report").write_bytes(story(1, id="wages"))
    (line,) = desk.refused()
    assert code([line]) == ["id-reused"]
    assert line.startswith("entries/report.md:7:1:")
    assert "put the old text back into entries/wages.md" in line


def test_the_old_text_may_be_in_another_file(desk: Desk) -> None:
    desk.file("pay").write_bytes(desk.file("wages").read_bytes())
    desk.file("wages").write_bytes(story(1))
    (line,) = desk.refused()
    assert "in entries/pay.md write `id: wages`; give this text another id" in line


def test_a_rewrite_with_another_date_of_the_same_day_passes(desk: Desk) -> None:
    title, _, summary = REWRITTEN["en"][0][1].partition(". ")
    desk.file("wages").write_bytes(entry(title=title, summary=summary, updated="2015-05-20"))
    done = desk.build()
    assert (done.returncode, done.stdout) == (0, "")


def test_a_withdrawn_text_may_go_and_another_may_not_come_back(desk: Desk) -> None:
    empty = entry(title="Withdrawn", summary="Gone.", withdrawn="2015-07-01")
    desk.file("wages").write_bytes(empty)
    assert desk.build().returncode == 0
    desk.file("wages").write_bytes(story(1))
    assert code(desk.refused()) == ["id-reused"]
    desk.file("wages").write_bytes(story(0))
    assert desk.build().returncode == 0


def test_older_manifests_know_no_texts(desk: Desk) -> None:
    path = desk.folder / "public" / "manifest.json"
    text = path.read_text("utf-8")
    assert text.count('"sketch"') == 2
    path.write_text(text.replace('"version": 4', '"version": 2').replace('"sketch"', '"unknown"'))
    desk.file("wages").write_bytes(story(1))
    assert desk.build().returncode == 0
