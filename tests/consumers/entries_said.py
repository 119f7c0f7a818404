"""Offices whose feeds other programs must read, and what the entries in them say.

`said` is the only place that knows what each format carries. It does not use `verify.expected`.
"""

from __future__ import annotations

import html.parser
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.feeds import RENDERERS, group_feeds, select, subscription_feed
from offices import DATA, NOW, OFFICE, ROOT, entry, site

if TYPE_CHECKING:
    from ilofeed.content.site import Site
    from ilofeed.model import Entry, Format, Office

Item = dict[str, Any]

FIELDS = (
    "id", "title", "link", "published", "updated", "content", "categories", "enclosures", "event",
)  # fmt: skip
ENDINGS: dict[Format, str] = {"atom": ".atom.xml", "rss": ".rss.xml", "json": ".json"}

HARD = OFFICE.decode()
for plain, hard in {
    "wages: {label: Wages,": "wages: {label: {en: Wages & <pay>, ar: أجور},",
    "MN: Mongolia": "MN: {label: {en: Mongolia, zh-Hans: 蒙古国}}",
}.items():
    assert plain in HARD
    HARD = HARD.replace(plain, hard)
HARD += "feeds: [all]\n"
_PDF = "https://example.net/report%20(final).pdf?a=1&b=2"
TEXTS: dict[str, Any] = {
    "markup": entry(
        "An `x < y && z` and `]]>`, &amp;amp; and &lt;b&gt;: “quotes”.\n\n"
        "```\n<![CDATA[ <script>alert(1)</script> ]]>\n```\n\n"
        "| a | b |\n|---|---|\n| 1 | [two](https://example.net/?a=1&b=2#c) |\n",
        title="""'a < b & "c" > d ]]> &amp; &lt;i&gt; it''s %3C 100 % \\n'""",
        summary="'1 < 2 && 3 > 2 ]]> &lt;b&gt;'",
        categories="[wages, occupational-safety-and-health]",
    ),
    "emoji": entry("👩🏽‍🏭 and 🇲🇳.", title="👩🏽‍🏭 Work 🇲🇳 works", summary="😀"),
    "chinese": entry(
        "劳动者**获得**更高的工资。", title="工资上涨，“三省”公布新标准", language="zh-Hans",
        summary="最低工资上调。", date="2026-02-28T23:59:59+08:00",
    ),
    "arabic": entry(
        "**الأجور** ترتفع (2026) في ABC.", title="ترتفع الأجور & “العمل”", language="ar",
        summary="تقرير عن الأجور.", date="2026-03-01T00:00:00+08:00",
    ),
    "long": entry("A sentence of a long text, with *emphasis* & more. " * 1500, date="2016-02-29"),
    "edited": entry("Now right.", date="2015-05-18", updated="2026-09-01T12:34:56+02:00"),
    "same-second": entry(title="The first", date="2020-01-01T10:00:00+08:00"),
    "same-second-2": entry(title="The second", date="2020-01-01T10:00:00+08:00"),
    "gone": entry(title="Gone", withdrawn="2026-04-01"),
    "gone-event": entry(withdrawn="2026-04-01", event="{start: 2026-05-01T10:00}"),
    "documents": entry(
        title="Several documents",
        link="https://example.net/ü/?q=a+b&lang=en",
        attachments=f"[{{url: '{_PDF}', length: 2300000, title: 'Report & annex <1>'}},"
        " {url: 'https://example.net/data.csv', length: 512},"
        " {url: 'https://example.net/talk.mp3', type: audio/mpeg}]",
    ),
    "unsized": entry(attachments="[{url: 'https://example.net/annex.docx', title: 附件}]"),
    "meeting": entry(
        title="A meeting with everything",
        date="2026-06-01",
        image="{url: 'https://example.net/hall.jpg', alt: 'A hall & people', credit: A & B}",
        attachments="[{url: 'https://example.net/agenda.pdf', length: 1000, title: Agenda}]",
        event="{start: 2026-12-15T09:00+08:00, end: 2026-12-15T17:30+08:00,"
        " place: 'Hall 1, \"Main\" & 2nd', url: 'https://example.net/meet?a=1&b=2'}",
    ),
    "days": entry(date="2026-06-02", event="{start: 2026-12-20, end: 2026-12-22, place: جنيف}"),
    "day": entry(date="2026-06-03", language="mn", event="{start: 2028-02-29}"),
    "off": entry(date="2026-06-04", event="{start: 2026-12-24, status: cancelled}"),
    "later": entry(date="2026-06-05", event="{start: 2026-12-24T10:00, status: postponed}"),
    "draft": entry(draft="true"),
    "future": entry(date="2030-01-01"),
}  # fmt: skip


@dataclass(frozen=True)
class FeedFile:
    """A feed document, and what must be in it. `name` ends as in `ENDINGS`."""

    name: str
    form: Format
    data: bytes
    items: list[Item]


def offices() -> dict[str, Site]:
    """The offices by name: our own, two with pictures and languages, one with hard texts."""
    folders = {"own": ROOT, "gallery": DATA / "gallery", "languages": DATA / "languages"}
    made: dict[str, Site] = {
        "hard": site(
            office=HARD.encode(), **{slug.replace("-", "_"): TEXTS[slug] for slug in TEXTS}
        )
    }
    for name, folder in folders.items():
        read, problems = check(read_office(folder), NOW)
        assert read is not None, problems
        made[name] = read
    return made


def feed_files() -> list[FeedFile]:
    """The largest feed of each kind (all, country, topic, …) of each office, in all formats."""
    files = []
    for office_name, made in offices().items():
        selection = select(made, NOW)
        for group, feeds in group_feeds(selection.feeds):
            largest = max(feeds, key=lambda feed: feed.selected)
            for form, render in RENDERERS.items():
                feed = subscription_feed(largest, form)
                items = [said(one, selection.office, form) for one in feed.entries]
                name = f"{office_name}-{group}{ENDINGS[form]}"
                files.append(FeedFile(name, form, render(feed, selection.office), items))
    return files


def said(entry: Entry, office: Office, form: Format) -> Item:
    """What a reader of a format must find of an entry.

    `published` and `updated` are seconds since 1970. `categories` are labels. An enclosure is
    address, type and bytes, an event start, end and place; `content` is the text without markup.
    The keys that are not in `FIELDS` are what some readers show instead (`feed_limits`).
    """
    files = [[a.url, a.type, _length(a.length, form)] for a in entry.attachments]
    event = entry.event
    return {
        "id": entry.id,
        "title": entry.title,
        # JSON Feed has an address of its own for the item elsewhere (external_url)
        "link": entry.url if form == "json" else entry.target,
        "published": int(entry.published.timestamp()),
        "updated": int(entry.updated.timestamp()),
        "content": text_of(entry.html),
        "categories": _labels(entry, office),
        "enclosures": files[:1] if form == "rss" else files,  # RSS 2.0 allows one
        "event": event
        and [event.start.isoformat(), event.end and event.end.isoformat(), event.place],
        "terms": [*entry.categories, *entry.countries],
        "summary": entry.summary,
        "html": entry.html,
        "picture": entry.image and [entry.image.url, entry.image.type],
        "fraction": entry.updated.microsecond,
    }


def _labels(entry: Entry, office: Office) -> list[str]:
    terms = [office.categories[name] for name in entry.categories]
    terms += [office.countries[name] for name in entry.countries]
    return list(dict.fromkeys(term.label(entry.language) for term in terms))


def _length(length: int, form: Format) -> int | None:
    return (length or None) if form == "json" else length


class _Text(html.parser.HTMLParser):
    """Collects text, and a space at each tag that is not within a line."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"a", "b", "code", "del", "em", "i", "img", "strong", "span", "time"}:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(markup: str) -> str:
    """The text of HTML, with single spaces."""
    parser = _Text()
    parser.feed(markup)
    parser.close()
    return " ".join("".join(parser.parts).split())
