"""The settings of docs/server/ on real servers: what each kind of document is sent as, and what
programs that others wrote make of it."""

from __future__ import annotations

import gzip
import http.client
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import feedparser
import icalendar
import pytest

from browsing import GALLERY, page
from ilofeed.media.kinds import DOCUMENT_SUFFIXES, media_type
from offices import ROOT, entry
from program import run
from serving import free_port, host, needs
from web_servers import PROGRAMS, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.slow, needs("curl", "newsboat")]

SETTINGS = ROOT / "docs" / "server"
SHORT, HOUR, NEVER = "public, max-age=300", "public, max-age=3600", "no-cache"
FOREVER = "public, max-age=31536000, immutable"
HTML, XML = "text/html; charset=utf-8", "application/xml; charset=utf-8"
ICS, JS = "text/calendar; charset=utf-8", "text/javascript; charset=utf-8"
DOCUMENTS = {  # path: type, Cache-Control, whether it is compressed, whether others may frame it
    "": (HTML, SHORT, True, False),
    "all/": (HTML, SHORT, True, False),
    "entry/report-2/": (HTML, SHORT, True, False),
    "old/page.html": (HTML, SHORT, True, False),
    "all/embed.html": (HTML, SHORT, True, True),
    "all/fragment.html": (HTML, SHORT, True, False),
    "all/atom.xml": (XML, SHORT, True, True),
    "all/rss.xml": (XML, SHORT, True, True),
    "feed.rss": (XML, SHORT, True, True),
    "all/feed.json": ("application/feed+json", SHORT, True, True),
    "all/oembed.json": ("application/json", SHORT, True, True),
    "all/calendar.ics": (ICS, SHORT, True, True),
    "feeds.opml": ("text/x-opml; charset=utf-8", SHORT, True, True),
    "sitemap.xml": (XML, SHORT, True, True),
    "manifest.json": ("application/json", NEVER, True, True),
    "embed/ilo-feed-1.2.0.js": (JS, FOREVER, True, True),
    "embed/ilo-feed.js": (JS, SHORT, True, True),
    "assets/site.css": ("text/css; charset=utf-8", SHORT, True, True),
    "assets/image.webp": ("image/webp", HOUR, False, True),
    "entry/photo-story/image.png": ("image/png", HOUR, False, True),
    "entry/files/report.pdf": ("application/pdf", HOUR, False, True),
}


@dataclass
class Served:
    """A site on a server: its address, and its files by path."""

    address: str
    files: dict[str, bytes]
    program: str
    output: Path

    def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, Message[str, str], bytes]:
        """Return status, headers and body as they are sent; `_` in a header's name is `-`."""
        _, _, place = self.address.partition("//")
        name, _, folder = place.partition("/")
        connection = http.client.HTTPConnection(name, timeout=30)
        named = {header.replace("_", "-"): value for header, value in headers.items()}
        connection.request(method, f"/{folder}{path}", headers=named)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body


def settings(program: str, port: int, root: Path, output: Path, path: str) -> str:
    """Return the settings of the manual, changed as it says; for Apache they are in the output."""
    name = {"nginx": "nginx.conf", "apache2": "apache.htaccess", "caddy": "Caddyfile"}[program]
    text = (SETTINGS / name).read_text("utf-8")
    text = text.replace("/404.html", f"{path}404.html")
    if program == "apache2":
        (output / ".htaccess").write_text(text)
        return ""
    text = text.replace("/srv/office/public", str(root))
    if program == "caddy":
        return text.replace("\nnews.example.org {", f"\nhttp://127.0.0.1:{port} {{")
    text = text.replace("location / {", f"location {path} {{").replace("listen [::]:80;", "")
    return text.replace("listen 80;", f"listen 127.0.0.1:{port};")


@pytest.fixture(scope="module", params=["/", "/feeds/ precompressed"])
def where(request: pytest.FixtureRequest) -> str:
    made: str = request.param
    return made


@pytest.fixture(scope="module", params=PROGRAMS)
def served(
    request: pytest.FixtureRequest, where: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The gallery with files and former addresses, as each server sends it."""
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    path, *options = where.split()
    root = folder / "public" if path == "/" else folder / "www"
    output = root if path == "/" else root / path.strip("/")
    office = folder / "office"
    shutil.copytree(GALLERY, office)
    (office / "entries" / "report.pdf").write_bytes(b"%PDF-1.4" + bytes(5000))
    (office / "entries" / "files.md").write_bytes(
        entry(
            categories="[wages]", attachments="[report.pdf]", aliases="[old/page.html]",
            date="2026-01-01", event="{start: 2026-12-01, place: Улаанбаатар}",
        )
    )  # fmt: skip
    with (office / "feeds.yaml").open("a") as file:
        file.write("aliases: {feed.rss: all/rss.xml}\n")
    address = f"http://127.0.0.1:{port}{path}"
    options = ["--precompress"] if options else []
    command = ("build", "--base-url", address, "--output", str(output), "--now", "2026-11-20")
    done = run(office, *command, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    found = (file for file in output.rglob("*") if file.is_file())
    files = {file.relative_to(output).as_posix(): file.read_bytes() for file in found}
    site = settings(request.param, port, root, output, path)
    with serving(request.param, folder, port, root, site):
        yield Served(address, files, request.param, output)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_each_kind_of_document(served: Served, path: str) -> None:
    kind, cache, is_compressed, is_framed = DOCUMENTS[path]
    data = served.files[path + "index.html" if not path or path.endswith("/") else path]
    for encoding in ("gzip", "identity"):
        status, headers, body = served.ask(path, Accept_Encoding=encoding)
        assert (status, headers["Cache-Control"]) == (200, cache)
        assert headers["Content-Type"] in {kind, f"{kind}; charset=utf-8"}
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] is None
        policy = None if is_framed else "frame-ancestors 'self'"
        assert headers["Content-Security-Policy"] == policy
        is_gzip = headers["Content-Encoding"] == "gzip"
        assert is_gzip == (is_compressed and encoding == "gzip" and len(data) > 512)
        assert (gzip.decompress(body) if is_gzip else body) == data
        if is_gzip:
            assert "Accept-Encoding" in headers["Vary"]
            if (copy := served.files.get(f"{path}.gz")) is not None:
                assert body == copy
        head = served.ask(path, "HEAD", Accept_Encoding=encoding)
        assert (head[0], head[2]) == (200, b"")
        assert head[1]["Content-Type"] == headers["Content-Type"]
        same = {"Accept_Encoding": encoding, "If_None_Match": headers["ETag"]}
        status, again, body = served.ask(path, **same)
        assert (status, body) == (304, b"")
        assert again["Cache-Control"] == cache
        since = {"Accept_Encoding": encoding, "If_Modified_Since": headers["Last-Modified"]}
        assert served.ask(path, **since)[0] == 304
        assert served.ask(path, Accept_Encoding=encoding, If_None_Match='"other"')[0] == 200


@pytest.mark.parametrize("path", ["entry/files/report.pdf", "all/atom.xml"])
def test_a_part_of_a_file(served: Served, path: str) -> None:
    status, headers, body = served.ask(path, Range="bytes=3-9", Accept_Encoding="identity")
    assert (status, body) == (206, served.files[path][3:10])
    assert headers["Content-Range"] == f"bytes 3-9/{len(served.files[path])}"


def test_what_is_not_there(served: Served) -> None:
    for path in ("nothing", "nothing/atom.xml", "entry/", ".nojekyll", ".htaccess", ".git/config"):
        status, headers, body = served.ask(path, Accept_Encoding="identity")
        assert (status, body) == (404, served.files["404.html"]), path
        assert headers["Content-Type"] == HTML
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Content-Security-Policy"] == "frame-ancestors 'self'"
        assert headers["Cache-Control"] in {None, SHORT}
    status, headers, _ = served.ask("all")
    assert status in {301, 308}
    assert headers["Location"].removeprefix(served.address[:-1]).endswith("/all/")


def test_the_type_of_every_file_that_an_entry_may_attach(served: Served) -> None:
    folder = served.output / "entry" / "files"
    for suffix in sorted(DOCUMENT_SUFFIXES | {".avif", ".gif", ".jpg", ".jpeg", ".svg", ".mp4"}):
        (folder / f"any{suffix}").write_bytes(b"x" * 5000)
        status, headers, _ = served.ask(f"entry/files/any{suffix}")
        kind = media_type(f"any{suffix}") or f"application/{suffix[1:]}"  # of .rtf
        assert (status, headers["Content-Type"].partition(";")[0]) == (200, kind), suffix
        is_ours = suffix in {".ics", ".svg"}  # the encoding of editors' texts is not known
        assert is_ours or headers["Content-Type"] == kind
    assert served.ask("entry/files/any.txt")[1]["Cache-Control"] == HOUR


# --- programs that others wrote ---


def test_feedparser_and_its_conditional_request(served: Served) -> None:
    for name, number in (("all/atom.xml", 16), ("all/rss.xml", 12), ("feed.rss", 12)):
        feed = feedparser.parse(served.address + name)
        assert (feed.status, feed.bozo) == (200, False)
        assert len(feed.entries) == number
        again = feedparser.parse(served.address + name, etag=feed.etag)
        assert (again.status, again.entries) == (304, [])
        again = feedparser.parse(served.address + name, modified=feed.modified)
        assert again.status == 304


def test_curl_follows_a_folder_and_unpacks_what_it_accepts(served: Served) -> None:
    command = ["curl", "--silent", "--fail", "--location", "--compressed", f"{served.address}all"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == served.files["all/index.html"]
    etag = served.output.parent / "etag"
    command = ["curl", "--silent", "--fail", "--compressed", "--write-out", "%{http_code}"]
    command += ["--etag-save", str(etag), f"{served.address}all/feed.json"]
    for status in (b"200", b"304"):
        done = subprocess.run(command, capture_output=True, check=True)
        assert done.stdout[-3:] == status
        command += ["--etag-compare", str(etag)]


def test_newsboat(served: Served, tmp_path: Path) -> None:
    (tmp_path / "urls").write_text(f"{served.address}all/atom.xml\n")
    files = ["-u", str(tmp_path / "urls"), "-c", str(tmp_path / "cache"), "-C", "/dev/null"]
    subprocess.run(["newsboat", *files, "-x", "reload"], check=True, env={"HOME": str(tmp_path)})
    unread = subprocess.run(
        ["newsboat", *files, "-x", "print-unread"],
        capture_output=True, text=True, check=True, env={"HOME": str(tmp_path)},
    )  # fmt: skip
    assert unread.stdout == "16 unread articles\n"


def test_a_calendar_by_its_address(served: Served) -> None:
    status, headers, body = served.ask("all/calendar.ics")
    assert (status, headers.get_content_type()) == (200, "text/calendar")
    calendar = icalendar.Calendar.from_ical(body.decode(headers.get_content_charset() or ""))
    assert "Улаанбаатар" in {str(event.get("LOCATION")) for event in calendar.walk("VEVENT")}


def test_another_site_shows_the_feed(served: Served, browser: Browser) -> None:
    """By the element, with its hash, and by the frame; its pages cannot be framed."""
    at = served.address
    html = f"""<!doctype html><html lang=en><meta charset=utf-8><title>Other</title>
        <script type=module src="{at}embed/ilo-feed-1.2.0.js" crossorigin=anonymous></script>
        <ilo-feed src="{at}all/feed.json" limit=3><a href="{at}all/">all</a></ilo-feed>
        <iframe id=embed src="{at}all/embed.html" title=embed></iframe>
        <iframe id=page src="{at}all/" title=page></iframe>"""
    with host({"index.html": html.encode()}) as other, page(browser) as made:
        made.goto(other.address)
        made.locator("ilo-feed li").nth(2).wait_for()
        assert made.locator("ilo-feed li").count() == 3
        made.frame_locator("#embed").locator("li").first.wait_for()
        framed = [frame.url for frame in made.frames]
        assert f"{at}all/embed.html" in framed
        assert f"{at}all/" not in framed  # a page of errors instead
        kinds = "async path => (await fetch(path)).headers.get('content-type')"
        for path in ("all/fragment.html", "all/atom.xml", "manifest.json", "nothing"):
            assert made.evaluate(kinds, at + path)


def test_a_browser_shows_a_feed_with_its_stylesheet(served: Served, browser: Browser) -> None:
    with page(browser) as made:
        for name in ("all/atom.xml", "all/rss.xml"):
            made.goto(served.address + name)
            assert made.evaluate("document.styleSheets.length") == 1
