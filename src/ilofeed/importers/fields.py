"""Convert the values of an item to valid values of an entry; report those that are left out."""

import datetime as dt
import functools
import re
import urllib.parse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ilofeed import dates
from ilofeed.bodies import link_addresses
from ilofeed.content import keys, summary_html
from ilofeed.dates import Moment
from ilofeed.foreign_dates import read_date
from ilofeed.importers.markup import Body, from_markdown, plain, to_markdown
from ilofeed.media import media_type
from ilofeed.model import Office
from ilofeed.problems import plural, quote
from ilofeed.sources import Author, Enclosure, Item, Text
from ilofeed.text import is_mistakable, repair, without_markup
from ilofeed.urls import AddressError, to_url

SHORT = 600  # characters of a summary taken from a longer text
MAX_LISTED, MAX_CHECKED = 50, 200
MAX_NAME = 1_000  # characters that are searched for an e-mail address
_SPACE = re.compile(r"[ \t\r\n\f\v\u2028\u2029\ufeff]+")
_PAIR = re.compile("([\u00c2-\u00f4])([\u0080-\u00bf])")
_SENTENCE = re.compile(r"[.!?][\"'”’)\]]*(?=\s)|[。！？]")
_ADDRESS = re.compile(r"https?://(?:(?!https?://)[^\s<>()\[\]\"',;])*+")
_UNKNOWN_TYPE = "application/octet-stream"
_T = TypeVar("_T")
_validator = functools.cache(TypeAdapter[str])  # for the types of text in `content.keys`


def _filled(**values: Any) -> dict[str, Any]:
    """Return the values that are not empty, by key."""
    return {key: value for key, value in values.items() if value}


def one_line(text: Text, left_out: Counter[str] | None = None) -> str:
    """Return a text as one line of plain text, without characters that the checks refuse."""
    value = plain(text.value, left_out) if text.kind == "html" else repair(text.value)
    value = _SPACE.sub(" ", without_markup(value)).strip()
    return _PAIR.sub(r"\1 \2", value, count=1) if is_mistakable(value) else value


def shorten(text: str, limit: int) -> str:
    """Shorten a text to `limit` characters: to full sentences, or else to words and an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    ends = [match.end() for match in _SENTENCE.finditer(head)]
    if ends and ends[-1] > limit // 4:
        return head[: ends[-1]]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:") + "…"


@dataclass(frozen=True)
class EntryFields:
    """Values of an item for the keys of an entry; `lost` collects messages on what is left out.

    `has_page` returns whether an address of this site will exist, `moved_to` the new address of a
    page of another imported item, or ""; `assumed` collects what was assumed of dates, which is
    said once for all items.
    """

    item: Item
    office: Office
    has_page: Callable[[str], bool]
    date_forms: Sequence[str] = ()
    lost: list[str] = field(default_factory=list)
    assumed: set[str] = field(default_factory=set)
    moved_to: Callable[[str], str] = lambda _url: ""

    def title(self) -> str:
        """Return the title, or else the first words of the text, or ""."""
        title = self._counted(self.item.title, "title")
        if not title:
            text = one_line(self.item.summary) or one_line(self.item.content)
            title = shorten(_SENTENCE.split(text, maxsplit=1)[0], 80)
            self.lost.extend(["no title; the first words of the text are used"] * bool(title))
        if len(title) > keys.MAX_TITLE:
            self.lost.append("the title is too long and was cut")
            title = shorten(title, keys.MAX_TITLE)
        return self._validate(keys.Line, title, "the title") or ""

    def _counted(self, text: Text, what: str) -> str:
        """Return a text on one line; report how much of it is struck out."""
        left_out = Counter[str]()
        line = one_line(text, left_out)
        for name, number in (+left_out).items():
            self.lost.append(f"left out of the {what}: {plural(number, name)}")
        return self._without_dead_links(line, f"the {what}")

    def _without_dead_links(self, line: str, what: str) -> str:
        """Return a text in which addresses that this site will not have are no links."""

        def write(match: re.Match[str]) -> str:
            if not match[0].startswith(self.office.url) or self.has_page(match[0]):
                return match[0]
            text = f"{what} names {quote(match[0], 200)}: this site will have no such page"
            self.lost.append(f"{text}; it is written without https://")
            return match[0].partition("://")[2]

        return _ADDRESS.sub(write, line)

    def date(self, written: str, what: str = "date") -> Moment | None:
        """Return a moment in the time zone of the text, or None; `what` names it in messages."""
        if not written:
            return None
        moment, note = read_date(written, self.office.timezone, self.date_forms)
        if moment is None:
            self.lost.append(f"the {what}: {note}")
        elif note:
            self.assumed.add(note)
        return moment

    def updated(self, date: Moment) -> Moment | None:
        """Return the moment of the last change, if it is after the date."""
        moment = self.date(self.item.updated, "time of the last change")
        if moment is None:
            return None
        begin, end = self.instant(date), self.instant(moment)
        if end <= begin:
            if end < begin - dt.timedelta(days=1):
                self.lost.append("the time of the last change: it is before the date")
            return None
        is_own = self.item.by_ilofeed
        if is_own and isinstance(date, dt.datetime) and isinstance(moment, dt.datetime):
            return moment.astimezone(date.tzinfo)  # it is in UTC in ilofeed's feeds
        return moment

    def instant(self, moment: Moment) -> dt.datetime:
        """Return when an entry with a moment as its date is published."""
        return dates.instant(moment, self.office.timezone, self.office.publish_time)

    def texts(self, title: str, permalink: str) -> tuple[str, str]:
        """Return the summary and the Markdown body, which is "" if it only repeats the summary."""
        item = self.item
        is_html = item.summary.kind == "html"
        body = self._body(item.content or (item.summary if is_html else Text()), permalink)
        summary = self._counted(item.summary, "summary")
        if not summary:
            summary = shorten(one_line(Text(body.html, "html")), SHORT // 2) or title
        elif not item.content and body.html not in {"", _linked(summary)}:
            summary = shorten(summary, SHORT)
        elif len(summary) > keys.MAX_SUMMARY:
            if not body.markdown:
                body = self._body(Text(summary), permalink)
            summary = shorten(summary, SHORT)
        summary = self._validate(keys.Paragraph, summary, "the summary") or title
        return summary, "" if body.html == _linked(summary) else body.markdown

    def _body(self, content: Text, permalink: str) -> Body:
        if not content:
            return Body()
        if content.kind == "markdown":
            body = from_markdown(content.value, permalink, self._resolve)
        else:
            html = content.value if content.kind == "html" else _paragraphs(content.value)
            body = to_markdown(html, permalink, self._resolve)
        self.lost.extend(dict.fromkeys(body.lost))
        return body

    def _resolve(self, element: str, attribute: str, value: str) -> str | None:
        if attribute not in {"href", "src"}:
            return one_line(Text(value)) or None
        if attribute == "href" and re.match(r"(?:mailto|tel):[^\s]+$", value, re.IGNORECASE):
            return value
        what = "the picture" if element == "img" else "the link"
        return self._shown(element, value, f"{what} {quote(value.strip(), 200)} in the body")

    def _shown(self, element: str, value: str, what: str) -> str | None:
        """Return the address of what an element shows: a file of a folder, or else as `url`."""
        try:
            file = self.item.find_file(element, value) if self.item.find_file else ""
        except AddressError as error:
            self.lost.append(f"{what}: {error}")
            return None
        return file or self.url(value, what, self.moved_to if element == "a" else None)

    def url(
        self, value: str, what: str, moved_to: Callable[[str], str] | None = None
    ) -> str | None:
        """Return an absolute address, or None if it is invalid; `what` names it in messages."""
        if not value:
            return None
        try:
            absolute = urllib.parse.urljoin(self.item.base, repair(value).strip())
            url = to_url(re.sub(r"\s", "%20", absolute))
        except (AddressError, ValueError) as error:
            self.lost.append(f"{what}: {error}")
            return None
        is_own = url.startswith(self.office.url)
        if is_own and self.has_page(url):
            return url
        if moved_to is not None and (page := moved_to(url)):
            return page
        if is_own:
            self.lost.append(f"{what}: this site will have no such page")
            return None
        return url

    def _validate(self, kind: Any, value: str, what: str) -> str | None:
        """Return a value if it is of a type of `content.keys`; else report it and return None."""
        if not value:
            return None
        try:
            return _validator(kind).validate_python(value)
        except ValidationError as error:
            self.lost.append(f"{what}: {error.errors()[0]['msg']}")
            return None

    def line(self, value: str, what: str) -> str | None:
        """Return a value as a line of plain text, or None; `what` names it in messages."""
        line = self._without_dead_links(one_line(Text(value)), what)
        return self._validate(keys.Line, line, what)

    def language(self) -> str | None:
        """Return the language (BCP 47), or None if it is invalid or the office's.

        Other programs write the country of a site into it: `en-US` in an office in `en`.
        """
        written = self.item.language.replace("_", "-")
        first, *rest = written.split("-")
        tail = [{4: str.title, 2: str.upper}.get(len(part), str.lower)(part) for part in rest]
        tag = self._validate(keys.Language, "-".join([first.lower(), *tail]), "the language")
        same = re.sub(r"-[A-Z]{2}$", "", tag or "") if not self.item.by_ilofeed else tag
        return None if self.office.language in {tag, same} else tag

    def authors(self) -> list[dict[str, str]]:
        """Return the authors' names, e-mail and web addresses; none if only the office is given."""
        office = self.office.author
        people = list(map(self._person, self._first(self.item.authors, MAX_LISTED, "authors")))
        default = {"name": office.name, "email": office.email, "url": office.url}
        if all(default[key] == value for person in people for key, value in person.items()):
            return []
        return [person for person in people if person]

    def _person(self, author: Author) -> dict[str, str]:
        name, email = author.name[:MAX_NAME], author.email
        if match := keys.MAIL_IN_TEXT.search(name):
            name, email = name.replace(match[0], " ").strip() or match[1], email or match[1]
            if "@" in name:
                name = name.partition("@")[0]
        valid = self._validate(keys.Name, one_line(Text(name)), f"the author {quote(name)}")
        if valid is None:
            return {}
        return _filled(
            name=valid,
            email=self._validate(keys.Email, email, f"the e-mail address of {quote(valid)}"),
            url=self.url(author.url, f"the address of {quote(valid)}"),
        )

    def attachments(self) -> list[dict[str, str]]:
        """Return the files to download, without duplicate addresses."""
        by_url: dict[str, dict[str, str]] = {}
        for enclosure in self._first(self.item.enclosures, MAX_CHECKED, "attachments"):
            url = self.url(enclosure.url, f"the attachment {quote(enclosure.url)}")
            if url is not None and url not in by_url:
                by_url[url] = self._attachment(url, enclosure)
        return list(self._first(list(by_url.values()), MAX_LISTED, "attachments"))

    def _first(self, values: Sequence[_T], limit: int, what: str) -> Sequence[_T]:
        """Return the first values; report how many others there are."""
        if len(values) > limit:
            self.lost.append(f"only the first {limit} of {len(values)} {what} are kept")
        return values[:limit]

    def _attachment(self, url: str, enclosure: Enclosure) -> dict[str, str]:
        guessed = media_type(url)
        written = enclosure.type.partition(";")[0].strip().lower()
        kind = self._validate(keys.MediaType, written, f"the type of the attachment {quote(url)}")
        kind = kind or guessed or _UNKNOWN_TYPE
        is_length = re.fullmatch(r"[1-9][0-9]{0,14}", enclosure.length)
        return _filled(
            url=url,
            type=kind if kind != guessed else None,
            length=enclosure.length if is_length else None,
            title=self.line(enclosure.title, f"the title of the attachment {quote(url)}"),
        )

    def image(self) -> dict[str, str]:
        """Return the picture's keys, or none if it has no alternative text."""
        picture = self.item.picture
        if not picture.url:
            return {}
        what = f"the picture {quote(picture.url, 200)}"
        alt = self.line(picture.alt, f"the alt text of {what}")
        if alt is None:
            self.lost.append(f"{what} has no alt text, for people who cannot see it")
            return {}
        url = self._shown("img", picture.url, what)
        credit = self.line(picture.credit, f"the credit of {what}")
        return _filled(url=url, alt=alt, credit=credit) if url else {}

    def event(self) -> dict[str, Any]:
        """Return the event's keys, or none if it has no valid start."""
        event = self.item.event
        start = self.date(event.start, "event's start")
        if start is None:
            return {}
        end = self.date(event.end, "event's end")
        is_mixed = isinstance(start, dt.datetime) != isinstance(end, dt.datetime)
        if end is not None and (is_mixed or end < start):
            self.lost.append("the end of the event: it is before the start, or only one has a time")
            end = None
        if event.status not in {"", "cancelled", "postponed"}:
            self.lost.append(f"the status of the event: {quote(event.status)} is unknown")
        return _filled(
            start=start,
            end=end,
            place=self.line(event.place, "the place of the event"),
            url=self.url(event.url, "the address of the event"),
            status=event.status if event.status in {"cancelled", "postponed"} else None,
        )


def _linked(summary: str) -> str:
    """Return the HTML of a body that only repeats the summary."""
    return link_addresses(summary_html(summary))


def _paragraphs(text: str) -> str:
    """Return plain text as HTML with the same paragraphs and line breaks."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    return "".join(summary_html(block).replace("\n", "<br>") for block in blocks if block)
