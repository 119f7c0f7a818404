"""Pieces of HTML that pages have many of: functions, for macros of templates take five times as
long. Texts are escaped here; what is given back is markup."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from ilofeed.document import FILE_NAMES, MEDIA_TYPES
from ilofeed.i18n import direction, phrases

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from ilofeed.i18n import Phrases
    from ilofeed.model import Entry, Event, Format, Office

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
