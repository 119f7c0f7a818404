"""The pages of the real office and of the gallery: HTML and CSS by the standards' own checker."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from browsing import GALLERY, THEN, gallery_site
from ilofeed.build import BuildContext, prepare
from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.feeds.selection import select
from ilofeed.i18n import LANGUAGES
from ilofeed.pages.render import render
from offices import DATA, ROOT, entry
from serving import CHECKERS, host, needs, needs_checkers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from serving import Host

pytestmark = [needs("java"), needs_checkers()]


def findings(site: Host, names: Iterable[str]) -> list[str]:
    """What the Nu HTML checker says of pages as they are served."""
    command = [
        "java",
        "-Dnu.validator.servlet.allow-forbidden-hosts=true",  # this machine is one
        "-jar",
        str(CHECKERS / "vnu-jar" / "build" / "dist" / "vnu.jar"),
        "--format", "json", "--stdout", "--also-check-css",
        *(site.address + name for name in names),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    messages: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    return [f"{one.get('url')}:{one.get('lastLine')} {one['message']}" for one in messages]


def test_the_checker_sees_mistakes() -> None:
    files = {"index.html": b"<!doctype html><html lang=en><title>x</title><p><div></p>"}
    with host(files) as site:
        assert findings(site, ["index.html"])


def test_the_gallery() -> None:
    with gallery_site() as site:
        pages = [name for name in site.files if re.search(r"\.(html|css)$", name)]
        pages = [name for name in pages if not name.endswith("fragment.html")]
        assert len(pages) > 50
        assert findings(site, pages) == []


def test_the_real_office() -> None:
    files: dict[str, bytes] = {}
    with host(files) as site:
        draft = prepare(
            ROOT, dt.datetime(2015, 6, 1, tzinfo=dt.UTC), BuildContext(base_url=site.address)
        )
        files |= {document.path: document.data for document in draft.documents}
        pages = [name for name in files if name.endswith(".html") and "fragment" not in name]
        assert len(pages) == 13 + 2 * 41 + 2
        assert findings(site, pages) == []


def test_an_office_of_three_languages() -> None:
    files: dict[str, bytes] = {}
    with host(files) as site:
        draft = prepare(DATA / "languages", THEN, BuildContext(base_url=site.address))
        files |= {document.path: document.data for document in draft.documents}
        pages = [name for name in files if name.endswith(".html") and "fragment" not in name]
        assert sum("language/" in name for name in pages) == 2 * (3 + 5 + 5)
        assert findings(site, pages) == []


def test_fragments_within_a_page() -> None:
    head = b'<!doctype html><html lang="en"><title>Host</title><h1>Host</h1><h2>News</h2>'
    with gallery_site() as site:
        fragments = {
            name: head + data for name, data in site.files.items() if name.endswith("fragment.html")
        }
    with host(fragments) as pages:
        assert len(fragments) > 10
        assert findings(pages, fragments) == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_an_office_in_each_language(name: str) -> None:
    """The gallery as an office of that language has it: its words, its dates."""
    sources = read_office(GALLERY)
    assert sources.office is not None
    text = sources.office.replace(b"language: en\n", f"language: {name}\n".encode())
    files: dict[str, bytes] = {}
    with host(files) as site:
        renamed = ("entries/pay.md", entry(id="old-name"))
        sources = dataclasses.replace(sources, office=text, entries=(*sources.entries, renamed))
        made, problems = check(sources, THEN, site.address)
        assert made is not None, problems
        files |= {document.path: document.data for document in render(select(made, THEN))}
        assert f'<html lang="{name}"'.encode() in files["index.html"]
        pages = ["index.html", "all/index.html", "entry/workshop/index.html", "all/embed.html"]
        pages.append("entry/old-name/index.html")
        assert findings(site, pages) == []
