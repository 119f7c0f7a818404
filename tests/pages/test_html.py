"""The pages of the real office and of the gallery: HTML and CSS by the standards' own checker."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import re
import subprocess
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from browsing import GALLERY, THEN, built
from ilofeed.build import BuildContext, prepare
from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.feeds.selection import select
from ilofeed.i18n import LANGUAGES
from ilofeed.pages.render import render
from offices import DATA, ROOT, entry
from serving import CHECKERS, host, needs, needs_checkers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from serving import Host

pytestmark = [pytest.mark.slow, needs("java"), needs_checkers()]
Files = dict[str, bytes]
JAVA = [
    "java",
    "-XX:TieredStopAtLevel=1",  # it ends before it would be worth while to compile it better
    "-Xss8m",
    "-XX:+UseSerialGC",
    "-Dnu.validator.servlet.allow-forbidden-hosts=true",  # this machine is one
    "-jar",
    str(CHECKERS / "vnu-jar" / "build" / "dist" / "vnu.jar"),
    *("--format", "json", "--stdout", "--also-check-css"),
]


def pages_of(files: Files) -> Files:
    return {
        name: files[name] for name in files if name.endswith(".html") and "fragment" not in name
    }


def mistaken(_address: str) -> Files:
    return {"index.html": b"<!doctype html><html lang=en><title>x</title><p><div></p>"}


def gallery(address: str) -> Files:
    files = built(address)
    pages = [name for name in files if re.search(r"\.(html|css)$", name)]
    return {name: files[name] for name in pages if not name.endswith("fragment.html")}


def fragments(address: str) -> Files:
    """The fragments of the gallery, each within somebody's page."""
    head = b'<!doctype html><html lang="en"><title>Host</title><h1>Host</h1><h2>News</h2>'
    files = built(address)
    return {name: head + files[name] for name in files if name.endswith("fragment.html")}


def office(folder: Path, now: dt.datetime) -> Callable[[str], Files]:
    def pages(address: str) -> Files:
        draft = prepare(folder, now, BuildContext(base_url=address))
        return pages_of({document.path: document.data for document in draft.documents})

    return pages


def language(name: str) -> Callable[[str], Files]:
    """The gallery as an office of that language has it: its words, its dates."""

    def pages(address: str) -> Files:
        sources = read_office(GALLERY)
        assert sources.office is not None
        text = sources.office.replace(
            b"language: en\n", f"language: {name}\n  search: true\n".encode()
        )
        renamed = ("entries/pay.md", entry(id="old-name"))
        sources = dataclasses.replace(sources, office=text, entries=(*sources.entries, renamed))
        made, problems = check(sources, THEN, address)
        assert made is not None, problems
        files = {document.path: document.data for document in render(select(made, THEN))}
        kinds = ["index.html", "all/index.html", "entry/workshop/index.html", "all/embed.html"]
        kinds.append("search/index.html")
        return {kind: files[kind] for kind in [*kinds, "entry/old-name/index.html"]}

    return pages


SITES: dict[str, Callable[[str], Files]] = {
    "mistakes": mistaken,
    "gallery": gallery,
    "fragments": fragments,
    "real office": office(ROOT, dt.datetime(2015, 6, 1, tzinfo=dt.UTC)),
    "three languages": office(DATA / "languages", THEN),
} | {name: language(name) for name in LANGUAGES}
Checked = dict[str, tuple[Files, list[str]]]


@pytest.fixture(scope="module")
def checked() -> Iterator[Checked]:
    """The pages of each site, and what the Nu HTML checker says of them as they are served."""
    with contextlib.ExitStack() as stack:
        hosts: dict[str, Host] = {}
        for name, pages in SITES.items():
            files: Files = {}
            hosts[name] = stack.enter_context(host(files))
            files |= pages(hosts[name].address)
        # started once for all of them, which takes it longer than a hundred pages
        pages_to_check = [site.address + name for site in hosts.values() for name in site.files]
        done = subprocess.run(
            [*JAVA, *pages_to_check], capture_output=True, text=True, check=False, timeout=300
        )
        assert done.stdout, done.stderr
        found: dict[str, list[str]] = defaultdict(list)
        for one in json.loads(done.stdout)["messages"]:
            place = next((name for name in hosts if one["url"].startswith(hosts[name].address)), "")
            found[place].append(f"{one['url']}:{one.get('lastLine')} {one['message']}")
        assert set(found) <= set(SITES), found
        asked = {name: set(site.asked) for name, site in hosts.items()}
        assert asked == {name: set(site.files) for name, site in hosts.items()}
        yield {name: (dict(site.files), found[name]) for name, site in hosts.items()}


def test_the_checker_sees_mistakes(checked: Checked) -> None:
    assert checked["mistakes"][1]


@pytest.mark.parametrize("name", [name for name in SITES if name != "mistakes"])
def test_nothing_is_wrong_with_the_pages_of(checked: Checked, name: str) -> None:
    assert checked[name][1] == []


def test_the_pages_are_all_there(checked: Checked) -> None:
    assert len(checked["gallery"][0]) > 50
    assert len(checked["fragments"][0]) > 10
    # items and feeds with their frames, the home page and the missing one; news, events, subscribe
    assert len(checked["real office"][0]) == 2 * 13 + 2 * 41 + 2 + 5
    three = checked["three languages"][0]
    assert sum("language/" in name for name in three) == 2 * (3 + 5 + 5)
    for name in LANGUAGES:
        assert f'<html lang="{name}"'.encode() in checked[name][0]["index.html"]
