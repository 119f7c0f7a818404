"""What each feed holds, in which order, and what a reader must not see yet."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import feedparser
from hypothesis import given
from hypothesis import strategies as st

from ilofeed.feeds.selection import select_feeds, select_published
from offices import NOW, OFFICE, documents, entry, site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ilofeed.model import Document, Term

FEEDS = b"feeds: [all, {per: category}, {per: country}, {per: [country, category]}]\n"


def feeds(now: dt.datetime = NOW, office: bytes = OFFICE, **entries: Any) -> dict[str, list[str]]:
    made = site(now, office=office, **entries)
    out = select_published(made.entries, now)
    return {
        feed.spec.path: [one.slug for one in feed.entries]
        for feed in select_feeds(made.office, out)
    }


def test_newest_first_then_slug() -> None:
    assert feeds(
        b=entry(date="2015-05-19"),
        a=entry(date="2015-05-19"),
        c=entry(date="2015-05-19T09:00:01+08:00"),
        d=entry(date="2015-05-18"),
    )["all"] == ["c", "a", "b", "d"]


def test_a_broader_feed_holds_what_is_narrower() -> None:
    held = feeds(
        wages=entry(categories="[wages]", countries="[HK]"),
        jobs=entry(categories="[employment]", countries="[CN]", date="2015-05-18"),
    )
    assert held["category/employment"] == ["wages", "jobs"]
    assert held["category/wages"] == ["wages"]
    assert held["country/cn"] == ["wages", "jobs"]
    assert held["country/hk"] == ["wages"]
    assert held["country/cn/category/employment"] == ["wages", "jobs"]
    assert held["country/cn/category/wages"] == ["wages"]


def test_single_terms_have_feeds_while_empty_pairs_do_not() -> None:
    held = feeds(wages=entry())
    assert held["country/world"] == []
    assert held["category/occupational-safety-and-health"] == []
    assert [path for path in held if path.count("/") == 3] == [
        "country/mn/category/employment",
        "country/mn/category/wages",
    ]


def test_only_the_feeds_that_are_asked_for() -> None:
    assert list(feeds(office=OFFICE + b"feeds: [{per: country}]\n", wages=entry())) == [
        "country/cn",
        "country/hk",
        "country/mn",
        "country/no",
        "country/world",
    ]


def test_the_limit_keeps_the_newest() -> None:
    office = OFFICE.replace(b"  title:", b"  limit: 2\n  title:")
    days: dict[str, Any] = {f"e{day}": entry(date=f"2015-05-0{day}") for day in range(1, 6)}
    held = feeds(office=office, **days)
    assert held["all"] == ["e5", "e4"]


def test_an_entry_is_released_at_its_instant_and_not_a_second_before() -> None:
    day, hour = entry(date="2015-07-20"), entry(date="2015-07-20T10:00+02:00")
    instant = dt.datetime(2015, 7, 20, 0, tzinfo=dt.UTC)  # 09:00 in Ulaanbaatar, +09:00 that summer
    second = dt.timedelta(seconds=1)
    assert feeds(instant - second, wages=day)["all"] == []
    assert feeds(instant, wages=day)["all"] == ["wages"]
    instant = dt.datetime(2015, 7, 20, 8, tzinfo=dt.UTC)
    assert feeds(instant - second, wages=hour)["all"] == []
    assert feeds(instant, wages=hour)["all"] == ["wages"]


def test_drafts_and_embargoed_entries_leave_no_trace() -> None:
    hidden: dict[str, Any] = {
        "draft": entry(draft="true", title="Hidden"),
        "embargo": entry(date="2055-01-01", title="Hidden"),
        "wages": entry(translation_of="embargo", language="mn"),
        "jobs": entry(translation_of="embargo", language="fr"),
        "pay": entry(translation_of="draft", language="mn"),
    }
    made = documents(site(**hidden))
    assert "entry/wages/index.html" in made
    for path, document in made.items():
        for word in (b"Hidden", b"embargo", b"entry/draft"):
            assert word not in document.data, path
        assert "embargo" not in path
        assert "draft" not in path


def test_a_withdrawn_entry_leaves_the_feeds_and_keeps_its_page() -> None:
    entries: dict[str, Any] = {
        "wages": entry(withdrawn="2015-06-01"),
        "jobs": entry(date="2015-05-18"),
    }
    before = dt.datetime(2015, 5, 30, tzinfo=dt.UTC)
    assert feeds(before, **entries)["all"] == ["wages", "jobs"]
    assert feeds(**entries)["all"] == ["jobs"]
    made = documents(site(**entries))
    assert b"withdrawn on" in made["entry/wages/index.html"].data
    assert updated(made["all/atom.xml"]).startswith("2015-06-01T00:00:00")
    # its address stays, also where nothing else is left
    assert "country/mn/category/wages/atom.xml" in documents(site(wages=entries["wages"]))


def updated(document: Document) -> str:
    assert document.feed is not None
    return document.feed.updated.isoformat()


def test_a_feed_is_as_new_as_the_newest_of_all_it_selects() -> None:
    office = OFFICE.replace(b"  title:", b"  limit: 1\n  title:")
    old = entry(date="2015-05-01", updated="2015-08-01")
    made = documents(site(office=office, new=entry(), old=old))
    assert updated(made["all/atom.xml"]).startswith("2015-08-01T00:00:00")


def test_an_empty_feed_is_as_old_as_its_id_can_be() -> None:
    made = documents(site(wages=entry()))
    assert updated(made["country/world/atom.xml"]).startswith("2015-01-01T00:00:00.")


def test_no_two_entries_share_an_updated() -> None:
    entries: dict[str, Any] = {f"entry-{number}": entry() for number in range(100)}
    made = documents(site(office=OFFICE.replace(b"  title:", b"  limit: 200\n  title:"), **entries))
    read = feedparser.parse(made["all/atom.xml"].data).entries
    assert len({item.updated for item in read}) == 100
    items = json.loads(made["all/feed.json"].data)["items"]
    assert not any("date_modified" in item for item in items)  # none was edited
    assert {item["date_published"] for item in items} == {"2015-05-19T09:00:00+09:00"}


def test_labels_follow_the_language_of_the_entry() -> None:
    office = OFFICE.replace(
        b"  MN: Mongolia", "  MN: {label: {en: Mongolia, zh-Hans: 蒙古国}}".encode()
    )
    made = documents(
        site(office=office, a=entry(), b=entry(language="zh-Hans"), c=entry(language="fr"))
    )
    tags = {
        item["id"][-1]: item["tags"] for item in json.loads(made["all/feed.json"].data)["items"]
    }
    assert tags == {
        "a": ["Wages", "Mongolia"],
        "b": ["Wages", "蒙古国"],
        "c": ["Wages", "Mongolia"],
    }


def test_ids_survive_a_move_to_another_domain() -> None:
    moved = OFFICE.replace(b"https://example.org/feeds/", b"https://feeds.example.net/")
    here, there = documents(site(wages=entry())), documents(site(office=moved, wages=entry()))
    for path, document in here.items():
        if document.format == "json":
            ids = [item["id"] for item in json.loads(document.data)["items"]]
            assert ids == [item["id"] for item in json.loads(there[path].data)["items"]]


def test_ids_with_one_fraction_are_told_apart() -> None:
    made = site(wages_10=entry(), wages_57=entry())
    stamps = {one.slug: one.updated.microsecond for one in made.entries}
    assert stamps["wages-10"] % 1000 == 0
    assert stamps["wages-57"] // 1000 == stamps["wages-10"] // 1000
    assert stamps["wages-57"] % 1000
    written = documents(made)["all/atom.xml"].data.decode()
    digits = sorted(map(len, re.findall(r"<updated>[^<]*\.(\d+)\+00:00</updated>", written)))
    assert digits == [3, 6, 6]  # that of the feed is the newest of its entries


def test_an_update_of_today_waits_for_its_hour() -> None:
    wages = entry(updated="2015-06-01")
    made = site(dt.datetime(2015, 5, 31, 20, tzinfo=dt.UTC), wages=wages)
    before = documents(made, dt.datetime(2015, 5, 31, 23, 59, 59, tzinfo=dt.UTC))
    after = documents(made, dt.datetime(2015, 6, 1, 0, 0, 0, tzinfo=dt.UTC))
    assert updated(before["all/atom.xml"]).startswith("2015-05-19T00:00:00")
    assert updated(after["all/atom.xml"]).startswith("2015-06-01T00:00:00")


def test_a_translation_does_not_name_what_is_not_out() -> None:
    made = site(
        a=entry(date="2055-01-01"),
        b=entry(translation_of="a", language="mn"),
        c=entry(),
        d=entry(translation_of="c", language="mn"),
        e=entry(withdrawn="2016-01-01"),
        f=entry(translation_of="e", language="mn"),
    )
    items = {
        item["id"][-1]: item["_ilofeed"].get("translation_of")
        for item in json.loads(documents(made)["all/feed.json"].data)["items"]
    }
    c = "https://example.org/feeds/entry/c/"
    assert items == {"b": None, "c": None, "d": c, "f": None}


terms = st.tuples(
    st.lists(st.sampled_from(["employment", "wages"]), min_size=1, unique=True),
    st.lists(st.sampled_from(["CN", "HK", "MN", "world"]), min_size=1, unique=True),
    st.sampled_from(["en", "zh-Hans", "mn"]),
)


@given(st.lists(terms, max_size=12))
def test_each_feed_holds_what_it_selects(found: list[tuple[list[str], list[str], str]]) -> None:
    """Whatever terms entries share, each is looked at by itself here."""
    every = b"languages: [en, zh-Hans, mn]\n  title:"
    lists = b"[all, {per: category}, {per: country}, {per: language}, {per: [country, category]}]"
    head = OFFICE.replace(b"title:", every, 1).partition(b"\nfeeds:")[0]
    files: dict[str, Any] = {
        f"e{number}": entry(
            categories=f"[{', '.join(categories)}]",
            countries=f"[{', '.join(countries)}]",
            language=language,
        )
        for number, (categories, countries, language) in enumerate(found)
    }
    made = site(office=head + b"\nfeeds: " + lists + b"\n", **files)
    out = select_published(made.entries, NOW)
    selected = {feed.spec.path: feed for feed in select_feeds(made.office, out)}

    def within(name: str | None, terms: Mapping[str, Term], names: tuple[str, ...]) -> bool:
        """Whether one of some terms is this one or below it."""
        below = {name}
        for _ in terms:
            below |= {term.name for term in terms.values() if term.broader in below}
        return name is None or not below.isdisjoint(names)

    for spec in made.office.feeds:
        wanted = tuple(
            one
            for one in out
            if within(spec.category, made.office.categories, one.categories)
            and within(spec.country, made.office.countries, one.countries)
            and (spec.language is None or spec.language == one.language)
        )
        assert (spec.path in selected) == bool(wanted or not spec.is_pair)
        if spec.path in selected:
            assert selected[spec.path].entries == wanted


def test_an_office_of_pairs_alone_can_begin_without_entries() -> None:
    office = OFFICE + b"feeds: [{per: [country, category]}]\n"
    empty, first = documents(site(office=office)), documents(site(office=office, wages=entry()))
    assert "country/mn/category/wages/atom.xml" in first
    assert "country/cn/category/wages/atom.xml" not in first
    assert {"country/mn/category/wages/atom.xml", "country/cn/category/wages/atom.xml"} <= set(
        empty
    )


def test_the_offset_of_a_date_is_that_of_the_office_after_a_change_of_its_zone() -> None:
    given = {"date": "2015-05-19T10:00:00+08:00", "event": '{start: "2015-06-01T10:00+08:00"}'}
    other = {"date": "2015-05-19T10:00:00+08:00", "event": '{start: "2015-06-01T04:00+02:00"}'}
    moved = OFFICE.replace(b"Asia/Ulaanbaatar", b"Europe/Zurich")
    for _ in range(2):
        here = documents(site(wages=entry(**given)))["all/atom.xml"].data
        there = documents(site(office=moved, wages=entry(**other)))["all/atom.xml"].data
        assert b"<published>2015-05-19T11:00:00+09:00<" in here  # Mongolia had summer time
        assert b"10:00 (UTC+8)" in here
        assert b"<published>2015-05-19T04:00:00+02:00<" in there
        assert b"04:00 (UTC+2)" in there
