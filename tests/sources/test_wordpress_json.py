"""Posts as the REST interface of WordPress lists them: what is public, and what is read of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed.cli.import_command import import_source
from ilofeed.sources.items import Author, Picture, SourceError, Tag, Text
from ilofeed.sources.json_feed import read_json, read_wordpress_posts
from offices import NOW, write_office

if TYPE_CHECKING:
    from pathlib import Path


def rendered(text: str, **more: Any) -> dict[str, Any]:
    return {"rendered": text, **more}


POST: dict[str, Any] = {
    "id": 7,
    "date": "2015-05-19T16:00:00",
    "date_gmt": "2015-05-19T08:00:00",
    "modified": "2015-05-20T16:00:00",
    "modified_gmt": "2015-05-20T08:00:00",
    "slug": "wages-rise",
    "status": "publish",
    "type": "post",
    "link": "https://old.example.net/2015/wages-rise/",
    "guid": rendered("https://old.example.net/?a=b&#038;p=7"),  # as WordPress writes it
    "title": rendered("Wages &amp; hours"),
    "content": rendered("<p>More <b>pay</b>.</p>", protected=False),
    "excerpt": rendered("<p>More pay. [&hellip;]</p>\n", protected=False),
    "author": 3,
    "categories": [4],
    "tags": [],
    "_embedded": {
        "author": [{"id": 3, "name": "Bat", "url": "https://bat.example.net/"}],
        "wp:featuredmedia": [{"source_url": "https://old.example.net/a.jpg", "alt_text": "A"}],
        "wp:term": [
            [{"name": "Wages", "taxonomy": "category"}],
            [{"name": "China", "taxonomy": "post_tag"}, {"taxonomy": "post_tag"}],
            [{"name": "Aside", "taxonomy": "post_format"}],
        ],
    },
}


def posts(*changes: dict[str, Any]) -> str:
    return json.dumps([POST | change for change in changes])


def test_a_post() -> None:
    feed = read_wordpress_posts(posts({}))
    (item,) = feed.items
    assert feed.notes == ()
    assert (item.id, item.slug, item.link) == (
        "https://old.example.net/?a=b&p=7", "wages-rise", "https://old.example.net/2015/wages-rise/"
    )  # fmt: skip
    assert item.title == Text("Wages &amp; hours", "html")
    assert item.date == "2015-05-19T08:00:00Z"
    assert item.updated == "2015-05-20T08:00:00Z"
    assert item.summary == Text("", "html")  # made by WordPress of the content
    assert item.content == Text("<p>More <b>pay</b>.</p>", "html")
    assert item.tags == (Tag("Wages"), Tag("China"))
    assert item.authors == (Author("Bat", url="https://bat.example.net/"),)
    assert item.picture == Picture("https://old.example.net/a.jpg", "A")


def test_an_excerpt_that_an_editor_wrote_is_kept() -> None:
    (item,) = read_wordpress_posts(posts({"excerpt": rendered("<p>In short.</p>")})).items
    assert item.summary.value == "<p>In short.</p>"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "private"}, "left out 1 private post"),
        ({"status": "draft"}, "left out 1 draft"),
        ({"status": "future"}, "left out 1 scheduled post"),
        ({"status": None}, "left out 1 post that is not known to be public"),
        ({"type": "page"}, "left out 1 page"),
        ({"password": "secret"}, "left out 1 password-protected post"),
        ({"content": rendered("", protected=True)}, "left out 1 password-protected post"),
        ({"excerpt": rendered("", protected=True)}, "left out 1 password-protected post"),
        ({"title": rendered("Private: Plans")}, "left out 1 private post"),
        ({"content": rendered('<form class="post-password-form">')}, "1 password-protected post"),
    ],
)
def test_only_public_posts(change: dict[str, Any], why: str) -> None:
    feed = read_wordpress_posts(posts(change, {}))
    assert [item.number for item in feed.items] == [2]
    assert [why in note.text for note in feed.notes] == [True]
    assert feed.left_out == 1


def test_drafts_on_request() -> None:
    feed = read_wordpress_posts(posts({"status": "draft"}, {"status": "future"}), drafts=True)
    assert [item.publication for item in feed.items] == ["draft", "scheduled"]


def test_what_is_not_read_is_named() -> None:
    bare = {key: value for key, value in POST.items() if key != "_embedded"}
    feed = read_wordpress_posts(
        json.dumps([bare | {"acf": {"place": "Beijing"}, "format": "aside"}])
    )
    assert [note.text.partition(";")[0] for note in feed.notes] == [
        "posts without the names of their categories and authors and without pictures: 1",
        "members ignored, since entries have no key: acf (1)",
    ]


@pytest.mark.parametrize("text", ['[{"title": "x"}]', "[1]", "[[]]", "[", '[{"id": 1}, null]'])
def test_other_lists(text: str) -> None:
    with pytest.raises(SourceError, match=r"not of posts of WordPress|invalid JSON"):
        read_wordpress_posts(text)


@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [[]], {"rendered": {}}, True])
def test_values_of_the_wrong_types(value: Any) -> None:
    read_wordpress_posts(json.dumps([{**POST, key: value} for key in POST]), drafts=True)
    for key in ("author", "wp:term", "wp:featuredmedia"):
        read_wordpress_posts(posts({"_embedded": {key: value}}, {"_embedded": {key: [value]}}))


def test_the_description_of_the_interface_names_the_posts() -> None:
    with pytest.raises(SourceError, match=r"import its /wp-json/wp/v2/posts\?_embed=1"):
        read_json('{"name": "News", "namespaces": ["wp/v2"], "routes": {}}')


def test_the_older_interface_of_wordpress_com_names_the_newer_one() -> None:
    with pytest.raises(
        SourceError, match=r"import https://\S+/wp/v2/sites/SITE/posts\?_embed=1, or"
    ):
        read_json('{"found": 1, "posts": [{"ID": 1, "URL": "https://e.org/a"}]}')


def test_posts_become_entries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = write_office(tmp_path / "office")
    (office / "source").write_text(posts({}, {"status": "draft"}))
    assert import_source(office, NOW, source="source") == 0
    text = (office / "entries" / "2015" / "wages-rise.md").read_text()
    assert "title: Wages & hours\n" in text
    assert "categories: [wages]\ncountries: [CN]\n" in text
    assert text.endswith("More **pay**.\n")
    out, err = capsys.readouterr()
    assert out == "entries/2015/wages-rise.md\n"
    assert "1 entry written, 0 already present, 1 left out\n" in err
