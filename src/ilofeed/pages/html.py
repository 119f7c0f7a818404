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

from markupsafe import Markup, escape

from ilofeed.document import FILE_NAMES, MEDIA_TYPES, STYLESHEET, Document, relative
from ilofeed.i18n import direction, own_name, phrases
from ilofeed.pages.navigation import about, label, label_language, main_feed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import jinja2

    from ilofeed.i18n import Phrases
    from ilofeed.model import Entry, Event, Feed, Format, Office


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
        "fill": fill,
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

    office = office.speaking(language)
    words = phrases(office.language, office.own_language)
    tag = _tag(office.language, words)
    return {
        "office": office,
        "feeds": feeds,
        "main": main_feed(feeds),
        "words": words,
        "page_language": tag,
        "lang": functools.partial(lang, tag),
        "when": functools.partial(when, words),
        "span": functools.partial(span, words),
        "preview": functools.partial(preview, office.title),
        "entry_list": functools.partial(entry_list, office, words, tag),
        "discovery": lambda feed: discovery(feed.title, office.address(feed.path(""))),
        "label": lambda feed: label(feed, office, words),
        "label_language": lambda feed: label_language(feed, office),
        "about": lambda feed: about(feed, office, words),
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


_FORMATS: dict[Format, str] = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}


def fill(phrase: str, **values: object) -> Markup:
    """A phrase with what belongs into its holes, which may be markup of ours."""
    filled = {name: str(escape(value)) for name, value in values.items()}
    return Markup(str(escape(phrase)).format(**filled))  # noqa: S704  all of it is escaped


def lang(page_language: str, tag: str) -> Markup | str:
    """The attributes of an element in a language, where it is not the page's."""
    if tag == page_language:
        return ""
    found = escape(direction(tag))
    turned = f' dir="{found}"' if found != direction(page_language) else ""
    return Markup(f' lang="{escape(tag)}"{turned}')  # noqa: S704


@functools.lru_cache(256)  # nearly all pages have those of the main feed
def discovery(title: str, folder: str) -> Markup:
    """The links by which readers find a feed of a page, from the address of its folder."""
    links = (
        f'<link rel="alternate" type="{MEDIA_TYPES[form]}" title="{escape(title)} ({name})"'
        f' href="{escape(folder + FILE_NAMES[form])}">'
        for form, name in _FORMATS.items()
    )
    return Markup("\n".join(links))  # noqa: S704


def preview(name: str, kind: str, title: str, description: str, address: str) -> Markup:
    """What search engines and those who share a link show of a page of the site with a name;
    `address` is its canonical one."""
    name, title, description, address = map(escape, (name, title, description, address))
    return Markup(  # noqa: S704
        f"""<meta name="description" content="{description}">
<link rel="canonical" href="{address}">
<meta property="og:type" content="{kind}">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{description}">
<meta property="og:url" content="{address}">
<meta property="og:site_name" content="{name}">
"""
    )


def when(words: Phrases, moment: dt.datetime) -> Markup:
    """A day, as people read it and as programs do."""
    return Markup(write_day(words, moment))  # noqa: S704


def write_day(words: Phrases, moment: dt.datetime) -> str:
    """The same, for HTML that is written without a template."""
    written = moment.isoformat(timespec="seconds")
    return f'<time datetime="{written}">{_day(words.tag, moment.date())}</time>'


@functools.lru_cache(4096)  # many entries are of one day
def _day(language: str, day: dt.date) -> Markup:
    return escape(phrases(language).day(day))


def span(words: Phrases, event: Event) -> Markup:
    """When an event is."""
    pieces = (
        f'<time datetime="{moment.isoformat()}">{escape(text)}</time>' if moment else escape(text)
        for text, moment in words.span(event.start, event.end)
    )
    return Markup("".join(pieces))  # noqa: S704


def entry_list(
    office: Office,
    words: Phrases,
    page_language: str,
    entries: Iterable[Entry],
    level: int,
    href: Callable[[str], str],
    target: str = "",
) -> Markup:
    """Entries with links to their pages, whose titles are headings of a level."""
    opens = f' target="{escape(target)}"' if target else ""
    items = []
    for entry in entries:
        own_lang = lang(page_language, entry.language)
        kicker = office.categories[entry.categories[0]].label(entry.language)
        if entry.event:
            date = f'<span class="event-date">{span(words, entry.event)}</span>'
            if entry.event.place:
                date += f" · <span{own_lang}>{escape(entry.event.place)}</span>"
        else:
            date = when(words, entry.published)
        items.append(f"""<li>
<article>
<p class="when">{date}</p>
<div{own_lang}>
<p class="kicker">{escape(kicker)}</p>
<h{level}><a href="{escape(href(entry.page))}"{opens}>{escape(entry.title)}</a></h{level}>
<p class="summary">{escape(entry.summary)}</p>
</div>
</article>
</li>
""")
    return Markup(f'<ul class="items">\n{"".join(items)}</ul>\n')  # noqa: S704
