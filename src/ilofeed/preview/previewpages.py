"""The documents of a preview, made when they are asked for, with what an editor should know."""

from __future__ import annotations

import html
import re
import threading
import urllib.parse
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING

from ilofeed.content import slug_of
from ilofeed.pages import (
    entry_renderer,
    render_archives,
    render_assets,
    render_feed,
    render_indexes,
    render_moved,
)
from ilofeed.preview.preview import is_entry_file
from ilofeed.problems import plural, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ilofeed.document import Document
    from ilofeed.feeds import Selection
    from ilofeed.preview.preview import Preview
    from ilofeed.problems import Problem

OWN = "-preview/"  # of the paths of its own; no feed and no entry begins so
SCRIPT, STYLE, EVENTS = OWN + "preview.js", OWN + "preview.css", OWN + "events"
MOST_SHOWN = 50  # problems on one page

_ENTRY = re.compile(r"entry/([^/]+)/")
_LINK = re.compile(rb'<a\b[^>]*\bhref="([^":?#]+)"[^>]*>.*?</a>', re.DOTALL)  # within the site
_MAIN, _BODY = re.compile(rb"<main[^>]*>\s*"), re.compile(rb"<body[^>]*>\s*")
_EMPTY = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Preview</title>\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
    '</head><body>\n<p><a href="/">All entries</a></p>\n</body></html>\n'
)


class Pages:
    """The documents of one state of the files, each made once, when it is first asked for.

    `version` names the state: a page reloads itself when it hears of another.
    """

    def __init__(self, preview: Preview, version: str) -> None:
        self.preview, self.version = preview, version
        self._made: dict[str, bytes] = {}
        seen = preview.selection
        moved = list(render_moved(seen.out, seen.office, seen.feeds)) if seen is not None else []
        self._moved = {one.path for one in moved}  # pages that only lead to others
        self._makers = _makers(seen, moved) if seen is not None else {}
        self._lock = threading.Lock()

    def find(self, path: str) -> bytes | None:
        """The bytes that are served at a path, None where nothing is."""
        if path == SCRIPT:
            return _asset("preview.js")
        if path == STYLE:
            return _asset("preview.css")
        data = self._document(path)
        if data is None and self._is_of_problems(path):
            data = _EMPTY.encode()
        is_page = path in {"index.html", "404.html"} or path.endswith("/index.html")
        if data is None or not is_page or path in self._moved:
            return data
        return self._explained(path, data)

    def _is_of_problems(self, path: str) -> bool:
        """Whether there would be a page, were it not for errors."""
        entry = _ENTRY.match(path)
        if entry is not None and path == f"entry/{entry[1]}/index.html":
            return bool(self.preview.of_entry(entry[1]))
        return self.preview.selection is None and path in {"index.html", "404.html"}

    def _document(self, path: str) -> bytes | None:
        with self._lock:
            if path not in self._made and (make := self._makers.get(_group(path, self._makers))):
                self._made |= {one.path: one.data for one in make()}
            return self._made.get(path)

    def _explained(self, path: str, data: bytes) -> bytes:
        """A page with the script that reloads it, and with what there is to be said of it."""
        head = (
            f'<link rel="stylesheet" href="/{STYLE}?{self.version}">\n'
            f'<script type="module" src="/{SCRIPT}?{self.version}"></script>\n</head>'
        )
        if self.preview.marks:
            data = _LINK.sub(lambda link: link[0] + self._mark_of(path, link[1].decode()), data)
        data = data.replace(b"</head>", head.encode(), 1)
        at_entry = _MAIN.search(data) if _ENTRY.match(path) else None
        place = at_entry or _BODY.search(data)
        banner = self._banner(path).encode()
        return data if place is None else data[: place.end()] + banner + data[place.end() :]

    def _mark_of(self, path: str, href: str) -> bytes:
        """What stands behind a link of a page, where it leads to an entry that waits."""
        entry = _ENTRY.fullmatch(urllib.parse.urljoin(f"/{path}", href)[1:])
        mark = self.preview.marks.get(entry[1]) if entry is not None else None
        if mark is None:
            return b""
        return f' <strong class="preview-mark">{html.escape(mark)}</strong>'.encode()

    def _banner(self, path: str) -> str:
        entry = _ENTRY.match(path)
        # those of feeds.yaml first: where it is wrong, much else seems to be
        problems = sorted(self.preview.problems, key=lambda one: one.path != "feeds.yaml")
        mark, elsewhere = "", 0
        if entry is not None:
            mark = self.preview.marks.get(entry[1], "")
            problems = self.preview.of_entry(entry[1])
            elsewhere = len(self.preview.problems) - len(problems)
        if not mark and not self.preview.problems:
            return ""
        parts = [f'<p class="preview-mark">{html.escape(mark)}</p>'] * bool(mark)
        if problems:
            parts.append(f"<ul>{''.join(map(_item, problems[:MOST_SHOWN]))}</ul>")
        if len(problems) > MOST_SHOWN:
            parts.append(f"<p>… and {len(problems) - MOST_SHOWN} more</p>")
        if elsewhere:
            parts.append(f'<p><a href="/">{plural(elsewhere, "problem")} elsewhere</a></p>')
        name = "ilofeed-preview" if self.preview.problems else "ilofeed-preview waits"
        return (
            f'<section class="{name}" role="status" aria-label="Preview" lang="en" dir="ltr">'
            f"{''.join(parts)}</section>\n"
        )


def _item(problem: Problem) -> str:
    place = f"<code>{html.escape(visible(problem.path))}:{problem.line}:{problem.column}</code>"
    if is_entry_file(problem.path):
        place = f'<a href="/entry/{urllib.parse.quote(slug_of(problem.path))}/">{place}</a>'
    return (
        f'<li class="{problem.severity}">{place} <strong>{problem.severity}:</strong> '
        f"{html.escape(problem.message)} [{problem.code}]</li>"
    )


def _asset(name: str) -> bytes:
    return (resources.files("ilofeed") / "assets" / name).read_bytes()


def _group(path: str, groups: Collection[str]) -> str:
    """The folder a document is made with: an entry's, a feed's, of its archives; "" is the rest."""
    folders = path.split("/")[:-1]
    names = ("/".join(folders[:depth]) for depth in range(len(folders), 0, -1))
    return next((name for name in names if name in groups), "")


def _makers(
    seen: Selection, moved: Sequence[Document]
) -> dict[str, Callable[[], Sequence[Document]]]:
    office, feeds = seen.office, seen.feeds
    draw = entry_renderer(seen)
    makers: dict[str, Callable[[], Sequence[Document]]] = {
        "": lambda: [*render_assets(office), *render_indexes(seen)],
    }
    for one in moved:
        makers[one.path.removesuffix("/index.html")] = partial(list, [one])
    for entry in seen.out:
        makers[f"entry/{entry.slug}"] = partial(draw, entry)
    for feed in feeds:
        makers[feed.spec.path] = partial(render_feed, feed, office, feeds)
        makers[f"{feed.spec.path}/archive"] = partial(render_archives, feed, office)
    return makers
