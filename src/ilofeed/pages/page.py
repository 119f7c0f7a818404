"""The one door to Jinja2: a template and its values to the bytes of a page.

Links within the site are relative, so that the output can be looked at on any host and below any
path; addresses that leave the page (canonical, feeds to copy, code to embed) are whole.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any

from ilofeed.document import STYLESHEET, Document, relative
from ilofeed.i18n import direction, own_name, phrases
from ilofeed.pages import directory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import jinja2

    from ilofeed.i18n import Phrases
    from ilofeed.model import Feed, Office

ASSETS = ("site.css", "site.js", "embed.css", "embed.js", "icon.svg")
_FILE_TYPES = {
    "application/pdf": "PDF",
    "application/msword": "Word",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.ms-powerpoint": "PowerPoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/epub+zip": "EPUB",
    "application/zip": "ZIP",
    "text/csv": "CSV",
}


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2  # commands that render no page do without

    from ilofeed.pages import pagehtml
    from ilofeed.pages.templatecache import TemplateCache

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ilofeed"),
        autoescape=True,
        auto_reload=False,
        bytecode_cache=TemplateCache(),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "fill": pagehtml.fill,
        "file": describe_file,
        "own_name": own_name,
        "script_hash": script_hash,
    }
    environment.globals |= {"direction": direction, "relative": relative}
    return environment


def script_hash(text: str) -> str:
    """What a content security policy says of a script in the page (CSP 3, section 2.3.1)."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def describe_file(media_type: str, length: int) -> str:
    """What a link to a document leads to: `PDF, 1.2 MB`."""
    kind = _FILE_TYPES.get(media_type, "")
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if length >= size:
            number = length / size
            return ", ".join(filter(None, [kind, f"{number:.1f} {unit}".replace(".0 ", " ")]))
    return ", ".join(filter(None, [kind, f"{length} B" if length else ""]))


def render_page(
    template: str,
    path: str,
    office: Office,
    feeds: Sequence[Feed],
    *,
    language: str | None = None,
    found: Callable[[str], str] | None = None,
    **values: object,
) -> bytes:
    """The bytes of a page published at `path`, in a language (the office's unless one is given).

    `found` makes the address of a path of the output where a relative one would not do.
    """
    common = common_values(office, feeds, language or office.language)
    href = found or functools.partial(relative, path)
    page = _environment().get_template(template).render(common, path=path, href=href, **values)
    return page.encode()


def draw_parts(template: str, values: Mapping[str, object]) -> Any:
    """What a template defines, by its names: texts, and macros to be called."""
    return _environment().get_template(template).make_module(dict(values))


def common_values(office: Office, feeds: Sequence[Feed], language: str) -> dict[str, Any]:
    """What all pages in a language are made of."""
    from ilofeed.pages import pagehtml  # it comes with Jinja2

    office = office.speaking(language)
    words = phrases(office.language, office.own_language)
    tag = _tag(office.language, words)
    return {
        "office": office,
        "feeds": feeds,
        "main": directory.main_feed(feeds),
        "words": words,
        "page_language": tag,
        "lang": functools.partial(pagehtml.lang, tag),
        "when": functools.partial(pagehtml.when, words),
        "span": functools.partial(pagehtml.span, words),
        "preview": functools.partial(pagehtml.preview, office.title),
        "entry_list": functools.partial(pagehtml.entry_list, office, words, tag),
        "discovery": lambda feed: pagehtml.discovery(feed.title, office.address(feed.path(""))),
        "label": lambda feed: directory.label(feed, office, words),
        "label_language": lambda feed: directory.label_language(feed, office),
        "about": lambda feed: directory.about(feed, office, words),
    }


def _tag(language: str, words: Phrases) -> str:
    """The page's language: what is asked for, where the buttons speak it too."""
    same = language.partition("-")[0] == words.tag.partition("-")[0]
    return language if same else words.tag


def webcal(address: str) -> str:
    """The address that opens a calendar program: the same one with the scheme `webcal`."""
    return "webcal:" + address.partition(":")[2]


def render_assets(office: Office) -> list[Document]:
    """The styles and scripts of the pages, and the style of raw feeds in the office's words."""
    folder = resources.files("ilofeed") / "assets"
    documents = [
        Document(f"assets/{name}", "asset", (folder / name).read_bytes()) for name in ASSETS
    ]
    raw = _environment().get_template("feed.css").render(words=phrases(office.language))
    return [*documents, Document(STYLESHEET, "asset", raw.encode())]
