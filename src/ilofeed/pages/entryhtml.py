"""The HTML of the page of an entry.

Of all templates this would be drawn most often. So what its pages in one language share is drawn
once (`frame.html`), what few of them have by macros (`entry.html`), and the rest is written here.
What stands between braces is HTML already: our own, or escaped.
"""

from __future__ import annotations

import urllib.parse
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ilofeed.content import alternates, summary_html
from ilofeed.document import relative
from ilofeed.feeds import changed
from ilofeed.pages.linked_data import render_structured
from ilofeed.pages.page import common_values, draw_parts, script_hash

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ilofeed.model import Entry, Feed, Office, Person

_WORDS = ("topics", "countries", "more", "previous", "next", "updated", "last_change")


class OwnFeeds(NamedTuple):
    """The feeds of one term or one language, by its name."""

    categories: Mapping[str, Feed]
    countries: Mapping[str, Feed]
    languages: Mapping[str, Feed]


class _Label(NamedTuple):
    """A category or a country on a page: its name, its feed for readers, its line in a list."""

    name: str
    feed: str
    line: str


class EntryWriter:
    """Writes the pages of entries in one language. All are as deep as the `first` one, so relative
    addresses of what they share are the same."""

    def __init__(self, office: Office, feeds: Sequence[Feed], own: OwnFeeds, first: Entry) -> None:
        from markupsafe import escape  # it comes with Jinja2

        from ilofeed.pages.pagehtml import write_day

        self._escape = escape
        self._own = own
        values = common_values(office, feeds, first.language)
        values["href"] = partial(relative, first.page)
        self._office: Office = values["office"]
        self._name = escape(self._office.title)
        self._words = {key: str(escape(values["words"][key])) for key in _WORDS}
        self._when = partial(write_day, values["words"])
        self._parts = draw_parts("parts.html", values)
        self._macros = draw_parts("entry.html", values)
        self._frame = draw_parts("frame.html", values)
        self._lang = values["lang"](first.language)
        self._preview = values["preview"]
        self._main_links = values["discovery"](values["main"])
        self._spoken_link = self._parts.feed_link(own.languages.get(first.language))
        self._labels: dict[tuple[str, bool], _Label] = {}
        self._authors: dict[tuple[Person, ...], str] = {}

    def write(
        self, entry: Entry, older: Entry | None, newer: Entry | None, others: Sequence[Entry]
    ) -> bytes:
        """The page of an entry between its neighbours, with its translations."""
        title, summary = self._escape(entry.title), self._escape(entry.summary)
        topics = [self._label(name, is_country=False) for name in entry.categories]
        places = [self._label(name, is_country=True) for name in entry.countries]
        last_change = self._words["last_change"].format(date=self._local_day(changed(entry)))
        page = (
            self._head(entry, title, summary, topics + places, others),
            self._frame.header,
            self._article(entry, title, summary, topics, places, others),
            self._beside(older, newer) if older or newer else "",
            self._frame.footer,
            last_change,
            self._frame.closing,
        )
        return "".join(page).encode()

    def _head(
        self,
        entry: Entry,
        title: str,
        summary: str,
        labels: Sequence[_Label],
        others: Sequence[Entry],
    ) -> str:
        frame, macros = self._frame, self._macros
        data = render_structured(entry, self._office)
        robots = '<meta name="robots" content="noindex">\n' if entry.withdrawn else ""
        picture = macros.picture_data(entry.image) if entry.image else ""
        alternate = macros.alternates(alternates(entry, others)) if others else ""
        return f"""\
{frame.opening} '{script_hash(data)}'{frame.policy}\
<title>{title} – {self._name}</title>
{self._preview("article", title, summary, entry.url)}
{robots}\
<meta property="article:published_time" content="{entry.published.isoformat()}">
<meta property="article:modified_time" content="{entry.updated.isoformat(timespec="seconds")}">
<meta property="article:section" content="{labels[0].name}">
{picture}\
<meta name="twitter:card" content="{"summary_large_image" if picture else "summary"}">
{self._main_links}
{"".join([one.feed for one in labels])}{self._spoken_link}{alternate}\
<script type="application/ld+json">{data}</script>
{frame.looks}"""

    def _article(
        self,
        entry: Entry,
        title: str,
        summary: str,
        topics: Sequence[_Label],
        places: Sequence[_Label],
        others: Sequence[Entry],
    ) -> str:
        macros, words, lang = self._macros, self._words, self._lang
        dates = self._when(entry.published)
        if entry.updated.replace(microsecond=0) > entry.published:
            updated = words["updated"].format(date=self._local_day(entry.updated))
            dates = f"{dates} · {updated}"
        body = entry.html
        has_lead = body != summary_html(entry.summary)
        lead = f'<p class="lead">{summary}</p>' if has_lead else ""
        notice = macros.notice(entry) if entry.withdrawn else ""
        event = macros.event(entry) if entry.event else ""
        picture = macros.picture(entry) if entry.image else ""
        host = urllib.parse.urlsplit(entry.link).hostname if entry.link else None
        original = macros.original(entry.link, host) if entry.link else ""
        documents = macros.documents(entry) if entry.attachments else ""
        translations = macros.translations(entry, others) if others else ""
        return f"""\
<article class="entry">
{notice}\
<header{lang}>
<p class="kicker">{topics[0].name}</p>
<h1>{title}</h1>
</header>
<p class="when">{dates} · <span class="authors">{self._signed(entry)}</span></p>
{event}{picture}\
<div class="body"{lang}>
{lead}
{body}
</div>
{original}{documents}\
<footer>
<div class="terms"><h2>{words["topics"]}</h2>
<ul>
{"".join([one.line for one in topics])}\
</ul></div>
<div class="terms"><h2>{words["countries"]}</h2>
<ul>
{"".join([one.line for one in places])}\
</ul></div>
{translations}\
</footer>
</article>
"""

    def _label(self, name: str, *, is_country: bool) -> _Label:
        if (found := self._labels.get((name, is_country))) is None:
            terms = self._office.countries if is_country else self._office.categories
            label = terms[name].label(self._office.language)
            feed = (self._own.countries if is_country else self._own.categories).get(name)
            found = self._labels[name, is_country] = _Label(
                self._escape(label),
                self._parts.feed_link(feed),
                self._macros.term(label, feed, self._office.language),
            )
        return found

    def _signed(self, entry: Entry) -> str:
        if (found := self._authors.get(entry.authors)) is None:
            found = self._authors[entry.authors] = self._macros.authors(entry.authors)
        return found

    def _local_day(self, moment: dt.datetime) -> str:
        return self._when(moment.astimezone(self._office.timezone))

    def _beside(self, older: Entry | None, newer: Entry | None) -> str:
        one = self._link("prev", self._words["previous"], older) if older else ""
        other = self._link("next", self._words["next"], newer) if newer else ""
        words = self._words["more"]
        return f'<nav class="neighbours" aria-label="{words}">\n{one}\n{other}\n</nav>\n'

    def _link(self, rel: str, word: str, entry: Entry) -> str:
        # from one page of an entry to another, as `relative` writes it
        address, title = f"../{entry.slug}/", self._escape(entry.title)
        count = f'<span class="count">{word}</span>'
        return f'<a rel="{rel}" href="{address}">{count} <span>{title}</span></a>'
