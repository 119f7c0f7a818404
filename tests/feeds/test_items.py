"""What subscribers see of an entry: title and content of its item, the same in all formats."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from typing import TYPE_CHECKING, Any

import feedparser
import lxml.html
import pytest
from PIL import Image

from ilofeed.verify import verify
from offices import OFFICE, documents, entry, site, write_office
from picture_files import encode
from program import run

if TYPE_CHECKING:
    from pathlib import Path

MAY = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
# noon in Ulaanbaatar, the office's zone
MEETING = '{start: "2026-06-03T12:00", end: "2026-06-04T13:30", place: "Darkhan & <Erdenet>"}'


def contents(made: Any, now: dt.datetime = MAY) -> list[tuple[str, str, str]]:
    """The title, summary and content of the only item, as each format has them."""
    shown = documents(made, now)
    faults = verify(list(shown.values()), made.office)
    assert [fault for fault in faults if not fault.found.endswith(".jpg")] == []  # not rendered
    (item,) = json.loads(shown["all/feed.json"].data)["items"]
    found = [(item["title"], item["summary"], item["content_html"])]
    for path in ("all/atom.xml", "all/rss.xml"):
        read = feedparser.parse(
            shown[path].data, sanitize_html=False, resolve_relative_uris=False
        ).entries
        # a description of RSS is HTML
        unescape = html.unescape if "rss" in path else str
        found += [(one.title, unescape(one.summary), one.content[0].value) for one in read]
    return found


def only_content(now: dt.datetime = MAY, **keys: Any) -> str:
    body = keys.pop("body", "")
    found = contents(site(now, wages=entry(body, date="2026-04-01", **keys)), now)
    assert len(found) == 3
    assert len(set(found)) == 1
    return found[0][2]


def test_when_and_where_begin_the_content() -> None:
    assert only_content(event=MEETING, body="A *text*.") == (
        '<p class="ilofeed-event">When: <time datetime="2026-06-03T12:00:00+08:00">3 June 2026, '
        '12:00</time> – <time datetime="2026-06-04T13:30:00+08:00">4 June 2026, 13:30</time> '
        "(UTC+8) · Where: Darkhan &amp; &lt;Erdenet&gt;</p>\n"
        "<p>A <em>text</em>.</p>"
    )


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh-Hans", "时间：2026年6月3日 · 地点：Darkhan"),
        ("mn", "Хэзээ: 2026 оны 6 дугаар сарын 3 · Хаана: Darkhan"),
        ("ar", "الموعد: 3 يونيو 2026 · المكان: Darkhan"),
        ("fr", "Date\u00a0: 3 juin 2026 · Lieu\u00a0: Darkhan"),
    ],
)
def test_they_are_in_the_language_of_the_entry(language: str, line: str) -> None:
    content = only_content(language=language, event="{start: 2026-06-03, place: Darkhan}")
    parsed: Any = lxml.html.fromstring(content)
    (found,) = parsed.xpath("//p[@class='ilofeed-event']")
    assert found.text_content() == line
    assert [time.get("datetime") for time in found.iter("time")] == ["2026-06-03"]


def test_words_of_another_language_say_so() -> None:
    event = "{start: 2026-06-03, place: Karachi, status: cancelled}"
    content = only_content(language="ur", event=event)  # there are no words in Urdu
    parsed: Any = lxml.html.fromstring(content)
    assert (parsed.get("lang"), parsed.get("dir")) == ("ur", "rtl")
    (line,) = parsed.xpath("//p[@class='ilofeed-event']")
    assert line.text_content() == "When: 3 June 2026 · Where: Karachi"
    assert (line.get("lang"), line.get("dir")) == ("en", "ltr")
    (place,) = line.xpath("bdi")
    assert (place.text, place.get("lang"), place.get("dir")) == ("Karachi", "ur", "rtl")
    assert "lang=" not in only_content(language="fr-CA", event=event)


def test_a_language_that_runs_from_right_to_left_says_so() -> None:
    assert (
        only_content(language="ar")
        == '<div dir="rtl" lang="ar">\n<p>A report on wages.</p>\n</div>'
    )
    assert "dir=" not in only_content(language="mn")


def test_an_event_without_a_place_has_no_where() -> None:
    assert "Where" not in only_content(event="{start: 2026-06-03}")


def test_the_picture_is_there_with_text_size_and_credit() -> None:
    picture = "{file: crane.jpg, alt: 'A \"crane\" & more', credit: 'Li <3'}"
    files = {"entries/crane.jpg": encode(Image.new("RGB", (300, 200)), "JPEG")}
    made = site(MAY, files=files, wages=entry("A body.", date="2026-04-01", image=picture))
    for _, _, content in contents(made):
        assert content == (
            '<figure class="ilofeed-picture">'
            '<img src="https://example.org/feeds/entry/wages/image.jpg" '
            'alt="A &quot;crane&quot; &amp; more" width="300" height="200">'
            "<figcaption>Photo: Li &lt;3</figcaption></figure>\n"
            "<p>A body.</p>"
        )


def test_the_documents_end_it_with_type_and_size() -> None:
    content = only_content(
        attachments="[{url: 'https://example.net/a.pdf?x=1&y=2', length: 1234567, title: A & B},"
        " {url: 'https://example.net/b.mp3', type: audio/mpeg}]",
    )
    assert content == (
        "<p>A report on wages.</p>\n"
        '<div class="ilofeed-documents">\n<h2>Documents</h2>\n<ul>\n'
        '<li><a href="https://example.net/a.pdf?x=1&amp;y=2"><bdi>A &amp; B</bdi></a> '
        "<bdi>(PDF, 1.2 MB)</bdi></li>\n"
        '<li><a href="https://example.net/b.mp3"><bdi>https://example.net/b.mp3</bdi></a></li>\n'
        "</ul>\n</div>"
    )


def test_an_unknown_length_is_no_length_where_a_format_allows_that() -> None:
    keys = {"attachments": "[{url: 'https://example.net/b.mp3', type: audio/mpeg}]"}
    shown = documents(site(wages=entry(**keys)))
    assert b'rel="enclosure" type="audio/mpeg"/>' in shown["all/atom.xml"].data
    assert b'length="0"' in shown["all/rss.xml"].data  # RSS requires it
    assert b"size_in_bytes" not in shown["all/feed.json"].data


def edited(**keys: Any) -> tuple[str | None, str | None, str]:
    """The date of the last change in JSON Feed, RSS and Atom."""
    made = documents(site(wages=entry(**keys)))
    (item,) = json.loads(made["all/feed.json"].data)["items"]
    in_rss = re.search(rb"<atom:updated>(.*?)</atom:updated>", made["all/rss.xml"].data)
    in_atom = re.search(
        rb"<updated>([^<]*)</updated>\s*<author>\s*<name>[^<]*</name>\s*</author>\s*<content",
        made["all/atom.xml"].data,
    )
    assert in_atom
    return item.get("date_modified"), in_rss and in_rss[1].decode(), in_atom[1].decode()


def test_only_an_entry_that_was_edited_looks_edited() -> None:
    in_json, in_rss, in_atom = edited(date="2015-05-19T10:00:00+08:00")
    assert (in_json, in_rss) == (None, None)
    assert re.fullmatch(r"2015-05-19T02:00:00\.\d{3}\+00:00", in_atom)
    in_json, in_rss, in_atom = edited(
        date="2015-05-19T10:00:00+08:00", updated="2015-05-19T10:00:01+08:00"
    )
    assert (in_json, in_rss) == ("2015-05-19T02:00:01+00:00", "2015-05-19T02:00:01+00:00")
    assert re.fullmatch(r"2015-05-19T02:00:01\.\d{3}\+00:00", in_atom)


WITHDRAWN = {"date": "2026-04-01", "event": MEETING, "withdrawn": "2026-05-02T10:00:00+08:00"}


def in_feeds(now: str, **keys: Any) -> dict[str, list[str]]:
    moment = dt.datetime.fromisoformat(now)
    made = site(
        moment, other=entry(date="2026-04-02"), wages=entry("Come all.", **(WITHDRAWN | keys))
    )
    shown = documents(made, moment)
    assert verify(list(shown.values()), made.office) == []
    items = json.loads(shown["all/feed.json"].data)["items"]
    found = {"json": [item["title"] for item in items]}
    for form in ("atom", "rss"):
        read = feedparser.parse(shown[f"all/{form}.xml"].data).entries
        found[form] = [one.title for one in read]
    return found


def test_a_meeting_that_is_called_off_stays_in_rss_and_json_until_it_would_begin() -> None:
    both, one = ["Wages rise", "Cancelled: Wages rise"], ["Wages rise"]
    before = {"json": ["Wages rise"] * 2, "atom": ["Wages rise"] * 2, "rss": ["Wages rise"] * 2}
    assert in_feeds("2026-05-02T09:59:59+08:00") == before
    assert in_feeds("2026-05-02T10:00:00+08:00") == {"json": both, "atom": one, "rss": both}
    assert in_feeds("2026-06-03T11:59:59+08:00") == {"json": both, "atom": one, "rss": both}
    assert in_feeds("2026-06-03T12:00:00+08:00") == {"json": one, "atom": one, "rss": one}


def test_a_whole_day_begins_at_midnight_in_the_offices_zone() -> None:
    day = {"event": "{start: 2026-06-03, end: 2026-06-05}"}
    assert len(in_feeds("2026-06-02T23:59:59+08:00", **day)["rss"]) == 2
    assert len(in_feeds("2026-06-03T00:00:00+08:00", **day)["rss"]) == 1


def test_it_has_title_when_where_and_the_notice_alone() -> None:
    now = dt.datetime(2026, 5, 3, tzinfo=dt.UTC)
    keys = WITHDRAWN | {
        "image": "{url: 'https://example.net/a.png', alt: A crane}",
        "attachments": "[{url: 'https://example.net/a.pdf', length: 5}]",
    }
    made = site(now, wages=entry("Come all.", **keys))
    found = contents(made, now)
    assert len(found) == 2  # no entry in Atom, but a tombstone
    assert set(found) == {
        (
            "Cancelled: Wages rise",
            (
                "Cancelled. When: 3 June 2026, 12:00 – 4 June 2026, 13:30 (UTC+8) · "
                "Where: Darkhan & <Erdenet>"
            ),
            (
                '<p>Cancelled</p>\n<p class="ilofeed-event">When: '
                '<time datetime="2026-06-03T12:00:00+08:00">3 June 2026, 12:00</time> – '
                '<time datetime="2026-06-04T13:30:00+08:00">4 June 2026, 13:30</time> '
                "(UTC+8) · Where: Darkhan &amp; &lt;Erdenet&gt;</p>"
            ),
        )
    }
    shown = documents(made, now)
    (item,) = json.loads(shown["all/feed.json"].data)["items"]
    assert item["date_modified"] == "2026-05-02T02:00:00+00:00"
    assert item["_ilofeed"]["event"]["status"] == "cancelled"
    assert not item.keys() & {"image", "attachments"}
    assert b"a.pdf" not in shown["all/rss.xml"].data
    assert b"<at:deleted-entry" in shown["all/atom.xml"].data


def test_it_leaves_as_its_tombstone_does_when_newer_entries_fill_the_feed() -> None:
    office = OFFICE.replace(b"  title:", b"  limit: 2\n  title:")
    now = dt.datetime(2026, 5, 3, tzinfo=dt.UTC)
    newer: dict[str, Any] = {f"n{day}": entry(date=f"2026-04-0{day}") for day in (2, 3)}
    made = site(now, office=office, wages=entry(**WITHDRAWN), **newer)
    items = json.loads(documents(made, now)["all/feed.json"].data)["items"]
    assert [item["title"] for item in items] == ["Wages rise", "Wages rise"]


def test_due_lists_the_day_on_which_it_leaves(tmp_path: Path) -> None:
    office = write_office(tmp_path / "o", wages=entry(**WITHDRAWN))
    done = run(office, "due", "--now", "2026-05-03")
    assert done.stdout == (
        "2026-06-03T12:00:00+08:00  entries/wages.md  Wages rise "
        "(withdrawn; it leaves RSS and JSON)\n"
    )
    assert run(office, "due", "--now", "2026-06-03T12:00:00+08:00").stdout == ""


def test_a_build_with_nothing_else_to_do_drops_it(tmp_path: Path) -> None:
    office = write_office(tmp_path / "o", wages=entry(**WITHDRAWN), other=entry(date="2026-04-02"))
    rss = office / "public/all/rss.xml"
    run(office, "build", "--now", "2026-05-03T00:00:00Z")
    assert b"Cancelled: Wages rise" in rss.read_bytes()
    done = run(office, "build", "--now", "2026-05-04T00:00:00Z")
    assert "nothing changed" in done.stderr
    run(office, "build", "--now", "2026-06-03T04:00:00Z")
    assert b"Cancelled: Wages rise" not in rss.read_bytes()
    assert b"<title>Wages rise</title>" in rss.read_bytes()


def test_a_status_that_changes_without_a_date_is_named(tmp_path: Path) -> None:
    given = {"date": "2026-04-01", "event": "{start: 2026-06-03}"}
    office = write_office(tmp_path / "o", wages=entry(**given))
    run(office, "build", "--now", "2026-05-03")
    cancelled = given | {"event": "{start: 2026-06-03, status: cancelled}"}
    (office / "entries/wages.md").write_bytes(entry(**cancelled))
    done = run(office, "build", "--now", "2026-05-04", "--output", "public")
    assert "[changed-silently]" in done.stdout
    assert "ilofeed touch entries/wages.md" in done.stdout
    run(office, "touch", "entries/wages.md", "--now", "2026-05-04T10:00:00+08:00")
    assert run(office, "build", "--now", "2026-05-05").stdout == ""
