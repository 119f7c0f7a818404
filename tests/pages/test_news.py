"""All news by year, and events until they have ended."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import Any
from urllib.parse import urljoin

import pytest
from lxml import etree

from ilofeed.feeds import event_end, next_change, select
from ilofeed.pages.news import PER_PAGE
from offices import OFFICE, documents, entry, found, site, write_office
from program import run

HERE = "https://example.org/feeds/"


def tree(data: bytes) -> Any:
    return etree.fromstring(data, etree.HTMLParser(encoding="utf-8"))


def slugs(page: bytes, where: str = ".") -> list[str]:
    links = tree(page).xpath(f"//main//{where}//article//a/@href")
    return [re.sub(r".*entry/([^/]+)/$", r"\1", link) for link in links]


def news(made: Any) -> dict[str, bytes]:
    return {path: one.data for path, one in made.items() if path.startswith("news/")}


def of_year(year: int, count: int) -> dict[str, Any]:
    day = dt.date(year, 1, 1)
    return {f"y{year}_{n:03}": entry(date=day + dt.timedelta(n)) for n in range(count)}


@pytest.mark.parametrize("count", [1, 20, 39, 40, 41, 59, 60, 75])
def test_every_item_is_on_one_page_of_its_year(count: int) -> None:
    pages = news(documents(site(**of_year(2014, 3), **of_year(2015, count))))
    newest = slugs(pages.pop("news/index.html"))
    assert newest[0] == f"y2015-{count - 1:03}"
    assert len(newest) == min(PER_PAGE, count + 3)
    seen = Counter(slug for page in pages.values() for slug in slugs(page))
    assert seen == {
        slug.replace("_", "-"): 1 for slug in (*of_year(2014, 3), *of_year(2015, count))
    }
    assert slugs(pages["news/2014/index.html"]) == [f"y2014-{n:03}" for n in (2, 1, 0)]
    assert max(len(slugs(page)) for page in pages.values()) < 2 * PER_PAGE
    # newest first, also from page to page
    chain, path = [], "news/2015/"
    while path:
        page = pages[f"{path}index.html"]
        chain += slugs(page)
        older = tree(page).xpath("//main//a[@rel='next']/@href")
        path = urljoin(f"/{path}", older[0])[1:] if older else ""
    assert chain == [f"y2015-{n:03}" for n in range(count - 1, -1, -1)]


def test_a_new_item_changes_the_first_page_of_its_year_alone() -> None:
    entries = of_year(2013, 45) | of_year(2014, 5) | of_year(2015, 70)
    before = news(documents(site(**entries)))
    after = news(documents(site(**entries, new=entry(date="2015-12-31"))))
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {"news/index.html", "news/2015/index.html"}


def test_withdrawn_items_are_not_news() -> None:
    pages = news(documents(site(a=entry(), b=entry(date="2014-05-19", withdrawn="2014-06-01"))))
    assert set(pages) == {"news/index.html", "news/2015/index.html"}


def test_an_office_without_items_has_its_pages() -> None:
    made = documents(site(a=entry(date="2027-01-01")))
    for path in ("news/index.html", "index.html"):
        assert b"Nothing has been published here yet." in made[path].data
    assert b"No events are planned at the moment." in made["events/index.html"].data


# events: the office is in Ulaanbaatar, UTC+8

ENDS: dict[str, tuple[str, str]] = {
    "a day": ("{start: 2026-11-05}", "2026-11-05T16:00:00+00:00"),
    "days": ("{start: 2026-11-03, end: 2026-11-05}", "2026-11-05T16:00:00+00:00"),
    "a start": ("{start: 2026-11-05 09:30}", "2026-11-05T16:00:00+00:00"),
    "hours": ("{start: 2026-11-05 09:30, end: 2026-11-05 12:00}", "2026-11-05T04:00:00+00:00"),
    "elsewhere": (
        "{start: 2026-11-05T22:00-05:00, end: 2026-11-05T23:00-05:00}",
        "2026-11-06T04:00:00+00:00",
    ),
    "a start elsewhere": ("{start: 2026-11-05T22:00-05:00}", "2026-11-06T16:00:00+00:00"),
}


@pytest.mark.parametrize("case", ENDS)
def test_an_event_is_to_come_until_it_has_ended(case: str) -> None:
    event, end = ENDS[case]
    instant = dt.datetime.fromisoformat(end)
    made = site(talk=entry(event=event), other=entry())
    assert event_end(made.entries[1]) == instant
    just_before = instant - dt.timedelta(seconds=1)
    assert next_change(made.entries, just_before) == instant
    before, after = documents(made, just_before), documents(made, instant)
    for path in ("events/index.html", "index.html", "country/mn/index.html"):
        section = (
            "section[@id='upcoming']" if path != "events/index.html" else "section[@id='items']"
        )
        assert slugs(before[path].data, section) == ["talk"]
        assert slugs(after[path].data, section) == []
    assert slugs(before["events/index.html"].data, "section[@id='past']") == []
    assert slugs(after["events/index.html"].data, "section[@id='past']") == ["talk"]
    changed = {path for path in after if after[path].data != before[path].data}
    assert {after[path].kind for path in changed} == {"index", "feed-page"}
    shown = {one.path for one in before.values() if one.recipe} & changed
    assert {path for path in shown if before[path].recipe == after[path].recipe} == set()


def test_the_soonest_event_is_first_and_the_latest_of_those_that_are_over() -> None:
    dates = ["2026-12-24", "2026-11-02", "2027-01-01", "2026-10-01", "2025-10-01", "2026-09-01"]
    entries: dict[str, Any] = {
        f"d{n}": entry(event=f"{{start: {date}}}") for n, date in enumerate(dates)
    }
    entries["gone"] = entry(event="{start: 2026-12-01}", withdrawn="2026-10-01")
    page = documents(site(**entries))["events/index.html"].data
    assert slugs(page, "section[@id='items']") == ["d1", "d0", "d2"]
    assert slugs(page, "section[@id='past']") == ["d3", "d5", "d4"]
    years = tree(page).xpath("//section[@id='past']/h3/text()")
    assert years == ["2026", "2025"]


def test_due_lists_when_an_event_is_over(tmp_path: Any) -> None:
    write_office(
        tmp_path, talk=entry(event="{start: 2026-11-05}"), old=entry(event="{start: 2015-06-01}")
    )
    done = run(tmp_path, "due", "--now", "2026-11-01")
    assert done.stdout.splitlines() == [
        "2026-11-06T00:00:00+08:00  entries/talk.md  Wages rise (its event is over)"
    ]


def test_a_former_address_may_lie_below_the_pages_of_news() -> None:
    def aliases(*paths: str) -> list[str]:
        given = f"[{', '.join(paths)}]"
        return [one.partition(" ")[2] for one in found(office=OFFICE, wages=entry(aliases=given))]

    assert aliases("news/2015/05/wages/", "news/wages.html", "events/old/") == []
    for path in ("news/", "events/index.html", "subscribe/", "news/2015/", "news/2015/page/3/"):
        assert aliases(path) == ["alias-taken"], path


def test_what_is_to_come_is_chosen_when_the_site_is_built() -> None:
    made = site(talk=entry(event="{start: 2026-11-05}"), old=entry(event="{start: 2026-10-05}"))
    chosen = select(made, dt.datetime(2026, 11, 1, tzinfo=dt.UTC)).entries
    assert {one.slug for one in chosen if one.upcoming} == {"talk"}
