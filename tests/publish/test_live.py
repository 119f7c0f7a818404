"""What is live: its manifest, and whether readers get what was published."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from ilofeed.files import PublishError
from ilofeed.publish import live
from offices import entry, write_office
from program import run
from serving import host, listening

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def published(office: Path) -> dict[str, bytes]:
    output = office / "public"
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office", wages=entry(), jobs=entry(countries="[CN]"))


def test_live_prints_the_manifest_byte_for_byte(office: Path) -> None:
    with host({}) as site:
        done = run(office, "live", "--base-url", site.address)
        assert (done.returncode, done.stdout) == (4, "")
        assert "manifest.json answered 404" in done.stderr
        site.files = {"manifest.json": b"<p>Under construction</p>"}
        done = run(office, "live", "--base-url", site.address)
        assert (done.returncode, done.stdout) == (4, "")
        assert "damaged, or not a manifest" in done.stderr
        run(office, "build", "--base-url", site.address)
        site.files = published(office)
        done = run(office, "live", "--base-url", site.address)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.encode() == site.files["manifest.json"]


def test_what_readers_get_is_what_was_published(office: Path) -> None:
    with host({}) as site:
        here = ("--base-url", site.address)
        run(office, "build", *here)
        site.files = published(office)
        before = office / "before.json"
        before.write_bytes(site.files["manifest.json"])
        done = run(office, "confirm", *here)
        assert done.returncode == 0
        number = len(json.loads(before.read_bytes())["documents"]) + 1
        assert f"{number} documents at {site.address}: all as published" in done.stderr

        (office / "entries" / "jobs.md").write_bytes(
            entry(countries="[CN]", summary="Changed.", updated="2015-05-20")
        )
        run(office, "build", *here)
        site.asked.clear()
        done = run(office, "confirm", *here, "--since", "before.json")
        assert done.returncode == 3
        assert f"{site.address}all/atom.xml: has other bytes\n" in done.stdout
        assert "did not come back as published; a cache may be slow" in done.stderr
        assert "country/mn/atom.xml" not in site.asked  # it did not change
        assert "country/cn/atom.xml" in site.asked

        site.files = published(office)
        site.asked.clear()
        done = run(office, "confirm", *here, "--since", "before.json")
        assert done.returncode == 0
        assert "country/mn/atom.xml" not in site.asked

        site.files = {path: data for path, data in site.files.items() if path != "all/rss.xml"}
        done = run(office, "confirm", *here, "--since", "before.json")
        assert (done.returncode, done.stdout) == (3, f"{site.address}all/rss.xml: answered 404\n")
        done = run(office, "confirm", *here, "--since", "public/manifest.json")
        assert (done.returncode, done.stdout) == (0, "")
        assert f"1 document at {site.address}: all as published" in done.stderr


def test_a_page_alone_changes_the_manifest_and_is_waited_for(office: Path) -> None:
    with host({}) as site:
        here = ("--base-url", site.address)
        run(office, "build", *here)
        old = published(office)
        (office / "before.json").write_bytes(old["manifest.json"])
        site.files = old | {"manifest.json": old["manifest.json"] + b"\n"}
        done = run(office, "confirm", *here, "--since", "before.json")
        assert (done.returncode, done.stdout) == (
            3,
            f"{site.address}manifest.json: has other bytes\n",
        )


def test_what_cannot_be_asked_is_4(office: Path) -> None:
    done = run(office, "confirm", "--base-url", "http://127.0.0.1:9/")
    assert done.returncode == 4
    assert "there is no manifest.json in" in done.stderr
    run(office, "build")
    with listening(lambda *_: (503, b"")) as address:
        done = run(office, "confirm", "--base-url", address)
        assert (done.returncode, done.stdout) == (4, "")
        assert "answered 503" in done.stderr
        assert run(office, "live", "--base-url", address).returncode == 4
    done = run(office, "confirm", "--since", "nowhere.json")
    assert done.returncode == 4
    assert "nowhere.json" in done.stderr
    assert run(office, "confirm", "--wait", "-1").returncode == 2


def test_without_an_address_the_mistakes_are_told(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", office=b"site: {}")
    for command in ("live", "confirm"):
        done = run(office, command)
        assert done.returncode == 1
        assert "feeds.yaml:1:" in done.stdout


def test_slow_caches_are_waited_for(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.01)
    right = {"all/atom.xml": hashlib.sha256(b"new").hexdigest()}
    files = {"all/atom.xml": b"old"}
    with host(files) as site:

        class Cache(dict[str, bytes]):
            def get(self, path: str, default: object = None) -> bytes:
                return b"new" if site.asked.count(path) > 2 else b"old"

        site.files = Cache()
        assert not live.confirm(site.address, right, 60).differing
        assert site.asked == ["all/atom.xml"] * 3
        site.files = {}
        confirmation = live.confirm(site.address, right, 0.05)
        assert confirmation.differing == {"all/atom.xml": "answered 404"}
        assert confirmation.documents == 1
        monkeypatch.setattr(live, "MOST_BYTES", 2)
        site.files = files
        confirmation = live.confirm(site.address, right, 0)
        assert confirmation.differing == {"all/atom.xml": "is too large"}
    with (
        pytest.raises(PublishError, match="too large"),
        host({"manifest.json": b"{}  "}) as site,
    ):
        live.fetch_manifest(site.address)
