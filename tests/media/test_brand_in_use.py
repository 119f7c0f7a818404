"""Logo, icon and picture in feeds and on pages, by builds of an office on the disk."""

from __future__ import annotations

import io
import json
import os
import re
from typing import TYPE_CHECKING, Any

import feedparser
import lxml.html
import pytest
from lxml import etree
from PIL import Image
from test_brand import office_with, picture, svg

from ilofeed.build import prepare
from ilofeed.content.read import read_office
from ilofeed.media import brand, local_files
from ilofeed.media.sources import digest_of
from ilofeed.model import Document
from ilofeed.preview.pages import Memory, Pages, look
from ilofeed.publish import recall_summary
from ilofeed.verify import verification
from offices import NOW, OFFICE, entry, write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

HERE = "https://example.org/feeds/"
ASSETS = f"{HERE}assets/"
ICON, LOGO, IMAGE = (f"  {key}: brand/{key}\n".encode() for key in ("icon", "logo", "image"))
WITHOUT = office_with(limit="1", archives="[atom, rss, json]")
WITH = WITHOUT.replace(b"  timezone:", ICON + LOGO + IMAGE + b"  timezone:")
OWN = "{url: 'https://example.net/own.png', alt: A crane}"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    old: dict[str, Any] = {f"old-{n}": entry(title="Old", date=f"2015-01-0{n}") for n in (1, 2, 3)}
    folder = write_office(
        tmp_path / "office", office=WITH, wages=entry(), own=entry(image=OWN), **old
    )
    (folder / "brand").mkdir()
    (folder / "brand" / "icon").write_bytes(picture(600, 600))
    (folder / "brand" / "logo").write_bytes(svg())
    (folder / "brand" / "image").write_bytes(picture(1200, 630, "JPEG"))
    return folder


def build(office: Path, *options: str) -> tuple[str, dict[str, bytes]]:
    done = run(office, "build", "--now", NOW.isoformat(), "--jobs", "1", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    output = office / "public"
    files = {p.relative_to(output).as_posix(): p.read_bytes() for p in output.rglob("*.*")}
    return done.stdout + done.stderr, files


def fresh(office: Path) -> dict[str, bytes]:
    """What a build writes that remembers only what subscribers have."""
    run(
        office,
        "build",
        "--now",
        NOW.isoformat(),
        "--previous",
        "public/manifest.json",
        "--output",
        "new",
    )
    output = office / "new"
    return {p.relative_to(output).as_posix(): p.read_bytes() for p in output.rglob("*.*")}


def is_up_to_date(office: Path) -> bool:
    return recall_summary(office, office / "public", None, NOW.timestamp()) is not None


def test_every_reader_and_page_is_told(office: Path) -> None:
    _, made = build(office)
    for feed in ("all", "category/wages", "country/mn"):
        atom = feedparser.parse(made[f"{feed}/atom.xml"]).feed
        assert (atom.icon, atom.logo) == (f"{ASSETS}icon-144.png", f"{ASSETS}logo.svg")
        (channel,) = etree.fromstring(made[f"{feed}/rss.xml"])
        (image,) = channel.iterchildren("image")
        assert {child.tag: child.text for child in image} == {
            "url": f"{ASSETS}icon-144.png",
            "title": channel.findtext("title"),
            "link": channel.findtext("link"),
            "width": "144",
            "height": "144",
        }
        head = json.loads(made[f"{feed}/feed.json"])
        assert (head["icon"], head["favicon"]) == (f"{ASSETS}icon.png", f"{ASSETS}icon-64.png")
    assert Image.open(io.BytesIO(made["assets/icon-144.png"])).size == (144, 144)

    for path in (path for path in made if path.endswith("index.html") or path == "404.html"):
        page: Any = lxml.html.fromstring(made[path])
        icons = [link for link in page.iter("link") if "icon" in link.get("rel")]
        told = [(i.get("rel"), i.get("sizes"), i.get("href").rpartition("/")[2]) for i in icons]
        assert told == [
            ("icon", "32x32", "icon-32.png"),
            ("icon", "512x512", "icon.png"),
            ("apple-touch-icon", "180x180", "icon-180.png"),
        ], path
        metas = {m.get("property") or m.get("name"): m.get("content") for m in page.iter("meta")}
        pictures = {k[8:]: v for k, v in metas.items() if k and k.startswith("og:image")}
        if path == "404.html":
            assert pictures == {}
        elif path == "entry/own/index.html":
            assert pictures == {"": "https://example.net/own.png", ":alt": "A crane"}
        else:
            assert pictures == {
                "": f"{ASSETS}image.jpg",
                ":alt": "Example Office",
                ":width": "1200",
                ":height": "630",
            }
        assert metas.get("twitter:card") == (None if path == "404.html" else "summary_large_image")
    assert b'href="../assets/icon-32.png"' in made["all/embed.html"]
    (data,) = re.findall(rb'"publisher":({.*?}})', made["entry/wages/index.html"])
    logo = {"@type": "ImageObject", "url": f"{ASSETS}logo.svg", "caption": "Example Office"}
    assert json.loads(data)["logo"] == logo
    assert made["assets/icon.svg"]  # of pages that were published before


def test_an_icon_alone_and_a_picture_as_logo(office: Path) -> None:
    (office / "feeds.yaml").write_bytes(WITHOUT.replace(b"  timezone:", ICON + b"  timezone:"))
    _, made = build(office)
    assert "logo" not in feedparser.parse(made["all/atom.xml"]).feed
    assert b"og:image" not in made["index.html"]
    assert b'<meta name="twitter:card" content="summary">' in made["entry/wages/index.html"]
    (office / "feeds.yaml").write_bytes(WITHOUT.replace(b"  timezone:", LOGO + b"  timezone:"))
    (office / "brand" / "logo").write_bytes(picture(200, 100))
    _, made = build(office)
    assert feedparser.parse(made["all/atom.xml"]).feed.logo == f"{ASSETS}logo.png"
    assert "image" not in feedparser.parse(made["all/rss.xml"]).feed
    assert "assets/icon.png" not in made
    data = re.findall(rb'"logo":({.*?})', made["entry/wages/index.html"])[0]
    assert json.loads(data)["width"] == 200


def test_subscribers_notice_no_entry_and_archives_keep_their_bytes(office: Path) -> None:
    (office / "feeds.yaml").write_bytes(WITHOUT)
    _, before = build(office)
    (office / "feeds.yaml").write_bytes(WITH)
    diff = run(office, "diff", "--now", NOW.isoformat(), "--format", "json")
    told = json.loads(diff.stdout)
    assert all(not told[kind] for kind in ("new", "updated", "withdrawn", "gone", "renamed")), told
    said, after = build(office)
    assert "subscribers see 0 new, 0 changed, 0 gone" in said
    archives = {path for path in before if "/archive/" in path}
    assert len(archives) > 5
    assert {path: before[path] for path in archives} == {path: after[path] for path in archives}
    entries = [
        re.findall(rb"<entry.*</entry>", m["all/atom.xml"], re.DOTALL) for m in (before, after)
    ]
    assert entries[0] == entries[1]
    assert fresh(office) == after


def test_nothing_is_converted_or_written_again(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    converted: list[str] = []
    for name in ("convert", "convert_square"):
        real = getattr(local_files, name)

        def count(data: bytes, *rest: Any, name: str = name, real: Any = real) -> Any:
            converted.append(name)
            return real(data, *rest)

        monkeypatch.setattr(local_files, name, count)
    _, first = build(office)
    assert sorted(converted) == ["convert", "convert_square"]
    stamps = {path: os.stat(office / "public" / path).st_mtime_ns for path in first}  # noqa: PTH116
    assert is_up_to_date(office)
    (office / "entries" / "wages.md").write_bytes(entry(title="Other"))
    _, second = build(office)
    assert len(converted) == 2
    for path in (path for path in first if path.startswith("assets/")):
        assert os.stat(office / "public" / path).st_mtime_ns == stamps[path]  # noqa: PTH116
    assert fresh(office) == second


@pytest.mark.parametrize(
    ("key", "new"),
    [
        ("icon", picture(700, 700)),
        ("logo", svg("<path d='M1 1'/>")),
        ("image", picture(1200, 630, "JPEG", quality=40)),
    ],
)
def test_a_changed_file_is_noticed_and_changes_no_page(office: Path, key: str, new: bytes) -> None:
    _, before = build(office)
    path = office / "brand" / key
    status = path.stat()
    path.write_bytes(new)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # the time of the old one
    assert not is_up_to_date(office)
    _, after = build(office)
    changed = {name for name in after if after[name] != before.get(name)} - {"manifest.json"}
    assert {name.partition(".")[0].partition("-")[0] for name in changed} == {f"assets/{key}"}
    path.unlink()
    done = run(office, "build", "--now", NOW.isoformat())
    assert (done.returncode, "image-not-found" in done.stdout) == (1, True)


def test_a_file_that_changes_after_it_was_read_is_noticed(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its stamp is taken after it was read, so its content is compared, too."""
    build(office)
    (office / "entries" / "wages.md").write_bytes(entry(title="Other"))
    new, real = svg("<path d='M9 9'/>"), digest_of

    def change(data: bytes) -> str:
        if data == svg():
            (office / "brand" / "logo").write_bytes(new)
        return real(data)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(brand, "digest_of", change)
        assert build(office)[1]["assets/logo.svg"] == svg()
    assert not is_up_to_date(office)
    assert build(office)[1]["assets/logo.svg"] == new
    assert is_up_to_date(office)


def test_a_document_that_names_another_picture_is_a_fault(office: Path) -> None:
    draft = prepare(office, NOW)
    assert draft.site is not None
    assert draft.faults == ()
    for path, old, new in (
        ("all/atom.xml", b"<icon>", b"<icon>https://example.org/x"),
        ("all/atom.xml", b"<logo>", b"<logo>https://example.org/x"),
        ("all/rss.xml", b"icon-144.png", b"icon.png"),
        ("all/rss.xml", b"<width>144", b"<width>145"),
        ("all/rss.xml", b"<title>Example Office</title>\n      <link>", b"<title>x</title><link>"),
        ("all/feed.json", b"icon.png", b"icon-64.png"),
        ("all/feed.json", b"icon-64.png", b"icon.png"),
        ("all/archive/1/atom.xml", b"</generator>", b"</generator><icon>https://a.org/i</icon>"),
        ("entry/wages/index.html", b"logo.svg", b"logo.png"),
    ):
        (document,) = (d for d in draft.documents if d.path == path)
        assert isinstance(document, Document)
        assert document.data.count(old) >= 1, path
        wrong = Document(
            **{name: getattr(document, name) for name in Document.__slots__}
            | {"data": document.data.replace(old, new)}
        )
        assert verification.verify_document(wrong, draft.site.office), (path, old)


def test_the_preview_shows_them_and_survives_their_loss(office: Path) -> None:
    memory = Memory()
    made = Pages(look(read_office(office), NOW, HERE, memory), "v1")
    data = made.find("assets/icon-32.png")
    assert Image.open(io.BytesIO(data or b"")).size == (32, 32)
    assert made.find("assets/logo.svg") == svg()
    (office / "brand" / "logo").unlink()
    broken = Pages(look(read_office(office), NOW, HERE, memory), "v2")
    assert b"image-not-found" in (broken.find("index.html") or b"")
    assert broken.find("assets/site.css")


def test_the_office_without_them_is_as_before(tmp_path: Path) -> None:
    office = write_office(tmp_path / "plain", office=OFFICE, wages=entry())
    _, made = build(office)
    assert b'<link rel="icon" type="image/svg+xml" href="assets/icon.svg">' in made["index.html"]
    assert b"og:image" not in made["index.html"]
    assert b"twitter:card" not in made["index.html"]
