"""Former addresses lead on: pages redirect, feeds are served as copies."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any

import feedparser
import lxml.html
import pytest

from ilofeed.build import prepare
from ilofeed.content import Site, check
from ilofeed.feeds import select
from ilofeed.guard import make_ledger, render_manifest
from ilofeed.pages import render_changed
from ilofeed.preview.pages import Memory, Pages, look
from ilofeed.publish.live import expected_documents
from ilofeed.verify import verify
from offices import NOW, SMALL, documents, entry, found, messages, site, sources, write_office

if TYPE_CHECKING:
    from pathlib import Path

    from ilofeed.model import Document

ALIASES = b"""\
aliases:
  feed.xml: all/rss.xml
  rss/wages.rdf: all/atom.xml
  calendar.ics: all/calendar.ics
  feed.json: all/feed.json
  blogs.opml: feeds.opml
  past/: all/
  start.htm: index.html
"""
EVENT = '{start: "2015-05-19T09:00+09:00"}'


@cache
def office(**settings: str) -> Site:
    return site(
        office=SMALL + ALIASES,
        wages=entry(event=EVENT, aliases="[2015/05/19/wages/, news/wages.html, old]"),
        tsalin=entry(
            language="mn", aliases="[цалин/, '%D1%85%D3%A9%D0%BB%D1%81.html']", **settings
        ),
    )


@cache
def shown_by_office() -> dict[str, Document]:
    return documents(office())


@pytest.mark.parametrize(
    ("path", "target", "language", "title"),
    [
        ("2015/05/19/wages/index.html", "entry/wages/", "en", "Wages rise"),
        ("news/wages.html", "entry/wages/", "en", "Wages rise"),
        ("old/index.html", "entry/wages/", "en", "Wages rise"),
        ("цалин/index.html", "entry/tsalin/", "mn", "Wages rise"),
        ("хөлс.html", "entry/tsalin/", "mn", "Wages rise"),
        ("past/index.html", "all/", "en", "Example Office"),
        ("start.htm", "", "en", "Example Office"),
    ],
)
def test_a_page_leads_on(path: str, target: str, language: str, title: str) -> None:
    page: Any = lxml.html.fromstring(shown_by_office()[path].data)
    up = "../" * path.count("/")
    link = (up + target) or "./"
    assert page.get("lang") == language
    assert page.xpath("//meta[@http-equiv='refresh']/@content") == [f"0; url={link}"]
    assert page.xpath("//link[@rel='canonical']/@href") == [f"https://example.org/feeds/{target}"]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert [(a.get("href"), a.text) for a in page.xpath("//main//a")] == [(link, title)]
    said = "This page has a new address" if language == "en" else "Энэ хуудас шинэ хаягтай боллоо"
    assert page.xpath("//h1/text()") == [said]


def test_a_copy_is_its_original() -> None:
    made, shown = office(), shown_by_office()
    for path, target in made.office.aliases.items():
        if not target.endswith(".html"):
            assert shown[path].data == shown[target].data, path
    copy, original = (feedparser.parse(shown[path].data) for path in ("feed.xml", "all/rss.xml"))
    assert [item.id for item in copy.entries] == [item.id for item in original.entries]
    assert copy.feed.links == original.feed.links  # readers may move to the feed itself
    assert verify(list(shown.values()), made.office) == []


def test_a_copy_with_other_bytes_is_a_fault() -> None:
    made = office()
    shown = dict(shown_by_office())
    shown["feed.xml"] = dataclasses.replace(shown["feed.xml"], data=shown["all/atom.xml"].data)
    faults = verify(list(shown.values()), made.office)
    assert [(fault.path, fault.expected) for fault in faults] == [
        ("feed.xml", "the bytes of all/rss.xml")
    ]


@pytest.mark.parametrize(
    ("settings", "is_there"),
    [
        ({"withdrawn": "2015-06-01"}, True),
        ({"draft": "true"}, False),
        ({"date": "2026-12-24"}, False),
    ],
)
def test_it_is_there_with_the_page_of_its_entry(
    settings: dict[str, str], *, is_there: bool
) -> None:
    shown = documents(office(**settings))
    assert ("entry/tsalin/index.html" in shown) is is_there
    assert ("цалин/index.html" in shown) is is_there


def test_the_manifest_says_what_former_paths_lead_to() -> None:
    selection = select(office(), NOW)
    ledger = make_ledger(selection, list(shown_by_office().values()))
    assert ledger.aliases["цалин/index.html"] == "entry/tsalin/index.html"
    assert ledger.aliases["feed.xml"] == "all/rss.xml"
    assert ledger.files >= ledger.aliases.keys()
    assert not ledger.documents.keys() & ledger.aliases.keys()  # a copy is not a feed of its own


def test_a_live_site_is_asked_for_copies_that_changed(tmp_path: Path) -> None:
    ledger = make_ledger(select(office(), NOW), list(shown_by_office().values()))
    (tmp_path / "manifest.json").write_bytes(render_manifest(ledger).data)
    expected = expected_documents(tmp_path, None)
    assert expected["feed.xml"] == expected["all/rss.xml"] == shown_by_office()["feed.xml"].sha256
    assert "feed.xml" not in expected_documents(tmp_path, ledger)


def test_a_link_to_a_former_address_is_not_dead() -> None:
    paths = ["2015/05/19/wages/#top", "цалин/", "%D1%86%D0%B0%D0%BB%D0%B8%D0%BD/", "old.html?x"]
    jobs = entry(body="".join(f"See <https://example.org/feeds/{path}>.\n\n" for path in paths))
    aliases = "[2015/05/19/wages/, цалин/, old.html]"
    made = site(office=SMALL, wages=entry(aliases=aliases), jobs=jobs)
    assert verify(list(documents(made).values()), made.office) == []
    places = ["jobs:8:6", "jobs:10:6"]  # the others are found when all documents are known
    assert found(office=SMALL, wages=entry(), jobs=jobs) == [f"{p} dead-link" for p in places]


@pytest.mark.parametrize(
    ("aliases", "message"),
    [
        ("https://example.org/feeds/old/", "write only what follows `site.url` in it"),
        ("/2015/old/", "begins with a slash; write what follows `site.url`"),
        ("old/?p=1", "no file can have `?` in its address; redirect it on the server instead"),
        ("old.php", "would not send `old.php` as what it is; end it in .html or /, or redirect it"),
        (f"{'a' * 256}/", "has a name that is empty or too long"),
        (f"{'a/' * 500}", "has a name that is empty or too long"),
        ("entry/jobs/", "this site already has `entry/jobs`; delete one of the two"),
        ("feed.xml/old/", "`feeds.yaml` already has `feed.xml`"),
        ("JOBS/", "`entries/jobs.md` already has `jobs/index.html`"),
    ],
)
def test_a_message(aliases: str, message: str) -> None:
    given: dict[str, Any] = {
        "jobs": entry(aliases="[jobs/]"),
        "wages": entry(aliases=f"['{aliases}']"),
    }
    (said,) = messages(office=SMALL + ALIASES, **given)
    assert message in said


@pytest.mark.parametrize(
    ("line", "place", "said"),
    [
        ("feed.xml: all/rs.xml", "21:13", "`all/rs.xml`; did you mean `all/rss.xml`?"),
        ('feed.xml: "all/calendar.xml"', "21:14", "`all/calendar.xml`"),
        ("calendar.ics: all/calendar.ics", "21:17", "`all/calendar.ics`"),  # there is no event
        ("past/: nothing/", "21:10", "`nothing/index.html`"),
        ("past/: entry/later/", "21:10", "`entry/later/index.html`"),
        ("feed.xml: other.xml", "21:13", "`other.xml`"),  # an alias of an alias
    ],
)
def test_a_target_that_is_not_published(tmp_path: Path, line: str, place: str, said: str) -> None:
    given = SMALL + f"aliases:\n  other.xml: all/rss.xml\n  {line}\n".encode()
    folder = write_office(
        tmp_path / "office", office=given, wages=entry(), later=entry(date="2026-12-24")
    )
    (problem,) = prepare(folder, NOW).problems
    assert f"{problem.path}:{problem.line}:{problem.column}" == f"feeds.yaml:{place}"
    assert problem.code == "bad-alias"
    assert f"this site publishes no page, feed or list at {said}" in problem.message


def test_a_build_after_an_edit_equals_a_first_one() -> None:
    """Pages at former paths are recalled only while what they show is unchanged."""
    made = office()
    before = render_changed(select(made, NOW), {})
    outputs: dict[bytes, list[Any]] = {}
    for document in before:
        if document.recipe:
            outputs.setdefault(document.recipe, []).append(document)
    again = {d.path: d for d in render_changed(select(made, NOW), outputs)}
    assert type(again["цалин/index.html"]).__name__ == "UpToDate"
    assert {path: d.data for path, d in again.items()} == {d.path: d.data for d in before}
    edited, _ = check(
        sources(
            office=SMALL + ALIASES,
            wages=entry(event=EVENT, title="Jobs", aliases="[news/wages.html]"),
            tsalin=entry(language="mn"),
        ),
        NOW,
    )
    assert edited is not None
    warm = {d.path: d.data for d in render_changed(select(edited, NOW), outputs)}
    assert warm == {path: document.data for path, document in documents(edited).items()}
    assert "old/index.html" not in warm


def test_the_preview_serves_them() -> None:
    later = entry(date="2026-12-24", aliases="[all/later/, soon.html]")
    given = sources(office=SMALL + ALIASES, wages=entry(aliases="[old/]"), later=later)
    pages = Pages(look(given, NOW, "http://localhost:8000/", Memory()), "1")
    for path in ("old/index.html", "all/later/index.html", "soon.html", "past/index.html"):
        assert b'http-equiv="refresh"' in (pages.find(path) or b""), path
    assert pages.find("feed.xml") == pages.find("all/rss.xml")
    assert b"<rss" in (pages.find("feed.xml") or b"")


def test_an_office_without_aliases_has_the_manifest_it_had() -> None:
    made = site(wages=entry())
    assert make_ledger(select(made, NOW), list(documents(made).values())).aliases == {}


@pytest.mark.parametrize("target", ["all/rss", "all", "All News"])
def test_a_target_that_is_no_path(target: str) -> None:
    office = SMALL + f"aliases: {{feed.xml: {target}}}\n".encode()
    wanted = f"`{target}` is no path of a page, feed or list; write one such as `all/rss.xml`"
    assert messages(office=office, wages=entry()) == [wanted]
