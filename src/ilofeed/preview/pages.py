"""The documents of a preview, rendered on demand, with what an editor should know."""

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
from ilofeed.preview.state import is_entry_file
from ilofeed.problems import plural, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ilofeed.feeds import Selection
    from ilofeed.model import Document
    from ilofeed.preview.state import Preview
    from ilofeed.problems import Problem

PREFIX = "-preview/"  # of the preview's own paths; no feed and no entry begins so
SCRIPT, STYLE, EVENTS = PREFIX + "preview.js", PREFIX + "preview.css", PREFIX + "events"
MAX_PROBLEMS = 50  # listed on one page

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
    """The documents of one state of the files, each rendered once, on demand.

    `version` names the state: a page reloads itself when it learns of another.
    """

    def __init__(self, preview: Preview, version: str) -> None:
        self.preview, self.version = preview, version
        self._documents: dict[str, bytes] = {}
        self._renderers: dict[str, Callable[[], Sequence[Document]]] = {}
        self._redirects: set[str] = set()  # pages that only lead to others
        if (selection := preview.selection) is not None:
            redirects = list(render_moved(selection.out, selection.office, selection.feeds))
            self._redirects = {page.path for page in redirects}
            self._renderers = _renderers(selection, redirects)
        self._lock = threading.Lock()

    def find(self, path: str) -> bytes | None:
        """Return the bytes that are served at a path, None if nothing is."""
        if path in {SCRIPT, STYLE}:
            asset = resources.files("ilofeed") / "assets" / path.removeprefix(PREFIX)
            return asset.read_bytes()
        data = self._document(path)
        if data is None and self._is_missing_for_errors(path):
            data = _EMPTY.encode()
        is_page = path in {"index.html", "404.html"} or path.endswith("/index.html")
        if data is None or not is_page or path in self._redirects:
            return data
        return self._with_banner(path, data)

    def _is_missing_for_errors(self, path: str) -> bool:
        """Whether there would be a page if the files had no errors."""
        entry = _ENTRY.match(path)
        if entry is not None and path == f"entry/{entry[1]}/index.html":
            return bool(self.preview.problems_of(entry[1]))
        return self.preview.selection is None and path in {"index.html", "404.html"}

    def _document(self, path: str) -> bytes | None:
        with self._lock:
            if path not in self._documents:
                render = self._renderers.get(_group(path, self._renderers))
                documents = render() if render is not None else ()
                self._documents |= {document.path: document.data for document in documents}
            return self._documents.get(path)

    def _with_banner(self, path: str, data: bytes) -> bytes:
        """Add the script that reloads a page, the banner, and marks of entries that wait."""
        head = (
            f'<link rel="stylesheet" href="/{STYLE}?{self.version}">\n'
            f'<script type="module" src="/{SCRIPT}?{self.version}"></script>\n</head>'
        )
        if self.preview.marks:
            data = _LINK.sub(lambda link: link[0] + self._mark(path, link[1].decode()), data)
        data = data.replace(b"</head>", head.encode(), 1)
        at_entry = _MAIN.search(data) if _ENTRY.match(path) else None
        place = at_entry or _BODY.search(data)
        banner = self._banner(path).encode()
        return data if place is None else data[: place.end()] + banner + data[place.end() :]

    def _mark(self, path: str, href: str) -> bytes:
        """Return what follows a link of a page if it leads to an entry that waits."""
        entry = _ENTRY.fullmatch(urllib.parse.urljoin(f"/{path}", href)[1:])
        mark = self.preview.marks.get(entry[1]) if entry is not None else None
        if mark is None:
            return b""
        return f' <strong class="preview-mark">{html.escape(mark)}</strong>'.encode()

    def _banner(self, path: str) -> str:
        entry = _ENTRY.match(path)
        # those of feeds.yaml first: they may cause many others
        problems = sorted(self.preview.problems, key=lambda problem: problem.path != "feeds.yaml")
        mark, elsewhere = "", 0
        if entry is not None:
            mark = self.preview.marks.get(entry[1], "")
            problems = self.preview.problems_of(entry[1])
            elsewhere = len(self.preview.problems) - len(problems)
        if not mark and not self.preview.problems:
            return ""
        parts = [f'<p class="preview-mark">{html.escape(mark)}</p>'] * bool(mark)
        if problems:
            parts.append(f"<ul>{''.join(map(_item, problems[:MAX_PROBLEMS]))}</ul>")
        if len(problems) > MAX_PROBLEMS:
            parts.append(f"<p>… and {len(problems) - MAX_PROBLEMS} more</p>")
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


def _group(path: str, groups: Collection[str]) -> str:
    """Return the folder whose documents are rendered together; "" for the rest."""
    folders = path.split("/")[:-1]
    names = ("/".join(folders[:depth]) for depth in range(len(folders), 0, -1))
    return next((name for name in names if name in groups), "")


def _renderers(
    selection: Selection, redirects: Sequence[Document]
) -> dict[str, Callable[[], Sequence[Document]]]:
    """Return what renders the documents of each folder: an entry's, a feed's, its archives'."""
    office, feeds = selection.office, selection.feeds
    render_entry = entry_renderer(selection)
    renderers: dict[str, Callable[[], Sequence[Document]]] = {
        "": lambda: [*render_assets(office), *render_indexes(selection)],
    }
    for page in redirects:
        renderers[page.path.removesuffix("/index.html")] = partial(list, [page])
    for entry in selection.out:
        renderers[f"entry/{entry.slug}"] = partial(render_entry, entry)
    for feed in feeds:
        renderers[feed.spec.path] = partial(render_feed, feed, office, feeds)
        renderers[f"{feed.spec.path}/archive"] = partial(render_archives, feed, office)
    return renderers
