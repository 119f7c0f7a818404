"""Kills deployments at random moments, while another process reads the target.

    python tests/deploy/kills.py [--kills N] [--seed N] KIND FOLDER

KIND is `folder`, `s3`, `sftp`, `ftp` or `webdav`. The office, its changes and what a reader looks
at are those of `soak.py`: every feed at the target is whole, and every address in it has its file.
Files of others stay as they are. The next deployment completes, makes the target equal the output,
and the one after it does nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from servers import STARTERS, Place, folder_place, put

from ilofeed.deploy import carry_out, find_engine, prepare, read_target
from ilofeed.feeds import is_archive
from ilofeed.problems import DEPLOY_RULES
from ilofeed.publish.output import locked
from soak import FEEDS, HERE, addresses, digests, drafts, kill_within, publish_draft, read_on, stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

THEIRS = {"theirs/index.html": b"not ours", "entry/theirs.txt": b"nor this"}


def look(place: Place, path: str, known: Mapping[str, set[str]]) -> bool:
    """Look at a file as a reader does; False where it is not there, an error where it is wrong."""
    before = stamp(place.folder / path) if place.folder else None
    data = place.read(path)
    if data is None:
        return False
    assert hashlib.sha256(data).hexdigest() in known[path], f"{path} is of no build, or not whole"
    missing = [page for page in pages_of(place, path, data) if place.read(page) is None]
    # a page may go when its feed is replaced or gone: then the reader looked at an old feed
    after = stamp(place.folder / path) if place.folder else None
    if missing and after == before and place.read(path) == data:
        raise AssertionError(f"{path} names {missing[0]}, which is not there")
    return True


def pages_of(place: Place, path: str, data: bytes) -> set[str]:
    """The files that a feed names, and those that its archives name.

    An archive by itself is not looked for by readers: a new one may be there before its feed.
    """
    names = [address.removeprefix(HERE.url) for address in addresses(path, data)]
    pages = {name + "index.html" if name.endswith("/") or not name else name for name in names}
    if is_archive(path):
        return {page for page in pages if page.rpartition("/")[2] not in FEEDS}
    left = {page for page in pages if is_archive(page)}
    while left:
        archive = left.pop()
        found = addresses(archive, place.read(archive) or b"") if place.read(archive) else []
        names = [address.removeprefix(HERE.url) for address in found]
        fresh = {name for name in names if is_archive(name)} - pages
        pages, left = pages | fresh, left | fresh
    return pages


def deploy(output: Path, place: Place) -> bool:
    """Deploy as the command does; return whether anything was done."""
    environment = os.environ | place.variables
    engine = find_engine(read_target(place.target, environment), environment)
    with locked(output):
        deployment = prepare(output, engine, set(DEPLOY_RULES) - {"not-ours"}, everything=False)
        assert deployment.refused == {}, deployment.refused
        if deployment.is_needed:
            carry_out(deployment, engine, lambda *_: None)
    return deployment.is_needed


def begin(output: Path, place: Place) -> int:
    """A process that deploys; its id."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            deploy(output, place)
        os._exit(0)
    return child


def soak(folder: Path, place: Place, kills: int, seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    made = drafts(folder)
    outputs = []
    for number, draft in enumerate(made):
        outputs.append(folder / f"public-{number}")
        publish_draft(draft, outputs[-1])
    known = digests(made)
    deploy(outputs[0], place)
    for path, data in THEIRS.items():
        put(place, path, data, folder)
    started = time.perf_counter()
    os.waitpid(begin(outputs[-1], place), 0)
    usual = time.perf_counter() - started
    out, report = os.pipe()
    reader = os.fork()
    if reader == 0:
        read_on(lambda path: look(place, path, known), known, report)
        os._exit(0)
    in_time = completed = 0
    try:
        for number in range(kills):
            child = begin(chance.choice(outputs), place)
            is_in_time, usual = kill_within(child, chance.uniform(0.05, 0.6), usual)
            in_time += is_in_time
            for path in known:
                look(place, path, known)
            if number % 3 == 2 or number == kills - 1:
                output = chance.choice(outputs)
                deploy(output, place)
                completed += 1
                check_equal(output, place, known)
                assert not deploy(output, place), "a second run did something"
    finally:
        os.kill(reader, signal.SIGTERM)
        os.waitpid(reader, 0)
    read, wrong = json.loads(os.read(out, 1_000_000))
    assert not wrong, wrong
    return {"kills": kills, "in time": in_time, "completed": completed, "files read": read}


def check_equal(output: Path, place: Place, known: Mapping[str, set[str]]) -> None:
    for path in known:
        expected = (output / path).read_bytes() if (output / path).exists() else None
        assert place.read(path) == expected or path == ".nojekyll", path
    assert {path: place.read(path) for path in THEIRS} == THEIRS
    if place.folder is not None:
        assert list(place.folder.rglob("*partial*")) == []


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("kind")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as servers:
        if given.kind == "folder":
            place = folder_place(given.folder / "site")
        else:
            place = servers.enter_context(STARTERS[given.kind](given.folder / "server"))
        done = soak(given.folder, place.below("here"), given.kills, given.seed)
    sys.stdout.write(f"{json.dumps(done)}\n")


if __name__ == "__main__":
    main()
