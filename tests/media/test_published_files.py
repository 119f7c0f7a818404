"""Files of entries as they are published, by builds of an office on the disk."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import feedparser
import lxml.html
import pytest
from PIL import Image

from ilofeed.media import local_files
from offices import entry, write_office
from picture_files import encode, left
from program import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ilofeed.media import OfficeFile
    from ilofeed.model import Document, PublishedFile

pytestmark = pytest.mark.slow

BODY = "Text.\n\n![At work](a%20photo.jpg)\n\n![A chart](chart.png)\n"


def photo(width: int = 1800, seed: int = 0) -> bytes:
    """A photo that lies on its side."""
    image = Image.radial_gradient("L").resize((width, width // 2)).rotate(seed)
    turned = Image.Exif()
    turned[0x0112] = 6
    return encode(image.convert("RGB"), "JPEG", quality=95, exif=turned)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    text = entry(
        BODY,
        image="{file: team.jpg, alt: The team, credit: Li}",
        attachments="[report.pdf, {file: chart.png, title: The chart}]",
    )
    folder = write_office(tmp_path / "office", wages=text, plain=entry(title="Other"))
    files = folder / "entries"
    (files / "team.jpg").write_bytes(photo())
    (files / "a photo.jpg").write_bytes(photo(900, 3))
    (files / "chart.png").write_bytes(encode(Image.new("RGBA", (30, 20), (9, 9, 9, 99)), "PNG"))
    (files / "report.pdf").write_bytes(b"%PDF-1.4 report")
    return folder


def published(office: Path, *options: str) -> dict[str, bytes]:
    done = run(office, "build", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    output = office / "public"
    return {p.relative_to(output).as_posix(): p.read_bytes() for p in output.rglob("*.*")}


def test_every_reader_and_page_is_told_the_truth(office: Path) -> None:
    files = published(office)
    image = Image.open(io.BytesIO(files["entry/wages/image.jpg"]))
    assert image.size == (800, 1600)  # upright
    assert Image.open(io.BytesIO(files["entry/wages/image-400.jpg"])).size == (400, 800)
    assert left(files["entry/wages/image.jpg"]).isdisjoint({"APP1", "COM"})
    assert files["entry/wages/report.pdf"] == b"%PDF-1.4 report"
    address = "https://example.org/feeds/entry/wages/"

    for path in ("all/atom.xml", "all/rss.xml"):
        (item,) = (e for e in feedparser.parse(files[path]).entries if e.title != "Other")
        (media,) = item.media_content
        assert (media["url"], media["width"], media["height"]) == (
            f"{address}image.jpg", "800", "1600",
        )  # fmt: skip
        assert "filesize" not in media
        first = item.enclosures[0]
        assert (first.href, first.type, first.length) == (
            f"{address}report.pdf", "application/pdf", "15",
        )  # fmt: skip
        content = lxml.html.fromstring(item.content[0].value)
        assert [(i.get("src"), i.get("width"), i.get("height")) for i in content.iter("img")] == [
            (f"{address}image.jpg", "800", "1600"),
            (f"{address}a-photo.jpg", "450", "900"),
            (f"{address}chart.png", "30", "20"),
        ]
    (item,) = (i for i in json.loads(files["all/feed.json"])["items"] if i["title"] != "Other")
    sizes = {a["url"]: a["size_in_bytes"] for a in item["attachments"]}
    for name in ("report.pdf", "chart.png"):
        assert sizes[address + name] == len(files[f"entry/wages/{name}"])

    page = lxml.html.fromstring(files["entry/wages/index.html"])
    pictures = {i.get("alt"): i for i in page.iter("img")}
    assert pictures["The team"].get("srcset") == "image-400.jpg 400w, image.jpg 800w"
    assert pictures["A chart"].get("srcset") is None
    links = {a.text: a.get("href") for a in page.iter("a")}
    assert (links["report.pdf"], links["The chart"]) == ("report.pdf", "chart.png")
    for picture in pictures.values():
        for part in (picture.get("srcset") or "").split(", "):
            name = part.partition(" ")[0]
            assert not name or f"entry/wages/{name}" in files
    (og,) = (m for m in page.iter("meta") if m.get("property") == "og:image:height")
    assert og.get("content") == "1600"


def test_the_same_bytes_on_one_process_or_two_and_after_an_edit(office: Path) -> None:
    first = published(office, "--jobs", "2")
    assert published(office, "--previous", "none", "--output", "alone", "--jobs", "1") == first
    (office / "entries" / "plain.md").write_bytes(entry(title="Another"))
    second = published(office)
    fresh = office / "fresh"
    again = run(office, "build", "--output", "fresh", "--previous", "public/manifest.json")
    assert again.returncode == 0
    assert {p.relative_to(fresh).as_posix(): p.read_bytes() for p in fresh.rglob("*.*")} == second


def test_only_what_changed_is_converted(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    converted: list[str] = []
    render = local_files._render

    def counting(files: Mapping[str, OfficeFile], file: PublishedFile) -> list[Document]:
        if file.width is not None:
            converted.append(file.path)
        return render(files, file)

    monkeypatch.setattr(local_files, "_render", counting)
    published(office, "--jobs", "1")
    assert len(converted) == 3
    (office / "entries" / "plain.md").write_bytes(entry(title="Another"))
    (office / "entries" / "wages.md").write_bytes(
        (office / "entries" / "wages.md").read_bytes() + b"\nMore text.\n"
    )
    published(office, "--jobs", "1")
    assert len(converted) == 3
    (office / "entries" / "team.jpg").write_bytes(photo(1000, 5))
    after = published(office, "--jobs", "1")
    assert converted[3:] == ["entry/wages/image.jpg"]
    assert Image.open(io.BytesIO(after["entry/wages/image.jpg"])).size == (500, 1000)
    (office / "public" / "entry" / "wages" / "a-photo.jpg").unlink()  # what is lost comes back
    assert published(office, "--jobs", "1") == after


def test_a_changed_file_is_a_change_of_its_entry(office: Path) -> None:
    published(office)
    (office / "entries" / "report.pdf").write_bytes(b"%PDF-1.4 corrected")
    done = run(office, "build")
    assert "`Wages rise` has changed, but its `updated` is not newer" in done.stdout
    assert "1 changed" in done.stderr
    assert run(office, "build").stdout == ""


def test_a_renamed_entry_with_files_is_recognized(office: Path) -> None:
    published(office)
    (office / "entries" / "wages.md").rename(office / "entries" / "pay.md")
    done = run(office, "build")
    assert done.returncode == 5
    assert "write `id: wages`" in done.stdout


def test_files_go_when_no_entry_uses_them(office: Path) -> None:
    assert "entry/wages/report.pdf" in published(office)
    (office / "entries" / "wages.md").write_bytes(entry())
    done = run(office, "build")
    assert done.stdout.count("[unused-file]") == 4
    assert not (office / "public" / "entry" / "wages" / "report.pdf").exists()
    assert (office / "public" / "entry" / "wages" / "index.html").exists()


def test_an_attached_file_is_not_read_as_one_of_ours(office: Path) -> None:
    names = ("a.ics", "a.json", "a.xml", "a.txt", "a.csv", "a.opml", "a.svg")
    for name in names:
        data = b"BEGIN:VCALENDAR" if name == "a.ics" else b"<a>https://example.org/feeds/x</a>"
        (office / "entries" / name).write_bytes(data)
    listed = ", ".join(f"{{file: {name}, type: text/plain}}" for name in names)
    (office / "entries" / "plain.md").write_bytes(entry(attachments=f"[{listed}]"))
    files = published(office)
    assert files["entry/plain/a.ics"] == b"BEGIN:VCALENDAR"
    (office / "entries" / "wages.md").write_bytes(entry())  # paths go, so all links are read again
    assert "entry/plain/a.json" in published(office)


def test_a_draft_publishes_no_file(office: Path) -> None:
    text = (office / "entries" / "wages.md").read_bytes()
    (office / "entries" / "wages.md").write_bytes(text.replace(b"---\n", b"---\ndraft: true\n", 1))
    assert not [path for path in published(office) if path.startswith("entry/wages")]


def test_a_picture_that_is_cut_off_is_a_problem_at_its_line(office: Path) -> None:
    (office / "entries" / "team.jpg").write_bytes(photo()[:5000])
    done = run(office, "check")
    assert done.returncode == 1
    assert "entries/wages.md:7:15: error: `entries/team.jpg` is cut off" in done.stdout
    assert not (office / "public").exists()
