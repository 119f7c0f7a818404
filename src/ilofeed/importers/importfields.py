"""What an item said to what an entry may say: each value fits its key, or is left out and named."""

from __future__ import annotations

import datetime as dt
import re
import urllib.parse
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from ilofeed import dates
from ilofeed.content import keys as fields
from ilofeed.content import media_type, summary_html
from ilofeed.importers import unhtml
from ilofeed.importers.foreign import Text, When
from ilofeed.importers.foreigndates import read_date
from ilofeed.problems import quote
from ilofeed.text import is_mistakable, mend, without_markup
from ilofeed.urls import AddressError, to_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from ilofeed.dates import Moment
    from ilofeed.importers.foreign import Author, Item
    from ilofeed.model import Office

SHORT = 600  # characters of a summary that was made of a longer text
MOST_LISTED, MOST_LOOKED_AT = 50, 200
LONGEST_NAME = 1_000  # patterns for e-mail addresses take quadratic time
_FIT: dict[str, TypeAdapter[str]] = {
    "line": TypeAdapter(fields.Line),
    "paragraph": TypeAdapter(fields.Paragraph),
    "name": TypeAdapter(fields.Name),
    "email": TypeAdapter(fields.Email),
    "language": TypeAdapter(fields.Language),
    "type": TypeAdapter(fields.MediaType),
}
_SPACE = re.compile(r"[ \t\r\n\f\v\u2028\u2029\ufeff]+")
_PAIR = re.compile("([\u00c2-\u00f4])([\u0080-\u00bf])")
_SENTENCE = re.compile(r"[.!?][\"'”’)\]]*(?=\s)|[。！？]")
_MAIL = re.compile(r"[<(]?([^\s<(]+@[^\s<(>)]+\.[^\s<(>)]+)[>)]?")
_UNKNOWN_TYPE = "application/octet-stream"


def one_line(text: Text | None) -> str:
    """A text as plain text on one line, with nothing in it that the checks refuse."""
    if text is None:
        return ""
    value = unhtml.plain(text.value) if text.kind == "html" else mend(text.value)
    value = _SPACE.sub(" ", without_markup(value)).strip()
    return _PAIR.sub(r"\1 \2", value, count=1) if is_mistakable(value) else value


def shortened(text: str, most: int) -> str:
    """The beginning of a text: whole sentences, or else words and an ellipsis."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    ends = [match.end() for match in _SENTENCE.finditer(head)]
    if ends and ends[-1] > most // 4:
        return head[: ends[-1]]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:") + "…"


class Fields:
    """The values of one item for the keys of an entry; `lost` says what was left out and why.

    `is_there` says of an address below the site's own whether a page will answer it.
    """

    def __init__(
        self, item: Item, office: Office, is_there: Callable[[str], bool], form: str | None = None
    ) -> None:
        self.lost: list[str] = []
        self.item = item
        self._office = office
        self._is_there = is_there
        self._form = form

    def title(self) -> str:
        """The title; without one the first words of the text, or nothing."""
        found = one_line(self.item.title)
        if not found:
            found = one_line(self.item.summary) or one_line(self.item.content)
            found = shortened(_SENTENCE.split(found, maxsplit=1)[0], 80)
            self.lost += ["it has no title; the first words took its place"] * bool(found)
        if len(found) > fields.LONGEST_TITLE:
            self.lost.append("the title is too long and was cut")
            found = shortened(found, fields.LONGEST_TITLE)
        return self._fit("line", found, "the title") or ""

    def date(self, when: When | None, what: str = "date") -> Moment | None:
        """A moment with the zone it was written in."""
        if when is None:
            return None
        moment, note = read_date(when, self._office.timezone, self._form)
        if note:
            self.lost.append(note if moment else f"the {what}: {note}")
        return moment

    def updated(self, date: Moment, *, ours: bool) -> Moment | None:
        """When it was changed, if that was after it came out."""
        moment = self.date(self.item.updated, "time of the last change")
        if moment is None:
            return None
        begin, end = self._instant(date), self._instant(moment)
        if end <= begin:
            if end < begin - dt.timedelta(days=1):
                self.lost.append("the time of the last change, which is before the date")
            return None
        if ours and isinstance(date, dt.datetime) and isinstance(moment, dt.datetime):
            return moment.astimezone(date.tzinfo)  # our feeds have it in UTC
        return moment

    def _instant(self, moment: Moment) -> dt.datetime:
        return dates.instant(moment, self._office.timezone, self._office.publish_time)

    def texts(self, title: str, permalink: str) -> tuple[str, str]:
        """Summary and body; no body where it would only be the summary."""
        item = self.item
        content = item.content or (
            item.summary if item.summary and item.summary.kind == "html" else None
        )
        body = self._body(content, permalink)
        summary = one_line(item.summary)
        if not summary:
            summary = shortened(one_line(Text(body.html, "html")), SHORT // 2) or title
        elif item.content is None and body.html not in {"", summary_html(summary)}:
            summary = shortened(summary, SHORT)
        elif len(summary) > fields.LONGEST_SUMMARY:
            if not body.markdown:
                body = self._body(Text(summary), permalink)
            summary = shortened(summary, SHORT)
        summary = self._fit("paragraph", summary, "the summary") or title
        return summary, "" if body.html == summary_html(summary) else body.markdown

    def _body(self, content: Text | None, permalink: str) -> unhtml.Body:
        if content is None:
            return unhtml.Body()
        if content.kind == "markdown":
            body = unhtml.from_markdown(content.value, permalink, self._resolve)
        else:
            html = content.value if content.kind == "html" else _paragraphs(content.value)
            body = unhtml.to_markdown(html, permalink, self._resolve)
        self.lost += dict.fromkeys(body.lost)
        return body

    def _resolve(self, element: str, attribute: str, value: str) -> str | None:
        if attribute not in {"href", "src"}:
            return one_line(Text(value)) or None
        if attribute == "href" and re.match(r"(?:mailto|tel):[^\s]+$", value, re.IGNORECASE):
            return value
        what = "the picture" if element == "img" else "the link"
        return self.url(value, f"{what} {quote(value.strip(), 200)} in the body")

    def url(self, value: str | None, what: str) -> str | None:
        """An address made whole, if it is one that a reader can open."""
        if not value:
            return None
        try:
            whole = urllib.parse.urljoin(self.item.base or "", mend(value).strip())
            url = to_url(re.sub(r"\s", "%20", whole))
        except (AddressError, ValueError) as error:
            self.lost.append(f"{what}: {error}")
            return None
        if url.startswith(self._office.url) and not self._is_there(url):
            self.lost.append(f"{what}: no page of this site will be there")
            return None
        return url

    def _fit(self, kind: str, value: str | None, what: str) -> str | None:
        """A value if the checks accept it, else None and a sentence."""
        if not value:
            return None
        try:
            return _FIT[kind].validate_python(value)
        except ValidationError as error:
            self.lost.append(f"{what}: {error.errors()[0]['msg']}")
            return None

    def line(self, value: str | None, what: str) -> str | None:
        """A line of plain text."""
        return self._fit("line", one_line(Text(value or "")), what)

    def language(self) -> str | None:
        """The language, where it is not the office's."""
        written = (self.item.language or "").replace("_", "-")
        first, *rest = written.split("-")
        tail = [{4: str.title, 2: str.upper}.get(len(part), str.lower)(part) for part in rest]
        found = self._fit("language", "-".join([first.lower(), *tail]), "the language")
        return found if found != self._office.language else None

    def authors(self) -> list[dict[str, str]]:
        """Names, with e-mail and address where there are any; none where it is the office."""
        office = self._office.author
        people = map(self._person, self.item.authors[:MOST_LISTED])
        found = [person for person in people if person is not None]
        own = {"name": office.name, "email": office.email, "url": office.url}
        if all(own[key] == value for person in found for key, value in person.items()):
            return []
        return found

    def _person(self, author: Author) -> dict[str, str] | None:
        name, email = author.name[:LONGEST_NAME], author.email
        if match := _MAIL.search(name):
            name, email = name.replace(match[0], " ").strip() or match[1], email or match[1]
            if "@" in name:
                name = name.partition("@")[0]
        named = self._fit("name", one_line(Text(name)), f"the author {quote(name)}")
        if named is None:
            return None
        more = {
            "email": self._fit("email", email, f"the e-mail address of {quote(named)}"),
            "url": self.url(author.url, f"the address of {quote(named)}"),
        }
        return {"name": named} | {key: value for key, value in more.items() if value}

    def attachments(self) -> list[dict[str, str]]:
        """Documents to download, each address once."""
        found: dict[str, dict[str, str]] = {}
        for one in self.item.enclosures[:MOST_LOOKED_AT]:
            url = self.url(one.url, f"the attachment {quote(one.url)}")
            if url is None or url in found or len(found) == MOST_LISTED:
                continue
            told = media_type(url)
            named = f"the type of the attachment {quote(url)}"
            kind = self._fit("type", (one.type or "").partition(";")[0].strip().lower(), named)
            kind = kind or told or _UNKNOWN_TYPE
            length = one.length if re.fullmatch(r"[1-9][0-9]{0,14}", one.length or "") else None
            title = self.line(one.title, f"the title of the attachment {quote(url)}")
            pairs = {"type": kind if kind != told else None, "length": length, "title": title}
            found[url] = {"url": url} | {key: value for key, value in pairs.items() if value}
        return list(found.values())

    def image(self) -> dict[str, str]:
        """The picture, if there is a text for those who cannot see it."""
        picture = self.item.picture
        if picture is None:
            return {}
        named = f"the picture {quote(picture.url, 200)}"
        alt = self.line(picture.alt, f"the text of {named}")
        if alt is None:
            self.lost.append(f"{named} has no text (alt) for those who cannot see it")
            return {}
        url = self.url(picture.url, named)
        credit = self.line(picture.credit, f"the credit of {named}")
        found = {"url": url, "alt": alt, "credit": credit}
        return {key: value for key, value in found.items() if value} if url else {}

    def event(self) -> dict[str, Any]:
        """An event with its dates."""
        event = self.item.event
        if event is None or (start := self.date(When(event.start), "event's start")) is None:
            return {}
        end = self.date(When(event.end), "event's end") if event.end else None
        mixed = isinstance(start, dt.datetime) != isinstance(end, dt.datetime)
        if end is not None and (mixed or end < start):
            self.lost.append("the end of the event, which does not go with its start")
            end = None
        found = {
            "start": start,
            "end": end,
            "place": self.line(event.place, "the place of the event"),
            "url": self.url(event.url, "the address of the event"),
        }
        return {key: value for key, value in found.items() if value}


def _paragraphs(text: str) -> str:
    """Plain text as HTML, a line break as one."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    return "".join(summary_html(block).replace("\n", "<br>") for block in blocks if block)
