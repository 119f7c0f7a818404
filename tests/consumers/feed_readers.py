"""Feeds as libraries of Python and as programs read them: the same mapping of each item.

Each reader returns the keys of `entries_said.FIELDS` that it has: `published` and `updated` in
whole seconds since 1970, `content` as HTML, an enclosure as [address, type, bytes].
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import email
import email.policy
import html
import os
import re
import sqlite3
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import atoma
import fastfeedparser
import feedparser
import reader as reader_library
from readers import HERE, read_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from entries_said import Item


def _seconds(value: dt.datetime | str | None) -> int | None:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    return None if value is None else int(value.timestamp())


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _feedparser(path: Path) -> Iterable[Item]:
    for item in feedparser.parse(path.read_bytes()).entries:
        event = [item.get(f"ev_{name}") for name in ("startdate", "enddate", "location")]
        yield {
            "id": item.id,
            "title": item.title,
            "link": item.link,
            "published": calendar.timegm(item.published_parsed),
            # if an item has no `updated`, the library returns `published` with a warning
            "updated": calendar.timegm(item.updated_parsed) if "updated" in item else None,
            "content": item.content[0].value,
            "categories": [tag.label or tag.term for tag in item.tags],
            "enclosures": [[e.href, e.type, _number(e.get("length"))] for e in item.enclosures],
            "event": event if event[0] else None,
        }


def _fastfeedparser(path: Path) -> Iterable[Item]:
    for item in fastfeedparser.parse(path.read_bytes()).entries:
        yield {
            "id": item.id,
            "title": item.title,
            "link": item.link,
            "published": _seconds(item.published),
            "updated": _seconds(item.get("updated")),
            "content": item.content[0]["value"],
            "categories": [tag["label"] or tag["term"] for tag in item.get("tags", [])],
            "enclosures": [
                [e["url"], e["type"], e.get("length")] for e in item.get("enclosures", [])
            ],
        }


def _atoma(path: Path) -> Iterable[Item]:
    data = path.read_bytes()
    if path.name.endswith(".atom.xml"):
        for item in atoma.parse_atom_bytes(data).entries:
            links: dict[str, list[Any]] = {"alternate": [], "enclosure": [], "related": []}
            for link in item.links:
                links[link.rel].append(link)
            yield {
                "id": item.id_,
                "title": item.title.value,
                "link": links["alternate"][0].href,
                "published": _seconds(item.published),
                "updated": _seconds(item.updated),
                "content": item.content.value,
                "categories": [category.label for category in item.categories],
                "enclosures": [[e.href, e.type_, e.length] for e in links["enclosure"]],
            }
    elif path.name.endswith(".rss.xml"):
        for item in atoma.parse_rss_bytes(data).items:
            yield {
                "id": item.guid,
                "title": item.title,
                "link": item.link,
                "published": _seconds(item.pub_date),
                "content": item.content_encoded,
                "categories": item.categories,
                "enclosures": [[e.url, e.type, e.length] for e in item.enclosures],
            }
    else:
        for item in atoma.parse_json_feed_bytes(data).items:
            yield {
                "id": item.id_,
                "title": item.title,
                "link": item.url,
                "published": _seconds(item.date_published),
                "updated": _seconds(item.date_modified),
                "content": item.content_html,
                "categories": item.tags,
                "enclosures": [[e.url, e.mime_type, e.size_in_bytes] for e in item.attachments],
            }


PYTHON: dict[str, Callable[[Path], Iterable[Item]]] = {
    "feedparser": _feedparser,
    "fastfeedparser": _fastfeedparser,
    "atoma": _atoma,
}


def _by_reader(paths: Sequence[Path], _folder: Path) -> dict[str, list[Item]]:
    items: dict[str, list[Item]] = {path.name: [] for path in paths}
    folder = str(paths[0].parent)
    with contextlib.closing(reader_library.make_reader(":memory:", feed_root=folder)) as reader:
        for name in items:
            reader.add_feed(name)
        reader.update_feeds()
        for item in reader.get_entries():
            items[item.feed_url].append(
                {
                    "id": item.id,
                    "title": item.title,
                    "link": item.link,
                    "published": _seconds(item.published),
                    "updated": _seconds(item.updated),
                    "content": item.content[0].value,
                    "enclosures": [[e.href, e.type, e.length] for e in item.enclosures],
                }
            )
    return items


def _run(*command: str, home: Path, **options: Any) -> bytes:
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        command, env=os.environ | {"HOME": str(home), "TZ": "UTC", "LC_ALL": "C.UTF-8"}, cwd=home,
        capture_output=True, check=False, timeout=120, **options,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _by_sfeed(paths: Sequence[Path], folder: Path) -> dict[str, list[Item]]:
    items = {}
    for path in paths:
        lines = _run("sfeed", home=folder, input=path.read_bytes()).decode().splitlines()
        items[path.name] = [_of_sfeed(*line.split("\t")) for line in lines]
    return items


def _of_sfeed(
    seconds: str, title: str, link: str, content: str, _type: str, identity: str, _author: str,
    enclosure: str, categories: str,
) -> Item:  # fmt: skip
    return {
        "id": identity,
        "title": title,
        "link": link,
        "published": int(seconds),
        "content": re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), content),
        "enclosures": [[enclosure]] if enclosure else [],
        "categories": categories.split("|"),
    }


def _by_newsboat(paths: Sequence[Path], folder: Path) -> dict[str, list[Item]]:
    """Read documents that have no entry in common: newsboat keeps an entry once."""
    items: dict[str, list[Item]] = {path.name: [] for path in paths}
    (folder / "urls").write_text("".join(f"file://{path}\n" for path in paths))
    (folder / "config").write_text("")
    command = ("newsboat", "-q", "-C", "config", "-u", "urls", "-c", "cache.db", "-x", "reload")
    _run(*command, home=folder, stdin=subprocess.DEVNULL)
    with contextlib.closing(sqlite3.connect(folder / "cache.db")) as cache:
        cache.row_factory = sqlite3.Row
        for row in cache.execute("select * from rss_item"):
            file = [row["enclosure_url"], row["enclosure_type"]]
            items[Path(row["feedurl"]).name].append(
                {
                    "id": row["guid"],
                    "title": row["title"],
                    "link": row["url"],
                    "published": row["pubDate"],
                    "content": row["content"],
                    "enclosures": [file] if file[0] else [],
                }
            )
    return items


def _by_rss2email(paths: Sequence[Path], folder: Path) -> dict[str, list[Item]]:
    r2e = ("r2e", "-c", "rss2email.cfg", "-d", "data.json")
    (folder / "rss2email.cfg").write_text(
        "[DEFAULT]\nfrom = office@example.org\nto = reader@example.org\ndate-header = True\n"
        "email-protocol = maildir\nmaildir-path = .\nmaildir-mailbox = box\nhtml-mail = True\n"
    )
    for number, path in enumerate(paths):
        _run(*r2e, "add", f"feed{number}", str(path), home=folder)
    _run(*r2e, "run", home=folder)
    items: dict[str, list[Item]] = {path.name: [] for path in paths}
    for path in (folder / "box" / "new").iterdir():
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        items[Path(mail["X-RSS-Feed"]).name].append(_of_mail(mail))
    return items


def _of_mail(mail: Any) -> Item:
    head, _, foot = mail.get_content().partition('\n</div>\n<div class="footer">')
    files = re.findall(r'Enclosure: <a href="([^"]*)"', foot)
    return {
        "id": mail["X-RSS-ID"],
        "title": mail["Subject"],
        "link": mail["X-RSS-URL"],
        "published": _seconds(mail["Date"].datetime),
        "content": head.partition('<div id="body">')[2],
        "categories": mail["X-RSS-TAGS"].split(","),
        "enclosures": [[html.unescape(file)] for file in files],
    }


_JARS = ":".join(
    f"/usr/share/java/{name}.jar" for name in ("rome", "rome-utils", "jdom2", "slf4j-api")
)
_NODE = ("node", str(HERE / "feeds.mjs"))
# Debian keeps libraries of Go as source
_GO = ("env", "GO111MODULE=off", "GOPATH=/usr/share/gocode", "go", "run")
# programs that print what they read of the files that are named after their arguments
PROGRAMS: dict[str, tuple[str, ...]] = {
    "feedsmith": (*_NODE, "feedsmith"),
    "rss-parser": (*_NODE, "rss-parser"),
    "feedparser-js": (*_NODE, "feedparser-js"),
    "feed-extractor": (*_NODE, "feed-extractor"),
    "feed-parser": (*_NODE, "feed-parser"),
    "ruby-rss": ("ruby", str(HERE / "feeds.rb")),
    "XML::Feed": ("perl", str(HERE / "feeds.pl")),
    "gofeed": (*_GO, str(HERE / "feeds.go")),
    "ROME": ("java", "-cp", _JARS, str(HERE / "Feeds.java")),
}
READERS = {
    "reader": _by_reader,
    "sfeed": _by_sfeed,
    "newsboat": _by_newsboat,
    "rss2email": _by_rss2email,
}


def read_feeds(reader: str, paths: Sequence[Path], folder: Path) -> dict[str, list[Item]]:
    """Return the items of each file by its name. `folder` is empty, for the reader's own files."""
    if reader in PYTHON:
        return {path.name: list(PYTHON[reader](path)) for path in paths}
    if reader in PROGRAMS:
        return read_by(PROGRAMS[reader], paths)
    return READERS[reader](paths, folder)
