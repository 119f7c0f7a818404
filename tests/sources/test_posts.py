"""Importing a folder of posts: each of its programs, and nothing that its site did not show."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Any

import pytest

from ilofeed import dates
from ilofeed.cli.import_command import import_source
from ilofeed.importers.fields import one_line
from ilofeed.sources.files import front_matter, posts
from ilofeed.sources.files.posts import read_posts
from ilofeed.sources.items import ImportedFeed, Item, SourceError, Tag
from offices import NOW, write_office

if TYPE_CHECKING:
    from pathlib import Path

ZONE = dates.zone("Asia/Shanghai")
YAML = "---\ntitle: Pay\ndate: 2015-05-19\n{}---\n\nPay went **up**.\n"


def read(folder: Path, files: dict[str, str | bytes], **told: Any) -> ImportedFeed:
    """Read a folder with these files by path."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    feed = read_posts(folder, ZONE, NOW, **told)
    assert "SECRET" not in repr(feed)
    return feed


def only(folder: Path, name: str, text: str) -> Item:
    (item,) = read(folder, {name: text}).items
    return item


def notes(feed: ImportedFeed) -> list[str]:
    return [str(note) for note in feed.notes]


# the programs


@pytest.mark.parametrize(
    "text",
    [
        '+++\ntitle = "Pay"\ndate = 2015-05-19T08:00:00+08:00\ntags = ["Wages"]\n+++\nText.\n',
        '---\ntitle: "Pay"\ndate: 2015-05-19T08:00:00+08:00\ntags: [Wages]\n---\nText.\n',
        "---\ntitle: Pay\ndate: 2015-05-19T08:00:00+08:00\ntags:\n- Wages\n...\nText.\n",
        '{\n"title": "Pay",\n"date": "2015-05-19T08:00:00+08:00",\n"tags": ["Wages"]\n}\nText.\n',
        '---json\n{"title":"Pay","date":"2015-05-19T08:00:00+08:00","tags":"Wages"}\n---\nText.\n',
        "Title: Pay\nDate: 2015-05-19T08:00:00+08:00\nTags: Wages\n\nText.\n",
        (
            "\ufeff---\r\ntitle: Pay\r\ndate: 2015-05-19T08:00:00+08:00\r\n"
            "tags: Wages\r\n---\r\nText.\r\n"
        ),
    ],
    ids=["toml", "yaml", "yaml block", "json", "named json", "pelican", "windows"],
)
def test_front_matter(tmp_path: Path, text: str) -> None:
    item = only(tmp_path, "pay.md", text)
    assert (item.title.value, item.slug, item.content.value) == ("Pay", "pay", "Text.\n")
    assert item.date.replace(" ", "T").upper() == "2015-05-19T08:00:00+08:00"
    assert (item.tags, item.publication) == ((Tag("Wages"),), "public")


def test_a_post_of_hugo(tmp_path: Path) -> None:
    text = (
        '+++\ntitle = "Pay"\ndate = 2015-05-19\npublishDate = 2015-05-20\nlastmod = 2015-06-01\n'
        'slug = "wages-2015"\nurl = "/2015/pay/"\naliases = ["/old/pay/", "/older/"]\nweight = 3\n'
        'categories = ["Wages"]\ntags = ["Hours", "Pay rise"]\n'
        'authors = ["Li Wei", "Bat Saran"]\n[params]\ncountries = ["China"]\n'
        '[cover]\nimage = "https://example.org/a.png"\nalt = "A factory"\n+++\n'
        "Short **text**.\n<!--more-->\nMore. {{< figure src=x >}} {{% note %}}\n"
    )
    feed = read(tmp_path, {"content/news/pay/index.md": text, "content/news/_index.md": text})
    (item,) = feed.items
    assert (item.title.value, item.slug) == ("Pay", "wages-2015")
    assert (item.date, item.updated) == ("2015-05-20", "2015-06-01")
    assert item.aliases == ("/2015/pay/", "/old/pay/", "/older/")
    assert [tag.term for tag in item.tags] == ["Wages", "Hours", "Pay rise", "China"]
    assert item.tags[-1].dimension == "countries"
    assert [author.name for author in item.authors] == ["Li Wei", "Bat Saran"]
    assert (item.picture.url, item.picture.alt) == ("https://example.org/a.png", "A factory")
    assert item.summary.value.strip() == "<p>Short <strong>text</strong>.</p>"
    assert "more-->" not in item.content.value
    assert "More." in item.content.value
    said = "\n".join(notes(feed))
    assert (
        "templates are removed from the body: `{{< figure src=x >}}` (1), `{{% note %}}` (1)"
        in said
    )
    assert "left out 1 page (item 1)" in said
    assert feed.table[1:] == tuple(
        f"{key:<28} {target:<18} {count:>6}"
        for key, target, count in [
            ("aliases", "aliases", 1),
            ("url", "aliases", 1),
            ("authors", "authors", 1),
            ("categories", "categories", 1),
            ("tags", "categories", 1),
            ("countries", "countries", 1),
            ("publishDate", "date", 1),
            ("cover", "image", 1),
            ("slug", "slug", 1),
            ("title", "title", 1),
            ("lastmod", "updated", 1),
            ("date", "(not kept)", 1),
            ("weight", "(not kept)", 1),
        ]
    )


def test_posts_of_jekyll(tmp_path: Path) -> None:
    feed = read(
        tmp_path,
        {
            "_config.yml": "title: SECRET\n",
            "_posts/2015-05-19-pay-rise.md": (
                "---\nlayout: post\npermalink: /2015/:title.html\ncategories: wages hours\n"
                "redirect_from:\n- /old\n---\nText {% include SECRET_no.html %}\n".replace(
                    "SECRET_no", "x"
                )
            ),
            "news/_posts/2015-05-20-hours.markdown": (
                "---\ntitle: Hours\ndate: 2015-05-21 10:00:00 +0800\ncategory: Working time\n"
                "excerpt_separator: <!-- cut -->\n---\nShort.<!-- cut -->Long.\n"
            ),
            "_posts/undated.md": YAML.format("").replace("Pay", "SECRET"),
            "_drafts/idea.md": YAML.format("").replace("Pay", "SECRET"),
            "about.md": YAML.format("").replace("Pay", "SECRET"),
            "_site/2015-05-19-pay-rise.md": "---\ntitle: SECRET\n---\n",
            "vendor/theme/_posts/2015-05-19-SECRET.md": "---\ntitle: SECRET\n---\n",
        },
    )
    pay, hours = feed.items
    assert (pay.title.value, pay.date, pay.slug) == ("Pay rise", "2015-05-19", "pay-rise")
    assert ([tag.term for tag in pay.tags], pay.aliases) == (["wages", "hours"], ("/old",))
    assert (hours.title.value, hours.date) == ("Hours", "2015-05-21 10:00:00 +0800")
    assert [tag.term for tag in hours.tags] == ["news", "Working time"]
    assert hours.summary.value.strip() == "<p>Short.</p>"
    assert hours.content.value == "Short.Long.\n"
    said = "\n".join(notes(feed))
    assert "left out 2 pages (items 3, 4): only posts become entries" in said
    assert "left out 1 draft (item 1)" in said
    assert "not read: 1 _config.yml file: of its `defaults` only what hides posts is read" in said
    assert "not read: 2 hidden folders" in said
    assert feed.left_out == 3


def test_posts_of_eleventy(tmp_path: Path) -> None:
    feed = read(
        tmp_path,
        {
            "content/blog/pay.md": YAML.format("tags: [posts, wages]\npermalink: /pay/{{ x }}/\n"),
            "content/blog/hidden.md": YAML.format("permalink: false\n").replace("Pay", "SECRET"),
            "content/blog/unlisted.md": YAML.format("eleventyExcludeFromCollections: true\n"),
            "content/blog/made.md": "---\ntitle: Pay\ndate: git Created\n---\nText.\n",
            "content/blog/script.md": "---js\nconst title = 'SECRET';\n---\nText.\n",
        },
    )
    made, pay = feed.items
    assert made.date == "git Created"  # refused with its reason when entries are made
    assert ([tag.term for tag in pay.tags], pay.aliases) == (["wages"], ())
    said = "\n".join(notes(feed))
    assert "left out 2 private posts" in said
    assert "left out `blog/script.md`: it has no front matter, so it is not a post" in said


def test_articles_of_pelican(tmp_path: Path) -> None:
    feed = read(
        tmp_path,
        {
            "content/pay.md": (
                "Title: Pay\nDate: 2015-05-19 10:00\nModified: 2015-06-01\nCategory: Wages\n"
                "Tags: hours, pay rise\nSlug: pay-2015\nAuthors: Li Wei, Bat Saran\nLang: mn\n"
                "Summary: One,\n    two.\nStatus: published\n\nText.\n"
            ),
            "content/hidden.md": "Title: SECRET\nDate: 2015-05-19\nStatus: hidden\n\nText.\n",
            "content/draft.md": "Title: SECRET\nDate: 2015-05-19\nStatus: draft\n\nText.\n",
            "content/skip.md": "Title: SECRET\nDate: 2015-05-19\nStatus: skip\n\nText.\n",
            "content/pages/about.md": "Title: SECRET\nDate: 2015-05-19\n\nText.\n",
            "content/old.rst": "SECRET\n######\n",
        },
    )
    (item,) = feed.items
    assert (item.slug, item.language, item.summary.value) == ("pay-2015", "mn", "One, two.")
    assert [tag.term for tag in item.tags] == ["Wages", "hours", "pay rise"]
    assert [author.name for author in item.authors] == ["Li Wei", "Bat Saran"]
    said = "\n".join(notes(feed))
    for line in (
        "left out 1 page",
        "left out 1 private post",
        "not known to be public (status `skip`)",
        "left out 1 draft",
        "not read: 1 .rst file: convert posts in reStructuredText to Markdown",
    ):
        assert line in said
    assert feed.left_out == 4


@pytest.mark.parametrize("sign", ["-", "_"])
def test_a_date_in_the_name_of_a_file(tmp_path: Path, sign: str) -> None:
    item = only(tmp_path, f"2015-05-19{sign}pay.md", '+++\ntitle = "Pay"\n+++\n')
    assert (item.date, item.slug) == ("2015-05-19", "pay")


def test_a_program_that_gives_values_to_posts_is_named(tmp_path: Path) -> None:
    feed = read(tmp_path, {"news/news.11tydata.js": "", "news/a.js": "", "news/a.md": YAML})
    said = "\n".join(notes(feed))
    assert "not read: 1 .11tydata.js file: a program that gives values to posts; check" in said
    assert "not read: 1 .js file: only posts" in said


# what was public


@pytest.mark.parametrize(
    ("scope", "is_hidden"),
    [
        ("path: ''", True),
        ("path: _posts/old", True),
        ("path: _posts/*/pay.md, type: posts", True),
        ("type: posts", True),
        ("path: news", False),
        ("path: '', type: pages", False),
    ],
)
@pytest.mark.parametrize("start", ["", "_posts"])
def test_defaults_of_jekyll_that_hide_posts(
    tmp_path: Path, scope: str, start: str, *, is_hidden: bool
) -> None:
    defaults = f"defaults: [{{scope: {{{scope}}}, values: {{published: false}}}}, x, {{}}]\n"
    (tmp_path / "_config.yml").write_text(defaults)
    (tmp_path / "_posts/old").mkdir(parents=True)
    (tmp_path / "_posts/old/2015-05-19-pay.md").write_text(YAML.format(""))
    feed = read_posts(tmp_path / start, ZONE, NOW)
    assert (len(feed.items), feed.left_out) == ((0, 1) if is_hidden else (1, 0))


@pytest.mark.parametrize(
    "keys",
    [
        "draft: true",
        "Draft: yes",
        "draft: false\nDraft: true",
        "draft: [true]",
        "published: false",
        "status: embargoed",
        "visibility: members",
        "private: true",
        "password: s3",
        "headless: true",
        "build: {render: never}",
        "_build: {list: false}",
        "params: {private: true}",
        "expiryDate: 2015-06-01",
        "publishDate: 2040-01-01",
        "pubDate: 1 January 2040",
        "PublishDate: Sun, 01 Jan 2040 00:00:00 +0000",
        "publishDate: 2040-01-01 00:00 UTC",
        "type: page",
        "layout: page",
    ],
)
def test_what_was_not_public_is_left_out(tmp_path: Path, keys: str) -> None:
    text = YAML.format(f"{keys}\n").replace("Pay", "SECRET")
    feed = read(tmp_path, {"a.md": text, "b.md": YAML.format("draft: false\nstatus: published\n")})
    assert [item.number for item in feed.items] == [2]
    assert feed.left_out == 1
    assert "left out 1 " in notes(feed)[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("news/_index.md", "---\ntitle: News\ncascade: {draft: true}\n---\n"),
        ("news/_index.md", "+++\n[[cascade]]\n[cascade.params]\nprivate = true\n+++\n"),
        ("_index.md", "---\ncascade:\n- build: {list: never}\n  target: {path: /news/**}\n---\n"),
        ("news/news.json", '{"eleventyExcludeFromCollections": true, "tags": ["posts"]}'),
        ("news/news.11tydata.json", '{"permalink": false}'),
    ],
)
def test_what_a_folder_says_holds_for_its_posts(tmp_path: Path, name: str, text: str) -> None:
    secret = YAML.format("").replace("Pay", "SECRET")
    feed = read(tmp_path, {name: text, "news/2015/a.md": secret})
    assert (feed.items, feed.left_out > 0) == ((), True)
    assert len(read(tmp_path, {name: "{}", "news/2015/a.md": YAML.format("")}).items) == 1


def test_drafts_on_request(tmp_path: Path) -> None:
    feed = read(
        tmp_path,
        {
            "_drafts/idea.md": YAML.format(""),
            "_posts/2040-01-01-later.md": "---\ntitle: Later\n---\nText.\n",
            "_posts/2015-05-19-secret.md": "---\ntitle: SECRET\nprivate: true\n---\nText.\n",
        },
        drafts=True,
    )
    assert [item.publication for item in feed.items] == ["draft", "scheduled"]


def test_files_in_a_bundle_are_not_posts(tmp_path: Path) -> None:
    secret = YAML.format("").replace("Pay", "SECRET")
    feed = read(
        tmp_path,
        {
            "pay/index.md": YAML.format(""),
            "pay/notes.md": secret,
            "pay/more/notes.md": secret,
            "pay/a.png": b"\x89PNG",
            "hours/index.mn.md": YAML.format(""),
            "index.md": secret,
        },
    )
    assert [(item.slug, item.language) for item in feed.items] == [("hours", "mn"), ("pay", "")]
    assert "not read: 1 .png file" in "\n".join(notes(feed))


# what is hostile or broken


def test_links_and_special_files_are_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_text(YAML.format("").replace("Pay", "SECRET"))
    folder = tmp_path / "blog"
    folder.mkdir()
    (folder / "file.md").symlink_to(outside / "a.md")
    (folder / "folder").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.md")
    feed = read(
        folder,
        {
            "pay.md": YAML.format(""),
            ".git/a.md": YAML.format("").replace("Pay", "SECRET"),
            "node_modules/a.md": YAML.format("").replace("Pay", "SECRET"),
            ".hidden.md": YAML.format("").replace("Pay", "SECRET"),
        },
    )
    assert len(feed.items) == 1
    assert "not read: 2 .md files, 2 hidden folders, 3 symbolic links" in "\n".join(notes(feed))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Only text.\n", "it has no front matter"),
        ("", "it has no front matter"),
        ("---\ntitle: Pay\n", "its front matter has no end"),
        ("---\ntitle: a: b\n---\n", "line 2, column 9: "),
        ("---\ndraft: false\ndraft: true\n---\n", "duplicate key `draft`"),
        ("---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n", "YAML anchor"),
        ("---\na: !!python/object:os.system x\n---\n", "YAML tag"),
        ("---\na: " + "[" * 5_000 + "\n---\n", "line 2, column 4: "),
        ("---\n- a\n---\n", "expected keys"),
        ("+++\ntitle = Pay\n+++\n", "invalid TOML"),
        ("+++\na = " + "[" * 20_000 + "\n+++\n", "invalid TOML"),
        ('{\n"a": ' + "[" * 20_000 + "\n}\n", "invalid JSON"),
        ("---\na: " + "x" * 60_000 + "\n---\n", "more than 50000 characters"),
        ("---\ntitle: Pay\ndate: 2015-05-19\n---\n" + "x" * 2**20, "it is larger than 1 MiB"),
        (
            "工资上涨".encode("gb18030"),
            "the file is not encoded as UTF-8; as GBK this is `工资上涨`",
        ),
        (b"\x89PNG\r\n", "this is a picture"),
        (YAML.format("").encode("utf-16"), "the file is encoded as UTF-16"),
    ],
)
def test_a_broken_post_is_named(tmp_path: Path, text: str | bytes, why: str) -> None:
    feed = read(tmp_path, {"a.md": text, "b.md": YAML.format("")})
    assert [item.slug for item in feed.items] == ["b"]
    (note,) = (note for note in notes(feed) if note.startswith("left out `a.md`: "))
    assert why in note
    assert feed.left_out == 1


def test_an_unreadable_post_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, limit: int) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("ilofeed.content.read.read_limited", refuse)
    feed = read(tmp_path, {"a.md": YAML.format("")})
    assert notes(feed) == ["left out `a.md`: it cannot be read (Permission denied)"]


def test_equal_reasons_are_said_once(tmp_path: Path) -> None:
    feed = read(tmp_path, {f"{number}.md": "Text.\n" for number in range(9)})
    (note,) = notes(feed)
    assert note.count("front matter") == 1
    assert note.startswith("left out `0.md`, `1.md`, `2.md`, `3.md`, `4.md` and 4 more: ")


def test_a_folder_with_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posts, "MAX_FILES", 5)
    read(tmp_path, {f"{number}.md": YAML.format("") for number in range(5)})
    with pytest.raises(SourceError, match="more than 5 files"):
        read(tmp_path, {"6.txt": "x"})


def test_a_folder_without_posts(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="folder without Markdown files"):
        read(tmp_path, {"a.txt": "x"})


def test_templates_are_removed_but_in_code() -> None:
    text = "{% x %}a {{ b }}\n\n```\n{% y %}\n```\n`{{ z }}` {: .c}\n~~~~\n{{ open }}"
    body, removed = front_matter.remove_templates(text)
    assert body == "a \n\n```\n{% y %}\n```\n`{{ z }}` \n~~~~\n{{ open }}"
    assert removed == {"{% x %}": 1, "{{ b }}": 1, "{: .c}": 1}


@pytest.mark.parametrize(
    "piece", ["{% ", "{{ ", "`", "{: ", "```\n", "~~~ \n````\n", "{%-  a b ", "x`` "]
)
def test_removing_templates_takes_linear_time(piece: str) -> None:
    front_matter.remove_templates(piece * (400_000 // len(piece)))  # hours, if it were quadratic


# in an office


def test_a_folder_becomes_entries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = write_office(tmp_path / "office")
    blog = tmp_path / "blog"
    read(
        blog,
        {
            "_posts/2015-05-19-pay.md": "---\ntitle: Pay\ntags: wages\n---\nUp **2%**.\n",
            "_posts/2015-05-20-made.md": "---\ntitle: Made\ndate: Last Modified\n---\nText.\n",
        },
    )
    for again in (False, True):
        assert import_source(office, NOW, source="../blog", countries=["CN"], write_terms=True) == 0
        out, said = capsys.readouterr()
        assert out == ("" if again else "entries/2015/pay.md\n")
        assert "key of posts                 becomes             files\n" in said
        assert '"Made": left out: the date: invalid date `Last Modified`' in said
    assert (office / "entries" / "2015" / "pay.md").read_text() == (
        "---\ntitle: Pay\ndate: 2015-05-19\nsummary: Up 2%.\ncategories: [wages]\n"
        "countries: [CN]\n---\n\nUp **2%**.\n"
    )


def test_the_table_is_shown_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ilofeed.cli import console

    office, blog = write_office(tmp_path / "office"), tmp_path / "blog"
    read(blog, {"pay.md": YAML.format("tags: [wages]\n")})
    seen: list[tuple[str, bool]] = []
    path = office / "entries" / "2015" / "pay.md"
    monkeypatch.setattr(
        console, "say", lambda *lines: seen.extend((x, path.exists()) for x in lines)
    )
    import_source(office, NOW, source="../blog", countries=["CN"], write_terms=True)
    written = dict(seen)
    assert not any(exists for line, exists in seen if line in read(blog, {}).table)
    assert [exists for line, exists in written.items() if "1 entry written" in line] == [True]


def test_a_date_without_a_zone_is_in_the_zone_of_the_office(tmp_path: Path) -> None:
    now = dt.datetime(2015, 5, 19, 1, tzinfo=dt.UTC)
    (tmp_path / "a.md").write_text("---\ntitle: A\ndate: 2015-05-19 08:59\n---\n")
    (tmp_path / "b.md").write_text("---\ntitle: B\ndate: 2015-05-19 09:01\n---\n")
    assert [item.title.value for item in read_posts(tmp_path, ZONE, now).items] == ["A"]


def test_a_title_and_a_summary_may_be_html(tmp_path: Path) -> None:
    keys = 'title: "&ldquo;Pay&rdquo; <em>now</em> & 1 < 2"\n'
    keys += "description: \"<a href='/x'>A</a> &amp; B\""
    item = only(tmp_path, "_posts/2015-05-19-a.md", f"---\n{keys}\n---\nText.\n")
    assert one_line(item.title) == "“Pay” now & 1 < 2"
    assert one_line(item.summary) == "A & B"


@pytest.mark.parametrize("date", ["2099年1月1日", "1 января 2099", "1er janvier 2099 à 08:00"])
def test_a_post_in_the_future_is_not_public_however_its_date_is_written(
    tmp_path: Path, date: str
) -> None:
    feed = read(tmp_path, {"a.md": f"---\ntitle: A\ndate: {date}\n---\nText.\n"})
    assert feed.items == ()
    assert "left out 1 scheduled post" in str(feed.notes)
