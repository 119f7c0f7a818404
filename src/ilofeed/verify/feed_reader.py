"""Read feeds and calendars as other programs do, and return the same mappings as `expected`. The
only user of feedparser.

feedparser cannot read JSON Feed, which is read with `json`. It loses some values, which are taken
from `archive_reader`: fh: elements (RFC 5005) except the last, tombstones (RFC 6721), authors of
Atom (one without an address gets that of the author before), and the descriptions of pictures,
which become part of the summary. icalendar accepts files that other programs reject, so line ends,
line lengths and required properties are checked here (section numbers are those of RFC 5545). It
takes zones from the host, which may be older than tzdata; here they are read from the VTIMEZONE.
"""

import calendar
import datetime as dt
import functools
import html
import io
import json
import re
from typing import Any, NamedTuple, TypeAlias

from ilofeed.model import Format
from ilofeed.verify.archive_reader import read_archive, read_number, read_second
from ilofeed.verify.expected import Fields


def parse_feed(data: bytes, base: str | None = None) -> Any:
    """Parse a feed with feedparser; `base` is the URL to which relative addresses refer.

    Feedparser gets bytes, because it would open a text as a file or URL. It must not sanitise HTML
    or resolve addresses, because both change the text. Without headers it guesses the encoding;
    with headers but no media type it uses Latin-1, so the type is always given.
    """
    import feedparser  # slow to load, and not needed if the office has errors

    feedparser.api.PREFERRED_XML_PARSERS = [__name__]  # modules with a `create_parser`
    headers = {"content-type": "application/xml", "content-location": base}
    return feedparser.parse(
        io.BytesIO(data),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers=headers if base is not None else None,
    )


def create_parser() -> Any:
    """Return Python's expat parser with text buffering; feedparser calls this function.

    Without buffering it reports each line and reference separately, and feedparser joins them: that
    takes a fifth of the first build of an office with many feeds.
    """
    from xml.sax.expatreader import ExpatParser

    class Parser(ExpatParser):
        _parser: Any

        def reset(self) -> None:
            super().reset()
            self._parser.buffer_text = True

    return Parser()


def read_back(data: bytes, form: Format) -> tuple[Fields, list[Fields]]:
    """Return the fields of a feed and of its entries in order; raise `ValueError` if invalid."""
    return _read_json(data) if form == "json" else _read_xml(data, form)


def _read_xml(data: bytes, form: Format) -> tuple[Fields, list[Fields]]:
    seen = parse_feed(data)
    if seen.bozo:
        raise ValueError(f"feedparser: {seen.bozo_exception}")
    if seen.version != {"atom": "atom10", "rss": "rss20"}[form]:
        raise ValueError(f"feedparser detects {seen.version or 'no feed'}; expected {form}")
    feed, entries = read_archive(data, form)
    if len(entries) != len(seen.entries):
        raise ValueError(f"feedparser reads {len(seen.entries)} of {len(entries)} entries")
    feed |= _feed(seen.feed)
    if form == "atom":
        feed["id"] = seen.feed.get("id")
    read_entry = _atom_entry if form == "atom" else _rss_entry
    # plain dictionaries, because feedparser's return the values of other keys for missing ones
    items = map(dict, seen.entries)
    return feed, [
        fields | read_entry(item, fields) for item, fields in zip(items, entries, strict=True)
    ]


def _feed(feed: Any) -> Fields:
    links = {link.get("rel"): link.get("href") for link in feed.get("links", ())}
    rels = ("self", "hub", "current", "prev-archive", "next-archive")
    return {rel: links.get(rel) for rel in rels} | {
        "title": feed.get("title"),
        "description": feed.get("subtitle"),
        "language": feed.get("language"),
        "page": feed.get("link"),
        "updated": feed.get("updated") if "updated" in feed else None,
        "updated_at": _second(feed.get("updated_parsed") if "updated" in feed else None),
    }


def _entry(item: Any, fields: Fields) -> Fields:
    """Return the fields of an entry read by feedparser; `fields` were read by lxml."""
    content = item.get("content") or [{}]
    event = tuple(item.get(f"ev_{name}") for name in ("startdate", "enddate", "location"))
    language = fields["language"]
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "summary": item.get("summary"),
        "html": content[0].get("value") if len(content) == 1 else None,
        "target": item.get("link"),
        "language": language if content[0].get("language") == language else None,
        "published": item.get("published"),
        "published_at": _second(item.get("published_parsed")),
        # if `updated` is missing, feedparser returns `published` instead
        "updated": item.get("updated") if "updated" in item else None,
        "updated_at": _second(item.get("updated_parsed") if "updated" in item else None),
        "event": event if any(event) else None,
        "image": _image(item, fields["image"]),
    }


def _atom_entry(item: Any, fields: Fields) -> Fields:
    links: dict[Any, list[Any]] = {}
    for link in item.get("links", ()):
        links.setdefault(link.get("rel"), []).append(link)
    related = links.get("related", links.get("alternate", []))
    return _entry(item, fields) | {
        "page": related[0].get("href") if len(related) == 1 else None,
        "terms": [(t.get("scheme"), t.get("term"), t.get("label")) for t in item.get("tags", ())],
        "attachments": _enclosures(item),
    }


def _rss_entry(item: Any, fields: Fields) -> Fields:
    return _entry(item, fields) | {
        "summary": html.unescape(item.get("summary", "")),  # RSS descriptions are HTML
        "terms": [(t.get("scheme"), t.get("label"), t.get("term")) for t in item.get("tags", ())],
        "authors": [(author.get("name"), None, None) for author in item.get("authors", ())],
        "attachments": _enclosures(item),
    }


def _enclosures(item: Any) -> list[tuple[Any, ...]]:
    return [
        (link.get("href"), link.get("type"), read_number(link.get("length")), link.get("title"))
        for link in item.get("links", ())
        if link.get("rel") == "enclosure"
    ]


def _image(item: Any, by_lxml: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    media = item.get("media_content")
    if not media or by_lxml is None:
        return None
    credit = item.get("media_credit") or [{}]
    return (
        media[0].get("url"),
        by_lxml[1],
        credit[0].get("content"),
        media[0].get("type"),
        *(read_number(media[0].get(name)) for name in ("width", "height", "filesize")),
    )


def _second(parsed: Any) -> int | None:
    return calendar.timegm(parsed) if parsed is not None else None


def _read_json(data: bytes) -> tuple[Fields, list[Fields]]:
    try:
        seen = json.loads(data)
    except ValueError as error:
        raise ValueError(f"json: {error}") from error
    hubs = seen.get("hubs") or [{}]
    feed = {
        "title": seen.get("title"),
        "description": seen.get("description"),
        "language": seen.get("language"),
        "self": seen.get("feed_url"),
        "page": seen.get("home_page_url"),
        "hub": hubs[0].get("url"),
        "prev-archive": seen.get("next_url"),
        "authors": _json_people(seen),
    }
    return feed, [_json_entry(item) for item in seen.get("items", ())]


def _json_entry(item: Any) -> Fields:
    extension = item.get("_ilofeed", {})
    image = extension.get("image")
    return {
        "id": item.get("id"),
        "title": item.get("title"),
        "summary": item.get("summary"),
        "html": item.get("content_html"),
        "target": item.get("external_url", item.get("url")),
        "page": item.get("url"),
        "language": item.get("language"),
        "published": item.get("date_published"),
        "published_at": read_second(item.get("date_published")),
        "updated": item.get("date_modified"),
        "updated_at": read_second(item.get("date_modified")),
        "authors": _json_people(item),
        "terms": [(key, t) for key in ("categories", "countries") for t in extension.get(key, ())],
        "tags": item.get("tags"),
        "attachments": [
            (a.get("url"), a.get("mime_type"), a.get("size_in_bytes", 0), a.get("title"))
            for a in item.get("attachments", ())
        ],
        "event": extension.get("event"),
        "image": (
            (item.get("image"), *map(image.get, ("alt", "credit", "type", "width", "height")), None)
            if image
            else None
        ),
        "translation_of": extension.get("translation_of"),
    }


def _json_people(item: Any) -> list[tuple[Any, ...]]:
    people = [(author.get("name"), author.get("url")) for author in item.get("authors", ())]
    return [
        (name, url.removeprefix("mailto:"), None)
        if url is not None and url.startswith("mailto:")
        else (name, None, url)
        for name, url in people
    ]


MAX_LINE = 75  # octets (section 3.1)
_DAYS = "MO TU WE TH FR SA SU".split()
_RULE = re.compile(r"(?:FREQ=YEARLY;BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU);BYMONTH=(1?\d))?")
_EVENTS = re.compile(rb"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", re.DOTALL | re.MULTILINE)


class CalendarError(ValueError):
    """A calendar is not valid for every program; the text says why."""


def read_calendar(data: bytes) -> tuple[Fields, list[Fields]]:
    """Return a calendar and its events, in the form of `expected_calendar` and `expected_event`.

    Raise `CalendarError` if a program could fail to read it.
    """
    import icalendar

    lines = data.split(b"\r\n")
    if lines.pop() or any(b"\n" in line or b"\r" in line for line in lines):
        raise CalendarError("a line does not end in CR LF (RFC 5545, section 3.1)")
    if any(len(line) > MAX_LINE for line in lines):
        raise CalendarError(f"a line is longer than {MAX_LINE} octets (section 3.1)")
    calendar = _parse(icalendar.Calendar, _EVENTS.sub(b"", data))
    if calendar.walk("VEVENT"):
        raise CalendarError("an event does not begin and end on lines of its own")
    if not _value(calendar, "prodid") or _value(calendar, "version") != "2.0":
        raise CalendarError("PRODID or VERSION is missing (sections 3.7.3 and 3.7.4)")
    about = {
        "title": _decoded(calendar, "name"),
        "old_title": _decoded(calendar, "x-wr-calname"),
        "description": _text(calendar, "description"),
        "page": _text(calendar, "url"),
        "self": _text(calendar, "source"),
    }
    zones = tuple(map(_read_zone, calendar.walk("VTIMEZONE")))
    return about, [_read_event(text, zones) for text in _EVENTS.findall(data)]


def _parse(kind: Any, data: bytes) -> Any:
    try:
        parsed = kind.from_ical(data)
    except (ValueError, AttributeError, TypeError) as error:  # TypeError for duplicate properties
        raise CalendarError(f"icalendar: {error}") from error
    if not isinstance(parsed, kind):
        raise CalendarError(f"not a {kind.name}")
    for component in parsed.walk():
        if component.errors:
            raise CalendarError(f"icalendar: {component.errors[0]}")
    return parsed


class _Change(NamedTuple):
    """A change of the offset of a zone, at a time by the offset before it (section 3.6.5)."""

    local: dt.datetime
    before: dt.timedelta
    after: dt.timedelta

    @property
    def instant(self) -> dt.datetime:
        return (self.local - self.before).replace(tzinfo=dt.UTC)


_Parts: TypeAlias = tuple[tuple[_Change, str], ...]  # each with its RRULE or ""
_Zone: TypeAlias = tuple[str, _Parts]  # with its TZID


def _read_zone(zone: Any) -> _Zone:
    """Return a VTIMEZONE; its parts are single changes, or changes by a yearly rule."""
    parts = []
    for part in zone.subcomponents:
        names = ("dtstart", "tzoffsetfrom", "tzoffsetto", "rrule")
        start, before, after, by_rule = (_value(part, name) for name in names)
        rule = by_rule.to_ical().decode() if by_rule is not None else ""
        if None in (start, before, after) or "rdate" in part or not _RULE.fullmatch(rule):
            raise CalendarError("a part of a VTIMEZONE is not one change or a yearly rule")
        if not isinstance(start.dt, dt.datetime):
            raise CalendarError("a part of a VTIMEZONE begins at a day, not at a time")
        parts.append((_Change(start.dt.replace(tzinfo=None), before.td, after.td), rule))
    return str(_value(zone, "tzid")), tuple(parts)


@functools.lru_cache(maxsize=1_000)  # most events are in a few years
def _changes(parts: _Parts, year: int) -> list[_Change]:
    """Return the single changes of a zone, and those by a rule in the years around a year."""
    changes = []
    for change, rule in parts:
        match, start = _RULE.fullmatch(rule), change.local
        if not rule or match is None:
            changes.append(change)
            continue
        number, weekday, month = int(match[1]), _DAYS.index(match[2]), int(match[3])
        for near in range(max(year - 1, start.year), year + 2):
            days = [week[weekday] for week in calendar.monthcalendar(near, month) if week[weekday]]
            local = start.replace(year=near, month=month, day=days[number - (number > 0)])
            changes.append(change._replace(local=local))
    return sorted(changes, key=lambda change: change.instant)


def _zone_instant(local: dt.datetime, parts: _Parts) -> dt.datetime:
    """Return the only instant at which the clocks of a zone show a time."""
    instants, changes = [], _changes(parts, local.year)
    for change, until in zip(changes, [*changes[1:], None], strict=True):
        instant = (local - change.after).replace(tzinfo=dt.UTC)
        if change.instant <= instant and (until is None or instant < until.instant):
            instants.append(instant)
    if len(instants) != 1:
        raise CalendarError(f"by its VTIMEZONE, {local} occurs {len(instants)} times")
    return instants[0]


@functools.lru_cache(maxsize=2_000)  # an event is in the calendars of several feeds
def _read_event(text: bytes, zones: tuple[_Zone, ...]) -> Fields:
    import icalendar

    event = _parse(icalendar.Event, text)
    for name in ("uid", "dtstamp", "dtstart"):
        if event.get(name) is None:
            raise CalendarError(f"an event has no {name.upper()} (section 3.6.1)")
    start, end, created = (_value(event, name) for name in ("dtstart", "dtend", "created"))
    categories = _value(event, "categories")
    return {
        "id": _text(event, "uid"),
        "updated_at": _instant(_value(event, "dtstamp")),
        "published_at": _instant(created) if created is not None else None,
        "title": _text(event, "summary"),
        "summary": _text(event, "description"),
        "start": _instant(start, zones),
        "end": _instant(end, zones) if end is not None else None,
        "place": _text(event, "location"),
        "target": _text(event, "url"),
        "labels": [str(label) for label in categories.cats] if categories is not None else [],
        "status": _text(event, "status"),
    }


def _value(component: Any, name: str) -> Any:
    """Return the value of a property that may occur once; None if it is missing."""
    value = component.get(name)
    if isinstance(value, list):
        raise CalendarError(f"{name.upper()} occurs {len(value)} times in one component")
    return value


def _decoded(calendar: Any, name: str) -> str | None:
    """Return a text without its escapes (section 3.3.11), which icalendar does not remove here."""
    value = _text(calendar, name)
    if value is None:
        return None
    return re.sub(r"\\([\\;,nN])", lambda escape: "\n" if escape[1] in "nN" else escape[1], value)


def _text(component: Any, name: str) -> str | None:
    value = _value(component, name)
    return str(value) if value is not None else None


def _instant(value: Any, zones: tuple[_Zone, ...] = ()) -> str | int:
    """Return a date as ISO 8601, a time as whole seconds since 1970."""
    moment, name = value.dt, value.params.get("TZID")
    if not isinstance(moment, dt.datetime):
        return str(moment.isoformat())
    if name is not None:
        if name not in dict(zones):
            raise CalendarError(f"the VTIMEZONE for {name} is missing (section 3.6.5)")
        moment = _zone_instant(moment.replace(tzinfo=None), dict(zones)[name])
    elif moment.tzinfo is None:
        raise CalendarError(f"{moment} has no time zone (section 3.3.5)")
    return int(moment.timestamp())
