"""The HTML of the page of an entry.

Of all templates this would be drawn most often. So what its pages in one language share is drawn
once (`frame.html`), what few of them have by macros (`entry.html`), and the rest is written here.
What stands between braces is HTML already: our own, or escaped.
"""

from __future__ import annotations

import urllib.parse
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ilofeed.content import SLUG, alternates, find_translations, summary_html
from ilofeed.document import Document, relative
from ilofeed.feeds import changed, render_event
from ilofeed.pages.html import common_values, draw_parts, render_page, script_hash, write_day
from ilofeed.pages.linked_data import render_structured

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

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


# of each entry by slug the one before and the one after
Neighbours = dict[str, tuple["Entry | None", "Entry | None"]]


def find_own(feeds: Sequence[Feed]) -> OwnFeeds:
    """Those among all feeds of an office."""
    single = [feed for feed in feeds if not feed.spec.is_pair]
    return OwnFeeds(
        {feed.spec.category: feed for feed in single if feed.spec.category},
        {feed.spec.country: feed for feed in single if feed.spec.country},
        {feed.spec.language: feed for feed in single if feed.spec.language},
    )


class EntryPages:
    """The documents of the entries of one office; what their pages share is drawn once."""

    def __init__(self, office: Office, feeds: Sequence[Feed], entries: Sequence[Entry]) -> None:
        self._office = office
        self._feeds = feeds
        self._own = find_own(feeds)
        self._neighbours = find_neighbours(entries)
        self._translations = find_translations(entries)
        self._writers: dict[str, EntryWriter] = {}

    def others(self, entry: Entry) -> tuple[Sequence[Entry | None], Sequence[Entry]]:
        """The entries that a page tells of: its neighbours, where it has some, and translations."""
        return self._neighbours.get(entry.slug, ()), self._translations.get(entry.slug, ())

    def paths(self, entry: Entry) -> Iterator[tuple[str, Entry | None]]:
        """The path of each document that `render` makes, and the entry where it is shown."""
        if (
            entry.image is not None
            and entry.image.path is not None
            and entry.image.data is not None
        ):
            yield entry.image.path, None
        if entry.event is not None:
            yield entry.calendar, entry
        yield entry.page, entry

    def render(self, entry: Entry) -> list[Document]:
        """The picture and the calendar of an entry, as far as it has them, then its page."""
        documents = []
        image = entry.image
        if image is not None and image.path is not None and image.data is not None:
            documents.append(Document(image.path, "entry", image.data))
        if entry.event is not None:
            data = render_event(entry, self._office)
            documents.append(Document(entry.calendar, "entry", data, entry=entry))
        if (writer := self._writers.get(entry.language)) is None:
            writer = EntryWriter(self._office, self._feeds, self._own, entry)
            self._writers[entry.language] = writer
        older, newer = self._neighbours.get(entry.slug, (None, None))
        page = writer.write(entry, older, newer, self._translations.get(entry.slug, ()))
        return [*documents, Document(entry.page, "entry", page, entry=entry)]


def render_moved(
    entries: Sequence[Entry], office: Office, feeds: Sequence[Feed]
) -> Iterator[Document]:
    """For an entry whose file was renamed a page at its former address that leads to the new one:
    readers have stored that address. The former name is the one that its `id` keeps."""
    taken = {entry.slug for entry in entries}
    mint = office.authority.id_of("")
    for entry in entries:
        former = entry.id.removeprefix(mint)
        if former == entry.id or former in taken or not SLUG.fullmatch(former):
            continue
        path = f"entry/{former}/index.html"
        page = render_page(
            "moved.html",
            path,
            office,
            feeds,
            language=entry.language,
            entry=entry,
            last_change=changed(entry),
        )
        yield Document(path, "entry", page)


def find_neighbours(entries: Sequence[Entry]) -> Neighbours:
    """For each entry that is in the feeds the older and the newer one of the same language."""
    chains: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:  # newest first
        if entry.withdrawn is None:
            chains[entry.language].append(entry)
    return {
        entry.slug: (
            chain[at + 1] if at + 1 < len(chain) else None,
            chain[at - 1] if at > 0 else None,
        )
        for chain in chains.values()
        for at, entry in enumerate(chain)
    }
