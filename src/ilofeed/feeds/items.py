"""Turn entries into the items that subscribers see: their titles, and the HTML of their content.

Feed readers show title and content, and little else. So the content begins with date and place of
an event and the picture, and ends with a list of the documents; these parts have the classes in
`bodies.PARTS`. `as_item` returns an `Entry`, which the renderers of feeds write and which
verification expects; pages, calendars, the guard and the state file use the entry itself.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ilofeed.bodies import PARTS
from ilofeed.feeds.selection import feed_names, last_change, newest_first
from ilofeed.i18n import Phrases, direction
from ilofeed.model import Attachment, Entry, Event, Feed, Format, Image, Office

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


def feed_items(feed: Feed, office: Office, form: Format) -> list[Entry]:
    """Return the items of a feed in a format, newest first."""
    return [as_item(entry, office) for entry in shown_entries(feed, form)]


def shown_entries(feed: Feed, form: Format) -> Sequence[Entry]:
    """Return the entries of which a feed has items in a format, newest first.

    RSS and JSON Feed have no tombstones, so they also have an item for each entry that was
    withdrawn before its event (`Entry.called_off`).
    """
    called_off = [entry for entry in feed.tombstones if entry.called_off]
    if form == "atom" or not called_off:
        return feed.entries
    return newest_first([*feed.entries, *called_off])


def as_item(entry: Entry, office: Office) -> Entry:
    """Return an entry with the title and the HTML that subscribers see.

    An entry that was withdrawn before its event keeps only title, when and where. Words in another
    language than the entry's, which has no table, say so.
    """
    words = office.phrases(entry.language)
    title, event = item_title(entry, words), entry.event
    if entry.called_off and event is not None:
        notice = words[f"event_{entry.event_status}"]
        when = date_text(entry, words)
        return replace(
            entry,
            title=title,
            summary=f"{notice}. {_when_and_where(words, when, event.place)}",
            html=_in_direction(
                f"<p{_lang(words.tag, entry.language)}>{html.escape(notice, quote=False)}</p>\n"
                + _event(event, words, entry.language),
                entry.language,
            ),
            updated=last_change(entry),
            event=replace(event, status="cancelled"),
            image=None,
            attachments=(),
        )
    parts = [
        _event(event, words, entry.language) if event is not None else "",
        _picture(entry.image, words, entry.language) if entry.image is not None else "",
        entry.html,
        _documents(entry.attachments, words, entry.language) if entry.attachments else "",
    ]
    content = "\n".join(part for part in parts if part)
    return replace(entry, title=title, html=_in_direction(content, entry.language))


def item_title(entry: Entry, words: Phrases) -> str:
    """Return the title, after the word for an event that is cancelled or postponed."""
    if entry.event is None or entry.event_status == "scheduled":
        return entry.title
    return words.fill("event_title", status=words[f"event_{entry.event_status}"], title=entry.title)


def is_edited(entry: Entry) -> bool:
    """Return whether an entry has changed since it was published, in whole seconds."""
    return entry.updated.replace(microsecond=0) > entry.published


def date_text(entry: Entry, words: Phrases) -> str:
    """Return the dates of an entry's event, or else its own date, as lists on pages show them."""
    if entry.event is None:
        return words.day(entry.published)
    return "".join(text for text, _ in words.span(entry.event.start, entry.event.end))


def office_phrases(office: Office) -> Mapping[str, Phrases]:
    """Return the table of each language of an office, that of `language` first."""
    listed = office.languages or office.text_languages
    tables = map(office.phrases, (office.language, office.default_language, *listed))
    return {words.tag: words for words in tables}


def dates_by_language(entry: Entry, office: Office) -> dict[str, str]:
    """Return the dates of an item in words, by language of the office."""
    return {tag: date_text(entry, words) for tag, words in office_phrases(office).items()}


def more_by_language(feed: Feed, office: Office) -> dict[str, str]:
    """Return the text of a link to a feed's page, by language of the office, the feed's first."""
    return {
        tag: words.fill("all_of", label=feed_names(feed.spec, office.localized(tag))[0])
        for tag, words in office_phrases(office.localized(feed.language)).items()
    }


def span_html(words: Phrases, event: Event) -> str:
    """Return the dates of an event in words, with time elements."""
    pieces = (
        f'<time datetime="{moment.isoformat()}">{html.escape(text)}</time>'
        if moment
        else html.escape(text)
        for text, moment in words.span(event.start, event.end)
    )
    return "".join(pieces)


def describe_file(media_type: str, length: int) -> str:
    """Return type and size of a linked file, such as `PDF, 1.2 MB`; `length` is in bytes."""
    size = f"{length} B" if length else ""
    for unit, factor in (("kB", 1_000), ("MB", 1_000_000)):
        if length >= factor:
            size = f"{length / factor:.1f} {unit}".replace(".0 ", " ")
    return ", ".join(filter(None, [_FILE_TYPES.get(media_type), size]))


def _event(event: Event, words: Phrases, language: str) -> str:
    place = html.escape(event.place, quote=False) if event.place is not None else None
    borrowed = _lang(words.tag, language)
    if borrowed and place is not None:
        place = f"<bdi{_lang(language, words.tag)}>{place}</bdi>"
    text = _when_and_where(_escaped(words), span_html(words, event), place)
    return f'<p class="{PARTS["p"]}"{borrowed}>{text}</p>'


def _when_and_where(words: Phrases, when: str, place: str | None) -> str:
    text = words.fill("event_when", when=when)
    return text if place is None else f"{text} · {words.fill('event_where', where=place)}"


def _picture(image: Image, words: Phrases, language: str) -> str:
    size = f' width="{image.width}" height="{image.height}"' if image.width else ""
    picture = f'<img src="{html.escape(image.url)}" alt="{html.escape(image.alt)}"{size}>'
    if image.credit is not None:
        credit = _escaped(words).fill("credit", name=html.escape(image.credit, quote=False))
        picture += f"<figcaption{_lang(words.tag, language)}>{credit}</figcaption>"
    return f'<figure class="{PARTS["figure"]}">{picture}</figure>'


def _documents(attachments: Sequence[Attachment], words: Phrases, language: str) -> str:
    items = []
    for attachment in attachments:
        name = html.escape(attachment.title or attachment.url, quote=False)
        item = f'<a href="{html.escape(attachment.url)}"><bdi>{name}</bdi></a>'
        if note := describe_file(attachment.type, attachment.length):
            item += f" <bdi>({note})</bdi>"
        items.append(f"<li>{item}</li>\n")
    heading = f"<h2{_lang(words.tag, language)}>{_escaped(words)['documents']}</h2>"
    return f'<div class="{PARTS["div"]}">\n{heading}\n<ul>\n{"".join(items)}</ul>\n</div>'


def _escaped(words: Phrases) -> Phrases:
    """Return the phrases of the content as HTML: an office may write any text."""
    keys = ("event_when", "event_where", "credit", "documents")
    return Phrases(words.tag, {key: html.escape(words[key], quote=False) for key in keys})


def _lang(tag: str, around: str) -> str:
    """Return the attributes of a text in a language within another; "" if it is the same."""
    if tag.partition("-")[0] == around.partition("-")[0]:
        return ""
    return f' lang="{html.escape(tag)}" dir="{direction(tag)}"'


def _in_direction(content: str, language: str) -> str:
    """Return HTML that runs from right to left, if the language does."""
    if direction(language) == "ltr":
        return content
    return f'<div dir="rtl" lang="{html.escape(language)}">\n{content}\n</div>'
