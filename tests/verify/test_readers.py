"""Real feed readers subscribe over HTTP and see the 13 entries, with their titles and dates."""

from __future__ import annotations

import contextlib
import datetime as dt
import email
import email.policy
import os
import sqlite3
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.build import BuildContext, prepare
from offices import OFFICE, ROOT, documents, entry, site
from serving import host, needs
from test_seed import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

EXPECTED = {
    (title, dt.datetime.fromisoformat(f"{date}T09:00:00+08:00")) for _, title, date, *_ in PAGE
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The office's feeds as of June 2015, served on this machine."""
    files: dict[str, bytes] = {}
    with host(files) as here:
        draft = prepare(
            ROOT, dt.datetime(2015, 6, 1, tzinfo=dt.UTC), BuildContext(base_url=here.address)
        )
        assert draft.faults == ()
        files |= {document.path: document.data for document in draft.documents}
        yield here.address


def run(*command: str, home: Path, **options: Any) -> str:
    env = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    done = subprocess.run(
        command,
        env=env | {"HOME": str(home), "TZ": "Europe/Zurich", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=120,
        check=True,
        **options,
    )
    return str(done.stdout, "utf-8")


@needs("newsboat")
@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_newsboat(address: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "urls").write_text(f"{address}all/{name}\n")
    (tmp_path / "config").write_text("")
    files = ("-C", "config", "-u", "urls", "-c", "cache.db")
    for _ in range(2):  # the second reload must not find anything new
        run(
            "newsboat",
            "-q",
            *files,
            "-x",
            "reload",
            home=tmp_path,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
        )
    with contextlib.closing(sqlite3.connect(tmp_path / "cache.db")) as cache:
        rows = cache.execute("select title, pubDate, guid, url from rss_item").fetchall()
    assert len(rows) == 13
    assert {(row[0], dt.datetime.fromtimestamp(row[1], dt.UTC)) for row in rows} == EXPECTED
    assert all(row[2].startswith("tag:ilo.org,2015:beijing:") for row in rows)
    assert {row[3] for row in rows} >= {one[5] for one in PAGE if one[5]}


@needs("newsboat")
def test_newsboat_imports_every_feed_at_once(address: str, tmp_path: Path) -> None:
    import urllib.request

    with urllib.request.urlopen(f"{address}feeds.opml") as answer:
        (tmp_path / "feeds.opml").write_bytes(answer.read())
    (tmp_path / "urls").write_text("")
    (tmp_path / "config").write_text("")
    files = ("-C", "config", "-u", "urls", "-c", "cache.db")
    run("newsboat", *files, "-i", "feeds.opml", home=tmp_path, cwd=tmp_path)
    lines = (tmp_path / "urls").read_text().splitlines()
    assert len(lines) == 41
    assert f'{address}country/cn/atom.xml "By country"' in lines
    assert {line.split()[0] for line in lines} >= {f"{address}all/atom.xml"}


@needs("newsboat")
def test_newsboat_keeps_an_entry_of_three_feeds_once_through_an_edit_and_a_move(
    tmp_path: Path,
) -> None:
    (tmp_path / "config").write_text("")
    files: dict[str, bytes] = {}
    with host(files) as here:
        for folder, title in (("", "Wages rise"), ("", "Wages fall"), ("moved/", "Wages fall")):
            address = f"{here.address}{folder}"
            office = OFFICE.replace(b"https://example.org/feeds/", address.encode())
            made = documents(site(office=office, wages=entry(title=title, updated="2015-06-01")))
            files |= {f"{folder}{path}": document.data for path, document in made.items()}
            paths = ("all", "country/mn", "category/wages")
            (tmp_path / "urls").write_text("".join(f"{address}{p}/atom.xml\n" for p in paths))
            reload = ("-C", "config", "-u", "urls", "-c", "cache.db", "-x", "reload")
            run("newsboat", "-q", *reload, home=tmp_path, cwd=tmp_path, stdin=subprocess.DEVNULL)
            with contextlib.closing(sqlite3.connect(tmp_path / "cache.db")) as cache:
                rows = cache.execute("select title, url from rss_item").fetchall()
            assert rows == [(title, f"{address}entry/wages/")]


@needs("sfeed")
@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_sfeed(address: str, tmp_path: Path, name: str) -> None:
    import urllib.request

    with urllib.request.urlopen(f"{address}all/{name}") as answer:
        data = answer.read()
    rows = [
        line.split("\t") for line in run("sfeed", address, home=tmp_path, input=data).splitlines()
    ]
    assert len(rows) == 13
    assert {(row[1], dt.datetime.fromtimestamp(int(row[0]), dt.UTC)) for row in rows} == EXPECTED
    assert {row[2] for row in rows} >= {one[5] for one in PAGE if one[5]}
    if name == "rss.xml":
        assert {row[6] for row in rows} <= {"ILO Country Office for China and Mongolia"}


@needs("r2e")
@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_rss2email(address: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "mail").mkdir()
    config = tmp_path / "rss2email.cfg"
    r2e = ("r2e", "-c", str(config), "-d", str(tmp_path / "data.json"))
    run(*r2e, "new", "reader@example.org", home=tmp_path)
    text = config.read_text().replace("email-protocol = sendmail", "email-protocol = maildir")
    lines = f"maildir-path = {tmp_path / 'mail'}\nmaildir-mailbox = box\ndate-header = True\n"
    text = text.replace(
        "[DEFAULT]\n", "[DEFAULT]\n" + lines + "same-server-fetch-interval = 0\n", 1
    )
    config.write_text("\n".join(dict.fromkeys(_first_of_each_key(text))))
    run(*r2e, "add", "office", f"{address}all/{name}", home=tmp_path)
    for _ in range(2):
        run(*r2e, "run", home=tmp_path)
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (tmp_path / "mail" / "box" / "new").iterdir()
    ]
    assert len(mails) == 13
    assert {
        (str(mail["Subject"]), mail["Date"].datetime.astimezone(dt.UTC).replace(microsecond=0))
        for mail in mails
    } == EXPECTED


def _first_of_each_key(text: str) -> Iterator[str]:
    seen: set[str] = set()
    for line in text.splitlines():
        key = line.partition(" = ")[0]
        if " = " in line and key in seen:
            continue
        seen.add(key)
        yield line
