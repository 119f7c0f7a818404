"""Comparing a build with what was published before."""

from __future__ import annotations

import http.server
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from ilofeed import http as client
from ilofeed.feeds.ledger import parse_manifest
from ilofeed.files import PublishError
from ilofeed.http import FetchError, TooLargeError, fetch
from ilofeed.publish.last_build import load_named
from offices import entry, write_office
from program import run
from serving import host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ilofeed.feeds.ledger import Ledger


def manifest() -> Ledger:
    return parse_manifest(b'{"version": 1, "entries": [], "documents": [], "files": []}')


def test_a_build_says_it(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry(), jobs=entry())
    assert "subscribers see" not in run(office, "build").stderr
    (office / "entries" / "jobs.md").write_bytes(entry(summary="Changed."))
    (office / "entries" / "new.md").write_bytes(entry())
    done = run(office, "build")
    assert "subscribers see 1 new, 1 changed, 0 gone\n" in done.stderr
    assert "subscribers see" not in run(office, "build", "--previous", "none").stderr
    (office / "old.json").write_text('{"version": 1, "entries": [], "documents": [], "files": []}')
    done = run(office, "build", "--previous", "old.json")
    assert "subscribers see 3 new, 0 changed, 0 gone\n" in done.stderr


@pytest.mark.parametrize("where", ["nowhere.json", "feeds.yaml", "https://[::1"])
def test_what_cannot_be_had_is_4_and_not_none(tmp_path: Path, where: str) -> None:
    office = write_office(tmp_path / "office", wages=entry())
    done = run(office, "build", "--previous", where)
    assert done.returncode == 4
    assert where.partition(":")[0] in done.stderr
    assert not (office / "public").exists()


class Site(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        Site.asked += 1
        status = {"/gone": 404, "/broken": 500}.get(self.path, 200)
        if self.path == "/late" and Site.asked < 3:
            status = 503
        elsewhere = {"/astray": "http://[", "/elsewhere": "ftp://example.org/", "/moved": "/"}
        self.send_response(302 if self.path in elsewhere else status)
        self.send_header("Location", elsewhere.get(self.path, ""))
        if self.path == "/cut":
            self.send_header("Content-Length", "10000")
        self.end_headers()
        self.wfile.write(b'{"version": 1, "entries": [], "documents": [], "files": []}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(client, "PAUSE", 0.01)
    monkeypatch.setattr(Site, "asked", 0)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
def test_the_live_site(live: str, tmp_path: Path) -> None:
    assert load_named(f"{live}/manifest.json", tmp_path) == manifest()
    assert load_named(f"{live}/late", tmp_path) == manifest()
    for path, tries in (("/gone", 1), ("/broken", 3), ("/astray", 3)):
        before = Site.asked
        with pytest.raises(PublishError, match=r"answered|cannot be reached: Invalid"):
            load_named(live + path, tmp_path)
        assert Site.asked - before == tries


@pytest.mark.slow
def test_the_bounds_of_an_answer(live: str) -> None:
    size = len(fetch(live, 1000).data)
    assert fetch(live, size).data
    with pytest.raises(TooLargeError):
        fetch(live, size - 1)
    assert fetch(f"{live}/moved", size).address == f"{live}/"
    for path, why in (("/elsewhere", "not http or https"), ("/cut", "cannot be reached")):
        with pytest.raises(FetchError, match=why):
            fetch(live + path, 10_000)  # it announces more than it sends


@pytest.mark.slow
def test_a_site_that_does_not_answer(live: str, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="cannot be reached"):
        load_named("http://127.0.0.1:9/", tmp_path)


@pytest.mark.slow
def test_live_is_the_manifest_at_the_address_of_the_site(tmp_path: Path) -> None:
    office = write_office(tmp_path / "office", wages=entry(), jobs=entry(title="Jobs"))
    files: dict[str, bytes] = {}
    with host(files) as site:
        there = ("--base-url", site.address, "--previous", "live")
        first = run(office, "build", *there)
        assert first.returncode == 4  # nothing there: that is not "nothing was published"
        assert f"{site.address}manifest.json answered 404" in first.stderr
        assert run(office, "build", *there[:2], "--previous", "none").returncode == 0
        output = office / "public"
        for path in output.rglob("*"):
            if path.is_file():
                files[path.relative_to(output).as_posix()] = path.read_bytes()
        shutil.rmtree(output)  # as on the fresh machine of a scheduled job
        done = run(office, "build", *there)
        assert (done.returncode, done.stdout) == (0, "")
        assert "subscribers see 0 new, 0 changed, 0 gone" in done.stderr
        assert (output / "manifest.json").read_bytes() == files["manifest.json"]
        (office / "entries" / "jobs.md").unlink()
        assert "[id-vanished]" in run(office, "diff", *there).stdout
        assert run(office, "build", *there).returncode == 5
        assert run(office, "build", *there, "--allow", "id-vanished").returncode == 0
    (office / "feeds.yaml").write_text("site: {}")
    assert run(office, "build", "--previous", "live").returncode == 1
