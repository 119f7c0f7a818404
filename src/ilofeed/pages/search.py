"""Render the pages to search and their index, which the program Pagefind makes.

Pagefind cuts texts into words at spaces, and its script finds words by their stem. Chinese and
Japanese have no spaces, so their characters are indexed one by one, and `search.js` looks for them
in a row: this finds any part of a text, and needs no dictionary. Each language has an index of its
own, because one copy of Pagefind's script knows the stems of one language.
"""

import html
import re
from collections import defaultdict
from collections.abc import Sequence
from importlib import resources
from typing import Any

from ilofeed.content import summary_html
from ilofeed.feeds import Selection
from ilofeed.i18n import Phrases
from ilofeed.model import Document, Entry, Kind
from ilofeed.pages.html import render_translated
from ilofeed.pages.navigation import SEARCH, Directory
from ilofeed.workers import run_program

# Chinese characters and Japanese letters; the same as in search.js
_WIDE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN = re.compile(rf"(?<=[{_WIDE}])(?=\S)|(?<=\S)(?=[{_WIDE}])")
_ENTRY_POINT = "pagefind-entry.json"  # names the other files of an index, so it is published last


def indexed_languages(selection: Selection) -> list[str]:
    """Return the languages, in lower case, of which there is an index."""
    return sorted({entry.language.lower() for entry in selection.entries if not entry.withdrawn})


def render_search(
    languages: Sequence[str], directory: Directory, selection: Selection
) -> list[Document]:
    """Return the page to search; `languages` are from `indexed_languages`."""
    values: dict[str, Any] = {"languages": languages}
    return [render_translated("search.html", SEARCH, selection.office, directory, **values)]


def render_search_index(selection: Selection) -> list[Document]:
    """Return the script of the pages to search, and the indexes, without withdrawn entries."""
    pages: dict[str, dict[str, bytes]] = defaultdict(dict)  # by language and path
    for entry in selection.entries:
        if entry.withdrawn is None:
            page = _indexed_page(entry, selection.office.phrases(entry.language))
            pages[entry.language.lower()][f"site/{entry.page}"] = page
    script = (resources.files("ilofeed") / "assets" / "search.js").read_bytes()
    documents = [Document("search/search.js", "asset", script)]
    for language, files in sorted(pages.items()):
        for name, data in sorted(_index(files).items()):
            kind: Kind = "index" if name == _ENTRY_POINT else "asset"
            documents.append(Document(f"search/{language}/{name}", kind, data))
    return documents


def _index(pages: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of an index, by path, without the interfaces that Pagefind adds."""
    from pagefind_bin import get_executable  # not installed everywhere, see `content.office`

    command = [get_executable(), "--silent", "--site", "site", "--output-path", "index"]
    files = run_program(command, pages, "index")
    return {
        name: data
        for name, data in files.items()
        if name == _ENTRY_POINT or not name.startswith("pagefind-")
    }


def _indexed_page(entry: Entry, words: Phrases) -> bytes:
    """Return what Pagefind reads of an entry, and in `data-` what it says with a result."""
    title, summary = html.escape(entry.title), summary_html(entry.summary)
    body = entry.html if entry.html == summary else summary + entry.html
    day = html.escape(words.day(entry.published.date()))
    return f"""<!DOCTYPE html>
<html lang="{html.escape(entry.language)}">
<h1 data-pagefind-meta="title[data-title]" data-title="{title}">{_spaced(title)}</h1>
<div data-pagefind-meta="date[data-date]" data-date="{day}">{_spaced(body)}</div>
</html>
""".encode()


def _spaced(text: str) -> str:
    """Put spaces around each Chinese character and each Japanese letter."""
    return _BETWEEN.sub(" ", text)
