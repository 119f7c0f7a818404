"""What is kept of the last build is what a fresh one would make; what an edit leaves is kept."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.feeds.selection import select
from ilofeed.guard.manifest import make_ledger
from ilofeed.model import OutputFile, UpToDate
from ilofeed.pages.render import render, render_changed
from offices import NOW, OFFICE, entry, site

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ilofeed.feeds.ledger import Ledger
    from ilofeed.feeds.selection import Selection
    from ilofeed.model import AnyDocument, Document

pytestmark = pytest.mark.slow

SMALL = OFFICE.replace(b"  title:", b"  limit: 2\n  title:")
FILES: dict[str, Any] = {
    f"entry_{number}": entry(title=f"Title {number}", date=f"2015-0{number}-01")
    for number in range(1, 9)
} | {
    "event": entry(date="2016-01-01", event="{start: 2016-02-01}", countries="[HK]"),
    "mongolian": entry(date="2016-01-02", language="mn", translation_of="event"),
}


def seen(
    files: Mapping[str, Any], office: bytes = SMALL, now: dt.datetime = NOW, before: Any = None
) -> Selection:
    return select(site(now, office=office, **files), now, before)


def past(documents: Sequence[AnyDocument]) -> dict[bytes, list[OutputFile]]:
    found: dict[bytes, list[OutputFile]] = {}
    for one in documents:
        if one.recipe:
            found.setdefault(one.recipe, []).append(
                OutputFile(one.path, one.kind, one.recipe, one.sha256)
            )
    return found


FIRST = render(seen(FILES))
LEDGER: Ledger = make_ledger(seen(FILES), FIRST)


def third(**changes: Any) -> dict[str, Any]:
    return FILES | {"entry_3": entry(**({"title": "Title 3", "date": "2015-03-01"} | changes))}


CHANGES: dict[str, Any] = {
    "nothing": FILES,
    "a title": third(title="Other"),
    "a summary": third(summary="Other."),
    "a body": FILES | {"entry_1": entry("# Other", title="Title 1", date="2015-01-01")},
    "a date": third(date="2015-03-02"),
    "an update": third(updated="2016-05-01"),
    "a topic": third(categories="[employment]"),
    "a new entry": FILES | {"new": entry(date="2016-03-01")},
    "a new old entry": FILES | {"new": entry(date="2014-03-01")},
    "no event": FILES | {"event": entry(date="2016-01-01", countries="[HK]")},
    "another event": FILES | {"event": entry(date="2016-01-01", event="{start: 2016-02-02}")},
    "a withdrawal": third(withdrawn="2016-01-01"),
    "a draft": FILES | {"event": entry(date="2016-01-01", draft="true")},
    "gone": {slug: data for slug, data in FILES.items() if slug != "entry_4"},
    "no translation": {slug: data for slug, data in FILES.items() if slug != "mongolian"},
}  # fmt: skip


@pytest.mark.parametrize("ledger", [None, LEDGER], ids=["first", "later"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_kept_is_what_would_be_made(change: str, ledger: Ledger | None) -> None:
    compare(FIRST, seen(CHANGES[change], before=ledger))


@pytest.mark.parametrize("change", CHANGES)
def test_the_same_in_several_languages(change: str) -> None:
    compare(render(seen(FILES, LABELLED)), seen(CHANGES[change], LABELLED))


def compare(first: Sequence[Document], now_seen: Selection) -> None:
    """Compare what is made after `first` with what is made without it."""
    made = render_changed(now_seen, past(first))
    fresh = render(now_seen)
    before = {one.path: one for one in first}
    assert [one.path for one in made] == [one.path for one in fresh]
    for one, wanted in zip(made, fresh, strict=True):
        if isinstance(one, UpToDate):
            assert before[one.path].data == wanted.data
        assert (one.kind, one.format, one.entry) == (wanted.kind, wanted.format, wanted.entry)
        assert (one.sha256, one.data) == (wanted.sha256, wanted.data)
        assert one.recipe == wanted.recipe


LABELLED = (
    SMALL.replace(b"limit: 2", b"limit: 2\n  languages: [en, mn]\n  archives: [atom, json]")
    + b"""
feeds:
  - all
  - per: category
  - per: country
  - per: [country, category]
  - per: language
  - per: [language, country]
"""
)
OFFICES = {
    "title": SMALL.replace(b"Example Office", b"Another Office"),
    "titles": SMALL.replace(b"title: Example Office", b"title: {en: Example Office, mn: X}"),
    "description": SMALL.replace(b"News and events", b"Other news"),
    "author": SMALL.replace(b"  limit", b"  author: {name: Somebody Else}\n  limit"),
    "language": SMALL.replace(b"  limit", b"  language: zh\n  limit"),
    "zone": SMALL.replace(b"Ulaanbaatar", b"Shanghai"),
    "time": SMALL.replace(b"  limit", b"  publish_time: '10:00'\n  limit"),
    "address": SMALL.replace(b"https://example.org/feeds/", b"https://example.net/"),
    "authority": SMALL.replace(b"authority: example.org,2015", b"authority: example.org,2016"),
    "label": SMALL.replace(b"MN: Mongolia", b"MN: Mongol Uls"),
    "labels": SMALL.replace(b"MN: Mongolia", b"MN: {label: {en: Mongolia, mn: X}}"),
    "category": SMALL.replace(b"label: Wages", b"label: Pay"),
    "term description": SMALL.replace(b"MN: Mongolia", b"MN: {label: Mongolia, description: X}"),
    "broader": SMALL.replace(b"MN: Mongolia", b"MN: {label: Mongolia, broader: CN}"),
    "no broader": SMALL.replace(b", broader: CN", b""),
    "another term": SMALL.replace(b"  CN: China", b"  CN: China\n  KZ: Kazakhstan"),
    "another order": SMALL.replace(b"  MN: Mongolia", b"").replace(
        b"countries:", b"countries:\n  MN: Mongolia"
    ),
    "limit": SMALL.replace(b"limit: 2", b"limit: 3"),
    "archives": SMALL.replace(b"  limit", b"  archives: [rss, atom, json]\n  limit"),
    "no archives": SMALL.replace(b"  limit", b"  archives: []\n  limit"),
    "hub": SMALL.replace(b"  limit", b"  hub: https://hub.example.org/\n  limit"),
    "accent": SMALL.replace(b"  limit", b"  accent: '#0b6e4f'\n  limit"),
    "home": SMALL.replace(b"  limit", b"  home: {label: A, url: https://a.example/}\n  limit"),
    "links": SMALL.replace(b"  limit", b"  links: [{label: A, url: https://a.example/}]\n  limit"),
    "newsletter": SMALL.replace(b"  limit", b"  newsletter: https://a.example/\n  limit"),
    "search": SMALL.replace(b"  limit", b"  search: true\n  limit"),
    "feeds": SMALL + b"\nfeeds: [all]\n",
    "fewer feeds": SMALL + b"\nfeeds: [all, per: category]\n",
    "no main feed": SMALL + b"\nfeeds: [per: country, per: category]\n",
    "languages": LABELLED,
    "labels in languages": LABELLED.replace(b"MN: Mongolia", b"MN: {label: {en: Mongolia, mn: X}}"),
    "descriptions in languages": LABELLED.replace(
        b"description: News and events", b"description: {en: News and events, mn: X}"
    ),
    "a third language": LABELLED.replace(b"[en, mn]", b"[en, mn, ar]"),
    "another of three": LABELLED.replace(
        b"limit: 2\n  languages: [en, mn]", b"limit: 2\n  language: ar\n  languages: [en, mn, ar]"
    ),
}


@pytest.mark.parametrize("before", ["nothing", "languages"])
@pytest.mark.parametrize("change", OFFICES)
def test_what_is_kept_in_another_office_is_what_would_be_made(change: str, before: str) -> None:
    assert OFFICES[change] != SMALL
    first = render(seen(FILES, OFFICES.get(before, SMALL)))
    now_seen = seen(FILES, OFFICES[change])
    made, fresh = render_changed(now_seen, past(first)), render(now_seen)
    old = {one.path: one.data for one in first}
    assert [one.path for one in made] == [one.path for one in fresh]
    for one, new in zip(made, fresh, strict=True):
        assert not isinstance(one, UpToDate) or old[one.path] == new.data, one.path


def test_a_label_in_the_offices_language_is_the_term_of_entries_in_others() -> None:
    labels = b"MN: {label: {en: Mongolia, mn: X}}"
    files = {"mongolian": entry(language="mn")}
    first = render(seen(files, SMALL.replace(b"MN: Mongolia", labels)))
    now_seen = seen(files, SMALL.replace(b"MN: Mongolia", labels.replace(b"Mongolia", b"Uls")))
    made = {one.path: one for one in render_changed(now_seen, past(first))}
    assert b'term="Uls"' in made["all/atom.xml"].data
    for one in render(now_seen):
        assert made[one.path].sha256 == one.sha256, one.path


SMALL_CHANGES = (
    "label", "labels", "category", "term description", "no broader", "another term",
    "another order", "limit", "feeds", "fewer feeds",
)  # fmt: skip


@pytest.mark.parametrize("change", SMALL_CHANGES)
def test_a_change_of_feeds_yaml_draws_what_shows_it(change: str) -> None:
    """And what has its recipe in common with that: the other formats of the feed. The pages of a
    feed and of the office show no more labels of an entry than one, and rest on all."""
    now_seen = seen(FILES, OFFICES[change])
    made = render_changed(now_seen, past(FIRST))
    new = {one.path: one for one in made if not isinstance(one, UpToDate) and one.recipe}
    old = {one.path: one.data for one in FIRST}
    showing = {one.recipe for one in new.values() if old.get(one.path) != one.data}
    assert {one.kind for one in new.values() if one.recipe not in showing} <= {"feed-page", "index"}
    assert len(new) < len(made) * 0.8


def test_a_text_in_one_language_makes_only_its_pages() -> None:
    plain = LABELLED.replace(b"  - per: language\n  - per: [language, country]\n", b"")
    english = {slug: data for slug, data in FILES.items() if slug != "mongolian"}
    labels = b"MN: {label: {en: Mongolia, mn: X}}"
    now_seen = seen(english, plain.replace(b"MN: Mongolia", labels))
    made = render_changed(now_seen, past(render(seen(english, plain))))
    new = {one.path for one in made if not isinstance(one, UpToDate) and one.recipe}
    of_feed = {path for path in new if path.startswith("country/mn/")}  # with the words of `more`
    assert {path.partition("/")[0] for path in new - of_feed} == {"mn"}
    assert "country/mn/feed.json" in of_feed
    assert "country/mn/index.html" not in of_feed
    assert {"mn/index.html", "mn/country/mn/index.html"} < new
    assert "mn/news/index.html" not in new


def drawn(files: Mapping[str, Any]) -> set[str]:
    made = render_changed(seen(files, before=LEDGER), past(FIRST))
    return {one.path for one in made if not isinstance(one, UpToDate)} - ALWAYS


ALWAYS = {one.path for one in FIRST if not one.recipe}


def test_what_is_made_whatever_happens_is_little() -> None:
    assert {"feeds.opml", "feeds-main.opml", "sitemap.xml", "robots.txt"} == ALWAYS
    assert drawn(FILES) == set()


def test_an_edit_of_an_old_entry_makes_its_page_and_its_archives() -> None:
    changed = drawn(CHANGES["a body"])
    pages = {path for path in changed if not path.endswith("archive/1/atom.xml")}
    # what shows only its title stays; with ten entries the home page shows all, and the page for
    # subscribers and that of events have their recipe in common with it
    assert pages == {
        "entry/entry-1/index.html", "entry/entry-1/embed.html", "entry/entry-1/oembed.json",
        "index.html", "404.html", "subscribe/index.html",
        "events/index.html", "news/index.html", "news/2015/index.html",
    }  # fmt: skip
    assert "all/archive/1/atom.xml" in changed


def test_what_is_new_leaves_archives_alone() -> None:
    """Also where another archive is written."""
    files = dict(FILES)
    before = {one.path for one in FIRST}
    added = 0
    for number in range(6):
        files[f"new_{number}"] = entry(date=f"2016-03-0{number + 1}")
        made = render_changed(seen(files, before=LEDGER), past(FIRST))
        fresh = {
            one.path for one in made if one.kind == "archive" and not isinstance(one, UpToDate)
        }
        assert not fresh & before
        added += len(fresh)
    assert added > 0


def test_the_title_of_an_entry_is_on_the_pages_beside_it() -> None:
    pages = {path for path in drawn(CHANGES["a title"]) if path.startswith("entry/")}
    # and on those of the nearest of its topic
    assert {path for path in pages if path.endswith("index.html")} == {
        f"entry/entry-{number}/index.html" for number in range(1, 8)
    }


def test_an_entry_of_unknown_source_is_made_anew() -> None:
    given = seen(FILES)
    unknown = dataclasses.replace(given.entries[-1], source=b"")
    given = dataclasses.replace(given, entries=[*given.entries[:-1], unknown])
    paths = {one.path for one in render(given) if one.kind == "entry" and not one.recipe}
    assert paths == {
        f"entry/{unknown.slug}/{name}" for name in ("index.html", "embed.html", "oembed.json")
    }


@pytest.mark.slow
def test_a_fingerprint_is_the_same_in_every_process() -> None:
    program = (
        "from test_recipe import OFFICES, seen, FILES; from ilofeed.ids import settings_digest;"
        "print(settings_digest(seen(FILES, OFFICES['archives']).office))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True,
            env=dict(os.environ, PYTHONHASHSEED=seed, PYTHONPATH=os.pathsep.join(sys.path)),
        ).stdout
        for seed in ("1", "2", "3", "4")
    }  # fmt: skip
    assert len(found) == 1
