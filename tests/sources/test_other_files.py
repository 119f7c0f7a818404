"""Importing what is neither a feed nor a table: a message says what it is and what to do."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from ilofeed import dates
from ilofeed.sources import SourceError, SourceRequest, decoding, read_source
from offices import NOW

if TYPE_CHECKING:
    from pathlib import Path

ZONE = dates.zone("Asia/Shanghai")
FEED = b"<rss version='2.0'><channel><item><title>Pay</title></item></channel></rss>"


def titles(folder: Path, data: bytes) -> list[str]:
    (folder / "source").write_bytes(data)
    feed = read_source(folder, SourceRequest("source"), ZONE, NOW)
    return [item.title.value for item in feed.items]


def archive(kind: str) -> bytes:
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as zipped:
            zipped.writestr(zipfile.ZipInfo("feed.xml"), FEED)
    else:
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("feed.xml"))
    return file.getvalue()


def test_a_gzip_file_is_read(tmp_path: Path) -> None:
    assert titles(tmp_path, gzip.compress(FEED)) == ["Pay"]
    parts = gzip.compress(FEED[:50]) + gzip.compress(FEED[50:])
    assert titles(tmp_path, parts) == ["Pay"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (gzip.compress(FEED, mtime=0)[:-12], "this is a damaged gzip file"),
        (b"\x1f\x8bnothing", "this is a damaged gzip file"),
        (gzip.compress(archive("tar"), mtime=0), "this is a TAR archive; unpack it"),
        (archive("tar"), "this is a TAR archive; unpack it"),
        (archive("zip"), "this is a ZIP archive (unpack it"),
        (b"%PDF-1.7\n", "this is a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "this is a picture"),
        (b"\xff\xd8\xff\xe0", "this is a picture"),
        (b"SQLite format 3\0", "this is a database"),
        (b"<!doctype html><p>News</p>", "this is a web page, not a feed"),
        (b"<opml version='2.0'><body/></opml>", "this is OPML, a list of feeds"),
        (gzip.compress(b"<!doctype html><p>News</p>", mtime=0), "this is a web page, not a feed"),
    ],
)
def test_other_files_are_named(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(SourceError) as caught:
        titles(tmp_path, data)
    assert str(caught.value).startswith(why)


def test_a_small_file_does_not_become_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 10**6)
    with pytest.raises(SourceError, match="unpacked it is larger than"):
        titles(tmp_path, gzip.compress(b"x" * 10**7))
