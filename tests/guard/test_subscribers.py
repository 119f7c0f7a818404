"""What subscribers keep, whatever editors do: a year of random changes, read with feedparser.

An editor adds, rewrites, renames, swaps, deletes and withdraws files, moves dates, changes settings
and the clock, and loses files of the output. A subscriber reads the feed after each build and holds
it against all that was seen before. What a build refuses is undone.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import feedparser
import pytest

from effort import attempts
from offices import OFFICE, entry, write_office
from program import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet
    from pathlib import Path

pytestmark = pytest.mark.slow
DAY = dt.timedelta(days=1)


def words(story: int) -> list[str]:
    """Return the words of a story, which no other story has."""
    letters = str.maketrans("0123456789", "ghijklmnop")
    digests = (hashlib.sha256(f"{story} {number}".encode()).hexdigest() for number in range(30))
    return [digest[:9].translate(letters) for digest in digests]


STORIES = {word: story for story in range(400) for word in words(story)}


@dataclass
class File:
    """An entry file as the editor thinks of it."""

    story: int
    text: list[str]
    keys: dict[str, Any]

    def data(self) -> bytes:
        return entry(title=" ".join(self.text[:4]), summary=" ".join(self.text[4:]), **self.keys)


@dataclass
class Subscriber:
    """What somebody who reads the feed has seen of each id."""

    story: dict[str, int] = field(default_factory=dict)
    first: dict[str, dt.datetime] = field(default_factory=dict)
    updated: dict[str, dt.datetime] = field(default_factory=dict)
    feeds: set[str] = field(default_factory=set)

    def read(self, public: Path, withdrawn: AbstractSet[str]) -> None:
        """Read all feeds and hold them against what was seen before, but for withdrawn ids."""
        feeds = {path.relative_to(public).as_posix() for path in public.rglob("atom.xml")}
        assert self.feeds <= feeds
        self.feeds = feeds
        shown = {}
        for path in sorted(public.glob("all/**/atom.xml")):
            for item in feedparser.parse(path.read_bytes()).entries:
                assert item.id not in shown, "shown twice"
                shown[item.id] = item
        assert self.story.keys() - shown.keys() <= withdrawn
        for identity, item in shown.items():
            (story, _), *_ = Counter(
                STORIES[word] for word in f"{item.title} {item.summary}".split()
            ).most_common(1)
            assert self.story.setdefault(identity, story) == story, "another story with this id"
            published, updated = moment(item.published_parsed), moment(item.updated_parsed)
            first = self.first.setdefault(identity, published)
            assert abs(published - first) <= DAY
            last = self.updated.get(identity, updated)
            # an entry that was never edited has the second of its date
            assert updated >= last or updated == published
            self.updated[identity] = updated


def moment(parsed: Any) -> dt.datetime:
    return dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC)


class Editor:
    """An editor with a seed: `step` does something at random, and undoes what is refused."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.folder = write_office(folder / "office", office=OFFICE)
        self.settings = OFFICE.replace(b"  title:", b"  limit: 4\n  title:")
        self.files: dict[str, File] = {}
        self.stories = iter(range(400))
        self.now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        self.subscriber = Subscriber()
        self.counts: Counter[str] = Counter()
        for _ in range(3):
            self.add()
        assert self.build() == 0
        self.read()

    def write(self) -> None:
        shutil.rmtree(self.folder / "entries")
        (self.folder / "entries").mkdir()
        (self.folder / "feeds.yaml").write_bytes(self.settings)
        for slug, file in self.files.items():
            (self.folder / "entries" / f"{slug}.md").write_bytes(file.data())

    def build(self) -> int:
        self.write()
        done = run(self.folder, "build", "--now", self.now.isoformat())
        assert "Traceback" not in done.stderr
        assert done.returncode in {0, 1, 4, 5}, done.stdout + done.stderr
        return done.returncode

    def step(self) -> None:
        before = {slug: File(f.story, [*f.text], {**f.keys}) for slug, f in self.files.items()}
        settings, now = self.settings, self.now
        changes: list[Callable[[], None]] = [
            self.add, self.add, self.rewrite, self.rewrite, self.touch, self.rename,
            self.rename_well,
            self.swap_texts, self.swap_ids, self.reuse, self.reuse_id, self.delete, self.withdraw,
            self.move, self.move, self.draft, self.set_time, self.set_zone, self.rename_topic,
            self.lose, self.damage, self.lose_all, self.wait, self.go_back,
        ]  # fmt: skip
        change = self.random.choice(changes)
        change()
        code = self.build()
        self.counts[f"{change.__name__} {code}"] += 1
        if code != 0:
            self.files, self.settings, self.now = before, settings, now
            if self.build() != 0:  # what was lost is the problem, and the editor says so
                done = run(
                    self.folder, "build", "--now", self.now.isoformat(), "--previous", "none"
                )
                assert done.returncode == 0, done.stdout + done.stderr
                self.counts["started again"] += 1
        self.read()
        self.now += dt.timedelta(hours=self.random.randrange(1, 100))

    def read(self) -> None:
        withdrawn = {
            f"tag:example.org,2015:office:{file.keys.get('id', slug)}"
            for slug, file in self.files.items()
            if "withdrawn" in file.keys
        }
        self.subscriber.read(self.folder / "public", withdrawn)

    def any_file(self) -> File:
        return self.random.choice(list(self.files.values()))

    def add(self) -> None:
        story = next(self.stories)
        days = self.random.choice([0, 0, 1, 10, -3])
        keys = {"date": (self.now.date() - days * DAY).isoformat()}
        self.files[f"s{story}"] = File(story, words(story), keys)

    def rewrite(self) -> None:
        file = self.any_file()
        text = self.random.sample(words(file.story), self.random.randrange(10, 31))
        file.text = text

    def touch(self) -> None:
        self.any_file().keys["updated"] = self.now.date().isoformat()

    def rename(self) -> None:
        slug = self.random.choice(list(self.files))
        self.files[f"{slug}-new"] = self.files.pop(slug)

    def rename_well(self) -> None:
        slug = self.random.choice(list(self.files))
        file = self.files.pop(slug)
        file.keys.setdefault("id", slug)
        self.files[f"{slug}-new"] = file

    def swap_texts(self) -> None:
        one, two = self.any_file(), self.any_file()
        one.text, two.text = two.text, one.text
        one.story, two.story = two.story, one.story

    def swap_ids(self) -> None:
        one, two = self.random.sample(list(self.files), 2)
        first = self.files[one].keys.get("id", one)
        second = self.files[two].keys.get("id", two)
        self.files[one].keys["id"], self.files[two].keys["id"] = second, first

    def reuse(self) -> None:
        file, story = self.any_file(), next(self.stories)
        file.story, file.text = story, words(story)
        if self.random.random() < 0.5:
            file.keys["date"] = self.now.date().isoformat()

    def reuse_id(self) -> None:
        slug = self.random.choice(list(self.files))
        file, story = self.files.pop(slug), next(self.stories)
        keys = {"date": file.keys["date"], "id": file.keys.get("id", slug)}
        self.files[f"s{story}"] = File(story, words(story), keys)

    def delete(self) -> None:
        del self.files[self.random.choice(list(self.files))]

    def withdraw(self) -> None:
        self.any_file().keys["withdrawn"] = self.now.date().isoformat()

    def move(self) -> None:
        file = self.any_file()
        hours = self.random.choice([-30, -20, -3, 5, 20, 23, 26, 100])
        date = dt.datetime.fromisoformat(file.keys["date"])
        if date.tzinfo is None:
            date = date.replace(hour=9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
        file.keys["date"] = (date + dt.timedelta(hours=hours)).isoformat()

    def draft(self) -> None:
        self.any_file().keys["draft"] = "true"

    def set_time(self) -> None:
        time = self.random.choice([b'"08:00"', b'"17:30"', b'"09:00"'])
        self.settings = self.settings.replace(
            b"site:\n", b"site:\n  publish_time: " + time + b"\n", 1
        )
        if self.settings.count(b"publish_time") > 1:
            self.settings = OFFICE.replace(b"  title:", b"  limit: 4\n  title:")

    def set_zone(self) -> None:
        self.settings = self.settings.replace(b"Asia/Ulaanbaatar", b"Europe/Oslo")

    def rename_topic(self) -> None:
        self.settings = self.settings.replace(b"  occupational-safety-and-health:", b"  safety:")

    def lose(self) -> None:
        (self.folder / "public" / "manifest.json").unlink(missing_ok=True)
        self.reuse() if self.random.random() < 0.5 else self.delete()

    def damage(self) -> None:
        path = self.folder / "public" / "manifest.json"
        path.write_bytes(path.read_bytes()[: self.random.choice([0, 100, 2000])])
        self.delete() if self.random.random() < 0.5 else self.add()

    def lose_all(self) -> None:
        shutil.rmtree(self.folder / "public")
        self.delete() if self.random.random() < 0.5 else self.add()

    def wait(self) -> None:
        self.now += self.random.randrange(1, 20) * DAY

    def go_back(self) -> None:
        self.now -= self.random.randrange(1, 20) * DAY


@pytest.mark.parametrize("seed", range(attempts(2, 20)))
def test_a_year_of_an_editor(tmp_path: Path, seed: int) -> None:
    editor = Editor(tmp_path, seed)
    for _ in range(attempts(60, 150)):
        editor.step()
    assert sum(count for name, count in editor.counts.items() if name.endswith(" 0")) > 10
    assert sum(count for name, count in editor.counts.items() if name.endswith(" 5")) > 5
