"""Archives (RFC 5005): every entry reached exactly once, pages that keep their bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from effort import attempts
from ilofeed.feeds.archives import must_be_shown
from ilofeed.feeds.ledger import parse_manifest
from ilofeed.feeds.selection import select
from ilofeed.guard.manifest import make_ledger, render_manifest
from ilofeed.pages.render import render
from ilofeed.verify.verification import verify
from offices import NOW, OFFICE, entry, site

if TYPE_CHECKING:
    from ilofeed.feeds.ledger import Ledger
    from ilofeed.model import Document

ATOM = "{http://www.w3.org/2005/Atom}"
FH = "{http://purl.org/syndication/history/1.0}"
URL = "https://example.org/feeds/"
NAMES = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}


def office(limit: int, archives: str = "[atom, rss, json]") -> bytes:
    """Two countries, and few feeds: every step of a history is a build that is verified."""
    lines = f"  limit: {limit}\n  archives: {archives}\n  title:".encode()
    head = OFFICE.partition(b"countries:")[0].replace(b"  title:", lines)
    return head + b"countries: {CN: China, MN: Mongolia}\nfeeds: [all, {per: country}]\n"


@dataclasses.dataclass
class Site:
    """An office from one build to the next."""

    limit: int = 2
    archives: str = "[atom, rss, json]"
    entries: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    ledger: Ledger | None = None
    made: dict[str, Document] = dataclasses.field(default_factory=dict)

    def build(self, now: dt.datetime = NOW) -> dict[str, Document]:
        files: dict[str, Any] = {slug: entry(**keys) for slug, keys in self.entries.items()}
        seen = select(
            site(now, office=office(self.limit, self.archives), **files), now, self.ledger
        )
        documents = render(seen)
        manifest = render_manifest(make_ledger(seen, documents))
        assert verify((*documents, manifest), seen.office) == []
        self.ledger = parse_manifest(manifest.data)
        self.made = {document.path: document for document in documents}
        return self.made

    def add(self, number: int, slug: str = "") -> str:
        slug = slug or f"e{number:03}"
        day = dt.date(2015, 1, 1) + dt.timedelta(days=number)
        self.entries[slug] = {"date": day.isoformat()}
        return slug

    def archived(self) -> dict[str, bytes]:
        return {path: one.data for path, one in self.made.items() if one.kind == "archive"}

    def live(self, country: str | None = None) -> list[str]:
        kept = [
            (keys["date"], slug)
            for slug, keys in self.entries.items()
            if "withdrawn" not in keys
            and (country is None or country in keys.get("countries", "[MN]"))
        ]
        return [slug for _, slug in sorted(kept, key=lambda one: one[0], reverse=True)]


def read(data: bytes, form: str) -> tuple[list[str], dict[str, str], str | None]:
    """The last parts of the ids of a document, its links, and what it says it is."""
    if form == "json":
        found = json.loads(data)
        links = {"self": found["feed_url"], "prev-archive": found.get("next_url")}
        ids = [item["id"] for item in found["items"]]
        mark = None
    else:
        root: Any = etree.fromstring(data)
        channel = root if form == "atom" else root[0]
        links = {link.get("rel"): link.get("href") for link in channel.findall(f"{ATOM}link")}
        path = f"{ATOM}entry/{ATOM}id" if form == "atom" else "item/guid"
        ids = [node.text for node in channel.findall(path)]
        marks = [node.tag for node in channel if str(node.tag).startswith(FH)]
        assert len(marks) <= 1
        mark = marks[0].removeprefix(FH) if marks else None
    return (
        [one.rpartition(":")[2] for one in ids],
        {rel: href for rel, href in links.items() if href},
        mark,
    )


def walk(made: dict[str, Document], feed: str = "all", form: str = "atom") -> list[list[str]]:
    """The ids of the subscription document, then of each archive document, newest first, as a
    reader reaches them by following the links."""
    here = f"{URL}{feed}/{NAMES[form]}"
    pages, seen, address = [], set(), here
    while address:
        assert address not in seen, "the links go in a circle"
        seen.add(address)
        ids, links, mark = read(made[address.removeprefix(URL)].data, form)
        assert links["self"] == address
        if form != "json":
            if address == here:
                assert "current" not in links
                assert mark == (None if "prev-archive" in links else "complete")
            else:
                assert links["current"] == here
                assert mark == "archive"
            first = "prev-archive" not in links and mark == "archive"
            assert ("next-archive" in links) is first
        pages.append(ids)
        address = links.get("prev-archive", "")
    assert len(pages) != 2, "an archive alone"
    prefix = f"{feed}/archive/"
    there = [p for p in made if p.startswith(prefix) and p.endswith(NAMES[form])]
    assert len(there) == len(pages) - 1
    return pages


@pytest.mark.slow
def test_the_bounds() -> None:
    """limit − 1, limit, limit + 1, 2 × limit ± 1, 3 × limit and on, one entry after the other."""
    limit = 3
    grown = Site(limit)
    for number in range(1, 6 * limit + 1):
        grown.add(number)
        grown.build()
        fresh = Site(limit, entries=dict(grown.entries))
        fresh.build()
        closed = number // limit - 1 if number >= 3 * limit else 0
        for form in NAMES:
            pages = walk(grown.made, form=form)
            assert len(pages) - 1 == closed, number
            assert pages == walk(fresh.made, form=form)
            assert [len(page) for page in pages[1:]] == [limit] * closed
            assert [slug for page in pages for slug in page] == grown.live()
        assert {p: d.data for p, d in grown.made.items()} == {
            p: d.data for p, d in fresh.made.items()
        }


@pytest.mark.slow
def test_pages_are_numbered_from_the_oldest_and_keep_their_bytes() -> None:
    one = Site(2)
    for number in range(1, 7):
        one.add(number)
    one.build()
    pages = one.archived()
    assert sorted(pages) == [
        f"{feed}/archive/{number}/{name}"
        for feed in ("all", "country/mn")
        for number in (1, 2)
        for name in ("atom.xml", "feed.json", "rss.xml")
    ]  # fmt: skip
    assert read(pages["all/archive/1/atom.xml"], "atom")[0] == ["e002", "e001"]
    for number in range(7, 12):
        one.add(number)
        one.build()
    one.add(0, "back-dated")
    one.build()
    assert "back-dated" in walk(one.made)[0]
    after = one.archived()
    assert {path: after[path] for path in pages} == pages
    assert len(walk(one.made)) - 1 == 4


def test_only_what_is_asked_for() -> None:
    one = Site(2, "[atom]")
    for number in range(1, 8):
        one.add(number)
    one.build()
    assert {path.rpartition("/")[2] for path in one.archived()} == {"atom.xml"}
    for form in ("rss", "json"):
        ids, links, mark = read(one.made[f"all/{NAMES[form]}"].data, form)
        assert ids == ["e007", "e006"]
        assert mark is None
        assert not links.keys() & {"current", "prev-archive", "next-archive"}
    without = Site(2, "[]", one.entries)
    without.build()
    assert without.archived() == {}
    assert b"syndication/history" not in without.made["all/atom.xml"].data
    assert read(without.made["all/atom.xml"].data, "atom")[0] == ["e007", "e006"]


def test_an_edited_entry_is_in_the_subscription_document_again() -> None:
    one = Site(2)
    for number in range(1, 8):
        one.add(number)
    one.build()
    assert walk(one.made) == [["e007", "e006", "e005"], ["e004", "e003"], ["e002", "e001"]]
    before = one.archived()
    one.entries["e001"] |= {"title": "New words", "updated": "2016-01-01"}
    one.build()
    assert walk(one.made) == [["e007", "e006", "e005", "e001"], ["e004", "e003"], ["e002"]]
    changed = {path for path, data in one.archived().items() if before[path] != data}
    assert {path.split("/archive/")[1] for path in changed} == {
        "1/atom.xml", "1/rss.xml", "1/feed.json",
    }  # fmt: skip
    one.entries["e003"] |= {"title": "A typo was mended"}  # without a new updated it stays
    one.build()
    assert walk(one.made)[1] == ["e004", "e003"]


def test_an_edited_entry_does_not_go_at_once_into_the_page_that_closes() -> None:
    """Nor does one with an old date: subscribers look into no archive that they have seen."""
    one = Site(2)
    for number in range(1, 8):
        one.add(number)
    one.build()
    one.entries["e001"] |= {"updated": "2016-01-01"}
    one.add(8)
    one.add(0, "back-dated")
    made = one.build()
    assert walk(made)[:2] == [["e008", "e007", "e001", "back-dated"], ["e006", "e005"]]
    for number in range(1, 8):  # one more would be enough for the next page
        one.entries[f"e00{number}"] |= {"title": "More words"}
    assert walk(one.build()) == walk(made)  # and nothing moves without a reason
    one.add(9)
    assert walk(one.build())[:2] == [["e009", "e008", "e007"], ["e001", "back-dated"]]


def test_a_withdrawn_entry_leaves_its_page_and_comes_back_where_people_look() -> None:
    one = Site(2)
    for number in range(1, 8):
        one.add(number)
    one.build()
    one.entries["e001"]["withdrawn"] = "2016-01-01"
    one.entries["e006"]["withdrawn"] = "2016-01-01"
    one.build()
    assert walk(one.made) == [["e007", "e005"], ["e004", "e003"], ["e002"]]
    text = one.made["all/atom.xml"].data.decode()
    assert text.count("deleted-entry ") == 1  # of the one that was in it
    assert "office:e006" in text
    assert b"<updated>2016-01-01" in one.archived()["all/archive/1/atom.xml"]
    del one.entries["e001"]["withdrawn"]
    one.build()
    assert walk(one.made) == [["e007", "e005", "e001"], ["e004", "e003"], ["e002"]]


@pytest.mark.slow
def test_many_at_once_are_archived_at_once() -> None:
    """An import into an office that has published: the subscription document stays short."""
    one = Site(2)
    one.add(1)
    one.build()
    for number in range(2, 60):
        one.add(number)
    made = one.build()
    pages = walk(made)
    assert 2 <= len(pages[0]) < 6
    assert sorted(slug for page in pages for slug in page) == sorted(one.live())
    assert {p: d.data for p, d in one.build().items()} == {p: d.data for p, d in made.items()}


def test_a_feed_that_has_lost_its_entries_keeps_its_pages() -> None:
    one = Site(2)
    for number in range(1, 7):
        one.add(number)
    one.build()
    for keys in one.entries.values():
        keys["countries"] = "[CN]"
    one.build()
    assert walk(one.made, "country/mn") == [[], [], []]
    assert (
        sorted(slug for page in walk(one.made, "country/cn") for slug in page) == one.live()[::-1]
    )


def test_another_limit() -> None:
    """A lower one leaves the pages that there are; a higher one takes back what is newest now."""
    one = Site(3)
    for number in range(1, 10):
        one.add(number)
    one.build()
    pages = one.archived()
    one.limit = 2
    one.add(10)
    one.build()
    assert {path: one.archived()[path] for path in pages} == pages
    one.limit = 7
    one.build()
    assert [len(page) for page in walk(one.made)][:2] == [7, 0]
    assert sorted(slug for page in walk(one.made) for slug in page) == sorted(one.live())


def change(one: Site, kind: str, step: int, chance: random.Random) -> str | None:
    """Do one thing to an office; the entry that subscribers are to see, if there is one."""
    slugs = one.live()
    if kind == "append":
        return one.add(100 + step)
    if kind == "back-date":
        return one.add(chance.randrange(100), f"old-{step}")
    if kind == "return":
        for slug, keys in one.entries.items():
            if keys.pop("withdrawn", None):
                return slug
    elif slugs and kind != "-":
        keys = one.entries[slug := chance.choice(slugs)]
        if kind == "edit":
            keys["updated"] = f"2016-01-01T{step // 4:02}:{step % 4}0:00Z"
            return slug
        keys |= {"withdrawn": "2016-06-01"} if kind == "withdraw" else {"countries": "[CN]"}
    return None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(attempts(2, 12)))
def test_random_histories(seed: int) -> None:
    chance = random.Random(seed)
    one = Site(chance.choice([1, 2, 3]))
    for step in range(36):
        kind = chance.choice(
            ["append"] * 6 + ["back-date", "edit", "withdraw", "return", "move", "-"]
        )
        before = {path: document.data for path, document in one.made.items()}
        shown = change(one, kind, step, chance)
        one.build()
        for feed, country in (("all", None), ("country/mn", "MN"), ("country/cn", "CN")):
            live = one.live(country)
            pages = walk(one.made, feed)
            for form in NAMES:
                assert walk(one.made, feed, form) == pages
            ids = [slug for page in pages for slug in page]
            assert sorted(ids) == sorted(live), (step, kind)  # each exactly once
            assert set(live[: one.limit]) <= set(pages[0])
            assert all(len(page) <= one.limit for page in pages[1:])
            assert shown not in live or shown in pages[0], (step, kind)
        after = {path: document.data for path, document in one.made.items()}
        if kind in {"append", "back-date", "-"}:
            archived = [path for path in before if "/archive/" in path]
            assert {path: after[path] for path in archived} == {p: before[p] for p in archived}
        assert kind != "-" or not before or after == before


def test_a_withdrawn_entry_has_its_place_in_the_page_that_closes() -> None:
    one = Site(1)
    for number in range(1, 3):
        one.add(number)
    one.entries["e001"]["withdrawn"] = "2015-02-01"
    one.build()
    assert b"office:e001" in one.made["all/atom.xml"].data
    for number in range(3, 6):
        one.add(number)
        one.build()
    assert b"office:e001" not in one.made["all/atom.xml"].data
    assert one.ledger is not None
    assert one.ledger.entries["tag:example.org,2015:office:e001"].pages["all"] == 1


def test_shown_anew_is_said_of_what_moved_and_came_back_and_of_nothing_else() -> None:
    one = Site()
    one.add(1, "plain")
    one.add(2, "dated")
    one.build()
    assert one.ledger is not None
    records = {key.rpartition(":")[2]: record for key, record in one.ledger.entries.items()}
    one.entries["dated"]["date"] = "2015-01-04"  # the date was wrong: nobody is shown it anew
    made = select(site(**{s: entry(**k) for s, k in one.entries.items()}), NOW)  # type: ignore[arg-type]
    plain, dated = sorted(made.entries, key=lambda one: one.slug, reverse=True)
    assert not must_be_shown(plain, records["plain"])
    assert not must_be_shown(dated, records["dated"])
    assert must_be_shown(plain, None)
