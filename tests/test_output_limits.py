"""How much documents and pages hold: the last number that fits, and the first that does not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import lxml.html
import pytest
from lxml import etree

from ilofeed.feeds import select
from ilofeed.pages import indexes
from ilofeed.verify.calendar_reader import CalendarError, read_calendar
from ilofeed.verify.lint import size_findings
from offices import NOW, OFFICE, documents, entry, site

HERE = "https://example.org/feeds/"


# the sitemap: 50,000 addresses a file (sitemaps.org, protocol 0.9)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pages", "sizes"),
    [(50_000, [50_000]), (50_001, [50_000, 1]), (100_001, [50_000, 50_000, 1])],
)
def test_a_file_of_the_sitemap_has_fifty_thousand_addresses(pages: int, sizes: list[int]) -> None:
    office = site(wages=entry()).office
    day = dt.datetime(2015, 5, 19, tzinfo=dt.UTC)
    made = indexes._render_sitemap(office, [(f"entry/{n}/index.html", day) for n in range(pages)])
    *parts, last = ((document.path, etree.fromstring(document.data)) for document in made)
    if len(sizes) == 1:
        assert (parts, last[0], len(last[1])) == ([], "sitemap.xml", pages)
        return
    assert [(path, len(root)) for path, root in parts] == [
        (f"sitemap-{number}.xml", size) for number, size in enumerate(sizes, 1)
    ]
    assert [item[0].text for item in last[1]] == [HERE + path for path, _ in parts]
    locations = [item[0].text for _, root in parts for item in root]
    assert locations == [f"{HERE}entry/{n}/" for n in range(pages)]


def test_the_office_page_shows_ten_entries() -> None:
    entries: dict[str, Any] = {f"e{n}": entry(date=f"2015-05-{n + 1:02}") for n in range(12)}
    made = documents(site(**entries))
    page: Any = lxml.html.fromstring(made["index.html"].data)
    links = [
        link
        for link in page.xpath("//main//*[self::h2 or self::h3]/a/@href")
        if link.startswith("entry/")
    ]
    assert len(set(links)) == 10


def test_five_hundred_events_are_in_a_calendar() -> None:
    day = dt.date(2015, 6, 1)
    entries: dict[str, Any] = {
        f"e{n:03}": entry(event=f"{{start: {day + dt.timedelta(n)}}}") for n in range(501)
    }
    feed = select(site(**entries), NOW).feeds[0]
    assert [event.slug for event in feed.events] == [f"e{n:03}" for n in range(500, 0, -1)]


def test_a_feed_has_fifty_entries_unless_feeds_yaml_says_otherwise() -> None:
    entries: dict[str, Any] = {f"e{n:02}": entry(date=f"{2000 + n}-05-19") for n in range(27)}
    entries |= {f"f{n:02}": entry(date=f"{2000 + n}-06-19") for n in range(25)}
    assert len(select(site(**entries), NOW).feeds[0].entries) == 50
    office = OFFICE.replace(b"site:\n", b"site:\n  limit: 51\n")
    assert len(select(site(office=office, **entries), NOW).feeds[0].entries) == 51


def test_a_document_of_five_million_bytes_is_published_and_not_one_more() -> None:
    assert size_findings(b"x" * 5_000_000) == []
    (finding,) = size_findings(b"x" * 5_000_001)
    assert finding.rule == "ValidatorLimit"
    assert finding.text.startswith("5000001 bytes, more than 5000000;")


def test_a_line_of_a_calendar_has_seventy_five_octets() -> None:
    """RFC 5545, section 3.1."""

    def calendar(octets: int) -> bytes:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "END:VCALENDAR", ""]
        lines.insert(3, "X-LONG:".ljust(octets, "x"))
        return "\r\n".join(lines).encode()

    assert read_calendar(calendar(75))[1] == []
    with pytest.raises(CalendarError, match="75 octets"):
        read_calendar(calendar(76))
