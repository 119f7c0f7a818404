"""Importing: what is kept, what is said of the rest, and that nothing hostile gets through."""

from __future__ import annotations

import codecs
import dataclasses
import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from effort import attempts
from ilofeed.build import prepare
from ilofeed.cli.import_command import import_source
from ilofeed.content.office import check_office
from ilofeed.content.read import Sources, read_office
from ilofeed.content.site import check
from ilofeed.http import FetchError
from ilofeed.importers.markup.markdown import to_markdown
from ilofeed.importers.terms import with_terms
from ilofeed.model import Term
from ilofeed.problems import has_errors
from ilofeed.text import find_unfit, repair
from offices import DATA, NOW, OFFICE, ROOT, entry, write_office
from program import run
from serving import host

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = sorted((DATA / "import").iterdir())
Files = dict[str, str]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return write_office(tmp_path / "office")


def imported(
    folder: Path, data: bytes | str, capsys: pytest.CaptureFixture[str], **told: Any
) -> tuple[Files, str]:
    """Import into an office's folder: its entry files by name, and what was said."""
    code, files, said = outcome(folder, data, capsys, **told)
    assert code == 0, said
    return files, said


def outcome(
    folder: Path, data: bytes | str, capsys: pytest.CaptureFixture[str], **told: Any
) -> tuple[int, Files, str]:
    (folder / "source").write_bytes(data.encode() if isinstance(data, str) else data)
    capsys.readouterr()
    code = import_source(folder, NOW, source="source", **{"verbose": True, **told})
    out, err = capsys.readouterr()
    return code, entry_files(folder), out + err


def entry_files(folder: Path) -> Files:
    found = sorted(path for path in (folder / "entries").rglob("*.md") if path.is_file())
    return {path.relative_to(folder / "entries").as_posix(): path.read_text() for path in found}


# a feed in Mongolian has an item in English; a text that is about HTML stays
IGNORED = {"no-entries", "other-script", "markup-in-text"}


def passes(folder: Path) -> bool:
    draft = prepare(folder, NOW)
    found = [problem for problem in draft.problems if problem.code not in IGNORED]
    assert found == []
    assert draft.faults == ()
    return True


def rss(*items: str, head: str = "") -> str:
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>T</title><link>https://old.example.net/</link>{head}"
        + "".join(f"<item>{item}</item>" for item in items)
        + "</channel></rss>"
    )


GOOD = (
    "<title>Pay</title><guid>https://old.example.net/1</guid>"
    "<pubDate>Tue, 19 May 2015 08:00:00 +0200</pubDate>"
    "<description>A text.</description><category>Wages</category><category>China</category>"
)


def item(**changes: str | None) -> str:
    """An item that can be kept whole, but for the changes; None leaves an element out."""
    parts = {
        "title": "Pay",
        "pubDate": "Tue, 19 May 2015 08:00:00 +0200",
        "description": "A text.",
        "guid": "https://old.example.net/1",
    } | changes
    return "".join(f"<{k}>{v}</{k}>" for k, v in parts.items() if v is not None) + (
        "<category>Wages</category><category>China</category>"
    )


# each format


def test_an_rss_feed(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = (DATA / "import" / "blog.rss").read_bytes()
    files, said = imported(office, data, capsys, countries=["world"], write_terms=True)
    assert (
        files["2015/wages-working-time-what-a-survey-finds.md"]
        == """---
title: "Wages & working time: what a survey finds"
date: 2015-05-19T08:00:00+08:00
summary: Pay went up, hours did not go down. The survey asked 2,000 people … Read more
categories: [wages, working-time]
countries: [MN]
link: https://blog.example.net/2015/05/wages/
authors:
  - Bat Saran
attachments:
  - url: https://blog.example.net/files/survey.pdf
    length: 2097152
id: https://blog.example.net/?p=1234
---

Pay went **up**, hours did *not* go down.

![Hours by year](https://blog.example.net/wp-content/chart.png)

- Wages: [see April](https://blog.example.net/2015/05/04/earlier/)
- Hours: 45 a week

[https://video.example.net/embed/1](https://video.example.net/embed/1)

## What next?

A talk in June. \\* \\* \\* #decentwork \\<b\\>
"""
    )
    assert "date: 2015-04-10T23:30:00-05:00\n" in files["2015/safety-first.md"]
    assert "id:" not in files["2015/safety-first.md"]
    assert 'item 2 "Safety first": its id `12345 at https://blog.example.net`' in said
    assert "the iframe `https://video.example.net/embed/1` in the body became a link" in said
    assert "comments (1), slash_comments (1)" in said
    assert 'item 4 "No date at all": left out: it has no date' in said
    assert "3 entries written, 0 already present, 1 left out\n" in said
    assert b"  world: World\n" in (office / "feeds.yaml").read_bytes()
    assert passes(office)


def test_an_atom_feed(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, _ = imported(office, (DATA / "import" / "news.atom").read_bytes(), capsys)
    assert (
        files["2015/khodolmoriyn-khols.md"]
        == """---
title: Хөдөлмөрийн хөлс
date: 2015-06-02T09:30:00+08:00
summary: Нэг судалгаа.
categories: [wages]
countries: [MN]
link: https://news.example.net/2015/wages.html
updated: 2015-06-03T18:00:00+08:00
authors:
  - name: News desk
    email: desk@example.net
attachments:
  - url: https://news.example.net/files/table.xlsx
    length: 1337
    title: All figures
language: mn
id: urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a
---

Нэг [судалгаа](https://news.example.net/more.html).

| Он | Цалин |
| --- | --- |
| 2014 | 5 \\| 6 |
"""
    )
    second = files["2015/work-in-china.md"]
    assert "authors:\n  - name: Li Wei\n    url: https://example.net/li\n  - Bat\n" in second
    assert "updated" not in second
    assert passes(office)


def test_an_rdf_feed(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = (DATA / "import" / "old.rdf").read_bytes()
    files, _ = imported(office, data, capsys, countries=["CN"])
    assert list(files) == ["2004/decent-work.md"]
    assert "date: 2004-05-19T14:00:00+08:00\n" in files["2004/decent-work.md"]
    assert "id: https://old.example.net/1\n" in files["2004/decent-work.md"]
    assert "categories: [employment]\n" in files["2004/decent-work.md"]


def test_a_json_feed(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, said = imported(office, (DATA / "import" / "feed.json").read_bytes(), capsys)
    first = files["2016/jobs-return.md"]
    assert "date: 2016-02-03T04:05:06-05:00\n" in first
    assert "updated: 2016-02-05T00:00:00-05:00\n" in first
    assert "  - url: https://json.example.net/1.mp3\n    length: 99\n    title: Listen\n" in first
    assert first.endswith("---\n\nJobs **return** to the coast.\n\n> At last!\n")
    assert files["2016/plain-text-a-sign.md"].endswith(
        "Plain text \\& a \\<sign\\>.\n\nSecond paragraph.\n"
    )
    assert "https://json.example.net/1.jpg` has no alt text" in said
    assert "older items are on further pages, such as `https://json.example.net/page/2`" in said
    assert "item 3: left out: it is not an object\n" in said
    assert passes(office)


def test_a_table(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, said = imported(office, (DATA / "import" / "table.csv").read_bytes(), capsys)
    assert (
        files["2015/seminar-second-part.md"]
        == """---
title: Seminar; second part
date: 2015-04-09
summary: A seminar on "standards".
categories: [wages, employment]
countries: [CN]
link: https://table.example.net/seminar
event:
  start: 2015-04-08
  end: 2015-04-09
  place: Zhenjiang
---

Some **Markdown**.

- a
- b
"""
    )
    assert "countries: [MN, world]\n" in files["2015/report-out.md"]
    assert "date: 2015-04-09\n" in files["2015/report-out.md"]
    assert "unknown columns ignored: `Editor`; name their keys with --column KEY=HEADER\n" in said
    assert "invalid date `19/05/2015`" in said
    assert "--date-format %d/%m/%Y" in said
    assert passes(office)


# options


def test_columns_and_dates_of_another_table(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "Headline\tWhen\tText\n"
    table += "Pay\t19/05/2015\tA report.\nJobs\t01.02.2015\tNo.\n"
    told: dict[str, Any] = {
        "columns": ["title=Headline", "date=when", "summary=Text"],
        "date_forms": ["%d/%m/%Y"],
        "categories": ["wages", "employment"],
        "countries": ["CN"],
    }
    files, said = imported(office, table, capsys, **told)
    assert "date: 2015-05-19\n" in files["2015/pay.md"]
    assert "categories: [wages, employment]\ncountries: [CN]\n" in files["2015/pay.md"]
    assert "date: 2015-02-01\n" in files["2015/jobs.md"]  # a form that can be told without help
    assert "2 entries written" in said


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--column", "headline=x"), "unknown key `headline`"),
        (("--column", "title"), "write KEY=HEADER"),
        (("--category", "wage"), "`wage` is not in feeds.yaml; did you mean `wages`?"),
        (("--country", "FR"), "`FR` is not in feeds.yaml"),
        (("--as", "opml"), "Invalid value"),
        (("--encoding", "rot13"), "unknown --encoding `rot13`"),
        (("--date-format", "%d/%m"), "it must have a year"),
    ],
)
def test_options_that_are_wrong(office: Path, args: tuple[str, ...], words: str) -> None:
    (office / "source").write_text(rss(GOOD))
    done = run(office, "import", "source", *args)
    assert done.returncode == 2
    assert words in done.stderr
    assert entry_files(office) == {}


def test_a_column_that_is_not_there(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = outcome(office, "Titel,Date\nx,2015-01-01\n", capsys, columns=["title=Title"])
    assert code == 1
    assert "there is no column `Title` for title; did you mean `Titel`?" in said


def test_the_kind_can_be_said(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = "{title},date\nx,2015-01-01\n"
    told: dict[str, Any] = {"columns": ["title={title}"], "categories": ["wages"]}
    assert outcome(office, table, capsys, **told)[0] == 1
    files, _ = imported(office, table, capsys, kind="csv", countries=["CN"], **told)
    assert list(files) == ["2015/x.md"]


def test_a_dry_run_writes_nothing(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = rss(GOOD + "<category>New one</category>")
    before = (office / "feeds.yaml").read_bytes()
    files, said = imported(office, data, capsys, dry_run=True, write_terms=True)
    assert files == {}
    assert (office / "feeds.yaml").read_bytes() == before
    assert "2015-05-19  pay   wages, new-one  CN         Pay\n" in said
    assert "  new-one: New one\n" in said
    assert "1 entry would be written, 0 already present, 0 left out\n" in said


@pytest.mark.slow
def test_new_categories_are_printed_or_written(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = rss(GOOD + "<category>Pay: &amp; #hours</category>")
    before = (office / "feeds.yaml").read_bytes()
    code, files, said = outcome(office, data, capsys)
    assert (code, files) == (1, {})
    assert (office / "feeds.yaml").read_bytes() == before
    assert said.startswith('"Pay: & #hours": pay-hours\n')
    assert "--write-terms" in said
    imported(office, data, capsys, write_terms=True)
    after = (office / "feeds.yaml").read_bytes()
    line = b'  pay-hours: "Pay: & #hours"\n'
    assert after == before.replace(b"countries:\n", line + b"countries:\n")
    assert passes(office)


def test_terms_are_put_in_by_hand_where_there_are_no_lines(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, end = OFFICE.index(b"categories:"), OFFICE.index(b"countries:")
    flow = OFFICE[:start] + b"categories: {wages: Wages}\n" + OFFICE[end:]
    (office / "feeds.yaml").write_bytes(flow)
    data = rss(GOOD + "<category>New</category>")
    code, files, said = outcome(office, data, capsys, write_terms=True)
    assert (code, files) == (1, {})
    assert "  new: New\n" in said
    assert "add the lines above by hand" in said
    assert (office / "feeds.yaml").read_bytes() == flow


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("categories:\n  a: A\n", "categories:\n  a: A\n  new: New\n"),
        ("categories:\n  a: A", "categories:\n  a: A\n  new: New\n"),
        ("categories:\n    a: A # x\n\n# y\n", "categories:\n    a: A # x\n    new: New\n\n# y\n"),
        (
            "categories:\n  b: B\n  a:\n    label: A\n    broader: b\n  # end\n",
            "categories:\n  b: B\n  a:\n    label: A\n    broader: b\n  new: New\n  # end\n",
        ),
        (
            "categories:\n  a: {label: A,\n    description: x}\n",
            "categories:\n  a: {label: A,\n    description: x}\n  new: New\n",
        ),
        (
            "categories:\n  a:\n    label: >-\n      A\n      B\n\n",
            "categories:\n  a:\n    label: >-\n      A\n      B\n  new: New\n\n",
        ),
        ("categories:\r\n  a: A\r\n", "categories:\r\n  a: A\r\n  new: New\r\n"),
        ("categories: {a: A}\n", None),
        ("categories: {a: A,\n  b: B}\n", None),
    ],
)
def test_lines_for_new_categories(before: str, after: str | None) -> None:
    head = (
        "site:\n  url: https://example.org/\n  authority: example.org,2015\n  title: T\n"
        "  timezone: Etc/UTC\ncountries:\n  world: World\n"
    )
    made = with_terms((head + before).encode(), {"new": Term("new", {"": "New"})}, NOW)
    assert made == (None if after is None else (head + after).encode())


def test_an_item_without_terms_needs_an_option(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = item().replace("<category>Wages</category><category>China</category>", "")
    code, files, said = outcome(office, rss(bare), capsys)
    assert (code, files) == (1, {})
    assert (
        "left out: it has none of the office's categories; choose one with --category SLUG" in said
    )
    code, files, said = outcome(office, rss(bare), capsys, categories=["wages"])
    assert (code, files) == (1, {})
    assert "left out: it has none of the office's countries; choose one with --country CODE" in said
    files, _ = imported(office, rss(bare), capsys, categories=["wages"], countries=["NO", "CN"])
    assert "categories: [wages]\ncountries: [NO, CN]\n" in files["2015/pay.md"]


def test_a_new_category_that_no_slug_can_be_made_of(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said = imported(office, rss(GOOD + "<category>！！</category>"), capsys)
    assert "category `！！` has no slug; name one: --map `！！=SLUG`" in said


# identity


@pytest.mark.parametrize(
    ("guid", "kept"),
    [
        ("https://old.example.net/?p=1", "https://old.example.net/?p=1"),
        ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a",) * 2,
        ("tag:old.example.net,2010:x", "tag:old.example.net,2010:x"),
        ("tag:example.org,2015:office:pay", None),  # what the file's name says
        ("tag:example.org,2015:office:salary", None),
        ("tag:example.org,2015:office:Pay", "tag:example.org,2015:office:Pay"),
    ],
)
def test_ids_are_kept(
    office: Path, capsys: pytest.CaptureFixture[str], guid: str, kept: str | None
) -> None:
    files, said = imported(office, rss(item(guid=guid)), capsys)
    (text,) = files.values()
    assert [line for line in text.splitlines() if line.startswith("id:")] == (
        [f"id: {kept}"] if kept else []
    )
    assert "its id" not in said
    site, _ = check(read_office(office), NOW)
    assert site is not None
    assert site.entries[0].id == guid


@pytest.mark.parametrize(
    "guid",
    [
        "12345",
        "HTTPS://old.example.net/1",
        "https://old.example.net",
        "https://old.example.net/" + "x" * 200,
        "tag:example.org,2015:office:feed/all",
        "yt:video:1",
    ],
)
def test_ids_that_cannot_be_kept_are_named(
    office: Path, capsys: pytest.CaptureFixture[str], guid: str
) -> None:
    files, said = imported(office, rss(item(guid=guid)), capsys)
    assert "\nid:" not in files["2015/pay.md"]
    assert f"its id `{guid[:50]}" in said
    assert "subscribers see it as new" in said
    # and the second time it is known by its title and date
    _, said = imported(office, rss(item(guid=guid)), capsys)
    assert "0 entries written, 1 already present" in said


def test_nothing_is_overwritten_or_written_twice(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (office / "entries" / "pay.md").write_bytes(entry(title="Pay"))
    (office / "entries" / "work.md").mkdir()  # cannot be read, but has the name
    data = rss(GOOD, item(title="Work", guid="https://old.example.net/2"), GOOD)
    files, said = imported(office, data, capsys)
    assert set(files) == {"pay.md", "2015/pay-2.md", "2015/work-2.md"}
    assert (office / "entries" / "pay.md").read_bytes() == entry(title="Pay")
    assert "left out 1 version of items that are here again (3): the newest is imported" in said
    before = {path: path.stat().st_mtime_ns for path in (office / "entries").rglob("*.md")}
    _, said = imported(office, data, capsys)
    assert "0 entries written, 2 already present, 1 left out\n" in said
    assert {p: p.stat().st_mtime_ns for p in (office / "entries").rglob("*.md")} == before


def test_a_file_that_came_meanwhile_stays(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (office / "entries" / "2015").mkdir()
    (office / "entries" / "2015" / "pay.md").symlink_to(office / "nowhere")
    (office / "source").write_text(rss(GOOD))
    import_source(office, NOW, source="source")
    assert not (office / "nowhere").exists()
    assert (office / "entries" / "2015" / "pay-2.md").exists()


# dates


def test_a_last_change_before_the_date_is_left_out(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "title,date,updated,categories,countries\nA,2015-05-19,2015-05-01,wages,CN\n"
    files, said = imported(office, table, capsys)
    assert "updated" not in files["2015/a.md"]
    assert "the time of the last change: it is before the date" in said


# texts


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("AT&amp;amp;T &amp;lt;b", "AT&T <b"),
        ("It&amp;#8217;s", "It’s"),
        ("caf\u00c3\u00a9", "café"),
        ("icon \ue001 here", "icon here"),
        ("a\u0085b\u200b", "a…b\u200b"),
        ("x" * 400, "x" * 299 + "…"),
        ("a: b # c", "a: b # c"),
        ("- [x", "- [x"),
    ],
)
def test_titles(office: Path, capsys: pytest.CaptureFixture[str], title: str, wanted: str) -> None:
    imported(office, rss(item(title=title)), capsys)
    site, problems = check(read_office(office), NOW)
    assert not has_errors(problems)
    assert site is not None
    assert site.entries[0].title == wanted


def test_texts_that_cannot_be_mended_are_cut(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = "A sentence of seven words is here. " * 100
    files, _ = imported(office, rss(item(description=long)), capsys)
    summary = files["2015/pay.md"].partition("summary: ")[2].partition("\n")[0]
    assert 300 < len(summary) <= 600
    assert summary.endswith("is here.")
    assert files["2015/pay.md"].count("A sentence of seven words") > 100


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br><br>b<br>c", "a\n\nb\\\nc"),
        ("<div>a<div>b</div></div>", "a\n\nb"),
        ("<b>a</b> <i>b</i> <del>c</del>", "**a** *b* ~~c~~"),
        ("wow!<a href='https://e.org/x_(y)'>z</a>!", "wow\\![z](<https://e.org/x_(y)>)!"),
        ("<a href='/x'>z</a><a name='y'>no</a>", "[z](https://base.org/x)no"),
        ("<a href='mailto:a@e.org'>m</a>", "[m](mailto:a@e.org)"),
        ("<pre>a ``` b\n  c</pre>", "````\na ``` b\n  c\n````"),
        ("<ol start='3'><li>a<ul><li>b</ul></ol>", "3. a\n   - b"),
        ("<style>y</style>z", "z"),
        (
            "1. a # b * c _d_ &lt;e&gt; `f` [g]",
            "1\\. a \\# b \\* c \\_d\\_ \\<e\\> \\`f\\` \\[g\\]",
        ),
        ("<dl><dt>a<dd>b</dl>", "a\n\nb"),
        ("<h1>a<br>b</h1>", "## a b"),
        ("<img src='/x.png' alt='a]b' title='t\"'>", '![a\\]b](https://base.org/x.png "t\\"")'),
        ("<font color=red>a</font><custom-x>b</custom-x>", "ab"),
        ("a\x00b\x07c", "abc"),
    ],
)
def test_bodies(html: str, markdown: str) -> None:
    def resolve(_element: str, _name: str, value: str) -> str | None:
        return "https://base.org" + value if value.startswith("/") else value

    body = to_markdown(html, "https://me.org/", resolve)
    assert body.markdown == markdown
    assert body.lost == ()
    # and what was made of it comes back to the letter
    assert to_markdown(body.html, "https://me.org/", lambda *a: a[2]).markdown == markdown


@pytest.mark.parametrize(
    ("html", "markdown", "words"),
    [
        ("<b>“a”</b>b", "“a”b", "bold and italics"),
        (
            "<img src='https://e.org/x.png'>a",
            "a",
            "`https://e.org/x.png` in the body has no alt text",
        ),
        ("<script>x</script>a", "a", "left out of the body: 1 script"),
        ("<div>" * 5000 + "a", "a", "too deeply nested"),
        ("<p>a</p>" + "<p>" * 30_000, "a", "too long or too deeply nested"),
        ("a" * 120_000, "", "the body is too long (120000 characters"),
    ],
)
def test_bodies_of_which_not_all_is_kept(html: str, markdown: str, words: str) -> None:
    body = to_markdown(html, "https://me.org/", lambda *a: a[2])
    assert body.markdown == markdown
    assert any(words in one for one in body.lost)


def test_a_summary_alone_is_no_body(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "&lt;p&gt;A &amp;amp; b.&lt;/p&gt;"
    files, _ = imported(office, rss(item(description=text)), capsys)
    assert "summary: A & b.\n" in files["2015/pay.md"]
    assert files["2015/pay.md"].endswith("\n---\n")


def test_addresses_of_the_own_site_lead_somewhere_or_go(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = "https://example.org/feeds/"
    links = [f"{here}entry/work/", f"{here}entry/none/", f"{here}all/", f"{here}entry/later/#x"]
    body = " ".join(f"&lt;a href='{link}'&gt;{n}&lt;/a&gt;" for n, link in enumerate(links))
    late = item(title="Later", guid="urn:x-y:3", pubDate="Wed, 19 May 2027 08:00:00 +0200")
    data = rss(item(description=body), item(title="Work", guid="urn:x-y:2"), late)
    files, said = imported(office, data, capsys)
    assert f"[0]({here}entry/work/) 1 [2]({here}all/) 3\n" in files["2015/pay.md"]
    assert f"the link `{here}entry/none/` in the body: this site will have no such page" in said
    assert f"the link `{here}entry/later/#x` in the body: this site will have no such page" in said
    assert passes(office)


def test_addresses_of_the_own_site_in_titles_and_summaries(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = "https://example.org/feeds/"
    text = f"See {here}all/ and {here}entry/none/"
    files, said = imported(office, rss(item(title=f"Pay {here}entry/x", description=text)), capsys)
    (written,) = files.values()
    assert "title: Pay example.org/feeds/entry/x\n" in written
    assert f"summary: See {here}all/ and example.org/feeds/entry/none/\n" in written
    assert f"the title names `{here}entry/x`: this site will have no such page" in said
    assert passes(office)


def test_html_that_is_escaped_twice_leaves_no_tag(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    title = "Wages &amp;lt;b class='x'&amp;gt;rise&amp;lt;/b&amp;gt;"
    files, _ = imported(office, rss(item(title=title)), capsys)
    (written,) = files.values()
    assert "title: Wages rise\n" in written


def test_pictures_authors_and_attachments(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = (
        '<media:content url="https://e.org/x.jpg" medium="image">'
        '<media:description type="plain">A crane</media:description></media:content>'
        "<author>li@example.org (Li Wei)</author>"
        '<enclosure url="x y.pdf" length="?" type=""/>'
        '<enclosure url="javascript:1" length="3" type="a/b"/>'
        '<enclosure url="https://e.org/data" length="3" type="weird"/>'
    )
    files, said = imported(office, rss(item() + more), capsys)
    text = files["2015/pay.md"]
    assert "image:\n  url: https://e.org/x.jpg\n  alt: A crane\n" in text
    assert "authors:\n  - name: Li Wei\n    email: li@example.org\n" in text
    assert (
        "attachments:\n  - url: https://old.example.net/x%20y.pdf\n"
        "  - url: https://e.org/data\n    type: application/octet-stream\n    length: 3\n"
    ) in text
    assert "the attachment `javascript:1`" in said
    assert passes(office)


def test_unfit_texts_are_mended() -> None:
    for text in (
        "caf\u00c3\u00a9",
        "â€™ x",
        "a\x00\x1b\ufffe",
        "\ue000",
        "å·¥èµ„",
        "Ã\x83Â©",
        "\ud800",
    ):
        assert find_unfit(repair(text)) is None
        assert "\ue000" not in repair(text)
    assert repair("å·¥èµ„ caf\u00c3\u00a9") == "工资 café"


# the law


def published(folder: Path) -> dict[str, bytes]:
    draft = prepare(folder, NOW)
    assert draft.faults == ()
    assert draft.site is not None
    return {document.path: document.data for document in draft.documents}


def again(
    tmp_path: Path, name: str, feed: bytes, settings: bytes, capsys: pytest.CaptureFixture[str]
) -> Path:
    folder = write_office(tmp_path / name, office=settings)
    (folder / "feeds.yaml").write_bytes(settings)
    _, said = imported(folder, feed, capsys)
    assert "0 left out" in said
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("form", ["atom.xml", "feed.json", "rss.xml"])
@pytest.mark.parametrize("source", ["own", "wild"])
def test_import_build_import_gives_the_same_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, source: str
) -> None:
    if source == "own":
        first = tmp_path / "first"
        shutil.copytree(ROOT / "entries", first / "entries")
        text = (ROOT / "feeds.yaml").read_bytes()  # an import has no logo, icon and picture
        (first / "feeds.yaml").write_bytes(re.sub(rb"  (?:logo|icon|image): .*\n", b"", text))
    else:
        first = write_office(tmp_path / "first", rich=RICH)
        for sample in SAMPLES:
            told: dict[str, Any] = {"countries": ["world"], "write_terms": True}
            imported(first, sample.read_bytes(), capsys, **told)
    settings = (first / "feeds.yaml").read_bytes()
    begin = published(first)[f"all/{form}"]
    one = again(tmp_path, "one", begin, settings, capsys)
    two = again(tmp_path, "two", published(one)[f"all/{form}"], settings, capsys)
    assert entry_files(one) == entry_files(two)
    assert len(entry_files(one)) == len(entry_files(first)) >= 9
    # and the feed of the imported files is the feed they came from, up to what was left out
    if form != "rss.xml" and source == "own":
        assert published(one)[f"all/{form}"] == begin


RICH = b"""---
title: "Seminar: a & b <c> \xe2\x80\x9cq\xe2\x80\x9d"
date: 2015-04-09T08:30:00+09:00
summary: "What #happened: <b and &copy; here."
categories: [wages, employment]
countries: [CN, world]
link: https://example.net/seminar?a=1&b=2
updated: 2015-04-10T12:00:00+09:00
event:
  start: 2015-04-08
  end: 2015-04-09
  place: "Zhenjiang: the hall"
  url: https://example.net/event
  status: postponed
authors:
  - name: Li Wei
    email: li@example.org
  - Bat
image:
  url: https://example.net/x.png
  alt: "A crane: high"
  credit: Li
attachments:
  - url: https://example.net/x.pdf
    length: 5
    title: "All: of it"
language: mn
id: old-name
---

## Heading *two*

- a
- b
  1. c

> quote `code` [link](https://example.org/?a=1&b=2 "T")

```
x <y> & z
```

| a | b |
| --- | --- |
| 1 | ~~2~~ |

a\\
b ![alt](https://example.org/x.png)
"""


@pytest.mark.slow
def test_what_an_entry_says_comes_back_from_its_feeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = write_office(tmp_path / "first", rich=RICH, plain=entry())
    made = published(first)
    wanted = RICH.decode().replace("id: old-name", "id: tag:example.org,2015:office:old-name")
    wanted = wanted.replace("  1. c", "  1. c")
    for form, missing in (
        ("feed.json", ()),
        ("atom.xml", ("  url: https://example.net/event\n",)),
    ):
        folder = write_office(tmp_path / form)
        files, said = imported(folder, made[f"all/{form}"], capsys)
        text = wanted
        for line in missing:
            text = text.replace(line, "")
        assert files["2015/rich.md"] == text
        assert "2 entries written" in said


@pytest.mark.slow
def test_wild_items_come_back_up_to_the_zone_of_the_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = write_office(tmp_path / "first")
    files, _ = imported(first, rss(GOOD), capsys)
    second = write_office(tmp_path / "second")
    later, _ = imported(second, published(first)["all/atom.xml"], capsys)
    assert "date: 2015-05-19T08:00:00+02:00\n" in files["2015/pay.md"]
    assert later["2015/pay.md"] == files["2015/pay.md"].replace(
        "2015-05-19T08:00:00+02:00", "2015-05-19T15:00:00+09:00"
    )


@pytest.mark.slow
def test_our_own_feed_is_already_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_office(tmp_path / "first", rich=RICH, plain=entry())
    for form in ("atom.xml", "rss.xml", "feed.json"):
        _, said = imported(folder, published(folder)[f"all/{form}"], capsys)
        assert "0 entries written, 2 already present, 0 left out\n" in said


# what is no feed, and what means harm


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the document is empty"),
        (b" \n\t", "the document is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 9, "this is a picture"),
        (b"\0" * 500, "this is not text"),
        (
            b"<html><head><title>x</title></head></html>",
            "a web page, not a feed; it links to no feed",
        ),
        (
            (
                b"<!DOCTYPE html><html><head><link rel='alternate' type='application/rss+xml' "
                b"href='/feed.xml'></head>"
            ),
            "import one of its feeds: /feed.xml",
        ),
        (b"<opml version='2.0'><body/></opml>", "this is OPML"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "the XML begins with `<svg>`"),
        (b"<", "this is neither a feed nor XML"),
        (b"{", "invalid JSON"),
        (b'{"version": "x"}', "no list of `items`"),
        (b"[1]", "not of posts of WordPress"),
        (b"[" * 200_000, "too deeply nested"),
        (b'{"items": [' + b"9" * 5000 + b"]}", "invalid JSON"),
        (b"just some words, and more", "no column has the name of a key"),
        (b'title,date\n"' + b"x" * 3_000_000 + b'",2015-05-19\n', "the table cannot be read"),
        (
            b'<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><rss>&b;</rss>',
            "the document declares XML entities",
        ),
        (
            b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>',
            "the document declares XML entities",
        ),
        (b"<!DOCTYPE rss [<!ENTITY % p '", "the document declares XML entities"),
        (b"<rss><channel>" + b"<item/>" * 1_000_001, "more than 1000000 elements"),
        (
            b"<rss " + b" ".join(b"a%d=''" % n for n in range(2_000)) + b"/>",
            "more than 1000 attributes",
        ),
        (b'{"items": [' + b"{}," * 2_000_000 + b"{}]}", "more than 1000000 members"),
        (b"title,date\n" + b"," * 1_000_001, "more than 1000000 cells"),
    ],
)
def test_what_cannot_be_imported(
    office: Path, capsys: pytest.CaptureFixture[str], data: bytes, words: str
) -> None:
    code, files, said = outcome(office, data, capsys)
    assert (code, files) == (1, {})
    assert f"source cannot be imported: {words}"[:26] in said
    assert words in said


def test_a_source_that_is_too_large(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ilofeed.sources.read.MAX_BYTES", 100)
    code, files, said = outcome(office, rss(GOOD), capsys)
    assert (code, files) == (1, {})
    assert "it is larger than" in said


def test_more_items_than_are_taken_at_a_time(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ilofeed.sources.items.MAX_ITEMS", 1)
    second = item(guid="urn:x-y:2", title="Second")
    files, said = imported(office, rss(GOOD, second), capsys)
    assert list(files) == ["2015/pay.md"]
    assert "only the first 1 of 2 items are imported" in said
    table = "title,date,categories,countries\na,2015-01-01,wages,CN\nb,2015-01-01,wages,CN\n"
    files, said = imported(office, table, capsys)
    assert set(files) == {"2015/pay.md", "2015/a.md"}
    assert "more than 1 rows" in said
    code, _, said = outcome(office, '{"items": [{}, {}]}', capsys)
    assert code == 1
    assert "only the first 1 of 2 items are imported" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        rss(GOOD).encode(),
        rss(GOOD).encode("utf-16"),
        codecs.BOM_UTF8 + rss(GOOD).encode(),
        rss(GOOD).encode("utf-16-le"),
        b'<?xml version="1.0" encoding="iso-8859-1"?>'
        + rss(GOOD + "<x>\xe4</x>").encode("latin-1"),
        b'<?xml version="1.0" encoding="klingon"?>' + rss(GOOD).encode(),
        b'<?xml version="1.0" encoding="idna"?>' + rss(GOOD).encode(),
        b'<?xml version="1.0" encoding="ascii"?>' + rss(GOOD + "<x>ä</x>").encode(),
        b"<!-- c --><?x y?>\n<!DOCTYPE rss PUBLIC 'a' 'http://127.0.0.1:9/x.dtd'>"
        + rss(GOOD).encode(),
        b"<!DOCTYPE rss [ <!ELEMENT x ANY> ]>" + rss(GOOD).encode(),
        rss(GOOD + "&nbsp;&eacute;&nonsense;&").encode(),
        rss(GOOD + "<dc:creator>x</dc:creator><foo:bar a:b='c'/>").encode(),
        rss(GOOD + "\x00\x01<x>\x0b</x>").encode(),
        rss(GOOD)[:-20].encode(),
        rss(GOOD + "<a>" * 300).encode(),
        rss(GOOD + "<a b='" + "x" * 2**20 + "'/>").encode(),
        rss(GOOD + "<b>&#x110000;&#0;</b>").encode(),
        rss(GOOD).encode() + b"<trailing",
        b"\n\n  " + rss(GOOD).encode(),
        b"<?xml version='1.0' encoding='cp1252'?>"
        + rss(GOOD).replace("</item>", "<media:content/></item>").encode("cp1252")
        + b"\x93",
    ],
    ids=range(20),
)
def test_broken_feeds_are_read_as_far_as_they_go(
    office: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    files, _ = imported(office, data, capsys)
    assert "summary: A text.\n" in files["2015/pay.md"]
    assert "date: 2015-05-19T08:00:00+02:00\n" in files["2015/pay.md"]
    assert passes(office)


def cpu_seconds() -> float:
    """Seconds of this process and of those it waited for: other programs take none of them."""
    return sum(os.times()[:4])


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        rss(item(title="Pay") + f"<author>{'a' * 1_000_000}</author>"),
        rss(item(title="Pay") + f"<x>{'1' * 1_000_000}</x>" + "<category>x</category>" * 50_000),
        rss(item(title="Pay", description="&lt;" * 1_500_000)),
        rss(item(title="Pay", description=f"<![CDATA[{'<p>x' * 500_000}]]>")),
        f"title,date,categories,countries\nPay,2015-05-19,wages{' ' * 1_900_000};x,CN\n",
        f"title,date,authors,categories,countries\nPay,2015-05-19,{'a@ ' * 600_000},wages,CN\n",
        f"title,date,body,categories,countries\nPay,2015-05-19,{'*_`[<' * 300_000},wages,CN\n",
    ],
    ids=range(7),
)
def test_texts_that_keep_patterns_busy(
    office: Path, capsys: pytest.CaptureFixture[str], data: str
) -> None:
    begin = cpu_seconds()
    files, _ = imported(office, data, capsys, write_terms=True)
    assert list(files) == ["2015/pay.md"]
    assert cpu_seconds() - begin < 20  # hours, where time is quadratic


def test_a_guid_that_is_no_link_is_none(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, said = imported(office, rss(item(guid="urn:x-y:1")), capsys)
    assert "link:" not in files["2015/pay.md"]
    assert said == "entries/2015/pay.md\n1 entry written, 0 already present, 0 left out\n"


def test_an_encoding_must_be_said(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = rss(item(title="Société")).encode("latin-1")
    code, files, said = outcome(office, data, capsys)
    assert (code, files) == (1, {})
    assert "the document is not UTF-8; --encoding cp1252 makes it `" in said
    files, _ = imported(office, data, capsys, encoding="latin-1")
    assert "title: Société\n" in files["2015/societe.md"]
    table = "title;date;categories;countries\nÜbung;2015-01-01;wages;CN\n"
    files, _ = imported(office, table.encode("utf-16"), capsys)
    assert "title: Übung\n" in files["2015/ubung.md"]


def test_one_item_that_feedparser_fails_on(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ilofeed.verify import parse_feed

    def fails(data: bytes, base: str | None = None) -> Any:
        if b"poison" in data:
            raise RuntimeError
        return parse_feed(data, base)

    monkeypatch.setattr("ilofeed.sources.feeds.parse_feed", fails)
    data = rss(GOOD, "<title>poison</title>", item(title="Work", guid="urn:x-y:2"))
    files, said = imported(office, data, capsys)
    assert set(files) == {"2015/pay.md", "2015/work.md"}
    assert "item 2: the item cannot be read" in said


def test_json_of_the_wrong_types(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd: list[Any] = [None, 5, "x", [], {}, [[]], {"a": {}}, True, 1e400, "\ud800"]
    keys = (
        "id url external_url title content_html content_text summary image date_published "
        "date_modified author authors tags language attachments _ilofeed"
    ).split()
    items: list[Any] = [dict.fromkeys(keys, value) for value in odd]
    good = {"title": "Pay", "date_published": "2015-05-19", "tags": ["wages", "CN"]}
    items += [{**good, key: value} for key in keys for value in odd if key not in good]
    items += [
        {**good, "_ilofeed": {key: value}}
        for key in ("categories", "countries", "event", "image", "translation_of")
        for value in odd
    ]
    code, files, _ = outcome(office, json.dumps({"items": items}), capsys, write_terms=True)
    assert code == 0
    assert files
    assert passes(office)


@pytest.mark.slow
def test_an_entry_with_which_a_feed_would_not_verify_is_left_out(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ilofeed.verify.verification import Fault
    from ilofeed.verify.verification import verify as right

    def refuses(documents: Any, office: Any, **_: Any) -> list[Fault]:
        titles = {one.entry.title for one in documents if one.entry is not None}
        faults = right(documents, office)
        return faults + [Fault("all/atom.xml", "entries", "a", "b")] * ("Bad" in titles)

    monkeypatch.setattr("ilofeed.importers.verified.verify", refuses)
    files, said = imported(office, rss(GOOD, item(title="Bad", guid="urn:x-y:2")), capsys)
    assert list(files) == ["2015/pay.md"]
    assert 'item 2 "Bad": left out: it would make the verification fail' in said
    assert "1 entry written, 0 already present, 1 left out\n" in said


@pytest.mark.slow
def test_feeds_that_would_be_too_large(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ilofeed.verify.lint.MAX_BYTES", 30_000)
    items = [
        item(title=f"T{n}", guid=f"urn:x-y:{n}", description=f"&lt;p&gt;{'word ' * 1_000 * n}")
        for n in range(1, 5)
    ]
    files, said = imported(office, rss(*items), capsys)
    assert set(files) == {"2015/t1.md", "2015/t2.md"}
    assert said.count("it would make the verification fail") == 2
    assert passes(office)


def test_an_office_that_is_wrong(tmp_path: Path) -> None:
    folder = write_office(tmp_path / "o", office=b"site: {}\n")
    (folder / "source").write_text(rss(GOOD))
    done = run(folder, "import", "source")
    assert done.returncode == 1
    assert "missing-key" in done.stdout
    assert entry_files(folder) == {}


@pytest.mark.slow
def test_entries_that_are_wrong_already_do_not_hinder(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (office / "entries" / "bad.md").write_bytes(entry(date="tomorrow"))
    (office / "entries" / "dead.md").write_bytes(entry("[x](https://example.org/feeds/none/)"))
    files, said = imported(office, rss(GOOD), capsys)
    assert "2015/pay.md" in files
    assert "1 entry written" in said


# the command line and the network


def test_the_command_line(office: Path) -> None:
    (office / "source").write_text(rss(GOOD))
    done = run(office, "import", "source", "--as", "rss", "--now", "2026-11-01")
    assert (done.returncode, done.stdout) == (0, "entries/2015/pay.md\n")
    assert done.stderr == "1 entry written, 0 already present, 0 left out\n"
    assert run(office, "check").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("source", ["nothing.xml", "http://127.0.0.1:9/"])
def test_what_cannot_be_had_is_4(office: Path, source: str) -> None:
    done = run(office, "import", source, no_proxy="*")
    assert done.returncode == 4
    assert entry_files(office) == {}
    assert source.strip("/") in done.stderr


@pytest.mark.parametrize("source", ["https://[::1", "http://user:secret@example.org/"])
def test_what_is_no_address_is_1(office: Path, source: str) -> None:
    done = run(office, "import", source)
    assert done.returncode == 1
    assert "cannot be imported" in done.stderr


@pytest.mark.slow
def test_an_address(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    feed = rss(
        item(description="&lt;a href='rel.html'&gt;x&lt;/a&gt; y").replace(
            "https://old.example.net/1", "x"
        )
    )
    feed = feed.replace("<link>https://old.example.net/</link>", "")
    page = b"<html><link rel=alternate type=application/rss+xml href=feed.xml>"
    with host({"dir/feed.xml": feed.encode(), "index.html": page}) as served:
        code = import_source(office, NOW, source=f"{served.address}dir/feed.xml")
        assert code == 0
        assert served.asked == ["dir/feed.xml"]  # and nothing that the feed names
        assert import_source(office, NOW, source=served.address) == 1
        with pytest.raises(FetchError, match="answered 404"):
            import_source(office, NOW, source=f"{served.address}none.xml")
        assert served.asked == ["dir/feed.xml", "", "none.xml"]
    said = capsys.readouterr().err
    assert f"[x]({served.address}dir/rel.html)" in entry_files(office)["2015/pay.md"]
    assert "import one of its feeds: feed.xml" in said


@pytest.mark.slow
def test_the_encoding_that_a_server_names(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    table = "title;date;categories;countries\nЦалин;2015-05-19;wages;CN\n".encode("cp1251")
    with host({"a.csv": table}) as served:
        assert import_source(office, NOW, source=f"{served.address}a.csv") == 1
    with host({"a.csv": table}, Content_Type='text/csv; charset="Windows-1251"') as served:
        assert import_source(office, NOW, source=f"{served.address}a.csv") == 0
    assert "title: Цалин\n" in entry_files(office)["2015/tsalin.md"]


# hypothesis: whatever is done to a feed, nothing raises, and what is written passes the check


def _mutated(data: bytes, cuts: list[tuple[int, int, bytes]]) -> bytes:
    for at, length, insert in cuts:
        place = at % (len(data) + 1)
        data = data[:place] + insert + data[place + length :]
    return data


SPLICES = st.sampled_from(
    [
        b"",
        b"\0",
        b"\xff",
        b"<",
        b">",
        b"&",
        b'"',
        b"]]>",
        b"<![CDATA[",
        b"</item>",
        b"<item>",
        b"<entry xmlns='http://www.w3.org/2005/Atom'>",
        b"<div>" * 30,
        b"&#x41;&nbsp;&lt;b&gt;",
        b"xml:base='ftp://x:y'",
        "\u202e\ufeff\u2028é".encode(),
        "Ã©".encode(),
        b"\n---\n",
        b"\x1b[2J",
        b"{",
        b"}",
        b"[",
        b'"items": [',
        b"null",
        b"1e999",
        b";",
        b",",
        b"|",
        b"\r\n",
        b"javascript:",
        b"https://example.org/feeds/entry/x/",
        b"tag:example.org,2015:office:x",
        b"2015-02-30T99:99:99+99:99",
    ]
)
CUTS = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.sampled_from([0, 0, 1, 1, 2, 5, 40, 400]),
        SPLICES | st.binary(max_size=4),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.slow
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_whatever_is_done_to_a_feed(
    tmp_path_factory: pytest.TempPathFactory, sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = sample.read_bytes()

    @settings(
        max_examples=attempts(15, 200), deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(CUTS)
    def law(cuts: list[tuple[int, int, bytes]]) -> None:
        folder = write_office(tmp_path_factory.mktemp("o") / "office")
        told: dict[str, Any] = {
            "countries": ["world"], "categories": ["wages"], "write_terms": True
        }  # fmt: skip
        code, files, said = outcome(folder, _mutated(data, cuts), capsys, **told)
        assert code in {0, 1}
        assert "\x1b" not in said
        if files:
            assert passes(folder)
            again, more, _ = outcome(folder, _mutated(data, cuts), capsys, **told)
            assert (again, more) == (0, files)

    law()


@given(
    st.text(max_size=400)
    | st.lists(SPLICES, max_size=9).map(lambda b: b"".join(b).decode("latin-1"))
)
def test_any_html_becomes_a_body_that_comes_back(html: str) -> None:
    def resolve(_element: str, attribute: str, value: str) -> str | None:
        if attribute not in {"href", "src"}:
            return value
        return value if value.startswith("https://e.org/") and value.isascii() else None

    body = to_markdown(html, "https://me.org/", resolve)
    twice = to_markdown(body.html, "https://me.org/", lambda *a: a[2])
    assert (twice.markdown, twice.html) == (body.markdown, body.html)


def test_terms_of_an_office_stay_as_they_were() -> None:
    made = with_terms(OFFICE, {"new": Term("new", {"": "New"})}, NOW)
    assert made is not None
    (before, _), (after, problems) = check_office(OFFICE, NOW), check_office(made, NOW)
    assert problems == []
    assert dict(after.countries) == dict(before.countries)
    assert list(after.categories) == [*before.categories, "new"]
    assert dataclasses.replace(after, categories=before.categories, feeds=before.feeds) == before
    assert check(Sources(made, (), {}), NOW)[0] is not None
