"""Render the page of an entry, and its event as a calendar file."""

import functools
import html
import re
import urllib.parse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ilofeed.content import alternates, find_translations, summary_html
from ilofeed.feeds import is_edited, last_change, render_event
from ilofeed.model import Document, Entry, Feed, Office, Term
from ilofeed.pages.embeds import beside, render_oembed
from ilofeed.pages.former import render_moved
from ilofeed.pages.html import (
    common_values,
    fill,
    load_macros,
    localized_links,
    render_template,
    srcset,
)
from ilofeed.pages.linked_data import render_structured
from ilofeed.pages.navigation import Directory
from ilofeed.urls import relative

SIZES = "(min-width: 64rem) 46rem, 100vw"  # the width of a picture on the page of an entry
RELATED = 3  # entries on the page of another
_CAPTION = re.compile(r'<p>(<img [^<>]*) title="([^"<>]*)"></p>')
# the last line of a quotation, if it begins with a dash
_QUOTED = re.compile(
    r"(<p>|\n|(?<=[。！？”’」』]))"
    r"([—–―][^<\n]*(?:<a [^<>]*>[^<\n]*</a>[^<\n]*)?)</p>\n</blockquote>"
)


class _TermValues(NamedTuple):
    """Values of templates for a category or a country, in one language."""

    label: str
    feed_link: str  # HTML in the head, for feed readers
    list_item: str  # HTML


class EntryPages:
    """A renderer of entries; HTML that all pages in a language share is rendered once."""

    def __init__(self, office: Office, directory: Directory, entries: Sequence[Entry]) -> None:
        self._office = office
        self._directory = directory
        self._neighbours = find_neighbours(entries)
        self._translations = find_translations(entries)
        self._related = find_related(entries)
        self._shared: dict[str, dict[str, Any]] = {}  # values of templates, by language

    def linked_entries(self, entry: Entry) -> list[Sequence[Entry | None]]:
        """Return the entries that a page links to: the older and the newer one, translations,
        and related ones."""
        by_slug = (self._neighbours, self._translations, self._related)
        return [entries.get(entry.slug, ()) for entries in by_slug]

    def render(self, entry: Entry) -> list[Document]:
        """Return the calendar of an entry, if it has an event, its page, what shows it on other
        sites, and its former addresses."""
        documents = []
        if entry.event is not None:
            data = render_event(entry, self._office)
            documents.append(Document(entry.calendar, "entry", data, entry=entry))
        documents.append(Document(entry.page, "entry", self._render_page(entry), entry=entry))
        moved = [
            render_moved(path, entry.page, entry, self._office, self._directory)
            for path in entry.aliases
        ]
        return [*documents, *self._render_embeds(entry), *moved]

    def _render_embeds(self, entry: Entry) -> list[Document]:
        """Return the page for a frame, and its description (oEmbed). They stay when the entry is
        withdrawn, because other sites show the frame."""
        shared = self._shared_values(entry)
        office, words, when = shared["office"], shared["words"], shared["when"]
        path = beside(entry, "embed.html")
        gone = entry.withdrawn and when(entry.withdrawn.astimezone(office.timezone))
        values = {
            "href": localized_links(path, office),
            "title": entry.title,
            "canonical": entry.url,
            "heading": office.title,
            "heading_language": office.title_language,
            "above": "index.html",
            "feed": self._directory.main,
            "entries": [] if gone else [entry],
            "empty": fill(words["withdrawn"], date=gone),
        }
        frame = render_template("embed.html", shared | values)
        return [
            Document(path, "entry", frame),
            render_oembed(entry, self._office),
        ]

    def _render_page(self, entry: Entry) -> bytes:
        shared = self._shared_values(entry)
        office = shared["office"]
        older, newer = self._neighbours.get(entry.slug, (None, None))
        translations = self._translations.get(entry.slug, ())
        values = {
            "entry": entry,
            "linked_data": render_structured(entry, office),
            "topics": [shared["categories"][name] for name in entry.categories],
            "places": [shared["countries"][name] for name in entry.countries],
            "alternates": alternates(entry, translations) if translations else (),
            "translations": translations,
            "is_updated": is_edited(entry),
            "body": _body(entry, shared),
            "related": self._related.get(entry.slug, ()),
            "srcset": functools.partial(srcset, entry, functools.partial(relative, entry.page)),
            "sizes": SIZES,
            "oembed": beside(entry, "oembed.json"),
            "has_lead": entry.html != summary_html(entry.summary),
            "host": urllib.parse.urlsplit(entry.link).hostname if entry.link else None,
            "older": older,
            "newer": newer,
            "changed": last_change(entry),
        }
        return render_template("entry.html", shared | values)

    def _shared_values(self, entry: Entry) -> dict[str, Any]:
        """Return the template values that all entries in a language share. Relative addresses are
        among them, because all pages have the same depth."""
        if entry.language not in self._shared:
            values = common_values(self._office.localized(entry.language), self._directory)
            # no slug is a hyphen, so links to each entry are right
            values["href"] = localized_links("entry/-/index.html", values["office"])
            values["frame"] = load_macros("frame.html", values)
            values["entry_lang"] = values["lang"](entry.language)
            values["main_links"] = values["autodiscovery"](self._directory.main)
            office, find = values["office"], self._directory.find
            parts = load_macros("parts.html", values)
            values["language_link"] = parts.feed_link(find(language=entry.language))

            def term_values(term: Term, feed: Feed | None) -> _TermValues:
                label, tag = values["term_label"](term, office.language)
                return _TermValues(label, parts.feed_link(feed), parts.term(label, tag, feed))

            categories, countries = office.categories.items(), office.countries.items()
            values["categories"] = {n: term_values(t, find(category=n)) for n, t in categories}
            values["countries"] = {n: term_values(t, find(country=n)) for n, t in countries}
            self._shared[entry.language] = values
        return self._shared[entry.language]


def _body(entry: Entry, shared: Mapping[str, Any]) -> str:
    """Return the body for the entry's own page: with smaller versions of its pictures, which feeds
    do not have, and with links to its sections that work wherever the page is shown. Titles of
    pictures are captions, wide tables scroll, and who is quoted is named on a line of its own."""
    body = entry.html.replace(f' href="{html.escape(entry.url)}#', ' href="#')
    href = functools.partial(relative, entry.page)
    for file in entry.files:
        if versions := srcset(entry, href, file.path):
            src = f' src="{html.escape(entry.url)}{urllib.parse.quote(href(file.path))}"'
            body = body.replace(src, f'{src} srcset="{html.escape(versions)}" sizes="{SIZES}"')
    body = _CAPTION.sub(r"<figure>\1><figcaption>\2</figcaption></figure>", body)
    name, tag = html.escape(shared["words"]["table"]), shared["page_language"]
    around = shared["lang"](tag, entry.language)  # the name may be in another language
    scroll = f'<div class="scroll" tabindex="0" role="group" aria-label="{name}"{around}>'
    scroll += f"<table{shared['entry_lang']}>"
    body = body.replace("<table>", scroll).replace("</table>", "</table></div>")
    return _QUOTED.sub(_name_quoted, body)


def _name_quoted(match: re.Match[str]) -> str:
    end = "" if match[1] == "<p>" else "</p>\n"
    return f'{end}<p class="by">{match[2]}</p>\n</blockquote>'


def find_related(entries: Sequence[Entry]) -> dict[str, Sequence[Entry]]:
    """Return the entries nearest by date with the same first topic and language, newest first, by
    slug; without the neighbours, so that a new entry changes few pages and none links twice."""
    by_topic: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:  # newest first
        if entry.withdrawn is None:
            by_topic[entry.categories[0], entry.language].append(entry)
    neighbours = find_neighbours(entries)
    related: dict[str, Sequence[Entry]] = {}
    for topic in by_topic.values():
        for place, entry in enumerate(topic):
            near = topic[max(place - RELATED - 1, 0) : place + RELATED + 2]
            shown = {entry, *neighbours[entry.slug]}
            distances = [
                (abs(other.published - entry.published), number)
                for number, other in enumerate(near)
                if other not in shown
            ]
            nearest = sorted(number for _, number in sorted(distances)[:RELATED])
            related[entry.slug] = [near[number] for number in nearest]
    return related


def find_neighbours(entries: Sequence[Entry]) -> dict[str, tuple[Entry | None, Entry | None]]:
    """Return the next older and newer entry, not withdrawn and in the same language, by slug."""
    chains: dict[str, list[Entry | None]] = defaultdict(lambda: [None])
    for entry in entries:  # newest first
        if entry.withdrawn is None:
            chains[entry.language].append(entry)
    return {
        entry.slug: (older, newer)
        for chain in chains.values()
        for newer, entry, older in zip(chain, chain[1:], [*chain[2:], None], strict=False)
        if entry is not None
    }
