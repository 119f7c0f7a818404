"""An import from a site that will be switched off: links, and a table of its addresses."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from test_former_addresses import SITE, export, post
from test_import import imported

from ilofeed.build import prepare
from ilofeed.importers.convert import Converter, EntryFile
from ilofeed.importers.former import OldSite, address_key
from ilofeed.sources import Item
from offices import DATA, NOW, SMALL, write_office

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OLD = "https://old.example.net/"
LATER = {"wp:status": "future", "pubDate": "Tue, 01 Sep 2026 08:00:00 +0000"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office", office=SMALL)


def to(*addresses: str) -> str:
    return " ".join(f'<a href="{address}">it</a>' for address in addresses)


def old(number: int, body: str = "", **more: str) -> str:
    """A post of the old site."""
    return post(number, f"{OLD}2015/post-{number}/", f"{OLD}?p={number}", body, **more)


@pytest.mark.parametrize(
    "address",
    [
        f"{OLD}2015/post-2/", f"{OLD}2015/post-2", "http://old.example.net/2015/post-2/",
        "https://www.old.example.net/2015/post-2/", f"{OLD}?p=2", "https://old.example.net?p=2",
        "/2015/post-2/", "../post-2/",
    ],
)  # fmt: skip
def test_a_link_to_another_post_leads_to_its_entry(
    folder: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    files, _ = imported(
        folder, export(old(1, to(address, f"{address}#more")), old(2)), capsys, countries=["MN"]
    )
    text = files["2015/post-1.md"]
    assert f"({SITE}entry/post-2/)" in text
    assert f"({SITE}entry/post-2/#more)" in text
    assert prepare(folder, NOW).problems == ()
    assert prepare(folder, NOW).faults == ()


@pytest.mark.parametrize(
    "address",
    [
        f"{OLD}2015/post-2/feed/", f"{OLD}2015/", OLD, f"{OLD}?p=22", f"{OLD}?p=2&x=1",
        "https://example.net/2015/post-2/", "https://other.old.example.net/2015/post-2/",
    ],
)  # fmt: skip
def test_other_links_stay(folder: Path, capsys: pytest.CaptureFixture[str], address: str) -> None:
    files, _ = imported(folder, export(old(1, to(address)), old(2)), capsys, countries=["MN"])
    assert f"({address})" in files["2015/post-1.md"]


def test_links_to_what_is_not_published_stay(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    links = [f"{OLD}2015/post-{number}/" for number in (2, 3, 4)]
    data = export(
        old(1, to(*links)),
        old(2, **{"wp:status": "draft"}),
        old(3, **LATER),
        old(4, **{"wp:status": "private"}),
    )
    files, _ = imported(folder, data, capsys, countries=["MN"], drafts=True)
    assert all(f"({link})" in files["2015/post-1.md"] for link in links)
    assert "entry/" not in files["2015/post-1.md"]


def test_links_to_posts_that_the_office_has_lead_to_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(folder, export(old(1), old(2)), capsys, countries=["MN"])
    data = export(old(1), old(2), old(3, to(f"{OLD}2015/post-1/")))
    files, said = imported(folder, data, capsys, countries=["MN"])
    assert f"({SITE}entry/post-1/)" in files["2015/post-3.md"]
    assert "1 entry written, 2 already present" in said


def test_a_link_never_leads_to_the_item_that_got_the_slug_of_another(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An item that cannot become an entry frees its slug for the next one of the same name."""
    check = Converter._check

    def refuse(
        self: Converter, number: int, slug: str, keys: Mapping[str, Any], lost: list[str]
    ) -> tuple[EntryFile | None, str]:
        return (None, "refused") if number == 2 else check(self, number, slug, keys, lost)

    monkeypatch.setattr(Converter, "_check", refuse)
    posts = [old(n).replace(f"<title>Post {n}<", "<title>Same<") for n in (2, 3, 4)]
    files, _ = imported(folder, export(old(1, to(f"{OLD}?p=3")), *posts), capsys, countries=["MN"])
    assert "Text 4" in files["2015/same-2.md"]  # the slug that post 3 had first
    assert "entry/same-2/" not in files["2015/post-1.md"]
    assert "?p=3)" in files["2015/post-1.md"] or "entry/same/" in files["2015/post-1.md"]


def test_links_of_a_feed_to_other_sites_are_not_of_its_items(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A feed that recommends what others wrote: its links are not addresses of its items."""
    links = [f"https://{name}.example.net/a/" for name in ("one", "two")]
    data = export(
        *(post(number, link, f"urn:x:{number}", to(*links)) for number, link in enumerate(links, 1))
    )
    files, said = imported(folder, data, capsys, countries=["MN"], no_link=True)
    for number, link in enumerate(links, 1):
        text = files[f"2015/post-{number}.md"]
        assert f"link: {link}\n" in text
        assert all(f"({other})" in text for other in links)
    assert said.count("its link stays, since it is not to the site of most items") == 2


def test_no_link_leaves_out_links_to_the_old_site(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = export(
        old(1), old(2), old(3, **{"wp:status": "draft"}), post(4, "https://x.org/a", f"{OLD}?p=4")
    )
    options = {"countries": ["MN"], "drafts": True, "no_link": True, "redirects": "moved"}
    files, said = imported(folder, data, capsys, **options)
    assert [name for name, text in files.items() if "\nlink:" in text] == ["2015/post-4.md"]
    assert "3 links to old.example.net left out, as --no-link says\n" in said
    assert 'item 4 "Post 4": its link stays' in said
    table = csv.reader(io.StringIO((folder / "moved" / "redirects.csv").read_text()))
    assert list(table) == [
        ["old", "new"],
        [f"{OLD}2015/post-1/", f"{SITE}entry/post-1/"],
        [f"{OLD}?p=1", f"{SITE}entry/post-1/"],
        [f"{OLD}2015/post-2/", f"{SITE}entry/post-2/"],
        [f"{OLD}?p=2", f"{SITE}entry/post-2/"],
    ]
    again, said = imported(folder, data, capsys, **{**options, "redirects": None})
    assert again == files
    assert "0 entries written, 4 already present" in said
    assert prepare(folder, NOW).faults == ()


@pytest.mark.parametrize("first", [True, False])
def test_no_link_finds_items_without_an_id_again(
    folder: Path, capsys: pytest.CaptureFixture[str], *, first: bool
) -> None:
    """Two items of one moment and title are two; a second run finds both."""
    one, two = (
        post(1, f"{OLD}{name}/", "12345").replace("<guid>12345</guid>", "") for name in "ab"
    )
    data = export(one, two)
    files, said = imported(folder, data, capsys, countries=["MN"], no_link=first)
    assert "2 entries written" in said
    again, said = imported(folder, data, capsys, countries=["MN"], no_link=True)
    assert again == files
    assert "0 entries written, 2 already present" in said


def test_the_old_site_is_that_of_most_items() -> None:
    def of(*links: str) -> str:
        return OldSite.of(Item(n, link=link) for n, link in enumerate(links, 1)).host

    assert of("https://www.a.org/1", "http://a.org/2", "https://b.org/") == "a.org"
    assert of("https://a.org/1", "https://b.org/2", "", "news") == ""
    assert of() == ""
    assert OldSite("").addresses(Item(1, link="https://a.org/", id="12")) == []
    page = Item(1, link="https://b.org/", page="https://a.org/1", id="urn:x", aliases=("/x/",))
    assert OldSite.of([page]).addresses(page) == ["https://a.org/1"]
    assert address_key("no address") == ""


def test_an_export_of_wordpress_moves_with_its_addresses(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each former address leads to a page that is published, and none is of a private post."""
    data = (DATA / "exports" / "wordpress.xml").read_bytes()
    options = {"countries": ["MN"], "no_link": True, "redirects": "moved", "write_terms": True}
    files, _ = imported(folder, data, capsys, **options)
    assert "\nlink: https://old.example.net" not in "".join(files.values())
    draft = prepare(folder, NOW)
    assert draft.faults == ()
    pages = {SITE + document.path.removesuffix("index.html") for document in draft.documents}
    _, *rows = csv.reader(io.StringIO((folder / "moved" / "redirects.csv").read_text()))
    assert {new for _, new in rows} == {
        page for page in pages if "/entry/" in page and page.endswith("/")
    }
    assert not {"https://old.example.net/?p=12", "https://old.example.net/?p=13"} & {
        old for old, _ in rows
    }
