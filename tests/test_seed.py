"""The office's real entries: the page of May 2015, and what each feed has of it."""

from __future__ import annotations

import datetime as dt
import json

import feedparser

from ilofeed.build import prepare
from offices import ROOT

ILO = "https://www.ilo.org/beijing/"
EVENTS = ILO + "what-we-do/events-and-meetings/"
INFO = ILO + "information-resources/public-information/"
# kicker, title, date, countries, event, link
PAGE = [
    ("World Employment and Social Outlook 2015", "ILO warns of widespread insecurity in the global labour market", "2015-05-19", "world", None, "https://www.ilo.org/beirut/media-centre/news/WCMS_368252/lang--en/index.htm"),
    ("Social protection", "New report on future of social protection in Mongolia launched", "2015-05-15", "MN", None, INFO + "press-releases/WCMS_375966/lang--en/index.htm"),
    ("World Day for Safety and Health", "Join in building a culture of prevention on OSH", "2015-04-28", "CN", None, INFO + "speeches/WCMS_376164/lang--en/index.htm"),
    ("Occupational Safety and Health", "SCORE Case Study China: OSH improvements in Tebian Electric Apparatus Stock Co., Ltd.", "2015-04-22", "CN", None, None),
    ("International Labour Standards", "A step forward to the ratification of ILO Convention No. 102", "2015-04-09", "CN", ("2015-04-08", "2015-04-09", "Zhenjiang, Jiangsu, China"), EVENTS + "WCMS_360160/lang--en/index.htm"),
    ("Social security", "Ensuring equal rights of rural migrant workers to social security", "2015-04-03", "CN", ("2015-04-02", "2015-04-03", None), EVENTS + "WCMS_358536/lang--en/index.htm"),
    ("Press release", "Urgent action needed to strengthen Mongolia's small businesses", "2015-03-11", "MN", None, INFO + "press-releases/WCMS_350467/lang--en/index.htm"),
    ("International Women's Day", '"The future of work must also deal with the future of women at work"', "2015-03-08", "world", None, None),
    ("World Employment and Social Outlook – Trends 2015", "Unemployment on the rise over next five years as inequality persists", "2015-01-20", "world", None, None),
    ("Labour relations", "New rules for wage negotiation in Guangdong will smooth labour relations", "2014-12-29", "CN", None, INFO + "speeches/WCMS_334667/lang--en/index.htm"),
    ("Global Wage Report 2014/15", "Global wage growth stagnates, lags behind pre-crisis rates", "2014-12-05", "world", None, None),
    ("Labour inspection", "Unions can ensure laws are not just “paper promises” at the workplace", "2014-10-25", "CN", ("2014-10-24", "2014-10-25", "Hohhot, China"), EVENTS + "WCMS_322208/lang--en/index.htm"),
    ("International Day for the Eradication of Poverty", "Leave no one behind: Working to end poverty", "2014-10-17", "world", None, "https://www.ilo.org/global/about-the-ilo/how-the-ilo-works/ilo-director-general/statements-and-speeches/WCMS_314279/lang--en/index.htm"),
]  # fmt: skip
# as it was then: what editors add later is not out yet
DRAFT = prepare(ROOT, dt.datetime(2015, 6, 1, tzinfo=dt.UTC))
MADE = {document.path: document.data for document in DRAFT.documents}


def titles(path: str) -> list[str]:
    return [item.title for item in feedparser.parse(MADE[path]).entries]


def test_the_office_is_in_order_and_every_document_verified() -> None:
    assert DRAFT.problems == ()
    assert DRAFT.faults == ()
    assert DRAFT.site is not None
    assert len(json.loads(MADE["manifest.json"])["entries"]) == 13


def test_every_item_of_the_page_to_the_character() -> None:
    items = json.loads(MADE["all/feed.json"])["items"]
    found = [
        (
            item["tags"][0],
            item["title"],
            item["date_published"],
            item["_ilofeed"]["countries"],
            tuple(map(item["_ilofeed"].get("event", {}).get, ("start", "end", "place"))),
            item.get("external_url"),
        )
        for item in items
    ]
    assert found == [
        (kicker, title, f"{date}T09:00:00+08:00", [country], event or (None, None, None), link)
        for kicker, title, date, country, event, link in PAGE
    ]


def test_the_country_feeds() -> None:
    assert titles("country/mn/atom.xml") == [one[1] for one in PAGE if one[3] == "MN"]
    assert titles("country/cn/rss.xml") == [one[1] for one in PAGE if one[3] == "CN"]
    assert len(titles("country/cn/atom.xml")) == 6
    assert len(titles("country/world/atom.xml")) == 5
    assert titles("country/hk/atom.xml") == titles("country/mo/atom.xml") == []


def test_every_kicker_has_a_feed_that_holds_its_item() -> None:
    assert DRAFT.site is not None
    by_label = {term.label("en"): slug for slug, term in DRAFT.site.office.categories.items()}
    for kicker, title, *_ in PAGE:
        assert title in titles(f"category/{by_label[kicker]}/atom.xml")


def test_who_follows_a_topic_finds_what_is_narrower() -> None:
    assert titles("category/social-protection/atom.xml") == [PAGE[at][1] for at in (1, 4, 5, 12)]
    assert titles("category/occupational-safety-and-health/atom.xml") == [PAGE[2][1], PAGE[3][1]]
    assert titles("category/labour-relations/atom.xml") == [PAGE[9][1], PAGE[11][1]]
    assert titles("category/employment/atom.xml") == [PAGE[at][1] for at in (0, 6, 7, 8, 9, 10)]


def test_summaries_are_one_or_two_sentences() -> None:
    assert DRAFT.site is not None
    for entry in DRAFT.site.entries:
        assert entry.summary.endswith(".")
        assert entry.summary.count(". ") <= 1, entry.summary
