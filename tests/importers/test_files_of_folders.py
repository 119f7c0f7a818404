"""Pictures and documents in the folder of an old site come beside their entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_import import entry_files, passes
from test_media import PDF, files_of, picture

from ilofeed.cli.import_command import import_source
from ilofeed.sources import FOLDER
from offices import NOW, SMALL, write_office

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "---\ntitle: Pay\ndate: 2015-05-19\ntags: [wages]\n{}---\n\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office", office=SMALL)


def run(
    folder: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str | bytes]
) -> tuple[str, str]:
    """Import a site with one post: its entry, and what was printed."""
    for name, data in files.items():
        path = folder.parent / "old" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    code = import_source(folder, NOW, source="../old", countries=["MN"], verbose=True)
    out, err = capsys.readouterr()
    assert code == 0, out + err
    (text,) = entry_files(folder).values()
    assert FOLDER not in text
    assert passes(folder)
    return text, out + err


@pytest.mark.parametrize(
    ("post", "written", "file"),
    [
        ("content/posts/pay/index.md", "team.jpg", "content/posts/pay/team.jpg"),
        ("content/posts/pay/index.md", "img/te%20am.jpg?v=1", "content/posts/pay/img/te am.jpg"),
        ("content/posts/pay.md", "/img/team.jpg", "static/img/team.jpg"),
        ("content/posts/pay.md", "/img/team.jpg", "public/img/team.jpg"),
        ("_posts/2015-05-19-pay.md", "/assets/team.jpg", "assets/team.jpg"),
        ("_posts/2015-05-19-pay.md", "{{ site.baseurl }}/assets/team.jpg", "assets/team.jpg"),
        ("_posts/2015-05-19-pay.md", "{{ '/a/team.jpg' | relative_url }}", "a/team.jpg"),
        ("content/pay.md", "{static}/images/team.jpg", "content/images/team.jpg"),
        ("content/pay.md", "{attach}images/team.jpg", "content/images/team.jpg"),
        ("news/pay/index.md", "../team.jpg", "news/team.jpg"),
    ],
)
def test_a_picture_is_found_where_its_program_finds_it(
    folder: Path, capsys: pytest.CaptureFixture[str], post: str, written: str, file: str
) -> None:
    name = file.rpartition("/")[2].replace(" ", "-")
    text, said = run(
        folder, capsys, {post: HEAD.format("") + f"![Team]({written})\n", file: picture()}
    )
    (entry,) = entry_files(folder)
    slug = entry.removesuffix(".md").rpartition("/")[2]
    assert f"![Team]({slug}/{name})" in text
    assert files_of(folder) == {f"2015/{slug}/{name}": picture()}
    assert "1 file put beside entries" in said


def test_the_lead_picture_and_a_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = HEAD.format("cover:\n  image: cover.png\n  alt: A market\n")
    body = "Read [the report](/files/report.pdf) or [a page](/about/)."
    files: dict[str, str | bytes] = {
        "content/pay/index.md": head + body,
        "content/pay/cover.png": picture("red", "PNG"),
        "static/files/report.pdf": PDF,
    }
    text, _ = run(folder, capsys, files)
    assert "image:\n  file: pay/cover.png\n  alt: A market\n" in text
    assert "attachments:\n  - pay/report.pdf\n" in text
    assert "[the report](https://example.org/feeds/entry/pay/report.pdf) or a page." in text
    assert files_of(folder) == {
        "2015/pay/cover.png": picture("red", "PNG"), "2015/pay/report.pdf": PDF,
    }  # fmt: skip


@pytest.mark.parametrize(
    "written",
    [
        "../../secret.jpg", "/../secret.jpg", "/%2e%2e/secret.jpg", "_hidden/secret.jpg",
        "/_drafts/secret.jpg", "/.git/secret.jpg", "linked/secret.jpg", "link.jpg",
        "file:///etc/hostname", "/static/%00.jpg", "x" * 300 + ".jpg", "folder.jpg",
        f"{FOLDER}secret.jpg", "//folder.invalid/posts/%2e%2e/%2e%2e/secret.jpg",
    ],
)  # fmt: skip
def test_nothing_else_of_the_disk_is_copied(
    folder: Path, capsys: pytest.CaptureFixture[str], written: str
) -> None:
    old = folder.parent / "old"
    for path in ("", "old/posts/_hidden", "old/_drafts", "old/.git", "old/posts/folder.jpg"):
        (folder.parent / path).mkdir(parents=True, exist_ok=True)
    for path in (
        "secret.jpg",
        *(f"old/{at}/secret.jpg" for at in ("posts/_hidden", "_drafts", ".git")),
    ):
        (folder.parent / path).write_bytes(picture())
    (old / "posts" / "linked").symlink_to(folder.parent)
    (old / "posts" / "link.jpg").symlink_to(folder.parent / "secret.jpg")
    (old / "posts" / "pay.md").write_text(HEAD.format("") + f"Text. ![Team]({written})\n")
    import_source(folder, NOW, source="../old", countries=["MN"], verbose=True)
    assert files_of(folder) == {}
    text = "".join(entry_files(folder).values())
    assert "![" not in text


def test_a_picture_that_is_none_is_left_out_with_the_reason(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = "Text. ![Team](a.jpg) ![Plan](b.svg) [Doc](c.pdf)"
    files = {"pay/a.jpg": "<html>", "pay/b.svg": "<svg/>", "pay/c.pdf": "<html>"}
    text, said = run(folder, capsys, {"pay/index.md": HEAD.format("") + body, **files})
    assert files_of(folder) == {}
    assert "summary: Text. Doc\n" in text
    assert "a.jpg" not in text
    assert "the picture `a.jpg` in the body: is not a PNG, JPEG, GIF or WebP" in said
    assert "the link `c.pdf` in the body: is HTML" in said
    assert "the picture `b.svg` in the body: " in said
