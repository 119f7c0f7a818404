"""Offices whose feeds other programs must read, and what the entries in them say.

`said` is the only place that knows what each format carries. It does not use `verify.expected`.
"""

from __future__ import annotations

import datetime as dt
import html
import html.parser
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ilofeed.content.read import read_office
from ilofeed.content.site import check
from ilofeed.feeds import RENDERERS, group_feeds, select, subscription_feed
from offices import DATA, NOW, OFFICE, ROOT, entry, site

if TYPE_CHECKING:
    from ilofeed.content.site import Site
    from ilofeed.model import Entry, Feed, Format, Office

Item = dict[str, Any]

FIELDS = (
    "id", "title", "link", "published", "updated", "content", "categories", "enclosures", "event",
)  # fmt: skip
ENDINGS: dict[Format, str] = {"atom": ".atom.xml", "rss": ".rss.xml", "json": ".json"}

HARD = OFFICE.decode()
for plain, hard in {
    "wages: {label: Wages,": "wages: {label: {en: Wages & <pay>, ar: أجور},",
    ": Occupational Safety and Health": ": Safety, health at work",
    "MN: Mongolia": "MN: {label: {en: Mongolia, zh-Hans: 蒙古国}}",
}.items():
    assert plain in HARD
    HARD = HARD.replace(plain, hard)
HARD += "feeds: [all]\n"
_PDF = "https://example.net/report%20(final).pdf?a=1&b=2"
TEXTS: dict[str, Any] = {
    "markup": entry(
        "An `x < y && z` and `]]>`, &amp;amp; and &lt;b&gt;: “quotes”, `C:\\new\\table`.\n\n"
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
    "called-off": entry(
        title="A <workshop> & more", date="2026-06-06", withdrawn="2026-10-01",
        event="{start: 2026-12-30, place: 'A & B'}",
        image="{url: 'https://example.net/off.jpg', alt: Off}",
    ),
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
        # our own office gets new entries, so it is read as it was in June 2015
        selection = select(
            made, dt.datetime(2015, 6, 1, tzinfo=dt.UTC) if office_name == "own" else NOW
        )
        for group, feeds in group_feeds(selection.feeds):
            largest = max(feeds, key=lambda feed: feed.selected)
            for form, render in RENDERERS.items():
                feed = subscription_feed(largest, form)
                items = [said(one, selection.office, form) for one in _shown(feed, form)]
                name = f"{office_name}-{group}{ENDINGS[form]}"
                files.append(FeedFile(name, form, render(feed, selection.office), items))
    return files


def _shown(feed: Feed, form: Format) -> list[Entry]:
    """The entries of which a document has items: RSS and JSON Feed cannot say that one is deleted,
    so they have those that were withdrawn before their event."""
    called_off = [
        entry
        for entry in feed.tombstones
        if form != "atom" and entry.event and f"{entry.event.start:%Y-%m-%d}" > f"{NOW:%Y-%m-%d}"
    ]
    return [*feed.entries, *called_off]


# What people read, written by hand: the line of an event, by its start …
WHEN = {
    "2014-10-24": "When: 24–25 October 2014 · Where: Hohhot, China",
    "2015-04-02": "When: 2–3 April 2015",
    "2015-04-08": "When: 8–9 April 2015 · Where: Zhenjiang, Jiangsu, China",
    "2025-12-30": "When: 30 December 2025 – 2 January 2026 · Where: Hong Kong",
    "2026-05-04": "الموعد: 4–6 مايو 2026 · المكان: أولان باتور",
    "2026-09-20": "Хэзээ: 2026 оны 9 дүгээр сарын 20–22 · Хаана: Дархан",
    "2026-12-08T09:30:00+08:00": "When: 8 December 2026, 09:30–12:00 (UTC+8)"
    " · Where: Hohhot; room 3, 2nd floor",
    "2026-12-15T09:00:00+08:00": "When: 15 December 2026, 09:00–17:30 (UTC+8)"
    ' · Where: Hall 1, "Main" & 2nd',
    "2026-12-20": "When: 20–22 December 2026 · Where: جنيف",
    "2026-12-24": "When: 24 December 2026",
    "2026-12-24T10:00:00+08:00": "When: 24 December 2026, 10:00 (UTC+8)",
    "2026-12-30": "When: 30 December 2026 · Where: A & B",
    "2028-02-29": "Хэзээ: 2028 оны 2 дугаар сарын 29",
}
# … the note after a document, by its address, and words by language
NOTES = {
    _PDF: " (PDF, 2.3 MB)",
    "https://example.net/data.csv": " (CSV, 512 B)",
    "https://example.net/talk.mp3": "",
    "https://example.net/annex.docx": " (Word)",
    "https://example.net/agenda.pdf": " (PDF, 1 kB)",
    "https://example.org/annex.docx": " (Word)",
    "https://example.org/data.xlsx": " (Excel, 51.2 kB)",
}
REPORTS = {"en": " (PDF, 2.3 MB)", "ar": " (PDF, 1.2 MB)"}  # https://example.org/report.pdf
PHOTO = {"en": "Photo: ", "ar": "الصورة: "}
DOCUMENTS = {"en": "Documents", "ar": "الوثائق"}
STATUS = {"cancelled": "Cancelled", "postponed": "Postponed"}


def said(entry: Entry, office: Office, form: Format) -> Item:
    """What a reader of a format must find of an entry.

    `published` and `updated` are seconds since 1970. `categories` are labels. An enclosure is
    address, type and bytes, an event start, end and place; `content` is the text without markup.
    The keys that are not in `FIELDS` are what some readers show instead (`feed_limits`).
    """
    event, gone = entry.event, entry.withdrawn is not None
    files = [[a.url, a.type, _length(a.length, form)] for a in entry.attachments]
    updated = int((entry.withdrawn or entry.updated).timestamp())
    was_edited = updated > int(entry.published.timestamp())
    status = STATUS.get(entry.event_status)
    markup = _content(entry)
    return {
        "id": entry.id,
        "title": f"{status}: {entry.title}" if status else entry.title,
        # JSON Feed has an address of its own for the item elsewhere (external_url)
        "link": entry.url if form == "json" else entry.target,
        "published": int(entry.published.timestamp()),
        "updated": updated if form == "atom" or was_edited else None,
        "content": text_of(markup),
        "categories": _labels(entry, office, entry.language),
        "enclosures": files[:1] if form == "rss" else files,  # RSS 2.0 allows one
        "event": event
        and [event.start.isoformat(), event.end and event.end.isoformat(), event.place],
        "terms": _labels(entry, office, office.default_language),
        "summary": text_of(markup).replace("Cancelled", "Cancelled.", 1) if gone else entry.summary,
        "html": markup,
        "picture": entry.image and not gone and [entry.image.url, entry.image.type],
    }


def _content(entry: Entry) -> str:
    """The parts of the content in order, each escaped, with the body between them."""
    parts = []
    if entry.withdrawn is not None:
        parts = [STATUS["cancelled"]]
    if entry.event is not None:
        parts.append(WHEN[entry.event.start.isoformat()])
    if entry.withdrawn is not None:
        return _paragraphs(parts)
    if entry.image is not None and entry.image.credit is not None:
        parts.append(PHOTO[entry.language] + entry.image.credit)
    documents = [DOCUMENTS[entry.language]] if entry.attachments else []
    for attachment in entry.attachments:
        note = NOTES[attachment.url] if attachment.url in NOTES else REPORTS[entry.language]
        documents.append((attachment.title or attachment.url) + note)
    return _paragraphs(parts) + entry.html + _paragraphs(documents)


def _paragraphs(parts: list[str]) -> str:
    return "".join(f"<p>{html.escape(part)}</p>" for part in parts)


def _labels(entry: Entry, office: Office, language: str) -> list[str]:
    terms = [office.categories[name] for name in entry.categories]
    terms += [office.countries[name] for name in entry.countries]
    return list(dict.fromkeys(term.label(language) for term in terms))


def _length(length: int, form: Format) -> int | None:
    return length if form == "rss" else length or None  # RSS requires the attribute


class _Text(html.parser.HTMLParser):
    """Collects text, and a space at each tag that is not within a line."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"a", "b", "bdi", "code", "del", "em", "i", "img", "strong", "span", "time"}:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(markup: str) -> str:
    """The text of HTML, with single spaces."""
    parser = _Text()
    parser.feed(markup)
    parser.close()
    return " ".join("".join(parser.parts).split())
