"""A cancelled or postponed event is so on pages, in JSON Feed, calendars and linked data."""

from __future__ import annotations

import json
import re
from typing import Any

import feedparser
import icalendar
import lxml.html
import pytest

from ilofeed.pages import read_structured
from ilofeed.verify import verify
from offices import documents, entry, found, messages, site

EVENT = '{start: "2015-05-19T09:00+09:00", place: Darkhan%s}'
PAGE, LIST = "entry/wages/index.html", "all/index.html"


def published(status: str) -> dict[str, bytes]:
    made = site(wages=entry(event=EVENT % (f", status: {status}" if status else "")))
    shown = documents(made)
    assert verify(list(shown.values()), made.office) == []
    return {path: document.data for path, document in shown.items()}


@pytest.mark.parametrize(
    ("status", "label", "in_calendar", "in_linked_data"),
    [
        ("", None, "CONFIRMED", "EventScheduled"),
        ("cancelled", "Cancelled", "CANCELLED", "EventCancelled"),
        ("postponed", "Postponed", "TENTATIVE", "EventPostponed"),
    ],
)
def test_the_status_is_in_every_format(
    status: str, label: str | None, in_calendar: str, in_linked_data: str
) -> None:
    shown = published(status)
    (item,) = json.loads(shown["all/feed.json"])["items"]
    assert item["_ilofeed"]["event"].get("status") == (status or None)
    title = f"{label}: Wages rise" if label else "Wages rise"
    assert item["title"] == title
    for path in ("all/atom.xml", "all/rss.xml"):
        (read,) = feedparser.parse(shown[path]).entries
        assert read.title == title
    for path in ("all/calendar.ics", "entry/wages/event.ics"):
        (event,) = icalendar.Calendar.from_ical(shown[path].decode()).walk("VEVENT")
        assert event["status"] == in_calendar
        assert event["summary"] == title
    _, linked = read_structured(shown[PAGE])["@graph"]
    assert linked["eventStatus"] == f"https://schema.org/{in_linked_data}"
    page: Any = lxml.html.fromstring(shown[PAGE])
    listed: Any = lxml.html.fromstring(shown[LIST])
    notices = [
        notice.text
        for notice in page.xpath("//section[contains(@class, 'event')]/p[@class='notice']")
    ]
    assert notices == ([label] if label else [])
    labels = [one.text for one in listed.xpath("//strong[@class='event-status']")]
    assert labels == ([label] if label else [])
    # nobody is invited to note down what does not take place
    assert bool(page.xpath("//a[@type='text/calendar']")) == (not status)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("zh-Hans", "已取消：Wages rise"),
        ("zh-Hant-HK", "已取消：Wages rise"),
        ("mn", "Цуцлагдсан: Wages rise"),
        ("ar", "ملغاة: Wages rise"),
        ("fr", "Annulé\u00a0: Wages rise"),
        ("kk", "Cancelled: Wages rise"),
    ],
)
def test_each_language_has_its_word(language: str, title: str) -> None:
    made = site(wages=entry(event=EVENT % ", status: cancelled", language=language))
    shown = documents(made)
    assert verify(list(shown.values()), made.office) == []
    assert re.split(r"\s?[:：]", title)[0].encode() in shown[PAGE].data
    assert f"SUMMARY:{title}\r\n".encode() in shown["entry/wages/event.ics"].data
    for path in ("all/atom.xml", "all/rss.xml"):
        (read,) = feedparser.parse(shown[path].data).entries
        assert read.title == title


def test_a_withdrawn_event_is_cancelled_in_calendars() -> None:
    made = site(wages=entry(event=EVENT % "", withdrawn="2015-06-01"))
    shown = documents(made)
    assert b"SUMMARY:Cancelled: Wages rise\r\n" in shown["all/calendar.ics"].data
    assert b"STATUS:CANCELLED\r\n" in shown["all/calendar.ics"].data


def test_other_words_are_refused() -> None:
    given: dict[str, Any] = {"wages": entry(event=EVENT % ", status: canceled")}
    assert found(**given) == ["wages:7:66 bad-choice"]
    assert messages(**given) == [
        "invalid value `canceled`; expected `cancelled` or `postponed`; did you mean `cancelled`?"
    ]
    both: dict[str, Any] = {"wages": entry(event=EVENT % ", status: 'cancelled, postponed'")}
    assert messages(**both) == [
        (
            "invalid value `cancelled, postponed`; expected `cancelled` or `postponed`"
            "; did you mean `postponed`?"
        )
    ]
    several: dict[str, Any] = {"wages": entry(event=EVENT % ", status: [cancelled]")}
    assert found(**several) == ["wages:7:66 wrong-type"]
    assert messages(**several) == ["expected text, not a list"]
