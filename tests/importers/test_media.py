"""`import --media`: pictures and documents of an old site come beside their entries."""

from __future__ import annotations

import http.server
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any
from unittest import mock

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from test_former_addresses import export
from test_import import entry_files, passes

from effort import attempts
from ilofeed import http as client
from ilofeed.build import prepare
from ilofeed.cli.import_command import import_source
from ilofeed.content import read, serialize_entry
from ilofeed.importers import fetching
from ilofeed.importers.addresses import read_parts
from ilofeed.problems import has_errors
from ilofeed.urls import to_url
from offices import NOW, SMALL, site, write_office
from picture_files import encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

PDF = b"%PDF-1.4\n%%EOF\n"
UPLOADS = "wp-content/uploads/"


def picture(colour: str = "red", codec: str = "JPEG") -> bytes:
    return encode(Image.new("RGB", (60, 40), colour), codec)


class Site:
    """An old site on this machine: files, redirections (text) and bodies without an end (None)."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.files: dict[str, bytes | str | None] = {}
        self.asked: list[str] = []
        self.gate = threading.Event()  # until then `slow` does not answer
        self.gate.set()


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(client, "PAUSE", 0.01)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/")
            served.asked.append(path)
            answer = served.files.get(path, b"")
            if path.startswith("slow"):
                served.gate.wait(20)
            is_redirection = isinstance(answer, str)
            self.send_response(404 if answer == b"" else 302 if is_redirection else 200)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            self.end_headers()
            try:
                self.wfile.write(b"" if answer is None or isinstance(answer, str) else answer)
                while answer is None:
                    self.wfile.write(bytes(100_000))
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Site(f"http://127.0.0.1:{server.server_address[1]}/")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield served
        served.gate.set()
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office", office=SMALL)


def post(old: Site, number: int, body: str, **more: str) -> str:
    values = {"wp:status": "publish", "wp:post_type": "post", **more}
    return (
        f"<item><title>Post {number}</title><link>{old.address}post-{number}/</link>"
        f"<guid>{old.address}?p={number}</guid><pubDate>Tue, 0{number} Sep 2015 08:00:00 +0000"
        f"</pubDate><category>wages</category><content:encoded><![CDATA[<p>Text. {body}</p>]]>"
        "</content:encoded>" + "".join(f"<{k}>{v}</{k}>" for k, v in values.items()) + "</item>"
    )


def shown(address: str) -> str:
    return f'<img src="{address}" alt="Team">'


def to(address: str, text: str = "it") -> str:
    return f'<a href="{address}">{text}</a>'


def run(
    folder: Path,
    old: Site,
    capsys: pytest.CaptureFixture[str],
    *posts: str,
    expected: int = 0,
    **given: Any,
) -> tuple[dict[str, str], str]:
    """Import an export that the old site serves; return the entry files and what was printed."""
    old.files["export.xml"] = export(*posts).encode()
    capsys.readouterr()
    options = {"media": True, "countries": ["MN"], "no_link": True, "verbose": True, **given}
    code = import_source(folder, NOW, **{"source": f"{old.address}export.xml", **options})
    out, err = capsys.readouterr()
    assert code == expected, out + err
    assert not (folder / fetching.WORK).exists()
    return entry_files(folder), out + err


def files_of(folder: Path) -> dict[str, bytes]:
    paths = (path for path in (folder / "entries").rglob("*") if path.is_file())
    return {
        path.relative_to(folder / "entries").as_posix(): path.read_bytes()
        for path in paths
        if path.suffix != ".md"
    }


def test_pictures_and_documents_come_beside_their_entry(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, report = f"{old.address}{UPLOADS}2015/team.jpg", f"{old.address}{UPLOADS}report.pdf"
    old.files |= {f"{UPLOADS}2015/team.jpg": picture(), f"{UPLOADS}report.pdf": PDF}
    enclosure = f'<enclosure url="{old.address}plan.pdf" length="9" type="application/pdf"/>'
    old.files["plan.pdf"] = PDF + b"plan"
    body = f"{shown(photo)} {to(report, 'The report')}"
    files, said = run(
        folder, old, capsys, post(old, 1, body).replace("</item>", enclosure + "</item>")
    )
    assert files_of(folder) == {
        "2015/post-1/team.jpg": picture(),
        "2015/post-1/report.pdf": PDF,
        "2015/post-1/plan.pdf": PDF + b"plan",
    }
    text = files["2015/post-1.md"]
    assert "![Team](post-1/team.jpg)" in text
    assert "[The report](https://example.org/feeds/entry/post-1/report.pdf)" in text
    assert "attachments:\n  - post-1/plan.pdf\n  - post-1/report.pdf\n" in text
    assert old.address not in text.partition("aliases:")[0].partition("id:")[0]
    assert "3 files put beside entries" in said
    assert passes(folder)


def test_the_lead_picture_and_a_linked_picture(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """A small picture that links to the full one becomes the full one."""
    full, small, lead = (
        f"{old.address}{UPLOADS}{name}" for name in ("a.jpg", "a-9x6.jpg", "l.png")
    )
    old.files |= {f"{UPLOADS}a.jpg": picture(), f"{UPLOADS}a-9x6.jpg": picture("blue")}
    old.files[f"{UPLOADS}l.png"] = picture("green", "PNG")
    media = (
        f'<media:content xmlns:media="http://search.yahoo.com/mrss/" url="{lead}" '
        'medium="image"><media:description>Lead</media:description></media:content>'
    )
    item = post(old, 1, to(full, shown(small))).replace("</item>", media + "</item>")
    files, _ = run(folder, old, capsys, item)
    assert files_of(folder) == {
        "2015/post-1/a.jpg": picture(), "2015/post-1/l.png": picture("green", "PNG"),
    }  # fmt: skip
    text = files["2015/post-1.md"]
    assert "image:\n  file: post-1/l.png\n  alt: Lead\n" in text
    assert "Text. ![Team](post-1/a.jpg)" in text
    assert passes(folder)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "the server answers 404"),
        (b"<!doctype html><h1>Not here</h1>", "is not a PNG, JPEG, GIF or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "is not a PNG"),
        (picture()[:300], "is cut off"),
        (None, "it has 25 MiB or more"),
        ("http://10.0.0.1/team.jpg", "in a private network"),
        ("http://localhost:1/team.jpg", "cannot be reached"),
        ("http://127.0.0.1:1/team.jpg", "in a private network"),
        ("http://[::1]/team.jpg", "cannot be reached"),
        ("http://169.254.169.254/latest", "in a private network"),
        ("file:///etc/hostname", "not http or https"),
    ],
)
def test_a_file_that_cannot_be_kept_keeps_its_address(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str], answer: Any, why: str
) -> None:
    old.files["team.jpg"] = answer
    files, said = run(folder, old, capsys, post(old, 1, shown(f"{old.address}team.jpg")))
    assert files_of(folder) == {}
    assert f"![Team]({old.address}team.jpg)" in files["2015/post-1.md"]
    assert f'item 1 "Post 1": the file `{old.address}team.jpg` keeps its address: ' in said
    assert why in said, said
    assert passes(folder)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.pdf", b"<html>login</html>"), ("a.docx", b"no archive"), ("a.pdf", b"MZ program"),
        ("a.txt", b"\xef\xbb\xbf<script>alert(1)</script>"),
    ],
)  # fmt: skip
def test_a_document_that_is_another_thing_is_refused(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str], path: str, data: bytes
) -> None:
    old.files[path] = data
    files, said = run(folder, old, capsys, post(old, 1, to(old.address + path)))
    assert files_of(folder) == {}
    assert f"[it]({old.address}{path})" in files["2015/post-1.md"]
    assert f"the file `{old.address}{path}` keeps its address: is " in said
    assert "attachments" not in files["2015/post-1.md"]


def test_a_name_that_leads_to_this_machine_is_refused(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent: what a name means is known only when it is connected."""
    find, port = socket.getaddrinfo, old.address.rpartition(":")[2]
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *more, **how: find(
            "127.0.0.1" if host == "pictures.example.org" else host, *more, **how
        ),
    )
    old.files["team.jpg"] = picture()
    url = f"http://pictures.example.org:{port}team.jpg"
    files, said = run(folder, old, capsys, post(old, 1, shown(url)))
    assert f"![Team]({url})" in files["2015/post-1.md"]
    assert "cannot be reached: it is in a private network" in said
    assert old.asked == ["export.xml"]


def test_a_file_has_no_private_host_by_itself(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """An export that is a file may come from anyone: its hosts are not those of the user."""
    old.files["team.jpg"] = picture()
    (folder / "export.xml").write_text(export(post(old, 1, shown(f"{old.address}team.jpg"))))
    _, said = run(folder, old, capsys, source="export.xml")
    assert "it is in a private network" in said
    assert old.asked == []
    assert files_of(folder) == {}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("%2e%2e%2f%2e%2e%2fx.jpg", "x.jpg"), ("%2Fetc%2Fpasswd.jpg", "etc-passwd.jpg"),
        ("con.jpg", "file-con.jpg"), ("AUX.b.jpg", "file-AUX.b.jpg"), ("%00.jpg", "file.jpg"),
        ("%E5%B7%A5%E8%B5%84.jpg", "工资.jpg"), ("a%20b%20(1).JPG", "a-b-1.jpg"),
        ("photo.php?id=3", "photo.jpg"), ("photo", "photo.jpg"), ("index.html", "index.jpg"),
        ("a" * 300 + ".jpg", "a" * 80 + ".jpg"), ("%F0%A0%80%80" * 70 + ".jpg", "𠀀" * 30 + ".jpg"),
        ("a." + "b" * 250, "a.jpg"), (".htaccess.jpg", "htaccess.jpg"), ("x.md", "x.jpg"),
        ("image.jpg", "image.jpg"), ("%5C..%5Cx.jpg", "x.jpg"), ("~%24x.jpg", "x.jpg"),
    ],
)  # fmt: skip
def test_names_are_safe(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str], path: str, name: str
) -> None:
    old.files[to_url(old.address + path).removeprefix(old.address)] = picture()
    files, said = run(folder, old, capsys, post(old, 1, shown(old.address + path)))
    assert files_of(folder) == {f"2015/post-1/{name}": picture()}, said
    assert f"![Team](post-1/{name})" in files["2015/post-1.md"]
    assert {path.name for path in folder.iterdir()} == {"entries", "feeds.yaml"}
    assert passes(folder)


def test_a_document_never_becomes_an_entry(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    old.files["note.md"] = b"---\ntitle: Hostile\n---\n"
    enclosure = f'<enclosure url="{old.address}note.md" type="text/markdown"/></item>'
    files, said = run(folder, old, capsys, post(old, 1, "").replace("</item>", enclosure))
    assert [*files] == ["2015/post-1.md"]
    assert "its name does not show the type of a document" in said


def test_names_that_differ_in_case_or_are_names_of_versions(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is published over another file, also where case does not matter."""
    large = encode(Image.effect_noise((900, 700), 90), "JPEG", quality=95)
    old.files |= {"1/A.jpg": picture(), "2/a.jpg": picture("blue"), "3/a.JPG": picture("green")}
    old.files |= {"big.jpg": large, "big-800.jpg": picture("white"), "e/a.jpg": picture()}
    body = "".join(shown(old.address + path) for path in old.files if path != "export.xml")
    files, said = run(folder, old, capsys, post(old, 1, body))
    names = sorted(path.removeprefix("2015/post-1/") for path in files_of(folder))
    assert names == ["A.jpg", "a-2.jpg", "a-3.jpg", "a-4.jpg", "big-800-2.jpg", "big.jpg"], said
    assert old.address not in files["2015/post-1.md"].rpartition("---")[2]
    assert passes(folder)


def test_a_file_is_fetched_once_and_each_entry_has_its_own(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    old.files["logo.png"] = picture("red", "PNG")
    logo = shown(f"{old.address}logo.png")
    missing = shown(f"{old.address}none.png")
    run(folder, old, capsys, post(old, 1, logo + missing), post(old, 2, logo + missing))
    assert sorted(old.asked) == ["export.xml", "logo.png", "none.png"]
    assert files_of(folder) == dict.fromkeys(
        ["2015/post-1/logo.png", "2015/post-2/logo.png"], picture("red", "PNG")
    )
    assert passes(folder)


def test_links_elsewhere_and_pages_are_left_alone(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    body = to("https://example.net/a.pdf") + to(f"{old.address}page.html") + to(f"{old.address}x")
    files, said = run(folder, old, capsys, post(old, 1, body))
    assert old.asked == ["export.xml"]
    assert "keeps its address" not in said
    assert "(https://example.net/a.pdf)" in files["2015/post-1.md"]


def test_text_that_looks_like_a_picture_stays(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address in code, or in words that look like Markdown, is text: it is not changed."""
    old.files["a.jpg"] = picture()
    written = f"![Team]({old.address}a.jpg)"
    body = (
        f"<pre>{written}</pre><p><code>{written}</code> {shown(f'{old.address}a.jpg')} [a](b)</p>"
    )
    files, _ = run(folder, old, capsys, post(old, 1, body))
    _, _, text = files["2015/post-1.md"].split("---\n", 2)
    assert text.count(f"```\n{written}\n```") == 1
    assert text.count(f"`{written}` ![Team](post-1/a.jpg) \\[a\\](b)") == 1
    assert not has_errors(prepare(folder, NOW).problems)


ADDRESS = st.sampled_from(
    (
        "a.jpg A.JPG a.gif a-400.jpg image.jpg event.ics index.html r.pdf q.php?id=1 a*b.pdf é.png "
        "b_c(1).pdf a.jpg?v=2&w=3 y.csv con.pdf r.docx"
    ).split()
).map("https://old.example.net/{}".format)
INNER: st.SearchStrategy[str] = st.deferred(lambda: st.lists(FRAGMENT, max_size=3).map("".join))
FRAGMENT: st.SearchStrategy[str] = st.one_of(
    ADDRESS.map('<img src="{}" alt="A [b] (c) \\ ]" title="t (u)">'.format),
    st.builds('<a href="{}" title="t">{}x</a>'.format, ADDRESS, INNER),
    st.builds('<a href="{}"><img src="{}" alt="!"></a>'.format, ADDRESS, ADDRESS),
    st.builds("<ul><li>{}<li>{}</ul>".format, INNER, ADDRESS),
    st.builds("<pre>![x]({}) `[y]({})</pre>".format, ADDRESS, ADDRESS),
    st.builds("<p>{}! <code>]({})</code></p>".format, INNER, ADDRESS),
)


@settings(max_examples=attempts(15, 200), deadline=None)
@given(st.lists(FRAGMENT, min_size=1, max_size=8), st.integers(0, 9))
def test_whatever_bodies_show(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], number: int
) -> None:
    """What is written passes the check, and says what it says without files."""
    files = [picture(), picture("red", "PNG"), picture("red", "GIF"), PDF, b"<html>", b"PK\3\4"]

    def fetch(url: str, *_: object) -> client.Response:
        return client.Response(files[(len(url) + number) % len(files)], url)

    texts = []
    for media in (False, True):
        folder = write_office(tmp_path_factory.mktemp("o") / "office", office=SMALL)
        site = Site("https://old.example.net/")
        (folder / "export.xml").write_text(export(post(site, 1, "".join(parts))), "utf-8")
        with mock.patch.object(fetching, "fetch", fetch):
            options: dict[str, Any] = {"source": "export.xml", "countries": ["MN"], "media": media}
            assert import_source(folder, NOW, **options) == 0
        draft = prepare(folder, NOW)
        assert not has_errors(draft.problems)
        assert {problem.code for problem in draft.problems}.isdisjoint({"unused-file"})
        assert draft.faults == ()
        assert draft.site is not None
        root = lxml.html.fragment_fromstring(draft.site.entries[0].html, create_parent=True)
        texts.append("".join(root.xpath("//text()|//@alt")))
    assert texts[0] == texts[1]


def test_a_dry_run_fetches_nothing(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    body = shown(f"{old.address}a.jpg") + to(f"{old.address}b.pdf") + shown(f"{old.address}a.jpg")
    _, said = run(folder, old, capsys, post(old, 1, body), dry_run=True)
    assert "2 files would be put beside entries" in said
    assert old.asked == ["export.xml"]
    assert [*(folder / "entries").iterdir()] == []


def test_a_host_that_is_gone_is_left_alone(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fetch(url: str, *_: object) -> None:
        tried.append(url)
        raise client.FetchError(f"{url} cannot be reached: it is gone")

    monkeypatch.setattr(fetching, "fetch", fetch)
    monkeypatch.setattr(fetching, "AT_ONCE", 1)
    posts = [post(old, n, shown(f"https://gone.example.org/{n}.jpg")) for n in range(1, 8)]
    _, said = run(folder, old, capsys, *posts, verbose=False)
    assert len(tried) == fetching.MAX_FAILURES
    assert "4 items: the file `…` keeps its address: the host `gone.example.org` cannot" in said


def test_the_time_for_all_files_ends(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old.files |= {"slow.jpg": picture(), "b.jpg": picture()}
    old.gate.clear()
    monkeypatch.setattr(fetching, "SECONDS_OF_ALL", 0.5)
    posts = [post(old, n, shown(f"{old.address}{name}")) for n, name in enumerate(old.files, 1)]
    files, said = run(folder, old, capsys, *posts)
    assert "no complete response after" in said
    assert "all files together take longer than 0 minutes" in said
    assert len(files) == 2
    assert files_of(folder) == {}


def test_a_second_run_changes_nothing_and_says_how_to_get_files(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    old.files["a.jpg"] = picture()
    item = post(old, 1, shown(f"{old.address}a.jpg"))
    without, _ = run(folder, old, capsys, item, media=False)
    again, said = run(folder, old, capsys, item)
    assert again == without
    assert "files are fetched for new entries alone; 1 entry is already present" in said
    (folder / "entries" / "2015" / "post-1.md").unlink()
    files, _ = run(folder, old, capsys, item)
    assert "(post-1/a.jpg)" in files["2015/post-1.md"]
    before = files_of(folder)
    assert run(folder, old, capsys, item)[0] == files
    assert files_of(folder) == before


TABLE = "link,title,date,summary,categories,body\nhttps://example.net/pay,Pay,2015-06-02,{},wages,<p>Text</p>{}\n"


def test_a_corrected_row_updates_an_entry_with_files(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record knows the entry as it was imported, and as it was written with its files."""
    old.files["a.jpg"] = picture()
    body = shown(f"{old.address}a.jpg").replace('"', "")

    def load(summary: str, **given: Any) -> tuple[str, str]:
        old.files["t.csv"] = TABLE.format(summary, body).encode()
        given = {"source": f"{old.address}t.csv", "no_link": False, **given}
        files, said = run(folder, old, capsys, **given)
        return files["2015/pay.md"], said

    first, _ = load("First")
    assert "(pay/a.jpg)" in first
    assert load("First")[0] == first
    corrected, said = load("Second")
    assert corrected == first.replace("First", "Second"), said
    assert "is updated" in said
    assert [*files_of(folder)] == ["2015/pay/a.jpg"]
    path = folder / "entries" / "2015" / "pay.md"
    path.write_text(corrected.replace("Second", "Mine"))
    edited, said = load("Third", expected=1)
    assert "Mine" in edited
    assert "was edited since it was imported" in said


def test_an_import_that_is_killed_is_finished_by_the_next(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    old.files |= {"a.jpg": picture(), "b.pdf": PDF, "slow.jpg": picture("blue")}
    posts = [
        post(old, 1, shown(f"{old.address}a.jpg")),
        post(old, 2, to(f"{old.address}b.pdf") + shown(f"{old.address}slow.jpg")),
    ]
    old.files["export.xml"] = export(*posts).encode()
    old.gate.clear()
    arguments = ["--country", "MN", "--media", "--no-link", "--now", NOW.isoformat()]
    command = [sys.executable, "-m", "ilofeed", "-C", str(folder), "import"]
    with subprocess.Popen([*command, f"{old.address}export.xml", *arguments]) as process:
        while "slow.jpg" not in old.asked:
            time.sleep(0.05)
            assert process.poll() is None
        process.kill()
    old.gate.set()
    assert [*entry_files(folder)] == ["2015/post-1.md"]
    assert passes(folder)
    run(folder, old, capsys, *posts)
    assert {*files_of(folder)} == {
        "2015/post-1/a.jpg", "2015/post-2/b.pdf", "2015/post-2/slow.jpg",
    }  # fmt: skip
    assert passes(folder)


def test_a_file_of_an_import_that_was_stopped_is_used(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files came first, so there is no entry without its files."""
    old.files["a.jpg"] = picture()
    item = post(old, 1, shown(f"{old.address}a.jpg"))
    with monkeypatch.context() as patch:
        patch.setattr(read, "create_file", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(folder, old, capsys, item)
    assert entry_files(folder) == {}
    assert files_of(folder) == {"2015/post-1/a.jpg": picture()}
    files, _ = run(folder, old, capsys, item)
    assert files_of(folder) == {"2015/post-1/a.jpg": picture()}
    assert "![Team](post-1/a.jpg)" in files["2015/post-1.md"]


def test_a_file_of_the_office_is_not_replaced(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    old.files["a.jpg"] = picture()
    own = folder / "entries" / "2015" / "post-1" / "A.jpg"
    own.parent.mkdir(parents=True)
    own.write_bytes(picture("blue"))
    (own.parent / "a.jpg").symlink_to(own)
    run(folder, old, capsys, post(old, 1, shown(f"{old.address}a.jpg")))
    assert own.read_bytes() == picture("blue")
    assert (own.parent / "a-2.jpg").read_bytes() == picture()


def test_nothing_is_written_through_a_link(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    old.files["a.jpg"] = picture()
    outside = folder.parent / "outside"
    outside.mkdir()
    (folder / "entries" / "2015").mkdir()
    (folder / "entries" / "2015" / "post-1").symlink_to(outside)
    with pytest.raises(OSError, match="leads out of"):
        run(folder, old, capsys, post(old, 1, shown(f"{old.address}a.jpg")))
    assert [*outside.iterdir()] == []


SITE = site()
TEXTS = st.sampled_from(
    ["null", "~", "true", "a: b", "# no", "'", '"q"', "- a", "2015-06-02", "工资", "--- x", "a\\b"]
)


@given(
    st.fixed_dictionaries(
        {
            "title": TEXTS,
            "date": st.sampled_from([NOW, NOW.date()]),
            "summary": TEXTS,
            "categories": st.just(["wages"]),
            "countries": st.just(["MN"]),
        },
        optional={
            "authors": st.lists(st.fixed_dictionaries({"name": TEXTS}), max_size=2),
            "image": st.fixed_dictionaries({"url": st.just("https://a.org/b"), "alt": TEXTS}),
            "aliases": st.just(["2015/a/"]),
            "draft": st.booleans(),
            "body": st.sampled_from(["Text", "---\n\na: b", "\n---\n\nText", "a\n\n---"]),
        },
    )
)
def test_an_entry_is_read_and_written_as_it_was(keys: dict[str, Any]) -> None:
    """Only what is replaced changes."""
    data = serialize_entry(keys)
    parts = read_parts("entries/a.md", data, SITE.office, NOW)
    assert parts.with_names({}, {}) == data


def test_many_files_with_one_name(
    folder: Path, old: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_SAME", 3)
    old.files |= {f"{number}/a.jpg": picture() for number in range(5)}
    body = "".join(shown(f"{old.address}{number}/a.jpg") for number in range(5))
    files, said = run(folder, old, capsys, post(old, 1, body))
    assert len(files_of(folder)) == 3
    assert said.count("keeps its address: too many files have its name") == 2
    assert files["2015/post-1.md"].count(f"({old.address}") == 2
