"""Render templates, and define the functions that templates call. The only user of Jinja2.

Links within the site are relative, so that the output works on any host and below any path.
Addresses that people or programs copy (canonical, feeds, code to embed) are absolute. Functions
that return `Markup` escape their arguments.
"""

import base64
import datetime as dt
import functools
import hashlib
import re
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from typing import Any, Literal, TypeAlias

import jinja2
from markupsafe import Markup, escape

from ilofeed.feeds import describe_file, span_html
from ilofeed.i18n import Phrases, direction, in_language, own_name
from ilofeed.media import Icon, readable, version_path
from ilofeed.model import (
    FILE_NAMES,
    MEDIA_TYPES,
    Document,
    Entry,
    Event,
    Feed,
    Format,
    Image,
    Office,
    Term,
)
from ilofeed.pages.navigation import (
    Directory,
    about,
    label,
    label_language,
    menu,
    page_path,
    versions,
)
from ilofeed.urls import relative

ASSETS = ("site.js", "embed.js", "icon.svg")
STYLES = ("site.css", "embed.css", "feed.css")  # templates, which know the office's colour
# the grounds on which text has the colour of the office: panels, on light and on dark pages
_LIGHT_PANEL, _DARK_PANEL = "#f4f6fa", "#1b222b"
_TEXT = re.compile(">[^<]*")  # between tags
_LONG_WORD = re.compile(r"(?:[!-%'-;=?-~\u00a1-\u2dff]|&#?\w{1,9};){30}")
Place: TypeAlias = Literal["page", "frame", "fragment"]  # where a list of entries is shown
FORMAT_NAMES: dict[Format, str] = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}


def render_page(
    template: str,
    path: str,
    office: Office,
    directory: Directory,
    *,
    address_of: Callable[[str], str] | None = None,
    **values: object,
) -> bytes:
    """Return the bytes of the page at `path`, in `office.language`; `address_of` turns output paths
    into addresses, which are relative by default."""
    common = common_values(office, directory)
    exact = address_of or functools.partial(relative, path)
    # `href` leads to the page in this language, `exact_href` to the path as it is
    common |= {"path": path, "exact_href": exact}
    common["href"] = address_of or localized_links(path, office)
    return render_template(template, common | values)


def render_translated(
    template: str, path: str, office: Office, directory: Directory, **values: Any
) -> Document:
    """Return in `office.language` a page that is in every language of the office; `path` is that of
    the page in the office's own language."""
    values["versions"] = versions(path, office)
    path = page_path(path, office)
    return Document(path, "index", render_page(template, path, office, directory, **values))


def localized_links(path: str, office: Office) -> Callable[[str], str]:
    """Return a function from output paths to relative links on the page `path`, which lead to pages
    in the same language."""
    return lambda target: relative(path, page_path(target, office))


def render_template(template: str, values: Mapping[str, object]) -> bytes:
    """Return a template filled with values, in UTF-8."""
    return _environment().get_template(template).render(values).encode()


def load_macros(template: str, values: Mapping[str, object]) -> Any:
    """Return the texts and macros of a template, which use these values."""
    return _environment().get_template(template).make_module(dict(values))


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ilofeed"),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"breakable": breakable, "fill": fill, "file": describe_file}
    environment.filters |= {"own_name": own_name, "script_hash": script_hash, "css": css_string}
    environment.globals |= {
        "direction": direction,
        "relative": relative,
        "in_language": in_language,
        "in_span": in_span,
    }
    return environment


def common_values(office: Office, directory: Directory) -> dict[str, Any]:
    """Return the template values that all pages in `office.language` share."""
    words = office.phrases()
    tag = office.language if words.speaks(office.language) else words.tag
    return {
        "office": office,
        "feeds": directory.feeds,
        "main": directory.main,
        "versions": (),  # of the same page: language and path of each, if it has several
        "menu": menu(directory, office),
        "words": words,
        "page_language": tag,
        "lang": functools.partial(lang, tag),
        "when": functools.partial(when, words),
        "span": functools.partial(span, words),
        "metadata": functools.partial(page_metadata, office.title),
        "Icon": Icon,
        "shared_picture": shared_picture(office),
        "date_line": functools.partial(date_line, words, tag),
        "entry_list": functools.partial(entry_list, office, words, tag),
        "autodiscovery": functools.partial(autodiscovery_links, office),
        "kicker": functools.partial(kicker, office),
        "term_label": functools.partial(term_label, office),
        "label": lambda feed: label(feed, office, words),
        "label_language": lambda feed: label_language(feed, office),
        "about": lambda feed: about(feed, office, words, directory),
    }


def shared_picture(office: Office) -> Image | None:
    """Return the picture that links to pages without one show."""
    file = office.brand.get("image")
    if file is None:
        return None
    return Image(office.address(file.path), office.title, width=file.width, height=file.height)


def render_assets(office: Office) -> list[Document]:
    """Return the stylesheets and scripts of the pages, and the stylesheet of raw feeds."""
    folder = resources.files("ilofeed") / "assets"
    values = {
        "words": office.phrases(),
        "accent": readable(office.accent, _LIGHT_PANEL),
        "dark_accent": readable(office.accent, _DARK_PANEL),
    }
    files = {name: (folder / name).read_bytes() for name in ASSETS}
    files |= {name: render_template(name, values) for name in STYLES}
    return [Document(f"assets/{name}", "asset", data) for name, data in files.items()]


def breakable(markup: Markup) -> Markup:
    """Return HTML whose long words may break, for pages of others, which lack our styles."""
    return Markup(_TEXT.sub(lambda text: _LONG_WORD.sub(r"\g<0><wbr>", text[0]), markup))  # noqa: S704


def script_hash(text: str) -> str:
    """Return the hash that allows an inline script (CSP 3, section 2.3.1)."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def css_string(text: str) -> Markup:
    """Return a text for a string in quotes in a stylesheet."""
    return Markup(re.sub(r'["\\<>&]', lambda match: f"\\{ord(match[0]):x} ", text))  # noqa: S704


def webcal(address: str) -> str:
    """Return an address with the scheme `webcal`, which opens in a calendar program."""
    return "webcal:" + address.partition(":")[2]


def fill(phrase: str, **values: object) -> Markup:
    """Return a phrase with its `{names}` replaced by values; text is escaped, markup is not."""
    filled = {name: str(escape(value)) for name, value in values.items()}
    return Markup(str(escape(phrase)).format(**filled))  # noqa: S704  everything is escaped


def lang(page_language: str, tag: str, around: str = "") -> Markup | str:
    """Return the lang and dir attributes of an element, unless they are those of the element
    `around` it, which is the page by default."""
    around = around or page_language
    if tag == around:
        return ""
    text_dir = escape(direction(tag))
    dir_attribute = f' dir="{text_dir}"' if text_dir != direction(around) else ""
    return Markup(f' lang="{escape(tag)}"{dir_attribute}')  # noqa: S704


def autodiscovery_links(office: Office, feed: Feed) -> Markup:
    """Return the link elements by which feed readers find each format of a feed."""
    links = (
        f'<link rel="alternate" type="{MEDIA_TYPES[form]}" title="{escape(feed.title)} ({name})"'
        f' href="{escape(office.address(feed.path(FILE_NAMES[form])))}">'
        for form, name in FORMAT_NAMES.items()
    )
    return Markup("\n".join(links))  # noqa: S704


def page_metadata(site_name: str, kind: str, title: str, description: str, address: str) -> Markup:
    """Return the meta elements for search engines and shared links (Open Graph); `address` is the
    canonical URL, `kind` the type of Open Graph."""
    site_name, title, description, address = map(escape, (site_name, title, description, address))
    return Markup(  # noqa: S704
        f"""<meta name="description" content="{description}">
<link rel="canonical" href="{address}">
<meta property="og:type" content="{kind}">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{description}">
<meta property="og:url" content="{address}">
<meta property="og:site_name" content="{site_name}">
"""
    )


def when(words: Phrases, moment: dt.datetime) -> Markup:
    """Return a time element: the day in words, and the instant for programs."""
    written = moment.isoformat(timespec="seconds")
    day = escape(words.day(moment.date()))
    return Markup(f'<time datetime="{written}">{day}</time>')  # noqa: S704


def span(words: Phrases, event: Event) -> Markup:
    """Return the dates of an event in words, with time elements."""
    return Markup(span_html(words, event))  # noqa: S704


def kicker(office: Office, entry: Entry) -> Markup:
    """Return the label above the title of an entry, within an element in the entry's language. It
    stands on the side of the title, also if it is in a language of the other direction."""
    label, tag = term_label(office, office.categories[entry.categories[0]], entry.language)
    name = in_span(escape(label), lang(entry.language, tag))
    return Markup(f'<p class="kicker">{name}</p>')  # noqa: S704


def in_span(text: Markup, attributes: str) -> Markup:
    """Return a text in an element of its own if that has attributes."""
    return Markup(f"<span{attributes}>{text}</span>") if attributes else text  # noqa: S704


def term_label(office: Office, term: Term, language: str) -> tuple[str, str]:
    """Return the best label of a term for a language, and the language of the label."""
    label, tag = in_language(term.labels, language)
    return label, tag or office.default_language


def entry_list(
    office: Office,
    words: Phrases,
    page_language: str,
    entries: Iterable[Entry],
    level: int,
    href: Callable[[str], str],
    place: Place = "page",
    *,
    pictures: bool = False,
    brief: bool = False,
) -> Markup:
    """Return a list of entries; titles are headings of the given level.

    On a page of the site they link to the pages of entries, on other sites to their targets, as
    feeds do. A brief list has only titles and dates. Sites have many such lists, and a template
    macro would be five times slower.
    """
    items = []
    for entry in entries:
        entry_lang = lang(page_language, entry.language)
        first = "" if brief else f"{kicker(office, entry)}\n"
        last = "" if brief else f'\n<p class="summary">{escape(entry.summary)}</p>'
        picture = thumbnail(entry, href) if pictures else ""
        own, other = href(entry.page), entry.link if place != "page" else None
        attributes = f' href="{escape(other or own)}"'
        if place == "frame":
            attributes += ' target="_blank"' + (f' data-page="{escape(own)}"' if other else "")
        link = f"<a{attributes}>{escape(entry.title)}</a>"
        items.append(f"""<li>
<article>
<p class="when">{date_line(words, page_language, entry)}</p>
<div{entry_lang}>
{first}<h{level}>{link}</h{level}>{last}
</div>
{picture}</article>
</li>
""")
    kind = "items brief" if brief else "items"
    return Markup(f'<ul class="{kind}">\n{"".join(items)}</ul>\n')  # noqa: S704


def date_line(words: Phrases, page_language: str, entry: Entry) -> Markup:
    """Return the date of an entry, or of its event with place and status."""
    if not entry.event:
        return when(words, entry.published)
    line = f'<span class="event-date">{span(words, entry.event)}</span>'
    if entry.event.status:
        status = escape(words[f"event_{entry.event.status}"])
        line = f'<strong class="event-status">{status}</strong> · {line}'
    if entry.event.place:
        entry_lang = lang(page_language, entry.language)
        line += f" · <span{entry_lang}>{escape(entry.event.place)}</span>"
    return Markup(line)  # noqa: S704


def thumbnail(entry: Entry, href: Callable[[str], str]) -> str:
    """Return an entry's picture for a list; "" if it has none or that is on another site. Its text
    is empty, because it stands beside the title."""
    file = next((f for f in entry.files if entry.image and f.path == entry.image.path), None)
    if file is None or not file.width:
        return ""
    path = version_path(file.path, min(file.widths)) if file.widths else file.path
    address = escape(urllib.parse.quote(href(path)))
    return f'<img class="thumb" src="{address}" alt="" loading="lazy">\n'


def srcset(entry: Entry, href: Callable[[str], str], path: str | None) -> str:
    """Return the value of `srcset` for a picture of an entry; "" if it has one version."""
    file = next((file for file in entry.files if file.path == path), None)
    if file is None or not file.widths:
        return ""
    versions = [(version_path(file.path, width), width) for width in reversed(file.widths)]
    versions.append((file.path, file.width or 0))
    return ", ".join(f"{urllib.parse.quote(href(path))} {width}w" for path, width in versions)
