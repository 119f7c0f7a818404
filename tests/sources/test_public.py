"""Importing: only what was public and a post becomes an entry, and the rest is counted."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.cli.import_command import import_source
from ilofeed.content.entry import check_entry
from ilofeed.sources.feeds import read_feed
from ilofeed.sources.files.tables import read_table
from ilofeed.sources.items import ImportedFeed, SourceError
from ilofeed.sources.json_feed import read_json
from offices import DATA, NOW, write_office
from program import run

if TYPE_CHECKING:
    from pathlib import Path

EXPORTS = DATA / "exports"
WORDPRESS = (EXPORTS / "wordpress.xml").read_text("utf-8")
TOLD: dict[str, Any] = {"categories": ["wages"], "countries": ["CN"], "write_terms": True}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office")


def imported(
    office: Path, text: str, capsys: pytest.CaptureFixture[str], **told: Any
) -> tuple[dict[str, str], str]:
    """Import into an office: all its files by name, and the messages."""
    (office.parent / "source").write_text(text, "utf-8")
    capsys.readouterr()
    import_source(office, NOW, source="../source", **TOLD, **told)
    paths = (path for path in office.rglob("*") if path.is_file())
    files = {path.relative_to(office).as_posix(): path.read_text("utf-8") for path in paths}
    assert not [path for path, text in files.items() if "SECRET" in path + text]
    captured = capsys.readouterr()
    assert "SECRET" not in captured.out + captured.err
    return {
        path.removeprefix("entries/2015/"): text
        for path, text in files.items()
        if path.startswith("entries/")
    }, captured.err


def titles(feed: ImportedFeed) -> list[str]:
    assert "SECRET" not in repr(feed)
    return [item.title.value for item in feed.items]


# exports


def test_an_export_of_wordpress(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, said = imported(office, WORDPRESS, capsys)
    assert files == {
        "pay.md": """---
title: Pay
date: 2015-05-19T08:00:00+00:00
summary: Summary of Pay.
categories: [wages]
countries: [CN]
link: https://old.example.net/2015/05/post-11/
authors:
  - Li Wei
id: https://old.example.net/?p=11
---

Pay went **up**.\\
In May.

Hours did not.
"""
    }
    for line in (
        (
            "left out 2 pages, 1 revision, 1 attachment, 1 menu item, 1 item of type `product` "
            "(items 11, 12, 13, 14, 15, 16): only posts become entries; "
            "copy by hand what you want to keep\n"
        ),
        "left out 2 password-protected posts (items 3, 4): first publish there",
        "left out 1 private post (item 2): first publish there",
        "left out 1 trashed post (item 5): first restore",
        (
            "left out 2 posts that are not known to be public (status `auto-draft`, `embargoed`) "
            "(items 10, 17)"
        ),
        "left out 2 drafts (items 6, 7): pass --drafts to import drafts as `draft: true`\n",
        "left out 2 scheduled posts (items 8, 9): pass --drafts",
        "1 entry written, 0 already present, 16 left out\n",
    ):
        assert said.count(line) == 1, said


def test_drafts_on_request(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, said = imported(office, WORDPRESS, capsys, drafts=True)
    assert set(files) == {
        "pay.md", "a-draft.md", "pending.md", "overdue.md", "entries/2040/later.md"
    }  # fmt: skip
    drafts = {path for path, text in files.items() if "\ndraft: true\n" in text}
    assert drafts == {"a-draft.md", "pending.md", "overdue.md"}
    assert "date: 2015-05-19T16:00:00" in files["a-draft.md"]
    assert "date: 2040-05-19T" in files["entries/2040/later.md"]
    assert "the time it was scheduled for has passed, so it is a draft" in said
    assert "5 entries written, 0 already present, 12 left out\n" in said
    again, said = imported(office, WORDPRESS, capsys, drafts=True)
    assert again == files
    assert "0 entries written, 5 already present, 12 left out\n" in said


def test_a_draft_stays_one_if_most_of_it_is_refused(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    def refuses(path: str, data: bytes, *rest: Any) -> Any:
        parsed = check_entry(path, data, *rest)
        return dataclasses.replace(parsed, entry=None) if b"authors" in data else parsed

    monkeypatch.setattr("ilofeed.importers.convert.check_entry", refuses)
    files, _ = imported(office, WORDPRESS, capsys, drafts=True)
    assert "authors" not in files["a-draft.md"]
    assert "\ndraft: true\n" in files["a-draft.md"]


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.3"])
def test_every_version_and_prefix_of_wordpress(version: str) -> None:
    text = WORDPRESS.replace("export/1.2/", f"export/{version}/")
    text = text.replace("wp:", "w:").replace("xmlns:wp=", "xmlns:w=")
    assert titles(read_feed(text, None)) == ["Pay"]
    assert len(read_feed(text, None, drafts=True).items) == 5


def test_an_export_that_was_cut_off_or_damaged() -> None:
    for end in range(2_000, len(WORDPRESS), 397):
        try:
            feed = read_feed(WORDPRESS[:end], None, drafts=True)
        except SourceError:
            continue
        titles(feed)
    assert titles(read_feed(WORDPRESS.replace("<wp:status>", "<wp:was>"), None)) == []
    text = WORDPRESS.replace("<wp:post_password><![CDATA[x", "<wp:was><![CDATA[x")
    assert titles(read_feed(text, None)) == ["Pay"]
    undeclared = WORDPRESS.replace('xmlns:wp="http://wordpress.org/export/1.2/"', "")
    assert titles(read_feed(undeclared, None)) == ["Pay"]


def test_only_what_is_taken_counts_for_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ilofeed.sources.items.MAX_ITEMS", 4)
    feed = read_feed(WORDPRESS, None, drafts=True)
    assert [item.number for item in feed.items] == [1, 6, 7, 8]
    assert "only the first 4 of 5 items are imported" in str(feed.notes[-2:])


@pytest.mark.parametrize(
    ("name", "drafts", "notes"),
    [
        (
            "blogger.xml",
            ["A draft", "Another draft"],
            ["1 template, 1 setting, 1 comment, 1 page", "2 drafts"],
        ),
        (
            "takeout.atom",
            ["A draft"],
            [
                "1 page, 1 comment",
                "1 trashed post",
                "1 post that is not known to be public (status `GHOSTED`)",
                "1 draft",
            ],
        ),
    ],
)
def test_an_export_of_blogger(name: str, drafts: list[str], notes: list[str]) -> None:
    text = (EXPORTS / name).read_text("utf-8")
    feed = read_feed(text, None)
    assert titles(feed) == ["Pay"]
    assert [tag.term for tag in feed.items[0].tags] == ["Wages"]
    said = [note.text.partition(" (item")[0] for note in feed.notes if "left out" in note.text]
    assert said == [f"left out {note}" for note in notes]
    with_drafts = read_feed(text, None, drafts=True)
    assert titles(with_drafts) == ["Pay", *drafts]
    assert [item.publication for item in with_drafts.items[1:]] == ["draft"] * len(drafts)


# live feeds


FORM = (
    "&lt;form action=&quot;https://old.example.net/wp-login.php?action=postpass&quot; "
    "class=&quot;{}&quot; method=&quot;post&quot;&gt;&lt;input name=&quot;{}&quot;/&gt;"
)
PAGE = "<link>https://old.example.net/2015/05/{}/</link>"


def live(item: str, generator: str = "https://wordpress.org/?v=6.4") -> list[str]:
    rest = "<pubDate>Tue, 19 May 2015 08:00:00 +0200</pubDate>"
    return titles(
        read_feed(
            f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<generator>{generator}</generator><title>T</title><item>{item}{rest}</item>"
            f"</channel></rss>",
            None,
        )
    )


@pytest.mark.parametrize(
    "item",
    [
        f"<title>SECRET</title><description>{FORM.format('post-password-form', 'a')}</description>",
        f"<title>SECRET</title><description>{FORM.format('mine', 'post_password')}</description>",
        "<title>SECRET</title><description>&lt;input name='post_password'&gt;</description>",
        (
            "<title>SECRET</title><description>Hidden.</description>"
            f"<content:encoded>{FORM.format('post-password-form', 'a')}</content:encoded>"
        ),
        "<title>Protected: SECRET</title><description>There is nothing.</description>",
        "<title>Geschützt: SECRET</title><description>Nichts.</description>",
        "<title>保护：SECRET</title><description>没有摘要。</description>",
        "<title>Protégé&#160;: SECRET</title><description>Rien.</description>",
        "<title>Prot&amp;eacute;g&amp;eacute; : SECRET</title><description>Rien.</description>",
        "<title>Хамгаалагдсан: SECRET</title><description>Юу ч алга.</description>",
        "<title>Private: SECRET</title><description>All of the text.</description>",
        "<title>Privé : SECRET</title><description>Tout.</description>",
        "<title>Protected: SECRET</title>" + PAGE.format("secret"),
        # in a language without a word in the table: the address has the title without its prefix
        "<title>Iwashidudwe: SECRET talks</title>"
        + PAGE.format("secret-talks-2")
        + "<description>Akukho nto apha ngokuba ikhuselwe.</description>",
    ],
)
def test_a_placeholder_of_wordpress_is_left_out(item: str) -> None:
    assert live(item) == []


def test_a_placeholder_in_xhtml_is_left_out() -> None:
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>urn:x-y:1</id><entry>'
        "<id>urn:x-y:2</id><title>SECRET</title><published>2015-05-19T08:00:00Z</published>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        '<form class="post-password-form"/></div></content></entry></feed>'
    )
    assert titles(read_feed(feed, None)) == []


@pytest.mark.parametrize(
    "item",
    [
        "<title>Wages: new talks</title>" + PAGE.format("wages-new-talks"),
        "<title>Wages: new talks</title>"
        + PAGE.format("new-talks")
        + "<description>The talks begin in May.</description>",
        "<title>Protected: workers in mines</title>" + PAGE.format("protected-workers-in-mines"),
        "<title>Geschützt: wer?</title>" + PAGE.format("geschuetzt-wer"),
        (
            "<title>Pay: up</title><description>&lt;p&gt;About &lt;code&gt;post-password-form"
            "&lt;/code&gt; of WordPress.&lt;/p&gt;</description>"
        ),
        "<title>: private</title><description>Text</description>",
        "<title>Private sector: pay</title><description>Text</description>",
    ],
)
def test_a_post_with_a_colon_is_taken(item: str) -> None:
    assert len(live(item)) == 1


def test_titles_of_ilofeed_are_taken_as_they_are() -> None:
    assert live("<title>Private: pay</title>", "ilofeed") == ["Private: pay"]


@pytest.mark.parametrize("status", ["draft", "Private", "PENDING", "trash", "members"])
def test_a_status_in_any_other_namespace(status: str) -> None:
    assert live(f"<title>SECRET</title><status>{status}</status>") == []
    assert (
        live(f"<title>SECRET</title><x:s xmlns:x='urn:x'/><visibility>{status}</visibility>") == []
    )


@pytest.mark.parametrize(
    "element", ["<status>open</status>", "<type>page-1</type>", "<published>2015</published>"]
)
def test_elements_that_say_something_else(element: str) -> None:
    assert live(f"<title>Pay</title>{element}") == ["Pay"]


# JSON and tables


STATEMENTS: list[tuple[dict[str, Any], str]] = [
    ({}, "public"),
    ({"status": "publish"}, "public"),
    ({"status": "Published", "visibility": "public", "type": "post"}, "public"),
    ({"status": True}, "public"),
    ({"status": [{"value": True}]}, "public"),
    ({"draft": False, "published": True, "password": ""}, "public"),
    ({"draft": None, "password": False}, "public"),
    ({"published": "2015-05-19"}, "public"),
    ({"isPublished": "checked"}, "public"),
    ({"type": "press release", "state": "Beijing", "audience": "employers"}, "public"),
    ({"status": "draft"}, "draft"),
    ({"Post Status": "Pending review"}, "draft"),
    ({"status": False}, "draft"),
    ({"status": [{"value": False}]}, "draft"),
    ({"draft": True}, "draft"),
    ({"draft": "ja"}, "draft"),
    ({"published": False}, "draft"),
    ({"is_published": "no"}, "draft"),
    ({"status": "scheduled"}, "scheduled"),
    ({"state": "queue"}, "public"),
    ({"state": "queued"}, "scheduled"),
    ({"draft": True, "visibility": "private"}, "out"),
    ({"status": "published", "visibility": "members"}, "out"),
    ({"status": "published", "visibility": "paid"}, "out"),
    ({"status": "sent"}, "out"),
    ({"status": "publish", "password": "x"}, "out"),
    ({"status": "draft", "post_password": "0"}, "out"),
    ({"status": "Entwurf"}, "out"),
    ({"status": ""}, "out"),
    ({"status": {"name": "draft"}}, "out"),
    ({"visibility": "tiers"}, "out"),
    ({"audience": "only_paid"}, "out"),
    ({"private": "yes"}, "out"),
    ({"deleted": True}, "out"),
    ({"type": "page"}, "out"),
    ({"page": True}, "out"),
    ({"post_type": "product"}, "out"),
    ({"moderation_state": "draft"}, "draft"),
    ({"Publish status": "Published"}, "public"),
    ({"workflow_state": "in translation"}, "out"),
    ({"Statut": "brouillon"}, "out"),
    ({"状态": "草稿"}, "out"),
    ({"unlisted": True}, "out"),
    ({"deleted_at": "2015-05-19"}, "out"),
    ({"deleted_at": None}, "public"),
    ({"_ghost": {"status": "draft"}}, "draft"),
    ({"_ghost": {"status": "published", "visibility": "members"}}, "out"),
    ({"status": "published", "_site": {"password": "x"}}, "out"),
    ({"_site": {"about": "status", "draft": False}, "_note": "draft"}, "public"),
]


@pytest.mark.parametrize(("keys", "state"), STATEMENTS)
def test_what_a_json_item_says_of_itself(keys: dict[str, Any], state: str) -> None:
    title = "SECRET" if state == "out" else "Pay"
    text = json.dumps({"items": [{"title": title, **keys}]})
    for drafts in (False, True):
        feed = read_json(text, drafts=drafts)
        is_taken = state == "public" or (drafts and state != "out")
        assert titles(feed) == ["Pay"] * is_taken
        assert feed.left_out == (not is_taken)
        assert [item.publication for item in feed.items] == [state] * is_taken
        assert sum("left out 1" in note.text for note in feed.notes) == (not is_taken)


IN_CELLS = [
    (keys, state)
    for keys, state in STATEMENTS
    if not any(isinstance(value, list | dict) for value in keys.values())
]


@pytest.mark.parametrize(("keys", "state"), IN_CELLS)
def test_what_a_row_of_a_table_says(keys: dict[str, Any], state: str) -> None:
    cells = [
        (
            ""
            if value in {None, False} and "pass" in key
            else str(value).lower()
            if value is not None
            else ""
        )
        for key, value in keys.items()
    ]
    text = ";".join(["title", *keys]) + "\n" + ";".join(["Pay", *cells]) + "\n"
    feed = read_table(text, {}, drafts=True)
    assert [item.publication for item in feed.items] == [state] * (state != "out")
    assert len(read_table(text, {}).items) == (state == "public")


def test_a_column_of_another_name_can_say_it() -> None:
    table = "title,Zustand\nPay,published\nHours,Entwurf\n"
    feed = read_table(table, {"status": "Zustand"})
    assert titles(feed) == ["Pay"]
    assert "(status `Entwurf`) (item 2)" in str(feed.notes[0])
    assert len(read_table(table, {}).items) == 2  # with a note on the column


def test_a_table_that_was_cut_off() -> None:
    table = "title,date,password\nPay\nSECRET,2015-05-19"
    feed = read_table(table, {})
    assert titles(feed) == ["Pay"]
    assert feed.left_out == 1


def test_an_item_that_was_deleted_where_feeds_are_synchronized() -> None:
    old, live = (
        f"<item><title>{title}</title><sx:sync id='a' deleted='{state}'/></item>"
        for title, state in (("SECRET", "true"), ("Pay", "false"))
    )
    head = "<rss xmlns:sx='http://feedsync.org/2007/feedsync'><channel>"
    feed = read_feed(f"{head}{old}{live}</channel></rss>", None)
    assert (titles(feed), feed.left_out) == (["Pay"], 1)


def test_a_form_for_a_password_in_json() -> None:
    form = '<form class="post-password-form">'
    items = [{"title": "SECRET", "content_html": form}, {"title": "Protected: SECRET"}]
    assert titles(read_json(json.dumps({"items": items}))) == []


def test_the_command_line_has_drafts(office: Path) -> None:
    (office / "source").write_text(
        '{"items": [{"title": "A", "draft": true, "date_published": '
        '"2015-05-19", "tags": ["wages", "CN"]}]}'
    )
    done = run(office, "import", "source")
    assert done.returncode == 1
    assert done.stderr.startswith("left out 1 draft (item 1): pass --drafts")
    assert run(office, "import", "source", "--drafts").returncode == 0
    assert "draft: true" in (office / "entries/2015/a.md").read_text()
