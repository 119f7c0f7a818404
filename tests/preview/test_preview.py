"""The preview: what it shows of the files, how it follows them, and whom it answers."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from test_check import png

from browsing import listen, page, violations
from ilofeed.cli import site as site_commands
from ilofeed.content import read_office
from ilofeed.content.site import check
from ilofeed.feeds.selection import select
from ilofeed.pages.render import render
from ilofeed.preview import watch
from ilofeed.preview.pages import Memory, Pages, look
from ilofeed.preview.server import Server
from offices import NOW, OFFICE, entry, sources, write_office
from waiting import LIMIT, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

HERE = "http://127.0.0.1:8000/"
LATER = {"date": "2026-12-03T09:00:00+08:00", "title": "Comes later"}


def pages(memory: Memory | None = None, now: dt.datetime = NOW, **files: Any) -> Pages:
    return Pages(look(sources(**files), now, HERE, memory or Memory()), "v1")


def text(made: Pages, path: str) -> str:
    data = made.find(path)
    assert data is not None, path
    return data.decode()


def banner(made: Pages, path: str) -> str:
    found = re.search(r'<section class="ilofeed-preview.*?</section>', text(made, path))
    return found[0] if found else ""


@pytest.mark.parametrize("languages", [b"", b"  languages: [en, mn]\n"])
def test_it_shows_what_would_be_published(languages: bytes) -> None:
    """Every document, byte for byte but for the script of the preview in pages."""
    files: dict[str, Any] = {
        "wages": entry(event="{start: 2015-06-01}"),
        "jobs": entry(id="older", countries="[CN]"),
    }
    many = {f"old-{number}": entry(date=f"2015-01-{number + 1:02}") for number in range(9)}
    files |= many | {"office": OFFICE.replace(b"  title:", languages + b"  limit: 2\n  title:")}
    made = pages(**files)
    there, _ = check(sources(**files), NOW, HERE)
    assert there is not None
    documents = render(select(there, NOW))
    assert any(document.kind == "archive" for document in documents)
    for document in documents:
        shown = made.find(document.path)
        assert shown is not None, document.path
        own = rb'<link rel="stylesheet" href="/-preview.*?</script>\n'
        assert re.sub(own, b"", shown, flags=re.DOTALL) == document.data, document.path


@pytest.mark.parametrize(
    "path",
    [
        "../feeds.yaml",
        "/etc/passwd",
        "feeds.yaml",
        "entries/wages.md",
        "entry/wages",
        "entry/other/index.html",
        "entry/x/y/index.html",
        "archive/1/atom.xml",
        "-preview/",
        "\0",
    ],
)
def test_nothing_else_is_there(path: str) -> None:
    assert pages(wages=entry()).find(path) is None


def test_what_waits_is_marked_and_never_published() -> None:
    waiting: dict[str, Any] = {"rough": entry(draft="true"), "later": entry(**LATER)}
    made = pages(wages=entry(), **waiting)
    assert '<p class="preview-mark">Draft</p>' in banner(made, "entry/rough/index.html")
    assert "Not before 3 December 2026, 09:00" in banner(made, "entry/later/index.html")
    assert banner(made, "entry/wages/index.html") == ""
    assert "Comes later" in text(made, "all/atom.xml")
    for path in ("index.html", "all/index.html", "entry/rough/index.html"):
        shown = text(made, path)
        assert re.search(r'/later/"[^>]*>.*?</a> <strong class="preview-mark">Not before', shown)
    assert "Draft</strong>" in text(made, "index.html")
    assert text(made, "index.html").count("preview-mark") == 2
    there, _ = check(sources(wages=entry(), **waiting), NOW)
    assert there is not None
    assert {one.slug for one in select(there, NOW).entries} == {"wages"}


def test_only_links_to_the_entry_are_marked() -> None:
    """A category of the same name is something else."""
    made = pages(wages=entry(draft="true"), jobs=entry(categories="[employment]"))
    marked = re.compile(r'href="([^"]*)"[^>]*>[^<]*</a> <strong class="preview-mark">')
    shown = text(made, "category/employment/index.html")
    assert 'href="../wages/"' in shown
    assert marked.findall(shown) == ["../../entry/wages/"]
    assert marked.findall(text(made, "index.html")) == ["entry/wages/"]
    neighbour = text(made, "entry/jobs/index.html")
    assert neighbour.count("preview-mark") == 1
    assert 'href="../wages/"' in neighbour.partition("preview-mark")[0]


def test_a_day_later_everything_is_checked_again() -> None:
    memory = Memory()
    files: dict[str, Any] = {"wages": entry(updated="2026-11-02T12:00:00Z")}
    before = look(sources(**files), NOW, HERE, memory)
    assert [one.code for one in before.problems] == ["updated-in-future"]
    after = look(sources(**files), NOW + dt.timedelta(days=1), HERE, memory)
    assert after.problems == ()


def test_the_mark_goes_at_the_instant() -> None:
    memory, due = Memory(), dt.datetime(2026, 12, 3, 1, tzinfo=dt.UTC)
    files: dict[str, Any] = {"later": entry(**LATER)}
    before = look(sources(**files), due - dt.timedelta(seconds=1), HERE, memory)
    assert before.marks == {"later": "Not before 09:00 today"}
    assert before.next_change == due
    assert look(sources(**files), due, HERE, memory).marks == {}


def test_a_translation_of_what_is_not_there_names_nothing() -> None:
    made = pages(
        wages=entry(translation_of="gone"), jobs=entry(draft="true", translation_of="wages")
    )
    assert made.preview.selection is not None
    found = {one.slug: one.translation_of for one in made.preview.selection.entries}
    assert found == {"jobs": "wages", "wages": None}
    assert "there is no entry" in banner(made, "entry/wages/index.html")


def test_a_broken_entry_stays_as_it_last_was_with_what_is_wrong() -> None:
    memory = Memory()
    pages(memory, wages=entry(), jobs=entry(title="Jobs"))
    made = pages(memory, wages=entry(title="Wages <fall", date="tomorow"), jobs=entry(title="Jobs"))
    shown = text(made, "entry/wages/index.html")
    assert "<h1>Wages rise</h1>" in shown
    assert "<code>entries/wages.md:3:7</code></a> <strong>error:</strong>" in shown
    assert shown.index("<main") < shown.index("ilofeed-preview") < shown.index("<h1>")
    assert "entries/wages.md:3:7" in banner(made, "index.html")
    assert '<a href="/">1 problem elsewhere</a>' in banner(made, "entry/jobs/index.html")
    mended = pages(memory, wages=entry(title="Wages fall"), jobs=entry(title="Jobs"))
    assert banner(mended, "index.html") == ""
    assert "<h1>Wages fall</h1>" in text(mended, "entry/wages/index.html")


def test_an_entry_that_was_never_good_has_a_page_of_its_problems() -> None:
    made = pages(wages=entry(), worse=entry(title='"<script>alert(1)</script>"', date=None))
    shown = text(made, "entry/worse/index.html")
    assert "entries/worse.md" in shown
    assert "<script>alert" not in shown
    assert "&lt;/script&gt;" in shown
    assert "worse" not in text(made, "all/atom.xml")


def test_many_problems_are_counted() -> None:
    files: dict[str, Any] = {f"e{number}": entry(date="x") for number in range(53)}
    made = pages(**files)
    assert banner(made, "index.html").count("<li") == 50
    assert "… and 3 more" in banner(made, "index.html")


def test_without_feeds_yaml_there_are_its_problems_and_the_site_as_it_was() -> None:
    memory = Memory()
    broken = pages(memory, office=b"site: [\n", wages=entry())
    assert "feeds.yaml:" in banner(broken, "index.html")
    assert broken.find("all/atom.xml") is None
    good = pages(memory, wages=entry())
    assert banner(good, "index.html") == ""
    again = pages(memory, office=OFFICE.replace(b"title:", b"titel:"), wages=entry())
    assert "did you mean" in banner(again, "index.html")
    assert again.find("all/atom.xml") == good.find("all/atom.xml")


def test_a_quoted_redirection_is_a_page_like_others() -> None:
    made = pages(wages=entry('`<meta http-equiv="refresh">`', draft="true"), jobs=entry(id="older"))
    assert "Draft" in banner(made, "entry/wages/index.html")
    assert "-preview" not in text(made, "entry/older/index.html")
    assert 'http-equiv="refresh"' in text(made, "entry/older/index.html")


def test_what_is_wrong_with_feeds_yaml_comes_first() -> None:
    files: dict[str, Any] = {f"e{number}": entry(date="x") for number in range(53)}
    made = pages(office=OFFICE.replace(b"title:", b"titel:"), **files)
    assert banner(made, "index.html").partition("<code>")[2].startswith("feeds.yaml:")


def test_nothing_is_due_while_feeds_yaml_is_wrong() -> None:
    memory = Memory()
    assert look(sources(later=entry(**LATER)), NOW, HERE, memory).next_change is not None
    broken = sources(office=b"site: [\n", later=entry(**LATER))
    assert look(broken, NOW, HERE, memory).next_change is None


def test_a_category_that_goes_takes_broken_entries_along() -> None:
    memory = Memory()
    office = OFFICE.replace(b"categories:\n", b"categories:\n  extra: Extra\n")
    pages(memory, office=office, wages=entry(categories="[extra]"), jobs=entry())
    made = pages(memory, wages=entry(categories="[extra]"), jobs=entry())
    assert "extra" in banner(made, "entry/wages/index.html")
    assert made.preview.selection is not None
    assert [one.slug for one in made.preview.selection.entries] == ["jobs"]


def test_of_two_with_one_id_the_first_is_shown() -> None:
    made = pages(a=entry(id="same", title="First"), b=entry(id="same", title="Second"))
    assert "First" in text(made, "all/atom.xml")
    assert "Second" not in text(made, "all/atom.xml")
    assert "first used in" in banner(made, "entry/b/index.html")


def test_a_file_is_shown_and_again_when_it_has_changed(tmp_path: Path) -> None:
    text = entry("![A hall](hall.png)", attachments="[report.pdf]")
    folder = write_office(tmp_path / "office", wages=text)
    (folder / "entries" / "report.pdf").write_bytes(b"%PDF-1.4")
    (folder / "entries" / "hall.png").write_bytes(png(30, 20))
    memory = Memory()
    made = Pages(look(read_office(folder), NOW, HERE, memory), "v1")
    assert made.find("entry/wages/report.pdf") == b"%PDF-1.4"
    assert made.find("entry/wages/hall.png") == png(30, 20)
    (folder / "entries" / "hall.png").write_bytes(png(40, 20))
    made = Pages(look(read_office(folder), NOW, HERE, memory), "v2")
    assert made.find("entry/wages/hall.png") == png(40, 20)
    assert 'width="40"' in (made.find("entry/wages/index.html") or b"").decode()


def test_what_did_not_change_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, asked = Memory(), []
    real = look.__globals__["check_entry"]

    def count(path: str, *rest: Any) -> Any:
        asked.append(path)
        return real(path, *rest)

    monkeypatch.setattr("ilofeed.preview.pages.check_entry", count)
    pages(memory, wages=entry(), jobs=entry())
    pages(memory, wages=entry(title="Other"), jobs=entry())
    assert asked == ["entries/jobs.md", "entries/wages.md", "entries/wages.md"]
    pages(memory, wages=entry(title="Other"))
    assert list(memory.parsed) == ["entries/wages.md"]
    asked.clear()
    pages(memory, office=OFFICE + b"\n", wages=entry(title="Other"))
    assert asked == ["entries/wages.md"]


@dataclass
class Serving:
    """A preview that runs: the office's folder, and where it is."""

    root: Path
    address: str
    process: subprocess.Popen[bytes]

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
        """Status, headers and body, for a path that is sent letter by letter."""
        port = urllib.parse.urlsplit(self.address).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True)
            for name, value in ({"Host": f"127.0.0.1:{port}"} | headers).items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def told(self) -> tuple[str, str]:
        """What is said until the process ends, after the address."""
        out, said = self.process.communicate(timeout=LIMIT)
        return out.decode(), said.decode()

    @contextlib.contextmanager
    def versions(self) -> Iterator[Iterator[str]]:
        """What a page hears while it is open."""
        port = urllib.parse.urlsplit(self.address).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
        with contextlib.closing(connection):
            connection.request("GET", "/-preview/events")
            answer = connection.getresponse()
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            yield (
                line.decode().removeprefix("data: ").strip()
                for line in iter(answer.readline, b"")
                if line.startswith(b"data: ")
            )


@contextlib.contextmanager
def serving(root: Path, port: int = 0) -> Iterator[Serving]:
    command = [sys.executable, "-m", "ilofeed", "-C", str(root), "serve", "--port", str(port)]
    with subprocess.Popen(
        command,
        bufsize=0,  # so that no more than a line is read here: communicate knows of no buffer
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            yield Serving(root, process.stdout.readline().decode().strip(), process)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    root = write_office(tmp_path_factory.mktemp("preview") / "office", wages=entry())
    (root.parent / "secret").write_text("secret")
    with serving(root) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "status", "media_type"),
    [
        ("/", 200, "text/html; charset=utf-8"),
        ("/index.html?x#y", 200, "text/html; charset=utf-8"),
        ("/all/", 200, "text/html; charset=utf-8"),
        ("/all", 301, "text/plain"),
        ("/all/atom.xml", 200, "application/xml; charset=utf-8"),
        ("/all/rss.xml", 200, "application/xml; charset=utf-8"),
        ("/all/feed.json", 200, "application/feed+json; charset=utf-8"),
        ("/%61ll/feed.json", 200, "application/feed+json; charset=utf-8"),
        ("/sitemap.xml", 200, "application/xml; charset=utf-8"),
        ("/feeds.opml", 200, "text/x-opml; charset=utf-8"),
        ("/assets/site.js", 200, "text/javascript; charset=utf-8"),
        ("/-preview/preview.css", 200, "text/css; charset=utf-8"),
        ("/.nojekyll", 200, "application/octet-stream"),
        ("/nothing/", 404, "text/html; charset=utf-8"),
        ("/../secret", 404, "text/html; charset=utf-8"),
        ("/%2e%2e/%2e%2e/secret", 404, "text/html; charset=utf-8"),
        ("/..%2fsecret", 404, "text/html; charset=utf-8"),
        ("//etc/passwd", 404, "text/html; charset=utf-8"),
        ("/entries/wages.md", 404, "text/html; charset=utf-8"),
        ("/%00", 404, "text/html; charset=utf-8"),
        ("/%ff", 404, "text/html; charset=utf-8"),
    ],
)
def test_answers(running: Serving, path: str, status: int, media_type: str) -> None:
    found, headers, body = running.ask(path)
    assert (found, headers["Content-Type"]) == (status, media_type)
    assert headers["Cache-Control"] == "no-store"
    assert b"secret" not in body
    head = running.ask(path, "HEAD")
    assert head[0] == status
    assert head[1]["Content-Length"] == headers["Content-Length"]
    assert head[2] == b""
    if status == 301:
        assert headers["Location"] == "/all/"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:{}", None, 200),
        ("localhost:{}", None, 200),
        ("LocalHost:{}", None, 200),
        ("[::1]:{}", None, 200),
        ("127.0.0.1:{}", "http://127.0.0.1:{}", 200),
        ("localhost:{}", "http://localhost:{}", 200),
        ("evil.example", None, 403),
        ("evil.example:{}", None, 403),
        ("127.0.0.1", None, 403),
        ("127.0.0.1:1", None, 403),
        ("localhost.evil.example:{}", None, 403),
        ("", None, 403),
        ("127.0.0.1:{}", "http://evil.example", 403),
        ("127.0.0.1:{}", "http://127.0.0.1:1", 403),
        ("127.0.0.1:{}", "https://127.0.0.1:{}", 403),
        ("127.0.0.1:{}", "null", 403),
    ],
)
@pytest.mark.parametrize("path", ["/", "/-preview/events-not", "/all/atom.xml"])
def test_only_pages_from_here_are_answered(
    running: Serving, host: str, origin: str | None, status: int, path: str
) -> None:
    port = urllib.parse.urlsplit(running.address).port
    headers = {"Host": host.format(port)}
    if origin is not None:
        headers["Origin"] = origin.format(port)
    found, _, body = running.ask(path, **headers)
    assert found == (404 if status == 200 and path.endswith("-not") else status)
    assert status == 200 or b"Wages" not in body


@pytest.mark.slow
def test_a_stream_for_another_page_is_refused(running: Serving) -> None:
    assert running.ask("/-preview/events", Origin="http://evil.example")[0] == 403
    assert running.ask("/-preview/events", Host="evil.example")[0] == 403


@pytest.mark.slow
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_only_looking(running: Serving, method: str) -> None:
    status, headers, _ = running.ask("/", method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.slow
def test_it_is_for_this_machine_alone(running: Serving) -> None:
    port = urllib.parse.urlsplit(running.address).port
    assert running.address == f"http://127.0.0.1:{port}/"
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.2", port), LIMIT),
    ):
        pass


@pytest.mark.slow
def test_it_follows_the_files(tmp_path: Path) -> None:
    root = write_office(tmp_path / "office", wages=entry())
    wages = root / "entries" / "wages.md"
    with serving(root) as here, here.versions() as heard:
        first = next(heard)

        def shows(word: str, path: str = "/", status: int = 200) -> None:
            for _ in heard:
                found, _, body = here.ask(path)
                if found == status and word.encode() in body:
                    return

        wages.write_bytes(entry(title="Written over"))
        shows("Written over")
        assert first.encode() not in here.ask("/")[2]
        other = root / "entries" / ".wages.swp"  # as many programs save
        other.write_bytes(entry(title="Moved over"))
        other.replace(wages)
        shows("Moved over")
        (root / "entries" / "2026").mkdir()
        (root / "entries" / "2026" / "new.md").write_bytes(entry(title="New one"))
        shows("New one")
        wages.rename(root / "entries" / "pay.md")
        shows("Moved over", "/entry/pay/")
        until(lambda: here.ask("/entry/wages/")[0] == 404, "without the old name")
        (root / "entries" / "pay.md").unlink()
        shows("", "/entry/pay/", 404)
        assert b"New one" in here.ask("/")[2]
        (root / "feeds.yaml").write_bytes(OFFICE.replace(b"Example Office", b"Another Office"))
        shows("Another Office")
        (root / "feeds.yaml").write_bytes(b"site: [\n")
        shows("feeds.yaml:")
        (root / "feeds.yaml").write_bytes(OFFICE)
        shows("Example Office")
        (root / "entries").rename(root / "gone")
        shows("no entry yet")
        (root / "gone").rename(root / "entries")
        shows("New one")
        (root / "entries" / "2026" / "new.md").write_bytes(entry(title="Newer"))
        shows("Newer")
        drawing = (
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'><title>{}</title></svg>"
        )
        (root / "feeds.yaml").write_bytes(OFFICE.replace(b"site:", b"site:\n  logo: brand/a.svg"))
        shows("there is no file")
        (root / "brand").mkdir()  # in no folder that is watched
        for name in ("First", "Second"):
            (root / "brand" / "a.svg").write_text(drawing.format(name))
            shows(name, "/assets/logo.svg")
        here.process.send_signal(signal.SIGTERM)
        _, said = here.told()
        assert here.process.returncode == 0
    assert "Traceback" not in said
    assert "1 entry: no problems" in said
    assert not list(root.glob(".public*"))
    assert not (root / "public").exists()


@pytest.mark.slow
def test_problems_are_on_the_terminal_too(tmp_path: Path) -> None:
    root = write_office(tmp_path / "office", wages=entry(date="x"))
    with serving(root) as here:
        here.ask("/")
        here.process.send_signal(signal.SIGINT)
        out, said = here.told()
    assert here.process.returncode == 0
    assert out.startswith("entries/wages.md:3:7: error: ")
    assert "0 entries: 1 problem (" in said


@pytest.mark.slow
def test_a_port_that_is_taken(tmp_path: Path) -> None:
    root = write_office(tmp_path / "office", wages=entry())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with serving(root, port) as here:
            _, said = here.told()
    assert here.process.returncode == 4
    assert said == (f"port {port} is not available; choose another with --port, or 0 for any\n")


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_said_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    watcher, server = watch.Watcher(tmp_path), Server(0)
    answers = iter([PermissionError(13, "Permission denied", "entries/a.md"), None])

    def read(_root: Path) -> Any:
        if (error := next(answers)) is not None:
            raise error
        watcher.stop()
        return sources(wages=entry())

    monkeypatch.setattr(watch, "read_office", read)
    monkeypatch.setattr(watch, "WAKE", 0)
    site_commands._follow(tmp_path, watcher, server)
    server.server_close()
    said = capsys.readouterr().err
    assert said.startswith(
        "ilofeed: could not use entries/a.md: Permission denied\n1 entry: no problems"
    )
    assert b"Wages rise" in (server.pages.find("index.html") or b"")


def test_a_raw_feed_has_its_stylesheet_in_a_browser(tmp_path: Path, browser: Browser) -> None:
    root = write_office(tmp_path / "office", wages=entry())
    with serving(root) as here, page(browser) as made:
        for name in ("atom.xml", "rss.xml"):
            made.goto(f"{here.address}all/{name}")
            assert made.evaluate("document.styleSheets.length") == 1


def test_ten_pages_in_a_browser_reload_themselves(tmp_path: Path, browser: Browser) -> None:
    root = write_office(tmp_path / "office", wages=entry())
    with serving(root) as here, page(browser) as first:
        shown = [first, *(first.context.new_page() for _ in range(9))]
        for one in shown:
            one.goto(f"{here.address}entry/wages/")
        for title in ("Wages fall", "Wages stay"):
            save(root / "entries" / "wages.md", entry(title=title))
            for one in shown:
                one.get_by_role("heading", name=title).wait_for()
            shown.pop(0).close()


def save(path: Path, data: bytes) -> None:
    """Replace a file at once: half of one would be shown as what is wrong with it."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(data)
    new.replace(path)


def test_a_page_in_a_browser_reloads_itself(tmp_path: Path, browser: Browser) -> None:
    root = write_office(tmp_path / "office", wages=entry(), rough=entry(draft="true"))
    wages = root / "entries" / "wages.md"
    with serving(root) as here, page(browser) as shown:
        said = listen(shown)
        shown.goto(f"{here.address}entry/wages/")
        save(wages, entry(title="Wages fall"))
        shown.get_by_role("heading", name="Wages fall").wait_for()
        save(wages, entry(title="Wages fall", date="tomorow"))
        status = shown.get_by_role("status")
        expect(status).to_contain_text("entries/wages.md:3:7 error:")
        assert violations(shown) == []
        save(wages, entry(title="Wages fall again"))
        shown.get_by_role("heading", name="Wages fall again").wait_for()
        assert status.count() == 0
        shown.goto(f"{here.address}entry/rough/")
        assert status.inner_text() == "Draft"
        shown.goto(here.address)
        assert shown.get_by_text("Draft", exact=True).count() == 1
        assert said == []
