"""The site of the manual, as `./run docs` makes it: its links, its pages in a browser, its news."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from browsing import listen, looks, page
from manual import PAGES
from offices import ROOT
from serving import host, needs
from test_release import call
from test_repository import fresh_clone
from waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

SITE = ROOT / "website"
CONFIG = tomllib.loads((SITE / "zensical.toml").read_text("utf-8"))["project"]
MORE = [ROOT / "CHANGELOG.md", ROOT / "tests" / "consumers" / "README.md"]
SHOWN = [path.relative_to(ROOT) for path in [*PAGES, *MORE]]
COUNTED = "h1 h2 h3 h4 ol ul li table tr th td pre blockquote img strong em".split()


def pages_of(menu: Any) -> Iterator[str]:
    if isinstance(menu, str):
        yield menu
    else:
        for item in menu.values() if isinstance(menu, dict) else menu:
            yield from pages_of(item)


def test_every_page_is_in_the_menu() -> None:
    assert sorted(pages_of(CONFIG["nav"])) == sorted([*map(str, SHOWN), "news/"])


def test_the_site_and_its_news_have_one_address() -> None:
    office = yaml.safe_load((SITE / "news" / "feeds.yaml").read_text("utf-8"))["site"]
    assert office["home"]["url"] == CONFIG["site_url"]
    assert office["url"] == CONFIG["site_url"] + "news/"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which the site was made; another environment than that of these tests."""
    folder = fresh_clone(tmp_path_factory.mktemp("site") / "clone")
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    call("./run", "docs", cwd=folder, PATH=programs, WHEEL="")
    return folder


def published(clone: Path) -> dict[str, bytes]:
    folder = clone / "website" / "public"
    files = filter(Path.is_file, folder.rglob("*"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.slow
@needs("htmlproofer")
def test_another_program_finds_no_broken_link(clone: Path, tmp_path: Path) -> None:
    """It leaves out the news, which ilofeed checks, and the page 404, whose links are absolute."""
    checks = ["--disable-external", "--file-ignore", "/public.news./,/404.html/"]
    checks += ["--url-ignore", "/^#/"]  # Zensical checks them; here each would read the page again
    said = call("htmlproofer", *checks, "website/public", cwd=clone)
    assert "HTML-Proofer finished successfully" in said
    (tmp_path / "index.html").write_text("<!DOCTYPE html><a href='other.html#b'>b</a>")
    (tmp_path / "other.html").write_text("<!DOCTYPE html><h1 id=a>A</h1>")
    done = subprocess.run(["htmlproofer", *checks, "."], cwd=tmp_path, check=False)
    assert done.returncode == 1


@pytest.mark.slow
@pytest.mark.parametrize("link", ["none.md", "other.md#none", "#none"])
def test_a_broken_link_ends_the_build(clone: Path, tmp_path: Path, link: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# Page\n\n[link]({link})\n")
    (tmp_path / "docs" / "other.md").write_text("# Other\n")
    (tmp_path / "zensical.toml").write_text('[project]\nsite_name = "ilofeed"\n')
    program = clone / "website" / ".venv" / "bin" / "zensical"
    done = subprocess.run(
        [program, "build", "--strict"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "1 issue found" in done.stdout + done.stderr


@pytest.mark.slow
def test_pages_have_the_parts_that_git_hosts_show(clone: Path) -> None:
    """Lists, tables and blocks are those of GitHub's Markdown, which nests lists otherwise."""
    files, markdown = published(clone), MarkdownIt("gfm-like")
    for path in SHOWN:
        folder = path.parent if path.name == "README.md" else path.with_suffix("")
        article = BeautifulSoup(files[(folder / "index.html").as_posix()], "lxml").article
        assert article is not None
        for added in article.select("#news"):
            added.decompose()
        shown = BeautifulSoup(markdown.render((ROOT / path).read_text("utf-8")), "lxml")
        found, wanted = (
            {name: len(tree.find_all(name)) for name in COUNTED} for tree in (article, shown)
        )
        assert found == wanted, path
        cells, wanted_cells = (
            ["".join(cell.text.split()) for cell in tree.find_all("td")]
            for tree in (article, shown)
        )
        assert cells == wanted_cells, path


@pytest.mark.slow
def test_the_site_in_a_browser(clone: Path, browser: Browser) -> None:
    files = published(clone)
    newest = [item["title"] for item in json.loads(files["news/all/feed.json"])["items"][:3]]
    with host(files) as here, page(browser) as shown:
        said, asked = listen(shown), []
        shown.set_default_timeout(120_000)
        shown.on("request", lambda request: asked.append(request.url))
        for _ in looks(shown, here.address):
            shown.locator("ilo-feed h3").nth(2).wait_for()
            assert shown.locator("ilo-feed h3").all_inner_texts() == newest
            assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        feeds = shown.locator("link[rel=alternate]").evaluate_all("all => all.map(one => one.href)")
        assert len(feeds) == 2
        assert {url.removeprefix(here.address) for url in feeds} <= files.keys()
        for path in ("docs/how-to/translate/", "docs/reference/problems/"):
            for _ in looks(shown, here.address + path):
                assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        field = shown.locator("input[autofocus]")

        def opened() -> bool:
            """Whether the search is open: the script that listens to keys may come after them."""
            shown.keyboard.press("Control+k")
            return field.is_visible()

        until(opened, "opened the search")
        field.fill("calendar")
        shown.get_by_text(re.compile(r"^\d+ results?$")).wait_for()
        assert said == []
        assert {url for url in asked if not url.startswith((here.address, "data:"))} == set()
