"""Kills builds at random moments, while another process reads what they publish.

    python tests/soak.py [--kills N] [--seed N] FOLDER

The builds are real processes that hold the lock and publish checked drafts of one office as its
editors change it: entries added, edited, renamed, withdrawn, re-categorised, taken back, and many
at once, so that archives come and go. After each kill, and by a reader all the time: every file is
whole (the bytes of one of the drafts), every feed parses, every address in it has its file. The
next build completes and equals a fresh one. Prints what it did as JSON; the first thing that is
wrong ends it with an error.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ilofeed.build import BuildContext, finish, prepare
from ilofeed.content.office import check_office
from ilofeed.model import Document
from ilofeed.publish.last_build import Previous
from ilofeed.publish.output import locked, read_manifest
from ilofeed.verify.feed_reader import read_back
from ilofeed.verify.links import LinkChecker
from offices import OFFICE, entry, write_office

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ilofeed.build import Draft
    from ilofeed.model import Format

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
SETTINGS = OFFICE.replace(b"  title:", b"  limit: 3\n  archives: [atom, rss, json]\n  title:")
HERE, _ = check_office(SETTINGS, NOW)
FEEDS: dict[str, Format] = {"atom.xml": "atom", "rss.xml": "rss", "feed.json": "json"}


def drafts(folder: Path) -> list[Draft]:
    """The office as its editors change it, checked and rendered."""
    event = "{start: 2015-06-01, end: 2015-06-02}"
    states = [
        {"wages": entry(), "jobs": entry(event=event)},
        {"wages": entry(), "jobs": entry(event=event), "more": entry(countries="[CN]")},
        {"wages": entry(title="Wages fall", updated="2015-05-21"), "more": entry(countries="[CN]")},
        {"pay": entry(id="wages"), "jobs": entry(event=event, withdrawn="2015-07-01")},
        {"pay": entry(id="wages", categories="[employment]", countries="[world]")},
        {f"many-{n}": entry(countries="[CN, MN]", body="x" * n * 100) for n in range(20)},
        {f"many-{n}": entry(countries="[CN, MN]", body="x" * n * 100) for n in range(2, 21)},
    ]
    made = []
    for number, entries in enumerate(states):
        office = write_office(folder / f"office-{number}", office=SETTINGS, **entries)
        draft = prepare(office, NOW)
        assert draft.problems == ()
        assert draft.faults == ()
        made.append(draft)
    return made


def digests(made: list[Draft]) -> dict[str, set[str]]:
    """For each path the sha256 of what a draft publishes there."""
    known: dict[str, set[str]] = {}
    for draft in made:
        for document in draft.documents:
            known.setdefault(document.path, set()).add(hashlib.sha256(document.data).hexdigest())
    return known


def published(output: Path) -> dict[str, bytes]:
    found = {}
    for path in output.rglob("*"):
        if path.is_file():
            found[path.relative_to(output).as_posix()] = path.read_bytes()
    return found


def stamp(path: Path) -> tuple[int, int] | None:
    """What is another for each file that was ever at a path, also when its bytes are the same."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_ctime_ns


def look(output: Path, path: str, known: Mapping[str, set[str]]) -> bool:
    """Look at a file as a reader does; False where it is not there, an error where it is wrong."""
    before = stamp(output / path)
    try:
        data = (output / path).read_bytes()
    except FileNotFoundError:
        return False
    assert hashlib.sha256(data).hexdigest() in known[path], f"{path} is of no build, or not whole"
    missing = [address for address in addresses(path, data) if not there(output, address)]
    # a page may go when its feed is replaced or gone: then the reader looked at an old feed
    if missing and stamp(output / path) == before:
        raise AssertionError(f"{path} names {missing[0]}, which is not there")
    return True


@functools.cache  # the drafts have few files, which are looked at thousands of times
def addresses(path: str, data: bytes) -> list[str]:
    """Parse a feed and return its addresses on the site; other files have none."""
    form = FEEDS.get(path.rpartition("/")[2])
    if form is None:
        return []
    try:
        read_back(data, form)
    except ValueError as error:
        raise AssertionError(f"{path} cannot be read: {error}") from error
    return LinkChecker(HERE, ()).broken(Document(path, "feed", data))


def there(output: Path, address: str) -> bool:
    path = address.removeprefix(HERE.url)
    return (output / (path + "index.html" if path.endswith("/") or not path else path)).exists()


def read_on(look_at: Callable[[str], bool], known: Collection[str], report: int) -> None:
    """The other process: reads feeds over and over, and says how many when it is told to end."""
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    feeds = sorted(path for path in known if path.rpartition("/")[2] in FEEDS)
    read, wrong = 0, ""
    while not ended and not wrong:
        for path in feeds:
            try:
                read += look_at(path)
            except AssertionError as error:
                wrong = str(error)
            if ended or wrong:
                break
    os.write(report, json.dumps([read, wrong]).encode())


def publish_draft(draft: Draft, output: Path) -> None:
    owned = read_manifest(output)
    finish(draft, output, BuildContext(before=Previous(owned=owned), sync=False))


def build(draft: Draft, output: Path) -> int:
    """A process that publishes; its id."""
    child = os.fork()
    if child == 0:
        try:
            with locked(output):
                publish_draft(draft, output)
        finally:
            os._exit(0)
    return child


def kill_within(child: int, part: float, usual: float) -> tuple[bool, float]:
    """Kill a process after a part of the time that one usually takes.

    Return whether it had not ended before, and what to take for usual next: less if it had, as when
    the machine was busier before, and a little more if it had not.
    """
    time.sleep(part * usual)
    os.kill(child, signal.SIGKILL)
    is_in_time = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    return is_in_time, usual * (1.1 if is_in_time else 0.5)


def soak(folder: Path, kills: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    made = drafts(folder)
    known = digests(made)
    output = folder / "public"
    with locked(output):
        publish_draft(made[0], output)
    started = time.perf_counter()
    os.waitpid(build(made[-1], output), 0)
    usual = time.perf_counter() - started
    out, report = os.pipe()
    reader = os.fork()
    if reader == 0:
        read_on(lambda path: look(output, path, known), known, report)
        os._exit(0)
    survived = in_time = 0
    try:
        for _ in range(kills):
            draft = chance.choice(made)
            child = build(draft, output)
            is_in_time, usual = kill_within(child, chance.uniform(0, 0.7), usual)
            in_time += is_in_time
            for path in published(output):
                look(output, path, known)
            survived += 1
            if chance.random() < 0.5:
                draft = chance.choice(made)
                with locked(output):
                    publish_draft(draft, output)
                fresh = {document.path: document.data for document in draft.documents}
                left = published(output)
                assert left == fresh, sorted(left.keys() ^ fresh.keys())
    finally:
        os.kill(reader, signal.SIGTERM)
        os.waitpid(reader, 0)
    read, wrong = json.loads(os.read(out, 1_000_000))
    assert not wrong, wrong
    return {"kills": survived, "killed while publishing": in_time, "files read meanwhile": read}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    sys.stdout.write(json.dumps(soak(given.folder, given.kills, given.seed)) + "\n")


if __name__ == "__main__":
    main()
