"""Render the preview of an office, with marked drafts and future entries, and all problems.

Documents are rendered on demand and never published. The preview has its own selection of entries,
which `build` does not use, so no option of `build` can publish a draft.
"""

import dataclasses
import datetime as dt
import html
import re
import threading
import urllib.parse
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from importlib import resources
from typing import Any

from ilofeed.content import EntryFile, Sources, check_entry, check_files, slug_of, unique_updated
from ilofeed.feeds import (
    Selection,
    is_published,
    is_upcoming,
    newest_first,
    next_change,
    select_feeds,
    select_published,
)
from ilofeed.media import OfficeFile, files_of, render_files
from ilofeed.model import Document, Entry, Office
from ilofeed.pages import (
    entry_renderer,
    render_aliases,
    render_archives,
    render_assets,
    render_feed,
    render_indexes,
    render_redirects,
    render_searches,
)
from ilofeed.problems import Problem, has_errors, plural, visible

PREFIX = "-preview/"  # of the preview's own paths; no path of a site begins with it
SCRIPT, STYLE, EVENTS = PREFIX + "preview.js", PREFIX + "preview.css", PREFIX + "events"
MAX_PROBLEMS = 50  # listed on one page

_ENTRY = re.compile(r"entry/([^/]+)/")
_LINK = re.compile(  # to this site
    rb'<a\b[^<>]*\bhref="([^":?#<>]+)"[^<>]*>(?:[^<]++|<(?!/?a\b))*+</a>'
)
_MAIN, _BODY = re.compile(rb"<main[^<>]*>\s*"), re.compile(rb"<body[^<>]*>\s*")
_EMPTY = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Preview</title>\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
    '</head><body>\n<p><a href="/">All entries</a></p>\n</body></html>\n'
)


@dataclasses.dataclass(frozen=True)
class Preview:
    """An office at an instant, and the problems in its files.

    `marks` says by slug why an entry is not published yet. A file with errors is shown as it was
    before the errors; `selection` is None if feeds.yaml never was without errors.
    """

    selection: Selection | None
    problems: tuple[Problem, ...]
    marks: Mapping[str, str]
    next_change: dt.datetime | None = None
    files: Mapping[str, OfficeFile] = dataclasses.field(default_factory=dict)

    def problems_of(self, slug: str) -> list[Problem]:
        """Return the problems in the file of an entry."""
        return [problem for problem in self.problems if _slug(problem) == slug]


def _slug(problem: Problem) -> str | None:
    """Return the slug of the entry that a problem is in, or None."""
    path = problem.path
    return slug_of(path) if path.startswith("entries/") and path.endswith(".md") else None


@dataclasses.dataclass
class Memory:
    """The cache of the last check, so that only changed files are checked again."""

    depends_on: object = None  # what the check of an entry file depends on, besides its bytes
    parsed: dict[str, tuple[bytes, EntryFile]] = dataclasses.field(default_factory=dict)
    valid: dict[str, Entry] = dataclasses.field(default_factory=dict)
    shown: Preview | None = None


def look(sources: Sources, now: dt.datetime, address: str, memory: Memory) -> Preview:
    """Return the preview of an office's files for a server's address; update `memory`."""
    stamps = {name: file.stamp() for name, file in sources.files.items()}
    depends_on = (sources.office, stamps, now.date())
    if depends_on != memory.depends_on:
        memory.parsed.clear()
        memory.depends_on = depends_on

    def parse(path: str, data: bytes, *context: Any) -> EntryFile:
        cached = memory.parsed.get(path)
        if cached is None or cached[0] != data:
            cached = memory.parsed[path] = data, check_entry(path, data, *context)
        return cached[1]

    office, parsed, problems = check_files(sources, now, address, checker=parse)
    if has_errors(problem for problem in problems if problem.path == "feeds.yaml"):
        before = memory.shown or Preview(None, (), {})
        memory.shown = dataclasses.replace(before, problems=tuple(problems), next_change=None)
        return memory.shown
    memory.parsed = {path: memory.parsed[path] for path, _ in sources.entries}
    entries = _entries(parsed, office, memory)
    memory.valid = {entry.path: entry for entry in entries}
    selection, marks = _select(office, entries, now)
    moment = next_change(entries, now)
    memory.shown = Preview(selection, tuple(problems), marks, moment, sources.publishable)
    return memory.shown


def _entries(parsed: Sequence[EntryFile], office: Office, memory: Memory) -> list[Entry]:
    """Return each entry, from before its errors if it has any; the first of any duplicates."""
    entries: dict[str, Entry] = {}
    ids = set()
    for result in parsed:
        entry = result.entry or memory.valid.get(result.path)
        if entry is None or entry.slug in entries or entry.id in ids:
            continue
        if set(entry.categories) <= office.categories.keys() and (
            set(entry.countries) <= office.countries.keys()
        ):  # a term may have been removed from feeds.yaml
            entries[entry.slug] = entry
            ids.add(entry.id)
    return list(unique_updated(list(entries.values())))


def _select(
    office: Office, entries: Sequence[Entry], now: dt.datetime
) -> tuple[Selection, dict[str, str]]:
    """Select as `feeds.select` does, entries that wait included; return the marks of those."""
    marks = {e.slug: _mark(e, office, now) for e in entries if not is_published(e, now)}
    out = select_published((entry for entry in entries if entry.slug not in marks), now)
    waiting = [
        dataclasses.replace(entry, draft=False, withdrawn=None, upcoming=is_upcoming(entry, now))
        for entry in entries
        if entry.slug in marks
    ]
    originals = {entry.slug for entry in (*out, *waiting) if entry.withdrawn is None}
    shown = [
        dataclasses.replace(
            entry, translation_of=entry.translates if entry.translates in originals else None
        )
        for entry in newest_first([*out, *waiting])
    ]
    return Selection(office, shown, select_feeds(office, shown)), marks


def _mark(entry: Entry, office: Office, now: dt.datetime) -> str:
    if entry.draft:
        return "Draft"
    local = entry.published.astimezone(office.timezone)
    if local.date() == now.astimezone(office.timezone).date():
        return f"Not before {local:%H:%M} today"
    return f"Not before {local.day} {local:%B %Y}, {local:%H:%M}"


class Pages:
    """The documents of one version of the files, each rendered once, on demand.

    A page in the browser reloads when there is another `version`.
    """

    def __init__(self, preview: Preview, version: str) -> None:
        self.preview, self.version = preview, version
        self._documents: dict[str, bytes] = {}
        self._renderers: dict[str, Callable[[], Sequence[Document]]] = {}
        self._redirects: set[str] = set()  # paths of pages that only redirect
        if (selection := preview.selection) is not None:
            redirects = list(render_redirects(selection.entries, selection.office, selection.feeds))
            self._redirects = {page.path for page in redirects}
            self._redirects.update(*(entry.aliases for entry in selection.entries))
            self._redirects.update(selection.office.aliases)
            self._renderers = _renderers(selection, redirects, preview.files)
        self._lock = threading.Lock()

    def find(self, path: str) -> bytes | None:
        """Return the bytes to serve at a path, or None if there is no such document."""
        if path in {SCRIPT, STYLE}:
            return (resources.files("ilofeed") / "assets" / path.removeprefix(PREFIX)).read_bytes()
        data = self._document(path)
        if data is None and self._is_missing_for_errors(path):
            data = _EMPTY.encode()
        is_page = path in {"index.html", "404.html"} or path.endswith("/index.html")
        if data is None or not is_page or path in self._redirects:
            return data
        return self._with_banner(path, data)

    def _is_missing_for_errors(self, path: str) -> bool:
        """Return whether a page is missing only because files have errors."""
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
        """Add the script that reloads a page, the banner, and the marks of unpublished entries."""
        head = (
            f'<link rel="stylesheet" href="/{STYLE}?{self.version}">\n'
            f'<script type="module" src="/{SCRIPT}?{self.version}"></script>\n</head>'
        )
        if self.preview.marks:
            data = _LINK.sub(lambda link: link[0] + self._mark(path, link[1].decode()), data)
        data = data.replace(b"</head>", head.encode(), 1)
        place = (_ENTRY.match(path) and _MAIN.search(data)) or _BODY.search(data)
        banner = self._banner(path).encode()
        return data if place is None else data[: place.end()] + banner + data[place.end() :]

    def _mark(self, path: str, href: str) -> bytes:
        """Return the mark to insert after a link of a page, if it leads to an unpublished entry."""
        entry = _ENTRY.fullmatch(urllib.parse.urljoin(f"/{path}", href)[1:])
        mark = self.preview.marks.get(entry[1]) if entry is not None else None
        if mark is None:
            return b""
        return f' <strong class="preview-mark">{html.escape(mark)}</strong>'.encode()

    def _banner(self, path: str) -> str:
        entry = _ENTRY.match(path)
        # problems of feeds.yaml first: they may cause many others
        problems = sorted(self.preview.problems, key=lambda problem: problem.path != "feeds.yaml")
        mark = self.preview.marks.get(entry[1], "") if entry is not None else ""
        if not mark and not problems:
            return ""
        if entry is not None:
            problems = self.preview.problems_of(entry[1])
        elsewhere = len(self.preview.problems) - len(problems)
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
    if (slug := _slug(problem)) is not None:
        place = f'<a href="/entry/{urllib.parse.quote(slug)}/">{place}</a>'
    return (
        f'<li class="{problem.severity}">{place} <strong>{problem.severity}:</strong> '
        f"{html.escape(problem.message)} [{problem.code}]</li>"
    )


def _group(path: str, groups: Collection[str]) -> str:
    """Return the group of a path: the folder that is rendered with it, or "" for the rest."""
    folders = path.split("/")  # first the path itself: a former address
    names = ("/".join(folders[:depth]) for depth in range(len(folders), 0, -1))
    return next((name for name in names if name in groups), "")


def _renderers(
    selection: Selection, redirects: Sequence[Document], office_files: Mapping[str, OfficeFile]
) -> dict[str, Callable[[], Sequence[Document]]]:
    office, feeds = selection.office, selection.feeds
    render_entry = entry_renderer(selection)
    renderers: dict[str, Callable[[], Sequence[Document]]] = {
        "": lambda: [*render_assets(office), *render_indexes(selection), *own_files()]
    }
    if office.search:
        paths = (f"{folder}search" for folder in office.folders.values())
        renderers |= dict.fromkeys(paths, partial(render_searches, selection))
    for page in redirects:
        renderers[page.path] = partial(list, [page])

    def own_files(entry: Entry | None = None) -> list[Document]:
        """Return the files of an entry, or of the office; none if one has changed or is gone, which
        the next update of the preview shows."""
        wanted = entry.files if entry is not None else files_of(office, ())
        try:
            files = render_files(wanted, office_files, {})
        except OSError:
            return []
        return [file for file in files if isinstance(file, Document)]

    def render_with_files(entry: Entry) -> Sequence[Document]:
        return [*render_entry(entry), *own_files(entry)]

    for entry in selection.entries:
        render = partial(render_with_files, entry)
        renderers |= dict.fromkeys((f"entry/{entry.slug}", *entry.aliases), render)
    for feed in feeds:
        paths = (folder + feed.spec.path for folder in office.folders.values())
        renderers |= dict.fromkeys(paths, partial(render_feed, feed, selection))
        renderers[f"{feed.spec.path}/archive"] = partial(render_archives, feed, office)

    def render_former(target: str) -> list[Document]:
        return list(render_aliases(renderers[_group(target, renderers)](), office, feeds))

    for path, target in office.aliases.items():
        renderers[path] = partial(render_former, target)
    return renderers
